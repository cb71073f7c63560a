//! ORDER BY: sorts runs as they come and merges them at the end; with a limit it keeps only the best rows.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use arrow::array::{Array, ArrayRef};

use super::evaluate::evaluate_all;
use super::gather::{concatenate_batches, gather_batch};
use super::memory::Held;
use super::sorting::{KeyColumn, sorted_rows};
use super::{BATCH_ROWS, Context, Operator, Pull, array};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Batch;
use crate::sql::plan::SortKey;

/// Rows of a run: sorting one is a single pull's work.
const RUN_ROWS: usize = 65_536;

pub struct Sort {
    input: Box<dyn Operator>,
    keys: Vec<SortKey>,
    limit: Option<usize>,
    /// Rows not in a run yet; the keys' values stand behind the columns.
    pending: Vec<Batch>,
    pending_rows: usize,
    /// Sorted rows, keys behind the columns.
    runs: Vec<Batch>,
    /// Top-n: the first key's word and NULL of the worst row that still counts.
    threshold: Option<Threshold>,
    merge: Option<Merge>,
    held: Held,
}

#[derive(Clone, Copy)]
struct Threshold {
    word: u64,
    is_null: bool,
}

impl Sort {
    pub fn new(input: Box<dyn Operator>, keys: Vec<SortKey>, limit: Option<u64>) -> Self {
        Sort {
            input,
            keys,
            limit: limit.and_then(|limit| usize::try_from(limit).ok()),
            pending: Vec::new(),
            pending_rows: 0,
            runs: Vec::new(),
            threshold: None,
            merge: None,
            held: Held::default(),
        }
    }

    fn key_columns(&self, batch: &Batch, across: bool) -> SqlResult<Vec<KeyColumn>> {
        let first = batch.columns.len() - self.keys.len();
        self.keys
            .iter()
            .zip(&batch.columns[first..])
            .map(|(key, array)| KeyColumn::new(array.clone(), key.descending, key.nulls_first, across))
            .collect()
    }

    fn take(&mut self, mut batch: Batch, context: &mut Context) -> SqlResult<()> {
        let keys = evaluate_all(self.keys.iter().map(|key| &key.expression), &batch, context)?;
        batch.columns.extend(keys);
        if let Some(threshold) = self.threshold {
            batch = self.better_rows(batch, threshold)?;
            if batch.rows == 0 {
                return Ok(());
            }
        }
        self.held.add(bytes(&batch), context)?;
        self.pending_rows += batch.rows;
        self.pending.push(batch);
        let full = match self.limit {
            Some(limit) => (limit * 2).max(BATCH_ROWS * 2).min(RUN_ROWS.max(limit)),
            None => RUN_ROWS,
        };
        if self.pending_rows >= full { self.close_run(context) } else { Ok(()) }
    }

    /// Rows that the threshold's row does not surely beat.
    fn better_rows(&self, batch: Batch, threshold: Threshold) -> SqlResult<Batch> {
        let first = batch.columns.len() - self.keys.len();
        let Some(key) = self.keys.first() else {
            return Ok(batch);
        };
        let column = KeyColumn::new(batch.columns[first].clone(), key.descending, key.nulls_first, true)?;
        let rows: Vec<u32> = (0..batch.rows as u32)
            .filter(|&row| match (column.is_null(row), threshold.is_null) {
                (false, false) => column.word(row) <= threshold.word,
                (true, false) => column.nulls_first(),
                (false, true) => !column.nulls_first(),
                (true, true) => true,
            })
            .collect();
        if rows.len() == batch.rows {
            return Ok(batch);
        }
        Ok(gather_batch(&batch, &rows, None))
    }

    /// Sorts what is pending. With a limit, what was kept before goes in again and only the best stay.
    fn close_run(&mut self, context: &mut Context) -> SqlResult<()> {
        let mut parts = Vec::new();
        if self.limit.is_some() {
            parts.append(&mut self.runs);
        }
        parts.append(&mut self.pending);
        self.pending_rows = 0;
        let Some(all) = concatenate_batches(&parts) else {
            return Ok(());
        };
        drop(parts);
        let keys = self.key_columns(&all, false)?;
        let mut rows = sorted_rows(&keys, all.rows);
        if let Some(limit) = self.limit {
            rows.truncate(limit);
        }
        let run = gather_batch(&all, &rows, None);
        if let Some(limit) = self.limit
            && run.rows == limit
            && limit > 0
            && !self.keys.is_empty()
        {
            let first = run.columns.len() - self.keys.len();
            let last = run.columns[first].slice(limit - 1, 1);
            let key = &self.keys[0];
            let column = KeyColumn::new(last, key.descending, key.nulls_first, true)?;
            self.threshold = Some(Threshold { word: column.word(0), is_null: column.is_null(0) });
        }
        self.runs.push(run);
        self.held.set(self.runs.iter().map(bytes).sum(), context)
    }
}

fn bytes(batch: &Batch) -> u64 {
    batch.columns.iter().map(array::bytes_of).sum()
}

impl Operator for Sort {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        if let Some(merge) = &mut self.merge {
            return merge.pull();
        }
        if self.limit == Some(0) {
            return Ok(Pull::End);
        }
        match self.input.pull(context)? {
            Pull::Batch(batch) => self.take(batch, context)?,
            Pull::Pending => {}
            Pull::End => {
                self.close_run(context)?;
                let runs = std::mem::take(&mut self.runs);
                self.merge = Some(Merge::new(runs, &self.keys, self.limit)?);
            }
        }
        Ok(Pull::Pending)
    }
}

/// Sorted runs, laid end to end, read in order.
struct Merge {
    all: Option<Batch>,
    keys: Vec<KeyColumn>,
    /// For each run with rows left, its next row; the heap's top is the least.
    heads: BinaryHeap<Head>,
    ends: Vec<u32>,
    columns: usize,
    left: usize,
    /// A single run needs no merging.
    at: usize,
}

struct Head {
    word: u64,
    null_rank: u8,
    row: u32,
    run: usize,
}

/// The heap compares words only; ties are settled by [`Merge::least`].
impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.null_rank, other.word, other.run).cmp(&(self.null_rank, self.word, self.run))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

impl Merge {
    fn new(runs: Vec<Batch>, keys: &[SortKey], limit: Option<usize>) -> SqlResult<Self> {
        let mut ends = Vec::with_capacity(runs.len());
        let mut end = 0;
        for run in &runs {
            end += run.rows as u32;
            ends.push(end);
        }
        let all = concatenate_batches(&runs);
        drop(runs);
        let mut merge = Merge {
            keys: Vec::new(),
            heads: BinaryHeap::new(),
            columns: all.as_ref().map_or(0, |all| all.columns.len() - keys.len()),
            left: limit.unwrap_or(usize::MAX).min(end as usize),
            at: 0,
            all,
            ends,
        };
        if let Some(all) = &merge.all
            && merge.ends.len() > 1
        {
            let arrays: &[ArrayRef] = &all.columns[merge.columns..];
            merge.keys = keys
                .iter()
                .zip(arrays)
                .map(|(key, array)| KeyColumn::new(array.clone(), key.descending, key.nulls_first, false))
                .collect::<SqlResult<_>>()?;
            let mut start = 0;
            for (run, &end) in merge.ends.iter().enumerate() {
                let head = merge.head(start, run);
                merge.heads.push(head);
                start = end;
            }
        }
        Ok(merge)
    }

    fn head(&self, row: u32, run: usize) -> Head {
        let Some(key) = self.keys.first() else {
            return Head { word: 0, null_rank: 0, row, run };
        };
        match (key.is_null(row), key.nulls_first()) {
            (true, first) => Head { word: 0, null_rank: if first { 0 } else { 2 }, row, run },
            (false, _) => Head { word: key.word(row), null_rank: 1, row, run },
        }
    }

    /// Takes the least row of all runs.
    fn least(&mut self) -> Option<u32> {
        let mut best = self.heads.pop()?;
        let mut ties = Vec::new();
        while let Some(next) = self.heads.peek() {
            if (next.null_rank, next.word) != (best.null_rank, best.word) {
                break;
            }
            let Some(next) = self.heads.pop() else { break };
            let order =
                super::sorting::compare_rows(&self.keys, next.row, best.row).then(next.run.cmp(&best.run));
            if order.is_lt() {
                ties.push(std::mem::replace(&mut best, next));
            } else {
                ties.push(next);
            }
        }
        self.heads.extend(ties);
        let (row, run) = (best.row, best.run);
        if row + 1 < self.ends[run] {
            let next = self.head(row + 1, run);
            self.heads.push(next);
        }
        Some(row)
    }

    fn pull(&mut self) -> SqlResult<Pull> {
        let rows = self.left.min(BATCH_ROWS);
        if rows == 0 {
            return Ok(Pull::End);
        }
        self.left -= rows;
        let picked: Option<Vec<u32>> =
            if self.ends.len() > 1 { Some((0..rows).map_while(|_| self.least()).collect()) } else { None };
        let Some(all) = &self.all else {
            return Err(SqlError::bug("a sort lost its rows"));
        };
        let columns = all.columns[..self.columns].to_vec();
        let sorted = Batch { columns, rows: all.rows };
        if let Some(picked) = picked {
            return Ok(Pull::Batch(gather_batch(&sorted, &picked, None)));
        }
        let columns = sorted.columns.iter().map(|column| column.slice(self.at, rows)).collect();
        self.at += rows;
        Ok(Pull::Batch(Batch { columns, rows }))
    }
}
