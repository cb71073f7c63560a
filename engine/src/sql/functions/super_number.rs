//! Arithmetic between SUPER values, by the types they turn out to have: the answer is a SUPER again, and NULL
//! where one of them is no number (Developer Guide, "Dynamic typing").

use arrow::array::ArrayRef;

use super::Call;
use super::column::build_text;
use super::decimal::{self, Arithmetic, Operation};
use super::signature::Entry;
use crate::sql::error::SqlResult;
use crate::sql::execute::EvaluationContext;
use crate::sql::json_number::{self, Number};
use crate::warehouse::data_type::DataType;

pub(super) static FUNCTIONS: &[Entry] = &[
    Entry::custom("+", two, |call, _| compute(call, Operation::Add)),
    Entry::custom("-", two, |call, _| compute(call, Operation::Subtract)),
    Entry::custom("*", two, |call, _| compute(call, Operation::Multiply)),
    Entry::custom("/", two, |call, _| compute(call, Operation::Divide)),
    Entry::custom("%", two, |call, _| compute(call, Operation::Modulo)),
    Entry::custom("-", one, negate),
    Entry::custom("abs", one, absolute),
    Entry::custom("sign", one, |call, _| sign(call)),
];

type Accepted = Option<(Vec<DataType>, DataType)>;

fn two(types: &[DataType]) -> Accepted {
    let fits = |data_type: &DataType| *data_type == DataType::Super || data_type.is_numeric();
    let known = types.len() == 2 && types.iter().all(fits) && types.contains(&DataType::Super);
    known.then_some((vec![DataType::Super; 2], DataType::Super))
}

fn one(types: &[DataType]) -> Accepted {
    matches!(types, [DataType::Super]).then_some((vec![DataType::Super], DataType::Super))
}

fn number(text: Option<&str>) -> Option<Number> {
    text.and_then(json_number::of)
}

fn compute(call: &Call<'_>, operation: Operation) -> SqlResult<ArrayRef> {
    let (left, right) = (call.text(0)?, call.text(1)?);
    build_text(call, |row, out| {
        let (Some(left), Some(right)) = (number(left.get(row)), number(right.get(row))) else {
            return Ok(None);
        };
        answer(operation, left, right)?.write(out);
        Ok(Some(()))
    })
}

fn answer(operation: Operation, left: Number, right: Number) -> SqlResult<Number> {
    let (Number::Exact { unscaled: a, scale: s }, Number::Exact { unscaled: b, scale: t }) = (left, right)
    else {
        let (a, b) = (left.as_double(), right.as_double());
        return Ok(Number::Double(match operation {
            Operation::Add => a + b,
            Operation::Subtract => a - b,
            Operation::Multiply => a * b,
            Operation::Divide | Operation::Modulo if b == 0.0 => return Err(decimal::division_by_zero()),
            Operation::Divide => a / b,
            Operation::Modulo => a % b,
        }));
    };
    let whole = s == 0 && t == 0;
    if whole && let (Ok(a), Ok(b)) = (i64::try_from(a), i64::try_from(b)) {
        let result = match operation {
            Operation::Add => a.checked_add(b),
            Operation::Subtract => a.checked_sub(b),
            Operation::Multiply => a.checked_mul(b),
            Operation::Divide | Operation::Modulo if b == 0 => return Err(decimal::division_by_zero()),
            Operation::Divide => a.checked_div(b),
            Operation::Modulo => a.checked_rem(b),
        };
        let unscaled = i128::from(result.ok_or_else(decimal::overflow)?);
        return Ok(Number::Exact { unscaled, scale: 0 });
    }
    let digits = |value: i128, scale: u8| (value.unsigned_abs().to_string().len() as u8).max(scale + 1);
    let result = decimal::result_type(operation, (digits(a, s), s), (digits(b, t), t));
    let unscaled = Arithmetic::new(operation, s, t, result)?.apply(a, b)?;
    let scale = if let DataType::Decimal { scale, .. } = result { scale } else { 0 };
    Ok(Number::Exact { unscaled, scale })
}

/// Of the same kind of number as what it is the sign of (Developer Guide, "SIGN").
fn sign(call: &Call<'_>) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    build_text(call, |row, out| {
        let Some(number) = number(text.get(row)) else { return Ok(None) };
        match number {
            Number::Exact { unscaled, .. } => Number::Exact { unscaled: unscaled.signum(), scale: 0 },
            Number::Double(0.0) => Number::Double(0.0),
            Number::Double(double) => Number::Double(double.signum()),
        }
        .write(out);
        Ok(Some(()))
    })
}

fn change(call: &Call<'_>, f: fn(i128) -> i128, g: fn(f64) -> f64) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    build_text(call, |row, out| {
        let Some(number) = number(text.get(row)) else { return Ok(None) };
        match number {
            Number::Exact { unscaled, scale } => Number::Exact { unscaled: f(unscaled), scale },
            Number::Double(double) => Number::Double(g(double)),
        }
        .write(out);
        Ok(Some(()))
    })
}

fn negate(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    change(call, |value| -value, |value| -value)
}

fn absolute(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    change(call, i128::abs, f64::abs)
}
