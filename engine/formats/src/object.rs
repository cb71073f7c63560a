//! Objects that are compressed as a whole.

use std::io::{self, Cursor, Read, Write};

use bzip2::read::MultiBzDecoder;
use bzip2::write::BzEncoder;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use flate2::write::GzEncoder;
use ruzstd::decoding::StreamingDecoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use sandshift_extension::formats::Codec;
use sandshift_extension::{Progress, Work};

use crate::avro::Avro;
use crate::lzo::Lzop;

/// Bytes that are worked through before the budget is looked at again.
const STRETCH: usize = 65_536;

/// Bytes that go into one frame of zstd: a file may have many, and one is compressed at once.
const FRAME: usize = 1 << 20;

/// An object being read.
pub struct Expand {
    reader: Box<dyn Read>,
    most: u64,
    out: Vec<u8>,
}

impl Expand {
    pub fn new(codec: Codec, most: u64, bytes: Vec<u8>) -> Self {
        let reader: Box<dyn Read> = match codec {
            Codec::Gzip => Box::new(MultiGzDecoder::new(Cursor::new(bytes))),
            Codec::Bzip2 => Box::new(MultiBzDecoder::new(Cursor::new(bytes))),
            Codec::Zstd => Box::new(Frames::Between(Cursor::new(bytes))),
            Codec::Lzop => Box::new(Lzop::new(bytes)),
            Codec::Snappy => Box::new(Blocks { bytes, at: 0, left: 0, ready: Vec::new(), given: 0 }),
            Codec::Deflate => Box::new(ZlibDecoder::new(Cursor::new(bytes))),
            Codec::Avro => Box::new(Avro::new(bytes, most)),
        };
        Expand { reader, most, out: Vec::new() }
    }
}

impl Work for Expand {
    fn step(&mut self, budget: u64) -> Progress {
        let mut done = 0;
        while done <= budget {
            let start = self.out.len();
            self.out.resize(start + STRETCH, 0);
            match self.reader.read(&mut self.out[start..]) {
                Ok(0) => {
                    self.out.truncate(start);
                    return Progress::Done(std::mem::take(&mut self.out));
                }
                Ok(read) => {
                    self.out.truncate(start + read);
                    done += read as u64;
                }
                Err(error) => return Progress::Failed(error.to_string()),
            }
            if self.out.len() as u64 > self.most {
                return Progress::Failed(TOO_MUCH.to_owned());
            }
        }
        Progress::Working(0)
    }
}

/// Why an object is not read that has more bytes than were allowed.
const TOO_MUCH: &str = "more bytes than there is memory for";

/// A file of Hadoop's Snappy: blocks of a length, each of pieces with a length of their own.
struct Blocks {
    bytes: Vec<u8>,
    at: usize,
    /// Bytes of the present block that are still to come.
    left: u64,
    ready: Vec<u8>,
    given: usize,
}

impl Blocks {
    fn number(&mut self) -> io::Result<usize> {
        let four = self.bytes.get(self.at..self.at + 4).and_then(|four| four.try_into().ok());
        self.at += 4;
        Ok(u32::from_be_bytes(four.ok_or(io::ErrorKind::UnexpectedEof)?) as usize)
    }
}

impl Read for Blocks {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() {
            if self.left == 0 {
                if self.at >= self.bytes.len() {
                    return Ok(0);
                }
                self.left = self.number()? as u64;
                continue;
            }
            let length = self.number()?;
            let piece = self.bytes.get(self.at..self.at + length).ok_or(io::ErrorKind::UnexpectedEof)?;
            if snap::raw::decompress_len(piece)? as u64 > self.left {
                return Err(io::ErrorKind::InvalidData.into());
            }
            self.ready = snap::raw::Decoder::new().decompress_vec(piece)?;
            (self.at, self.given) = (self.at + length, 0);
            self.left -= self.ready.len() as u64;
            if self.ready.is_empty() {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        let rest = &self.ready[self.given..];
        let length = rest.len().min(out.len());
        out[..length].copy_from_slice(&rest[..length]);
        self.given += length;
        Ok(length)
    }
}

/// A file of zstd: frames one behind the other.
enum Frames {
    Between(Cursor<Vec<u8>>),
    Inside(Box<StreamingDecoder<Cursor<Vec<u8>>, ruzstd::decoding::FrameDecoder>>),
    Over,
}

impl Read for Frames {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(self, Frames::Over) {
                Frames::Over => return Ok(0),
                Frames::Between(mut rest) => {
                    let (at, length) = (rest.position() as usize, rest.get_ref().len());
                    if at >= length {
                        return Ok(0);
                    }
                    // A frame of other data, to be skipped (RFC 8878, 3.1.2).
                    let head = &rest.get_ref()[at..];
                    if let [0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d, ..] = *head {
                        rest.set_position(at as u64 + 8 + u64::from(u32::from_le_bytes([a, b, c, d])));
                        *self = Frames::Between(rest);
                        continue;
                    }
                    let decoder = StreamingDecoder::new(rest)
                        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
                    *self = Frames::Inside(Box::new(decoder));
                }
                Frames::Inside(mut decoder) => match decoder.read(out)? {
                    0 => *self = Frames::Between(decoder.into_inner()),
                    read => {
                        *self = Frames::Inside(decoder);
                        return Ok(read);
                    }
                },
            }
        }
    }
}

/// An object being written.
pub struct Compress {
    writer: Writer,
    bytes: Vec<u8>,
    at: usize,
}

enum Writer {
    Gzip(GzEncoder<Vec<u8>>),
    Bzip2(BzEncoder<Vec<u8>>),
    Zstd(Vec<u8>),
    Lzop,
}

impl Compress {
    pub fn new(codec: Codec, bytes: Vec<u8>) -> Self {
        let writer = match codec {
            Codec::Gzip => Writer::Gzip(GzEncoder::new(Vec::new(), flate2::Compression::default())),
            Codec::Bzip2 => Writer::Bzip2(BzEncoder::new(Vec::new(), bzip2::Compression::default())),
            Codec::Zstd => Writer::Zstd(Vec::new()),
            Codec::Lzop | Codec::Snappy | Codec::Deflate | Codec::Avro => Writer::Lzop,
        };
        Compress { writer, bytes, at: 0 }
    }

    /// `None`: there is more to do.
    fn work(&mut self, budget: u64) -> io::Result<Option<Vec<u8>>> {
        let mut done = 0;
        while done <= budget {
            let stretch = if matches!(self.writer, Writer::Zstd(_)) { FRAME } else { STRETCH };
            let piece = &self.bytes[self.at..self.bytes.len().min(self.at + stretch)];
            self.at += piece.len();
            done += piece.len() as u64;
            match &mut self.writer {
                Writer::Gzip(writer) => writer.write_all(piece)?,
                Writer::Bzip2(writer) => writer.write_all(piece)?,
                // An empty object has a frame, too.
                Writer::Zstd(out) if !piece.is_empty() || out.is_empty() => {
                    out.extend(compress_to_vec(piece, CompressionLevel::Fastest));
                }
                Writer::Zstd(_) => {}
                Writer::Lzop => return Err(io::Error::other("nothing is written in LZOP")),
            }
            if self.at >= self.bytes.len() {
                return Ok(Some(match std::mem::replace(&mut self.writer, Writer::Lzop) {
                    Writer::Gzip(writer) => writer.finish()?,
                    Writer::Bzip2(writer) => writer.finish()?,
                    Writer::Zstd(out) => out,
                    Writer::Lzop => Vec::new(),
                }));
            }
        }
        Ok(None)
    }
}

impl Work for Compress {
    fn step(&mut self, budget: u64) -> Progress {
        match self.work(budget) {
            Ok(Some(out)) => Progress::Done(out),
            Ok(None) => Progress::Working((self.at as u64 * 1_000 / self.bytes.len().max(1) as u64) as u16),
            Err(error) => Progress::Failed(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(mut work: impl Work) -> Result<Vec<u8>, String> {
        loop {
            match work.step(100_000) {
                Progress::Done(bytes) => return Ok(bytes),
                Progress::Failed(why) => return Err(why),
                _ => {}
            }
        }
    }

    #[test]
    fn what_is_compressed_is_read_again() {
        let text: Vec<u8> = (0_u32..400_000).flat_map(|n| format!("{},", n % 1_003).into_bytes()).collect();
        for codec in [Codec::Gzip, Codec::Bzip2, Codec::Zstd] {
            for text in [&text[..], b"", b"a"] {
                let packed = done(Compress::new(codec, text.to_vec())).unwrap();
                assert!(text.len() < 9 || packed.len() < text.len() / 2);
                assert_eq!(done(Expand::new(codec, u64::MAX, packed.clone())).unwrap(), text, "{codec:?}");
                // Two files put together are one.
                let twice = [packed.clone(), packed.clone()].concat();
                assert_eq!(done(Expand::new(codec, u64::MAX, twice)).unwrap(), [text, text].concat());
                if text.len() > 9 {
                    assert_eq!(done(Expand::new(codec, 1_000, packed.clone())), Err(TOO_MUCH.to_owned()));
                    let cut = packed[..packed.len() / 2].to_vec();
                    assert_ne!(done(Expand::new(codec, u64::MAX, cut)).as_deref(), Ok(text));
                }
            }
            assert!(done(Expand::new(codec, u64::MAX, b"userid,sessionid\n1,2\n".to_vec())).is_err());
        }
        assert!(done(Compress::new(Codec::Lzop, Vec::new())).is_err());
    }
}
