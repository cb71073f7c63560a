//! Between dates, times and timestamps. The session's time zone is UTC.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray};
use arrow::datatypes::{Date32Type, Time64MicrosecondType, TimestampMicrosecondType};

use super::{fault, try_each};
use crate::sql::error::SqlResult;
use crate::warehouse::calendar::DAY;
use crate::warehouse::data_type::DataType;

pub fn cast(array: &ArrayRef, from: DataType, to: DataType) -> SqlResult<ArrayRef> {
    match (from, to) {
        (DataType::Date, DataType::Timestamp | DataType::TimestampTz) => {
            let days = array.as_primitive::<Date32Type>();
            try_each::<TimestampMicrosecondType>(array, to, |row| Ok(i64::from(days.value(row)) * DAY))
        }
        (DataType::Timestamp | DataType::TimestampTz, DataType::Date) => {
            let moments = array.as_primitive::<TimestampMicrosecondType>();
            try_each::<Date32Type>(array, to, |row| Ok(moments.value(row).div_euclid(DAY) as i32))
        }
        (DataType::Timestamp | DataType::TimestampTz, DataType::Time | DataType::TimeTz) => {
            let moments = array.as_primitive::<TimestampMicrosecondType>();
            try_each::<Time64MicrosecondType>(array, to, |row| Ok(moments.value(row).rem_euclid(DAY)))
        }
        (DataType::Timestamp | DataType::TimestampTz, DataType::Timestamp | DataType::TimestampTz)
        | (DataType::Time | DataType::TimeTz, DataType::Time | DataType::TimeTz) => Ok(Arc::clone(array)),
        _ => Err(fault::cannot_cast(from, to)),
    }
}
