//! How types meet: casts the binder puts in, the one type of several branches, what may be compared.
//!
//! The rules are those of "Type compatibility and conversion" in the Developer Guide (fact sheet, section
//! 6.8); arithmetic has its own rules beside its functions.

use super::binder::product_with;
use super::super_path;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::{CastMode, Comparison, Expression};
use crate::sql::plan::{Field, Plan};
use crate::warehouse::data_type::{DataType, Finest};
use crate::warehouse::value::Value;

/// The type's name in error texts: without length or digits.
pub(crate) fn bare_name(data_type: DataType) -> String {
    match data_type.text() {
        DataType::Decimal { .. } => "numeric".to_owned(),
        DataType::Char(_) => "character".to_owned(),
        DataType::Varchar(_) => "character varying".to_owned(),
        DataType::Varbyte(_) => "binary varying".to_owned(),
        other => other.to_string(),
    }
}

/// `expression` as `to`; nothing is put in where the values are already laid out so.
pub(super) fn cast(expression: Expression, to: DataType, mode: CastMode) -> Expression {
    let from = expression.data_type();
    if from == to {
        return expression;
    }
    if let Expression::Literal { value, .. } = &expression {
        if value.is_null() {
            return Expression::Literal { value: Value::Null, data_type: to };
        }
        if let Some(value) = retyped(value, to) {
            return Expression::Literal { value, data_type: to };
        }
    }
    // Collation is no part of how a text lies.
    if mode == CastMode::Implicit && from.is_caseless() && from.text() == to {
        return Expression::Cast { input: Box::new(expression), to, mode };
    }
    let widens = match (from, to) {
        (DataType::Unknown, DataType::Varchar(_)) => mode == CastMode::Implicit,
        (DataType::Varchar(had), DataType::Varchar(has)) => had <= has || mode == CastMode::Implicit,
        _ => false,
    };
    if widens && let Expression::Literal { value, .. } = expression {
        return Expression::Literal { value, data_type: to };
    }
    if widens && mode == CastMode::Implicit {
        return expression;
    }
    Expression::Cast { input: Box::new(expression), to, mode }
}

/// A number literal in another number type that holds it exactly.
fn retyped(value: &Value, to: DataType) -> Option<Value> {
    let (unscaled, scale) = match value {
        Value::SmallInt(v) => (i128::from(*v), 0),
        Value::Integer(v) => (i128::from(*v), 0),
        Value::BigInt(v) => (i128::from(*v), 0),
        Value::Decimal { unscaled, scale } => (*unscaled, *scale),
        _ => return None,
    };
    match to {
        DataType::SmallInt if scale == 0 => i16::try_from(unscaled).ok().map(Value::SmallInt),
        DataType::Integer if scale == 0 => i32::try_from(unscaled).ok().map(Value::Integer),
        DataType::BigInt if scale == 0 => i64::try_from(unscaled).ok().map(Value::BigInt),
        DataType::Decimal { precision, scale: wanted } if wanted >= scale => {
            let unscaled = unscaled.checked_mul(10i128.checked_pow(u32::from(wanted - scale))?)?;
            let fits = unscaled.unsigned_abs() < 10u128.checked_pow(u32::from(precision))?;
            fits.then_some(Value::Decimal { unscaled, scale: wanted })
        }
        DataType::Double => {
            // Read from digits, so that 0.1 becomes the double nearest to 0.1.
            let text = decimal_text(unscaled, scale);
            text.parse().ok().map(Value::Double)
        }
        _ => None,
    }
}

fn decimal_text(unscaled: i128, scale: u8) -> String {
    format!("{unscaled}e-{scale}")
}

/// Whether CAST knows the way at all.
pub(super) fn castable(from: DataType, to: DataType) -> bool {
    use DataType as T;
    let (from, to) = (from.text(), to.text());
    // PostgreSQL 8 had no way between truth and text; only a literal is read as either.
    if matches!(
        (from, to),
        (T::Boolean, T::Varchar(_) | T::Char(_)) | (T::Varchar(_) | T::Char(_), T::Boolean)
    ) {
        return false;
    }
    if from == T::HllSketch || to == T::HllSketch {
        return from == to || from == T::Unknown;
    }
    if from == to || from.is_string() || to.is_string() {
        return !matches!((from, to), (T::Varbyte(_), T::Char(_)));
    }
    if from.plain() == T::Interval && to.plain() == T::Interval {
        return true;
    }
    match (from.plain(), to.plain()) {
        (T::Super, to) => !matches!(to, T::Varbyte(_) | T::Interval),
        (from, T::Super) => from.is_numeric() || from == T::Boolean,
        (T::Boolean, to) => to.is_integer() || to == T::Boolean,
        (from, T::Boolean) => from.is_integer(),
        (T::Date, to) => matches!(to, T::Timestamp | T::TimestampTz),
        (T::Timestamp | T::TimestampTz, to) => {
            matches!(to, T::Date | T::Timestamp | T::TimestampTz | T::Time | T::TimeTz)
        }
        (T::Time | T::TimeTz, to) => matches!(to, T::Time | T::TimeTz | T::Interval),
        (T::Interval, to) => matches!(to, T::Time),
        (T::Decimal { .. }, T::Decimal { .. }) | (T::Varbyte(_), T::Varbyte(_)) => true,
        (from, to) => from.is_numeric() && to.is_numeric(),
    }
}

/// CAST, `::` and CONVERT.
pub(super) fn explicit(expression: Expression, to: DataType) -> SqlResult<Expression> {
    let from = expression.data_type();
    if !castable(from, to) {
        let message = format!("cannot cast type {} to {}", bare_name(from), bare_name(to));
        return Err(SqlError::product("42846", message));
    }
    let to = if from.is_caseless() { to.caseless().unwrap_or(to) } else { to };
    if from == to {
        return Ok(expression);
    }
    if let Expression::Literal { value: Value::Null, .. } = expression {
        return Ok(Expression::Literal { value: Value::Null, data_type: to });
    }
    Ok(Expression::Cast { input: Box::new(expression), to, mode: CastMode::Explicit })
}

/// TRY_CAST: types that do not meet are an error all the same.
pub(super) fn attempted(expression: Expression, to: DataType) -> SqlResult<Expression> {
    Ok(match explicit(expression, to)? {
        Expression::Cast { input, to, mode: CastMode::Explicit } => {
            Expression::Cast { input, to, mode: CastMode::Try }
        }
        same => same,
    })
}

/// What functions know nothing of: the text that one makes of texts without case has none (PostgreSQL's rule; the
/// product's is unconfirmed), and a span made of spans with fields, or of two moments, has fields.
pub(super) fn kept(answer: Expression, from: &[DataType], subtraction: bool) -> Expression {
    let data_type = answer.data_type();
    let to = if data_type == DataType::Interval {
        let mut spans = from.iter().filter(|known| known.plain() == DataType::Interval).peekable();
        let of_months = spans.clone().all(is_months);
        let alike = |known: &DataType| *known != DataType::Interval && is_months(known) == of_months;
        match spans.peek() {
            None => subtraction.then(|| span(false)),
            Some(_) => spans.all(alike).then(|| span(of_months)),
        }
    } else {
        data_type.caseless().filter(|_| from.iter().any(|known| known.is_caseless()))
    };
    match to {
        Some(to) if to != data_type => {
            Expression::Cast { input: Box::new(answer), to, mode: CastMode::Implicit }
        }
        _ => answer,
    }
}

/// The widest INTERVAL with fields.
pub(super) fn span(of_months: bool) -> DataType {
    DataType::IntervalTo(if of_months { Finest::Month } else { Finest::Second(6) })
}

/// Whether it is an INTERVAL YEAR TO MONTH.
pub(super) fn is_months(known: &DataType) -> bool {
    matches!(known, DataType::IntervalTo(last) if last.is_months())
}

/// What INSERT and UPDATE may store without being asked.
pub(super) fn assignable(from: DataType, to: DataType) -> bool {
    use DataType as T;
    let (from, to) = (from.text(), to.text());
    match (from, to) {
        (T::Unknown, _) => true,
        (from, to) if from == to => true,
        (T::Varchar(_) | T::Char(_), T::Varchar(_) | T::Char(_)) => true,
        (from, T::Varchar(_) | T::Char(_)) => {
            !matches!(from, T::Boolean | T::Varbyte(_) | T::Super | T::HllSketch)
        }
        (T::Varchar(_) | T::Char(_), to) => matches!(to, T::Super | T::Varbyte(_)),
        (T::Boolean, to) => to == T::Super,
        (from, T::Boolean) => from.is_integer(),
        (from, to) => castable(from, to),
    }
}

pub(super) fn assign(expression: Expression, to: DataType, column: &str) -> SqlResult<Expression> {
    let from = expression.data_type();
    if !assignable(from, to) {
        let message = format!(
            "column \"{column}\" is of type {} but expression is of type {}",
            bare_name(to),
            bare_name(from)
        );
        return Err(product_with(
            "42804",
            message,
            None,
            Some("You will need to rewrite or cast the expression."),
        ));
    }
    Ok(cast(expression, to, CastMode::Assignment))
}

/// The one type of CASE, COALESCE, UNION and IN branches; `None` when they do not meet.
pub(super) fn common_type(types: &[DataType]) -> Option<DataType> {
    let mut known = types.iter().copied().filter(|data_type| *data_type != DataType::Unknown);
    let Some(first) = known.next() else { return Some(DataType::Unknown) };
    known.try_fold(first, meet)
}

fn meet(one: DataType, other: DataType) -> Option<DataType> {
    use DataType as T;
    if one == other {
        return Some(one);
    }
    // A column's collation is stronger than that of what has none.
    if one.is_caseless() || other.is_caseless() {
        return meet(one.text(), other.text()).map(|met| met.caseless().unwrap_or(met));
    }
    match (one, other) {
        (T::Char(a), T::Char(b)) => Some(T::Char(a.max(b))),
        (T::Char(a) | T::Varchar(a), T::Char(b) | T::Varchar(b)) => Some(T::Varchar(a.max(b))),
        (T::Real | T::Double, other) if other.is_numeric() => Some(T::Double),
        (one, T::Real | T::Double) if one.is_numeric() => Some(T::Double),
        (one, other) if one.is_integer() && other.is_integer() => {
            Some(if one == T::BigInt || other == T::BigInt { T::BigInt } else { T::Integer })
        }
        (one, other) if one.is_numeric() && other.is_numeric() => {
            let (p1, s1) = digits(one)?;
            let (p2, s2) = digits(other)?;
            let scale = s1.max(s2);
            // The documented cap is 19 digits; a type that already has more keeps them.
            let cap = if p1.max(p2) > 19 { 38 } else { 19 };
            Some(T::Decimal { precision: ((p1 - s1).max(p2 - s2) + scale).min(cap).max(scale), scale })
        }
        (T::Date, T::Timestamp) | (T::Timestamp, T::Date) => Some(T::Timestamp),
        (T::Date | T::Timestamp, T::TimestampTz) | (T::TimestampTz, T::Date | T::Timestamp) => {
            Some(T::TimestampTz)
        }
        (T::Time, T::TimeTz) | (T::TimeTz, T::Time) => Some(T::TimeTz),
        (T::IntervalTo(a), T::IntervalTo(b)) if a.is_months() == b.is_months() => Some(span(a.is_months())),
        (a, b) if a.plain() == T::Interval && b.plain() == T::Interval => Some(T::Interval),
        (T::Varbyte(a), T::Varbyte(b)) => Some(T::Varbyte(a.max(b))),
        (T::Super, other) | (other, T::Super) if castable(other, T::Super) => Some(T::Super),
        _ => None,
    }
}

/// Digits and scale of a number type that is counted in tens.
pub(super) fn digits(data_type: DataType) -> Option<(u8, u8)> {
    match data_type {
        DataType::SmallInt => Some((5, 0)),
        DataType::Integer => Some((10, 0)),
        DataType::BigInt => Some((19, 0)),
        DataType::Decimal { precision, scale } => Some((precision, scale)),
        _ => None,
    }
}

/// Literals and branches brought to their common type.
pub(super) fn unify(what: &str, expressions: Vec<Expression>) -> SqlResult<(Vec<Expression>, DataType)> {
    let types: Vec<DataType> = expressions.iter().map(Expression::data_type).collect();
    let mut found = common_type(&types).ok_or_else(|| {
        let (one, other) = clash(&types);
        SqlError::product(
            "42804",
            format!("{what} types {} and {} cannot be matched", bare_name(one), bare_name(other)),
        )
    })?;
    if let DataType::Varchar(length) = found {
        found = DataType::Varchar(expressions.iter().map(literal_length).fold(length, u32::max));
    }
    if found == DataType::Unknown {
        found = DataType::Varchar(expressions.iter().map(literal_length).fold(1, u32::max));
    }
    Ok((
        expressions.into_iter().map(|expression| cast(expression, found, CastMode::Implicit)).collect(),
        found,
    ))
}

pub(super) fn clash(types: &[DataType]) -> (DataType, DataType) {
    let mut known = types.iter().copied().filter(|data_type| *data_type != DataType::Unknown);
    let first = known.next().unwrap_or(DataType::Unknown);
    let mut so_far = first;
    for data_type in known {
        match meet(so_far, data_type) {
            Some(met) => so_far = met,
            None => return (so_far, data_type),
        }
    }
    (first, first)
}

pub(super) fn literal_length(expression: &Expression) -> u32 {
    match expression {
        Expression::Literal { value: Value::String(text), .. } => {
            u32::try_from(text.len()).unwrap_or(DataType::VARCHAR_MAX).max(1)
        }
        _ => 1,
    }
}

/// The two sides of a comparison brought to one type.
///
/// A literal takes the column's type; an integer beside a string column becomes a string, a decimal beside
/// one makes the string a decimal.
pub(super) fn comparable(
    sign: &str,
    left: Expression,
    right: Expression,
) -> SqlResult<(Expression, Expression)> {
    use DataType as T;
    let (l, r) = (left.data_type(), right.data_type());
    if l == T::Super || r == T::Super {
        return super_path::comparable(sign, left, right);
    }
    if l.is_caseless() || r.is_caseless() {
        let (left, right) =
            (cast(left, l.text(), CastMode::Implicit), cast(right, r.text(), CastMode::Implicit));
        let (left, right) = comparable(sign, left, right)?;
        if left.data_type().is_string() && right.data_type().is_string() {
            return Ok((super_path::small(left), super_path::small(right)));
        }
        return Ok((left, right));
    }
    if l == r {
        if l == T::Unknown {
            let to = T::Varchar(literal_length(&left).max(literal_length(&right)));
            return Ok((cast(left, to, CastMode::Implicit), cast(right, to, CastMode::Implicit)));
        }
        return Ok((left, right));
    }
    // A number literal that the column's own type holds leaves the column as it lies.
    if let Some(right) = literal_as(&right, l) {
        return Ok((left, right));
    }
    if let Some(left) = literal_as(&left, r) {
        return Ok((left, right));
    }
    let both = match (l, r) {
        (T::Unknown, known) | (known, T::Unknown) => {
            if known.is_string() {
                let text = literal_length(&left).max(literal_length(&right));
                match known {
                    T::Char(n) => T::Char(n.max(text)),
                    T::Varchar(n) => T::Varchar(n.max(text)),
                    other => other,
                }
            } else {
                known
            }
        }
        (T::Varchar(_) | T::Char(_), other) | (other, T::Varchar(_) | T::Char(_)) if !other.is_string() => {
            match other {
                other if other.is_integer() => T::Varchar(20),
                T::Boolean | T::Varbyte(_) | T::Interval | T::IntervalTo(_) => {
                    return Err(no_operator(sign, l, r));
                }
                other => other,
            }
        }
        (one, other) if one.is_numeric() && other.is_numeric() => match (digits(one), digits(other)) {
            (Some((p1, s1)), Some((p2, s2))) if !(one.is_integer() && other.is_integer()) => {
                let scale = s1.max(s2);
                T::Decimal { precision: ((p1 - s1).max(p2 - s2) + scale).min(38), scale }
            }
            _ => meet(one, other).ok_or_else(|| no_operator(sign, l, r))?,
        },
        (one, other) => meet(one, other).ok_or_else(|| no_operator(sign, l, r))?,
    };
    if both.is_string() && l.is_string() && r.is_string() {
        return Ok((as_string(left, both), as_string(right, both)));
    }
    Ok((cast(left, both, CastMode::Implicit), cast(right, both, CastMode::Implicit)))
}

/// Strings of any declared length compare as they lie; only untyped literals take a type.
fn as_string(expression: Expression, to: DataType) -> Expression {
    match expression {
        Expression::Literal { value, .. } => Expression::Literal { value, data_type: to },
        other => other,
    }
}

fn literal_as(expression: &Expression, to: DataType) -> Option<Expression> {
    let Expression::Literal { value, .. } = expression else { return None };
    retyped(value, to).map(|value| Expression::Literal { value, data_type: to })
}

pub(super) fn no_operator(sign: &str, left: DataType, right: DataType) -> SqlError {
    product_with(
        "42883",
        format!("operator does not exist: {} {sign} {}", bare_name(left), bare_name(right)),
        None,
        Some(
            "No operator matches the given name and argument type(s). You may need to add explicit type casts.",
        ),
    )
}

pub(super) fn compare(operator: Comparison, left: Expression, right: Expression) -> SqlResult<Expression> {
    let (left, right) = comparable(sign(operator), left, right)?;
    Ok(Expression::Compare { operator, left: Box::new(left), right: Box::new(right) })
}

pub(super) fn sign(operator: Comparison) -> &'static str {
    match operator {
        Comparison::Equal => "=",
        Comparison::NotEqual => "<>",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

/// A condition: boolean, or an untyped literal that is read as one.
pub(super) fn boolean(expression: Expression, place: &str) -> SqlResult<Expression> {
    match expression.data_type() {
        DataType::Boolean => Ok(expression),
        DataType::Unknown | DataType::Super => Ok(cast(expression, DataType::Boolean, CastMode::Implicit)),
        other => {
            let message = format!("argument of {place} must be type boolean, not type {}", bare_name(other));
            Err(SqlError::product("42804", message))
        }
    }
}

/// Untyped string literals in a query's answer become VARCHAR of their own length.
pub(super) fn settle_strings(plan: Plan) -> Plan {
    settle(plan, false)
}

/// As [`settle_strings`], and untyped NULLs become VARCHAR too: nothing outside will give them a type.
pub(super) fn settle_all(plan: Plan) -> Plan {
    settle(plan, true)
}

fn settle(plan: Plan, nulls: bool) -> Plan {
    if plan.fields().iter().all(|field| field.data_type != DataType::Unknown) {
        return plan;
    }
    match plan {
        Plan::Project { input, mut expressions, mut fields } => {
            for (expression, field) in expressions.iter_mut().zip(&mut fields) {
                let empty = matches!(expression, Expression::Literal { value: Value::Null, .. });
                if field.data_type == DataType::Unknown && (nulls || !empty) {
                    let length = match &*expression {
                        Expression::Literal { .. } => literal_length(expression),
                        _ => DataType::VARCHAR_MAX,
                    };
                    field.data_type = DataType::Varchar(length);
                    *expression = cast(expression.clone(), field.data_type, CastMode::Implicit);
                }
            }
            Plan::Project { input, expressions, fields }
        }
        Plan::Sort { input, keys, limit } => {
            let input = Box::new(settle(*input, nulls));
            Plan::Sort { input, keys, limit }
        }
        Plan::Limit { input, limit, offset } => {
            Plan::Limit { input: Box::new(settle(*input, nulls)), limit, offset }
        }
        Plan::Distinct { input } => Plan::Distinct { input: Box::new(settle(*input, nulls)) },
        other => {
            let fields: Vec<Field> = other
                .fields()
                .iter()
                .map(|field| Field {
                    data_type: match field.data_type {
                        DataType::Unknown if nulls => DataType::Varchar(DataType::VARCHAR_MAX),
                        known => known,
                    },
                    ..field.clone()
                })
                .collect();
            super::from::with_fields(other, fields)
        }
    }
}
