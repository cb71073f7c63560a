//! Draws the book of what is stored from the types themselves: a reader that answers every question of a type with
//! something, and writes down what was asked.
//!
//! It goes over all of it again and again, another variant each time, until no variant is left that it has not seen.

use std::any::type_name;
use std::collections::BTreeMap;
use std::fmt;

use sandshift_upgrade::book::{Book, Definition, Field, Shape, Variant, numbered};
use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

/// More rounds than any account's types need.
const ROUNDS: usize = 20_000;
/// Types within types; deeper is a type within itself.
const DEEPEST: usize = 60;

/// What was seen so far.
#[derive(Default)]
pub struct Tracer {
    types: BTreeMap<String, Definition>,
    /// Types that are being read, outermost first.
    within: Vec<String>,
    /// What was read last.
    seen: Option<Shape>,
    /// By enum: which variants end, when it is met within itself.
    ends: BTreeMap<String, usize>,
    turn: usize,
}

/// A reader's refusal; what a type says of a value that it does not take.
#[derive(Debug)]
pub struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl serde::de::Error for Refused {
    fn custom<T: fmt::Display>(what: T) -> Self {
        Refused(what.to_string())
    }
}

impl Tracer {
    /// Sees all of what `read` reads, and calls it `name` in the book's `Root`.
    ///
    /// # Errors
    /// A type that takes nothing of what it is given, or that is never seen whole.
    pub fn trace(&mut self, read: impl Fn(&mut Tracer) -> Result<(), Refused>) -> Result<Shape, String> {
        let mut refused = String::new();
        for _ in 0..ROUNDS {
            self.turn += 1;
            self.within.clear();
            match read(self) {
                Ok(()) if self.missing().is_empty() => {
                    return self.seen.take().ok_or_else(|| "nothing was read".to_owned());
                }
                Ok(()) => {}
                Err(Refused(why)) => refused = why,
            }
        }
        Err(format!("{refused}; not seen: {}", self.missing().join(", ")))
    }

    /// What there is of each type.
    pub fn book(self, roots: Vec<(&str, Shape)>) -> Book {
        let mut types = self.types;
        let roots = roots.into_iter().map(|(name, shape)| Field { name: name.to_owned(), shape }).collect();
        types.insert("Root".to_owned(), Definition::Struct(roots));
        Book { types: types.into_iter().collect() }
    }

    fn missing(&self) -> Vec<String> {
        let whole = |fields: &[Field]| !fields.iter().any(|field| unknown(&field.shape));
        let mut missing = Vec::new();
        for (name, definition) in &self.types {
            match definition {
                Definition::Struct(fields) if whole(fields) => {}
                Definition::Struct(_) => missing.push(name.clone()),
                Definition::Enum(variants) => {
                    let not = variants.iter().filter(|variant| !whole(&variant.fields));
                    missing.extend(not.map(|variant| format!("{name}.{}", variant.name)));
                }
            }
        }
        missing
    }

    fn plain<T>(&mut self, shape: Shape, value: T) -> T {
        self.seen = Some(shape);
        value
    }

    fn last(&mut self) -> Shape {
        self.seen.take().unwrap_or(Shape::Unknown)
    }

    /// Met within itself: lists are empty and options are none, so that it ends.
    fn again(&self) -> bool {
        let innermost = self.within.last();
        self.within.len() > DEEPEST / 2
            || self.within.iter().filter(|name| Some(*name) == innermost).count() > 1
    }

    fn enter(&mut self, name: &str) -> Result<(), Refused> {
        if self.within.len() > DEEPEST {
            return Err(Refused::custom("it holds itself"));
        }
        self.within.push(name.to_owned());
        Ok(())
    }

    fn note(&mut self, name: String, fields: Vec<Field>) {
        let before = match self.types.remove(&name) {
            Some(Definition::Struct(before)) => before,
            _ => Vec::new(),
        };
        self.types.insert(name, Definition::Struct(merged(before, fields)));
    }
}

fn unknown(shape: &Shape) -> bool {
    match shape {
        Shape::Unknown => true,
        Shape::Optional(inner) | Shape::List(inner) | Shape::Nested(inner) => unknown(inner),
        Shape::Tuple(shapes) => shapes.iter().any(unknown),
        _ => false,
    }
}

/// What two looks at the same fields have seen together.
fn merged(before: Vec<Field>, now: Vec<Field>) -> Vec<Field> {
    let both = |(before, now): (Field, Field)| if unknown(&before.shape) { now } else { before };
    match before.len() == now.len() {
        true => before.into_iter().zip(now).map(both).collect(),
        false => now,
    }
}

/// A type's path, from the name of what serde's derive reads it with.
fn path<V>() -> String {
    let name = type_name::<V>();
    let own = name.split(" for ").nth(1).and_then(|rest| rest.split(">::").next()).unwrap_or(name);
    let own = own.trim_start_matches("sandshift_");
    own.chars().map(|c| if c.is_alphanumeric() || "_:".contains(c) { c } else { '.' }).collect()
}

macro_rules! plain {
    ($($read:ident $visit:ident $shape:expr, $value:expr;)*) => {
        $(fn $read<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
            let value = self.plain($shape, $value);
            visitor.$visit(value)
        })*
    };
}

impl<'de> Deserializer<'de> for &mut Tracer {
    type Error = Refused;

    plain! {
        deserialize_bool visit_bool Shape::Bool, false;
        deserialize_u8 visit_u8 Shape::Unsigned(8), 0;
        deserialize_u16 visit_u16 Shape::Unsigned(16), 0;
        deserialize_u32 visit_u32 Shape::Unsigned(32), 0;
        deserialize_u64 visit_u64 Shape::Unsigned(64), 0;
        deserialize_u128 visit_u128 Shape::Unsigned(128), 0;
        deserialize_i8 visit_i8 Shape::Signed(8), 0;
        deserialize_i16 visit_i16 Shape::Signed(16), 0;
        deserialize_i32 visit_i32 Shape::Signed(32), 0;
        deserialize_i64 visit_i64 Shape::Signed(64), 0;
        deserialize_i128 visit_i128 Shape::Signed(128), 0;
        deserialize_f32 visit_f32 Shape::Float(32), 0.0;
        deserialize_f64 visit_f64 Shape::Float(64), 0.0;
        deserialize_char visit_char Shape::Text, '0';
        // A text that is JSON, too.
        deserialize_str visit_str Shape::Text, "0";
        deserialize_string visit_str Shape::Text, "0";
        deserialize_bytes visit_bytes Shape::List(Box::new(Shape::Unsigned(8))), b"0";
        deserialize_byte_buf visit_bytes Shape::List(Box::new(Shape::Unsigned(8))), b"0";
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Refused> {
        Err(Refused(format!("{} asks for anything", type_name::<V>())))
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_any(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        let value = if self.again() { visitor.visit_none() } else { visitor.visit_some(&mut *self) }?;
        let inner = self.last();
        self.seen = Some(Shape::Optional(Box::new(inner)));
        Ok(value)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        self.seen = Some(Shape::Tuple(Vec::new()));
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        let count = usize::from(!self.again());
        let mut items = Items { tracer: self, left: count, seen: Vec::new() };
        let value = visitor.visit_seq(&mut items)?;
        let inner = items.seen.pop().unwrap_or(Shape::Unknown);
        self.seen = Some(Shape::List(Box::new(inner)));
        Ok(value)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        let count = 2 * usize::from(!self.again());
        let mut items = Items { tracer: self, left: count, seen: Vec::new() };
        let value = visitor.visit_map(&mut items)?;
        let inner = if items.seen.is_empty() { Shape::Unknown } else { Shape::Tuple(items.seen) };
        self.seen = Some(Shape::List(Box::new(inner)));
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, count: usize, visitor: V) -> Result<V::Value, Refused> {
        let mut items = Items { tracer: self, left: count, seen: Vec::new() };
        let value = visitor.visit_seq(&mut items)?;
        let seen = items.seen;
        self.seen = Some(Shape::Tuple(seen));
        Ok(value)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        count: usize,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.deserialize_tuple(count, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        let name = path::<V>();
        self.enter(&name)?;
        let mut items = Items { tracer: self, left: names.len(), seen: Vec::new() };
        let value = visitor.visit_seq(&mut items);
        let mut seen = items.seen;
        // What could not be read whole was read as far as that.
        seen.resize(names.len(), Shape::Unknown);
        self.within.pop();
        self.note(name.clone(), fields(names, seen));
        self.seen = Some(Shape::Named(name));
        value
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        let name = path::<V>();
        let inside = self.within.contains(&name);
        self.enter(&name)?;
        if !self.types.contains_key(&name) {
            let not_seen =
                |name: &&str| Variant { name: (*name).to_owned(), fields: numbered(vec![Shape::Unknown]) };
            self.types.insert(name.clone(), Definition::Enum(names.iter().map(not_seen).collect()));
        }
        let not = match self.types.get(&name) {
            Some(Definition::Enum(variants)) => {
                variants.iter().position(|variant| variant.fields.iter().any(|field| unknown(&field.shape)))
            }
            _ => None,
        };
        let at = match (inside, not) {
            (true, _) => self.ends.get(&name).copied().unwrap_or(self.turn % names.len()),
            // Now and then another: what is missing may be missing because of where it stands.
            (false, Some(at)) if !self.turn.is_multiple_of(4) => at,
            (false, _) => self.turn / 4 % names.len(),
        };
        let mut seen = Vec::new();
        let value = visitor.visit_enum(Chosen { tracer: self, at, seen: &mut seen });
        self.within.pop();
        if value.is_ok() {
            if !seen.iter().any(|field| matches!(&field.shape, Shape::Named(own) if *own == name)) {
                self.ends.entry(name.clone()).or_insert(at);
            }
            if let Some(Definition::Enum(variants)) = self.types.get_mut(&name) {
                let variant = &mut variants[at];
                variant.fields = merged(std::mem::take(&mut variant.fields), seen);
            }
        }
        self.seen = Some(Shape::Named(name));
        value
    }
}

fn fields(names: &[&str], shapes: Vec<Shape>) -> Vec<Field> {
    names.iter().zip(shapes).map(|(name, shape)| Field { name: (*name).to_owned(), shape }).collect()
}

/// Gives so many items, and what each was.
struct Items<'t> {
    tracer: &'t mut Tracer,
    left: usize,
    seen: Vec<Shape>,
}

impl Items<'_> {
    fn next<'de, T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Refused> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let value = seed.deserialize(&mut *self.tracer);
        let shape = self.tracer.last();
        self.seen.push(shape);
        value.map(Some)
    }
}

impl<'de> SeqAccess<'de> for &mut Items<'_> {
    type Error = Refused;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Refused> {
        self.next(seed)
    }
}

impl<'de> MapAccess<'de> for &mut Items<'_> {
    type Error = Refused;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refused> {
        self.next(seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Refused> {
        self.next(seed)?.ok_or_else(|| Refused::custom("no value"))
    }
}

/// A variant that was chosen.
struct Chosen<'t> {
    tracer: &'t mut Tracer,
    at: usize,
    seen: &'t mut Vec<Field>,
}

impl<'de, 't> EnumAccess<'de> for Chosen<'t> {
    type Error = Refused;
    type Variant = Chosen<'t>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Chosen<'t>), Refused> {
        let value = seed.deserialize((self.at as u32).into_deserializer())?;
        Ok((value, self))
    }
}

impl<'de> VariantAccess<'de> for Chosen<'_> {
    type Error = Refused;

    fn unit_variant(self) -> Result<(), Refused> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Refused> {
        let value = seed.deserialize(&mut *self.tracer)?;
        *self.seen = numbered(vec![self.tracer.last()]);
        Ok(value)
    }

    fn tuple_variant<V: Visitor<'de>>(self, count: usize, visitor: V) -> Result<V::Value, Refused> {
        let mut items = Items { tracer: self.tracer, left: count, seen: Vec::new() };
        let value = visitor.visit_seq(&mut items)?;
        *self.seen = numbered(items.seen);
        Ok(value)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        let mut items = Items { tracer: self.tracer, left: names.len(), seen: Vec::new() };
        let value = visitor.visit_seq(&mut items)?;
        *self.seen = fields(names, items.seen);
        Ok(value)
    }
}

/// Reads a `T` and forgets it.
pub fn read<T: for<'de> Deserialize<'de>>(tracer: &mut Tracer) -> Result<(), Refused> {
    T::deserialize(tracer).map(drop)
}
