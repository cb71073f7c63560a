//! Values for what a file does not fill: constant columns, and defaults where a NOT NULL column met NULL.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float32Array,
    Float64Array, Int16Array, Int32Array, Int64Array, IntervalMonthDayNanoArray, StringArray,
    Time64MicrosecondArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{
    ArrowPrimitiveType, DataType as ArrowType, Date32Type, Decimal128Type, Float32Type, Float64Type,
    Int16Type, Int32Type, Int64Type, Time64MicrosecondType, TimestampMicrosecondType,
};

use crate::sql::error::{SqlError, SqlResult};
use crate::warehouse::data_type::DataType;
use crate::warehouse::storage::dictionary::plain;
use crate::warehouse::value::Value;

/// A column of `rows` times `value`, in the layout of `data_type`.
pub fn repeat(value: &Value, data_type: DataType, rows: usize) -> SqlResult<ArrayRef> {
    let array: ArrayRef = match (data_type, value) {
        (DataType::SmallInt, value) => Arc::new(Int16Array::from(vec![small(value); rows])),
        (DataType::Integer, value) => Arc::new(Int32Array::from(vec![integer(value); rows])),
        (DataType::BigInt, value) => Arc::new(Int64Array::from(vec![big(value); rows])),
        (DataType::Decimal { precision, scale }, value) => {
            let array = Decimal128Array::from(vec![decimal(value); rows]);
            let array = array.with_precision_and_scale(precision, scale as i8);
            Arc::new(array.map_err(|_| SqlError::bug("a decimal's precision is out of bounds"))?)
        }
        (DataType::Real, value) => Arc::new(Float32Array::from(vec![real(value); rows])),
        (DataType::Double, value) => Arc::new(Float64Array::from(vec![double(value); rows])),
        (DataType::Boolean, Value::Boolean(flag)) => Arc::new(BooleanArray::from(vec![*flag; rows])),
        (DataType::Boolean, _) => Arc::new(BooleanArray::from(vec![None; rows])),
        (DataType::Date, value) => Arc::new(Date32Array::from(vec![date(value); rows])),
        (DataType::Time | DataType::TimeTz, value) => {
            Arc::new(Time64MicrosecondArray::from(vec![time(value); rows]))
        }
        (DataType::Timestamp | DataType::TimestampTz, value) => {
            Arc::new(TimestampMicrosecondArray::from(vec![timestamp(value); rows]))
        }
        (
            DataType::Char(_)
            | DataType::Varchar(_)
            | DataType::Super
            | DataType::Caseless { .. }
            | DataType::HllSketch
            | DataType::Unknown,
            Value::String(text),
        ) => Arc::new(StringArray::from(vec![&**text; rows])),
        (
            DataType::Char(_)
            | DataType::Varchar(_)
            | DataType::Super
            | DataType::Caseless { .. }
            | DataType::HllSketch
            | DataType::Unknown,
            _,
        ) => Arc::new(StringArray::from(vec![None::<&str>; rows])),
        (DataType::Varbyte(_), Value::Varbyte(bytes)) => Arc::new(BinaryArray::from(vec![&**bytes; rows])),
        (DataType::Varbyte(_), _) => Arc::new(BinaryArray::from(vec![None; rows])),
        (DataType::Interval | DataType::IntervalTo(_), _) => {
            Arc::new(IntervalMonthDayNanoArray::from(vec![None; rows]))
        }
    };
    Ok(array)
}

/// The same column with `value` where it was NULL.
pub fn fill_nulls(array: &ArrayRef, value: &Value) -> SqlResult<ArrayRef> {
    if array.null_count() == 0 {
        return Ok(array.clone());
    }
    let missing = || SqlError::bug("a default of another type than its column");
    Ok(match array.data_type() {
        ArrowType::Int16 => filled::<Int16Type>(array, small(value).ok_or_else(missing)?),
        ArrowType::Int32 => filled::<Int32Type>(array, integer(value).ok_or_else(missing)?),
        ArrowType::Int64 => filled::<Int64Type>(array, big(value).ok_or_else(missing)?),
        ArrowType::Decimal128(precision, scale) => {
            let value = decimal(value).ok_or_else(missing)?;
            let array: Decimal128Array = array
                .as_primitive::<Decimal128Type>()
                .iter()
                .map(|cell| Some(cell.unwrap_or(value)))
                .collect();
            Arc::new(array.with_precision_and_scale(*precision, *scale).map_err(|_| missing())?)
        }
        ArrowType::Float32 => filled::<Float32Type>(array, real(value).ok_or_else(missing)?),
        ArrowType::Float64 => filled::<Float64Type>(array, double(value).ok_or_else(missing)?),
        ArrowType::Date32 => filled::<Date32Type>(array, date(value).ok_or_else(missing)?),
        ArrowType::Time64(_) => filled::<Time64MicrosecondType>(array, time(value).ok_or_else(missing)?),
        ArrowType::Timestamp(_, _) => {
            filled::<TimestampMicrosecondType>(array, timestamp(value).ok_or_else(missing)?)
        }
        ArrowType::Boolean => {
            let Value::Boolean(flag) = value else { return Err(missing()) };
            Arc::new(
                array.as_boolean().iter().map(|cell| Some(cell.unwrap_or(*flag))).collect::<BooleanArray>(),
            )
        }
        ArrowType::Utf8 | ArrowType::Dictionary(_, _) => {
            let Value::String(text) = value else { return Err(missing()) };
            let strings = plain(array);
            let strings = strings.as_string::<i32>().iter().map(|cell| Some(cell.unwrap_or(text)));
            Arc::new(strings.collect::<StringArray>())
        }
        _ => return Err(missing()),
    })
}

fn filled<T: ArrowPrimitiveType>(array: &ArrayRef, value: T::Native) -> ArrayRef {
    let cells = array.as_primitive::<T>().iter().map(|cell| cell.unwrap_or(value));
    Arc::new(arrow::array::PrimitiveArray::<T>::from_iter_values(cells))
}

fn small(value: &Value) -> Option<i16> {
    match value {
        Value::SmallInt(value) => Some(*value),
        _ => None,
    }
}

fn integer(value: &Value) -> Option<i32> {
    match value {
        Value::Integer(value) => Some(*value),
        _ => None,
    }
}

fn big(value: &Value) -> Option<i64> {
    match value {
        Value::BigInt(value) => Some(*value),
        _ => None,
    }
}

fn decimal(value: &Value) -> Option<i128> {
    match value {
        Value::Decimal { unscaled, .. } => Some(*unscaled),
        _ => None,
    }
}

fn real(value: &Value) -> Option<f32> {
    match value {
        Value::Real(value) => Some(*value),
        _ => None,
    }
}

fn double(value: &Value) -> Option<f64> {
    match value {
        Value::Double(value) => Some(*value),
        _ => None,
    }
}

fn date(value: &Value) -> Option<i32> {
    match value {
        Value::Date(value) => Some(*value),
        _ => None,
    }
}

fn time(value: &Value) -> Option<i64> {
    match value {
        Value::Time(value) => Some(*value),
        _ => None,
    }
}

fn timestamp(value: &Value) -> Option<i64> {
    match value {
        Value::Timestamp(value) => Some(*value),
        _ => None,
    }
}
