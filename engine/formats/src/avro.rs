//! Avro files, read (avro.apache.org, "Object Container Files"): as objects of JSON, one a line.
//!
//! Rows lie one behind the other there, so that nothing is won by reading columns: COPY and external tables read what
//! comes of it as the JSON that it is. Logical types are what they are stored as: that the product knows them no
//! better is what users of COPY report, and unconfirmed for external tables.

use std::io::{self, Cursor, Read};

use sandshift_extension::formats::Kind;
use serde_json::Value;

use crate::json::{json, string};

/// A file on its way.
pub struct Avro {
    bytes: Vec<u8>,
    /// No block comes to more bytes.
    most: u64,
    at: usize,
    /// Known once the head is read.
    head: Option<Head>,
    ready: Vec<u8>,
    given: usize,
}

struct Head {
    schema: Schema,
    codec: String,
    sync: [u8; 16],
}

/// How a value lies.
#[derive(Clone)]
enum Schema {
    Null,
    Scalar(Kind),
    Fixed(usize),
    Enum(Vec<String>),
    Record(Vec<(String, Schema)>),
    Array(Box<Schema>),
    Map(Box<Schema>),
    Union(Vec<Schema>),
}

const MAGIC: &[u8; 4] = b"Obj\x01";
/// Rows that a block may have beyond its bytes.
const MOST_EMPTY: u64 = 1 << 16;
/// Types within types before a schema is refused.
const DEEPEST: usize = 100;

fn odd(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_owned())
}

impl Avro {
    pub fn new(bytes: Vec<u8>, most: u64) -> Self {
        Avro { bytes, most, at: 0, head: None, ready: Vec::new(), given: 0 }
    }

    fn open(&mut self) -> io::Result<Head> {
        let bytes = self
            .bytes
            .strip_prefix(MAGIC)
            .ok_or_else(|| odd("Incorrect Avro container file magic number"))?;
        let mut from = From(bytes);
        let damaged = || odd("the file's head is damaged");
        let (mut schema, mut codec) = (None, "null".to_owned());
        from.blocks(&mut |from| {
            let key = from.bytes()?;
            let value = from.bytes()?;
            match key {
                b"avro.schema" => schema = serde_json::from_slice::<Value>(value).ok(),
                b"avro.codec" => codec = String::from_utf8_lossy(value).into_owned(),
                _ => {}
            }
            Some(())
        })
        .ok_or_else(damaged)?;
        let sync = from.take(16).and_then(|sync| sync.try_into().ok()).ok_or_else(damaged)?;
        self.at = self.bytes.len() - from.0.len();
        let schema = schema.ok_or_else(damaged)?;
        let schema =
            read_schema(&schema, &mut Vec::new(), DEEPEST).ok_or_else(|| odd("its schema is not read"))?;
        if !matches!(schema, Schema::Record(_)) {
            return Err(odd("its schema is no record"));
        }
        Ok(Head { schema, codec, sync })
    }

    /// The rows of the next block, if there is one.
    fn block(&mut self, head: &Head) -> io::Result<Vec<u8>> {
        let damaged = || odd("a block of the file is damaged");
        let mut from = From(self.bytes.get(self.at..).unwrap_or_default());
        let rows = from.long().ok_or_else(damaged)?;
        let packed = from.bytes().ok_or_else(damaged)?;
        if from.take(16) != Some(&head.sync) {
            return Err(damaged());
        }
        self.at = self.bytes.len() - from.0.len();
        let expanded = expand(&head.codec, packed, self.most)?;
        // Rows of no bytes are few, or a lie.
        if rows < 0 || rows as u64 > expanded.len() as u64 + MOST_EMPTY {
            return Err(damaged());
        }
        let mut from = From(&expanded);
        let mut out = String::new();
        for _ in 0..rows {
            from.value(&head.schema, &mut out).ok_or_else(damaged)?;
            out.push('\n');
        }
        Ok(out.into_bytes())
    }
}

fn expand(codec: &str, packed: &[u8], most: u64) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut read = |reader: &mut dyn Read| reader.take(most).read_to_end(&mut out).map(|_| ());
    match codec {
        "null" => read(&mut &*packed)?,
        "deflate" => read(&mut flate2::read::DeflateDecoder::new(packed))?,
        "bzip2" => read(&mut bzip2::read::MultiBzDecoder::new(packed))?,
        "zstandard" => {
            let decoder = ruzstd::decoding::StreamingDecoder::new(Cursor::new(packed));
            read(&mut decoder.map_err(|error| odd(&error.to_string()))?)?;
        }
        // Behind it stands a checksum.
        "snappy" => {
            let packed = packed.split_last_chunk::<4>().map(|(packed, _)| packed);
            let packed = packed
                .filter(|packed| snap::raw::decompress_len(packed).is_ok_and(|length| length as u64 <= most));
            let packed = packed.ok_or_else(|| odd("a block of the file is damaged"))?;
            out = snap::raw::Decoder::new().decompress_vec(packed)?;
        }
        other => return Err(odd(&format!("Avro files compressed with {other} are not read"))),
    }
    Ok(out)
}

impl Read for Avro {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() {
            let head = match self.head.take() {
                Some(head) => head,
                None => self.open()?,
            };
            if self.at >= self.bytes.len() {
                self.head = Some(head);
                return Ok(0);
            }
            self.ready = self.block(&head)?;
            self.given = 0;
            self.head = Some(head);
        }
        let mut rest = &self.ready[self.given..];
        let length = rest.read(out)?;
        self.given += length;
        Ok(length)
    }
}

/// A schema's JSON; `known` are the types that have names. `None`: it is none, or holds itself.
fn read_schema(json: &Value, known: &mut Vec<(String, Schema)>, levels: usize) -> Option<Schema> {
    let levels = levels.checked_sub(1)?;
    let named = match json {
        Value::String(name) => name.as_str(),
        Value::Array(branches) => {
            let branches = branches.iter().map(|branch| read_schema(branch, known, levels));
            return branches.collect::<Option<_>>().map(Schema::Union);
        }
        _ if !json["type"].is_string() => return read_schema(&json["type"], known, levels),
        _ => json["type"].as_str()?,
    };
    let integer = |bits| Some(Schema::Scalar(Kind::Integer { bits, signed: true }));
    let made = match named {
        "null" => return Some(Schema::Null),
        "boolean" => return Some(Schema::Scalar(Kind::Boolean)),
        "int" => return integer(32),
        "long" => return integer(64),
        "float" => return Some(Schema::Scalar(Kind::Float)),
        "double" => return Some(Schema::Scalar(Kind::Double)),
        "string" | "bytes" => return Some(Schema::Scalar(Kind::Text)),
        "array" => return Some(Schema::Array(Box::new(read_schema(&json["items"], known, levels)?))),
        "map" => return Some(Schema::Map(Box::new(read_schema(&json["values"], known, levels)?))),
        "fixed" => Schema::Fixed(usize::try_from(json["size"].as_u64()?).ok()?),
        "enum" => {
            let symbols = json["symbols"].as_array()?.iter();
            Schema::Enum(symbols.map(|symbol| symbol.as_str().map(str::to_owned)).collect::<Option<_>>()?)
        }
        "record" | "error" => {
            let fields = json["fields"].as_array()?.iter();
            let fields = fields.map(|field| {
                Some((field["name"].as_str()?.to_owned(), read_schema(&field["type"], known, levels)?))
            });
            Schema::Record(fields.collect::<Option<_>>()?)
        }
        name => {
            let last = name.rsplit('.').next()?;
            return known.iter().find(|(known, _)| known == last).map(|(_, schema)| schema.clone());
        }
    };
    if let Some(name) = json["name"].as_str().and_then(|name| name.rsplit('.').next()) {
        known.push((name.to_owned(), made.clone()));
    }
    Some(made)
}

/// What is still to be read.
struct From<'a>(&'a [u8]);

impl<'a> From<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn long(&mut self) -> Option<i64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some((value >> 1) as i64 ^ -((value & 1) as i64));
            }
        }
        None
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.long()?).ok()?;
        self.take(length)
    }

    /// The items of an array or a map, in blocks of so many; one with a minus says its bytes, too.
    fn blocks(&mut self, item: &mut dyn FnMut(&mut Self) -> Option<()>) -> Option<()> {
        loop {
            let count = self.long()?;
            if count == 0 {
                return Some(());
            }
            if count < 0 {
                self.long()?;
            }
            for _ in 0..count.unsigned_abs() {
                // Items of no bytes would never end.
                (!self.0.is_empty()).then_some(())?;
                item(self)?;
            }
        }
    }

    fn value(&mut self, schema: &Schema, out: &mut String) -> Option<()> {
        match schema {
            Schema::Null => out.push_str("null"),
            Schema::Scalar(kind) => match kind {
                Kind::Boolean => json(*kind, self.take(1)?, out),
                Kind::Float => json(*kind, self.take(4)?, out),
                Kind::Double => json(*kind, self.take(8)?, out),
                Kind::Integer { .. } => json(*kind, &self.long()?.to_le_bytes(), out),
                _ => json(*kind, self.bytes()?, out),
            },
            Schema::Fixed(length) => json(Kind::Text, self.take(*length)?, out),
            Schema::Enum(symbols) => string(symbols.get(usize::try_from(self.long()?).ok()?)?, out),
            Schema::Union(branches) => {
                let branch = branches.get(usize::try_from(self.long()?).ok()?)?;
                self.value(branch, out)?;
            }
            Schema::Record(fields) => {
                out.push('{');
                for (number, (name, of)) in fields.iter().enumerate() {
                    if number > 0 {
                        out.push(',');
                    }
                    string(name, out);
                    out.push(':');
                    self.value(of, out)?;
                }
                out.push('}');
            }
            Schema::Array(of) => {
                out.push('[');
                let start = out.len();
                self.blocks(&mut |from| {
                    if out.len() > start {
                        out.push(',');
                    }
                    from.value(of, out)
                })?;
                out.push(']');
            }
            Schema::Map(of) => {
                out.push('{');
                let start = out.len();
                self.blocks(&mut |from| {
                    if out.len() > start {
                        out.push(',');
                    }
                    string(&String::from_utf8_lossy(from.bytes()?), out);
                    out.push(':');
                    from.value(of, out)
                })?;
                out.push('}');
            }
        }
        Some(())
    }
}
