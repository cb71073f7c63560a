//! Tags of objects and buckets.

use serde_json::Value;

use super::versions::shown;
use crate::aws::parameters::Parameters;
use crate::aws::{Account, Fault, Order};
use crate::json::json;
use crate::sorted::SortedMap;

pub type Tags = SortedMap<String, String>;

fn invalid(sentence: &str) -> Fault {
    Fault::refused("InvalidTag", 400, sentence)
}

fn checked(tags: Tags, given: usize) -> Result<Tags, Fault> {
    if tags.len() < given {
        return Err(invalid("Cannot provide multiple Tags with the same key"));
    }
    if tags.iter().any(|(key, _)| key.is_empty() || key.chars().count() > 128) {
        return Err(invalid("The TagKey you have provided is invalid"));
    }
    if tags.iter().any(|(_, value)| value.chars().count() > 256) {
        return Err(invalid("The TagValue you have provided is invalid"));
    }
    Ok(tags)
}

/// `{TagSet: [{Key, Value}]}`.
pub fn read(tagging: Parameters<'_>) -> Result<Tags, Fault> {
    let list = tagging.structures("TagSet");
    let given = list.len();
    let pairs =
        list.into_iter().map(|tag| (tag.required("Key").to_owned(), tag.required("Value").to_owned()));
    checked(pairs.collect(), given)
}

/// `key=value&key=value`, as PutObject takes them.
pub fn read_query(text: &str) -> Result<Tags, Fault> {
    let pairs: Vec<(String, String)> = text
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (super::object::unescaped(key), super::object::unescaped(value))
        })
        .collect();
    let given = pairs.len();
    at_most_ten(checked(pairs.into_iter().collect(), given)?)
}

fn at_most_ten(tags: Tags) -> Result<Tags, Fault> {
    if tags.len() > 10 {
        return Err(Fault::refused("BadRequest", 400, "Object tags cannot be greater than 10"));
    }
    Ok(tags)
}

pub fn value(tags: &Tags) -> Value {
    Value::Array(tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect())
}

fn version_value(id: Option<&String>, versioned: bool) -> Value {
    if versioned { json!({"VersionId": shown(id)}) } else { json!({}) }
}

/// PutObjectTagging, GetObjectTagging and DeleteObjectTagging.
pub fn object(name: &str, account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let tags = match name.starts_with("Put") {
        true => at_most_ten(read(parameters.structure("Tagging"))?)?,
        false => Tags::new(),
    };
    let bucket = account.s3.bucket_mut(parameters.required("Bucket"), order.region)?;
    let versioned = bucket.versioning.is_some();
    let object = bucket.find_mut(parameters.required("Key"), parameters.text("VersionId"))?;
    let mut answer = version_value(object.version.as_ref(), versioned);
    match name.starts_with("Get") {
        true => answer["TagSet"] = value(&object.tags),
        false => object.tags = tags,
    }
    Ok(answer)
}

/// What conditions can ask of an object's tags.
pub fn context(tags: &Tags, prefix: &str, context: &mut crate::aws::policy::Context) {
    for (key, value) in tags {
        context.insert(&format!("{prefix}/{key}"), value.clone());
    }
}
