//! What commands ask of their surroundings: who runs them, and what a name means.

use std::sync::Arc;

use super::CommandContext;
use crate::sql::authorize::rights::Rights;
use crate::sql::authorize::schema_usage;
use crate::sql::bind::{Scope, search_path};
use crate::sql::error::{SqlError, SqlResult};
use crate::warehouse::access::{Acl, Group, Principals, Privilege, Role, User, UserId};
use crate::warehouse::catalog::{Database, ObjectId, Relation, RelationKind, Schema};
use crate::warehouse::default_privilege::DefaultKind;
use crate::warehouse::identifier::{Identifier, QualifiedName};
use crate::warehouse::system_role::SystemPermission;

impl CommandContext<'_> {
    /// The user whose rights count.
    pub fn user(&self) -> UserId {
        self.session.user
    }

    pub fn rights(&self) -> Rights<'_> {
        Rights::new(self.manifest, self.session.user)
    }

    pub fn is_superuser(&self) -> bool {
        self.principals().is_superuser(self.user())
    }

    pub fn scope(&self) -> Scope<'_> {
        Scope { manifest: self.manifest, session: self.session, statement_text: "", outside: None }
    }

    pub fn principals(&self) -> &Principals {
        &self.manifest.principals
    }

    pub fn principals_mut(&mut self) -> &mut Principals {
        Arc::make_mut(&mut self.manifest.principals)
    }

    pub fn user_named(&self, name: &Identifier) -> SqlResult<&User> {
        self.principals().users.get(name).ok_or_else(|| no_user(name))
    }

    pub fn user_named_mut(&mut self, name: &Identifier) -> SqlResult<&mut User> {
        self.principals_mut().users.get_mut(name).ok_or_else(|| no_user(name))
    }

    pub fn group_named(&self, name: &Identifier) -> SqlResult<&Group> {
        self.principals().groups.get(name).ok_or_else(|| no_group(name))
    }

    pub fn group_named_mut(&mut self, name: &Identifier) -> SqlResult<&mut Group> {
        self.principals_mut().groups.get_mut(name).ok_or_else(|| no_group(name))
    }

    pub fn role_named(&self, name: &Identifier) -> SqlResult<&Role> {
        self.principals().roles.get(name).ok_or_else(|| no_role(name))
    }

    pub fn role_named_mut(&mut self, name: &Identifier) -> SqlResult<&mut Role> {
        self.principals_mut().roles.get_mut(name).ok_or_else(|| no_role(name))
    }

    pub fn database(&self) -> SqlResult<&Database> {
        match self.manifest.catalog.database(&self.session.database) {
            Some(database) => Ok(database),
            None => Err(SqlError::bug(format!("the session's database {} is gone", self.session.database))),
        }
    }

    pub fn database_mut(&mut self) -> SqlResult<&mut Database> {
        let name = self.session.database.clone();
        self.manifest
            .catalog
            .database_mut(&name)
            .ok_or_else(|| SqlError::bug(format!("the session's database {name} is gone")))
    }

    /// The schema, whoever may use it.
    pub fn schema(&self, name: &Identifier) -> SqlResult<&Schema> {
        match self.database()?.schema(name) {
            Some(schema) => Ok(schema),
            None => Err(SqlError::undefined_schema(name)),
        }
    }

    pub fn schema_mut(&mut self, name: &Identifier) -> SqlResult<&mut Schema> {
        let missing = SqlError::undefined_schema(name);
        self.database_mut()?.schema_mut(name).ok_or(missing)
    }

    pub fn relation_mut(&mut self, id: ObjectId) -> SqlResult<&mut Relation> {
        self.database_mut()?.relation_mut(id).ok_or_else(|| SqlError::bug("a resolved relation is gone"))
    }

    /// The relation that a name means, in the product's order of checks: schema, USAGE, relation. Without a
    /// schema, those of the search path that are missing or closed are passed over silently.
    pub fn relation(&self, name: &QualifiedName) -> SqlResult<Arc<Relation>> {
        self.find_relation(name)?.ok_or_else(|| SqlError::undefined_relation(name))
    }

    /// As [`Self::relation`], with `None` when only the relation itself is missing.
    pub fn find_relation(&self, name: &QualifiedName) -> SqlResult<Option<Arc<Relation>>> {
        self.must_be_in_this_database(name)?;
        let database = self.database()?;
        if let Some(schema) = &name.schema {
            let found = self.schema(schema)?;
            if *schema != self.session.temporary_schema {
                schema_usage(found, self.manifest, self.user())?;
            }
            return Ok(database.find(schema, &name.name).cloned());
        }
        let temporary = database.find(&self.session.temporary_schema, &name.name);
        Ok(temporary.cloned().or_else(|| {
            self.search_path().iter().find_map(|schema| {
                let open = schema_usage(database.schema(schema)?, self.manifest, self.user()).is_ok();
                database.find(schema, &name.name).filter(|_| open).cloned()
            })
        }))
    }

    fn must_be_in_this_database(&self, name: &QualifiedName) -> SqlResult<()> {
        match &name.database {
            Some(database) if *database != self.session.database => Err(SqlError::product(
                "0A000",
                format!("cross-database references are not implemented: \"{name}\""),
            )),
            _ => Ok(()),
        }
    }

    /// As [`Self::relation`], but only a table.
    pub fn table(&self, name: &QualifiedName) -> SqlResult<Arc<Relation>> {
        let relation = self.relation(name)?;
        match relation.kind {
            RelationKind::Table(_) if relation.materialized().is_none() => Ok(relation),
            RelationKind::Table(_) | RelationKind::View(_) => {
                Err(SqlError::product("42809", format!("\"{}\" is not a table", relation.name)))
            }
        }
    }

    /// Schemas that unqualified names are looked up in, with `$user` filled in; some may not exist.
    pub fn search_path(&self) -> Vec<Identifier> {
        search_path(self.scope())
    }

    /// Where a new relation called `name` goes, made sure of: the schema exists, the user may create in it,
    /// the name is free. `lifted` is the system permission that stands for CREATE.
    pub fn place_for(
        &mut self,
        name: &QualifiedName,
        temporary: bool,
        lifted: SystemPermission,
    ) -> SqlResult<Place> {
        self.must_be_in_this_database(name)?;
        let schema =
            if temporary { self.temporary_place(name)? } else { self.permanent_place(name, lifted)? };
        let taken = self.database()?.find(&schema, &name.name).map(|relation| relation.id);
        Ok(Place { schema, name: name.name.clone(), taken })
    }

    fn temporary_place(&mut self, name: &QualifiedName) -> SqlResult<Identifier> {
        let schema = self.session.temporary_schema.clone();
        if name.schema.as_ref().is_some_and(|written| *written != schema) {
            return Err(SqlError::product("42P16", "temporary tables may not specify a schema name"));
        }
        self.rights().on_database(self.database()?, Privilege::Temporary)?;
        if self.database()?.schema(&schema).is_none() {
            let made = Schema {
                id: self.manifest.catalog.allocate(),
                name: schema.clone(),
                owner: self.user(),
                acl: Default::default(),
                relations: Default::default(),
                external: None,
            };
            self.database_mut()?.schemas.insert(schema.clone(), Arc::new(made));
        }
        Ok(schema)
    }

    fn permanent_place(&self, name: &QualifiedName, lifted: SystemPermission) -> SqlResult<Identifier> {
        let database = self.database()?;
        let schema = match &name.schema {
            Some(schema) => self.schema(schema)?,
            // A schema in the path counts only if the user may use it.
            None => self
                .search_path()
                .iter()
                .filter_map(|schema| database.schema(schema))
                .find(|schema| schema_usage(schema, self.manifest, self.user()).is_ok())
                .ok_or_else(|| SqlError::product("3F000", "no schema has been selected to create in"))?,
        };
        if !self.principals().may(self.user(), lifted) {
            self.rights().on_schema(schema, Privilege::Create)?;
        }
        Ok(schema.name.clone())
    }

    /// The grants that a new object of the user's begins with.
    pub fn initial_acl(&self, schema: &Identifier, kind: DefaultKind) -> SqlResult<Acl> {
        Ok(self.database()?.initial_acl(self.user(), schema, kind))
    }

    /// Views that stand directly on any of `relations` and are not among them.
    pub fn dependents(&self, relations: &[ObjectId]) -> SqlResult<Vec<Arc<Relation>>> {
        let stands_on = |relation: &Relation| {
            relation.view().is_some_and(|view| view.depends_on.iter().any(|id| relations.contains(id)))
        };
        let relations_of = &self.database()?.relations;
        Ok(relations_of
            .values()
            .filter(|relation| !relations.contains(&relation.id) && stands_on(relation))
            .cloned()
            .collect())
    }
}

/// Where a new relation goes.
pub struct Place {
    pub schema: Identifier,
    pub name: Identifier,
    /// The relation that has the name already.
    pub taken: Option<ObjectId>,
}

impl Place {
    pub fn must_be_free(&self) -> SqlResult<()> {
        match self.taken {
            Some(_) => Err(SqlError::product("42P07", format!("relation \"{}\" already exists", self.name))),
            None => Ok(()),
        }
    }
}

pub fn no_user(name: &Identifier) -> SqlError {
    SqlError::product("42704", format!("user \"{name}\" does not exist"))
}

pub fn no_group(name: &Identifier) -> SqlError {
    SqlError::product("42704", format!("group \"{name}\" does not exist"))
}

/// The product's wording is unconfirmed; it follows that of users and groups.
pub fn no_role(name: &Identifier) -> SqlError {
    SqlError::product("42704", format!("role \"{name}\" does not exist"))
}
