//! GRANT and REVOKE, with the names that stand in them.

use super::RoutineSignature;
use crate::warehouse::access::Privilege;
use crate::warehouse::identifier::{Identifier, QualifiedName};

/// GRANT or REVOKE of privileges on objects.
#[derive(Clone, Debug)]
pub struct GrantStatement {
    pub privileges: GrantedPrivileges,
    pub on: GrantTarget,
    pub grantees: Vec<NamedGrantee>,
}

#[derive(Clone, Debug)]
pub enum GrantedPrivileges {
    All,
    /// ALL (columns).
    AllOfColumns(Vec<Identifier>),
    /// Each with its column list, empty for the whole object.
    List(Vec<(Privilege, Vec<Identifier>)>),
}

#[derive(Clone, Debug)]
pub enum GrantTarget {
    Relations(Vec<QualifiedName>),
    AllTablesInSchemas(Vec<Identifier>),
    Schemas(Vec<Identifier>),
    Databases(Vec<Identifier>),
    Languages(Vec<Identifier>),
    Functions(Vec<RoutineSignature>),
    Procedures(Vec<RoutineSignature>),
    AllFunctionsInSchemas(Vec<Identifier>),
    AllProceduresInSchemas(Vec<Identifier>),
}

/// A grantee as written, each with its own keyword.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamedGrantee {
    User { name: Identifier, grant_option: bool },
    Group(Identifier),
    Role(Identifier),
    Public,
}

/// To whom a role is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoleGrantee {
    User { name: Identifier, admin_option: bool },
    Role(Identifier),
}
