//! A piece of a file as it lies there: chunks, each with its length before it, compressed or as it was.

use std::io::Read;

use crate::Result;

/// By their numbers in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    None,
    Zlib,
    Snappy,
    Lz4,
    Zstd,
}

impl Packing {
    pub fn from_number(number: u64) -> Result<Self> {
        Ok(match number {
            0 => Packing::None,
            1 => Packing::Zlib,
            2 => Packing::Snappy,
            4 => Packing::Lz4,
            5 => Packing::Zstd,
            3 => return Err("ORC files compressed with LZO are not read".to_owned()),
            6 => return Err("ORC files compressed with BROTLI are not read".to_owned()),
            _ => return Err(format!("unknown ORC compression {number}")),
        })
    }

    /// The bytes of a stream; no chunk of it comes to more than `block`.
    pub fn expand(self, packed: &[u8], block: usize) -> Result<Vec<u8>> {
        if self == Packing::None {
            return Ok(packed.to_vec());
        }
        self.chunks(packed, block).ok_or_else(|| "a stream of the file is damaged".to_owned())
    }

    fn chunks(self, mut packed: &[u8], block: usize) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        while !packed.is_empty() {
            let (head, rest) = packed.split_first_chunk::<3>()?;
            let head = u32::from_le_bytes([head[0], head[1], head[2], 0]);
            let (chunk, rest) = rest.split_at_checked(head as usize >> 1)?;
            packed = rest;
            if head & 1 == 1 {
                out.extend_from_slice(chunk);
                continue;
            }
            let mut read = |reader: &mut dyn Read| {
                let before = out.len();
                reader.take(block as u64 + 1).read_to_end(&mut out).ok()?;
                (out.len() - before <= block).then_some(())
            };
            match self {
                Packing::Zlib => read(&mut flate2::read::DeflateDecoder::new(chunk))?,
                Packing::Zstd => read(&mut ruzstd::decoding::StreamingDecoder::new(chunk).ok()?)?,
                Packing::Snappy => {
                    let length = snap::raw::decompress_len(chunk).ok().filter(|length| *length <= block)?;
                    let expanded = snap::raw::Decoder::new().decompress_vec(chunk).ok()?;
                    out.extend_from_slice(expanded.get(..length)?);
                }
                Packing::Lz4 => out.extend(lz4_flex::block::decompress(chunk, block).ok()?),
                Packing::None => return None,
            }
        }
        Some(out)
    }
}
