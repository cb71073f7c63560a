//! Which rows a window function sees: ROWS frames, and aggregates over them.
//!
//! Whole numbers, decimals and counts are summed once from the front, and a frame's sum is a difference. Sums
//! of doubles run along when the frame only grows. Least and greatest of a growing frame run along too. What
//! is left is fed frame by frame to the accumulators of GROUP BY.

use std::ops::Range;

use arrow::array::{Array, ArrayRef};

use super::accumulate::{Accumulator, Groups, Specification, accumulator};
use super::array::{array_of, value_at};
use super::compare::compare_values;
use super::gather::{concatenate, gather};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::plan::{AggregateFunction, Frame, FrameBound};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// Rows fed to an accumulator at a time, frames laid end to end.
const FEED_ROWS: usize = 65_536;

/// The rows of `partition` (positions in sorted order) that the row at `position` sees.
pub fn frame_of(frame: Frame, partition: &Range<usize>, position: usize) -> Range<usize> {
    let edge = |bound: FrameBound, is_end: bool| {
        let past = usize::from(is_end);
        match bound {
            FrameBound::UnboundedPreceding => partition.start,
            FrameBound::Preceding(rows) => {
                let rows = usize::try_from(rows).unwrap_or(usize::MAX);
                (position + past).saturating_sub(rows).max(partition.start)
            }
            FrameBound::CurrentRow => position + past,
            FrameBound::Following(rows) => {
                let rows = usize::try_from(rows).unwrap_or(usize::MAX);
                (position + past).saturating_add(rows).min(partition.end)
            }
            FrameBound::UnboundedFollowing => partition.end,
        }
    };
    let (start, end) = (edge(frame.start, false), edge(frame.end, true));
    start.min(partition.end)..end.clamp(start.min(partition.end), partition.end)
}

fn is_whole(frame: Frame) -> bool {
    frame.start == FrameBound::UnboundedPreceding && frame.end == FrameBound::UnboundedFollowing
}

/// An aggregate over each row's frame. Arguments are in sorted order; so is the answer.
pub fn aggregate(
    what: &Specification,
    frame: Frame,
    partitions: &[Range<usize>],
    arguments: &[ArrayRef],
    rows: usize,
) -> SqlResult<ArrayRef> {
    if is_whole(frame) {
        return over_partitions(what, partitions, arguments, rows);
    }
    if let Some(array) = by_prefix(what, frame, partitions, arguments, rows)? {
        return Ok(array);
    }
    if frame.start == FrameBound::UnboundedPreceding
        && let Some(array) = running(what, frame, partitions, arguments)
    {
        return Ok(array);
    }
    over_frames(what, frame, partitions, arguments, rows)
}

/// One answer a partition, given to all its rows.
fn over_partitions(
    what: &Specification,
    partitions: &[Range<usize>],
    arguments: &[ArrayRef],
    rows: usize,
) -> SqlResult<ArrayRef> {
    let mut numbers = Vec::with_capacity(rows);
    for (number, partition) in partitions.iter().enumerate() {
        numbers.extend(std::iter::repeat_n(number as u32, partition.len()));
    }
    let mut accumulator = accumulator(what)?;
    accumulator.update(Groups { numbers: &numbers, count: partitions.len() }, arguments)?;
    Ok(gather(&accumulator.finish(partitions.len())?, &numbers))
}

/// Counts and exact sums: the difference of two sums from the front.
fn by_prefix(
    what: &Specification,
    frame: Frame,
    partitions: &[Range<usize>],
    arguments: &[ArrayRef],
    rows: usize,
) -> SqlResult<Option<ArrayRef>> {
    let counts_rows = what.function == AggregateFunction::CountRows;
    let is_sum = matches!(what.function, AggregateFunction::Sum | AggregateFunction::Average);
    let exact = what.types.first().is_some_and(|t| t.is_integer() || matches!(t, DataType::Decimal { .. }));
    if !(counts_rows || what.function == AggregateFunction::Count || (is_sum && exact)) {
        return Ok(None);
    }
    let mut counts = Vec::with_capacity(rows + 1);
    let mut sums: Vec<i128> = Vec::with_capacity(rows + 1);
    let (mut count, mut sum) = (0_i64, 0_i128);
    counts.push(0);
    sums.push(0);
    for row in 0..rows {
        if counts_rows {
            count += 1;
        } else if arguments[0].is_valid(row) {
            count += 1;
            if is_sum {
                sum = sum.wrapping_add(unscaled(&value_at(&arguments[0], what.types[0], row)));
            }
        }
        counts.push(count);
        sums.push(sum);
    }
    let from = scale_of(what.types.first().copied());
    let to = scale_of(Some(what.result));
    let mut answers = Vec::with_capacity(rows);
    for partition in partitions {
        for position in partition.clone() {
            let seen = frame_of(frame, partition, position);
            let n = counts[seen.end] - counts[seen.start];
            answers.push(if !is_sum {
                Value::BigInt(n)
            } else if n == 0 {
                Value::Null
            } else {
                let total = sums[seen.end].wrapping_sub(sums[seen.start]);
                let raised = total * 10_i128.pow(u32::from(to.saturating_sub(from)));
                let value =
                    if what.function == AggregateFunction::Average { raised / i128::from(n) } else { raised };
                match what.result {
                    DataType::Decimal { scale, .. } => Value::Decimal { unscaled: value, scale },
                    _ => Value::BigInt(
                        i64::try_from(value)
                            .map_err(|_| SqlError::product("22003", "Value out of range for 8 bytes"))?,
                    ),
                }
            });
        }
    }
    Ok(Some(array_of(&answers, what.result)))
}

fn scale_of(data_type: Option<DataType>) -> u8 {
    match data_type {
        Some(DataType::Decimal { scale, .. }) => scale,
        _ => 0,
    }
}

fn unscaled(value: &Value) -> i128 {
    match value {
        Value::SmallInt(value) => i128::from(*value),
        Value::Integer(value) => i128::from(*value),
        Value::BigInt(value) => i128::from(*value),
        Value::Decimal { unscaled, .. } => *unscaled,
        _ => 0,
    }
}

/// A frame that begins with the partition: what it sees only grows from row to row.
fn running(
    what: &Specification,
    frame: Frame,
    partitions: &[Range<usize>],
    arguments: &[ArrayRef],
) -> Option<ArrayRef> {
    let argument = arguments.first()?;
    let data_type = *what.types.first()?;
    let mut answers: Vec<Value> = Vec::with_capacity(argument.len());
    for partition in partitions {
        let mut at = partition.start;
        let mut best = Value::Null;
        let (mut sum, mut count) = (0.0, 0_u64);
        for position in partition.clone() {
            let end = frame_of(frame, partition, position).end;
            while at < end {
                let value = value_at(argument, data_type, at);
                at += 1;
                match (what.function, &value) {
                    (_, Value::Null) => {}
                    (AggregateFunction::Sum | AggregateFunction::Average, Value::Double(double)) => {
                        sum += double;
                        count += 1;
                    }
                    (AggregateFunction::Sum | AggregateFunction::Average, Value::Real(real)) => {
                        sum += f64::from(*real);
                        count += 1;
                    }
                    (AggregateFunction::Min, _)
                        if compare_values(&value, &best).is_none_or(|o| o.is_lt()) =>
                    {
                        best = value;
                    }
                    (AggregateFunction::Max, _)
                        if compare_values(&value, &best).is_none_or(|o| o.is_gt()) =>
                    {
                        best = value;
                    }
                    (AggregateFunction::Min | AggregateFunction::Max, _) => {}
                    _ => return None,
                }
            }
            answers.push(match what.function {
                AggregateFunction::Sum | AggregateFunction::Average if count == 0 => Value::Null,
                AggregateFunction::Sum => double(sum, what.result),
                AggregateFunction::Average => double(sum / count as f64, what.result),
                AggregateFunction::Min | AggregateFunction::Max => best.clone(),
                _ => return None,
            });
        }
    }
    Some(array_of(&answers, what.result))
}

fn double(value: f64, result: DataType) -> Value {
    if result == DataType::Real { Value::Real(value as f32) } else { Value::Double(value) }
}

/// Any aggregate: each row is a group of its own, fed with the rows of its frame.
fn over_frames(
    what: &Specification,
    frame: Frame,
    partitions: &[Range<usize>],
    arguments: &[ArrayRef],
    rows: usize,
) -> SqlResult<ArrayRef> {
    let mut parts = Vec::new();
    let mut feed = Feed { what, arguments, picks: Vec::new(), numbers: Vec::new(), groups: 0 };
    for partition in partitions {
        for position in partition.clone() {
            let seen = frame_of(frame, partition, position);
            feed.picks.extend(seen.clone().map(|row| row as u32));
            feed.numbers.extend(std::iter::repeat_n(feed.groups as u32, seen.len()));
            feed.groups += 1;
            if feed.picks.len() >= FEED_ROWS {
                parts.push(feed.finish()?);
            }
        }
    }
    if feed.groups > 0 || rows == 0 {
        parts.push(feed.finish()?);
    }
    concatenate(&parts).ok_or_else(|| SqlError::bug("a window without rows"))
}

struct Feed<'a> {
    what: &'a Specification,
    arguments: &'a [ArrayRef],
    picks: Vec<u32>,
    numbers: Vec<u32>,
    groups: usize,
}

impl Feed<'_> {
    fn finish(&mut self) -> SqlResult<ArrayRef> {
        let mut accumulator: Box<dyn Accumulator> = accumulator(self.what)?;
        let arguments: Vec<ArrayRef> =
            self.arguments.iter().map(|array| gather(array, &self.picks)).collect();
        accumulator.update(Groups { numbers: &self.numbers, count: self.groups }, &arguments)?;
        let answer = accumulator.finish(self.groups)?;
        self.picks.clear();
        self.numbers.clear();
        self.groups = 0;
        Ok(answer)
    }
}
