//! What ESCAPE says behind LIKE, and patterns whose escape is an expression.

use arrow::array::ArrayRef;

use super::Call;
use super::column::build_text;
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::execute::EvaluationContext;

/// What ESCAPE says: one character, or that there is none.
pub(in crate::sql) fn escape_of(text: &str) -> SqlResult<Option<char>> {
    let mut characters = text.chars();
    let first = characters.next();
    if characters.next().is_none() {
        return Ok(first);
    }
    let hint = Some("Escape string must be empty or one character.".to_owned());
    let message = "invalid escape string".to_owned();
    Err(SqlError::new(SqlErrorKind::Product { state: "22025", message, detail: None, hint }))
}

/// A pattern whose escape is known at each row only, with backslashes in its place.
pub(super) fn like_escape(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let (patterns, escapes) = (call.text(0)?, call.text(1)?);
    build_text(call, |row, out| {
        let (Some(pattern), Some(escape)) = (patterns.get(row), escapes.get(row)) else { return Ok(None) };
        let escape = escape_of(escape)?;
        let mut escaped = false;
        for letter in pattern.chars() {
            let escapes = !escaped && Some(letter) == escape;
            if escapes || letter == '\\' && !escaped {
                out.push('\\');
            }
            if !escapes {
                out.push(letter);
            }
            escaped = escapes;
        }
        Ok(Some(()))
    })
}
