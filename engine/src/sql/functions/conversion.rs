//! Between text and dates or numbers by template: TO_CHAR, TO_DATE, TO_TIMESTAMP, TO_NUMBER.

use arrow::array::ArrayRef;
use arrow::datatypes::{
    Date32Type, Decimal128Type, Float64Type, Int64Type, Time64MicrosecondType, TimestampMicrosecondType,
};

use super::Call;
use super::column::{build, build_text};
use super::date_part::moment_parameter;
use super::signature::Parameter::{BigInt, Boolean, Text};
use super::signature::{Answer, Entry, Parameter};
use super::{date_template, number_template};
use crate::gap::Feature;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::EvaluationContext;
use crate::warehouse::calendar::{self, SECOND};
use crate::warehouse::data_type::DataType;

pub(super) static FUNCTIONS: &[Entry] = &[
    Entry::custom("to_char", number_types, print_number),
    Entry::custom("to_char", moment_types, print_moment),
    Entry::fixed("to_date", &[Text, Text, Boolean], Answer::Type(DataType::Date), to_date).optional(1),
    Entry::fixed("to_timestamp", &[Text, Text, Boolean], Answer::Type(DataType::TimestampTz), to_timestamp)
        .optional(1),
    // NUMERIC with the template's digits, where the template is a constant (see `refine`). unconfirmed: what
    // the product answers where it is not; DOUBLE prints the same digits.
    Entry::fixed("to_number", &[Text, Text], Answer::Type(DataType::Double), to_number),
];

type Accepted = Option<(Vec<DataType>, DataType)>;

const ANSWER: DataType = DataType::Varchar(DataType::VARCHAR_MAX);

fn number_types(types: &[DataType]) -> Accepted {
    let [number, template] = *types else { return None };
    let number = match number {
        DataType::Decimal { .. } => number,
        _ if number.is_integer() => BigInt.accept(number)?,
        _ if number.is_numeric() => Parameter::Double.accept(number)?,
        _ => return None,
    };
    Some((vec![number, Text.accept(template)?], ANSWER))
}

fn moment_types(types: &[DataType]) -> Accepted {
    let [moment, template] = *types else { return None };
    Some((vec![moment_parameter(moment)?, Text.accept(template)?], ANSWER))
}

/// The last template, taken apart: a column of templates is nearly always one literal.
struct Cached<'a, T> {
    make: fn(&str) -> T,
    last: Option<(&'a str, T)>,
}

impl<'a, T> Cached<'a, T> {
    fn new(make: fn(&str) -> T) -> Self {
        Cached { make, last: None }
    }

    fn get(&mut self, format: &'a str) -> &T {
        if self.last.as_ref().is_some_and(|(known, _)| *known != format) {
            self.last = None;
        }
        &self.last.get_or_insert_with(|| (format, (self.make)(format))).1
    }
}

fn print_moment(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let formats = call.text(1)?;
    let nulls = call.nulls();
    let kind = call.data_type(0);
    let zone = super::date_part::session_zone(context);
    let micros: Box<dyn Fn(usize) -> i64 + '_> = match call.data_type(0) {
        DataType::Time | DataType::TimeTz => {
            let values = call.primitive::<Time64MicrosecondType>(0)?;
            Box::new(|row| values.value(row))
        }
        DataType::Interval => {
            return Err(SqlError::not_simulated_because(Feature::Function, "TO_CHAR of an interval"));
        }
        _ => {
            let values = call.primitive::<TimestampMicrosecondType>(0)?;
            Box::new(|row| values.value(row))
        }
    };
    let mut cached = Cached::new(date_template::Template::new);
    build_text(call, |row, out| {
        if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Ok(None);
        }
        let Some(format) = formats.get(row) else { return Ok(None) };
        let moment = micros(row);
        // A TIMESTAMP is printed as it is, but `TZ` names the session's zone (the guide's TO_CHAR examples).
        let (local, offset) = match kind {
            DataType::TimestampTz => {
                let offset = zone.offset_at(moment);
                (moment + i64::from(offset) * SECOND, Some((zone.name, offset)))
            }
            DataType::Timestamp => (moment, Some((zone.name, zone.offset_at_local(moment)))),
            _ => (moment, None),
        };
        cached.get(format).print(local, offset, out);
        Ok(Some(()))
    })
}

fn print_number(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let formats = call.text(1)?;
    let nulls = call.nulls();
    let mut cached = Cached::new(number_template::Template::new);
    let digits: Box<dyn Fn(usize, usize, u32) -> String + '_> = match call.data_type(0) {
        DataType::Decimal { scale, .. } => {
            let values = call.primitive::<Decimal128Type>(0)?;
            Box::new(move |row, decimals, shift| exact(values.value(row), scale, decimals, shift))
        }
        DataType::BigInt => {
            let values = call.primitive::<Int64Type>(0)?;
            Box::new(|row, decimals, shift| exact(i128::from(values.value(row)), 0, decimals, shift))
        }
        _ => {
            let values = call.primitive::<Float64Type>(0)?;
            Box::new(|row, decimals, shift| {
                format!("{:.decimals$}", values.value(row) * 10_f64.powi(shift as i32))
            })
        }
    };
    build_text(call, |row, out| {
        if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Ok(None);
        }
        let Some(format) = formats.get(row) else { return Ok(None) };
        let template = cached.get(format);
        let number = digits(row, template.decimals(), template.shift());
        let (negative, number) = match number.strip_prefix('-') {
            Some(number) => (true, number),
            None => (false, number.as_str()),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        template.print(negative, whole.trim_start_matches('0'), fraction, out);
        Ok(Some(()))
    })
}

/// An unscaled number times `10^shift` as text with so many decimals, half away from zero.
fn exact(unscaled: i128, scale: u8, decimals: usize, shift: u32) -> String {
    let drop = i64::from(scale) - decimals as i64 - i64::from(shift);
    let power = |exponent: i64| {
        u8::try_from(exponent).ok().and_then(super::decimal::power_of_ten).unwrap_or(i128::MAX)
    };
    let units = if drop > 0 {
        super::decimal::round_half_away(unscaled, power(drop))
    } else {
        unscaled.saturating_mul(power(-drop))
    };
    let mut digits = format!("{:0>width$}", units.unsigned_abs(), width = decimals + 1);
    if decimals > 0 {
        digits.insert(digits.len() - decimals, '.');
    }
    if units < 0 {
        digits.insert(0, '-');
    }
    digits
}

/// The third argument of TO_DATE: whether a date must exist.
fn strictness<'a>(call: &Call<'a>) -> SqlResult<Option<&'a arrow::array::BooleanArray>> {
    if call.arguments.len() > 2 { call.boolean(2).map(Some) } else { Ok(None) }
}

fn to_date(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let (text, formats, strict) = (call.text(0)?, call.text(1)?, strictness(call)?);
    let mut cached = Cached::new(date_template::Template::new);
    build::<Date32Type>(call, |row| {
        let template = cached.get(formats.get(row).unwrap_or_default());
        let strict = strict.is_some_and(|strict| strict.value(row));
        Ok(calendar::days_of(template.read(text.get(row).unwrap_or_default(), strict)?))
    })
}

/// Reads on the session's clock.
fn to_timestamp(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let (text, formats, strict) = (call.text(0)?, call.text(1)?, strictness(call)?);
    let zone = super::date_part::session_zone(context);
    let mut cached = Cached::new(date_template::Template::new);
    build::<TimestampMicrosecondType>(call, |row| {
        let template = cached.get(formats.get(row).unwrap_or_default());
        let strict = strict.is_some_and(|strict| strict.value(row));
        let local = template.read(text.get(row).unwrap_or_default(), strict)?;
        Ok(local - i64::from(zone.offset_at_local(local)) * SECOND)
    })
}

fn to_number(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let (text, formats) = (call.text(0)?, call.text(1)?);
    let mut cached = Cached::new(number_template::Template::new);
    let mut read = |row: usize| {
        let written = text.get(row).unwrap_or_default();
        let number = cached.get(formats.get(row).unwrap_or_default()).read(written);
        number.ok_or_else(|| {
            SqlError::product("22P02", format!("invalid input syntax for type numeric: \"{written}\""))
        })
    };
    match call.result {
        DataType::Decimal { scale, .. } => build::<Decimal128Type>(call, |row| {
            unscaled(&read(row)?, scale).ok_or_else(super::decimal::overflow)
        }),
        _ => build::<Float64Type>(call, |row| read(row)?.parse().map_err(|_| super::decimal::overflow())),
    }
}

/// `-12.5` as -1250 for scale 2; digits beyond the scale are cut.
fn unscaled(number: &str, scale: u8) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = fraction.get(..usize::from(scale)).unwrap_or(fraction);
    let width = usize::from(scale);
    format!("{whole}{fraction:0<width$}").parse().ok()
}
