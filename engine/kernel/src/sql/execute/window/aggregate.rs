//! Aggregates over each row's frame.
//!
//! Whole partitions are groups like any. Whole numbers, decimals and counts are summed once from the front, and a
//! frame's sum is a difference. Sums of doubles, and the least and greatest of a growing frame, run along. What is
//! left is fed frame by frame to the accumulators of GROUP BY.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array, PrimitiveArray};
use arrow::datatypes::{DataType as ArrowType, Decimal128Type, Int16Type, Int32Type, Int64Type};

use super::answer::PIECE;
use super::frame::{frame_of, is_whole};
use super::span::{span_at, spans};
use super::value::Valid;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::accumulate::{Accumulator, Groups, Specification, accumulator};
use crate::sql::execute::array::{array_of, value_at};
use crate::sql::execute::chunks::Chunks;
use crate::sql::execute::compare::compare_values;
use crate::sql::execute::gather::NO_ROW;
use crate::sql::execute::sorter::Sorted;
use crate::sql::expression::Expression;
use crate::sql::outcome::Batch;
use crate::sql::plan::{AggregateFunction, Frame, FrameBound, WindowCall};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

pub struct Aggregate {
    what: Specification,
    frame: Frame,
    /// Where the arguments lie, then the values that a percentile is taken of.
    columns: Vec<usize>,
    /// Positions that the preparation has seen.
    seen: usize,
    way: Way,
}

enum Way {
    /// Frames are counted.
    Rows,
    /// Values before each position, and their sum if it is asked for.
    Sums(Valid, Vec<i128>),
    /// One answer a partition.
    Whole(Open, Chunks),
    /// The answer of the frame from the partition's begin to each position.
    Running(Box<Running>, Chunks),
    /// One answer a position. Of the next position's frame, so many rows were fed already.
    Frames(Open, usize, Chunks),
}

/// An accumulator that has not had all rows of its last group, and how many groups it has had whole.
#[derive(Default)]
struct Open {
    accumulator: Option<Box<dyn Accumulator>>,
    groups: usize,
}

impl Aggregate {
    pub fn new(
        function: AggregateFunction,
        call: &WindowCall,
        columns: &[usize],
        keys: &[usize],
    ) -> SqlResult<Self> {
        let mut what = Specification {
            function,
            types: call.arguments.iter().map(Expression::data_type).collect(),
            arguments: call.arguments.len(),
            order: Vec::new(),
            result: call.data_type,
        };
        let mut columns = columns.to_vec();
        // A percentile is taken of what WITHIN GROUP sorts by.
        if matches!(function, AggregateFunction::PercentileContinuous | AggregateFunction::PercentileDiscrete)
        {
            columns.extend(keys);
            what.types.extend(call.order.iter().map(|key| key.expression.data_type()));
            what.order.extend(call.order.iter().map(|key| (key.descending, key.nulls_first)));
        }
        let input = what.types.first().copied();
        let exact = input.is_some_and(|t| t.is_integer() || matches!(t, DataType::Decimal { .. }));
        let spans = input.is_some_and(|t| t.plain() == DataType::Interval);
        let is_sum = matches!(function, AggregateFunction::Sum | AggregateFunction::Average);
        let is_end = matches!(function, AggregateFunction::Min | AggregateFunction::Max);
        let way = if is_whole(call.frame) {
            Way::Whole(Open::default(), Chunks::default())
        } else if function == AggregateFunction::CountRows {
            Way::Rows
        } else if function == AggregateFunction::Count || (is_sum && exact) {
            Way::Sums(Valid::default(), vec![0])
        } else if call.frame.start == FrameBound::UnboundedPreceding && (is_sum && !spans || is_end) {
            Way::Running(Box::default(), Chunks::default())
        } else {
            Way::Frames(Open::default(), 0, Chunks::default())
        };
        Ok(Aggregate { what, frame: call.frame, columns, seen: 0, way })
    }

    /// One piece of the preparation: rows it looked at, or nothing when it can answer.
    pub fn prepare(&mut self, chunks: &Chunks, sorted: &Sorted) -> SqlResult<Option<usize>> {
        let rows = sorted.rows.len();
        if self.seen == rows {
            if let Way::Whole(_, done) | Way::Running(_, done) | Way::Frames(_, _, done) = &mut self.way {
                done.end()?;
            }
            return Ok(None);
        }
        let mut piece = self.seen..rows.min(self.seen + PIECE);
        let what = &self.what;
        let arguments = |rows: &[u32]| -> SqlResult<Vec<ArrayRef>> {
            let columns = self.columns.iter().zip(&what.types);
            columns.map(|(column, data_type)| chunks.gather(*column, rows, *data_type)).collect()
        };
        match &mut self.way {
            Way::Rows => return Ok(None),
            Way::Sums(valid, sums) => {
                for values in arguments(&sorted.rows[piece.clone()])?.iter().take(1) {
                    valid.take(values);
                    if what.function != AggregateFunction::Count {
                        add(values, sums)?;
                    }
                }
            }
            Way::Whole(open, done) => {
                // Partitions that are cut only because the piece ends wait for the next one.
                if piece.end < rows {
                    let cut = span_at(&sorted.partitions, rows, piece.end).start;
                    piece.end = if cut > piece.start { cut } else { piece.end };
                }
                let mut numbers = Vec::with_capacity(piece.len());
                let mut groups = 0;
                let mut is_cut = false;
                for span in spans(&sorted.partitions, rows, piece.clone()) {
                    numbers.extend(std::iter::repeat_n(groups, span.part.len()));
                    is_cut = span.whole.end > piece.end;
                    groups += 1;
                }
                open.feed(what, &numbers, groups as usize, &arguments(&sorted.rows[piece.clone()])?)?;
                if !is_cut {
                    done.push(open.finish(groups as usize)?)?;
                }
            }
            Way::Running(running, done) => {
                let mut answers = Vec::with_capacity(piece.len());
                for values in arguments(&sorted.rows[piece.clone()])?.iter().take(1) {
                    for span in spans(&sorted.partitions, rows, piece.clone()) {
                        if span.part.start == span.whole.start {
                            **running = Running::default();
                        }
                        for position in span.part {
                            running.take(what, value_at(values, what.types[0], position - piece.start));
                            answers.push(running.answer(what));
                        }
                    }
                }
                done.push(Batch { columns: vec![array_of(&answers, what.result)], rows: piece.len() })?;
            }
            Way::Frames(open, within, done) => {
                let (mut picks, mut numbers) = (Vec::new(), Vec::new());
                let (mut groups, was_cut) = (open.groups, *within > 0);
                let mut position = piece.start;
                while position < piece.end && picks.len() < PIECE {
                    let partition = span_at(&sorted.partitions, rows, position);
                    let seen = frame_of(self.frame, &partition, position);
                    let from = seen.start + *within;
                    let upto = seen.end.min(from + PIECE - picks.len());
                    picks.extend_from_slice(&sorted.rows[from..upto]);
                    numbers.extend(std::iter::repeat_n(groups as u32, upto - from));
                    if upto < seen.end {
                        *within += upto - from;
                        break;
                    }
                    (*within, groups, position) = (0, groups + 1, position + 1);
                    if was_cut {
                        break;
                    }
                }
                open.feed(what, &numbers, groups + usize::from(*within > 0), &arguments(&picks)?)?;
                open.groups = groups;
                if *within == 0 {
                    done.push(open.finish(groups)?)?;
                }
                self.seen = position;
                return Ok(Some(picks.len().max(groups)));
            }
        }
        self.seen = piece.end;
        Ok(Some(piece.len()))
    }

    /// The answers at some positions.
    pub fn at(&self, piece: Range<usize>, sorted: &Sorted) -> SqlResult<ArrayRef> {
        let rows = sorted.rows.len();
        let of_spans = |answer: &mut dyn FnMut(usize, Range<usize>)| {
            for span in spans(&sorted.partitions, rows, piece.clone()) {
                for position in span.part {
                    answer(span.number, frame_of(self.frame, &span.whole, position));
                }
            }
        };
        match &self.way {
            Way::Rows => {
                let mut counts = Vec::with_capacity(piece.len());
                of_spans(&mut |_, seen| counts.push(seen.len() as i64));
                Ok(Arc::new(Int64Array::from(counts)))
            }
            Way::Sums(valid, sums) => {
                let mut seen_at = Vec::with_capacity(piece.len());
                of_spans(&mut |_, seen| seen_at.push(seen));
                self.sums(&seen_at, valid, sums)
            }
            Way::Whole(_, done) => {
                let mut numbers = Vec::with_capacity(piece.len());
                of_spans(&mut |number, _| numbers.push(number as u32));
                done.gather(0, &numbers, self.what.result)
            }
            Way::Running(_, done) => {
                let mut last = Vec::with_capacity(piece.len());
                of_spans(&mut |_, seen| {
                    last.push(if seen.is_empty() { NO_ROW } else { seen.end as u32 - 1 })
                });
                done.gather(0, &last, self.what.result)
            }
            Way::Frames(_, _, done) => {
                let places: Vec<u32> = piece.clone().map(|position| position as u32).collect();
                done.gather(0, &places, self.what.result)
            }
        }
    }

    fn sums(&self, frames: &[Range<usize>], valid: &Valid, sums: &[i128]) -> SqlResult<ArrayRef> {
        let count = |seen: &Range<usize>| valid.before[seen.end] - valid.before[seen.start];
        let result = self.what.result;
        if self.what.function == AggregateFunction::Count {
            return Ok(Arc::new(
                frames.iter().map(|seen| Some(i64::from(count(seen)))).collect::<Int64Array>(),
            ));
        }
        let scale = |data_type: Option<DataType>| match data_type {
            Some(DataType::Decimal { scale, .. }) => scale,
            _ => 0,
        };
        let more = scale(Some(result)).saturating_sub(scale(self.what.types.first().copied()));
        let factor = 10_i128.pow(u32::from(more));
        let over = || SqlError::product("22003", "Value out of range for 8 bytes");
        let mut answers: Vec<Option<i128>> = Vec::with_capacity(frames.len());
        for seen in frames {
            let count = count(seen);
            let total = sums[seen.end].wrapping_sub(sums[seen.start]);
            answers.push(match self.what.function {
                _ if count == 0 => None,
                AggregateFunction::Average => {
                    Some(total.checked_mul(factor).ok_or_else(over)? / i128::from(count))
                }
                _ => Some(total.checked_mul(factor).ok_or_else(over)?),
            });
        }
        if matches!(result, DataType::Decimal { .. }) {
            let decimals: PrimitiveArray<Decimal128Type> = answers.into_iter().collect();
            return Ok(Arc::new(decimals.with_data_type(result.arrow())));
        }
        let narrow = |value: i128| i64::try_from(value).map_err(|_| over());
        let whole: Vec<Option<i64>> =
            answers.into_iter().map(|value| value.map(narrow).transpose()).collect::<SqlResult<_>>()?;
        if result == DataType::BigInt {
            return Ok(Arc::new(Int64Array::from(whole)));
        }
        let values: Vec<Value> = whole.into_iter().map(|v| v.map_or(Value::Null, Value::BigInt)).collect();
        Ok(array_of(&values, result))
    }
}

impl Open {
    fn feed(
        &mut self,
        what: &Specification,
        numbers: &[u32],
        count: usize,
        arguments: &[ArrayRef],
    ) -> SqlResult<()> {
        let mut accumulator = match self.accumulator.take() {
            Some(open) => open,
            None => accumulator(what)?,
        };
        accumulator.update(Groups { numbers, count }, arguments)?;
        self.accumulator = Some(accumulator);
        Ok(())
    }

    /// The answers of all groups since it was empty.
    fn finish(&mut self, groups: usize) -> SqlResult<Batch> {
        self.groups = 0;
        match self.accumulator.take() {
            Some(mut accumulator) => Ok(Batch { columns: vec![accumulator.finish(groups)?], rows: groups }),
            None => Err(SqlError::bug("a window's aggregate was fed nothing")),
        }
    }
}

/// The values of a column, each added to the sum before it; NULL adds nothing.
fn add(values: &ArrayRef, sums: &mut Vec<i128>) -> SqlResult<()> {
    let mut sum = sums.last().copied().unwrap_or(0);
    macro_rules! each {
        ($type:ty) => {
            for value in values.as_primitive::<$type>() {
                sum = sum.wrapping_add(value.map_or(0, i128::from));
                sums.push(sum);
            }
        };
    }
    match values.data_type() {
        ArrowType::Int16 => each!(Int16Type),
        ArrowType::Int32 => each!(Int32Type),
        ArrowType::Int64 => each!(Int64Type),
        ArrowType::Decimal128(_, _) => each!(Decimal128Type),
        other => return Err(SqlError::bug(format!("an exact sum of {other}"))),
    }
    Ok(())
}

/// What a growing frame has come to.
#[derive(Default)]
struct Running {
    sum: f64,
    count: u64,
    best: Option<Value>,
}

impl Running {
    fn take(&mut self, what: &Specification, value: Value) {
        match (what.function, &value) {
            (_, Value::Null) => {}
            (AggregateFunction::Min | AggregateFunction::Max, _) => {
                let order = self.best.as_ref().and_then(|best| compare_values(&value, best));
                let wanted = order.is_none_or(|order| {
                    if what.function == AggregateFunction::Min { order.is_lt() } else { order.is_gt() }
                });
                if wanted {
                    self.best = Some(value);
                }
            }
            (_, Value::Double(double)) => {
                self.sum += double;
                self.count += 1;
            }
            (_, Value::Real(real)) => {
                self.sum += f64::from(*real);
                self.count += 1;
            }
            _ => {}
        }
    }

    fn answer(&self, what: &Specification) -> Value {
        let double = |value: f64| match what.result {
            DataType::Real => Value::Real(value as f32),
            _ => Value::Double(value),
        };
        match what.function {
            AggregateFunction::Min | AggregateFunction::Max => self.best.clone().unwrap_or(Value::Null),
            _ if self.count == 0 => Value::Null,
            AggregateFunction::Sum => double(self.sum),
            _ => double(self.sum / self.count as f64),
        }
    }
}
