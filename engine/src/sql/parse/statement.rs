//! Which family a statement belongs to: by its first word or two.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use super::{
    alter_table, comment, copy, create_table, cursor, database, default_privilege, drop, external, grant,
    group, maintenance, model, policy, query, role, routine, rows, schema, setting, transaction, unload,
    user, view,
};
use crate::gap::Feature;
use crate::sql::error::SqlResult;
use crate::sql::statement::Statement;

pub(super) fn statement(reader: &mut Reader) -> SqlResult<Statement> {
    if let Token::Word(word) = reader.peek()
        && word.quote_style.is_none()
        && word.value.eq_ignore_ascii_case("SELECT")
    {
        return query::query(reader);
    }
    any(reader)
}

/// A function of its own: a browser compiles all of a function when it is first called, and what begins a course
/// is a SELECT.
#[inline(never)]
fn any(reader: &mut Reader) -> SqlResult<Statement> {
    if let Some(verb) = reader.one_of(&["CREATE", "ALTER", "DROP", "ATTACH", "DETACH"]) {
        return match verb {
            "CREATE" => create(reader),
            "ALTER" => alter(reader),
            "DROP" => drop::drop(reader),
            "ATTACH" => policy::attach(reader, true),
            _ => policy::attach(reader, false),
        };
    }
    let first = match reader.peek() {
        Token::LParen => return query::query(reader),
        Token::Word(word) if word.quote_style.is_none() => word.value.to_ascii_uppercase(),
        _ => return reader.unexpected(),
    };
    match first.as_str() {
        "VALUES" => query::query(reader),
        "WITH" => query::with(reader),
        "EXPLAIN" => query::explain(reader),
        "INSERT" => rows::insert(reader),
        "UPDATE" => rows::update(reader, None),
        "DELETE" => rows::delete(reader, None),
        "MERGE" => rows::merge(reader),
        "TRUNCATE" => rows::truncate(reader),
        "COPY" => copy::copy(reader),
        "UNLOAD" => unload::unload(reader),
        "GRANT" => grant::grant(reader),
        "REVOKE" => grant::revoke(reader),
        "BEGIN" | "START" | "COMMIT" | "END" | "ROLLBACK" | "ABORT" => transaction::transaction(reader),
        "SET" => setting::set(reader),
        "RESET" => setting::reset(reader),
        "SHOW" => setting::show(reader),
        "ANALYZE" | "ANALYSE" => maintenance::analyze(reader),
        "VACUUM" => maintenance::vacuum(reader),
        "REFRESH" => view::refresh(reader),
        "COMMENT" => comment::comment(reader),
        "CALL" => routine::call(reader),
        "PREPARE" | "EXECUTE" | "DEALLOCATE" => cursor::prepared(reader),
        "DECLARE" | "FETCH" | "CLOSE" => cursor::cursor(reader),
        "LOCK" => maintenance::lock(reader),
        "CANCEL" => maintenance::cancel(reader),
        _ => reader.unexpected(),
    }
}

/// What was understood whole and is not simulated.
pub(super) fn not_simulated(feature: Feature, tag: &str) -> Statement {
    Statement::NotSimulated { feature, tag: tag.to_owned() }
}

fn create(reader: &mut Reader) -> SqlResult<Statement> {
    let or_replace = reader.words("OR REPLACE");
    if or_replace {
        return match reader.expect_one_of(&[
            "VIEW",
            "PROCEDURE",
            "FUNCTION",
            "EXTERNAL FUNCTION",
            "LIBRARY",
        ])? {
            "VIEW" => view::create(reader, true),
            kind => routine::create(reader, kind, true),
        };
    }
    const KINDS: [&str; 21] = [
        "TABLE",
        "LOCAL TEMPORARY TABLE",
        "LOCAL TEMP TABLE",
        "TEMPORARY TABLE",
        "TEMP TABLE",
        "SCHEMA",
        "VIEW",
        "USER",
        "GROUP",
        "ROLE",
        "DATABASE",
        "MATERIALIZED VIEW",
        "EXTERNAL SCHEMA",
        "EXTERNAL TABLE",
        "MODEL",
        "EXTERNAL MODEL",
        "RLS POLICY",
        "MASKING POLICY",
        "DATASHARE",
        "PROCEDURE",
        "FUNCTION",
    ];
    match reader.one_of(&KINDS) {
        Some("TABLE") => create_table::create_table(reader, false),
        Some("SCHEMA") => schema::create(reader),
        Some("VIEW") => view::create(reader, false),
        Some("USER") => user::create(reader),
        Some("GROUP") => group::create(reader),
        Some("ROLE") => role::create(reader),
        Some("DATABASE") => database::create(reader),
        Some("MATERIALIZED VIEW") => view::create_materialized(reader),
        Some("EXTERNAL SCHEMA") => external::create_schema(reader),
        Some("EXTERNAL TABLE") => external::create_table(reader),
        Some("MODEL") => model::create(reader),
        Some("EXTERNAL MODEL") => model::create_external(reader),
        Some("RLS POLICY") => policy::create_row_policy(reader),
        Some("MASKING POLICY") => policy::create_masking_policy(reader),
        Some("DATASHARE") => database::create_datashare(reader),
        Some(kind @ ("PROCEDURE" | "FUNCTION")) => routine::create(reader, kind, false),
        Some(_) => create_table::create_table(reader, true),
        None => match reader.expect_one_of(&["EXTERNAL FUNCTION", "LIBRARY"]) {
            Ok(kind) => routine::create(reader, kind, false),
            Err(error) => Err(error),
        },
    }
}

fn alter(reader: &mut Reader) -> SqlResult<Statement> {
    const KINDS: [&str; 13] = [
        "TABLE",
        "SCHEMA",
        "USER",
        "GROUP",
        "ROLE",
        "DEFAULT PRIVILEGES",
        "RLS POLICY",
        "MASKING POLICY",
        "DATABASE",
        "DATASHARE",
        "MATERIALIZED VIEW",
        "PROCEDURE",
        "FUNCTION",
    ];
    match reader.expect_one_of(&KINDS)? {
        "TABLE" => alter_table::alter_table(reader),
        "SCHEMA" => schema::alter(reader),
        "USER" => user::alter(reader),
        "GROUP" => group::alter(reader),
        "ROLE" => role::alter(reader),
        "DEFAULT PRIVILEGES" => default_privilege::alter(reader),
        kind @ ("RLS POLICY" | "MASKING POLICY") => policy::alter(reader, policy::kind_of(kind)),
        "DATABASE" => database::alter(reader),
        "DATASHARE" => database::alter_datashare(reader),
        kind @ ("PROCEDURE" | "FUNCTION") => routine::alter(reader, kind == "PROCEDURE"),
        _ => view::alter_materialized(reader),
    }
}
