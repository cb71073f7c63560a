//! Zone maps: the least and greatest value of a block.
//!
//! A scan that knows them can leave a block unread ("Sort keys", Developer Guide). They are kept for types
//! with an order; a string longer than [`LONGEST`] keeps none, because a bound must not cost more than it saves.

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, DictionaryArray, PrimitiveArray, StringArray,
};
use arrow::datatypes::{
    DataType as ArrowType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type,
    Int64Type, Time64MicrosecondType, TimestampMicrosecondType,
};

use crate::warehouse::value::Value;

/// Longest string kept as a bound, in bytes.
const LONGEST: usize = 64;

/// Least and greatest value of `array`; `None` when all are NULL or the type keeps no zone.
pub fn zone(array: &ArrayRef) -> Option<(Value, Value)> {
    match array.data_type() {
        ArrowType::Int16 => bounds::<Int16Type>(array, Value::SmallInt),
        ArrowType::Int32 => bounds::<Int32Type>(array, Value::Integer),
        ArrowType::Int64 => bounds::<Int64Type>(array, Value::BigInt),
        ArrowType::Decimal128(_, scale) => {
            let scale = *scale as u8;
            bounds::<Decimal128Type>(array, move |unscaled| Value::Decimal { unscaled, scale })
        }
        ArrowType::Float32 => float_bounds::<Float32Type>(array, Value::Real),
        ArrowType::Float64 => float_bounds::<Float64Type>(array, Value::Double),
        ArrowType::Date32 => bounds::<Date32Type>(array, Value::Date),
        ArrowType::Time64(_) => bounds::<Time64MicrosecondType>(array, Value::Time),
        ArrowType::Timestamp(_, _) => bounds::<TimestampMicrosecondType>(array, Value::Timestamp),
        ArrowType::Utf8 => string_bounds(array.as_string::<i32>()),
        ArrowType::Dictionary(_, _) => {
            let dictionary: &DictionaryArray<Int32Type> = array.as_dictionary();
            // The dictionary may hold values that no row of this block uses: a wider zone is still true.
            (dictionary.null_count() < dictionary.len())
                .then(|| string_bounds(dictionary.values().as_string::<i32>()))
                .flatten()
        }
        _ => None,
    }
}

fn bounds<T: ArrowPrimitiveType>(
    array: &ArrayRef,
    value: impl Fn(T::Native) -> Value,
) -> Option<(Value, Value)>
where
    T::Native: Ord,
{
    let array: &PrimitiveArray<T> = array.as_primitive();
    if array.null_count() == 0 {
        let values = array.values();
        return Some((value(*values.iter().min()?), value(*values.iter().max()?)));
    }
    Some((value(array.iter().flatten().min()?), value(array.iter().flatten().max()?)))
}

/// NaN has no place in an order; a block that holds one keeps no zone.
fn float_bounds<T: ArrowPrimitiveType>(
    array: &ArrayRef,
    value: impl Fn(T::Native) -> Value,
) -> Option<(Value, Value)>
where
    T::Native: PartialOrd,
{
    let array: &PrimitiveArray<T> = array.as_primitive();
    let mut values = array.iter().flatten();
    let first = values.next()?;
    let (mut least, mut greatest) = (first, first);
    #[allow(clippy::eq_op)]
    if first != first {
        return None;
    }
    for item in values {
        item.partial_cmp(&item)?;
        if item < least {
            least = item;
        }
        if item > greatest {
            greatest = item;
        }
    }
    Some((value(least), value(greatest)))
}

fn string_bounds(array: &StringArray) -> Option<(Value, Value)> {
    let (mut least, mut greatest): (Option<&str>, Option<&str>) = (None, None);
    for text in array.iter().flatten() {
        if least.is_none_or(|bound| text < bound) {
            least = Some(text);
        }
        if greatest.is_none_or(|bound| text > bound) {
            greatest = Some(text);
        }
    }
    let (least, greatest) = (least?, greatest?);
    (least.len() <= LONGEST && greatest.len() <= LONGEST)
        .then(|| (Value::string(least), Value::string(greatest)))
}
