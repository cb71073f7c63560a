//! Names as they were written, with the place they stand at.

use crate::sql::error::Span;

#[derive(Clone, Debug)]
pub struct Ident {
    pub value: String,
    /// What it was quoted with; see `parse::identifier`.
    pub quote_style: Option<char>,
    pub span: Span,
}

/// Names with points between.
#[derive(Clone, Debug)]
pub struct ObjectName(pub Vec<Ident>);

impl ObjectName {
    /// The last name without its quotes, in lower case: what a function is looked up by.
    pub fn last_lower(&self) -> String {
        self.0.last().map(|part| part.value.to_lowercase()).unwrap_or_default()
    }

    /// The only name, where there is one without quotes.
    pub fn plain(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Ident { value, quote_style: None, .. }] => Some(value),
            _ => None,
        }
    }
}
