//! A file's columns: the tree that its end describes.

use sandshift_extension::formats::Kind;

use super::thrift::Thrift;
use crate::Result;

/// A column, or a part of one.
#[derive(Clone, Debug)]
pub struct Node {
    pub name: String,
    pub optional: bool,
    pub repeated: bool,
    /// Levels at which it is there, and at which it repeats.
    pub definition: u32,
    pub repetition: u32,
    pub what: What,
}

#[derive(Clone, Debug)]
pub enum What {
    Leaf(Leaf),
    Structure(Vec<Node>),
    List(Vec<Node>),
    Map(Vec<Node>),
}

#[derive(Clone, Copy, Debug)]
pub struct Leaf {
    /// Its number among the file's leaves.
    pub index: usize,
    pub physical: Physical,
    pub kind: Kind,
    /// What a stored time is divided by and multiplied with to be microseconds.
    pub scale: (i64, i64),
}

/// How values lie in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Physical {
    Boolean,
    Int32,
    Int64,
    Int96,
    Float,
    Double,
    Bytes,
    Fixed(usize),
}

impl Physical {
    fn read(number: i64, length: i64) -> Result<Self> {
        Ok(match number {
            0 => Physical::Boolean,
            1 => Physical::Int32,
            2 => Physical::Int64,
            3 => Physical::Int96,
            4 => Physical::Float,
            5 => Physical::Double,
            6 => Physical::Bytes,
            7 => Physical::Fixed(usize::try_from(length).map_err(|_| damaged())?),
            _ => return Err(damaged()),
        })
    }

    fn name(self) -> String {
        match self {
            Physical::Boolean => "boolean".to_owned(),
            Physical::Int32 => "int32".to_owned(),
            Physical::Int64 => "int64".to_owned(),
            Physical::Int96 => "int96".to_owned(),
            Physical::Float => "float".to_owned(),
            Physical::Double => "double".to_owned(),
            Physical::Bytes => "byte_array".to_owned(),
            Physical::Fixed(length) => format!("fixed_len_byte_array({length})"),
        }
    }

    /// Bytes a plain value, where all are alike.
    pub fn width(self) -> Option<usize> {
        Some(match self {
            Physical::Int32 | Physical::Float => 4,
            Physical::Int64 | Physical::Double => 8,
            Physical::Int96 => 12,
            Physical::Fixed(length) => length,
            Physical::Boolean | Physical::Bytes => return None,
        })
    }
}

pub fn damaged() -> String {
    "the file's footer is damaged".to_owned()
}

/// The columns of a file, from its list of schema elements.
pub fn columns(elements: &[Thrift<'_>]) -> Result<Vec<Node>> {
    let root = elements.first().ok_or_else(damaged)?;
    let many = root.int(5).unwrap_or(0);
    let mut from = Elements { rest: &elements[1..], leaves: 0 };
    (0..many).map(|_| from.node(0, 0, 20)).collect()
}

struct Elements<'a, 'b> {
    rest: &'b [Thrift<'a>],
    leaves: usize,
}

impl Elements<'_, '_> {
    fn node(&mut self, definition: u32, repetition: u32, depth: usize) -> Result<Node> {
        let (element, rest) = self.rest.split_first().ok_or_else(damaged)?;
        self.rest = rest;
        let depth = depth.checked_sub(1).ok_or_else(damaged)?;
        let repeats = element.int(3).unwrap_or(0);
        let (optional, repeated) = (repeats == 1, repeats == 2);
        let definition = definition + u32::from(optional || repeated);
        let repetition = repetition + u32::from(repeated);
        let name = String::from_utf8_lossy(element.bytes(4).unwrap_or_default()).into_owned();
        let what = match element.int(1) {
            Some(physical) => {
                let physical = Physical::read(physical, element.int(2).unwrap_or(0))?;
                let (kind, scale) = meaning(element, physical);
                self.leaves += 1;
                What::Leaf(Leaf { index: self.leaves - 1, physical, kind, scale })
            }
            None => {
                let many = element.int(5).unwrap_or(0);
                let children = (0..many)
                    .map(|_| self.node(definition, repetition, depth))
                    .collect::<Result<Vec<_>>>()?;
                if children.is_empty() {
                    return Err(damaged());
                }
                let logical = element.field(10);
                let is = |number, converted: &[i64]| {
                    logical.is_some_and(|logical| logical.field(number).is_some())
                        || element.int(6).is_some_and(|c| converted.contains(&c))
                };
                let wraps = children.len() == 1 && children[0].repeated;
                match () {
                    () if wraps && is(3, &[3]) => What::List(children),
                    () if wraps && is(2, &[1, 2]) => What::Map(children),
                    () => What::Structure(children),
                }
            }
        };
        Ok(Node { name, optional, repeated, definition, repetition, what })
    }
}

/// What a leaf's values are, and how its times become microseconds.
fn meaning(element: &Thrift<'_>, physical: Physical) -> (Kind, (i64, i64)) {
    const MICROS: (i64, i64) = (1, 1);
    let converted = element.int(6);
    let logical = element.field(10);
    let under = |number: i16| logical.and_then(|logical| logical.field(number));
    let unit = |time: &Thrift<'_>| match time.field(2) {
        Some(unit) if unit.field(1).is_some() => (1, 1_000),
        Some(unit) if unit.field(3).is_some() => (1_000, 1),
        _ => MICROS,
    };
    let decimal = under(5)
        .map(|d| (d.int(2), d.int(1)))
        .or_else(|| (converted == Some(5)).then(|| (element.int(8), element.int(7))));
    if let Some((precision, scale)) = decimal {
        let (precision, scale) = (precision.unwrap_or(38), scale.unwrap_or(0));
        return (
            Kind::Decimal { precision: precision.clamp(1, 38) as u8, scale: scale.clamp(0, 38) as u8 },
            MICROS,
        );
    }
    let kind = match physical {
        Physical::Boolean => Kind::Boolean,
        Physical::Float => Kind::Float,
        Physical::Double => Kind::Double,
        // What Impala and older Spark write for a timestamp.
        Physical::Int96 => Kind::Timestamp { utc: false },
        Physical::Int32 | Physical::Int64 => {
            if under(6).is_some() || converted == Some(6) {
                return (Kind::Date, MICROS);
            }
            if let Some(time) = under(7) {
                return (Kind::Time, unit(time));
            }
            if let Some(time) = under(8) {
                return (Kind::Timestamp { utc: time.flag(1).unwrap_or(false) }, unit(time));
            }
            let wide = if physical == Physical::Int32 { 32 } else { 64 };
            match converted {
                Some(7) => return (Kind::Time, (1, 1_000)),
                Some(8) => return (Kind::Time, MICROS),
                Some(9) => return (Kind::Timestamp { utc: true }, (1, 1_000)),
                Some(10) => return (Kind::Timestamp { utc: true }, MICROS),
                Some(c @ 11..=14) => Kind::Integer { bits: 8 << (c - 11), signed: false },
                Some(c @ 15..=18) => Kind::Integer { bits: 8 << (c - 15), signed: true },
                _ => match under(10) {
                    Some(integer) => Kind::Integer {
                        bits: integer.int(1).filter(|bits| [8, 16, 32, 64].contains(bits)).unwrap_or(wide)
                            as u8,
                        signed: integer.flag(2).unwrap_or(true),
                    },
                    None => Kind::Integer { bits: wide as u8, signed: true },
                },
            }
        }
        Physical::Bytes => {
            let is = |logical: &[i16], old: &[i64]| {
                logical.iter().any(|number| under(*number).is_some())
                    || converted.is_some_and(|converted| old.contains(&converted))
            };
            match () {
                // JSON, which is a nested value already.
                () if is(&[12], &[19]) => Kind::Nested,
                () if is(&[1, 4], &[0, 4]) => Kind::Text,
                () => Kind::Binary,
            }
        }
        Physical::Fixed(_) => Kind::Binary,
    };
    (kind, MICROS)
}

impl Node {
    /// All leaves below, from the left.
    pub fn leaves<'a>(&'a self, out: &mut Vec<(&'a Node, Leaf)>) {
        match &self.what {
            What::Leaf(leaf) => out.push((self, *leaf)),
            What::Structure(children) | What::List(children) | What::Map(children) => {
                for child in children {
                    child.leaves(out);
                }
            }
        }
    }

    /// What a column is to whoever reads the file.
    pub fn kind(&self) -> Kind {
        match &self.what {
            What::Leaf(leaf) if !self.repeated => leaf.kind,
            _ => Kind::Nested,
        }
    }

    /// As Spectrum prints it in its errors.
    pub fn printed(&self) -> String {
        let repeats = match (self.optional, self.repeated) {
            (true, _) => "optional",
            (_, true) => "repeated",
            _ => "required",
        };
        let levels = format!("d:{} r:{}", self.definition, self.repetition);
        match &self.what {
            What::Leaf(leaf) => {
                format!("{repeats} {} {} [i:{} {levels}]", leaf.physical.name(), self.name, leaf.index)
            }
            _ => format!("{repeats} group {} [{levels}]", self.name),
        }
    }
}
