//! What ALTER DEFAULT PRIVILEGES has written: `svv_default_privileges`, `pg_default_acl`.

use super::acl::{entries, identity};
use super::relation::{BOOLEAN, INTEGER, Relation, Rows, TEXT, Viewer, integer, text};
use crate::sql::error::SqlResult;
use crate::warehouse::access::Grantee;
use crate::warehouse::catalog::{ObjectId, Schema};
use crate::warehouse::data_type::DataType;
use crate::warehouse::default_privilege::DefaultKind;
use crate::warehouse::value::Value;

pub(super) static RELATIONS: &[Relation] = &[
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
        privileges,
    ),
    Relation::new(
        "pg_default_acl",
        &[
            ("defacluser", INTEGER),
            ("defaclnamespace", INTEGER),
            ("defaclobjtype", DataType::Char(1)),
            ("defaclacl", TEXT),
        ],
        entries_of_all,
    ),
];

fn schema_called<'a>(id: ObjectId, viewer: &'a Viewer<'_>) -> Option<&'a Schema> {
    viewer.database.schemas.values().find(|schema| schema.id == id).map(AsRef::as_ref)
}

/// One row a grant. An entry for every schema has no schema's name (NULL; unconfirmed).
fn privileges(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for (key, acl) in &viewer.database.defaults {
        let schema = key.schema.and_then(|id| schema_called(id, viewer));
        let owner = identity(Grantee::User(key.owner), viewer);
        let own = key.owner == viewer.user;
        for grant in acl.grants.iter().filter(|grant| own || viewer.may_see(grant.grantee)) {
            let mut row = vec![
                schema.map_or(Value::Null, |schema| text(&schema.name)),
                Value::string(match key.kind {
                    DefaultKind::Tables => "RELATION",
                    DefaultKind::Functions => "FUNCTION",
                    DefaultKind::Procedures => "PROCEDURE",
                }),
            ];
            row.extend(owner.cells());
            row.push(Value::string(grant.privilege.keyword()));
            row.extend(identity(grant.grantee, viewer).cells());
            row.push(Value::Boolean(grant.grant_option));
            rows.push(row);
        }
    }
    Ok(rows)
}

/// An entry for every schema prints the owner's rights too, one for a schema only what it adds.
fn entries_of_all(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    Ok(viewer
        .database
        .defaults
        .iter()
        .map(|(key, acl)| {
            let (letter, owned) = match key.kind {
                DefaultKind::Tables => ("r", super::pg_catalog::OWNER_OF_TABLE),
                DefaultKind::Functions => ("f", super::routine::OWNER_OF_ROUTINE),
                DefaultKind::Procedures => ("p", super::routine::OWNER_OF_ROUTINE),
            };
            let owned = if key.schema.is_none() { owned } else { &[] };
            vec![
                integer(key.owner.0),
                integer(key.schema.map_or(0, |schema| schema.0)),
                Value::string(letter),
                text(format!("{{{}}}", entries(acl, key.owner, owned, &|_| true, viewer).join(","))),
            ]
        })
        .collect())
}
