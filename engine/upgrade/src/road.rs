//! From values of one form to the same in another: fields and variants are found by name, what is gone is left out,
//! what is new is absent (no value, an empty list, false) or what the notes say.

use crate::book::{Book, Definition, Field, Shape, Variant};
use crate::notes::Notes;
use crate::wire::{Input, write_signed, write_unsigned};

/// Deeper than any account, and less than a stack holds.
const DEEPEST: usize = 200;

/// The way from one form to another.
pub struct Road<'a> {
    pub from: &'a Book,
    pub to: &'a Book,
    pub notes: &'a Notes<'a>,
}

type Result<T> = std::result::Result<T, String>;

impl Road<'_> {
    /// Reads a value of `from`'s `name` and writes it as `to`'s.
    ///
    /// # Errors
    /// Bytes that are no such value, or a value that the present form has no place for.
    pub fn convert(
        &self,
        from: &Shape,
        to: &Shape,
        input: &mut Input<'_>,
        out: &mut Vec<u8>,
        depth: usize,
    ) -> Result<()> {
        if depth > DEEPEST {
            return Err("it is nested too deeply".to_owned());
        }
        let depth = depth + 1;
        match (from, to) {
            (Shape::Bool, Shape::Bool) => out.push(u8::from(input.flag()?)),
            (Shape::Text, Shape::Text) => {
                let text = input.bytes()?;
                write_unsigned(text.len() as u128, 64, out);
                out.extend(text);
            }
            (Shape::Float(bits), Shape::Float(same)) if bits == same => {
                out.extend(input.take(usize::from(bits / 8))?)
            }
            (Shape::Float(32), Shape::Float(64)) => {
                let bytes = input.take(4)?.try_into().map_err(|_| "it is cut short")?;
                out.extend(f64::from(f32::from_le_bytes(bytes)).to_le_bytes());
            }
            (Shape::Unsigned(from), Shape::Unsigned(to)) => {
                let number = input.unsigned(*from)?;
                fits(number.checked_shr(u32::from(*to)).unwrap_or(0) == 0)?;
                write_unsigned(number, *to, out);
            }
            (Shape::Signed(from), Shape::Signed(to)) => {
                let number = input.signed(*from)?;
                fits(*to == 128 || number >> (to - 1) == 0 || number >> (to - 1) == -1)?;
                write_signed(number, *to, out);
            }
            (Shape::Optional(from), Shape::Optional(to)) => {
                let there = input.flag()?;
                out.push(u8::from(there));
                if there {
                    self.convert(from, to, input, out, depth)?;
                }
            }
            (Shape::Optional(from), to) => match input.flag()? {
                true => self.convert(from, to, input, out, depth)?,
                false => self.absent(to, out, depth)?,
            },
            (from, Shape::Optional(to)) => {
                out.push(1);
                self.convert(from, to, input, out, depth)?;
            }
            (Shape::List(from), Shape::List(to)) => {
                let length = input.length()?;
                write_unsigned(length as u128, 64, out);
                for _ in 0..length {
                    self.convert(from, to, input, out, depth)?;
                }
            }
            (Shape::Tuple(from), Shape::Tuple(to)) if from.len() == to.len() => {
                for (from, to) in from.iter().zip(to) {
                    self.convert(from, to, input, out, depth)?;
                }
            }
            (Shape::Nested(from), Shape::Nested(to)) => {
                let mut inner = Input(input.bytes()?);
                let mut bytes = Vec::new();
                // Nothing at all stands for no value.
                if !inner.0.is_empty() {
                    self.convert(from, to, &mut inner, &mut bytes, depth)?;
                }
                write_unsigned(bytes.len() as u128, 64, out);
                out.extend(bytes);
            }
            (Shape::Named(from), Shape::Named(to)) => match (self.from.get(from), self.to.get(to)) {
                (Some(Definition::Struct(from)), Some(Definition::Struct(fields))) => {
                    self.fields(to, from, fields, input, out, depth)?;
                }
                (Some(Definition::Enum(from)), Some(Definition::Enum(variants))) => {
                    let variant = input.unsigned(32)?;
                    let variant = usize::try_from(variant).ok().and_then(|at| from.get(at));
                    let variant = variant.ok_or("it is of no known variant")?;
                    let (at, same) = self.variant(to, &variant.name, variants)?;
                    write_unsigned(at as u128, 32, out);
                    self.fields(
                        &format!("{to}.{}", same.name),
                        &variant.fields,
                        &same.fields,
                        input,
                        out,
                        depth,
                    )?;
                }
                _ => return Err(strangers(from, to)),
            },
            (from, to) => return Err(strangers(&from.to_string(), &to.to_string())),
        }
        Ok(())
    }

    fn fields(
        &self,
        owner: &str,
        from: &[Field],
        to: &[Field],
        input: &mut Input<'_>,
        out: &mut Vec<u8>,
        depth: usize,
    ) -> Result<()> {
        let mut parts = Vec::with_capacity(from.len());
        for field in from {
            let start = input.0;
            self.skip(&field.shape, input, depth)?;
            parts.push(start);
        }
        for field in to {
            match self.before(owner, field, from) {
                Some(at) => self.convert(&from[at].shape, &field.shape, &mut Input(parts[at]), out, depth)?,
                None => self.begun(owner, field, out, depth)?,
            }
        }
        Ok(())
    }

    /// Which of the former fields has become this one.
    pub(crate) fn before(&self, owner: &str, field: &Field, from: &[Field]) -> Option<usize> {
        let named = |name: &str| from.iter().position(|field| field.name == name);
        named(&field.name).or_else(|| named(self.notes.former(owner, &field.name)?))
    }

    pub(crate) fn variant<'t>(
        &self,
        owner: &str,
        former: &str,
        variants: &'t [Variant],
    ) -> Result<(usize, &'t Variant)> {
        let at = variants.iter().position(|variant| variant.name == former);
        let renamed = |variant: &Variant| self.notes.former(owner, &variant.name) == Some(former);
        let at = at.or_else(|| variants.iter().position(renamed));
        at.map(|at| (at, &variants[at])).ok_or_else(|| format!("{owner} has no {former} any more"))
    }

    /// A field that the former form did not have.
    pub(crate) fn begun(&self, owner: &str, field: &Field, out: &mut Vec<u8>, depth: usize) -> Result<()> {
        match self.notes.value(owner, &field.name) {
            Some(word) => self.said(word, &field.shape, out),
            None => self.absent(&field.shape, out, depth),
        }
        .map_err(|why| format!("{owner}.{} is new: {why}", field.name))
    }

    /// What stands for "there was none": a number, a text or a variant has to be said in the notes.
    pub(crate) fn absent(&self, shape: &Shape, out: &mut Vec<u8>, depth: usize) -> Result<()> {
        if depth > DEEPEST {
            return Err("it holds itself".to_owned());
        }
        match shape {
            Shape::Bool | Shape::Optional(_) | Shape::List(_) | Shape::Nested(_) => out.push(0),
            Shape::Tuple(shapes) => shapes.iter().try_for_each(|shape| self.absent(shape, out, depth + 1))?,
            Shape::Named(name) => match self.to.get(name) {
                Some(Definition::Struct(fields)) => {
                    fields.iter().try_for_each(|field| self.begun(name, field, out, depth + 1))?;
                }
                _ => return Err(format!("which {name} it has must be said")),
            },
            other => return Err(format!("which {other} it has must be said")),
        }
        Ok(())
    }

    /// A value as the notes say it.
    fn said(&self, word: &str, shape: &Shape, out: &mut Vec<u8>) -> Result<()> {
        let other = || format!("{word} is no {shape}");
        match shape {
            Shape::Bool => out.push(u8::from(word == "true")),
            Shape::Unsigned(bits) => write_unsigned(word.parse().map_err(|_| other())?, *bits, out),
            Shape::Signed(bits) => write_signed(word.parse().map_err(|_| other())?, *bits, out),
            Shape::Float(64) => out.extend(word.parse::<f64>().map_err(|_| other())?.to_le_bytes()),
            Shape::Text => {
                write_unsigned(word.len() as u128, 64, out);
                out.extend(word.as_bytes());
            }
            Shape::Optional(inner) => {
                out.push(1);
                self.said(word, inner, out)?;
            }
            Shape::Named(name) => match self.to.get(name) {
                Some(Definition::Enum(variants)) => {
                    let at =
                        variants.iter().position(|variant| variant.name == word && variant.fields.is_empty());
                    write_unsigned(at.ok_or_else(other)? as u128, 32, out);
                }
                _ => return Err(other()),
            },
            _ => return Err(other()),
        }
        Ok(())
    }

    fn skip(&self, shape: &Shape, input: &mut Input<'_>, depth: usize) -> Result<()> {
        if depth > DEEPEST {
            return Err("it is nested too deeply".to_owned());
        }
        let depth = depth + 1;
        match shape {
            Shape::Bool => drop(input.flag()?),
            Shape::Unsigned(bits) => drop(input.unsigned(*bits)?),
            Shape::Signed(bits) => drop(input.signed(*bits)?),
            Shape::Float(bits) => drop(input.take(usize::from(bits / 8))?),
            Shape::Text | Shape::Nested(_) => drop(input.bytes()?),
            Shape::Optional(inner) => {
                if input.flag()? {
                    self.skip(inner, input, depth)?;
                }
            }
            Shape::List(inner) => {
                for _ in 0..input.length()? {
                    self.skip(inner, input, depth)?;
                }
            }
            Shape::Tuple(shapes) => shapes.iter().try_for_each(|shape| self.skip(shape, input, depth))?,
            Shape::Named(name) => {
                let fields = match self.from.get(name) {
                    Some(Definition::Struct(fields)) => fields,
                    Some(Definition::Enum(variants)) => {
                        let at = usize::try_from(input.unsigned(32)?).ok();
                        &at.and_then(|at| variants.get(at)).ok_or("it is of no known variant")?.fields
                    }
                    None => return Err(format!("{name} is nowhere described")),
                };
                fields.iter().try_for_each(|field| self.skip(&field.shape, input, depth))?;
            }
            Shape::Unknown => return Err("something is nowhere described".to_owned()),
        }
        Ok(())
    }
}

pub(crate) fn strangers(from: &str, to: &str) -> String {
    format!("{from} does not become {to}")
}

fn fits(does: bool) -> Result<()> {
    does.then_some(()).ok_or_else(|| "a number has no room any more".to_owned())
}
