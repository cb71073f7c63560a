//! What casts say when a value does not fit. The leader node speaks as PostgreSQL 8 does, compute nodes in
//! words of their own (fact sheet, section 6.8).

use crate::sql::error::{SqlError, SqlErrorKind};
use crate::sql::expression::CastMode;
use crate::warehouse::data_type::DataType;

use super::CastRules;

/// The name that type has in messages, without its length.
fn bare_name(data_type: DataType) -> String {
    match data_type {
        DataType::Decimal { .. } => "numeric".to_owned(),
        DataType::Char(_) => "character".to_owned(),
        DataType::Varchar(_) => "character varying".to_owned(),
        other => other.to_string(),
    }
}

pub fn cannot_cast(from: DataType, to: DataType) -> SqlError {
    SqlError::product("42846", format!("cannot cast type {} to {}", bare_name(from), bare_name(to)))
}

/// A number outside the type's range.
pub fn out_of_range(to: DataType, rules: CastRules) -> SqlError {
    match (to, rules.mode) {
        (DataType::Decimal { precision, scale }, CastMode::Assignment | CastMode::Leader) => {
            SqlError::new(SqlErrorKind::Product {
                state: "22003",
                message: "numeric field overflow".to_owned(),
                detail: Some(format!(
                    "The absolute value is greater than or equal to 10^{} for field with precision {precision}, scale {scale}.",
                    precision.saturating_sub(scale)
                )),
                hint: None,
            })
        }
        (DataType::Decimal { .. }, _) => {
            SqlError::product("22003", "Numeric data overflow (result precision)")
        }
        (DataType::SmallInt, CastMode::Explicit | CastMode::Implicit) => compute_range(2),
        (DataType::Integer, CastMode::Explicit | CastMode::Implicit) => compute_range(4),
        (DataType::BigInt, CastMode::Explicit | CastMode::Implicit) => compute_range(8),
        (DataType::Real | DataType::Double, _) => {
            SqlError::product("22003", format!("type \"{to}\" value out of range: overflow"))
        }
        _ => SqlError::product("22003", format!("{} out of range", bare_name(to))),
    }
}

fn compute_range(bytes: u8) -> SqlError {
    SqlError::product("22003", format!("Value out of range for {bytes} bytes"))
}

/// Text that is no value of the type.
pub fn invalid_text(text: &str, to: DataType, rules: CastRules) -> SqlError {
    let is_number = to.is_numeric();
    if rules.mode == CastMode::Explicit && is_number {
        return invalid_digit(text, to);
    }
    match to {
        DataType::SmallInt | DataType::Integer | DataType::BigInt => {
            SqlError::product("22P02", format!("invalid input syntax for integer: \"{text}\""))
        }
        DataType::Date
        | DataType::Time
        | DataType::TimeTz
        | DataType::Timestamp
        | DataType::TimestampTz
        | DataType::Interval
        | DataType::IntervalTo(_) => SqlError::product(
            "22007",
            format!("invalid input syntax for type {}: \"{text}\"", moment_name(to)),
        ),
        _ => {
            SqlError::product("22P02", format!("invalid input syntax for type {}: \"{text}\"", bare_name(to)))
        }
    }
}

/// PostgreSQL 8 leaves "without time zone" out of these messages.
fn moment_name(data_type: DataType) -> String {
    match data_type {
        DataType::Timestamp => "timestamp".to_owned(),
        DataType::Time => "time".to_owned(),
        DataType::IntervalTo(_) => "interval".to_owned(),
        other => other.to_string(),
    }
}

/// The compute nodes' words: the first byte that does not belong, and where it is.
fn invalid_digit(text: &str, to: DataType) -> SqlError {
    let allowed = |index: usize, c: char| {
        c.is_ascii_digit() || (index == 0 && matches!(c, '-' | '+')) || (c == '.' && !to.is_integer())
    };
    let position =
        text.char_indices().find(|(index, c)| !allowed(*index, *c)).map_or(text.len(), |(at, _)| at);
    let value: String = text[position..].chars().take(1).collect();
    let type_name = match to {
        DataType::SmallInt => "Short",
        DataType::Integer => "Integer",
        DataType::BigInt => "Long",
        DataType::Decimal { .. } => "Decimal",
        DataType::Real => "Float",
        _ => "Double",
    };
    let message = format!("Invalid digit, Value '{value}', Pos {position}, Type: {type_name}");
    // The block's lines beyond the code are unconfirmed: real ones name the process and source line.
    let detail = format!(
        "\n  -----------------------------------------------\n  error:  {message} \n  code:      1207\n  context:   {text}\n  -----------------------------------------------"
    );
    SqlError::new(SqlErrorKind::Product { state: "22018", message, detail: Some(detail), hint: None })
}

/// A CHAR holds characters of one byte (fact sheet, section 6.7). The words are those of COPY; what other
/// statements say is unconfirmed.
pub fn multibyte(text: &str) -> SqlError {
    let wide = text.chars().find(|c| !c.is_ascii()).map(String::from).unwrap_or_default();
    let bytes: Vec<String> = wide.bytes().map(|byte| format!("{byte:02x}")).collect();
    let message = "Multibyte character not supported for CHAR";
    SqlError::new(SqlErrorKind::Product {
        state: "22000",
        message: message.to_owned(),
        detail: Some(format!("Invalid char: {}", bytes.join(" "))),
        hint: Some("Try using VARCHAR.".to_owned()),
    })
}

/// A string that a column is too short for.
pub fn too_long(to: DataType) -> SqlError {
    SqlError::product("22001", format!("value too long for type {to}"))
}
