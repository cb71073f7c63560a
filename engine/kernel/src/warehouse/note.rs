//! What is noted about a database and its objects beside the objects themselves: comments, settings of the database,
//! and the quotas of schemas.

use serde::{Deserialize, Serialize};

use super::catalog::ObjectId;
use super::identifier::Identifier;
use crate::sorted::SortedMap;

/// A note outlives its object when that is dropped; numbers are never reused, so it is never found again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notes {
    comments: SortedMap<Noted, String>,
    /// Megabytes, by schema; those without are unlimited.
    pub quotas: SortedMap<ObjectId, u64>,
}

/// What a comment is about, where it is no relation or column (these carry their own), or which setting it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Noted {
    Database,
    Schema(ObjectId),
    /// A table's constraint by its name.
    Constraint(ObjectId, Identifier),
    /// How many sessions of users that are no superusers the database has at most.
    ConnectionLimit,
    /// `SNAPSHOT`, where transactions are not held to be serializable.
    Isolation,
    /// `case_insensitive`, where texts have no case unless their column says otherwise.
    Collation,
}

impl Notes {
    /// Says something, or with `None` nothing any more.
    pub fn comment(&mut self, on: Noted, text: Option<String>) {
        match text {
            Some(text) => self.comments.insert(on, text),
            None => self.comments.remove(&on),
        };
    }

    pub fn comment_on(&self, on: &Noted) -> Option<&str> {
        self.comments.get(on).map(String::as_str)
    }
}
