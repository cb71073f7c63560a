//! What is said between the engine and the module that knows compression and columnar files.
//!
//! Each task stands for itself: the module keeps nothing between two. A Parquet file is read in pieces, so that
//! who asks can count what it really reads: first its end, which tells the columns and where their bytes are, then
//! one column of one row group at a time. It is written in pieces likewise.

mod column;

pub use column::{Column, Data, Strings};

use crate::wire::{Reader, Writer};

/// How an object is compressed as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    Gzip,
    Bzip2,
    Zstd,
    /// Read only, as those that follow.
    Lzop,
    /// Hadoop's blocks.
    Snappy,
    /// With zlib's head and end.
    Deflate,
    /// Avro's files: what is in them is told as a line of JSON for each row.
    Avro,
}

const CODECS: [Codec; 7] =
    [Codec::Gzip, Codec::Bzip2, Codec::Zstd, Codec::Lzop, Codec::Snappy, Codec::Deflate, Codec::Avro];

/// What a column of a file holds, and how its values lie in a [`Column`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One byte a value.
    Boolean,
    /// Four bytes up to 32 bits, else eight; unsigned ones of 32 bits have eight bytes, of 64 bits sixteen.
    Integer {
        bits: u8,
        signed: bool,
    },
    Float,
    Double,
    /// The unscaled value in sixteen bytes.
    Decimal {
        precision: u8,
        scale: u8,
    },
    /// Days since 1970 in four bytes.
    Date,
    /// Microseconds in eight bytes.
    Time,
    /// Microseconds since 1970 in eight bytes; `utc`: of that zone, rather than of none.
    Timestamp {
        utc: bool,
    },
    /// UTF-8, unchecked.
    Text,
    Binary,
    /// A list, map or structure, as JSON.
    Nested,
}

/// A column of a file, as its schema names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub kind: Kind,
    pub optional: bool,
    /// As other tools print it, `optional int64 id [i:0 d:1 r:0]`; not needed for writing.
    pub printed: String,
}

/// A bound of the values of a column in a row group.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    /// Integers, dates, times and timestamps as in a [`Column`].
    Integer(i64),
    Number(f64),
    Text(Vec<u8>),
}

/// A column of a row group.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk {
    /// Where its bytes are in the file, one range a leaf of a nested column: start and length.
    pub ranges: Vec<(u64, u64)>,
    pub least: Option<Bound>,
    pub greatest: Option<Bound>,
    pub nulls: Option<u64>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub rows: u64,
    pub chunks: Vec<Chunk>,
}

/// What the end of a Parquet or ORC file tells; a stripe of that is a group of this.
#[derive(Clone, Debug, PartialEq)]
pub struct Footer {
    pub rows: u64,
    pub fields: Vec<Field>,
    pub groups: Vec<Group>,
    /// As it stands in the file: goes with every [`Task::Chunk`].
    pub raw: Vec<u8>,
}

/// The answer to [`Task::Footer`].
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// So many of the last bytes are needed.
    More(u64),
    /// These ranges (start and length) are needed, too: the ends of an ORC file's stripes.
    Pieces(Vec<(u64, u64)>),
    Footer(Footer),
}

/// An object as Glue looks at it: what it begins with, and what it ends with where that is not its beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// `s3://bucket/key`.
    pub path: String,
    pub size: u64,
    pub head: Vec<u8>,
    pub tail: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Task {
    /// The bytes of a compressed object, whole; fails when they are more than `most`.
    Expand {
        codec: Codec,
        most: u64,
        bytes: Vec<u8>,
    },
    Compress {
        codec: Codec,
        bytes: Vec<u8>,
    },
    /// The last bytes of a Parquet file of `size` bytes, or of an ORC file, and what [`Ending::Pieces`] asked for.
    /// Answer: an [`Ending`].
    Footer {
        orc: bool,
        size: u64,
        tail: Vec<u8>,
        pieces: Vec<Vec<u8>>,
    },
    /// A column of a row group, from the bytes of its ranges. Answer: a [`Column`].
    Chunk {
        footer: Vec<u8>,
        group: u32,
        column: u32,
        leaves: Vec<Vec<u8>>,
    },
    /// A row group that will stand at `at` in its file. Answer: [`Written`].
    WriteGroup {
        at: u64,
        fields: Vec<Field>,
        columns: Vec<Column>,
    },
    /// The end of a file of these groups. Answer: its bytes.
    WriteFooter {
        fields: Vec<Field>,
        rows: u64,
        groups: Vec<Vec<u8>>,
    },
    /// What a crawl or a job of Glue is to know of these objects. Order and answer are JSON.
    Glue {
        order: Vec<u8>,
        samples: Vec<Sample>,
    },
    /// What an account of a former format has stored under `number`, in the present form (`sandshift-upgrade`). The worker
    /// gives this task, not the engine: byte, numbers and bytes as [`Task::encode`] writes them.
    Renew {
        format: u32,
        number: u64,
        bytes: Vec<u8>,
    },
}

/// The answer to [`Task::WriteGroup`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub bytes: Vec<u8>,
    /// For [`Task::WriteFooter`].
    pub group: Vec<u8>,
}

/// The first bytes of a Parquet file, and its last.
pub const MAGIC: &[u8; 4] = b"PAR1";

impl Task {
    /// [`Task::Expand`] as it is encoded, of an object in pieces that is not glued together for it.
    pub fn expand<'a>(
        codec: Codec,
        most: u64,
        length: usize,
        pieces: impl Iterator<Item = &'a [u8]>,
    ) -> Vec<u8> {
        let mut out = Writer(Vec::with_capacity(length + 32));
        out.byte(0).byte(codec as u8).number(most).number(length as u64);
        pieces.for_each(|piece| out.0.extend_from_slice(piece));
        out.0
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::default();
        match self {
            Task::Expand { codec, most, bytes } => out.byte(0).byte(*codec as u8).number(*most).bytes(bytes),
            Task::Compress { codec, bytes } => out.byte(1).byte(*codec as u8).bytes(bytes),
            Task::Footer { orc, size, tail, pieces } => {
                out.byte(2).byte(u8::from(*orc)).number(*size).bytes(tail).list(pieces, |out, piece| {
                    out.bytes(piece);
                })
            }
            Task::Chunk { footer, group, column, leaves } => {
                let numbers = out.byte(3).bytes(footer).number(u64::from(*group)).number(u64::from(*column));
                numbers.list(leaves, |out, leaf| {
                    out.bytes(leaf);
                })
            }
            Task::WriteGroup { at, fields, columns } => out
                .byte(4)
                .number(*at)
                .list(fields, write_field)
                .list(columns, |out, column| column.write(out)),
            Task::WriteFooter { fields, rows, groups } => {
                out.byte(5).list(fields, write_field).number(*rows).list(groups, |out, group| {
                    out.bytes(group);
                })
            }
            Task::Glue { order, samples } => out.byte(6).bytes(order).list(samples, |out, sample| {
                out.bytes(sample.path.as_bytes()).number(sample.size).bytes(&sample.head).bytes(&sample.tail);
            }),
            Task::Renew { format, number, bytes } => {
                out.byte(7).number(u64::from(*format)).number(*number).bytes(bytes)
            }
        };
        out.0
    }

    pub fn decode(bytes: &[u8]) -> Option<Task> {
        let mut from = Reader(bytes);
        let bytes = |from: &mut Reader| from.bytes().map(<[u8]>::to_vec);
        Some(match from.byte()? {
            0 => Task::Expand {
                codec: *CODECS.get(usize::from(from.byte()?))?,
                most: from.number()?,
                bytes: bytes(&mut from)?,
            },
            1 => Task::Compress { codec: *CODECS.get(usize::from(from.byte()?))?, bytes: bytes(&mut from)? },
            2 => Task::Footer {
                orc: from.byte()? == 1,
                size: from.number()?,
                tail: bytes(&mut from)?,
                pieces: from.list(bytes)?,
            },
            3 => Task::Chunk {
                footer: bytes(&mut from)?,
                group: from.number()? as u32,
                column: from.number()? as u32,
                leaves: from.list(bytes)?,
            },
            4 => Task::WriteGroup {
                at: from.number()?,
                fields: from.list(read_field)?,
                columns: from.list(Column::read)?,
            },
            5 => Task::WriteFooter {
                fields: from.list(read_field)?,
                rows: from.number()?,
                groups: from.list(bytes)?,
            },
            6 => Task::Glue {
                order: bytes(&mut from)?,
                samples: from.list(|from| {
                    let (path, size) = (from.text()?, from.number()?);
                    Some(Sample { path, size, head: bytes(from)?, tail: bytes(from)? })
                })?,
            },
            7 => Task::Renew {
                format: from.number()? as u32,
                number: from.number()?,
                bytes: bytes(&mut from)?,
            },
            _ => return None,
        })
    }
}

impl Kind {
    fn write(self, out: &mut Writer) {
        let three = match self {
            Kind::Boolean => [0, 0, 0],
            Kind::Integer { bits, signed } => [1, bits, u8::from(signed)],
            Kind::Float => [2, 0, 0],
            Kind::Double => [3, 0, 0],
            Kind::Decimal { precision, scale } => [4, precision, scale],
            Kind::Date => [5, 0, 0],
            Kind::Time => [6, 0, 0],
            Kind::Timestamp { utc } => [7, u8::from(utc), 0],
            Kind::Text => [8, 0, 0],
            Kind::Binary => [9, 0, 0],
            Kind::Nested => [10, 0, 0],
        };
        out.0.extend_from_slice(&three);
    }

    fn read(from: &mut Reader) -> Option<Kind> {
        Some(match [from.byte()?, from.byte()?, from.byte()?] {
            [0, ..] => Kind::Boolean,
            [1, bits, signed] => Kind::Integer { bits, signed: signed == 1 },
            [2, ..] => Kind::Float,
            [3, ..] => Kind::Double,
            [4, precision, scale] => Kind::Decimal { precision, scale },
            [5, ..] => Kind::Date,
            [6, ..] => Kind::Time,
            [7, utc, _] => Kind::Timestamp { utc: utc == 1 },
            [8, ..] => Kind::Text,
            [9, ..] => Kind::Binary,
            [10, ..] => Kind::Nested,
            _ => return None,
        })
    }

    /// Bytes a value; `None` for strings.
    pub fn width(self) -> Option<usize> {
        Some(match self {
            Kind::Boolean => 1,
            Kind::Integer { bits: 64, signed: false } | Kind::Decimal { .. } => 16,
            Kind::Integer { bits: 32, signed: false }
            | Kind::Integer { bits: 64, .. }
            | Kind::Double
            | Kind::Time
            | Kind::Timestamp { .. } => 8,
            Kind::Integer { .. } | Kind::Float | Kind::Date => 4,
            Kind::Text | Kind::Binary | Kind::Nested => return None,
        })
    }
}

fn write_field(out: &mut Writer, field: &Field) {
    field.kind.write(out.bytes(field.name.as_bytes()));
    out.byte(u8::from(field.optional)).bytes(field.printed.as_bytes());
}

fn read_field(from: &mut Reader) -> Option<Field> {
    Some(Field {
        name: from.text()?,
        kind: Kind::read(from)?,
        optional: from.byte()? == 1,
        printed: from.text()?,
    })
}

fn write_bound(out: &mut Writer, bound: Option<&Bound>) {
    match bound {
        None => out.byte(0),
        Some(Bound::Integer(value)) => out.byte(1).number(*value as u64),
        Some(Bound::Number(value)) => out.byte(2).number(value.to_bits()),
        Some(Bound::Text(text)) => out.byte(3).bytes(text),
    };
}

fn read_bound(from: &mut Reader) -> Option<Option<Bound>> {
    Some(match from.byte()? {
        0 => None,
        1 => Some(Bound::Integer(from.number()? as i64)),
        2 => Some(Bound::Number(f64::from_bits(from.number()?))),
        _ => Some(Bound::Text(from.bytes()?.to_vec())),
    })
}

fn write_range(out: &mut Writer, (start, length): &(u64, u64)) {
    out.number(*start).number(*length);
}

fn read_range(from: &mut Reader) -> Option<(u64, u64)> {
    Some((from.number()?, from.number()?))
}

impl Ending {
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::default();
        match self {
            Ending::More(bytes) => {
                out.byte(0).number(*bytes);
            }
            Ending::Pieces(ranges) => {
                out.byte(2).list(ranges, write_range);
            }
            Ending::Footer(footer) => {
                out.byte(1).number(footer.rows).list(&footer.fields, write_field).bytes(&footer.raw);
                out.list(&footer.groups, |out, group| {
                    out.number(group.rows).list(&group.chunks, |out, chunk| {
                        out.list(&chunk.ranges, write_range);
                        write_bound(out, chunk.least.as_ref());
                        write_bound(out, chunk.greatest.as_ref());
                        // No chunk has so many.
                        out.number(chunk.nulls.unwrap_or(u64::MAX));
                    });
                });
            }
        }
        out.0
    }

    pub fn decode(bytes: &[u8]) -> Option<Ending> {
        let mut from = Reader(bytes);
        match from.byte()? {
            0 => return Some(Ending::More(from.number()?)),
            2 => return from.list(read_range).map(Ending::Pieces),
            _ => {}
        }
        Some(Ending::Footer(Footer {
            rows: from.number()?,
            fields: from.list(read_field)?,
            raw: from.bytes()?.to_vec(),
            groups: from.list(|from| {
                Some(Group {
                    rows: from.number()?,
                    chunks: from.list(|from| {
                        Some(Chunk {
                            ranges: from.list(read_range)?,
                            least: read_bound(from)?,
                            greatest: read_bound(from)?,
                            nulls: Some(from.number()?).filter(|nulls| *nulls != u64::MAX),
                        })
                    })?,
                })
            })?,
        }))
    }
}

impl Written {
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.bytes(&self.bytes).bytes(&self.group);
        out.0
    }

    pub fn decode(bytes: &[u8]) -> Option<Written> {
        let mut from = Reader(bytes);
        Some(Written { bytes: from.bytes()?.to_vec(), group: from.bytes()?.to_vec() })
    }
}
