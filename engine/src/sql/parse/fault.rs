//! Syntax errors in Redshift's words: `syntax error at or near "x"`, at the token that could not follow.

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
