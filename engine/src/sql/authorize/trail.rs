//! The way a refusal came about: every right that was asked for, in order, and how each was held.

use crate::sql::error::{Grantor, Link, Refusal, SqlError, SqlErrorKind};
use crate::warehouse::access::{HeldBy, Privilege, UserId};
use crate::warehouse::catalog::{Relation, Schema};
use crate::warehouse::guarded::Guarded;
use crate::warehouse::manifest::Manifest;

/// Rights that were asked for so far, on behalf of one user or of the owners of the views it reads.
pub struct Trail<'a> {
    manifest: &'a Manifest,
    /// Who runs the statement.
    caller: UserId,
    /// Whose rights are asked for now.
    user: UserId,
    links: Vec<Link>,
}

impl<'a> Trail<'a> {
    pub fn new(manifest: &'a Manifest, caller: UserId) -> Self {
        Trail { manifest, caller, user: caller, links: Vec::new() }
    }

    pub fn manifest(&self) -> &'a Manifest {
        self.manifest
    }

    /// From here on the rights of `user` count: the owner of a view that the statement reads through.
    pub fn turn_to(&mut self, user: UserId) {
        self.user = user;
    }

    /// A user as GRANT writes it.
    pub fn quoted_name_of(&self, user: UserId) -> String {
        self.manifest.principals.user(user).map_or_else(|| "unknown".to_owned(), |user| user.name.quoted())
    }

    fn name_of(&self, user: UserId) -> String {
        self.manifest.principals.user(user).map_or_else(|| "unknown".to_owned(), |user| user.name.to_string())
    }

    /// Notes a right that is held.
    pub fn hold(&mut self, right: &str, object_kind: &'static str, object: String, held: &HeldBy) {
        let link = Link { right: self.said(right), object_kind, object, held: Some(held.to_string()) };
        if !self.links.contains(&link) {
            self.links.push(link);
        }
    }

    /// Notes that the user may look names up in `schema`, where it may.
    pub fn hold_usage(&mut self, schema: &Schema) {
        let held = self.manifest.held(self.user, Privilege::Usage, None, Guarded::Schema(schema));
        if let Some(held) = held {
            self.hold("USAGE", "schema", schema.name.to_string(), &held);
        }
    }

    /// The way to a relation begins with USAGE on its schema; temporary ones have none.
    pub fn hold_usage_around(&mut self, relation: &Relation) {
        let databases = &self.manifest.catalog.databases;
        let database = databases.values().find(|database| database.relations.contains_key(&relation.id));
        let temporary = relation.table().is_some_and(|table| table.temporary);
        if let Some(schema) = database.and_then(|database| database.schema(&relation.schema))
            && !temporary
        {
            self.hold_usage(schema);
        }
    }

    /// Whether the one who asked may look names up where `relation` is.
    pub fn caller_may_name(&self, relation: &Relation) -> bool {
        let databases = &self.manifest.catalog.databases;
        let database = databases.values().find(|database| database.relations.contains_key(&relation.id));
        database.and_then(|database| database.schema(&relation.schema)).is_some_and(|schema| {
            self.manifest.held(self.caller, Privilege::Usage, None, Guarded::Schema(schema)).is_some()
        })
    }

    /// The refusal for the first right that is missing. `owner` is the object's; `grant` the smallest
    /// statement that would help.
    pub fn refuse(
        &self,
        message: String,
        right: &str,
        object_kind: &'static str,
        object: String,
        owner: Option<UserId>,
        grant: Option<String>,
    ) -> SqlError {
        let mut chain = self.links.clone();
        chain.push(Link { right: self.said(right), object_kind, object, held: None });
        SqlError::new(SqlErrorKind::Refused(Refusal {
            message,
            user: self.name_of(self.user),
            chain,
            grantors: self.grantors(owner),
            smallest_grant: grant,
        }))
    }

    /// A right that the view's owner must hold, not the caller, says so.
    fn said(&self, right: &str) -> String {
        if self.user == self.caller {
            right.to_owned()
        } else {
            format!("{right} as view owner {}", self.name_of(self.user))
        }
    }

    /// The owner and the superusers; `rdsdb` belongs to the service and nobody logs in as it.
    fn grantors(&self, owner: Option<UserId>) -> Vec<Grantor> {
        let users = self.manifest.principals.users.values();
        let of_owner = owner
            .filter(|&owner| owner != UserId::RDSDB)
            .map(|owner| Grantor { user: self.name_of(owner), reason: "owner" });
        let superusers = users
            .filter(|user| user.superuser && user.id != UserId::RDSDB && Some(user.id) != owner)
            .map(|user| Grantor { user: user.name.to_string(), reason: "superuser" });
        of_owner.into_iter().chain(superusers).collect()
    }
}
