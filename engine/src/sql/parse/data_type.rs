//! Type names to types, with their defaults and limits (Developer Guide, "Data types").

use crate::gap::Feature;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::syntax;
use crate::warehouse::calendar::interval::Field;
use crate::warehouse::data_type::DataType;

const NAME_MAX: u32 = 128;
const CHAR_MAX: u64 = 4_096;
const VARBYTE_DEFAULT: u32 = 64_000;
const VARBYTE_MAX: u64 = 1_024_000;

/// The type that a cast names. A bare `VARCHAR` there cuts nothing; `TEXT` likewise.
///
/// # Errors
/// 42704 for an unknown type, 22023 for a length or precision out of bounds.
pub fn data_type(written: &syntax::DataType) -> SqlResult<DataType> {
    match written.name.as_str() {
        "varchar" | "text" if written.modifiers.is_empty() => Ok(DataType::Varchar(DataType::VARCHAR_MAX)),
        // The catalog's own types, which no column of a table has.
        "oid" => Ok(DataType::Integer),
        "name" => Ok(DataType::Varchar(NAME_MAX)),
        _ => column_type(written),
    }
}

/// The type that a column definition names: a bare `VARCHAR` is 256 bytes long.
pub(super) fn column_type(written: &syntax::DataType) -> SqlResult<DataType> {
    let name = written.name.as_str();
    let modifiers = written.modifiers.as_slice();
    let length = |default: u32, limit: u64, spoken: &str| match modifiers {
        [] => Ok(default),
        [length] if length == "max" => Ok(bounded(limit)),
        [length] => within(length.parse().unwrap_or(u64::MAX), limit, spoken).map(bounded),
        _ => Err(unknown(name)),
    };
    let varchar = DataType::VARCHAR_MAX.into();
    let plain = match name {
        "int2" => DataType::SmallInt,
        "int4" => DataType::Integer,
        "int8" => DataType::BigInt,
        "float4" => DataType::Real,
        "float8" => DataType::Double,
        "bool" => DataType::Boolean,
        "date" => DataType::Date,
        "super" => DataType::Super,
        "hllsketch" => DataType::HllSketch,
        "numeric" => return decimal(modifiers),
        "float" => return float(modifiers),
        "char" => return length(1, CHAR_MAX, "char").map(DataType::Char),
        "bpchar" => return length(256, CHAR_MAX, "bpchar").map(DataType::Char),
        "varchar" | "text" => return length(256, varchar, "varchar").map(DataType::Varchar),
        "varbyte" => return length(VARBYTE_DEFAULT, VARBYTE_MAX, "varbyte").map(DataType::Varbyte),
        // Digits of seconds are taken and mean nothing, as in PostgreSQL before there were any.
        "time" => return Ok(DataType::Time),
        "timetz" => return Ok(DataType::TimeTz),
        "timestamp" => return Ok(DataType::Timestamp),
        "timestamptz" => return Ok(DataType::TimestampTz),
        "interval" => return Ok(interval(written)),
        "geometry" | "geography" => return Err(SqlError::not_simulated_because(Feature::DataType, name)),
        _ => return Err(unknown(name)),
    };
    if modifiers.is_empty() { Ok(plain) } else { Err(unknown(&written.written())) }
}

/// The last of the fields decides: `HOUR TO MINUTE` keeps minutes.
fn interval(written: &syntax::DataType) -> DataType {
    let digits = written.modifiers.first().and_then(|digits| digits.parse().ok());
    let last = written.last_field.as_deref().and_then(Field::find);
    last.map_or(DataType::Interval, |last| last.data_type(digits))
}

fn decimal(size: &[String]) -> SqlResult<DataType> {
    let number = |digits: &String| digits.parse::<i64>().unwrap_or(i64::MAX);
    let (precision, scale) = match size {
        [] => (18, 0),
        [precision] => (number(precision), 0),
        [precision, scale] => (number(precision), number(scale)),
        _ => return Err(unknown("numeric")),
    };
    // PostgreSQL 8's texts with Redshift's bounds (unconfirmed: no listing of them was found).
    if !(1..=38).contains(&precision) {
        return Err(out_of_bounds(format!("DECIMAL precision {precision} must be between 1 and 38")));
    }
    if scale < 0 || scale > precision || scale > 37 {
        let bound = precision.min(37);
        return Err(out_of_bounds(format!("DECIMAL scale {scale} must be between 0 and {bound}")));
    }
    Ok(DataType::Decimal { precision: precision as u8, scale: scale as u8 })
}

fn float(digits: &[String]) -> SqlResult<DataType> {
    let digits = match digits {
        [] => return Ok(DataType::Double),
        [digits] => digits.parse::<u64>().unwrap_or(u64::MAX),
        _ => return Err(unknown("float")),
    };
    match digits {
        0 => Err(out_of_bounds("precision for type float must be at least 1 bit".to_owned())),
        1..=24 => Ok(DataType::Real),
        25..=53 => Ok(DataType::Double),
        _ => Err(out_of_bounds("precision for type float must be less than 54 bits".to_owned())),
    }
}

fn within(length: u64, limit: u64, spoken: &str) -> SqlResult<u64> {
    match length {
        0 => Err(out_of_bounds(format!("length for type {spoken} must be at least 1"))),
        length if length > limit => {
            Err(out_of_bounds(format!("length for type {spoken} cannot exceed {limit}")))
        }
        length => Ok(length),
    }
}

/// The limits above all fit.
fn bounded(length: u64) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn out_of_bounds(message: String) -> SqlError {
    SqlError::product("22023", message)
}

fn unknown(name: &str) -> SqlError {
    SqlError::product("42704", format!("type \"{}\" does not exist", name.to_lowercase()))
}
