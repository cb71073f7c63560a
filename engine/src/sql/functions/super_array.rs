//! SUPER built, measured, cut and asked for its kind: ARRAY, OBJECT, the array functions, the IS_ family.
//!
//! A SUPER lies as JSON text without blanks, so each function reads its documents and writes one.

use arrow::array::ArrayRef;
use arrow::datatypes::Int32Type;
use serde_json::{Map, Value};

use super::Call;
use super::column::{Text, build_boolean, build_nullable, build_text, invalid_parameter};
use super::signature::Parameter::{self, Integer, Text as TextParameter};
use super::signature::{Answer, Entry};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::EvaluationContext;
use crate::warehouse::data_type::DataType;

const SUPER: Answer = Answer::Type(DataType::Super);
const BOOLEAN: Answer = Answer::Type(DataType::Boolean);
const INTEGER: Answer = Answer::Type(DataType::Integer);
const ONE: &[Parameter] = &[Parameter::Super];
const TWO: &[Parameter] = &[Parameter::Super, Parameter::Super];

pub(super) static FUNCTIONS: &[Entry] = &[
    Entry::custom("array", all_super, array),
    Entry::custom("object", object_types, object),
    Entry::fixed("array_concat", TWO, SUPER, concat),
    Entry::fixed("array_flatten", ONE, SUPER, flatten),
    Entry::fixed("subarray", &[Parameter::Super, Integer, Integer], SUPER, subarray),
    Entry::fixed("split_to_array", &[TextParameter, TextParameter], SUPER, split).optional(1),
    // unconfirmed: what is no array has no length, as navigation answers NULL where a shape does not fit.
    Entry::fixed("get_array_length", ONE, INTEGER, |call, _| {
        number(call, |_, value| value.as_array().map(|elements| elements.len() as i32))
    }),
    Entry::fixed("json_size", ONE, INTEGER, |call, _| number(call, |text, _| Some(text.len() as i32))),
    Entry::fixed("lower_attribute_names", ONE, SUPER, |call, _| rename(call, str::to_lowercase)),
    Entry::fixed("upper_attribute_names", ONE, SUPER, |call, _| rename(call, str::to_uppercase)),
    Entry::fixed("is_array", ONE, BOOLEAN, |call, _| kind(call, Value::is_array)),
    Entry::fixed("is_object", ONE, BOOLEAN, |call, _| kind(call, Value::is_object)),
    Entry::fixed("is_scalar", ONE, BOOLEAN, |call, _| {
        kind(call, |value| value.is_number() || value.is_string() || value.is_boolean())
    }),
    Entry::fixed("is_boolean", ONE, BOOLEAN, |call, _| kind(call, Value::is_boolean)),
    Entry::fixed("is_varchar", ONE, BOOLEAN, |call, _| kind(call, Value::is_string)),
    Entry::fixed("is_char", ONE, BOOLEAN, |call, _| {
        kind(call, |value| value.as_str().is_some_and(str::is_ascii))
    }),
    Entry::fixed("is_smallint", ONE, BOOLEAN, |call, _| {
        kind(call, |value| value.as_i64().is_some_and(|number| i16::try_from(number).is_ok()))
    }),
    Entry::fixed("is_integer", ONE, BOOLEAN, |call, _| {
        kind(call, |value| value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()))
    }),
    Entry::fixed("is_bigint", ONE, BOOLEAN, |call, _| kind(call, |value| value.as_i64().is_some())),
];

type Accepted = Option<(Vec<DataType>, DataType)>;

fn all_super(types: &[DataType]) -> Accepted {
    Some((vec![DataType::Super; types.len()], DataType::Super))
}

/// Names and values by turns.
fn object_types(types: &[DataType]) -> Accepted {
    let arguments = types.iter().enumerate().map(|(position, data_type)| {
        if position % 2 == 0 { TextParameter.accept(*data_type) } else { Some(DataType::Super) }
    });
    types
        .len()
        .is_multiple_of(2)
        .then(|| arguments.collect::<Option<Vec<_>>>())?
        .map(|all| (all, DataType::Super))
}

/// The document in a cell. A string literal in the place of a SUPER is a JSON string, not a document.
fn read(text: &str, data_type: DataType) -> SqlResult<Value> {
    if data_type != DataType::Super {
        return Ok(Value::String(text.to_owned()));
    }
    serde_json::from_str(text).map_err(|_| SqlError::bug("a SUPER does not hold JSON"))
}

fn document(call: &Call<'_>, texts: &Text<'_>, argument: usize, row: usize) -> SqlResult<Option<Value>> {
    texts.get(row).map(|text| read(text, call.data_type(argument))).transpose()
}

fn texts<'a>(call: &Call<'a>) -> SqlResult<Vec<Text<'a>>> {
    (0..call.arguments.len()).map(|argument| call.text(argument)).collect()
}

fn array(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let columns = texts(call)?;
    build_text(call, |row, out| {
        let elements: Vec<&str> = columns.iter().map(|text| text.get(row).unwrap_or("null")).collect();
        out.push('[');
        out.push_str(&elements.join(","));
        out.push(']');
        Ok(Some(()))
    })
}

fn object(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let columns = texts(call)?;
    build_text(call, |row, out| {
        out.push('{');
        for pair in columns.chunks_exact(2) {
            let [name, value] = pair else { continue };
            let name =
                name.get(row).ok_or_else(|| invalid_parameter("an attribute name must not be NULL"))?;
            if out.len() > 1 {
                out.push(',');
            }
            out.push_str(&Value::from(name).to_string());
            out.push(':');
            out.push_str(value.get(row).unwrap_or("null"));
        }
        out.push('}');
        Ok(Some(()))
    })
}

/// `f` over the document of the first argument; it answers the new one, or `None` for NULL.
fn change(
    call: &Call<'_>,
    mut f: impl FnMut(usize, Value) -> SqlResult<Option<Value>>,
) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    build_text(call, |row, out| {
        let Some(value) = document(call, &text, 0, row)? else { return Ok(None) };
        Ok(f(row, value)?.map(|value| out.push_str(&value.to_string())))
    })
}

/// NULL where either side is no array (unconfirmed: the guide only shows arrays).
fn concat(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let other = call.text(1)?;
    change(call, |row, value| {
        let (Value::Array(mut left), Some(Value::Array(right))) = (value, document(call, &other, 1, row)?)
        else {
            return Ok(None);
        };
        left.extend(right);
        Ok(Some(Value::Array(left)))
    })
}

/// One level only.
fn flatten(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    change(call, |_, value| {
        let Value::Array(elements) = value else { return Ok(None) };
        let mut flat = Vec::with_capacity(elements.len());
        for element in elements {
            match element {
                Value::Array(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        Ok(Some(Value::Array(flat)))
    })
}

/// Counted from 0; what lies outside is left out.
fn subarray(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let starts = call.primitive::<Int32Type>(1)?;
    let lengths = call.primitive::<Int32Type>(2)?;
    let nulls = call.nulls();
    change(call, |row, value| {
        let Value::Array(elements) = value else { return Ok(None) };
        if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Ok(None);
        }
        let start = usize::try_from(starts.value(row)).unwrap_or(0);
        let length = usize::try_from(lengths.value(row)).unwrap_or(0);
        Ok(Some(Value::Array(elements.into_iter().skip(start).take(length).collect())))
    })
}

fn split(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    let delimiters = if call.arguments.len() > 1 { Some(call.text(1)?) } else { None };
    build_text(call, |row, out| {
        let Some(text) = text.get(row) else { return Ok(None) };
        let delimiter = match &delimiters {
            None => ",",
            Some(delimiters) => match delimiters.get(row) {
                None => return Ok(None),
                Some(delimiter) => delimiter,
            },
        };
        let parts: Vec<Value> = if delimiter.is_empty() {
            vec![Value::from(text)]
        } else {
            text.split(delimiter).map(Value::from).collect()
        };
        out.push_str(&Value::Array(parts).to_string());
        Ok(Some(()))
    })
}

fn number(call: &Call<'_>, f: fn(&str, &Value) -> Option<i32>) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    build_nullable::<Int32Type>(call, |row| {
        Ok(document(call, &text, 0, row)?.and_then(|value| f(&value.to_string(), &value)))
    })
}

fn kind(call: &Call<'_>, is: fn(&Value) -> bool) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    build_boolean(call, |row| Ok(document(call, &text, 0, row)?.map(|value| is(&value))))
}

fn rename(call: &Call<'_>, name: fn(&str) -> String) -> SqlResult<ArrayRef> {
    change(call, |_, value| Ok(Some(renamed(value, name))))
}

/// Objects inside arrays and objects too. Documents nest at most as deep as the JSON reader lets them.
fn renamed(value: Value, name: fn(&str) -> String) -> Value {
    match value {
        Value::Array(elements) => {
            Value::Array(elements.into_iter().map(|element| renamed(element, name)).collect())
        }
        Value::Object(members) => {
            let members = members.into_iter().map(|(key, member)| (name(&key), renamed(member, name)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        scalar => scalar,
    }
}
