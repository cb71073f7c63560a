//! String functions that look for one text in another.

use arrow::array::ArrayRef;
use arrow::datatypes::Int32Type;

use super::Call;
use super::column::{build, build_slices, build_text};
use super::signature::Parameter::{Integer, Text};
use super::signature::{Answer, Entry};
use crate::sql::error::SqlResult;
use crate::sql::execute::EvaluationContext;
use crate::warehouse::data_type::DataType;

const INTEGER: Answer = Answer::Type(DataType::Integer);

pub static FUNCTIONS: &[Entry] = &[
    Entry::fixed("strpos", &[Text, Text], INTEGER, |call, _| find(call, 0, 1)),
    Entry::fixed("position", &[Text, Text], INTEGER, |call, _| find(call, 1, 0)),
    Entry::fixed("charindex", &[Text, Text], INTEGER, |call, _| find(call, 1, 0)),
    Entry::fixed("replace", &[Text, Text, Text], Answer::Text, replace),
    Entry::fixed("translate", &[Text, Text, Text], Answer::Text, translate),
    Entry::fixed("split_part", &[Text, Text, Integer], Answer::LikeFirst, split_part),
];

/// The character where `needle` begins, from 1; 0 when it is not there.
fn find(call: &Call<'_>, text: usize, needle: usize) -> SqlResult<ArrayRef> {
    let (text, needle) = (call.text(text)?, call.text(needle)?);
    build::<Int32Type>(call, |row| {
        let (text, needle) = (text.get(row).unwrap_or_default(), needle.get(row).unwrap_or_default());
        Ok(text.find(needle).map_or(0, |byte| text[..byte].chars().count() as i32 + 1))
    })
}

fn replace(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let (text, from, to) = (call.text(0)?, call.text(1)?, call.text(2)?);
    build_text(call, |row, out| {
        let (Some(text), Some(from), Some(to)) = (text.get(row), from.get(row), to.get(row)) else {
            return Ok(None);
        };
        if from.is_empty() {
            out.push_str(text);
            return Ok(Some(()));
        }
        let mut rest = text;
        while let Some(byte) = rest.find(from) {
            out.push_str(&rest[..byte]);
            out.push_str(to);
            rest = &rest[byte + from.len()..];
        }
        out.push_str(rest);
        Ok(Some(()))
    })
}

/// Letter for letter; a letter without a counterpart goes.
fn translate(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let (text, from, to) = (call.text(0)?, call.text(1)?, call.text(2)?);
    build_text(call, |row, out| {
        let (Some(text), Some(from), Some(to)) = (text.get(row), from.get(row), to.get(row)) else {
            return Ok(None);
        };
        for letter in text.chars() {
            match from.chars().position(|candidate| candidate == letter) {
                None => out.push(letter),
                Some(place) => out.extend(to.chars().nth(place)),
            }
        }
        Ok(Some(()))
    })
}

fn split_part(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let (text, delimiter) = (call.text(0)?, call.text(1)?);
    let parts = call.primitive::<Int32Type>(2)?;
    let nulls = call.nulls();
    build_slices(call, |row| {
        if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Ok(None);
        }
        let (Some(text), Some(delimiter)) = (text.get(row), delimiter.get(row)) else { return Ok(None) };
        let part = super::string::positive(parts.value(row), "field position must be greater than zero")?;
        if delimiter.is_empty() {
            return Ok(Some(if part == 1 { text } else { "" }));
        }
        Ok(Some(text.split(delimiter).nth(part - 1).unwrap_or_default()))
    })
}
