//! Window functions: rows are read, put in the order of the windows, and given one more column a call.
//!
//! Calls with the same PARTITION BY and ORDER BY share one sort. Rows leave in the order of the first window,
//! as they do in the product when nothing else orders them. Every pull is bounded: the order is found in steps
//! ([`sorter`](super::sorter)), what a call must know beforehand is gathered a piece at a time, and its answers are
//! made for the rows that leave.

mod aggregate;
mod answer;
mod frame;
mod rank;
mod span;
mod value;

use std::sync::Arc;

use arrow::array::{ArrayRef, NullArray};

use self::answer::Answer;
use super::array::bytes_of_batch;
use super::chunks::{Chunks, Picks};
use super::evaluate::evaluate_all;
use super::memory::Held;
use super::sorter::{Sorted, Sorter};
use super::sorting::SortBy;
use super::{BATCH_ROWS, Context, Operator, Pull};
use crate::sorted::SortedSet;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::Expression;
use crate::sql::outcome::Batch;
use crate::sql::plan::{SortKey, WindowCall, WindowFunction};

pub struct Window {
    input: Box<dyn Operator>,
    calls: Vec<WindowCall>,
    /// Columns of the input that somebody above reads; all, if that is not known.
    wanted: Option<SortedSet<usize>>,
    orders: Vec<Order>,
    /// Expressions computed for the calls; their columns stand behind the input's.
    computed: Vec<Expression>,
    width: usize,
    chunks: Chunks,
    held: Held,
    stage: Stage,
    /// Windows that are done.
    done: Vec<Done>,
}

/// A window's order and the calls over it.
struct Order {
    partition: Vec<Expression>,
    keys: Vec<SortKey>,
    by: Vec<SortBy>,
    calls: Vec<Call>,
}

/// A call and where its arguments lie.
struct Call {
    /// Which of the plan's calls it is.
    number: usize,
    arguments: Vec<usize>,
}

enum Stage {
    Reading,
    Sorting(Box<Sorter>),
    Answering(Ready),
    /// Answers of a window that does not decide in which order rows leave are kept by position.
    Storing(Ready, Chunks),
    Emitting(usize),
}

/// A sorted window and its calls.
struct Ready {
    sorted: Sorted,
    answers: Vec<Answer>,
    /// Calls to be prepared, or positions to be stored.
    at: usize,
}

enum Done {
    /// The first: its calls answer when rows leave.
    Open(Ready),
    /// Each row's position, and the answers by position.
    Stored(Vec<u32>, Chunks),
}

impl Window {
    pub fn new(
        input: Box<dyn Operator>,
        calls: Vec<WindowCall>,
        width: usize,
        wanted: Option<SortedSet<usize>>,
    ) -> Self {
        let mut computed = Vec::new();
        let mut place = |expression: &Expression| match expression {
            Expression::Column { index, .. } => *index,
            other => {
                computed.push(other.clone());
                width + computed.len() - 1
            }
        };
        let mut orders: Vec<Order> = Vec::new();
        for (number, call) in calls.iter().enumerate() {
            let known = orders.iter().position(|o| o.partition == call.partition && o.keys == call.order);
            let at = known.unwrap_or_else(|| {
                let partition = call.partition.iter().map(|expression| (expression, false, false));
                let keys = call.order.iter().map(|key| (&key.expression, key.descending, key.nulls_first));
                let by = partition.chain(keys).map(|(expression, descending, nulls_first)| {
                    let column = place(expression);
                    SortBy { column, descending, nulls_first }
                });
                let (partition, keys) = (call.partition.clone(), call.order.clone());
                orders.push(Order { by: by.collect(), partition, keys, calls: Vec::new() });
                orders.len() - 1
            });
            let arguments = call.arguments.iter().map(&mut place).collect();
            orders[at].calls.push(Call { number, arguments });
        }
        Window {
            input,
            calls,
            wanted,
            orders,
            computed,
            width,
            chunks: Chunks::default(),
            held: Held::default(),
            stage: Stage::Reading,
            done: Vec::new(),
        }
    }

    fn read(&mut self, context: &mut Context) -> SqlResult<()> {
        match self.input.pull(context)? {
            Pull::Pending => {}
            Pull::Batch(mut batch) => {
                let computed = evaluate_all(&self.computed, &batch, context)?;
                batch.columns.extend(computed);
                self.held.add(bytes_of_batch(&batch) + self.bytes_beside(batch.rows), context)?;
                self.chunks.push(batch)?;
            }
            Pull::End => {
                self.chunks.end()?;
                self.next_order();
            }
        }
        Ok(())
    }

    /// What sorts and answers take beside so many rows.
    fn bytes_beside(&self, rows: usize) -> u64 {
        let most = self.orders.iter().map(|order| order.by.len()).max().unwrap_or(0);
        Sorter::bytes(rows, most) + (rows * (24 * self.calls.len() + 4 * self.orders.len())) as u64
    }

    /// Begins the next window, or the way out.
    fn next_order(&mut self) {
        self.stage = match self.orders.get(self.done.len()) {
            None => Stage::Emitting(0),
            Some(order) => {
                let by_rank = |call: &Call| {
                    matches!(
                        self.calls[call.number].function,
                        WindowFunction::Rank
                            | WindowFunction::DenseRank
                            | WindowFunction::PercentRank
                            | WindowFunction::CumeDist
                    )
                };
                let peers = order.calls.iter().any(by_rank);
                Stage::Sorting(Box::new(Sorter::new(order.by.clone(), order.partition.len(), peers)))
            }
        };
    }

    fn ready(&self, sorted: Sorted) -> SqlResult<Ready> {
        let Some(order) = self.orders.get(self.done.len()) else {
            return Err(SqlError::bug("a window without calls was sorted"));
        };
        let keys: Vec<usize> = order.by[order.partition.len()..].iter().map(|by| by.column).collect();
        let answers = order
            .calls
            .iter()
            .map(|call| Answer::new(self.calls[call.number].clone(), call.arguments.clone(), &keys));
        Ok(Ready { sorted, answers: answers.collect::<SqlResult<_>>()?, at: 0 })
    }

    /// Rows at some positions of the first window, with all answers.
    fn leaving(&mut self, at: usize, end: usize) -> SqlResult<Batch> {
        let identity: Vec<u32>;
        let rows = match self.done.first() {
            Some(Done::Open(first)) => &first.sorted.rows[at..end],
            _ => {
                identity = (at as u32..end as u32).collect();
                &identity
            }
        };
        let mut picks = None;
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.width + self.calls.len());
        for column in 0..self.width {
            let is_wanted = self.wanted.as_ref().is_none_or(|wanted| wanted.contains(&column));
            columns.push(match is_wanted {
                true => {
                    let picks = picks.get_or_insert_with(|| Picks::new(rows, self.chunks.count()));
                    picks.column(&self.chunks, column)?
                }
                false => Arc::new(NullArray::new(rows.len())),
            });
        }
        let mut answers: Vec<(usize, ArrayRef)> = Vec::with_capacity(self.calls.len());
        for (done, order) in self.done.iter().zip(&self.orders) {
            match done {
                Done::Open(ready) => {
                    for (answer, call) in ready.answers.iter().zip(&order.calls) {
                        answers.push((call.number, answer.at(at..end, &self.chunks, &ready.sorted)?));
                    }
                }
                Done::Stored(places, stored) => {
                    let places: Vec<u32> = rows.iter().map(|&row| places[row as usize]).collect();
                    let picks = Picks::new(&places, stored.count());
                    for (column, call) in order.calls.iter().enumerate() {
                        answers.push((call.number, picks.column(stored, column)?));
                    }
                }
            }
        }
        crate::sorted::sort_by_key(&mut answers, |(number, _)| *number);
        columns.extend(answers.into_iter().map(|(_, answer)| answer));
        Ok(Batch { columns, rows: rows.len() })
    }
}

impl Operator for Window {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        // What the stage held is put back unless it is over.
        match std::mem::replace(&mut self.stage, Stage::Reading) {
            Stage::Reading => self.read(context)?,
            Stage::Sorting(mut sorter) => {
                self.stage = match sorter.step(&self.chunks)? {
                    Some(rows) => {
                        context.statistics.worked(rows);
                        Stage::Sorting(sorter)
                    }
                    None => Stage::Answering(self.ready(sorter.finish())?),
                }
            }
            Stage::Answering(mut ready) => {
                let worked = match ready.answers.get_mut(ready.at) {
                    Some(answer) => answer.prepare(&self.chunks, &ready.sorted)?,
                    None => {
                        ready.at = 0;
                        if self.done.is_empty() {
                            self.done.push(Done::Open(ready));
                            self.next_order();
                        } else {
                            self.stage = Stage::Storing(ready, Chunks::default());
                        }
                        return Ok(Pull::Pending);
                    }
                };
                context.statistics.worked(worked.unwrap_or(0));
                ready.at += usize::from(worked.is_none());
                self.stage = Stage::Answering(ready);
            }
            Stage::Storing(mut ready, mut stored) => {
                let end = ready.sorted.rows.len().min(ready.at + BATCH_ROWS);
                let piece = ready.at..end;
                if piece.is_empty() {
                    stored.end()?;
                    // Bounded by what one step may look at, but for this one write a row.
                    let mut places = vec![0; ready.sorted.rows.len()];
                    for (row, position) in ready.sorted.rows.into_iter().zip(0..) {
                        places[row as usize] = position;
                    }
                    self.done.push(Done::Stored(places, stored));
                    self.next_order();
                    return Ok(Pull::Pending);
                }
                context.statistics.worked(piece.len());
                let rows = piece.len();
                let columns = ready.answers.iter().map(|a| a.at(piece.clone(), &self.chunks, &ready.sorted));
                stored.push(Batch { columns: columns.collect::<SqlResult<_>>()?, rows })?;
                ready.at = end;
                self.stage = Stage::Storing(ready, stored);
            }
            Stage::Emitting(at) => {
                let end = self.chunks.rows().min(at + BATCH_ROWS);
                self.stage = Stage::Emitting(end);
                if at == end {
                    self.chunks = Chunks::default();
                    self.done.clear();
                    self.held.set(0, context)?;
                    return Ok(Pull::End);
                }
                context.statistics.worked(end - at);
                return self.leaving(at, end).map(Pull::Batch);
            }
        }
        Ok(Pull::Pending)
    }
}
