//! Procedures and functions, as the catalog describes them, and the logs of calls.

use std::sync::Arc;

use super::acl;
use super::information_schema::{bare_name, maximum_length, number_parts};
use super::log::own;
use super::relation::{
    BIGINT, BOOLEAN, INTEGER, NAME, Relation, Rows, Source, TEXT, TIMESTAMP, Viewer, integer, text, yes_no,
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
/// What `pg_proc` and `pg_proc_info` both begin with.
macro_rules! routine {
    () => {
        "proname n,pronamespace i,proowner i,prolang i,proisagg o,prosecdef o,proisstrict o,proretset o,provolatile c1,pronargs s,prorettype i,proargtypes x,prosrc x,proacl x"
    };
}

pub(super) static RELATIONS: &[Relation] = &[
    Relation::written(
        "pg_proc",
        concat!(routine!(), ",oid i"),
        Source::Made(|viewer| Ok(routines(viewer, false))),
    ),
    Relation::written(
        "pg_proc_info",
        concat!(routine!(), ",prokind c1,proargmodes x,proargnames x,prooid i,oid i"),
        Source::Made(|viewer| Ok(routines(viewer, true))),
    ),
    Relation::written(
        "routines",
        "specific_catalog n,specific_schema n,specific_name n,routine_catalog n,routine_schema n,routine_name n,routine_type n,module_catalog n,module_schema n,module_name n,udt_catalog n,udt_schema n,udt_name n,data_type n,character_maximum_length i,numeric_precision i,numeric_scale i,type_udt_catalog n,type_udt_schema n,type_udt_name n,routine_body n,routine_definition x,external_name n,external_language n,parameter_style n,is_deterministic v3,sql_data_access n,is_null_call v3,sql_path n,schema_level_routine v3,max_dynamic_result_sets i,is_user_defined_cast v3,is_implicitly_invocable v3,security_type n",
        Source::Made(information_schema_routines),
    )
    .in_schema("information_schema"),
    Relation::written(
        "parameters",
        "specific_catalog n,specific_schema n,specific_name n,ordinal_position i,parameter_mode n,is_result v3,as_locator v3,parameter_name n,data_type n,character_maximum_length i,numeric_precision i,numeric_scale i",
        Source::Made(parameters),
    )
    .in_schema("information_schema"),
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
            ("namespace_name", TEXT),
            ("function_name", TEXT),
            ("argument_types", TEXT),
            ("privilege_type", TEXT),
            ("identity_id", INTEGER),
            ("identity_name", TEXT),
            ("identity_type", TEXT),
            ("admin_option", BOOLEAN),
        ],
        function_privileges,
    ),
    Relation::new(
        "svv_language_privileges",
        &[
            ("language_name", TEXT),
            ("privilege_type", TEXT),
            ("identity_id", INTEGER),
            ("identity_name", TEXT),
            ("identity_type", TEXT),
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

fn returns(routine: &Routine) -> Option<DataType> {
    match routine.kind {
        RoutineKind::Function { returns, .. } | RoutineKind::Prediction { returns, .. } => Some(returns),
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
            // Unconfirmed for a model's function.
            RoutineKind::Function { volatility: Volatility::Stable, .. } | RoutineKind::Prediction { .. } => {
                (false, "s")
            }
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
            Value::Boolean(false),
            Value::Boolean(definer),
            Value::Boolean(false),
            Value::Boolean(false),
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

/// As PostgreSQL 8 lists them, those that the viewer owns or may run. Procedures are told from functions by
/// `routine_type`; that the product lists them here is unconfirmed.
fn information_schema_routines(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let row = |routine: &Arc<Routine>| {
        let mut row = specific(routine, viewer);
        let procedure = routine.is_procedure();
        row.extend([text(&viewer.database.name), text(&routine.schema), text(&routine.name)]);
        row.push(Value::string(if procedure { "PROCEDURE" } else { "FUNCTION" }));
        row.resize(13, Value::Null);
        row.push(returns(routine).map_or(Value::Null, |returns| text(bare_name(returns))));
        row.resize(20, Value::Null);
        row.push(Value::string(if procedure { "EXTERNAL" } else { "SQL" }));
        let own = viewer.is_superuser() || routine.owner == viewer.user;
        row.push(if own { text(&routine.body) } else { Value::Null });
        let language = if procedure { "PLPGSQL" } else { "SQL" };
        row.extend([Value::Null, Value::string(language), Value::string("GENERAL")]);
        let immutable =
            matches!(routine.kind, RoutineKind::Function { volatility: Volatility::Immutable, .. });
        row.extend([yes_no(immutable), Value::string("MODIFIES"), Value::string("NO"), Value::Null]);
        row.extend([yes_no(true), Value::Integer(0), Value::Null, Value::Null]);
        let definer = matches!(routine.kind, RoutineKind::Procedure { definer: true, .. });
        row.push(Value::string(if definer { "DEFINER" } else { "INVOKER" }));
        row
    };
    Ok(seen(viewer).map(row).collect())
}

fn parameters(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    use crate::warehouse::routine::ArgumentMode as M;
    let mut rows = Rows::new();
    for routine in seen(viewer) {
        for (position, argument) in routine.arguments.iter().enumerate() {
            let (precision, _, scale) = number_parts(argument.data_type);
            let mut row = specific(routine, viewer);
            row.extend([
                Value::Integer(position as i32 + 1),
                Value::string(match argument.mode {
                    M::In => "IN",
                    M::Out => "OUT",
                    M::InOut => "INOUT",
                }),
                Value::string("NO"),
                Value::string("NO"),
                argument.name.as_ref().map_or(Value::Null, text),
                text(bare_name(argument.data_type)),
                maximum_length(argument.data_type),
                precision,
                scale,
            ]);
            rows.push(row);
        }
    }
    Ok(rows)
}

/// `catalog, schema, name_number`: what tells a routine from others of its name.
fn specific(routine: &Routine, viewer: &Viewer<'_>) -> Vec<Value> {
    let name = format!("{}_{}", routine.name, routine.id.0);
    vec![text(&viewer.database.name), text(&routine.schema), text(name)]
}

fn seen<'a>(viewer: &'a Viewer<'_>) -> impl Iterator<Item = &'a Arc<Routine>> {
    viewer.database.routines.values().filter(|routine| {
        viewer.is_superuser()
            || routine.owner == viewer.user
            || acl::visible(&routine.acl, false, viewer).next().is_some()
    })
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
