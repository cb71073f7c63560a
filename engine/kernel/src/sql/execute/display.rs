//! How a cell is printed for people: result grids, CSV, tests.

use arrow::array::ArrayRef;

use super::array::value_at;
use crate::sorted::SortedMap;
use crate::sql::json;
use crate::warehouse::calendar::interval::{Interval, Style, write_interval};
use crate::warehouse::calendar::zone::{self, Zone};
use crate::warehouse::calendar::{SECOND, text};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// What a session's settings make of a printed value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Printing {
    /// A TIMESTAMPTZ is shown on this clock.
    pub zone: Zone,
    /// `extra_float_digits`, added to those that floats show.
    pub extra_digits: i32,
    /// `intervalstyle`.
    pub intervals: Style,
    /// The form in `datestyle`.
    pub dates: text::Style,
}

impl Default for Printing {
    fn default() -> Self {
        Printing { zone: zone::UTC, extra_digits: 0, intervals: Style::Postgres, dates: text::Style::Iso }
    }
}

impl Printing {
    /// By the parameters of a session, by lower-case name.
    pub fn of(settings: &SortedMap<String, String>) -> Self {
        let number = |name| settings.get(name).and_then(|text: &String| text.parse().ok()).unwrap_or(0);
        Printing {
            zone: zone::of_session(settings.get("timezone").map(String::as_str)),
            extra_digits: number("extra_float_digits"),
            intervals: Style::of(settings.get("intervalstyle").map(String::as_str)),
            dates: text::Style::of(settings.get("datestyle").map(String::as_str)),
        }
    }

    /// As [`display`], for this session.
    pub fn display(&self, array: &ArrayRef, data_type: DataType, row: usize) -> Option<String> {
        self.value(&value_at(array, data_type, row), data_type)
    }

    fn digits(&self, usual: usize) -> usize {
        usize::try_from((usual as i32 + self.extra_digits).clamp(1, 17)).unwrap_or(usual)
    }
}

/// The cell's text; `None` is NULL. Booleans are `true` and `false`, timestamps have a fraction only when
/// there is one, decimals have all digits of their scale, doubles fifteen that count.
pub fn display(array: &ArrayRef, data_type: DataType, row: usize) -> Option<String> {
    Printing::default().display(array, data_type, row)
}

/// As [`display`], for a single value.
pub fn display_value(value: &Value, data_type: DataType) -> Option<String> {
    Printing::default().value(value, data_type)
}

impl Printing {
    fn value(&self, value: &Value, data_type: DataType) -> Option<String> {
        Some(match value {
            Value::Null => return None,
            Value::Boolean(boolean) => boolean.to_string(),
            Value::SmallInt(integer) => integer.to_string(),
            Value::Integer(integer) => integer.to_string(),
            Value::BigInt(integer) => integer.to_string(),
            Value::Decimal { unscaled, scale } => decimal(*unscaled, *scale),
            Value::Real(real) => float(f64::from(*real), self.digits(FLOAT_DIGITS)),
            Value::Double(double) => float(*double, self.digits(DOUBLE_DIGITS)),
            Value::String(string) if data_type == DataType::Super => json::printed(string).into_owned(),
            Value::String(string) => string.to_string(),
            Value::Date(days) => self.dates.date(*days),
            Value::Time(micros) if data_type == DataType::TimeTz => format!("{}+00", text::time(*micros)),
            Value::Time(micros) => text::time(*micros),
            Value::Timestamp(micros) if data_type == DataType::TimestampTz => {
                let offset = self.zone.offset_at(*micros);
                let local = micros.saturating_add(i64::from(offset) * SECOND);
                let mut out = self.dates.timestamp(local);
                text::write_offset(offset, &mut out);
                out
            }
            Value::Timestamp(micros) => self.dates.timestamp(*micros),
            Value::Interval { months, micros } => {
                let mut out = String::new();
                write_interval(Interval { months: *months, micros: *micros }, self.intervals, &mut out);
                out
            }
            Value::Varbyte(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }
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

/// Digits that a REAL and a DOUBLE show while `extra_float_digits` is 0.
const FLOAT_DIGITS: usize = 6;
const DOUBLE_DIGITS: usize = 15;

/// As C's `%g` prints: so many digits that count, no zeros at the end, an exponent for what is very large or small.
fn float(value: f64, digits: usize) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let text = format!("{value:.0$e}", digits - 1);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trimmed = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if exponent < -4 || exponent >= digits as i32 {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", trimmed(mantissa), exponent.abs());
    }
    let places = usize::try_from(digits as i32 - 1 - exponent).unwrap_or(0);
    trimmed(&format!("{value:.places$}"))
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
        assert_eq!(double(1.0 / 3.0), "0.333333333333333");
        assert_eq!(double(0.1 + 0.2), "0.3");
        assert_eq!(double(-0.0), "-0");
        assert_eq!(double(123_456_789_012_345_680.0), "1.23456789012346e+17");
        assert_eq!(double(f64::NAN), "NaN");
        assert_eq!(decimal(-5, 2), "-0.05");
        assert_eq!(decimal(12_345, 2), "123.45");
        assert_eq!(display_value(&Value::Real(0.1), DataType::Real).unwrap(), "0.1");
    }
}
