//! The end of a file, the ends of its stripes, and where the streams of each column are.

use sandshift_extension::formats::{Bound, Chunk, Ending, Field, Footer, Group, Kind};

use super::MAGIC;
use super::message::{Message, zigzag};
use super::stream::Packing;
use crate::Result;

/// Streams that hold values, by their numbers: which rows are there, values, lengths, a dictionary, and what else
/// there is of a value. The others are indexes.
pub const STREAMS: [u64; 5] = [0, 1, 2, 3, 5];

pub fn damaged() -> String {
    "the file's footer is damaged".to_owned()
}

/// What a file says of itself.
pub struct File {
    pub packing: Packing,
    /// No chunk of a stream comes to more bytes.
    pub block: usize,
    footer: Vec<u8>,
    /// Statistics of the stripes.
    metadata: Vec<u8>,
}

/// A stripe: where it begins, its index, its data and its end, and its rows.
struct Stripe {
    start: u64,
    index: u64,
    data: u64,
    end: u64,
    rows: u64,
}

/// A column, as the root's type has it.
pub struct Type {
    pub id: u64,
    pub name: String,
    pub kind: Kind,
    /// Its type, as Hive writes it.
    pub word: String,
    pub code: u64,
    /// What it holds: a structure's members, a list's elements, a map's keys and values.
    pub parts: Vec<Type>,
}

impl Type {
    /// The numbers of its columns, before those of what it holds.
    fn columns(&self) -> Vec<u64> {
        let mut all = vec![self.id];
        all.extend(self.parts.iter().flat_map(Type::columns));
        all
    }
}

/// Types within types before a file is refused.
const DEEPEST: usize = 100;

/// What the last bytes of a file of `size` bytes tell, with the ends of its stripes once they were asked for.
pub fn ending(size: u64, tail: &[u8], pieces: &[Vec<u8>]) -> Result<Ending> {
    if tail.len() < 4 || &tail[tail.len() - 4..tail.len() - 1] != MAGIC {
        return Err("not an ORC file: expected ORC at its end".to_owned());
    }
    let (about, rest) = postscript(tail)?;
    let lengths = [1, 5].map(|number| about.number(number).unwrap_or(0));
    let wanted = lengths[0].saturating_add(lengths[1]) + (tail.len() - rest.len()) as u64;
    if wanted > size {
        return Err(damaged());
    }
    if wanted > tail.len() as u64 {
        return Ok(Ending::More(wanted));
    }
    let file = File::open(tail)?;
    let stripes = file.stripes();
    if pieces.is_empty() && !stripes.is_empty() {
        let ends = stripes.iter().map(|stripe| (stripe.start + stripe.index + stripe.data, stripe.end));
        return Ok(Ending::Pieces(ends.collect()));
    }
    let types = file.types()?;
    let statistics = Message(&file.metadata);
    let statistics: Vec<&[u8]> = statistics.all(1).collect();
    let mut groups = Vec::new();
    for (at, (stripe, end)) in stripes.iter().zip(pieces).enumerate() {
        let end = file.packing.expand(end, file.block)?;
        let of_stripe: Vec<&[u8]> =
            statistics.get(at).map(|stripe| Message(stripe).all(1).collect()).unwrap_or_default();
        let chunk = |of: &Type| {
            let streams = of.columns().into_iter().flat_map(|id| streams(&end, id));
            let ranges = streams.map(|(_, start, length)| (stripe.start + start, length)).collect();
            let known = of_stripe.get(of.id as usize).map(|known| Message(known));
            let (least, greatest) = known.and_then(|known| bounds(known, of)).unzip();
            let values = known.and_then(|known| known.number(1));
            Chunk {
                ranges,
                least,
                greatest,
                nulls: values.and_then(|values| stripe.rows.checked_sub(values)),
            }
        };
        groups.push(Group { rows: stripe.rows, chunks: types.iter().map(chunk).collect() });
    }
    let start = (tail.len() as u64 - wanted) as usize;
    // So it is told from what a Parquet file has there.
    let mut raw = MAGIC.to_vec();
    raw.extend_from_slice(&(pieces.len() as u32).to_le_bytes());
    for piece in pieces {
        raw.extend_from_slice(&(piece.len() as u32).to_le_bytes());
        raw.extend_from_slice(piece);
    }
    raw.extend_from_slice(&tail[start..]);
    let rows = groups.iter().map(|group| group.rows).sum();
    let field = |of: &Type| Field {
        name: of.name.clone(),
        kind: of.kind,
        optional: true,
        printed: format!("optional {} {}", of.word, of.name),
    };
    Ok(Ending::Footer(Footer { rows, fields: types.iter().map(field).collect(), groups, raw }))
}

/// The columns of a file and how many rows it has, by its last bytes, if they are enough.
pub fn described(tail: &[u8]) -> Result<(Vec<Type>, u64)> {
    let file = File::open(tail)?;
    Ok((file.types()?, Message(&file.footer).number(6).unwrap_or(0)))
}

/// `raw` of [`ending`]: the file, the end of one of its stripes, and how many rows that has.
pub fn stripe(raw: &[u8], number: usize) -> Result<(File, Vec<u8>, u64)> {
    let mut rest = raw.strip_prefix(MAGIC).ok_or_else(damaged)?;
    let mut take = |length: usize| {
        let (taken, after) = rest.split_at_checked(length).ok_or_else(damaged)?;
        rest = after;
        Ok::<_, String>(taken)
    };
    let length = |bytes: &[u8]| bytes.try_into().map(u32::from_le_bytes).map_err(|_| damaged());
    let mut found = None;
    for at in 0..length(take(4)?)? as usize {
        let many = length(take(4)?)?;
        let piece = take(many as usize)?;
        if at == number {
            found = Some(piece);
        }
    }
    let file = File::open(rest)?;
    let end = file.packing.expand(found.ok_or_else(damaged)?, file.block)?;
    let rows = file.stripes().get(number).map(|stripe| stripe.rows).ok_or_else(damaged)?;
    Ok((file, end, rows))
}

/// Streams of values of a column: kind, where it begins in its stripe, and its length.
pub fn streams(end: &[u8], column: u64) -> Vec<(u64, u64, u64)> {
    let mut at = 0_u64;
    let mut found = Vec::new();
    for stream in Message(end).all(1).map(Message) {
        let [kind, of, length] = [1, 2, 3].map(|number| stream.number(number).unwrap_or(0));
        if of == column && STREAMS.contains(&kind) {
            found.push((kind, at, length));
        }
        at = at.saturating_add(length);
    }
    found
}

fn postscript(tail: &[u8]) -> Result<(Message<'_>, &[u8])> {
    let (length, rest) = tail.split_last().ok_or_else(damaged)?;
    let start = rest.len().checked_sub(usize::from(*length)).ok_or_else(damaged)?;
    let (rest, about) = rest.split_at(start);
    Ok((Message(about), rest))
}

impl File {
    fn open(tail: &[u8]) -> Result<File> {
        let (about, rest) = postscript(tail)?;
        let packing = Packing::from_number(about.number(2).unwrap_or(0))?;
        // 256 KB where it does not say; more than 2^23 has no room before a chunk.
        let block = about.number(3).unwrap_or(262_144).min(1 << 23) as usize;
        let [footer, metadata] = [1, 5].map(|number| about.number(number).unwrap_or(0) as usize);
        let start = rest.len().checked_sub(footer).ok_or_else(damaged)?;
        let (rest, footer) = rest.split_at(start);
        let start = rest.len().checked_sub(metadata).ok_or_else(damaged)?;
        let footer = packing.expand(footer, block)?;
        if Message(&footer).message(10).is_some() {
            return Err("encrypted ORC files are not read".to_owned());
        }
        // Statistics that cannot be read only make fewer stripes be left out.
        let metadata = packing.expand(&rest[start..], block).unwrap_or_default();
        Ok(File { packing, block, footer, metadata })
    }

    fn stripes(&self) -> Vec<Stripe> {
        let read = |stripe: &[u8]| {
            let [start, index, data, end, rows] =
                [1, 2, 3, 4, 5].map(|number| Message(stripe).number(number).unwrap_or(0).min(1 << 40));
            Stripe { start, index, data, end, rows }
        };
        Message(&self.footer).all(3).map(read).collect()
    }

    /// The columns: the members of the root.
    pub fn types(&self) -> Result<Vec<Type>> {
        let all: Vec<Message<'_>> = Message(&self.footer).all(4).map(Message).collect();
        Ok(one(&all, 0, String::new(), DEEPEST)?.parts)
    }
}

/// The type of a number, with those that it holds.
fn one(all: &[Message<'_>], id: u64, name: String, levels: usize) -> Result<Type> {
    let levels = levels.checked_sub(1).ok_or_else(damaged)?;
    let of = all.get(id as usize).ok_or_else(damaged)?;
    let code = of.number(1).unwrap_or(0);
    let integer = |bits| Kind::Integer { bits, signed: true };
    let kind = match code {
        0 => Kind::Boolean,
        1 => integer(8),
        2 => integer(16),
        3 => integer(32),
        4 => integer(64),
        5 => Kind::Float,
        6 => Kind::Double,
        7 | 16 | 17 => Kind::Text,
        8 => Kind::Binary,
        9 => Kind::Timestamp { utc: false },
        14 => {
            let [precision, scale] = [5, 6].map(|number| of.number(number).unwrap_or(0).min(38) as u8);
            Kind::Decimal { precision: precision.max(1), scale }
        }
        15 => Kind::Date,
        18 => Kind::Timestamp { utc: true },
        _ => Kind::Nested,
    };
    let mut names = of.all(3);
    let mut parts = Vec::new();
    for part in of.numbers(2) {
        // Types are written before those that they hold, so that none holds itself.
        if part <= id {
            return Err(damaged());
        }
        let name = String::from_utf8_lossy(names.next().unwrap_or_default()).into_owned();
        parts.push(one(all, part, name, levels)?);
    }
    Ok(Type { id, name, kind, word: word(all, id, 20), code, parts })
}

/// A type as Hive writes it, with those that it holds.
fn word(all: &[Message<'_>], id: u64, depth: usize) -> String {
    const WORDS: [&str; 19] = [
        "boolean",
        "tinyint",
        "smallint",
        "int",
        "bigint",
        "float",
        "double",
        "string",
        "binary",
        "timestamp",
        "array",
        "map",
        "struct",
        "uniontype",
        "decimal",
        "date",
        "varchar",
        "char",
        "timestamp",
    ];
    let (Some(of), 1..) = (all.get(id as usize), depth) else { return String::new() };
    let code = of.number(1).unwrap_or(0) as usize;
    let size = |number: u64| of.number(number).unwrap_or(0);
    let name = WORDS.get(code).copied().unwrap_or("unknown");
    let parts: Vec<String> = of.numbers(2).iter().map(|part| word(all, *part, depth - 1)).collect();
    match code {
        12 => {
            let names = of.all(3).map(String::from_utf8_lossy);
            let members: Vec<String> = names.zip(parts).map(|(name, of)| format!("{name}:{of}")).collect();
            format!("struct<{}>", members.join(","))
        }
        10 | 11 | 13 => format!("{name}<{}>", parts.join(",")),
        14 => format!("decimal({},{})", size(5), size(6)),
        16 | 17 => format!("{name}({})", size(4)),
        _ => name.to_owned(),
    }
}

/// The least and the greatest value of a column in a stripe, where they can be trusted.
fn bounds(known: Message<'_>, of: &Type) -> Option<(Bound, Bound)> {
    let both = |statistics: Message<'_>, read: &dyn Fn(u64) -> Bound| {
        Some((read(statistics.number(1)?), read(statistics.number(2)?)))
    };
    match of.kind {
        Kind::Integer { .. } => both(known.message(2)?, &|value| Bound::Integer(zigzag(value))),
        Kind::Date => both(known.message(7)?, &|value| Bound::Integer(zigzag(value))),
        Kind::Float | Kind::Double => both(known.message(3)?, &|value| Bound::Number(f64::from_bits(value))),
        // Blanks at the end of CHAR are not the statistics' matter.
        Kind::Text if of.code != 17 => {
            let text = known.message(4)?;
            Some((Bound::Text(text.bytes(1)?.to_vec()), Bound::Text(text.bytes(2)?.to_vec())))
        }
        _ => None,
    }
}
