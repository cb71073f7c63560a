//! Databases of the catalog: names for sets of tables, with no data of their own.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::fault;
use super::table::Table;
use super::{key, name_in, no_database, page};
use crate::aws::document::{Document, pick};
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;
use crate::sorted::SortedMap;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Database {
    pub name: String,
    /// What it was made with.
    input: Document,
    created: Instant,
    pub tables: SortedMap<String, Table>,
}

/// Without Lake Formation everybody whom IAM lets may use new tables.
const PERMISSIONS: &str = "CreateTableDefaultPermissions=[{\"Principal\":{\"DataLakePrincipalIdentifier\":\"IAM_ALLOWED_PRINCIPALS\"},\"Permissions\":[\"ALL\"]}]";

impl Database {
    fn value(&self, account: &Account) -> Value {
        let mut value = Map::new();
        value.insert("Name".to_owned(), json!(self.name));
        pick(&mut value, &self.input.0, "Description LocationUri Parameters");
        value.insert("CreateTime".to_owned(), json!(iso(self.created)));
        pick(&mut value, &self.input.0, PERMISSIONS);
        value.insert("CatalogId".to_owned(), json!(account.id));
        Value::Object(value)
    }
}

pub fn create(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    fault::plain(order.parameters, "Tags")?;
    let name = name_in(order.parameters.structure("DatabaseInput"));
    let key = key(order.region, &name);
    if account.glue.databases.contains_key(&key) {
        return Err(fault::exists("Database already exists."));
    }
    let input = Document(order.parameters.get("DatabaseInput").cloned().unwrap_or_default());
    let database = Database { name, input, created: order.now, tables: SortedMap::new() };
    account.glue.databases.insert(key, database);
    Ok(Value::Null)
}

pub fn get(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let database = account.glue.database(order.region, order.parameters.required("Name"))?;
    Ok(json!({"Database": database.value(account)}))
}

pub fn list(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let here = format!("{}/", order.region);
    let databases = account.glue.databases.iter().filter(|(key, _)| key.starts_with(&here));
    page(databases.map(|(_, database)| database.value(account)).collect(), order, "DatabaseList")
}

/// What it was made with is replaced; its name may change too.
pub fn update(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let old = order.parameters.required("Name");
    let name = name_in(order.parameters.structure("DatabaseInput"));
    let (from, to) = (key(order.region, old), key(order.region, &name));
    if from != to && account.glue.databases.contains_key(&to) {
        return Err(fault::exists("Database already exists."));
    }
    let mut database = account.glue.databases.remove(&from).ok_or_else(|| no_database(old))?;
    database.name = name;
    database.input = Document(order.parameters.get("DatabaseInput").cloned().unwrap_or_default());
    account.glue.databases.insert(to, database);
    Ok(Value::Null)
}

/// Its tables go with it; their objects stay in S3.
pub fn delete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("Name");
    account.glue.databases.remove(&key(order.region, name)).ok_or_else(|| no_database(name))?;
    Ok(Value::Null)
}
