//! DISTSTYLE, DISTKEY and SORTKEY of a new table, from the table's attributes and its columns' own.

use crate::sql::error::{SqlError, SqlResult};
use crate::sql::statement::{ColumnDefinition, DistributionStyle, TableAttributes};
use crate::warehouse::catalog::{Column, Distribution, Table};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;

pub(super) const MOST_SORT_COLUMNS: usize = 400;
const MOST_INTERLEAVED_COLUMNS: usize = 8;

/// Writes the layout into `table`; what is not said stays as it is there. Texts and states of contradictions
/// are unconfirmed, the rules are the guide's ("CREATE TABLE").
pub(super) fn lay_out(
    attributes: &TableAttributes,
    definitions: &[ColumnDefinition],
    columns: &[Column],
    table: &mut Table,
) -> SqlResult<()> {
    let of_columns = definitions.iter().filter(|column| column.distribution_key).map(|column| &column.name);
    let keys: Vec<&Identifier> = attributes.distribution_key.iter().chain(of_columns).collect();
    if keys.len() > 1 {
        return contradiction("only one DISTKEY is allowed for a table");
    }
    table.distribution = match (attributes.style, keys.first()) {
        (None | Some(DistributionStyle::Key), Some(key)) => Distribution::Key(number(key, columns)?),
        (Some(DistributionStyle::Key), None) => {
            return contradiction("DISTSTYLE KEY requires a DISTKEY column");
        }
        (Some(_), Some(_)) => return contradiction("DISTKEY is allowed with DISTSTYLE KEY only"),
        (Some(DistributionStyle::Auto), None) => Distribution::Auto,
        (Some(DistributionStyle::Even), None) => Distribution::Even,
        (Some(DistributionStyle::All), None) => Distribution::All,
        (None, None) => table.distribution,
    };
    let of_columns = definitions.iter().filter(|column| column.sort_key).map(|column| &column.name);
    let keys: Vec<&Identifier> = attributes.sort_key.iter().chain(of_columns).collect();
    if !attributes.sort_key.is_empty() && keys.len() > attributes.sort_key.len() {
        return contradiction("SORTKEY is allowed for columns or for the table, not for both");
    }
    if attributes.sort_auto && !keys.is_empty() {
        return contradiction("SORTKEY AUTO does not take columns");
    }
    let most = if attributes.interleaved { MOST_INTERLEAVED_COLUMNS } else { MOST_SORT_COLUMNS };
    if keys.len() > most {
        return contradiction(&format!("a table can have at most {most} such sort key columns"));
    }
    if attributes.sort_auto || !keys.is_empty() {
        table.sort_key = keys.iter().map(|key| number(key, columns)).collect::<SqlResult<_>>()?;
        let twice = table.sort_key.iter().enumerate().find(|(at, key)| table.sort_key[..*at].contains(key));
        if let Some((_, &key)) = twice {
            let message = format!("column \"{}\" specified more than once", columns[key].name);
            return Err(SqlError::product("42701", message));
        }
        table.interleaved = attributes.interleaved;
    }
    let of_distribution = match table.distribution {
        Distribution::Key(key) => Some(key),
        Distribution::Auto | Distribution::Even | Distribution::All => None,
    };
    for &key in table.sort_key.iter().chain(&of_distribution) {
        if columns[key].data_type == DataType::Super {
            return contradiction("a SUPER column cannot be a distribution key or sort key");
        }
    }
    Ok(())
}

fn contradiction(text: &str) -> SqlResult<()> {
    Err(SqlError::product("42601", text))
}

/// The column a key names, by name or (CREATE TABLE AS) by its place from 1.
fn number(key: &Identifier, columns: &[Column]) -> SqlResult<usize> {
    let by_name = columns.iter().position(|column| column.name == *key);
    let by_place = || key.as_str().parse::<usize>().ok().filter(|place| (1..=columns.len()).contains(place));
    by_name
        .or_else(|| by_place().map(|place| place - 1))
        .ok_or_else(|| SqlError::product("42703", format!("column \"{key}\" named in key does not exist")))
}
