//! S3: buckets and the objects in them (S3 API Reference).

pub mod arriving;
pub mod bucket;
mod deletion;
pub mod fault;
pub mod lifecycle;
mod listing;
pub mod multipart;
pub mod object;
mod settings;
mod tagging;
pub mod versions;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::meter::Usage;
use super::parameters::Parameters;
use super::policy::Context;
use super::policy::decision::Source;
use super::policy::pattern::Pattern;
use super::shape::operations;
use super::{Access, Account, Fault, Order, Reply};
use crate::clock::Instant;
use crate::json::json;
use crate::sorted::SortedMap;
use bucket::Bucket;
use fault::S3Fault;
use object::Body;
use versions::Version;

operations! {
    CreateBucket "ACL Bucket! CreateBucketConfiguration:structure ObjectOwnership",
    DeleteBucket "Bucket!",
    HeadBucket "Bucket!",
    ListBuckets "MaxBuckets:int ContinuationToken Prefix BucketRegion",
    GetBucketLocation "Bucket!",
    PutBucketPolicy "Bucket! Policy! ConfirmRemoveSelfBucketAccess:bool",
    GetBucketPolicy "Bucket!",
    GetBucketPolicyStatus "Bucket!",
    DeleteBucketPolicy "Bucket!",
    PutBucketVersioning "Bucket! VersioningConfiguration!:structure",
    GetBucketVersioning "Bucket!",
    PutBucketLifecycleConfiguration "Bucket! LifecycleConfiguration:structure",
    GetBucketLifecycleConfiguration "Bucket!",
    DeleteBucketLifecycle "Bucket!",
    PutBucketTagging "Bucket! Tagging!:structure",
    GetBucketTagging "Bucket!",
    DeleteBucketTagging "Bucket!",
    PutBucketEncryption "Bucket! ServerSideEncryptionConfiguration!:structure",
    GetBucketEncryption "Bucket!",
    DeleteBucketEncryption "Bucket!",
    PutPublicAccessBlock "Bucket! PublicAccessBlockConfiguration!:structure",
    GetPublicAccessBlock "Bucket!",
    DeletePublicAccessBlock "Bucket!",
    PutBucketOwnershipControls "Bucket! OwnershipControls!:structure",
    GetBucketOwnershipControls "Bucket!",
    DeleteBucketOwnershipControls "Bucket!",
    GetBucketAcl "Bucket!",
    PutBucketAcl "ACL Bucket!",
    GetObjectAcl "Bucket! Key! VersionId",
    PutObjectAcl "ACL Bucket! Key! VersionId",
    ListObjects "Bucket! Delimiter EncodingType Marker MaxKeys:int Prefix RequestPayer",
    ListObjectsV2 "Bucket! Delimiter EncodingType MaxKeys:int Prefix ContinuationToken FetchOwner:bool StartAfter RequestPayer",
    ListObjectVersions "Bucket! Delimiter EncodingType KeyMarker MaxKeys:int Prefix VersionIdMarker",
    PutObject "ACL Body:blob Bucket! CacheControl ContentDisposition ContentEncoding ContentLanguage ContentType Key! Metadata:map ServerSideEncryption StorageClass Tagging",
    GetObject "Bucket! IfMatch IfNoneMatch Key! Range VersionId",
    HeadObject "Bucket! IfMatch IfNoneMatch Key! Range VersionId",
    GetObjectAttributes "Bucket! Key! VersionId ObjectAttributes!:strings",
    CopyObject "ACL Bucket! CacheControl ContentDisposition ContentEncoding ContentLanguage ContentType CopySource! Key! Metadata:map MetadataDirective TaggingDirective ServerSideEncryption StorageClass Tagging",
    DeleteObject "Bucket! Key! VersionId",
    DeleteObjects "Bucket! Delete!:structure",
    PutObjectTagging "Bucket! Key! VersionId Tagging!:structure",
    GetObjectTagging "Bucket! Key! VersionId",
    DeleteObjectTagging "Bucket! Key! VersionId",
    CreateMultipartUpload "ACL Bucket! CacheControl ContentDisposition ContentEncoding ContentLanguage ContentType Key! Metadata:map ServerSideEncryption StorageClass Tagging",
    UploadPart "Body:blob Bucket! Key! PartNumber!:int UploadId!",
    UploadPartCopy "Bucket! CopySource! CopySourceRange Key! PartNumber!:int UploadId!",
    CompleteMultipartUpload "Bucket! Key! MultipartUpload:structure UploadId!",
    AbortMultipartUpload "Bucket! Key! UploadId!",
    ListParts "Bucket! Key! MaxParts:int PartNumberMarker UploadId!",
    ListMultipartUploads "Bucket! Delimiter KeyMarker MaxUploads:int Prefix UploadIdMarker",
}

/// Operations AWS has and the sandbox does not.
pub const NOT_SIMULATED: &str = "Get|Put:BucketAccelerateConfiguration \
Delete|Get|List+|Put:BucketAnalyticsConfiguration Delete|Get|Put:BucketCors \
Delete|Get|List+|Put:BucketIntelligentTieringConfiguration Delete|Get|List+|Put:BucketInventoryConfiguration \
Get|Put:BucketLifecycle Get|Put:BucketLogging Delete|Get|List+|Put:BucketMetricsConfiguration \
Get|Put:BucketNotification Get|Put:BucketNotificationConfiguration Delete|Get|Put:BucketReplication \
Get|Put:BucketRequestPayment Delete|Get|Put:BucketWebsite Get|Put:ObjectLegalHold Get|Put:ObjectLockConfiguration \
Get|Put:ObjectRetention WriteGetObjectResponse RestoreObject SelectObjectContent GetObjectTorrent";

/// All buckets of the account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct S3 {
    pub buckets: SortedMap<String, Bucket>,
}

impl Operation {
    /// What a request counts as on the bill.
    pub fn usage(self) -> Usage {
        let dear = ["Put", "Copy", "Create", "List", "Upload", "Complete"];
        if dear.iter().any(|word| self.name().starts_with(word)) {
            Usage::S3RequestsTier1
        } else {
            Usage::S3RequestsTier2
        }
    }
}

impl S3 {
    /// The bucket, as somebody in `region` reaches it.
    pub fn bucket(&self, name: &str, region: &str) -> Result<&Bucket, S3Fault> {
        let bucket = self.buckets.get(name).ok_or(S3Fault::NoSuchBucket)?;
        if bucket.region == region { Ok(bucket) } else { Err(S3Fault::WrongRegion) }
    }

    pub(super) fn bucket_mut(&mut self, name: &str, region: &str) -> Result<&mut Bucket, S3Fault> {
        let bucket = self.buckets.get_mut(name).ok_or(S3Fault::NoSuchBucket)?;
        if bucket.region == region { Ok(bucket) } else { Err(S3Fault::WrongRegion) }
    }

    /// The bucket policy that applies to an S3 ARN, if its bucket has one.
    pub fn policy_source(&self, resource: &str) -> Option<Source> {
        let path = resource.strip_prefix("arn:aws:s3:::")?;
        let name = path.split('/').next().unwrap_or(path);
        settings::policy_source(name, self.buckets.get(name)?)
    }

    /// When the object at an `s3://` path, if it is there, was changed last.
    pub fn modified(&self, path: &str) -> Option<Instant> {
        let (bucket, key) = path.strip_prefix("s3://")?.split_once('/')?;
        Some(self.buckets.get(bucket)?.objects.get(key)?.modified)
    }

    /// Bodies of all objects, old ones and parts as well.
    pub fn bodies(&self) -> impl Iterator<Item = &Body> {
        self.buckets.values().flat_map(Bucket::bodies)
    }

    pub fn bodies_mut(&mut self) -> impl Iterator<Item = &mut Body> {
        self.buckets.values_mut().flat_map(|bucket| {
            let old = bucket.past.values_mut().flatten().filter_map(|version| match version {
                Version::Object(object) => Some(&mut object.body),
                Version::Marker { .. } => None,
            });
            let parts = bucket.uploads.iter_mut().flat_map(|upload| upload.parts.values_mut());
            let current = bucket.objects.values_mut().map(|object| &mut object.body);
            current.chain(old).chain(parts.map(|part| &mut part.body))
        })
    }
}

/// Whom everything belongs to. The canonical id is 64 hex digits that say nothing; drawn from the account's number.
pub(in crate::aws) fn owner(account: &str) -> Value {
    let id = object::md5_hex(account.as_bytes()) + &object::md5_hex(account.as_bytes())[..32];
    json!({"DisplayName": "learner", "ID": id})
}

/// Whether an action of a bucket policy can be about an object, or about a bucket.
fn action_fits(action: &str, on_object: bool) -> bool {
    let pattern = Pattern::plain(action);
    Operation::ALL
        .iter()
        .flat_map(|operation| rights(*operation, false))
        .chain(rights(Operation::GetObject, true))
        .any(|(right, object)| object == on_object && pattern.matches_ignoring_case(&format!("s3:{right}")))
}

pub fn bucket_arn(bucket: &str) -> String {
    format!("arn:aws:s3:::{bucket}")
}

pub fn object_arn(bucket: &str, key: &str) -> String {
    format!("arn:aws:s3:::{bucket}/{key}")
}

/// What an operation needs to be allowed, by name, and whether on an object.
fn rights(operation: Operation, version: bool) -> Vec<(String, bool)> {
    use Operation::*;
    let of_version =
        |name: &str| if version { name.replacen("Object", "ObjectVersion", 1) } else { name.to_owned() };
    let (right, on_object) = match operation {
        ListBuckets => ("ListAllMyBuckets".to_owned(), false),
        HeadBucket | ListObjects | ListObjectsV2 => ("ListBucket".to_owned(), false),
        ListObjectVersions => ("ListBucketVersions".to_owned(), false),
        ListMultipartUploads => ("ListBucketMultipartUploads".to_owned(), false),
        GetObject | HeadObject => (of_version("GetObject"), true),
        GetObjectAttributes => (of_version("GetObjectAttributes"), true),
        DeleteObject => (of_version("DeleteObject"), true),
        PutObjectTagging | GetObjectTagging | DeleteObjectTagging | GetObjectAcl | PutObjectAcl => {
            (of_version(operation.name()), true)
        }
        PutObject
        | CreateMultipartUpload
        | UploadPart
        | CompleteMultipartUpload
        | CopyObject
        | UploadPartCopy => ("PutObject".to_owned(), true),
        AbortMultipartUpload => ("AbortMultipartUpload".to_owned(), true),
        ListParts => ("ListMultipartUploadParts".to_owned(), true),
        // Each object is asked for by itself.
        DeleteObjects => return Vec::new(),
        CreateBucket
        | DeleteBucket
        | GetBucketLocation
        | PutBucketPolicy
        | GetBucketPolicy
        | GetBucketPolicyStatus
        | DeleteBucketPolicy
        | PutBucketVersioning
        | GetBucketVersioning
        | GetBucketAcl
        | PutBucketAcl
        | PutBucketLifecycleConfiguration
        | GetBucketLifecycleConfiguration
        | DeleteBucketLifecycle
        | PutBucketTagging
        | GetBucketTagging
        | DeleteBucketTagging
        | PutBucketEncryption
        | GetBucketEncryption
        | DeleteBucketEncryption
        | PutPublicAccessBlock
        | GetPublicAccessBlock
        | DeletePublicAccessBlock
        | PutBucketOwnershipControls
        | GetBucketOwnershipControls
        | DeleteBucketOwnershipControls => {
            let name = operation.name();
            match settings::of(operation) {
                // To delete a setting is to put it.
                Some(setting) => {
                    let verb = if name.starts_with("Get") { "Get" } else { "Put" };
                    (format!("{verb}{}", setting.right), false)
                }
                None => (name.to_owned(), false),
            }
        }
    };
    vec![(right, on_object)]
}

/// The rights an operation needs. Copying needs two: reading there and writing here.
pub fn access(operation: Operation, account: &Account, order: &Order<'_>) -> Vec<Access> {
    let parameters = order.parameters;
    let (bucket, key) = (parameters.required("Bucket"), parameters.required("Key"));
    let mut accesses = Vec::new();
    if let Some((from, source, version)) = parameters.text("CopySource").and_then(object::copy_source) {
        let mut context = Context::default();
        existing(account, &from, &source, version.as_deref(), &mut context);
        let action = if version.is_some() { "s3:GetObjectVersion" } else { "s3:GetObject" };
        let resource = object_arn(&from, &source);
        accesses.push(Access {
            action: action.to_owned(),
            resource: resource.clone(),
            context: context.clone(),
        });
        // Tags that come along are read there; they are written here, as those are that the request has.
        if operation == Operation::CopyObject && brings_tags(account, parameters) {
            accesses.push(Access { action: action.to_owned() + "Tagging", resource, context });
        }
    }
    let version = parameters.text("VersionId");
    let mut needed = rights(operation, version.is_some());
    // Tags and lists of access that come with an object are rights of their own.
    if matches!(operation, Operation::PutObject | Operation::CopyObject | Operation::CreateMultipartUpload) {
        let with = [("Tagging", "PutObjectTagging"), ("ACL", "PutObjectAcl")];
        let brought = brings_tags(account, parameters);
        let asked = with.iter().filter(|(member, right)| {
            parameters.text(member).is_some() || (brought && *right == "PutObjectTagging")
        });
        needed.extend(asked.map(|(_, right)| ((*right).to_owned(), true)));
    }
    for (right, on_object) in needed {
        let mut context = context(parameters);
        if on_object {
            existing(account, bucket, key, version, &mut context);
        }
        let resource = match (operation, on_object) {
            (Operation::ListBuckets, _) => "*".to_owned(),
            (_, true) => object_arn(bucket, key),
            (_, false) => bucket_arn(bucket),
        };
        accesses.push(Access { action: format!("s3:{right}"), resource, context });
    }
    accesses
}

/// Whether an object is copied with its tags: it has some, and nobody asked for others.
fn brings_tags(account: &Account, parameters: Parameters<'_>) -> bool {
    let source = parameters.text("CopySource").and_then(object::copy_source);
    let found = source.as_ref().and_then(|(bucket, key, version)| {
        account.s3.buckets.get(bucket)?.find(key, version.as_deref()).ok()
    });
    parameters.text("TaggingDirective") != Some("REPLACE") && found.is_some_and(|it| !it.tags.is_empty())
}

/// What conditions can ask of the object as it lies there.
fn existing(account: &Account, bucket: &str, key: &str, version: Option<&str>, context: &mut Context) {
    let found = account.s3.buckets.get(bucket).and_then(|bucket| bucket.find(key, version).ok());
    if let Some(object) = found {
        tagging::context(&object.tags, "s3:ExistingObjectTag", context);
    }
    if let Some(version) = version {
        context.insert("s3:VersionId", version);
    }
}

/// Condition keys that a request's own members give.
fn context(parameters: Parameters<'_>) -> Context {
    let mut context = Context::default();
    for (member, key) in [
        ("Prefix", "s3:prefix"),
        ("Delimiter", "s3:delimiter"),
        ("ACL", "s3:x-amz-acl"),
        ("ServerSideEncryption", "s3:x-amz-server-side-encryption"),
        ("StorageClass", "s3:x-amz-storage-class"),
        ("CopySource", "s3:x-amz-copy-source"),
    ] {
        if let Some(value) = parameters.text(member) {
            context.insert(key, value);
        }
    }
    if let Some(keys) = parameters.integer("MaxKeys") {
        context.insert("s3:max-keys", keys.to_string());
    }
    if let Some(constraint) = parameters.structure("CreateBucketConfiguration").text("LocationConstraint") {
        context.insert("s3:LocationConstraint", constraint);
    }
    let tags = match parameters.text("Tagging") {
        Some(text) => tagging::read_query(text),
        None => tagging::read(parameters.structure("Tagging")),
    };
    tagging::context(&tags.unwrap_or_default(), "s3:RequestObjectTag", &mut context);
    context
}

pub fn run(operation: Operation, account: &mut Account, order: &Order<'_>) -> Result<Reply, Fault> {
    use Operation::*;
    // Rules do their work before anybody looks.
    lifecycle::expire(account, order.now);
    if operation == GetObject {
        return object::get(account, order);
    }
    if let Some(setting) = settings::of(operation) {
        return Ok(Reply { value: settings::run(operation, setting, account, order)?, body: None });
    }
    let value = match operation {
        CreateBucket => bucket::create(account, order),
        DeleteBucket => bucket::delete(account, order),
        HeadBucket => bucket::head(account, order),
        ListBuckets => Ok(bucket::list(account, order)),
        GetBucketLocation => bucket::location(account, order),
        PutBucketPolicy => bucket::put_policy(account, order),
        GetBucketPolicy => bucket::get_policy(account, order),
        GetBucketPolicyStatus => settings::policy_status(account, order),
        DeleteBucketPolicy => bucket::delete_policy(account, order),
        PutBucketVersioning => versions::put_versioning(account, order),
        GetBucketVersioning => versions::get_versioning(account, order),
        GetBucketAcl | GetObjectAcl | PutBucketAcl | PutObjectAcl => acl(operation, account, order),
        ListObjects => listing::list(account, order, false),
        ListObjectsV2 => listing::list(account, order, true),
        ListObjectVersions => versions::list(account, order),
        PutObject => object::put(account, order),
        HeadObject => object::head(account, order),
        GetObjectAttributes => object::attributes(account, order),
        CopyObject => object::copy(account, order),
        DeleteObject => deletion::delete(account, order),
        DeleteObjects => deletion::delete_many(account, order),
        PutObjectTagging | GetObjectTagging | DeleteObjectTagging => {
            tagging::object(operation.name(), account, order)
        }
        CreateMultipartUpload => multipart::create(account, order),
        UploadPart => multipart::upload_part(account, order),
        UploadPartCopy => multipart::upload_part_copy(account, order),
        CompleteMultipartUpload => multipart::complete(account, order),
        AbortMultipartUpload => multipart::abort(account, order),
        ListParts => multipart::list_parts(account, order),
        ListMultipartUploads => multipart::list_uploads(account, order),
        // Answered above.
        GetObject
        | PutBucketLifecycleConfiguration
        | GetBucketLifecycleConfiguration
        | DeleteBucketLifecycle
        | PutBucketTagging
        | GetBucketTagging
        | DeleteBucketTagging
        | PutBucketEncryption
        | GetBucketEncryption
        | DeleteBucketEncryption
        | PutPublicAccessBlock
        | GetPublicAccessBlock
        | DeletePublicAccessBlock
        | PutBucketOwnershipControls
        | GetBucketOwnershipControls
        | DeleteBucketOwnershipControls => Ok(Value::Null),
    }?;
    Ok(Reply { value, body: None })
}

/// Access control lists: read as what they are, put only as what they may be.
fn acl(operation: Operation, account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let bucket = account.s3.bucket(parameters.required("Bucket"), order.region)?;
    if let Some(key) = parameters.text("Key") {
        bucket.find(key, parameters.text("VersionId"))?;
    }
    if matches!(operation, Operation::GetBucketAcl | Operation::GetObjectAcl) {
        return Ok(settings::acl(account));
    }
    if bucket.owner_enforced() {
        return Err(S3Fault::AclsNotSupported.into());
    }
    settings::check_acl(bucket, parameters.text("ACL")).map(|()| Value::Null)
}
