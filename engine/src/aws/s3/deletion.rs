//! Objects deleted: one, or up to a thousand at once.

use serde_json::{Map, Value};

use super::fault::S3Fault;
use super::object_arn;
use super::versions::Deleted;
use crate::aws::parameters::Parameters;
use crate::aws::policy::Context;
use crate::aws::{Access, Account, Fault, Order, decide};
use crate::json::json;

fn deleted(deleted: Deleted) -> Value {
    let mut answer = json!({});
    if deleted.marker {
        answer["DeleteMarker"] = json!(true);
    }
    if let Some(version) = deleted.version {
        answer["VersionId"] = json!(version);
    }
    answer
}

/// Succeeds for a missing key too.
pub fn delete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let (name, key) = (order.parameters.required("Bucket"), order.parameters.required("Key"));
    let bucket = account.s3.bucket_mut(name, order.region)?;
    Ok(deleted(match order.parameters.text("VersionId") {
        Some(id) => bucket.delete_version(key, id),
        None => bucket.delete(key, &mut account.identifiers, order.now),
    }))
}

/// Up to a thousand at once; each is allowed or refused by itself.
pub fn delete_many(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("Bucket");
    account.s3.bucket(name, order.region)?;
    let delete = order.parameters.structure("Delete");
    let objects: Vec<Parameters<'_>> = delete.structures("Objects");
    if objects.is_empty() || objects.len() > 1_000 {
        return Err(S3Fault::MalformedXml.into());
    }
    let (mut done, mut errors) = (Vec::new(), Vec::new());
    for object in objects {
        let (key, version) = (object.required("Key"), object.text("VersionId"));
        let action = if version.is_some() { "s3:DeleteObjectVersion" } else { "s3:DeleteObject" };
        let resource = object_arn(name, key);
        let access = Access { action: action.to_owned(), resource, context: Context::default() };
        if !decide(account, order, &access).allowed() {
            errors.push(json!({"Key": key, "Code": "AccessDenied", "Message": "Access Denied"}));
            continue;
        }
        let bucket = account.s3.bucket_mut(name, order.region)?;
        let mut answer = json!({"Key": key});
        match version {
            Some(id) => {
                answer["VersionId"] = json!(id);
                if bucket.delete_version(key, id).marker {
                    answer["DeleteMarker"] = json!(true);
                    answer["DeleteMarkerVersionId"] = json!(id);
                }
            }
            None => {
                let gone = bucket.delete(key, &mut account.identifiers, order.now);
                if let (true, Some(id)) = (gone.marker, gone.version) {
                    answer["DeleteMarker"] = json!(true);
                    answer["DeleteMarkerVersionId"] = json!(id);
                }
            }
        }
        done.push(answer);
    }
    let mut answer = Map::new();
    for (member, list) in [("Deleted", done), ("Errors", errors)] {
        let silent = list.is_empty() || member == "Deleted" && delete.flag("Quiet");
        if !silent {
            answer.insert(member.to_owned(), Value::Array(list));
        }
    }
    Ok(Value::Object(answer))
}
