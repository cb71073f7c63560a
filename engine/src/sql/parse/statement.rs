//! Which family a statement belongs to: by its first word or two.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use super::{
    alter_table, comment, copy, create_table, cursor, database, default_privilege, drop, external, grant,
    group, maintenance, model, policy, query, role, routine, rows, schema, setting, transaction, unload,
    user, view,
};
use crate::apart::apart;
use crate::gap::Feature;
use crate::sql::error::SqlResult;
use crate::sql::statement::Statement;

pub(super) fn statement(reader: &mut Reader) -> SqlResult<Statement> {
    if let Some(verb) = reader.one_of(&["CREATE", "ALTER", "DROP", "ATTACH", "DETACH"]) {
        return match verb {
            "CREATE" => create(reader),
            "ALTER" => alter(reader),
            "DROP" => apart(|| drop::drop(reader)),
            "ATTACH" => apart(|| policy::attach(reader, true)),
            _ => apart(|| policy::attach(reader, false)),
        };
    }
    let first = match reader.peek() {
        Token::LParen => return query::query(reader),
        Token::Word(word) if word.quote_style.is_none() => word.value.to_ascii_uppercase(),
        _ => return reader.unexpected(),
    };
    match first.as_str() {
        "SELECT" | "VALUES" => apart(|| query::query(reader)),
        "WITH" => apart(|| query::with(reader)),
        "EXPLAIN" => apart(|| query::explain(reader)),
        "INSERT" => apart(|| rows::insert(reader)),
        "UPDATE" => apart(|| rows::update(reader, None)),
        "DELETE" => apart(|| rows::delete(reader, None)),
        "MERGE" => apart(|| rows::merge(reader)),
        "TRUNCATE" => apart(|| rows::truncate(reader)),
        "COPY" => apart(|| copy::copy(reader)),
        "UNLOAD" => apart(|| unload::unload(reader)),
        "GRANT" => apart(|| grant::grant(reader)),
        "REVOKE" => apart(|| grant::revoke(reader)),
        "BEGIN" | "START" | "COMMIT" | "END" | "ROLLBACK" | "ABORT" => {
            apart(|| transaction::transaction(reader))
        }
        "SET" => apart(|| setting::set(reader)),
        "RESET" => apart(|| setting::reset(reader)),
        "SHOW" => apart(|| setting::show(reader)),
        "ANALYZE" | "ANALYSE" => apart(|| maintenance::analyze(reader)),
        "VACUUM" => apart(|| maintenance::vacuum(reader)),
        "REFRESH" => apart(|| view::refresh(reader)),
        "COMMENT" => apart(|| comment::comment(reader)),
        "CALL" => apart(|| routine::call(reader)),
        "PREPARE" | "EXECUTE" | "DEALLOCATE" => apart(|| cursor::prepared(reader)),
        "DECLARE" | "FETCH" | "CLOSE" => apart(|| cursor::cursor(reader)),
        "LOCK" => apart(|| maintenance::lock(reader)),
        "CANCEL" => apart(|| maintenance::cancel(reader)),
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
            "VIEW" => apart(|| view::create(reader, true)),
            kind => apart(|| routine::create(reader, kind, true)),
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
        Some("TABLE") => apart(|| create_table::create_table(reader, false)),
        Some("SCHEMA") => apart(|| schema::create(reader)),
        Some("VIEW") => apart(|| view::create(reader, false)),
        Some("USER") => apart(|| user::create(reader)),
        Some("GROUP") => apart(|| group::create(reader)),
        Some("ROLE") => apart(|| role::create(reader)),
        Some("DATABASE") => apart(|| database::create(reader)),
        Some("MATERIALIZED VIEW") => apart(|| view::create_materialized(reader)),
        Some("EXTERNAL SCHEMA") => apart(|| external::create_schema(reader)),
        Some("EXTERNAL TABLE") => apart(|| external::create_table(reader)),
        Some("MODEL") => apart(|| model::create(reader)),
        Some("EXTERNAL MODEL") => apart(|| model::create_external(reader)),
        Some("RLS POLICY") => apart(|| policy::create_row_policy(reader)),
        Some("MASKING POLICY") => apart(|| policy::create_masking_policy(reader)),
        Some("DATASHARE") => apart(|| database::create_datashare(reader)),
        Some(kind @ ("PROCEDURE" | "FUNCTION")) => apart(|| routine::create(reader, kind, false)),
        Some(_) => apart(|| create_table::create_table(reader, true)),
        None => match reader.expect_one_of(&["EXTERNAL FUNCTION", "LIBRARY"]) {
            Ok(kind) => apart(|| routine::create(reader, kind, false)),
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
        "TABLE" => apart(|| alter_table::alter_table(reader)),
        "SCHEMA" => apart(|| schema::alter(reader)),
        "USER" => apart(|| user::alter(reader)),
        "GROUP" => apart(|| group::alter(reader)),
        "ROLE" => apart(|| role::alter(reader)),
        "DEFAULT PRIVILEGES" => apart(|| default_privilege::alter(reader)),
        kind @ ("RLS POLICY" | "MASKING POLICY") => apart(|| policy::alter(reader, policy::kind_of(kind))),
        "DATABASE" => apart(|| database::alter(reader)),
        "DATASHARE" => apart(|| database::alter_datashare(reader)),
        kind @ ("PROCEDURE" | "FUNCTION") => apart(|| routine::alter(reader, kind == "PROCEDURE")),
        _ => view::alter_materialized(reader),
    }
}
