//! How the rows of a join's built side are found again.

use arrow::array::ArrayRef;
use arrow::datatypes::DataType as ArrowType;

use super::array::{bytes_of, value_at};
use super::gather::{NO_ROW, concatenate};
use super::grouping::Grouping;
use super::intern::MISSING;
use super::row_table::RowTable;
use super::string_table::StringTable;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::Expression;
use crate::sql::outcome::Batch;
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// Built while the right side is read, then asked for rows by key.
pub enum JoinIndex {
    /// One key that may well be different in every row.
    Rows {
        column: ArrayRef,
        table: RowTable,
    },
    Strings(StringTable),
    /// Keys that repeat, or are several: numbered first, then the rows of a number.
    Groups {
        keys: Grouping,
        heads: Vec<u32>,
        nexts: Vec<u32>,
    },
}

/// An index of which the keys are still coming.
pub enum Growing {
    /// Nothing is known of the keys before the first batch has come.
    Unknown,
    /// The keys of each batch, unless they are a column of the rows and can be had from there.
    Rows(Vec<ArrayRef>),
    Groups {
        keys: Grouping,
        groups: Vec<u32>,
    },
}

impl Growing {
    /// Takes the keys of one more batch; gives how many bytes of them are kept beside the batch.
    pub fn take(
        &mut self,
        keys: &[ArrayRef],
        rows: usize,
        on: &[Expression],
        types: &[DataType],
    ) -> SqlResult<u64> {
        let mut kept = 0;
        if matches!(self, Growing::Unknown) {
            *self = match keys {
                [key] if RowTable::takes(key.data_type()) || key.data_type() == &ArrowType::Utf8 => {
                    Growing::Rows(Vec::new())
                }
                _ => Growing::groups(types),
            };
        }
        match self {
            Growing::Unknown => {}
            Growing::Rows(parts) => {
                if let ([key], [expression]) = (keys, on)
                    && !matches!(expression, Expression::Column { .. })
                {
                    kept = bytes_of(key);
                    parts.push(key.clone());
                }
            }
            Growing::Groups { keys: known, groups } => groups.extend(known.assign(keys, rows)?),
        }
        Ok(kept)
    }

    fn groups(types: &[DataType]) -> Growing {
        Growing::Groups { keys: Grouping::new(types), groups: Vec::new() }
    }

    /// The index over all rows that came. [`JoinIndex::link`] makes it ready.
    pub fn finish(self, rows: &Batch, on: &[Expression], types: &[DataType]) -> SqlResult<JoinIndex> {
        match self {
            Growing::Unknown => Growing::groups(types).finish(rows, on, types),
            Growing::Rows(parts) => {
                let column = match on {
                    [Expression::Column { index, .. }] => rows.columns.get(*index).cloned(),
                    _ => concatenate(&parts),
                };
                let Some(column) = column else {
                    return Err(SqlError::bug("a join's key is no column of its rows"));
                };
                if StringTable::takes(column.data_type()) {
                    return Ok(JoinIndex::Strings(StringTable::new(&column)));
                }
                let table = RowTable::new(&column)?;
                Ok(JoinIndex::Rows { column, table })
            }
            Growing::Groups { keys, groups } => {
                let mut heads = vec![NO_ROW; keys.len()];
                let mut nexts = vec![NO_ROW; groups.len()];
                // Backwards, so that a chain runs in the order the rows came.
                for (row, &group) in groups.iter().enumerate().rev() {
                    nexts[row] = heads[group as usize];
                    heads[group as usize] = row as u32;
                }
                Ok(JoinIndex::Groups { keys, heads, nexts })
            }
        }
    }
}

impl JoinIndex {
    /// A piece of the work that is left before it can be asked; false when none is.
    pub fn link(&mut self) -> SqlResult<bool> {
        match self {
            JoinIndex::Rows { table, .. } => table.link(),
            JoinIndex::Strings(table) => table.link(),
            JoinIndex::Groups { .. } => Ok(false),
        }
    }

    pub fn bytes(&self) -> u64 {
        match self {
            JoinIndex::Rows { table, .. } => table.bytes(),
            JoinIndex::Strings(table) => table.bytes(),
            JoinIndex::Groups { keys, heads, nexts } => keys.bytes() + 4 * (heads.len() + nexts.len()) as u64,
        }
    }

    /// For each row of keys the first right row with the same, or [`NO_ROW`].
    pub fn first(&self, keys: &[ArrayRef], rows: usize) -> SqlResult<Vec<u32>> {
        match (self, keys) {
            (JoinIndex::Rows { table, .. }, [key]) => table.first(key),
            (JoinIndex::Strings(table), [key]) => table.first(key),
            (JoinIndex::Rows { .. } | JoinIndex::Strings(_), _) => {
                Err(SqlError::bug("a join on one key is asked for several"))
            }
            (JoinIndex::Groups { keys: known, heads, .. }, _) => {
                let head = |group: u32| heads.get(group as usize).copied().unwrap_or(NO_ROW);
                Ok(known.find(keys, rows)?.into_iter().map(head).collect())
            }
        }
    }

    /// The next right row with the key of `row`, or [`NO_ROW`].
    pub fn next(&self, row: u32) -> u32 {
        match self {
            JoinIndex::Rows { table, .. } => table.next(row),
            JoinIndex::Strings(table) => table.next(row),
            JoinIndex::Groups { nexts, .. } => nexts[row as usize],
        }
    }

    /// Whether a key may have more than one row: otherwise nobody needs to ask for the next one.
    pub fn repeats(&self) -> bool {
        match self {
            JoinIndex::Rows { .. } => true,
            JoinIndex::Strings(table) => table.repeats(),
            JoinIndex::Groups { keys, nexts, .. } => nexts.len() > keys.len(),
        }
    }

    /// The rows of `values` that occur in one column of the keys.
    pub fn holds(&self, part: usize, values: &ArrayRef) -> SqlResult<Vec<u32>> {
        let (found, none) = match self {
            JoinIndex::Rows { table, .. } => (table.first(values)?, NO_ROW),
            JoinIndex::Strings(table) => (table.first(values)?, NO_ROW),
            JoinIndex::Groups { keys, .. } => (keys.find_part(part, values)?, MISSING),
        };
        Ok((0u32..).zip(found).filter(|(_, place)| *place != none).map(|(row, _)| row).collect())
    }

    /// Least and greatest value of one column of the keys, for types whose order is that of whole numbers.
    pub fn bounds(&self, part: usize, data_type: DataType) -> Option<(Value, Value)> {
        match self {
            JoinIndex::Rows { column, table } => {
                let (least, greatest) = table.bounds()?;
                Some((
                    value_at(column, data_type, least as usize),
                    value_at(column, data_type, greatest as usize),
                ))
            }
            JoinIndex::Strings(_) => None,
            JoinIndex::Groups { keys, .. } => keys.bounds(part, data_type),
        }
    }
}
