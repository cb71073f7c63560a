//! Text to everything else.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BinaryBuilder, BooleanBuilder};
use arrow::datatypes::{
    Date32Type, Float32Type, Float64Type, IntervalMonthDayNano, IntervalMonthDayNanoType,
    Time64MicrosecondType, TimestampMicrosecondType,
};

use super::number::{exact_to_exact, fits};
use super::to_text::super_text;
use super::{CastRules, fault, try_each};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::CastMode;
use crate::warehouse::calendar::{DAY, parse_moment};
use crate::warehouse::data_type::DataType;

pub fn cast(array: &ArrayRef, from: DataType, to: DataType, rules: CastRules) -> SqlResult<ArrayRef> {
    let strings = array.as_string::<i32>();
    if from == DataType::Super && strings.iter().flatten().any(|text| text.starts_with('"') || text == "null")
    {
        let mut builder = arrow::array::StringBuilder::new();
        strings.iter().for_each(|text| builder.append_option(text.and_then(super_text)));
        let bare: ArrayRef = Arc::new(builder.finish());
        return cast(&bare, DataType::Varchar(DataType::VARCHAR_MAX), to, rules);
    }
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
            if real.is_infinite() && double.is_finite() {
                return Err(fault::out_of_range(to, rules));
            }
            Ok(real)
        }),
        DataType::Double => {
            try_each::<Float64Type>(array, to, |row| parse_double(text(row)).ok_or_else(|| invalid(row)))
        }
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
        DataType::Date => try_each::<Date32Type>(array, to, |row| {
            parse_moment(text(row))
                .and_then(|moment| moment.days)
                .ok_or_else(|| moment_fault(text(row), to, rules))
        }),
        DataType::Time | DataType::TimeTz => try_each::<Time64MicrosecondType>(array, to, |row| {
            let moment = parse_moment(text(row)).ok_or_else(|| invalid(row))?;
            let time = moment.time.ok_or_else(|| invalid(row))?;
            let offset = if to == DataType::TimeTz { moment.offset.unwrap_or(0) } else { 0 };
            Ok((time - i64::from(offset) * 1_000_000).rem_euclid(DAY))
        }),
        DataType::Timestamp | DataType::TimestampTz => {
            try_each::<TimestampMicrosecondType>(array, to, |row| {
                let fault = || moment_fault(text(row), to, rules);
                let moment = parse_moment(text(row)).ok_or_else(fault)?;
                let days = moment.days.ok_or_else(fault)?;
                // A zone in a text that becomes a TIMESTAMP without zone is ignored, as in PostgreSQL.
                let offset = if to == DataType::TimestampTz { moment.offset.unwrap_or(0) } else { 0 };
                Ok(i64::from(days) * DAY + moment.time.unwrap_or(0) - i64::from(offset) * 1_000_000)
            })
        }
        DataType::Interval => try_each::<IntervalMonthDayNanoType>(array, to, |row| {
            let (months, micros) = parse_interval(text(row)).ok_or_else(|| invalid(row))?;
            Ok(IntervalMonthDayNano::new(
                months,
                micros.div_euclid(DAY) as i32,
                micros.rem_euclid(DAY) * 1_000,
            ))
        }),
        DataType::Varbyte(_) => {
            let mut builder = BinaryBuilder::new();
            strings.iter().for_each(|text| builder.append_option(text.map(str::as_bytes)));
            Ok(Arc::new(builder.finish()))
        }
        _ => Err(fault::cannot_cast(from, to)),
    }
}

/// A date whose fields are numbers but name no day has its own message (PostgreSQL 8, 22008).
fn moment_fault(text: &str, to: DataType, rules: CastRules) -> SqlError {
    let mut parts = text.trim().split(['-', '/', ' ']);
    let numbers =
        parts.by_ref().take(3).filter(|part| part.bytes().all(|b| b.is_ascii_digit()) && !part.is_empty());
    if numbers.count() == 3 {
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

/// `3 days`, `1 month 2 hours`, `1:30`; a number without unit is seconds. Months and microseconds.
pub fn parse_interval(text: &str) -> Option<(i32, i64)> {
    let mut months: i64 = 0;
    let mut micros: f64 = 0.0;
    let mut number: Option<f64> = None;
    let mut seen = false;
    let spaced = text.trim().replace(',', " ");
    let mut words: Vec<String> = Vec::new();
    for word in spaced.split_whitespace() {
        match word.find(|c: char| c.is_ascii_alphabetic()) {
            Some(at) if at > 0 => {
                words.push(word[..at].to_owned());
                words.push(word[at..].to_owned());
            }
            _ => words.push(word.to_owned()),
        }
    }
    for word in &words {
        if word.contains(':') {
            let (sign, clock) = word.strip_prefix('-').map_or((1.0, word.as_str()), |rest| (-1.0, rest));
            micros += sign * parse_moment(clock)?.time? as f64;
        } else if let Ok(value) = word.parse::<f64>() {
            if number.is_some() {
                return None;
            }
            number = Some(value);
        } else if word.eq_ignore_ascii_case("ago") {
            months = -months;
            micros = -micros;
        } else {
            let value = number.take()?;
            let lower = word.to_ascii_lowercase();
            let unit = lower.strip_suffix('s').filter(|unit| unit.len() > 1).unwrap_or(&lower);
            let day = DAY as f64;
            match unit {
                "year" | "yr" | "y" => months += (value * 12.0) as i64,
                "month" | "mon" => {
                    months += value.trunc() as i64;
                    micros += value.fract() * 30.0 * day;
                }
                "decade" => months += (value * 120.0) as i64,
                "century" | "centurie" => months += (value * 1_200.0) as i64,
                "quarter" | "qtr" => months += (value * 3.0) as i64,
                "week" | "w" => micros += value * 7.0 * day,
                "day" | "d" => micros += value * day,
                "hour" | "hr" | "h" => micros += value * 3_600e6,
                "minute" | "min" | "m" => micros += value * 60e6,
                "second" | "sec" | "s" => micros += value * 1e6,
                "millisecond" | "msec" | "ms" => micros += value * 1e3,
                "microsecond" | "usec" | "us" => micros += value,
                _ => return None,
            }
        }
        seen = true;
    }
    if let Some(seconds) = number {
        micros += seconds * 1e6;
    }
    seen.then_some((i32::try_from(months).ok()?, micros.round() as i64))
}
