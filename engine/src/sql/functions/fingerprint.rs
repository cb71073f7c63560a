//! Hashes that other systems compute too: FARMFINGERPRINT64 (FarmHash) and MURMUR3_32_HASH (Iceberg's).

use arrow::array::{Array, ArrayRef, BinaryArray};
use arrow::datatypes::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type,
    Time64MicrosecondType, TimestampMicrosecondType,
};

use super::Call;
use super::column::build;
use super::signature::Entry;
use super::signature::Parameter::{Integer, Text};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::EvaluationContext;
use crate::warehouse::data_type::DataType;

pub(super) static FUNCTIONS: &[Entry] = &[
    Entry::custom("farmfingerprint64", farm_types, |call, _| {
        let bytes = bytes_of(call)?;
        build::<Int64Type>(call, |row| Ok(farm(&bytes(row)) as i64))
    }),
    Entry::custom("murmur3_32_hash", murmur_types, murmur_hash),
];

type Accepted = Option<(Vec<DataType>, DataType)>;

/// A text or bytes.
fn farm_types(types: &[DataType]) -> Accepted {
    let [only] = *types else { return None };
    let only = if matches!(only, DataType::Varbyte(_)) { only } else { Text.accept(only)? };
    Some((vec![only], DataType::BigInt))
}

fn murmur_types(types: &[DataType]) -> Accepted {
    let (value, seed) = match *types {
        [value] => (value, None),
        [value, seed] => (value, Some(Integer.accept(seed)?)),
        _ => return None,
    };
    let value = match value {
        DataType::Unknown => Text.accept(value)?,
        DataType::Super | DataType::Interval => return None,
        other => other,
    };
    Some((std::iter::once(value).chain(seed).collect(), DataType::Integer))
}

/// The seed stands for the hash of what came before; without one it is 0.
fn murmur_hash(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let seeds = if call.arguments.len() > 1 { Some(call.primitive::<Int32Type>(1)?) } else { None };
    let bytes = bytes_of(call)?;
    build::<Int32Type>(call, |row| {
        Ok(murmur(&bytes(row), seeds.map_or(0, |seeds| seeds.value(row) as u32)) as i32)
    })
}

type Bytes<'a> = Box<dyn Fn(usize) -> Vec<u8> + 'a>;

/// How the Iceberg specification writes a value before it is hashed: every whole number and moment as eight bytes,
/// REAL as DOUBLE, DECIMAL as the fewest big-endian bytes that hold it.
fn bytes_of<'a>(call: &Call<'a>) -> SqlResult<Bytes<'a>> {
    Ok(match call.data_type(0) {
        DataType::SmallInt => {
            let values = call.primitive::<Int16Type>(0)?;
            long(move |row| values.value(row).into())
        }
        DataType::Integer => {
            let values = call.primitive::<Int32Type>(0)?;
            long(move |row| values.value(row).into())
        }
        DataType::BigInt => {
            let values = call.primitive::<Int64Type>(0)?;
            long(move |row| values.value(row))
        }
        DataType::Date => {
            let values = call.primitive::<Date32Type>(0)?;
            long(move |row| values.value(row).into())
        }
        DataType::Time | DataType::TimeTz => {
            let values = call.primitive::<Time64MicrosecondType>(0)?;
            long(move |row| values.value(row))
        }
        DataType::Timestamp | DataType::TimestampTz => {
            let values = call.primitive::<TimestampMicrosecondType>(0)?;
            long(move |row| values.value(row))
        }
        DataType::Boolean => {
            let values = call.boolean(0)?;
            long(move |row| values.value(row).into())
        }
        DataType::Real => {
            let values = call.primitive::<Float32Type>(0)?;
            long(move |row| f64::from(values.value(row)).to_bits() as i64)
        }
        DataType::Double => {
            let values = call.primitive::<Float64Type>(0)?;
            long(move |row| values.value(row).to_bits() as i64)
        }
        DataType::Decimal { .. } => {
            let values = call.primitive::<Decimal128Type>(0)?;
            Box::new(move |row| {
                let value = values.value(row);
                let bits = 128 - if value < 0 { (!value).leading_zeros() } else { value.leading_zeros() };
                let spare = 16 - (bits as usize / 8 + 1);
                value.to_be_bytes().get(spare..).unwrap_or_default().to_vec()
            })
        }
        DataType::Varbyte(_) => {
            let values = call.argument(0)?.as_any().downcast_ref::<BinaryArray>();
            let values = values.ok_or_else(|| SqlError::bug("a VARBYTE does not lie as bytes"))?;
            Box::new(move |row| if values.is_valid(row) { values.value(row).to_vec() } else { Vec::new() })
        }
        _ => {
            // The trailing blanks of CHAR count.
            let text = super::column::Text::of(call.argument(0)?, DataType::Unknown)?;
            Box::new(move |row| text.get(row).unwrap_or_default().as_bytes().to_vec())
        }
    })
}

fn long<'a>(value: impl Fn(usize) -> i64 + 'a) -> Bytes<'a> {
    Box::new(move |row| value(row).to_le_bytes().to_vec())
}

/// Murmur3, 32 bits, for little-endian words.
fn murmur(bytes: &[u8], seed: u32) -> u32 {
    let mixed = |word: u32| word.wrapping_mul(0xCC9E_2D51).rotate_left(15).wrapping_mul(0x1B87_3593);
    let mut hash = seed;
    for chunk in bytes.chunks(4) {
        let word = chunk.iter().rev().fold(0_u32, |word, byte| (word << 8) | u32::from(*byte));
        hash ^= mixed(word);
        if chunk.len() == 4 {
            hash = hash.rotate_left(13).wrapping_mul(5).wrapping_add(0xE654_6B64);
        }
    }
    hash ^= bytes.len() as u32;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85EB_CA6B);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xC2B2_AE35);
    hash ^ (hash >> 16)
}

const K0: u64 = 0xC3A5_C85C_97CB_3127;
const K1: u64 = 0xB492_B66F_BE98_F273;
const K2: u64 = 0x9AE1_6A3B_2F90_404F;

fn word(bytes: &[u8], at: usize, width: usize) -> u64 {
    let taken = bytes.iter().skip(at).take(width).rev();
    taken.fold(0, |word, byte| (word << 8) | u64::from(*byte))
}

fn shift_mix(value: u64) -> u64 {
    value ^ (value >> 47)
}

fn join(u: u64, v: u64, factor: u64) -> u64 {
    let a = shift_mix((u ^ v).wrapping_mul(factor));
    shift_mix((v ^ a).wrapping_mul(factor)).wrapping_mul(factor)
}

/// FarmHash's `Fingerprint64`, which never changes.
fn farm(bytes: &[u8]) -> u64 {
    let length = bytes.len();
    let at = |place: usize| word(bytes, place, 8);
    let factor = K2.wrapping_add(length as u64 * 2);
    match length {
        0 => K2,
        1..=3 => {
            let byte = |place: usize| word(bytes, place, 1);
            let y = byte(0).wrapping_add(byte(length >> 1) << 8);
            let z = (length as u64).wrapping_add(byte(length - 1) << 2);
            shift_mix(y.wrapping_mul(K2) ^ z.wrapping_mul(K0)).wrapping_mul(K2)
        }
        4..=7 => {
            let a = word(bytes, 0, 4);
            join((length as u64).wrapping_add(a << 3), word(bytes, length - 4, 4), factor)
        }
        8..=16 => {
            let a = at(0).wrapping_add(K2);
            let b = at(length - 8);
            let c = b.rotate_right(37).wrapping_mul(factor).wrapping_add(a);
            let d = a.rotate_right(25).wrapping_add(b).wrapping_mul(factor);
            join(c, d, factor)
        }
        17..=32 => {
            let (a, b) = (at(0).wrapping_mul(K1), at(8));
            let (c, d) = (at(length - 8).wrapping_mul(factor), at(length - 16).wrapping_mul(K2));
            let u = a.wrapping_add(b).rotate_right(43).wrapping_add(c.rotate_right(30)).wrapping_add(d);
            join(u, a.wrapping_add(b.wrapping_add(K2).rotate_right(18)).wrapping_add(c), factor)
        }
        33..=64 => {
            let (a, b) = (at(0).wrapping_mul(K2), at(8));
            let (c, d) = (at(length - 8).wrapping_mul(factor), at(length - 16).wrapping_mul(K2));
            let y = a.wrapping_add(b).rotate_right(43).wrapping_add(c.rotate_right(30)).wrapping_add(d);
            let z = join(y, a.wrapping_add(b.wrapping_add(K2).rotate_right(18)).wrapping_add(c), factor);
            let (e, f) = (at(16).wrapping_mul(factor), at(24));
            let g = y.wrapping_add(at(length - 32)).wrapping_mul(factor);
            let h = z.wrapping_add(at(length - 24)).wrapping_mul(factor);
            let u = e.wrapping_add(f).rotate_right(43).wrapping_add(g.rotate_right(30)).wrapping_add(h);
            join(u, e.wrapping_add(f.wrapping_add(a).rotate_right(18)).wrapping_add(g), factor)
        }
        _ => farm_long(bytes),
    }
}

/// Two words out of 32 bytes and two seeds.
fn weak(bytes: &[u8], at: usize, a: u64, b: u64) -> (u64, u64) {
    let [w, x, y, z] = [0, 8, 16, 24].map(|place| word(bytes, at + place, 8));
    let a = a.wrapping_add(w);
    let b = b.wrapping_add(a).wrapping_add(z).rotate_right(21);
    let c = a;
    let a = a.wrapping_add(x).wrapping_add(y);
    let b = b.wrapping_add(a.rotate_right(44));
    (a.wrapping_add(z), b.wrapping_add(c))
}

/// More than 64 bytes, in steps of 64, the last step over the last 64.
fn farm_long(bytes: &[u8]) -> u64 {
    const SEED: u64 = 81;
    let at = |place: usize| word(bytes, place, 8);
    let mut x = SEED.wrapping_mul(K2).wrapping_add(at(0));
    let mut y = SEED.wrapping_mul(K1).wrapping_add(113);
    let mut z = shift_mix(y.wrapping_mul(K2).wrapping_add(113)).wrapping_mul(K2);
    let (mut v, mut w) = ((0_u64, 0_u64), (0_u64, 0_u64));
    let end = (bytes.len() - 1) / 64 * 64;
    let mut place = 0;
    while place < end {
        x = x.wrapping_add(y).wrapping_add(v.0).wrapping_add(at(place + 8)).rotate_right(37).wrapping_mul(K1);
        y = y.wrapping_add(v.1).wrapping_add(at(place + 48)).rotate_right(42).wrapping_mul(K1);
        x ^= w.1;
        y = y.wrapping_add(v.0).wrapping_add(at(place + 40));
        z = z.wrapping_add(w.0).rotate_right(33).wrapping_mul(K1);
        v = weak(bytes, place, v.1.wrapping_mul(K1), x.wrapping_add(w.0));
        w = weak(bytes, place + 32, z.wrapping_add(w.1), y.wrapping_add(at(place + 16)));
        std::mem::swap(&mut z, &mut x);
        place += 64;
    }
    let factor = K1.wrapping_add((z & 0xFF) << 1);
    let place = bytes.len() - 64;
    w.0 = w.0.wrapping_add((bytes.len() as u64 - 1) & 63);
    v.0 = v.0.wrapping_add(w.0);
    w.0 = w.0.wrapping_add(v.0);
    x = x.wrapping_add(y).wrapping_add(v.0).wrapping_add(at(place + 8)).rotate_right(37).wrapping_mul(factor);
    y = y.wrapping_add(v.1).wrapping_add(at(place + 48)).rotate_right(42).wrapping_mul(factor);
    x ^= w.1.wrapping_mul(9);
    y = y.wrapping_add(v.0.wrapping_mul(9)).wrapping_add(at(place + 40));
    z = z.wrapping_add(w.0).rotate_right(33).wrapping_mul(factor);
    v = weak(bytes, place, v.1.wrapping_mul(factor), x.wrapping_add(w.0));
    w = weak(bytes, place + 32, z.wrapping_add(w.1), y.wrapping_add(at(place + 16)));
    std::mem::swap(&mut z, &mut x);
    let u = join(v.0, w.0, factor).wrapping_add(shift_mix(y).wrapping_mul(K0)).wrapping_add(z);
    join(u, join(v.1, w.1, factor).wrapping_add(x), factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn murmur_is_iceberg_s() {
        assert_eq!(murmur(&34_i64.to_le_bytes(), 0) as i32, 2_017_239_379);
        assert_eq!(murmur(b"iceberg", 0) as i32, 1_210_000_089);
        assert_eq!(murmur(&1_i64.to_le_bytes(), 0) as i32, 1_392_991_556);
        assert_eq!(murmur(&[0, 1, 2, 3], 0) as i32, -188_683_207);
        // DECIMAL 14.20
        assert_eq!(murmur(&[0x05, 0x8C], 0) as i32, -500_754_589);
    }

    #[test]
    fn farm_is_the_published_fingerprint() {
        assert_eq!(farm(b"1footrue") as i64, -1_541_654_101_129_638_711);
        assert_eq!(farm(b"2applefalse") as i64, 2_794_438_866_806_483_259);
        assert_eq!(farm(b"3true") as i64, -4_880_158_226_897_771_312);
    }
}
