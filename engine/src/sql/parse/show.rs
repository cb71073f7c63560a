//! SHOW of what exists: a table's or view's DDL, and the listings, which are queries over the system's views under
//! the columns that the guide names.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use super::statement::not_simulated;
use crate::gap::Feature;
use crate::sql::error::SqlResult;
use crate::sql::statement::{ShownObject, Statement};
use crate::warehouse::identifier::Identifier;

/// `SHOW {TABLE | VIEW} name`.
pub(super) fn definition(reader: &mut Reader, object: ShownObject) -> SqlResult<Statement> {
    Ok(Statement::ShowDefinition { object, name: reader.name()? })
}

struct Listing {
    /// The word before the name in FROM.
    within: &'static str,
    columns: &'static str,
    view: &'static str,
    /// What the parts of the name are compared with, the last one first.
    parts: &'static [&'static str],
    /// What LIKE looks at.
    name: &'static str,
}

fn listing_of(word: &str) -> Listing {
    match word {
        "DATABASES" => Listing {
            within: "DATA CATALOG",
            // Every database of the sandbox is serializable, which was the default in 2023.
            columns: "database_name, database_owner, database_type, database_acl, database_options AS parameters, 'Serializable'::varchar(32) AS database_isolation_level",
            view: "svv_redshift_databases",
            parts: &[],
            name: "database_name",
        },
        "SCHEMAS" => Listing {
            within: "DATABASE",
            columns: "database_name, schema_name, schema_owner, schema_type, schema_acl, source_database, schema_option",
            view: "svv_all_schemas",
            parts: &["database_name"],
            name: "schema_name",
        },
        "TABLES" => Listing {
            within: "SCHEMA",
            columns: "database_name, schema_name, table_name, table_type, table_acl, remarks",
            view: "svv_redshift_tables",
            parts: &["schema_name", "database_name"],
            name: "table_name",
        },
        _ => Listing {
            within: "TABLE",
            columns: "table_catalog AS database_name, table_schema AS schema_name, table_name, column_name, ordinal_position, column_default, is_nullable, data_type, character_maximum_length, numeric_precision, numeric_scale, remarks",
            view: "svv_columns",
            parts: &["table_name", "table_schema", "table_catalog"],
            name: "column_name",
        },
    }
}

/// `SHOW {DATABASES | SCHEMAS | TABLES | COLUMNS} [FROM kind name] [LIKE 'pattern'] [LIMIT n]`. What does not exist
/// has no rows; that the product refuses it instead is unconfirmed.
pub(super) fn listing(reader: &mut Reader, word: &'static str) -> SqlResult<Statement> {
    let Listing { within, columns, view, parts, name } = listing_of(word);
    let mut conditions = Vec::new();
    if parts.is_empty() {
        if reader.words("FROM DATA CATALOG") {
            return Ok(not_simulated(Feature::ExternalSchema, "SHOW DATABASES FROM DATA CATALOG"));
        }
    } else {
        reader.expect("FROM")?;
        reader.expect(within)?;
        let written = reader.name()?;
        let given = [Some(&written.name), written.schema.as_ref(), written.database.as_ref()];
        let given: Vec<&Identifier> = given.into_iter().flatten().collect();
        if given.len() > parts.len() {
            return reader.unexpected();
        }
        conditions = parts
            .iter()
            .zip(given)
            .map(|(column, given)| format!("{column} = {}", quoted(given.as_str())))
            .collect();
    }
    if reader.word("LIKE") {
        conditions.push(format!("{name} LIKE {}", quoted(&reader.string()?)));
    }
    let limit = if reader.word("LIMIT") { format!(" LIMIT {}", reader.number()?) } else { String::new() };
    let filter =
        if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    // Columns come in their table's order, everything else by its name.
    let order = if word == "COLUMNS" { "schema_name, table_name, ordinal_position" } else { name };
    let text = format!("SELECT {columns} FROM pg_catalog.{view}{filter} ORDER BY {order}{limit}");
    Ok(Statement::Query(super::query(&text)?))
}

/// `SHOW GRANTS ON {DATABASE | SCHEMA | TABLE} name`, or `SHOW GRANTS FOR name`.
pub(super) fn grants(reader: &mut Reader) -> SqlResult<Statement> {
    let on = if reader.word("ON") { reader.one_of(&["DATABASE", "SCHEMA", "TABLE"]) } else { None };
    let mut conditions = Vec::new();
    if on.is_some() || matches!(reader.peek(), Token::Word(_)) && !reader.peeks("FOR") {
        let written = reader.name()?;
        conditions.push(format!("object_name = {}", quoted(written.name.as_str())));
        if let Some(schema) = written.schema {
            conditions.push(format!("schema_name = {}", quoted(schema.as_str())));
        }
    }
    if reader.word("FOR") {
        reader.one_of(&["ROLE", "GROUP"]);
        conditions.push(format!("identity_name = {}", quoted(reader.principal()?.as_str())));
    }
    if conditions.is_empty() {
        return reader.unexpected();
    }
    const TAIL: &str =
        "privilege_type, identity_id, identity_name, identity_type, admin_option FROM pg_catalog.svv_";
    let part = |kind: &str, schema: &str, object: &str, view: &str| {
        format!(
            "SELECT {schema} AS schema_name, {object} AS object_name, '{kind}'::varchar(16) AS object_type, {TAIL}{view}_privileges"
        )
    };
    let none = "NULL::varchar(128)";
    let parts = [
        ("DATABASE", part("DATABASE", none, "database_name", "database")),
        ("SCHEMA", part("SCHEMA", "namespace_name", "namespace_name", "schema")),
        ("TABLE", part("TABLE", "namespace_name", "relation_name", "relation")),
    ];
    let wanted = parts.iter().filter(|(kind, _)| on.is_none_or(|on| on == *kind));
    let union = wanted.map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(" UNION ALL ");
    let text = format!(
        "SELECT * FROM ({union}) AS grants WHERE {} ORDER BY 3, 1, 2, 6, 4",
        conditions.join(" AND ")
    );
    Ok(Statement::Query(super::query(&text)?))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}
