//! The names a user may see: what completion offers.

use super::Sandbox;
use crate::sql::functions;
use crate::warehouse::access::{Privilege, UserId};
use crate::warehouse::catalog::{Relation, RelationKind};
use crate::warehouse::guarded::Guarded;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::system_role::SystemPermission;

/// A name and what stands behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub kind: NameKind,
    /// `raw_data`, `raw_data.user_session_channel`, `userid`, `count`.
    pub text: String,
    /// A column's type and table, a relation's schema; empty where there is nothing to add.
    pub detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    Schema,
    Table,
    View,
    Column,
    Function,
    User,
    Group,
    Role,
}

impl Sandbox {
    /// Schemas the user may use, the relations in them that it may read, their columns; functions; principals.
    /// Empty for a user that does not exist.
    pub fn names(&self, user: &str) -> Vec<Name> {
        let manifest = &self.warehouse.committed;
        let Some(user) = manifest.principals.user_called(user).map(|user| user.id) else {
            return Vec::new();
        };
        let mut names = Vec::new();
        let mut add = |kind, text: String, detail: String| names.push(Name { kind, text, detail });
        for database in manifest.catalog.databases.values() {
            for schema in database.schemas.values() {
                let usable = manifest.held(user, Privilege::Usage, None, Guarded::Schema(schema));
                if usable.is_none() {
                    continue;
                }
                add(NameKind::Schema, schema.name.to_string(), String::new());
                for relation in schema.relations.values().filter_map(|id| database.relation(*id)) {
                    if !readable(manifest, user, relation) {
                        continue;
                    }
                    let kind = match relation.kind {
                        RelationKind::Table(_) if relation.materialized().is_none() => NameKind::Table,
                        RelationKind::Table(_) | RelationKind::View(_) => NameKind::View,
                    };
                    add(kind, relation.qualified_name().to_string(), schema.name.to_string());
                    for column in &relation.columns {
                        let detail = format!("{} {}", relation.name, column.data_type);
                        add(NameKind::Column, column.name.to_string(), detail);
                    }
                }
            }
        }
        for function in functions::names() {
            if function.starts_with(|first: char| first.is_ascii_alphabetic()) {
                add(NameKind::Function, function.to_owned(), String::new());
            }
        }
        for other in manifest.principals.users.keys().filter(|user| *user != "rdsdb") {
            add(NameKind::User, other.to_string(), String::new());
        }
        for group in manifest.principals.groups.keys() {
            add(NameKind::Group, group.to_string(), String::new());
        }
        // As `svv_roles` lists them.
        let all_roles = manifest.principals.may(user, SystemPermission::AccessSystemTable);
        let held = manifest.principals.roles_of(user);
        for role in manifest.principals.roles.values() {
            if all_roles || held.contains(&role.id) || role.owner == user {
                add(NameKind::Role, role.name.to_string(), String::new());
            }
        }
        names
    }
}

/// True when the user holds any privilege on the relation or on a column of it.
pub(super) fn readable(manifest: &Manifest, user: UserId, relation: &Relation) -> bool {
    [Privilege::Select, Privilege::Insert, Privilege::Update, Privilege::Delete].into_iter().any(
        |privilege| {
            let held = |column| manifest.held(user, privilege, column, Guarded::Relation(relation)).is_some();
            held(None) || relation.columns.iter().any(|column| held(Some(&column.name)))
        },
    )
}
