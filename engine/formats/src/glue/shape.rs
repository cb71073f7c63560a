//! Types of columns as a crawler finds them, and as the catalog writes them.

use std::fmt;

use sandshift_extension::formats::Kind;
use serde_json::Value;

use crate::parquet::schema::{Node, What};

#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// No value has been seen.
    Nothing,
    Boolean,
    /// Fits four bytes: what JSON and Parquet tell, and text does not.
    Int,
    Bigint,
    Double,
    Text,
    /// What a Parquet file says, in the catalog's word.
    Exact(String),
    Struct(Vec<(String, Shape)>),
    Array(Box<Shape>),
    Map(Box<Shape>, Box<Shape>),
}

impl Shape {
    /// A field of text.
    pub fn of_text(text: &str) -> Shape {
        let text = text.trim();
        match () {
            () if text.is_empty() => Shape::Nothing,
            () if text.parse::<i64>().is_ok() => Shape::Bigint,
            // Not `inf` and `nan`, which are words.
            () if text.ends_with(|last: char| last.is_ascii_digit() || last == '.')
                && text.parse::<f64>().is_ok() =>
            {
                Shape::Double
            }
            () if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") => Shape::Boolean,
            () => Shape::Text,
        }
    }

    pub fn of_json(value: &Value) -> Shape {
        match value {
            Value::Null => Shape::Nothing,
            Value::Bool(_) => Shape::Boolean,
            Value::Number(number) => match number.as_i64() {
                Some(number) if i32::try_from(number).is_ok() => Shape::Int,
                Some(_) => Shape::Bigint,
                None => Shape::Double,
            },
            Value::String(_) => Shape::Text,
            Value::Array(items) => {
                let of = items.iter().map(Shape::of_json).fold(Shape::Nothing, Shape::with);
                Shape::Array(Box::new(of))
            }
            Value::Object(members) => {
                let of = members.iter().map(|(name, value)| (name.to_lowercase(), Shape::of_json(value)));
                Shape::Struct(of.collect())
            }
        }
    }

    pub fn of_parquet(node: &Node) -> Shape {
        let of =
            |nodes: &[Node]| nodes.iter().map(|node| (node.name.clone(), Shape::of_parquet(node))).collect();
        match &node.what {
            What::Leaf(leaf) => Shape::of_kind(leaf.kind),
            What::Structure(parts) => Shape::Struct(of(parts)),
            What::List(parts) | What::Map(parts) => {
                let inner = parts.first();
                match inner.map(|inner| &inner.what) {
                    Some(What::Structure(pair)) if matches!(node.what, What::Map(_)) && pair.len() == 2 => {
                        let [key, value] = [0, 1].map(|at| Box::new(Shape::of_parquet(&pair[at])));
                        Shape::Map(key, value)
                    }
                    // The repeated group of a list wraps its element.
                    Some(What::Structure(one)) if one.len() == 1 => {
                        Shape::Array(Box::new(Shape::of_parquet(&one[0])))
                    }
                    _ => Shape::Array(Box::new(inner.map_or(Shape::Nothing, Shape::of_parquet))),
                }
            }
        }
    }

    fn of_kind(kind: Kind) -> Shape {
        let word = match kind {
            Kind::Boolean => return Shape::Boolean,
            Kind::Integer { bits: 8, signed: true } => "tinyint",
            Kind::Integer { bits: 8, .. } | Kind::Integer { bits: 16, signed: true } => "smallint",
            Kind::Integer { bits: 16, .. } | Kind::Integer { bits: 32, signed: true } => return Shape::Int,
            Kind::Integer { bits: 64, signed: false } => "decimal(20,0)",
            Kind::Integer { .. } | Kind::Time => return Shape::Bigint,
            Kind::Float => "float",
            Kind::Double => return Shape::Double,
            Kind::Decimal { precision, scale } => {
                return Shape::Exact(format!("decimal({precision},{scale})"));
            }
            Kind::Date => "date",
            Kind::Timestamp { .. } => "timestamp",
            Kind::Text | Kind::Nested => return Shape::Text,
            Kind::Binary => "binary",
        };
        Shape::Exact(word.to_owned())
    }

    /// The type that holds both.
    #[must_use]
    pub fn with(self, other: Shape) -> Shape {
        use Shape::{Array, Bigint, Double, Int, Nothing, Struct, Text};
        match (self, other) {
            (one, Nothing) | (Nothing, one) => one,
            (one, other) if one == other => one,
            (Int, Bigint) | (Bigint, Int) => Bigint,
            (Int | Bigint, Double) | (Double, Int | Bigint) => Double,
            (Array(one), Array(other)) => Array(Box::new(one.with(*other))),
            (Struct(one), Struct(other)) => Struct(merged(one, other)),
            _ => Text,
        }
    }
}

/// Members of both, the first's first.
pub fn merged(mut one: Vec<(String, Shape)>, other: Vec<(String, Shape)>) -> Vec<(String, Shape)> {
    for (name, shape) in other {
        match one.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = std::mem::replace(known, Shape::Nothing).with(shape),
            None => one.push((name, shape)),
        }
    }
    one
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shape::Nothing | Shape::Text => f.write_str("string"),
            Shape::Boolean => f.write_str("boolean"),
            Shape::Int => f.write_str("int"),
            Shape::Bigint => f.write_str("bigint"),
            Shape::Double => f.write_str("double"),
            Shape::Exact(word) => f.write_str(word),
            Shape::Struct(parts) => {
                let parts: Vec<String> =
                    parts.iter().map(|(name, shape)| format!("{name}:{shape}")).collect();
                write!(f, "struct<{}>", parts.join(","))
            }
            Shape::Array(of) => write!(f, "array<{of}>"),
            Shape::Map(key, value) => write!(f, "map<{key},{value}>"),
        }
    }
}
