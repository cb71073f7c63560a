//! What is wrong with a lab, told to its author.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One mistake in a lab's folder: where it is, what it is, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// Path inside the lab's folder: `lab.toml`, `ko.md`, ...
    pub file: String,
    /// Line from 1; `None` when the whole file is meant.
    pub line: Option<u32>,
    pub message: String,
    /// What is expected instead.
    pub expected: String,
}

impl Problem {
    pub fn at(file: &str, line: u32, message: impl Into<String>, expected: impl Into<String>) -> Self {
        Problem {
            file: file.to_owned(),
            line: Some(line),
            message: message.into(),
            expected: expected.into(),
        }
    }

    pub fn whole(file: &str, message: impl Into<String>, expected: impl Into<String>) -> Self {
        Problem { file: file.to_owned(), line: None, message: message.into(), expected: expected.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message)?,
            None => write!(f, "{}: {}", self.file, self.message)?,
        }
        if self.expected.is_empty() { Ok(()) } else { write!(f, "\n    expected: {}", self.expected) }
    }
}

impl std::error::Error for Problem {}

/// The line (from 1) on which byte `offset` of `text` lies.
pub(crate) fn line_of(text: &str, offset: usize) -> u32 {
    let before = text.get(..offset).unwrap_or(text);
    u32::try_from(before.matches('\n').count()).unwrap_or(u32::MAX - 1) + 1
}
