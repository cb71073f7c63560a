//! Parquet files being written: a row group at a time, pages of 20,000 rows in Snappy, strings and numbers of few
//! different values by dictionary, bounds of every column.

use std::collections::HashMap;

use sandshift_extension::formats::{Column, Data, Field, Kind, MAGIC, Written};
use sandshift_extension::{Progress, Work};

use super::levels;
use super::thrift::Structure;
use crate::Result;

/// Rows of a page.
const PAGE_ROWS: usize = 20_000;

/// Most entries and bytes of a dictionary.
const ENTRIES: usize = 32_768;
const ENTRY_BYTES: usize = 1 << 20;

/// Longer strings are no bounds.
const BOUND: usize = 64;

/// A row group being written, a column a step.
pub struct GroupWriter {
    at: u64,
    fields: Vec<Field>,
    columns: Vec<Column>,
    out: Vec<u8>,
    /// Written heads of the chunks, and how long they were before compression.
    chunks: Vec<Vec<u8>>,
    whole: u64,
}

impl GroupWriter {
    pub fn new(at: u64, fields: Vec<Field>, mut columns: Vec<Column>) -> Self {
        columns.reverse();
        GroupWriter { at, fields, columns, out: Vec::new(), chunks: Vec::new(), whole: 0 }
    }

    fn work(&mut self) -> Result<Option<Written>> {
        let rows = self.columns.last().map(|column| i64::from(column.rows));
        if let (Some(column), Some(field)) = (self.columns.pop(), self.fields.get(self.chunks.len())) {
            let start = self.out.len();
            let chunk = chunk(field, &column, self.at + start as u64, &mut self.out)?;
            self.whole += chunk.whole;
            self.chunks.push(chunk.head);
            if !self.columns.is_empty() {
                return Ok(None);
            }
        }
        let group = Structure::default()
            .structures(1, &self.chunks)
            .i64(2, self.whole as i64)
            .i64(3, rows.unwrap_or(0))
            .i64(5, self.at as i64)
            .i64(6, self.out.len() as i64);
        Ok(Some(Written { bytes: std::mem::take(&mut self.out), group: group.end() }))
    }
}

impl Work for GroupWriter {
    fn step(&mut self, _: u64) -> Progress {
        match self.work() {
            Ok(Some(written)) => Progress::Done(written.encode()),
            Ok(None) => Progress::Working((self.chunks.len() * 999 / self.fields.len().max(1)) as u16),
            Err(why) => Progress::Failed(why),
        }
    }
}

/// The values of a column that are there, each as bytes.
struct Cells<'a> {
    column: &'a Column,
    width: Option<usize>,
}

impl<'a> Cells<'a> {
    fn there(&self, row: usize) -> bool {
        self.column
            .valid
            .as_ref()
            .is_none_or(|valid| valid.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1))
    }

    fn get(&self, row: usize) -> &'a [u8] {
        let cell = match (&self.column.data, self.width) {
            (Data::Fixed(bytes), Some(width)) => bytes.get(row * width..(row + 1) * width),
            (Data::Strings(strings), _) => strings.get(row),
            (Data::Coded { codes, strings }, _) => codes
                .get(row * 4..row * 4 + 4)
                .and_then(|code| Some(u32::from_le_bytes(code.try_into().ok()?)))
                .and_then(|code| strings.get(code as usize)),
            (Data::Fixed(_), None) => None,
        };
        cell.unwrap_or_default()
    }
}

struct ChunkHead {
    head: Vec<u8>,
    whole: u64,
}

/// How a kind lies in the file: the physical type's number, the converted type's, the logical type.
fn stored(kind: Kind) -> (i64, Option<i64>, Option<Structure>) {
    let unit = |utc: bool| {
        let micros = Structure::default().structure(2, Structure::default());
        Structure::default().flag(1, utc).structure(2, micros)
    };
    let logical = |number, inner| Some(Structure::default().structure(number, inner));
    match kind {
        Kind::Boolean => (0, None, None),
        Kind::Integer { bits, signed } => {
            let converted = bits.trailing_zeros() as i64 - 3 + if signed { 15 } else { 11 };
            let physical = if bits <= 32 { 1 } else { 2 };
            (physical, Some(converted), logical(10, Structure::default().i8(1, bits).flag(2, signed)))
        }
        Kind::Float => (4, None, None),
        Kind::Double => (5, None, None),
        Kind::Decimal { precision, scale } => {
            let physical = match precision {
                0..=9 => 1,
                10..=18 => 2,
                _ => 7,
            };
            let inner = Structure::default().i32(1, i64::from(scale)).i32(2, i64::from(precision));
            (physical, Some(5), logical(5, inner))
        }
        Kind::Date => (1, Some(6), logical(6, Structure::default())),
        Kind::Time => (2, Some(8), logical(7, unit(true))),
        Kind::Timestamp { utc } => (2, Some(10).filter(|_| utc), logical(8, unit(utc))),
        Kind::Text => (6, Some(0), logical(1, Structure::default())),
        Kind::Nested => (6, Some(19), logical(12, Structure::default())),
        Kind::Binary => (6, None, None),
    }
}

/// One value as it lies in the file, without a string's length.
fn lay<'a>(kind: Kind, cell: &'a [u8], room: &'a mut [u8; 16]) -> &'a [u8] {
    match kind {
        Kind::Decimal { precision: 0..=9, .. } => cell.get(..4).unwrap_or(cell),
        Kind::Decimal { precision: 10..=18, .. } => cell.get(..8).unwrap_or(cell),
        Kind::Decimal { .. } => {
            for (to, from) in room.iter_mut().zip(cell.iter().rev()) {
                *to = *from;
            }
            room
        }
        Kind::Integer { bits: 32, signed: false } => cell.get(..4).unwrap_or(cell),
        Kind::Integer { bits: 64, signed: false } => cell.get(..8).unwrap_or(cell),
        _ => cell,
    }
}

fn push(kind: Kind, cell: &[u8], out: &mut Vec<u8>) {
    let mut room = [0; 16];
    let laid = lay(kind, cell, &mut room);
    if kind.width().is_none() {
        out.extend_from_slice(&(laid.len() as u32).to_le_bytes());
    }
    out.extend_from_slice(laid);
}

/// A column's chunk, appended to `out`, which stands at `at` in the file.
fn chunk(field: &Field, column: &Column, at: u64, out: &mut Vec<u8>) -> Result<ChunkHead> {
    let kind = field.kind;
    let cells = Cells { column, width: kind.width() };
    let rows = column.rows as usize;
    let (physical, ..) = stored(kind);
    let start = out.len();
    let mut whole = 0;
    let dictionary = if kind == Kind::Boolean { None } else { dictionary(&cells, rows) };
    let mut dictionary_at = None;
    if let Some((entries, _)) = &dictionary {
        let mut body = Vec::new();
        for row in entries {
            push(kind, cells.get(*row as usize), &mut body);
        }
        let about = Structure::default().i32(1, entries.len() as i64).i32(2, 0);
        dictionary_at = Some(at);
        whole += page(2, 7, about, &body, out)?;
    }
    let data_at = at + (out.len() - start) as u64;
    for from in (0..rows.max(1)).step_by(PAGE_ROWS) {
        let to = rows.min(from + PAGE_ROWS);
        let mut body = Vec::new();
        if field.optional {
            let mut written = Vec::new();
            levels::write((from..to).map(|row| u32::from(cells.there(row))), 1, &mut written);
            body.extend_from_slice(&(written.len() as u32).to_le_bytes());
            body.extend_from_slice(&written);
        }
        let there = (from..to).filter(|row| cells.there(*row));
        match &dictionary {
            Some((entries, codes)) => {
                let width = levels::width_of(entries.len().saturating_sub(1) as u32).max(1);
                body.push(width as u8);
                levels::write(there.map(|row| codes[row]), width, &mut body);
            }
            None if kind == Kind::Boolean => {
                let bits: Vec<bool> = there.map(|row| cells.get(row) == [1]).collect();
                body.extend(bits.chunks(8).map(|eight| {
                    eight.iter().enumerate().fold(0_u8, |byte, (at, bit)| byte | (u8::from(*bit) << at))
                }));
            }
            None => there.for_each(|row| push(kind, cells.get(row), &mut body)),
        }
        let encoding = if dictionary.is_some() { 8 } else { 0 };
        let about = Structure::default().i32(1, (to - from) as i64).i32(2, encoding).i32(3, 3).i32(4, 3);
        whole += page(0, 5, about, &body, out)?;
    }
    let packed = (out.len() - start) as i64;
    let encodings: &[i64] = if dictionary.is_some() { &[0, 3, 8] } else { &[0, 3] };
    let mut about = Structure::default()
        .i32(1, physical)
        .numbers(2, encodings)
        .texts(3, &[&field.name])
        .i32(4, 1)
        .i64(5, rows as i64)
        .i64(6, whole as i64)
        .i64(7, packed)
        .i64(9, data_at as i64);
    if let Some(at) = dictionary_at {
        about = about.i64(11, at as i64);
    }
    about = about.structure(12, statistics(kind, &cells, rows));
    let head = Structure::default().i64(2, at as i64).structure(3, about);
    Ok(ChunkHead { head: head.end(), whole })
}

/// Rows of the first of each different value, and for each row which it is; `None` when there are too many.
fn dictionary(cells: &Cells<'_>, rows: usize) -> Option<(Vec<u32>, Vec<u32>)> {
    let mut known: HashMap<&[u8], u32> = HashMap::new();
    let (mut entries, mut codes, mut bytes) = (Vec::new(), Vec::with_capacity(rows), 0);
    for row in 0..rows {
        if !cells.there(row) {
            codes.push(0);
            continue;
        }
        let cell = cells.get(row);
        let next = entries.len() as u32;
        let code = *known.entry(cell).or_insert(next);
        if code == next {
            entries.push(row as u32);
            bytes += cell.len();
            // Half of the rows being new is no few.
            if entries.len() > ENTRIES || bytes > ENTRY_BYTES || (row > 1_024 && entries.len() > row / 2) {
                return None;
            }
        }
        codes.push(code);
    }
    (!entries.is_empty()).then_some((entries, codes))
}

/// Writes a page: its head, and its body compressed. Gives its length before compression.
fn page(number: i64, field: i16, about: Structure, body: &[u8], out: &mut Vec<u8>) -> Result<u64> {
    let packed = snap::raw::Encoder::new().compress_vec(body).map_err(|error| error.to_string())?;
    let head = Structure::default()
        .i32(1, number)
        .i32(2, body.len() as i64)
        .i32(3, packed.len() as i64)
        .structure(field, about)
        .end();
    out.extend_from_slice(&head);
    out.extend_from_slice(&packed);
    Ok((head.len() + body.len()) as u64)
}

fn statistics(kind: Kind, cells: &Cells<'_>, rows: usize) -> Structure {
    let nulls = (0..rows).filter(|row| !cells.there(*row)).count();
    let mut bounds: Option<(&[u8], &[u8])> = None;
    let signed = |cell: &[u8]| -> i128 {
        match *cell {
            [a, b, c, d] => i128::from(i32::from_le_bytes([a, b, c, d])),
            _ => cell.try_into().map_or_else(
                |_| i128::from_le_bytes(cell.try_into().unwrap_or_default()),
                |eight| i128::from(i64::from_le_bytes(eight)),
            ),
        }
    };
    let less = |a: &[u8], b: &[u8]| match kind {
        Kind::Text | Kind::Binary | Kind::Boolean => a < b,
        _ => signed(a) < signed(b),
    };
    // Floats have values that no order knows, and a nested column's text is nothing to look for.
    if !matches!(kind, Kind::Float | Kind::Double | Kind::Nested) {
        for row in (0..rows).filter(|row| cells.there(*row)) {
            let cell = cells.get(row);
            bounds = Some(match bounds {
                None => (cell, cell),
                Some((least, greatest)) => (
                    if less(cell, least) { cell } else { least },
                    if less(greatest, cell) { cell } else { greatest },
                ),
            });
        }
    }
    let out = Structure::default().i64(3, nulls as i64);
    match bounds {
        Some((least, greatest)) if least.len() <= BOUND && greatest.len() <= BOUND => {
            let (mut room, mut other) = ([0; 16], [0; 16]);
            out.bytes(5, lay(kind, greatest, &mut room)).bytes(6, lay(kind, least, &mut other))
        }
        _ => out,
    }
}

/// The end of a file: its metadata, how long that is, and the last word.
pub fn footer(fields: &[Field], rows: u64, groups: &[Vec<u8>]) -> Vec<u8> {
    let root = Structure::default().bytes(4, b"spectrum_schema").i32(5, fields.len() as i64);
    let mut elements = vec![root.end()];
    for field in fields {
        let (physical, converted, logical) = stored(field.kind);
        let mut element = Structure::default().i32(1, physical);
        if physical == 7 {
            element = element.i32(2, 16);
        }
        element = element.i32(3, i64::from(field.optional)).bytes(4, field.name.as_bytes());
        if let Some(converted) = converted {
            element = element.i32(6, converted);
        }
        if let Kind::Decimal { precision, scale } = field.kind {
            element = element.i32(7, i64::from(scale)).i32(8, i64::from(precision));
        }
        if let Some(logical) = logical {
            element = element.structure(10, logical);
        }
        elements.push(element.end());
    }
    // Bounds are in each type's own order: without saying so they are not trusted.
    let orders: Vec<Vec<u8>> =
        fields.iter().map(|_| Structure::default().structure(1, Structure::default()).end()).collect();
    let mut out = Structure::default()
        .i32(1, 1)
        .structures(2, &elements)
        .i64(3, rows as i64)
        .structures(4, groups)
        .bytes(6, b"sandshift")
        .structures(7, &orders)
        .end();
    let length = out.len() as u32;
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(MAGIC);
    out
}
