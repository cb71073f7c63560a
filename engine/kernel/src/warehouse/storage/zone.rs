//! Zone maps: the least and greatest value of a block.
//!
//! A scan that knows them can leave a block unread ("Sort keys", Developer Guide). They are kept for types
//! with an order; a string longer than [`LONGEST`] keeps none, because a bound must not cost more than it saves.

use arrow::array::{Array, ArrayRef, AsArray, DictionaryArray, StringArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{
    DataType as ArrowType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type,
    Int64Type, Time64MicrosecondType, TimestampMicrosecondType,
};

use crate::warehouse::value::Value;

/// Longest string kept as a bound, in bytes.
const LONGEST: usize = 64;

/// Least and greatest value of `array`; `None` when all are NULL or the type keeps no zone.
pub fn zone(array: &ArrayRef) -> Option<(Value, Value)> {
    macro_rules! numbers {
        ($type:ty, $value:expr) => {{
            let (least, greatest) = bounds(array.as_primitive::<$type>().values(), array.nulls())?;
            Some(($value(least), $value(greatest)))
        }};
    }
    match array.data_type() {
        ArrowType::Int16 => numbers!(Int16Type, Value::SmallInt),
        ArrowType::Int32 => numbers!(Int32Type, Value::Integer),
        ArrowType::Int64 => numbers!(Int64Type, Value::BigInt),
        ArrowType::Decimal128(_, scale) => {
            let scale = *scale as u8;
            numbers!(Decimal128Type, |unscaled| Value::Decimal { unscaled, scale })
        }
        ArrowType::Float32 => numbers!(Float32Type, Value::Real),
        ArrowType::Float64 => numbers!(Float64Type, Value::Double),
        ArrowType::Date32 => numbers!(Date32Type, Value::Date),
        ArrowType::Time64(_) => numbers!(Time64MicrosecondType, Value::Time),
        ArrowType::Timestamp(_, _) => numbers!(TimestampMicrosecondType, Value::Timestamp),
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

/// One loop a width, whatever the type. NaN has no place in an order; a block that holds one keeps no zone.
#[inline(never)]
#[allow(clippy::eq_op)]
fn bounds<N: PartialOrd + Copy>(values: &[N], nulls: Option<&NullBuffer>) -> Option<(N, N)> {
    let nulls = nulls.filter(|nulls| nulls.null_count() > 0);
    let first = match nulls {
        None => *values.first()?,
        Some(nulls) => *values.get(nulls.valid_indices().next()?)?,
    };
    let (mut least, mut greatest, mut ordered) = (first, first, true);
    let mut meet = |item: N| {
        ordered &= item == item;
        least = if item < least { item } else { least };
        greatest = if item > greatest { item } else { greatest };
    };
    match nulls {
        None => values.iter().for_each(|item| meet(*item)),
        Some(nulls) => nulls.valid_indices().for_each(|row| meet(values[row])),
    }
    ordered.then_some((least, greatest))
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
