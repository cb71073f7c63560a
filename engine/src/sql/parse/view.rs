//! Views and materialized views.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use super::table_attributes::table_attributes;
use crate::sql::error::SqlResult;
use crate::sql::statement::{
    AlterMaterializedView, CreateMaterializedView, CreateTableAs, Statement, TableAttributes,
};

/// `name [(columns)] AS query [WITH NO SCHEMA BINDING]`.
pub(super) fn create(reader: &mut Reader, or_replace: bool) -> SqlResult<Statement> {
    let name = reader.name()?;
    let columns = if *reader.peek() == Token::LParen { reader.column_list()? } else { Vec::new() };
    reader.expect("AS")?;
    let start = reader.offset();
    let query = reader.query()?;
    let query_text = reader.stored_text_from(start);
    let late = reader.words("WITH NO SCHEMA BINDING");
    Ok(Statement::CreateView { name, columns, query, query_text, or_replace, late })
}

/// `name [(columns)] [attributes] [AUTO REFRESH {YES | NO}] AS query`.
pub(super) fn create_materialized(reader: &mut Reader) -> SqlResult<Statement> {
    let name = reader.name()?;
    let columns = if *reader.peek() == Token::LParen { reader.column_list()? } else { Vec::new() };
    let before = table_attributes(reader, false)?;
    let auto_refresh = reader.words("AUTO REFRESH") && reader.expect_one_of(&["YES", "NO"])? == "YES";
    let after = table_attributes(reader, false)?;
    let attributes = TableAttributes {
        backup: before.backup.or(after.backup),
        style: before.style.or(after.style),
        distribution_key: before.distribution_key.or(after.distribution_key),
        sort_key: if before.sort_key.is_empty() { after.sort_key } else { before.sort_key },
        interleaved: before.interleaved || after.interleaved,
        sort_auto: before.sort_auto || after.sort_auto,
    };
    reader.expect("AS")?;
    let start = reader.offset();
    let query = reader.query()?;
    let query_text = reader.stored_text_from(start);
    let table = CreateTableAs { name, temporary: false, columns, attributes, query };
    let create = CreateMaterializedView { table, query_text, auto_refresh };
    Ok(Statement::CreateMaterializedView(Box::new(create)))
}

pub(super) fn alter_materialized(reader: &mut Reader) -> SqlResult<Statement> {
    let name = reader.name()?;
    let action = match reader.expect_one_of(&["AUTO REFRESH", "OWNER TO", "RENAME TO"])? {
        "AUTO REFRESH" => AlterMaterializedView::AutoRefresh(reader.expect_one_of(&["YES", "NO"])? == "YES"),
        "OWNER TO" => AlterMaterializedView::OwnerTo(reader.user()?),
        _ => AlterMaterializedView::RenameTo(reader.identifier()?),
    };
    Ok(Statement::AlterMaterializedView { name, action })
}

pub(super) fn refresh(reader: &mut Reader) -> SqlResult<Statement> {
    reader.expect("REFRESH MATERIALIZED VIEW")?;
    let name = reader.name()?;
    reader.one_of(&["CASCADE", "RESTRICT"]);
    Ok(Statement::RefreshMaterializedView { name })
}
