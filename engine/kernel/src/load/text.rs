//! A column of strings while it is being read.
//!
//! While there are few different ones a field costs a look-up and four bytes; once there are many, the column
//! goes on as plain strings for good.

use std::hash::BuildHasher;
use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, Int32Array, StringArray};
use arrow::buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::Int32Type;
use hashbrown::{DefaultHashBuilder, HashTable};

use super::column::null_buffer;

/// More different strings than this are not worth a dictionary.
const MOST: usize = 1_024;

/// Strings one behind the other.
#[derive(Default)]
struct Strings {
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<i32>,
}

impl Strings {
    fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len() as i32);
    }

    fn get(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        &self.bytes[start..self.ends[index] as usize]
    }

    fn array(&self, nulls: Option<NullBuffer>) -> Option<StringArray> {
        let offsets: Vec<i32> = std::iter::once(0).chain(self.ends.iter().copied()).collect();
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        StringArray::try_new(offsets, self.bytes.clone().into(), nulls).ok()
    }
}

/// Collects the strings of one column; [`TextColumn::take`] hands out a chunk.
pub struct TextColumn {
    /// Present while the column is worth a dictionary; kept from chunk to chunk.
    dictionary: Option<Dictionary>,
    codes: Vec<i32>,
    plain: Strings,
    nulls: Vec<u32>,
}

struct Dictionary {
    strings: Strings,
    table: HashTable<i32>,
    hasher: DefaultHashBuilder,
    /// The strings as handed out last, shared by all chunks until a new one turns up.
    values: Option<ArrayRef>,
}

impl Default for TextColumn {
    fn default() -> Self {
        Self::new()
    }
}

impl TextColumn {
    pub fn new() -> Self {
        let dictionary = Dictionary {
            strings: Strings::default(),
            table: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            values: None,
        };
        TextColumn {
            dictionary: Some(dictionary),
            codes: Vec::new(),
            plain: Strings::default(),
            nulls: Vec::new(),
        }
    }

    /// `text` is UTF-8: the caller has checked.
    #[inline]
    pub fn push(&mut self, text: &[u8]) {
        let Some(dictionary) = &mut self.dictionary else {
            self.plain.push(text);
            return;
        };
        match dictionary.code(text) {
            Some(code) => self.codes.push(code),
            None => {
                self.give_up();
                self.plain.push(text);
            }
        }
    }

    pub fn push_null(&mut self) {
        self.nulls.push(self.rows() as u32);
        match self.dictionary {
            Some(_) => self.codes.push(0),
            None => self.plain.push(b""),
        }
    }

    /// Values so far.
    pub fn rows(&self) -> usize {
        if self.dictionary.is_some() { self.codes.len() } else { self.plain.ends.len() }
    }

    /// Forgets all rows from `rows` on.
    pub fn truncate(&mut self, rows: usize) {
        self.codes.truncate(rows);
        self.plain.ends.truncate(rows);
        self.plain.bytes.truncate(self.plain.ends.last().map_or(0, |end| *end as usize));
        while self.nulls.last().is_some_and(|row| *row as usize >= rows) {
            self.nulls.pop();
        }
    }

    /// Too many different strings: writes what there is of this chunk as plain strings.
    fn give_up(&mut self) {
        if let Some(dictionary) = self.dictionary.take() {
            let mut nulls = self.nulls.iter().peekable();
            for (row, code) in self.codes.drain(..).enumerate() {
                if nulls.next_if(|null| **null as usize == row).is_some() {
                    self.plain.push(b"");
                } else {
                    self.plain.push(dictionary.strings.get(code as usize));
                }
            }
        }
    }

    /// The rows collected so far as an array, and begins anew. `None` is a bug.
    pub fn take(&mut self) -> Option<ArrayRef> {
        let rows = self.rows();
        let nulls = null_buffer(&std::mem::take(&mut self.nulls), rows);
        let Some(dictionary) = &mut self.dictionary else {
            let array = self.plain.array(nulls)?;
            let size = self.plain.bytes.len();
            self.plain =
                Strings { bytes: Vec::with_capacity(size + size / 8), ends: Vec::with_capacity(rows) };
            return Some(Arc::new(array));
        };
        if dictionary.strings.ends.is_empty() {
            // All NULL so far: a code must point somewhere.
            dictionary.code(b"");
        }
        let values = match &dictionary.values {
            Some(values) => values.clone(),
            None => {
                let values: ArrayRef = Arc::new(dictionary.strings.array(None)?);
                dictionary.values = Some(values.clone());
                values
            }
        };
        let codes = std::mem::replace(&mut self.codes, Vec::with_capacity(rows));
        let keys = Int32Array::new(codes.into(), nulls);
        Some(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, values).ok()?))
    }
}

impl Dictionary {
    /// The code of `text`, given one if it is new; `None` when there is no room for more.
    #[inline]
    fn code(&mut self, text: &[u8]) -> Option<i32> {
        let Dictionary { strings, table, hasher, values } = self;
        let hash = hasher.hash_one(text);
        if let Some(code) = table.find(hash, |code| strings.get(*code as usize) == text) {
            return Some(*code);
        }
        if strings.ends.len() >= MOST {
            return None;
        }
        let code = strings.ends.len() as i32;
        strings.push(text);
        *values = None;
        table.insert_unique(hash, code, |code| hasher.hash_one(strings.get(*code as usize)));
        Some(code)
    }
}
