//! The rows of `svv_external_databases`, `_tables`, `_columns` and `_partitions`, and what `svv_tables` and
//! `svv_all_tables` show of them: the catalog of every external schema that the user may use, asked under its role.

use serde_json::Value as Json;

use super::source::each_step;
use super::{ask, refused};
use crate::json::json;
use crate::sql::authorize::schema_usage;
use crate::sql::error::SqlResult;
use crate::sql::outside::{Asker, CatalogQuestion, Outside};
use crate::sql::plan::Plan;
use crate::sql::session::Session;
use crate::sql::system;
use crate::warehouse::external::ExternalSchema;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::{Logs, Manifest};
use crate::warehouse::value::Value;

const DATABASES: &str = "svv_external_databases";
const TABLES: &str = "svv_external_tables";
const COLUMNS: &str = "svv_external_columns";
const PARTITIONS: &str = "svv_external_partitions";
/// They list external tables among the others; of a catalog that does not answer they say nothing (unconfirmed).
const LISTINGS: [&str; 2] = ["svv_tables", "svv_all_tables"];

/// Adds the rows that the plan asks for.
pub fn fill(
    plan: &mut Plan,
    logs: &mut Logs,
    outside: &mut dyn Outside,
    asker: Asker,
    manifest: &Manifest,
    session: &Session,
) -> SqlResult<()> {
    let mut wanted: Vec<&str> = Vec::new();
    each_step(plan, &mut |step| {
        if let Plan::SystemScan { relation, .. } = step {
            let name = system::name(*relation);
            wanted.extend(
                Some(name).filter(|name| name.starts_with("svv_external_") || LISTINGS.contains(name)),
            );
        }
        Ok(())
    })?;
    let Some(database) = manifest.catalog.database(&session.database) else { return Ok(()) };
    if wanted.is_empty() {
        return Ok(());
    }
    let mut add = |log: &str, row: Vec<Value>| logs.rows.entry(log.to_owned()).or_default().push(row);
    for (name, schema) in &database.schemas {
        let Some(external) = schema.external.as_deref() else { continue };
        if schema_usage(schema, manifest, session.user).is_err() {
            continue;
        }
        let mut ask = |question, parameters| {
            ask(outside, external, question, parameters).map_err(|error| refused(&error, asker))
        };
        if wanted.contains(&DATABASES) {
            for found in list(&ask(CatalogQuestion::GetDatabases, json!({}))?, "DatabaseList") {
                add(DATABASES, database_row(external, found));
            }
        }
        let parameters = json!({"DatabaseName": external.database});
        let listings = LISTINGS.iter().filter(|name| wanted.contains(name));
        for listing in listings {
            let Ok(answer) = ask(CatalogQuestion::GetTables, parameters.clone()) else { continue };
            for table in list(&answer, "TableList") {
                let mut row = vec![
                    Value::string(session.database.as_str()),
                    Value::string(name.as_str()),
                    text(&table["Name"]),
                ];
                row.push(Value::string("EXTERNAL TABLE"));
                add(listing, row);
            }
        }
        if !wanted.iter().any(|wanted| [TABLES, COLUMNS, PARTITIONS].contains(wanted)) {
            continue;
        }
        for table in list(&ask(CatalogQuestion::GetTables, parameters)?, "TableList") {
            let of = (session.database.as_str(), name);
            if wanted.contains(&TABLES) {
                add(TABLES, table_row(of, table));
            }
            if wanted.contains(&COLUMNS) {
                column_rows(of, table).into_iter().for_each(|row| add(COLUMNS, row));
            }
            let partitioned = !list(table, "PartitionKeys").is_empty();
            if wanted.contains(&PARTITIONS) && partitioned {
                let parameters = json!({"DatabaseName": external.database, "TableName": table["Name"]});
                for found in list(&ask(CatalogQuestion::GetPartitions, parameters)?, "Partitions") {
                    let mut row = vec![Value::string(name.as_str()), text(&table["Name"])];
                    row.push(Value::string(found["Values"].to_string()));
                    row.extend(descriptor(&found["StorageDescriptor"], &found["Parameters"]));
                    add(PARTITIONS, row);
                }
            }
        }
    }
    Ok(())
}

fn list<'a>(answer: &'a Json, name: &str) -> &'a [Json] {
    answer[name].as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Json) -> Value {
    Value::string(value.as_str().unwrap_or(""))
}

/// An object as text; `{}` for what there is not.
fn object(value: &Json) -> Value {
    if value.is_object() { Value::string(value.to_string()) } else { Value::string("{}") }
}

fn database_row(external: &ExternalSchema, found: &Json) -> Vec<Value> {
    vec![
        Value::Integer(1),
        Value::string(external.options()),
        text(&found["Name"]),
        text(&found["LocationUri"]),
        object(&found["Parameters"]),
    ]
}

/// Location, formats, SerDe, compression and parameters.
fn descriptor(descriptor: &Json, parameters: &Json) -> Vec<Value> {
    let serde = &descriptor["SerdeInfo"];
    vec![
        text(&descriptor["Location"]),
        text(&descriptor["InputFormat"]),
        text(&descriptor["OutputFormat"]),
        text(&serde["SerializationLibrary"]),
        object(&serde["Parameters"]),
        Value::Integer(i32::from(descriptor["Compressed"].as_bool().unwrap_or(false))),
        object(parameters),
    ]
}

fn table_row((database, schema): (&str, &Identifier), table: &Json) -> Vec<Value> {
    let kind = if table["TableType"].as_str() == Some("VIRTUAL_VIEW") { "VIEW" } else { "TABLE" };
    let mut row = vec![
        Value::string(database),
        Value::string(schema.as_str()),
        text(&table["Name"]),
        Value::string(kind),
    ];
    row.extend(descriptor(&table["StorageDescriptor"], &table["Parameters"]));
    row
}

fn column_rows((database, schema): (&str, &Identifier), table: &Json) -> Vec<Vec<Value>> {
    let stored = list(&table["StorageDescriptor"], "Columns");
    let keys = list(table, "PartitionKeys");
    let numbered = stored.iter().map(|column| (column, 0)).chain(keys.iter().zip(1..));
    numbered
        .enumerate()
        .map(|(number, (column, key))| {
            vec![
                Value::string(database),
                Value::string(schema.as_str()),
                text(&table["Name"]),
                text(&column["Name"]),
                text(&column["Type"]),
                Value::Integer(number as i32 + 1),
                Value::Integer(key),
                // unconfirmed: what the product says where the catalog says nothing.
                Value::string(""),
            ]
        })
        .collect()
}
