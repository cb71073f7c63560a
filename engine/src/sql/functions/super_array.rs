//! SUPER built, measured, cut and asked for its kind: ARRAY, OBJECT, the array functions, the IS_ family.
//!
//! A SUPER lies as JSON text without blanks, so each function slices its documents and writes one.

use arrow::array::ArrayRef;
use arrow::datatypes::Int32Type;

use super::Call;
use super::column::{Text, at, build_boolean, build_nullable, build_text, invalid_parameter};
use super::signature::Parameter::{self, Integer, Text as TextParameter};
use super::signature::{Answer, Entry};
use crate::sql::error::SqlResult;
use crate::sql::execute::EvaluationContext;
use crate::sql::json::{self, Kind};
use crate::sql::json_number::{self, Number};
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
        number(call, |text| (json::kind(text) == Kind::Array).then(|| json::parts(text).count() as i32))
    }),
    Entry::fixed("json_size", ONE, INTEGER, |call, _| {
        number(call, |text| Some(json::printed(text).len() as i32))
    }),
    Entry::fixed("size", ONE, INTEGER, memory),
    Entry::fixed("decimal_precision", ONE, INTEGER, |call, _| {
        number(call, |text| decimal(text).map(|(precision, _)| precision))
    }),
    Entry::fixed("decimal_scale", ONE, INTEGER, |call, _| {
        number(call, |text| decimal(text).map(|(_, scale)| scale))
    }),
    Entry::fixed("lower_attribute_names", ONE, SUPER, |call, _| rename(call, str::to_lowercase)),
    Entry::fixed("upper_attribute_names", ONE, SUPER, |call, _| rename(call, str::to_uppercase)),
    Entry::fixed("is_array", ONE, BOOLEAN, |call, _| test(call, |text| json::kind(text) == Kind::Array)),
    Entry::fixed("is_object", ONE, BOOLEAN, |call, _| test(call, |text| json::kind(text) == Kind::Object)),
    Entry::fixed("is_scalar", ONE, BOOLEAN, |call, _| {
        test(call, |text| matches!(json::kind(text), Kind::Number | Kind::String | Kind::Boolean))
    }),
    Entry::fixed("is_boolean", ONE, BOOLEAN, |call, _| test(call, |text| json::kind(text) == Kind::Boolean)),
    Entry::fixed("is_varchar", ONE, BOOLEAN, |call, _| test(call, |text| json::kind(text) == Kind::String)),
    Entry::fixed("is_char", ONE, BOOLEAN, |call, _| {
        test(call, |text| json::kind(text) == Kind::String && json::unquote(text).is_ascii())
    }),
    Entry::fixed("is_smallint", ONE, BOOLEAN, |call, _| test(call, |text| whole(text, i16::MAX.into()))),
    Entry::fixed("is_integer", ONE, BOOLEAN, |call, _| test(call, |text| whole(text, i32::MAX.into()))),
    Entry::fixed("is_bigint", ONE, BOOLEAN, |call, _| test(call, |text| whole(text, i64::MAX.into()))),
    Entry::fixed("is_decimal", ONE, BOOLEAN, |call, _| test(call, |text| decimal(text).is_some())),
    Entry::fixed("is_float", ONE, BOOLEAN, |call, _| {
        test(call, |text| matches!(json_number::of(text), Some(Number::Double(_))))
    }),
];

type Accepted = Option<(Vec<DataType>, DataType)>;

fn all_super(types: &[DataType]) -> Accepted {
    let all: Option<Vec<DataType>> =
        types.iter().map(|data_type| Parameter::Super.accept(*data_type)).collect();
    all.map(|all| (all, DataType::Super))
}

/// Names and values by turns.
fn object_types(types: &[DataType]) -> Accepted {
    let arguments = types.iter().enumerate().map(|(position, data_type)| {
        if position % 2 == 0 { TextParameter.accept(*data_type) } else { Parameter::Super.accept(*data_type) }
    });
    types
        .len()
        .is_multiple_of(2)
        .then(|| arguments.collect::<Option<Vec<_>>>())?
        .map(|all| (all, DataType::Super))
}

fn texts<'a>(call: &Call<'a>) -> SqlResult<Vec<Text<'a>>> {
    (0..call.arguments.len()).map(|argument| call.text(argument)).collect()
}

/// Writes an array of documents.
pub(super) fn write_array<'a>(elements: impl Iterator<Item = &'a str>, out: &mut String) {
    out.push('[');
    for (position, element) in elements.enumerate() {
        if position > 0 {
            out.push(',');
        }
        out.push_str(element);
    }
    out.push(']');
}

/// The elements of an array; `None` for what is none.
pub(super) fn elements(text: &str) -> Option<impl Iterator<Item = &str>> {
    (json::kind(text) == Kind::Array).then(|| json::parts(text).map(|(_, value)| value))
}

fn array(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let columns = texts(call)?;
    build_text(call, |row, out| {
        write_array(columns.iter().map(|text| text.get(row).unwrap_or("null")), out);
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
            json::quote(name, out);
            out.push(':');
            out.push_str(value.get(row).unwrap_or("null"));
        }
        out.push('}');
        Ok(Some(()))
    })
}

/// NULL where either side is no array (unconfirmed: the guide only shows arrays).
fn concat(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let (left, right) = (call.text(0)?, call.text(1)?);
    build_text(call, |row, out| {
        let both = left.get(row).and_then(elements).zip(right.get(row).and_then(elements));
        Ok(both.map(|(left, right)| write_array(left.chain(right), out)))
    })
}

/// One level only.
fn flatten(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    build_text(call, |row, out| {
        let Some(outer) = text.get(row).and_then(elements) else { return Ok(None) };
        let mut flat = Vec::new();
        for element in outer {
            match elements(element) {
                Some(inner) => flat.extend(inner),
                None => flat.push(element),
            }
        }
        write_array(flat.into_iter(), out);
        Ok(Some(()))
    })
}

/// Counted from 0; what lies outside is left out.
fn subarray(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    let starts = call.primitive::<Int32Type>(1)?;
    let lengths = call.primitive::<Int32Type>(2)?;
    build_text(call, |row, out| {
        let (Some(start), Some(length)) = (at(starts, row), at(lengths, row)) else { return Ok(None) };
        let Some(elements) = text.get(row).and_then(elements) else { return Ok(None) };
        let count = |number: i32| usize::try_from(number).unwrap_or(0);
        write_array(elements.skip(count(start)).take(count(length)), out);
        Ok(Some(()))
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
        let parts: Vec<&str> =
            if delimiter.is_empty() { vec![text] } else { text.split(delimiter).collect() };
        out.push('[');
        for (position, part) in parts.into_iter().enumerate() {
            if position > 0 {
                out.push(',');
            }
            json::quote(part, out);
        }
        out.push(']');
        Ok(Some(()))
    })
}

fn number(call: &Call<'_>, f: fn(&str) -> Option<i32>) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    build_nullable::<Int32Type>(call, |row| Ok(text.get(row).and_then(f)))
}

fn test(call: &Call<'_>, is: fn(&str) -> bool) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    build_boolean(call, |row| Ok(text.get(row).map(is)))
}

/// A whole number of a type that goes up to `most` and one further down.
fn whole(text: &str, most: i128) -> bool {
    matches!(json_number::of(text), Some(Number::Exact { unscaled, scale: 0 }) if (-most - 1..=most).contains(&unscaled))
}

/// Digits and scale of a decimal number; a whole number that fits a BIGINT is none (unconfirmed).
fn decimal(text: &str) -> Option<(i32, i32)> {
    match json_number::of(text)? {
        Number::Exact { unscaled, scale } if scale > 0 || i64::try_from(unscaled).is_err() => {
            let digits = unscaled.unsigned_abs().to_string().len().max(usize::from(scale));
            Some((digits as i32, i32::from(scale)))
        }
        _ => None,
    }
}

/// Bytes in memory. The guide's four examples fix what a small scalar, an array and an object cost; what longer
/// scalars cost is unconfirmed.
fn memory(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    build_nullable::<Int32Type>(call, |row| Ok(Some(text.get(row).map_or(4, bytes_in_memory))))
}

fn bytes_in_memory(text: &str) -> i32 {
    let inside = |(name, value): (&str, &str)| match name.len() as i32 {
        0 => 1 + bytes_in_memory(value),
        named => 5 + named + bytes_in_memory(value),
    };
    match json::kind(text) {
        Kind::Null | Kind::Boolean => 4,
        Kind::Number if whole(text, i32::MAX.into()) => 4,
        Kind::Number => 8,
        Kind::String => 4 + json::unquote(text).len() as i32,
        Kind::Array => 3 + json::parts(text).map(inside).sum::<i32>(),
        Kind::Object => 4 + json::parts(text).map(inside).sum::<i32>(),
    }
}

fn rename(call: &Call<'_>, name: fn(&str) -> String) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    build_text(call, |row, out| Ok(text.get(row).map(|text| write_renamed(text, name, out))))
}

/// Objects inside arrays and objects too. Documents nest at most as deep as the JSON reader lets them.
fn write_renamed(text: &str, name: fn(&str) -> String, out: &mut String) {
    let (open, close) = match json::kind(text) {
        Kind::Array => ('[', ']'),
        Kind::Object => ('{', '}'),
        _ => return out.push_str(text),
    };
    out.push(open);
    for (position, (known, value)) in json::parts(text).enumerate() {
        if position > 0 {
            out.push(',');
        }
        if !known.is_empty() {
            json::quote(&name(&json::unquote(known)), out);
            out.push(':');
        }
        write_renamed(value, name, out);
    }
    out.push(close);
}
