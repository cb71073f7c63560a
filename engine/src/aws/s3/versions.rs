//! What a key has been: the object it names now, and behind it what it named before (S3 User Guide, "How S3
//! Versioning works").

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::bucket::Bucket;
use super::fault::S3Fault;
use super::object::Object;
use super::owner;
use crate::aws::ident::Identifiers;
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;

/// Something that a key named before, or a mark that it was deleted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Version {
    Object(Box<Object>),
    Marker { version: Option<String>, at: Instant },
}

impl Version {
    /// `None` is the version called `null`.
    fn id(&self) -> Option<&String> {
        match self {
            Version::Object(object) => object.version.as_ref(),
            Version::Marker { version, .. } => version.as_ref(),
        }
    }

    pub fn since(&self) -> Instant {
        match self {
            Version::Object(object) => object.modified,
            Version::Marker { at, .. } => *at,
        }
    }
}

/// As the API writes it.
pub fn shown(id: Option<&String>) -> &str {
    id.map_or("null", String::as_str)
}

/// What a deletion did.
#[derive(Debug, Default)]
pub struct Deleted {
    pub version: Option<String>,
    pub marker: bool,
}

impl Bucket {
    /// An id for the next version, as the bucket's versioning wants it.
    fn next_id(&self, identifiers: &mut Identifiers) -> Option<String> {
        (self.versioning == Some(true)).then(|| identifiers.version_id())
    }

    /// Puts an object in front; gives its id when the bucket tells ids.
    pub fn put(&mut self, key: &str, mut object: Object, identifiers: &mut Identifiers) -> Option<String> {
        object.version = self.next_id(identifiers);
        let id = object.version.clone();
        self.step_back(key, id.is_none());
        self.objects.insert(key.to_owned(), object);
        id.or_else(|| self.versioning.map(|_| "null".to_owned()))
    }

    /// The current object becomes an old one; the version `null` is never there twice.
    fn step_back(&mut self, key: &str, null: bool) {
        if self.versioning.is_none() {
            return;
        }
        let current = self.objects.remove(key);
        let past = self.past.entry(key.to_owned()).or_default();
        if null {
            past.retain(|version| version.id().is_some());
        }
        past.extend(
            current
                .filter(|object| !null || object.version.is_some())
                .map(|object| Version::Object(Box::new(object))),
        );
        if past.is_empty() {
            self.past.remove(key);
        }
    }

    /// Deletes without naming a version: for good in a bucket without versioning, else by a mark in front.
    pub fn delete(&mut self, key: &str, identifiers: &mut Identifiers, now: Instant) -> Deleted {
        if self.versioning.is_none() {
            self.objects.remove(key);
            return Deleted::default();
        }
        let version = self.next_id(identifiers);
        self.step_back(key, version.is_none());
        let shown = shown(version.as_ref()).to_owned();
        self.past.entry(key.to_owned()).or_default().push(Version::Marker { version, at: now });
        Deleted { version: Some(shown), marker: true }
    }

    /// Deletes one version for good; what stood behind it comes to the front.
    pub fn delete_version(&mut self, key: &str, id: &str) -> Deleted {
        let mut deleted = Deleted { version: Some(id.to_owned()), marker: false };
        if self.objects.get(key).is_some_and(|object| shown(object.version.as_ref()) == id) {
            self.objects.remove(key);
        } else if let Some(past) = self.past.get_mut(key)
            && let Some(at) = past.iter().position(|version| shown(version.id()) == id)
        {
            deleted.marker = matches!(past.remove(at), Version::Marker { .. });
        }
        self.come_forward(key);
        deleted
    }

    /// Where nothing stands in front and the last thing before was an object, that is it.
    fn come_forward(&mut self, key: &str) {
        if !self.objects.contains_key(key)
            && let Some(past) = self.past.get_mut(key)
            && matches!(past.last(), Some(Version::Object(_)))
            && let Some(Version::Object(object)) = past.pop()
        {
            self.objects.insert(key.to_owned(), *object);
        }
        if self.past.get(key).is_some_and(Vec::is_empty) {
            self.past.remove(key);
        }
    }

    /// The object under a key, or one of its versions.
    pub fn find(&self, key: &str, id: Option<&str>) -> Result<&Object, S3Fault> {
        let Some(id) = id else { return self.objects.get(key).ok_or(S3Fault::NoSuchKey) };
        if let Some(object) = self.objects.get(key).filter(|object| shown(object.version.as_ref()) == id) {
            return Ok(object);
        }
        let past = self.past.get(key).map_or(&[][..], Vec::as_slice);
        match past.iter().find(|version| shown(version.id()) == id) {
            Some(Version::Object(object)) => Ok(object),
            Some(Version::Marker { .. }) => Err(S3Fault::MethodNotAllowed),
            None => Err(S3Fault::NoSuchVersion),
        }
    }

    pub fn find_mut(&mut self, key: &str, id: Option<&str>) -> Result<&mut Object, S3Fault> {
        self.find(key, id)?;
        let is = |object: &Object| id.is_none_or(|id| shown(object.version.as_ref()) == id);
        let current = self.objects.get_mut(key).filter(|object| is(object));
        let past = self.past.get_mut(key).into_iter().flatten().filter_map(|version| match version {
            Version::Object(object) => Some(&mut **object),
            Version::Marker { .. } => None,
        });
        current.into_iter().chain(past).find(|object| is(object)).ok_or(S3Fault::NoSuchVersion)
    }

    /// Every key that is or was.
    fn keys(&self) -> Vec<&String> {
        let mut keys: Vec<&String> = self.objects.keys().chain(self.past.keys()).collect();
        crate::sorted::sort(&mut keys);
        keys.dedup();
        keys
    }
}

pub fn put_versioning(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let enabled = match order.parameters.structure("VersioningConfiguration").text("Status") {
        Some("Enabled") => true,
        Some("Suspended") => false,
        _ => return Err(S3Fault::MalformedXml.into()),
    };
    let bucket = account.s3.bucket_mut(order.parameters.required("Bucket"), order.region)?;
    bucket.versioning = Some(enabled);
    Ok(Value::Null)
}

pub fn get_versioning(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let bucket = account.s3.bucket(order.parameters.required("Bucket"), order.region)?;
    Ok(match bucket.versioning {
        None => Value::Null,
        Some(enabled) => json!({"Status": if enabled { "Enabled" } else { "Suspended" }}),
    })
}

/// ListObjectVersions: the newest of each key first.
pub fn list(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = parameters.required("Bucket");
    let bucket = account.s3.bucket(name, order.region)?;
    let prefix = parameters.text("Prefix").unwrap_or("");
    let delimiter = parameters.text("Delimiter").filter(|delimiter| !delimiter.is_empty());
    let most = parameters.integer("MaxKeys").unwrap_or(1_000).clamp(0, 1_000) as usize;
    let after = (parameters.text("KeyMarker").unwrap_or(""), parameters.text("VersionIdMarker"));
    let (mut versions, mut markers, mut folders) = (Vec::new(), Vec::new(), Vec::new());
    let mut next = None;
    let mut last = (String::new(), String::new());
    'keys: for key in bucket.keys().into_iter().filter(|key| key.starts_with(prefix)) {
        if let Some(folder) = super::listing::folder(key, prefix, delimiter) {
            let folder = json!({"Prefix": folder});
            if key.as_str() > after.0 && folders.last() != Some(&folder) {
                folders.push(folder);
            }
            continue;
        }
        let current = bucket.objects.get(key).cloned().map(|object| Version::Object(Box::new(object)));
        let past = bucket.past.get(key).into_iter().flatten().rev().cloned();
        let mut passed = after.1.is_none() || key != after.0;
        for (number, version) in current.into_iter().chain(past).enumerate() {
            let id = shown(version.id()).to_owned();
            if key.as_str() < after.0 || (key == after.0 && after.1.is_none()) {
                continue;
            }
            if !passed {
                passed = after.1 == Some(id.as_str());
                continue;
            }
            if versions.len() + markers.len() + folders.len() == most {
                next = Some(last);
                break 'keys;
            }
            let mut value = Map::new();
            if let Version::Object(object) = &version {
                value.insert("ETag".to_owned(), json!(object.etag));
                value.insert("Size".to_owned(), json!(object.body.size));
                value.insert("StorageClass".to_owned(), json!(object.storage_class));
            }
            let mut tail = json!({
                "Key": key,
                "VersionId": id,
                "IsLatest": number == 0,
                "LastModified": iso(version.since()),
                "Owner": owner(&account.id),
            });
            if matches!(version, Version::Marker { .. })
                && let Value::Object(fields) = &mut tail
                && let Some(whose) = fields.remove("Owner")
            {
                value.insert("Owner".to_owned(), whose);
            }
            value.extend(tail.as_object().cloned().unwrap_or_default());
            match version {
                Version::Object(_) => versions.push(Value::Object(value)),
                Version::Marker { .. } => markers.push(Value::Object(value)),
            }
            last = (key.clone(), id);
        }
    }
    let mut answer = Map::new();
    answer.insert("IsTruncated".to_owned(), json!(next.is_some()));
    if let Some((key, version)) = next {
        answer.insert("NextKeyMarker".to_owned(), json!(key));
        answer.insert("NextVersionIdMarker".to_owned(), json!(version));
    }
    for (member, list) in [("Versions", versions), ("DeleteMarkers", markers)] {
        if !list.is_empty() {
            answer.insert(member.to_owned(), Value::Array(list));
        }
    }
    answer.insert("Name".to_owned(), json!(name));
    answer.insert("Prefix".to_owned(), json!(prefix));
    answer.insert("MaxKeys".to_owned(), json!(most));
    if !folders.is_empty() {
        answer.insert("CommonPrefixes".to_owned(), Value::Array(folders));
    }
    Ok(Value::Object(answer))
}
