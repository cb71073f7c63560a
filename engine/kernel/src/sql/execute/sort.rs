//! ORDER BY: sorts runs as they come and merges them at the end; with a limit it keeps only the best rows.

use arrow::array::ArrayRef;

use super::evaluate::evaluate_rows;
use super::gather::{concatenate_batches, gather_batch};
use super::memory::Held;
use super::sorting::{KeyColumn, compare_rows, sorted_rows};
use super::{BATCH_ROWS, Context, Operator, Pull, array};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::Expression;
use crate::sql::outcome::Batch;
use crate::sql::plan::SortKey;

/// Rows of a run: sorting one is a single pull's work.
const RUN_ROWS: usize = 65_536;

pub struct Sort {
    input: Box<dyn Operator>,
    keys: Vec<SortKey>,
    limit: Option<usize>,
    /// Columns of the input, and where each key's values are: a column of the input, or one behind them.
    shape: Option<(usize, Vec<usize>)>,
    /// Rows not in a run yet; keys that are no column stand behind the columns.
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
            shape: None,
            pending: Vec::new(),
            pending_rows: 0,
            runs: Vec::new(),
            threshold: None,
            merge: None,
            held: Held::default(),
        }
    }

    /// The key's values in a batch that [`Sort::take`] has widened.
    fn key_array(&self, batch: &Batch, key: usize) -> SqlResult<ArrayRef> {
        let place = self.shape.as_ref().and_then(|(_, places)| places.get(key).copied());
        match place.and_then(|place| batch.columns.get(place)) {
            Some(array) => Ok(array.clone()),
            None => Err(SqlError::bug("a sort key was lost")),
        }
    }

    fn key_columns(&self, batch: &Batch) -> SqlResult<Vec<KeyColumn>> {
        let keys = self.keys.iter().enumerate();
        keys.map(|(at, key)| {
            KeyColumn::new(self.key_array(batch, at)?, key.descending, key.nulls_first, false)
        })
        .collect()
    }

    fn take(&mut self, mut batch: Batch, context: &mut Context) -> SqlResult<()> {
        let width = batch.columns.len();
        let mut places = Vec::with_capacity(self.keys.len());
        let mut computed = Vec::new();
        for key in &self.keys {
            if let Expression::Column { index, .. } = &key.expression {
                places.push(*index);
            } else {
                places.push(width + computed.len());
                computed.push(evaluate_rows(&key.expression, &batch, context)?);
            }
        }
        batch.columns.extend(computed);
        self.shape.get_or_insert((width, places));
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
        let Some(key) = self.keys.first() else {
            return Ok(batch);
        };
        let column = KeyColumn::new(self.key_array(&batch, 0)?, key.descending, key.nulls_first, true)?;
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
        let keys = self.key_columns(&all)?;
        let mut rows = sorted_rows(&keys, all.rows);
        if let Some(limit) = self.limit {
            rows.truncate(limit);
        }
        let run = gather_batch(&all, &rows, None);
        if let Some(limit) = self.limit
            && run.rows == limit
            && limit > 0
            && let Some(key) = self.keys.first()
        {
            let last = self.key_array(&run, 0)?.slice(limit - 1, 1);
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
                let ends = runs.iter().scan(0, |end, run| {
                    *end += run.rows as u32;
                    Some(*end)
                });
                let ends: Vec<u32> = ends.collect();
                let all = concatenate_batches(&runs);
                drop(runs);
                let keys = match &all {
                    Some(all) if ends.len() > 1 => self.key_columns(all)?,
                    _ => Vec::new(),
                };
                let columns = self.shape.as_ref().map_or(0, |(width, _)| *width);
                self.merge = Some(Merge::new(all, columns, ends, keys, self.limit));
            }
        }
        Ok(Pull::Pending)
    }
}

/// Sorted runs, laid end to end, read in order.
struct Merge {
    all: Option<Batch>,
    keys: Vec<KeyColumn>,
    /// For each run with rows left, its next row; a heap with the least at the top.
    heads: Vec<Head>,
    ends: Vec<u32>,
    columns: usize,
    left: usize,
    /// A single run needs no merging.
    at: usize,
}

#[derive(Clone, Copy)]
struct Head {
    /// 0: a NULL that comes first, 1: a value, 2: a NULL that comes last.
    rank: u8,
    word: u64,
    row: u32,
    run: usize,
}

impl Merge {
    fn new(
        all: Option<Batch>,
        columns: usize,
        ends: Vec<u32>,
        keys: Vec<KeyColumn>,
        limit: Option<usize>,
    ) -> Self {
        let rows = ends.last().copied().unwrap_or(0) as usize;
        let left = limit.unwrap_or(usize::MAX).min(rows);
        let mut merge = Merge { all, keys, heads: Vec::new(), ends, columns, left, at: 0 };
        if merge.ends.len() > 1 {
            let starts = std::iter::once(0).chain(merge.ends.iter().copied());
            let live = starts.zip(&merge.ends).enumerate().filter(|(_, (start, end))| start < end);
            merge.heads = live.map(|(run, (start, _))| merge.head(start, run)).collect();
            for at in (0..merge.heads.len() / 2).rev() {
                merge.sift_down(at);
            }
        }
        merge
    }

    fn head(&self, row: u32, run: usize) -> Head {
        match self.keys.first() {
            None => Head { rank: 1, word: 0, row, run },
            Some(key) if key.is_null(row) => {
                Head { rank: if key.nulls_first() { 0 } else { 2 }, word: 0, row, run }
            }
            Some(key) => Head { rank: 1, word: key.word(row), row, run },
        }
    }

    fn is_less(&self, a: &Head, b: &Head) -> bool {
        let order = (a.rank, a.word).cmp(&(b.rank, b.word));
        order.then_with(|| compare_rows(&self.keys, a.row, b.row)).then(a.run.cmp(&b.run)).is_lt()
    }

    fn sift_down(&mut self, mut at: usize) {
        loop {
            let mut least = at;
            for child in [2 * at + 1, 2 * at + 2] {
                if child < self.heads.len() && self.is_less(&self.heads[child], &self.heads[least]) {
                    least = child;
                }
            }
            if least == at {
                return;
            }
            self.heads.swap(at, least);
            at = least;
        }
    }

    /// Takes the least row of all runs.
    fn least(&mut self) -> Option<u32> {
        let Head { row, run, .. } = *self.heads.first()?;
        if row + 1 < self.ends[run] {
            self.heads[0] = self.head(row + 1, run);
        } else {
            self.heads.swap_remove(0);
        }
        self.sift_down(0);
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
