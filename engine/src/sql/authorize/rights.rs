//! The rights that commands ask for: superuser, owner, or a privilege on a schema or database.

use super::trail::Trail;
use crate::sql::error::{SqlError, SqlResult};
use crate::warehouse::access::{HeldBy, Privilege, UserId};
use crate::warehouse::catalog::{Database, Relation, RelationKind, Schema};
use crate::warehouse::manifest::Manifest;
use crate::warehouse::system_role::SystemPermission;

/// Asks on behalf of one user.
#[derive(Clone, Copy)]
pub struct Rights<'a> {
    manifest: &'a Manifest,
    user: UserId,
}

impl<'a> Rights<'a> {
    pub fn new(manifest: &'a Manifest, user: UserId) -> Self {
        Rights { manifest, user }
    }

    pub fn is_superuser(self) -> bool {
        self.manifest.principals.is_superuser(self.user)
    }

    /// For commands that only superusers may run: `must be superuser to create groups`.
    pub fn superuser(self, to: &str) -> SqlResult<()> {
        if self.is_superuser() { Ok(()) } else { Err(self.not_superuser(to)) }
    }

    /// For commands that superusers may run, and holders of a system permission.
    pub fn superuser_or(self, permission: SystemPermission, to: &str) -> SqlResult<()> {
        if self.manifest.principals.may(self.user, permission) { Ok(()) } else { Err(self.not_superuser(to)) }
    }

    fn not_superuser(self, to: &str) -> SqlError {
        let message = format!("must be superuser to {to}");
        Trail::new(self.manifest, self.user).refuse(message, "superuser", "user", self.name(), None, None)
    }

    /// A plain refusal of something that only the owner of an object with no ACL (a role) may do.
    pub fn refuse(
        self,
        message: String,
        right: &str,
        kind: &'static str,
        object: &str,
        owner: UserId,
    ) -> SqlError {
        Trail::new(self.manifest, self.user).refuse(
            message,
            right,
            kind,
            object.to_owned(),
            Some(owner),
            None,
        )
    }

    /// As [`Self::refuse`], with the grant that would help.
    pub fn refuse_with(
        self,
        message: String,
        right: &str,
        kind: &'static str,
        object: String,
        owner: UserId,
        grant: Option<String>,
    ) -> SqlError {
        Trail::new(self.manifest, self.user).refuse(message, right, kind, object, Some(owner), grant)
    }

    pub fn on_schema(self, schema: &Schema, privilege: Privilege) -> SqlResult<()> {
        if self.manifest.principals.held(self.user, privilege, None, schema.owner, &schema.acl).is_some() {
            return Ok(());
        }
        let grant = format!("GRANT {} ON SCHEMA {} TO {};", privilege.keyword(), schema.name, self.name());
        Err(Trail::new(self.manifest, self.user).refuse(
            format!("permission denied for schema {}", schema.name),
            privilege.keyword(),
            "schema",
            schema.name.to_string(),
            Some(schema.owner),
            Some(grant),
        ))
    }

    pub fn on_database(self, database: &Database, privilege: Privilege) -> SqlResult<()> {
        if self.manifest.principals.held(self.user, privilege, None, database.owner, &database.acl).is_some()
        {
            return Ok(());
        }
        let message = match privilege {
            Privilege::Temporary => {
                format!("permission denied to create temporary tables in database \"{}\"", database.name)
            }
            _ => format!("permission denied for database {}", database.name),
        };
        let grant =
            format!("GRANT {} ON DATABASE {} TO {};", privilege.keyword(), database.name, self.name());
        Err(Trail::new(self.manifest, self.user).refuse(
            message,
            privilege.keyword(),
            "database",
            database.name.to_string(),
            Some(database.owner),
            Some(grant),
        ))
    }

    /// Owner of the relation, or holder of `privilege` on it (ALTER, DROP, TRUNCATE), or of the system
    /// permission for such commands.
    pub fn own_relation(
        self,
        relation: &Relation,
        privilege: Option<Privilege>,
        permission: Option<SystemPermission>,
    ) -> SqlResult<()> {
        let principals = &self.manifest.principals;
        let owns = self.is_superuser() || relation.owner == self.user;
        let holds = privilege.is_some_and(|privilege| {
            principals.held(self.user, privilege, None, relation.owner, &relation.acl).is_some()
        });
        if owns || holds || permission.is_some_and(|permission| principals.may(self.user, permission)) {
            return Ok(());
        }
        let object = relation.qualified_name().to_string();
        let kind = match relation.kind {
            RelationKind::Table(_) => "table",
            RelationKind::View(_) => "view",
        };
        let grant = match privilege {
            Some(privilege) => format!("GRANT {} ON {object} TO {};", privilege.keyword(), self.name()),
            None => format!("ALTER TABLE {object} OWNER TO {};", self.name()),
        };
        Err(self.trail_to(relation).refuse(
            format!("must be owner of relation {}", relation.name),
            "owner",
            kind,
            object,
            Some(relation.owner),
            Some(grant),
        ))
    }

    pub fn own_schema(self, schema: &Schema, permission: Option<SystemPermission>) -> SqlResult<()> {
        let lifted = permission.is_some_and(|permission| self.manifest.principals.may(self.user, permission));
        if self.is_superuser() || schema.owner == self.user || lifted {
            return Ok(());
        }
        let name = schema.name.as_str();
        Err(Trail::new(self.manifest, self.user).refuse(
            format!("must be owner of schema {name}"),
            "owner",
            "schema",
            name.to_owned(),
            Some(schema.owner),
            Some(format!("ALTER SCHEMA {name} OWNER TO {};", self.name())),
        ))
    }

    pub fn own_database(self, database: &Database) -> SqlResult<()> {
        if self.is_superuser() || database.owner == self.user {
            return Ok(());
        }
        let message = format!("must be owner of database {}", database.name);
        Err(self.refuse(message, "owner", "database", database.name.as_str(), database.owner))
    }

    /// A refusal to grant or revoke `right` on an object whose owner is `owner`.
    pub fn cannot_grant(
        self,
        message: String,
        right: &str,
        kind: &'static str,
        object: &str,
        owner: UserId,
    ) -> SqlError {
        let right = format!("{right} WITH GRANT OPTION");
        Trail::new(self.manifest, self.user).refuse(
            message,
            &right,
            kind,
            object.to_owned(),
            Some(owner),
            None,
        )
    }

    /// The way to a relation begins with USAGE on its schema.
    fn trail_to(self, relation: &Relation) -> Trail<'a> {
        let mut trail = Trail::new(self.manifest, self.user);
        let schema = self
            .manifest
            .catalog
            .databases
            .values()
            .find(|database| database.relations.contains_key(&relation.id))
            .and_then(|database| database.schema(&relation.schema));
        let held: Option<(String, HeldBy)> = schema.and_then(|schema| {
            let held = self.manifest.principals.held(
                self.user,
                Privilege::Usage,
                None,
                schema.owner,
                &schema.acl,
            )?;
            Some((schema.name.to_string(), held))
        });
        if let Some((schema, held)) = held {
            trail.hold("USAGE", "schema", schema, &held);
        }
        trail
    }

    pub fn name(self) -> String {
        self.manifest.principals.user(self.user).map_or_else(String::new, |user| user.name.to_string())
    }
}
