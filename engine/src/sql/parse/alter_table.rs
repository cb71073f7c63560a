//! ALTER TABLE.

use sqlparser::tokenizer::Token;

use super::create_table::{column, encoding, table_constraint};
use super::external;
use super::reader::Reader;
use super::statement::not_simulated;
use super::table_attributes::distribution_style;
use crate::gap::Feature;
use crate::sql::error::SqlResult;
use crate::sql::statement::{AlterSortKey, AlterTable, AppendFrom, DistributionStyle, Statement};

const TAG: &str = "ALTER TABLE";

pub(super) fn alter_table(reader: &mut Reader) -> SqlResult<Statement> {
    let name = reader.name()?;
    const WORDS: [&str; 16] = [
        "OWNER TO",
        "RENAME TO",
        "RENAME COLUMN",
        "RENAME",
        "ROW LEVEL SECURITY",
        "ADD PARTITION",
        "ADD IF",
        "ADD",
        "DROP CONSTRAINT",
        "DROP PARTITION",
        "DROP",
        "ALTER",
        "APPEND FROM",
        "MASKING",
        "PARTITION",
        "SET",
    ];
    let constraint =
        ["CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN"].iter().any(|word| reader.peeks_at(1, word));
    if constraint && reader.word("ADD") {
        let Some(constraint) = table_constraint(reader)? else { return reader.unexpected() };
        return Ok(Statement::AlterTable { name, action: AlterTable::AddConstraint(constraint) });
    }
    let action = match reader.expect_one_of(&WORDS)? {
        "OWNER TO" => AlterTable::OwnerTo(reader.user()?),
        "RENAME TO" => AlterTable::RenameTo(reader.identifier()?),
        "RENAME COLUMN" | "RENAME" => {
            let from = reader.identifier()?;
            reader.expect("TO")?;
            AlterTable::RenameColumn { from, to: reader.identifier()? }
        }
        "ROW LEVEL SECURITY" => {
            let on = reader.expect_one_of(&["ON", "OFF"])? == "ON";
            let conjunction = reader.words("CONJUNCTION TYPE");
            let any = if conjunction { Some(reader.expect_one_of(&["AND", "OR"])? == "OR") } else { None };
            if reader.words("FOR DATASHARES") {
                return Ok(not_simulated(Feature::Datashare, TAG));
            }
            AlterTable::RowLevelSecurity { on, any }
        }
        "ADD IF" => {
            reader.expect("NOT EXISTS PARTITION")?;
            return external::add_partitions(name, true, reader);
        }
        "ADD PARTITION" => return external::add_partitions(name, false, reader),
        "ADD" => {
            reader.word("COLUMN");
            AlterTable::AddColumn(Box::new(column(reader)?))
        }
        "DROP CONSTRAINT" => {
            let name = reader.identifier()?;
            reader.one_of(&["RESTRICT", "CASCADE"]);
            AlterTable::DropConstraint { name }
        }
        "DROP PARTITION" => return external::drop_partition(name, reader),
        "DROP" => {
            reader.word("COLUMN");
            let name = reader.identifier()?;
            let cascade = reader.one_of(&["RESTRICT", "CASCADE"]) == Some("CASCADE");
            AlterTable::DropColumn { name, cascade }
        }
        "ALTER" => layout(reader)?,
        "MASKING" => {
            reader.expect_one_of(&["ON", "OFF"])?;
            reader.expect("FOR DATASHARES")?;
            return Ok(not_simulated(Feature::Datashare, TAG));
        }
        "APPEND FROM" => {
            let source = reader.name()?;
            let choice = reader.one_of(&["IGNOREEXTRA", "FILLTARGET"]);
            AlterTable::Append(AppendFrom {
                source,
                ignore_extra: choice == Some("IGNOREEXTRA"),
                fill_target: choice == Some("FILLTARGET"),
            })
        }
        "PARTITION" => return external::move_partition(name, reader),
        _ => return external::set(name, reader),
    };
    Ok(Statement::AlterTable { name, action })
}

/// `ALTER SORTKEY (...), ALTER DISTKEY c` and the other combinations that the guide lists, or one part.
fn layout(reader: &mut Reader) -> SqlResult<AlterTable> {
    let first = alter_part(reader)?;
    if *reader.peek() != Token::Comma || part_of_two(&first).is_none() {
        return Ok(first);
    }
    reader.advance();
    reader.expect("ALTER")?;
    let second = alter_part(reader)?;
    if part_of_two(&second).is_none_or(|sorts| Some(sorts) == part_of_two(&first)) {
        return reader.unexpected();
    }
    Ok(AlterTable::Both(Box::new((first, second))))
}

/// Whether it sorts or distributes; `None` for what stands alone.
fn part_of_two(part: &AlterTable) -> Option<bool> {
    match part {
        AlterTable::SortKey(AlterSortKey::Columns(_)) => Some(true),
        AlterTable::Distribution { style: DistributionStyle::Key | DistributionStyle::All, .. } => {
            Some(false)
        }
        _ => None,
    }
}

/// What follows `ALTER TABLE t ALTER`. The guide's grammar has no INTERLEAVED here.
fn alter_part(reader: &mut Reader) -> SqlResult<AlterTable> {
    const WORDS: [&str; 7] = [
        "DISTKEY",
        "DISTSTYLE",
        "COMPOUND SORTKEY",
        "SORTKEY AUTO",
        "SORTKEY NONE",
        "SORTKEY",
        "ENCODE AUTO",
    ];
    Ok(match reader.one_of(&WORDS) {
        Some("DISTKEY") => {
            AlterTable::Distribution { style: DistributionStyle::Key, key: Some(reader.identifier()?) }
        }
        Some("DISTSTYLE") => {
            let style = distribution_style(reader)?;
            let key = match style {
                DistributionStyle::Key => {
                    reader.expect("DISTKEY")?;
                    Some(reader.identifier()?)
                }
                _ => None,
            };
            AlterTable::Distribution { style, key }
        }
        Some("SORTKEY AUTO") => AlterTable::SortKey(AlterSortKey::Auto),
        Some("SORTKEY NONE") => AlterTable::SortKey(AlterSortKey::None),
        Some("ENCODE AUTO") => AlterTable::EncodeAuto,
        Some(_) => AlterTable::SortKey(AlterSortKey::Columns(reader.column_list()?)),
        None => {
            reader.word("COLUMN");
            let name = reader.identifier()?;
            if reader.word("TYPE") {
                let data_type = super::data_type::column_type(&reader.data_type()?)?;
                return Ok(AlterTable::ColumnType { name, data_type });
            }
            reader.expect("ENCODE")?;
            let mut encodings = vec![(name, encoding(reader)?)];
            while reader.symbol(&Token::Comma) {
                reader.expect("ALTER COLUMN")?;
                let name = reader.identifier()?;
                reader.expect("ENCODE")?;
                encodings.push((name, encoding(reader)?));
            }
            AlterTable::Encode(encodings)
        }
    })
}
