//! JSON that lies in strings, and SUPER, which lies as JSON text.

use arrow::array::ArrayRef;
use arrow::datatypes::Int32Type;

use super::Call;
use super::column::{build_boolean, build_nullable, build_text};
use super::signature::Parameter::{Boolean, Integer, Super, Text};
use super::signature::{Answer, Entry};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::EvaluationContext;
use crate::sql::json::{self, Kind};
use crate::warehouse::data_type::DataType;

const BOOLEAN: Answer = Answer::Type(DataType::Boolean);

pub(super) static FUNCTIONS: &[Entry] = &[
    Entry::custom("json_extract_path_text", path_types, extract_path),
    Entry::fixed("json_extract_array_element_text", &[Text, Integer, Boolean], Answer::Text, array_element)
        .optional(1),
    Entry::fixed("json_array_length", &[Text, Boolean], Answer::Type(DataType::Integer), array_length)
        .optional(1),
    // An array is none, as the guide's example says.
    Entry::fixed("is_valid_json", &[Text], BOOLEAN, |call, _| valid(call, |kind| kind == Kind::Object)),
    Entry::fixed("can_json_parse", &[Text], BOOLEAN, |call, _| valid(call, |_| true)),
    Entry::fixed("is_valid_json_array", &[Text], BOOLEAN, |call, _| valid(call, |kind| kind == Kind::Array)),
    Entry::fixed("json_parse", &[Text], Answer::Type(DataType::Super), parse),
    Entry::fixed("json_serialize", &[Super], Answer::Text, serialize),
    Entry::fixed("json_typeof", &[Super], Answer::Type(DataType::Varchar(16)), type_of),
];

/// `(json, step, ... [, null_if_invalid])` with one to five steps.
fn path_types(types: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let (flag, steps) = match types {
        [rest @ .., DataType::Boolean] => (true, rest),
        all => (false, all),
    };
    if !(2..=6).contains(&steps.len()) {
        return None;
    }
    let mut arguments: Vec<DataType> = steps.iter().map(|step| Text.accept(*step)).collect::<Option<_>>()?;
    if flag {
        arguments.push(DataType::Boolean);
    }
    Some((arguments, DataType::Varchar(DataType::VARCHAR_MAX)))
}

fn invalid(text: &str) -> SqlError {
    SqlError::new(crate::sql::error::SqlErrorKind::Product {
        state: "XX000",
        message: "JSON parsing error".to_owned(),
        detail: Some(format!(
            "error:  JSON parsing error\n  code:      8001\n  context:   invalid json object {text}"
        )),
        hint: None,
    })
}

/// The document, or `None` where it is no JSON and the caller said that is no mistake.
fn document(text: &str, null_if_invalid: bool) -> SqlResult<Option<String>> {
    match json::compact(text) {
        Some(document) => Ok(Some(document)),
        None if null_if_invalid => Ok(None),
        None => Err(invalid(text)),
    }
}

/// A value as text: strings without their quotes, all else as JSON, null as nothing.
fn write_text(value: &str, out: &mut String) {
    match json::kind(value) {
        Kind::String => out.push_str(&json::unquote(value)),
        Kind::Null => {}
        _ => out.push_str(value),
    }
}

/// A path that leads nowhere gives an empty string.
fn extract_path(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let flag = call.argument_types.last() == Some(&DataType::Boolean);
    let last = call.arguments.len() - usize::from(flag);
    let json = call.text(0)?;
    let steps = (1..last).map(|index| call.text(index)).collect::<SqlResult<Vec<_>>>()?;
    let flags = if flag { Some(call.boolean(last)?) } else { None };
    let mut quoted = String::new();
    build_text(call, |row, out| {
        let Some(text) = json.get(row) else { return Ok(None) };
        let lenient = flags.is_some_and(|flags| flags.value(row));
        let Some(document) = document(text, lenient)? else { return Ok(None) };
        let mut found = Some(document.as_str());
        for step in &steps {
            let Some(step) = step.get(row) else { return Ok(None) };
            quoted.clear();
            json::quote(step, &mut quoted);
            found = found.and_then(|value| json::member(value, &quoted));
        }
        if let Some(found) = found {
            write_text(found, out);
        }
        Ok(Some(()))
    })
}

/// Counted from 0; a position that is not there, a negative one too, gives an empty string.
fn array_element(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let json = call.text(0)?;
    let positions = call.primitive::<Int32Type>(1)?;
    let flags = if call.arguments.len() > 2 { Some(call.boolean(2)?) } else { None };
    let nulls = call.nulls();
    build_text(call, |row, out| {
        if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Ok(None);
        }
        let Some(text) = json.get(row) else { return Ok(None) };
        let lenient = flags.is_some_and(|flags| flags.value(row));
        let array = match document(text, lenient)? {
            Some(array) if json::kind(&array) == Kind::Array => array,
            _ if lenient => return Ok(None),
            _ => return Err(invalid(text)),
        };
        match json::element(&array, i64::from(positions.value(row))) {
            Some(found) if json::kind(found) == Kind::Null => return Ok(None),
            Some(found) => write_text(found, out),
            None => {}
        }
        Ok(Some(()))
    })
}

fn array_length(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let json = call.text(0)?;
    let flags = if call.arguments.len() > 1 { Some(call.boolean(1)?) } else { None };
    build_nullable::<Int32Type>(call, |row| {
        let Some(text) = json.get(row) else { return Ok(None) };
        let lenient = flags.is_some_and(|flags| flags.value(row));
        match document(text, lenient)? {
            Some(array) if json::kind(&array) == Kind::Array => Ok(Some(json::parts(&array).count() as i32)),
            _ if lenient => Ok(None),
            _ => Err(invalid(text)),
        }
    })
}

fn valid(call: &Call<'_>, wanted: fn(Kind) -> bool) -> SqlResult<ArrayRef> {
    let json = call.text(0)?;
    build_boolean(call, |row| {
        Ok(json.get(row).map(|text| json::compact(text).is_some_and(|text| wanted(json::kind(&text)))))
    })
}

/// SUPER keeps no blanks between its parts.
fn parse(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    let lax = context.evaluation.settings.get("parse_super_null_on_error").is_some_and(|set| set == "on");
    build_text(call, |row, out| {
        let Some(text) = text.get(row) else { return Ok(None) };
        match json::normalize(text) {
            Some(document) => out.push_str(&document),
            None if lax => return Ok(None),
            None => return Err(invalid(text)),
        }
        Ok(Some(()))
    })
}

fn serialize(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    build_text(call, |row, out| Ok(text.get(row).map(|text| out.push_str(&json::printed(text)))))
}

fn type_of(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    build_text(call, |row, out| {
        let kind = text.get(row).map(json::kind);
        Ok(kind.map(|kind| {
            out.push_str(match kind {
                Kind::Object => "object",
                Kind::Array => "array",
                Kind::Number => "number",
                Kind::Boolean => "boolean",
                Kind::Null => "null",
                Kind::String => "string",
            });
        }))
    })
}
