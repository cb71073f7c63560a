//! Two arrays of one type, one after the other.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, BinaryArray, BooleanArray, PrimitiveArray, StringArray,
};
use arrow::datatypes::{
    DataType as ArrowType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type,
    IntervalMonthDayNanoType, Time64MicrosecondType, TimestampMicrosecondType,
};

use super::dictionary::plain;

/// `first` then `second`. Both have the same logical type; dictionaries become plain strings.
pub fn join(first: &ArrayRef, second: &ArrayRef) -> ArrayRef {
    match first.data_type() {
        ArrowType::Int16 => primitive::<Int16Type>(first, second),
        ArrowType::Int32 => primitive::<Int32Type>(first, second),
        ArrowType::Int64 => primitive::<Int64Type>(first, second),
        ArrowType::Decimal128(precision, scale) => {
            let joined: PrimitiveArray<Decimal128Type> = chain(first, second);
            match joined.with_precision_and_scale(*precision, *scale) {
                Ok(joined) => Arc::new(joined),
                Err(_) => first.clone(),
            }
        }
        ArrowType::Float32 => primitive::<Float32Type>(first, second),
        ArrowType::Float64 => primitive::<Float64Type>(first, second),
        ArrowType::Date32 => primitive::<Date32Type>(first, second),
        ArrowType::Time64(_) => primitive::<Time64MicrosecondType>(first, second),
        ArrowType::Timestamp(_, _) => primitive::<TimestampMicrosecondType>(first, second),
        ArrowType::Interval(_) => primitive::<IntervalMonthDayNanoType>(first, second),
        ArrowType::Boolean => {
            Arc::new(first.as_boolean().iter().chain(second.as_boolean().iter()).collect::<BooleanArray>())
        }
        ArrowType::Binary => Arc::new(
            first.as_binary::<i32>().iter().chain(second.as_binary::<i32>().iter()).collect::<BinaryArray>(),
        ),
        _ => {
            let (first, second) = (plain(first), plain(second));
            let rows = first.as_string::<i32>().iter().chain(second.as_string::<i32>().iter());
            Arc::new(rows.collect::<StringArray>())
        }
    }
}

fn primitive<T: ArrowPrimitiveType>(first: &ArrayRef, second: &ArrayRef) -> ArrayRef {
    Arc::new(chain::<T>(first, second))
}

fn chain<T: ArrowPrimitiveType>(first: &ArrayRef, second: &ArrayRef) -> PrimitiveArray<T> {
    first.as_primitive::<T>().iter().chain(second.as_primitive::<T>().iter()).collect()
}
