//! Numbers and booleans to numbers and booleans.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, PrimitiveArray};
use arrow::datatypes::{
    ArrowPrimitiveType, Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type,
};

use super::{CastRules, fault, try_each};
use crate::sql::error::{SqlError, SqlResult};
use crate::warehouse::data_type::DataType;

pub fn cast(array: &ArrayRef, from: DataType, to: DataType, rules: CastRules) -> SqlResult<ArrayRef> {
    if let Some(widened) = widen(array, from, to) {
        return Ok(widened);
    }
    match from {
        DataType::Real | DataType::Double => from_float(array, from, to, rules),
        _ => from_exact(array, from, to, rules),
    }
}

/// Whole numbers to a larger type: nothing can go wrong, so the loop can be a plain one.
fn widen(array: &ArrayRef, from: DataType, to: DataType) -> Option<ArrayRef> {
    fn map<A: ArrowPrimitiveType, B: ArrowPrimitiveType>(
        array: &ArrayRef,
        convert: impl Fn(A::Native) -> B::Native,
    ) -> ArrayRef {
        let typed = array.as_primitive::<A>();
        let values: Vec<B::Native> = typed.values().iter().map(|&value| convert(value)).collect();
        Arc::new(PrimitiveArray::<B>::new(values.into(), typed.nulls().cloned()))
    }
    Some(match (from, to) {
        (DataType::SmallInt, DataType::Integer) => map::<Int16Type, Int32Type>(array, i32::from),
        (DataType::SmallInt, DataType::BigInt) => map::<Int16Type, Int64Type>(array, i64::from),
        (DataType::Integer, DataType::BigInt) => map::<Int32Type, Int64Type>(array, i64::from),
        (DataType::Integer, DataType::Double) => map::<Int32Type, Float64Type>(array, f64::from),
        (DataType::BigInt, DataType::Double) => map::<Int64Type, Float64Type>(array, |value| value as f64),
        (DataType::Real, DataType::Double) => map::<Float32Type, Float64Type>(array, f64::from),
        _ => return None,
    })
}

fn from_exact(array: &ArrayRef, from: DataType, to: DataType, rules: CastRules) -> SqlResult<ArrayRef> {
    let (values, scale) = exact_values(array, from).ok_or_else(|| fault::cannot_cast(from, to))?;
    match to {
        DataType::Boolean if scale == 0 && !matches!(from, DataType::Decimal { .. }) => {
            let booleans: BooleanArray =
                (0..array.len()).map(|row| array.is_valid(row).then(|| values[row] != 0)).collect();
            Ok(Arc::new(booleans))
        }
        DataType::Real => try_each::<Float32Type>(array, to, |row| {
            Ok((values[row] as f64 / 10_f64.powi(i32::from(scale))) as f32)
        }),
        DataType::Double => {
            try_each::<Float64Type>(array, to, |row| Ok(values[row] as f64 / 10_f64.powi(i32::from(scale))))
        }
        _ => exact_to_exact(array, to, rules, |row| rescale(values[row], scale, scale_of(to), rules)),
    }
}

fn from_float(array: &ArrayRef, from: DataType, to: DataType, rules: CastRules) -> SqlResult<ArrayRef> {
    let values: Vec<f64> = match from {
        DataType::Real => {
            array.as_primitive::<Float32Type>().values().iter().map(|&v| f64::from(v)).collect()
        }
        _ => array.as_primitive::<Float64Type>().values().to_vec(),
    };
    match to {
        DataType::Real => try_each::<Float32Type>(array, to, |row| {
            let real = values[row] as f32;
            if real.is_infinite() && values[row].is_finite() {
                return Err(fault::out_of_range(to, rules));
            }
            Ok(real)
        }),
        DataType::SmallInt | DataType::Integer | DataType::BigInt => {
            exact_to_exact(array, to, rules, |row| {
                let rounded = round_double(values[row]);
                (rounded.abs() < 1e30).then_some(rounded as i128)
            })
        }
        DataType::Decimal { scale, .. } => {
            let digits = if from == DataType::Real { 5 } else { 14 };
            exact_to_exact(array, to, rules, |row| double_to_decimal(values[row], scale, digits))
        }
        _ => Err(fault::cannot_cast(from, to)),
    }
}

/// DOUBLE to a whole number: half goes to the even neighbour, on the leader (PostgreSQL 8's `rint`) and,
/// unconfirmed, on compute nodes too: every source that speaks of cutting speaks of NUMERIC only.
pub fn round_double(value: f64) -> f64 {
    value.round_ties_even()
}

/// Through the decimal digits that the product shows, so that 1.005 becomes 1.01 and not 1.00.
fn double_to_decimal(value: f64, scale: u8, digits: usize) -> Option<i128> {
    if !value.is_finite() {
        return None;
    }
    let text = format!("{value:.digits$e}");
    super::parse_decimal(&text, scale, true)
}

fn scale_of(to: DataType) -> u8 {
    match to {
        DataType::Decimal { scale, .. } => scale,
        _ => 0,
    }
}

/// The unscaled values of whole numbers, decimals and booleans, and their scale.
fn exact_values(array: &ArrayRef, from: DataType) -> Option<(Vec<i128>, u8)> {
    fn wide<T: ArrowPrimitiveType>(array: &ArrayRef) -> Vec<i128>
    where
        T::Native: Into<i128>,
    {
        array.as_primitive::<T>().values().iter().map(|&value| value.into()).collect()
    }
    Some(match from {
        DataType::SmallInt => (wide::<Int16Type>(array), 0),
        DataType::Integer => (wide::<Int32Type>(array), 0),
        DataType::BigInt => (wide::<Int64Type>(array), 0),
        DataType::Decimal { scale, .. } => (wide::<Decimal128Type>(array), scale),
        DataType::Boolean => (array.as_boolean().values().iter().map(i128::from).collect(), 0),
        _ => return None,
    })
}

/// Moves the decimal point: rounds half away from zero, or cuts. `None` on overflow.
pub fn rescale(value: i128, from: u8, to: u8, rules: CastRules) -> Option<i128> {
    if to >= from {
        return value.checked_mul(10_i128.checked_pow(u32::from(to - from))?);
    }
    let divisor = 10_i128.checked_pow(u32::from(from - to))?;
    let (whole, rest) = (value / divisor, value % divisor);
    if rules.rounds() && rest.abs() >= divisor - rest.abs() {
        return Some(whole + rest.signum());
    }
    Some(whole)
}

/// Whether an unscaled value fits in so many digits. Up to 19 digits lie in eight bytes, whatever the point
/// (Developer Guide, "Numeric types").
pub fn fits(value: i128, precision: u8) -> bool {
    let most = 10_i128.checked_pow(u32::from(precision)).map_or(i128::MAX, |power| power - 1);
    let most = if precision == 19 { i128::from(i64::MAX) } else { most };
    value.abs() <= most
}

/// Unscaled values to a column of `to`, `None` is an overflow.
pub fn exact_to_exact(
    like: &ArrayRef,
    to: DataType,
    rules: CastRules,
    value: impl Fn(usize) -> Option<i128>,
) -> SqlResult<ArrayRef> {
    let overflow = || -> SqlError { fault::out_of_range(to, rules) };
    match to {
        DataType::SmallInt => try_each::<Int16Type>(like, to, |row| {
            value(row).and_then(|v| i16::try_from(v).ok()).ok_or_else(overflow)
        }),
        DataType::Integer => try_each::<Int32Type>(like, to, |row| {
            value(row).and_then(|v| i32::try_from(v).ok()).ok_or_else(overflow)
        }),
        DataType::BigInt => try_each::<Int64Type>(like, to, |row| {
            value(row).and_then(|v| i64::try_from(v).ok()).ok_or_else(overflow)
        }),
        DataType::Decimal { precision, .. } => try_each::<Decimal128Type>(like, to, |row| {
            value(row).filter(|v| fits(*v, precision)).ok_or_else(overflow)
        }),
        _ => Err(SqlError::product("42846", format!("cannot cast type numeric to {to}"))),
    }
}
