//! What sqlparser would take for a name and Redshift would not: a reserved word after FROM or JOIN, a string as
//! an alias. Its parser has no hook at these places, so the tokens that it read are looked through once more.

use sqlparser::tokenizer::{Token, Word};

use super::reader::is_word;
use super::reserved;

/// Functions that have a FROM between their parentheses.
const FUNCTIONS: [&str; 5] = ["EXTRACT", "TRIM", "SUBSTRING", "OVERLAY", "POSITION"];

/// The number of the first of `tokens` that is no name though it stands where only a name can.
pub(super) fn false_name<'t>(tokens: impl Iterator<Item = &'t Token>) -> Option<usize> {
    let mut inside_function = vec![false];
    let mut before: Option<&Token> = None;
    let mut expects_table = false;
    for (number, token) in tokens.enumerate() {
        if std::mem::take(&mut expects_table) && !can_be_table(token) {
            return Some(number);
        }
        match token {
            Token::LParen => {
                let function =
                    before.is_some_and(|before| FUNCTIONS.iter().any(|word| is_word(before, word)));
                inside_function.push(function);
            }
            Token::RParen if inside_function.len() > 1 => {
                inside_function.pop();
            }
            Token::SingleQuotedString(_) if before.is_some_and(ends_before_string) => return Some(number),
            token if is_word(token, "JOIN") => expects_table = true,
            token if is_word(token, "FROM") => {
                let distinct = before.is_some_and(|before| is_word(before, "DISTINCT"));
                expects_table = !distinct && inside_function.last() == Some(&false);
            }
            _ => {}
        }
        before = Some(token);
    }
    None
}

fn can_be_table(token: &Token) -> bool {
    match token {
        Token::Word(Word { value, quote_style: None, .. }) => {
            !reserved::is_reserved(value)
                || matches!(value.to_ascii_uppercase().as_str(), "UNNEST" | "UNPIVOT")
        }
        Token::SingleQuotedString(_) => false,
        _ => true,
    }
}

/// After these a string could only be an alias.
fn ends_before_string(before: &Token) -> bool {
    match before {
        Token::Number(..) | Token::SingleQuotedString(_) | Token::Word(Word { quote_style: Some(_), .. }) => {
            true
        }
        before => is_word(before, "AS"),
    }
}
