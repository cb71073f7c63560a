//! Objects: keys, bytes and what S3 knows about them.

use std::sync::Arc;

use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::fault::S3Fault;
use crate::aws::policy::Context;
use crate::aws::timestamp::iso;
use crate::aws::{Access, Account, Fault, Order, Reply, decide};
use crate::clock::Instant;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Object {
    pub body: Body,
    /// With its quotes, as the header carries it.
    pub etag: String,
    pub modified: Instant,
    pub content_type: String,
    pub storage_class: String,
    pub metadata: crate::sorted::SortedMap<String, String>,
}

/// An object's bytes, kept apart from the account under a number that is never used again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Body {
    pub blob: u64,
    pub size: u64,
    #[serde(skip)]
    data: Option<Arc<[u8]>>,
}

impl Body {
    pub fn new(blob: u64, data: Arc<[u8]>) -> Self {
        Body { blob, size: data.len() as u64, data: Some(data) }
    }

    /// The bytes; `None` only between reading an account and filling it.
    pub fn data(&self) -> Option<&Arc<[u8]>> {
        self.data.as_ref()
    }

    pub fn fill(&mut self, data: Arc<[u8]>) {
        self.data = Some(data);
    }
}

/// 32 lower-case hex digits.
pub fn md5_hex(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `bucket/key` or `/bucket/key`, with `%xx` undone.
pub fn copy_source(text: &str) -> Option<(String, String)> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.trim_start_matches('/').as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = (*first == b'%').then(|| std::str::from_utf8(tail.get(..2)?).ok()).flatten();
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    let (bucket, key) = text.split_once('/')?;
    Some((bucket.to_owned(), key.to_owned()))
}

pub fn put(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let (name, key) = (parameters.required("Bucket"), parameters.required("Key"));
    account.s3.bucket(name, order.region)?;
    if key.len() > 1_024 {
        return Err(S3Fault::KeyTooLong.into());
    }
    let data: Arc<[u8]> = match &order.body {
        Some(body) => body.clone(),
        None => parameters.text("Body").unwrap_or("").as_bytes().into(),
    };
    let etag = format!("\"{}\"", md5_hex(&data));
    let object = Object {
        body: Body::new(account.allocate_blob(), data),
        etag: etag.clone(),
        modified: order.now,
        content_type: parameters.text("ContentType").unwrap_or("binary/octet-stream").to_owned(),
        storage_class: parameters.text("StorageClass").unwrap_or("STANDARD").to_owned(),
        metadata: metadata(parameters.get("Metadata")),
    };
    account.s3.bucket_mut(name, order.region)?.objects.insert(key.to_owned(), object);
    Ok(json!({"ETag": etag, "ServerSideEncryption": "AES256"}))
}

fn metadata(value: Option<&Value>) -> crate::sorted::SortedMap<String, String> {
    match value.and_then(Value::as_object) {
        Some(map) => {
            map.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap_or("").to_owned())).collect()
        }
        None => crate::sorted::SortedMap::new(),
    }
}

/// Finds an object for reading. Whoever may not list the bucket is not told that a key is missing.
fn find<'a>(account: &'a Account, order: &Order<'_>) -> Result<&'a Object, Fault> {
    let (name, key) = (order.parameters.required("Bucket"), order.parameters.required("Key"));
    let bucket = account.s3.bucket(name, order.region)?;
    bucket.objects.get(key).ok_or_else(|| missing(account, order, name))
}

fn missing(account: &Account, order: &Order<'_>, bucket: &str) -> Fault {
    let resource = super::bucket_arn(bucket);
    let access = Access { action: "s3:ListBucket".to_owned(), resource, context: Context::default() };
    let decision = decide(account, order, &access);
    if decision.allowed() {
        return S3Fault::NoSuchKey.into();
    }
    Fault::Denied(Box::new(crate::aws::api_error::Denied {
        principal: order.caller.principal.arn().to_owned(),
        action: access.action,
        resource: access.resource,
        decision,
        manner: crate::aws::api_error::DeniedManner::Short,
    }))
}

fn describe(object: &Object, length: u64) -> Value {
    json!({
        "AcceptRanges": "bytes",
        "LastModified": iso(object.modified),
        "ContentLength": length,
        "ETag": object.etag,
        "ContentType": object.content_type,
        "ServerSideEncryption": "AES256",
        "Metadata": object.metadata,
    })
}

pub fn get(account: &Account, order: &Order<'_>) -> Result<Reply, Fault> {
    let object = find(account, order)?;
    let empty: Arc<[u8]> = Vec::new().into();
    let data = object.body.data().unwrap_or(&empty);
    let Some(range) = order.parameters.text("Range") else {
        return Ok(Reply { value: describe(object, object.body.size), body: Some(data.clone()) });
    };
    let (start, end) = byte_range(range, data.len()).ok_or(S3Fault::InvalidRange)?;
    let mut value = describe(object, (end - start) as u64);
    value["ContentRange"] = json!(format!("bytes {start}-{}/{}", end - 1, data.len()));
    Ok(Reply { value, body: Some(data[start..end].into()) })
}

/// `bytes=a-b`, `bytes=a-`, `bytes=-n`, as a half-open range.
fn byte_range(text: &str, length: usize) -> Option<(usize, usize)> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let (start, end) = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) => (first, last.saturating_add(1).min(length)),
        (Ok(first), Err(_)) => (first, length),
        (Err(_), Ok(suffix)) => (length.saturating_sub(suffix), length),
        (Err(_), Err(_)) => return None,
    };
    (start < end).then_some((start, end))
}

pub fn head(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    match find(account, order) {
        Ok(object) => Ok(describe(object, object.body.size)),
        Err(Fault::S3(S3Fault::NoSuchKey | S3Fault::NoSuchBucket)) => Err(S3Fault::HeadNotFound.into()),
        Err(Fault::Denied(mut denied)) => {
            denied.manner = crate::aws::api_error::DeniedManner::Head;
            Err(Fault::Denied(denied))
        }
        Err(other) => Err(other),
    }
}

pub fn copy(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let (to, key) = (parameters.required("Bucket"), parameters.required("Key"));
    let Some((from, source)) = copy_source(parameters.required("CopySource")) else {
        return Err(S3Fault::InvalidCopySource.into());
    };
    if from == to && source == key && parameters.text("MetadataDirective") != Some("REPLACE") {
        return Err(S3Fault::CopyOntoItself.into());
    }
    // A copy may cross regions, so the source's region does not matter.
    let bucket = account.s3.buckets.get(&from).ok_or(S3Fault::NoSuchBucket)?;
    let Some(found) = bucket.objects.get(&source) else { return Err(missing(account, order, &from)) };
    let mut object = found.clone();
    account.s3.bucket(to, order.region)?;
    object.body.blob = account.allocate_blob();
    object.modified = order.now;
    if let Some(content_type) = parameters.text("ContentType") {
        object.content_type = content_type.to_owned();
    }
    let answer = json!({
        "CopyObjectResult": {"ETag": object.etag, "LastModified": iso(order.now)},
        "ServerSideEncryption": "AES256",
    });
    account.s3.bucket_mut(to, order.region)?.objects.insert(key.to_owned(), object);
    Ok(answer)
}

/// Succeeds for a missing key too.
pub fn delete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let (name, key) = (order.parameters.required("Bucket"), order.parameters.required("Key"));
    account.s3.bucket_mut(name, order.region)?.objects.remove(key);
    Ok(Value::Null)
}

pub fn delete_many(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let bucket = account.s3.bucket_mut(order.parameters.required("Bucket"), order.region)?;
    let delete = order.parameters.structure("Delete");
    let objects = delete.structures("Objects");
    if objects.is_empty() || objects.len() > 1_000 {
        return Err(S3Fault::MalformedXml.into());
    }
    let mut deleted = Vec::new();
    for object in objects {
        let key = object.required("Key");
        bucket.objects.remove(key);
        deleted.push(json!({"Key": key}));
    }
    Ok(if delete.flag("Quiet") { Value::Null } else { json!({"Deleted": deleted}) })
}

pub fn list(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = parameters.required("Bucket");
    let bucket = account.s3.bucket(name, order.region)?;
    let prefix = parameters.text("Prefix").unwrap_or("");
    let delimiter = parameters.text("Delimiter").filter(|delimiter| !delimiter.is_empty());
    let most = parameters.integer("MaxKeys").unwrap_or(1_000).clamp(0, 1_000) as usize;
    // The token is the last key or common prefix that was told, in hex, so that it says nothing at a glance.
    let token = match parameters.text("ContinuationToken") {
        Some(token) => Some(unhex(token).ok_or(S3Fault::InvalidContinuationToken)?),
        None => None,
    };
    let after = token.as_deref().or(parameters.text("StartAfter")).unwrap_or("");
    let mut contents = Vec::new();
    let mut folders: Vec<String> = Vec::new();
    let mut next = None;
    let mut last = String::new();
    for (key, object) in
        bucket.objects.range(prefix.to_owned()..).take_while(|(key, _)| key.starts_with(prefix))
    {
        let folder = delimiter.and_then(|delimiter| {
            let at = key[prefix.len()..].find(delimiter)?;
            Some(key[..prefix.len() + at + delimiter.len()].to_owned())
        });
        let told = folder.as_deref().unwrap_or(key);
        if told <= after || (folder.is_some() && folders.last().map(String::as_str) == Some(told)) {
            continue;
        }
        if contents.len() + folders.len() == most {
            next = Some(hex(&last));
            break;
        }
        last = told.to_owned();
        match folder {
            Some(folder) => folders.push(folder),
            None => contents.push(json!({
                "Key": key,
                "LastModified": iso(object.modified),
                "ETag": object.etag,
                "Size": object.body.size,
                "StorageClass": object.storage_class,
            })),
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
    answer.insert("KeyCount".to_owned(), json!(count));
    if let Some(next) = next {
        answer.insert("NextContinuationToken".to_owned(), json!(next));
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
