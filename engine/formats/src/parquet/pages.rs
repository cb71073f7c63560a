//! A leaf's chunk, page by page: levels, and values as their dictionary or they themselves tell.

use sandshift_extension::formats::{Data, Strings};

use super::levels::{self, width_of};
use super::schema::{Leaf, Node};
use super::thrift::structure;
use super::values;
use crate::Result;
use crate::page::PageCodec;

fn damaged() -> String {
    "a page of the file is damaged".to_owned()
}

/// Reads the pages of a chunk.
pub struct Pages {
    bytes: Vec<u8>,
    at: usize,
    codec: PageCodec,
    leaf: Leaf,
    definition: u32,
    repetition: u32,
    dictionary: Option<Data>,
    /// Values still to come, NULL ones included.
    left: u64,
}

/// What a page holds.
pub struct Page {
    /// Values, NULL ones included.
    pub count: usize,
    /// Empty where no level can be another than the highest.
    pub definitions: Vec<u32>,
    pub repetitions: Vec<u32>,
    pub values: Values,
}

/// The values that are there.
pub enum Values {
    Plain(Data),
    /// Numbers of the dictionary's entries.
    Coded(Vec<u32>),
}

impl Pages {
    pub fn new(bytes: Vec<u8>, node: &Node, leaf: Leaf, codec: PageCodec, values: u64) -> Self {
        let (definition, repetition) = (node.definition, node.repetition);
        Pages { bytes, at: 0, codec, leaf, definition, repetition, dictionary: None, left: values }
    }

    /// Parts of the bytes that are read, and all.
    pub fn progress(&self) -> (usize, usize) {
        (self.at, self.bytes.len())
    }

    pub fn dictionary(&self) -> Option<&Data> {
        self.dictionary.as_ref()
    }

    /// The next page of values; `None` behind the last.
    pub fn next(&mut self) -> Result<Option<Page>> {
        while self.left > 0 {
            let (head, length) = self.bytes.get(self.at..).and_then(structure).ok_or_else(damaged)?;
            let size =
                |number| head.int(number).and_then(|size| usize::try_from(size).ok()).ok_or_else(damaged);
            let (whole, packed) = (size(2)?, size(3)?);
            let start = self.at + length;
            let body = self.bytes.get(start..start.saturating_add(packed)).ok_or_else(damaged)?;
            let next = start + packed;
            let number = |value: Option<i64>| value.and_then(|n| usize::try_from(n).ok()).ok_or_else(damaged);
            match head.int(1) {
                Some(2) => {
                    let about = head.field(7).ok_or_else(damaged)?;
                    let body = self.codec.expand(body, whole)?;
                    self.dictionary = Some(values::read(0, &self.leaf, &body, number(about.int(1))?)?);
                    self.at = next;
                }
                Some(0) => {
                    let about = head.field(5).ok_or_else(damaged)?;
                    let count = number(about.int(1))?;
                    let body = self.codec.expand(body, whole)?;
                    let mut rest = &body[..];
                    let repetitions = levels_of(&mut rest, about.int(4), self.repetition, count)?;
                    let definitions = levels_of(&mut rest, about.int(3), self.definition, count)?;
                    let page = self.page(about.int(2), count, definitions, repetitions, rest)?;
                    self.at = next;
                    self.left = self.left.saturating_sub(count as u64);
                    return Ok(Some(page));
                }
                Some(3) => {
                    let about = head.field(8).ok_or_else(damaged)?;
                    let count = number(about.int(1))?;
                    // Levels are never compressed here.
                    let (repeated, rest) =
                        body.split_at_checked(number(about.int(6))?).ok_or_else(damaged)?;
                    let (defined, rest) = rest.split_at_checked(number(about.int(5))?).ok_or_else(damaged)?;
                    let level = |bytes, most| match most {
                        0 => Some(Vec::new()),
                        most => levels::read(bytes, width_of(most), count),
                    };
                    let repetitions = level(repeated, self.repetition).ok_or_else(damaged)?;
                    let definitions = level(defined, self.definition).ok_or_else(damaged)?;
                    let size = whole.checked_sub(body.len() - rest.len()).ok_or_else(damaged)?;
                    let rest = match about.flag(7).unwrap_or(true) && size > 0 {
                        true => self.codec.expand(rest, size)?,
                        false => rest.to_vec(),
                    };
                    let page = self.page(about.int(4), count, definitions, repetitions, &rest)?;
                    self.at = next;
                    self.left = self.left.saturating_sub(count as u64);
                    return Ok(Some(page));
                }
                // An index, or what is not known yet.
                _ => self.at = next,
            }
        }
        Ok(None)
    }

    fn page(
        &self,
        encoding: Option<i64>,
        count: usize,
        definitions: Vec<u32>,
        repetitions: Vec<u32>,
        bytes: &[u8],
    ) -> Result<Page> {
        let there = match self.definition {
            0 => count,
            most => definitions.iter().filter(|level| **level == most).count(),
        };
        let values = match encoding.ok_or_else(damaged)? {
            2 | 8 => {
                let entries = self.dictionary.as_ref().map_or(0, |d| entries(d, &self.leaf));
                let codes = match (there, bytes.split_first()) {
                    (0, _) => Some(Vec::new()),
                    (_, Some((width, rest))) => levels::read(rest, u32::from(*width), there),
                    (_, None) => None,
                };
                Values::Coded(
                    codes.filter(|c| c.iter().all(|code| (*code as usize) < entries)).ok_or_else(damaged)?,
                )
            }
            encoding => Values::Plain(values::read(encoding, &self.leaf, bytes, there)?),
        };
        Ok(Page { count, definitions, repetitions, values })
    }
}

fn entries(data: &Data, leaf: &Leaf) -> usize {
    match data {
        Data::Fixed(bytes) => bytes.len() / leaf.kind.width().unwrap_or(1),
        Data::Strings(strings) | Data::Coded { strings, .. } => strings.len(),
    }
}

/// The levels at the head of a page of the first kind.
fn levels_of(rest: &mut &[u8], encoding: Option<i64>, most: u32, count: usize) -> Result<Vec<u32>> {
    if most == 0 {
        return Ok(Vec::new());
    }
    let width = width_of(most);
    // BIT_PACKED, of which nothing has been written for ten years, begins with the highest bit.
    if encoding == Some(4) {
        return Err("Parquet levels in BIT_PACKED are not read".to_owned());
    }
    let (length, behind) = rest.split_at_checked(4).ok_or_else(damaged)?;
    let length = u32::from_le_bytes(length.try_into().map_err(|_| damaged())?) as usize;
    let (levels, behind) = behind.split_at_checked(length).ok_or_else(damaged)?;
    *rest = behind;
    levels::read(levels, width, count).ok_or_else(damaged)
}

/// Appends the entries that `codes` number.
pub fn look_up(
    dictionary: &Data,
    width: Option<usize>,
    codes: &[u32],
    mut put: impl FnMut(&[u8]),
) -> Result<()> {
    for code in codes {
        let code = *code as usize;
        let entry = match (dictionary, width) {
            (Data::Fixed(bytes), Some(width)) => bytes.get(code * width..(code + 1) * width),
            (Data::Strings(strings), _) => strings.get(code),
            _ => None,
        };
        put(entry.ok_or_else(damaged)?);
    }
    Ok(())
}

/// Goes over all values of a page in their own form.
pub fn each(
    values: &Values,
    dictionary: Option<&Data>,
    width: Option<usize>,
    mut put: impl FnMut(&[u8]),
) -> Result<()> {
    match values {
        Values::Coded(codes) => match dictionary {
            Some(dictionary) => look_up(dictionary, width, codes, put),
            None if codes.is_empty() => Ok(()),
            None => Err(damaged()),
        },
        Values::Plain(Data::Fixed(bytes)) => {
            bytes.chunks_exact(width.unwrap_or(1)).for_each(put);
            Ok(())
        }
        Values::Plain(Data::Strings(strings) | Data::Coded { strings, .. }) => {
            for index in 0..strings.len() {
                put(strings_at(strings, index));
            }
            Ok(())
        }
    }
}

fn strings_at(strings: &Strings, index: usize) -> &[u8] {
    strings.get(index).unwrap_or_default()
}
