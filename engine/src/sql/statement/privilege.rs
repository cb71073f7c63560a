//! GRANT and REVOKE, with the names that stand in them.

use super::RoutineSignature;
use crate::warehouse::access::{Privilege, Reach};
use crate::warehouse::assume_role::{IamRole, RoleCommand};
use crate::warehouse::default_privilege::DefaultKind;
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
    Models(Vec<QualifiedName>),
    AllFunctionsInSchemas(Vec<Identifier>),
    AllProceduresInSchemas(Vec<Identifier>),
    /// FOR TABLES (and so on) IN SCHEMA or, without one, IN DATABASE.
    Scope {
        reach: Reach,
        schema: Option<Identifier>,
        database: Option<Identifier>,
    },
}

/// GRANT or REVOKE ASSUMEROLE.
#[derive(Clone, Debug)]
pub struct AssumeRole {
    pub granting: bool,
    pub roles: Vec<IamRole>,
    pub grantees: Vec<NamedGrantee>,
    pub commands: Vec<RoleCommand>,
}

/// What ALTER DEFAULT PRIVILEGES does to the objects that are made later.
#[derive(Clone, Debug)]
pub struct DefaultPrivileges {
    /// FOR USER; whoever runs it when there is none.
    pub users: Vec<Identifier>,
    /// IN SCHEMA; every schema when there is none.
    pub schemas: Vec<Identifier>,
    pub granting: bool,
    pub grant_option_only: bool,
    /// `None` is ALL.
    pub privileges: Option<Vec<Privilege>>,
    pub kind: DefaultKind,
    pub grantees: Vec<NamedGrantee>,
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
