//! ASSUMEROLE: who may let the cluster act under an IAM role, command by command (Developer Guide, "GRANT",
//! "Usage notes for granting the ASSUMEROLE permission").

use serde::{Deserialize, Serialize};

use super::access::{Grantee, Principals, UserId};

/// The IAM roles that a grant speaks of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum IamRole {
    All,
    /// The cluster's default role.
    Default,
    /// An ARN, or several with commas between, for a chain of roles.
    Arn(String),
}

/// A command that acts under an IAM role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RoleCommand {
    Copy,
    Unload,
    ExternalFunction,
    CreateModel,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AssumeGrant {
    pub grantee: Grantee,
    pub role: IamRole,
    pub command: RoleCommand,
}

impl RoleCommand {
    pub const ALL: [RoleCommand; 4] =
        [RoleCommand::Copy, RoleCommand::Unload, RoleCommand::ExternalFunction, RoleCommand::CreateModel];

    /// As GRANT writes it.
    pub fn keyword(self) -> &'static str {
        match self {
            RoleCommand::Copy => "COPY",
            RoleCommand::Unload => "UNLOAD",
            RoleCommand::ExternalFunction => "EXTERNAL FUNCTION",
            RoleCommand::CreateModel => "CREATE MODEL",
        }
    }

    /// As `svv_iam_privileges` prints it.
    pub fn printed(self) -> &'static str {
        match self {
            RoleCommand::ExternalFunction => "EXFUNC",
            command => command.keyword(),
        }
    }
}

impl IamRole {
    /// How views and functions print it; `all` is unconfirmed, `default` the guide's.
    pub fn printed(&self) -> &str {
        match self {
            IamRole::All => "all",
            IamRole::Default => "default",
            IamRole::Arn(arn) => arn,
        }
    }

    /// A grant on all roles is one on each; one on the default role is no grant on its ARN.
    fn covers(&self, asked: &IamRole) -> bool {
        *self == IamRole::All || self == asked
    }
}

impl Principals {
    /// Whether `user` may name `role` in `command`. Superusers always may.
    pub fn may_assume(&self, user: UserId, role: &IamRole, command: RoleCommand) -> bool {
        self.is_superuser(user)
            || self.assume.iter().any(|grant| {
                grant.command == command && grant.role.covers(role) && self.is_among(user, grant.grantee)
            })
    }

    /// Whether what `grantee` was granted is `user`'s too.
    pub fn is_among(&self, user: UserId, grantee: Grantee) -> bool {
        match grantee {
            Grantee::User(id) => id == user,
            Grantee::Group(id) => {
                self.groups.values().any(|group| group.id == id && group.members.contains(&user))
            }
            Grantee::Role(id) => self.roles_of(user).contains(&id),
            Grantee::Public => true,
        }
    }
}
