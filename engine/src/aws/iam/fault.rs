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
    /// Roles left in an instance profile.
    MustRemoveRoles,
    /// Other versions left.
    MustDeleteVersions,
    TooManyVersions,
    /// Beyond a quota.
    LimitExceeded {
        sentence: String,
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
    InvalidInput {
        sentence: String,
    },
    NoSuchInstanceProfile {
        name: String,
    },
    InstanceProfileExists {
        name: String,
    },
    NoSuchLogin {
        user: String,
    },
    LoginExists {
        user: String,
    },
    NoPasswordPolicy {
        account: String,
    },
    WeakPassword,
    WrongPassword,
    /// A role's session that wants to change its password.
    NotAUser,
    NoSuchAlias {
        alias: String,
    },
    AliasExists {
        alias: String,
    },
    NoBoundary {
        kind: Holder,
        name: String,
    },
    NoSuchDeletion {
        task: String,
    },
    /// A service-linked role.
    Unmodifiable {
        name: String,
    },
    /// A service whose own role the sandbox does not make.
    NotSimulatedService {
        service: String,
    },
    /// An AWS managed policy cannot be changed.
    Managed {
        arn: String,
    },
}

impl IamFault {
    pub fn quota(name: &str, most: usize) -> IamFault {
        IamFault::LimitExceeded { sentence: format!("Cannot exceed quota for {name}: {most}") }
    }

    pub fn code(&self) -> &'static str {
        match self {
            IamFault::NoSuchEntity { .. }
            | IamFault::NoSuchInlinePolicy { .. }
            | IamFault::NoSuchPolicy { .. }
            | IamFault::NotAttachable { .. }
            | IamFault::NotAttached { .. }
            | IamFault::NoSuchVersion { .. }
            | IamFault::NoSuchInstanceProfile { .. }
            | IamFault::NoSuchLogin { .. }
            | IamFault::NoPasswordPolicy { .. }
            | IamFault::NoSuchAlias { .. }
            | IamFault::NoBoundary { .. }
            | IamFault::NoSuchDeletion { .. }
            | IamFault::NoSuchAccessKey { .. } => "NoSuchEntity",
            IamFault::EntityExists { .. }
            | IamFault::InstanceProfileExists { .. }
            | IamFault::LoginExists { .. }
            | IamFault::AliasExists { .. }
            | IamFault::PolicyExists { .. } => "EntityAlreadyExists",
            IamFault::MustDetachPolicies
            | IamFault::MustDeletePolicies
            | IamFault::MustRemoveReferences
            | IamFault::MustRemoveRoles
            | IamFault::MustDeleteVersions
            | IamFault::PolicyAttached
            | IamFault::DefaultVersion => "DeleteConflict",
            IamFault::TooManyVersions | IamFault::LimitExceeded { .. } => "LimitExceeded",
            IamFault::Malformed { .. } => "MalformedPolicyDocument",
            IamFault::Invalid { .. } | IamFault::InvalidArn => "ValidationError",
            IamFault::InvalidInput { .. } => "InvalidInput",
            IamFault::WeakPassword => "PasswordPolicyViolation",
            IamFault::NotAUser => "InvalidUserType",
            IamFault::Unmodifiable { .. } => "UnmodifiableEntity",
            IamFault::Managed { .. } | IamFault::WrongPassword | IamFault::NotSimulatedService { .. } => {
                "AccessDenied"
            }
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
            IamFault::TooManyVersions => "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.".to_owned(),
            IamFault::Malformed { sentence }
            | IamFault::LimitExceeded { sentence }
            | IamFault::InvalidInput { sentence } => sentence.clone(),
            IamFault::MustRemoveRoles => {
                "Cannot delete entity, must remove roles from instance profile first.".to_owned()
            }
            IamFault::MustDeleteVersions => {
                "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.".to_owned()
            }
            IamFault::NoSuchInstanceProfile { name } => format!("Instance Profile {name} cannot be found."),
            IamFault::InstanceProfileExists { name } => format!("Instance Profile {name} already exists."),
            IamFault::NoSuchLogin { user } => format!("Login Profile for User {user} cannot be found."),
            IamFault::LoginExists { user } => format!("Login Profile for user {user} already exists."),
            IamFault::NoPasswordPolicy { account } => {
                format!("The Password Policy with domain name {account} cannot be found.")
            }
            IamFault::WeakPassword => "Password does not conform to the account password policy.".to_owned(),
            IamFault::WrongPassword => "The old password was incorrect.".to_owned(),
            IamFault::NotAUser => "Only IAM Users can change their own password".to_owned(),
            IamFault::NoSuchAlias { alias } => format!("The account alias {alias} cannot be found."),
            IamFault::AliasExists { alias } => format!("The account alias {alias} already exists."),
            IamFault::NoBoundary { kind, name } => {
                format!("{} with name {name} does not have a permissions boundary.", kind.title())
            }
            IamFault::NoSuchDeletion { task } => format!("Deletion Task Id {task} is not valid."),
            IamFault::Unmodifiable { name } => format!(
                "Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS"
            ),
            IamFault::NotSimulatedService { service } => format!("not simulated: {service}"),
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
        match fault {
            IamFault::NotSimulatedService { service } => {
                super::super::Fault::NotSimulated { service: format!("the service-linked role of {service}") }
            }
            other => super::super::Fault::Iam(other),
        }
    }
}
