//! Pieces of one column, one after the other.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, BinaryArray, BooleanArray, PrimitiveArray, StringArray,
};
use arrow::datatypes::{
    DataType as ArrowType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type,
    Int64Type, IntervalMonthDayNanoType, Time64MicrosecondType, TimestampMicrosecondType,
};

use super::dictionary::plain;

/// All pieces in order. They have one logical type; unless they share one dictionary, dictionaries become
/// plain strings. `None` when there is no piece.
pub fn join(pieces: &[ArrayRef]) -> Option<ArrayRef> {
    let first = pieces.first()?;
    if pieces.len() == 1 {
        return Some(first.clone());
    }
    Some(match first.data_type() {
        ArrowType::Int16 => primitive::<Int16Type>(pieces),
        ArrowType::Int32 => primitive::<Int32Type>(pieces),
        ArrowType::Int64 => primitive::<Int64Type>(pieces),
        ArrowType::Decimal128(precision, scale) => {
            let joined = chain::<Decimal128Type>(pieces);
            Arc::new(joined.with_precision_and_scale(*precision, *scale).ok()?)
        }
        ArrowType::Float32 => primitive::<Float32Type>(pieces),
        ArrowType::Float64 => primitive::<Float64Type>(pieces),
        ArrowType::Date32 => primitive::<Date32Type>(pieces),
        ArrowType::Time64(_) => primitive::<Time64MicrosecondType>(pieces),
        ArrowType::Timestamp(_, _) => primitive::<TimestampMicrosecondType>(pieces),
        ArrowType::Interval(_) => primitive::<IntervalMonthDayNanoType>(pieces),
        ArrowType::Boolean => {
            Arc::new(pieces.iter().flat_map(|piece| piece.as_boolean().iter()).collect::<BooleanArray>())
        }
        ArrowType::Binary => {
            Arc::new(pieces.iter().flat_map(|piece| piece.as_binary::<i32>().iter()).collect::<BinaryArray>())
        }
        _ => {
            let plain: Vec<ArrayRef> = pieces.iter().map(plain).collect();
            Arc::new(plain.iter().flat_map(|piece| piece.as_string::<i32>().iter()).collect::<StringArray>())
        }
    })
}

fn primitive<T: ArrowPrimitiveType>(pieces: &[ArrayRef]) -> ArrayRef {
    Arc::new(chain::<T>(pieces))
}

fn chain<T: ArrowPrimitiveType>(pieces: &[ArrayRef]) -> PrimitiveArray<T> {
    if pieces.iter().all(|piece| piece.null_count() == 0) {
        let mut values = Vec::with_capacity(pieces.iter().map(|piece| piece.len()).sum());
        for piece in pieces {
            values.extend_from_slice(piece.as_primitive::<T>().values());
        }
        return PrimitiveArray::new(values.into(), None);
    }
    pieces.iter().flat_map(|piece| piece.as_primitive::<T>().iter()).collect()
}
