//! A call that failed, in AWS's words.

use super::iam::fault::IamFault;
use super::policy::decision::Decision;
use super::redshift::fault::RedshiftFault;
use super::s3::fault::S3Fault;
use super::sts::fault::StsFault;

/// The operation and what went wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiError {
    /// The operation's AWS name, `CreateRole`.
    pub operation: String,
    pub fault: Fault,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The parameters do not fit the operation: found before anything is sent.
    Parameters(String),
    /// The operation exists on AWS, not here. The service's command name.
    NotSimulated {
        service: String,
    },
    /// Neither here nor on AWS.
    UnknownOperation {
        service: String,
    },
    /// The identity that signed the call does not exist.
    InvalidToken,
    /// Temporary credentials whose time is over.
    ExpiredToken,
    /// The secret that signed is not the key's.
    ForgedSignature,
    Denied(Box<Denied>),
    Iam(IamFault),
    S3(S3Fault),
    Sts(StsFault),
    Redshift(RedshiftFault),
    /// A refusal of a service without an enum of its own.
    Service(ServiceFault),
}

/// What a service refuses: code, HTTP status and sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceFault {
    pub code: &'static str,
    pub status: u16,
    pub message: String,
}

/// A refusal with its reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Denied {
    pub principal: String,
    pub action: String,
    pub resource: String,
    pub decision: Decision,
    pub manner: DeniedManner,
}

/// How a service words a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeniedManner {
    /// IAM, STS, Redshift: who, what, on what, because.
    Full,
    /// The services that speak JSON (Glue, Athena, SageMaker, ...): the same sentence under another code.
    Exception,
    /// S3 said no more than `Access Denied` in 2023.
    Short,
    /// S3 answers HEAD without a body, so the CLI shows the status alone.
    Head,
}

impl DeniedManner {
    /// How a service of this manner words that it does not know who calls.
    pub fn identity(self, fault: Fault) -> Fault {
        let (code, status, message) = match (self, &fault) {
            (DeniedManner::Short | DeniedManner::Head, Fault::InvalidToken) => (
                "InvalidAccessKeyId",
                403,
                "The AWS Access Key Id you provided does not exist in our records.",
            ),
            (DeniedManner::Short | DeniedManner::Head, Fault::ExpiredToken) => {
                ("ExpiredToken", 400, "The provided token has expired.")
            }
            (DeniedManner::Short | DeniedManner::Head, Fault::ForgedSignature) => (
                "SignatureDoesNotMatch",
                403,
                "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
            ),
            (DeniedManner::Exception, Fault::InvalidToken) => {
                ("UnrecognizedClientException", 400, "The security token included in the request is invalid.")
            }
            (DeniedManner::Exception, Fault::ExpiredToken) => {
                ("ExpiredTokenException", 400, "The security token included in the request is expired")
            }
            _ => return fault,
        };
        Fault::refused(code, status, message)
    }
}

impl Fault {
    /// A refusal in a service's own words.
    pub fn refused(code: &'static str, status: u16, message: impl Into<String>) -> Fault {
        Fault::Service(ServiceFault { code, status, message: message.into() })
    }

    /// The error code in the parenthesis of the CLI's line.
    pub fn code(&self) -> &str {
        match self {
            Fault::Parameters(_) => "ParamValidation",
            Fault::NotSimulated { .. } => "NotSimulated",
            Fault::UnknownOperation { .. } => "InvalidAction",
            Fault::InvalidToken => "InvalidClientTokenId",
            Fault::ExpiredToken => "ExpiredToken",
            Fault::ForgedSignature => "SignatureDoesNotMatch",
            Fault::Denied(denied) => match denied.manner {
                DeniedManner::Full | DeniedManner::Short => "AccessDenied",
                DeniedManner::Exception => "AccessDeniedException",
                DeniedManner::Head => "403",
            },
            Fault::Iam(fault) => fault.code(),
            Fault::S3(fault) => fault.code(),
            Fault::Sts(fault) => fault.code(),
            Fault::Redshift(fault) => fault.code(),
            Fault::Service(fault) => fault.code,
        }
    }

    pub fn status(&self) -> u16 {
        match self {
            Fault::Parameters(_) | Fault::UnknownOperation { .. } => 400,
            Fault::NotSimulated { .. } => 501,
            Fault::Denied(denied) if denied.manner == DeniedManner::Exception => 400,
            Fault::InvalidToken | Fault::ExpiredToken | Fault::ForgedSignature | Fault::Denied(_) => 403,
            Fault::Iam(fault) => fault.status(),
            Fault::S3(fault) => fault.status(),
            Fault::Sts(fault) => fault.status(),
            Fault::Redshift(fault) => fault.status(),
            Fault::Service(fault) => fault.status,
        }
    }

    pub fn message(&self) -> String {
        match self {
            Fault::Parameters(findings) => format!("Parameter validation failed:\n{findings}"),
            Fault::NotSimulated { service } => format!(
                "not simulated yet: {} ({service}). AWS has it; the sandbox does not do it yet.",
                crate::gap::Feature::AwsOperation.name()
            ),
            Fault::UnknownOperation { service } => format!("Could not find operation in {service}"),
            Fault::InvalidToken => "The security token included in the request is invalid.".to_owned(),
            Fault::ExpiredToken => "The security token included in the request is expired".to_owned(),
            Fault::ForgedSignature => "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.".to_owned(),
            Fault::Denied(denied) => match denied.manner {
                DeniedManner::Full | DeniedManner::Exception => format!(
                    "User: {} is not authorized to perform: {} on resource: {} {}",
                    denied.principal,
                    denied.action,
                    denied.resource,
                    denied.decision.reason(&denied.action)
                ),
                DeniedManner::Short => "Access Denied".to_owned(),
                DeniedManner::Head => "Forbidden".to_owned(),
            },
            Fault::Iam(fault) => fault.message(),
            Fault::S3(fault) => fault.message(),
            Fault::Sts(fault) => fault.message(),
            Fault::Redshift(fault) => fault.message(),
            Fault::Service(fault) => fault.message.clone(),
        }
    }
}

/// The line the CLI and every SDK print.
impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "An error occurred ({}) when calling the {} operation: {}",
            self.fault.code(),
            self.operation,
            self.fault.message()
        )
    }
}

impl std::error::Error for ApiError {}
