//! `labs takeout`: labs as folders for a real account, with the rows that they begin with.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use sandshift_engine::cli::Files;
use sandshift_engine::sandbox::{ADMIN, Sandbox};
use sandshift_lessons::transcript::rows;
use sandshift_lessons::{Lab, Problem, state};
use sandshift_prose::course;
use sandshift_takeout::trip::Whole;
use sandshift_takeout::{Account, Beginning, History, Trip};
use serde_json::Value;
use zip::write::SimpleFileOptions;

use crate::{grade, lab, start};

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
    let mut untouched = Untouched(lab.start(start::SEED).map_err(|problem| problem.to_string())?);
    let beginning = beginning(lab, &mut untouched)?;
    let disk = untouched.files();
    let whole = Trip::of_lab(&lab.definition, &beginning).and_then(|trip| trip.whole(&[], &disk));
    Ok(with_disk(whole.map_err(told)?, &untouched.0))
}

/// The files of the folder that does what a workspace's journal tells; as `web/digest` and `web/worker/takeout.js` make it.
///
/// # Errors
/// A journal or a lab that cannot be read or begun.
pub fn of_journal(lab: Option<&Lab>, journal: &[Value]) -> Result<Vec<(String, Vec<u8>)>, String> {
    let begun = match lab {
        Some(lab) => lab.start(start::SEED).map_err(|problem| problem.to_string())?,
        None => state::course_warehouse(start::SEED).map_err(|error| error.to_string())?,
    };
    let mut untouched = Untouched(begun);
    let beginning = match lab {
        Some(lab) => beginning(lab, &mut untouched)?,
        None => Beginning::read(course::WAREHOUSE, "", &mut untouched)?,
    };
    let history = History::read(journal, lab.map(|lab| &lab.definition))?;
    let trip = Trip {
        name: "sandshift-workspace".to_owned(),
        beginning: &beginning,
        parts: history.parts,
        price: None,
        left_out: history.left_out,
    };
    let whole = trip.whole(&history.texts, &untouched.files()).map_err(told)?;
    let mut files = with_disk(whole, &untouched.0);
    for (path, at) in history.sent {
        let bytes = journal[at]["bytes"].as_str().and_then(grade::decoded).unwrap_or_default();
        files.push((format!("data/{path}"), bytes));
    }
    Ok(files)
}

fn told(problems: Vec<Problem>) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn with_disk(whole: Whole, sandbox: &Sandbox) -> Vec<(String, Vec<u8>)> {
    let texts = whole.texts.into_iter().map(|(path, text)| (path, text.into_bytes()));
    let disk = whole.disk.into_iter().filter_map(|path| {
        let bytes = sandbox.disk.read(&format!("/data/{path}"))?;
        Some((format!("data/{path}"), bytes.whole().into_owned()))
    });
    texts.chain(disk).collect()
}

/// What a lab begins with.
fn beginning(lab: &Lab, untouched: &mut Untouched) -> Result<Beginning, String> {
    let start = &lab.definition.start;
    let script = lab.other_files().into_iter().find(|(path, _)| path == start).map(|(_, text)| text);
    Beginning::read(start, script.as_deref().unwrap_or_default(), untouched)
}

/// An account that only answers.
struct Untouched(Sandbox);

impl Account for Untouched {
    fn rows(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
        let session = self.0.connect(ADMIN, None).map_err(|error| error.to_string())?;
        let mut executed = self.0.execute(session, sql);
        self.0.disconnect(session);
        let answered = executed.pop().ok_or_else(|| format!("no answer to {sql}"))?;
        let answer = answered.result.map_err(|error| format!("{sql}: {error}"))?;
        let cell = |cell: String| (cell != "NULL").then_some(cell);
        Ok(rows(&answer)
            .unwrap_or_default()
            .into_iter()
            .map(|row| row.into_iter().map(cell).collect())
            .collect())
    }

    fn files(&mut self) -> Vec<String> {
        self.0.disk.paths()
    }
}
