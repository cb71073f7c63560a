//! What the stored types of one form are, as a text: a line a type, fields and variants in the order in which they
//! are written. The text is drawn from the types themselves (`tests/src/kept/trace.rs`), kept for every form, and
//! read here.
//!
//! ```text
//! Grant = {to Grantee, option bool, columns ?[str]}
//! Grantee = | Public | User(str) | Role {name str}
//! ```

use std::fmt;

/// What stands for a value, as postcard writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    Bool,
    /// Bits; eight are one byte, more a number of as many bytes as it takes.
    Unsigned(u8),
    Signed(u8),
    Float(u8),
    Text,
    Optional(Box<Shape>),
    /// Sets and maps are lists, too; a map's items are pairs.
    List(Box<Shape>),
    Tuple(Vec<Shape>),
    /// Bytes in which a value is written by itself.
    Nested(Box<Shape>),
    Named(String),
    /// Not seen yet; only while a text is drawn.
    Unknown,
}

/// A named type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Definition {
    Struct(Vec<Field>),
    Enum(Vec<Variant>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub shape: Shape,
}

/// What a variant holds without names is called `0`, `1`, ...
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    pub name: String,
    pub fields: Vec<Field>,
}

/// All types of a form, in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    pub types: Vec<(String, Definition)>,
}

const SIMPLE: [(&str, Shape); 14] = [
    ("bool", Shape::Bool),
    ("u8", Shape::Unsigned(8)),
    ("u16", Shape::Unsigned(16)),
    ("u32", Shape::Unsigned(32)),
    ("u64", Shape::Unsigned(64)),
    ("u128", Shape::Unsigned(128)),
    ("i8", Shape::Signed(8)),
    ("i16", Shape::Signed(16)),
    ("i32", Shape::Signed(32)),
    ("i64", Shape::Signed(64)),
    ("i128", Shape::Signed(128)),
    ("f32", Shape::Float(32)),
    ("f64", Shape::Float(64)),
    ("str", Shape::Text),
];

impl Book {
    pub fn get(&self, name: &str) -> Option<&Definition> {
        let at = self.types.binary_search_by(|(own, _)| own.as_str().cmp(name)).ok()?;
        Some(&self.types[at].1)
    }

    /// Reads what [`Display`](fmt::Display) prints; `None` when it is not that.
    pub fn read(text: &str) -> Option<Book> {
        let mut types = Vec::new();
        for line in text.lines().filter(|line| !line.is_empty()) {
            let mut words = Words(line);
            let name = words.word()?.to_owned();
            words.sign("=").then_some(())?;
            let definition = if words.sign("{") {
                Definition::Struct(words.fields()?)
            } else {
                let mut variants = Vec::new();
                while words.sign("|") {
                    variants.push(words.variant()?);
                }
                Definition::Enum(variants)
            };
            words.0.trim().is_empty().then_some(())?;
            types.push((name, definition));
        }
        Some(Book { types })
    }

    /// The type that a shape names.
    pub(crate) fn named<'s>(&'s self, shape: &'s Shape) -> Option<(&'s str, &'s Definition)> {
        let Shape::Named(name) = shape else { return None };
        self.get(name).map(|definition| (name.as_str(), definition))
    }

    /// What is stored in one piece: a field of the type `Root`.
    pub fn root(&self, name: &str) -> Option<&Shape> {
        let Some(Definition::Struct(fields)) = self.get("Root") else { return None };
        fields.iter().find(|field| field.name == name).map(|field| &field.shape)
    }
}

/// What is left of a line.
struct Words<'a>(&'a str);

impl<'a> Words<'a> {
    fn word(&mut self) -> Option<&'a str> {
        let text = self.0.trim_start();
        let end = text.find(|c: char| !c.is_alphanumeric() && !"_:.".contains(c)).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        self.0 = rest;
        (!word.is_empty()).then_some(word)
    }

    fn sign(&mut self, sign: &str) -> bool {
        let rest = self.0.trim_start().strip_prefix(sign);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// Behind `{`.
    fn fields(&mut self) -> Option<Vec<Field>> {
        let mut fields = Vec::new();
        while !self.sign("}") {
            fields.push(Field { name: self.word()?.to_owned(), shape: self.shape()? });
            self.sign(",");
        }
        Some(fields)
    }

    /// Behind `(`.
    fn shapes(&mut self) -> Option<Vec<Shape>> {
        let mut shapes = Vec::new();
        while !self.sign(")") {
            shapes.push(self.shape()?);
            self.sign(",");
        }
        Some(shapes)
    }

    fn variant(&mut self) -> Option<Variant> {
        let name = self.word()?.to_owned();
        let fields = if self.sign("{") {
            self.fields()?
        } else if self.sign("(") {
            numbered(self.shapes()?)
        } else {
            Vec::new()
        };
        Some(Variant { name, fields })
    }

    fn shape(&mut self) -> Option<Shape> {
        if self.sign("?") {
            return Some(Shape::Optional(Box::new(self.shape()?)));
        }
        if self.sign("(") {
            return Some(Shape::Tuple(self.shapes()?));
        }
        for (open, close, kind) in
            [("[", "]", Shape::List as fn(Box<Shape>) -> Shape), ("<", ">", Shape::Nested)]
        {
            if self.sign(open) {
                let inner = self.shape()?;
                return self.sign(close).then(|| kind(Box::new(inner)));
            }
        }
        let word = self.word()?;
        let simple = SIMPLE.iter().find(|(name, _)| *name == word);
        Some(simple.map_or_else(|| Shape::Named(word.to_owned()), |(_, shape)| shape.clone()))
    }
}

/// Fields without names.
pub fn numbered(shapes: Vec<Shape>) -> Vec<Field> {
    shapes.into_iter().enumerate().map(|(at, shape)| Field { name: at.to_string(), shape }).collect()
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shape::Optional(inner) => write!(f, "?{inner}"),
            Shape::List(inner) => write!(f, "[{inner}]"),
            Shape::Nested(inner) => write!(f, "<{inner}>"),
            Shape::Named(name) => f.write_str(name),
            Shape::Unknown => f.write_str("unknown"),
            Shape::Tuple(shapes) => {
                let shapes: Vec<String> = shapes.iter().map(ToString::to_string).collect();
                write!(f, "({})", shapes.join(", "))
            }
            simple => {
                f.write_str(SIMPLE.iter().find(|(_, shape)| shape == simple).map_or("", |(name, _)| name))
            }
        }
    }
}

fn listed(fields: &[Field]) -> String {
    let fields: Vec<String> = fields.iter().map(|field| format!("{} {}", field.name, field.shape)).collect();
    format!("{{{}}}", fields.join(", "))
}

impl fmt::Display for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, definition) in &self.types {
            write!(f, "{name} =")?;
            match definition {
                Definition::Struct(fields) => write!(f, " {}", listed(fields))?,
                Definition::Enum(variants) => {
                    for variant in variants {
                        write!(f, " | {}", variant.name)?;
                        match variant.fields.first() {
                            None => {}
                            Some(first) if first.name == "0" => {
                                let shapes = variant.fields.iter().map(|field| field.shape.clone()).collect();
                                write!(f, "{}", Shape::Tuple(shapes))?;
                            }
                            Some(_) => write!(f, " {}", listed(&variant.fields))?,
                        }
                    }
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
