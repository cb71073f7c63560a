//! The policy language: documents of statements that allow or deny (IAM User Guide, "IAM JSON policy
//! elements reference").
//!
//! One language serves four places: identity policies, bucket policies, trust policies and simulations.
//! Read [`document`] (text to statements, and why a text is refused), [`pattern`] (wildcards and variables),
//! [`condition`], and last [`decision`], which weighs all policies that apply to a request.

use crate::sorted::SortedMap;

pub mod condition;
pub mod decision;
pub mod document;
mod grammar;
pub mod pattern;

/// What a request carries beside action and resource: condition keys (lower case) and their values.
#[derive(Clone, Debug, Default)]
pub struct Context {
    values: SortedMap<String, Vec<String>>,
}

impl Context {
    /// Adds one value under `key`, which is compared without regard to case.
    pub fn insert(&mut self, key: &str, value: impl Into<String>) {
        self.values.entry(key.to_ascii_lowercase()).or_default().push(value.into());
    }

    /// Puts `value` where anything else stood.
    pub fn replace(&mut self, key: &str, value: impl Into<String>) {
        self.values.insert(key.to_ascii_lowercase(), vec![value.into()]);
    }

    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.insert(key, value);
        self
    }

    pub fn get(&self, key: &str) -> Option<&[String]> {
        self.values.get(&key.to_ascii_lowercase()).map(Vec::as_slice)
    }

    /// Takes over what `other` has and this does not.
    pub fn complete(&mut self, other: &Context) {
        for (key, values) in &other.values {
            self.values.entry(key.clone()).or_insert_with(|| values.clone());
        }
    }
}
