//! Values as they are encoded in pages, made those of a [`Column`](sandshift_extension::formats::Column).

use sandshift_extension::formats::{Data, Kind, Strings};

use super::levels::{unpack, varint};
use super::schema::{Leaf, Physical};
use crate::Result;

fn damaged() -> String {
    "a page of the file is damaged".to_owned()
}

/// The values of a page, those that are there, as the file's types say.
enum Raw {
    Fixed(Vec<u8>),
    Strings(Strings),
}

/// The values of a page, `count` of them, in the form of the leaf's kind.
pub fn read(encoding: i64, leaf: &Leaf, bytes: &[u8], count: usize) -> Result<Data> {
    // Even a boolean takes a bit, unless it is in a run.
    let most = bytes.len().saturating_mul(8);
    let raw = match (encoding, leaf.physical) {
        (0, Physical::Boolean) if count <= most => {
            let mut bits = Vec::with_capacity(count);
            unpack(bytes, 1, count, &mut bits);
            Some(Raw::Fixed(bits.into_iter().map(|bit| bit as u8).collect()))
        }
        (3, Physical::Boolean) => {
            // Their length stands before them.
            let bits = bytes.get(4..).and_then(|bytes| super::levels::read(bytes, 1, count));
            bits.map(|bits| Raw::Fixed(bits.into_iter().map(|bit| bit as u8).collect()))
        }
        (0, physical) => plain(physical, bytes, count),
        (5, Physical::Int32) => deltas(bytes).map(|(values, _)| {
            Raw::Fixed(values.iter().flat_map(|value| (*value as i32).to_le_bytes()).collect())
        }),
        (5, Physical::Int64) => deltas(bytes)
            .map(|(values, _)| Raw::Fixed(values.iter().flat_map(|value| value.to_le_bytes()).collect())),
        (6, Physical::Bytes) => lengths_first(bytes).map(Raw::Strings),
        (7, Physical::Bytes) => prefixes(bytes).map(Raw::Strings),
        (7, Physical::Fixed(_)) => prefixes(bytes).map(|strings| Raw::Fixed(strings.bytes)),
        (9, physical) => physical.width().and_then(|width| split(bytes, width, count)).map(Raw::Fixed),
        (other, _) => return Err(format!("Parquet encoding {other} is not read")),
    };
    let data = convert(leaf, raw.ok_or_else(damaged)?).ok_or_else(damaged)?;
    let found = match (&data, leaf.kind.width()) {
        (Data::Fixed(bytes), Some(width)) => bytes.len() / width,
        (Data::Strings(strings), None) => strings.len(),
        _ => return Err(damaged()),
    };
    if found != count { Err(damaged()) } else { Ok(data) }
}

fn plain(physical: Physical, bytes: &[u8], count: usize) -> Option<Raw> {
    if let Some(width) = physical.width() {
        return Some(Raw::Fixed(bytes.get(..count.checked_mul(width)?)?.to_vec()));
    }
    let mut strings = Strings::default();
    let mut rest = bytes;
    for _ in 0..count {
        let (length, behind) = rest.split_at_checked(4)?;
        let length = u32::from_le_bytes(length.try_into().ok()?) as usize;
        let (text, behind) = behind.split_at_checked(length)?;
        strings.push(text);
        rest = behind;
    }
    Some(Raw::Strings(strings))
}

/// DELTA_BINARY_PACKED: the numbers and how many bytes they took.
fn deltas(bytes: &[u8]) -> Option<(Vec<i64>, usize)> {
    let mut at = 0;
    let next = |at: &mut usize| {
        let (value, length) = varint(bytes.get(*at..)?)?;
        *at += length;
        Some(value)
    };
    let zigzag = |value: u64| (value >> 1) as i64 ^ -((value & 1) as i64);
    let block = usize::try_from(next(&mut at)?).ok()?;
    let parts = usize::try_from(next(&mut at)?).ok()?;
    let total = usize::try_from(next(&mut at)?).ok()?;
    let mut value = zigzag(next(&mut at)?);
    if parts == 0
        || block == 0
        || !block.is_multiple_of(parts)
        || !(block / parts).is_multiple_of(8)
        || block > 1 << 20
    {
        return None;
    }
    // A block of equal steps has no bytes of its own but its head.
    if total > bytes.len().saturating_mul(block) {
        return None;
    }
    let part = block / parts;
    let mut out = Vec::with_capacity(total);
    if total > 0 {
        out.push(value);
    }
    while out.len() < total {
        let least = zigzag(next(&mut at)?);
        let widths = bytes.get(at..at + parts)?;
        at += parts;
        for width in widths {
            if out.len() >= total {
                break;
            }
            let width = usize::from(*width);
            if width > 64 {
                return None;
            }
            let packed = bytes.get(at..(at + part / 8 * width).min(bytes.len()))?;
            at += part / 8 * width;
            let many = part.min(total - out.len());
            if packed.len() * 8 < many * width {
                return None;
            }
            for index in 0..many {
                value = value.wrapping_add(least).wrapping_add(bits(packed, index * width, width) as i64);
                out.push(value);
            }
        }
    }
    Some((out, at.min(bytes.len())))
}

/// `width` bits from the bit `start` on.
fn bits(bytes: &[u8], start: usize, width: usize) -> u64 {
    let mut value = 0_u128;
    for (at, byte) in bytes.iter().skip(start / 8).take((start % 8 + width).div_ceil(8)).enumerate() {
        value |= u128::from(*byte) << (at * 8);
    }
    let mask = (1_u128 << width) - 1;
    ((value >> (start % 8)) & mask) as u64
}

/// DELTA_LENGTH_BYTE_ARRAY.
fn lengths_first(bytes: &[u8]) -> Option<Strings> {
    let (lengths, at) = deltas(bytes)?;
    let mut rest = bytes.get(at..)?;
    let mut strings = Strings::default();
    for length in lengths {
        let (text, behind) = rest.split_at_checked(usize::try_from(length).ok()?)?;
        strings.push(text);
        rest = behind;
    }
    Some(strings)
}

/// DELTA_BYTE_ARRAY: how much each shares with the one before it, then the rests.
fn prefixes(bytes: &[u8]) -> Option<Strings> {
    let (shared, at) = deltas(bytes)?;
    let rests = lengths_first(bytes.get(at..)?)?;
    let mut strings = Strings::default();
    let mut text: Vec<u8> = Vec::new();
    for (index, shared) in shared.iter().enumerate() {
        let shared = usize::try_from(*shared).ok().filter(|shared| *shared <= text.len())?;
        text.truncate(shared);
        text.extend_from_slice(rests.get(index)?);
        strings.push(&text);
    }
    Some(strings)
}

/// BYTE_STREAM_SPLIT: all first bytes, then all second ones.
fn split(bytes: &[u8], width: usize, count: usize) -> Option<Vec<u8>> {
    let bytes = bytes.get(..count.checked_mul(width)?)?;
    let mut out = vec![0; bytes.len()];
    for (at, byte) in bytes.iter().enumerate() {
        out[at % count * width + at / count] = *byte;
    }
    Some(out)
}

/// A stored time as microseconds.
pub fn scaled(value: i64, (divide, multiply): (i64, i64)) -> i64 {
    value.div_euclid(divide).wrapping_mul(multiply)
}

/// Days from the Julian day 0 to 1970.
const JULIAN: i64 = 2_440_588;

/// The file's values in the form of the leaf's kind.
fn convert(leaf: &Leaf, raw: Raw) -> Option<Data> {
    let bytes = match (raw, leaf.kind) {
        (Raw::Strings(strings), Kind::Text | Kind::Binary | Kind::Nested) => {
            return Some(Data::Strings(strings));
        }
        (Raw::Strings(strings), Kind::Decimal { .. }) => {
            let mut out = Vec::with_capacity(strings.len() * 16);
            for index in 0..strings.len() {
                out.extend(big_endian(strings.get(index)?)?.to_le_bytes());
            }
            return Some(Data::Fixed(out));
        }
        (Raw::Strings(_), _) => return None,
        (Raw::Fixed(bytes), _) => bytes,
    };
    let fours = || bytes.as_chunks::<4>().0.iter().map(|four| i64::from(i32::from_le_bytes(*four)));
    let eights = || bytes.as_chunks::<8>().0.iter().map(|eight| i64::from_le_bytes(*eight));
    let sixteen = |values: &mut dyn Iterator<Item = i64>| -> Vec<u8> {
        values.flat_map(|value| i128::from(value).to_le_bytes()).collect()
    };
    Some(Data::Fixed(match (leaf.kind, leaf.physical) {
        (Kind::Decimal { .. }, Physical::Int32) => sixteen(&mut fours()),
        (Kind::Decimal { .. }, Physical::Int64) => sixteen(&mut eights()),
        (Kind::Decimal { .. }, Physical::Fixed(width)) if width > 0 => {
            let mut out = Vec::with_capacity(bytes.len() / width * 16);
            for value in bytes.chunks_exact(width) {
                out.extend(big_endian(value)?.to_le_bytes());
            }
            out
        }
        (Kind::Binary, Physical::Fixed(width)) if width > 0 => {
            let mut strings = Strings::default();
            for value in bytes.chunks_exact(width) {
                strings.push(value);
            }
            return Some(Data::Strings(strings));
        }
        (Kind::Timestamp { .. }, Physical::Int96) => bytes
            .as_chunks::<12>()
            .0
            .iter()
            .flat_map(|twelve| {
                let (nanos, day) = twelve.split_at(8);
                let nanos = i64::from_le_bytes(nanos.try_into().unwrap_or_default());
                let day = i64::from(u32::from_le_bytes(day.try_into().unwrap_or_default()));
                ((day - JULIAN).wrapping_mul(86_400_000_000).wrapping_add(nanos.div_euclid(1_000)))
                    .to_le_bytes()
            })
            .collect(),
        (Kind::Timestamp { .. } | Kind::Time, Physical::Int64) if leaf.scale == (1, 1) => bytes,
        (Kind::Timestamp { .. } | Kind::Time, Physical::Int64) => {
            eights().flat_map(|value| scaled(value, leaf.scale).to_le_bytes()).collect()
        }
        (Kind::Timestamp { .. } | Kind::Time, Physical::Int32) => {
            fours().flat_map(|value| scaled(value, leaf.scale).to_le_bytes()).collect()
        }
        (Kind::Integer { bits: 32, signed: false }, Physical::Int32) => {
            fours().flat_map(|value| i64::from(value as u32).to_le_bytes()).collect()
        }
        (Kind::Integer { bits: 64, signed: false }, Physical::Int64) => {
            eights().flat_map(|value| i128::from(value as u64).to_le_bytes()).collect()
        }
        // Small integers in eight bytes, or a date there, are nobody's file.
        (kind, physical) if kind.width() == physical.width() || physical == Physical::Boolean => bytes,
        _ => return None,
    }))
}

/// A number with its highest byte first, of any length.
fn big_endian(bytes: &[u8]) -> Option<i128> {
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    let fill = if negative { 0xff } else { 0 };
    let (more, last) = bytes.split_at(bytes.len().saturating_sub(16));
    if more.iter().any(|byte| *byte != fill) {
        return None;
    }
    let mut all = [fill; 16];
    all[16 - last.len()..].copy_from_slice(last);
    Some(i128::from_be_bytes(all))
}
