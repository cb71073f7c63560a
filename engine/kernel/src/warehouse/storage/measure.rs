//! What a column's values measure: the numbers that encodings are judged by.

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray};
use arrow::datatypes::{
    DataType as ArrowType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type,
    Int64Type, Time64MicrosecondType, TimestampMicrosecondType,
};

/// Bytes of the values one after the other, without offsets and NULLs.
pub fn plain_bytes(array: &ArrayRef) -> usize {
    match array.data_type() {
        ArrowType::Utf8 => text_bytes(array.as_string::<i32>().value_offsets()),
        ArrowType::Binary => text_bytes(array.as_binary::<i32>().value_offsets()),
        ArrowType::Dictionary(_, _) => {
            let dictionary = array.as_dictionary::<Int32Type>();
            let offsets = dictionary.values().as_string::<i32>().value_offsets();
            let length =
                |code: i32| offsets.get(code as usize..).map_or(0, |o| text_bytes(&o[..2.min(o.len())]));
            dictionary.keys().iter().flatten().map(length).sum()
        }
        ArrowType::Boolean => array.len(),
        other => array.len() * other.primitive_width().unwrap_or(8),
    }
}

fn text_bytes(offsets: &[i32]) -> usize {
    match (offsets.first(), offsets.last()) {
        (Some(first), Some(last)) => (last - first) as usize,
        _ => 0,
    }
}

/// Runs of equal neighbours; a NULL is equal to a NULL. Types that are not encoded by runs count every row.
pub fn runs(array: &ArrayRef) -> usize {
    match array.data_type() {
        ArrowType::Int16 => runs_of::<Int16Type>(array),
        ArrowType::Int32 => runs_of::<Int32Type>(array),
        ArrowType::Int64 => runs_of::<Int64Type>(array),
        ArrowType::Date32 => runs_of::<Date32Type>(array),
        ArrowType::Time64(_) => runs_of::<Time64MicrosecondType>(array),
        ArrowType::Timestamp(_, _) => runs_of::<TimestampMicrosecondType>(array),
        ArrowType::Decimal128(_, _) => runs_of::<Decimal128Type>(array),
        ArrowType::Float32 => runs_of::<Float32Type>(array),
        ArrowType::Float64 => runs_of::<Float64Type>(array),
        ArrowType::Dictionary(_, _) => {
            let keys = array.as_dictionary::<Int32Type>().keys();
            runs_by(keys.len(), |row| keys.value(row) == keys.value(row - 1))
        }
        ArrowType::Utf8 => {
            let texts = array.as_string::<i32>();
            runs_by(texts.len(), |row| texts.value(row) == texts.value(row - 1))
        }
        ArrowType::Boolean => {
            let values = array.as_boolean().values();
            runs_by(values.len(), |row| values.value(row) == values.value(row - 1))
        }
        _ => array.len(),
    }
}

fn runs_of<T: ArrowPrimitiveType>(array: &ArrayRef) -> usize {
    let values: &PrimitiveArray<T> = array.as_primitive();
    usize::from(!values.is_empty()) + values.values().windows(2).filter(|pair| pair[0] != pair[1]).count()
}

fn runs_by(rows: usize, same: impl Fn(usize) -> bool) -> usize {
    usize::from(rows > 0) + (1..rows).filter(|row| !same(*row)).count()
}
