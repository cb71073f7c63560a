//! Aggregates that need all their rows in order: LISTAGG, MEDIAN and the percentiles.

use arrow::array::{Array, ArrayRef};

use super::{Accumulator, Groups, Specification};
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::execute::array::{array_of, bytes_of, value_at};
use crate::sql::execute::display::display;
use crate::sql::execute::gather::concatenate;
use crate::sql::execute::sorting::{KeyColumn, compare_rows};
use crate::sql::plan::AggregateFunction;
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// Longest result of LISTAGG in bytes (Developer Guide, "LISTAGG").
const LIST_LIMIT: usize = 65_535;

pub struct Collect {
    what: Specification,
    columns: Vec<Vec<ArrayRef>>,
    groups: Vec<u32>,
    bytes: u64,
}

impl Collect {
    pub fn new(what: Specification) -> Self {
        let columns = vec![Vec::new(); what.types.len()];
        Collect { what, columns, groups: Vec::new(), bytes: 0 }
    }

    /// Which column is the value, and by what the rows are ordered.
    fn roles(&self) -> (usize, Vec<(usize, bool, bool)>) {
        let first_key = self.what.arguments;
        let keys = self.what.order.iter().enumerate().map(|(at, (d, n))| (first_key + at, *d, *n)).collect();
        match self.what.function {
            AggregateFunction::Median => (0, vec![(0, false, false)]),
            AggregateFunction::PercentileContinuous | AggregateFunction::PercentileDiscrete => {
                (first_key, keys)
            }
            _ => (0, keys),
        }
    }
}

impl Accumulator for Collect {
    fn update(&mut self, groups: Groups<'_>, arguments: &[ArrayRef]) -> SqlResult<()> {
        for (column, argument) in self.columns.iter_mut().zip(arguments) {
            self.bytes += bytes_of(argument);
            column.push(argument.clone());
        }
        self.groups.extend_from_slice(groups.numbers);
        self.bytes += 4 * groups.numbers.len() as u64;
        Ok(())
    }

    fn finish(&mut self, count: usize) -> SqlResult<ArrayRef> {
        let (value, keys) = self.roles();
        let mut columns = Vec::with_capacity(self.columns.len());
        for (parts, data_type) in self.columns.iter_mut().zip(&self.what.types) {
            let parts = std::mem::take(parts);
            columns.push(concatenate(&parts).unwrap_or_else(|| array_of(&[], *data_type)));
        }
        let Some(values) = columns.get(value) else {
            return Err(SqlError::bug("an ordered aggregate without a value"));
        };
        let mut order = Vec::with_capacity(keys.len());
        for (column, descending, nulls_first) in keys {
            order.push(KeyColumn::new(columns[column].clone(), descending, nulls_first, false)?);
        }
        // Counting sort by group, then each group's rows by the keys.
        let mut ends = vec![0_usize; count + 1];
        self.groups.iter().for_each(|&group| ends[group as usize + 1] += 1);
        (0..count).for_each(|group| ends[group + 1] += ends[group]);
        let mut next = ends.clone();
        let mut rows = vec![0_u32; self.groups.len()];
        for (row, &group) in self.groups.iter().enumerate() {
            rows[next[group as usize]] = row as u32;
            next[group as usize] += 1;
        }
        let mut answers = Vec::with_capacity(count);
        for group in 0..count {
            let rows = &mut rows[ends[group]..ends[group + 1]];
            if !order.is_empty() {
                rows.sort_by(|a, b| compare_rows(&order, *a, *b));
            }
            let present: Vec<u32> =
                rows.iter().copied().filter(|&row| values.is_valid(row as usize)).collect();
            answers.push(self.answer(values, value, &present, &columns)?);
        }
        self.groups.clear();
        Ok(array_of(&answers, self.what.result))
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Collect {
    fn answer(
        &self,
        values: &ArrayRef,
        value: usize,
        rows: &[u32],
        columns: &[ArrayRef],
    ) -> SqlResult<Value> {
        let Some(&first) = rows.first() else {
            return Ok(Value::Null);
        };
        let data_type = self.what.types[value];
        match self.what.function {
            AggregateFunction::ListAggregate => self.list(values, data_type, rows, columns),
            AggregateFunction::Median => Ok(interpolate(values, data_type, rows, 0.5, self.what.result)),
            AggregateFunction::PercentileContinuous => {
                let Some(fraction) = fraction(&columns[0], self.what.types[0], first)? else {
                    return Ok(Value::Null);
                };
                Ok(interpolate(values, data_type, rows, fraction, self.what.result))
            }
            _ => {
                let Some(fraction) = fraction(&columns[0], self.what.types[0], first)? else {
                    return Ok(Value::Null);
                };
                let place = (fraction * rows.len() as f64).ceil().max(1.0) as usize - 1;
                Ok(value_at(values, data_type, rows[place.min(rows.len() - 1)] as usize))
            }
        }
    }

    /// NULLs and empty strings are left out.
    fn list(
        &self,
        values: &ArrayRef,
        data_type: DataType,
        rows: &[u32],
        columns: &[ArrayRef],
    ) -> SqlResult<Value> {
        let mut list = String::new();
        let mut begun = false;
        for &row in rows {
            let Some(text) = display(values, data_type, row as usize).filter(|text| !text.is_empty()) else {
                continue;
            };
            if begun && self.what.arguments > 1 {
                list.push_str(&display(&columns[1], self.what.types[1], row as usize).unwrap_or_default());
            }
            list.push_str(&text);
            begun = true;
            if list.len() > LIST_LIMIT {
                return Err(SqlError::new(SqlErrorKind::Product {
                    state: "54000",
                    message: "Result size exceeds LISTAGG limit".to_owned(),
                    detail: Some(format!("LISTAGG limit: {LIST_LIMIT}")),
                    hint: None,
                }));
            }
        }
        Ok(if begun { Value::string(list) } else { Value::Null })
    }
}

/// The first argument of a percentile, a constant between 0 and 1, or NULL.
fn fraction(array: &ArrayRef, data_type: DataType, row: u32) -> SqlResult<Option<f64>> {
    let Some(fraction) = number(&value_at(array, data_type, row as usize)) else { return Ok(None) };
    if (0.0..=1.0).contains(&fraction) {
        return Ok(Some(fraction));
    }
    // The text is PostgreSQL's; Redshift's is unconfirmed.
    Err(SqlError::product("22003", format!("percentile value {fraction} is not between 0 and 1")))
}

/// The value so far along the sorted rows, between two of them where it must be.
fn interpolate(
    values: &ArrayRef,
    data_type: DataType,
    rows: &[u32],
    fraction: f64,
    result: DataType,
) -> Value {
    let place = fraction * (rows.len() - 1) as f64;
    let share = place - place.floor();
    let low = value_at(values, data_type, rows[place.floor() as usize] as usize);
    let high = value_at(values, data_type, rows[place.ceil() as usize] as usize);
    let between = |low: i64, high: i64| low + ((high as f64 - low as f64) * share).round() as i64;
    match (low, high) {
        (Value::Date(a), Value::Date(b)) => Value::Date(between(i64::from(a), i64::from(b)) as i32),
        (Value::Timestamp(a), Value::Timestamp(b)) => Value::Timestamp(between(a, b)),
        (Value::Time(a), Value::Time(b)) => Value::Time(between(a, b)),
        (Value::Decimal { unscaled: a, scale }, Value::Decimal { unscaled: b, .. })
            if matches!(result, DataType::Decimal { .. }) =>
        {
            let to = match result {
                DataType::Decimal { scale: wanted, .. } => wanted.max(scale),
                _ => scale,
            };
            let power = 10_i128.pow(u32::from(to - scale));
            let (a, b) = (a * power, b * power);
            Value::Decimal { unscaled: a + ((b - a) as f64 * share).round() as i128, scale: to }
        }
        (low, high) => match (number(&low), number(&high)) {
            (Some(low), Some(high)) => from_number(low + (high - low) * share, result),
            _ => low,
        },
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::SmallInt(value) => Some(f64::from(*value)),
        Value::Integer(value) => Some(f64::from(*value)),
        Value::BigInt(value) => Some(*value as f64),
        Value::Real(value) => Some(f64::from(*value)),
        Value::Double(value) => Some(*value),
        Value::Decimal { unscaled, scale } => Some(*unscaled as f64 / 10_f64.powi(i32::from(*scale))),
        _ => None,
    }
}

fn from_number(value: f64, result: DataType) -> Value {
    match result {
        DataType::SmallInt | DataType::Integer | DataType::BigInt => Value::BigInt(value.round() as i64),
        DataType::Decimal { scale, .. } => {
            Value::Decimal { unscaled: (value * 10_f64.powi(i32::from(scale))).round() as i128, scale }
        }
        DataType::Real => Value::Real(value as f32),
        _ => Value::Double(value),
    }
}
