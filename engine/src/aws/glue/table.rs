//! Tables of the catalog: where objects lie in S3 and how their bytes are to be read.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::fault;
use super::partition::Partition;
use super::{name_in, page, partition_index};
use crate::aws::document::{Document, pick};
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;
use crate::sorted::SortedMap;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    pub name: String,
    /// What it was made with, or last changed to.
    pub input: Document,
    created: Instant,
    updated: Instant,
    created_by: String,
    version: u64,
    /// By their values.
    pub partitions: SortedMap<Vec<String>, Partition>,
}

/// In the order of the service's model, with what Glue fills in.
pub(super) const DESCRIPTOR: &str = "Columns=[] Location AdditionalLocations InputFormat OutputFormat Compressed=false \
NumberOfBuckets=0 SerdeInfo BucketColumns SortColumns=[] Parameters SkewedInfo StoredAsSubDirectories=false \
SchemaReference";

/// A storage descriptor as answers show it.
pub(super) fn descriptor(input: &Value, value: &mut Map<String, Value>) {
    if let Some(given) = input.get("StorageDescriptor") {
        let mut descriptor = Map::new();
        pick(&mut descriptor, given, DESCRIPTOR);
        value.insert("StorageDescriptor".to_owned(), Value::Object(descriptor));
    }
}

impl Table {
    fn value(&self, account: &Account, database: &str) -> Value {
        let input = &self.input.0;
        let mut value = Map::new();
        value.insert("Name".to_owned(), json!(self.name));
        value.insert("DatabaseName".to_owned(), json!(database));
        pick(&mut value, input, "Description Owner");
        value.insert("CreateTime".to_owned(), json!(iso(self.created)));
        value.insert("UpdateTime".to_owned(), json!(iso(self.updated)));
        pick(&mut value, input, "LastAccessTime LastAnalyzedTime Retention=0");
        descriptor(input, &mut value);
        pick(&mut value, input, "PartitionKeys=[] ViewOriginalText ViewExpandedText TableType Parameters={}");
        value.insert("CreatedBy".to_owned(), json!(self.created_by));
        value.insert("IsRegisteredWithLakeFormation".to_owned(), json!(false));
        pick(&mut value, input, "TargetTable");
        value.insert("CatalogId".to_owned(), json!(account.id));
        value.insert("VersionId".to_owned(), json!(self.version.to_string()));
        Value::Object(value)
    }

    /// How many values a partition has.
    pub fn keys(&self) -> &[Value] {
        self.input.0["PartitionKeys"].as_array().map_or(&[], Vec::as_slice)
    }
}

fn missing(name: &str) -> Fault {
    fault::not_found(format!("Table {} not found.", name.to_lowercase()))
}

/// The table that `member` of the call names.
pub(super) fn find<'a>(account: &'a Account, order: &Order<'_>, member: &str) -> Result<&'a Table, Fault> {
    let database = account.glue.database(order.region, order.parameters.required("DatabaseName"))?;
    let name = order.parameters.required(member);
    database.tables.get(&name.to_lowercase()).ok_or_else(|| missing(name))
}

pub(super) fn find_mut<'a>(
    account: &'a mut Account,
    order: &Order<'_>,
    member: &str,
) -> Result<&'a mut Table, Fault> {
    let database = account.glue.database_mut(order.region, order.parameters.required("DatabaseName"))?;
    let name = order.parameters.required(member);
    database.tables.get_mut(&name.to_lowercase()).ok_or_else(|| missing(name))
}

pub fn create(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = name_in(order.parameters.structure("TableInput"));
    let database = account.glue.database_mut(order.region, order.parameters.required("DatabaseName"))?;
    if database.tables.contains_key(&name) {
        return Err(fault::exists("Table already exists."));
    }
    let mut table = Table {
        name: name.clone(),
        input: Document(order.parameters.get("TableInput").cloned().unwrap_or_default()),
        created: order.now,
        updated: order.now,
        created_by: order.caller.principal.arn().to_owned(),
        version: 0,
        partitions: SortedMap::new(),
    };
    for index in order.parameters.structures(partition_index::MEMBER) {
        table.index(index)?;
    }
    database.tables.insert(name, table);
    Ok(Value::Null)
}

pub fn get(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let table = find(account, order, "Name")?;
    let database = order.parameters.required("DatabaseName").to_lowercase();
    Ok(json!({"Table": table.value(account, &database)}))
}

/// All tables of a database whose whole name fits the expression.
pub fn list(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let database = account.glue.database(order.region, order.parameters.required("DatabaseName"))?;
    let pattern = match order.parameters.text("Expression") {
        None => None,
        Some(expression) => {
            let whole = regex_lite::Regex::new(&format!("^(?:{expression})$"));
            Some(whole.map_err(|_| fault::invalid(format!("Invalid expression: {expression}")))?)
        }
    };
    let tables = database
        .tables
        .values()
        .filter(|table| pattern.as_ref().is_none_or(|pattern| pattern.is_match(&table.name)));
    page(tables.map(|table| table.value(account, &database.name)).collect(), order, "TableList")
}

pub fn update(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = name_in(order.parameters.structure("TableInput"));
    let database = account.glue.database_mut(order.region, order.parameters.required("DatabaseName"))?;
    let table = database.tables.get_mut(&name).ok_or_else(|| missing(&name))?;
    let indexes = table.input.0.get(partition_index::MEMBER).cloned();
    table.input = Document(order.parameters.get("TableInput").cloned().unwrap_or_default());
    if let Some(indexes) = indexes {
        table.input.0[partition_index::MEMBER] = indexes;
    }
    table.updated = order.now;
    table.version += 1;
    Ok(Value::Null)
}

/// The entry goes, with its partitions; objects stay.
pub fn delete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("Name");
    let database = account.glue.database_mut(order.region, order.parameters.required("DatabaseName"))?;
    database.tables.remove(&name.to_lowercase()).ok_or_else(|| missing(name))?;
    Ok(Value::Null)
}

/// What is missing is told beside the others, which go.
pub fn delete_many(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let database = account.glue.database_mut(order.region, order.parameters.required("DatabaseName"))?;
    let mut errors = Vec::new();
    for name in order.parameters.texts("TablesToDelete") {
        if database.tables.remove(&name.to_lowercase()).is_none() {
            let fault = missing(name);
            let detail = json!({"ErrorCode": fault.code(), "ErrorMessage": fault.message()});
            errors.push(json!({"TableName": name, "ErrorDetail": detail}));
        }
    }
    Ok(if errors.is_empty() { Value::Null } else { json!({"Errors": errors}) })
}
