//! ALTER TABLE of external tables: partitions, places, properties and columns, all of them the catalog's
//! (Developer Guide, "ALTER TABLE", external tables).

use serde_json::Value;

use super::create_table::classes;
use super::definition::hive_name;
use super::{ask, owned_schema, refused};
use crate::json::json;
use crate::sql::commands::CommandContext;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::outside::{Asker, CatalogFault, CatalogQuestion, Outside};
use crate::sql::statement::{AlterExternal, PartitionSpec};
use crate::warehouse::external::ExternalSchema;
use crate::warehouse::identifier::QualifiedName;

/// Partitions that one statement may add (with the data catalog).
const MOST_PARTITIONS: usize = 100;

struct Change<'a> {
    outside: &'a mut dyn Outside,
    external: &'a ExternalSchema,
    table: &'a str,
    asker: Asker,
}

impl Change<'_> {
    fn ask(&mut self, question: CatalogQuestion, mut more: Value) -> SqlResult<Value> {
        more["DatabaseName"] = json!(self.external.database);
        if question != CatalogQuestion::GetTable && question != CatalogQuestion::UpdateTable {
            more["TableName"] = json!(self.table);
        }
        ask(self.outside, self.external, question, more).map_err(|error| match error.fault {
            CatalogFault::NotFound if error.error.message.starts_with("Table ") => {
                SqlError::undefined_relation(&self.table)
            }
            _ => refused(&error, self.asker),
        })
    }
}

pub fn run(
    name: &QualifiedName,
    action: &AlterExternal,
    outside: &mut dyn Outside,
    asker: Asker,
    context: &CommandContext<'_>,
) -> SqlResult<Completion> {
    let (_, external) = owned_schema(name, context, "ALTER EXTERNAL TABLE")?;
    let mut change = Change { outside, external, table: name.name.as_str(), asker };
    let mut table =
        change.ask(CatalogQuestion::GetTable, json!({"Name": name.name.as_str()}))?["Table"].take();
    match action {
        AlterExternal::AddPartitions { if_not_exists, partitions } => {
            if partitions.len() > MOST_PARTITIONS {
                // unconfirmed.
                let message = format!("cannot add more than {MOST_PARTITIONS} partitions in one statement");
                return Err(SqlError::product("54000", message));
            }
            let mut inputs = Vec::with_capacity(partitions.len());
            for (spec, location) in partitions {
                inputs.push(partition(&table, values(&table, spec)?, location));
            }
            let input = json!({"PartitionInputList": inputs});
            let answer = change.ask(CatalogQuestion::BatchCreatePartition, input)?;
            let failed = answer["Errors"].as_array().into_iter().flatten();
            let failed = failed.map(|error| &error["ErrorDetail"]).find(|detail| {
                !(*if_not_exists && detail["ErrorCode"].as_str() == Some("AlreadyExistsException"))
            });
            if let Some(detail) = failed {
                return Err(SqlError::product(
                    "XX000",
                    detail["ErrorMessage"].as_str().unwrap_or("").to_owned(),
                ));
            }
        }
        AlterExternal::DropPartition(spec) => {
            let values = values(&table, spec)?;
            change.ask(CatalogQuestion::DeletePartition, json!({"PartitionValues": values}))?;
        }
        AlterExternal::PartitionLocation(spec, location) => {
            let values = values(&table, spec)?;
            let input = partition(&table, values.clone(), location);
            change.ask(
                CatalogQuestion::UpdatePartition,
                json!({"PartitionValueList": values, "PartitionInput": input}),
            )?;
        }
        other => {
            describe(&mut table, other)?;
            change.ask(CatalogQuestion::UpdateTable, json!({"TableInput": input_of(&table)}))?;
        }
    }
    Ok(Completion { tag: "ALTER TABLE".to_owned(), ..Completion::default() })
}

/// Changes what the catalog said of the table.
fn describe(table: &mut Value, action: &AlterExternal) -> SqlResult<()> {
    let named = |columns: &Value, name: &str| {
        columns
            .as_array()
            .and_then(|columns| columns.iter().position(|column| column["Name"].as_str() == Some(name)))
    };
    match action {
        AlterExternal::Location(location) => table["StorageDescriptor"]["Location"] = json!(location),
        AlterExternal::Format(format) => {
            let [input, output, library] = classes(format);
            let descriptor = &mut table["StorageDescriptor"];
            descriptor["InputFormat"] = json!(input);
            descriptor["OutputFormat"] = json!(output);
            descriptor["SerdeInfo"]["SerializationLibrary"] = json!(library);
        }
        AlterExternal::Properties(properties) => {
            for (key, value) in properties {
                table["Parameters"][key] = json!(value);
            }
        }
        AlterExternal::AddColumn(name, data_type) => {
            let columns = &mut table["StorageDescriptor"]["Columns"];
            if named(columns, name.as_str()).is_some() {
                return Err(SqlError::product("42701", format!("column \"{name}\" already exists")));
            }
            if let Some(columns) = columns.as_array_mut() {
                columns.push(json!({"Name": name.as_str(), "Type": hive_name(*data_type)}));
            }
        }
        AlterExternal::DropColumn(name) => {
            let columns = &mut table["StorageDescriptor"]["Columns"];
            match (named(columns, name.as_str()), columns.as_array_mut()) {
                (Some(place), Some(columns)) => {
                    columns.remove(place);
                }
                _ => return Err(SqlError::product("42703", format!("column \"{name}\" does not exist"))),
            }
        }
        AlterExternal::AddPartitions { .. }
        | AlterExternal::DropPartition(_)
        | AlterExternal::PartitionLocation(..) => {}
    }
    Ok(())
}

/// Of the catalog's answer, what may be given back to it.
fn input_of(table: &Value) -> Value {
    let mut input = table.clone();
    if let Some(members) = input.as_object_mut() {
        const OWN: [&str; 7] = [
            "DatabaseName",
            "CreateTime",
            "UpdateTime",
            "CreatedBy",
            "IsRegisteredWithLakeFormation",
            "CatalogId",
            "VersionId",
        ];
        members.retain(|name, _| !OWN.contains(&name.as_str()));
    }
    input
}

/// A partition's values in the order of the table's keys.
fn values(table: &Value, spec: &PartitionSpec) -> SqlResult<Vec<String>> {
    let keys = table["PartitionKeys"].as_array().map_or(&[][..], Vec::as_slice);
    let wrong = |name: &str| {
        // unconfirmed.
        SqlError::product("42703", format!("\"{name}\" is not a partition column"))
    };
    if let Some((name, _)) =
        spec.iter().find(|(name, _)| !keys.iter().any(|key| key["Name"].as_str() == Some(name.as_str())))
    {
        return Err(wrong(name.as_str()));
    }
    keys.iter()
        .map(|key| {
            let key = key["Name"].as_str().unwrap_or("");
            let found = spec.iter().find(|(name, _)| *name == *key);
            found.map(|(_, value)| value.clone()).ok_or_else(|| {
                // unconfirmed.
                SqlError::product("42601", format!("no value for partition column \"{key}\""))
            })
        })
        .collect()
}

/// A partition's description: the table's, at a place of its own.
pub(super) fn partition(table: &Value, values: Vec<String>, location: &str) -> Value {
    let mut descriptor = table["StorageDescriptor"].clone();
    descriptor["Location"] = json!(location);
    json!({"Values": values, "StorageDescriptor": descriptor})
}
