//! What a crawl has found goes into the catalog, by calls of the crawler's role.

use serde_json::{Map, Value};

use super::sample::told;
use crate::aws::document::pick;
use crate::aws::s3::object::md5_hex;
use crate::aws::{Account, Caller, call};
use crate::clock::Instant;
use crate::json::json;

/// Members of a table's answer that an input takes.
const INPUT: &str = "Name Description Owner Retention StorageDescriptor PartitionKeys TableType Parameters";

/// `input` is a crawler's. Answers with how many tables were made, changed and deleted.
pub fn write(
    account: &mut Account,
    input: &Value,
    crawler: &str,
    found: Value,
    caller: &Caller,
    at: Instant,
) -> Result<[u64; 3], String> {
    let mut tables = [0; 3];
    let said = |name: &str| input[name].as_str().unwrap_or("");
    let database = Some(said("DatabaseName")).filter(|name| !name.is_empty()).unwrap_or("default");
    let mut ask = |operation: &str, mut parameters: Value| {
        if operation != "CreateDatabase" && operation != "GetDatabase" {
            parameters["DatabaseName"] = json!(database);
        }
        call(account, caller, "glue", operation, parameters, at)
    };
    match ask("GetDatabase", json!({"Name": database})) {
        Ok(_) => {}
        Err(error) if error.fault.code() == "EntityNotFoundException" => {
            let made = ask("CreateDatabase", json!({"DatabaseInput": {"Name": database}}));
            made.map_err(|error| told(&error))?;
        }
        Err(error) => return Err(told(&error)),
    }
    let mut ask =
        |operation: &str, parameters: Value| ask(operation, parameters).map_err(|error| told(&error));
    let known = ask("GetTables", json!({}))?["TableList"].take();
    let known = known.as_array().map_or(&[][..], Vec::as_slice);
    let policy = |name: &str| input["SchemaChangePolicy"][name].as_str();
    let place = |table: &Value| table["StorageDescriptor"]["Location"].as_str().unwrap_or("").to_owned();
    let found: Vec<Value> = found.as_array().cloned().unwrap_or_default();
    for mut table in found.iter().cloned() {
        let partitions = table["Partitions"].take();
        if let Some(table) = table.as_object_mut() {
            table.shift_remove("Partitions");
        }
        let here = place(&table);
        let mut name = format!("{}{}", said("TablePrefix"), table["Name"].as_str().unwrap_or(""));
        match known.iter().find(|known| place(known) == here) {
            Some(old) => {
                name = old["Name"].as_str().unwrap_or("").to_owned();
                table["Name"] = json!(name);
                let same = ["PartitionKeys", "Parameters"].iter().all(|part| table[*part] == old[*part])
                    && table["StorageDescriptor"]["Columns"] == old["StorageDescriptor"]["Columns"];
                if !same && policy("UpdateBehavior") != Some("LOG") {
                    ask("UpdateTable", json!({"TableInput": table}))?;
                    tables[1] += 1;
                }
            }
            None => {
                if known.iter().any(|known| known["Name"] == json!(name)) {
                    name = format!("{name}_{}", md5_hex(here.as_bytes()));
                }
                table["Name"] = json!(name);
                ask("CreateTable", json!({"TableInput": table}))?;
                tables[0] += 1;
            }
        }
        if let Some(list) = partitions.as_array().filter(|list| !list.is_empty()) {
            divide(&mut ask, &name, list, policy("DeleteBehavior") == Some("DELETE_FROM_DATABASE"))?;
        }
    }
    for old in known {
        let own = old["Parameters"]["UPDATED_BY_CRAWLER"].as_str() == Some(crawler);
        let kept = found.iter().any(|table| place(table) == place(old));
        let gone = old["Parameters"]["DEPRECATED_BY_CRAWLER"].is_string();
        if !own || kept || gone || !looks_at(input, &place(old)) {
            continue;
        }
        match policy("DeleteBehavior") {
            Some("LOG") => continue,
            Some("DELETE_FROM_DATABASE") => {
                ask("DeleteTable", json!({"Name": old["Name"]}))?;
            }
            _ => {
                let mut input = Map::new();
                pick(&mut input, old, INPUT);
                let mut input = Value::Object(input);
                input["Parameters"]["DEPRECATED_BY_CRAWLER"] = json!((at.0 / 1_000).to_string());
                ask("UpdateTable", json!({"TableInput": input}))?;
            }
        }
        tables[2] += 1;
    }
    Ok(tables)
}

/// The partitions that are new come, and where the policy says so those that are gone go.
fn divide(
    ask: &mut dyn FnMut(&str, Value) -> Result<Value, String>,
    name: &str,
    found: &[Value],
    delete: bool,
) -> Result<(), String> {
    let known = ask("GetPartitions", json!({"TableName": name}))?["Partitions"].take();
    let known = known.as_array().map_or(&[][..], Vec::as_slice);
    let lacks = |list: &[Value], one: &Value| list.iter().all(|other| other["Values"] != one["Values"]);
    let fresh: Vec<Value> = found.iter().filter(|one| lacks(known, one)).cloned().collect();
    for some in fresh.chunks(100) {
        ask("BatchCreatePartition", json!({"TableName": name, "PartitionInputList": some}))?;
    }
    for one in found.iter().filter(|one| {
        let same = |old: &&Value| old["Values"] == one["Values"] && old["Parameters"] != one["Parameters"];
        known.iter().any(|old| same(&old))
    }) {
        let change = json!({"TableName": name, "PartitionValueList": one["Values"], "PartitionInput": one});
        ask("UpdatePartition", change)?;
    }
    let gone: Vec<Value> = known.iter().filter(|one| delete && lacks(found, one)).cloned().collect();
    let gone: Vec<Value> = gone.iter().map(|one| json!({"Values": one["Values"]})).collect();
    for some in gone.chunks(25) {
        ask("BatchDeletePartition", json!({"TableName": name, "PartitionsToDelete": some}))?;
    }
    Ok(())
}

/// Whether a place lies below one of a crawler's targets.
fn looks_at(input: &Value, place: &str) -> bool {
    let targets = input["Targets"]["S3Targets"].as_array().into_iter().flatten();
    targets.filter_map(|target| target["Path"].as_str()).any(|path| place.starts_with(path))
}
