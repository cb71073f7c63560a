//! What a bucket has been told, beside its policy and its versioning: tags, lifecycle, encryption, public access,
//! ownership. All are put, got and deleted alike, so they are lines of a table.

use serde_json::Value;

use super::bucket::Bucket;
use super::fault::S3Fault;
use super::{Operation, lifecycle, owner, tagging};
use crate::aws::policy::decision::{Source, SourceKind};
use crate::aws::policy::document::{Effect, Policy, PrincipalEntry, Use};
use crate::aws::{Account, Fault, Order};
use crate::json::json;

/// One kind of setting.
pub struct Setting {
    /// The key under which a bucket keeps it.
    pub name: &'static str,
    /// The member that carries it in.
    member: &'static str,
    /// The member that carries it out; empty when its own members are the answer.
    answer: &'static str,
    /// The right to write it; reading asks for the same with `Get`.
    pub right: &'static str,
    /// What S3 says when there is none.
    missing: (&'static str, &'static str),
}

const SETTINGS: [Setting; 5] = [
    Setting {
        name: "Lifecycle",
        member: "LifecycleConfiguration",
        answer: "",
        right: "LifecycleConfiguration",
        missing: ("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
    },
    Setting {
        name: "Tagging",
        member: "Tagging",
        answer: "",
        right: "BucketTagging",
        missing: ("NoSuchTagSet", "The TagSet does not exist"),
    },
    Setting {
        name: "Encryption",
        member: "ServerSideEncryptionConfiguration",
        answer: "ServerSideEncryptionConfiguration",
        right: "EncryptionConfiguration",
        missing: (
            "ServerSideEncryptionConfigurationNotFoundError",
            "The server side encryption configuration was not found",
        ),
    },
    Setting {
        name: "PublicAccessBlock",
        member: "PublicAccessBlockConfiguration",
        answer: "PublicAccessBlockConfiguration",
        right: "BucketPublicAccessBlock",
        missing: (
            "NoSuchPublicAccessBlockConfiguration",
            "The public access block configuration was not found",
        ),
    },
    Setting {
        name: "OwnershipControls",
        member: "OwnershipControls",
        answer: "OwnershipControls",
        right: "BucketOwnershipControls",
        missing: ("OwnershipControlsNotFoundError", "The bucket ownership controls were not found"),
    },
];

const BLOCKS: [&str; 4] =
    ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];

/// The setting that an operation's name speaks of: `PutBucketTagging`, `GetPublicAccessBlock`.
pub fn of(operation: Operation) -> Option<&'static Setting> {
    let name = operation.name();
    if name.contains("Object") {
        return None;
    }
    SETTINGS.iter().find(|setting| name.contains(setting.name))
}

/// What a bucket of April 2023 or later is told when it is made.
pub fn first(bucket: &mut Bucket) {
    let blocks = json!({"BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true});
    bucket.settings.insert("PublicAccessBlock".to_owned(), blocks.to_string());
    let owns = json!({"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]});
    bucket.settings.insert("OwnershipControls".to_owned(), owns.to_string());
    bucket.settings.insert("Encryption".to_owned(), plain_encryption().to_string());
}

fn plain_encryption() -> Value {
    json!({"Rules": [{
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
        "BucketKeyEnabled": false,
    }]})
}

impl Bucket {
    /// A setting read; null when there is none.
    pub fn setting(&self, name: &str) -> Value {
        self.settings.get(name).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// `AES256` or `aws:kms`, for new objects.
    pub fn encryption(&self) -> String {
        let rule = &self.setting("Encryption")["Rules"][0]["ApplyServerSideEncryptionByDefault"];
        rule["SSEAlgorithm"].as_str().unwrap_or("AES256").to_owned()
    }

    /// Whether access control lists are switched off.
    pub fn owner_enforced(&self) -> bool {
        self.setting("OwnershipControls")["Rules"][0]["ObjectOwnership"] == "BucketOwnerEnforced"
    }
}

/// Put, Get or Delete of a setting, by the first word of the operation's name.
pub fn run(
    operation: Operation,
    setting: &Setting,
    account: &mut Account,
    order: &Order<'_>,
) -> Result<Value, Fault> {
    let bucket = account.s3.bucket_mut(order.parameters.required("Bucket"), order.region)?;
    let name = operation.name();
    if name.starts_with("Get") {
        let Some(text) = bucket.settings.get(setting.name) else {
            let (code, sentence) = setting.missing;
            return Err(Fault::refused(code, 404, sentence));
        };
        let value: Value = serde_json::from_str(text).unwrap_or_default();
        return Ok(if setting.answer.is_empty() { value } else { json!({ (setting.answer): value }) });
    }
    if name.starts_with("Delete") {
        bucket.settings.remove(setting.name);
        if setting.name == "Encryption" {
            // Since 2023 there is always one.
            bucket.settings.insert(setting.name.to_owned(), plain_encryption().to_string());
        }
        return Ok(Value::Null);
    }
    let given = order.parameters.get(setting.member).cloned().unwrap_or_default();
    let kept = match setting.name {
        "Lifecycle" => lifecycle::check(&given)?,
        "Tagging" => {
            json!({"TagSet": tagging::value(&tagging::read(order.parameters.structure("Tagging"))?)})
        }
        "Encryption" => encryption(given)?,
        "PublicAccessBlock" => {
            let block = |member: &&str| ((*member).to_owned(), json!(given[*member] == true));
            Value::Object(BLOCKS.iter().map(block).collect())
        }
        _ => match given["Rules"][0]["ObjectOwnership"].as_str() {
            Some("BucketOwnerEnforced" | "BucketOwnerPreferred" | "ObjectWriter") => given,
            _ => return Err(S3Fault::MalformedXml.into()),
        },
    };
    bucket.settings.insert(setting.name.to_owned(), kept.to_string());
    Ok(Value::Null)
}

fn encryption(given: Value) -> Result<Value, Fault> {
    let rule = &given["Rules"][0]["ApplyServerSideEncryptionByDefault"];
    match (rule["SSEAlgorithm"].as_str(), rule["KMSMasterKeyID"].as_str()) {
        (Some("AES256"), None) | (Some("aws:kms"), None) => {}
        (Some("aws:kms"), Some(_)) => {
            return Err(Fault::NotSimulated { service: "keys of KMS".to_owned() });
        }
        _ => return Err(S3Fault::MalformedXml.into()),
    }
    let mut given = given;
    if given["Rules"][0]["BucketKeyEnabled"].is_null() {
        given["Rules"][0]["BucketKeyEnabled"] = json!(false);
    }
    Ok(given)
}

/// A policy that lets anybody in, whoever and from wherever.
pub fn is_public(policy: &Policy) -> bool {
    const NARROW: [&str; 8] = [
        "aws:sourceip",
        "aws:sourcearn",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:sourceaccount",
        "aws:userid",
        "aws:principalorgid",
        "aws:principalarn",
    ];
    policy.statements.iter().any(|statement| {
        let anyone = statement.principal.as_ref().is_some_and(|principals| {
            principals.inverted || principals.entries.contains(&PrincipalEntry::Anyone)
        });
        let narrowed = statement
            .conditions
            .iter()
            .any(|condition| NARROW.contains(&condition.key.to_ascii_lowercase().as_str()));
        statement.effect == Effect::Allow && anyone && !narrowed
    })
}

pub fn policy_status(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let bucket = account.s3.bucket(order.parameters.required("Bucket"), order.region)?;
    let text = bucket.policy.as_ref().ok_or(S3Fault::NoSuchBucketPolicy)?;
    let public = Policy::parse(text, Use::Resource).is_ok_and(|policy| is_public(&policy));
    Ok(json!({"PolicyStatus": {"IsPublic": public}}))
}

/// The bucket's policy, ready to be weighed.
pub fn policy_source(name: &str, bucket: &Bucket) -> Option<Source> {
    let policy = Policy::parse(bucket.policy.as_ref()?, Use::Resource).ok()?;
    Some(Source { name: format!("bucket policy of {name}"), kind: SourceKind::Resource, policy })
}

/// A bucket and its objects belong to the account alone; that is what their lists say.
pub fn acl(account: &Account) -> Value {
    let whose = owner(&account.id);
    json!({
        "Owner": whose,
        "Grants": [{
            "Grantee": {"DisplayName": whose["DisplayName"], "ID": whose["ID"], "Type": "CanonicalUser"},
            "Permission": "FULL_CONTROL",
        }],
    })
}

/// Refuses a canned list as the bucket's settings demand; one that opens to others has nobody to open to here.
pub fn check_acl(bucket: &Bucket, acl: Option<&str>) -> Result<(), Fault> {
    match acl {
        None | Some("bucket-owner-full-control") => Ok(()),
        Some("private") if !bucket.owner_enforced() => Ok(()),
        Some(_) if bucket.owner_enforced() => Err(S3Fault::AclsNotSupported.into()),
        Some("public-read" | "public-read-write" | "authenticated-read")
            if bucket.setting("PublicAccessBlock")["BlockPublicAcls"] == true =>
        {
            Err(Fault::refused("AccessDenied", 403, "Access Denied"))
        }
        Some(list) => Err(Fault::NotSimulated { service: format!("access control list {list}") }),
    }
}
