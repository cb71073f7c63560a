//! Rows to groups: the same key, the same number, in order of first appearance.

use arrow::array::ArrayRef;

use super::array::value_at;
use super::gather::gather;
use super::intern::{ColumnIds, IntegerIds, MISSING};
use crate::sql::error::{SqlError, SqlResult};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// Numbers keys of any width. NULL equals NULL, as GROUP BY and DISTINCT have it.
pub struct Grouping {
    columns: Vec<ColumnIds>,
    /// `pairs[k]` numbers (number of the first k + 1 columns, number of column k + 1).
    pairs: Vec<IntegerIds>,
    rows_seen: bool,
}

impl Grouping {
    pub fn new(types: &[DataType]) -> Self {
        Grouping {
            columns: types.iter().map(|data_type| ColumnIds::new(data_type.arrow())).collect(),
            pairs: (1..types.len()).map(|_| IntegerIds::default()).collect(),
            rows_seen: false,
        }
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        match (self.pairs.last(), self.columns.first()) {
            (Some(pairs), _) => pairs.values().len(),
            (None, Some(column)) => column.len(),
            (None, None) => usize::from(self.rows_seen),
        }
    }

    pub fn bytes(&self) -> u64 {
        self.columns.iter().map(ColumnIds::bytes).sum::<u64>()
            + self.pairs.iter().map(IntegerIds::bytes).sum::<u64>()
    }

    /// Each row's group; unknown keys become new groups.
    pub fn assign(&mut self, keys: &[ArrayRef], rows: usize) -> SqlResult<Vec<u32>> {
        self.rows_seen |= rows > 0;
        let mut columns = self.columns.iter_mut().zip(keys);
        let Some((first, array)) = columns.next() else {
            return Ok(vec![0; rows]);
        };
        let mut groups = first.intern(array)?;
        for ((column, array), pairs) in columns.zip(&mut self.pairs) {
            let numbers = column.intern(array)?;
            for (group, number) in groups.iter_mut().zip(numbers) {
                *group = pairs.intern(pair(*group, number));
            }
        }
        Ok(groups)
    }

    /// Each row's group, [`MISSING`] for keys never assigned and for keys with a NULL.
    pub fn find(&self, keys: &[ArrayRef], rows: usize) -> SqlResult<Vec<u32>> {
        let mut columns = self.columns.iter().zip(keys);
        let Some((first, array)) = columns.next() else {
            return Ok(vec![if self.rows_seen { 0 } else { MISSING }; rows]);
        };
        let mut groups = first.find(array)?;
        for ((column, array), pairs) in columns.zip(&self.pairs) {
            let numbers = column.find(array)?;
            for (group, number) in groups.iter_mut().zip(numbers) {
                *group = match (*group, number) {
                    (MISSING, _) | (_, MISSING) => MISSING,
                    (group, number) => pairs.find(pair(group, number)),
                };
            }
        }
        Ok(groups)
    }

    /// Whether each value occurs in one column of the keys: its number there, or [`MISSING`].
    pub fn find_part(&self, part: usize, values: &ArrayRef) -> SqlResult<Vec<u32>> {
        match self.columns.get(part) {
            Some(column) => column.find(values),
            None => Err(SqlError::bug(format!("keys have no column {part}"))),
        }
    }

    /// Least and greatest value of one column of the keys, for types whose order is that of whole numbers.
    pub fn bounds(&self, part: usize, data_type: DataType) -> Option<(Value, Value)> {
        let column = self.columns.get(part)?;
        let (least, greatest) = column.bounds()?;
        let values = column.values();
        Some((value_at(&values, data_type, least as usize), value_at(&values, data_type, greatest as usize)))
    }

    /// The keys of all groups, in order of number.
    pub fn keys(&self) -> Vec<ArrayRef> {
        let mut groups: Vec<u32> = (0..self.len() as u32).collect();
        if self.pairs.is_empty() {
            return self.columns.iter().map(ColumnIds::values).collect();
        }
        let mut keys = Vec::with_capacity(self.columns.len());
        for (pairs, column) in self.pairs.iter().zip(&self.columns[1..]).rev() {
            let values = pairs.values();
            let numbers: Vec<u32> = groups.iter().map(|&group| values[group as usize] as u32).collect();
            keys.push(gather(&column.values(), &numbers));
            for group in &mut groups {
                *group = (values[*group as usize] >> 32) as u32;
            }
        }
        keys.extend(self.columns.first().map(|column| gather(&column.values(), &groups)));
        keys.reverse();
        keys
    }
}

fn pair(left: u32, right: u32) -> i64 {
    ((u64::from(left) << 32) | u64::from(right)) as i64
}
