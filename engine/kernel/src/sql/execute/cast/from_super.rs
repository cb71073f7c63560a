//! SUPER to scalars. What does not fit is NULL unless `cast_super_null_on_error` is off (Developer Guide, "Lax
//! semantics"); arrays and objects fit nowhere.

use std::borrow::Cow;

use arrow::array::{Array, ArrayRef, AsArray, StringBuilder};

use super::{CastRules, cast as cast_column, fault};
use crate::sql::error::SqlResult;
use crate::sql::execute::array::{array_of, value_at};
use crate::sql::expression::CastMode;
use crate::sql::json::{self, Kind};
use crate::sql::json_number::{self, Number};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

pub fn cast(array: &ArrayRef, to: DataType, rules: CastRules) -> SqlResult<ArrayRef> {
    if to.is_string() {
        return cast_column(&texts(array), DataType::Varchar(DataType::VARCHAR_MAX), to, rules);
    }
    let documents = array.as_string::<i32>();
    let mut values = Vec::with_capacity(documents.len());
    for row in 0..documents.len() {
        values.push(if documents.is_null(row) {
            Value::Null
        } else {
            scalar(documents.value(row), to, rules)?
        });
    }
    Ok(array_of(&values, to))
}

/// The text of each scalar; JSON null, arrays and objects are NULL.
fn texts(array: &ArrayRef) -> ArrayRef {
    let mut builder = StringBuilder::new();
    for document in array.as_string::<i32>().iter() {
        builder.append_option(document.and_then(text));
    }
    std::sync::Arc::new(builder.finish())
}

fn text(document: &str) -> Option<Cow<'_, str>> {
    match json::kind(document) {
        Kind::Null | Kind::Array | Kind::Object => None,
        Kind::String => Some(json::unquote(document)),
        Kind::Boolean | Kind::Number => Some(json::printed(document)),
    }
}

fn scalar(document: &str, to: DataType, rules: CastRules) -> SqlResult<Value> {
    let (value, from) = match json::kind(document) {
        Kind::Null => return Ok(Value::Null),
        Kind::Array | Kind::Object => return misfit(document, to, rules),
        Kind::Boolean => (Value::Boolean(document == "true"), DataType::Boolean),
        Kind::String => {
            (Value::string(json::unquote(document).into_owned()), DataType::Varchar(DataType::VARCHAR_MAX))
        }
        Kind::Number => match json_number::parse(document) {
            // Whole numbers and decimals without a fraction are not told apart.
            Some(Number::Exact { unscaled, scale: 0 }) => match i64::try_from(unscaled) {
                Ok(integer) => (Value::BigInt(integer), DataType::BigInt),
                Err(_) => {
                    (Value::Decimal { unscaled, scale: 0 }, DataType::Decimal { precision: 38, scale: 0 })
                }
            },
            Some(Number::Exact { unscaled, scale }) => {
                (Value::Decimal { unscaled, scale }, DataType::Decimal { precision: 38, scale })
            }
            Some(Number::Double(double)) => (Value::Double(double), DataType::Double),
            None => return misfit(document, to, rules),
        },
    };
    let refused = match (from, to) {
        (DataType::Decimal { .. } | DataType::Double, DataType::Boolean) => true,
        (DataType::Boolean, to) => !(to == DataType::Boolean || to.is_integer()),
        (from, to) => from.is_numeric() && !to.is_numeric() && to != DataType::Boolean,
    };
    if refused {
        return misfit(document, to, rules);
    }
    let mode = if rules.mode == CastMode::Try { CastMode::Explicit } else { rules.mode };
    match cast_column(&array_of(&[value], from), from, to, CastRules { mode, ..rules }) {
        Ok(array) => Ok(value_at(&array, to, 0)),
        Err(_) if rules.super_null => Ok(Value::Null),
        Err(error) => Err(error),
    }
}

fn misfit(document: &str, to: DataType, rules: CastRules) -> SqlResult<Value> {
    if rules.super_null { Ok(Value::Null) } else { Err(fault::invalid_text(document, to, rules)) }
}
