//! ORDER BY with a small LIMIT: only rows that can still be among the first are kept.

use arrow::array::ArrayRef;

use super::emission::Emission;
use super::gather::{concatenate_batches, gather_batch};
use super::memory::Held;
use super::sort::Keys;
use super::sorting::{KeyColumn, SortBy, sorted_rows};
use super::{BATCH_ROWS, Context, Operator, Pull, array};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Batch;

/// Up to this limit; for more, all rows are sorted.
pub const MOST_ROWS: usize = 16_384;

pub struct Top {
    input: Box<dyn Operator>,
    keys: Keys,
    limit: usize,
    /// The best rows so far, then what has come since.
    kept: Vec<Batch>,
    rows: usize,
    /// The first key's word and NULL of the worst row that still counts.
    threshold: Option<Threshold>,
    done: Option<Emission>,
    held: Held,
}

#[derive(Clone, Copy)]
struct Threshold {
    word: u64,
    is_null: bool,
}

impl Top {
    pub fn new(input: Box<dyn Operator>, keys: Keys, limit: usize) -> Self {
        Top {
            input,
            keys,
            limit,
            kept: Vec::new(),
            rows: 0,
            threshold: None,
            done: None,
            held: Held::default(),
        }
    }

    fn take(&mut self, batch: Batch, context: &mut Context) -> SqlResult<()> {
        let mut batch = self.keys.widened(batch, context)?;
        if let Some(threshold) = self.threshold {
            batch = self.better_rows(batch, threshold)?;
        }
        if batch.rows == 0 {
            return Ok(());
        }
        self.held.add(array::bytes_of_batch(&batch), context)?;
        self.rows += batch.rows;
        self.kept.push(batch);
        if self.rows >= 2 * self.limit.max(BATCH_ROWS) { self.close(context) } else { Ok(()) }
    }

    /// The first key over a batch, with words that can be compared with another batch's.
    fn first_key(&self, batch: &Batch) -> SqlResult<Option<KeyColumn>> {
        let Some(SortBy { column, descending, nulls_first }) = self.keys.by.first().copied() else {
            return Ok(None);
        };
        let column = batch.columns.get(column).ok_or_else(|| SqlError::bug("a sort key was lost"))?;
        KeyColumn::new(column.clone(), descending, nulls_first, true).map(Some)
    }

    /// Rows that the threshold's row does not surely beat.
    fn better_rows(&self, batch: Batch, threshold: Threshold) -> SqlResult<Batch> {
        let Some(key) = self.first_key(&batch)? else {
            return Ok(batch);
        };
        let rows: Vec<u32> = (0..batch.rows as u32)
            .filter(|&row| match (key.is_null(row), threshold.is_null) {
                (false, false) => key.word(row) <= threshold.word,
                (true, false) => key.nulls_first(),
                (false, true) => !key.nulls_first(),
                (true, true) => true,
            })
            .collect();
        if rows.len() == batch.rows {
            return Ok(batch);
        }
        Ok(gather_batch(&batch, &rows, None))
    }

    /// Sorts what is there; only the best stay.
    fn close(&mut self, context: &mut Context) -> SqlResult<()> {
        let Some(all) = concatenate_batches(std::mem::take(&mut self.kept)) else {
            return Ok(());
        };
        context.statistics.worked(all.rows);
        let mut rows = sorted_rows(all.columns.clone(), all.rows, self.keys.by.clone())?;
        rows.truncate(self.limit);
        let best = gather_batch(&all, &rows, None);
        if best.rows == self.limit && self.limit > 0 {
            let last = |column: &ArrayRef| column.slice(self.limit - 1, 1);
            let last = Batch { columns: best.columns.iter().map(last).collect(), rows: 1 };
            self.threshold =
                self.first_key(&last)?.map(|key| Threshold { word: key.word(0), is_null: key.is_null(0) });
        }
        self.rows = best.rows;
        self.held.set(array::bytes_of_batch(&best), context)?;
        self.kept.push(best);
        Ok(())
    }
}

impl Operator for Top {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        if let Some(done) = &mut self.done {
            return Ok(done.pull());
        }
        if self.limit == 0 {
            return Ok(Pull::End);
        }
        match self.input.pull(context)? {
            Pull::Batch(batch) => self.take(batch, context)?,
            Pull::Pending => {}
            Pull::End => {
                self.close(context)?;
                let mut best = self.kept.pop().unwrap_or(Batch { columns: Vec::new(), rows: 0 });
                best.columns.truncate(self.keys.width);
                self.done = Some(Emission::new(best));
            }
        }
        Ok(Pull::Pending)
    }
}
