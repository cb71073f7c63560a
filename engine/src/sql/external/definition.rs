//! What the catalog says of a table: its columns by Hive's type names, and how its files are read, by the name of a
//! Java class.

use serde_json::Value;

use crate::gap::Feature;
use crate::sql::error::{SqlError, SqlResult};
use crate::warehouse::data_type::DataType;
use crate::warehouse::external::{ExternalColumn, ExternalSchema, ExternalTable, FileForm};
use crate::warehouse::identifier::Identifier;

/// Properties that change how files are read, and that the sandbox does not follow.
const GAPS: [&str; 6] = [
    "data_cleansing_enabled",
    "invalid_char_handling",
    "numeric_overflow_handling",
    "surplus_char_handling",
    "surplus_bytes_handling",
    "column_count_mismatch_handling",
];

pub(super) fn table(
    schema: &Identifier,
    source: &ExternalSchema,
    name: &Identifier,
    answer: &Value,
) -> SqlResult<ExternalTable> {
    let descriptor = &answer["StorageDescriptor"];
    let property = |name: &str| answer["Parameters"][name].as_str();
    if let Some(gap) =
        GAPS.iter().find(|gap| property(gap).is_some_and(|value| value != "DISABLED" && value != "false"))
    {
        return Err(SqlError::not_simulated_because(Feature::ExternalTable, format!("'{gap}'")));
    }
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
    })
}

fn columns(list: &Value) -> SqlResult<Vec<ExternalColumn>> {
    let mut columns = Vec::new();
    for column in list.as_array().into_iter().flatten() {
        let name = column["Name"].as_str().unwrap_or("");
        let written = column["Type"].as_str().unwrap_or("string");
        let data_type = hive_type(written).ok_or_else(|| {
            SqlError::not_simulated_because(Feature::ExternalTable, format!("a column of type {written}"))
        })?;
        columns.push(ExternalColumn { name: Identifier::fold(name), data_type });
    }
    Ok(columns)
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
        "LazySimpleSerDe" if option("line.delim").is_none_or(|line| line == "\n" || line == "\\n") => {
            // Hive writes the number of a character there: 1 is no digit.
            let numbered = option("serialization.format").and_then(|number| number.parse().ok());
            FileForm::Delimited {
                delimiter: option("field.delim").and_then(byte).or(numbered).unwrap_or(1),
                escape: option("escape.delim").is_some(),
            }
        }
        "LazySimpleSerDe" => FileForm::Unknown("LINES TERMINATED BY".to_owned()),
        "OpenCSVSerde" => FileForm::Csv {
            delimiter: single("separatorChar", b','),
            quote: single("quoteChar", b'"'),
            escape: single("escapeChar", b'\\'),
        },
        "RegexSerDe" => FileForm::Regex(option("input.regex").unwrap_or("").to_owned()),
        "JsonSerDe" if option("strip.outer.array").is_some_and(|strip| strip == "true") => {
            FileForm::Unknown("strip.outer.array".to_owned())
        }
        "JsonSerDe" => FileForm::Json,
        "ParquetHiveSerDe" => FileForm::Parquet,
        "OrcSerde" => FileForm::Orc { by_name: true },
        _ => FileForm::Unknown(library.to_owned()),
    }
}
