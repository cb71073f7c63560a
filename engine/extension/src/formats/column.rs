//! The values of a column on their way between the engine and the module.

use crate::wire::{Reader, Writer};

/// The values of a column, NULL ones included (as zeros, or empty).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub rows: u32,
    /// A bit a row, the lowest first, set where there is a value; `None`: everywhere.
    pub valid: Option<Vec<u8>>,
    pub data: Data,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// Little-endian values of one width, which the [`Kind`](super::Kind) decides.
    Fixed(Vec<u8>),
    Strings(Strings),
    /// Four bytes a row: which of the strings, all of them different.
    Coded {
        codes: Vec<u8>,
        strings: Strings,
    },
}

/// Strings one behind the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strings {
    /// Four bytes a string: where it ends.
    pub ends: Vec<u8>,
    pub bytes: Vec<u8>,
}

impl Strings {
    pub fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.ends.extend_from_slice(&(self.bytes.len() as u32).to_le_bytes());
    }

    pub fn len(&self) -> usize {
        self.ends.len() / 4
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    fn end(&self, index: usize) -> Option<usize> {
        let four = self.ends.get(index * 4..index * 4 + 4)?;
        Some(u32::from_le_bytes(four.try_into().ok()?) as usize)
    }

    pub fn get(&self, index: usize) -> Option<&[u8]> {
        let start = if index == 0 { 0 } else { self.end(index - 1)? };
        self.bytes.get(start..self.end(index)?)
    }
}

impl Column {
    pub(super) fn write(&self, out: &mut Writer) {
        out.number(u64::from(self.rows)).optional(self.valid.as_deref());
        match &self.data {
            Data::Fixed(bytes) => out.byte(0).bytes(bytes),
            Data::Strings(strings) => out.byte(1).bytes(&strings.ends).bytes(&strings.bytes),
            Data::Coded { codes, strings } => {
                out.byte(2).bytes(&strings.ends).bytes(&strings.bytes).bytes(codes)
            }
        };
    }

    pub(super) fn read(from: &mut Reader) -> Option<Column> {
        let rows = u32::try_from(from.number()?).ok()?;
        let valid = from.optional()?;
        let form = from.byte()?;
        let first = from.bytes()?.to_vec();
        let data = match form {
            0 => Data::Fixed(first),
            _ => {
                let strings = Strings { ends: first, bytes: from.bytes()?.to_vec() };
                match form {
                    1 => Data::Strings(strings),
                    _ => Data::Coded { codes: from.bytes()?.to_vec(), strings },
                }
            }
        };
        Some(Column { rows, valid, data })
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::default();
        self.write(&mut out);
        out.0
    }

    pub fn decode(bytes: &[u8]) -> Option<Column> {
        Column::read(&mut Reader(bytes))
    }
}
