//! How a cell is printed for people: result grids, CSV, tests.

use arrow::array::ArrayRef;

use super::array::value_at;
use crate::sql::json;
use crate::warehouse::calendar::interval::{Interval, write_interval};
use crate::warehouse::calendar::text;
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// The cell's text; `None` is NULL. Booleans are `true` and `false`, timestamps have a fraction only when
/// there is one, decimals have all digits of their scale, doubles the fewest that read back the same.
pub fn display(array: &ArrayRef, data_type: DataType, row: usize) -> Option<String> {
    display_value(&value_at(array, data_type, row), data_type)
}

/// As [`display`], for a single value.
pub fn display_value(value: &Value, data_type: DataType) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Boolean(boolean) => boolean.to_string(),
        Value::SmallInt(integer) => integer.to_string(),
        Value::Integer(integer) => integer.to_string(),
        Value::BigInt(integer) => integer.to_string(),
        Value::Decimal { unscaled, scale } => decimal(*unscaled, *scale),
        Value::Real(real) => scientific(f64::from(*real), format!("{real}"), || format!("{real:e}")),
        Value::Double(double) => scientific(*double, format!("{double}"), || format!("{double:e}")),
        Value::String(string) if data_type == DataType::Super => json::printed(string).into_owned(),
        Value::String(string) => string.to_string(),
        Value::Date(days) => text::date(*days),
        Value::Time(micros) if data_type == DataType::TimeTz => format!("{}+00", text::time(*micros)),
        Value::Time(micros) => text::time(*micros),
        Value::Timestamp(micros) if data_type == DataType::TimestampTz => {
            let mut out = String::new();
            text::write_timestamp_tz(*micros, 0, &mut out);
            out
        }
        Value::Timestamp(micros) => text::timestamp(*micros),
        Value::Interval { months, micros } => {
            let mut out = String::new();
            write_interval(Interval { months: *months, micros: *micros }, &mut out);
            out
        }
        Value::Varbyte(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    })
}

/// An unscaled decimal with its point.
pub fn decimal(unscaled: i128, scale: u8) -> String {
    if scale == 0 {
        return unscaled.to_string();
    }
    let digits = unscaled.unsigned_abs().to_string();
    let width = usize::from(scale) + 1;
    let padded = format!("{digits:0>width$}");
    let (whole, fraction) = padded.split_at(padded.len() - usize::from(scale));
    let sign = if unscaled < 0 { "-" } else { "" };
    format!("{sign}{whole}.{fraction}")
}

/// Plain digits between 1e-4 and 1e15, as C's `%g` with 15 digits does; beyond that `1e+20`.
fn scientific(value: f64, plain: String, exponential: impl Fn() -> String) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let size = value.abs();
    if size == 0.0 || (1e-4..1e15).contains(&size) {
        return plain;
    }
    let text = exponential();
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_as_the_product_prints_them() {
        let double = |value| display_value(&Value::Double(value), DataType::Double).unwrap();
        assert_eq!(double(0.1), "0.1");
        assert_eq!(double(100.0), "100");
        assert_eq!(double(1e20), "1e+20");
        assert_eq!(double(1.5e-7), "1.5e-07");
        assert_eq!(double(f64::NAN), "NaN");
        assert_eq!(decimal(-5, 2), "-0.05");
        assert_eq!(decimal(12_345, 2), "123.45");
        assert_eq!(display_value(&Value::Real(0.1), DataType::Real).unwrap(), "0.1");
    }
}
