//! Texts made safe to stand in a statement: QUOTE_IDENT and QUOTE_LITERAL.

use super::column::map_text;
use super::signature::Parameter::Text;
use super::signature::{Answer, Entry};
use crate::sql::parse::is_reserved;

pub(super) static FUNCTIONS: &[Entry] = &[
    Entry::fixed("quote_ident", &[Text], Answer::Text, |call, _| map_text(call, identifier)),
    Entry::fixed("quote_literal", &[Text], Answer::Text, |call, _| map_text(call, literal)),
];

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
