//! Columns of new tables: which names and types they may have, and how they are encoded.

use super::CommandContext;
use crate::sql::bind;
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::statement::ColumnDefinition;
use crate::warehouse::catalog::{Column, DefaultValue};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;

/// Most columns of a table (Developer Guide, "CREATE TABLE", usage notes).
const MOST_COLUMNS: usize = 1_600;
/// Most bytes of a row's fixed-width columns.
const WIDEST_ROW: u64 = 65_535;

/// Names of columns that every table has hidden.
const SYSTEM_COLUMNS: [&str; 8] = ["oid", "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid", "deletexid"];

/// Refuses what no table can have: too many columns, a name twice, a hidden column's name, a type that
/// cannot be stored.
pub(super) fn must_be_storable(table: &Identifier, columns: &[Column]) -> SqlResult<()> {
    if columns.len() > MOST_COLUMNS {
        return Err(SqlError::product("54011", format!("tables can have at most {MOST_COLUMNS} columns")));
    }
    let mut width = 0;
    for (number, column) in columns.iter().enumerate() {
        must_have_free_name(&column.name)?;
        if columns[..number].iter().any(|other| other.name == column.name) {
            return Err(SqlError::product("42701", format!("column \"{}\" duplicated", column.name)));
        }
        must_have_stored_type(table, column)?;
        width += fixed_width(column.data_type);
    }
    if width > WIDEST_ROW {
        // Text unconfirmed; the limit is the guide's.
        return Err(SqlError::product(
            "54000",
            format!("row of table \"{table}\" is wider than {WIDEST_ROW} bytes"),
        ));
    }
    Ok(())
}

pub(super) fn must_have_free_name(name: &Identifier) -> SqlResult<()> {
    if SYSTEM_COLUMNS.contains(&name.as_str()) {
        let message = format!("column name \"{name}\" conflicts with a system column name");
        return Err(SqlError::product("42701", message));
    }
    Ok(())
}

pub(super) fn must_have_stored_type(table: &Identifier, column: &Column) -> SqlResult<()> {
    match column.data_type {
        DataType::Interval => Err(SqlError::product(
            "0A000",
            format!("Column \"{table}.{}\" has unsupported type \"interval\".", column.name),
        )),
        _ => Ok(()),
    }
}

fn fixed_width(data_type: DataType) -> u64 {
    match data_type.text() {
        DataType::SmallInt => 2,
        DataType::Integer | DataType::Real | DataType::Date => 4,
        DataType::BigInt | DataType::Double | DataType::Time | DataType::TimeTz => 8,
        DataType::Timestamp | DataType::TimestampTz => 8,
        DataType::Decimal { precision, .. } => {
            if precision <= 19 {
                8
            } else {
                16
            }
        }
        DataType::Boolean => 1,
        DataType::Char(bytes) => u64::from(bytes),
        // Unconfirmed: four bytes of months, eight of microseconds.
        DataType::IntervalTo(finest) => {
            if finest.is_months() {
                4
            } else {
                8
            }
        }
        DataType::Interval
        | DataType::Varchar(_)
        | DataType::HllSketch
        | DataType::Super
        | DataType::Varbyte(_)
        | DataType::Caseless { .. }
        | DataType::Unknown => 0,
    }
}

/// The encoding of a column for which nothing was said (Developer Guide, "Compression encodings").
pub(super) fn default_encoding(data_type: DataType, sort_key: bool, temporary: bool) -> &'static str {
    if sort_key || temporary {
        return "none";
    }
    match data_type.text() {
        DataType::Boolean
        | DataType::Real
        | DataType::Double
        | DataType::Interval
        | DataType::IntervalTo(_) => "none",
        // The guide leaves these out; ZSTD is what clusters show of SUPER (unconfirmed).
        DataType::Super | DataType::HllSketch => "zstd",
        DataType::Char(_)
        | DataType::Varchar(_)
        | DataType::Varbyte(_)
        | DataType::Caseless { .. }
        | DataType::Unknown => "lzo",
        DataType::SmallInt
        | DataType::Integer
        | DataType::BigInt
        | DataType::Decimal { .. }
        | DataType::Date
        | DataType::Time
        | DataType::TimeTz
        | DataType::Timestamp
        | DataType::TimestampTz => "az64",
    }
}

/// Refuses an encoding that the type does not take (Developer Guide, "Compression encodings"). SQLSTATE
/// unconfirmed.
pub(super) fn must_fit_encoding(
    column: &Identifier,
    data_type: DataType,
    written: Option<&str>,
) -> SqlResult<()> {
    use DataType as T;
    let data_type = data_type.text();
    let wide = matches!(data_type, T::Integer | T::BigInt | T::Decimal { .. });
    let number = wide || data_type == T::SmallInt;
    let time = matches!(data_type, T::Date | T::Time | T::TimeTz | T::Timestamp | T::TimestampTz);
    let text = matches!(data_type, T::Char(_) | T::Varchar(_));
    let float = matches!(data_type, T::Real | T::Double);
    let fits = match written.unwrap_or("auto") {
        "az64" => number || time,
        "bytedict" => number || time || text || float,
        "delta" => number || time,
        "delta32k" | "mostly16" if data_type == T::SmallInt => false,
        "delta32k" => number || time,
        "lzo" => number || time || text || matches!(data_type, T::Super | T::Varbyte(_)),
        "mostly8" => number,
        "mostly16" => wide,
        "mostly32" => matches!(data_type, T::BigInt | T::Decimal { .. }),
        "runlength" => number || time || text || float || data_type == T::Boolean,
        "text255" | "text32k" => matches!(data_type, T::Varchar(_)),
        _ => true,
    };
    if fits {
        return Ok(());
    }
    Err(SqlError::product("42P16", format!("invalid encoding type specified for column \"{column}\"")))
}

/// The encoding that ENCODE names, as `pg_table_def` prints it; AUTO and silence leave the choice to us.
pub(super) fn encoding(
    written: Option<&str>,
    data_type: DataType,
    sort_key: bool,
    temporary: bool,
) -> String {
    match written.map(str::to_ascii_lowercase).as_deref() {
        Some("raw") => "none".to_owned(),
        None | Some("auto") => default_encoding(data_type, sort_key, temporary).to_owned(),
        Some(named) => named.to_owned(),
    }
}

/// A column as CREATE TABLE and ADD COLUMN define it; the encoding is decided when the sort key is known.
pub(super) fn column(definition: &ColumnDefinition, context: &CommandContext<'_>) -> SqlResult<Column> {
    let default = match (&definition.default, definition.identity) {
        (Some(_), Some(_)) => {
            return Err(both_default_and_identity(&definition.name));
        }
        (Some((_, text)), None) => {
            bind::default_expression(text, definition.data_type, context.scope())
                .map_err(|error| with_span(error, definition))?;
            Some(DefaultValue::Expression(text.clone()))
        }
        (None, Some((seed, step, by_default))) => {
            if !matches!(definition.data_type, DataType::Integer | DataType::BigInt) {
                // Text unconfirmed; the rule is the guide's.
                let message =
                    format!("identity column \"{}\" must be of type INT or BIGINT", definition.name);
                return Err(SqlError::product("42611", message));
            }
            Some(DefaultValue::Identity { seed, step, by_default })
        }
        (None, None) => None,
    };
    let data_type = match definition.collated {
        true => definition.data_type,
        false => context.database()?.collate(definition.data_type),
    };
    Ok(Column {
        name: definition.name.clone(),
        data_type,
        nullable: !(definition.not_null || definition.primary_key || definition.identity.is_some()),
        default,
        encoding: String::new(),
        comment: None,
    })
}

fn both_default_and_identity(name: &Identifier) -> SqlError {
    // Text unconfirmed.
    SqlError::new(SqlErrorKind::Product {
        state: "42601",
        message: format!("both default and identity specified for column \"{name}\""),
        detail: None,
        hint: None,
    })
}

fn with_span(error: SqlError, definition: &ColumnDefinition) -> SqlError {
    match (&error.span, definition.span) {
        (None, Some(span)) => error.at(span),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initial_encodings_follow_the_type() {
        for (data_type, expected) in [
            (DataType::Integer, "az64"),
            (DataType::Decimal { precision: 18, scale: 0 }, "az64"),
            (DataType::Timestamp, "az64"),
            (DataType::Varchar(32), "lzo"),
            (DataType::Char(1), "lzo"),
            (DataType::Boolean, "none"),
            (DataType::Double, "none"),
        ] {
            assert_eq!(encoding(None, data_type, false, false), expected, "{data_type}");
            assert_eq!(encoding(None, data_type, true, false), "none", "a sort key of {data_type}");
            assert_eq!(encoding(None, data_type, false, true), "none", "a temporary {data_type}");
        }
        assert_eq!(encoding(Some("RAW"), DataType::Integer, false, false), "none");
        assert_eq!(encoding(Some("ZSTD"), DataType::Integer, true, false), "zstd");
    }
}
