//! Partitions: places of their own for rows that share the values of a table's partition keys.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::expression::Expression;
use super::fault;
use super::page;
use super::table::{Table, descriptor, find, find_mut};
use crate::aws::document::{Document, pick};
use crate::aws::parameters::Parameters;
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Partition {
    input: Document,
    created: Instant,
}

impl Partition {
    fn value(&self, values: &[String], account: &Account, order: &Order<'_>) -> Value {
        let mut value = Map::new();
        value.insert("Values".to_owned(), json!(values));
        for (name, member) in [("DatabaseName", "DatabaseName"), ("TableName", "TableName")] {
            value.insert(name.to_owned(), json!(order.parameters.required(member).to_lowercase()));
        }
        value.insert("CreationTime".to_owned(), json!(iso(self.created)));
        pick(&mut value, &self.input.0, "LastAccessTime");
        descriptor(&self.input.0, &mut value);
        pick(&mut value, &self.input.0, "Parameters={} LastAnalyzedTime");
        value.insert("CatalogId".to_owned(), json!(account.id));
        Value::Object(value)
    }
}

fn missing() -> Fault {
    fault::not_found("Cannot find partition.")
}

fn values(input: Parameters<'_>, member: &str) -> Vec<String> {
    input.texts(member).into_iter().map(str::to_owned).collect()
}

fn add(table: &mut Table, values: Vec<String>, input: Value, now: Instant) -> Result<(), Fault> {
    if values.len() != table.keys().len() {
        return Err(fault::invalid(
            "The number of partition keys do not match the number of partition values".to_owned(),
        ));
    }
    if table.partitions.contains_key(&values) {
        return Err(fault::exists("Partition already exists."));
    }
    table.partitions.insert(values, Partition { input: Document(input), created: now });
    Ok(())
}

pub fn create(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let wanted = values(order.parameters.structure("PartitionInput"), "Values");
    let input = order.parameters.get("PartitionInput").cloned().unwrap_or_default();
    add(find_mut(account, order, "TableName")?, wanted, input, order.now)?;
    Ok(Value::Null)
}

/// At most a hundred; one that fails does not hinder the others.
pub fn create_many(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let table = find_mut(account, order, "TableName")?;
    let inputs = order.parameters.get("PartitionInputList").and_then(Value::as_array);
    let inputs = inputs.map_or(&[][..], Vec::as_slice);
    if inputs.len() > 100 {
        return Err(fault::invalid(format!(
            "1 validation error detected: Value at 'partitionInputList' failed to satisfy constraint: Member must have length less than or equal to 100 (has {})",
            inputs.len()
        )));
    }
    let mut errors = Vec::new();
    for input in inputs {
        let wanted = values(Parameters::new(input), "Values");
        if let Err(fault) = add(table, wanted.clone(), input.clone(), order.now) {
            errors.push(told(&wanted, &fault));
        }
    }
    Ok(answer(errors))
}

fn told(values: &[String], fault: &Fault) -> Value {
    let detail = json!({"ErrorCode": fault.code(), "ErrorMessage": fault.message()});
    json!({"PartitionValues": values, "ErrorDetail": detail})
}

fn answer(errors: Vec<Value>) -> Value {
    if errors.is_empty() { Value::Null } else { json!({"Errors": errors}) }
}

pub fn get(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let wanted = values(order.parameters, "PartitionValues");
    let table = find(account, order, "TableName")?;
    let partition = table.partitions.get(&wanted).ok_or_else(missing)?;
    Ok(json!({"Partition": partition.value(&wanted, account, order)}))
}

/// Those that the expression leaves.
pub fn list(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let table = find(account, order, "TableName")?;
    let expression = match order.parameters.text("Expression").filter(|text| !text.trim().is_empty()) {
        None => None,
        Some(text) => Some(Expression::parse(text, table.keys())?),
    };
    // Several askers may share the work, each with a segment of its own.
    let segment = order.parameters.structure("Segment");
    let number = segment.integer("SegmentNumber").unwrap_or(0);
    let segments = segment.integer("TotalSegments").unwrap_or(1);
    if !(1..=10).contains(&segments) || !(0..segments).contains(&number) {
        // unconfirmed: the sentence.
        return Err(fault::invalid(
            "SegmentNumber must be less than TotalSegments, and TotalSegments 10 at most",
        ));
    }
    let mut found = Vec::new();
    for (at, (values, partition)) in (0..).zip(table.partitions.iter()) {
        if at % segments == number && expression.as_ref().is_none_or(|expression| expression.holds(values)) {
            let mut value = partition.value(values, account, order);
            if order.parameters.flag("ExcludeColumnSchema")
                && let Some(descriptor) = value["StorageDescriptor"].as_object_mut()
            {
                descriptor.shift_remove("Columns");
            }
            found.push(value);
        }
    }
    page(found, order, "Partitions")
}

pub fn get_many(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let table = find(account, order, "TableName")?;
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for wanted in order.parameters.structures("PartitionsToGet") {
        let wanted = values(wanted, "Values");
        match table.partitions.get(&wanted) {
            Some(partition) => found.push(partition.value(&wanted, account, order)),
            None => unknown.push(json!({"Values": wanted})),
        }
    }
    Ok(json!({"Partitions": found, "UnprocessedKeys": unknown}))
}

/// The partition's values may change with it.
pub fn update(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let old = values(order.parameters, "PartitionValueList");
    let mut new = values(order.parameters.structure("PartitionInput"), "Values");
    if new.is_empty() {
        new.clone_from(&old);
    }
    let input = order.parameters.get("PartitionInput").cloned().unwrap_or_default();
    let table = find_mut(account, order, "TableName")?;
    let kept = table.partitions.remove(&old).ok_or_else(missing)?;
    if let Err(fault) = add(table, new, input, kept.created) {
        table.partitions.insert(old, kept);
        return Err(fault);
    }
    Ok(Value::Null)
}

pub fn delete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let wanted = values(order.parameters, "PartitionValues");
    find_mut(account, order, "TableName")?.partitions.remove(&wanted).ok_or_else(missing)?;
    Ok(Value::Null)
}

pub fn delete_many(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let table = find_mut(account, order, "TableName")?;
    let mut errors = Vec::new();
    for wanted in order.parameters.structures("PartitionsToDelete") {
        let wanted = values(wanted, "Values");
        if table.partitions.remove(&wanted).is_none() {
            errors.push(told(&wanted, &missing()));
        }
    }
    Ok(answer(errors))
}
