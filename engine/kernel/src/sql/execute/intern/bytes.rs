//! Keys that are texts or byte strings.

use std::sync::Arc;

use arrow::array::{ArrayRef, BinaryBuilder, StringBuilder};
use hashbrown::HashTable;

use super::super::strings::trim;
use super::{MISSING, hash_bytes};

/// Byte strings by number. The bytes lie one after the other: no allocation a value.
#[derive(Default)]
pub struct ByteIds {
    /// The whole hash lies beside the number: growing the table touches nothing else, and unequal strings
    /// are seldom compared byte by byte.
    table: HashTable<(u64, u32)>,
    ends: Vec<u32>,
    bytes: Vec<u8>,
    /// Trailing blanks that texts came with when they were first met, by rising number: equality ignores them,
    /// what is given back does not.
    blanks: Vec<(u32, usize)>,
}

impl ByteIds {
    /// As [`ByteIds::intern`], for a text: equal whatever blanks end it.
    pub fn intern_text(&mut self, text: &str) -> u32 {
        let (key, known) = (trim(text), self.ends.len());
        let id = self.intern(key);
        if key.len() < text.len() && id as usize == known {
            self.blanks.push((id, text.len() - key.len()));
        }
        id
    }

    #[inline(always)]
    fn get(&self, id: u32) -> &[u8] {
        let id = id as usize;
        let start = if id == 0 { 0 } else { self.ends[id - 1] as usize };
        &self.bytes[start..self.ends[id] as usize]
    }

    pub fn intern(&mut self, key: &[u8]) -> u32 {
        let hash = hash_bytes(key);
        if let Some((_, id)) = self.table.find(hash, |(stored, id)| *stored == hash && self.get(*id) == key) {
            return *id;
        }
        let next = self.ends.len() as u32;
        self.bytes.extend_from_slice(key);
        self.ends.push(self.bytes.len() as u32);
        self.table.insert_unique(hash, (hash, next), |(stored, _)| *stored);
        next
    }

    pub fn find(&self, key: &[u8]) -> u32 {
        let hash = hash_bytes(key);
        self.table
            .find(hash, |(stored, id)| *stored == hash && self.get(*id) == key)
            .map_or(MISSING, |(_, id)| *id)
    }

    pub fn push_null(&mut self) -> u32 {
        self.ends.push(self.bytes.len() as u32);
        self.ends.len() as u32 - 1
    }

    /// The values as text, in order of number; `null` is the number of NULL.
    pub fn strings(&self, null: Option<u32>) -> ArrayRef {
        let mut builder = StringBuilder::with_capacity(self.ends.len(), self.bytes.len());
        let mut blanks = self.blanks.iter().peekable();
        for id in 0..self.ends.len() as u32 {
            let blanks = blanks.next_if(|(blank, _)| *blank == id).map(|(_, count)| " ".repeat(*count));
            match std::str::from_utf8(self.get(id)) {
                Ok(text) if Some(id) != null => match blanks {
                    Some(blanks) => builder.append_value(format!("{text}{blanks}")),
                    None => builder.append_value(text),
                },
                _ => builder.append_null(),
            }
        }
        Arc::new(builder.finish())
    }

    pub fn binaries(&self, null: Option<u32>) -> ArrayRef {
        let mut builder = BinaryBuilder::with_capacity(self.ends.len(), self.bytes.len());
        for id in 0..self.ends.len() as u32 {
            builder.append_option((Some(id) != null).then(|| self.get(id)));
        }
        Arc::new(builder.finish())
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn bytes(&self) -> u64 {
        (self.bytes.len() + self.ends.len() * 4 + self.table.capacity() * 17) as u64
    }
}
