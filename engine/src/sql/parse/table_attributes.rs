//! What stands after a table's columns: BACKUP, DISTSTYLE, DISTKEY, SORTKEY, ENCODE AUTO, in any order.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use crate::sql::error::SqlResult;
use crate::sql::statement::{DistributionStyle, TableAttributes};
use crate::warehouse::identifier::Identifier;

/// `encode`: whether ENCODE AUTO may stand here; a CTAS takes none.
pub(super) fn table_attributes(reader: &mut Reader, encode: bool) -> SqlResult<TableAttributes> {
    const WORDS: [&str; 6] =
        ["BACKUP", "DISTSTYLE", "DISTKEY", "COMPOUND SORTKEY", "INTERLEAVED SORTKEY", "SORTKEY"];
    let mut attributes = TableAttributes::default();
    loop {
        match reader.one_of(&WORDS) {
            Some("BACKUP") => attributes.backup = Some(reader.expect_one_of(&["YES", "NO"])? == "YES"),
            Some("DISTSTYLE") => attributes.style = Some(distribution_style(reader)?),
            Some("DISTKEY") => attributes.distribution_key = Some(reader.parenthesized(key_column)?),
            Some("SORTKEY") if reader.word("AUTO") => attributes.sort_auto = true,
            Some(word) => {
                attributes.interleaved = word == "INTERLEAVED SORTKEY";
                attributes.sort_key = reader.parenthesized(|reader| reader.list(key_column))?;
            }
            None if encode && reader.words("ENCODE AUTO") => {}
            None => return Ok(attributes),
        }
    }
}

pub(super) fn distribution_style(reader: &mut Reader) -> SqlResult<DistributionStyle> {
    Ok(match reader.expect_one_of(&["AUTO", "EVEN", "ALL", "KEY"])? {
        "AUTO" => DistributionStyle::Auto,
        "EVEN" => DistributionStyle::Even,
        "ALL" => DistributionStyle::All,
        _ => DistributionStyle::Key,
    })
}

/// A column's name or, in a CTAS, its position: kept as a name of digits, which no column can have unquoted.
fn key_column(reader: &mut Reader) -> SqlResult<Identifier> {
    match reader.peek() {
        Token::Number(..) => Ok(Identifier::fold(&reader.number()?.to_string())),
        _ => reader.identifier(),
    }
}
