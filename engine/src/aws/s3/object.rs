//! Objects: keys, bytes and what S3 knows about them.

use std::sync::Arc;

use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::bucket::Bucket;
use super::fault::S3Fault;
use super::lifecycle;
use super::settings::check_acl;
use super::tagging::{self, Tags};
use crate::aws::api_error::{Denied, DeniedManner};
use crate::aws::policy::Context;
use crate::aws::timestamp::{http, iso};
use crate::aws::{Access, Account, Fault, Order, Reply, decide};
use crate::clock::Instant;
use crate::json::json;
use crate::pieces::{PIECE, Pieces};
use crate::sorted::SortedMap;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Object {
    pub body: Body,
    /// With its quotes, as the header carries it.
    pub etag: String,
    pub modified: Instant,
    pub content_type: String,
    pub storage_class: String,
    pub metadata: SortedMap<String, String>,
    /// The version's id; `None` is the version called `null`.
    pub version: Option<String>,
    pub tags: Tags,
    /// `AES256` or `aws:kms`.
    pub encryption: String,
    /// `CacheControl` and the like, by member.
    headers: SortedMap<String, String>,
}

impl Object {
    /// An object as a service writes it, that says nothing but its bytes.
    pub fn plain(body: Body, modified: Instant) -> Self {
        Object {
            etag: body.data().map_or_else(String::new, etag),
            body,
            modified,
            content_type: "binary/octet-stream".to_owned(),
            storage_class: "STANDARD".to_owned(),
            metadata: SortedMap::new(),
            version: None,
            tags: Tags::new(),
            encryption: "AES256".to_owned(),
            headers: SortedMap::new(),
        }
    }
}

/// An object's bytes, kept apart from the account under a number that is never used again. What is longer than
/// [`PIECE`] is kept in pieces of that length, under the numbers that follow it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Body {
    pub blob: u64,
    pub size: u64,
    #[serde(skip)]
    data: Option<Pieces>,
}

impl Body {
    pub fn new(blob: u64, data: Pieces) -> Self {
        Body { blob, size: data.len() as u64, data: Some(data) }
    }

    /// The bytes; `None` only between reading an account and filling it.
    pub fn data(&self) -> Option<&Pieces> {
        self.data.as_ref()
    }

    /// What a former version has stored may have become longer when it was renewed.
    pub fn fill(&mut self, data: Pieces) {
        self.size = data.len() as u64;
        self.data = Some(data);
    }

    /// How many numbers it takes to store it.
    pub fn places(&self) -> u64 {
        self.size.div_ceil(PIECE as u64).max(1)
    }

    /// What is stored under each of them.
    pub fn stored(&self) -> impl Iterator<Item = (u64, Pieces)> {
        let places = self.data.iter().flat_map(|_| 0..self.places());
        places.filter_map(|place| {
            let start = place as usize * PIECE;
            Some((self.blob + place, self.data.as_ref()?.slice(start..start + PIECE)))
        })
    }

    /// The same read back. Whoever stored it in one place wrote it before there were pieces.
    pub fn read(&self, read: &mut dyn FnMut(u64) -> Option<Arc<[u8]>>) -> Option<Pieces> {
        let (mut pieces, mut length) = (Vec::new(), 0);
        for number in self.blob.. {
            let piece = read(number)?;
            length += piece.len() as u64;
            pieces.push(piece.into());
            if length >= self.size {
                break;
            }
        }
        Some(Pieces::of(pieces))
    }
}

pub const STORAGE_CLASSES: [&str; 8] = [
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "GLACIER_IR",
];

/// Headers that are kept and given back as they came, in the answer's order.
const HEADERS: [&str; 4] = ["CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage"];

/// 32 lower-case hex digits.
pub fn md5_hex(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The digest that an object's or a part's tag is.
pub fn md5(data: &Pieces) -> [u8; 16] {
    data.md5().unwrap_or_else(|| {
        let mut sum = Md5::new();
        data.iter().for_each(|piece| sum.update(&**piece));
        sum.finalize().into()
    })
}

/// The tag of bytes that came as one.
pub fn etag(data: &Pieces) -> String {
    format!("\"{}\"", hex(&md5(data)))
}

/// `%xx` undone.
pub fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
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
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `bucket/key` or `/bucket/key`, with `%xx` undone, and `?versionId=`.
pub fn copy_source(text: &str) -> Option<(String, String, Option<String>)> {
    let (path, version) = match text.split_once("?versionId=") {
        Some((path, version)) => (path, Some(version.to_owned())),
        None => (text, None),
    };
    let path = unescaped(path.trim_start_matches('/'));
    let (bucket, key) = path.split_once('/')?;
    Some((bucket.to_owned(), key.to_owned(), version))
}

/// The bytes that a call brings.
pub fn bytes(order: &Order<'_>) -> Pieces {
    match &order.body {
        Some(body) => body.clone(),
        None => order.parameters.text("Body").unwrap_or("").as_bytes().into(),
    }
}

/// The object that a call describes, with these bytes.
pub fn described(account: &Account, order: &Order<'_>, body: Body) -> Result<Object, Fault> {
    let parameters = order.parameters;
    let bucket = account.s3.bucket(parameters.required("Bucket"), order.region)?;
    if parameters.required("Key").len() > 1_024 {
        return Err(S3Fault::KeyTooLong.into());
    }
    check_acl(bucket, parameters.text("ACL"))?;
    let class = parameters.text("StorageClass").unwrap_or("STANDARD");
    if !STORAGE_CLASSES.contains(&class) {
        return Err(S3Fault::InvalidStorageClass.into());
    }
    let encryption = match parameters.text("ServerSideEncryption") {
        None => bucket.encryption(),
        Some(known @ ("AES256" | "aws:kms")) => known.to_owned(),
        Some(_) => {
            let sentence = "The encryption method specified is not supported".to_owned();
            return Err(S3Fault::InvalidArgument { sentence }.into());
        }
    };
    let headers =
        HEADERS.iter().filter_map(|name| Some(((*name).to_owned(), parameters.text(name)?.to_owned())));
    Ok(Object {
        content_type: parameters.text("ContentType").unwrap_or("binary/octet-stream").to_owned(),
        storage_class: class.to_owned(),
        metadata: metadata(parameters.get("Metadata")),
        tags: tagging::read_query(parameters.text("Tagging").unwrap_or(""))?,
        encryption,
        headers: headers.collect(),
        ..Object::plain(body, order.now)
    })
}

/// The header that tells when the object goes.
fn expiration(bucket: &Bucket, key: &str, object: &Object) -> Option<String> {
    let document = bucket.setting("Lifecycle");
    let (at, rule) = lifecycle::expiration(&document, key, object)?;
    Some(format!("expiry-date=\"{}\", rule-id=\"{rule}\"", http(at)))
}

pub fn put(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let (name, key) = (order.parameters.required("Bucket"), order.parameters.required("Key"));
    let body = account.body(bytes(order));
    let object = described(account, order, body)?;
    let bucket = account.s3.bucket_mut(name, order.region)?;
    let mut answer = Map::new();
    if let Some(expires) = expiration(bucket, key, &object) {
        answer.insert("Expiration".to_owned(), json!(expires));
    }
    answer.insert("ETag".to_owned(), json!(object.etag));
    answer.insert("ServerSideEncryption".to_owned(), json!(object.encryption));
    if let Some(version) = bucket.put(key, object, &mut account.identifiers) {
        answer.insert("VersionId".to_owned(), json!(version));
    }
    Ok(Value::Object(answer))
}

fn metadata(value: Option<&Value>) -> SortedMap<String, String> {
    let map = value.and_then(Value::as_object);
    let pairs = map.into_iter().flatten();
    pairs.map(|(key, value)| (key.to_ascii_lowercase(), value.as_str().unwrap_or("").to_owned())).collect()
}

/// Finds an object for reading. Whoever may not list the bucket is not told that a key is missing.
fn find<'a>(account: &'a Account, order: &Order<'_>) -> Result<(&'a Bucket, &'a Object), Fault> {
    let parameters = order.parameters;
    let (name, key) = (parameters.required("Bucket"), parameters.required("Key"));
    let bucket = account.s3.bucket(name, order.region)?;
    let object = match bucket.find(key, parameters.text("VersionId")) {
        Err(S3Fault::NoSuchKey) => return Err(missing(account, order, name)),
        other => other?,
    };
    let matches = |tag: &str| tag == "*" || tag.trim_matches('"') == object.etag.trim_matches('"');
    if parameters.text("IfMatch").is_some_and(|tag| !matches(tag)) {
        return Err(S3Fault::PreconditionFailed.into());
    }
    if parameters.text("IfNoneMatch").is_some_and(matches) {
        return Err(S3Fault::NotModified.into());
    }
    Ok((bucket, object))
}

fn missing(account: &Account, order: &Order<'_>, bucket: &str) -> Fault {
    let resource = super::bucket_arn(bucket);
    let access = Access { action: "s3:ListBucket".to_owned(), resource, context: Context::default() };
    let decision = decide(account, order, &access);
    if decision.allowed() {
        return S3Fault::NoSuchKey.into();
    }
    Fault::Denied(Box::new(Denied {
        principal: order.caller.principal.arn().to_owned(),
        action: access.action,
        resource: access.resource,
        decision,
        manner: DeniedManner::Short,
    }))
}

/// What GetObject and HeadObject tell, in the model's order.
fn describe(bucket: &Bucket, key: &str, object: &Object, length: usize, range: Option<String>) -> Value {
    let mut value = json!({"AcceptRanges": "bytes"});
    if let Some(expires) = expiration(bucket, key, object) {
        value["Expiration"] = json!(expires);
    }
    value["LastModified"] = json!(iso(object.modified));
    value["ContentLength"] = json!(length);
    value["ETag"] = json!(object.etag);
    if bucket.versioning.is_some() {
        value["VersionId"] = json!(super::versions::shown(object.version.as_ref()));
    }
    for (name, text) in &object.headers {
        value[name.as_str()] = json!(text);
    }
    if let Some(range) = range {
        value["ContentRange"] = json!(range);
    }
    value["ContentType"] = json!(object.content_type);
    value["ServerSideEncryption"] = json!(object.encryption);
    value["Metadata"] = json!(object.metadata);
    if object.storage_class != "STANDARD" {
        value["StorageClass"] = json!(object.storage_class);
    }
    if !object.tags.is_empty() {
        value["TagCount"] = json!(object.tags.len());
    }
    value
}

pub fn get(account: &Account, order: &Order<'_>) -> Result<Reply, Fault> {
    let (bucket, object) = find(account, order)?;
    if matches!(object.storage_class.as_str(), "GLACIER" | "DEEP_ARCHIVE") {
        return Err(S3Fault::InvalidObjectState.into());
    }
    let key = order.parameters.required("Key");
    let data = object.body.data().cloned().unwrap_or_default();
    let Some(range) = order.parameters.text("Range") else {
        return Ok(Reply { value: describe(bucket, key, object, data.len(), None), body: Some(data) });
    };
    let bytes = byte_range(range, data.len()).ok_or(S3Fault::InvalidRange)?;
    let told = format!("bytes {}-{}/{}", bytes.start, bytes.end - 1, data.len());
    let value = describe(bucket, key, object, bytes.len(), Some(told));
    Ok(Reply { value, body: Some(data.slice(bytes)) })
}

/// `bytes=a-b`, `bytes=a-`, `bytes=-n`, as a half-open range.
pub fn byte_range(text: &str, length: usize) -> Option<std::ops::Range<usize>> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let (start, end) = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) => (first, last.saturating_add(1).min(length)),
        (Ok(first), Err(_)) => (first, length),
        (Err(_), Ok(suffix)) => (length.saturating_sub(suffix), length),
        (Err(_), Err(_)) => return None,
    };
    (start < end).then_some(start..end)
}

/// HEAD has no body to say more than the status in.
fn without_body(fault: Fault) -> Fault {
    match fault {
        Fault::S3(S3Fault::NoSuchKey | S3Fault::NoSuchBucket | S3Fault::NoSuchVersion) => {
            S3Fault::HeadNotFound.into()
        }
        Fault::S3(S3Fault::MethodNotAllowed) => Fault::refused("405", 405, "Method Not Allowed"),
        Fault::S3(S3Fault::PreconditionFailed) => Fault::refused("412", 412, "Precondition Failed"),
        Fault::Denied(mut denied) => {
            denied.manner = DeniedManner::Head;
            Fault::Denied(denied)
        }
        other => other,
    }
}

pub fn head(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let (bucket, object) = find(account, order).map_err(without_body)?;
    Ok(describe(bucket, order.parameters.required("Key"), object, object.body.size as usize, None))
}

pub fn attributes(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let (_, object) = find(account, order)?;
    let asked = order.parameters.texts("ObjectAttributes");
    let mut value = json!({"LastModified": iso(object.modified)});
    let etag = object.etag.trim_matches('"');
    let parts = etag.split_once('-').map(|(_, count)| json!({"TotalPartsCount": count.parse::<u32>().ok()}));
    for (name, found) in [
        ("ETag", Some(json!(etag))),
        ("ObjectParts", parts),
        ("StorageClass", Some(json!(object.storage_class))),
        ("ObjectSize", Some(json!(object.body.size))),
    ] {
        if let Some(found) = found.filter(|_| asked.contains(&name)) {
            value[name] = found;
        }
    }
    Ok(value)
}

pub fn copy(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let (to, key) = (parameters.required("Bucket"), parameters.required("Key"));
    let Some((from, source, version)) = copy_source(parameters.required("CopySource")) else {
        return Err(S3Fault::InvalidCopySource.into());
    };
    let replaces = parameters.text("MetadataDirective") == Some("REPLACE");
    let changes =
        ["StorageClass", "ServerSideEncryption"].iter().any(|member| parameters.get(member).is_some());
    if from == to && source == key && version.is_none() && !replaces && !changes {
        return Err(S3Fault::CopyOntoItself.into());
    }
    // A copy may cross regions, so the source's region does not matter.
    let bucket = account.s3.buckets.get(&from).ok_or(S3Fault::NoSuchBucket)?;
    let found = match bucket.find(&source, version.as_deref()) {
        Err(S3Fault::NoSuchKey) => return Err(missing(account, order, &from)),
        other => other?,
    };
    let (old, versioned) = (found.version.clone(), bucket.versioning.is_some());
    let mut object = found.clone();
    let new = described(account, order, object.body.clone())?;
    object.modified = order.now;
    object.storage_class = new.storage_class;
    object.encryption = new.encryption;
    if replaces {
        (object.metadata, object.content_type, object.headers) =
            (new.metadata, new.content_type, new.headers);
    }
    if parameters.text("TaggingDirective") == Some("REPLACE") {
        object.tags = new.tags;
    }
    let mut answer = json!({
        "CopyObjectResult": {"ETag": object.etag, "LastModified": iso(order.now)},
    });
    if versioned {
        answer["CopySourceVersionId"] = json!(super::versions::shown(old.as_ref()));
    }
    let encryption = object.encryption.clone();
    let bucket = account.s3.bucket_mut(to, order.region)?;
    if let Some(version) = bucket.put(key, object, &mut account.identifiers) {
        answer["VersionId"] = json!(version);
    }
    answer["ServerSideEncryption"] = json!(encryption);
    Ok(answer)
}
