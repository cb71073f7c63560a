//! Why a workspace could not be opened, and how the page is told.

use sandshift_engine::sandbox::LoadError;
use sandshift_protocol::{EventKind, Unreadable};

/// Why a workspace could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// A lab that its author has to correct.
    Lab {
        message: String,
        hint: String,
    },
    Stored {
        why: Unreadable,
        message: String,
    },
}

impl OpenError {
    /// As the page is told.
    pub fn told(self) -> EventKind {
        match self {
            OpenError::Lab { message, hint } => EventKind::Failed { message, hint: Some(hint) },
            OpenError::Stored { why, message } => EventKind::Unreadable { why, message },
        }
    }
}

impl From<LoadError> for OpenError {
    fn from(error: LoadError) -> Self {
        let message = format!("The workspace cannot be read: {error}");
        let why = match error {
            LoadError::Newer { format } => Unreadable::Newer { format },
            LoadError::Older { format } => Unreadable::Older { format },
            LoadError::Broken(_) | LoadError::BlockMissing { .. } => {
                Unreadable::Broken { what: error.to_string() }
            }
        };
        OpenError::Stored { why, message }
    }
}

/// What a test asks for to see that the page survives it: a panic like any defect's.
#[expect(clippy::panic, reason = "a defect is what is asked for")]
pub(super) fn fail_as_a_defect_would() {
    std::panic::panic_any("asked to fail, by a test");
}
