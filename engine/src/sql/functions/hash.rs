//! Digests and checksums.

use arrow::array::ArrayRef;
use arrow::datatypes::{Int32Type, Int64Type};

use super::Call;
use super::column::{build, build_text, map_text};
use super::signature::Entry;
use super::signature::{
    Answer,
    Parameter::{BigInt, Integer, Text},
};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::EvaluationContext;
use crate::warehouse::data_type::DataType;
use crate::warehouse::digest;

pub(super) static FUNCTIONS: &[Entry] = &[
    Entry::fixed("md5", &[Text], Answer::Type(DataType::Varchar(32)), |call, _| {
        map_text(call, |text, out| out.push_str(&digest::md5(text.as_bytes())))
    }),
    Entry::fixed("sha", &[Text], Answer::Type(DataType::Varchar(40)), sha1),
    Entry::fixed("sha1", &[Text], Answer::Type(DataType::Varchar(40)), sha1),
    Entry::fixed("func_sha1", &[Text], Answer::Type(DataType::Varchar(40)), sha1),
    Entry::fixed("sha2", &[Text, Integer], Answer::Type(DataType::Varchar(128)), sha2),
    Entry::fixed("crc32", &[Text], Answer::Type(DataType::Varchar(8)), |call, _| {
        map_text(call, |text, out| out.push_str(&format!("{:x}", crc32(text.as_bytes()))))
    }),
    Entry::fixed("checksum", &[Text], Answer::Type(DataType::Integer), |call, _| {
        let text = call.text(0)?;
        // unconfirmed: the guide names no algorithm; only equal inputs give equal sums.
        build::<Int32Type>(call, |row| Ok(crc32(text.get(row).unwrap_or_default().as_bytes()) as i32))
    }),
    Entry::fixed("fnv_hash", &[Text, BigInt], Answer::Type(DataType::BigInt), fnv_hash).optional(1),
    Entry::fixed("strtol", &[Text, Integer], Answer::Type(DataType::BigInt), parse_in_base),
    Entry::fixed("to_hex", &[BigInt], Answer::Type(DataType::Varchar(16)), |call, _| {
        let values = call.primitive::<Int64Type>(0)?;
        let nulls = call.nulls();
        build_text(call, |row, out| {
            if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
                return Ok(None);
            }
            let value = values.value(row);
            // A negative INTEGER shows 32 bits, as it has.
            let bits = if i32::try_from(value).is_ok() { value as u32 as u64 } else { value as u64 };
            out.push_str(&format!("{bits:x}"));
            Ok(Some(()))
        })
    }),
];

fn sha1(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    map_text(call, |text, out| out.push_str(&digest::sha1(text.as_bytes())))
}

/// 0 and 256 mean the same; a width that does not exist gives an empty string.
fn sha2(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    let widths = call.primitive::<Int32Type>(1)?;
    let nulls = call.nulls();
    build_text(call, |row, out| {
        if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Ok(None);
        }
        let bytes = text.get(row).unwrap_or_default().as_bytes();
        match widths.value(row) {
            0 | 256 => out.push_str(&digest::sha256(bytes)),
            224 => out.push_str(&digest::sha224(bytes)),
            384 => out.push_str(&digest::sha384(bytes)),
            512 => out.push_str(&digest::sha512(bytes)),
            _ => {}
        }
        Ok(Some(()))
    })
}

/// The CRC-32 of zip and PNG.
fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ (0xEDB8_8320 & (sum & 1).wrapping_neg());
        }
    }
    !sum
}

/// FNV-1a over 64 bits; the second argument goes on where another hash ended.
fn fnv_hash(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    const BASIS: u64 = 0xCBF2_9CE4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01B3;
    let text = call.text(0)?;
    let seeds = if call.arguments.len() > 1 { Some(call.primitive::<Int64Type>(1)?) } else { None };
    build::<Int64Type>(call, |row| {
        let start = seeds.map_or(BASIS, |seeds| seeds.value(row) as u64);
        let bytes = text.get(row).unwrap_or_default().as_bytes();
        Ok(bytes.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME)) as i64)
    })
}

fn parse_in_base(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    let bases = call.primitive::<Int32Type>(1)?;
    build::<Int64Type>(call, |row| {
        let (written, base) = (text.get(row).unwrap_or_default(), bases.value(row));
        let base = u32::try_from(base).ok().filter(|base| (2..=36).contains(base)).ok_or_else(|| {
            SqlError::product("22023", format!("Invalid base: {base}, must be between 2 and 36"))
        })?;
        let digits = written.trim();
        let digits = if base == 16 { digits.strip_prefix("0x").unwrap_or(digits) } else { digits };
        i64::from_str_radix(digits, base).map_err(|_| {
            SqlError::product(
                "22P02",
                format!("The input {written} is not valid to be converted to base {base}"),
            )
        })
    })
}
