//! What the catalog says of a table: its columns by Hive's type names, and how its files are read, by the name of a
//! Java class.

use std::sync::Arc;

use serde_json::Value;

use crate::gap::Feature;
use crate::sql::error::{SqlError, SqlResult};
use crate::warehouse::data_type::DataType;
use crate::warehouse::external::{
    Action, ExternalColumn, ExternalSchema, ExternalTable, FileForm, Handling, Writing,
};
use crate::warehouse::identifier::Identifier;
use crate::warehouse::nested::Nested;

pub(super) fn table(
    schema: &Identifier,
    source: &ExternalSchema,
    name: &Identifier,
    answer: &Value,
) -> SqlResult<ExternalTable> {
    let descriptor = &answer["StorageDescriptor"];
    let property = |name: &str| answer["Parameters"][name].as_str();
    if answer["TableType"] == "VIRTUAL_VIEW" {
        // unconfirmed: the product's words; that Spectrum does not read Athena's views is its own limit.
        let message = format!(
            "\"{schema}.{name}\" is a view of the data catalog, which Redshift Spectrum does not read"
        );
        return Err(SqlError::product("0A000", message));
    }
    let mut columns = columns(&descriptor["Columns"])?;
    let stored = columns.len();
    columns.extend(self::columns(&answer["PartitionKeys"])?);
    let serde = &descriptor["SerdeInfo"];
    let option = |name: &str| serde["Parameters"][name].as_str();
    if serde["SerializationLibrary"].as_str().unwrap_or("").is_empty() {
        // unconfirmed: the product's words for a table without a SerDe, as a crawler leaves it that knew no format.
        let message = format!("\"{schema}.{name}\" has no file format in the data catalog");
        return Err(SqlError::product("XX000", message));
    }
    let null = property("serialization.null.format").or(option("serialization.null.format")).unwrap_or("\\N");
    Ok(ExternalTable {
        schema: schema.clone(),
        name: name.clone(),
        source: source.clone(),
        columns,
        stored,
        location: descriptor["Location"].as_str().unwrap_or("").to_owned(),
        form: match form(serde["SerializationLibrary"].as_str().unwrap_or(""), &option) {
            FileForm::Orc { .. } => FileForm::Orc {
                by_name: property("orc.schema.resolution").is_none_or(|by| by.eq_ignore_ascii_case("name")),
            },
            form => form,
        },
        header: property("skip.header.line.count")
            .or(option("skip.header.line.count"))
            .and_then(|count| count.trim().parse().ok())
            .unwrap_or(0),
        null: null.as_bytes().to_vec(),
        rows: property("numRows").and_then(|rows| rows.trim().parse().ok()),
        compression: property("compression_type").map(str::to_lowercase).filter(|kind| kind != "none"),
        handling: handling(&property),
        parse_strings: true,
        writing: writing(&property),
    })
}

pub(super) fn writing<'a>(property: &impl Fn(&str) -> Option<&'a str>) -> Writing {
    let most = property("write.maxfilesize.mb").and_then(|most| most.trim().parse().ok());
    Writing {
        serial: property("write.parallel").is_some_and(|value| value.eq_ignore_ascii_case("off")),
        most_megabytes: most.filter(|most| (5..=6_200).contains(most)),
        key: property("write.kms.key.id").map(str::to_owned),
    }
}

/// What the properties say of values that do not fit, once `data_cleansing_enabled` asks for it.
fn handling<'a>(property: &impl Fn(&str) -> Option<&'a str>) -> Option<Handling> {
    property("data_cleansing_enabled").filter(|on| on.eq_ignore_ascii_case("true"))?;
    let action = |name: &str, default| match property(name).map(str::to_uppercase).as_deref() {
        Some("DISABLED") => Action::Disabled,
        Some("FAIL") => Action::Fail,
        Some("SET_TO_NULL") => Action::Null,
        Some("DROP_ROW") => Action::Drop,
        Some("TRUNCATE" | "REPLACE") => Action::Mend,
        _ => default,
    };
    Some(Handling {
        characters: action("invalid_char_handling", Action::Disabled),
        replacement: property("replacement_char").and_then(|with| with.bytes().next()).unwrap_or(b'?'),
        numbers: action("numeric_overflow_handling", Action::Disabled),
        surplus: action("surplus_char_handling", Action::Null),
        bytes: action("surplus_bytes_handling", Action::Null),
        columns: action("column_count_mismatch_handling", Action::Disabled),
    })
}

fn columns(list: &Value) -> SqlResult<Vec<ExternalColumn>> {
    let mut columns = Vec::new();
    for column in list.as_array().into_iter().flatten() {
        let name = column["Name"].as_str().unwrap_or("");
        let written = column["Type"].as_str().unwrap_or("string");
        columns.push(external_column(Identifier::fold(name), written).ok_or_else(|| {
            SqlError::not_simulated_because(Feature::ExternalTable, format!("a column of type {written}"))
        })?);
    }
    Ok(columns)
}

/// A column of a type as Hive and Glue write it.
pub(in crate::sql) fn external_column(name: Identifier, written: &str) -> Option<ExternalColumn> {
    if let Some(data_type) = hive_type(written) {
        return Some(ExternalColumn::plain(name, data_type));
    }
    let mut rest = written;
    let nested = nested_type(&mut rest, MOST_LEVELS)?;
    let whole = rest.trim().is_empty() && !matches!(nested, Nested::Scalar(_));
    whole.then(|| ExternalColumn { name, data_type: DataType::Super, nested: Some(Arc::new(nested)) })
}

/// Levels of types within types (Developer Guide, "Nested data limitations").
const MOST_LEVELS: usize = 100;

/// `struct<a:int,b:array<varchar(20)>>`, up to where it ends.
fn nested_type(text: &mut &str, levels: usize) -> Option<Nested> {
    *text = text.trim_start();
    let end = text.find(['<', ',', '>', '(', ':']).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    if !rest.starts_with('<') {
        // A scalar's digits stand in parentheses.
        let end = if rest.starts_with('(') { end + rest.find(')')? + 1 } else { end };
        let (scalar, rest) = text.split_at(end);
        *text = rest;
        return hive_type(scalar).map(Nested::Scalar);
    }
    let levels = levels.checked_sub(1)?;
    *text = &rest[1..];
    let take = |mark: char, text: &mut &str| {
        let rest = text.trim_start().strip_prefix(mark)?;
        *text = rest;
        Some(())
    };
    let nested = match word.trim().to_ascii_lowercase().as_str() {
        "array" => Nested::Array(Box::new(nested_type(text, levels)?)),
        "map" => {
            let key = nested_type(text, levels)?;
            take(',', text)?;
            let value = nested_type(text, levels)?;
            matches!(key, Nested::Scalar(_)).then_some(())?;
            Nested::Map(vec![(Identifier::fold("key"), key), (Identifier::fold("value"), value)])
        }
        "struct" => {
            let mut members = Vec::new();
            loop {
                let (name, rest) = text.split_once(':')?;
                *text = rest;
                let name = Identifier::fold(name.trim().trim_matches(['"', '`']));
                members.push((name, nested_type(text, levels)?));
                if take(',', text).is_none() {
                    break Nested::Struct(members);
                }
            }
        }
        _ => return None,
    };
    take('>', text)?;
    Some(nested)
}

/// As Hive and Glue write a column's type.
pub(super) fn type_name(column: &ExternalColumn) -> String {
    column.nested.as_deref().map_or_else(|| hive_name(column.data_type), nested_name)
}

fn nested_name(nested: &Nested) -> String {
    let members = |members: &[(Identifier, Nested)], named: bool| {
        let written = members.iter().map(|(name, of)| match named {
            true => format!("{name}:{}", nested_name(of)),
            false => nested_name(of),
        });
        written.collect::<Vec<_>>().join(",")
    };
    match nested {
        Nested::Scalar(data_type) => hive_name(*data_type),
        Nested::Array(of) => format!("array<{}>", nested_name(of)),
        Nested::Map(pair) => format!("map<{}>", members(pair, false)),
        Nested::Struct(of) => format!("struct<{}>", members(of, true)),
    }
}

/// A type as Hive and Glue write it; `None` for those that hold others.
fn hive_type(written: &str) -> Option<DataType> {
    let written = written.trim().to_lowercase();
    let (name, rest) = written.split_once('(').unwrap_or((&written, ""));
    let mut sizes = rest.trim_end_matches(')').split(',').filter_map(|size| size.trim().parse::<u32>().ok());
    let first = sizes.next();
    Some(match name.trim() {
        "tinyint" | "smallint" | "short" => DataType::SmallInt,
        "int" | "integer" => DataType::Integer,
        "bigint" | "long" => DataType::BigInt,
        "decimal" | "numeric" => DataType::Decimal {
            precision: first.unwrap_or(10).clamp(1, 38) as u8,
            scale: sizes.next().unwrap_or(0).min(37) as u8,
        },
        "float" | "real" => DataType::Real,
        "double" | "double precision" => DataType::Double,
        "boolean" => DataType::Boolean,
        "char" => DataType::Char(first.unwrap_or(1)),
        "varchar" => DataType::Varchar(first.unwrap_or(DataType::VARCHAR_MAX)),
        "string" => DataType::Varchar(DataType::VARCHAR_MAX),
        "binary" | "varbyte" => DataType::Varbyte(64_000),
        "date" => DataType::Date,
        "timestamp" => DataType::Timestamp,
        _ => return None,
    })
}

/// As Hive and Glue write a type.
pub(super) fn hive_name(data_type: DataType) -> String {
    match data_type {
        DataType::SmallInt => "smallint".to_owned(),
        DataType::Integer => "int".to_owned(),
        DataType::BigInt => "bigint".to_owned(),
        DataType::Decimal { precision, scale } => format!("decimal({precision},{scale})"),
        DataType::Real => "float".to_owned(),
        DataType::Double => "double".to_owned(),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Char(length) => format!("char({length})"),
        DataType::Varchar(length) => format!("varchar({length})"),
        DataType::Varbyte(_) => "binary".to_owned(),
        DataType::Date => "date".to_owned(),
        DataType::Timestamp => "timestamp".to_owned(),
        other => other.to_string(),
    }
}

/// One byte, written as itself, in octal (`\001`) or as Hive's number of it (`1`).
fn byte(written: &str) -> Option<u8> {
    match written.as_bytes() {
        [one] => Some(*one),
        [b'\\', b't'] => Some(b'\t'),
        [b'\\', octal @ ..] => u8::from_str_radix(std::str::from_utf8(octal).ok()?, 8).ok(),
        _ => written.parse().ok(),
    }
}

fn form<'a>(library: &str, option: &impl Fn(&str) -> Option<&'a str>) -> FileForm {
    let single = |name: &str, default: u8| option(name).and_then(byte).unwrap_or(default);
    match library.rsplit('.').next().unwrap_or("") {
        "LazySimpleSerDe" => {
            // Hive writes the number of a character there: 1 is no digit.
            let numbered = option("serialization.format").and_then(|number| number.parse().ok());
            FileForm::Delimited {
                delimiter: option("field.delim").and_then(byte).or(numbered).unwrap_or(1),
                escape: option("escape.delim").is_some(),
                line: option("line.delim")
                    .filter(|line| *line != "\\n")
                    .map_or(b'\n', |line| byte(line).unwrap_or(b'\n')),
            }
        }
        "OpenCSVSerde" => FileForm::Csv {
            delimiter: single("separatorChar", b','),
            quote: single("quoteChar", b'"'),
            escape: single("escapeChar", b'\\'),
        },
        "RegexSerDe" => FileForm::Regex(option("input.regex").unwrap_or("").to_owned()),
        "JsonSerDe" => FileForm::Json { strip: option("strip.outer.array") == Some("true") },
        "AvroSerDe" => FileForm::Avro,
        "ParquetHiveSerDe" => FileForm::Parquet,
        "OrcSerde" => FileForm::Orc { by_name: true },
        _ => FileForm::Unknown(library.to_owned()),
    }
}
