//! Date and time functions: now, moving a moment, the distance between two, time zones.

use std::cmp::Ordering;

use arrow::array::ArrayRef;
use arrow::datatypes::{
    Date32Type, Float64Type, Int32Type, Int64Type, IntervalMonthDayNanoType, Time64MicrosecondType,
    TimestampMicrosecondType,
};

use super::Call;
use super::column::{build, build_text, invalid_parameter};
use super::date_part::{Part, moment_parameter, months_of, out_of_range, session_zone, unit};
use super::last_name::LastName;
use super::signature::Parameter::{
    BigInt, Date, Integer, Interval as IntervalParameter, Text, Timestamp, TimestampTz,
};
use super::signature::{Answer, Entry};
use crate::clock::Instant;
use crate::sql::error::SqlResult;
use crate::sql::execute::EvaluationContext;
use crate::warehouse::calendar::interval::Interval;
use crate::warehouse::calendar::zone::{self, Zone};
use crate::warehouse::calendar::{
    Civil, DAY, MONTHS, Moment, SECOND, WEEKDAYS, day_of_week, days_of, monday_based,
};
use crate::warehouse::data_type::DataType;

const DATE: Answer = Answer::Type(DataType::Date);
const TIMESTAMP: Answer = Answer::Type(DataType::Timestamp);
const TIMESTAMPTZ: Answer = Answer::Type(DataType::TimestampTz);
const INTEGER: Answer = Answer::Type(DataType::Integer);

pub static FUNCTIONS: &[Entry] = &[
    Entry::fixed("getdate", &[], TIMESTAMP, |call, context| {
        let now = local(context, context.evaluation.statement_start);
        timestamps(call, now - now.rem_euclid(SECOND))
    })
    .impure(),
    Entry::fixed("sysdate", &[], TIMESTAMP, |call, context| {
        timestamps(call, local(context, context.evaluation.transaction_start))
    })
    .impure(),
    Entry::fixed("current_date", &[], DATE, |call, context| {
        let today = days_of(local(context, context.evaluation.transaction_start));
        build::<Date32Type>(call, |_| Ok(today))
    })
    .impure(),
    Entry::fixed("now", &[], TIMESTAMPTZ, transaction_moment).leader_only().impure(),
    Entry::fixed("current_timestamp", &[], TIMESTAMPTZ, transaction_moment).leader_only().impure(),
    Entry::fixed("localtimestamp", &[], TIMESTAMP, |call, context| {
        timestamps(call, local(context, context.evaluation.transaction_start))
    })
    .leader_only()
    .impure(),
    Entry::fixed("current_time", &[], Answer::Type(DataType::TimeTz), transaction_time)
        .leader_only()
        .impure(),
    Entry::fixed("localtime", &[], Answer::Type(DataType::Time), transaction_time).leader_only().impure(),
    Entry::fixed("timeofday", &[], Answer::Text, time_of_day).impure(),
    Entry::fixed("date_part_year", &[Date], INTEGER, |call, _| {
        let dates = call.primitive::<Date32Type>(0)?;
        build::<Int32Type>(call, |row| Ok(Civil::from_days(dates.value(row)).year))
    }),
    Entry::custom("dateadd", add_types, add),
    Entry::custom("date_add", add_types, add),
    Entry::custom("datediff", difference_types, difference),
    Entry::custom("date_diff", difference_types, difference),
    Entry::fixed("add_months", &[Timestamp, BigInt], TIMESTAMP, add_months),
    Entry::fixed("months_between", &[Timestamp, Timestamp], Answer::Type(DataType::Double), months_between),
    Entry::fixed("last_day", &[Date], DATE, |call, _| {
        let dates = call.primitive::<Date32Type>(0)?;
        build::<Date32Type>(call, |row| Ok(Civil::from_days(dates.value(row)).last_of_month().days()))
    }),
    Entry::fixed("next_day", &[Date, Text], DATE, next_day),
    Entry::fixed("date_cmp", &[Date, Date], INTEGER, |call, _| {
        let (left, right) = (call.primitive::<Date32Type>(0)?, call.primitive::<Date32Type>(1)?);
        compare(call, |row| left.value(row).cmp(&right.value(row)))
    }),
    Entry::fixed("date_cmp_timestamp", &[Timestamp, Timestamp], INTEGER, compare_moments),
    Entry::fixed("date_cmp_timestamptz", &[TimestampTz, TimestampTz], INTEGER, compare_moments),
    Entry::fixed("timestamp_cmp", &[Timestamp, Timestamp], INTEGER, compare_moments),
    Entry::fixed("timestamp_cmp_date", &[Timestamp, Timestamp], INTEGER, compare_moments),
    Entry::fixed("timestamp_cmp_timestamptz", &[TimestampTz, TimestampTz], INTEGER, compare_moments),
    Entry::fixed("timestamptz_cmp", &[TimestampTz, TimestampTz], INTEGER, compare_moments),
    Entry::fixed("timestamptz_cmp_date", &[TimestampTz, TimestampTz], INTEGER, compare_moments),
    Entry::fixed("timestamptz_cmp_timestamp", &[TimestampTz, TimestampTz], INTEGER, compare_moments),
    Entry::fixed("interval_cmp", &[IntervalParameter, IntervalParameter], INTEGER, |call, _| {
        let (left, right) =
            (call.primitive::<IntervalMonthDayNanoType>(0)?, call.primitive::<IntervalMonthDayNanoType>(1)?);
        let span = |value| Interval::from_arrow(value).comparable();
        compare(call, |row| span(left.value(row)).cmp(&span(right.value(row))))
    }),
    Entry::fixed("convert_timezone", &[Text, Timestamp], TIMESTAMP, |call, _| convert(call, None, 0, 1)),
    Entry::fixed("convert_timezone", &[Text, Text, Timestamp], TIMESTAMP, |call, _| {
        convert(call, Some(0), 1, 2)
    }),
    Entry::custom("timezone", timezone_types, at_time_zone),
];

type Accepted = Option<(Vec<DataType>, DataType)>;

fn local(context: &EvaluationContext<'_>, instant: Instant) -> i64 {
    instant.0 + i64::from(session_zone(context).offset_at(instant.0)) * SECOND
}

fn timestamps(call: &Call<'_>, micros: i64) -> SqlResult<ArrayRef> {
    build::<TimestampMicrosecondType>(call, |_| Ok(micros))
}

fn transaction_moment(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    timestamps(call, context.evaluation.transaction_start.0)
}

fn transaction_time(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let time = local(context, context.evaluation.transaction_start).rem_euclid(DAY);
    build::<Time64MicrosecondType>(call, |_| Ok(time))
}

/// `Thu Sep 19 22:53:50.333525 2013 UTC`
fn time_of_day(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let moment = Moment::from_micros(local(context, context.evaluation.statement_start));
    let date = moment.date;
    let text = format!(
        "{} {} {:02} {:02}:{:02}:{:02}.{:06} {:04} {}",
        &WEEKDAYS[day_of_week(date.days()) as usize][..3],
        &MONTHS[date.month as usize - 1][..3],
        date.day,
        moment.hour,
        moment.minute,
        moment.second,
        moment.micros,
        date.year,
        session_zone(context).name
    );
    build_text(call, |_, out| {
        out.push_str(&text);
        Ok(Some(()))
    })
}

/// DATEADD answers a TIMESTAMP for a DATE too.
fn add_types(types: &[DataType]) -> Accepted {
    let [part, amount, moment] = *types else { return None };
    let moment = moment_parameter(moment).filter(|moment| *moment != DataType::Interval)?;
    Some((vec![Text.accept(part)?, Integer.accept(amount)?, moment], moment))
}

fn add(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let parts = call.text(0)?;
    let amounts = call.primitive::<Int32Type>(1)?;
    let mut cache = LastName::default();
    if call.result == DataType::Time {
        let times = call.primitive::<Time64MicrosecondType>(2)?;
        return build::<Time64MicrosecondType>(call, |row| {
            let part = cache.find(parts.get(row).unwrap_or_default(), Part::find)?;
            let unit = unit(part).ok_or_else(|| invalid_parameter("\"time\" units not recognized"))?;
            Ok((times.value(row) + i64::from(amounts.value(row)) * unit % DAY).rem_euclid(DAY))
        });
    }
    let zone = (call.result == DataType::TimestampTz).then(|| session_zone(context));
    let moments = call.primitive::<TimestampMicrosecondType>(2)?;
    build::<TimestampMicrosecondType>(call, |row| {
        let part = cache.find(parts.get(row).unwrap_or_default(), Part::find)?;
        let amount = i64::from(amounts.value(row));
        let moved = match unit(part) {
            Some(unit) => amount.checked_mul(unit).and_then(|by| moments.value(row).checked_add(by)),
            None => {
                let months = i64::from(months_of(part)?);
                let whole_years = months % 12 == 0;
                in_zone(zone.as_ref(), moments.value(row), |micros| {
                    let moved = plus_months(micros, amount * months)?;
                    if whole_years && is_leap_day(micros) && !is_leap_day(moved) {
                        return moved.checked_add(DAY);
                    }
                    Some(moved)
                })
            }
        };
        moved.ok_or_else(out_of_range)
    })
}

/// Applies `f` to what the zone's clock shows.
fn in_zone(zone: Option<&Zone>, micros: i64, f: impl Fn(i64) -> Option<i64>) -> Option<i64> {
    let Some(zone) = zone else { return f(micros) };
    let local = f(micros + i64::from(zone.offset_at(micros)) * SECOND)?;
    Some(local - i64::from(zone.offset_at_local(local)) * SECOND)
}

/// Whole years after 29 February is 1 March where there is no 29 (Developer Guide, "DATEADD": "Leap year
/// handling"); other months end clamped.
fn is_leap_day(micros: i64) -> bool {
    let date = Moment::from_micros(micros).date;
    date.month == 2 && date.day == 29
}

fn plus_months(micros: i64, months: i64) -> Option<i64> {
    let moment = Moment::from_micros(micros);
    let date = moment.date.plus_months(months).filter(|date| (-4712..=294_276).contains(&date.year))?;
    Some(Moment { date, ..moment }.micros())
}

fn difference_types(types: &[DataType]) -> Accepted {
    let [part, from, to] = *types else { return None };
    let (from, to) = (moment_parameter(from)?, moment_parameter(to)?);
    let both = match (from, to) {
        (DataType::Interval, _) | (_, DataType::Interval) => return None,
        (DataType::Time, other) | (other, DataType::Time) => {
            // An untyped literal beside a TIME is a time.
            if other != DataType::Time && !types[1..].contains(&DataType::Unknown) {
                return None;
            }
            DataType::Time
        }
        (DataType::TimestampTz, _) | (_, DataType::TimestampTz) => DataType::TimestampTz,
        _ => DataType::Timestamp,
    };
    Some((vec![Text.accept(part)?, both, both], DataType::BigInt))
}

/// Counts the boundaries of the part that lie between: one second over New Year is one year.
fn difference(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let parts = call.text(0)?;
    let mut cache = LastName::default();
    if call.data_type(1) == DataType::Time {
        let (from, to) =
            (call.primitive::<Time64MicrosecondType>(1)?, call.primitive::<Time64MicrosecondType>(2)?);
        return build::<Int64Type>(call, |row| {
            boundaries(
                cache.find(parts.get(row).unwrap_or_default(), Part::find)?,
                from.value(row),
                to.value(row),
            )
        });
    }
    let zone = (call.data_type(1) == DataType::TimestampTz).then(|| session_zone(context));
    let shown = |utc: i64| zone.map_or(utc, |zone| utc + i64::from(zone.offset_at(utc)) * SECOND);
    let (from, to) =
        (call.primitive::<TimestampMicrosecondType>(1)?, call.primitive::<TimestampMicrosecondType>(2)?);
    build::<Int64Type>(call, |row| {
        boundaries(
            cache.find(parts.get(row).unwrap_or_default(), Part::find)?,
            shown(from.value(row)),
            shown(to.value(row)),
        )
    })
}

fn boundaries(part: Part, from: i64, to: i64) -> SqlResult<i64> {
    let number = |micros: i64| -> SqlResult<i64> {
        let days = days_of(micros);
        Ok(match part {
            // unconfirmed: on which day DATEDIFF begins a week; Monday, as DATE_TRUNC does.
            Part::Week => i64::from(days - monday_based(days)).div_euclid(7),
            _ => match unit(part) {
                Some(unit) => micros.div_euclid(unit),
                None => {
                    let months = i64::from(months_of(part)?);
                    let date = Civil::from_days(days);
                    (i64::from(date.year) * 12 + i64::from(date.month) - 1).div_euclid(months)
                }
            },
        })
    };
    Ok(number(to)? - number(from)?)
}

/// The last day of a month stays the last day.
fn add_months(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let moments = call.primitive::<TimestampMicrosecondType>(0)?;
    let months = call.primitive::<Int64Type>(1)?;
    build::<TimestampMicrosecondType>(call, |row| {
        let moment = Moment::from_micros(moments.value(row));
        let was_last = moment.date == moment.date.last_of_month();
        let months = months.value(row);
        let moved = if months.abs() > 10_000_000 { None } else { plus_months(moments.value(row), months) };
        let moved = Moment::from_micros(moved.ok_or_else(out_of_range)?);
        let date = if was_last { moved.date.last_of_month() } else { moved.date };
        Ok(Moment { date, ..moved }.micros())
    })
}

/// Whole where both are the same day of the month or both the last; else the rest counts in 31sts.
fn months_between(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let (left, right) =
        (call.primitive::<TimestampMicrosecondType>(0)?, call.primitive::<TimestampMicrosecondType>(1)?);
    build::<Float64Type>(call, |row| {
        let (a, b) = (Moment::from_micros(left.value(row)), Moment::from_micros(right.value(row)));
        let months = f64::from(a.date.year - b.date.year) * 12.0
            + f64::from(a.date.month as i32 - b.date.month as i32);
        let both_last = a.date == a.date.last_of_month() && b.date == b.date.last_of_month();
        if a.date.day == b.date.day || both_last {
            return Ok(months);
        }
        let day = |moment: Moment| f64::from(moment.date.day) + moment.time_of_day() as f64 / DAY as f64;
        Ok(months + (day(a) - day(b)) / 31.0)
    })
}

fn next_day(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let dates = call.primitive::<Date32Type>(0)?;
    let names = call.text(1)?;
    build::<Date32Type>(call, |row| {
        let name = names.get(row).unwrap_or_default();
        let wanted =
            weekday(name).ok_or_else(|| invalid_parameter(format!("Not a valid day of the week: {name}")))?;
        let today = day_of_week(dates.value(row)) as i32;
        let ahead = (wanted - today + 6).rem_euclid(7) + 1;
        dates.value(row).checked_add(ahead).ok_or_else(out_of_range)
    })
}

/// `M`, `Tu`, `wed`, `Thursday`: as much of the name as tells the days apart. 0 is Sunday.
fn weekday(name: &str) -> Option<i32> {
    let name = name.trim().to_ascii_lowercase();
    match name.as_str() {
        "m" => Some(1),
        "w" => Some(3),
        "f" => Some(5),
        _ if name.len() >= 2 => {
            WEEKDAYS.iter().position(|day| day.to_ascii_lowercase().starts_with(&name)).map(|day| day as i32)
        }
        _ => None,
    }
}

fn compare(call: &Call<'_>, order: impl Fn(usize) -> Ordering) -> SqlResult<ArrayRef> {
    build::<Int32Type>(call, |row| Ok(order(row) as i32))
}

fn compare_moments(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let (left, right) =
        (call.primitive::<TimestampMicrosecondType>(0)?, call.primitive::<TimestampMicrosecondType>(1)?);
    compare(call, |row| left.value(row).cmp(&right.value(row)))
}

/// A zone by name or written as POSIX does, or an offset to the east (`+09`).
#[derive(Clone, Copy)]
enum Place {
    Zone(Zone),
    Fixed(i32),
}

impl Place {
    fn find(name: &str) -> SqlResult<Place> {
        let name = name.trim();
        if let Some(zone) = zone::find(name) {
            return Ok(Place::Zone(zone));
        }
        match zone::offset(name) {
            Some(offset) => Ok(Place::Fixed(offset)),
            None => zone::posix(name)
                .map(Place::Zone)
                .ok_or_else(|| invalid_parameter(format!("time zone \"{name}\" not recognized"))),
        }
    }

    fn utc_of(&self, local: i64) -> i64 {
        let offset = match self {
            Place::Zone(zone) => zone.offset_at_local(local),
            Place::Fixed(offset) => *offset,
        };
        local - i64::from(offset) * SECOND
    }

    fn at_place(&self, utc: i64) -> i64 {
        let offset = match self {
            Place::Zone(zone) => zone.offset_at(utc),
            Place::Fixed(offset) => *offset,
        };
        utc + i64::from(offset) * SECOND
    }
}

fn convert(call: &Call<'_>, source: Option<usize>, target: usize, moment: usize) -> SqlResult<ArrayRef> {
    let sources = source.map(|index| call.text(index)).transpose()?;
    let targets = call.text(target)?;
    let (mut from, mut to) = (LastName::default(), LastName::default());
    let moments = call.primitive::<TimestampMicrosecondType>(moment)?;
    build::<TimestampMicrosecondType>(call, |row| {
        let utc = match &sources {
            None => moments.value(row),
            Some(sources) => {
                from.find(sources.get(row).unwrap_or_default(), Place::find)?.utc_of(moments.value(row))
            }
        };
        Ok(to.find(targets.get(row).unwrap_or_default(), Place::find)?.at_place(utc))
    })
}

/// `moment AT TIME ZONE zone`: a TIMESTAMP is read on that zone's clock, a TIMESTAMPTZ is shown on it.
fn timezone_types(types: &[DataType]) -> Accepted {
    let [zone, moment] = *types else { return None };
    let (moment, result) = match moment {
        DataType::TimestampTz => (DataType::TimestampTz, DataType::Timestamp),
        other => (Timestamp.accept(other)?, DataType::TimestampTz),
    };
    Some((vec![Text.accept(zone)?, moment], result))
}

fn at_time_zone(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let zones = call.text(0)?;
    let mut cache = LastName::default();
    let moments = call.primitive::<TimestampMicrosecondType>(1)?;
    build::<TimestampMicrosecondType>(call, |row| {
        let place = cache.find(zones.get(row).unwrap_or_default(), Place::find)?;
        let micros = moments.value(row);
        Ok(if call.result == DataType::Timestamp { place.at_place(micros) } else { place.utc_of(micros) })
    })
}
