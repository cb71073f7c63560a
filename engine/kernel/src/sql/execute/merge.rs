//! Segments that are each in sort-key order, merged: what puts a first load in order.
//!
//! Only a window of each segment's keys is there at a time, so that a table of ten million rows is ordered in some
//! megabytes, where a sort holds every key and every row's number.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::Int64Array;

use super::sorting::KeyColumn;
use super::{BATCH_ROWS, Context, Operator, Pull};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Batch;
use crate::warehouse::catalog::{Relation, Table};

/// Segments whose first windows are read in one pull.
const OPENED: usize = 16;

/// The row ids of a table by its sort key: NULL last, equal rows as they lie.
pub struct Merge {
    relation: Arc<Relation>,
    /// A window of each segment, as far as they are open.
    runs: Vec<Run>,
    /// Segments by their next rows, the least first: a heap.
    heap: Vec<usize>,
}

struct Run {
    keys: Vec<KeyColumn>,
    /// Where the window begins in its segment, how long it is, and the next row in it.
    start: usize,
    length: usize,
    at: usize,
}

impl Merge {
    pub fn new(relation: Arc<Relation>) -> Merge {
        Merge { relation, runs: Vec::new(), heap: Vec::new() }
    }

    fn table(&self) -> SqlResult<&Table> {
        self.relation.table().ok_or_else(|| SqlError::bug("a merge of what is not a table"))
    }

    /// The window of a segment that begins at `start`; nothing behind its end.
    fn window(&self, segment: usize, start: usize) -> SqlResult<Option<Run>> {
        let table = self.table()?;
        let missing = || SqlError::bug("a sort key's block was not read");
        let stored = table.data.segments.get(segment).ok_or_else(missing)?;
        let length = BATCH_ROWS.min((stored.segment.rows as usize).saturating_sub(start));
        if length == 0 {
            return Ok(None);
        }
        let mut keys = Vec::with_capacity(table.sort_key.len());
        for key in &table.sort_key {
            let block = stored.segment.columns.get(*key).and_then(|block| block.slice(start, length));
            keys.push(KeyColumn::new(block.ok_or_else(missing)?, false, false, true)?);
        }
        Ok(Some(Run { keys, start, length, at: 0 }))
    }

    /// Whether the next row of one segment comes before that of another.
    fn before(&self, left: usize, right: usize) -> bool {
        let (one, other) = (&self.runs[left], &self.runs[right]);
        let keys = one.keys.iter().zip(&other.keys);
        let mut orders = keys.map(|(a, b)| a.compare_across(one.at as u32, b, other.at as u32));
        orders.find(|order| order.is_ne()).unwrap_or(left.cmp(&right)) == Ordering::Less
    }

    /// Lets the segment at a place of the heap sink to where it belongs.
    fn sink(&mut self, mut place: usize) {
        loop {
            let mut least = place;
            for child in [2 * place + 1, 2 * place + 2] {
                if child < self.heap.len() && self.before(self.heap[child], self.heap[least]) {
                    least = child;
                }
            }
            if least == place {
                return;
            }
            self.heap.swap(place, least);
            place = least;
        }
    }
}

impl Operator for Merge {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        let segments = self.table()?.data.segments.len();
        if self.runs.len() < segments {
            for segment in self.runs.len()..segments.min(self.runs.len() + OPENED) {
                let run = self.window(segment, 0)?;
                self.runs.push(run.unwrap_or(Run { keys: Vec::new(), start: 0, length: 0, at: 0 }));
            }
            if self.runs.len() == segments {
                self.heap = (0..segments).filter(|segment| self.runs[*segment].length > 0).collect();
                (0..self.heap.len() / 2).rev().for_each(|place| self.sink(place));
            }
            return Ok(Pull::Pending);
        }
        let mut ids: Vec<i64> = Vec::with_capacity(BATCH_ROWS);
        while ids.len() < BATCH_ROWS {
            let Some(&segment) = self.heap.first() else { break };
            let run = &mut self.runs[segment];
            ids.push(((segment as i64) << 32) | (run.start + run.at) as i64);
            run.at += 1;
            if run.at == run.length {
                let start = run.start + run.length;
                match self.window(segment, start)? {
                    Some(next) => self.runs[segment] = next,
                    None => {
                        self.runs[segment].keys = Vec::new();
                        self.heap.swap_remove(0);
                    }
                }
            }
            self.sink(0);
        }
        let rows = ids.len();
        if rows == 0 {
            return Ok(Pull::End);
        }
        context.statistics.worked(rows);
        Ok(Pull::Batch(Batch { columns: vec![Arc::new(Int64Array::from(ids))], rows }))
    }
}
