//! Views and materialized views.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use super::statement::not_simulated;
use super::table_attributes::table_attributes;
use crate::gap::Feature;
use crate::sql::error::SqlResult;
use crate::sql::statement::Statement;

/// `name [(columns)] AS query [WITH NO SCHEMA BINDING]`.
pub(super) fn create(reader: &mut Reader, or_replace: bool) -> SqlResult<Statement> {
    let name = reader.name()?;
    let columns = if *reader.peek() == Token::LParen { reader.column_list()? } else { Vec::new() };
    reader.expect("AS")?;
    let start = reader.offset();
    let query = reader.query()?;
    let query_text = reader.text_from(start).to_owned();
    if reader.words("WITH NO SCHEMA BINDING") {
        return Ok(not_simulated(Feature::LateBindingView, "CREATE VIEW"));
    }
    Ok(Statement::CreateView { name, columns, query, query_text, or_replace })
}

pub(super) fn create_materialized(reader: &mut Reader) -> SqlResult<Statement> {
    reader.name()?;
    table_attributes(reader, false)?;
    if reader.words("AUTO REFRESH") {
        reader.expect_one_of(&["YES", "NO"])?;
    }
    table_attributes(reader, false)?;
    reader.expect("AS")?;
    reader.query()?;
    Ok(not_simulated(Feature::MaterializedView, "CREATE MATERIALIZED VIEW"))
}

pub(super) fn alter_materialized(reader: &mut Reader) -> SqlResult<Statement> {
    reader.name()?;
    match reader.expect_one_of(&["AUTO REFRESH", "OWNER TO", "RENAME TO"])? {
        "AUTO REFRESH" => {
            reader.expect_one_of(&["YES", "NO"])?;
        }
        _ => {
            reader.principal()?;
        }
    }
    Ok(not_simulated(Feature::MaterializedView, "ALTER MATERIALIZED VIEW"))
}

pub(super) fn refresh(reader: &mut Reader) -> SqlResult<Statement> {
    reader.expect("REFRESH MATERIALIZED VIEW")?;
    reader.name()?;
    reader.one_of(&["CASCADE", "RESTRICT"]);
    Ok(not_simulated(Feature::MaterializedView, "REFRESH MATERIALIZED VIEW"))
}
