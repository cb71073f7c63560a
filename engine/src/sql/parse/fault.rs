//! Syntax errors in Redshift's words: `syntax error at or near "x"`, at the token that could not follow.

use sqlparser::parser::{Parser, ParserError};

use crate::sql::error::{Span, SqlError, SqlErrorKind};

/// A syntax error at `span`; at the end of the statement when `span` is `None`.
pub(super) fn syntax(text: &str, span: Option<Span>, end: usize) -> SqlError {
    let near = span.and_then(|span| text.get(span.start..span.end)).map(str::to_owned);
    let place = if near.is_some() { span } else { None };
    SqlError::new(SqlErrorKind::Syntax { near }).at(place.unwrap_or(Span { start: end, end }))
}

/// PostgreSQL 8's answer to nesting that is too deep for its stack.
pub(super) fn too_deep() -> SqlError {
    let message = "stack depth limit exceeded".to_owned();
    let hint = Some("Increase the configuration parameter \"max_stack_depth\".".to_owned());
    SqlError::new(SqlErrorKind::Product { state: "54001", message, detail: None, hint })
}

/// sqlparser's errors, none of whose words reach a learner. It ends its message with the offending token's place
/// (the column is our byte offset + 1), or says `found: EOF`; where it says neither, it stopped at the token that
/// it read last.
pub(super) fn translate(
    error: &ParserError,
    parser: &Parser,
    spans: &[Span],
    text: &str,
    end: usize,
) -> SqlError {
    let message = match error {
        ParserError::RecursionLimitExceeded => return too_deep(),
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
    };
    let column = message.rsplit_once(" at Line: 1, Column: ").and_then(|(_, column)| column.parse().ok());
    let span = match column {
        Some(column) => token_at(spans, usize::saturating_sub(column, 1)),
        None if message.ends_with("EOF") => None,
        None => spans.get(parser.get_current_index()).copied(),
    };
    syntax(text, span, end)
}

fn token_at(spans: &[Span], offset: usize) -> Option<Span> {
    spans.binary_search_by_key(&offset, |span| span.start).ok().map(|at| spans[at])
}
