//! What each kind of user sees of a small warehouse.

use std::sync::Arc;

use super::{columns, find, hidden_columns, known_gap, on_compute_nodes, rows};
use crate::clock::Instant;
use crate::sorted::SortedMap;
use crate::sql::error::SqlResult;
use crate::sql::execute::array::value_at;
use crate::sql::execute::{Context, Evaluation};
use crate::sql::session::RandomState;
use crate::warehouse::access::{Acl, Grant, Grantee, Group, Privilege, User, UserId};
use crate::warehouse::catalog::{Column, Distribution, ObjectId, Relation, RelationKind, Schema, Table};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::{Logs, Manifest};
use crate::warehouse::storage::TableData;
use crate::warehouse::value::Value;

const NOW: Instant = Instant(1_685_008_800_000_000);

fn grant(grantee: Grantee, privilege: Privilege) -> Grant {
    Grant::new(grantee, privilege, UserId::ADMIN)
}

/// A schema `raw_data` with one table, a group that may read it and a member of that group.
fn warehouse() -> Manifest {
    let mut manifest = Manifest::initial("dev", "admin", "Admin1234", NOW).unwrap();
    let principals = Arc::make_mut(&mut manifest.principals);
    let analyst = User::new(principals.allocate_user(), Identifier::fold("analyst"), false);
    let stranger = User::new(principals.allocate_user(), Identifier::fold("stranger"), false);
    let group = Group {
        id: principals.allocate_group(),
        name: Identifier::fold("analytics_users"),
        members: [analyst.id].into(),
    };
    let readers = Grantee::Group(group.id);
    principals.users.insert(analyst.name.clone(), analyst);
    principals.users.insert(stranger.name.clone(), stranger);
    principals.groups.insert(group.name.clone(), group);
    let (schema, table) = (manifest.catalog.allocate(), manifest.catalog.allocate());
    let database = manifest.catalog.database_mut(&Identifier::fold("dev")).unwrap();
    let name = Identifier::fold("raw_data");
    database.schemas.insert(
        name.clone(),
        Arc::new(Schema {
            id: schema,
            name: name.clone(),
            owner: UserId::ADMIN,
            acl: Acl { grants: [grant(readers, Privilege::Usage)].into(), ..Acl::default() },
            relations: SortedMap::new(),
            external: None,
        }),
    );
    let column = |name: &str, data_type, nullable| Column {
        name: Identifier::fold(name),
        data_type,
        nullable,
        default: None,
        encoding: "lzo".to_owned(),
        comment: None,
    };
    database.insert(Relation {
        id: ObjectId(table.0),
        schema: name,
        name: Identifier::fold("user_session_channel"),
        owner: UserId::ADMIN,
        acl: Acl { grants: [grant(readers, Privilege::Select)].into(), ..Acl::default() },
        columns: vec![
            column("userid", DataType::Integer, true),
            column("sessionid", DataType::Varchar(32), false),
        ],
        created: NOW,
        comment: None,
        protection: Default::default(),
        kind: RelationKind::Table(Table {
            materialized: None,
            temporary: false,
            distribution: Distribution::Key(0),
            sort_key: vec![1],
            interleaved: false,
            primary_key: vec![1],
            unique_keys: Vec::new(),
            foreign_keys: Vec::new(),
            constraints: Default::default(),
            backup: true,
            next_identity: SortedMap::new(),
            data: TableData::default(),
        }),
    });
    manifest
}

/// The rows of a system relation as `user` sees them, cells as text.
fn seen(schema: Option<&str>, name: &str, user: &str, search_path: &str) -> SqlResult<Vec<Vec<String>>> {
    let manifest = Arc::new(warehouse());
    let user = manifest.principals.users[&Identifier::fold(user)].id;
    let mut logs = Logs::default();
    let entry = |user: i32| vec![Value::Integer(user), Value::Integer(7)];
    logs.rows.insert("stl_query".to_owned(), vec![entry(100), entry(101)]);
    let evaluation = Evaluation {
        statement_start: NOW,
        transaction_start: NOW,
        random: RandomState::seeded(0.0),
        settings: [("search_path".to_owned(), search_path.to_owned())].into(),
        manifest: manifest.clone(),
        user,
        parameters: Vec::new(),
        backends: Default::default(),
        predicted: Vec::new(),
    };
    let context = Context::new(manifest, Identifier::fold("dev"), Arc::new(logs), super::rows, evaluation);
    let relation = find(schema, name).unwrap();
    let batch = rows(relation, &context)?;
    let types = columns(relation);
    assert_eq!(batch.columns.len(), types.len());
    Ok((0..batch.rows)
        .map(|row| {
            let cells = batch.columns.iter().zip(&types);
            cells
                .map(|(array, (_, data_type))| match value_at(array, *data_type, row) {
                    Value::Null => "NULL".to_owned(),
                    Value::String(text) => text.to_string(),
                    Value::Integer(value) => value.to_string(),
                    Value::Boolean(value) => value.to_string(),
                    other => format!("{other:?}"),
                })
                .collect()
        })
        .collect())
}

fn lines(name: &str, user: &str) -> Vec<String> {
    seen(None, name, user, "public").unwrap().iter().map(|row| row.join("|")).collect()
}

#[test]
fn only_written_grants_are_listed_to_those_they_concern() {
    let expected = ["raw_data|user_session_channel|SELECT|100|analytics_users|group|false"];
    assert_eq!(lines("svv_relation_privileges", "admin"), expected);
    assert_eq!(lines("svv_relation_privileges", "analyst"), expected);
    assert!(lines("svv_relation_privileges", "stranger").is_empty());
    assert_eq!(lines("svv_schema_privileges", "analyst").len(), 3);
    assert_eq!(lines("svv_schema_privileges", "stranger").len(), 2);
}

#[test]
fn acls_are_printed_as_postgresql_prints_them() {
    let namespaces = lines("pg_namespace", "stranger");
    let raw_data = namespaces.iter().find(|line| line.starts_with("raw_data")).unwrap();
    assert!(raw_data.contains("|{admin=UC/admin,\"group analytics_users=U/admin\"}|"), "{raw_data}");
    let classes = lines("pg_class", "admin");
    assert!(
        classes[0].contains("{admin=arwdRxtD/admin,\"group analytics_users=r/admin\"}"),
        "{}",
        classes[0]
    );
}

#[test]
fn table_definitions_follow_the_search_path() {
    assert!(lines("pg_table_def", "admin").is_empty());
    let found = seen(None, "pg_table_def", "admin", "public, raw_data").unwrap();
    assert_eq!(
        found[1].join("|"),
        "raw_data|user_session_channel|sessionid|character varying(32)|lzo|false|1|true"
    );
    assert_eq!(found[0][5], "true");
}

#[test]
fn information_schema_shows_what_one_may_touch() {
    let tables = |user| seen(Some("information_schema"), "tables", user, "public").unwrap().len();
    assert_eq!((tables("admin"), tables("analyst"), tables("stranger")), (1, 1, 0));
}

#[test]
fn logs_are_everyone_s_own() {
    assert_eq!(lines("stl_query", "admin").len(), 2);
    assert_eq!(lines("stl_query", "analyst").len(), 1);
    assert!(lines("stl_query", "stranger").is_empty());
}

#[test]
fn some_views_are_for_superusers() {
    let error = seen(None, "svv_table_info", "analyst", "public").unwrap_err();
    assert_eq!(error.to_string(), "ERROR 42501 permission denied for relation svv_table_info");
    assert!(lines("svv_table_info", "admin").is_empty(), "empty tables are not listed");
    assert!(seen(None, "pg_user_info", "analyst", "public").is_err());
}

#[test]
fn users_and_groups_are_listed() {
    assert_eq!(lines("pg_group", "stranger"), ["analytics_users|100|{101}"]);
    assert_eq!(lines("pg_user", "stranger")[1], "admin|100|true|true|false|********|NULL|NULL");
    assert_eq!(lines("svv_role_grants", "admin").len(), 1);
}

#[test]
fn every_relation_answers() {
    let defined = |relation: &&super::Relation| matches!(relation.source, super::Source::Defined(_));
    for relation in super::all().filter(|relation| !defined(relation)) {
        seen(Some(relation.schema), relation.name, "admin", "public").unwrap();
    }
}

#[test]
fn names_are_found_or_gaps_or_neither() {
    assert!(find(Some("information_schema"), "tables").is_some() && find(None, "tables").is_none());
    assert!(known_gap(None, "svl_compile") && known_gap(None, "pg_operator") && !known_gap(None, "pg_user"));
    assert!(!known_gap(None, "user_session_channel") && !known_gap(Some("public"), "pg_cast"));
    assert!(find(Some("information_schema"), "role_table_grants").is_some());
    let class = find(None, "pg_class").unwrap();
    assert!(!on_compute_nodes(class) && on_compute_nodes(find(None, "svv_tables").unwrap()));
    assert_eq!((hidden_columns(class), hidden_columns(find(None, "pg_user").unwrap())), (1, 0));
}
