//! What IAM refuses, in its own words (codes and texts: IAM API Reference, and recordings of the service).

use super::holder::Holder;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IamFault {
    NoSuchEntity {
        kind: Holder,
        name: String,
    },
    NoSuchInlinePolicy {
        kind: Holder,
        name: String,
    },
    NoSuchPolicy {
        arn: String,
    },
    NotAttachable {
        arn: String,
    },
    NotAttached {
        arn: String,
    },
    NoSuchVersion {
        arn: String,
        version: String,
    },
    NoSuchAccessKey {
        id: String,
    },
    EntityExists {
        kind: Holder,
        name: String,
    },
    PolicyExists {
        name: String,
    },
    /// Managed policies still attached.
    MustDetachPolicies,
    /// Inline policies left.
    MustDeletePolicies,
    /// Members, groups or keys left.
    MustRemoveReferences,
    PolicyAttached,
    DefaultVersion,
    TooManyPolicies {
        kind: Holder,
    },
    TooManyVersions,
    TooManyAccessKeys,
    /// A document beyond its size: quota's name and size.
    TooLarge {
        quota: String,
    },
    Malformed {
        sentence: String,
    },
    /// A name or value outside its pattern.
    Invalid {
        field: &'static str,
        value: String,
        constraint: String,
    },
    InvalidArn,
    /// An AWS managed policy cannot be changed.
    Managed {
        arn: String,
    },
}

impl IamFault {
    pub fn code(&self) -> &'static str {
        match self {
            IamFault::NoSuchEntity { .. }
            | IamFault::NoSuchInlinePolicy { .. }
            | IamFault::NoSuchPolicy { .. }
            | IamFault::NotAttachable { .. }
            | IamFault::NotAttached { .. }
            | IamFault::NoSuchVersion { .. }
            | IamFault::NoSuchAccessKey { .. } => "NoSuchEntity",
            IamFault::EntityExists { .. } | IamFault::PolicyExists { .. } => "EntityAlreadyExists",
            IamFault::MustDetachPolicies
            | IamFault::MustDeletePolicies
            | IamFault::MustRemoveReferences
            | IamFault::PolicyAttached
            | IamFault::DefaultVersion => "DeleteConflict",
            IamFault::TooManyPolicies { .. }
            | IamFault::TooManyVersions
            | IamFault::TooManyAccessKeys
            | IamFault::TooLarge { .. } => "LimitExceeded",
            IamFault::Malformed { .. } => "MalformedPolicyDocument",
            IamFault::Invalid { .. } | IamFault::InvalidArn => "ValidationError",
            IamFault::Managed { .. } => "AccessDenied",
        }
    }

    pub fn status(&self) -> u16 {
        match self.code() {
            "NoSuchEntity" => 404,
            "EntityAlreadyExists" | "DeleteConflict" | "LimitExceeded" => 409,
            "AccessDenied" => 403,
            _ => 400,
        }
    }

    pub fn message(&self) -> String {
        match self {
            IamFault::NoSuchEntity { kind, name } => {
                format!("The {} with name {name} cannot be found.", kind.word())
            }
            IamFault::NoSuchInlinePolicy { kind, name } => {
                format!("The {} policy with name {name} cannot be found.", kind.word())
            }
            IamFault::NoSuchPolicy { arn } | IamFault::NotAttached { arn } => format!("Policy {arn} was not found."),
            IamFault::NotAttachable { arn } => format!("Policy {arn} does not exist or is not attachable."),
            IamFault::NoSuchVersion { arn, version } => {
                format!("Policy {arn} version {version} does not exist or is not attachable.")
            }
            IamFault::NoSuchAccessKey { id } => format!("The Access Key with id {id} cannot be found."),
            IamFault::EntityExists { kind, name } => format!("{} with name {name} already exists.", kind.title()),
            IamFault::PolicyExists { name } => {
                format!("A policy called {name} already exists. Duplicate names are not allowed.")
            }
            IamFault::MustDetachPolicies => "Cannot delete entity, must detach all policies first.".to_owned(),
            IamFault::MustDeletePolicies => "Cannot delete entity, must delete policies first.".to_owned(),
            IamFault::MustRemoveReferences => "Cannot delete entity, must remove referenced objects first.".to_owned(),
            IamFault::PolicyAttached => "Cannot delete a policy attached to entities.".to_owned(),
            IamFault::DefaultVersion => "Cannot delete the default version of a policy.".to_owned(),
            IamFault::TooManyPolicies { kind } => format!("Cannot exceed quota for PoliciesPer{}: 10", kind.title()),
            IamFault::TooManyVersions => "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.".to_owned(),
            IamFault::TooManyAccessKeys => "Cannot exceed quota for AccessKeysPerUser: 2".to_owned(),
            IamFault::TooLarge { quota } => format!("Cannot exceed quota for {quota}"),
            IamFault::Malformed { sentence } => sentence.clone(),
            IamFault::Invalid { field, value, constraint } => format!(
                "1 validation error detected: Value '{value}' at '{field}' failed to satisfy constraint: Member must {constraint}"
            ),
            IamFault::InvalidArn => "Invalid ARN:  Could not be parsed!".to_owned(),
            // unconfirmed: the words after the ARN.
            IamFault::Managed { arn } => format!("Policy {arn} is managed by AWS and cannot be changed."),
        }
    }
}

impl From<IamFault> for super::super::Fault {
    fn from(fault: IamFault) -> Self {
        super::super::Fault::Iam(fault)
    }
}
