//! What versions before this one have stored, and that it is read.
//!
//! The rule: an account's written form has a number. Whoever changes a stored shape after a release gives the form its
//! next number (`engine/src/sandbox/save.rs`), and records it with `cargo xtask kept`: a workspace as this version
//! stores it (`tests/kept/format-N.sandshift`) and the book of all stored types (`engine/upgrade/forms/format-N.txt`).
//! Files and books of former forms stay; what each file holds is asked for ([`account`]), by way of the road from its
//! book. Where that road has a gap, the test says what to write into `engine/upgrade/forms/notes.txt`.

pub mod account;
mod trace;

use std::fs;
use std::path::PathBuf;

use sandshift_engine::extension::formats::Task;
use sandshift_engine::extension::{Extension, Progress};
use sandshift_engine::sandbox::Sandbox;
use sandshift_engine::warehouse::manifest::Manifest;
use sandshift_lessons::Record;
use sandshift_lessons::extensions::linked;
use sandshift_upgrade::book::{Book, Definition, Shape};
use sandshift_upgrade::notes::Notes;
use sandshift_upgrade::road::Road;
use sandshift_upgrade::{FORMS, NOTES};
use sandshift_worker::workspace::{Found, OpenError};

use crate::files;

const CHANGED: &str = "A stored shape has changed. Before a release: `cargo xtask kept`. After one: the next FORMAT, then that.";

fn folder() -> PathBuf {
    files::root().join("tests/kept")
}

fn book_of(format: u32) -> PathBuf {
    files::root().join(format!("engine/upgrade/forms/format-{format}.txt"))
}

/// Writes the file and the book of this version's form.
///
/// # Errors
/// An account that cannot be made or written, a type that cannot be seen whole.
pub fn write() -> Result<(), String> {
    let made = account::make()?;
    let path = folder().join(format!("format-{}.sandshift", Sandbox::FORMAT));
    for (path, bytes) in [
        (path, pack(&made.manifest, &made.blocks)),
        (book_of(Sandbox::FORMAT), drawn()?.to_string().into_bytes()),
    ] {
        fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.display()))?;
        println!("{}", path.display());
    }
    Ok(())
}

/// All types that are stored now.
fn drawn() -> Result<Book, String> {
    let mut tracer = trace::Tracer::default();
    let account = tracer.trace(|tracer| Sandbox::describe(tracer))?;
    let snapshot = tracer.trace(trace::read::<Manifest>)?;
    let progress = tracer.trace(trace::read::<(Record, Vec<(String, String)>)>)?;
    let model = tracer.trace(trace::read::<sandshift_ml::Model>)?;
    let roots =
        vec![("account", account), ("snapshot", snapshot), ("progress", progress), ("model", model.clone())];
    let mut book = tracer.book(roots);
    // A model is written by itself, in the bytes that its warehouse holds.
    let learned = book.types.iter_mut().find(|(name, _)| name.ends_with("::Learned"));
    let Some((_, Definition::Struct(fields))) = learned else {
        return Err("models are not where they were".into());
    };
    let bytes = fields.iter_mut().find(|field| field.name == "bytes").ok_or("models have no bytes")?;
    bytes.shape = Shape::Nested(Box::new(model));
    Ok(book)
}

/// Holds the present types to their book, and every former form's road to its end.
///
/// # Errors
/// What has changed, or must be noted.
pub fn books() -> Result<usize, String> {
    let named: Vec<u32> = FORMS.iter().map(|(format, _)| *format).collect();
    if named.last() != Some(&Sandbox::FORMAT) {
        return Err(format!("the books are of {named:?}; the engine writes {}", Sandbox::FORMAT));
    }
    let present = drawn()?;
    let notes = Notes::read(NOTES);
    for (format, text) in FORMS {
        let book = Book::read(text).filter(|book| book.to_string() == text);
        let book = book.ok_or_else(|| format!("the book of format {format} cannot be read"))?;
        if format == Sandbox::FORMAT && book != present {
            let lines = present.to_string();
            let new: Vec<&str> = lines.lines().filter(|line| !text.lines().any(|own| own == *line)).collect();
            return Err(format!("{CHANGED}\n{}", new.join("\n")));
        }
        let complaints = Road { from: &book, to: &present, notes: &notes }.complaints();
        if !complaints.is_empty() {
            return Err(format!(
                "engine/upgrade/forms/notes.txt must say, of format {format}:\n{}",
                complaints.join("\n")
            ));
        }
    }
    Ok(FORMS.len())
}

/// Opens every file: each answers as it did.
///
/// # Errors
/// What became of which.
pub fn check() -> Result<usize, String> {
    for (format, _) in FORMS {
        let path = folder().join(format!("format-{format}.sandshift"));
        let bytes = fs::read(&path).map_err(|error| {
            format!("{}: {error}; `cargo xtask kept` records the present form's", path.display())
        })?;
        opened(format, &bytes).map_err(|what| format!("format {format}: {what}\n{CHANGED}"))?;
    }
    Ok(FORMS.len())
}

fn opened(format: u32, bytes: &[u8]) -> Result<(), String> {
    let (mut manifest, mut blocks) = unpack(bytes).ok_or("it is no file of a workspace")?;
    if format != Sandbox::FORMAT {
        // As the worker does it: tried, refused, renewed, tried again.
        match account::open(Found::Saved(&manifest), &blocks) {
            Err(OpenError::Stored { .. }) => {}
            other => return Err(format!("opened as it is: {:?}", other.err())),
        }
        renew(format, &mut manifest, &mut blocks)?;
    }
    let mut workspace =
        account::open(Found::Saved(&manifest), &blocks).map_err(|error| format!("{error:?}"))?;
    account::ask(&mut workspace)?;
    account::restore(&mut workspace)?;
    // What was read is written, in the present form and whole.
    let again = workspace.write(&|_| false)?;
    let mut workspace =
        account::open(Found::Saved(&again.manifest), &again.blocks).map_err(|error| format!("{error:?}"))?;
    account::ask(&mut workspace)
}

/// What is stored in a former form, in the present one.
///
/// # Errors
/// What the road says of it.
pub fn renew(format: u32, manifest: &mut Vec<u8>, blocks: &mut [(u64, Vec<u8>)]) -> Result<(), String> {
    *manifest = renewed(format, 0, std::mem::take(manifest))?;
    for (number, bytes) in blocks {
        *bytes = renewed(format, *number, std::mem::take(bytes))?;
    }
    Ok(())
}

/// The file that the form before this one left.
///
/// # Errors
/// It is not there.
pub fn former() -> Result<Parts, String> {
    let format = FORMS.iter().rev().nth(1).map_or(0, |(format, _)| *format);
    let path = folder().join(format!("format-{format}.sandshift"));
    let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    unpack(&bytes).ok_or_else(|| "it is no file of a workspace".to_owned())
}

/// By way of the module that does it in the browser.
fn renewed(format: u32, number: u64, bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    let mut work = linked().begin(Extension::Formats, Task::Renew { format, number, bytes }.encode());
    match work.step(u64::MAX) {
        Progress::Done(bytes) => Ok(bytes),
        other => Err(format!("{number}: {other:?}")),
    }
}

/// As `worker/file.js` has it, without a sum.
fn pack(manifest: &[u8], blocks: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    for (number, part) in
        [(0, manifest)].into_iter().chain(blocks.iter().map(|(number, part)| (*number, &part[..])))
    {
        bytes.extend((number as f64).to_le_bytes());
        bytes.extend((part.len() as u32).to_le_bytes());
        bytes.extend(part);
    }
    bytes
}

const MAGIC: &[u8] = b"SANDSHIFT1";

/// Manifest, and blocks by number.
pub type Parts = (Vec<u8>, Vec<(u64, Vec<u8>)>);

fn unpack(bytes: &[u8]) -> Option<Parts> {
    let mut rest = bytes.strip_prefix(MAGIC)?;
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let (number, after) = rest.split_first_chunk::<8>()?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let (part, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        parts.push((f64::from_le_bytes(*number) as u64, part.to_vec()));
        rest = after;
    }
    let manifest = (!parts.is_empty()).then(|| parts.remove(0).1)?;
    Some((manifest, parts))
}
