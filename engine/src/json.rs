//! JSON written in code: `json!` in the form that serde_json has given it.
//!
//! serde_json's own takes each value through serialization, which might fail and is unwrapped, and so costs some forty
//! bytes of code a member in a thousand members. What an AWS answer is made of cannot fail.

use std::sync::Arc;

use serde_json::{Map, Number, Value};

use crate::sorted::SortedMap;

/// A value that has a JSON form.
pub trait ToJson {
    fn to_json(&self) -> Value;
}

impl<T: ToJson + ?Sized> ToJson for &T {
    fn to_json(&self) -> Value {
        (**self).to_json()
    }
}

impl<T: ToJson + ?Sized> ToJson for Arc<T> {
    fn to_json(&self) -> Value {
        (**self).to_json()
    }
}

impl ToJson for Value {
    fn to_json(&self) -> Value {
        self.clone()
    }
}

impl ToJson for Map<String, Value> {
    fn to_json(&self) -> Value {
        Value::Object(self.clone())
    }
}

impl ToJson for str {
    fn to_json(&self) -> Value {
        Value::String(self.to_owned())
    }
}

impl ToJson for String {
    fn to_json(&self) -> Value {
        self.as_str().to_json()
    }
}

impl ToJson for bool {
    fn to_json(&self) -> Value {
        Value::Bool(*self)
    }
}

/// What is no number in JSON (NaN, the infinities) is null.
impl ToJson for f64 {
    fn to_json(&self) -> Value {
        Number::from_f64(*self).map_or(Value::Null, Value::Number)
    }
}

macro_rules! integers {
    ($($integer:ty),*) => {$(
        impl ToJson for $integer {
            fn to_json(&self) -> Value {
                Value::Number((*self).into())
            }
        }
    )*};
}

integers!(i32, i64, u8, u16, u32, u64, usize);

impl<T: ToJson> ToJson for Option<T> {
    fn to_json(&self) -> Value {
        self.as_ref().map_or(Value::Null, ToJson::to_json)
    }
}

impl<T: ToJson> ToJson for [T] {
    fn to_json(&self) -> Value {
        Value::Array(self.iter().map(ToJson::to_json).collect())
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn to_json(&self) -> Value {
        self.as_slice().to_json()
    }
}

impl<T: ToJson, const N: usize> ToJson for [T; N] {
    fn to_json(&self) -> Value {
        self.as_slice().to_json()
    }
}

impl<A: ToJson, B: ToJson> ToJson for (A, B) {
    fn to_json(&self) -> Value {
        Value::Array(vec![self.0.to_json(), self.1.to_json()])
    }
}

impl<A: ToJson, B: ToJson, C: ToJson> ToJson for (A, B, C) {
    fn to_json(&self) -> Value {
        Value::Array(vec![self.0.to_json(), self.1.to_json(), self.2.to_json()])
    }
}

impl<T: ToJson> ToJson for SortedMap<String, T> {
    fn to_json(&self) -> Value {
        Value::Object(self.iter().map(|(name, value)| (name.clone(), value.to_json())).collect())
    }
}

/// A member of an object that is being written.
pub fn put(object: &mut Map<String, Value>, name: &str, value: Value) {
    object.insert(name.to_owned(), value);
}

/// JSON with expressions in it.
macro_rules! json {
    (null) => {
        ::serde_json::Value::Null
    };
    ([ $($item:tt)* ]) => {
        $crate::json::items!([] $($item)*)
    };
    ({ $($member:tt)* }) => {{
        #[allow(unused_mut)]
        let mut object = ::serde_json::Map::new();
        $crate::json::members!(object $($member)*);
        ::serde_json::Value::Object(object)
    }};
    ($value:expr) => {
        $crate::json::ToJson::to_json(&$value)
    };
}

/// Puts members into an object, one after the other.
macro_rules! members {
    ($object:ident) => {};
    ($object:ident $name:literal : null $(, $($rest:tt)*)?) => {
        $crate::json::put(&mut $object, $name, ::serde_json::Value::Null);
        $($crate::json::members!($object $($rest)*);)?
    };
    ($object:ident $name:literal : { $($member:tt)* } $(, $($rest:tt)*)?) => {
        $crate::json::put(&mut $object, $name, $crate::json::json!({ $($member)* }));
        $($crate::json::members!($object $($rest)*);)?
    };
    ($object:ident $name:literal : [ $($item:tt)* ] $(, $($rest:tt)*)?) => {
        $crate::json::put(&mut $object, $name, $crate::json::json!([ $($item)* ]));
        $($crate::json::members!($object $($rest)*);)?
    };
    ($object:ident $name:tt : $value:expr $(, $($rest:tt)*)?) => {
        $crate::json::put(&mut $object, &$name, $crate::json::ToJson::to_json(&$value));
        $($crate::json::members!($object $($rest)*);)?
    };
}

/// A list of what was read already, and what is left to read.
macro_rules! items {
    ([ $($done:expr),* ]) => {
        ::serde_json::Value::Array(vec![ $($done),* ])
    };
    ([ $($done:expr),* ] null $(, $($rest:tt)*)?) => {
        $crate::json::items!([ $($done,)* ::serde_json::Value::Null ] $($($rest)*)?)
    };
    ([ $($done:expr),* ] { $($member:tt)* } $(, $($rest:tt)*)?) => {
        $crate::json::items!([ $($done,)* $crate::json::json!({ $($member)* }) ] $($($rest)*)?)
    };
    ([ $($done:expr),* ] [ $($item:tt)* ] $(, $($rest:tt)*)?) => {
        $crate::json::items!([ $($done,)* $crate::json::json!([ $($item)* ]) ] $($($rest)*)?)
    };
    ([ $($done:expr),* ] $value:expr $(, $($rest:tt)*)?) => {
        $crate::json::items!([ $($done,)* $crate::json::ToJson::to_json(&$value) ] $($($rest)*)?)
    };
}

pub(crate) use {items, json, members};

#[cfg(test)]
mod tests {
    use serde_json::Map;

    #[test]
    fn it_writes_what_serde_json_writes() {
        let (name, missing, list) = ("n".to_owned(), None::<i64>, vec![1_u32, 2]);
        let object: Map<_, _> = [("x".to_owned(), json!(true))].into_iter().collect();
        macro_rules! both {
            ($($json:tt)*) => { assert_eq!(json!($($json)*), serde_json::json!($($json)*)) };
        }
        both!(null);
        both!({});
        both!([]);
        both!({ "a": null, "b": { "c": [1, { "d": name }, [null, -2]] }, "e": missing, "f": list, "g": object, });
        both!([name.len() + 1, 1.5, f64::NAN, ["a", name], "text", Some(false),]);
        // Members stand as they were written.
        assert_eq!(json!({ "z": 1, "a": 2 }).to_string(), r#"{"z":1,"a":2}"#);
    }
}
