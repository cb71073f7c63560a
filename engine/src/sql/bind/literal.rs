//! Literals: the type a number or string has before anything else is known of it.

use crate::sql::syntax;

use crate::gap::Feature;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::{CastMode, Expression};
use crate::warehouse::calendar::interval::{Field, Interval};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

pub(super) fn null() -> Expression {
    Expression::Literal { value: Value::Null, data_type: DataType::Unknown }
}

/// An untyped string.
pub(super) fn text(text: impl Into<std::sync::Arc<str>>) -> Expression {
    Expression::Literal { value: Value::string(text), data_type: DataType::Unknown }
}

pub(super) fn integer(value: i32) -> Expression {
    Expression::Literal { value: Value::Integer(value), data_type: DataType::Integer }
}

pub(super) fn boolean(value: bool) -> Expression {
    Expression::Literal { value: Value::Boolean(value), data_type: DataType::Boolean }
}

pub(super) fn literal(value: &syntax::Value) -> SqlResult<Expression> {
    match value {
        syntax::Value::Null => Ok(null()),
        syntax::Value::Boolean(value) => Ok(boolean(*value)),
        syntax::Value::Number(digits) => number(digits),
        syntax::Value::String(string) => Ok(text(string.as_str())),
        // Parameters of a prepared statement have become literals before anything is bound.
        syntax::Value::Placeholder(name) => {
            Err(SqlError::product("42P02", format!("there is no parameter {name}")))
        }
    }
}

/// INTEGER, BIGINT or DECIMAL, whichever is the first to hold the digits; DOUBLE when there is an exponent.
pub(super) fn number(digits: &str) -> SqlResult<Expression> {
    let double = || {
        let value: f64 =
            digits.parse().map_err(|_| SqlError::bug(format!("a number that is none: {digits}")))?;
        if value.is_infinite() {
            let message = format!("\"{digits}\" is out of range for type double precision");
            return Err(SqlError::product("22003", message));
        }
        Ok(Expression::Literal { value: Value::Double(value), data_type: DataType::Double })
    };
    if digits.contains(['e', 'E']) {
        return double();
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if !digits.contains('.') {
        if let Ok(value) = digits.parse::<i32>() {
            return Ok(Expression::Literal { value: Value::Integer(value), data_type: DataType::Integer });
        }
        if let Ok(value) = digits.parse::<i64>() {
            return Ok(Expression::Literal { value: Value::BigInt(value), data_type: DataType::BigInt });
        }
    }
    let whole = whole.trim_start_matches('0');
    let precision = (whole.len() + fraction.len()).max(1);
    match (
        u8::try_from(precision),
        u8::try_from(fraction.len()),
        format!("0{whole}{fraction}").parse::<i128>(),
    ) {
        (Ok(precision), Ok(scale), Ok(unscaled)) if precision <= 38 && scale <= 37 => {
            Ok(Expression::Literal {
                value: Value::Decimal { unscaled, scale },
                data_type: DataType::Decimal { precision, scale },
            })
        }
        _ => double(),
    }
}

/// `DATE '...'`, `TIMESTAMP '...'` and the like.
pub(super) fn typed(value: &syntax::Value, to: DataType) -> SqlResult<Expression> {
    let input = literal(value)?;
    Ok(Expression::Cast { input: Box::new(input), to, mode: CastMode::Implicit })
}

/// `INTERVAL '3 days'`, `INTERVAL '3' DAY`; a bare number is seconds. `whole`: nothing is silently left out.
pub(super) fn interval(interval: &syntax::Interval, whole: bool) -> SqlResult<Expression> {
    let written = match &interval.value.value {
        syntax::Value::String(text) | syntax::Value::Number(text) => text.as_str(),
        _ => {
            return Err(SqlError::not_simulated_because(
                Feature::DataType,
                "an INTERVAL that is not a literal",
            ));
        }
    };
    let field = |field: &Option<syntax::Ident>| field.as_ref().and_then(|field| Field::find(&field.value));
    let (leading, last) = (field(&interval.leading_field), field(&interval.last_field));
    let found = Interval::parse_as(written, leading, last).ok_or_else(|| {
        SqlError::product("22007", format!("invalid input syntax for type interval: \"{written}\""))
    })?;
    let data_type =
        last.or(leading).map_or(DataType::Interval, |finest| finest.data_type(interval.precision));
    // The second text is by the first's example: unconfirmed.
    match (data_type, Interval::parse(written).unwrap_or_default()) {
        (DataType::IntervalTo(finest), read) if whole && finest.is_months() && read.micros != 0 => {
            return Err(composite("Year To Month", "day-second"));
        }
        (DataType::IntervalTo(finest), read) if whole && !finest.is_months() && read.months != 0 => {
            return Err(composite("Day To Second", "year-month"));
        }
        _ => {}
    }
    let Interval { months, micros } = match data_type {
        DataType::IntervalTo(finest) => found.cut(finest),
        _ => found,
    };
    Ok(Expression::Literal { value: Value::Interval { months, micros }, data_type })
}

fn composite(kind: &str, parts: &str) -> SqlError {
    let message = format!(
        "Interval {kind} literal cannot contain {parts} parts. Disable the GUC interval_forbid_composite_literals to suppress this error and silently discard the {parts} part."
    );
    SqlError::product("22007", message)
}
