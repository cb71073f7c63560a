//! Who is asking, and of what: identity, session and version functions.

use arrow::array::ArrayRef;
use arrow::datatypes::{Int32Type, Int64Type};

use super::Call;
use super::column::{build, build_boolean, build_text};
use super::signature::Parameter::{Boolean, Text};
use super::signature::{Answer, Entry};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::EvaluationContext;
use crate::sql::parameter;
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::note::Noted;

/// What `version()` says, with a release of the spring of 2023.
pub const VERSION: &str = "PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.50065";

const NAME: Answer = Answer::Type(DataType::Varchar(128));
const BIGINT: Answer = Answer::Type(DataType::BigInt);
const INTEGER: Answer = Answer::Type(DataType::Integer);

pub(super) static FUNCTIONS: &[Entry] = &[
    Entry::fixed("version", &[], Answer::Type(DataType::Varchar(256)), |call, _| {
        constant_text(call, Some(VERSION))
    })
    .leader_only(),
    Entry::fixed("current_user", &[], NAME, current_user).impure(),
    Entry::fixed("user", &[], NAME, current_user).impure(),
    Entry::fixed("session_user", &[], NAME, session_user).impure(),
    Entry::fixed("current_user_id", &[], INTEGER, |call, context| {
        let id = context.evaluation.user.0 as i32;
        build::<Int32Type>(call, |_| Ok(id))
    })
    .impure(),
    Entry::fixed("current_aws_account", &[], NAME, |call, context| {
        constant_text(call, setting(context, "current_aws_account"))
    })
    .impure(),
    Entry::fixed("current_namespace", &[], NAME, |call, context| {
        constant_text(call, setting(context, "current_namespace"))
    })
    .impure(),
    Entry::fixed("current_database", &[], NAME, |call, context| {
        constant_text(call, setting(context, "current_database"))
    })
    .impure(),
    // Its words are those that clients which ask for it compare with.
    Entry::fixed("db_collation", &[], NAME, |call, context| {
        let name = setting(context, "current_database").map(Identifier::fold);
        let found = name.and_then(|name| context.evaluation.manifest.catalog.database(&name));
        let collation = found.and_then(|database| database.notes.comment_on(&Noted::Collation));
        constant_text(call, Some(collation.unwrap_or("case_sensitive")))
    })
    .leader_only()
    .impure(),
    Entry::fixed("default_iam_role", &[], Answer::Text, |call, context| {
        constant_text(call, setting(context, "default_iam_role"))
    })
    .impure(),
    Entry::fixed("current_schema", &[], NAME, |call, context| {
        let path = search_path(context);
        constant_text(call, path.first().map(Identifier::as_str))
    })
    .leader_only()
    .impure(),
    Entry::fixed("current_schemas", &[Boolean], Answer::Text, current_schemas).leader_only().impure(),
    Entry::fixed("pg_backend_pid", &[], INTEGER, |call, context| {
        let pid = number(context, "pg_backend_pid", 0) as i32;
        build::<Int32Type>(call, |_| Ok(pid))
    })
    .impure(),
    Entry::fixed("pg_last_copy_count", &[], BIGINT, |call, context| {
        counter(call, context, "pg_last_copy_count", 0)
    })
    .impure(),
    Entry::fixed("pg_last_query_id", &[], BIGINT, |call, context| {
        counter(call, context, "pg_last_query_id", -1)
    })
    .impure(),
    Entry::fixed("pg_last_copy_id", &[], BIGINT, |call, context| {
        counter(call, context, "pg_last_copy_id", -1)
    })
    .impure(),
    Entry::fixed("pg_last_unload_count", &[], BIGINT, |call, context| {
        counter(call, context, "pg_last_unload_count", 0)
    })
    .impure(),
    Entry::fixed("pg_last_unload_id", &[], BIGINT, |call, context| {
        counter(call, context, "pg_last_unload_id", -1)
    })
    .impure(),
    Entry::fixed("last_user_query_id", &[], BIGINT, |call, context| {
        counter(call, context, "pg_last_query_id", -1)
    })
    .impure(),
    Entry::fixed("set_config", &[Text, Text, Boolean], Answer::Text, set_config).impure(),
    Entry::fixed("current_setting", &[Text, Boolean], Answer::Text, current_setting).optional(1).impure(),
];

pub(super) fn setting<'a>(context: &'a EvaluationContext<'_>, name: &str) -> Option<&'a str> {
    context.evaluation.settings.get(name).map(String::as_str)
}

fn number(context: &EvaluationContext<'_>, name: &str, otherwise: i64) -> i64 {
    setting(context, name).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn counter(
    call: &Call<'_>,
    context: &EvaluationContext<'_>,
    name: &str,
    otherwise: i64,
) -> SqlResult<ArrayRef> {
    let count = number(context, name, otherwise);
    build::<Int64Type>(call, |_| Ok(count))
}

fn constant_text(call: &Call<'_>, text: Option<&str>) -> SqlResult<ArrayRef> {
    build_text(call, |_, out| Ok(text.map(|text| out.push_str(text))))
}

/// The name of the user whose rights count now.
fn current_user(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let evaluation = &context.evaluation;
    let name = evaluation.manifest.principals.user(evaluation.user).map(|user| user.name.as_str());
    constant_text(call, name.or_else(|| setting(context, "current_user")))
}

fn session_user(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    match setting(context, "session_user") {
        Some(name) => constant_text(call, Some(name)),
        None => current_user(call, context),
    }
}

/// The schemas of the search path that exist, in order; `$user` is the schema named like the session's user.
pub(super) fn search_path(context: &EvaluationContext<'_>) -> Vec<Identifier> {
    let written = setting(context, "search_path").unwrap_or("$user, public");
    let database = setting(context, "current_database").map(Identifier::fold);
    let database = database.and_then(|name| context.evaluation.manifest.catalog.database(&name));
    written
        .split(',')
        .map(|name| match name.trim().trim_matches('"') {
            "$user" => Identifier::fold(
                setting(context, "session_user").or(setting(context, "current_user")).unwrap_or_default(),
            ),
            name => Identifier::kept(name),
        })
        .filter(|name| database.is_some_and(|database| database.schema(name).is_some()))
        .collect()
}

/// `{public}`, or with the schemas that are searched unasked `{pg_catalog,public}`.
fn current_schemas(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let path: Vec<String> = search_path(context).iter().map(Identifier::to_string).collect();
    let implicit = call.boolean(0)?;
    let nulls = call.nulls();
    build_text(call, |row, out| {
        if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Ok(None);
        }
        out.push('{');
        if implicit.value(row) && !path.iter().any(|name| name == "pg_catalog") {
            out.push_str("pg_catalog");
            if !path.is_empty() {
                out.push(',');
            }
        }
        out.push_str(&path.join(","));
        out.push('}');
        Ok(Some(()))
    })
}

/// A parameter that nobody knows is an error, or NULL where the second argument is false.
fn current_setting(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let names = call.text(0)?;
    let strict = if call.arguments.len() > 1 { Some(call.boolean(1)?) } else { None };
    build_text(call, |row, out| {
        let Some(name) = names.get(row) else { return Ok(None) };
        match setting(context, &name.to_ascii_lowercase()) {
            Some(value) => {
                out.push_str(value);
                Ok(Some(()))
            }
            None if strict.is_some_and(|strict| !strict.value(row)) => Ok(None),
            None => {
                let message = format!("unrecognized configuration parameter \"{name}\"");
                Err(SqlError::product("42704", message))
            }
        }
    })
}

/// Before the name of a parameter that is set for the transaction alone.
pub const LOCAL: &str = " local ";

/// As SET. What is set here the session takes over when the statement has succeeded.
fn set_config(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let (names, values, locals) = (call.text(0)?, call.text(1)?, call.boolean(2)?);
    let nulls = call.nulls();
    build_text(call, |row, out| {
        let (Some(name), Some(value)) = (names.get(row), values.get(row)) else { return Ok(None) };
        if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Ok(None);
        }
        let name = name.to_ascii_lowercase();
        let now = context.evaluation.settings.get(&name).map(String::as_str);
        let value = parameter::value(&name, &[value.to_owned()], now)?;
        out.push_str(&value);
        let mark = format!("{LOCAL}{name}");
        match locals.value(row) {
            true => context.evaluation.settings.insert(mark, String::new()),
            false => context.evaluation.settings.remove(&mark),
        };
        context.evaluation.settings.insert(name, value);
        Ok(Some(()))
    })
}

/// A BOOLEAN that is the same for every row of equal arguments.
pub(super) fn truth(call: &Call<'_>, mut f: impl FnMut(usize) -> SqlResult<bool>) -> SqlResult<ArrayRef> {
    let nulls = call.nulls();
    build_boolean(call, |row| {
        if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Ok(None);
        }
        f(row).map(Some)
    })
}
