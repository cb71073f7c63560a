//! What one object is: its format, columns and rows, by its first bytes (a Parquet or ORC file's by its last).

use std::io::Read;

use bzip2::read::MultiBzDecoder;
use flate2::read::MultiGzDecoder;
use sandshift_extension::formats::{Ending, MAGIC, Sample};

use super::shape::Shape;
use super::{delimited, document};
use crate::orc;
use crate::parquet::footer;

/// Bytes of a compressed object that are expanded.
const MOST: u64 = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Delimited {
        delimiter: char,
        quoted: bool,
        header: bool,
    },
    Json {
        array: bool,
    },
    Parquet,
    Orc,
    /// No classifier knows it.
    Unknown,
}

impl Class {
    pub fn name(self) -> &'static str {
        match self {
            Class::Delimited { .. } => "csv",
            Class::Json { .. } => "json",
            Class::Parquet => "parquet",
            Class::Orc => "orc",
            Class::Unknown => "UNKNOWN",
        }
    }
}

pub struct Found {
    pub path: String,
    pub size: u64,
    pub class: Class,
    /// `gzip`, `bzip2` or `none`.
    pub compression: &'static str,
    pub columns: Vec<(String, Shape)>,
    /// Its first line.
    pub beginning: String,
    /// Of the whole object, as far as its beginning tells.
    pub records: u64,
}

pub fn look(sample: Sample) -> Found {
    let Sample { path, size, head, tail } = sample;
    let (compression, text) = expanded(&head);
    let cut = (head.len() as u64) < size || text.as_ref().is_some_and(|text| text.len() as u64 >= MOST);
    let bytes = text.as_deref().unwrap_or(&head);
    // What a compressed object comes to is guessed from how far its beginning went.
    let whole = match &text {
        Some(text) => size * text.len() as u64 / (head.len() as u64).max(1),
        None => size,
    };
    let (class, columns, records) = if head.starts_with(MAGIC) {
        parquet(size, if tail.is_empty() { &head } else { &tail })
    } else if head.starts_with(orc::MAGIC) {
        match orc::footer::described(if tail.is_empty() { &head } else { &tail }) {
            Ok((types, rows)) => {
                let columns = types.into_iter().map(|of| (of.name.to_lowercase(), Shape::Exact(of.word)));
                (Class::Orc, columns.collect(), rows)
            }
            Err(_) => (Class::Unknown, Vec::new(), 0),
        }
    } else if let Some(seen) = document::look(bytes) {
        (seen.class, seen.columns, whole * seen.records / seen.bytes.max(1))
    } else {
        let valid = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or(""),
        };
        match delimited::look(valid, cut) {
            Some(seen) => (seen.class, seen.columns, whole * seen.records / seen.bytes.max(1)),
            None => (Class::Unknown, Vec::new(), 0),
        }
    };
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let beginning = String::from_utf8_lossy(line).into_owned();
    Found { path, size, class, compression, columns, beginning, records }
}

/// How it is compressed, and what it holds. A beginning that breaks off is read as far as it goes.
fn expanded(head: &[u8]) -> (&'static str, Option<Vec<u8>>) {
    let mut text = Vec::new();
    let mut read = |reader: &mut dyn Read| {
        let mut piece = [0; 8_192];
        while let Ok(length @ 1..) = reader.read(&mut piece) {
            text.extend_from_slice(&piece[..length]);
            if text.len() as u64 >= MOST {
                break;
            }
        }
    };
    let kind = match head {
        [0x1f, 0x8b, ..] => {
            read(&mut MultiGzDecoder::new(head));
            "gzip"
        }
        [b'B', b'Z', b'h', ..] => {
            read(&mut MultiBzDecoder::new(head));
            "bzip2"
        }
        _ => return ("none", None),
    };
    (kind, Some(text))
}

fn parquet(size: u64, tail: &[u8]) -> (Class, Vec<(String, Shape)>, u64) {
    let Ok(Ending::Footer(footer)) = footer::ending(size, tail) else {
        return (Class::Unknown, Vec::new(), 0);
    };
    let Ok((_, nodes)) = footer::metadata(&footer.raw) else { return (Class::Unknown, Vec::new(), 0) };
    let columns = nodes.iter().map(|node| (node.name.to_lowercase(), Shape::of_parquet(node)));
    (Class::Parquet, columns.collect(), footer.rows)
}
