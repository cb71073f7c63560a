//! SHOW EXTERNAL TABLE: the statement that would describe the table anew (Developer Guide, "SHOW EXTERNAL TABLE").

use std::fmt::Write;

use serde_json::Value;

use super::{ask, external_schema, refused};
use crate::json::json;
use crate::sql::authorize::schema_usage;
use crate::sql::commands::CommandContext;
use crate::sql::commands::show::{Answer, field};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outside::{Asker, CatalogFault, CatalogQuestion, Outside};
use crate::warehouse::identifier::QualifiedName;

pub fn answer(
    name: &QualifiedName,
    partitions: bool,
    outside: &mut dyn Outside,
    asker: Asker,
    context: &CommandContext<'_>,
) -> SqlResult<Answer> {
    if let Some(schema) = &name.schema {
        context.schema(schema)?;
    }
    let Some((schema, external)) = external_schema(name, context)? else {
        return Err(SqlError::undefined_relation(name));
    };
    schema_usage(schema, context.manifest, context.user())?;
    let parameters = json!({"DatabaseName": external.database, "Name": name.name.as_str()});
    let answer = ask(outside, external, CatalogQuestion::GetTable, parameters);
    let table = answer.map_err(|error| match error.fault {
        CatalogFault::NotFound => SqlError::undefined_relation(name),
        _ => refused(&error, asker),
    })?["Table"]
        .take();
    let mut text = definition(name, &table);
    if partitions {
        let parameters = json!({"DatabaseName": external.database, "TableName": name.name.as_str()});
        let found = ask(outside, external, CatalogQuestion::GetPartitions, parameters)
            .map_err(|error| refused(&error, asker))?;
        for partition in list(&found["Partitions"]) {
            let keys = list(&table["PartitionKeys"]).iter().zip(list(&partition["Values"]));
            let keys: Vec<String> =
                keys.map(|(key, value)| format!("{}='{}'", plain(&key["Name"]), plain(value))).collect();
            let location = plain(&partition["StorageDescriptor"]["Location"]);
            let keys = keys.join(", ");
            let _ = write!(
                text,
                "\nALTER TABLE {name} ADD IF NOT EXISTS PARTITION ({keys}) LOCATION '{location}';"
            );
        }
    }
    // unconfirmed: the header.
    Ok(Answer { fields: vec![field("External Table DDL statement")], columns: vec![vec![text]] })
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn plain(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

fn columns(columns: &Value) -> Vec<String> {
    list(columns)
        .iter()
        .map(|column| format!("{} {}", plain(&column["Name"]), plain(&column["Type"])))
        .collect()
}

fn pairs(object: &Value) -> String {
    let pairs = object.as_object().into_iter().flatten();
    pairs.map(|(key, value)| format!("'{key}'='{}'", plain(value))).collect::<Vec<_>>().join(", ")
}

fn definition(name: &QualifiedName, table: &Value) -> String {
    let descriptor = &table["StorageDescriptor"];
    let serde = &descriptor["SerdeInfo"];
    let mut text =
        format!("CREATE EXTERNAL TABLE {name} (\n    {}\n)", columns(&descriptor["Columns"]).join(",\n    "));
    let keys = columns(&table["PartitionKeys"]);
    if !keys.is_empty() {
        let _ = write!(text, "\nPARTITIONED BY ({})", keys.join(", "));
    }
    let _ = write!(text, "\nROW FORMAT SERDE '{}'", plain(&serde["SerializationLibrary"]));
    let options = pairs(&serde["Parameters"]);
    if !options.is_empty() {
        let _ = write!(text, "\nWITH SERDEPROPERTIES ({options})");
    }
    let _ = write!(
        text,
        "\nSTORED AS INPUTFORMAT '{}'\nOUTPUTFORMAT '{}'\nLOCATION '{}'",
        plain(&descriptor["InputFormat"]),
        plain(&descriptor["OutputFormat"]),
        plain(&descriptor["Location"])
    );
    let parameters = pairs(&table["Parameters"]);
    if !parameters.is_empty() {
        let _ = write!(text, "\nTABLE PROPERTIES ({parameters})");
    }
    text + ";"
}
