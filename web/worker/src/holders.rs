//! Who holds a right that somebody lacks: another way to it is to be one of them.
//!
//! Users and groups only: everybody may read `pg_user` and `pg_group`, while `svv_roles` shows a user its own roles.

use sandshift_engine::sandbox::Sandbox;
use sandshift_engine::sql::error::Link;
use sandshift_engine::warehouse::access::{Acl, Grantee, Reach, UserId};

/// As they are called in a chain: `group analytics_users`, `user jeeseok`.
pub(crate) fn holders(link: &Link, sandbox: &Sandbox) -> Vec<String> {
    let manifest = &sandbox.warehouse.committed;
    let principals = &manifest.principals;
    let Some((acl, owner, column)) = acl_of(link, sandbox) else { return Vec::new() };
    let held = acl.grants.iter().filter(|grant| {
        grant.privilege.keyword() == link.right
            && grant.reach == Reach::Object
            && grant.column.as_ref().is_none_or(|name| Some(name.as_str()) == column.as_deref())
    });
    let mut names: Vec<String> = held
        .filter_map(|grant| match grant.grantee {
            Grantee::User(id) if id != owner => principals.user(id).map(|user| format!("user {}", user.name)),
            Grantee::Group(id) => principals
                .groups
                .values()
                .find(|group| group.id == id)
                .map(|group| format!("group {}", group.name)),
            Grantee::User(_) | Grantee::Role(_) | Grantee::Public => None,
        })
        .collect();
    names.dedup();
    names
}

/// What is written on the object of a link, its owner, and the column if it is one.
fn acl_of<'a>(link: &Link, sandbox: &'a Sandbox) -> Option<(&'a Acl, UserId, Option<String>)> {
    let catalog = &sandbox.warehouse.committed.catalog;
    let database = catalog.database(&sandbox.database())?;
    let object = link.object.as_str();
    match link.object_kind {
        "database" => {
            let database = catalog.databases.values().find(|database| database.name == object)?;
            Some((&database.acl, database.owner, None))
        }
        "schema" => {
            let schema = database.schemas.values().find(|schema| schema.name == object)?;
            Some((&schema.acl, schema.owner, None))
        }
        "model" => {
            let model = database.models.values().find(|model| model.qualified_name() == object)?;
            Some((&model.acl, model.owner, None))
        }
        "function" | "procedure" => {
            let mut routines = database.routines.values();
            let routine =
                routines.find(|routine| format!("{}.{}", routine.schema, routine.signature()) == object)?;
            Some((&routine.acl, routine.owner, None))
        }
        "column" | "table" | "view" => {
            let (object, column) = match link.object_kind {
                "column" => {
                    object.rsplit_once('.').map(|(object, column)| (object, Some(column.to_owned())))?
                }
                _ => (object, None),
            };
            let relation = database
                .relations
                .values()
                .find(|relation| relation.qualified_name().to_string() == object)?;
            Some((&relation.acl, relation.owner, column))
        }
        _ => None,
    }
}
