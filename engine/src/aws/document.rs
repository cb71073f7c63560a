//! JSON that the account keeps as it was given, so that an answer shows whatever a call has put in.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// Written as text, because the account's own form does not describe itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document(pub Value);

impl Document {
    pub fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or("")
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_string())
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        serde_json::from_str(&text).map(Document).map_err(serde::de::Error::custom)
    }
}

/// Copies members into an answer in the order of `names`; `Name=json` stands in where there is none.
pub fn pick(out: &mut Map<String, Value>, from: &Value, names: &str) {
    for word in names.split_whitespace() {
        let (name, default) = match word.split_once('=') {
            Some((name, default)) => (name, serde_json::from_str(default).ok()),
            None => (word, None),
        };
        if let Some(value) = from.get(name).cloned().or(default) {
            out.insert(name.to_owned(), value);
        }
    }
}
