//! Texts read as numbers the way Teradata casts them: TEXT_TO_INT_ALT and TEXT_TO_NUMERIC_ALT.

use arrow::array::ArrayRef;
use arrow::datatypes::{Decimal128Type, Int32Type};

use super::Call;
use super::column::build;
use super::decimal::{overflow, power_of_ten};
use super::signature::Entry;
use super::signature::Parameter::{Integer, Text};
use crate::gap::Feature;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::EvaluationContext;
use crate::warehouse::data_type::DataType;

pub(super) static FUNCTIONS: &[Entry] = &[
    Entry::custom("text_to_int_alt", |types| text_and(types, &[]), to_integer),
    Entry::custom("text_to_int_alt", |types| text_and(types, &[Text]), formatted),
    Entry::custom("text_to_numeric_alt", |types| numeric(types, &[]), to_numeric),
    // The answer has the precision and scale that are written (see `refine`).
    Entry::custom("text_to_numeric_alt", |types| numeric(types, &[Integer, Integer]), to_numeric),
    Entry::custom("text_to_numeric_alt", |types| numeric(types, &[Text]), formatted),
    Entry::custom("text_to_numeric_alt", |types| numeric(types, &[Text, Integer, Integer]), formatted),
];

type Accepted = Option<(Vec<DataType>, DataType)>;

fn text_and(types: &[DataType], more: &[super::signature::Parameter]) -> Accepted {
    let [text, rest @ ..] = types else { return None };
    let mut arguments = vec![Text.accept(*text)?];
    if rest.len() != more.len() {
        return None;
    }
    for (given, parameter) in rest.iter().zip(more) {
        arguments.push(parameter.accept(*given)?);
    }
    Some((arguments, DataType::Integer))
}

fn numeric(types: &[DataType], more: &[super::signature::Parameter]) -> Accepted {
    let (arguments, _) = text_and(types, more)?;
    Some((arguments, DataType::Decimal { precision: 38, scale: 0 }))
}

fn formatted(_: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    Err(SqlError::not_simulated_because(
        Feature::Function,
        "Teradata-style formats of TEXT_TO_INT_ALT and TEXT_TO_NUMERIC_ALT",
    ))
}

/// A number's digits and how many of them are decimals (below 0: zeros that are not written).
struct Number {
    digits: i128,
    scale: i64,
}

/// `123`, `-1.5`, `123-`, `+7`, `-123E-2`; a blank text is 0.
fn read(text: &str) -> SqlResult<Number> {
    let invalid = || {
        // unconfirmed: the guide says that there is an error, not its words.
        SqlError::product("22P02", format!("invalid input syntax for type numeric: \"{text}\""))
    };
    let written = text.trim();
    if written.is_empty() {
        return Ok(Number { digits: 0, scale: 0 });
    }
    let (written, behind) = match written.strip_suffix(['+', '-']) {
        Some(rest) => (rest, Some(written.ends_with('-'))),
        None => (written, None),
    };
    let (negative, unsigned) = match (behind, written.strip_prefix('-'), written.strip_prefix('+')) {
        (Some(negative), None, None) => (negative, written),
        (None, Some(rest), _) => (true, rest),
        (None, None, Some(rest)) => (false, rest),
        (None, None, None) => (false, written),
        _ => return Err(invalid()),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().map_err(|_| invalid())?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let plain = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    if !plain || (whole.is_empty() && fraction.is_empty()) || exponent.abs() > 1_000 {
        return Err(invalid());
    }
    let digits: i128 = format!("{whole}{fraction}").parse().map_err(|_| overflow())?;
    Ok(Number { digits: if negative { -digits } else { digits }, scale: fraction.len() as i64 - exponent })
}

fn power(exponent: i64) -> Option<i128> {
    power_of_ten(u8::try_from(exponent).ok()?)
}

/// The fraction is cut.
fn to_integer(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    build::<Int32Type>(call, |row| {
        let Number { digits, scale } = read(text.get(row).unwrap_or_default())?;
        let whole = if scale >= 0 {
            power(scale).map_or(Some(0), |power| Some(digits / power))
        } else {
            power(-scale).and_then(|power| digits.checked_mul(power))
        };
        whole
            .and_then(|whole| i32::try_from(whole).ok())
            .ok_or_else(|| SqlError::product("22003", "integer out of range"))
    })
}

/// Half goes to the even neighbour.
fn to_numeric(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    let DataType::Decimal { precision, scale: wanted } = call.result else {
        return Err(SqlError::bug("TEXT_TO_NUMERIC_ALT answers a DECIMAL"));
    };
    let limit = power_of_ten(precision).unwrap_or(i128::MAX);
    build::<Decimal128Type>(call, |row| {
        let Number { digits, scale } = read(text.get(row).unwrap_or_default())?;
        let drop = scale - i64::from(wanted);
        let units = if drop <= 0 {
            power(-drop).and_then(|power| digits.checked_mul(power))
        } else {
            Some(power(drop).map_or(0, |power| {
                let (whole, rest) = (digits / power, digits % power);
                let up = match (rest.abs() * 2).cmp(&power) {
                    std::cmp::Ordering::Less => false,
                    std::cmp::Ordering::Equal => whole % 2 != 0,
                    std::cmp::Ordering::Greater => true,
                };
                if up { whole + digits.signum() } else { whole }
            }))
        };
        units.filter(|units| units.abs() < limit).ok_or_else(overflow)
    })
}
