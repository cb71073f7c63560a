//! Uploads in parts: how everything larger than a few megabytes comes into S3.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bucket::Bucket;
use super::fault::S3Fault;
use super::object::{self, Body, Object, copy_source, etag, md5_hex};
use super::owner;
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;
use crate::pieces::Pieces;
use crate::sorted::SortedMap;

/// No part but the last may be smaller.
const SMALLEST: u64 = 5 * 1_024 * 1_024;

/// An upload on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Upload {
    pub id: String,
    pub key: String,
    pub initiated: Instant,
    /// What the object will be, but for its bytes.
    object: Object,
    pub parts: SortedMap<u32, Part>,
}

/// One part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub body: Body,
    /// All of it: parts were ranges of a file once, and what is stored says so.
    range: Range<usize>,
    etag: String,
    modified: Instant,
}

fn find<'a>(bucket: &'a mut Bucket, order: &Order<'_>) -> Result<(usize, &'a mut Upload), S3Fault> {
    let (id, key) = (order.parameters.required("UploadId"), order.parameters.required("Key"));
    let found =
        bucket.uploads.iter_mut().enumerate().find(|(_, upload)| upload.id == id && upload.key == key);
    found.ok_or(S3Fault::NoSuchUpload)
}

pub fn create(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let (name, key) = (order.parameters.required("Bucket"), order.parameters.required("Key"));
    let object = object::described(account, order, Body::new(0, Pieces::default()))?;
    let id = account.identifiers.secret(128).replace(['+', '/'], "_");
    let upload =
        Upload { id: id.clone(), key: key.to_owned(), initiated: order.now, object, parts: SortedMap::new() };
    let encryption = upload.object.encryption.clone();
    account.s3.bucket_mut(name, order.region)?.uploads.push(upload);
    Ok(json!({"ServerSideEncryption": encryption, "Bucket": name, "Key": key, "UploadId": id}))
}

fn add(account: &mut Account, order: &Order<'_>, data: Pieces) -> Result<(String, String), Fault> {
    let number = order.parameters.integer("PartNumber").unwrap_or(0);
    let Some(number) = u32::try_from(number).ok().filter(|number| (1..=10_000).contains(number)) else {
        let sentence = "Part number must be an integer between 1 and 10000, inclusive".to_owned();
        return Err(S3Fault::InvalidArgument { sentence }.into());
    };
    let etag = etag(&data);
    let body = account.body(data);
    let bucket = account.s3.bucket_mut(order.parameters.required("Bucket"), order.region)?;
    let (_, upload) = find(bucket, order)?;
    let part = Part { range: 0..body.size as usize, body, etag: etag.clone(), modified: order.now };
    upload.parts.insert(number, part);
    Ok((etag, upload.object.encryption.clone()))
}

pub fn upload_part(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let (etag, encryption) = add(account, order, object::bytes(order))?;
    Ok(json!({"ServerSideEncryption": encryption, "ETag": etag}))
}

pub fn upload_part_copy(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let Some((from, key, version)) = copy_source(order.parameters.required("CopySource")) else {
        return Err(S3Fault::InvalidCopySource.into());
    };
    let source = account.s3.buckets.get(&from).ok_or(S3Fault::NoSuchBucket)?;
    let data = source.find(&key, version.as_deref())?.body.data().cloned().unwrap_or_default();
    let range = match order.parameters.text("CopySourceRange") {
        None => 0..data.len(),
        Some(text) => object::byte_range(text, data.len()).ok_or(S3Fault::InvalidRange)?,
    };
    let (etag, encryption) = add(account, order, data.slice(range))?;
    Ok(json!({
        "CopyPartResult": {"ETag": etag, "LastModified": iso(order.now)},
        "ServerSideEncryption": encryption,
    }))
}

pub fn complete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let (name, key) = (parameters.required("Bucket"), parameters.required("Key"));
    let bucket = account.s3.bucket_mut(name, order.region)?;
    let (at, upload) = find(bucket, order)?;
    let wanted = parameters.structure("MultipartUpload").structures("Parts");
    if wanted.is_empty() {
        return Err(S3Fault::MalformedXml.into());
    }
    let mut parts: Vec<&Part> = Vec::with_capacity(wanted.len());
    let mut before = 0;
    for one in &wanted {
        // Shorthand knows no numbers.
        let number = one.integer("PartNumber").or_else(|| one.text("PartNumber")?.parse().ok()).unwrap_or(0);
        let part = u32::try_from(number).ok().and_then(|number| upload.parts.get(&number));
        let etag = one.required("ETag").trim_matches('"');
        let part = part.filter(|part| part.etag.trim_matches('"') == etag).ok_or(S3Fault::InvalidPart)?;
        if number <= before {
            return Err(S3Fault::InvalidPartOrder.into());
        }
        before = number;
        parts.push(part);
    }
    let small = |part: &&Part| part.body.size < SMALLEST;
    if parts.iter().rev().skip(1).any(small) {
        return Err(S3Fault::EntityTooSmall.into());
    }
    let data = parts.iter().filter_map(|part| part.body.data());
    let sums: Vec<u8> = data.clone().flat_map(object::md5).collect();
    let etag = format!("\"{}-{}\"", md5_hex(&sums), parts.len());
    let data = Pieces::of(data.flat_map(Pieces::iter).cloned());
    let mut object = bucket.uploads.remove(at).object;
    object.body = account.body(data);
    let bucket = account.s3.bucket_mut(name, order.region)?;
    object.etag.clone_from(&etag);
    object.modified = order.now;
    let (region, encryption) = (bucket.region.clone(), object.encryption.clone());
    let version = bucket.put(key, object, &mut account.identifiers);
    let mut answer = json!({
        "ServerSideEncryption": encryption,
        "Location": format!("https://{name}.s3.{region}.amazonaws.com/{key}"),
        "Bucket": name,
        "Key": key,
        "ETag": etag,
    });
    if let Some(version) = version {
        answer["VersionId"] = json!(version);
    }
    Ok(answer)
}

pub fn abort(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let bucket = account.s3.bucket_mut(order.parameters.required("Bucket"), order.region)?;
    let (at, _) = find(bucket, order)?;
    bucket.uploads.remove(at);
    Ok(Value::Null)
}

pub fn list_parts(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let whose = owner(&account.id);
    let bucket = account.s3.bucket_mut(order.parameters.required("Bucket"), order.region)?;
    let (_, upload) = find(bucket, order)?;
    let parts: Vec<Value> = upload
        .parts
        .iter()
        .map(|(number, part)| {
            json!({
                "PartNumber": number,
                "LastModified": iso(part.modified),
                "ETag": part.etag,
                "Size": part.body.size,
            })
        })
        .collect();
    let initiator = order.caller.principal.arn();
    let name = initiator.rsplit('/').next().unwrap_or(initiator);
    let mut answer = json!({});
    if !parts.is_empty() {
        answer["Parts"] = Value::Array(parts);
    }
    answer["Initiator"] = json!({"ID": initiator, "DisplayName": name});
    answer["Owner"] = whose;
    answer["StorageClass"] = json!(upload.object.storage_class);
    Ok(answer)
}

pub fn list_uploads(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let bucket = account.s3.bucket(order.parameters.required("Bucket"), order.region)?;
    let prefix = order.parameters.text("Prefix").unwrap_or("");
    let mut uploads: Vec<&Upload> =
        bucket.uploads.iter().filter(|upload| upload.key.starts_with(prefix)).collect();
    crate::sorted::sort_by(&mut uploads, |a, b| (&a.key, a.initiated.0).cmp(&(&b.key, b.initiated.0)));
    let uploads: Vec<Value> = uploads
        .into_iter()
        .map(|upload| {
            json!({
                "UploadId": upload.id,
                "Key": upload.key,
                "Initiated": iso(upload.initiated),
                "StorageClass": upload.object.storage_class,
                "Owner": owner(&account.id),
            })
        })
        .collect();
    Ok(if uploads.is_empty() { Value::Null } else { json!({"Uploads": uploads}) })
}
