//! COMMENT ON.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use crate::sql::error::SqlResult;
use crate::sql::statement::{CommentTarget, Statement};
use crate::warehouse::identifier::QualifiedName;

pub(super) fn comment(reader: &mut Reader) -> SqlResult<Statement> {
    reader.expect("COMMENT ON")?;
    let on = match reader.expect_one_of(&["TABLE", "VIEW", "COLUMN", "CONSTRAINT", "SCHEMA", "DATABASE"])? {
        "TABLE" => CommentTarget::Table(reader.name()?),
        "VIEW" => CommentTarget::View(reader.name()?),
        "COLUMN" => column(reader)?,
        "CONSTRAINT" => {
            let name = reader.identifier()?;
            reader.expect("ON")?;
            CommentTarget::Constraint { name, table: reader.name()? }
        }
        "SCHEMA" => CommentTarget::Schema(reader.identifier()?),
        _ => CommentTarget::Database(reader.identifier()?),
    };
    reader.expect("IS")?;
    let text = if reader.word("NULL") { None } else { Some(reader.string()?) };
    Ok(Statement::Comment { on, text })
}

/// `[schema.]table.column`.
fn column(reader: &mut Reader) -> SqlResult<CommentTarget> {
    let mut parts = vec![reader.identifier()?];
    while parts.len() < 3 && reader.symbol(&Token::Period) {
        parts.push(reader.identifier()?);
    }
    match (parts.pop(), parts.pop()) {
        (Some(column), Some(name)) => Ok(CommentTarget::Column {
            table: QualifiedName { schema: parts.pop(), database: parts.pop(), name },
            column,
        }),
        _ => reader.unexpected(),
    }
}
