//! Type names to types, with their defaults and limits (Developer Guide, "Data types").

use sqlparser::ast::{self, CharacterLength, ExactNumberInfo, TimezoneInfo};

use crate::gap::Feature;
use crate::sql::error::{SqlError, SqlResult};
use crate::warehouse::calendar::interval::Field;
use crate::warehouse::data_type::DataType;

const CHAR_MAX: u64 = 4_096;
const VARBYTE_DEFAULT: u32 = 64_000;
const VARBYTE_MAX: u64 = 1_024_000;

/// The type that a cast names. A bare `VARCHAR` there cuts nothing; `TEXT` likewise.
///
/// # Errors
/// 42704 for an unknown type, 22023 for a length or precision out of bounds.
pub fn data_type(written: &ast::DataType) -> SqlResult<DataType> {
    use ast::DataType as Ast;
    match written {
        Ast::CharacterVarying(None)
        | Ast::CharVarying(None)
        | Ast::Varchar(None)
        | Ast::Nvarchar(None)
        | Ast::Text => Ok(DataType::Varchar(DataType::VARCHAR_MAX)),
        written => column_type(written),
    }
}

/// The type that a column definition names: a bare `VARCHAR` is 256 bytes long.
pub(super) fn column_type(written: &ast::DataType) -> SqlResult<DataType> {
    use ast::DataType as Ast;
    let data_type = match written {
        Ast::SmallInt(None) | Ast::Int2(None) => DataType::SmallInt,
        Ast::Int(None) | Ast::Integer(None) | Ast::Int4(None) => DataType::Integer,
        Ast::BigInt(None) | Ast::Int8(None) => DataType::BigInt,
        Ast::Decimal(size) | Ast::Numeric(size) | Ast::Dec(size) => decimal(*size)?,
        Ast::Real | Ast::Float4 => DataType::Real,
        Ast::DoublePrecision | Ast::Float8 | Ast::Float(ExactNumberInfo::None) => DataType::Double,
        Ast::Float(ExactNumberInfo::Precision(digits)) => float(*digits)?,
        Ast::Bool | Ast::Boolean => DataType::Boolean,
        Ast::Char(length) | Ast::Character(length) => {
            DataType::Char(character_length(*length, 1, CHAR_MAX, "char")?)
        }
        Ast::CharacterVarying(length)
        | Ast::CharVarying(length)
        | Ast::Varchar(length)
        | Ast::Nvarchar(length) => {
            DataType::Varchar(character_length(*length, 256, DataType::VARCHAR_MAX.into(), "varchar")?)
        }
        Ast::Text => DataType::TEXT,
        Ast::Date => DataType::Date,
        Ast::Time(_, zone) if has_zone(zone) => DataType::TimeTz,
        Ast::Time(..) => DataType::Time,
        Ast::Timestamp(_, zone) if has_zone(zone) => DataType::TimestampTz,
        Ast::Timestamp(..) | Ast::Datetime(_) => DataType::Timestamp,
        Ast::Interval { fields, precision } => interval(fields.as_ref(), *precision),
        Ast::Varbinary(None) | Ast::Binary(None) => DataType::Varbyte(VARBYTE_DEFAULT),
        Ast::Varbinary(Some(ast::BinaryLength::IntegerLength { length })) | Ast::Binary(Some(length)) => {
            varbyte(&[length.to_string()])?
        }
        Ast::Custom(name, modifiers) => return custom(name, modifiers),
        other => return Err(unknown(&other.to_string())),
    };
    Ok(data_type)
}

/// Types that sqlparser has no name of its own for.
fn custom(name: &ast::ObjectName, modifiers: &[String]) -> SqlResult<DataType> {
    // A type may be qualified by `pg_catalog`, as PostgreSQL tools print it.
    let name = match name.0.last().and_then(|part| part.as_ident()) {
        Some(part) => part.value.to_ascii_lowercase(),
        None => name.to_string(),
    };
    let length = |default, limit, spoken: &str| match modifiers {
        [] => Ok(default),
        [length] if length.eq_ignore_ascii_case("max") => Ok(limit),
        [length] => within(length.parse().unwrap_or(u64::MAX), limit, spoken),
        _ => Err(unknown(&name)),
    };
    match name.as_str() {
        "bpchar" => Ok(DataType::Char(bounded(length(256, CHAR_MAX, "bpchar")?))),
        "nchar" => Ok(DataType::Char(bounded(length(1, CHAR_MAX, "char")?))),
        "text" | "nvarchar" => {
            Ok(DataType::Varchar(bounded(length(256, DataType::VARCHAR_MAX.into(), "varchar")?)))
        }
        "super" => Ok(DataType::Super),
        "varbyte" => varbyte(modifiers),
        "timestamptz" => Ok(DataType::TimestampTz),
        "timetz" => Ok(DataType::TimeTz),
        "hllsketch" => Ok(DataType::HllSketch),
        "geometry" | "geography" => Err(SqlError::not_simulated_because(Feature::DataType, name)),
        _ => Err(unknown(&name)),
    }
}

/// The last of the fields decides: `HOUR TO MINUTE` keeps minutes.
fn interval(fields: Option<&ast::IntervalFields>, digits: Option<u64>) -> DataType {
    let written = fields.map(ToString::to_string).unwrap_or_default();
    let last = written.rsplit(' ').next().and_then(Field::find);
    last.map_or(DataType::Interval, |last| last.data_type(digits))
}

fn decimal(size: ExactNumberInfo) -> SqlResult<DataType> {
    let (precision, scale) = match size {
        ExactNumberInfo::None => (18, 0),
        ExactNumberInfo::Precision(precision) => (precision, 0),
        ExactNumberInfo::PrecisionAndScale(precision, scale) => (precision, scale),
    };
    // PostgreSQL 8's texts with Redshift's bounds (unconfirmed: no listing of them was found).
    if !(1..=38).contains(&precision) {
        return Err(out_of_bounds(format!("DECIMAL precision {precision} must be between 1 and 38")));
    }
    if scale < 0 || scale > precision as i64 || scale > 37 {
        let bound = precision.min(37);
        return Err(out_of_bounds(format!("DECIMAL scale {scale} must be between 0 and {bound}")));
    }
    Ok(DataType::Decimal { precision: precision as u8, scale: scale as u8 })
}

fn float(digits: u64) -> SqlResult<DataType> {
    match digits {
        0 => Err(out_of_bounds("precision for type float must be at least 1 bit".to_owned())),
        1..=24 => Ok(DataType::Real),
        25..=53 => Ok(DataType::Double),
        _ => Err(out_of_bounds("precision for type float must be less than 54 bits".to_owned())),
    }
}

fn character_length(
    length: Option<CharacterLength>,
    default: u32,
    limit: u64,
    spoken: &str,
) -> SqlResult<u32> {
    match length {
        None => Ok(default),
        Some(CharacterLength::Max) => Ok(bounded(limit)),
        Some(CharacterLength::IntegerLength { length, .. }) => Ok(bounded(within(length, limit, spoken)?)),
    }
}

fn varbyte(modifiers: &[String]) -> SqlResult<DataType> {
    match modifiers {
        [] => Ok(DataType::Varbyte(VARBYTE_DEFAULT)),
        [length] => Ok(DataType::Varbyte(bounded(within(
            length.parse().unwrap_or(u64::MAX),
            VARBYTE_MAX,
            "varbyte",
        )?))),
        _ => Err(unknown("varbyte")),
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

fn has_zone(zone: &TimezoneInfo) -> bool {
    matches!(zone, TimezoneInfo::Tz | TimezoneInfo::WithTimeZone)
}

fn out_of_bounds(message: String) -> SqlError {
    SqlError::product("22023", message)
}

fn unknown(name: &str) -> SqlError {
    SqlError::product("42704", format!("type \"{}\" does not exist", name.to_lowercase()))
}
