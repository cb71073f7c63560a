//! `+ - * /` where a date, a time or an interval stands on a side.

use arrow::array::ArrayRef;
use arrow::datatypes::{
    Date32Type, Float64Type, Int32Type, IntervalMonthDayNanoType, Time64MicrosecondType,
    TimestampMicrosecondType,
};

use super::Call;
use super::column::build;
use super::date_part::out_of_range;
use super::signature::Entry;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::EvaluationContext;
use crate::warehouse::calendar::interval::Interval;
use crate::warehouse::calendar::{DATES, DAY, midnight};
use crate::warehouse::data_type::DataType;

pub static FUNCTIONS: &[Entry] = &[
    Entry::custom("+", add_types, add),
    Entry::custom("-", subtract_types, subtract),
    Entry::custom(
        "-",
        |types| (types == [DataType::Interval]).then(|| (types.to_vec(), DataType::Interval)),
        negate,
    ),
    Entry::custom("*", multiply_types, |call, _| scale(call, |interval, factor| interval.scaled(factor))),
    Entry::custom("/", divide_types, |call, _| {
        scale(call, |interval, divisor| interval.scaled(1.0 / divisor).filter(|_| divisor != 0.0))
    }),
];

type Accepted = Option<(Vec<DataType>, DataType)>;

fn narrow(data_type: DataType) -> bool {
    matches!(data_type, DataType::SmallInt | DataType::Integer)
}

fn add_types(types: &[DataType]) -> Accepted {
    use DataType as T;
    let [left, right] = *types else { return None };
    let (types, result) = match (left, right) {
        (T::Date, T::Time) | (T::Time, T::Date) => (vec![left, right], T::Timestamp),
        (T::Date, T::TimeTz) | (T::TimeTz, T::Date) => (vec![left, right], T::TimestampTz),
        (T::Date, days) if narrow(days) => (vec![T::Date, T::Integer], T::Date),
        (days, T::Date) if narrow(days) => (vec![T::Integer, T::Date], T::Date),
        // unconfirmed: the guide lists whole days only for DATE; code in the wild adds them to GETDATE().
        (T::Timestamp | T::TimestampTz, days) if narrow(days) => (vec![left, T::Integer], left),
        (T::Date | T::Timestamp, T::Interval | T::Unknown) => (vec![T::Timestamp, T::Interval], T::Timestamp),
        (T::Interval | T::Unknown, T::Date | T::Timestamp) => (vec![T::Interval, T::Timestamp], T::Timestamp),
        (T::TimestampTz, T::Interval | T::Unknown) => (vec![T::TimestampTz, T::Interval], T::TimestampTz),
        (T::Interval | T::Unknown, T::TimestampTz) => (vec![T::Interval, T::TimestampTz], T::TimestampTz),
        (T::Time | T::TimeTz, T::Interval | T::Unknown) => (vec![left, T::Interval], left),
        (T::Interval | T::Unknown, T::Time | T::TimeTz) => (vec![T::Interval, right], right),
        (T::Interval, T::Interval | T::Unknown) | (T::Unknown, T::Interval) => {
            (vec![T::Interval, T::Interval], T::Interval)
        }
        _ => return None,
    };
    Some((types, result))
}

fn subtract_types(types: &[DataType]) -> Accepted {
    use DataType as T;
    let [left, right] = *types else { return None };
    let (types, result) = match (left, right) {
        (T::Date, T::Date | T::Unknown) | (T::Unknown, T::Date) => (vec![T::Date, T::Date], T::Integer),
        (T::Date, days) if narrow(days) => (vec![T::Date, T::Integer], T::Date),
        (T::Timestamp | T::TimestampTz, days) if narrow(days) => (vec![left, T::Integer], left),
        (T::Date | T::Timestamp, T::Interval) => (vec![T::Timestamp, T::Interval], T::Timestamp),
        (T::TimestampTz, T::Interval) => (vec![T::TimestampTz, T::Interval], T::TimestampTz),
        (T::TimestampTz, T::Date | T::Timestamp | T::TimestampTz | T::Unknown)
        | (T::Date | T::Timestamp | T::Unknown, T::TimestampTz) => {
            (vec![T::TimestampTz, T::TimestampTz], T::Interval)
        }
        (T::Timestamp, T::Date | T::Timestamp | T::Unknown) | (T::Date | T::Unknown, T::Timestamp) => {
            (vec![T::Timestamp, T::Timestamp], T::Interval)
        }
        (T::Time | T::TimeTz, T::Interval) => (vec![left, T::Interval], left),
        (T::Time, T::Time | T::Unknown) | (T::Unknown, T::Time) => (vec![T::Time, T::Time], T::Interval),
        (T::Interval, T::Interval | T::Unknown) | (T::Unknown, T::Interval) => {
            (vec![T::Interval, T::Interval], T::Interval)
        }
        _ => return None,
    };
    Some((types, result))
}

fn multiply_types(types: &[DataType]) -> Accepted {
    use DataType as T;
    match *types {
        [T::Interval, factor] if factor.is_numeric() => Some((vec![T::Interval, T::Double], T::Interval)),
        [factor, T::Interval] if factor.is_numeric() => Some((vec![T::Double, T::Interval], T::Interval)),
        _ => None,
    }
}

fn divide_types(types: &[DataType]) -> Accepted {
    match *types {
        [DataType::Interval, factor] if factor.is_numeric() => {
            Some((vec![DataType::Interval, DataType::Double], DataType::Interval))
        }
        _ => None,
    }
}

fn add(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    use DataType as T;
    // Addition goes both ways: the moment is `one`, what is added to it `other`.
    let interval_first = call.data_type(0) == T::Interval && call.data_type(1) != T::Interval;
    let swapped = interval_first
        || call.data_type(0) == T::Integer
        || matches!((call.data_type(0), call.data_type(1)), (T::Time | T::TimeTz, T::Date));
    let (one, other) = if swapped { (1, 0) } else { (0, 1) };
    match (call.data_type(one), call.data_type(other)) {
        (T::Date, T::Integer) => add_days(call, one, other, 1),
        (T::Date, T::Time | T::TimeTz) => {
            let (days, times) =
                (call.primitive::<Date32Type>(one)?, call.primitive::<Time64MicrosecondType>(other)?);
            build::<TimestampMicrosecondType>(call, |row| {
                let moment = midnight(days.value(row)).and_then(|day| day.checked_add(times.value(row)));
                moment.ok_or_else(out_of_range)
            })
        }
        (T::Timestamp | T::TimestampTz, T::Integer) => add_days(call, one, other, 1),
        (_, T::Interval) => add_interval(call, one, other, 1),
        (left, right) => Err(SqlError::bug(format!("addition of {left} and {right}"))),
    }
}

fn subtract(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    use DataType as T;
    match (call.data_type(0), call.data_type(1)) {
        (T::Date, T::Date) => {
            let (left, right) = (call.primitive::<Date32Type>(0)?, call.primitive::<Date32Type>(1)?);
            build::<Int32Type>(call, |row| {
                left.value(row).checked_sub(right.value(row)).ok_or_else(out_of_range)
            })
        }
        (_, T::Integer) => add_days(call, 0, 1, -1),
        (_, T::Interval) => add_interval(call, 0, 1, -1),
        (T::Time, T::Time) => {
            let (left, right) =
                (call.primitive::<Time64MicrosecondType>(0)?, call.primitive::<Time64MicrosecondType>(1)?);
            build::<IntervalMonthDayNanoType>(call, |row| {
                Ok(Interval { months: 0, micros: left.value(row) - right.value(row) }.to_arrow())
            })
        }
        _ => {
            let (left, right) = (
                call.primitive::<TimestampMicrosecondType>(0)?,
                call.primitive::<TimestampMicrosecondType>(1)?,
            );
            build::<IntervalMonthDayNanoType>(call, |row| {
                let micros = left.value(row).checked_sub(right.value(row)).ok_or_else(out_of_range)?;
                Ok(Interval { months: 0, micros }.to_arrow())
            })
        }
    }
}

fn date_out_of_range() -> SqlError {
    SqlError::product("22008", "date out of range")
}

/// `moment + sign * days`.
fn add_days(call: &Call<'_>, moment: usize, days: usize, sign: i64) -> SqlResult<ArrayRef> {
    let days = call.primitive::<Int32Type>(days)?;
    if call.data_type(moment) == DataType::Date {
        let dates = call.primitive::<Date32Type>(moment)?;
        return build::<Date32Type>(call, |row| {
            let moved = i64::from(dates.value(row)) + sign * i64::from(days.value(row));
            i32::try_from(moved).ok().filter(|day| DATES.contains(day)).ok_or_else(date_out_of_range)
        });
    }
    let moments = call.primitive::<TimestampMicrosecondType>(moment)?;
    build::<TimestampMicrosecondType>(call, |row| {
        moments.value(row).checked_add(sign * i64::from(days.value(row)) * DAY).ok_or_else(out_of_range)
    })
}

/// `moment + sign * interval`, where a time of day goes round the clock.
fn add_interval(call: &Call<'_>, moment: usize, interval: usize, sign: i32) -> SqlResult<ArrayRef> {
    let intervals = call.primitive::<IntervalMonthDayNanoType>(interval)?;
    let signed = |row: usize| {
        let interval = Interval::from_arrow(intervals.value(row));
        if sign < 0 { interval.checked_neg().ok_or_else(out_of_range) } else { Ok(interval) }
    };
    match call.data_type(moment) {
        DataType::Interval => {
            let left = call.primitive::<IntervalMonthDayNanoType>(moment)?;
            build::<IntervalMonthDayNanoType>(call, |row| {
                let sum = Interval::from_arrow(left.value(row)).checked_add(signed(row)?);
                sum.map(Interval::to_arrow).ok_or_else(out_of_range)
            })
        }
        DataType::Time | DataType::TimeTz => {
            let times = call.primitive::<Time64MicrosecondType>(moment)?;
            build::<Time64MicrosecondType>(call, |row| {
                Ok((times.value(row) + signed(row)?.micros % DAY).rem_euclid(DAY))
            })
        }
        _ => {
            let moments = call.primitive::<TimestampMicrosecondType>(moment)?;
            build::<TimestampMicrosecondType>(call, |row| {
                signed(row)?.add_to(moments.value(row)).ok_or_else(out_of_range)
            })
        }
    }
}

fn negate(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let values = call.primitive::<IntervalMonthDayNanoType>(0)?;
    build::<IntervalMonthDayNanoType>(call, |row| {
        Interval::from_arrow(values.value(row)).checked_neg().map(Interval::to_arrow).ok_or_else(out_of_range)
    })
}

fn scale(call: &Call<'_>, f: fn(Interval, f64) -> Option<Interval>) -> SqlResult<ArrayRef> {
    let (interval, factor) = if call.data_type(0) == DataType::Interval { (0, 1) } else { (1, 0) };
    let intervals = call.primitive::<IntervalMonthDayNanoType>(interval)?;
    let factors = call.primitive::<Float64Type>(factor)?;
    build::<IntervalMonthDayNanoType>(call, |row| {
        let scaled = f(Interval::from_arrow(intervals.value(row)), factors.value(row));
        scaled.map(Interval::to_arrow).ok_or_else(|| {
            if factors.value(row) == 0.0 { super::decimal::division_by_zero() } else { out_of_range() }
        })
    })
}
