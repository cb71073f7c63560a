//! Types that hold others, as columns of external tables have them: `struct`, `array` and `map`.

use super::data_type::DataType;
use super::identifier::Identifier;

#[derive(Clone, Debug, PartialEq)]
pub enum Nested {
    Scalar(DataType),
    Struct(Vec<(Identifier, Nested)>),
    Array(Box<Nested>),
    /// `key` and `value`: it is walked as an array of such structures (Developer Guide, "Querying nested data").
    Map(Vec<(Identifier, Nested)>),
}

impl Nested {
    pub fn member(&self, name: &str) -> Option<&Nested> {
        match self {
            Nested::Struct(members) => members.iter().find(|(member, _)| *member == *name).map(|(_, of)| of),
            Nested::Scalar(_) | Nested::Array(_) | Nested::Map(_) => None,
        }
    }

    /// Whether its JSON has all values as texts of their types: no maps, no times, no fractions.
    pub fn is_plain(&self) -> bool {
        match self {
            Nested::Scalar(of) => of.is_string() || of.is_integer() || *of == DataType::Boolean,
            Nested::Struct(members) => members.iter().all(|(_, of)| of.is_plain()),
            Nested::Array(of) => of.is_plain(),
            Nested::Map(_) => false,
        }
    }

    /// What FROM ranges over.
    pub fn element(&self) -> Option<Nested> {
        match self {
            Nested::Array(of) => Some((**of).clone()),
            Nested::Map(pair) => Some(Nested::Struct(pair.clone())),
            Nested::Scalar(_) | Nested::Struct(_) => None,
        }
    }
}
