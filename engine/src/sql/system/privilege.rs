//! Who was granted what: `svv_*_privileges`, `svv_roles`, `svv_user_grants`, `svv_role_grants`.
//!
//! Only written grants are listed: no rows for owners and superusers (fact sheet, section 5.1).

use super::acl::{identity, visible};
use super::relation::{BOOLEAN, INTEGER, Relation, Rows, TEXT, Viewer, integer, text};
use crate::sql::error::SqlResult;
use crate::warehouse::access::Grantee;
use crate::warehouse::value::Value;

pub(super) static RELATIONS: &[Relation] = &[
    Relation::new(
        "svv_roles",
        &[("role_id", INTEGER), ("role_name", TEXT), ("role_owner", TEXT), ("external_id", TEXT)],
        roles,
    ),
    Relation::new(
        "svv_user_grants",
        &[
            ("user_id", INTEGER),
            ("user_name", TEXT),
            ("role_id", INTEGER),
            ("role_name", TEXT),
            ("admin_option", BOOLEAN),
        ],
        user_grants,
    ),
    Relation::new(
        "svv_role_grants",
        &[
            ("role_id", INTEGER),
            ("role_name", TEXT),
            ("granted_role_id", INTEGER),
            ("granted_role_name", TEXT),
        ],
        role_grants,
    ),
    Relation::new(
        "svv_relation_privileges",
        &[
            ("namespace_name", TEXT),
            ("relation_name", TEXT),
            ("privilege_type", TEXT),
            ("identity_id", INTEGER),
            ("identity_name", TEXT),
            ("identity_type", TEXT),
            ("admin_option", BOOLEAN),
        ],
        relation_privileges,
    ),
    Relation::new(
        "svv_schema_privileges",
        &[
            ("namespace_name", TEXT),
            ("privilege_type", TEXT),
            ("identity_id", INTEGER),
            ("identity_name", TEXT),
            ("identity_type", TEXT),
            ("admin_option", BOOLEAN),
            ("privilege_scope", TEXT),
        ],
        schema_privileges,
    ),
    Relation::new(
        "svv_database_privileges",
        &[
            ("database_name", TEXT),
            ("privilege_type", TEXT),
            ("identity_id", INTEGER),
            ("identity_name", TEXT),
            ("identity_type", TEXT),
            ("admin_option", BOOLEAN),
            ("privilege_scope", TEXT),
        ],
        database_privileges,
    ),
    Relation::new(
        "svv_column_privileges",
        &[
            ("namespace_name", TEXT),
            ("relation_name", TEXT),
            ("column_name", TEXT),
            ("privilege_type", TEXT),
            ("identity_id", INTEGER),
            ("identity_name", TEXT),
            ("identity_type", TEXT),
        ],
        column_privileges,
    ),
    // ALTER DEFAULT PRIVILEGES and system permissions are not simulated, so nobody was ever granted any.
    Relation::new(
        "svv_default_privileges",
        &[
            ("schema_name", TEXT),
            ("object_type", TEXT),
            ("owner_id", INTEGER),
            ("owner_name", TEXT),
            ("owner_type", TEXT),
            ("privilege_type", TEXT),
            ("grantee_id", INTEGER),
            ("grantee_name", TEXT),
            ("grantee_type", TEXT),
            ("admin_option", BOOLEAN),
        ],
        |_| Ok(Vec::new()),
    ),
    Relation::new(
        "svv_system_privileges",
        &[
            ("system_privilege", TEXT),
            ("identity_id", INTEGER),
            ("identity_name", TEXT),
            ("identity_type", TEXT),
        ],
        |_| Ok(Vec::new()),
    ),
];

fn roles(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut roles: Vec<_> =
        viewer.principals.roles.values().filter(|role| viewer.may_see(Grantee::Role(role.id))).collect();
    roles.sort_by_key(|role| role.id);
    Ok(roles
        .into_iter()
        .map(|role| {
            vec![
                integer(role.id.0),
                text(&role.name),
                viewer.user_name(role.owner),
                role.external_id.as_deref().map_or(Value::Null, Value::string),
            ]
        })
        .collect())
}

fn user_grants(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for role in viewer.principals.roles.values() {
        for (user, admin_option) in &role.members {
            if viewer.may_see(Grantee::User(*user)) || role.owner == viewer.user {
                rows.push(vec![
                    integer(user.0),
                    viewer.user_name(*user),
                    integer(role.id.0),
                    text(&role.name),
                    Value::Boolean(*admin_option),
                ]);
            }
        }
    }
    Ok(rows)
}

/// The holder stands first, what it was granted behind it.
fn role_grants(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for granted in viewer.principals.roles.values() {
        for holder in viewer.principals.roles.values().filter(|role| granted.granted_to.contains(&role.id)) {
            if viewer.may_see(Grantee::Role(holder.id)) {
                rows.push(vec![
                    integer(holder.id.0),
                    text(&holder.name),
                    integer(granted.id.0),
                    text(&granted.name),
                ]);
            }
        }
    }
    Ok(rows)
}

fn relation_privileges(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for relation in viewer.database.relations.values() {
        for grant in visible(&relation.acl, false, viewer) {
            let mut row = vec![text(&relation.schema), text(&relation.name), text(grant.privilege.keyword())];
            row.extend(identity(grant.grantee, viewer).cells());
            row.push(Value::Boolean(grant.grant_option));
            rows.push(row);
        }
    }
    Ok(rows)
}

fn schema_privileges(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for schema in viewer.database.schemas.values() {
        for grant in visible(&schema.acl, false, viewer) {
            let mut row = vec![text(&schema.name), text(grant.privilege.keyword())];
            row.extend(identity(grant.grantee, viewer).cells());
            row.extend([Value::Boolean(grant.grant_option), Value::string("SCHEMA")]);
            rows.push(row);
        }
    }
    Ok(rows)
}

fn database_privileges(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for database in viewer.manifest.catalog.databases.values() {
        for grant in visible(&database.acl, false, viewer) {
            let mut row = vec![text(&database.name), text(grant.privilege.keyword())];
            row.extend(identity(grant.grantee, viewer).cells());
            row.extend([Value::Boolean(grant.grant_option), Value::string("DATABASE")]);
            rows.push(row);
        }
    }
    Ok(rows)
}

fn column_privileges(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for relation in viewer.database.relations.values() {
        for grant in visible(&relation.acl, true, viewer) {
            let column = grant.column.as_ref().map_or(Value::Null, text);
            let mut row =
                vec![text(&relation.schema), text(&relation.name), column, text(grant.privilege.keyword())];
            row.extend(identity(grant.grantee, viewer).cells());
            rows.push(row);
        }
    }
    Ok(rows)
}
