//! ALTER TABLE's layout: distribution, sort key, encodings (Developer Guide, "ALTER TABLE").

use super::CommandContext;
use super::alter_table::number_of;
use super::columns::{default_encoding, encoding, must_fit_encoding};
use super::table_layout::MOST_SORT_COLUMNS;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::statement::{AlterSortKey, DistributionStyle};
use crate::warehouse::catalog::{Distribution, Relation, Table};
use crate::warehouse::identifier::Identifier;
use crate::warehouse::storage::Region;

pub(super) fn distribute(
    relation: &Relation,
    style: DistributionStyle,
    key: Option<&Identifier>,
    context: &mut CommandContext<'_>,
) -> SqlResult<()> {
    let distribution = match (style, key) {
        (DistributionStyle::Auto, _) => Distribution::Auto,
        (DistributionStyle::Even, _) => Distribution::Even,
        (DistributionStyle::All, _) => Distribution::All,
        (DistributionStyle::Key, Some(key)) => Distribution::Key(number_of(relation, key)?),
        (DistributionStyle::Key, None) => return Err(SqlError::bug("DISTSTYLE KEY without its column")),
    };
    if matches!(distribution, Distribution::Even | Distribution::All) {
        must_stay(relation, "distribution style")?;
    }
    if plain_table(relation, "distribution style")?.distribution != distribution {
        let table = changed(relation, context)?;
        table.distribution = distribution;
        table.redistribute(table.present_distribution());
    }
    Ok(())
}

pub(super) fn sort(
    relation: &Relation,
    key: &AlterSortKey,
    context: &mut CommandContext<'_>,
) -> SqlResult<()> {
    if !matches!(key, AlterSortKey::None) {
        must_stay(relation, "sort key")?;
    }
    let columns = match key {
        AlterSortKey::None => Vec::new(),
        // The key is kept, as long as the warehouse knows no better one.
        AlterSortKey::Auto => relation.table().map(|table| table.sort_key.clone()).unwrap_or_default(),
        AlterSortKey::Columns(names) => {
            let mut columns = Vec::with_capacity(names.len());
            for name in names {
                let number = number_of(relation, name)?;
                if columns.contains(&number) {
                    let message = format!("column \"{name}\" specified more than once");
                    return Err(SqlError::product("42701", message));
                }
                columns.push(number);
            }
            columns
        }
    };
    if columns.len() > MOST_SORT_COLUMNS {
        // Text unconfirmed; the limit is the guide's.
        let message = format!("a table can have at most {MOST_SORT_COLUMNS} sort key columns");
        return Err(SqlError::product("54011", message));
    }
    let table = changed(relation, context)?;
    if table.sort_key != columns {
        // The product brings the rows into the new order behind the scenes, when is not said; here it is VACUUM
        // that does. Unconfirmed.
        let region = if columns.is_empty() { Region::Sorted } else { Region::Unsorted };
        table.data.segments.iter_mut().for_each(|stored| stored.region = region);
    }
    let before = std::mem::replace(&mut table.sort_key, columns.clone());
    table.interleaved &= matches!(key, AlterSortKey::Auto);
    // Columns of the key lie raw, those that leave it as others of their type; what was chosen otherwise stays.
    for (number, column) in context.relation_mut(relation.id)?.columns.iter_mut().enumerate() {
        let usual = |sorts: bool| default_encoding(column.data_type, sorts, false);
        let (was, is) = (before.contains(&number), columns.contains(&number));
        if was != is && column.encoding == usual(was) {
            column.encoding = usual(is).to_owned();
        }
    }
    Ok(())
}

pub(super) fn encode(
    relation: &Relation,
    encodings: &[(Identifier, String)],
    context: &mut CommandContext<'_>,
) -> SqlResult<()> {
    plain_table(relation, "encoding")?;
    for (at, (name, written)) in encodings.iter().enumerate() {
        let number = number_of(relation, name)?;
        let column = &relation.columns[number];
        // Both texts are unconfirmed; the rules are the guide's.
        if encodings[..at].iter().any(|(other, _)| other == name) {
            return Err(SqlError::product("42701", format!("column \"{name}\" specified more than once")));
        }
        must_fit_encoding(name, column.data_type, Some(written))?;
        let sorted = relation.table().is_some_and(|table| table.sort_key.contains(&number));
        let new = encoding(Some(written), column.data_type, sorted, false);
        if new == column.encoding && !written.eq_ignore_ascii_case("auto") {
            let message = format!(
                "cannot alter column \"{name}\" of relation \"{}\", column encoding type is \"{written}\" already",
                relation.name
            );
            return Err(SqlError::product("0A000", message));
        }
        context.relation_mut(relation.id)?.columns[number].encoding = new;
    }
    changed(relation, context).map(|_| ())
}

/// The choice goes back to the warehouse, for every column.
pub(super) fn encode_auto(relation: &Relation, context: &mut CommandContext<'_>) -> SqlResult<()> {
    let sort_key = plain_table(relation, "encoding")?.sort_key.clone();
    for (number, column) in context.relation_mut(relation.id)?.columns.iter_mut().enumerate() {
        column.encoding = default_encoding(column.data_type, sort_key.contains(&number), false).to_owned();
    }
    changed(relation, context).map(|_| ())
}

/// Temporary tables keep these. Text unconfirmed; the rule is the guide's.
fn must_stay(relation: &Relation, what: &str) -> SqlResult<()> {
    match relation.table().is_some_and(|table| table.temporary) {
        true => Err(SqlError::product("0A000", format!("cannot alter the {what} of a temporary table"))),
        false => Ok(()),
    }
}

/// An interleaved sort key holds the layout as it is. Text unconfirmed; the rule is the guide's.
fn plain_table<'a>(relation: &'a Relation, what: &str) -> SqlResult<&'a Table> {
    let table = relation.table().ok_or_else(|| SqlError::bug("the layout of a view"))?;
    if table.interleaved && !table.sort_key.is_empty() {
        let message = format!("cannot alter the {what} of a table with an interleaved sort key");
        return Err(SqlError::product("0A000", message));
    }
    Ok(table)
}

/// The table, writable, and counted as changed: others who write to it meanwhile are in conflict with this.
fn changed<'a>(relation: &Relation, context: &'a mut CommandContext<'_>) -> SqlResult<&'a mut Table> {
    let table = context.relation_mut(relation.id)?.table_mut();
    let table = table.ok_or_else(|| SqlError::bug("the layout of a view"))?;
    table.data.version += 1;
    Ok(table)
}
