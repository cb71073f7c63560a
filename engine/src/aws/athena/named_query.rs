//! Named queries: SQL that a workgroup keeps.

use serde_json::Value;

use super::{PRIMARY, invalid, page};
use crate::aws::document::Document;
use crate::aws::{Account, Fault, Order, Parameters};
use crate::json::json;

const ID: &str = "NamedQueryId";

fn missing(id: &str) -> Fault {
    // unconfirmed: the words around the identifier.
    invalid(format!("NamedQuery {id} was not found"))
}

fn find<'a>(account: &'a Account, id: &str) -> Option<&'a Document> {
    account.athena.named.iter().find(|query| query.text(ID) == id)
}

/// The workgroup of the query that a call speaks of.
pub fn workgroup<'a>(account: &'a Account, parameters: Parameters<'_>) -> Option<&'a str> {
    let id = parameters.text(ID).or(parameters.texts("NamedQueryIds").first().copied())?;
    Some(find(account, id)?.text("WorkGroup"))
}

pub fn create(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let workgroup = parameters.text("WorkGroup").unwrap_or(PRIMARY);
    if !account.athena.workgroups.contains_key(workgroup) {
        return Err(invalid(format!("WorkGroup {workgroup} is not found.")));
    }
    let id = account.identifiers.uuid();
    let mut kept = serde_json::Map::new();
    for name in ["Name", "Description", "Database", "QueryString"] {
        kept.extend(parameters.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    kept.insert(ID.to_owned(), json!(id));
    kept.insert("WorkGroup".to_owned(), json!(workgroup));
    account.athena.named.push(Document(Value::Object(kept)));
    Ok(json!({ID: id}))
}

pub fn get(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let id = order.parameters.required(ID);
    let found = find(account, id).ok_or_else(|| missing(id))?;
    Ok(json!({"NamedQuery": found.0}))
}

pub fn get_many(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for id in order.parameters.texts("NamedQueryIds") {
        match find(account, id) {
            Some(query) => found.push(query.0.clone()),
            None => unknown.push(json!({
                ID: id, "ErrorCode": "INVALID_INPUT", "ErrorMessage": missing(id).message(),
            })),
        }
    }
    Ok(json!({"NamedQueries": found, "UnprocessedNamedQueryIds": unknown}))
}

pub fn list(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.text("WorkGroup").unwrap_or(PRIMARY);
    let of_group = account.athena.named.iter().filter(|query| query.text("WorkGroup") == name);
    page(order, "NamedQueryIds", of_group.map(|query| query.0[ID].clone()).collect())
}

pub fn update(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let id = order.parameters.required(ID);
    let found = account.athena.named.iter_mut().find(|query| query.text(ID) == id);
    let kept = found.and_then(|query| query.0.as_object_mut()).ok_or_else(|| missing(id))?;
    for name in ["Name", "Description", "QueryString"] {
        kept.extend(order.parameters.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    Ok(Value::Null)
}

pub fn delete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let id = order.parameters.required(ID);
    find(account, id).ok_or_else(|| missing(id))?;
    account.athena.named.retain(|query| query.text(ID) != id);
    Ok(Value::Null)
}
