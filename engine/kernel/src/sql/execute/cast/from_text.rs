//! Text to everything else.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BinaryBuilder, BooleanBuilder};
use arrow::datatypes::{
    Date32Type, Float32Type, Float64Type, IntervalMonthDayNanoType, Time64MicrosecondType,
    TimestampMicrosecondType,
};

use super::number::{exact_to_exact, fits};
use super::{CastRules, fault, try_each};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::CastMode;
use crate::warehouse::calendar::DAY;
use crate::warehouse::calendar::interval::Interval;
use crate::warehouse::calendar::parse;
use crate::warehouse::data_type::DataType;

pub fn cast(array: &ArrayRef, from: DataType, to: DataType, rules: CastRules) -> SqlResult<ArrayRef> {
    let strings = array.as_string::<i32>();
    let text = |row: usize| strings.value(row);
    let invalid = |row: usize| fault::invalid_text(text(row), to, rules);
    match to {
        DataType::SmallInt | DataType::Integer | DataType::BigInt => {
            for row in (0..strings.len()).filter(|row| strings.is_valid(*row)) {
                check_integer(text(row), to, rules)?;
            }
            exact_to_exact(array, to, rules, |row| text(row).trim().parse::<i128>().ok())
        }
        DataType::Decimal { precision, scale } => {
            for row in (0..strings.len()).filter(|row| strings.is_valid(*row)) {
                if !is_number(text(row).trim()) {
                    return Err(invalid(row));
                }
            }
            exact_to_exact(array, to, rules, |row| {
                // Digits beyond the scale are rounded in every mode: what compute nodes do with text is
                // unconfirmed, the page on numeric types shows rounding for loads.
                parse_decimal(text(row).trim(), scale, true).filter(|value| fits(*value, precision))
            })
        }
        DataType::Real => try_each::<Float32Type>(array, to, |row| {
            let double = parse_double(text(row)).ok_or_else(|| invalid(row))?;
            let real = double as f32;
            if real.is_infinite() && text(row).contains(|c: char| c.is_ascii_digit()) {
                return Err(fault::out_of_range(to, rules));
            }
            Ok(real)
        }),
        DataType::Double => try_each::<Float64Type>(array, to, |row| {
            let double = parse_double(text(row)).ok_or_else(|| invalid(row))?;
            if double.is_infinite() && text(row).contains(|c: char| c.is_ascii_digit()) {
                let message = format!("\"{}\" is out of range for type double precision", text(row));
                return Err(SqlError::product("22003", message));
            }
            Ok(double)
        }),
        DataType::Boolean => {
            let mut builder = BooleanBuilder::with_capacity(strings.len());
            for row in 0..strings.len() {
                if strings.is_null(row) {
                    builder.append_null();
                } else {
                    builder.append_value(parse_boolean(text(row)).ok_or_else(|| invalid(row))?);
                }
            }
            Ok(Arc::new(builder.finish()))
        }
        DataType::Date => try_each::<Date32Type>(array, to, |row| match rules.named_moment(text(row)) {
            Some(local) => Ok(local.div_euclid(DAY) as i32),
            None => parse::date_in(text(row), rules.order).ok_or_else(|| moment_fault(text(row), to, rules)),
        }),
        DataType::Time => {
            try_each::<Time64MicrosecondType>(array, to, |row| match rules.named_moment(text(row)) {
                Some(local) => Ok(local.rem_euclid(DAY)),
                None => parse::time(text(row)).ok_or_else(|| moment_fault(text(row), to, rules)),
            })
        }
        DataType::TimeTz => try_each::<Time64MicrosecondType>(array, to, |row| {
            // A zone can only be read beside a date: any day will do.
            let time = parse::timestamp(&format!("2000-01-01 {}", text(row))).ok_or_else(|| invalid(row))?;
            Ok(time.utc().rem_euclid(DAY))
        }),
        // A zone in a text that becomes a TIMESTAMP without zone is ignored, as in PostgreSQL.
        DataType::Timestamp => {
            try_each::<TimestampMicrosecondType>(array, to, |row| match rules.named_moment(text(row)) {
                Some(local) => Ok(local),
                None => parse::timestamp_in(text(row), rules.order)
                    .map(|written| written.local)
                    .ok_or_else(|| moment_fault(text(row), to, rules)),
            })
        }
        DataType::TimestampTz => try_each::<TimestampMicrosecondType>(array, to, |row| {
            if let Some(local) = rules.named_moment(text(row)) {
                return Ok(rules.utc(local));
            }
            let written = parse::timestamp_in(text(row), rules.order)
                .ok_or_else(|| moment_fault(text(row), to, rules))?;
            Ok(if written.offset.is_some() { written.utc() } else { rules.utc(written.local) })
        }),
        DataType::Interval => try_each::<IntervalMonthDayNanoType>(array, to, |row| {
            Interval::parse(text(row)).map(Interval::to_arrow).ok_or_else(|| invalid(row))
        }),
        DataType::IntervalTo(finest) => try_each::<IntervalMonthDayNanoType>(array, to, |row| {
            Interval::parse_for(text(row), finest).map(Interval::to_arrow).ok_or_else(|| invalid(row))
        }),
        DataType::Varbyte(_) => {
            let mut builder = BinaryBuilder::new();
            strings.iter().for_each(|text| builder.append_option(text.map(str::as_bytes)));
            let bytes: ArrayRef = Arc::new(builder.finish());
            super::cast(&bytes, DataType::Varbyte(u32::MAX), to, rules)
        }
        _ => Err(fault::cannot_cast(from, to)),
    }
}

/// Fields that are numbers but name no day or time have their own message, and days that are too far away have another
/// (PostgreSQL 8, 22008).
fn moment_fault(text: &str, to: DataType, rules: CastRules) -> SqlError {
    if to != DataType::Time && parse::is_beyond(text, rules.order) {
        let kind = if to == DataType::Date { "date" } else { "timestamp" };
        return SqlError::product("22008", format!("{kind} out of range: \"{text}\""));
    }
    let (signs, wanted): (&[char], _) =
        if to == DataType::Time { (&[':', '.'], 2) } else { (&['-', '/', ' '], 3) };
    let numbers = text
        .trim()
        .split(signs)
        .take(wanted)
        .filter(|part| part.bytes().all(|b| b.is_ascii_digit()) && !part.is_empty());
    if numbers.count() == wanted {
        return SqlError::product("22008", format!("date/time field value out of range: \"{text}\""));
    }
    fault::invalid_text(text, to, rules)
}

fn check_integer(text: &str, to: DataType, rules: CastRules) -> SqlResult<()> {
    let trimmed = text.trim();
    let digits = trimmed.strip_prefix(['-', '+']).unwrap_or(trimmed);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(fault::invalid_text(text, to, rules));
    }
    let in_range = trimmed.parse::<i64>().ok().is_some_and(|value| match to {
        DataType::SmallInt => i16::try_from(value).is_ok(),
        DataType::Integer => i32::try_from(value).is_ok(),
        _ => true,
    });
    if !in_range && rules.mode != CastMode::Explicit {
        return Err(SqlError::product("22003", format!("value \"{text}\" is out of range for type {to}")));
    }
    Ok(())
}

fn is_number(text: &str) -> bool {
    let body = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = body.split_once(['e', 'E']).unwrap_or((body, "0"));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && digits(fraction)
        && whole.len() + fraction.len() > 0
        && !exponent.is_empty()
        && digits(exponent)
}

/// A decimal number in text (`12.5`, `-1e-3`) as an unscaled value. Surplus digits are rounded half away
/// from zero, or cut. `None` when it is no number or does not fit.
pub fn parse_decimal(text: &str, scale: u8, rounds: bool) -> Option<i128> {
    if !is_number(text) {
        return None;
    }
    let negative = text.starts_with('-');
    let body = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = body.split_once(['e', 'E']).unwrap_or((body, "0"));
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    // Digits to keep, counted from the first one.
    let keep = whole.len() as i64 + i64::from(exponent) + i64::from(scale);
    let mut value: i128 = 0;
    let mut digits = whole.bytes().chain(fraction.bytes());
    for _ in 0..keep.max(0) {
        let digit = digits.next().map_or(0, |byte| byte - b'0');
        value = value.checked_mul(10)?.checked_add(i128::from(digit))?;
    }
    let next = if keep >= 0 { digits.next() } else { None };
    if rounds && next.is_some_and(|byte| byte >= b'5') {
        value = value.checked_add(1)?;
    }
    Some(if negative { -value } else { value })
}

fn parse_double(text: &str) -> Option<f64> {
    let text = text.trim();
    match text.to_ascii_lowercase().as_str() {
        "nan" => Some(f64::NAN),
        "infinity" | "inf" | "+infinity" | "+inf" => Some(f64::INFINITY),
        "-infinity" | "-inf" => Some(f64::NEG_INFINITY),
        _ if is_number(text) => text.parse().ok(),
        _ => None,
    }
}

/// `t`, `true`, `y`, `yes`, `1` and their opposites, and every shorter beginning of the words.
fn parse_boolean(text: &str) -> Option<bool> {
    let word = text.trim().to_ascii_lowercase();
    if word.is_empty() {
        return None;
    }
    let begins = |full: &str| full.starts_with(&word);
    if begins("true") || begins("yes") || word == "1" || word == "on" {
        Some(true)
    } else if begins("false") || begins("no") || word == "0" || word == "off" {
        Some(false)
    } else {
        None
    }
}
