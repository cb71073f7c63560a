//! ORDER BY: all rows in chunks, their order found in steps, then handed out a batch at a time. With a small limit
//! [`top`](super::top) keeps only the best rows.

use super::chunks::{Chunks, Picks};
use super::evaluate::evaluate_rows;
use super::memory::Held;
use super::sorter::Sorter;
use super::sorting::SortBy;
use super::top::{MOST_ROWS, Top};
use super::{BATCH_ROWS, Context, Operator, Pull};
use crate::sql::error::SqlResult;
use crate::sql::expression::Expression;
use crate::sql::outcome::Batch;
use crate::sql::plan::SortKey;

pub struct Sort {
    input: Box<dyn Operator>,
    keys: Keys,
    limit: Option<usize>,
    chunks: Chunks,
    stage: Stage,
    held: Held,
}

enum Stage {
    Reading,
    Ordering(Box<Sorter>),
    Emitting { order: Vec<u32>, at: usize },
}

/// The operator of ORDER BY, with or without a limit.
pub fn sort(input: Box<dyn Operator>, keys: Vec<SortKey>, limit: Option<u64>) -> Box<dyn Operator> {
    let limit = limit.and_then(|limit| usize::try_from(limit).ok());
    match limit {
        Some(limit) if limit <= MOST_ROWS => Box::new(Top::new(input, Keys::new(keys), limit)),
        limit => Box::new(Sort::new(input, keys, limit)),
    }
}

impl Sort {
    pub fn new(input: Box<dyn Operator>, keys: Vec<SortKey>, limit: Option<usize>) -> Self {
        let (keys, chunks) = (Keys::new(keys), Chunks::default());
        Sort { input, keys, limit, chunks, stage: Stage::Reading, held: Held::default() }
    }
}

impl Operator for Sort {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        match &mut self.stage {
            Stage::Reading => match self.input.pull(context)? {
                Pull::Pending => {}
                Pull::Batch(batch) => {
                    let batch = self.keys.widened(batch, context)?;
                    let keys = self.keys.by.len();
                    self.held.add(
                        super::array::bytes_of_batch(&batch) + Sorter::bytes(batch.rows, keys),
                        context,
                    )?;
                    self.chunks.push(batch)?;
                }
                Pull::End => {
                    self.chunks.end()?;
                    self.stage = Stage::Ordering(Box::new(Sorter::new(self.keys.by.clone(), 0, false)));
                }
            },
            Stage::Ordering(sorter) => {
                if let Some(rows) = sorter.step(&self.chunks)? {
                    context.statistics.worked(rows);
                } else {
                    let mut order = sorter.finish().rows;
                    order.truncate(self.limit.unwrap_or(usize::MAX));
                    let rows = self.chunks.rows();
                    self.held.set(self.chunks.bytes() + 4 * rows as u64, context)?;
                    self.stage = Stage::Emitting { order, at: 0 };
                }
            }
            Stage::Emitting { order, at } => {
                let end = order.len().min(*at + BATCH_ROWS);
                if *at == end {
                    self.chunks = Chunks::default();
                    self.held.set(0, context)?;
                    return Ok(Pull::End);
                }
                let rows = end - *at;
                let picks = Picks::new(&order[*at..end], self.chunks.count());
                *at = end;
                context.statistics.worked(rows);
                let columns = (0..self.keys.width).map(|column| picks.column(&self.chunks, column));
                return Ok(Pull::Batch(Batch { columns: columns.collect::<SqlResult<_>>()?, rows }));
            }
        }
        Ok(Pull::Pending)
    }
}

/// Sort keys and where their values lie: in a column of the rows, or in one put behind them.
pub struct Keys {
    keys: Vec<SortKey>,
    pub by: Vec<SortBy>,
    /// Columns that the rows came with, once a batch has come.
    pub width: usize,
}

impl Keys {
    pub fn new(keys: Vec<SortKey>) -> Self {
        Keys { keys, by: Vec::new(), width: 0 }
    }

    /// The batch with the keys that are no column behind its own.
    pub fn widened(&mut self, mut batch: Batch, context: &mut Context) -> SqlResult<Batch> {
        self.width = batch.columns.len();
        self.by.clear();
        let mut computed = Vec::new();
        for SortKey { expression, descending, nulls_first } in &self.keys {
            let column = if let Expression::Column { index, .. } = expression {
                *index
            } else {
                computed.push(evaluate_rows(expression, &batch, context)?);
                self.width + computed.len() - 1
            };
            self.by.push(SortBy { column, descending: *descending, nulls_first: *nulls_first });
        }
        batch.columns.extend(computed);
        Ok(batch)
    }
}
