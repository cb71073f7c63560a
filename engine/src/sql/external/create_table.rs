//! CREATE EXTERNAL TABLE: a description for the catalog. S3 is not looked at (Developer Guide, "CREATE EXTERNAL TABLE").

use serde_json::{Map, Value};

use super::definition::type_name;
use super::{ask, owned_schema, refused};
use crate::json::json;
use crate::sorted::SortedSet;
use crate::sql::commands::CommandContext;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::outside::{Asker, CatalogQuestion, Outside};
use crate::sql::statement::{CreateExternalTable, RowFormat, StoredAs};
use crate::warehouse::data_type::DataType;
use crate::warehouse::external::{ExternalColumn, ExternalTable};

const TEXT: [&str; 3] = [
    "org.apache.hadoop.mapred.TextInputFormat",
    "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
];

/// Input, output and SerDe of each format (Hive's classes).
pub(super) fn classes(format: &str) -> [&'static str; 3] {
    match format {
        "PARQUET" => [
            "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
            "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        ],
        "ORC" => [
            "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
            "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat",
            "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
        ],
        "RCFILE" => [
            "org.apache.hadoop.hive.ql.io.RCFileInputFormat",
            "org.apache.hadoop.hive.ql.io.RCFileOutputFormat",
            "org.apache.hadoop.hive.serde2.columnar.LazyBinaryColumnarSerDe",
        ],
        "SEQUENCEFILE" => [
            "org.apache.hadoop.mapred.SequenceFileInputFormat",
            "org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat",
            "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
        ],
        "AVRO" => [
            "org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat",
            "org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat",
            "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
        ],
        _ => TEXT,
    }
}

pub fn run(
    create: &CreateExternalTable,
    outside: &mut dyn Outside,
    asker: Asker,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    let keys: Vec<ExternalColumn> = create
        .keys
        .iter()
        .map(|(name, data_type)| match data_type {
            Some(data_type) => Ok(ExternalColumn::plain(name.clone(), *data_type)),
            None => Err(SqlError::product("42601", format!("partition column \"{name}\" has no type"))),
        })
        .collect::<SqlResult<_>>()?;
    register(create, &create.columns, &keys, outside, asker, context)?;
    Ok(Completion { tag: "CREATE EXTERNAL TABLE".to_owned(), ..Completion::default() })
}

/// Tells the catalog of the table.
pub(super) fn register(
    create: &CreateExternalTable,
    columns: &[ExternalColumn],
    keys: &[ExternalColumn],
    outside: &mut dyn Outside,
    asker: Asker,
    context: &CommandContext<'_>,
) -> SqlResult<()> {
    let (_, external) = owned_schema(&create.name, context, "CREATE EXTERNAL TABLE")?;
    must_be_distinct(columns, keys)?;
    // The guide: VARBYTE is read from Parquet and ORC alone. unconfirmed: the sentence.
    let holds_bytes = matches!(create.format, StoredAs::Named("PARQUET" | "ORC") | StoredAs::Classes { .. });
    let bytes = |column: &&ExternalColumn| matches!(column.data_type, DataType::Varbyte(_));
    if let Some(column) = columns.iter().chain(keys).find(bytes).filter(|_| !holds_bytes) {
        let message = format!("Unsupported data type \"{}\" for external table", column.data_type);
        return Err(SqlError::product("0A000", message));
    }
    if !create.location.starts_with("s3://") {
        // unconfirmed: the sentence for a place that is not in S3.
        return Err(SqlError::product("XX000", format!("Invalid S3 location: '{}'", create.location)));
    }
    let input = json!({
        "DatabaseName": external.database,
        "TableInput": table_input(create, columns, keys, context),
    });
    ask(outside, external, CatalogQuestion::CreateTable, input).map_err(|error| refused(&error, asker))?;
    Ok(())
}

fn must_be_distinct(columns: &[ExternalColumn], keys: &[ExternalColumn]) -> SqlResult<()> {
    let mut seen = SortedSet::new();
    for ExternalColumn { name, .. } in columns.iter().chain(keys) {
        if ExternalTable::PSEUDO.iter().any(|(pseudo, _)| *name == *pseudo) {
            // unconfirmed.
            return Err(SqlError::product("42939", format!("column name \"{name}\" is reserved")));
        }
        if !seen.insert(name.clone()) {
            return Err(SqlError::product("42701", format!("column \"{name}\" specified more than once")));
        }
    }
    Ok(())
}

fn described(columns: &[ExternalColumn]) -> Vec<Value> {
    columns.iter().map(|column| json!({"Name": column.name.as_str(), "Type": type_name(column)})).collect()
}

/// The catalog's shape of the table.
pub(super) fn table_input(
    create: &CreateExternalTable,
    columns: &[ExternalColumn],
    keys: &[ExternalColumn],
    context: &CommandContext<'_>,
) -> Value {
    let [mut input, mut output, mut library] = match &create.format {
        StoredAs::Named(format) => classes(format).map(str::to_owned),
        StoredAs::Classes { input, output } => [input.clone(), output.clone(), TEXT[2].to_owned()],
    };
    let mut options = Map::new();
    match &create.row_format {
        RowFormat::SerDe { class, properties } => {
            library.clone_from(class);
            options.extend(properties.iter().map(|(key, value)| (key.clone(), json!(value))));
        }
        RowFormat::Delimited { fields, lines } => {
            for (key, value) in [("field.delim", fields), ("line.delim", lines)] {
                if let Some(value) = value {
                    options.insert(key.to_owned(), json!(value));
                }
            }
        }
        RowFormat::Default => {}
    }
    if library == TEXT[2] {
        let delimiter = options.get("field.delim").cloned();
        options.insert("serialization.format".to_owned(), delimiter.unwrap_or_else(|| json!("1")));
    } else if options.is_empty() {
        options.insert("serialization.format".to_owned(), json!("1"));
    }
    let mut parameters = Map::new();
    parameters.insert("EXTERNAL".to_owned(), json!("TRUE"));
    for (key, value) in &create.properties {
        parameters.insert(key.clone(), json!(value));
    }
    parameters.insert("transient_lastDdlTime".to_owned(), json!((context.now.0 / 1_000_000).to_string()));
    json!({
        "Name": create.name.name.as_str(),
        "Owner": "owner",
        "StorageDescriptor": {
            "Columns": described(columns),
            "Location": create.location,
            "InputFormat": std::mem::take(&mut input),
            "OutputFormat": std::mem::take(&mut output),
            "SerdeInfo": {"SerializationLibrary": library, "Parameters": options},
        },
        "PartitionKeys": described(keys),
        "TableType": "EXTERNAL_TABLE",
        "Parameters": parameters,
    })
}
