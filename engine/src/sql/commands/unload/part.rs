//! One file that is being written.

use arrow::array::ArrayRef;

use super::settings::{Settings, Shape};
use crate::extension::formats::Column;
use crate::sql::execute::array::bytes_of;
use crate::sql::execute::gather::{concatenate, gather};
use crate::sql::outcome::Batch;
use crate::sql::plan::Field;

/// A file on its way: one slice's, of one folder.
pub struct Part {
    /// `sales_date=2023-01-01/`, or nothing.
    pub folder: String,
    pub slice: usize,
    /// Its number among the slice's files.
    pub number: u32,
    pub rows: u64,
    /// Lines, or row groups behind each other.
    pub bytes: Vec<u8>,
    /// Parquet: rows that are no group yet, by column, and about how long they are.
    pub waiting: Vec<Vec<ArrayRef>>,
    pub waiting_rows: usize,
    pub waiting_bytes: u64,
    /// Parquet: the heads of the groups that are written.
    pub groups: Vec<Vec<u8>>,
}

impl Part {
    pub fn new(folder: String, slice: usize, number: u32) -> Part {
        Part {
            folder,
            slice,
            number,
            rows: 0,
            bytes: Vec::new(),
            waiting: Vec::new(),
            waiting_rows: 0,
            waiting_bytes: 0,
            groups: Vec::new(),
        }
    }

    /// Takes rows of a batch for a row group.
    pub fn keep(&mut self, batch: &Batch, rows: &[u32], columns: &[usize]) {
        let picked: Vec<ArrayRef> =
            columns.iter().map(|number| gather(&batch.columns[*number], rows)).collect();
        self.waiting_bytes += picked.iter().map(bytes_of).sum::<u64>();
        self.waiting_rows += rows.len();
        self.rows += rows.len() as u64;
        self.waiting.push(picked);
    }

    /// The rows that wait, as the columns of a row group; `None` is a bug of ours.
    pub fn group(&mut self, columns: &[usize], fields: &[Field]) -> Option<Vec<Column>> {
        let pieces = std::mem::take(&mut self.waiting);
        (self.waiting_rows, self.waiting_bytes) = (0, 0);
        let mut out = Vec::with_capacity(columns.len());
        for (place, number) in columns.iter().enumerate() {
            let all: Vec<ArrayRef> = pieces.iter().map(|piece| piece[place].clone()).collect();
            out.push(crate::load::plain::column(&concatenate(&all)?, fields[*number].data_type));
        }
        Some(out)
    }

    /// Bytes that are held for it.
    pub fn held(&self) -> u64 {
        self.bytes.len() as u64 + self.waiting_bytes
    }

    pub fn is_full(&self, settings: &Settings) -> bool {
        self.bytes.len() as u64 + self.waiting_bytes >= settings.most_bytes
    }

    /// The object's key.
    pub fn key(&self, prefix: &str, settings: &Settings) -> String {
        let slash = if settings.partition.is_empty() || prefix.ends_with('/') { "" } else { "/" };
        let name = match settings.parallel {
            true => format!("{:04}_part_{:02}", self.slice, self.number),
            false => format!("{:03}", self.number),
        };
        format!("{prefix}{slash}{}{}{name}{}", self.folder, settings.stem, settings.ending())
    }

    /// Whether it is written although it has no rows: text files are, the others are not.
    pub fn stands_empty(settings: &Settings) -> bool {
        settings.partition.is_empty() && !matches!(settings.shape, Shape::Json | Shape::Parquet)
    }
}
