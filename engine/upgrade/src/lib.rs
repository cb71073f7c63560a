//! The road from an account as former versions stored it to the present form.
//!
//! What is stored is written without names (postcard), so each form has a [`book`] of all stored types, kept in
//! `forms`. Bytes of a former form are read by its book and written by the present one's ([`road`]); what names alone
//! do not tell stands in `forms/notes.txt`. So a stored shape may change without a line of code: whoever changes one
//! after a release gives the form its next number (`engine/src/sandbox/save.rs`) and has `cargo xtask kept` draw its
//! book, and the test of upgrades says what has to be noted. Every form that has a book is read.
//!
//! It is linked into the module `formats`, not into the engine: most pages never need it.

pub mod book;
pub mod check;
pub mod notes;
pub mod road;
pub mod wire;

use book::Book;
use notes::Notes;
use road::Road;
use wire::{Input, write_unsigned};

/// The books, the present form's last.
pub const FORMS: [(u32, &str); 3] = [
    (5, include_str!("../forms/format-5.txt")),
    (6, include_str!("../forms/format-6.txt")),
    (7, include_str!("../forms/format-7.txt")),
];
pub const NOTES: &str = include_str!("../forms/notes.txt");

/// Where an account's objects and snapshots lie among the blocks, as `engine/src/sandbox/save.rs` numbers them.
const OBJECTS: std::ops::Range<u64> = 1 << 50..2 << 50;
const SNAPSHOTS: std::ops::Range<u64> = 3 << 50..4 << 50;
/// What a model in S3 begins with, as `engine/src/sql/commands/create_model/task.rs` writes it.
const MODEL: &[u8] = b"sandshift-model\n";

/// What is stored under `number` (0 is the workspace itself) in an account of `format`, in the present form.
///
/// # Errors
/// A form without a book, bytes that are not of it, or something that the present form has no place for.
pub fn renew(format: u32, number: u64, bytes: &[u8]) -> Result<Vec<u8>, String> {
    let book = |format| FORMS.iter().find(|(own, _)| *own == format).and_then(|(_, text)| Book::read(text));
    let present = FORMS.last().map_or(0, |(format, _)| *format);
    let (Some(from), Some(to)) = (book(format), book(present)) else {
        return Err(format!("nothing is known of format {format}"));
    };
    let road = Road { from: &from, to: &to, notes: &Notes::read(NOTES) };
    let mut out = Vec::new();
    match number {
        0 => {
            // The lab's name, the account behind its form's number, and the rest.
            let mut rest = Input(bytes);
            if rest.flag()? {
                rest.bytes()?;
            }
            out.extend(&bytes[..bytes.len() - rest.0.len()]);
            let mut account = Input(rest.bytes()?);
            account.take(4)?;
            let mut written = present.to_le_bytes().to_vec();
            road.piece("account", &mut account, &mut written)?;
            write_unsigned(written.len() as u128, 64, &mut out);
            out.extend(written);
            road.piece("progress", &mut rest, &mut out)?;
        }
        number if SNAPSHOTS.contains(&number) => road.piece("snapshot", &mut Input(bytes), &mut out)?,
        number if OBJECTS.contains(&number) && bytes.starts_with(MODEL) => {
            out.extend(MODEL);
            road.piece("model", &mut Input(&bytes[MODEL.len()..]), &mut out)?;
        }
        _ => out.extend(bytes),
    }
    Ok(out)
}

impl Road<'_> {
    fn piece(&self, name: &str, input: &mut Input<'_>, out: &mut Vec<u8>) -> Result<(), String> {
        let (Some(from), Some(to)) = (self.from.root(name), self.to.root(name)) else {
            return Err(format!("the book has no {name}"));
        };
        self.convert(from, to, input, out, 0)?;
        input.0.is_empty().then_some(()).ok_or_else(|| "something follows it".to_owned())
    }
}
