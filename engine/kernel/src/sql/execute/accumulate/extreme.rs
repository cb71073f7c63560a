//! MIN, MAX and ANY_VALUE.
//!
//! Each group remembers where its best value lies. A batch's winners are found first; only those that beat what
//! their group had are copied out of it, so that a batch costs its rows, however many groups there are.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringArray};

use super::{Accumulator, Groups};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::array::{bytes_of, nulls};
use crate::sql::execute::compare::compare_cells;
use crate::sql::execute::gather::{NO_ROW, concatenate, gather, gather_or_null};
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
    /// Values that were the best of a group when their batch was over, and what is compared of them.
    parts: Vec<(ArrayRef, ArrayRef)>,
    rows: usize,
    /// For each group the part and the row of its best value; [`NO_ROW`] where it has none.
    best: Vec<(u32, u32)>,
    /// The winner of each group in the batch at hand; between batches none.
    winners: Vec<u32>,
}

/// Parts, and rows beyond two a group, from which on what was beaten is thrown away.
const MOST_PARTS: usize = 64;
const MOST_ROWS: usize = 65_536;

impl Extreme {
    pub fn new(data_type: DataType, keep: Keep) -> Self {
        Extreme { keep, data_type, parts: Vec::new(), rows: 0, best: Vec::new(), winners: Vec::new() }
    }

    /// The best value of each group, NULL for groups without one.
    fn values(&self) -> SqlResult<ArrayRef> {
        let parts: Vec<ArrayRef> = self.parts.iter().map(|(values, _)| values.clone()).collect();
        let Some(all) = concatenate(&parts) else {
            return Ok(nulls(self.data_type, self.best.len()));
        };
        let mut starts = Vec::with_capacity(parts.len());
        let mut start = 0;
        for part in &parts {
            starts.push(start);
            start += part.len() as u32;
        }
        let place = |&(part, row): &(u32, u32)| starts.get(part as usize).map_or(NO_ROW, |start| start + row);
        let places: Vec<u32> = self.best.iter().map(place).collect();
        Ok(gather_or_null(&all, &places))
    }

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
        let argument = arguments.first().ok_or_else(|| SqlError::bug("nothing to take the least of"))?;
        // Words that compare as values do.
        let ordered = self.ordered(argument);
        let key = KeyColumn::new(ordered.clone(), self.keep == Keep::Greatest, false, false)?;
        if self.best.len() < groups.count {
            self.best.resize(groups.count, (NO_ROW, 0));
            self.winners.resize(groups.count, NO_ROW);
        }
        let mut met = Vec::new();
        for (row, &group) in groups.numbers.iter().enumerate() {
            let row = row as u32;
            if key.is_null(row) {
                continue;
            }
            let winner = &mut self.winners[group as usize];
            if *winner == NO_ROW {
                met.push(group);
                *winner = row;
            } else if self.keep != Keep::First && key.compare(row, *winner).is_lt() {
                *winner = row;
            }
        }
        let mut better = Vec::new();
        for group in met {
            let row = std::mem::replace(&mut self.winners[group as usize], NO_ROW);
            let best = &mut self.best[group as usize];
            let order = match self.parts.get(best.0 as usize) {
                Some((_, known)) => Some(compare_cells(&ordered, row as usize, known, best.1 as usize)),
                None => None,
            };
            let wins = match (order, self.keep) {
                (None, _) => true,
                (Some(order), Keep::Least) => order == Ordering::Less,
                (Some(order), Keep::Greatest) => order == Ordering::Greater,
                (Some(_), Keep::First) => false,
            };
            if wins {
                *best = (self.parts.len() as u32, better.len() as u32);
                better.push(row);
            }
        }
        if !better.is_empty() {
            self.rows += better.len();
            let values = gather(argument, &better);
            let ordered = self.ordered(&values);
            self.parts.push((values, ordered));
        }
        if self.parts.len() > MOST_PARTS || self.rows > 2 * self.best.len() + MOST_ROWS {
            let values = self.values()?;
            let known = self.best.iter_mut().zip(0..).filter(|(best, _)| best.0 != NO_ROW);
            known.for_each(|(best, group)| *best = (0, group));
            self.rows = values.len();
            let ordered = self.ordered(&values);
            self.parts = vec![(values, ordered)];
        }
        Ok(())
    }

    fn finish(&mut self, count: usize) -> SqlResult<ArrayRef> {
        self.best.resize(count.max(self.best.len()), (NO_ROW, 0));
        self.values()
    }

    fn bytes(&self) -> u64 {
        12 * self.best.len() as u64 + self.parts.iter().map(|(values, _)| bytes_of(values)).sum::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{AsArray, Int64Array, StringArray};
    use arrow::datatypes::Int64Type;

    use super::*;

    /// Batches enough for what was beaten to be thrown away; in each one values beat those before.
    #[test]
    fn the_best_of_many_batches() {
        let kinds = [Keep::Least, Keep::Greatest, Keep::First];
        let mut numbers = kinds.map(|keep| Extreme::new(DataType::BigInt, keep));
        let mut texts = kinds.map(|keep| Extreme::new(DataType::Varchar(9), keep));
        let mut expected: Vec<Option<[i64; 3]>> = vec![None; 97];
        for batch in 0..200_i64 {
            let groups: Vec<u32> = (0..50).map(|row| ((batch * 50 + row) * 7_919 % 97) as u32).collect();
            let value = |row: i64| {
                (row % 5 != 0).then_some(if row % 2 == 0 {
                    50_000 - batch * row
                } else {
                    50_000 + batch * row
                })
            };
            let values: Vec<Option<i64>> = (0..50).map(value).collect();
            for (value, &group) in values.iter().zip(&groups) {
                let best = &mut expected[group as usize];
                if let Some(value) = *value {
                    let [least, greatest, first] = best.unwrap_or([value; 3]);
                    *best = Some([least.min(value), greatest.max(value), first]);
                }
            }
            let words: StringArray = values.iter().map(|v| v.map(|v| format!("{v:>7}"))).collect();
            let groups = Groups { numbers: &groups, count: 97 };
            numbers
                .iter_mut()
                .for_each(|e| e.update(groups, &[Arc::new(Int64Array::from(values.clone()))]).unwrap());
            texts.iter_mut().for_each(|e| e.update(groups, &[Arc::new(words.clone())]).unwrap());
        }
        for (kind, (numbers, texts)) in numbers.iter_mut().zip(&mut texts).enumerate() {
            let (numbers, texts) = (numbers.finish(100).unwrap(), texts.finish(100).unwrap());
            for (group, best) in expected.iter().enumerate() {
                let best = best.unwrap()[kind];
                assert_eq!(numbers.as_primitive::<Int64Type>().value(group), best);
                assert_eq!(texts.as_string::<i32>().value(group), format!("{best:>7}"));
            }
            assert_eq!((numbers.len(), numbers.null_count(), texts.null_count()), (100, 3, 3));
        }
    }
}
