//! Runs and packed bits: how levels and codes are written.

/// Numbers of `width` bits in runs and packed groups of eight; gives `count` of them.
pub fn read(bytes: &[u8], width: u32, count: usize) -> Option<Vec<u32>> {
    let mut out = Vec::with_capacity(count.min(bytes.len().saturating_mul(8).max(1 << 20)));
    if width == 0 {
        out.resize(count, 0);
        return Some(out);
    }
    if width > 32 {
        return None;
    }
    let mut at = 0;
    while out.len() < count {
        let (head, length) = varint(bytes.get(at..)?)?;
        at += length;
        if head & 1 == 0 {
            let bytes_wide = width.div_ceil(8) as usize;
            let mut value = [0; 4];
            value[..bytes_wide].copy_from_slice(bytes.get(at..at + bytes_wide)?);
            at += bytes_wide;
            let run = usize::try_from(head >> 1).ok()?.min(count - out.len());
            out.resize(out.len() + run, u32::from_le_bytes(value));
        } else {
            let groups = usize::try_from(head >> 1).ok()?;
            let length = groups.checked_mul(width as usize)?;
            // The last group of a page may be cut off.
            let packed = bytes.get(at..at.saturating_add(length).min(bytes.len()))?;
            let many = groups.saturating_mul(8).min(count - out.len());
            if packed.len() * 8 < many * width as usize {
                return None;
            }
            unpack(packed, width, many, &mut out);
            at += length;
        }
    }
    Some(out)
}

/// Numbers of `width` bits one behind the other, the lowest bits first.
pub fn unpack(bytes: &[u8], width: u32, count: usize, out: &mut Vec<u32>) {
    let mask = (1_u64 << width) - 1;
    let (mut held, mut bits) = (0_u64, 0);
    let mut source = bytes.iter();
    for _ in 0..count {
        while bits < width {
            held |= u64::from(source.next().copied().unwrap_or(0)) << bits;
            bits += 8;
        }
        out.push((held & mask) as u32);
        held >>= width;
        bits -= width;
    }
}

pub fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0;
    for (at, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (at * 7).min(63);
        if byte & 0x80 == 0 {
            return Some((value, at + 1));
        }
    }
    None
}

/// Bits that numbers up to `most` need.
pub fn width_of(most: u32) -> u32 {
    32 - most.leading_zeros()
}

/// Writes numbers of `width` bits: a run where eight or more are equal, else packed.
pub fn write(values: impl Iterator<Item = u32>, width: u32, out: &mut Vec<u8>) {
    let values: Vec<u32> = values.collect();
    let bytes_wide = width.div_ceil(8) as usize;
    let run_at = |at: usize| values[at..].iter().take_while(|value| **value == values[at]).count();
    let mut at = 0;
    while at < values.len() {
        let run = run_at(at);
        if run >= 8 || at + run == values.len() {
            push_varint((run as u64) << 1, out);
            out.extend_from_slice(&values[at].to_le_bytes()[..bytes_wide]);
            at += run;
            continue;
        }
        // Groups of eight until a long run begins at the start of one.
        let start = at;
        while at < values.len() && run_at(at) < 8 {
            at = (at + 8).min(values.len());
        }
        let groups = (at - start).div_ceil(8);
        push_varint(((groups as u64) << 1) | 1, out);
        let (mut held, mut bits) = (0_u64, 0);
        for index in start..start + groups * 8 {
            held |= u64::from(values.get(index).copied().unwrap_or(0)) << bits;
            bits += width;
            while bits >= 8 {
                out.push(held as u8);
                held >>= 8;
                bits -= 8;
            }
        }
    }
}

fn push_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for width in [1, 2, 5, 8, 11, 17] {
            let most = (1_u32 << width) - 1;
            for shape in 0..4 {
                let values: Vec<u32> = (0..1_000_u32)
                    .map(|n| match shape {
                        0 => (n % 7) & most,
                        1 => (n / 100) & most,
                        2 => most,
                        _ => n.wrapping_mul(2_654_435_761) & most,
                    })
                    .collect();
                let mut out = Vec::new();
                write(values.iter().copied(), width, &mut out);
                assert_eq!(read(&out, width, values.len()).as_ref(), Some(&values), "{width} {shape}");
            }
        }
    }
}
