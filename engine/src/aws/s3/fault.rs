//! What S3 refuses (S3 API Reference, "Error responses").

use std::borrow::Cow;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum S3Fault {
    NoSuchBucket,
    NoSuchKey,
    NoSuchVersion,
    NoSuchUpload,
    /// HEAD has no body, so the CLI shows the status alone.
    HeadNotFound,
    BucketNameTaken,
    BucketOwnedByYou,
    BucketNotEmpty,
    /// Old versions are left.
    VersionsLeft,
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
    /// A version that is a delete marker.
    MethodNotAllowed,
    InvalidPart,
    InvalidPartOrder,
    EntityTooSmall,
    InvalidStorageClass,
    /// An object in an archive.
    InvalidObjectState,
    PreconditionFailed,
    NotModified,
    AclsNotSupported,
    InvalidArgument {
        sentence: String,
    },
    InvalidRequest {
        sentence: String,
    },
}

impl S3Fault {
    /// Code, status and text.
    fn line(&self) -> (&'static str, u16, Cow<'_, str>) {
        let (code, status, text) = match self {
            S3Fault::NoSuchBucket => ("NoSuchBucket", 404, "The specified bucket does not exist"),
            S3Fault::NoSuchKey => ("NoSuchKey", 404, "The specified key does not exist."),
            S3Fault::NoSuchVersion => ("NoSuchVersion", 404, "The specified version does not exist."),
            S3Fault::NoSuchUpload => (
                "NoSuchUpload",
                404,
                "The specified multipart upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
            ),
            S3Fault::HeadNotFound => ("404", 404, "Not Found"),
            S3Fault::BucketNameTaken => (
                "BucketAlreadyExists",
                409,
                "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.",
            ),
            S3Fault::BucketOwnedByYou => (
                "BucketAlreadyOwnedByYou",
                409,
                "Your previous request to create the named bucket succeeded and you already own it.",
            ),
            S3Fault::BucketNotEmpty => ("BucketNotEmpty", 409, "The bucket you tried to delete is not empty"),
            S3Fault::VersionsLeft => (
                "BucketNotEmpty",
                409,
                "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
            ),
            S3Fault::InvalidBucketName => ("InvalidBucketName", 400, "The specified bucket is not valid."),
            S3Fault::IllegalLocationConstraint { constraint } => {
                let text = format!(
                    "The {constraint} location constraint is incompatible for the region specific endpoint this request was sent to."
                );
                return ("IllegalLocationConstraintException", 400, Cow::Owned(text));
            }
            S3Fault::InvalidLocationConstraint => {
                ("InvalidLocationConstraint", 400, "The specified location-constraint is not valid")
            }
            S3Fault::WrongRegion => (
                "PermanentRedirect",
                301,
                "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
            ),
            S3Fault::KeyTooLong => ("KeyTooLongError", 400, "Your key is too long"),
            S3Fault::InvalidRange => ("InvalidRange", 416, "The requested range is not satisfiable"),
            S3Fault::InvalidContinuationToken => {
                ("InvalidArgument", 400, "The continuation token provided is incorrect")
            }
            S3Fault::NoSuchBucketPolicy => ("NoSuchBucketPolicy", 404, "The bucket policy does not exist"),
            S3Fault::MalformedPolicy { sentence } => ("MalformedPolicy", 400, sentence.as_str()),
            S3Fault::CopyOntoItself => (
                "InvalidRequest",
                400,
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
            ),
            S3Fault::InvalidCopySource => ("InvalidArgument", 400, "Invalid copy source bucket name"),
            S3Fault::MalformedXml => (
                "MalformedXML",
                400,
                "The XML you provided was not well-formed or did not validate against our published schema",
            ),
            S3Fault::MethodNotAllowed => {
                ("MethodNotAllowed", 405, "The specified method is not allowed against this resource.")
            }
            S3Fault::InvalidPart => (
                "InvalidPart",
                400,
                "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
            ),
            S3Fault::InvalidPartOrder => (
                "InvalidPartOrder",
                400,
                "The list of parts was not in ascending order. Parts must be ordered by part number.",
            ),
            S3Fault::EntityTooSmall => {
                ("EntityTooSmall", 400, "Your proposed upload is smaller than the minimum allowed size")
            }
            S3Fault::InvalidStorageClass => {
                ("InvalidStorageClass", 400, "The storage class you specified is not valid")
            }
            S3Fault::InvalidObjectState => {
                ("InvalidObjectState", 403, "The operation is not valid for the object's storage class")
            }
            S3Fault::PreconditionFailed => {
                ("PreconditionFailed", 412, "At least one of the pre-conditions you specified did not hold")
            }
            S3Fault::NotModified => ("304", 304, "Not Modified"),
            S3Fault::AclsNotSupported => {
                ("AccessControlListNotSupported", 400, "The bucket does not allow ACLs")
            }
            S3Fault::InvalidArgument { sentence } => ("InvalidArgument", 400, sentence.as_str()),
            S3Fault::InvalidRequest { sentence } => ("InvalidRequest", 400, sentence.as_str()),
        };
        (code, status, Cow::Borrowed(text))
    }

    pub fn code(&self) -> &'static str {
        self.line().0
    }

    pub fn status(&self) -> u16 {
        self.line().1
    }

    pub fn message(&self) -> String {
        self.line().2.into_owned()
    }
}

impl From<S3Fault> for super::super::Fault {
    fn from(fault: S3Fault) -> Self {
        super::super::Fault::S3(fault)
    }
}
