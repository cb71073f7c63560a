//! Procedures and functions, as the catalog describes them, and the logs of calls.

use std::sync::Arc;

use super::acl;
use super::log::own;
use super::relation::{
    BIGINT, BOOLEAN, INTEGER, NAME, Relation, Rows, SMALLINT, TEXT, TIMESTAMP, Viewer, integer, text,
};
use crate::sql::error::SqlResult;
use crate::warehouse::access::{Acl, Privilege, UserId};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::routine::{Routine, RoutineKind, Volatility, bare_type};
use crate::warehouse::value::Value;

use DataType::Char;

/// What the owner of a routine holds by itself.
pub(super) const OWNER_OF_ROUTINE: &[Privilege] = &[Privilege::Execute];

pub(super) static RELATIONS: &[Relation] = &[
    Relation::new("pg_proc", PROC, |viewer| Ok(routines(viewer, false))),
    Relation::new("pg_proc_info", PROC_INFO, |viewer| Ok(routines(viewer, true))),
    Relation::new(
        "pg_language",
        &[
            ("lanname", NAME),
            ("lanispl", BOOLEAN),
            ("lanpltrusted", BOOLEAN),
            ("lanacl", TEXT),
            ("oid", INTEGER),
        ],
        |viewer| {
            let languages = viewer.database.languages.iter();
            let row = |(index, (name, found)): (usize, (&Identifier, &Arc<Acl>))| {
                vec![
                    text(name),
                    Value::Boolean(*name != "sql"),
                    Value::Boolean(true),
                    acl::print(found, UserId::RDSDB, &[Privilege::Usage], viewer),
                    integer(14 + index as u32),
                ]
            };
            Ok(languages.enumerate().map(row).collect())
        },
    ),
    Relation::new(
        "svv_redshift_functions",
        &[
            ("database_name", NAME),
            ("schema_name", NAME),
            ("function_name", NAME),
            ("function_type", NAME),
            ("argument_type", TEXT),
            ("result_type", NAME),
        ],
        |viewer| {
            let row = |routine: &Routine| {
                let arguments: Vec<String> = routine.inputs().map(|argument| argument.type_name()).collect();
                vec![
                    text(&viewer.database.name),
                    text(&routine.schema),
                    text(&routine.name),
                    Value::string(if routine.is_procedure() {
                        "STORED PROCEDURE"
                    } else {
                        "REGULAR FUNCTION"
                    }),
                    text(arguments.join(", ")),
                    returns(routine).map_or(Value::string(""), |returns| text(bare_type(returns))),
                ]
            };
            Ok(viewer.database.routines.values().map(|routine| row(routine)).collect())
        },
    ),
    Relation::new(
        "svv_function_privileges",
        &[
            ("namespace_name", NAME),
            ("function_name", NAME),
            ("argument_types", TEXT),
            ("privilege_type", NAME),
            ("identity_id", INTEGER),
            ("identity_name", NAME),
            ("identity_type", NAME),
            ("admin_option", BOOLEAN),
        ],
        function_privileges,
    ),
    Relation::new(
        "svv_language_privileges",
        &[
            ("language_name", NAME),
            ("privilege_type", NAME),
            ("identity_id", INTEGER),
            ("identity_name", NAME),
            ("identity_type", NAME),
            ("admin_option", BOOLEAN),
        ],
        language_privileges,
    ),
    Relation::new(
        "svl_stored_proc_call",
        &[
            ("userid", INTEGER),
            ("session_userid", INTEGER),
            ("query", INTEGER),
            ("label", Char(320)),
            ("xid", BIGINT),
            ("pid", INTEGER),
            ("database", Char(32)),
            ("querytxt", Char(4000)),
            ("starttime", TIMESTAMP),
            ("endtime", TIMESTAMP),
            ("aborted", INTEGER),
            ("from_sp_call", INTEGER),
        ],
        |viewer| Ok(own(viewer, "svl_stored_proc_call")),
    ),
    Relation::new(
        "svl_stored_proc_messages",
        &[
            ("userid", INTEGER),
            ("session_userid", INTEGER),
            ("pid", INTEGER),
            ("xid", BIGINT),
            ("query", INTEGER),
            ("recordtime", TIMESTAMP),
            ("loglevel", INTEGER),
            ("loglevel_text", Char(10)),
            ("message", Char(1024)),
            ("linenum", INTEGER),
            ("querytext", Char(500)),
            ("label", Char(320)),
            ("aborted", INTEGER),
            ("message_xid", BIGINT),
        ],
        |viewer| Ok(own(viewer, "svl_stored_proc_messages")),
    ),
];

const PROC: &[(&str, DataType)] = &[
    ("proname", NAME),
    ("pronamespace", INTEGER),
    ("proowner", INTEGER),
    ("prolang", INTEGER),
    ("prosecdef", BOOLEAN),
    ("provolatile", Char(1)),
    ("pronargs", SMALLINT),
    ("prorettype", INTEGER),
    ("proargtypes", TEXT),
    ("prosrc", TEXT),
    ("proacl", TEXT),
    ("oid", INTEGER),
];

const PROC_INFO: &[(&str, DataType)] = &[
    ("proname", NAME),
    ("pronamespace", INTEGER),
    ("proowner", INTEGER),
    ("prolang", INTEGER),
    ("prosecdef", BOOLEAN),
    ("provolatile", Char(1)),
    ("pronargs", SMALLINT),
    ("prorettype", INTEGER),
    ("proargtypes", TEXT),
    ("prosrc", TEXT),
    ("proacl", TEXT),
    ("prokind", Char(1)),
    ("proargmodes", TEXT),
    ("proargnames", TEXT),
    ("prooid", INTEGER),
    ("oid", INTEGER),
];

fn returns(routine: &Routine) -> Option<DataType> {
    match routine.kind {
        RoutineKind::Function { returns, .. } => Some(returns),
        RoutineKind::Procedure { .. } => None,
    }
}

fn routines(viewer: &Viewer<'_>, with_info: bool) -> Rows {
    use crate::warehouse::routine::ArgumentMode as M;
    let mut rows = Rows::new();
    for routine in viewer.database.routines.values() {
        let language = if routine.is_procedure() { "plpgsql" } else { "sql" };
        let number = viewer.database.languages.keys().position(|name| *name == language).unwrap_or(0);
        let (definer, volatility) = match routine.kind {
            RoutineKind::Procedure { definer, .. } => (definer, "v"),
            RoutineKind::Function { volatility: Volatility::Volatile, .. } => (false, "v"),
            RoutineKind::Function { volatility: Volatility::Stable, .. } => (false, "s"),
            RoutineKind::Function { volatility: Volatility::Immutable, .. } => (false, "i"),
        };
        let types: Vec<String> = routine
            .inputs()
            .map(|argument| super::pg_catalog::type_number(argument.data_type).to_string())
            .collect();
        let mut row = vec![
            text(&routine.name),
            integer(viewer.database.schema(&routine.schema).map_or(0, |schema| schema.id.0)),
            integer(routine.owner.0),
            integer(14 + number as u32),
            Value::Boolean(definer),
            Value::string(volatility),
            Value::SmallInt(routine.inputs().count() as i16),
            Value::Integer(returns(routine).map_or(2278, super::pg_catalog::type_number)),
            text(types.join(" ")),
            text(&routine.body),
            acl::print(&routine.acl, routine.owner, OWNER_OF_ROUTINE, viewer),
        ];
        if with_info {
            let modes: Vec<&str> = routine
                .arguments
                .iter()
                .map(|argument| match argument.mode {
                    M::In => "i",
                    M::Out => "o",
                    M::InOut => "b",
                })
                .collect();
            let names: Vec<String> = routine
                .arguments
                .iter()
                .map(|argument| argument.name.as_ref().map_or("\"\"".to_owned(), |name| name.to_string()))
                .collect();
            row.extend([
                Value::string(if routine.is_procedure() { "p" } else { "f" }),
                text(format!("{{{}}}", modes.join(","))),
                text(format!("{{{}}}", names.join(","))),
                integer(routine.id.0),
            ]);
        }
        row.push(integer(routine.id.0));
        rows.push(row);
    }
    rows
}

fn function_privileges(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Rows::new();
    for routine in viewer.database.routines.values() {
        let arguments: Vec<String> = routine.inputs().map(|argument| argument.type_name()).collect();
        for grant in acl::visible(&routine.acl, false, viewer) {
            let mut row = vec![
                text(&routine.schema),
                text(&routine.name),
                text(arguments.join(", ")),
                Value::string(grant.privilege.keyword()),
            ];
            row.extend(acl::identity(grant.grantee, viewer).cells());
            row.push(Value::Boolean(grant.grant_option));
            rows.push(row);
        }
    }
    Ok(rows)
}

fn language_privileges(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Rows::new();
    for (name, found) in &viewer.database.languages {
        for grant in acl::visible(found, false, viewer) {
            let mut row = vec![text(name), Value::string(grant.privilege.keyword())];
            row.extend(acl::identity(grant.grantee, viewer).cells());
            row.push(Value::Boolean(grant.grant_option));
            rows.push(row);
        }
    }
    Ok(rows)
}
