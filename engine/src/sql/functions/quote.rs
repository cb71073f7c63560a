//! Texts made safe to stand in something else: QUOTE_IDENT and QUOTE_LITERAL in a statement, values in a record.

use arrow::array::ArrayRef;

use super::Call;
use super::column::{build_text, map_text};
use super::signature::Parameter::Text;
use super::signature::{Answer, Entry};
use crate::sql::error::SqlResult;
use crate::sql::execute::array::value_at;
use crate::sql::execute::display::display_value;
use crate::sql::parse::is_reserved;
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// The values of one row as PostgreSQL prints a record. Nobody can write the name.
pub const RECORD: &str = " record";

pub(super) static FUNCTIONS: &[Entry] = &[
    Entry::fixed("quote_ident", &[Text], Answer::Text, |call, _| map_text(call, identifier)),
    Entry::fixed("quote_literal", &[Text], Answer::Text, |call, _| map_text(call, literal)),
    Entry::custom(
        RECORD,
        |types| Some((types.to_vec(), DataType::Varchar(DataType::VARCHAR_MAX))),
        |call, _| record(call),
    ),
];

/// `(a,"b c",,t)`: NULL is nothing, and what could be misread stands in quotes.
fn record(call: &Call<'_>) -> SqlResult<ArrayRef> {
    build_text(call, |row, out| {
        out.push('(');
        for (number, (column, data_type)) in call.arguments.iter().zip(call.argument_types).enumerate() {
            if number > 0 {
                out.push(',');
            }
            let shown = match value_at(column, *data_type, row) {
                Value::Null => continue,
                Value::Boolean(truth) => String::from(if truth { "t" } else { "f" }),
                value => display_value(&value, *data_type).unwrap_or_default(),
            };
            let quotes = |letter: char| letter.is_whitespace() || "(),\"\\".contains(letter);
            if shown.is_empty() || shown.contains(quotes) {
                out.push_str(&format!("\"{}\"", shown.replace('\\', "\\\\").replace('"', "\"\"")));
            } else {
                out.push_str(&shown);
            }
        }
        out.push(')');
        Ok(Some(()))
    })
}

/// Quotes only where a bare name would not do: other letters, or a reserved word.
fn identifier(text: &str, out: &mut String) {
    let mut letters = text.chars();
    let plain_start = letters.next().is_some_and(|letter| letter == '_' || letter.is_ascii_lowercase());
    let plain = plain_start
        && letters.all(|letter| letter == '_' || letter.is_ascii_lowercase() || letter.is_ascii_digit());
    if plain && !is_reserved(text) {
        out.push_str(text);
        return;
    }
    out.push('"');
    for letter in text.chars() {
        if letter == '"' {
            out.push('"');
        }
        out.push(letter);
    }
    out.push('"');
}

/// Quotes are doubled, and so are backslashes, because they escape here.
fn literal(text: &str, out: &mut String) {
    out.push('\'');
    for letter in text.chars() {
        if matches!(letter, '\'' | '\\') {
            out.push(letter);
        }
        out.push(letter);
    }
    out.push('\'');
}
