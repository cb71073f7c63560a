//! Window functions: rows are read, put in the order of the windows, and given one more column a call.
//!
//! Calls with the same PARTITION BY and ORDER BY share one sort. Rows leave in the order of the first window,
//! as they do in the product when nothing else orders them.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Int64Array};

use super::accumulate::Specification;
use super::array::{array_of, bytes_of, value_at};
use super::evaluate::evaluate_all;
use super::frame::{aggregate, frame_of};
use super::gather::{NO_ROW, concatenate_batches, gather, gather_batch, gather_or_null};
use super::grouping::Grouping;
use super::memory::Held;
use super::sorting::{KeyColumn, compare_rows, sorted_rows};
use super::{BATCH_ROWS, Context, Operator, Pull};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::Expression;
use crate::sql::outcome::Batch;
use crate::sql::plan::{AggregateFunction, SortKey, WindowCall, WindowFunction};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

pub struct Window {
    input: Box<dyn Operator>,
    calls: Vec<WindowCall>,
    types: Vec<DataType>,
    batches: Vec<Batch>,
    held: Held,
    stage: Stage,
}

enum Stage {
    Reading,
    /// All rows; the answers so far, each in the order of the rows; calls still to do.
    Computing {
        all: Batch,
        order: Option<Vec<u32>>,
        answers: Vec<ArrayRef>,
        last: Option<Sorted>,
    },
    Emitting {
        all: Batch,
        order: Vec<u32>,
        at: usize,
    },
}

/// Rows in a window's order.
struct Sorted {
    partition: Vec<Expression>,
    keys: Vec<SortKey>,
    rows: Vec<u32>,
    /// Positions in `rows`.
    partitions: Vec<Range<usize>>,
    /// For each position, where its peers (equal sort keys) begin.
    peers: Vec<usize>,
}

impl Window {
    pub fn new(input: Box<dyn Operator>, calls: Vec<WindowCall>, types: Vec<DataType>) -> Self {
        Window { input, calls, types, batches: Vec::new(), held: Held::default(), stage: Stage::Reading }
    }

    fn read(&mut self, context: &mut Context) -> SqlResult<()> {
        match self.input.pull(context)? {
            Pull::Pending => {}
            Pull::Batch(batch) => {
                self.held.add(batch.columns.iter().map(bytes_of).sum(), context)?;
                self.batches.push(batch);
            }
            Pull::End => {
                let all = match concatenate_batches(&std::mem::take(&mut self.batches)) {
                    Some(all) => all,
                    None => {
                        Batch { columns: self.types.iter().map(|t| array_of(&[], *t)).collect(), rows: 0 }
                    }
                };
                self.held.add(all.rows as u64 * 16, context)?;
                self.stage = Stage::Computing { all, order: None, answers: Vec::new(), last: None };
            }
        }
        Ok(())
    }
}

impl Operator for Window {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        match &mut self.stage {
            Stage::Reading => {
                self.read(context)?;
                Ok(Pull::Pending)
            }
            Stage::Computing { all, order, answers, last } => {
                let Some(call) = self.calls.get(answers.len()) else {
                    let mut all = std::mem::replace(all, Batch { columns: Vec::new(), rows: 0 });
                    all.columns.append(answers);
                    let order = order.take().unwrap_or_else(|| (0..all.rows as u32).collect());
                    self.stage = Stage::Emitting { all, order, at: 0 };
                    return Ok(Pull::Pending);
                };
                let sorted = match last.take() {
                    Some(sorted) if sorted.partition == call.partition && sorted.keys == call.order => sorted,
                    _ => sort(call, all, context)?,
                };
                let answer = compute(call, &sorted, all, context)?;
                // From the window's order back to the rows' own.
                let mut places = vec![0; all.rows];
                for (position, &row) in sorted.rows.iter().enumerate() {
                    places[row as usize] = position as u32;
                }
                answers.push(gather(&answer, &places));
                order.get_or_insert_with(|| sorted.rows.clone());
                *last = Some(sorted);
                Ok(Pull::Pending)
            }
            Stage::Emitting { all, order, at } => {
                let end = order.len().min(*at + BATCH_ROWS);
                if *at == end {
                    self.held.set(0, context)?;
                    return Ok(Pull::End);
                }
                let batch = gather_batch(all, &order[*at..end], None);
                *at = end;
                Ok(Pull::Batch(batch))
            }
        }
    }
}

fn sort(call: &WindowCall, all: &Batch, context: &mut Context) -> SqlResult<Sorted> {
    let partition = evaluate_all(&call.partition, all, context)?;
    let keys = evaluate_all(call.order.iter().map(|key| &key.expression), all, context)?;
    let mut columns = Vec::with_capacity(keys.len() + 1);
    let numbered = !partition.is_empty();
    if numbered {
        columns.push(KeyColumn::new(partition_order(call, &partition, all.rows)?, false, false, false)?);
    }
    for (array, key) in keys.into_iter().zip(&call.order) {
        columns.push(KeyColumn::new(array, key.descending, key.nulls_first, false)?);
    }
    let rows = sorted_rows(&columns, all.rows);
    let (first, rest) = columns.split_at(usize::from(numbered));
    let mut partitions: Vec<Range<usize>> = Vec::new();
    let mut peers = Vec::with_capacity(rows.len());
    for position in 0..rows.len() {
        let previous = position.checked_sub(1).map(|previous| (rows[previous], rows[position]));
        let same =
            |keys: &[KeyColumn]| previous.is_some_and(|(a, b)| compare_rows(keys, a, b) == Ordering::Equal);
        match partitions.last_mut() {
            Some(partition) if same(first) => {
                partition.end += 1;
                let begins = if same(rest) { peers[position - 1] } else { position };
                peers.push(begins);
            }
            _ => {
                partitions.push(position..position + 1);
                peers.push(position);
            }
        }
    }
    Ok(Sorted { partition: call.partition.clone(), keys: call.order.clone(), rows, partitions, peers })
}

/// A number for each row that rises with its partition: partitions come out in the order of their values.
fn partition_order(call: &WindowCall, partition: &[ArrayRef], rows: usize) -> SqlResult<ArrayRef> {
    let types: Vec<DataType> = call.partition.iter().map(Expression::data_type).collect();
    let mut grouping = Grouping::new(&types);
    let numbers = grouping.assign(partition, rows)?;
    let mut keys = Vec::with_capacity(types.len());
    for array in grouping.keys() {
        keys.push(KeyColumn::new(array, false, false, false)?);
    }
    let mut ranks = vec![0_i64; grouping.len()];
    for (rank, group) in sorted_rows(&keys, grouping.len()).into_iter().enumerate() {
        ranks[group as usize] = rank as i64;
    }
    Ok(Arc::new(Int64Array::from_iter_values(numbers.iter().map(|&group| ranks[group as usize]))))
}

/// The call's answers in the window's order.
fn compute(call: &WindowCall, sorted: &Sorted, all: &Batch, context: &mut Context) -> SqlResult<ArrayRef> {
    let arguments = evaluate_all(&call.arguments, all, context)?;
    let arguments: Vec<ArrayRef> = arguments.iter().map(|argument| gather(argument, &sorted.rows)).collect();
    let rows = sorted.rows.len();
    let whole = |rule: &dyn Fn(&Range<usize>, usize) -> i64| -> ArrayRef {
        let mut answers = Vec::with_capacity(rows);
        for partition in &sorted.partitions {
            answers.extend(partition.clone().map(|position| rule(partition, position)));
        }
        array_of_whole(answers, call.data_type)
    };
    Ok(match call.function {
        WindowFunction::RowNumber => whole(&|partition, position| (position - partition.start) as i64 + 1),
        WindowFunction::Rank => {
            whole(&|partition, position| (sorted.peers[position] - partition.start) as i64 + 1)
        }
        WindowFunction::DenseRank => {
            let mut answers = Vec::with_capacity(rows);
            for partition in &sorted.partitions {
                let mut rank = 0;
                for position in partition.clone() {
                    rank += i64::from(sorted.peers[position] == position);
                    answers.push(rank);
                }
            }
            array_of_whole(answers, call.data_type)
        }
        WindowFunction::PercentRank => doubles(call, sorted, |partition, position| {
            let others = partition.len() - 1;
            if others == 0 { 0.0 } else { (sorted.peers[position] - partition.start) as f64 / others as f64 }
        }),
        WindowFunction::CumeDist => {
            let mut ends = vec![0; rows];
            for position in (0..rows).rev() {
                let last = position + 1 == rows || sorted.peers[position + 1] == position + 1;
                ends[position] = if last { position + 1 } else { ends[position + 1] };
            }
            doubles(call, sorted, |partition, position| {
                (ends[position] - partition.start) as f64 / partition.len() as f64
            })
        }
        WindowFunction::Ntile => ntile(call, sorted, &arguments)?,
        WindowFunction::Lag | WindowFunction::Lead => shifted(call, sorted, &arguments),
        WindowFunction::FirstValue | WindowFunction::LastValue | WindowFunction::NthValue => {
            framed_value(call, sorted, &arguments)?
        }
        WindowFunction::RatioToReport => ratio(call, sorted, &arguments),
        WindowFunction::Aggregate(function) => {
            let mut what = Specification {
                function,
                types: call.arguments.iter().map(Expression::data_type).collect(),
                arguments: call.arguments.len(),
                order: Vec::new(),
                result: call.data_type,
            };
            let mut arguments = arguments;
            // A percentile is taken of what WITHIN GROUP sorts by.
            if matches!(
                function,
                AggregateFunction::PercentileContinuous | AggregateFunction::PercentileDiscrete
            ) {
                for key in &call.order {
                    let values = evaluate_all([&key.expression], all, context)?;
                    arguments.extend(values.iter().map(|values| gather(values, &sorted.rows)));
                    what.types.push(key.expression.data_type());
                    what.order.push((key.descending, key.nulls_first));
                }
            }
            aggregate(&what, call.frame, &sorted.partitions, &arguments, rows)?
        }
    })
}

fn array_of_whole(values: Vec<i64>, data_type: DataType) -> ArrayRef {
    match data_type {
        DataType::BigInt => Arc::new(Int64Array::from(values)),
        other => array_of(&values.into_iter().map(Value::BigInt).collect::<Vec<_>>(), other),
    }
}

fn doubles(call: &WindowCall, sorted: &Sorted, rule: impl Fn(&Range<usize>, usize) -> f64) -> ArrayRef {
    let mut answers = Vec::with_capacity(sorted.rows.len());
    for partition in &sorted.partitions {
        answers.extend(partition.clone().map(|position| Value::Double(rule(partition, position))));
    }
    array_of(&answers, call.data_type)
}

/// The whole number an argument has at a position.
fn whole_at(call: &WindowCall, arguments: &[ArrayRef], argument: usize, position: usize) -> Option<i64> {
    let array = arguments.get(argument)?;
    match value_at(array, call.arguments[argument].data_type(), position) {
        Value::SmallInt(value) => Some(i64::from(value)),
        Value::Integer(value) => Some(i64::from(value)),
        Value::BigInt(value) => Some(value),
        _ => None,
    }
}

fn ntile(call: &WindowCall, sorted: &Sorted, arguments: &[ArrayRef]) -> SqlResult<ArrayRef> {
    let mut answers = Vec::with_capacity(sorted.rows.len());
    for partition in &sorted.partitions {
        let tiles = whole_at(call, arguments, 0, partition.start).unwrap_or(0);
        if tiles <= 0 {
            return Err(SqlError::product("22014", "argument of ntile must be greater than zero"));
        }
        // The first `larger` tiles have one row more.
        let (size, larger) = (partition.len() as i64 / tiles, partition.len() as i64 % tiles);
        let in_larger = larger * (size + 1);
        answers.extend((0..partition.len() as i64).map(|at| {
            if at < in_larger { at / (size + 1) + 1 } else { larger + (at - in_larger) / size.max(1) + 1 }
        }));
    }
    Ok(array_of_whole(answers, call.data_type))
}

/// LAG and LEAD: the argument of a row before or after in the partition.
fn shifted(call: &WindowCall, sorted: &Sorted, arguments: &[ArrayRef]) -> ArrayRef {
    let Some(values) = arguments.first() else {
        return array_of(&[], call.data_type);
    };
    let forward = call.function == WindowFunction::Lead;
    let mut picks = Vec::with_capacity(sorted.rows.len());
    for partition in &sorted.partitions {
        for position in partition.clone() {
            let offset = if arguments.len() > 1 { whole_at(call, arguments, 1, position) } else { Some(1) };
            let target = offset.and_then(|offset| {
                let offset = if forward { offset } else { offset.checked_neg()? };
                if call.ignore_nulls {
                    return skip_nulls(values, partition, position, offset);
                }
                let target = (position as i64).checked_add(offset)?;
                usize::try_from(target).ok().filter(|target| partition.contains(target))
            });
            picks.push(target.map_or(NO_ROW, |target| target as u32));
        }
    }
    if arguments.len() < 3 || !picks.contains(&NO_ROW) {
        return gather_or_null(values, &picks);
    }
    // The third argument stands where no row is.
    let answers: Vec<Value> = picks
        .iter()
        .enumerate()
        .map(|(position, &pick)| match pick {
            NO_ROW => value_at(&arguments[2], call.data_type, position),
            pick => value_at(values, call.data_type, pick as usize),
        })
        .collect();
    array_of(&answers, call.data_type)
}

/// The row so many values away, NULLs not counted.
fn skip_nulls(values: &ArrayRef, partition: &Range<usize>, position: usize, offset: i64) -> Option<usize> {
    if offset == 0 {
        return Some(position);
    }
    let wanted = offset.unsigned_abs().checked_sub(1)? as usize;
    let is_value = |row: &usize| values.is_valid(*row);
    if offset > 0 {
        return (position + 1..partition.end).filter(is_value).nth(wanted);
    }
    (partition.start..position).rev().filter(is_value).nth(wanted)
}

fn framed_value(call: &WindowCall, sorted: &Sorted, arguments: &[ArrayRef]) -> SqlResult<ArrayRef> {
    let Some(values) = arguments.first() else {
        return Err(SqlError::bug("a window function without its argument"));
    };
    // For IGNORE NULLS: where the next value is at or after a position, and the last before or at it.
    let rows = values.len();
    let mut next = vec![rows; rows + 1];
    let mut last = vec![NO_ROW; rows];
    if call.ignore_nulls {
        for row in (0..rows).rev() {
            next[row] = if values.is_valid(row) { row } else { next[row + 1] };
        }
        for row in 0..rows {
            last[row] = if values.is_valid(row) {
                row as u32
            } else {
                row.checked_sub(1).map_or(NO_ROW, |p| last[p])
            };
        }
    }
    let mut picks = Vec::with_capacity(rows);
    for partition in &sorted.partitions {
        for position in partition.clone() {
            let seen = frame_of(call.frame, partition, position);
            let pick = match call.function {
                _ if seen.is_empty() => None,
                WindowFunction::FirstValue if call.ignore_nulls => Some(next[seen.start]),
                WindowFunction::FirstValue => Some(seen.start),
                WindowFunction::LastValue if call.ignore_nulls => Some(last[seen.end - 1] as usize),
                WindowFunction::LastValue => Some(seen.end - 1),
                _ => {
                    let wanted = whole_at(call, arguments, 1, position).unwrap_or(0);
                    let Some(wanted) = usize::try_from(wanted).ok().and_then(|wanted| wanted.checked_sub(1))
                    else {
                        return Err(SqlError::product(
                            "22016",
                            "argument of nth_value must be greater than zero",
                        ));
                    };
                    match call.ignore_nulls {
                        true => seen.clone().filter(|row| values.is_valid(*row)).nth(wanted),
                        false => seen.start.checked_add(wanted),
                    }
                }
            };
            picks.push(pick.filter(|pick| seen.contains(pick)).map_or(NO_ROW, |pick| pick as u32));
        }
    }
    Ok(gather_or_null(values, &picks))
}

/// A value's share of its partition's sum; NULL when the sum is 0.
fn ratio(call: &WindowCall, sorted: &Sorted, arguments: &[ArrayRef]) -> ArrayRef {
    let data_type = call.arguments.first().map_or(DataType::Double, Expression::data_type);
    let number = |position: usize| -> Option<f64> {
        match value_at(arguments.first()?, data_type, position) {
            Value::SmallInt(value) => Some(f64::from(value)),
            Value::Integer(value) => Some(f64::from(value)),
            Value::BigInt(value) => Some(value as f64),
            Value::Real(value) => Some(f64::from(value)),
            Value::Double(value) => Some(value),
            Value::Decimal { unscaled, scale } => Some(unscaled as f64 / 10_f64.powi(i32::from(scale))),
            _ => None,
        }
    };
    let mut answers = Vec::with_capacity(sorted.rows.len());
    for partition in &sorted.partitions {
        let sum: f64 = partition.clone().filter_map(number).sum();
        answers.extend(partition.clone().map(|position| match number(position) {
            Some(value) if sum != 0.0 => Value::Double(value / sum),
            _ => Value::Null,
        }));
    }
    array_of(&answers, call.data_type)
}
