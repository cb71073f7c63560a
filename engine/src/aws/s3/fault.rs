//! What S3 refuses (S3 API Reference, "Error responses").

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum S3Fault {
    NoSuchBucket,
    NoSuchKey,
    /// HEAD has no body, so the CLI shows the status alone.
    HeadNotFound,
    BucketNameTaken,
    BucketOwnedByYou,
    BucketNotEmpty,
    InvalidBucketName,
    /// The constraint that was sent, or `unspecified`.
    IllegalLocationConstraint {
        constraint: String,
    },
    InvalidLocationConstraint,
    WrongRegion,
    KeyTooLong,
    InvalidRange,
    InvalidContinuationToken,
    NoSuchBucketPolicy,
    MalformedPolicy {
        sentence: String,
    },
    /// CopyObject onto itself without a change.
    CopyOntoItself,
    InvalidCopySource,
    MalformedXml,
}

impl S3Fault {
    pub fn code(&self) -> &'static str {
        match self {
            S3Fault::NoSuchBucket => "NoSuchBucket",
            S3Fault::NoSuchKey => "NoSuchKey",
            S3Fault::HeadNotFound => "404",
            S3Fault::BucketNameTaken => "BucketAlreadyExists",
            S3Fault::BucketOwnedByYou => "BucketAlreadyOwnedByYou",
            S3Fault::BucketNotEmpty => "BucketNotEmpty",
            S3Fault::InvalidBucketName => "InvalidBucketName",
            S3Fault::IllegalLocationConstraint { .. } => "IllegalLocationConstraintException",
            S3Fault::InvalidLocationConstraint => "InvalidLocationConstraint",
            S3Fault::WrongRegion => "PermanentRedirect",
            S3Fault::KeyTooLong => "KeyTooLongError",
            S3Fault::InvalidRange => "InvalidRange",
            S3Fault::InvalidContinuationToken | S3Fault::InvalidCopySource => "InvalidArgument",
            S3Fault::NoSuchBucketPolicy => "NoSuchBucketPolicy",
            S3Fault::MalformedPolicy { .. } => "MalformedPolicy",
            S3Fault::CopyOntoItself => "InvalidRequest",
            S3Fault::MalformedXml => "MalformedXML",
        }
    }

    pub fn status(&self) -> u16 {
        match self {
            S3Fault::NoSuchBucket
            | S3Fault::NoSuchKey
            | S3Fault::HeadNotFound
            | S3Fault::NoSuchBucketPolicy => 404,
            S3Fault::BucketNameTaken | S3Fault::BucketOwnedByYou | S3Fault::BucketNotEmpty => 409,
            S3Fault::WrongRegion => 301,
            S3Fault::InvalidRange => 416,
            S3Fault::InvalidBucketName
            | S3Fault::IllegalLocationConstraint { .. }
            | S3Fault::InvalidLocationConstraint
            | S3Fault::KeyTooLong
            | S3Fault::InvalidContinuationToken
            | S3Fault::InvalidCopySource
            | S3Fault::MalformedPolicy { .. }
            | S3Fault::CopyOntoItself
            | S3Fault::MalformedXml => 400,
        }
    }

    pub fn message(&self) -> String {
        match self {
            S3Fault::NoSuchBucket => "The specified bucket does not exist".to_owned(),
            S3Fault::NoSuchKey => "The specified key does not exist.".to_owned(),
            S3Fault::HeadNotFound => "Not Found".to_owned(),
            S3Fault::BucketNameTaken => "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.".to_owned(),
            S3Fault::BucketOwnedByYou => "Your previous request to create the named bucket succeeded and you already own it.".to_owned(),
            S3Fault::BucketNotEmpty => "The bucket you tried to delete is not empty".to_owned(),
            S3Fault::InvalidBucketName => "The specified bucket is not valid.".to_owned(),
            S3Fault::IllegalLocationConstraint { constraint } => format!(
                "The {constraint} location constraint is incompatible for the region specific endpoint this request was sent to."
            ),
            S3Fault::InvalidLocationConstraint => "The specified location-constraint is not valid".to_owned(),
            S3Fault::WrongRegion => "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.".to_owned(),
            S3Fault::KeyTooLong => "Your key is too long".to_owned(),
            S3Fault::InvalidRange => "The requested range is not satisfiable".to_owned(),
            S3Fault::InvalidContinuationToken => "The continuation token provided is incorrect".to_owned(),
            S3Fault::NoSuchBucketPolicy => "The bucket policy does not exist".to_owned(),
            S3Fault::MalformedPolicy { sentence } => sentence.clone(),
            S3Fault::CopyOntoItself => "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.".to_owned(),
            S3Fault::InvalidCopySource => "Invalid copy source bucket name".to_owned(),
            S3Fault::MalformedXml => "The XML you provided was not well-formed or did not validate against our published schema".to_owned(),
        }
    }
}

impl From<S3Fault> for super::super::Fault {
    fn from(fault: S3Fault) -> Self {
        super::super::Fault::S3(fault)
    }
}
