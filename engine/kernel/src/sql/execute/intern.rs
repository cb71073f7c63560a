//! Distinct values by number: what grouping, joining and DISTINCT stand on.
//!
//! Each key column turns its values into dense numbers in order of first appearance; a key of several
//! columns is a chain of pairs of such numbers. Everything above works on numbers only, whatever the types.

mod bytes;
mod integer;
mod wide;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType as ArrowType, Int32Type};

pub use self::bytes::ByteIds;
pub use self::integer::{IntegerIds, each_integer};
use self::wide::{WideIds, each_wide};
use super::strings::{Strings, trim};
use crate::sql::error::{SqlError, SqlResult};

/// A key that was never interned.
pub const MISSING: u32 = u32::MAX;

const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

#[inline(always)]
pub fn hash_word(word: u64) -> u64 {
    let mixed = word.wrapping_mul(MIX);
    (mixed ^ (mixed >> 32)).wrapping_mul(MIX)
}

#[inline(always)]
pub fn hash_bytes(bytes: &[u8]) -> u64 {
    let mut hash = bytes.len() as u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        hash = (hash.rotate_left(23) ^ u64::from_le_bytes(word)).wrapping_mul(MIX);
    }
    let rest = chunks.remainder();
    if !rest.is_empty() {
        let mut word = [0; 8];
        word[..rest.len()].copy_from_slice(rest);
        hash = (hash.rotate_left(23) ^ u64::from_le_bytes(word)).wrapping_mul(MIX);
    }
    hash_word(hash)
}

enum Ids {
    Integer(IntegerIds),
    Wide(WideIds),
    Bytes(ByteIds),
}

/// The distinct values of one key column.
pub struct ColumnIds {
    layout: ArrowType,
    ids: Ids,
    null: Option<u32>,
    /// The dictionary seen last and the number of each of its codes ([`MISSING`]: not met yet).
    codes: Option<(ArrayRef, Vec<u32>)>,
}

impl ColumnIds {
    /// For a column that lies as `layout`.
    pub fn new(layout: ArrowType) -> Self {
        let ids = match layout {
            ArrowType::Utf8 | ArrowType::Dictionary(_, _) | ArrowType::Binary => {
                Ids::Bytes(ByteIds::default())
            }
            ArrowType::Decimal128(_, _) | ArrowType::Interval(_) => Ids::Wide(WideIds::default()),
            _ => Ids::Integer(IntegerIds::dense()),
        };
        ColumnIds { layout, ids, null: None, codes: None }
    }

    /// As [`ColumnIds::new`], for a handful of values that is soon thrown away.
    pub fn small(layout: ArrowType) -> Self {
        let mut ids = ColumnIds::new(layout);
        if let Ids::Integer(integers) = &mut ids.ids {
            *integers = IntegerIds::default();
        }
        ids
    }

    pub fn len(&self) -> usize {
        match &self.ids {
            Ids::Integer(ids) => ids.values().len(),
            Ids::Wide(ids) => ids.len(),
            Ids::Bytes(ids) => ids.len(),
        }
    }

    pub fn bytes(&self) -> u64 {
        match &self.ids {
            Ids::Integer(ids) => ids.bytes(),
            Ids::Wide(ids) => ids.bytes(),
            Ids::Bytes(ids) => ids.bytes(),
        }
    }

    fn null_id(&mut self) -> u32 {
        if let Some(id) = self.null {
            return id;
        }
        let id = match &mut self.ids {
            Ids::Integer(ids) => ids.push_null(),
            Ids::Wide(ids) => ids.push_null(),
            Ids::Bytes(ids) => ids.push_null(),
        };
        self.null = Some(id);
        id
    }

    /// The number of each row's value; new values get new numbers, NULL is a value.
    ///
    /// New numbers rise with the rows, so a first NULL waits for its row too.
    pub fn intern(&mut self, array: &ArrayRef) -> SqlResult<Vec<u32>> {
        if self.null.is_none()
            && let Some(first) = first_null(array)
            && first > 0
        {
            let mut numbers = self.intern(&array.slice(0, first))?;
            numbers.extend(self.intern(&array.slice(first, array.len() - first))?);
            return Ok(numbers);
        }
        let null = if array.null_count() > 0 { self.null_id() } else { MISSING };
        let rows = array.len();
        match &mut self.ids {
            Ids::Integer(ids) => each_integer(array, null, |key| ids.intern(key)),
            Ids::Wide(ids) => each_wide(array, null, |key| ids.intern(key)),
            Ids::Bytes(ids) => match array.data_type() {
                ArrowType::Binary => Ok(array
                    .as_binary::<i32>()
                    .iter()
                    .map(|value| value.map_or(null, |value| ids.intern(value)))
                    .collect()),
                ArrowType::Dictionary(_, _) => {
                    let dictionary = array.as_dictionary::<Int32Type>();
                    let values = dictionary.values();
                    let texts = values.as_string::<i32>();
                    if !self.codes.as_ref().is_some_and(|(seen, _)| Arc::ptr_eq(seen, values)) {
                        self.codes = Some((values.clone(), vec![MISSING; texts.len()]));
                    }
                    let Some((_, codes)) = &mut self.codes else {
                        return Err(SqlError::bug("a dictionary without codes"));
                    };
                    let keys = dictionary.keys();
                    let mut numbers = Vec::with_capacity(rows);
                    let nulls = keys.nulls().filter(|nulls| nulls.null_count() > 0);
                    for (row, &key) in keys.values().iter().enumerate() {
                        if nulls.is_some_and(|nulls| nulls.is_null(row)) {
                            numbers.push(null);
                            continue;
                        }
                        let slot = &mut codes[key as usize];
                        if *slot == MISSING {
                            *slot = ids.intern_text(texts.value(key as usize));
                        }
                        numbers.push(*slot);
                    }
                    Ok(numbers)
                }
                _ => {
                    let strings = Strings::of(array)?;
                    Ok((0..rows)
                        .map(|row| strings.get(row).map_or(null, |text| ids.intern_text(text)))
                        .collect())
                }
            },
        }
    }

    /// The number of each row's value, [`MISSING`] for values not met before. NULL is never found.
    pub fn find(&self, array: &ArrayRef) -> SqlResult<Vec<u32>> {
        match &self.ids {
            Ids::Integer(ids) => each_integer(array, MISSING, |key| ids.find(key)),
            Ids::Wide(ids) => each_wide(array, MISSING, |key| ids.find(key)),
            Ids::Bytes(ids) => match array.data_type() {
                ArrowType::Binary => Ok(array
                    .as_binary::<i32>()
                    .iter()
                    .map(|value| value.map_or(MISSING, |value| ids.find(value)))
                    .collect()),
                ArrowType::Dictionary(_, _) => {
                    let dictionary = array.as_dictionary::<Int32Type>();
                    let texts = dictionary.values().as_string::<i32>();
                    // Two marks: not looked up yet, and looked up in vain.
                    let mut codes: Vec<Option<u32>> = vec![None; texts.len()];
                    Ok(dictionary
                        .keys()
                        .iter()
                        .map(|key| match key {
                            None => MISSING,
                            Some(key) => *codes[key as usize]
                                .get_or_insert_with(|| ids.find(trim(texts.value(key as usize)))),
                        })
                        .collect())
                }
                _ => {
                    let strings = Strings::of(array)?;
                    Ok((0..array.len())
                        .map(|row| strings.get(row).map_or(MISSING, |text| ids.find(trim(text))))
                        .collect())
                }
            },
        }
    }

    /// Numbers of the least and the greatest value, where order is the order of whole numbers.
    pub fn bounds(&self) -> Option<(u32, u32)> {
        let Ids::Integer(ids) = &self.ids else { return None };
        if matches!(self.layout, ArrowType::Float32 | ArrowType::Float64) {
            return None;
        }
        let known = || (0u32..).zip(ids.values()).filter(|(id, _)| Some(*id) != self.null);
        let least = known().min_by_key(|(_, value)| **value)?.0;
        let greatest = known().max_by_key(|(_, value)| **value)?.0;
        Some((least, greatest))
    }

    /// The distinct values in order of number.
    pub fn values(&self) -> ArrayRef {
        let null = self.null;
        match &self.ids {
            Ids::Bytes(ids) if self.layout == ArrowType::Binary => ids.binaries(null),
            Ids::Bytes(ids) => ids.strings(null),
            Ids::Wide(ids) => ids.column(&self.layout, null),
            Ids::Integer(ids) => {
                let nulls = null.map(|null| (0..ids.values().len() as u32).map(|id| id != null).collect());
                integer::column(&self.layout, ids.values(), nulls)
            }
        }
    }
}

fn first_null(array: &ArrayRef) -> Option<usize> {
    let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0)?;
    (0..array.len()).find(|&row| nulls.is_null(row))
}
