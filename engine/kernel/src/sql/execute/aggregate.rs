//! GROUP BY: rows to groups by number, each aggregate fed column by column.

use arrow::array::{Array, ArrayRef};

use super::accumulate::{Accumulator, Groups, Specification, accumulator};
use super::emission::Emission;
use super::evaluate::evaluate_all;
use super::gather::gather;
use super::grouping::Grouping;
use super::intern::IntegerIds;
use super::memory::Held;
use super::{Context, Operator, Pull};
use crate::sql::error::SqlResult;
use crate::sql::expression::Expression;
use crate::sql::outcome::Batch;
use crate::sql::plan::{AggregateCall, AggregateFunction};
use crate::warehouse::data_type::DataType;

pub struct Aggregate {
    input: Box<dyn Operator>,
    groups: Vec<Expression>,
    calls: Vec<AggregateCall>,
    running: Option<Running>,
    done: Option<Emission>,
}

struct Running {
    grouping: Grouping,
    gatherers: Vec<Gatherer>,
    held: Held,
}

struct Gatherer {
    accumulator: Box<dyn Accumulator>,
    distinct: Option<DistinctValues>,
}

impl Aggregate {
    pub fn new(input: Box<dyn Operator>, groups: Vec<Expression>, calls: Vec<AggregateCall>) -> Self {
        Aggregate { input, groups, calls, running: None, done: None }
    }

    fn start(&self) -> SqlResult<Running> {
        let types: Vec<DataType> = self.groups.iter().map(Expression::data_type).collect();
        let mut gatherers = Vec::with_capacity(self.calls.len());
        for call in &self.calls {
            let mut what = Specification::of(call);
            // Distinct rows are never NULL: they need no second look.
            let counts_distinct = call.distinct && call.function == AggregateFunction::Count;
            if counts_distinct {
                what.function = AggregateFunction::CountRows;
            }
            gatherers.push(Gatherer {
                accumulator: accumulator(&what)?,
                distinct: call.distinct.then(|| DistinctValues::new(&what.types[..what.arguments.min(1)])),
            });
        }
        Ok(Running { grouping: Grouping::new(&types), gatherers, held: Held::default() })
    }
}

impl Operator for Aggregate {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        if let Some(done) = &mut self.done {
            return Ok(done.pull());
        }
        if self.running.is_none() {
            self.running = Some(self.start()?);
        }
        let pull = self.input.pull(context)?;
        let Some(running) = &mut self.running else { return Ok(Pull::End) };
        match pull {
            Pull::Pending => {}
            Pull::Batch(batch) => running.take(&batch, &self.groups, &self.calls, context)?,
            Pull::End => {
                // Without GROUP BY there is one group, even over no rows.
                let count = if self.groups.is_empty() { 1 } else { running.grouping.len() };
                let mut columns = if self.groups.is_empty() { Vec::new() } else { running.grouping.keys() };
                for gatherer in &mut running.gatherers {
                    columns.push(gatherer.accumulator.finish(count)?);
                }
                running.held.set(0, context)?;
                self.running = None;
                self.done = Some(Emission::new(Batch { columns, rows: count }));
            }
        }
        Ok(Pull::Pending)
    }
}

impl Running {
    fn take(
        &mut self,
        batch: &Batch,
        groups: &[Expression],
        calls: &[AggregateCall],
        context: &mut Context,
    ) -> SqlResult<()> {
        // All is computed before anything is taken: a query among it may stop, and then the rows come again.
        let keys = evaluate_all(groups, batch, context)?;
        let mut inputs = Vec::with_capacity(calls.len());
        for call in calls {
            let expressions = call.arguments.iter().chain(call.order.iter().map(|key| &key.expression));
            inputs.push(evaluate_all(expressions, batch, context)?);
        }
        let numbers = self.grouping.assign(&keys, batch.rows)?;
        let count = if groups.is_empty() { 1 } else { self.grouping.len() };
        let mut held = self.grouping.bytes();
        for (gatherer, arguments) in self.gatherers.iter_mut().zip(inputs) {
            gatherer.take(Groups { numbers: &numbers, count }, &arguments)?;
            held += gatherer.accumulator.bytes();
            held += gatherer.distinct.as_ref().map_or(0, DistinctValues::bytes);
        }
        self.held.set(held, context)
    }
}

impl Gatherer {
    fn take(&mut self, groups: Groups<'_>, arguments: &[ArrayRef]) -> SqlResult<()> {
        let Some(distinct) = &mut self.distinct else {
            return self.accumulator.update(groups, arguments);
        };
        let rows = distinct.fresh_rows(groups, arguments)?;
        let numbers: Vec<u32> = rows.iter().map(|&row| groups.numbers[row as usize]).collect();
        let arguments: Vec<ArrayRef> = arguments.iter().map(|argument| gather(argument, &rows)).collect();
        self.accumulator.update(Groups { numbers: &numbers, count: groups.count }, &arguments)
    }
}

/// Groups below this keep their distinct values as bits: one for each value that any group has.
const BITMAP_GROUPS: u32 = 64;

/// The distinct values of each group, for `COUNT(DISTINCT x)` and its like.
struct DistinctValues {
    values: Grouping,
    bitmaps: Vec<Vec<u64>>,
    /// (group, value) of all other groups.
    pairs: IntegerIds,
}

impl DistinctValues {
    fn new(types: &[DataType]) -> Self {
        DistinctValues { values: Grouping::new(types), bitmaps: Vec::new(), pairs: IntegerIds::default() }
    }

    fn bytes(&self) -> u64 {
        self.values.bytes()
            + self.pairs.bytes()
            + self.bitmaps.iter().map(|bits| 8 * bits.len() as u64).sum::<u64>()
    }

    /// The rows whose value is new to their group. NULL is no value.
    fn fresh_rows(&mut self, groups: Groups<'_>, arguments: &[ArrayRef]) -> SqlResult<Vec<u32>> {
        let value = &arguments[..arguments.len().min(1)];
        let values = self.values.assign(value, groups.numbers.len())?;
        let nulls = value.first().and_then(|array| array.nulls()).filter(|nulls| nulls.null_count() > 0);
        let words = self.values.len().div_ceil(64);
        for bitmap in &mut self.bitmaps {
            if bitmap.len() < words {
                bitmap.resize(words.next_power_of_two(), 0);
            }
        }
        let wanted = groups.count.min(BITMAP_GROUPS as usize);
        if self.bitmaps.len() < wanted {
            self.bitmaps.resize_with(wanted, || vec![0; words.next_power_of_two()]);
        }
        let mut fresh = Vec::new();
        for (row, (&group, value)) in groups.numbers.iter().zip(values).enumerate() {
            if nulls.is_some_and(|nulls| nulls.is_null(row)) {
                continue;
            }
            let is_new = if group < BITMAP_GROUPS {
                let word = &mut self.bitmaps[group as usize][value as usize / 64];
                let bit = 1 << (value % 64);
                let is_new = *word & bit == 0;
                *word |= bit;
                is_new
            } else {
                let known = self.pairs.values().len() as u32;
                self.pairs.intern(((i64::from(group)) << 32) | i64::from(value)) == known
            };
            if is_new {
                fresh.push(row as u32);
            }
        }
        Ok(fresh)
    }
}
