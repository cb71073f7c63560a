//! `labs takeout`: labs as folders for a real account, with the rows that they begin with.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use sandshift_engine::cli::Files;
use sandshift_engine::sandbox::{ADMIN, Sandbox};
use sandshift_lessons::transcript::rows;
use sandshift_lessons::{Lab, state};
use sandshift_takeout::{Beginning, Table, Trip};
use zip::write::SimpleFileOptions;

use crate::{lab, start};

const README: &str = include_str!("takeout.md");

/// Writes the folder of a lab.
///
/// # Errors
/// A lab that cannot be read or begun, a folder that cannot be written.
pub fn write(lab: &Lab, folder: &Path) -> Result<(), String> {
    for (path, bytes) in files(lab)? {
        let file = folder.join(path);
        let made = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&file, bytes));
        made.map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

/// Writes all labs as one archive, with the data that they share in it once.
///
/// # Errors
/// As [`write`].
pub fn archive(labs: &Path, file: &Path) -> Result<(), String> {
    let mut all = BTreeMap::new();
    for folder in lab::folders(labs)? {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        for (path, bytes) in files(&lab::read(&folder)?)? {
            let place = if path.starts_with("data/") { path } else { format!("{name}/{path}") };
            all.insert(format!("sandshift-aws/{place}"), bytes);
        }
    }
    all.insert("sandshift-aws/README.md".to_owned(), README.into());
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in &all {
        // Its time is that of no machine: the same labs give the same file.
        let mode = if path.ends_with(".sh") { 0o755 } else { 0o644 };
        let options = SimpleFileOptions::default().unix_permissions(mode);
        archive.start_file(path.as_str(), options).map_err(|error| told(&error))?;
        archive.write_all(bytes).map_err(|error| told(&error))?;
    }
    let bytes = archive.finish().map_err(|error| told(&error))?.into_inner();
    fs::write(file, bytes).map_err(|error| told(&error))
}

/// The files of a lab's folder, by path.
fn files(lab: &Lab) -> Result<Vec<(String, Vec<u8>)>, String> {
    let mut sandbox = lab.start(start::SEED).map_err(|problem| problem.to_string())?;
    let (beginning, rows) = beginning(lab, &mut sandbox)?;
    let texts = Trip::of_lab(&lab.definition, &beginning)
        .folder()
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
    let mut files: Vec<(String, Vec<u8>)> =
        texts.into_iter().chain(rows).map(|(path, text)| (path, text.into_bytes())).collect();
    for path in sandbox.disk.paths() {
        let named = path.trim_start_matches("/data/");
        let asked = files.iter().any(|(file, text)| {
            file == "run.sh" && String::from_utf8_lossy(text).contains(&format!("$DATA/{named}\""))
        });
        if asked && let Some(bytes) = sandbox.disk.read(&path) {
            files.push((format!("data/{named}"), bytes.to_vec()));
        }
    }
    Ok(files)
}

/// What a lab begins with, read from the account itself, and the rows by file.
fn beginning(lab: &Lab, sandbox: &mut Sandbox) -> Result<(Beginning, Vec<(String, String)>), String> {
    let mut beginning = Beginning::default();
    if lab.definition.start != "course-warehouse" {
        return Ok((beginning, Vec::new()));
    }
    beginning.outside = state::OUTSIDE.to_owned();
    beginning.bucket = "course-bucket".to_owned();
    beginning.role = "redshift.read.s3".to_owned();
    let on_disk = sandbox.disk.paths();
    let mut ask = |sql: &str| ask(sandbox, sql);
    for schema in ask(
        "SELECT nspname FROM pg_namespace WHERE nspowner > 1 AND nspname NOT LIKE 'pg%' AND nspname <> 'public' ORDER BY 1",
    )? {
        beginning.statements.push(format!("CREATE SCHEMA {}", schema[0]));
    }
    for user in ask("SELECT usename FROM pg_user WHERE NOT usesuper ORDER BY 1")? {
        beginning.statements.push(format!("CREATE USER {} PASSWORD DISABLE", user[0]));
    }
    let mut data = Vec::new();
    let tables = "SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1";
    for table in ask(tables)? {
        let name = table[0].clone();
        let shown = ask(&format!("SHOW TABLE {name}"))?;
        let definition = shown.iter().flatten().map(String::as_str).collect::<Vec<_>>().join("\n");
        let definition = definition.trim_end().trim_end_matches(';').to_owned();
        // The course's great tables are files of the learner's disk, too.
        let whole = name.split_once('.').map(|(_, table)| format!("/data/{table}.csv"));
        let file = match whole.filter(|path| on_disk.contains(path)) {
            Some(path) => path.trim_start_matches("/data/").to_owned(),
            None => {
                let file = format!("beginning/{name}.csv");
                let mut text = String::from("rows\n");
                for row in ask(&format!("SELECT * FROM {name}"))? {
                    let cells: Vec<String> = row.iter().map(|cell| csv_cell(cell)).collect();
                    text.push_str(&cells.join(","));
                    text.push('\n');
                }
                data.push((format!("data/{file}"), text));
                file
            }
        };
        beginning.tables.push(Table { name, definition, file });
    }
    Ok((beginning, data))
}

fn csv_cell(cell: &str) -> String {
    match cell {
        "NULL" => String::new(),
        cell if cell.contains([',', '"', '\n']) => format!("\"{}\"", cell.replace('"', "\"\"")),
        cell => cell.to_owned(),
    }
}

fn ask(sandbox: &mut Sandbox, sql: &str) -> Result<Vec<Vec<String>>, String> {
    let session = sandbox.connect(ADMIN, None).map_err(|error| error.to_string())?;
    let mut executed = sandbox.execute(session, sql);
    sandbox.disconnect(session);
    let answered = executed.pop().ok_or_else(|| format!("no answer to {sql}"))?;
    let answer = answered.result.map_err(|error| format!("{sql}: {error}"))?;
    Ok(rows(&answer).unwrap_or_default())
}
