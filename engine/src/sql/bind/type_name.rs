//! Type names in casts, to types.

use sqlparser::ast;

use crate::gap::Feature;
use crate::sql::error::{SqlError, SqlResult};
use crate::warehouse::data_type::DataType;

/// The type that CAST, `::` and CONVERT name. A bare VARCHAR does not cut here, unlike in CREATE TABLE.
pub(super) fn data_type(name: &ast::DataType) -> SqlResult<DataType> {
    use ast::DataType as T;
    Ok(match name {
        T::SmallInt(_) | T::Int2(_) => DataType::SmallInt,
        T::Int(_) | T::Integer(_) | T::Int4(_) => DataType::Integer,
        T::BigInt(_) | T::Int8(_) => DataType::BigInt,
        T::Numeric(info) | T::Decimal(info) | T::Dec(info) => decimal(info)?,
        T::Real | T::Float4 => DataType::Real,
        T::Float(ast::ExactNumberInfo::Precision(bits)) if *bits <= 24 => DataType::Real,
        T::Float(_) | T::Float8 | T::Double(_) | T::DoublePrecision => DataType::Double,
        T::Bool | T::Boolean => DataType::Boolean,
        T::Char(length) | T::Character(length) => DataType::Char(length_of(length.as_ref(), 1)),
        T::Varchar(length) | T::CharacterVarying(length) | T::CharVarying(length) | T::Nvarchar(length) => {
            DataType::Varchar(length_of(length.as_ref(), DataType::VARCHAR_MAX))
        }
        T::Text => DataType::Varchar(DataType::VARCHAR_MAX),
        T::Date => DataType::Date,
        T::Time(_, ast::TimezoneInfo::None | ast::TimezoneInfo::WithoutTimeZone) => DataType::Time,
        T::Time(..) => DataType::TimeTz,
        T::Timestamp(_, ast::TimezoneInfo::None | ast::TimezoneInfo::WithoutTimeZone) | T::Datetime(_) => {
            DataType::Timestamp
        }
        T::Timestamp(..) => DataType::TimestampTz,
        T::Interval { .. } => DataType::Interval,
        T::Varbinary(_) | T::Binary(_) => DataType::Varbyte(64_000),
        T::Custom(name, modifiers) => custom(name, modifiers)?,
        other => return Err(unknown(&other.to_string())),
    })
}

fn decimal(info: &ast::ExactNumberInfo) -> SqlResult<DataType> {
    let (precision, scale) = match info {
        ast::ExactNumberInfo::None => (18, 0),
        ast::ExactNumberInfo::Precision(precision) => (*precision, 0),
        ast::ExactNumberInfo::PrecisionAndScale(precision, scale) => (*precision, *scale),
    };
    let refused = |message: String| Err(SqlError::product("22023", message));
    match (u8::try_from(precision), u8::try_from(scale)) {
        (Ok(p @ 1..=38), Ok(s)) if s <= p && s <= 37 => Ok(DataType::Decimal { precision: p, scale: s }),
        (Ok(1..=38), _) => {
            refused(format!("NUMERIC scale {scale} must be between 0 and precision {precision}"))
        }
        _ => refused(format!("NUMERIC precision {precision} must be between 1 and 38")),
    }
}

fn length_of(length: Option<&ast::CharacterLength>, default: u32) -> u32 {
    match length {
        None => default,
        Some(ast::CharacterLength::Max) => DataType::VARCHAR_MAX,
        Some(ast::CharacterLength::IntegerLength { length, .. }) => {
            u32::try_from(*length).unwrap_or(DataType::VARCHAR_MAX).clamp(1, DataType::VARCHAR_MAX)
        }
    }
}

fn custom(name: &ast::ObjectName, modifiers: &[String]) -> SqlResult<DataType> {
    let written = name.to_string().trim_matches('"').to_lowercase();
    let length = |default: u32| modifiers.first().and_then(|text| text.parse().ok()).unwrap_or(default);
    Ok(match written.as_str() {
        "super" => DataType::Super,
        "varbyte" => DataType::Varbyte(length(64_000)),
        "bpchar" => DataType::Char(length(256)),
        "nchar" => DataType::Char(length(1)),
        "nvarchar" => DataType::Varchar(length(DataType::VARCHAR_MAX)),
        "timestamptz" => DataType::TimestampTz,
        "timetz" => DataType::TimeTz,
        "datetime" => DataType::Timestamp,
        "float4" => DataType::Real,
        "float8" => DataType::Double,
        "int2" => DataType::SmallInt,
        "int4" => DataType::Integer,
        "int8" | "oid" => DataType::BigInt,
        "name" | "regclass" => DataType::Varchar(128),
        "geometry" | "geography" | "hllsketch" => {
            return Err(SqlError::not_simulated_because(Feature::DataType, written));
        }
        _ => return Err(unknown(&written)),
    })
}

fn unknown(name: &str) -> SqlError {
    SqlError::product("42704", format!("type \"{}\" does not exist", name.to_lowercase()))
}
