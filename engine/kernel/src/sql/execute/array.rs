//! Single values in and out of column arrays.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryBuilder, BooleanArray, BooleanBufferBuilder, DictionaryArray, Int32Array,
    PrimitiveArray, StringArray, StringBuilder,
};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{
    ArrowPrimitiveType, DataType as ArrowType, Date32Type, Decimal128Type, Float32Type, Float64Type,
    Int16Type, Int32Type, Int64Type, IntervalMonthDayNano, IntervalMonthDayNanoType, Time64MicrosecondType,
    TimestampMicrosecondType,
};

use super::gather::gather;
use crate::sql::outcome::Batch;
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// The cell at `row`. The array lies as `data_type` says, or is a dictionary of strings.
pub fn value_at(array: &ArrayRef, data_type: DataType, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    match array.data_type() {
        ArrowType::Int16 => Value::SmallInt(array.as_primitive::<Int16Type>().value(row)),
        ArrowType::Int32 => Value::Integer(array.as_primitive::<Int32Type>().value(row)),
        ArrowType::Int64 => Value::BigInt(array.as_primitive::<Int64Type>().value(row)),
        ArrowType::Decimal128(_, arrow_scale) => {
            let scale = match data_type {
                DataType::Decimal { scale, .. } => scale,
                _ => (*arrow_scale).max(0) as u8,
            };
            Value::Decimal { unscaled: array.as_primitive::<Decimal128Type>().value(row), scale }
        }
        ArrowType::Float32 => Value::Real(array.as_primitive::<Float32Type>().value(row)),
        ArrowType::Float64 => Value::Double(array.as_primitive::<Float64Type>().value(row)),
        ArrowType::Boolean => Value::Boolean(array.as_boolean().value(row)),
        ArrowType::Utf8 => Value::string(array.as_string::<i32>().value(row)),
        ArrowType::Dictionary(_, _) => {
            let dictionary = array.as_dictionary::<Int32Type>();
            let code = dictionary.keys().value(row) as usize;
            Value::string(dictionary.values().as_string::<i32>().value(code))
        }
        ArrowType::Date32 => Value::Date(array.as_primitive::<Date32Type>().value(row)),
        ArrowType::Time64(_) => Value::Time(array.as_primitive::<Time64MicrosecondType>().value(row)),
        ArrowType::Timestamp(_, _) => {
            Value::Timestamp(array.as_primitive::<TimestampMicrosecondType>().value(row))
        }
        ArrowType::Interval(_) => {
            let interval = array.as_primitive::<IntervalMonthDayNanoType>().value(row);
            Value::Interval {
                months: interval.months,
                micros: i64::from(interval.days) * 86_400_000_000 + interval.nanoseconds / 1_000,
            }
        }
        ArrowType::Binary => Value::Varbyte(array.as_binary::<i32>().value(row).into()),
        _ => Value::Null,
    }
}

/// A column of `values`. A value of another type than the column's is our mistake and becomes NULL.
pub fn array_of(values: &[Value], data_type: DataType) -> ArrayRef {
    fn primitive<T: ArrowPrimitiveType>(
        values: &[Value],
        data_type: DataType,
        pick: impl Fn(&Value) -> Option<T::Native>,
    ) -> ArrayRef {
        // By hand: Arrow's own way of collecting is ten times the code for each type.
        let mut numbers: Vec<T::Native> = Vec::with_capacity(values.len());
        let mut known = BooleanBufferBuilder::new(values.len());
        for value in values {
            let number = pick(value);
            known.append(number.is_some());
            numbers.push(number.unwrap_or_default());
        }
        let nulls = NullBuffer::new(known.finish());
        let nulls = Some(nulls).filter(|nulls| nulls.null_count() > 0);
        Arc::new(PrimitiveArray::<T>::new(numbers.into(), nulls).with_data_type(data_type.arrow()))
    }
    match data_type {
        DataType::SmallInt => {
            primitive::<Int16Type>(values, data_type, |value| integer(value)?.try_into().ok())
        }
        DataType::Integer => {
            primitive::<Int32Type>(values, data_type, |value| integer(value)?.try_into().ok())
        }
        DataType::BigInt => primitive::<Int64Type>(values, data_type, integer),
        DataType::Decimal { scale, .. } => {
            primitive::<Decimal128Type>(values, data_type, |value| match value {
                Value::Decimal { unscaled, scale: from } if *from == scale => Some(*unscaled),
                Value::Decimal { unscaled, scale: from } if *from < scale => {
                    unscaled.checked_mul(10_i128.checked_pow(u32::from(scale - from))?)
                }
                _ => i128::from(integer(value)?).checked_mul(10_i128.checked_pow(u32::from(scale))?),
            })
        }
        DataType::Real => primitive::<Float32Type>(values, data_type, |value| match value {
            Value::Real(real) => Some(*real),
            _ => None,
        }),
        DataType::Double => primitive::<Float64Type>(values, data_type, |value| match value {
            Value::Double(double) => Some(*double),
            Value::Real(real) => Some(f64::from(*real)),
            _ => None,
        }),
        DataType::Boolean => Arc::new(
            values
                .iter()
                .map(|value| match value {
                    Value::Boolean(boolean) => Some(*boolean),
                    _ => None,
                })
                .collect::<BooleanArray>(),
        ),
        DataType::Char(_)
        | DataType::Varchar(_)
        | DataType::Caseless { .. }
        | DataType::Super
        | DataType::HllSketch
        | DataType::Unknown => {
            let mut builder = StringBuilder::new();
            for value in values {
                match value {
                    Value::String(text) => builder.append_value(text),
                    _ => builder.append_null(),
                }
            }
            Arc::new(builder.finish())
        }
        DataType::Date => primitive::<Date32Type>(values, data_type, |value| match value {
            Value::Date(days) => Some(*days),
            _ => None,
        }),
        DataType::Time | DataType::TimeTz => {
            primitive::<Time64MicrosecondType>(values, data_type, |value| match value {
                Value::Time(micros) => Some(*micros),
                _ => None,
            })
        }
        DataType::Timestamp | DataType::TimestampTz => {
            primitive::<TimestampMicrosecondType>(values, data_type, |value| match value {
                Value::Timestamp(micros) => Some(*micros),
                _ => None,
            })
        }
        DataType::Interval | DataType::IntervalTo(_) => {
            primitive::<IntervalMonthDayNanoType>(values, data_type, |value| match value {
                Value::Interval { months, micros } => {
                    let days = micros.div_euclid(86_400_000_000);
                    let rest = micros.rem_euclid(86_400_000_000);
                    Some(IntervalMonthDayNano::new(*months, i32::try_from(days).ok()?, rest * 1_000))
                }
                _ => None,
            })
        }
        DataType::Varbyte(_) => {
            let mut builder = BinaryBuilder::new();
            for value in values {
                match value {
                    Value::Varbyte(bytes) => builder.append_value(bytes),
                    _ => builder.append_null(),
                }
            }
            Arc::new(builder.finish())
        }
    }
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::SmallInt(value) => Some(i64::from(*value)),
        Value::Integer(value) => Some(i64::from(*value)),
        Value::BigInt(value) => Some(*value),
        _ => None,
    }
}

/// `rows` NULLs.
pub fn nulls(data_type: DataType, rows: usize) -> ArrayRef {
    repeat(&array_of(&[Value::Null], data_type), rows)
}

/// The one value of `single`, `rows` times. Strings become codes into a dictionary of one.
pub fn repeat(single: &ArrayRef, rows: usize) -> ArrayRef {
    if rows == 1 {
        return single.clone();
    }
    if single.data_type() == &ArrowType::Utf8 && single.is_valid(0) {
        let keys = Int32Array::new(vec![0; rows].into(), None);
        if let Ok(array) = DictionaryArray::<Int32Type>::try_new(keys, single.clone()) {
            return Arc::new(array);
        }
    }
    if single.data_type() == &ArrowType::Utf8 {
        return Arc::new(StringArray::new_null(rows));
    }
    gather(single, &vec![0; rows])
}

/// Bytes an array holds, near enough for counting memory. Shared dictionaries count once a batch.
pub fn bytes_of(array: &ArrayRef) -> u64 {
    match array.data_type() {
        ArrowType::Utf8 => {
            let strings = array.as_string::<i32>();
            let offsets = strings.value_offsets();
            let length = offsets.last().copied().unwrap_or(0) - offsets.first().copied().unwrap_or(0);
            length as u64 + 4 * array.len() as u64
        }
        ArrowType::Binary => {
            let offsets = array.as_binary::<i32>().value_offsets();
            let length = offsets.last().copied().unwrap_or(0) - offsets.first().copied().unwrap_or(0);
            length as u64 + 4 * array.len() as u64
        }
        ArrowType::Dictionary(_, _) => 4 * array.len() as u64,
        ArrowType::Int16 => 2 * array.len() as u64,
        ArrowType::Int32 | ArrowType::Float32 | ArrowType::Date32 => 4 * array.len() as u64,
        ArrowType::Boolean => array.len() as u64 / 8,
        // Stands for a column that nobody reads.
        ArrowType::Null => 0,
        ArrowType::Decimal128(_, _) | ArrowType::Interval(_) => 16 * array.len() as u64,
        _ => 8 * array.len() as u64,
    }
}

pub fn bytes_of_batch(batch: &Batch) -> u64 {
    batch.columns.iter().map(bytes_of).sum()
}

/// NULL where either is.
pub fn union_nulls(left: Option<&NullBuffer>, right: Option<&NullBuffer>) -> Option<NullBuffer> {
    NullBuffer::union(left, right).filter(|nulls| nulls.null_count() > 0)
}
