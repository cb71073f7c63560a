//! Buckets.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::S3Fault;
use super::multipart::Upload;
use super::object::{Body, Object};
use super::settings::{self, check_acl, is_public};
use super::versions::Version;
use super::{action_fits, owner};
use crate::json::json;

use crate::aws::policy::document::{Policy, PrincipalEntry, Use};
use crate::aws::policy::pattern::Pattern;
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
    /// `None` until it is switched on; then never `None` again.
    pub versioning: Option<bool>,
    /// What keys were before, the oldest first.
    pub past: SortedMap<String, Vec<Version>>,
    /// Uploads in parts that are on their way.
    pub uploads: Vec<Upload>,
    /// Settings by name, in JSON.
    pub settings: SortedMap<String, String>,
}

impl Bucket {
    /// Bodies of its objects, the old ones and the parts of uploads.
    pub fn bodies(&self) -> impl Iterator<Item = &Body> {
        let old = self.past.values().flatten().filter_map(|version| match version {
            Version::Object(object) => Some(&object.body),
            Version::Marker { .. } => None,
        });
        let parts = self.uploads.iter().flat_map(|upload| upload.parts.values());
        self.objects.values().map(|object| &object.body).chain(old).chain(parts.map(|part| &part.body))
    }
}

/// What botocore lets through; the service is stricter.
pub fn check_name(name: &str) -> Result<(), Fault> {
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    if (1..=255).contains(&name.len()) && name.chars().all(plain) || name.starts_with("arn:") {
        return Ok(());
    }
    Err(Fault::Parameters(format!(
        "Invalid bucket name \"{name}\": Bucket name must match the regex \"^[a-zA-Z0-9.\\-_]{{1,255}}$\" or be an ARN matching the regex \"^arn:(aws).*:(s3|s3-object-lambda):[a-z\\-0-9]*:[0-9]{{12}}:accesspoint[/:][a-zA-Z0-9\\-.]{{1,63}}$|^arn:(aws).*:s3-outposts:[a-z\\-0-9]+:[0-9]{{12}}:outpost[/:][a-zA-Z0-9\\-]{{1,63}}[/:]accesspoint[/:][a-zA-Z0-9\\-]{{1,63}}$\""
    )))
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
    if account
        .s3
        .buckets
        .get(name)
        .is_some_and(|own| own.region == "us-east-1" && order.region == "us-east-1")
    {
        // Virginia alone answers as if the bucket had just been made.
        return Ok(json!({"Location": format!("/{name}")}));
    }
    if account.s3.buckets.contains_key(name) {
        return Err(S3Fault::BucketOwnedByYou.into());
    }
    if TAKEN.contains(&name) {
        return Err(S3Fault::BucketNameTaken.into());
    }
    let mut bucket = Bucket {
        region: order.region.to_owned(),
        created: order.now,
        objects: SortedMap::new(),
        policy: None,
        versioning: None,
        past: SortedMap::new(),
        uploads: Vec::new(),
        settings: SortedMap::new(),
    };
    settings::first(&mut bucket);
    if let Some(ownership) = order.parameters.text("ObjectOwnership") {
        let rules = json!({"Rules": [{"ObjectOwnership": ownership}]});
        bucket.settings.insert("OwnershipControls".to_owned(), rules.to_string());
    }
    check_acl(&bucket, order.parameters.text("ACL").filter(|acl| *acl != "private"))?;
    account.s3.buckets.insert(name.to_owned(), bucket);
    Ok(match constraint {
        None => json!({"Location": format!("/{name}")}),
        Some(_) => json!({"Location": format!("http://{name}.s3.amazonaws.com/")}),
    })
}

pub fn delete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("Bucket");
    let bucket = account.s3.bucket(name, order.region)?;
    if !bucket.past.is_empty() || (bucket.versioning.is_some() && !bucket.objects.is_empty()) {
        return Err(S3Fault::VersionsLeft.into());
    }
    if !bucket.objects.is_empty() {
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

pub fn list(account: &Account, order: &Order<'_>) -> Value {
    let parameters = order.parameters;
    let prefix = parameters.text("Prefix").unwrap_or("");
    let region = parameters.text("BucketRegion");
    let buckets: Vec<Value> = account
        .s3
        .buckets
        .iter()
        .filter(|(name, bucket)| {
            name.starts_with(prefix) && region.is_none_or(|region| bucket.region == region)
        })
        .map(|(name, bucket)| json!({"Name": name, "CreationDate": iso(bucket.created)}))
        .collect();
    json!({"Buckets": buckets, "Owner": owner(&account.id)})
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
    let malformed = |sentence: &str| Fault::from(S3Fault::MalformedPolicy { sentence: sentence.to_owned() });
    let own = super::bucket_arn(name);
    let objects = format!("{own}/");
    for statement in &policy.statements {
        let resources = statement.resources.as_ref().map_or(&[][..], |list| &list.patterns[..]);
        if resources.iter().any(|resource| *resource != own && !resource.starts_with(&objects)) {
            return Err(malformed("Policy has invalid resource"));
        }
        let actions = &statement.actions.patterns;
        if actions.iter().any(|action| *action != "*" && !action.to_ascii_lowercase().starts_with("s3:")) {
            return Err(malformed("Policy has invalid action"));
        }
        // Rights on the bucket do not apply to its objects, nor the other way round.
        let applies =
            |action: &String| resources.iter().any(|resource| action_fits(action, *resource != own));
        if !actions.iter().all(applies) {
            return Err(malformed("Action does not apply to any resource(s) in statement"));
        }
        // Keys that only a listing has say nothing of anything else.
        let listing = |key: &str| {
            ["s3:prefix", "s3:delimiter", "s3:max-keys"].iter().any(|known| key.eq_ignore_ascii_case(known))
        };
        let lists = |action: &String| {
            let pattern = Pattern::plain(action);
            ["s3:ListBucket", "s3:ListBucketVersions"].iter().any(|list| pattern.matches_ignoring_case(list))
        };
        if statement.conditions.iter().any(|one| listing(&one.key)) && !actions.iter().all(lists) {
            let sentence = "Conditions do not apply to combination of actions and resources in statement";
            return Err(malformed(sentence));
        }
        let named = statement.principal.iter().flat_map(|principals| &principals.entries);
        if named.into_iter().any(
            |entry| matches!(entry, PrincipalEntry::Aws(arn) if !account.iam.names_someone(arn, &account.id)),
        ) {
            return Err(malformed("Invalid principal in policy"));
        }
    }
    let blocked =
        account.s3.bucket(name, order.region)?.setting("PublicAccessBlock")["BlockPublicPolicy"] == true;
    if blocked && is_public(&policy) {
        return Err(Fault::refused("AccessDenied", 403, "Access Denied"));
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
