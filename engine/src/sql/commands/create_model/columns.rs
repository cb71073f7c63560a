//! Columns of the warehouse as learners read them, for training and for prediction alike.

use arrow::array::ArrayRef;
use sandshift_ml::{Column, Kind};

use crate::sql::error::SqlResult;
use crate::sql::execute::array::value_at;
use crate::sql::functions::column::Text;
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// What learners take a type for; `None` for those that the guide does not list.
pub fn kind_of(data_type: DataType) -> Option<Kind> {
    use DataType as T;
    Some(match data_type.text() {
        T::SmallInt | T::Integer | T::BigInt | T::Decimal { .. } | T::Real | T::Double => Kind::Number,
        T::Boolean => Kind::Boolean,
        T::Char(_) | T::Varchar(_) => Kind::Text,
        T::Date => Kind::Date,
        T::Time | T::TimeTz => Kind::Time,
        T::Timestamp | T::TimestampTz => Kind::Timestamp,
        _ => return None,
    })
}

/// A column's numbers; times in seconds, NULL not a number.
pub fn numbers(array: &ArrayRef, data_type: DataType, rows: usize) -> impl Iterator<Item = f64> {
    (0..rows).map(move |row| number(&value_at(array, data_type, row)))
}

fn number(value: &Value) -> f64 {
    match value {
        Value::SmallInt(value) => f64::from(*value),
        Value::Integer(value) | Value::Date(value) => f64::from(*value),
        Value::BigInt(value) => *value as f64,
        Value::Decimal { unscaled, scale } => *unscaled as f64 / 10_f64.powi(i32::from(*scale)),
        Value::Real(value) => f64::from(*value),
        Value::Double(value) => *value,
        Value::Boolean(value) => f64::from(u8::from(*value)),
        Value::Time(micros) | Value::Timestamp(micros) => *micros as f64 / 1e6,
        _ => f64::NAN,
    }
}

/// A whole column.
///
/// # Errors
/// A layout that no such type has.
pub fn column(name: &str, array: &ArrayRef, data_type: DataType, rows: usize) -> SqlResult<Column> {
    match kind_of(data_type).unwrap_or(Kind::Text) {
        Kind::Text => {
            let text = Text::of(array, data_type)?;
            Ok(Column::text(name, (0..rows).map(|row| text.get(row))))
        }
        kind => Ok(Column::numbers(name, kind, numbers(array, data_type, rows).collect())),
    }
}
