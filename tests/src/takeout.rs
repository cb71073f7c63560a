//! `labs takeout`: a lab as a folder for a real account, with the rows that it begins with.

use std::fs;
use std::path::Path;

use sandshift_engine::cli::Files;
use sandshift_engine::sandbox::{ADMIN, Sandbox};
use sandshift_lessons::transcript::rows;
use sandshift_lessons::{Lab, state};
use sandshift_takeout::{Beginning, Table, Trip};

use crate::start;

/// Writes the folder of a lab.
///
/// # Errors
/// A lab that cannot be read or begun, a folder that cannot be written.
pub fn write(lab: &Lab, folder: &Path) -> Result<(), String> {
    let mut sandbox = lab.start(start::SEED).map_err(|problem| problem.to_string())?;
    let (beginning, tables) = beginning(lab, &mut sandbox)?;
    let trip = Trip::of_lab(&lab.definition, &beginning);
    let texts = trip
        .folder()
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
    for (path, text) in &texts {
        put(folder, path, text.as_bytes())?;
    }
    for (path, text) in &tables {
        put(folder, path, text.as_bytes())?;
    }
    for path in sandbox.disk.paths() {
        let named = path.trim_start_matches('/');
        if texts.iter().any(|(file, text)| file == "run.sh" && text.contains(named))
            && let Some(bytes) = sandbox.disk.read(&path)
        {
            put(folder, named, &bytes)?;
        }
    }
    Ok(())
}

fn put(folder: &Path, path: &str, bytes: &[u8]) -> Result<(), String> {
    let file = folder.join(path);
    let made = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&file, bytes));
    made.map_err(|error| format!("{}: {error}", file.display()))
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
            Some(path) => path.trim_start_matches('/').to_owned(),
            None => {
                let file = format!("data/beginning/{name}.csv");
                let mut text = String::from("rows\n");
                for row in ask(&format!("SELECT * FROM {name}"))? {
                    let cells: Vec<String> = row.iter().map(|cell| csv_cell(cell)).collect();
                    text.push_str(&cells.join(","));
                    text.push('\n');
                }
                data.push((file.clone(), text));
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
