//! System permissions: rights to run a command on anything, held through roles.
//!
//! Developer Guide, "System permissions for RBAC" and "Amazon Redshift system-defined roles". What a
//! system-defined role holds is decided by its name, what others hold is written in them.

use serde::{Deserialize, Serialize};

use super::access::{Grantee, Principals, Role, UserId};
use super::identifier::Identifier;

/// A right to run one kind of command whoever owns the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SystemPermission {
    CreateRole,
    DropRole,
    CreateUser,
    DropUser,
    AlterUser,
    CreateSchema,
    DropSchema,
    AlterDefaultPrivileges,
    AccessCatalog,
    AccessSystemTable,
    CreateTable,
    DropTable,
    AlterTable,
    CreateOrReplaceFunction,
    CreateOrReplaceExternalFunction,
    CreateOrReplaceProcedure,
    CreateOrReplaceView,
    CreateModel,
    DropFunction,
    DropProcedure,
    DropView,
    DropModel,
    CreateDatashare,
    AlterDatashare,
    DropDatashare,
    CreateLibrary,
    DropLibrary,
    TruncateTable,
    Vacuum,
    Analyze,
    Cancel,
    IgnoreRls,
    ExplainRls,
    ExplainMasking,
    /// Granting roles, which only `sys:secadmin` and `sys:superuser` hold: GRANT has no word for it.
    GrantRole,
}

use SystemPermission as P;

/// As GRANT writes them and `svv_system_privileges` prints them.
const KEYWORDS: [(P, &str); 34] = [
    (P::CreateRole, "CREATE ROLE"),
    (P::DropRole, "DROP ROLE"),
    (P::CreateUser, "CREATE USER"),
    (P::DropUser, "DROP USER"),
    (P::AlterUser, "ALTER USER"),
    (P::CreateSchema, "CREATE SCHEMA"),
    (P::DropSchema, "DROP SCHEMA"),
    (P::AlterDefaultPrivileges, "ALTER DEFAULT PRIVILEGES"),
    (P::AccessCatalog, "ACCESS CATALOG"),
    (P::AccessSystemTable, "ACCESS SYSTEM TABLE"),
    (P::CreateTable, "CREATE TABLE"),
    (P::DropTable, "DROP TABLE"),
    (P::AlterTable, "ALTER TABLE"),
    (P::CreateOrReplaceFunction, "CREATE OR REPLACE FUNCTION"),
    (P::CreateOrReplaceExternalFunction, "CREATE OR REPLACE EXTERNAL FUNCTION"),
    (P::CreateOrReplaceProcedure, "CREATE OR REPLACE PROCEDURE"),
    (P::CreateOrReplaceView, "CREATE OR REPLACE VIEW"),
    (P::CreateModel, "CREATE MODEL"),
    (P::DropFunction, "DROP FUNCTION"),
    (P::DropProcedure, "DROP PROCEDURE"),
    (P::DropView, "DROP VIEW"),
    (P::DropModel, "DROP MODEL"),
    (P::CreateDatashare, "CREATE DATASHARE"),
    (P::AlterDatashare, "ALTER DATASHARE"),
    (P::DropDatashare, "DROP DATASHARE"),
    (P::CreateLibrary, "CREATE LIBRARY"),
    (P::DropLibrary, "DROP LIBRARY"),
    (P::TruncateTable, "TRUNCATE TABLE"),
    (P::Vacuum, "VACUUM"),
    (P::Analyze, "ANALYZE"),
    (P::Cancel, "CANCEL"),
    (P::IgnoreRls, "IGNORE RLS"),
    (P::ExplainRls, "EXPLAIN RLS"),
    (P::ExplainMasking, "EXPLAIN MASKING"),
];

impl SystemPermission {
    /// Every permission that GRANT can name, and its words.
    pub fn grantable() -> impl Iterator<Item = (SystemPermission, &'static str)> {
        KEYWORDS.into_iter()
    }

    pub fn keyword(self) -> &'static str {
        KEYWORDS.iter().find(|(permission, _)| *permission == self).map_or("GRANT ROLE", |(_, word)| word)
    }

    /// The system-defined role that holds it and least besides.
    pub fn narrowest_role(self) -> &'static str {
        ["sys:monitor", "sys:operator", "sys:secadmin", "sys:dba"]
            .into_iter()
            .find(|role| built_in(role, self))
            .unwrap_or("sys:superuser")
    }
}

/// What a system-defined role holds itself, without what it inherits.
fn built_in(role: &str, permission: SystemPermission) -> bool {
    match role {
        "sys:superuser" => true,
        "sys:secadmin" => matches!(
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
        ),
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
                | P::CreateOrReplaceExternalFunction
                | P::DropFunction
        ),
        "sys:operator" => {
            matches!(permission, P::Analyze | P::Vacuum | P::Cancel | P::AccessSystemTable | P::AccessCatalog)
        }
        "sys:monitor" => matches!(permission, P::AccessSystemTable | P::AccessCatalog),
        _ => false,
    }
}

impl Role {
    /// Whether it holds `permission` itself, by grant or by its nature, without what it inherits.
    pub fn holds(&self, permission: SystemPermission) -> bool {
        self.permissions.contains(&permission) || built_in(self.name.as_str(), permission)
    }
}

impl Principals {
    /// The role through which `user` holds `permission`, if any. Superusers need none and get none.
    pub fn system_role_with(&self, user: UserId, permission: SystemPermission) -> Option<&Identifier> {
        let held = self.roles_of(user);
        self.roles
            .values()
            .find(|role| held.contains(&role.id) && role.holds(permission))
            .map(|role| &role.name)
    }

    /// CREATE MODEL is also granted to users, groups and PUBLIC.
    fn makes_models(&self, user: UserId) -> bool {
        self.model_makers.iter().any(|grantee| match *grantee {
            Grantee::User(id) => id == user,
            Grantee::Group(id) => {
                self.groups.values().any(|group| group.id == id && group.members.contains(&user))
            }
            Grantee::Role(_) => false,
            Grantee::Public => true,
        })
    }

    /// Superuser, or holder of `permission`, mostly through a role.
    pub fn may(&self, user: UserId, permission: SystemPermission) -> bool {
        self.is_superuser(user)
            || self.system_role_with(user, permission).is_some()
            || (permission == P::CreateModel && self.makes_models(user))
    }
}
