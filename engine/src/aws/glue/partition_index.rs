//! Indexes over the partitions of a table. They are kept in the table's own document, where `GetTable` does not
//! show them. Nothing here is slow enough for one to be of use: what they are for, AWS tells by its time alone.

use serde_json::{Map, Value};

use super::table::{Table, find, find_mut};
use super::{fault, page};
use crate::aws::parameters::Parameters;
use crate::aws::{Account, Fault, Order};
use crate::json::json;

/// The member of the table's document that holds them.
pub(super) const MEMBER: &str = "PartitionIndexes";

fn missing(name: &str) -> Fault {
    // unconfirmed: the sentence.
    fault::not_found(format!("Index with the given indexName : {name} does not exist"))
}

impl Table {
    fn indexes(&self) -> &[Value] {
        self.input.0[MEMBER].as_array().map_or(&[], Vec::as_slice)
    }

    fn keep_indexes(&mut self, indexes: Vec<Value>) {
        if !self.input.0.is_object() {
            self.input.0 = Value::Object(Map::new());
        }
        self.input.0[MEMBER] = Value::Array(indexes);
    }

    /// Adds one. All sentences are unconfirmed.
    pub(super) fn index(&mut self, given: Parameters<'_>) -> Result<(), Fault> {
        let (name, keys) = (given.required("IndexName").to_lowercase(), given.texts("Keys"));
        let mut indexes = self.indexes().to_vec();
        if indexes.iter().any(|index| index["IndexName"] == name.as_str()) {
            return Err(fault::exists(format!("Index with the given indexName : {name} already exists")));
        }
        if indexes.len() >= 3 {
            let sentence = "Number of partition indexes on the table exceeds the limit of 3";
            return Err(fault::refused("ResourceNumberLimitExceededException", sentence));
        }
        let known = |key: &&str| self.keys().iter().any(|own| own["Name"].as_str() == Some(*key));
        if keys.is_empty() || !keys.iter().all(known) {
            return Err(fault::invalid("Index keys must be a subset of the table's partition keys"));
        }
        indexes.push(json!({"IndexName": name, "Keys": keys}));
        self.keep_indexes(indexes);
        Ok(())
    }
}

pub fn create(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    find_mut(account, order, "TableName")?.index(order.parameters.structure("PartitionIndex"))?;
    Ok(Value::Null)
}

/// With the types of their keys. One is built while AWS fills it; the sandbox has nothing to fill.
pub fn list(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let table = find(account, order, "TableName")?;
    let typed = |key: &Value| {
        let own = table.keys().iter().find(|own| own["Name"] == *key);
        json!({"Name": key, "Type": own.map(|own| own["Type"].clone())})
    };
    let told = table.indexes().iter().map(|index| {
        let keys: Vec<Value> = index["Keys"].as_array().into_iter().flatten().map(typed).collect();
        json!({"IndexName": index["IndexName"], "Keys": keys, "IndexStatus": "ACTIVE"})
    });
    page(told.collect(), order, "PartitionIndexDescriptorList")
}

pub fn delete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("IndexName").to_lowercase();
    let table = find_mut(account, order, "TableName")?;
    let mut indexes = table.indexes().to_vec();
    let before = indexes.len();
    indexes.retain(|index| index["IndexName"] != name.as_str());
    if indexes.len() == before {
        return Err(missing(&name));
    }
    table.keep_indexes(indexes);
    Ok(Value::Null)
}
