//! Reads an external table's files: a bounded stretch of lines a pull, only the columns that are wanted.
//!
//! What is counted here is what the bill and `svl_s3query_summary` tell: lines are read whole, whatever the query
//! wants of them, of columns those that it wants.

use std::sync::Arc;

use arrow::array::ArrayRef;

use super::array::{array_of, bytes_of, nulls, repeat};
use super::external_file::{FileReader, Piece};
use super::gather::gather_batch;
use super::logic::{Selection, conjuncts, select};
use super::sought::{Screen, Sought};
use super::zone::ZoneTest;
use super::{Context, Operator, Pull};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::Expression;
use crate::sql::outcome::Batch;
use crate::sql::plan::{Content, External, Scan};
use crate::warehouse::external::ExternalTable;
use crate::warehouse::value::Value;

/// What one scan has read so far.
#[derive(Clone, Debug)]
pub struct ExternalRead {
    pub table: Arc<ExternalTable>,
    pub content: Arc<Content>,
    pub scanned_rows: u64,
    pub scanned_bytes: u64,
    pub returned_rows: u64,
    pub returned_bytes: u64,
    /// Files that were begun.
    pub files: usize,
    /// The step whose aggregate was computed outside, so that only its groups came back.
    pub pushed: Option<usize>,
}

pub struct ScanExternal {
    scan: Scan,
    table: Arc<ExternalTable>,
    content: Arc<Content>,
    reader: FileReader,
    /// Where in the reader's columns each output column is, if it lies in files.
    places: Vec<Option<usize>>,
    /// Tests of what lies in files, by the reader's columns.
    tests: Vec<(usize, ZoneTest)>,
    /// The number of the file that is read or comes next, and whether it is begun.
    file: usize,
    open: bool,
    /// Bytes of it that are counted already.
    counted: u64,
    screen: Screen,
    /// Its number in the profile, and in what was read outside.
    number: Option<usize>,
    entry: usize,
}

impl ScanExternal {
    pub fn new(
        scan: &Scan,
        external: &External,
        sought: Vec<Sought>,
        context: &mut Context,
    ) -> SqlResult<Self> {
        let table = external.table.clone();
        let content = external.content.clone();
        let content = content.ok_or_else(|| SqlError::bug("an external scan that was not looked up"))?;
        let mut wanted: Vec<usize> = Vec::new();
        let mut places = Vec::with_capacity(scan.columns.len());
        for column in &scan.columns {
            places.push((*column < table.stored).then(|| {
                wanted.push(*column);
                wanted.len() - 1
            }));
        }
        let reader = FileReader::new(table.clone(), wanted)?;
        let mut tests = Vec::new();
        for conjunct in scan.filters.iter().flat_map(conjuncts) {
            if let Some(test) = ZoneTest::of(conjunct, context)?
                && let Some(place) = places.get(test.column).copied().flatten()
            {
                tests.push((place, test));
            }
        }
        context.external.push(ExternalRead {
            table: table.clone(),
            content: content.clone(),
            scanned_rows: 0,
            scanned_bytes: 0,
            returned_rows: 0,
            returned_bytes: 0,
            files: 0,
            pushed: None,
        });
        Ok(ScanExternal {
            scan: scan.clone(),
            table,
            content,
            reader,
            places,
            tests,
            file: 0,
            open: false,
            counted: 0,
            screen: Screen::new(sought),
            number: context.profile.entered(),
            entry: context.external.len() - 1,
        })
    }

    /// Every output column for the rows of one file.
    fn batch(&self, read: &[ArrayRef], rows: usize) -> SqlResult<Batch> {
        let Some(file) = self.content.files.get(self.file) else {
            return Err(SqlError::bug("rows of no file"));
        };
        let keys = self.content.partitions.get(file.partition).map_or(&[][..], Vec::as_slice);
        let mut columns = Vec::with_capacity(self.places.len());
        for ((column, place), field) in self.scan.columns.iter().zip(&self.places).zip(&self.scan.fields) {
            let constant = |value: &Value| match value {
                Value::Null => nulls(field.data_type, rows),
                value => repeat(&array_of(std::slice::from_ref(value), field.data_type), rows),
            };
            columns.push(match place {
                Some(place) => read[*place].clone(),
                None if self.table.is_key(*column) => {
                    constant(keys.get(column - self.table.stored).unwrap_or(&Value::Null))
                }
                None => constant(&match column - self.table.columns.len() {
                    0 => Value::string(file.path.as_str()),
                    1 => Value::BigInt(file.bytes.len() as i64),
                    // unconfirmed: what the object's number is made of.
                    _ => Value::Integer(self.file as i32),
                }),
            });
        }
        Ok(Batch { columns, rows })
    }

    /// The rows that pass the filters.
    fn kept(&self, batch: Batch, context: &mut Context) -> SqlResult<Option<Batch>> {
        let tests: Vec<&Expression> = self.scan.filters.iter().flat_map(conjuncts).collect();
        if tests.is_empty() {
            return Ok(Some(batch));
        }
        Ok(match select(&tests, &batch, context)? {
            Selection::All => Some(batch),
            Selection::Rows(rows) if rows.is_empty() => None,
            Selection::Rows(rows) => Some(gather_batch(&batch, &rows, None)),
        })
    }
}

impl Operator for ScanExternal {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        let Some(file) = self.content.files.get(self.file) else { return Ok(Pull::End) };
        if !self.open {
            self.reader.open(file, context.extensions)?;
            (self.open, self.counted) = (true, 0);
            if let Some(entry) = context.external.get_mut(self.entry) {
                entry.files += 1;
            }
        }
        let tests: Vec<(usize, &ZoneTest)> = self.tests.iter().map(|(place, test)| (*place, test)).collect();
        let piece = self.reader.step(&tests);
        let taken = self.reader.taken();
        if let Some(entry) = context.external.get_mut(self.entry) {
            entry.scanned_bytes += taken - self.counted;
        }
        self.counted = taken;
        let (columns, rows) = match piece? {
            Piece::Pending => return Ok(Pull::Pending),
            Piece::End => {
                self.open = false;
                self.file += 1;
                return Ok(Pull::Pending);
            }
            Piece::Rows(columns, rows) => (columns, rows),
        };
        context.statistics.rows_scanned += rows as u64;
        let batch = self.batch(&columns, rows)?;
        let kept = if rows == 0 { None } else { self.kept(batch, context)? };
        let returned = kept
            .as_ref()
            .map_or((0, 0), |batch| (batch.rows as u64, batch.columns.iter().map(bytes_of).sum::<u64>()));
        if let Some(entry) = context.external.get_mut(self.entry) {
            entry.scanned_rows += rows as u64;
            entry.returned_rows += returned.0;
            entry.returned_bytes += returned.1;
        }
        if let Some(step) = context.profile.at(self.number) {
            step.read.stored += rows as u64;
            step.read.visible += rows as u64;
            step.read.kept += returned.0;
            step.read.bytes += returned.1;
        }
        Ok(match kept {
            Some(batch) => self.screen.pass(batch)?.map_or(Pull::Pending, Pull::Batch),
            None => Pull::Pending,
        })
    }
}
