//! The input of a call, read member by member. Types were checked against the operation's shape before.

use serde_json::{Map, Value};

/// Borrowed members of an input. What is absent reads as `None`, `""` or empty.
#[derive(Clone, Copy)]
pub struct Parameters<'a>(Option<&'a Map<String, Value>>);

impl<'a> Parameters<'a> {
    pub fn new(value: &'a Value) -> Self {
        Parameters(value.as_object())
    }

    /// A structure that was not given.
    pub fn is_absent(self) -> bool {
        self.0.is_none()
    }

    pub fn get(self, name: &str) -> Option<&'a Value> {
        self.0?.get(name)
    }

    /// Names of what was given.
    pub fn names(self) -> impl Iterator<Item = &'a str> {
        self.0.into_iter().flat_map(|map| map.keys().map(String::as_str))
    }

    /// Shorthand, which knows no types, reads the words `true` and `false` as such.
    pub fn text(self, name: &str) -> Option<&'a str> {
        match self.get(name)? {
            Value::Bool(true) => Some("true"),
            Value::Bool(false) => Some("false"),
            other => other.as_str(),
        }
    }

    /// A member that the shape demands, so that it is there.
    pub fn required(self, name: &str) -> &'a str {
        self.text(name).unwrap_or("")
    }

    /// Inside of structures the shorthand of the terminal knows texts alone.
    pub fn integer(self, name: &str) -> Option<i64> {
        let value = self.get(name)?;
        value.as_i64().or_else(|| value.as_str()?.parse().ok())
    }

    pub fn flag(self, name: &str) -> bool {
        self.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// A list of texts; one alone counts as a list of one, as in the CLI's shorthand.
    pub fn texts(self, name: &str) -> Vec<&'a str> {
        match self.get(name) {
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(text)) => vec![text.as_str()],
            _ => Vec::new(),
        }
    }

    pub fn structures(self, name: &str) -> Vec<Parameters<'a>> {
        match self.get(name).and_then(Value::as_array) {
            Some(list) => list.iter().map(Parameters::new).collect(),
            None => Vec::new(),
        }
    }

    pub fn structure(self, name: &str) -> Parameters<'a> {
        Parameters(self.get(name).and_then(Value::as_object))
    }
}
