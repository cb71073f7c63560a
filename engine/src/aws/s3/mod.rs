//! S3: buckets and the objects in them (S3 API Reference).

pub mod bucket;
pub mod fault;
pub mod object;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::meter::Usage;
use super::parameters::Parameters;
use super::policy::Context;
use super::policy::decision::{Source, SourceKind};
use super::policy::document::{Policy, Use};
use super::shape::operations;
use super::{Access, Account, Fault, Order, Reply};
use crate::sorted::SortedMap;
use bucket::Bucket;
use fault::S3Fault;
use object::Body;

operations! {
    CreateBucket "ACL Bucket! CreateBucketConfiguration:structure",
    DeleteBucket "Bucket!",
    HeadBucket "Bucket!",
    ListBuckets "MaxBuckets:int ContinuationToken Prefix BucketRegion",
    GetBucketLocation "Bucket!",
    PutBucketPolicy "Bucket! Policy! ConfirmRemoveSelfBucketAccess:bool",
    GetBucketPolicy "Bucket!",
    DeleteBucketPolicy "Bucket!",
    ListObjectsV2 "Bucket! Delimiter EncodingType MaxKeys:int Prefix ContinuationToken FetchOwner:bool StartAfter RequestPayer",
    PutObject "ACL Body:blob Bucket! CacheControl ContentDisposition ContentEncoding ContentLanguage ContentType Key! Metadata:structure ServerSideEncryption StorageClass Tagging",
    GetObject "Bucket! Key! Range VersionId",
    HeadObject "Bucket! Key! Range VersionId",
    CopyObject "ACL Bucket! ContentType CopySource! Key! Metadata:structure MetadataDirective StorageClass",
    DeleteObject "Bucket! Key! VersionId",
    DeleteObjects "Bucket! Delete!:structure",
}

/// Operations AWS has and the sandbox does not.
pub const NOT_SIMULATED: &str = "AbortMultipartUpload CompleteMultipartUpload CreateMultipartUpload DeleteBucketCors \
DeleteBucketEncryption DeleteBucketLifecycle DeleteBucketTagging DeleteBucketWebsite DeleteObjectTagging \
DeletePublicAccessBlock GetBucketAcl GetBucketCors GetBucketEncryption GetBucketLifecycleConfiguration \
GetBucketLogging GetBucketNotificationConfiguration GetBucketOwnershipControls GetBucketPolicyStatus \
GetBucketReplication GetBucketTagging GetBucketVersioning GetBucketWebsite GetObjectAcl GetObjectAttributes \
GetObjectTagging GetPublicAccessBlock ListMultipartUploads ListObjectVersions ListObjects ListParts PutBucketAcl \
PutBucketCors PutBucketEncryption PutBucketLifecycleConfiguration PutBucketLogging PutBucketTagging \
PutBucketVersioning PutBucketWebsite PutObjectAcl PutObjectTagging PutPublicAccessBlock RestoreObject \
SelectObjectContent UploadPart UploadPartCopy";

/// All buckets of the account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct S3 {
    pub buckets: SortedMap<String, Bucket>,
}

impl Operation {
    /// What a request counts as on the bill.
    pub fn usage(self) -> Usage {
        use Operation::*;
        match self {
            CreateBucket | ListBuckets | ListObjectsV2 | PutObject | CopyObject | PutBucketPolicy => {
                Usage::S3RequestsTier1
            }
            DeleteBucket | HeadBucket | GetBucketLocation | GetBucketPolicy | DeleteBucketPolicy
            | GetObject | HeadObject | DeleteObject | DeleteObjects => Usage::S3RequestsTier2,
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
        let document = self.buckets.get(name)?.policy.as_ref()?;
        let policy = Policy::parse(document, Use::Resource).ok()?;
        Some(Source { name: format!("bucket policy of {name}"), kind: SourceKind::Resource, policy })
    }

    /// Bodies of all objects.
    pub fn bodies(&self) -> impl Iterator<Item = &Body> {
        self.buckets.values().flat_map(|bucket| bucket.objects.values().map(|object| &object.body))
    }

    pub fn bodies_mut(&mut self) -> impl Iterator<Item = &mut Body> {
        self.buckets
            .values_mut()
            .flat_map(|bucket| bucket.objects.values_mut().map(|object| &mut object.body))
    }
}

pub fn bucket_arn(bucket: &str) -> String {
    format!("arn:aws:s3:::{bucket}")
}

pub fn object_arn(bucket: &str, key: &str) -> String {
    format!("arn:aws:s3:::{bucket}/{key}")
}

/// The rights an operation needs. Copying needs two: reading there and writing here.
pub fn access(operation: Operation, _account: &Account, order: &Order<'_>) -> Vec<Access> {
    use Operation::*;
    let parameters = order.parameters;
    let (bucket, key) = (parameters.required("Bucket"), parameters.required("Key"));
    let one = |action: &str, resource: String, context: Context| Access {
        action: format!("s3:{action}"),
        resource,
        context,
    };
    let on_bucket = |action: &str| vec![one(action, bucket_arn(bucket), Context::default())];
    let on_object = |action: &str| vec![one(action, object_arn(bucket, key), Context::default())];
    match operation {
        ListBuckets => vec![one("ListAllMyBuckets", "*".to_owned(), Context::default())],
        CreateBucket => on_bucket("CreateBucket"),
        DeleteBucket => on_bucket("DeleteBucket"),
        HeadBucket => on_bucket("ListBucket"),
        GetBucketLocation => on_bucket("GetBucketLocation"),
        PutBucketPolicy => on_bucket("PutBucketPolicy"),
        GetBucketPolicy => on_bucket("GetBucketPolicy"),
        DeleteBucketPolicy => on_bucket("DeleteBucketPolicy"),
        ListObjectsV2 => vec![one("ListBucket", bucket_arn(bucket), listing_context(parameters))],
        PutObject => vec![one("PutObject", object_arn(bucket, key), writing_context(parameters))],
        GetObject | HeadObject => on_object("GetObject"),
        DeleteObject => on_object("DeleteObject"),
        DeleteObjects => parameters
            .structure("Delete")
            .structures("Objects")
            .into_iter()
            .map(|object| one("DeleteObject", object_arn(bucket, object.required("Key")), Context::default()))
            .collect(),
        CopyObject => {
            let (from, source) = object::copy_source(parameters.required("CopySource")).unwrap_or_default();
            vec![
                one("GetObject", object_arn(&from, &source), Context::default()),
                one("PutObject", object_arn(bucket, key), writing_context(parameters)),
            ]
        }
    }
}

fn listing_context(parameters: Parameters<'_>) -> Context {
    let mut context = Context::default();
    for (member, key) in [("Prefix", "s3:prefix"), ("Delimiter", "s3:delimiter")] {
        if let Some(value) = parameters.text(member) {
            context.insert(key, value);
        }
    }
    if let Some(keys) = parameters.integer("MaxKeys") {
        context.insert("s3:max-keys", keys.to_string());
    }
    context
}

fn writing_context(parameters: Parameters<'_>) -> Context {
    let mut context = Context::default();
    for (member, key) in
        [("ACL", "s3:x-amz-acl"), ("ServerSideEncryption", "s3:x-amz-server-side-encryption")]
    {
        if let Some(value) = parameters.text(member) {
            context.insert(key, value);
        }
    }
    context
}

pub fn run(operation: Operation, account: &mut Account, order: &Order<'_>) -> Result<Reply, Fault> {
    use Operation::*;
    let plain = |value: Value| Reply { value, body: None };
    match operation {
        CreateBucket => bucket::create(account, order).map(plain),
        DeleteBucket => bucket::delete(account, order).map(plain),
        HeadBucket => bucket::head(account, order).map(plain),
        ListBuckets => Ok(plain(bucket::list(account))),
        GetBucketLocation => bucket::location(account, order).map(plain),
        PutBucketPolicy => bucket::put_policy(account, order).map(plain),
        GetBucketPolicy => bucket::get_policy(account, order).map(plain),
        DeleteBucketPolicy => bucket::delete_policy(account, order).map(plain),
        ListObjectsV2 => object::list(account, order).map(plain),
        PutObject => object::put(account, order).map(plain),
        GetObject => object::get(account, order),
        HeadObject => object::head(account, order).map(plain),
        CopyObject => object::copy(account, order).map(plain),
        DeleteObject => object::delete(account, order).map(plain),
        DeleteObjects => object::delete_many(account, order).map(plain),
    }
}
