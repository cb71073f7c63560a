//! Materialized views and late-binding views, as the system describes them.

use super::log::own;
use super::relation::{INTEGER, NAME, Relation, Rows, TEXT, TIMESTAMP, Viewer, text};
use crate::sql::bind::{self, Scope};
use crate::sql::commands::materialized_view::is_stale;
use crate::sql::error::SqlResult;
use crate::sql::parse;
use crate::sql::session::{RandomState, Session, SessionId, Transaction};
use crate::warehouse::access::UserId;
use crate::warehouse::catalog::{Materialized, Relation as Stored};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

use DataType::Char;

pub(super) static RELATIONS: &[Relation] = &[
    Relation::new(
        "stv_mv_info",
        &[
            ("db_name", Char(128)),
            ("schema", Char(128)),
            ("name", Char(128)),
            ("updated_upto_xid", DataType::BigInt),
            ("is_stale", Char(1)),
            ("owner_user_name", Char(128)),
            ("state", INTEGER),
            ("autorewrite", Char(1)),
            ("autorefresh", Char(1)),
        ],
        |viewer| {
            let row = |relation: &Stored, materialized: &Materialized| {
                vec![
                    text(&viewer.database.name),
                    text(&relation.schema),
                    text(&relation.name),
                    Value::Null,
                    stale(viewer, materialized),
                    viewer.user_name(relation.owner),
                    state(materialized),
                    Value::string("f"),
                    truth(materialized.auto_refresh),
                ]
            };
            Ok(materialized(viewer).into_iter().map(|(relation, found)| row(relation, found)).collect())
        },
    ),
    Relation::new(
        "svv_mv_info",
        &[
            ("database_name", NAME),
            ("schema_name", NAME),
            ("user_name", NAME),
            ("name", NAME),
            ("is_stale", Char(1)),
            ("state", INTEGER),
            ("autorewrite", Char(1)),
            ("autorefresh", Char(1)),
        ],
        |viewer| {
            let row = |relation: &Stored, materialized: &Materialized| {
                vec![
                    text(&viewer.database.name),
                    text(&relation.schema),
                    viewer.user_name(relation.owner),
                    text(&relation.name),
                    stale(viewer, materialized),
                    state(materialized),
                    Value::string("f"),
                    truth(materialized.auto_refresh),
                ]
            };
            Ok(materialized(viewer).into_iter().map(|(relation, found)| row(relation, found)).collect())
        },
    ),
    Relation::new(
        "stv_mv_deps",
        &[
            ("db_name", Char(128)),
            ("schema", Char(128)),
            ("name", Char(128)),
            ("ref_schema", Char(128)),
            ("ref_name", Char(128)),
            ("ref_database_name", Char(128)),
        ],
        |viewer| Ok(dependencies(viewer)),
    ),
    Relation::new(
        "svv_mv_dependency",
        &[
            ("database_name", NAME),
            ("schema_name", NAME),
            ("name", NAME),
            ("dependent_schema_name", NAME),
            ("dependent_name", NAME),
            ("dependent_database_name", NAME),
        ],
        |viewer| Ok(dependencies(viewer)),
    ),
    Relation::new(
        "svl_mv_refresh_status",
        &[
            ("userid", INTEGER),
            ("session_userid", INTEGER),
            ("db_name", Char(128)),
            ("schema_name", Char(128)),
            ("mv_name", Char(128)),
            ("xid", DataType::BigInt),
            ("starttime", TIMESTAMP),
            ("endtime", TIMESTAMP),
            ("status", TEXT),
            ("refresh_type", Char(32)),
        ],
        |viewer| Ok(own(viewer, "svl_mv_refresh_status")),
    ),
    Relation::new(
        "pg_get_late_binding_view_cols",
        &[
            ("view_schema", NAME),
            ("view_name", NAME),
            ("col_name", NAME),
            ("col_type", TEXT),
            ("col_num", INTEGER),
        ],
        late_columns,
    )
    .in_schema(super::FUNCTIONS),
];

/// Those that the viewer may touch, by schema and name.
fn materialized<'v>(viewer: &Viewer<'v>) -> Vec<(&'v Stored, &'v Materialized)> {
    let relations = viewer.database.relations.values();
    let mut found: Vec<(&Stored, &Materialized)> = relations
        .filter(|relation| viewer.may_touch(relation))
        .filter_map(|relation| Some((&**relation, relation.materialized()?)))
        .collect();
    found.sort_by_key(|(relation, _)| (&relation.schema, &relation.name));
    found
}

fn dependencies(viewer: &Viewer<'_>) -> Rows {
    let mut rows = Rows::new();
    for (relation, materialized) in materialized(viewer) {
        for base in materialized.view.depends_on.iter().filter_map(|id| viewer.database.relation(*id)) {
            rows.push(vec![
                text(&viewer.database.name),
                text(&relation.schema),
                text(&relation.name),
                text(&base.schema),
                text(&base.name),
                text(&viewer.database.name),
            ]);
        }
    }
    rows
}

fn truth(value: bool) -> Value {
    Value::string(if value { "t" } else { "f" })
}

fn stale(viewer: &Viewer<'_>, materialized: &Materialized) -> Value {
    truth(is_stale(materialized, viewer.database))
}

/// 1 is kept up to date incrementally, 0 recomputed at every refresh.
fn state(materialized: &Materialized) -> Value {
    Value::Integer(i32::from(materialized.incremental))
}

/// Views whose relations are missing have no columns to tell.
fn late_columns(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let session = Session {
        id: SessionId(0),
        authenticated: UserId::RDSDB,
        user: UserId::RDSDB,
        database: viewer.database.name.clone(),
        settings: Default::default(),
        transaction: Transaction::None,
        temporary_schema: "pg_temp_0".into(),
        temporary: Default::default(),
        random: RandomState { words: [0; 34], position: 0 },
        started: viewer.context.evaluation.statement_start,
        last_copy_count: 0,
        last_copy: -1,
        last_query: 0,
        inside: Default::default(),
        prepared: Default::default(),
    };
    let scope = Scope { manifest: viewer.manifest, session: &session, statement_text: "" };
    let mut rows = Rows::new();
    for relation in viewer.database.relations.values() {
        let late = relation.view().is_some_and(|view| view.late.is_some());
        if !late || !viewer.may_touch(relation) {
            continue;
        }
        let text_of = format!("SELECT * FROM {}", relation.qualified_name());
        let Ok(bound) = parse::query(&text_of).and_then(|query| bind::query(&query, scope)) else { continue };
        for (number, field) in bound.plan.fields().iter().enumerate() {
            rows.push(vec![
                text(&relation.schema),
                text(&relation.name),
                text(&field.name),
                text(field.data_type),
                Value::Integer(number as i32 + 1),
            ]);
        }
    }
    Ok(rows)
}
