//! What GRANT and REVOKE are written on: its ACL, its owner, what can be granted on it and who may.

use std::sync::Arc;

use super::CommandContext;
use crate::gap::Feature;
use crate::sql::authorize::schema_usage;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::statement::{GrantTarget, GrantedPrivileges, NamedGrantee};
use crate::sql::system;
use crate::warehouse::access::{Acl, Grantee, Privilege, UserId};
use crate::warehouse::catalog::{ObjectId, Relation, RelationKind};
use crate::warehouse::identifier::{Identifier, QualifiedName};
use crate::warehouse::routine::Routine;

/// An object that privileges are written on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum GrantedObject {
    Relation(ObjectId),
    Schema(Identifier),
    Database(Identifier),
    Routine(ObjectId),
    Language(Identifier),
}

/// One privilege that a statement names, on the whole object or on one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub privilege: Privilege,
    pub column: Option<Identifier>,
}

/// What ALL means on a table or view. RULE and TRIGGER do nothing, but the ACL shows them; ALTER and TRUNCATE
/// came after April 2023 and are granted only by name.
const ALL_ON_RELATION: [Privilege; 8] = [
    Privilege::Insert,
    Privilege::Select,
    Privilege::Update,
    Privilege::Delete,
    Privilege::Rule,
    Privilege::References,
    Privilege::Trigger,
    Privilege::Drop,
];

/// The objects a statement names, in its order. Looking them up needs what a query would need.
pub(super) fn objects(target: &GrantTarget, context: &CommandContext<'_>) -> SqlResult<Vec<GrantedObject>> {
    match target {
        GrantTarget::Relations(names) => {
            names.iter().map(|name| Ok(GrantedObject::Relation(relation(name, context)?.id))).collect()
        }
        GrantTarget::AllTablesInSchemas(schemas) => {
            let mut objects = Vec::new();
            for name in schemas {
                let schema = context.schema(name)?;
                schema_usage(schema, context.manifest, context.user())?;
                objects.extend(schema.relations.values().copied().map(GrantedObject::Relation));
            }
            Ok(objects)
        }
        GrantTarget::Schemas(names) => {
            names.iter().map(|name| Ok(GrantedObject::Schema(context.schema(name)?.name.clone()))).collect()
        }
        GrantTarget::Databases(names) => names
            .iter()
            .map(|name| match context.manifest.catalog.database(name) {
                Some(_) => Ok(GrantedObject::Database(name.clone())),
                None => Err(SqlError::product("3D000", format!("database \"{name}\" does not exist"))),
            })
            .collect(),
        GrantTarget::Languages(names) => names
            .iter()
            .map(|name| match context.database()?.languages.get(name) {
                Some(_) => Ok(GrantedObject::Language(name.clone())),
                None => Err(SqlError::product("42704", format!("language \"{name}\" does not exist"))),
            })
            .collect(),
        GrantTarget::Functions(signatures) => signatures
            .iter()
            .map(|signature| Ok(GrantedObject::Routine(context.routine(signature, false)?.id)))
            .collect(),
        GrantTarget::Procedures(signatures) => signatures
            .iter()
            .map(|signature| Ok(GrantedObject::Routine(context.routine(signature, true)?.id)))
            .collect(),
        // Procedures are functions in this (fact sheet, section 2.1).
        GrantTarget::AllFunctionsInSchemas(schemas) => routines_in(schemas, false, context),
        GrantTarget::AllProceduresInSchemas(schemas) => routines_in(schemas, true, context),
    }
}

fn routines_in(
    schemas: &[Identifier],
    procedures: bool,
    context: &CommandContext<'_>,
) -> SqlResult<Vec<GrantedObject>> {
    let mut objects = Vec::new();
    for name in schemas {
        schema_usage(context.schema(name)?, context.manifest, context.user())?;
        let routines = context.database()?.routines.values();
        let inside =
            routines.filter(|routine| routine.schema == *name && routine.is_procedure() == procedures);
        objects.extend(inside.map(|routine| GrantedObject::Routine(routine.id)));
    }
    Ok(objects)
}

fn relation(name: &QualifiedName, context: &CommandContext<'_>) -> SqlResult<std::sync::Arc<Relation>> {
    context.relation(name).map_err(|error| {
        let schema = name.schema.as_ref().map(Identifier::as_str);
        match system::find(schema, name.name.as_str()) {
            Some(_) => {
                SqlError::not_simulated_because(Feature::SystemRelation, "privileges on system tables")
            }
            None => error,
        }
    })
}

pub(super) fn grantee(named: &NamedGrantee, context: &CommandContext<'_>) -> SqlResult<(Grantee, bool)> {
    Ok(match named {
        NamedGrantee::User { name, grant_option } => {
            (Grantee::User(context.user_named(name)?.id), *grant_option)
        }
        NamedGrantee::Group(name) => (Grantee::Group(context.group_named(name)?.id), false),
        NamedGrantee::Role(name) => (Grantee::Role(context.role_named(name)?.id), false),
        NamedGrantee::Public => (Grantee::Public, false),
    })
}

impl GrantedObject {
    pub fn owner_and_acl<'c>(&self, context: &'c CommandContext<'_>) -> SqlResult<(UserId, &'c Acl)> {
        Ok(match self {
            GrantedObject::Relation(id) => {
                let relation = self.relation(*id, context)?;
                (relation.owner, &relation.acl)
            }
            GrantedObject::Schema(name) => {
                let schema = context.schema(name)?;
                (schema.owner, &schema.acl)
            }
            GrantedObject::Database(name) => match context.manifest.catalog.database(name) {
                Some(database) => (database.owner, &database.acl),
                None => return Err(SqlError::bug("a resolved database is gone")),
            },
            GrantedObject::Routine(id) => {
                let routine = self.routine(*id, context)?;
                (routine.owner, &routine.acl)
            }
            GrantedObject::Language(name) => match context.database()?.languages.get(name) {
                Some(acl) => (UserId::RDSDB, acl),
                None => return Err(SqlError::bug("a resolved language is gone")),
            },
        })
    }

    pub fn acl_mut<'c>(&self, context: &'c mut CommandContext<'_>) -> SqlResult<&'c mut Acl> {
        match self {
            GrantedObject::Relation(id) => Ok(&mut context.relation_mut(*id)?.acl),
            GrantedObject::Schema(name) => Ok(&mut context.schema_mut(name)?.acl),
            GrantedObject::Database(name) => match context.manifest.catalog.database_mut(name) {
                Some(database) => Ok(&mut database.acl),
                None => Err(SqlError::bug("a resolved database is gone")),
            },
            GrantedObject::Routine(id) => Ok(&mut context.routine_mut(*id)?.acl),
            GrantedObject::Language(name) => match context.database_mut()?.languages.get_mut(name) {
                Some(acl) => Ok(Arc::make_mut(acl)),
                None => Err(SqlError::bug("a resolved language is gone")),
            },
        }
    }

    fn relation<'c>(&self, id: ObjectId, context: &'c CommandContext<'_>) -> SqlResult<&'c Relation> {
        match context.database()?.relation(id) {
            Some(relation) => Ok(relation),
            None => Err(SqlError::bug("a resolved relation is gone")),
        }
    }

    fn routine<'c>(&self, id: ObjectId, context: &'c CommandContext<'_>) -> SqlResult<&'c Routine> {
        match context.database()?.routines.get(&id) {
            Some(routine) => Ok(routine),
            None => Err(SqlError::bug("a resolved routine is gone")),
        }
    }

    /// Its kind in messages, its own name, and its name with the schema.
    pub fn names(&self, context: &CommandContext<'_>) -> SqlResult<(&'static str, String, String)> {
        Ok(match self {
            GrantedObject::Relation(id) => {
                let relation = self.relation(*id, context)?;
                ("relation", relation.name.to_string(), relation.qualified_name().to_string())
            }
            GrantedObject::Schema(name) => ("schema", name.to_string(), name.to_string()),
            GrantedObject::Database(name) => ("database", name.to_string(), name.to_string()),
            GrantedObject::Routine(id) => {
                let routine = self.routine(*id, context)?;
                let object = format!("{}.{}", routine.schema, routine.signature());
                (routine.word(), routine.name.to_string(), object)
            }
            GrantedObject::Language(name) => ("language", name.to_string(), name.to_string()),
        })
    }

    /// The privileges that the statement means on this object; a mistake when one does not exist here.
    pub fn asked(
        &self,
        privileges: &GrantedPrivileges,
        context: &CommandContext<'_>,
    ) -> SqlResult<Vec<Asked>> {
        let whole = |privilege: &Privilege| Asked { privilege: *privilege, column: None };
        let of_columns = |privilege: Privilege, columns: &[Identifier]| {
            columns.iter().map(|column| Asked { privilege, column: Some(column.clone()) }).collect::<Vec<_>>()
        };
        let asked: Vec<Asked> = match privileges {
            GrantedPrivileges::All => return Ok(self.all().iter().map(whole).collect()),
            GrantedPrivileges::AllOfColumns(columns) => {
                let mut asked = of_columns(Privilege::Select, columns);
                if !self.is_view(context)? {
                    asked.extend(of_columns(Privilege::Update, columns));
                }
                asked
            }
            GrantedPrivileges::List(list) => list
                .iter()
                .flat_map(|(privilege, columns)| match columns.as_slice() {
                    [] => vec![whole(privilege)],
                    columns => of_columns(*privilege, columns),
                })
                .collect(),
        };
        for one in &asked {
            self.must_have(one, context)?;
        }
        Ok(asked)
    }

    fn all(&self) -> &'static [Privilege] {
        match self {
            GrantedObject::Relation(_) => &ALL_ON_RELATION,
            GrantedObject::Schema(_) => &[Privilege::Create, Privilege::Usage],
            GrantedObject::Database(_) => &[Privilege::Create, Privilege::Temporary],
            GrantedObject::Routine(_) => &[Privilege::Execute],
            GrantedObject::Language(_) => &[Privilege::Usage],
        }
    }

    /// Does this privilege exist on this kind of object, and the column on this relation?
    fn must_have(&self, asked: &Asked, context: &CommandContext<'_>) -> SqlResult<()> {
        use Privilege as P;
        let (kind, name, _) = self.names(context)?;
        let invalid = |what: &str| {
            let message = format!("invalid privilege type {} for {what}", asked.privilege.keyword());
            Err(SqlError::product("0LP01", message))
        };
        let exists = match self {
            GrantedObject::Relation(_) => {
                ALL_ON_RELATION.contains(&asked.privilege)
                    || matches!(asked.privilege, P::Alter | P::Truncate)
            }
            GrantedObject::Schema(_) => matches!(asked.privilege, P::Create | P::Usage | P::Alter | P::Drop),
            GrantedObject::Database(_) => {
                matches!(asked.privilege, P::Create | P::Temporary | P::Usage | P::Alter)
            }
            GrantedObject::Routine(_) => asked.privilege == P::Execute,
            GrantedObject::Language(_) => asked.privilege == P::Usage,
        };
        if !exists {
            return invalid(kind);
        }
        let Some(column) = &asked.column else { return Ok(()) };
        let GrantedObject::Relation(id) = self else { return invalid(kind) };
        let allowed = if self.is_view(context)? { &[P::Select][..] } else { &[P::Select, P::Update] };
        if !allowed.contains(&asked.privilege) {
            return invalid("column");
        }
        if self.relation(*id, context)?.column(column).is_none() {
            let message = format!("column \"{column}\" of relation \"{name}\" does not exist");
            return Err(SqlError::product("42703", message));
        }
        Ok(())
    }

    fn is_view(&self, context: &CommandContext<'_>) -> SqlResult<bool> {
        match self {
            GrantedObject::Relation(id) => {
                Ok(matches!(self.relation(*id, context)?.kind, RelationKind::View(_)))
            }
            _ => Ok(false),
        }
    }

    /// Those of `asked` that the user may grant or take back: everything as owner or superuser, otherwise what
    /// it holds WITH GRANT OPTION itself. Column privileges are the owner's and superusers' alone.
    ///
    /// # Errors
    /// 42501 when it is none of them. PostgreSQL 8.0 would only warn somebody who holds a plain privilege on
    /// the object; that Redshift refuses is unconfirmed.
    pub fn grantable(&self, asked: &[Asked], context: &CommandContext<'_>) -> SqlResult<Vec<Asked>> {
        let (owner, acl) = self.owner_and_acl(context)?;
        let user = context.user();
        if owner == user || context.is_superuser() {
            return Ok(asked.to_vec());
        }
        let with_option = |one: &&Asked| {
            one.column.is_none()
                && acl.grants.iter().any(|grant| {
                    grant.grantee == Grantee::User(user)
                        && grant.privilege == one.privilege
                        && grant.column.is_none()
                        && grant.grant_option
                })
        };
        let grantable: Vec<Asked> = asked.iter().filter(with_option).cloned().collect();
        match asked.first() {
            Some(first) if grantable.is_empty() => {
                let (kind, name, object) = self.names(context)?;
                let message = format!("permission denied for {kind} {name}");
                let kind = if kind == "relation" { "table" } else { kind };
                Err(context.rights().cannot_grant(message, first.privilege.keyword(), kind, &object, owner))
            }
            _ => Ok(grantable),
        }
    }
}
