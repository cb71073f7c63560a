//! Pieces of one column, one after the other.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, BinaryArray, BooleanArray, BooleanBufferBuilder,
    PrimitiveArray, StringArray,
};
use arrow::buffer::NullBuffer;
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
    if let Some(numbers) = numbers(pieces, first.data_type()) {
        return Some(numbers);
    }
    Some(match first.data_type() {
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

/// Pieces of fixed width as one; `None` for other layouts.
pub fn numbers(pieces: &[ArrayRef], layout: &ArrowType) -> Option<ArrayRef> {
    Some(match layout {
        ArrowType::Int16 => chain::<Int16Type>(pieces, layout),
        ArrowType::Int32 => chain::<Int32Type>(pieces, layout),
        ArrowType::Int64 => chain::<Int64Type>(pieces, layout),
        ArrowType::Decimal128(..) => chain::<Decimal128Type>(pieces, layout),
        ArrowType::Float32 => chain::<Float32Type>(pieces, layout),
        ArrowType::Float64 => chain::<Float64Type>(pieces, layout),
        ArrowType::Date32 => chain::<Date32Type>(pieces, layout),
        ArrowType::Time64(_) => chain::<Time64MicrosecondType>(pieces, layout),
        ArrowType::Timestamp(..) => chain::<TimestampMicrosecondType>(pieces, layout),
        ArrowType::Interval(_) => chain::<IntervalMonthDayNanoType>(pieces, layout),
        _ => return None,
    })
}

fn chain<T: ArrowPrimitiveType>(pieces: &[ArrayRef], layout: &ArrowType) -> ArrayRef {
    let mut values: Vec<T::Native> = Vec::with_capacity(rows(pieces));
    for piece in pieces {
        match piece.as_primitive_opt::<T>() {
            Some(typed) => values.extend_from_slice(typed.values()),
            None => values.resize(values.len() + piece.len(), T::Native::default()),
        }
    }
    Arc::new(PrimitiveArray::<T>::new(values.into(), nulls(pieces)).with_data_type(layout.clone()))
}

fn rows(pieces: &[ArrayRef]) -> usize {
    pieces.iter().map(|piece| piece.len()).sum()
}

/// Where the pieces have NULLs; `None` when there is none.
pub fn nulls(pieces: &[ArrayRef]) -> Option<NullBuffer> {
    if pieces.iter().all(|piece| piece.null_count() == 0) {
        return None;
    }
    let mut valid = BooleanBufferBuilder::new(rows(pieces));
    for piece in pieces {
        match piece.nulls() {
            Some(nulls) => valid.append_buffer(nulls.inner()),
            None => valid.append_n(piece.len(), true),
        }
    }
    Some(NullBuffer::new(valid.finish()))
}
