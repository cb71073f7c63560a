//! A value, read without the ways that nobody takes.
//!
//! serde's derive writes for each struct how it is read from a map and how from a list, for each field how its name is
//! known from a string, from bytes and from a number. All of that is compiled for a deserializer that may call it, as
//! `serde_json`'s do. This one calls what JSON of ours needs and nothing else, so the rest is never compiled.

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, Unexpected, VariantAccess,
    Visitor,
};
use serde_json::{Error, Map, Value};

/// Reads from a value.
pub(crate) struct Reading(pub Value);

impl Reading {
    fn unlike(&self, expected: &'static str) -> Error {
        let found = match &self.0 {
            Value::Null => Unexpected::Unit,
            Value::Bool(value) => Unexpected::Bool(*value),
            Value::Number(_) => Unexpected::Other("number"),
            Value::String(text) => Unexpected::Str(text),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        };
        Error::invalid_type(found, &expected)
    }
}

macro_rules! number {
    ($($method:ident $get:ident $visit:ident $expected:literal),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.0.$get() {
                Some(number) => visitor.$visit(number),
                None => Err(self.unlike($expected)),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Reading {
    type Error = Error;

    /// For what can be anything.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(ref number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => visitor.visit_u64(number),
                (None, Some(number)) => visitor.visit_i64(number),
                (None, None) => self.deserialize_f64(visitor),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(_) => self.deserialize_seq(visitor),
            Value::Object(_) => self.deserialize_map(visitor),
        }
    }

    number!(
        deserialize_u8 as_u64 visit_u64 "a whole number from zero on",
        deserialize_u16 as_u64 visit_u64 "a whole number from zero on",
        deserialize_u32 as_u64 visit_u64 "a whole number from zero on",
        deserialize_u64 as_u64 visit_u64 "a whole number from zero on",
        deserialize_i8 as_i64 visit_i64 "a whole number",
        deserialize_i16 as_i64 visit_i64 "a whole number",
        deserialize_i32 as_i64 visit_i64 "a whole number",
        deserialize_i64 as_i64 visit_i64 "a whole number",
        deserialize_f32 as_f64 visit_f64 "a number",
        deserialize_f64 as_f64 visit_f64 "a number",
        deserialize_bool as_bool visit_bool "true or false"
    );

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(text) => visitor.visit_string(text),
            _ => Err(self.unlike("text")),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.0 {
            Value::String(text) => visitor.visit_str(text),
            _ => Err(self.unlike("a name")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(list) => visitor.visit_seq(List(list.into_iter())),
            _ => Err(self.unlike("a list")),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(map) => visitor.visit_map(Fields { left: map.into_iter(), value: Value::Null }),
            _ => Err(self.unlike("an object")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(name) => visitor.visit_enum(Variant { name, fields: Value::Null }),
            Value::Object(map) if map.len() == 1 => {
                let (name, fields) = map.into_iter().next().unwrap_or_default();
                visitor.visit_enum(Variant { name, fields })
            }
            _ => Err(self.unlike("a variant's name, or an object with one field of that name")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit unit_struct tuple_struct }
}

struct List(std::vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for List {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.0.next().map(|value| seed.deserialize(Reading(value))).transpose()
    }
}

struct Fields {
    left: <Map<String, Value> as IntoIterator>::IntoIter,
    /// Of the name that was asked for last.
    value: Value,
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((name, value)) = self.left.next() else { return Ok(None) };
        self.value = value;
        seed.deserialize(Reading(Value::String(name))).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(Reading(self.value.take()))
    }
}

/// One of several, with what it holds.
struct Variant {
    name: String,
    fields: Value,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Error;
    type Variant = Reading;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Reading), Error> {
        Ok((seed.deserialize(Reading(Value::String(self.name)))?, Reading(self.fields)))
    }
}

/// Each variant is read by a function of its own, which a browser compiles when such a message first comes.
impl<'de> VariantAccess<'de> for Reading {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.0 {
            Value::Null => Ok(()),
            _ => Err(self.unlike("nothing beside the name")),
        }
    }

    #[inline(never)]
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    #[inline(never)]
    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }
}
