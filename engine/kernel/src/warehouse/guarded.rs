//! An object together with everything that is written about it: its own grants, and those of its schema and
//! its database on all objects of its kind (scoped permissions).

use super::access::{Acl, Grant, Grantee, HeldBy, Privilege, Reach, UserId};
use super::catalog::{Database, Relation, Schema};
use super::identifier::Identifier;
use super::manifest::Manifest;
use super::model::Model;
use super::routine::{Routine, RoutineKind};

/// What a right is asked for on.
#[derive(Clone, Copy, Debug)]
pub enum Guarded<'a> {
    Relation(&'a Relation),
    Schema(&'a Schema),
    Database(&'a Database),
    Routine(&'a Routine),
    Model(&'a Model),
    /// A language's grants, and the database whose language it is.
    Language(&'a Acl, &'a Database),
}

impl<'a> Guarded<'a> {
    fn owner_and_acl(self) -> (UserId, &'a Acl) {
        match self {
            Guarded::Relation(relation) => (relation.owner, &relation.acl),
            Guarded::Schema(schema) => (schema.owner, &schema.acl),
            Guarded::Database(database) => (database.owner, &database.acl),
            Guarded::Routine(routine) => (routine.owner, &routine.acl),
            Guarded::Model(model) => (model.owner, &model.acl),
            Guarded::Language(acl, _) => (UserId::RDSDB, acl),
        }
    }

    /// What a scoped permission must reach to count here.
    fn reaches(self) -> &'static [Reach] {
        match self {
            // Temporary tables are their session's alone.
            Guarded::Relation(relation) if relation.table().is_some_and(|table| table.temporary) => &[],
            Guarded::Relation(_) => &[Reach::Tables],
            Guarded::Schema(_) => &[Reach::Schemas],
            // Unconfirmed: no scope is known that reaches models.
            Guarded::Database(_) | Guarded::Model(_) => &[],
            Guarded::Routine(routine) if routine.is_procedure() => &[Reach::Procedures, Reach::Functions],
            Guarded::Routine(_) => &[Reach::Functions],
            Guarded::Language(..) => &[Reach::Languages],
        }
    }

    /// The database it lies in, and its schema there.
    fn around(self, manifest: &'a Manifest) -> Option<(&'a Database, Option<&'a Schema>)> {
        let mut databases = manifest.catalog.databases.values().map(AsRef::as_ref);
        let schema_of = |database: &'a Database, name: &Identifier| {
            Some((database, database.schema(name).map(AsRef::as_ref)))
        };
        match self {
            Guarded::Relation(relation) => {
                let database = databases.find(|database| database.relations.contains_key(&relation.id))?;
                schema_of(database, &relation.schema)
            }
            Guarded::Routine(routine) => {
                let database = databases.find(|database| database.routines.contains_key(&routine.id))?;
                schema_of(database, &routine.schema)
            }
            Guarded::Schema(schema) => {
                let holds = |found: &&Database| {
                    found.schema(&schema.name).is_some_and(|found| std::ptr::eq(found.as_ref(), schema))
                };
                databases.find(holds).map(|database| (database, None))
            }
            Guarded::Database(_) | Guarded::Model(_) => None,
            Guarded::Language(_, database) => Some((database, None)),
        }
    }
}

impl Manifest {
    /// How `user` holds `privilege` on an object; `None` when it does not.
    pub fn held(
        &self,
        user: UserId,
        privilege: Privilege,
        column: Option<&Identifier>,
        on: Guarded<'_>,
    ) -> Option<HeldBy> {
        let on = self.behind(on);
        let (owner, acl) = on.owner_and_acl();
        let held = self
            .principals
            .held(user, privilege, column, owner, acl)
            .or_else(|| self.lent_held(user, privilege, column, acl));
        if held.is_some() {
            return held;
        }
        let reaches = on.reaches();
        if reaches.is_empty() {
            return None;
        }
        let (database, schema) = on.around(self)?;
        let scoped = |acl: &Acl, place: &dyn Fn() -> String| {
            let by = self.principals.held_by_grant(user, privilege, None, reaches, acl)?;
            Some(HeldBy::Scoped {
                by: Box::new(by),
                scope: format!("{} IN {}", reaches[0].keyword(), place()),
            })
        };
        schema
            .and_then(|schema| scoped(&schema.acl, &|| format!("SCHEMA {}", schema.name)))
            .or_else(|| scoped(&database.acl, &|| format!("DATABASE {}", database.name)))
    }

    /// A prediction function is its model's: nothing is granted on the function itself.
    fn behind<'a>(&'a self, on: Guarded<'a>) -> Guarded<'a> {
        if let Guarded::Routine(Routine { kind: RoutineKind::Prediction { model, .. }, .. }) = on {
            let databases = self.catalog.databases.values();
            let found = databases.filter_map(|database| database.models.get(model)).next();
            return found.map_or(on, |model| Guarded::Model(model));
        }
        on
    }

    /// Through a group that the session has joined.
    fn lent_held(
        &self,
        user: UserId,
        privilege: Privilege,
        column: Option<&Identifier>,
        acl: &Acl,
    ) -> Option<HeldBy> {
        let lent = self.lent.as_deref().filter(|lent| lent.user == user)?;
        let counts = |grant: &&Grant| {
            grant.privilege == privilege
                && grant.reach == Reach::Object
                && (grant.column.is_none() || grant.column.as_ref() == column)
        };
        acl.grants.iter().filter(counts).find_map(|grant| match grant.grantee {
            Grantee::Group(id) if lent.groups.contains(&id) => {
                let group = self.principals.groups.values().find(|group| group.id == id)?;
                Some(HeldBy::Group(group.name.clone()))
            }
            _ => None,
        })
    }
}
