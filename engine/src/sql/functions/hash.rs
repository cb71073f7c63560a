//! Digests and checksums.

use arrow::array::{ArrayRef, ArrowPrimitiveType};
use arrow::datatypes::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type,
    IntervalMonthDayNanoType, Time64MicrosecondType, TimestampMicrosecondType, ToByteSlice,
};

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
        map_text(call, |text, out| out.push_str(&format!("{:08x}", crc32(text.as_bytes()))))
    }),
    Entry::custom("checksum", checksum_types, checksum),
    Entry::custom("fnv_hash", fnv_types, fnv_hash),
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
        out.push_str(&sha2_hex(text.get(row).unwrap_or_default().as_bytes(), widths.value(row)));
        Ok(Some(()))
    })
}

pub(super) fn sha2_hex(bytes: &[u8], width: i32) -> String {
    match width {
        0 | 256 => digest::sha256(bytes),
        224 => digest::sha224(bytes),
        384 => digest::sha384(bytes),
        512 => digest::sha512(bytes),
        _ => String::new(),
    }
}

/// CRC-32C, as the guide says ("CRC32 function").
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ (0x82F6_3B78 & (sum & 1).wrapping_neg());
        }
    }
    !sum
}

type Accepted = Option<(Vec<DataType>, DataType)>;

fn checksum_types(types: &[DataType]) -> Accepted {
    let [only] = *types else { return None };
    let only = match only {
        DataType::Decimal { .. } => only,
        _ if only.is_integer() => DataType::BigInt,
        _ => Text.accept(only).filter(|_| only.is_string())?,
    };
    Some((vec![only], DataType::Integer))
}

/// A number's own digits: the guide's example sums `109.20` to 10920.
fn checksum(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    match call.data_type(0) {
        DataType::Decimal { .. } => {
            let values = call.primitive::<Decimal128Type>(0)?;
            build::<Int32Type>(call, |row| Ok(values.value(row) as i32))
        }
        DataType::BigInt => {
            let values = call.primitive::<Int64Type>(0)?;
            build::<Int32Type>(call, |row| Ok(values.value(row) as i32))
        }
        _ => {
            let text = call.text(0)?;
            // unconfirmed: the guide names no algorithm for strings; equal ones give equal sums.
            build::<Int32Type>(call, |row| Ok(crc32(text.get(row).unwrap_or_default().as_bytes()) as i32))
        }
    }
}

fn fnv_types(types: &[DataType]) -> Accepted {
    let (value, seed) = match *types {
        [value] => (value, None),
        [value, seed] => (value, Some(BigInt.accept(seed)?)),
        _ => return None,
    };
    let value = match value {
        DataType::Unknown => Text.accept(value)?,
        DataType::Super | DataType::HllSketch | DataType::Varbyte(_) => return None,
        other => other,
    };
    Some((std::iter::once(value).chain(seed).collect(), DataType::BigInt))
}

/// FNV-1a over 64 bits of a value as it lies in memory; the second argument goes on where another hash ended.
fn fnv_hash(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    match call.data_type(0) {
        DataType::SmallInt => fnv_of::<Int16Type>(call),
        DataType::Integer => fnv_of::<Int32Type>(call),
        DataType::BigInt => fnv_of::<Int64Type>(call),
        DataType::Real => fnv_of::<Float32Type>(call),
        DataType::Double => fnv_of::<Float64Type>(call),
        DataType::Date => fnv_of::<Date32Type>(call),
        DataType::Time | DataType::TimeTz => fnv_of::<Time64MicrosecondType>(call),
        DataType::Timestamp | DataType::TimestampTz => fnv_of::<TimestampMicrosecondType>(call),
        DataType::Interval => fnv_of::<IntervalMonthDayNanoType>(call),
        DataType::Decimal { precision, .. } => {
            // Up to 19 digits are stored in eight bytes.
            let bytes = if precision <= 19 { 8 } else { 16 };
            let values = call.primitive::<Decimal128Type>(0)?;
            fnv_rows(call, |row, hash| fold(hash, &values.value(row).to_le_bytes()[..bytes]))
        }
        DataType::Boolean => {
            let values = call.boolean(0)?;
            fnv_rows(call, |row, hash| fold(hash, &[u8::from(values.value(row))]))
        }
        _ => {
            // Unlike elsewhere, the trailing blanks of CHAR count.
            let text = super::column::Text::of(call.argument(0)?, DataType::Unknown)?;
            fnv_rows(call, |row, hash| fold(hash, text.get(row).unwrap_or_default().as_bytes()))
        }
    }
}

fn fnv_of<T: ArrowPrimitiveType>(call: &Call<'_>) -> SqlResult<ArrayRef> {
    let values = call.primitive::<T>(0)?;
    fnv_rows(call, |row, hash| fold(hash, values.value(row).to_byte_slice()))
}

pub(super) fn fnv_rows(call: &Call<'_>, f: impl Fn(usize, u64) -> u64) -> SqlResult<ArrayRef> {
    const BASIS: u64 = 0xCBF2_9CE4_8422_2325;
    let seeds = if call.arguments.len() > 1 { Some(call.primitive::<Int64Type>(1)?) } else { None };
    build::<Int64Type>(call, |row| Ok(f(row, seeds.map_or(BASIS, |seeds| seeds.value(row) as u64)) as i64))
}

pub(super) fn fold(start: u64, bytes: &[u8]) -> u64 {
    const PRIME: u64 = 0x0000_0100_0000_01B3;
    bytes.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME))
}

fn parse_in_base(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    let bases = call.primitive::<Int32Type>(1)?;
    build::<Int64Type>(call, |row| {
        let (written, base) = (text.get(row).unwrap_or_default(), bases.value(row));
        let base = u32::try_from(base).ok().filter(|base| (2..=36).contains(base)).ok_or_else(|| {
            SqlError::product("22023", format!("Invalid base: {base}, must be between 2 and 36"))
        })?;
        // An empty text, or one that begins with the null character, is 0.
        if written.is_empty() || written.starts_with('\0') {
            return Ok(0);
        }
        let digits = written.trim_start();
        let (sign, digits) = match digits.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", digits.strip_prefix('+').unwrap_or(digits)),
        };
        let hex = digits.strip_prefix("0x").or(digits.strip_prefix("0X")).filter(|_| base == 16);
        let digits = hex.unwrap_or(digits);
        // A second sign would be read as one.
        let digits = if digits.starts_with(['+', '-']) { "" } else { digits };
        i64::from_str_radix(&format!("{sign}{digits}"), base).map_err(|_| {
            SqlError::product(
                "22P02",
                format!("The input {written} is not valid to be converted to base {base}"),
            )
        })
    })
}
