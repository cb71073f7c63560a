//! A prepared statement's text with values where its parameters stood.
//!
//! A value is written as a literal of its type, so that what reads the text afterwards needs to know nothing of
//! parameters.

use sqlparser::tokenizer::Token;

use super::token;
use crate::sql::error::{SqlError, SqlResult};

/// `text` with the literal `values[n - 1]` for every `$n`.
///
/// # Errors
/// 42P02 for a parameter that has no value.
pub fn with_parameters(text: &str, values: &[String]) -> SqlResult<String> {
    let (tokens, mistake) = token::tokens(text, token::NameCase::Folded);
    if let Some(mistake) = mistake {
        return Err(mistake);
    }
    let mut filled = String::with_capacity(text.len());
    let mut copied = 0;
    for found in &tokens {
        let token::Lexeme { token: Token::Placeholder(name), span: place } = found else { continue };
        let number = name.get(1..).and_then(|digits| digits.parse::<usize>().ok());
        let value = number.and_then(|number| values.get(number.checked_sub(1)?));
        let Some(value) = value else {
            return Err(SqlError::product("42P02", format!("there is no parameter {name}")));
        };
        filled.push_str(text.get(copied..place.start).unwrap_or_default());
        filled.push_str(value);
        copied = place.end;
    }
    filled.push_str(text.get(copied..).unwrap_or_default());
    Ok(filled)
}
