//! The number operators: `+ - * / %` and the bits `& | # ~ << >>`.
//!
//! INT / INT cuts toward zero; an INT beside a DECIMAL counts as DECIMAL(5|10|19,0); anything beside DOUBLE
//! is DOUBLE, REAL with REAL stays REAL (Developer Guide, "Computations with numeric values").

use arrow::array::{ArrayRef, ArrowNativeTypeOp, ArrowPrimitiveType};
use arrow::datatypes::{Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type};
use arrow::error::ArrowError;

use super::Call;
use super::column::{build, build_inline};
use super::decimal::{self, Arithmetic, Operation};
use super::signature::Parameter::Integer;
use super::signature::{Entry, digits};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::EvaluationContext;
use crate::warehouse::data_type::DataType;

pub static FUNCTIONS: &[Entry] = &[
    Entry::custom("+", |types| numbers(Operation::Add, types), |call, _| compute(Operation::Add, call)),
    Entry::custom(
        "-",
        |types| numbers(Operation::Subtract, types),
        |call, _| compute(Operation::Subtract, call),
    ),
    Entry::custom(
        "*",
        |types| numbers(Operation::Multiply, types),
        |call, _| compute(Operation::Multiply, call),
    ),
    Entry::custom("/", |types| numbers(Operation::Divide, types), |call, _| compute(Operation::Divide, call)),
    Entry::custom("%", modulo_types, |call, _| compute(Operation::Modulo, call)),
    Entry::custom("mod", modulo_types, |call, _| compute(Operation::Modulo, call)),
    Entry::custom("-", one_number, negate),
    Entry::custom("+", one_number, |call, _| call.argument(0).cloned()),
    Entry::custom("&", two_integers, |call, _| bits(call, |a, b| a & b)),
    Entry::custom("|", two_integers, |call, _| bits(call, |a, b| a | b)),
    Entry::custom("#", two_integers, |call, _| bits(call, |a, b| a ^ b)),
    Entry::custom("~", one_integer, complement),
    Entry::custom("<<", shift_types, |call, _| shift(call, true)),
    Entry::custom(">>", shift_types, |call, _| shift(call, false)),
];

type Accepted = Option<(Vec<DataType>, DataType)>;

/// The types of a two-sided number operator. An untyped literal takes the other side's type.
fn numbers(operation: Operation, types: &[DataType]) -> Accepted {
    use DataType as T;
    let [left, right] = *types else { return None };
    let (left, right) = match (left, right) {
        (T::Unknown, T::Unknown) => return None,
        (T::Unknown, known) | (known, T::Unknown) => (known, known),
        both => both,
    };
    if !left.is_numeric() || !right.is_numeric() {
        return None;
    }
    if let (T::Real, T::Real) = (left, right) {
        return Some((vec![T::Real, T::Real], T::Real));
    }
    if matches!(left, T::Real | T::Double) || matches!(right, T::Real | T::Double) {
        return Some((vec![T::Double, T::Double], T::Double));
    }
    if left.is_integer() && right.is_integer() {
        let wide = wider(left, right);
        return Some((vec![wide, wide], wide));
    }
    let (left, right) = (digits(left)?, digits(right)?);
    let decimal = |(precision, scale)| T::Decimal { precision, scale };
    Some((vec![decimal(left), decimal(right)], decimal::result_type(operation, left, right)))
}

fn modulo_types(types: &[DataType]) -> Accepted {
    let (arguments, result) = numbers(Operation::Modulo, types)?;
    // There is no remainder of floating-point numbers in PostgreSQL 8.0.
    (!matches!(result, DataType::Real | DataType::Double)).then_some((arguments, result))
}

fn wider(left: DataType, right: DataType) -> DataType {
    match (left, right) {
        (DataType::BigInt, _) | (_, DataType::BigInt) => DataType::BigInt,
        (DataType::SmallInt, DataType::SmallInt) => DataType::SmallInt,
        _ => DataType::Integer,
    }
}

pub fn one_number(types: &[DataType]) -> Accepted {
    match *types {
        [DataType::Unknown] => Some((vec![DataType::Double], DataType::Double)),
        [only] if only.is_numeric() => Some((vec![only], only)),
        _ => None,
    }
}

fn one_integer(types: &[DataType]) -> Accepted {
    one_number(types).filter(|(_, result)| result.is_integer())
}

fn two_integers(types: &[DataType]) -> Accepted {
    numbers(Operation::Add, types).filter(|(_, result)| result.is_integer())
}

fn shift_types(types: &[DataType]) -> Accepted {
    let [value, count] = *types else { return None };
    let count = Integer.accept(count)?;
    value.is_integer().then(|| (vec![value, count], value))
}

fn compute(operation: Operation, call: &Call<'_>) -> SqlResult<ArrayRef> {
    match call.result {
        DataType::SmallInt => integers::<Int16Type>(operation, call),
        DataType::Integer => integers::<Int32Type>(operation, call),
        DataType::BigInt => integers::<Int64Type>(operation, call),
        DataType::Real => floats::<Float32Type>(operation, call, f32::is_finite),
        DataType::Double => floats::<Float64Type>(operation, call, f64::is_finite),
        DataType::Decimal { .. } => decimals(operation, call),
        other => Err(SqlError::bug(format!("arithmetic on {other}"))),
    }
}

fn integers<T: ArrowPrimitiveType>(operation: Operation, call: &Call<'_>) -> SqlResult<ArrayRef> {
    let left = call.primitive::<T>(0)?.values();
    let right = call.primitive::<T>(1)?.values();
    let range = |error: ArrowError| number_error(error, call.result);
    match operation {
        Operation::Add => build_inline::<T>(call, |row| left[row].add_checked(right[row]).map_err(range)),
        Operation::Subtract => {
            build_inline::<T>(call, |row| left[row].sub_checked(right[row]).map_err(range))
        }
        Operation::Multiply => {
            build_inline::<T>(call, |row| left[row].mul_checked(right[row]).map_err(range))
        }
        Operation::Divide => build_inline::<T>(call, |row| left[row].div_checked(right[row]).map_err(range)),
        Operation::Modulo => build_inline::<T>(call, |row| {
            if right[row].is_zero() {
                return Err(decimal::division_by_zero());
            }
            // The least number modulo -1 is 0 and must not trap.
            Ok(left[row].mod_wrapping(right[row]))
        }),
    }
}

fn floats<T: ArrowPrimitiveType>(
    operation: Operation,
    call: &Call<'_>,
    finite: fn(T::Native) -> bool,
) -> SqlResult<ArrayRef> {
    let left = call.primitive::<T>(0)?.values();
    let right = call.primitive::<T>(1)?.values();
    build_inline::<T>(call, |row| {
        let (a, b) = (left[row], right[row]);
        let answer = match operation {
            Operation::Add => a.add_wrapping(b),
            Operation::Subtract => a.sub_wrapping(b),
            Operation::Multiply => a.mul_wrapping(b),
            Operation::Divide if b.is_zero() => return Err(decimal::division_by_zero()),
            Operation::Divide => a.div_wrapping(b),
            Operation::Modulo => a.mod_wrapping(b),
        };
        // Only an infinity or NaN that was not there before is an overflow.
        if finite(answer) || !finite(a) || !finite(b) { Ok(answer) } else { Err(out_of_range(call.result)) }
    })
}

fn decimals(operation: Operation, call: &Call<'_>) -> SqlResult<ArrayRef> {
    let scale = |index| match call.data_type(index) {
        DataType::Decimal { scale, .. } => scale,
        _ => 0,
    };
    let arithmetic = Arithmetic::new(operation, scale(0), scale(1), call.result)?;
    let left = call.primitive::<Decimal128Type>(0)?.values();
    let right = call.primitive::<Decimal128Type>(1)?.values();
    build_inline::<Decimal128Type>(call, |row| arithmetic.apply(left[row], right[row]))
}

fn negate(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    fn of<T: ArrowPrimitiveType>(call: &Call<'_>) -> SqlResult<ArrayRef> {
        let values = call.primitive::<T>(0)?.values();
        build::<T>(call, |row| values[row].neg_checked().map_err(|error| number_error(error, call.result)))
    }
    match call.result {
        DataType::SmallInt => of::<Int16Type>(call),
        DataType::Integer => of::<Int32Type>(call),
        DataType::BigInt => of::<Int64Type>(call),
        DataType::Real => of::<Float32Type>(call),
        DataType::Double => of::<Float64Type>(call),
        DataType::Decimal { .. } => of::<Decimal128Type>(call),
        other => Err(SqlError::bug(format!("minus of {other}"))),
    }
}

/// Bit operators are computed on 64 bits; the answer always fits the narrower type.
fn bits(call: &Call<'_>, f: fn(i64, i64) -> i64) -> SqlResult<ArrayRef> {
    match call.result {
        DataType::SmallInt => {
            let (a, b) = (call.primitive::<Int16Type>(0)?, call.primitive::<Int16Type>(1)?);
            build::<Int16Type>(call, |row| Ok(f(a.value(row).into(), b.value(row).into()) as i16))
        }
        DataType::Integer => {
            let (a, b) = (call.primitive::<Int32Type>(0)?, call.primitive::<Int32Type>(1)?);
            build::<Int32Type>(call, |row| Ok(f(a.value(row).into(), b.value(row).into()) as i32))
        }
        _ => {
            let (a, b) = (call.primitive::<Int64Type>(0)?, call.primitive::<Int64Type>(1)?);
            build::<Int64Type>(call, |row| Ok(f(a.value(row), b.value(row))))
        }
    }
}

fn complement(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    match call.result {
        DataType::SmallInt => {
            let values = call.primitive::<Int16Type>(0)?;
            build::<Int16Type>(call, |row| Ok(!values.value(row)))
        }
        DataType::Integer => {
            let values = call.primitive::<Int32Type>(0)?;
            build::<Int32Type>(call, |row| Ok(!values.value(row)))
        }
        _ => {
            let values = call.primitive::<Int64Type>(0)?;
            build::<Int64Type>(call, |row| Ok(!values.value(row)))
        }
    }
}

/// The count wraps at the type's width, as the processor's shift does.
fn shift(call: &Call<'_>, left: bool) -> SqlResult<ArrayRef> {
    let counts = call.primitive::<Int32Type>(1)?;
    match call.result {
        DataType::SmallInt => {
            let values = call.primitive::<Int16Type>(0)?;
            build::<Int16Type>(call, |row| {
                let wide = i32::from(values.value(row));
                let count = counts.value(row) as u32;
                Ok(if left { wide.wrapping_shl(count) } else { wide.wrapping_shr(count) } as i16)
            })
        }
        DataType::Integer => {
            let values = call.primitive::<Int32Type>(0)?;
            build::<Int32Type>(call, |row| {
                let count = counts.value(row) as u32;
                Ok(if left {
                    values.value(row).wrapping_shl(count)
                } else {
                    values.value(row).wrapping_shr(count)
                })
            })
        }
        _ => {
            let values = call.primitive::<Int64Type>(0)?;
            build::<Int64Type>(call, |row| {
                let count = counts.value(row) as u32;
                Ok(if left {
                    values.value(row).wrapping_shl(count)
                } else {
                    values.value(row).wrapping_shr(count)
                })
            })
        }
    }
}

fn number_error(error: ArrowError, result: DataType) -> SqlError {
    match error {
        ArrowError::DivideByZero => decimal::division_by_zero(),
        _ => out_of_range(result),
    }
}

/// `integer out of range`, 22003.
pub fn out_of_range(data_type: DataType) -> SqlError {
    match data_type {
        DataType::Decimal { .. } => decimal::overflow(),
        DataType::Real | DataType::Double => {
            SqlError::product("22003", format!("type \"{data_type}\" value out of range: overflow"))
        }
        other => SqlError::product("22003", format!("{other} out of range")),
    }
}
