//! Comparing columns and values: bytes for text, trailing blanks ignored, NaN above every number.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, PrimitiveArray};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::{
    ArrowPrimitiveType, DataType as ArrowType, Date32Type, Decimal128Type, Float32Type, Float64Type,
    Int16Type, Int32Type, Int64Type, IntervalMonthDayNano, IntervalMonthDayNanoType, Time64MicrosecondType,
    TimestampMicrosecondType,
};

use super::array::{union_nulls, value_at};
use super::column::Column;
use super::physical::primitive;
use super::strings::{Strings, trim};
use crate::sql::error::SqlResult;
use crate::sql::expression::Comparison;
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// A fixed-width value with the order SQL gives it.
pub trait Ordered: Copy {
    fn equal(self, other: Self) -> bool;
    fn less(self, other: Self) -> bool;

    fn order(self, other: Self) -> Ordering {
        if self.less(other) {
            Ordering::Less
        } else if self.equal(other) {
            Ordering::Equal
        } else {
            Ordering::Greater
        }
    }
}

macro_rules! ordered_integer {
    ($($type:ty),*) => {$(
        impl Ordered for $type {
            fn equal(self, other: Self) -> bool {
                self == other
            }
            fn less(self, other: Self) -> bool {
                self < other
            }
        }
    )*};
}

macro_rules! ordered_float {
    ($($type:ty),*) => {$(
        impl Ordered for $type {
            fn equal(self, other: Self) -> bool {
                self == other || (self.is_nan() && other.is_nan())
            }
            fn less(self, other: Self) -> bool {
                self < other || (other.is_nan() && !self.is_nan())
            }
        }
    )*};
}

ordered_integer!(i16, i32, i64, i128);
ordered_float!(f32, f64);

impl Ordered for IntervalMonthDayNano {
    fn equal(self, other: Self) -> bool {
        length(self) == length(other)
    }
    fn less(self, other: Self) -> bool {
        length(self) < length(other)
    }
}

/// A month counts 30 days when spans are compared, as in PostgreSQL.
pub fn length(interval: IntervalMonthDayNano) -> i128 {
    let days = i128::from(interval.months) * 30 + i128::from(interval.days);
    days * 86_400_000_000_000 + i128::from(interval.nanoseconds)
}

impl Comparison {
    /// The operator that says the same with the sides exchanged.
    pub fn flipped(self) -> Self {
        match self {
            Comparison::Less => Comparison::Greater,
            Comparison::LessOrEqual => Comparison::GreaterOrEqual,
            Comparison::Greater => Comparison::Less,
            Comparison::GreaterOrEqual => Comparison::LessOrEqual,
            same => same,
        }
    }

    pub fn holds(self, ordering: Ordering) -> bool {
        match self {
            Comparison::Equal => ordering.is_eq(),
            Comparison::NotEqual => ordering.is_ne(),
            Comparison::Less => ordering.is_lt(),
            Comparison::LessOrEqual => ordering.is_le(),
            Comparison::Greater => ordering.is_gt(),
            Comparison::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// `left operator right` for each row; NULL where either side is.
pub fn compare(operator: Comparison, left: &Column, right: &Column, rows: usize) -> SqlResult<Column> {
    if left.is_constant() && right.is_constant() {
        let answer = compare_rows(
            operator,
            &left.clone().into_constant_rows(),
            &right.clone().into_constant_rows(),
            1,
        )?;
        return Ok(Column::Constant(answer));
    }
    if left.is_constant() {
        return compare(operator.flipped(), right, left, rows);
    }
    Ok(Column::Rows(compare_rows(operator, left, right, rows)?))
}

fn compare_rows(operator: Comparison, left: &Column, right: &Column, rows: usize) -> SqlResult<ArrayRef> {
    if right.is_null_constant() {
        return Ok(Arc::new(BooleanArray::new_null(rows)));
    }
    // Two questions are enough: equal, and less; the others are their opposites.
    let (question, negated, swapped) = match operator {
        Comparison::Equal => (Comparison::Equal, false, false),
        Comparison::NotEqual => (Comparison::Equal, true, false),
        Comparison::Less => (Comparison::Less, false, false),
        Comparison::GreaterOrEqual => (Comparison::Less, true, false),
        Comparison::Greater => (Comparison::Less, false, true),
        Comparison::LessOrEqual => (Comparison::Less, true, true),
    };
    let (a, b) = (left.array(), right.array());
    let is_string =
        |array: &ArrayRef| matches!(array.data_type(), ArrowType::Utf8 | ArrowType::Dictionary(_, _));
    let mut values = if is_string(a) && is_string(b) {
        compare_strings(question, swapped, a, right, rows)?
    } else if std::mem::discriminant(a.data_type()) == std::mem::discriminant(b.data_type()) {
        compare_numbers(question, swapped, a, right, rows)
    } else {
        compare_any(question, swapped, a, right, rows)
    };
    if negated {
        values = !&values;
    }
    let nulls = match right {
        Column::Constant(_) => a.nulls().cloned(),
        Column::Rows(b) => union_nulls(a.nulls(), b.nulls()),
    };
    Ok(Arc::new(BooleanArray::new(values, nulls)))
}

/// Columns of one layout. Narrow numbers are widened first: each width has five loops of its own.
fn compare_numbers(
    question: Comparison,
    swapped: bool,
    left: &ArrayRef,
    right: &Column,
    rows: usize,
) -> BooleanBuffer {
    let (b, constant) = (right.array(), right.is_constant());
    macro_rules! as_they_lie {
        ($type:ty) => {
            if let (Some(a), Some(b)) = (left.as_primitive_opt::<$type>(), b.as_primitive_opt::<$type>()) {
                return compare_primitive(question, swapped, a.values(), b.values(), constant);
            }
        };
    }
    macro_rules! widened {
        ($type:ty, $widen:expr) => {
            if let (Some(a), Some(b)) = (left.as_primitive_opt::<$type>(), b.as_primitive_opt::<$type>()) {
                let wide = |values: &[<$type as ArrowPrimitiveType>::Native]| -> Vec<_> {
                    values.iter().copied().map($widen).collect()
                };
                return compare_primitive(question, swapped, &wide(a.values()), &wide(b.values()), constant);
            }
        };
    }
    match left.data_type() {
        ArrowType::Int16 => widened!(Int16Type, i32::from),
        ArrowType::Int32 => as_they_lie!(Int32Type),
        ArrowType::Date32 => as_they_lie!(Date32Type),
        ArrowType::Int64 => as_they_lie!(Int64Type),
        ArrowType::Time64(_) => as_they_lie!(Time64MicrosecondType),
        ArrowType::Timestamp(_, _) => as_they_lie!(TimestampMicrosecondType),
        ArrowType::Float32 => widened!(Float32Type, f64::from),
        ArrowType::Float64 => as_they_lie!(Float64Type),
        ArrowType::Decimal128(_, _) => as_they_lie!(Decimal128Type),
        ArrowType::Interval(_) => widened!(IntervalMonthDayNanoType, length),
        _ => {}
    }
    compare_any(question, swapped, left, right, rows)
}

#[inline(never)]
fn compare_primitive<T: Ordered>(
    question: Comparison,
    swapped: bool,
    left: &[T],
    right: &[T],
    constant: bool,
) -> BooleanBuffer {
    let rows = left.len();
    if constant {
        let other = right[0];
        return match (question, swapped) {
            (Comparison::Equal, _) => BooleanBuffer::collect_bool(rows, |row| left[row].equal(other)),
            (_, false) => BooleanBuffer::collect_bool(rows, |row| left[row].less(other)),
            (_, true) => BooleanBuffer::collect_bool(rows, |row| other.less(left[row])),
        };
    }
    let right = &right[..rows];
    let (left, right) = if swapped { (right, left) } else { (left, right) };
    match question {
        Comparison::Equal => BooleanBuffer::collect_bool(rows, |row| left[row].equal(right[row])),
        _ => BooleanBuffer::collect_bool(rows, |row| left[row].less(right[row])),
    }
}

fn compare_strings(
    question: Comparison,
    swapped: bool,
    left: &ArrayRef,
    right: &Column,
    rows: usize,
) -> SqlResult<BooleanBuffer> {
    let views = (Strings::of(left)?, Strings::of(right.array())?);
    let answer = |a: &[u8], b: &[u8]| match (question, swapped) {
        (Comparison::Equal, _) => a == b,
        (_, false) => a < b,
        (_, true) => b < a,
    };
    if !right.is_constant() {
        let (a, b) = views;
        return Ok(BooleanBuffer::collect_bool(rows, |row| answer(trim(a.text(row)), trim(b.text(row)))));
    }
    let other = trim(views.1.text(0));
    Ok(match views.0 {
        Strings::Dictionary(keys, values) => {
            let answers: Vec<bool> =
                (0..values.len()).map(|code| answer(trim(values.value(code)), other)).collect();
            let keys: &[i32] = keys.values();
            BooleanBuffer::collect_bool(rows, |row| answers.get(keys[row] as usize).copied().unwrap_or(false))
        }
        Strings::Plain(array) if question == Comparison::Equal => BooleanBuffer::collect_bool(rows, |row| {
            let text = array.value(row).as_bytes();
            text.len() >= other.len()
                && text[..other.len()] == *other
                && text[other.len()..].iter().all(|b| *b == b' ')
        }),
        Strings::Plain(array) => {
            BooleanBuffer::collect_bool(rows, |row| answer(trim(array.value(row)), other))
        }
    })
}

/// Any layouts, value by value: booleans, byte strings, and types that should have been cast to one.
fn compare_any(
    question: Comparison,
    swapped: bool,
    left: &ArrayRef,
    right: &Column,
    rows: usize,
) -> BooleanBuffer {
    let other = right.array();
    BooleanBuffer::collect_bool(rows, |row| {
        let a = value_at(left, DataType::Unknown, row);
        let b = value_at(other, DataType::Unknown, right.index(row));
        let ordering = compare_values(&a, &b);
        ordering.is_some_and(|ordering| question.holds(if swapped { ordering.reverse() } else { ordering }))
    })
}

/// The order of two values; `None` when either is NULL or they cannot be compared.
pub fn compare_values(left: &Value, right: &Value) -> Option<Ordering> {
    Some(match (left, right) {
        (Value::Null, _) | (_, Value::Null) => return None,
        (Value::Boolean(a), Value::Boolean(b)) => a.cmp(b),
        (Value::String(a), Value::String(b)) => trim(a).cmp(trim(b)),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) | (Value::Timestamp(a), Value::Timestamp(b)) => a.cmp(b),
        (Value::Varbyte(a), Value::Varbyte(b)) => a.cmp(b),
        (Value::Interval { months: m, micros: a }, Value::Interval { months: n, micros: b }) => {
            let length =
                |months: i32, micros: i64| i128::from(months) * 30 * 86_400_000_000 + i128::from(micros);
            length(*m, *a).cmp(&length(*n, *b))
        }
        (a, b) => match (exact(a), exact(b)) {
            (Some((a, s)), Some((b, t))) => {
                let scale = s.max(t);
                let raise =
                    |value: i128, from: u8| 10_i128.checked_pow(u32::from(scale - from))?.checked_mul(value);
                match (raise(a, s), raise(b, t)) {
                    (Some(a), Some(b)) => a.cmp(&b),
                    _ => approximate(left)?.order(approximate(right)?),
                }
            }
            _ => approximate(left)?.order(approximate(right)?),
        },
    })
}

/// An exact number: unscaled and scale.
fn exact(value: &Value) -> Option<(i128, u8)> {
    match value {
        Value::SmallInt(value) => Some((i128::from(*value), 0)),
        Value::Integer(value) => Some((i128::from(*value), 0)),
        Value::BigInt(value) => Some((i128::from(*value), 0)),
        Value::Decimal { unscaled, scale } => Some((*unscaled, *scale)),
        _ => None,
    }
}

fn approximate(value: &Value) -> Option<f64> {
    match value {
        Value::Real(value) => Some(f64::from(*value)),
        Value::Double(value) => Some(*value),
        other => exact(other).map(|(unscaled, scale)| unscaled as f64 / 10_f64.powi(i32::from(scale))),
    }
}

/// The order of two cells of one type; both are known not to be NULL.
pub fn compare_cells(one: &ArrayRef, left: usize, other: &ArrayRef, right: usize) -> Ordering {
    fn alike<'a, T: ArrowPrimitiveType>(
        _: &PrimitiveArray<T>,
        other: &'a ArrayRef,
    ) -> Option<&'a PrimitiveArray<T>> {
        other.as_primitive_opt()
    }
    primitive!(one, typed => match alike(typed, other) {
        Some(other) => typed.value(left).order(other.value(right)),
        None => Ordering::Equal,
    }, _ => match (one.data_type(), other.data_type()) {
        (ArrowType::Boolean, ArrowType::Boolean) => {
            one.as_boolean().value(left).cmp(&other.as_boolean().value(right))
        }
        (ArrowType::Binary, ArrowType::Binary) => {
            one.as_binary::<i32>().value(left).cmp(other.as_binary::<i32>().value(right))
        }
        _ => match (Strings::of(one), Strings::of(other)) {
            (Ok(one), Ok(other)) => trim(one.text(left)).cmp(trim(other.text(right))),
            _ => Ordering::Equal,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailing_blanks_do_not_count() {
        let order = |a: &str, b: &str| compare_values(&Value::string(a), &Value::string(b));
        assert_eq!(order("a ", "a"), Some(Ordering::Equal));
        assert_eq!(order("B", "a"), Some(Ordering::Less));
        assert_eq!(order("가", "나"), Some(Ordering::Less));
    }

    #[test]
    fn numbers_of_different_kinds_compare_exactly() {
        let big = Value::BigInt(9_007_199_254_740_993);
        let decimal = Value::Decimal { unscaled: 90_071_992_547_409_929, scale: 1 };
        assert_eq!(compare_values(&big, &decimal), Some(Ordering::Greater));
        assert_eq!(compare_values(&Value::Double(f64::NAN), &Value::Integer(5)), Some(Ordering::Greater));
    }
}
