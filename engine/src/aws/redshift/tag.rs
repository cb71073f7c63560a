//! Tags of clusters and snapshots.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::{Code, RedshiftFault};
use crate::aws::parameters::Parameters;
use crate::aws::{Account, Fault, Order};
use crate::json::json;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    pub key: String,
    pub value: String,
}

/// Those of the input member `Tags`.
pub fn given(parameters: Parameters<'_>) -> Vec<Tag> {
    let tags = parameters.structures("Tags").into_iter();
    tags.map(|tag| Tag { key: tag.required("Key").to_owned(), value: tag.required("Value").to_owned() })
        .collect()
}

pub fn values(tags: &[Tag]) -> Value {
    tags.iter().map(|tag| json!({"Key": tag.key, "Value": tag.value})).collect()
}

/// Whether a resource has one of the keys and one of the values that are asked for.
pub fn wanted(tags: &[Tag], parameters: Parameters<'_>) -> bool {
    let (keys, values) = (parameters.texts("TagKeys"), parameters.texts("TagValues"));
    (keys.is_empty() || tags.iter().any(|tag| keys.contains(&tag.key.as_str())))
        && (values.is_empty() || tags.iter().any(|tag| values.contains(&tag.value.as_str())))
}

/// The tags of the cluster or snapshot of this ARN.
fn of<'a>(account: &'a mut Account, arn: &str) -> Result<&'a mut Vec<Tag>, RedshiftFault> {
    let (id, redshift) = (&account.id, &mut account.redshift);
    let clusters = redshift.clusters.iter_mut().map(|one| (one.arn(id), &mut one.tags));
    let snapshots = redshift.snapshots.iter_mut().map(|one| (one.arn(id), &mut one.tags));
    let mut found = clusters.chain(snapshots).filter(|(own, _)| own == arn);
    match found.next() {
        Some((_, tags)) => Ok(tags),
        // unconfirmed: the sentence.
        None => Err(RedshiftFault::new(Code::ResourceNotFound, format!("Resource {arn} not found."))),
    }
}

pub fn create(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let new = given(order.parameters);
    let tags = of(account, order.parameters.required("ResourceName"))?;
    tags.retain(|tag| new.iter().all(|new| new.key != tag.key));
    tags.extend(new);
    Ok(Value::Null)
}

pub fn delete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let keys = order.parameters.texts("TagKeys");
    of(account, order.parameters.required("ResourceName"))?.retain(|tag| !keys.contains(&tag.key.as_str()));
    Ok(Value::Null)
}

pub fn describe(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let (id, redshift) = (&account.id, &account.redshift);
    let asked = |kind: &str, arn: &str| {
        let parameters = order.parameters;
        parameters.text("ResourceName").is_none_or(|name| name == arn)
            && parameters.text("ResourceType").is_none_or(|name| name == kind)
    };
    let clusters = redshift.clusters.iter().map(|one| ("cluster", one.arn(id), &one.tags));
    let snapshots = redshift.snapshots.iter().map(|one| ("snapshot", one.arn(id), &one.tags));
    let mut tagged = Vec::new();
    for (kind, arn, tags) in clusters.chain(snapshots).filter(|(kind, arn, _)| asked(kind, arn)) {
        for tag in tags.iter().filter(|tag| wanted(std::slice::from_ref(tag), order.parameters)) {
            tagged.push(json!({
                "Tag": {"Key": tag.key, "Value": tag.value},
                "ResourceName": arn,
                "ResourceType": kind,
            }));
        }
    }
    Ok(json!({"TaggedResources": tagged}))
}
