//! One column of one stripe, row by row.

use sandshift_extension::formats::{Column, Data, Kind, Strings};
use sandshift_extension::{Progress, Work};

use super::footer::{File, Type, damaged, streams, stripe};
use super::message::Message;
use super::nested::Nest;
use super::runs::{Bits, Bytes, Numbers};
use crate::Result;
use crate::json::json;

/// Dictionaries of so many strings are handed on as such.
const CODED: usize = 1_024;
/// 2015-01-01 in seconds, from which times are counted.
const EPOCH: i64 = 1_420_070_400;

/// Reads a column.
pub struct ColumnReader {
    kind: Kind,
    rows: u32,
    at: u32,
    present: Option<Bits>,
    source: Source,
    valid: Vec<u8>,
    nulls: bool,
    fixed: Vec<u8>,
    strings: Strings,
    codes: Vec<u8>,
}

/// Where values come from.
enum Source {
    Bits(Bits),
    Bytes(Bytes),
    Integers(Numbers),
    /// As they lie in memory.
    Plain(std::vec::IntoIter<u8>),
    Strings {
        lengths: Numbers,
        bytes: std::vec::IntoIter<u8>,
    },
    Dictionary {
        codes: Numbers,
        strings: Strings,
    },
    Decimals {
        values: Vec<u8>,
        at: usize,
        scales: Numbers,
    },
    Times {
        seconds: Numbers,
        nanos: Numbers,
    },
    Nested(Nest),
}

impl ColumnReader {
    pub fn new(raw: &[u8], group: u32, column: u32, bytes: Vec<Vec<u8>>) -> Result<Self> {
        let (file, end, rows) = stripe(raw, group as usize)?;
        let types = file.types()?;
        let of = types.get(column as usize).ok_or_else(damaged)?;
        let mut reader = ColumnReader::open(&file, &end, of, &mut bytes.into_iter())?;
        reader.rows = u32::try_from(rows).map_err(|_| "a stripe of too many rows".to_owned())?;
        Ok(reader)
    }

    /// A column, or one within another; `bytes` are the streams of all of them in their order.
    fn open(file: &File, end: &[u8], of: &Type, bytes: &mut std::vec::IntoIter<Vec<u8>>) -> Result<Self> {
        let mut held: [Option<Vec<u8>>; 6] = Default::default();
        for (kind, ..) in streams(end, of.id) {
            let packed = bytes.next().ok_or_else(damaged)?;
            held[kind as usize] = Some(file.packing.expand(&packed, file.block)?);
        }
        let encoding = Message(end).all(2).nth(of.id as usize).map(Message).ok_or_else(damaged)?;
        let zone = Message(end).bytes(3).unwrap_or(b"UTC");
        let [present, data, lengths, dictionary, _, second] = held;
        let source = if of.kind == Kind::Nested {
            let newer = encoding.number(1).unwrap_or(0) >= 2;
            let mut parts = Vec::new();
            for part in &of.parts {
                parts.push((part.name.clone(), ColumnReader::open(file, end, part, bytes)?));
            }
            Source::Nested(Nest::new(of, Numbers::new(lengths.unwrap_or_default(), false, newer), parts)?)
        } else {
            source(of, encoding, zone, [data, lengths, dictionary, second])?
        };
        Ok(ColumnReader {
            kind: of.kind,
            rows: 0,
            at: 0,
            present: present.map(Bits::new),
            source,
            valid: Vec::new(),
            nulls: false,
            fixed: Vec::new(),
            strings: Strings::default(),
            codes: Vec::new(),
        })
    }

    /// The next value as JSON, which is kept nowhere else.
    pub fn told(&mut self, out: &mut String) -> Option<()> {
        self.row()?;
        let row = self.at as usize - 1;
        if self.valid[row / 8] >> (row % 8) & 1 == 0 {
            out.push_str("null");
        } else if !self.fixed.is_empty() {
            json(self.kind, &self.fixed, out);
        } else {
            let code = self.codes.as_slice().try_into().map(u32::from_le_bytes);
            let text = match (&self.source, code) {
                (Source::Dictionary { strings, .. }, Ok(code)) => strings.get(code as usize)?,
                _ => self.strings.get(0)?,
            };
            json(self.kind, text, out);
        }
        self.fixed.clear();
        self.codes.clear();
        self.strings = Strings::default();
        Some(())
    }

    /// The next row; `None` where the stream is at its end too soon.
    fn row(&mut self) -> Option<()> {
        let there = match &mut self.present {
            Some(present) => present.next()?,
            None => true,
        };
        let row = self.at as usize;
        self.valid.resize(row / 8 + 1, 0);
        self.valid[row / 8] |= u8::from(there) << (row % 8);
        self.at += 1;
        if !there {
            self.nulls = true;
            match (&self.source, self.kind.width()) {
                (Source::Dictionary { strings, .. }, _) if strings.len() <= CODED => {
                    self.codes.extend_from_slice(&[0; 4]);
                }
                (_, Some(width)) => self.fixed.resize(self.fixed.len() + width, 0),
                (_, None) => self.strings.push(b""),
            }
            return Some(());
        }
        match &mut self.source {
            Source::Bits(bits) => self.fixed.push(u8::from(bits.next()?)),
            Source::Bytes(bytes) => {
                self.fixed.extend_from_slice(&i32::from(bytes.next()? as i8).to_le_bytes());
            }
            Source::Integers(numbers) => {
                let width = self.kind.width()?;
                self.fixed.extend_from_slice(&numbers.next()?.to_le_bytes()[..width]);
            }
            Source::Plain(bytes) => {
                let width = self.kind.width()?;
                let taken = bytes.as_slice().get(..width)?;
                self.fixed.extend_from_slice(taken);
                bytes.nth(width - 1)?;
            }
            Source::Strings { lengths, bytes } => {
                let length = usize::try_from(lengths.next()?).ok()?;
                self.strings.push(bytes.as_slice().get(..length)?);
                if length > 0 {
                    bytes.nth(length - 1)?;
                }
            }
            Source::Dictionary { codes, strings } => {
                let code = u32::try_from(codes.next()?).ok()?;
                let text = strings.get(code as usize)?;
                if strings.len() <= CODED {
                    self.codes.extend_from_slice(&code.to_le_bytes());
                } else {
                    self.strings.push(text);
                }
            }
            Source::Decimals { values, at, scales } => {
                let Kind::Decimal { scale, .. } = self.kind else { return None };
                let value = wide(values, at)?;
                let other = scales.next()? - i64::from(scale);
                let ten = 10_i128.checked_pow(u32::try_from(other.unsigned_abs()).ok()?)?;
                let value = if other > 0 { value / ten } else { value.checked_mul(ten)? };
                self.fixed.extend_from_slice(&value.to_le_bytes());
            }
            Source::Times { seconds, nanos } => {
                let mut second = seconds.next()?.checked_add(EPOCH)?;
                let code = nanos.next()?;
                // The lowest bits are how many zeros were cut off, one less.
                let zeros = (code & 7) as u32;
                let nano = (code >> 3) * if zeros == 0 { 1 } else { 10_i64.pow(zeros + 1) };
                // Times before 1970 are rounded towards it by who writes them.
                if second < 0 && nano > 999_999 {
                    second -= 1;
                }
                let micros = second.checked_mul(1_000_000)?.checked_add(nano / 1_000)?;
                self.fixed.extend_from_slice(&micros.to_le_bytes());
            }
            Source::Nested(nest) => {
                let mut text = String::new();
                nest.value(&mut text)?;
                self.strings.push(text.as_bytes());
            }
        }
        Some(())
    }
}

/// A number of any length, seven bits a byte.
fn wide(bytes: &[u8], at: &mut usize) -> Option<i128> {
    let mut value = 0_u128;
    for shift in (0..128).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value |= u128::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some((value >> 1) as i128 ^ -((value & 1) as i128));
        }
    }
    None
}

fn source(
    of: &Type,
    encoding: Message<'_>,
    zone: &[u8],
    [data, lengths, dictionary, second]: [Option<Vec<u8>>; 4],
) -> Result<Source> {
    // A stripe without a value has no streams of them.
    let [data, lengths, dictionary, second] =
        [data, lengths, dictionary, second].map(|stream| stream.unwrap_or_default());
    let code = encoding.number(1).unwrap_or(0);
    let newer = code >= 2;
    Ok(match of.kind {
        Kind::Boolean => Source::Bits(Bits::new(data)),
        Kind::Integer { bits: 8, .. } => Source::Bytes(Bytes::new(data)),
        Kind::Integer { .. } | Kind::Date => Source::Integers(Numbers::new(data, true, newer)),
        Kind::Float | Kind::Double => Source::Plain(data.into_iter()),
        Kind::Text | Kind::Binary if code & 1 == 1 => {
            let many = encoding.number(2).unwrap_or(0);
            let mut lengths = Numbers::new(lengths, false, newer);
            let (mut strings, mut at) = (Strings::default(), 0_usize);
            for _ in 0..many {
                let length = lengths.next().and_then(|length| usize::try_from(length).ok());
                let end = length.and_then(|length| at.checked_add(length)).ok_or_else(damaged)?;
                strings.push(dictionary.get(at..end).ok_or_else(damaged)?);
                at = end;
            }
            Source::Dictionary { codes: Numbers::new(data, false, newer), strings }
        }
        Kind::Text | Kind::Binary => {
            Source::Strings { lengths: Numbers::new(lengths, false, newer), bytes: data.into_iter() }
        }
        Kind::Decimal { .. } => {
            Source::Decimals { values: data, at: 0, scales: Numbers::new(second, true, newer) }
        }
        Kind::Timestamp { utc } => {
            // Counted from the writer's own midnight, whose summer time is not known here.
            if !utc && !matches!(zone, b"UTC" | b"GMT" | b"Etc/UTC" | b"") {
                let zone = String::from_utf8_lossy(zone);
                return Err(format!("ORC timestamps written in the time zone {zone} are not read"));
            }
            Source::Times {
                seconds: Numbers::new(data, true, newer),
                nanos: Numbers::new(second, false, newer),
            }
        }
        Kind::Time | Kind::Nested => return Err(damaged()),
    })
}

impl Work for ColumnReader {
    fn step(&mut self, budget: u64) -> Progress {
        let until = self.rows.min(self.at.saturating_add(u32::try_from(budget.max(1)).unwrap_or(u32::MAX)));
        while self.at < until {
            if self.row().is_none() {
                return Progress::Failed("a stream of the file is damaged".to_owned());
            }
        }
        if self.at < self.rows {
            return Progress::Working((u64::from(self.at) * 999 / u64::from(self.rows)) as u16);
        }
        let take = std::mem::take::<Vec<u8>>;
        let data = match &mut self.source {
            Source::Dictionary { strings, .. } if strings.len() <= CODED && !strings.is_empty() => {
                Data::Coded { codes: take(&mut self.codes), strings: std::mem::take(strings) }
            }
            // All of them NULL: there is nothing that a code could mean.
            Source::Dictionary { strings, .. } if strings.is_empty() => {
                (0..self.rows).for_each(|_| self.strings.push(b""));
                Data::Strings(std::mem::take(&mut self.strings))
            }
            _ if self.kind.width().is_some() => Data::Fixed(take(&mut self.fixed)),
            _ => Data::Strings(std::mem::take(&mut self.strings)),
        };
        let valid = self.nulls.then(|| take(&mut self.valid));
        Progress::Done(Column { rows: self.rows, valid, data }.encode())
    }
}
