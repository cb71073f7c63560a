//! Materialized views and late-binding views, as the system describes them.

use super::log::own;
use super::relation::{INTEGER, NAME, Relation, Rows, Source, TEXT, TIMESTAMP, Viewer, text};
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
    Relation::written(
        "stv_mv_info",
        "db_name c128,schema c128,name c128,updated_upto_xid b,is_stale c1,owner_user_name c128,state i,autorewrite c1,autorefresh c1",
        Source::Made(|viewer| {
            let row =
                |Info { place: [database, schema, name], owner, state: [stale, state, rewrite, refresh] }| {
                    vec![database, schema, name, Value::Null, stale, owner, state, rewrite, refresh]
                };
            Ok(infos(viewer).map(row).collect())
        }),
    ),
    Relation::written(
        "svv_mv_info",
        "database_name n,schema_name n,user_name n,name n,is_stale c1,state i,autorewrite c1,autorefresh c1",
        Source::Made(|viewer| {
            let row =
                |Info { place: [database, schema, name], owner, state: [stale, state, rewrite, refresh] }| {
                    vec![database, schema, owner, name, stale, state, rewrite, refresh]
                };
            Ok(infos(viewer).map(row).collect())
        }),
    ),
    Relation::written(
        "sys_mv_refresh_history",
        "user_id i,session_user_id i,transaction_id b,database_name c128,schema_name c128,mv_id b,mv_name c128,refresh_type c32,status x,start_time t,end_time t,duration b",
        Source::Made(refresh_history),
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

/// What both lists of materialized views say of one.
struct Info {
    /// Database, schema and name.
    place: [Value; 3],
    owner: Value,
    /// Stale, kind of refresh, automatic rewriting, automatic refresh.
    state: [Value; 4],
}

fn infos(viewer: &Viewer<'_>) -> impl Iterator<Item = Info> {
    materialized(viewer).into_iter().map(|(relation, found)| Info {
        place: [text(&viewer.database.name), text(&relation.schema), text(&relation.name)],
        owner: viewer.user_name(relation.owner),
        state: [stale(viewer, found), state(found), Value::string("f"), truth(found.auto_refresh)],
    })
}

/// `svl_mv_refresh_status` in the newer view's order.
fn refresh_history(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let row = |row: Vec<Value>| {
        let cell = |place: usize| row.get(place).cloned().unwrap_or(Value::Null);
        let number = match (&cell(3), &cell(4)) {
            (Value::String(schema), Value::String(name)) => {
                let found = viewer.database.find(&(&**schema).into(), &(&**name).into());
                found.map_or(Value::Null, |found| Value::BigInt(i64::from(found.id.0)))
            }
            _ => Value::Null,
        };
        let lasted = match (cell(6), cell(7)) {
            (Value::Timestamp(from), Value::Timestamp(to)) => Value::BigInt(to - from),
            _ => Value::Null,
        };
        let mut out: Vec<Value> = [0, 1, 5, 2, 3].map(cell).into();
        out.extend([number, cell(4), cell(9), cell(8), cell(6), cell(7), lasted]);
        out
    };
    Ok(own(viewer, "svl_mv_refresh_status").into_iter().map(row).collect())
}

/// Those that the viewer may touch, by schema and name.
fn materialized<'v>(viewer: &Viewer<'v>) -> Vec<(&'v Stored, &'v Materialized)> {
    let relations = viewer.database.relations.values();
    let mut found: Vec<(&Stored, &Materialized)> = relations
        .filter(|relation| viewer.may_touch(relation))
        .filter_map(|relation| Some((&**relation, relation.materialized()?)))
        .collect();
    crate::sorted::sort_by(&mut found, |(a, _), (b, _)| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
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
        last_unload_count: 0,
        last_unload: -1,
        last_query: 0,
        inside: Default::default(),
        prepared: Default::default(),
        timeout: None,
        locks: Vec::new(),
        wait: None,
        snapshot: None,
        default_iam_role: None,
        namespace: String::new(),
    };
    let scope = Scope { manifest: viewer.manifest, session: &session, statement_text: "", outside: None };
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
