//! Buckets.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::fault::S3Fault;
use super::object::{Object, md5_hex};
use crate::aws::policy::document::{Policy, Use};
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::sorted::SortedMap;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    pub region: String,
    pub created: Instant,
    /// By key, in UTF-8 order.
    pub objects: SortedMap<String, Object>,
    /// The bucket policy, as it was put.
    pub policy: Option<String>,
}

/// Why a name cannot be a bucket's (S3 User Guide, "Bucket naming rules", 2023).
fn valid_name(name: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    (3..=63).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-')
        && edge(name.chars().next())
        && edge(name.chars().next_back())
        && !name.contains("..")
        && name.parse::<std::net::Ipv4Addr>().is_err()
        && !name.starts_with("xn--")
        && !name.ends_with("-s3alias")
        && !name.ends_with("--ol-s3")
}

const REGIONS: [&str; 17] = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-south-1",
    "ca-central-1",
    "eu-central-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-north-1",
    "sa-east-1",
];

/// Names that belong to somebody else: every namespace has its squatters.
const TAKEN: [&str; 9] = [
    "test",
    "data",
    "bucket",
    "my-bucket",
    "mybucket",
    "example",
    "redshift-downloads",
    "awssampledb",
    "course",
];

pub fn create(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("Bucket");
    let constraint = order.parameters.structure("CreateBucketConfiguration").text("LocationConstraint");
    match constraint {
        None if order.region != "us-east-1" => {
            return Err(S3Fault::IllegalLocationConstraint { constraint: "unspecified".to_owned() }.into());
        }
        Some(wanted) if !REGIONS.contains(&wanted) || wanted == "us-east-1" => {
            return Err(S3Fault::InvalidLocationConstraint.into());
        }
        Some(wanted) if wanted != order.region => {
            return Err(S3Fault::IllegalLocationConstraint { constraint: wanted.to_owned() }.into());
        }
        _ => {}
    }
    if !valid_name(name) {
        return Err(S3Fault::InvalidBucketName.into());
    }
    if account.s3.buckets.contains_key(name) {
        return Err(S3Fault::BucketOwnedByYou.into());
    }
    if TAKEN.contains(&name) {
        return Err(S3Fault::BucketNameTaken.into());
    }
    let bucket = Bucket {
        region: order.region.to_owned(),
        created: order.now,
        objects: SortedMap::new(),
        policy: None,
    };
    account.s3.buckets.insert(name.to_owned(), bucket);
    Ok(match constraint {
        None => json!({"Location": format!("/{name}")}),
        Some(_) => json!({"Location": format!("http://{name}.s3.amazonaws.com/")}),
    })
}

pub fn delete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("Bucket");
    if !account.s3.bucket(name, order.region)?.objects.is_empty() {
        return Err(S3Fault::BucketNotEmpty.into());
    }
    account.s3.buckets.remove(name);
    Ok(Value::Null)
}

pub fn head(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    match account.s3.bucket(order.parameters.required("Bucket"), order.region) {
        Err(S3Fault::NoSuchBucket) => Err(S3Fault::HeadNotFound.into()),
        other => Ok(other.map(|_| Value::Null)?),
    }
}

pub fn list(account: &Account) -> Value {
    let buckets: Vec<Value> = account
        .s3
        .buckets
        .iter()
        .map(|(name, bucket)| json!({"Name": name, "CreationDate": iso(bucket.created)}))
        .collect();
    // The canonical id is 64 hex digits that say nothing; drawn from the account's number.
    let id = md5_hex(account.id.as_bytes()) + &md5_hex(account.region.as_bytes());
    json!({"Buckets": buckets, "Owner": {"DisplayName": "learner", "ID": id}})
}

pub fn location(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let bucket = account.s3.buckets.get(order.parameters.required("Bucket")).ok_or(S3Fault::NoSuchBucket)?;
    Ok(match bucket.region.as_str() {
        "us-east-1" => json!({"LocationConstraint": null}),
        region => json!({"LocationConstraint": region}),
    })
}

pub fn put_policy(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("Bucket");
    let document = order.parameters.required("Policy");
    account.s3.bucket(name, order.region)?;
    if !document.trim_start().starts_with('{') {
        let sentence = "Policies must be valid JSON and the first byte must be '{'".to_owned();
        return Err(S3Fault::MalformedPolicy { sentence }.into());
    }
    let policy = Policy::parse(document, Use::Resource)
        .map_err(|malformed| S3Fault::MalformedPolicy { sentence: malformed.0 })?;
    let own = super::bucket_arn(name);
    let about_others = policy.statements.iter().filter_map(|s| s.resources.as_ref()).any(|resources| {
        resources.patterns.iter().any(|pattern| *pattern != own && !pattern.starts_with(&format!("{own}/")))
    });
    if about_others {
        return Err(S3Fault::MalformedPolicy { sentence: "Policy has invalid resource".to_owned() }.into());
    }
    account.s3.bucket_mut(name, order.region)?.policy = Some(document.to_owned());
    Ok(Value::Null)
}

pub fn get_policy(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let bucket = account.s3.bucket(order.parameters.required("Bucket"), order.region)?;
    let policy = bucket.policy.as_ref().ok_or(S3Fault::NoSuchBucketPolicy)?;
    Ok(json!({"Policy": policy}))
}

pub fn delete_policy(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    account.s3.bucket_mut(order.parameters.required("Bucket"), order.region)?.policy = None;
    Ok(Value::Null)
}
