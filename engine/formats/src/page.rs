//! How the pages of a Parquet file are compressed.

use std::io::Read;

use crate::Result;

/// By their numbers in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageCodec {
    Plain,
    Snappy,
    Gzip,
    Zstd,
    Lz4,
    Lz4Raw,
}

impl PageCodec {
    pub fn from_number(number: i64) -> Result<Self> {
        Ok(match number {
            0 => PageCodec::Plain,
            1 => PageCodec::Snappy,
            2 => PageCodec::Gzip,
            5 => PageCodec::Lz4,
            6 => PageCodec::Zstd,
            7 => PageCodec::Lz4Raw,
            3 => return Err("Parquet pages compressed with LZO are not read".to_owned()),
            // Its dictionary alone is longer than all of this module.
            4 => return Err("Parquet pages compressed with BROTLI are not read".to_owned()),
            _ => return Err(format!("unknown Parquet compression {number}")),
        })
    }

    /// The bytes of a page, of which there are `size`.
    pub fn expand(self, packed: &[u8], size: usize) -> Result<Vec<u8>> {
        let damaged = || "a page of the file is damaged".to_owned();
        // A page that claims to be a thousand times as long as it is is none.
        if size > packed.len().saturating_mul(1 << 16).saturating_add(1 << 16) {
            return Err(damaged());
        }
        let read = |mut reader: Box<dyn Read + '_>| {
            let mut out = Vec::with_capacity(size);
            reader.by_ref().take(size as u64 + 1).read_to_end(&mut out).ok().map(|_| out)
        };
        let out = match self {
            PageCodec::Plain => Some(packed.to_vec()),
            PageCodec::Snappy => snap::raw::Decoder::new().decompress_vec(packed).ok(),
            PageCodec::Gzip => read(Box::new(flate2::read::MultiGzDecoder::new(packed))),
            PageCodec::Zstd => {
                let decoder = ruzstd::decoding::StreamingDecoder::new(packed).map_err(|_| damaged())?;
                read(Box::new(decoder))
            }
            PageCodec::Lz4Raw => lz4_flex::block::decompress(packed, size).ok(),
            PageCodec::Lz4 => hadoop(packed, size).or_else(|| lz4_flex::block::decompress(packed, size).ok()),
        };
        out.filter(|out| out.len() == size).ok_or_else(damaged)
    }
}

/// Blocks of LZ4 as Hadoop frames them: both lengths before each.
fn hadoop(mut packed: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(size);
    while let Some((head, rest)) = packed.split_at_checked(8) {
        let whole = u32::from_be_bytes(head[..4].try_into().ok()?) as usize;
        let length = u32::from_be_bytes(head[4..].try_into().ok()?) as usize;
        let (block, rest) = rest.split_at_checked(length)?;
        if out.len() + whole > size {
            return None;
        }
        out.extend(lz4_flex::block::decompress(block, whole).ok()?);
        packed = rest;
    }
    Some(out).filter(|out| out.len() == size)
}
