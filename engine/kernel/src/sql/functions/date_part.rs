//! Parts of a date or time: their names, taking one out, cutting to one.

use arrow::array::ArrayRef;
use arrow::datatypes::{
    ArrowPrimitiveType, Float64Type, Int32Type, Int64Type, IntervalMonthDayNanoType, Time64MicrosecondType,
    TimestampMicrosecondType,
};

use super::Call;
use super::column::{build, build_inline, invalid_parameter};
use super::last_name::LastName;
use super::signature::Parameter::{Interval as IntervalParameter, Text, Time, Timestamp, TimestampTz};
use super::signature::{Entry, Parameter};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::EvaluationContext;
use crate::warehouse::calendar::interval::Interval;
use crate::warehouse::calendar::zone::{self, Zone};
use crate::warehouse::calendar::{
    Civil, DAY, HOUR, MINUTE, Moment, SECOND, day_of_week, days_of, monday_based,
};
use crate::warehouse::data_type::DataType;

pub static FUNCTIONS: &[Entry] = &[
    Entry::custom(
        "date_part",
        |types| of_moment(types, |_| DataType::Double),
        |call, context| extract::<Float64Type>(call, context, true, Ok),
    ),
    Entry::custom(
        "pgdate_part",
        |types| of_moment(types, |_| DataType::Double),
        |call, context| extract::<Float64Type>(call, context, true, Ok),
    ),
    Entry::custom(
        "extract",
        |types| {
            of_moment(types, |moment| {
                if moment == DataType::TimestampTz { DataType::Double } else { DataType::Integer }
            })
        },
        extract_whole,
    ),
    Entry::custom("date_trunc", |types| of_moment(types, |moment| moment), truncate),
];

/// A part of a date or time, under all its spellings ("Date parts for date or timestamp functions").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Millennium,
    Century,
    Decade,
    Year,
    Quarter,
    Month,
    Week,
    Day,
    DayOfWeek,
    DayOfYear,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    Epoch,
    Zone,
    ZoneHour,
    ZoneMinute,
}

impl Part {
    pub fn find(name: &str) -> SqlResult<Part> {
        Ok(match name.trim().to_ascii_lowercase().as_str() {
            "millennium" | "millennia" | "mil" | "mils" => Part::Millennium,
            "century" | "centuries" | "c" | "cent" | "cents" => Part::Century,
            "decade" | "decades" | "dec" | "decs" => Part::Decade,
            "year" | "years" | "y" | "yr" | "yrs" => Part::Year,
            "quarter" | "quarters" | "qtr" | "qtrs" => Part::Quarter,
            "month" | "months" | "mon" | "mons" => Part::Month,
            "week" | "weeks" | "w" => Part::Week,
            "day" | "days" | "d" => Part::Day,
            "dayofweek" | "dow" | "dw" | "weekday" => Part::DayOfWeek,
            "dayofyear" | "doy" | "dy" | "yearday" => Part::DayOfYear,
            "hour" | "hours" | "h" | "hr" | "hrs" => Part::Hour,
            "minute" | "minutes" | "m" | "min" | "mins" => Part::Minute,
            "second" | "seconds" | "s" | "sec" | "secs" => Part::Second,
            "millisecond" | "milliseconds" | "ms" | "msec" | "msecs" | "msecond" | "mseconds"
            | "millisec" | "millisecs" | "millisecon" => Part::Millisecond,
            "microsecond" | "microseconds" | "us" | "usec" | "usecs" | "usecond" | "useconds"
            | "microsec" | "microsecs" | "microsecon" => Part::Microsecond,
            "epoch" => Part::Epoch,
            "timezone" => Part::Zone,
            "timezone_hour" => Part::ZoneHour,
            "timezone_minute" => Part::ZoneMinute,
            _ => return Err(invalid_parameter(format!("timestamp units \"{name}\" not recognized"))),
        })
    }
}

type Accepted = Option<(Vec<DataType>, DataType)>;

/// `(part, moment)`: the moment keeps its kind; a DATE counts as TIMESTAMP.
pub fn moment_parameter(from: DataType) -> Option<DataType> {
    let parameter: Parameter = match from {
        DataType::TimestampTz => TimestampTz,
        DataType::Time | DataType::TimeTz => Time,
        DataType::Interval => IntervalParameter,
        _ => Timestamp,
    };
    parameter.accept(from)
}

fn of_moment(types: &[DataType], result: fn(DataType) -> DataType) -> Accepted {
    let [part, moment] = *types else { return None };
    let moment = moment_parameter(moment)?;
    Some((vec![Text.accept(part)?, moment], result(moment)))
}

/// The session's time zone; UTC unless it was set.
pub fn session_zone(context: &EvaluationContext<'_>) -> Zone {
    zone::of_session(context.evaluation.settings.get("timezone").map(String::as_str))
}

/// 22008.
pub fn out_of_range() -> SqlError {
    SqlError::product("22008", "timestamp out of range")
}

fn extract_whole(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    if call.result == DataType::Double {
        return extract::<Float64Type>(call, context, false, |value| Ok(value.trunc()));
    }
    if call.result == DataType::BigInt {
        return extract::<Int64Type>(call, context, false, |value| Ok(value.floor() as i64));
    }
    extract::<Int32Type>(call, context, false, |value| {
        let whole = value.floor();
        if whole.abs() > f64::from(i32::MAX) {
            return Err(super::arithmetic::out_of_range(DataType::Integer));
        }
        Ok(whole as i32)
    })
}

/// `complete`: DATE_PART counts the seconds into the milliseconds and microseconds, EXTRACT does not ("Variations
/// in results with seconds, milliseconds, and microseconds").
fn extract<T: ArrowPrimitiveType>(
    call: &Call<'_>,
    context: &mut EvaluationContext<'_>,
    complete: bool,
    convert: fn(f64) -> SqlResult<T::Native>,
) -> SqlResult<ArrayRef> {
    let parts = call.text(0)?;
    let mut cache = LastName::default();
    match call.data_type(1) {
        DataType::Interval => {
            let values = call.primitive::<IntervalMonthDayNanoType>(1)?;
            build::<T>(call, |row| {
                let part = cache.find(parts.get(row).unwrap_or_default(), Part::find)?;
                convert(of_interval(part, Interval::from_arrow(values.value(row)), complete)?)
            })
        }
        DataType::Time | DataType::TimeTz => {
            let values = call.primitive::<Time64MicrosecondType>(1)?;
            build::<T>(call, |row| {
                let part = cache.find(parts.get(row).unwrap_or_default(), Part::find)?;
                convert(of_time(part, values.value(row), complete)?)
            })
        }
        kind => {
            let zone = session_zone(context);
            let values = call.primitive::<TimestampMicrosecondType>(1)?;
            build_inline::<T>(call, |row| {
                let part = cache.find(parts.get(row).unwrap_or_default(), Part::find)?;
                let utc = values.value(row);
                let offset = match (kind, part) {
                    (DataType::TimestampTz, _) => zone.offset_at(utc),
                    (_, Part::Zone | Part::ZoneHour | Part::ZoneMinute) => {
                        return Err(SqlError::product("0A000", "timestamp units \"timezone\" not supported"));
                    }
                    _ => 0,
                };
                convert(of_timestamp(part, utc, offset, complete))
            })
        }
    }
}

/// A part of a moment: `utc` plus the zone's `offset` is what the clock showed.
#[inline(always)]
fn of_timestamp(part: Part, utc: i64, offset: i32, complete: bool) -> f64 {
    let local = utc + i64::from(offset) * SECOND;
    let moment = Moment::from_micros(local);
    let Civil { year, month, day } = moment.date;
    let value = match part {
        Part::Millennium => (year + 999).div_euclid(1_000),
        Part::Century => (year + 99).div_euclid(100),
        // Decade 1 is the years 1 to 9: 1999 is in decade 200 ("CENTURY, EPOCH, DECADE, and MIL notes").
        Part::Decade => year.div_euclid(10) + 1,
        Part::Year => year,
        Part::Quarter => (month as i32 - 1) / 3 + 1,
        Part::Month => month as i32,
        Part::Week => moment.date.iso_week().1 as i32,
        Part::Day => day as i32,
        Part::DayOfWeek => day_of_week(moment.date.days()) as i32,
        Part::DayOfYear => moment.date.day_of_year() as i32,
        Part::Hour => moment.hour as i32,
        Part::Minute => moment.minute as i32,
        Part::Second | Part::Millisecond | Part::Microsecond => {
            return of_second(part, local.rem_euclid(MINUTE), complete);
        }
        Part::Epoch => return utc as f64 / 1e6,
        Part::Zone => offset,
        Part::ZoneHour => offset / 3600,
        Part::ZoneMinute => offset / 60 % 60,
    };
    f64::from(value)
}

/// `micros` of a minute.
fn of_second(part: Part, micros: i64, complete: bool) -> f64 {
    let below = if complete { micros } else { micros % SECOND };
    match part {
        Part::Millisecond if complete => below as f64 / 1e3,
        Part::Millisecond => (below / 1_000) as f64,
        Part::Microsecond => below as f64,
        _ => micros as f64 / 1e6,
    }
}

fn of_time(part: Part, micros: i64, complete: bool) -> SqlResult<f64> {
    Ok(match part {
        Part::Hour => (micros / HOUR) as f64,
        Part::Minute => (micros % HOUR / MINUTE) as f64,
        Part::Second | Part::Millisecond | Part::Microsecond => of_second(part, micros % MINUTE, complete),
        Part::Epoch => micros as f64 / 1e6,
        _ => return Err(invalid_parameter("\"time\" units not recognized")),
    })
}

fn of_interval(part: Part, interval: Interval, complete: bool) -> SqlResult<f64> {
    let Interval { months, micros } = interval;
    Ok(match part {
        Part::Millennium => f64::from(months / 12_000),
        Part::Century => f64::from(months / 1_200),
        Part::Decade => f64::from(months / 120),
        Part::Year => f64::from(months / 12),
        Part::Quarter => f64::from(months % 12 / 3 + 1),
        Part::Month => f64::from(months % 12),
        Part::Day => (micros / DAY) as f64,
        Part::Epoch => {
            // A year is 365.25 days here, a month thirty.
            let days = f64::from(months / 12) * 365.25 + f64::from(months % 12) * 30.0;
            days * 86_400.0 + micros as f64 / 1e6
        }
        _ => return of_time(part, micros % DAY, complete),
    })
}

fn truncate(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let parts = call.text(0)?;
    let mut cache = LastName::default();
    match call.data_type(1) {
        DataType::Interval => {
            let values = call.primitive::<IntervalMonthDayNanoType>(1)?;
            build::<IntervalMonthDayNanoType>(call, |row| {
                let part = cache.find(parts.get(row).unwrap_or_default(), Part::find)?;
                let Interval { months, micros } = Interval::from_arrow(values.value(row));
                let cut = match unit(part) {
                    Some(unit) => Interval { months, micros: micros - micros % unit },
                    None => Interval { months: months - months % months_of(part)?, micros: 0 },
                };
                Ok(cut.to_arrow())
            })
        }
        DataType::Time | DataType::TimeTz => {
            let values = call.primitive::<Time64MicrosecondType>(1)?;
            build::<Time64MicrosecondType>(call, |row| {
                let part = cache.find(parts.get(row).unwrap_or_default(), Part::find)?;
                let unit = unit(part).ok_or_else(|| invalid_parameter("\"time\" units not recognized"))?;
                Ok(values.value(row) - values.value(row) % unit)
            })
        }
        kind => {
            let zone = session_zone(context);
            let values = call.primitive::<TimestampMicrosecondType>(1)?;
            build_inline::<TimestampMicrosecondType>(call, |row| {
                let part = cache.find(parts.get(row).unwrap_or_default(), Part::find)?;
                let utc = values.value(row);
                if kind != DataType::TimestampTz {
                    return truncated(part, utc);
                }
                let local = truncated(part, utc + i64::from(zone.offset_at(utc)) * SECOND)?;
                Ok(local - i64::from(zone.offset_at_local(local)) * SECOND)
            })
        }
    }
}

/// Microseconds of a part that always lasts as long.
pub fn unit(part: Part) -> Option<i64> {
    match part {
        Part::Day | Part::DayOfWeek | Part::DayOfYear => Some(DAY),
        Part::Week => Some(7 * DAY),
        Part::Hour => Some(HOUR),
        Part::Minute => Some(MINUTE),
        Part::Second | Part::Epoch => Some(SECOND),
        Part::Millisecond => Some(1_000),
        Part::Microsecond => Some(1),
        _ => None,
    }
}

/// Months of a part that is counted in them.
pub fn months_of(part: Part) -> SqlResult<i32> {
    match part {
        Part::Millennium => Ok(12_000),
        Part::Century => Ok(1_200),
        Part::Decade => Ok(120),
        Part::Year => Ok(12),
        Part::Quarter => Ok(3),
        Part::Month => Ok(1),
        _ => Err(not_supported(part)),
    }
}

fn not_supported(part: Part) -> SqlError {
    let name = format!("{part:?}").to_lowercase();
    SqlError::product("0A000", format!("timestamp units \"{name}\" not supported"))
}

/// The beginning of the part that `micros` lies in; weeks begin on Monday.
#[inline(always)]
fn truncated(part: Part, micros: i64) -> SqlResult<i64> {
    let date = Civil::from_days(days_of(micros));
    let first = |year: i32, month: u32| i64::from(Civil { year, month, day: 1 }.days()) * DAY;
    Ok(match part {
        Part::Millennium => first((date.year - 1).div_euclid(1_000) * 1_000 + 1, 1),
        Part::Century => first((date.year - 1).div_euclid(100) * 100 + 1, 1),
        Part::Decade => first(date.year.div_euclid(10) * 10, 1),
        Part::Year => first(date.year, 1),
        Part::Quarter => first(date.year, (date.month - 1) / 3 * 3 + 1),
        Part::Month => first(date.year, date.month),
        Part::Week => i64::from(date.days() - monday_based(date.days())) * DAY,
        Part::DayOfWeek | Part::DayOfYear | Part::Epoch => return Err(not_supported(part)),
        _ => match unit(part) {
            Some(unit) => micros - micros.rem_euclid(unit),
            None => months_of(part).map(i64::from)?,
        },
    })
}
