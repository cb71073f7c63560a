//! Run lengths: numbers of both versions, bytes, and bits.

use super::message::{varint, zigzag};

/// Numbers of a stream, one after the other; `None` where it ends or is damaged.
pub struct Numbers {
    bytes: Vec<u8>,
    at: usize,
    signed: bool,
    second: bool,
    /// Of the run that is read: they come from its end.
    run: Vec<i64>,
}

/// Bits a number by its code of five bits.
fn width(code: u8) -> u32 {
    match code {
        0..=23 => u32::from(code) + 1,
        24..=27 => 26 + 2 * (u32::from(code) - 24),
        _ => 40 + 8 * (u32::from(code) - 28),
    }
}

/// The least width with a code that has room for so many bits.
fn wide_enough(bits: u32) -> u32 {
    (0..32).map(width).find(|width| *width >= bits).unwrap_or(64)
}

/// Numbers of `width` bits, the highest bit first; the last byte is filled up.
fn unpack(rest: &mut &[u8], width: u32, many: usize) -> Option<Vec<u64>> {
    let (packed, after) = rest.split_at_checked((many * width as usize).div_ceil(8))?;
    *rest = after;
    let mut out = Vec::with_capacity(many);
    let (mut held, mut bits) = (0_u128, 0);
    let mut bytes = packed.iter();
    for _ in 0..many {
        while bits < width {
            held = held << 8 | u128::from(*bytes.next()?);
            bits += 8;
        }
        bits -= width;
        out.push((held >> bits) as u64);
        held &= (1 << bits) - 1;
    }
    Some(out)
}

/// `many` bytes, the highest first.
fn big_endian(rest: &mut &[u8], many: usize) -> Option<u64> {
    let (bytes, after) = rest.split_at_checked(many)?;
    *rest = after;
    Some(bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

impl Numbers {
    /// `second`: of the second version of run lengths.
    pub fn new(bytes: Vec<u8>, signed: bool, second: bool) -> Self {
        Numbers { bytes, at: 0, signed, second, run: Vec::new() }
    }

    pub fn next(&mut self) -> Option<i64> {
        if self.run.is_empty() {
            let mut rest = self.bytes.get(self.at..)?;
            let mut run =
                if self.second { self.second_version(&mut rest) } else { self.first_version(&mut rest) }?;
            self.at = self.bytes.len() - rest.len();
            run.reverse();
            self.run = run;
        }
        self.run.pop()
    }

    fn meant(&self, value: u64) -> i64 {
        if self.signed { zigzag(value) } else { value as i64 }
    }

    fn first_version(&self, rest: &mut &[u8]) -> Option<Vec<i64>> {
        let head = big_endian(rest, 1)? as u8 as i8;
        if head < 0 {
            return (0..-i32::from(head)).map(|_| varint(rest).map(|value| self.meant(value))).collect();
        }
        let step = i64::from(big_endian(rest, 1)? as u8 as i8);
        let base = self.meant(varint(rest)?);
        Some((0..i64::from(head) + 3).map(|at| base.wrapping_add(step * at)).collect())
    }

    fn second_version(&self, rest: &mut &[u8]) -> Option<Vec<i64>> {
        let head = big_endian(rest, 1)? as u8;
        if head >> 6 == 0 {
            let value = big_endian(rest, usize::from(head >> 3 & 7) + 1)?;
            return Some(vec![self.meant(value); usize::from(head & 7) + 3]);
        }
        let code = head >> 1 & 31;
        let many = (usize::from(head & 1) << 8 | big_endian(rest, 1)? as usize) + 1;
        match head >> 6 {
            1 => {
                let values = unpack(rest, width(code), many)?;
                Some(values.into_iter().map(|value| self.meant(value)).collect())
            }
            2 => patched(rest, width(code), many),
            _ => {
                let mut value = self.meant(varint(rest)?);
                let step = zigzag(varint(rest)?);
                let mut out = vec![value];
                let deltas = match code {
                    0 => vec![step.unsigned_abs(); many.saturating_sub(2)],
                    code => unpack(rest, width(code), many.saturating_sub(2))?,
                };
                if many > 1 {
                    value = value.wrapping_add(step);
                    out.push(value);
                }
                for delta in deltas {
                    let delta = delta as i64;
                    value = if step < 0 { value.wrapping_sub(delta) } else { value.wrapping_add(delta) };
                    out.push(value);
                }
                Some(out)
            }
        }
    }
}

/// Numbers above a base, with higher bits for those few that need them.
fn patched(rest: &mut &[u8], width_of_each: u32, many: usize) -> Option<Vec<i64>> {
    let (third, fourth) = (big_endian(rest, 1)? as u8, big_endian(rest, 1)? as u8);
    let bytes = usize::from(third >> 5) + 1;
    let of_patch = width(third & 31);
    let of_gap = u32::from(fourth >> 5) + 1;
    let base = big_endian(rest, bytes)?;
    // The highest bit is the sign.
    let sign = 1_u64 << (bytes * 8 - 1);
    let base = if base & sign == 0 { base as i64 } else { ((base & !sign) as i64).wrapping_neg() };
    let mut values = unpack(rest, width_of_each, many)?;
    let mut at = 0;
    for entry in unpack(rest, wide_enough(of_patch + of_gap), usize::from(fourth & 31))? {
        at += entry.checked_shr(of_patch).unwrap_or(0) as usize;
        let patch = if of_patch >= 64 { entry } else { entry & ((1 << of_patch) - 1) };
        *values.get_mut(at)? |= patch.checked_shl(width_of_each).unwrap_or(0);
    }
    Some(values.into_iter().map(|value| base.wrapping_add(value as i64)).collect())
}

/// Bytes of a stream.
pub struct Bytes {
    bytes: Vec<u8>,
    at: usize,
    /// What is left of the run: how many, and whether each of them stands there.
    left: usize,
    literal: bool,
}

impl Bytes {
    pub fn new(bytes: Vec<u8>) -> Self {
        Bytes { bytes, at: 0, left: 0, literal: false }
    }

    pub fn next(&mut self) -> Option<u8> {
        if self.left == 0 {
            let head = *self.bytes.get(self.at)? as i8;
            self.at += 1;
            self.literal = head < 0;
            self.left = if head < 0 { usize::from(head.unsigned_abs()) } else { head as usize + 3 };
        }
        let value = *self.bytes.get(self.at)?;
        self.left -= 1;
        if self.literal || self.left == 0 {
            self.at += 1;
        }
        Some(value)
    }
}

/// Bits of a stream, the highest of each byte first.
pub struct Bits {
    bytes: Bytes,
    held: u8,
    left: u8,
}

impl Bits {
    pub fn new(bytes: Vec<u8>) -> Self {
        Bits { bytes: Bytes::new(bytes), held: 0, left: 0 }
    }

    pub fn next(&mut self) -> Option<bool> {
        if self.left == 0 {
            (self.held, self.left) = (self.bytes.next()?, 8);
        }
        self.left -= 1;
        Some(self.held >> self.left & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8], signed: bool, second: bool) -> Vec<i64> {
        let mut numbers = Numbers::new(bytes.to_vec(), signed, second);
        std::iter::from_fn(|| numbers.next()).collect()
    }

    /// The examples of the specification.
    #[test]
    fn numbers_are_those_of_the_specification() {
        assert_eq!(all(&[0x61, 0x00, 0x07], false, false), [7; 100]);
        assert_eq!(all(&[0x61, 0xff, 0x64], false, false), (1..=100).rev().collect::<Vec<i64>>());
        assert_eq!(all(&[0xfb, 0x02, 0x03, 0x06, 0x07, 0x0b], false, false), [2, 3, 6, 7, 11]);
        assert_eq!(all(&[0x0a, 0x27, 0x10], false, true), [10_000; 5]);
        let direct = [0x5e, 0x03, 0x5c, 0xa1, 0xab, 0x1e, 0xde, 0xad, 0xbe, 0xef];
        assert_eq!(all(&direct, false, true), [23_713, 43_806, 57_005, 48_879]);
        let patched = [
            0x8e, 0x13, 0x2b, 0x21, 0x07, 0xd0, 0x1e, 0x00, 0x14, 0x70, 0x28, 0x32, 0x3c, 0x46, 0x50, 0x5a,
            0x64, 0x6e, 0x78, 0x82, 0x8c, 0x96, 0xa0, 0xaa, 0xb4, 0xbe, 0xfc, 0xe8,
        ];
        let meant = [
            2030, 2000, 2020, 1_000_000, 2040, 2050, 2060, 2070, 2080, 2090, 2100, 2110, 2120, 2130, 2140,
            2150, 2160, 2170, 2180, 2190,
        ];
        assert_eq!(all(&patched, false, true), meant);
        let delta = [0xc6, 0x09, 0x02, 0x02, 0x22, 0x42, 0x42, 0x46];
        assert_eq!(all(&delta, false, true), [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
    }

    #[test]
    fn bytes_and_bits_are_those_of_the_specification() {
        let mut bytes = Bytes::new(vec![0x61, 0x00, 0xfe, 0x44, 0x45]);
        let found: Vec<u8> = std::iter::from_fn(|| bytes.next()).collect();
        assert_eq!(found, [vec![0; 100], vec![0x44, 0x45]].concat());
        let mut bits = Bits::new(vec![0xff, 0x80]);
        let found: Vec<bool> = std::iter::from_fn(|| bits.next()).collect();
        assert_eq!(found, [true, false, false, false, false, false, false, false]);
    }
}
