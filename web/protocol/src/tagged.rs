//! `{"type": "run", ...}` on the wire, read and written without what serde does for that.
//!
//! serde reads a tagged enum through a buffer of its own, and everything below the tag is then compiled twice: once
//! read from the buffer, once from the text. It was a sixth of the page's WebAssembly. Here an enum is derived as
//! serde likes it best (`{"run": {...}}`), the whole message is read as a [`Value`] first, and the tag changes its
//! place there.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::{Error, Map, Value};

use crate::reading::Reading;

const TAG: &str = "type";

/// A value from JSON text, by way of a [`Value`]: the only way that messages are read, so that there is one of each
/// reader.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    read_value(serde_json::from_str(text)?)
}

/// A value of what was read before.
pub fn read_value<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    T::deserialize(Reading(value))
}

/// `{"run": {...}}` or `"cancel"` as `{"type": "run", ...}`.
pub(crate) fn outward(value: Value) -> Value {
    let (tag, rest) = match value {
        Value::Object(map) => match map.into_iter().next() {
            Some((tag, Value::Object(rest))) => (Value::String(tag), rest),
            Some((tag, _)) => (Value::String(tag), Map::new()),
            None => return Value::Null,
        },
        tag => (tag, Map::new()),
    };
    let mut map = Map::new();
    map.insert(TAG.to_owned(), tag);
    map.extend(rest);
    Value::Object(map)
}

/// The other way; `variant` reads what comes of it. A tag alone may be of a variant with or without fields.
pub(crate) fn inward<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    variant: fn(Value) -> Result<T, Error>,
) -> Result<T, D::Error> {
    let mut map = Map::deserialize(deserializer)?;
    let Some(Value::String(tag)) = map.remove(TAG) else { return Err(D::Error::missing_field(TAG)) };
    let read = if map.is_empty() { variant(Value::String(tag.clone())) } else { Err(Error::custom("")) };
    let read = read.or_else(|_| variant(Value::Object(Map::from_iter([(tag, Value::Object(map))]))));
    read.map_err(D::Error::custom)
}

/// Gives an enum that is derived with `remote = "Self"` its form on the wire.
macro_rules! tagged {
    ($($type:ty),*) => {$(
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let value = <$type>::serialize(self, serde_json::value::Serializer);
                let value = value.map_err(serde::ser::Error::custom)?;
                serde::Serialize::serialize(&$crate::tagged::outward(value), serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::tagged::inward(deserializer, |value| <$type>::deserialize($crate::reading::Reading(value)))
            }
        }
    )*};
}

pub(crate) use tagged;

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;
    use crate::{Event, EventKind, Message, Request, StorageState};

    #[test]
    fn the_tag_stands_beside_the_fields() {
        let run = Request::Run { user: "a".to_owned(), text: "SELECT 1".to_owned() };
        let wire = json!({ "id": 1, "request": { "type": "run", "user": "a", "text": "SELECT 1" } });
        assert_eq!(to_value(Message { id: 1, request: run.clone() }).unwrap(), wire);
        assert_eq!(read::<Message>(&wire.to_string()).unwrap(), Message { id: 1, request: run });
    }

    #[test]
    fn a_tag_alone_is_read_with_and_without_fields() {
        assert_eq!(
            to_value(Request::Cancel { run: None }).unwrap(),
            json!({ "type": "cancel", "run": null })
        );
        assert_eq!(read::<Request>(r#"{"type":"cancel"}"#).unwrap(), Request::Cancel { run: None });
        let failed = EventKind::Failed { message: "no".to_owned(), hint: None };
        let read_ = read::<Event>(r#"{"id":0,"event":{"message":"no","type":"failed"}}"#).unwrap();
        assert_eq!(read_, Event { id: 0, event: failed });
        assert_eq!(read::<StorageState>(r#"{"type":"kept"}"#).unwrap(), StorageState::Kept);
    }

    #[test]
    fn what_is_no_message_is_refused_by_name() {
        assert!(read::<Request>("{}").unwrap_err().to_string().contains("type"));
        assert!(read::<Request>(r#"{"type":"fly"}"#).unwrap_err().to_string().contains("fly"));
        assert!(read::<Request>(r#"{"type":"run","user":"a"}"#).unwrap_err().to_string().contains("text"));
    }
}
