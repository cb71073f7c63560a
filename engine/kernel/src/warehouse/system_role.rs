//! System permissions: rights to run a command on anything, held through the system-defined roles.
//!
//! Developer Guide, "Amazon Redshift system-defined roles" and "System permissions for RBAC". Granting them
//! to other roles is not simulated, so what a role holds is decided by its name.

use super::access::{Principals, UserId};
use super::identifier::Identifier;

/// A right to run one kind of command whoever owns the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemPermission {
    CreateUser,
    AlterUser,
    DropUser,
    CreateRole,
    DropRole,
    GrantRole,
    CreateSchema,
    DropSchema,
    CreateTable,
    AlterTable,
    DropTable,
    TruncateTable,
    CreateOrReplaceView,
    DropView,
    CreateOrReplaceProcedure,
    DropProcedure,
    CreateOrReplaceFunction,
    DropFunction,
    Analyze,
    Vacuum,
    Cancel,
    AccessSystemTable,
    IgnoreRls,
    ExplainRls,
    ExplainMasking,
}

/// What a system-defined role holds itself, without what it inherits.
fn holds(role: &str, permission: SystemPermission) -> bool {
    use SystemPermission as P;
    match role {
        "sys:superuser" => true,
        "sys:secadmin" => {
            matches!(
                permission,
                P::CreateUser
                    | P::AlterUser
                    | P::DropUser
                    | P::CreateRole
                    | P::DropRole
                    | P::GrantRole
                    | P::IgnoreRls
                    | P::ExplainRls
                    | P::ExplainMasking
            )
        }
        // ALTER TABLE is not in the guide's list of what sys:dba holds.
        "sys:dba" => matches!(
            permission,
            P::CreateSchema
                | P::DropSchema
                | P::CreateTable
                | P::DropTable
                | P::TruncateTable
                | P::CreateOrReplaceView
                | P::DropView
                | P::CreateOrReplaceProcedure
                | P::DropProcedure
                | P::CreateOrReplaceFunction
                | P::DropFunction
        ),
        "sys:operator" => matches!(permission, P::Analyze | P::Vacuum | P::Cancel | P::AccessSystemTable),
        "sys:monitor" => permission == P::AccessSystemTable,
        _ => false,
    }
}

impl Principals {
    /// The role through which `user` holds `permission`, if any. Superusers need none and get none.
    pub fn system_role_with(&self, user: UserId, permission: SystemPermission) -> Option<&Identifier> {
        let held = self.roles_of(user);
        self.roles
            .values()
            .find(|role| held.contains(&role.id) && holds(role.name.as_str(), permission))
            .map(|role| &role.name)
    }

    /// Superuser, or holder of `permission` through a role.
    pub fn may(&self, user: UserId, permission: SystemPermission) -> bool {
        self.is_superuser(user) || self.system_role_with(user, permission).is_some()
    }
}
