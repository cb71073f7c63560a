//! Between dates, times and timestamps. What has a zone is read and shown on the session's clock.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray};
use arrow::datatypes::{
    Date32Type, IntervalMonthDayNanoType, Time64MicrosecondType, TimestampMicrosecondType,
};

use super::{CastRules, fault, try_each};
use crate::sql::error::SqlResult;
use crate::sql::functions::date_part::out_of_range;
use crate::warehouse::calendar::interval::Interval;
use crate::warehouse::calendar::{DAY, midnight};
use crate::warehouse::data_type::DataType;

pub fn cast(array: &ArrayRef, from: DataType, to: DataType, rules: CastRules) -> SqlResult<ArrayRef> {
    // A moment that has a zone, on the session's clock; and back.
    let shown = |micros: i64| if from == DataType::TimestampTz { rules.local(micros) } else { micros };
    let held = |local: i64| if to == DataType::TimestampTz { rules.utc(local) } else { local };
    match (from, to) {
        (DataType::Date, DataType::Timestamp | DataType::TimestampTz) => {
            let days = array.as_primitive::<Date32Type>();
            try_each::<TimestampMicrosecondType>(array, to, |row| {
                midnight(days.value(row)).map(held).ok_or_else(out_of_range)
            })
        }
        (DataType::Timestamp | DataType::TimestampTz, DataType::Date) => {
            let moments = array.as_primitive::<TimestampMicrosecondType>();
            try_each::<Date32Type>(array, to, |row| Ok(shown(moments.value(row)).div_euclid(DAY) as i32))
        }
        (DataType::Timestamp | DataType::TimestampTz, DataType::Time) => {
            let moments = array.as_primitive::<TimestampMicrosecondType>();
            try_each::<Time64MicrosecondType>(array, to, |row| Ok(shown(moments.value(row)).rem_euclid(DAY)))
        }
        // A TIMETZ is held in UTC.
        (DataType::Timestamp | DataType::TimestampTz, DataType::TimeTz) => {
            let moments = array.as_primitive::<TimestampMicrosecondType>();
            let utc = |micros| if from == DataType::Timestamp { rules.utc(micros) } else { micros };
            try_each::<Time64MicrosecondType>(array, to, |row| Ok(utc(moments.value(row)).rem_euclid(DAY)))
        }
        (DataType::Timestamp | DataType::TimestampTz, DataType::Timestamp | DataType::TimestampTz) => {
            let moments = array.as_primitive::<TimestampMicrosecondType>();
            try_each::<TimestampMicrosecondType>(array, to, |row| Ok(held(shown(moments.value(row)))))
        }
        (DataType::Time | DataType::TimeTz, DataType::Time | DataType::TimeTz) => Ok(Arc::clone(array)),
        (DataType::IntervalTo(_), DataType::Interval) => Ok(Arc::clone(array)),
        (DataType::Interval | DataType::IntervalTo(_), DataType::IntervalTo(finest)) => {
            let intervals = array.as_primitive::<IntervalMonthDayNanoType>();
            try_each::<IntervalMonthDayNanoType>(array, to, |row| {
                Ok(Interval::from_arrow(intervals.value(row)).cut(finest).to_arrow())
            })
        }
        _ => Err(fault::cannot_cast(from, to)),
    }
}
