//! MIN, MAX and ANY_VALUE.
//!
//! Each group remembers where its best value lies: a row of the current batch, or a row of the values kept
//! from earlier batches. Only at a batch's end are the winners gathered, so text is copied for winners only.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringArray};

use super::{Accumulator, Groups};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::array::{array_of, bytes_of, nulls};
use crate::sql::execute::compare::compare_cells;
use crate::sql::execute::gather::{NO_ROW, concatenate, gather_or_null};
use crate::sql::execute::sorting::KeyColumn;
use crate::sql::execute::strings::Strings;
use crate::sql::json;
use crate::warehouse::data_type::DataType;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    Least,
    Greatest,
    First,
}

pub struct Extreme {
    keep: Keep,
    data_type: DataType,
    /// One value a group, NULL for groups without one.
    best: ArrayRef,
}

impl Extreme {
    pub fn new(data_type: DataType, keep: Keep) -> Self {
        Extreme { keep, data_type, best: array_of(&[], data_type) }
    }
}

impl Extreme {
    /// What is compared: documents by what orders them, texts without case in small letters, all else as it is.
    fn ordered(&self, values: &ArrayRef) -> ArrayRef {
        let key: fn(&str) -> Option<String> = match self.data_type {
            DataType::Super => json::key,
            DataType::Caseless { .. } => |text| Some(text.to_lowercase()),
            _ => return values.clone(),
        };
        let Ok(texts) = Strings::of(values) else { return values.clone() };
        let keys = (0..values.len()).map(|row| texts.get(row).and_then(key));
        Arc::new(keys.collect::<StringArray>())
    }
}

impl Accumulator for Extreme {
    fn update(&mut self, groups: Groups<'_>, arguments: &[ArrayRef]) -> SqlResult<()> {
        let argument = &arguments[0];
        // Winners of this batch first, by words that compare as values do.
        let key = KeyColumn::new(self.ordered(argument), self.keep == Keep::Greatest, false, false)?;
        let mut winners = vec![NO_ROW; groups.count];
        for (row, &group) in groups.numbers.iter().enumerate() {
            let row = row as u32;
            if key.is_null(row) {
                continue;
            }
            let winner = &mut winners[group as usize];
            if *winner == NO_ROW || (self.keep != Keep::First && key.compare(row, *winner).is_lt()) {
                *winner = row;
            }
        }
        let known = self.best.len();
        let both = concatenate(&[self.best.clone(), argument.clone()])
            .ok_or_else(|| SqlError::bug("nothing to take the least of"))?;
        let ordered = self.ordered(&both);
        let picks: Vec<u32> = winners
            .iter()
            .enumerate()
            .map(|(group, &winner)| {
                let old = if group < known && both.is_valid(group) { group as u32 } else { NO_ROW };
                if winner == NO_ROW {
                    return old;
                }
                let new = winner + known as u32;
                if old == NO_ROW {
                    return new;
                }
                let order = compare_cells(&ordered, new as usize, &ordered, old as usize);
                let better = match self.keep {
                    Keep::Least => order == Ordering::Less,
                    Keep::Greatest => order == Ordering::Greater,
                    Keep::First => false,
                };
                if better { new } else { old }
            })
            .collect();
        if picks.len() != known || picks.iter().enumerate().any(|(group, &pick)| pick != group as u32) {
            self.best = gather_or_null(&both, &picks);
        }
        Ok(())
    }

    fn finish(&mut self, count: usize) -> SqlResult<ArrayRef> {
        let missing = count.saturating_sub(self.best.len());
        if missing == 0 {
            return Ok(self.best.clone());
        }
        concatenate(&[self.best.clone(), nulls(self.data_type, missing)])
            .ok_or_else(|| SqlError::bug("no groups to finish"))
    }

    fn bytes(&self) -> u64 {
        bytes_of(&self.best)
    }
}
