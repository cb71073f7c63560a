//! Reads a table: skips segments by zone maps, leaves out deleted rows, filters before it gathers.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, NullArray};

use super::array::{bytes_of, nulls};
use super::dictionary::columns_of;
use super::gather::gather_batch;
use super::logic::{Selection, conjuncts, select};
use super::sought::{Screen, Sought};
use super::zone::ZoneTest;
use super::{BATCH_ROWS, Context, Operator, Pull};
use crate::sorted::SortedSet;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::Expression;
use crate::sql::outcome::Batch;
use crate::sql::plan::Scan;
use crate::warehouse::catalog::Relation;
use crate::warehouse::storage::StoredSegment;

pub struct ScanSegments {
    relation: Arc<Relation>,
    scan: Scan,
    tests: Vec<ZoneTest>,
    /// Columns of the scan's output that filters read.
    early: SortedSet<usize>,
    screen: Screen,
    segment: usize,
    row: usize,
    /// Its number in the profile.
    number: Option<usize>,
}

impl ScanSegments {
    pub fn new(scan: &Scan, sought: Vec<Sought>, context: &mut Context) -> SqlResult<Self> {
        let relation = context
            .manifest
            .catalog
            .database(&context.database)
            .and_then(|database| database.relation(scan.relation))
            .cloned()
            .ok_or_else(|| SqlError::undefined_relation(&scan.name))?;
        let mut tests = Vec::new();
        for conjunct in scan.filters.iter().flat_map(conjuncts) {
            tests.extend(ZoneTest::of(conjunct, context)?);
        }
        Ok(ScanSegments {
            relation,
            scan: scan.clone(),
            tests,
            early: scan.filters.iter().flat_map(columns_of).collect(),
            screen: Screen::new(sought),
            segment: 0,
            row: 0,
            number: context.profile.entered(),
        })
    }

    /// The scan's column `number` from the present row on.
    fn column(&self, number: usize, stored: &StoredSegment, rows: usize) -> SqlResult<ArrayRef> {
        let (Some(&column), Some(field)) = (self.scan.columns.get(number), self.scan.fields.get(number))
        else {
            return Err(SqlError::bug("a scan of a column that it does not have"));
        };
        match stored.segment.columns.get(column) {
            Some(block) => block
                .slice(self.row, rows)
                .ok_or_else(|| SqlError::bug(format!("block {} was not read", block.id))),
            // The column is younger than the segment.
            None => Ok(nulls(field.data_type, rows)),
        }
    }

    /// The rows from `row` on, up to one batch, before any filter. With filters only the columns that they read
    /// are real: the others are unpacked when a row is left.
    fn slice(&self, stored: &StoredSegment, rows: usize) -> SqlResult<Batch> {
        let mut columns = Vec::with_capacity(self.scan.columns.len() + 1);
        for number in 0..self.scan.columns.len() {
            columns.push(match self.is_late(number) {
                true => Arc::new(NullArray::new(rows)) as ArrayRef,
                false => self.column(number, stored, rows)?,
            });
        }
        if self.scan.with_row_id {
            let first = ((self.segment as i64) << 32) | self.row as i64;
            let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(first..first + rows as i64));
            columns.push(ids);
        }
        Ok(Batch { columns, rows })
    }

    fn is_late(&self, number: usize) -> bool {
        !self.scan.filters.is_empty() && !self.early.contains(&number)
    }

    /// Filters the rows, then brings in the columns that no filter reads.
    fn finish(
        &self,
        stored: &StoredSegment,
        visible: Option<Vec<u32>>,
        context: &mut Context,
    ) -> SqlResult<Pull> {
        let rows = BATCH_ROWS.min(stored.segment.rows as usize - self.row);
        let mut batch = self.slice(stored, rows)?;
        let tests: Vec<&Expression> = self.scan.filters.iter().flat_map(conjuncts).collect();
        let selected = match (tests.is_empty(), visible) {
            (true, visible) => visible,
            (false, None) => match select(&tests, &batch, context)? {
                Selection::All => None,
                Selection::Rows(rows) => Some(rows),
            },
            (false, Some(visible)) => {
                let part = gather_batch(&batch, &visible, Some(&self.early));
                match select(&tests, &part, context)? {
                    Selection::All => Some(visible),
                    Selection::Rows(rows) => Some(rows.iter().map(|&row| visible[row as usize]).collect()),
                }
            }
        };
        if selected.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Pull::Pending);
        }
        for number in (0..self.scan.columns.len()).filter(|number| self.is_late(*number)) {
            batch.columns[number] = self.column(number, stored, rows)?;
        }
        Ok(match selected {
            None => Pull::Batch(batch),
            Some(rows) => Pull::Batch(gather_batch(&batch, &rows, None)),
        })
    }
}

impl Operator for ScanSegments {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        let relation = Arc::clone(&self.relation);
        let Some(table) = relation.table() else {
            return Err(SqlError::bug(format!("{} is no table", self.scan.name)));
        };
        let Some(stored) = table.data.segments.get(self.segment) else {
            return Ok(Pull::End);
        };
        let total = stored.segment.rows as usize;
        if (self.segment, self.row) == (0, 0) {
            self.tests.extend(self.screen.tests(&self.scan.fields));
        }
        if self.row == 0 {
            let blocks = self.scan.columns.len() as u64;
            let wanted = self.tests.iter().all(|test| {
                let number = self.scan.columns.get(test.column).copied().unwrap_or(usize::MAX);
                stored
                    .segment
                    .columns
                    .get(number)
                    .is_none_or(|block| test.may_match(block, stored.segment.rows))
            });
            if !wanted || total == 0 {
                context.statistics.blocks_skipped += blocks;
                if let Some(step) = context.profile.at(self.number) {
                    step.blocks_skipped += blocks;
                }
                self.segment += 1;
                return Ok(Pull::Pending);
            }
            context.statistics.blocks_read += blocks;
            if let Some(step) = context.profile.at(self.number) {
                step.blocks_read += blocks;
            }
        }
        let rows = BATCH_ROWS.min(total - self.row);
        let visible = visible_rows(&stored.deleted, self.row, rows);
        let (seen, first) = (visible.as_ref().map_or(rows, Vec::len) as u64, self.row == 0);
        context.statistics.rows_scanned += seen;
        let pulled = self.finish(stored, visible, context)?;
        self.row += rows;
        if self.row >= total {
            self.segment += 1;
            self.row = 0;
        }
        if let Some(step) = context.profile.at(self.number) {
            if first {
                for (slice, held) in stored.slices.iter().enumerate().filter(|(_, held)| **held > 0) {
                    *step.slices.entry(slice as u16).or_default() += u64::from(*held);
                }
            }
            step.read.stored += rows as u64;
            step.read.visible += seen;
            if let Pull::Batch(batch) = &pulled {
                step.read.kept += batch.rows as u64;
                step.read.bytes += batch.columns.iter().map(bytes_of).sum::<u64>();
            }
        }
        Ok(match pulled {
            Pull::Batch(batch) => self.screen.pass(batch)?.map_or(Pull::Pending, Pull::Batch),
            other => other,
        })
    }
}

/// Rows that are not deleted, when some are.
fn visible_rows(deleted: &[u32], start: usize, rows: usize) -> Option<Vec<u32>> {
    let from = deleted.partition_point(|&row| (row as usize) < start);
    let to = deleted.partition_point(|&row| (row as usize) < start + rows);
    let mut marks = deleted[from..to].iter().map(|&row| row - start as u32).peekable();
    marks.peek()?;
    Some((0..rows as u32).filter(|row| marks.next_if_eq(row).is_none()).collect())
}
