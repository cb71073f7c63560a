//! Functions of the leader node that the guide calls deprecated: AGE, ISFINITE, the bytes and bits of a text,
//! TO_ASCII. They are PostgreSQL 8.0's and refuse tables.

use arrow::array::ArrayRef;
use arrow::datatypes::{Int32Type, IntervalMonthDayNanoType, TimestampMicrosecondType};

use super::Call;
use super::column::{build, build_boolean, build_text};
use super::date_part::moment_parameter;
use super::signature::Parameter::{Integer, Text, Timestamp};
use super::signature::{Answer, Entry};
use crate::sql::error::{SqlError, SqlResult};
use crate::warehouse::calendar::interval::Interval;
use crate::warehouse::calendar::{DAY, Moment, SECOND, days_in_month};
use crate::warehouse::data_type::DataType;

const INTEGER: Answer = Answer::Type(DataType::Integer);
const INTERVAL: Answer = Answer::Type(DataType::Interval);

pub(super) static FUNCTIONS: &[Entry] = &[
    Entry::fixed("age", &[Timestamp, Timestamp], INTERVAL, |call, _| {
        let later = call.primitive::<TimestampMicrosecondType>(0)?;
        let earlier = call.primitive::<TimestampMicrosecondType>(1)?;
        build::<IntervalMonthDayNanoType>(call, |row| {
            Ok(between(earlier.value(row), later.value(row)).to_arrow())
        })
    })
    .leader_only(),
    Entry::fixed("age", &[Timestamp], INTERVAL, |call, context| {
        let now = context.evaluation.transaction_start.0;
        let now = now + i64::from(super::date_part::session_zone(context).offset_at(now)) * SECOND;
        let today = now - now.rem_euclid(DAY);
        let earlier = call.primitive::<TimestampMicrosecondType>(0)?;
        build::<IntervalMonthDayNanoType>(call, |row| Ok(between(earlier.value(row), today).to_arrow()))
    })
    .leader_only()
    .impure(),
    // Infinite dates are not a thing of the product: what is not NULL is finite.
    Entry::custom(
        "isfinite",
        |types| {
            let [moment] = *types else { return None };
            Some((vec![moment_parameter(moment)?], DataType::Boolean))
        },
        |call, _| {
            let nulls = call.nulls();
            build_boolean(call, |row| {
                Ok(nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)).then_some(true))
            })
        },
    )
    .leader_only(),
    Entry::fixed("get_byte", &[Text, Integer], INTEGER, |call, _| read(call, 1)).leader_only(),
    Entry::fixed("get_bit", &[Text, Integer], INTEGER, |call, _| read(call, 8)).leader_only(),
    Entry::fixed("set_byte", &[Text, Integer, Integer], Answer::Text, |call, _| write(call, 1)).leader_only(),
    Entry::fixed("set_bit", &[Text, Integer, Integer], Answer::Text, |call, _| write(call, 8)).leader_only(),
    Entry::fixed("to_ascii", &[Text, Text], Answer::Text, |call, _| {
        let text = call.text(0)?;
        build_text(call, |row, _| match text.get(row) {
            None => Ok(None),
            // A database is always in UTF-8, which PostgreSQL 8.0 knows under its old name.
            Some(_) => {
                Err(SqlError::product("0A000", "encoding conversion from UNICODE to ASCII not supported"))
            }
        })
    })
    .optional(1)
    .leader_only(),
];

/// Years, months, days and time from one moment to a later one, counted as a person would on a calendar.
fn between(earlier: i64, later: i64) -> Interval {
    if later < earlier {
        let Interval { months, micros } = between(later, earlier);
        return Interval { months: -months, micros: -micros };
    }
    let (from, to) = (Moment::from_micros(earlier), Moment::from_micros(later));
    let mut time = to.time_of_day() - from.time_of_day();
    let mut days = i64::from(to.date.day) - i64::from(from.date.day);
    let mut months = (to.date.year - from.date.year) * 12 + to.date.month as i32 - from.date.month as i32;
    if time < 0 {
        time += DAY;
        days -= 1;
    }
    if days < 0 {
        days += i64::from(days_in_month(from.date.year, from.date.month));
        months -= 1;
    }
    Interval { months, micros: days * DAY + time }
}

/// Which byte, and which bit of it, an index of `units` to the byte means.
fn place(index: i32, units: usize, bytes: usize) -> SqlResult<(usize, usize)> {
    let last = (bytes * units).saturating_sub(1);
    match usize::try_from(index).ok().filter(|index| *index < bytes * units) {
        Some(index) => Ok((index / units, index % units)),
        None => Err(SqlError::product("2202E", format!("index {index} out of valid range, 0..{last}"))),
    }
}

fn read(call: &Call<'_>, units: usize) -> SqlResult<ArrayRef> {
    let (text, positions) = (call.text(0)?, call.primitive::<Int32Type>(1)?);
    build::<Int32Type>(call, |row| {
        let bytes = text.get(row).unwrap_or_default().as_bytes();
        let (byte, bit) = place(positions.value(row), units, bytes.len())?;
        let found = bytes.get(byte).copied().unwrap_or_default();
        Ok(i32::from(if units == 8 { (found >> bit) & 1 } else { found }))
    })
}

fn write(call: &Call<'_>, units: usize) -> SqlResult<ArrayRef> {
    let (text, positions) = (call.text(0)?, call.primitive::<Int32Type>(1)?);
    let values = call.primitive::<Int32Type>(2)?;
    let nulls = call.nulls();
    build_text(call, |row, out| {
        if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Ok(None);
        }
        let mut bytes = text.get(row).unwrap_or_default().as_bytes().to_vec();
        let (byte, bit) = place(positions.value(row), units, bytes.len())?;
        let value = values.value(row);
        if let Some(changed) = bytes.get_mut(byte) {
            *changed = match (units, value) {
                (1, value) => value as u8,
                (_, 0) => *changed & !(1 << bit),
                (_, 1) => *changed | (1 << bit),
                _ => return Err(SqlError::product("22023", "new bit must be 0 or 1")),
            };
        }
        // Printed as a BYTEA is: what cannot be shown, in octal digits.
        for byte in bytes {
            match byte {
                b'\\' => out.push_str("\\\\"),
                b' '..=b'~' => out.push(char::from(byte)),
                _ => out.push_str(&format!("\\{byte:03o}")),
            }
        }
        Ok(Some(()))
    })
}
