//! Names of warehouse objects.
//!
//! Redshift folds every identifier to lower case, quoted or not (Developer Guide, "Names and identifiers"), unless
//! `enable_case_sensitive_identifier` is on: then quoted ones stay as they are. Folding happens once, here, so that
//! two spellings of a name cannot meet later.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A name, at most 127 bytes; folded but for a user's in quotes, which keeps its case ("CREATE USER").
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identifier(Arc<str>);

impl Identifier {
    /// Longest name in bytes; longer ones are cut at a character boundary, as the product does.
    pub const MAX_BYTES: usize = 127;

    /// Folds ASCII letters to lower case and cuts to [`Self::MAX_BYTES`].
    pub fn fold(text: &str) -> Self {
        Identifier(cut(text).to_ascii_lowercase().into())
    }

    /// A name whose case counts, or one that was folded before.
    pub fn kept(text: &str) -> Self {
        Identifier(cut(text).into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As a statement must write it: in double quotes where it is no plain name.
    pub fn quoted(&self) -> String {
        let plain = |(at, letter): (usize, char)| {
            letter.is_ascii_lowercase() || letter == '_' || (at > 0 && letter.is_ascii_digit())
        };
        // `sys:dba` is written without quotes.
        let system = self.0.starts_with("sys:");
        match system || (!self.0.is_empty() && self.0.char_indices().all(plain)) {
            true => self.to_string(),
            false => format!("\"{}\"", self.0.replace('"', "\"\"")),
        }
    }
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(Identifier::MAX_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Identifier {
    fn from(text: &str) -> Self {
        Identifier::fold(text)
    }
}

impl PartialEq<str> for Identifier {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for Identifier {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

/// `[[database.]schema.]name`, as it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct QualifiedName {
    pub database: Option<Identifier>,
    pub schema: Option<Identifier>,
    pub name: Identifier,
}

impl QualifiedName {
    /// As a statement must write it.
    pub fn quoted(&self) -> String {
        let parts = [self.database.as_ref(), self.schema.as_ref(), Some(&self.name)];
        parts.into_iter().flatten().map(Identifier::quoted).collect::<Vec<_>>().join(".")
    }
}

impl fmt::Display for QualifiedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(database) = &self.database {
            write!(f, "{database}.")?;
        }
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => write!(f, "{}", self.name),
        }
    }
}
