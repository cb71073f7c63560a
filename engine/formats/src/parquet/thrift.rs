//! Thrift's compact protocol, as far as Parquet speaks it: values are read into a tree, whatever they mean.

/// What was read. Numbers of all widths are one, and so are strings and bytes.
#[derive(Clone, Debug, PartialEq)]
pub enum Thrift<'a> {
    Bool(bool),
    Int(i64),
    Bytes(&'a [u8]),
    List(Vec<Thrift<'a>>),
    /// Fields by their numbers.
    Struct(Vec<(i16, Thrift<'a>)>),
}

impl<'a> Thrift<'a> {
    pub fn field(&self, number: i16) -> Option<&Thrift<'a>> {
        match self {
            Thrift::Struct(fields) => fields.iter().find(|(n, _)| *n == number).map(|(_, value)| value),
            _ => None,
        }
    }

    pub fn int(&self, number: i16) -> Option<i64> {
        match self.field(number)? {
            Thrift::Int(value) => Some(*value),
            _ => None,
        }
    }

    pub fn flag(&self, number: i16) -> Option<bool> {
        match self.field(number)? {
            Thrift::Bool(value) => Some(*value),
            _ => None,
        }
    }

    pub fn bytes(&self, number: i16) -> Option<&'a [u8]> {
        match self.field(number)? {
            Thrift::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub fn list(&self, number: i16) -> &[Thrift<'a>] {
        match self.field(number) {
            Some(Thrift::List(items)) => items,
            _ => &[],
        }
    }
}

/// Structures inside structures that are followed: Parquet has six or so.
const DEPTH: usize = 24;

/// A structure at the start of `bytes`, and how long it is.
pub fn structure(bytes: &[u8]) -> Option<(Thrift<'_>, usize)> {
    let mut from = Source { bytes, at: 0 };
    let value = from.structure(DEPTH)?;
    Some((value, from.at))
}

struct Source<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Source<'a> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(taken)
    }

    fn structure(&mut self, depth: usize) -> Option<Thrift<'a>> {
        let depth = depth.checked_sub(1)?;
        let mut fields = Vec::new();
        let mut number = 0_i16;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Some(Thrift::Struct(fields));
            }
            number = match head >> 4 {
                0 => self.zigzag()? as i16,
                step => number.checked_add(i16::from(step))?,
            };
            let value = match head & 15 {
                kind @ (1 | 2) => Thrift::Bool(kind == 1),
                kind => self.value(kind, depth)?,
            };
            fields.push((number, value));
        }
    }

    fn value(&mut self, kind: u8, depth: usize) -> Option<Thrift<'a>> {
        Some(match kind {
            // Of a list; those of structures lie in the field's head.
            1 | 2 => Thrift::Bool(self.byte()? == 1),
            3 => Thrift::Int(i64::from(self.byte()? as i8)),
            4..=6 => Thrift::Int(self.zigzag()?),
            7 => Thrift::Bytes(self.take(8)?),
            8 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Thrift::Bytes(self.take(length)?)
            }
            9 | 10 => {
                let depth = depth.checked_sub(1)?;
                let head = self.byte()?;
                let length = match head >> 4 {
                    15 => usize::try_from(self.varint()?).ok()?,
                    short => usize::from(short),
                };
                if length > self.bytes.len() - self.at {
                    return None;
                }
                Thrift::List((0..length).map(|_| self.value(head & 15, depth)).collect::<Option<_>>()?)
            }
            11 => {
                let depth = depth.checked_sub(1)?;
                let length = usize::try_from(self.varint()?).ok()?;
                if length > 0 {
                    let kinds = self.byte()?;
                    for _ in 0..length {
                        self.value(kinds >> 4, depth)?;
                        self.value(kinds & 15, depth)?;
                    }
                }
                Thrift::List(Vec::new())
            }
            12 => self.structure(depth)?,
            _ => return None,
        })
    }
}

/// Writes a structure, field by field in rising order.
#[derive(Default)]
pub struct Structure {
    pub out: Vec<u8>,
    last: i16,
}

impl Structure {
    fn head(&mut self, number: i16, kind: u8) {
        self.out.push((((number - self.last) as u8) << 4) | kind);
        self.last = number;
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }

    fn zigzag(&mut self, value: i64) {
        self.varint(((value << 1) ^ (value >> 63)) as u64);
    }

    /// Widths of 32 and 64 bits are written alike and announced differently.
    pub fn i32(mut self, number: i16, value: i64) -> Self {
        self.head(number, 5);
        self.zigzag(value);
        self
    }

    pub fn i64(mut self, number: i16, value: i64) -> Self {
        self.head(number, 6);
        self.zigzag(value);
        self
    }

    pub fn i8(mut self, number: i16, value: u8) -> Self {
        self.head(number, 3);
        self.out.push(value);
        self
    }

    pub fn flag(mut self, number: i16, value: bool) -> Self {
        self.head(number, if value { 1 } else { 2 });
        self
    }

    pub fn bytes(mut self, number: i16, bytes: &[u8]) -> Self {
        self.head(number, 8);
        self.varint(bytes.len() as u64);
        self.out.extend_from_slice(bytes);
        self
    }

    pub fn structure(mut self, number: i16, inner: Structure) -> Self {
        self.head(number, 12);
        self.out.extend(inner.end());
        self
    }

    fn list(&mut self, number: i16, kind: u8, length: usize) {
        self.head(number, 9);
        if length < 15 {
            self.out.push(((length as u8) << 4) | kind);
        } else {
            self.out.push(0xf0 | kind);
            self.varint(length as u64);
        }
    }

    /// A list of structures, each written to its end.
    pub fn structures(mut self, number: i16, items: &[Vec<u8>]) -> Self {
        self.list(number, 12, items.len());
        self.out.extend(items.iter().flatten());
        self
    }

    pub fn numbers(mut self, number: i16, items: &[i64]) -> Self {
        self.list(number, 5, items.len());
        for item in items {
            self.zigzag(*item);
        }
        self
    }

    pub fn texts(mut self, number: i16, items: &[&str]) -> Self {
        self.list(number, 8, items.len());
        for item in items {
            self.varint(item.len() as u64);
            self.out.extend_from_slice(item.as_bytes());
        }
        self
    }

    pub fn end(mut self) -> Vec<u8> {
        self.out.push(0);
        self.out
    }
}
