//! The warehouse of a cluster that has just been made.
//!
//! Databases, schemas and grants that nobody wrote (Developer Guide, "Default permissions"), the two first
//! users and the system-defined roles.

use std::sync::Arc;

use super::access::{Acl, Grant, Grantee, Password, Principals, Privilege, Role, RoleId, User, UserId};
use super::catalog::{Catalog, Database, ObjectId, Schema};
use super::identifier::Identifier;
use super::manifest::Manifest;
use super::password::WeakPassword;
use crate::clock::Instant;
use crate::sorted::{SortedMap, SortedSet};

/// System-defined roles, in the order of their numbers.
pub const SYSTEM_ROLES: [&str; 5] =
    ["sys:monitor", "sys:operator", "sys:dba", "sys:superuser", "sys:secadmin"];

impl Manifest {
    /// One database with an empty schema `public`, the users `rdsdb` and `admin`, and the system roles.
    ///
    /// # Errors
    /// When the admin's password breaks the password rules.
    pub fn initial(database: &str, admin: &str, password: &str, now: Instant) -> Result<Self, WeakPassword> {
        let admin = Identifier::fold(admin);
        let password = Password::from_written(password, &admin, &format!("{admin} {}", now.0))?;
        Ok(Manifest::with_admin(database, admin, password))
    }

    /// As [`Manifest::initial`], with a password that was checked or made before.
    pub fn with_admin(database: &str, admin: Identifier, password: Password) -> Self {
        let mut principals = Principals::new();
        for user in [
            User { create_database: true, ..User::new(UserId::RDSDB, Identifier::fold("rdsdb"), true) },
            User { create_database: true, password, ..User::new(UserId::ADMIN, admin, true) },
        ] {
            principals.users.insert(user.name.clone(), user);
        }
        for name in SYSTEM_ROLES {
            let role = Role::new(principals.allocate_role(), Identifier::fold(name), UserId::RDSDB);
            principals.roles.insert(role.name.clone(), role);
        }
        grant_system_role(&mut principals, "sys:operator", "sys:dba");
        let name = Identifier::fold(database);
        let database = Database::new(ObjectId(100), name.clone(), UserId::RDSDB, ObjectId(2200));
        Manifest {
            catalog: Catalog::new(SortedMap::from([(name, Arc::new(database))])),
            principals: Arc::new(principals),
            version: 0,
            lent: None,
        }
    }
}

fn grant_system_role(principals: &mut Principals, role: &str, to: &str) {
    let to: Option<RoleId> = principals.roles.get(&Identifier::fold(to)).map(|role| role.id);
    if let (Some(role), Some(to)) = (principals.roles.get_mut(&Identifier::fold(role)), to) {
        role.granted_to.insert(to);
    }
}

impl Database {
    /// A database as CREATE DATABASE leaves it: schema `public` open to all, temporary tables for all.
    pub fn new(id: ObjectId, name: Identifier, owner: UserId, public_schema: ObjectId) -> Self {
        let public = Schema {
            id: public_schema,
            name: Identifier::fold("public"),
            owner: UserId::RDSDB,
            acl: to_public(UserId::RDSDB, &[Privilege::Create, Privilege::Usage]),
            relations: SortedMap::new(),
            external: None,
        };
        Database {
            id,
            name,
            owner,
            acl: to_public(owner, &[Privilege::Temporary]),
            schemas: SortedMap::from([(public.name.clone(), Arc::new(public))]),
            relations: SortedMap::new(),
            routines: SortedMap::new(),
            models: SortedMap::new(),
            defaults: SortedMap::new(),
            system: SortedMap::new(),
            languages: LANGUAGES
                .map(|(language, open)| {
                    let acl =
                        if open { to_public(UserId::RDSDB, &[Privilege::Usage]) } else { Acl::default() };
                    (Identifier::fold(language), Arc::new(acl))
                })
                .into(),
            policies: SortedMap::new(),
            notes: Default::default(),
        }
    }
}

/// Languages of routines, and whether everybody may write in them (fact sheet, section 2.4).
const LANGUAGES: [(&str, bool); 4] =
    [("exfunc", false), ("plpgsql", true), ("plpythonu", false), ("sql", true)];

fn to_public(grantor: UserId, privileges: &[Privilege]) -> Acl {
    let grants = privileges
        .iter()
        .map(|&privilege| Grant::new(Grantee::Public, privilege, grantor))
        .collect::<SortedSet<_>>();
    Acl { grants, owner_lacks: SortedSet::new() }
}

impl User {
    /// A user with every option at its default, who cannot log in until it is given a password.
    pub fn new(id: UserId, name: Identifier, superuser: bool) -> Self {
        User {
            id,
            name,
            superuser,
            create_database: false,
            password: Password::Disabled,
            valid_until: None,
            connection_limit: None,
            session_timeout: None,
            syslog_unrestricted: false,
            external_id: None,
            settings: SortedMap::new(),
        }
    }
}

impl Role {
    pub fn new(id: RoleId, name: Identifier, owner: UserId) -> Self {
        Role {
            id,
            name,
            owner,
            external_id: None,
            members: SortedMap::new(),
            granted_to: SortedSet::new(),
            permissions: SortedSet::new(),
        }
    }
}
