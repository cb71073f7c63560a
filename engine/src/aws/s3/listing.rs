//! Listings: ListObjectsV2 and its forerunner, by prefix and delimiter, page by page.

use serde_json::{Map, Value};

use super::fault::S3Fault;
use super::owner;
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::json::json;

/// The common prefix into which a delimiter rolls a key up.
pub fn folder(key: &str, prefix: &str, delimiter: Option<&str>) -> Option<String> {
    let delimiter = delimiter?;
    let at = key[prefix.len()..].find(delimiter)?;
    Some(key[..prefix.len() + at + delimiter.len()].to_owned())
}

/// `second`: whether this is ListObjectsV2.
pub fn list(account: &Account, order: &Order<'_>, second: bool) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = parameters.required("Bucket");
    let bucket = account.s3.bucket(name, order.region)?;
    let prefix = parameters.text("Prefix").unwrap_or("");
    let delimiter = parameters.text("Delimiter").filter(|delimiter| !delimiter.is_empty());
    let most = parameters.integer("MaxKeys").unwrap_or(1_000);
    if most < 0 {
        let sentence = "Argument maxKeys must be an integer between 0 and 2147483647";
        return Err(Fault::refused("InvalidArgument", 400, sentence));
    }
    let most = most.min(1_000) as usize;
    // The token is the last key or common prefix that was told, in hex, so that it says nothing at a glance.
    let token = match parameters.text("ContinuationToken") {
        Some(token) => Some(unhex(token).ok_or(S3Fault::InvalidContinuationToken)?),
        None => None,
    };
    let marker = parameters.text(if second { "StartAfter" } else { "Marker" });
    let after = token.as_deref().or(marker).unwrap_or("");
    let owned = !second || parameters.flag("FetchOwner");
    let mut contents = Vec::new();
    let mut folders: Vec<String> = Vec::new();
    let mut next = None;
    let mut last = String::new();
    for (key, object) in
        bucket.objects.range(prefix.to_owned()..).take_while(|(key, _)| key.starts_with(prefix))
    {
        let folder = folder(key, prefix, delimiter);
        let told = folder.as_deref().unwrap_or(key);
        if told <= after || (folder.is_some() && folders.last().map(String::as_str) == Some(told)) {
            continue;
        }
        if contents.len() + folders.len() == most {
            // Whoever asks for none is told of none that follow.
            next = (most > 0).then_some(());
            break;
        }
        last = told.to_owned();
        match folder {
            Some(folder) => folders.push(folder),
            None => {
                let mut value = json!({
                    "Key": key,
                    "LastModified": iso(object.modified),
                    "ETag": object.etag,
                    "Size": object.body.size,
                    "StorageClass": object.storage_class,
                });
                if owned {
                    value["Owner"] = owner(&account.id);
                }
                contents.push(value);
            }
        }
    }
    let mut answer = Map::new();
    answer.insert("IsTruncated".to_owned(), json!(next.is_some()));
    let count = contents.len() + folders.len();
    if !contents.is_empty() {
        answer.insert("Contents".to_owned(), Value::Array(contents));
    }
    answer.insert("Name".to_owned(), json!(name));
    answer.insert("Prefix".to_owned(), json!(prefix));
    if let Some(delimiter) = delimiter {
        answer.insert("Delimiter".to_owned(), json!(delimiter));
    }
    answer.insert("MaxKeys".to_owned(), json!(most));
    if !folders.is_empty() {
        let folders: Vec<Value> = folders.into_iter().map(|folder| json!({"Prefix": folder})).collect();
        answer.insert("CommonPrefixes".to_owned(), Value::Array(folders));
    }
    if second {
        answer.insert("KeyCount".to_owned(), json!(count));
    }
    if next.is_some() {
        let (member, token) = match (second, delimiter) {
            (true, _) => ("NextContinuationToken", hex(&last)),
            (false, Some(_)) => ("NextMarker", last),
            (false, None) => return Ok(Value::Object(answer)),
        };
        answer.insert(member.to_owned(), json!(token));
    }
    Ok(Value::Object(answer))
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> =
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect();
    String::from_utf8(bytes?).ok()
}
