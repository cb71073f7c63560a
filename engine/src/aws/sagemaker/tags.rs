//! Tags of what SageMaker has: AddTags, ListTags, DeleteTags, and those that something is made with.

use serde_json::Value;

use super::fault::SageMakerFault;
use super::{Operation, arn};
use crate::aws::parameters::Parameters;
use crate::aws::{Account, Fault, Order};
use crate::json::json;

/// The product's limit.
const MOST: usize = 50;

/// What something is made with.
pub(super) fn note(account: &mut Account, arn: &Value, parameters: Parameters<'_>) {
    let given = parameters.structures("Tags");
    if !given.is_empty() {
        put(account.sagemaker.tags.entry(arn.as_str().unwrap_or_default().to_owned()).or_default(), &given);
    }
}

/// A key that is there gets the new value.
fn put(tags: &mut Vec<(String, String)>, given: &[Parameters<'_>]) {
    for tag in given {
        let (key, value) = (tag.text("Key").unwrap_or_default(), tag.text("Value").unwrap_or_default());
        match tags.iter_mut().find(|(known, _)| known == key) {
            Some((_, old)) => value.clone_into(old),
            None => tags.push((key.to_owned(), value.to_owned())),
        }
    }
}

/// Whether something has this ARN.
fn is_there(account: &Account, wanted: &str) -> bool {
    let sagemaker = &account.sagemaker;
    let is = |region: &str, kind: &str, name: &str| arn(account, region, kind, name) == wanted;
    let kind = |automl: bool| if automl { "automl-job" } else { "training-job" };
    sagemaker.jobs.iter().any(|job| is(&job.region, kind(job.automl), &job.name))
        || sagemaker.models.iter().any(|(name, one)| is(&one.region, "model", name))
        || sagemaker.configs.iter().any(|(name, one)| is(&one.region, "endpoint-config", name))
        || sagemaker.endpoints.iter().any(|(name, one)| is(&one.region, "endpoint", name))
}

pub(super) fn run(operation: Operation, account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let resource = parameters.required("ResourceArn");
    if !is_there(account, resource) {
        // Unconfirmed wording.
        return Err(SageMakerFault::Unknown { what: "resource", arn: resource.to_owned() }.into());
    }
    let tags = account.sagemaker.tags.entry(resource.to_owned()).or_default();
    match operation {
        Operation::AddTags => {
            let mut more = tags.clone();
            put(&mut more, &parameters.structures("Tags"));
            if more.len() > MOST {
                let message = format!("Too many tags: {} is more than {MOST}.", more.len());
                return Err(SageMakerFault::Invalid { message }.into());
            }
            *tags = more;
        }
        Operation::DeleteTags => {
            let gone = parameters.texts("TagKeys");
            tags.retain(|(key, _)| !gone.contains(&key.as_str()));
            return Ok(Value::Null);
        }
        _ => {}
    }
    let shown: Vec<Value> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    Ok(json!({ "Tags": shown }))
}
