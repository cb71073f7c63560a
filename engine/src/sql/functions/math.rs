//! Mathematical functions.
//!
//! ROUND goes half away from zero; LOG is to the base 10; what has no real answer is an error, not NaN
//! (Developer Guide, "Math functions").

use arrow::array::{ArrayRef, ArrowPrimitiveType};
use arrow::datatypes::{Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type};

use super::Call;
use super::arithmetic::{one_number, out_of_range};
use super::column::build;
use super::decimal::{overflow, power_of_ten, round_half_away};
use super::signature::Parameter::{Double, Integer, Timestamp};
use super::signature::{Answer, Entry};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::EvaluationContext;
use crate::warehouse::calendar;
use crate::warehouse::data_type::DataType;

const DOUBLE: Answer = Answer::Type(DataType::Double);

pub static FUNCTIONS: &[Entry] = &[
    Entry::custom("abs", one_number, absolute),
    Entry::custom("ceil", whole_types, |call, _| {
        whole(call, f64::ceil, |value, one| value.div_euclid(one) + i128::from(value.rem_euclid(one) != 0))
    }),
    Entry::custom("ceiling", whole_types, |call, _| {
        whole(call, f64::ceil, |value, one| value.div_euclid(one) + i128::from(value.rem_euclid(one) != 0))
    }),
    Entry::custom("floor", whole_types, |call, _| {
        whole(call, f64::floor, |value, one| value.div_euclid(one))
    }),
    Entry::custom("round", whole_types, |call, _| whole(call, f64::round, round_half_away)),
    Entry::custom("round", places_types, |call, _| to_places(call, f64::round, round_half_away)),
    Entry::custom("trunc", whole_types, |call, _| whole(call, f64::trunc, |value, one| value / one)),
    Entry::custom("trunc", places_types, |call, _| to_places(call, f64::trunc, |value, one| value / one)),
    Entry::fixed("trunc", &[Timestamp], Answer::Type(DataType::Date), truncate_to_day),
    Entry::custom("sign", sign_types, sign),
    Entry::fixed("^", &[Double, Double], DOUBLE, power),
    Entry::fixed("|/", &[Double], DOUBLE, square_root),
    Entry::fixed("||/", &[Double], DOUBLE, cube_root),
    Entry::custom("@", one_number, absolute),
    Entry::fixed("power", &[Double, Double], DOUBLE, power),
    Entry::fixed("pow", &[Double, Double], DOUBLE, power),
    Entry::fixed("sqrt", &[Double], DOUBLE, square_root),
    Entry::fixed("cbrt", &[Double], DOUBLE, cube_root),
    Entry::fixed("exp", &[Double], DOUBLE, |call, _| finite(call, f64::exp)),
    Entry::fixed("dexp", &[Double], DOUBLE, |call, _| finite(call, f64::exp)),
    Entry::fixed("ln", &[Double], DOUBLE, |call, _| logarithm(call, f64::ln)),
    Entry::fixed("dlog1", &[Double], DOUBLE, |call, _| logarithm(call, f64::ln)),
    Entry::fixed("log", &[Double], DOUBLE, |call, _| logarithm(call, f64::log10)),
    Entry::fixed("dlog10", &[Double], DOUBLE, |call, _| logarithm(call, f64::log10)),
    Entry::fixed("pi", &[], DOUBLE, |call, _| build::<Float64Type>(call, |_| Ok(std::f64::consts::PI))),
    Entry::fixed("degrees", &[Double], DOUBLE, |call, _| finite(call, f64::to_degrees)),
    Entry::fixed("radians", &[Double], DOUBLE, |call, _| finite(call, f64::to_radians)),
    Entry::fixed("sin", &[Double], DOUBLE, |call, _| finite(call, f64::sin)),
    Entry::fixed("cos", &[Double], DOUBLE, |call, _| finite(call, f64::cos)),
    Entry::fixed("tan", &[Double], DOUBLE, |call, _| finite(call, f64::tan)),
    Entry::fixed("cot", &[Double], DOUBLE, |call, _| finite(call, |x| 1.0 / x.tan())),
    Entry::fixed("asin", &[Double], DOUBLE, |call, _| arc(call, f64::asin)),
    Entry::fixed("acos", &[Double], DOUBLE, |call, _| arc(call, f64::acos)),
    Entry::fixed("atan", &[Double], DOUBLE, |call, _| finite(call, f64::atan)),
    Entry::fixed("atan2", &[Double, Double], DOUBLE, |call, _| {
        let (y, x) = (call.primitive::<Float64Type>(0)?, call.primitive::<Float64Type>(1)?);
        build::<Float64Type>(call, |row| Ok(y.value(row).atan2(x.value(row))))
    }),
    Entry::fixed("random", &[], DOUBLE, |call, context| {
        let random = &mut context.evaluation.random;
        build::<Float64Type>(call, |_| Ok(random.next_double()))
    })
    .impure(),
];

type Accepted = Option<(Vec<DataType>, DataType)>;

/// CEIL, FLOOR, ROUND and TRUNC of one argument: a DECIMAL keeps its digits and loses its scale, all else is
/// DOUBLE.
fn whole_types(types: &[DataType]) -> Accepted {
    match *types {
        [DataType::Decimal { precision, scale }] => {
            let wider = (precision - scale + 1).clamp(1, 38);
            Some((vec![types[0]], DataType::Decimal { precision: wider, scale: 0 }))
        }
        [only] if only.is_integer() => Some((vec![only], only)),
        _ => Some((vec![Double.accept(*types.first()?)?], DataType::Double)).filter(|_| types.len() == 1),
    }
}

/// The sign of a DECIMAL is a NUMERIC(1,0).
fn sign_types(types: &[DataType]) -> Accepted {
    let (arguments, result) = one_number(types)?;
    let exact = matches!(result, DataType::Decimal { .. });
    Some((arguments, if exact { DataType::Decimal { precision: 1, scale: 0 } } else { result }))
}

/// ROUND and TRUNC to a number of places keep the DECIMAL's type.
fn places_types(types: &[DataType]) -> Accepted {
    let [value, places] = *types else { return None };
    let places = Integer.accept(places)?;
    match value {
        DataType::Decimal { .. } => Some((vec![value, places], value)),
        _ if value.is_integer() => Some((vec![value, places], value)),
        _ => Some((vec![Double.accept(value)?, places], DataType::Double)),
    }
}

fn whole(call: &Call<'_>, float: fn(f64) -> f64, exact: fn(i128, i128) -> i128) -> SqlResult<ArrayRef> {
    match call.data_type(0) {
        DataType::Decimal { scale, .. } => {
            let one = power_of_ten(scale).ok_or_else(overflow)?;
            let values = call.primitive::<Decimal128Type>(0)?;
            build::<Decimal128Type>(call, |row| Ok(exact(values.value(row), one)))
        }
        DataType::Double => finite(call, float),
        _ => call.argument(0).cloned(),
    }
}

fn to_places(call: &Call<'_>, float: fn(f64) -> f64, exact: fn(i128, i128) -> i128) -> SqlResult<ArrayRef> {
    let places = call.primitive::<Int32Type>(1)?;
    // Cut off `drop` digits and put zeros in their place.
    let cut = |value: i128, drop: i64| match u8::try_from(drop) {
        Err(_) if drop < 0 => Ok(value),
        Ok(0) => Ok(value),
        Ok(digits) if digits <= 38 => {
            let unit = power_of_ten(digits).ok_or_else(overflow)?;
            exact(value, unit).checked_mul(unit).ok_or_else(overflow)
        }
        _ => Ok(0),
    };
    match call.data_type(0) {
        DataType::Decimal { scale, .. } => {
            let DataType::Decimal { precision, scale: kept } = call.result else {
                return Err(SqlError::bug("a rounded decimal is a decimal"));
            };
            let values = call.primitive::<Decimal128Type>(0)?;
            let limit = power_of_ten(precision).ok_or_else(overflow)?;
            // The answer has fewer digits where the number of places was known beforehand.
            let surplus = power_of_ten(scale.saturating_sub(kept)).ok_or_else(overflow)?;
            build::<Decimal128Type>(call, |row| {
                let rounded =
                    cut(values.value(row), i64::from(scale) - i64::from(places.value(row)))? / surplus;
                if rounded.abs() < limit { Ok(rounded) } else { Err(overflow()) }
            })
        }
        DataType::SmallInt => {
            integer_places::<Int16Type>(call, |row, value| cut(value, -i64::from(places.value(row))))
        }
        DataType::Integer => {
            integer_places::<Int32Type>(call, |row, value| cut(value, -i64::from(places.value(row))))
        }
        DataType::BigInt => {
            integer_places::<Int64Type>(call, |row, value| cut(value, -i64::from(places.value(row))))
        }
        _ => {
            let values = call.primitive::<Float64Type>(0)?;
            build::<Float64Type>(call, |row| {
                let (value, places) = (values.value(row), places.value(row));
                // Beyond these every double is whole, or nothing is left of it.
                if places > 300 || !value.is_finite() {
                    return Ok(value);
                }
                if places < -300 {
                    return Ok(0.0);
                }
                let unit = 10_f64.powi(places.abs());
                Ok(if places >= 0 {
                    let scaled = value * unit;
                    if scaled.is_finite() { float(scaled) / unit } else { value }
                } else {
                    float(value / unit) * unit
                })
            })
        }
    }
}

fn integer_places<T: ArrowPrimitiveType>(
    call: &Call<'_>,
    f: impl Fn(usize, i128) -> SqlResult<i128>,
) -> SqlResult<ArrayRef>
where
    i128: From<T::Native>,
    T::Native: TryFrom<i128>,
{
    let values = call.primitive::<T>(0)?;
    build::<T>(call, |row| {
        T::Native::try_from(f(row, i128::from(values.value(row)))?).map_err(|_| out_of_range(call.result))
    })
}

fn truncate_to_day(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let values = call.primitive::<arrow::datatypes::TimestampMicrosecondType>(0)?;
    build::<arrow::datatypes::Date32Type>(call, |row| Ok(calendar::days_of(values.value(row))))
}

pub fn absolute(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    fn of<T: ArrowPrimitiveType>(
        call: &Call<'_>,
        f: fn(T::Native) -> Option<T::Native>,
    ) -> SqlResult<ArrayRef> {
        let values = call.primitive::<T>(0)?;
        build::<T>(call, |row| f(values.value(row)).ok_or_else(|| out_of_range(call.result)))
    }
    match call.result {
        DataType::SmallInt => of::<Int16Type>(call, i16::checked_abs),
        DataType::Integer => of::<Int32Type>(call, i32::checked_abs),
        DataType::BigInt => of::<Int64Type>(call, i64::checked_abs),
        DataType::Real => of::<Float32Type>(call, |value| Some(value.abs())),
        DataType::Double => of::<Float64Type>(call, |value| Some(value.abs())),
        _ => of::<Decimal128Type>(call, i128::checked_abs),
    }
}

/// -1, 0 or 1 in the argument's own type.
fn sign(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    fn of<T: ArrowPrimitiveType>(call: &Call<'_>, f: impl Fn(T::Native) -> T::Native) -> SqlResult<ArrayRef> {
        let values = call.primitive::<T>(0)?;
        build::<T>(call, |row| Ok(f(values.value(row))))
    }
    match call.result {
        DataType::SmallInt => of::<Int16Type>(call, i16::signum),
        DataType::Integer => of::<Int32Type>(call, i32::signum),
        DataType::BigInt => of::<Int64Type>(call, i64::signum),
        DataType::Real => of::<Float32Type>(call, |value| if value == 0.0 { 0.0 } else { value.signum() }),
        DataType::Double => of::<Float64Type>(call, |value| if value == 0.0 { 0.0 } else { value.signum() }),
        DataType::Decimal { .. } => of::<Decimal128Type>(call, i128::signum),
        other => Err(SqlError::bug(format!("sign of {other}"))),
    }
}

pub fn power(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let (base, exponent) = (call.primitive::<Float64Type>(0)?, call.primitive::<Float64Type>(1)?);
    build::<Float64Type>(call, |row| {
        let (base, exponent) = (base.value(row), exponent.value(row));
        if (base == 0.0 && exponent < 0.0) || (base < 0.0 && exponent.fract() != 0.0) {
            return Err(SqlError::product("2201F", "invalid argument for power function"));
        }
        checked(base.powf(exponent), base.is_finite() && exponent.is_finite())
    })
}

pub fn square_root(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let values = call.primitive::<Float64Type>(0)?;
    build::<Float64Type>(call, |row| match values.value(row) {
        negative if negative < 0.0 => {
            Err(SqlError::product("2201F", "cannot take square root of a negative number"))
        }
        value => Ok(value.sqrt()),
    })
}

pub fn cube_root(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    finite(call, f64::cbrt)
}

fn logarithm(call: &Call<'_>, f: fn(f64) -> f64) -> SqlResult<ArrayRef> {
    let values = call.primitive::<Float64Type>(0)?;
    build::<Float64Type>(call, |row| match values.value(row) {
        0.0 => Err(SqlError::product("2201E", "cannot take logarithm of zero")),
        negative if negative < 0.0 => {
            Err(SqlError::product("2201E", "cannot take logarithm of a negative number"))
        }
        value => Ok(f(value)),
    })
}

fn arc(call: &Call<'_>, f: fn(f64) -> f64) -> SqlResult<ArrayRef> {
    let values = call.primitive::<Float64Type>(0)?;
    build::<Float64Type>(call, |row| match values.value(row) {
        value if (-1.0..=1.0).contains(&value) => Ok(f(value)),
        _ => Err(SqlError::product("22003", "input is out of range")),
    })
}

fn finite(call: &Call<'_>, f: fn(f64) -> f64) -> SqlResult<ArrayRef> {
    let values = call.primitive::<Float64Type>(0)?;
    build::<Float64Type>(call, |row| checked(f(values.value(row)), values.value(row).is_finite()))
}

fn checked(answer: f64, was_finite: bool) -> SqlResult<f64> {
    if answer.is_finite() || !was_finite { Ok(answer) } else { Err(out_of_range(DataType::Double)) }
}
