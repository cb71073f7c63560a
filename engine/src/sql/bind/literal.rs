//! Literals: the type a number or string has before anything else is known of it.

use sqlparser::ast;

use crate::gap::Feature;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::{CastMode, Expression};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

pub(super) fn null() -> Expression {
    Expression::Literal { value: Value::Null, data_type: DataType::Unknown }
}

/// An untyped string.
pub(super) fn text(text: impl Into<std::sync::Arc<str>>) -> Expression {
    Expression::Literal { value: Value::string(text), data_type: DataType::Unknown }
}

pub(super) fn integer(value: i32) -> Expression {
    Expression::Literal { value: Value::Integer(value), data_type: DataType::Integer }
}

pub(super) fn boolean(value: bool) -> Expression {
    Expression::Literal { value: Value::Boolean(value), data_type: DataType::Boolean }
}

pub(super) fn literal(value: &ast::Value) -> SqlResult<Expression> {
    match value {
        ast::Value::Null => Ok(null()),
        ast::Value::Boolean(value) => Ok(boolean(*value)),
        ast::Value::Number(digits, _) => number(digits),
        ast::Value::SingleQuotedString(string)
        | ast::Value::EscapedStringLiteral(string)
        | ast::Value::NationalStringLiteral(string)
        | ast::Value::UnicodeStringLiteral(string) => Ok(text(string.as_str())),
        ast::Value::DollarQuotedString(string) => Ok(text(string.value.as_str())),
        ast::Value::Placeholder(_) => Err(SqlError::not_simulated(Feature::PreparedStatement)),
        other => {
            Err(SqlError::new(crate::sql::error::SqlErrorKind::Syntax { near: Some(other.to_string()) }))
        }
    }
}

/// INTEGER, BIGINT or DECIMAL, whichever is the first to hold the digits; DOUBLE when there is an exponent.
pub(super) fn number(digits: &str) -> SqlResult<Expression> {
    let double = || {
        let value: f64 =
            digits.parse().map_err(|_| SqlError::bug(format!("a number that is none: {digits}")))?;
        Ok(Expression::Literal { value: Value::Double(value), data_type: DataType::Double })
    };
    if digits.contains(['e', 'E']) {
        return double();
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if !digits.contains('.') {
        if let Ok(value) = digits.parse::<i32>() {
            return Ok(Expression::Literal { value: Value::Integer(value), data_type: DataType::Integer });
        }
        if let Ok(value) = digits.parse::<i64>() {
            return Ok(Expression::Literal { value: Value::BigInt(value), data_type: DataType::BigInt });
        }
    }
    let whole = whole.trim_start_matches('0');
    let precision = (whole.len() + fraction.len()).max(1);
    match (
        u8::try_from(precision),
        u8::try_from(fraction.len()),
        format!("0{whole}{fraction}").parse::<i128>(),
    ) {
        (Ok(precision), Ok(scale), Ok(unscaled)) if precision <= 38 && scale <= 37 => {
            Ok(Expression::Literal {
                value: Value::Decimal { unscaled, scale },
                data_type: DataType::Decimal { precision, scale },
            })
        }
        _ => double(),
    }
}

/// `DATE '...'`, `TIMESTAMP '...'` and the like.
pub(super) fn typed(value: &ast::Value, to: DataType) -> SqlResult<Expression> {
    let input = literal(value)?;
    Ok(Expression::Cast { input: Box::new(input), to, mode: CastMode::Implicit })
}

/// `INTERVAL '3 days'`, `INTERVAL '3' DAY`; a bare number is seconds.
pub(super) fn interval(interval: &ast::Interval) -> SqlResult<Expression> {
    let ast::Expr::Value(value) = &*interval.value else {
        return Err(SqlError::not_simulated_because(Feature::DataType, "an INTERVAL that is not a literal"));
    };
    let written = match &value.value {
        ast::Value::SingleQuotedString(text) | ast::Value::EscapedStringLiteral(text) => text.clone(),
        other => other.to_string(),
    };
    let unit = match (&interval.leading_field, &interval.last_field) {
        (None, _) => None,
        (Some(field), None) => Some(field.to_string().to_lowercase()),
        (Some(_), Some(_)) => None,
    };
    let bare = written.trim().trim_start_matches(['-', '+']).chars().all(|c| c.is_ascii_digit() || c == '.');
    let full = match (bare, unit) {
        (true, Some(unit)) => format!("{} {unit}", written.trim()),
        (true, None) => format!("{} seconds", written.trim()),
        (false, _) => written.clone(),
    };
    let (months, micros) = parse_interval(&full).ok_or_else(|| {
        SqlError::product("22007", format!("invalid input syntax for type interval: \"{written}\""))
    })?;
    Ok(Expression::Literal { value: Value::Interval { months, micros }, data_type: DataType::Interval })
}

const SECOND: f64 = 1_000_000.0;
const DAY: f64 = 86_400.0 * SECOND;

/// Amounts with units, and `hh:mm[:ss]`, in any order, as "Interval literals" lists them.
fn parse_interval(text: &str) -> Option<(i32, i64)> {
    let (mut months, mut micros) = (0.0f64, 0.0f64);
    let lower = text.to_lowercase().replace(',', " ");
    let mut words = lower.split_whitespace().flat_map(split_unit).peekable();
    words.peek()?;
    while let Some(word) = words.next() {
        if word == "ago" {
            (months, micros) = (-months, -micros);
            continue;
        }
        if word.contains(':') {
            micros += clock(&word)?;
            continue;
        }
        let amount: f64 = word.parse().ok()?;
        match words.next()?.trim_end_matches('s') {
            "millennium" | "millennia" | "mil" => months += amount * 12_000.0,
            "century" | "centurie" | "c" => months += amount * 1_200.0,
            "decade" | "dec" => months += amount * 120.0,
            "year" | "y" | "yr" => months += amount * 12.0,
            "quarter" | "qtr" => months += amount * 3.0,
            "month" | "mon" => months += amount,
            "week" | "w" => micros += amount * 7.0 * DAY,
            "day" | "d" => micros += amount * DAY,
            "hour" | "h" | "hr" => micros += amount * 3_600.0 * SECOND,
            "minute" | "m" | "min" => micros += amount * 60.0 * SECOND,
            "second" | "sec" | "" => micros += amount * SECOND,
            "millisecond" | "msec" | "m." | "ms" | "msecond" => micros += amount * 1_000.0,
            "microsecond" | "usec" | "us" | "microsec" => micros += amount,
            _ => return None,
        }
    }
    // Half a month is fifteen days.
    let whole = months.trunc();
    micros += (months - whole) * 30.0 * DAY;
    Some((whole as i32, micros.round() as i64))
}

/// `3days` is two words.
fn split_unit(word: &str) -> Vec<String> {
    let end = word.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(word.len());
    [&word[..end], &word[end..]].into_iter().filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn clock(word: &str) -> Option<f64> {
    let (sign, word) = word.strip_prefix('-').map_or((1.0, word), |rest| (-1.0, rest));
    let mut parts = word.split(':');
    let hours: f64 = parts.next()?.parse().ok()?;
    let minutes: f64 = parts.next()?.parse().ok()?;
    let seconds: f64 = parts.next().map_or(Some(0.0), |part| part.parse().ok())?;
    Some(sign * ((hours * 60.0 + minutes) * 60.0 + seconds) * SECOND)
}
