//! Whether a model was trained on rows it is then tested on, or was given the answer among its questions.

use serde::{Deserialize, Serialize};

use crate::table::{Column, Table, Values};

/// Prints that a model keeps of its training rows at most; of more rows every second, fourth, ... is kept.
const MOST_PRINTS: usize = 20_000;

/// What a model remembers of the rows it was trained on: enough to tell them when they are predicted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Prints that can be divided by this are kept; a power of two.
    every: u32,
    /// Sorted.
    prints: Vec<u32>,
}

impl Seen {
    pub(crate) fn of(table: &Table) -> Seen {
        let all = short_prints(table);
        let mut every = 1;
        let kept = |every: u32| all.iter().copied().filter(move |print| print % every == 0);
        while kept(every).count() > MOST_PRINTS {
            every *= 2;
        }
        let mut prints: Vec<u32> = kept(every).collect();
        prints.sort_unstable();
        prints.dedup();
        Seen { every, prints }
    }

    /// How many of `table`'s rows (features in the order of the training query) were trained on; about, where the
    /// model keeps a part of its prints. None where it keeps none.
    pub fn among(&self, table: &Table) -> Option<Overlap> {
        if self.prints.is_empty() {
            return None;
        }
        let all = short_prints(table);
        let looked: Vec<u32> = all.iter().copied().filter(|print| print % self.every == 0).collect();
        let known = looked.iter().filter(|print| self.prints.binary_search(print).is_ok()).count();
        Some(Overlap { rows: known * all.len() / looked.len().max(1), of: all.len() })
    }
}

fn short_prints(table: &Table) -> Vec<u32> {
    let columns: Vec<usize> = (0..table.columns().len()).collect();
    prints(table, &columns).into_iter().map(|print| (print >> 32) as u32).collect()
}

/// Columns that are the target again, row for row.
pub(crate) fn copies(table: &Table, target: &Column) -> Vec<String> {
    let Ok(answer) = Table::new(vec![target.clone()]) else { return Vec::new() };
    let answer = prints(&answer, &[0]);
    let columns = table.columns().iter().enumerate();
    columns.filter(|(at, _)| prints(table, &[*at]) == answer).map(|(_, column)| column.name.clone()).collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Test rows of which the training rows hold the very same.
    pub rows: usize,
    pub of: usize,
}

impl Overlap {
    /// More than a twentieth: chance twins are rarer where rows have more than a few columns.
    pub fn is_leak(self) -> bool {
        self.rows * 20 > self.of
    }
}

/// Compares the columns that both have, by name. None where there is no such column.
pub fn overlap(train: &Table, test: &Table) -> Option<Overlap> {
    let mut pairs = Vec::new();
    for (at, column) in test.columns().iter().enumerate() {
        let other = train.columns().iter().position(|other| other.name.eq_ignore_ascii_case(&column.name));
        pairs.extend(other.map(|other| (other, at)));
    }
    if pairs.is_empty() {
        return None;
    }
    let (of_train, of_test): (Vec<usize>, Vec<usize>) = pairs.into_iter().unzip();
    let mut known = prints(train, &of_train);
    known.sort_unstable();
    let twins = prints(test, &of_test).iter().filter(|print| known.binary_search(print).is_ok()).count();
    Some(Overlap { rows: twins, of: test.rows() })
}

/// A 64-bit print of each row.
pub(crate) fn prints(table: &Table, columns: &[usize]) -> Vec<u64> {
    let mut prints = vec![0_u64; table.rows()];
    for at in columns {
        let mut mix = |row: usize, value: u64| {
            let mixed = (prints[row] ^ value).wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            prints[row] = mixed ^ (mixed >> 29);
        };
        match &table.columns()[*at].values {
            Values::Numbers(numbers) => {
                for (row, number) in numbers.iter().enumerate() {
                    let number = if *number == 0.0 { 0.0 } else { *number };
                    mix(row, if number.is_nan() { 1 } else { number.to_bits() });
                }
            }
            Values::Words { codes, words } => {
                let hash = |word: &String| {
                    word.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
                        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
                    })
                };
                let hashes: Vec<u64> = words.iter().map(hash).collect();
                for (row, code) in codes.iter().enumerate() {
                    mix(row, hashes.get(*code as usize).copied().unwrap_or(1));
                }
            }
        }
    }
    prints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Kind;

    #[test]
    fn rows_in_both_are_counted() {
        let table = |from: usize, to: usize| {
            let words: Vec<String> = (from..to).map(|row| format!("w{}", row % 7)).collect();
            let text = Column::text("b", words.iter().map(|word| Some(&**word)));
            let numbers = Column::numbers("A", Kind::Number, (from..to).map(|row| row as f64).collect());
            Table::new(vec![text, numbers]).unwrap()
        };
        let found = overlap(&table(0, 100), &table(80, 120)).unwrap();
        assert_eq!(found, Overlap { rows: 20, of: 40 });
        assert!(found.is_leak());
        assert!(!overlap(&table(0, 100), &table(100, 120)).unwrap().is_leak());
        let seen = Seen::of(&table(0, 100));
        assert_eq!(seen.among(&table(80, 120)), Some(Overlap { rows: 20, of: 40 }));
        assert_eq!(Seen::default().among(&table(0, 9)), None);
        let many = Seen::of(&table(0, 90_000));
        assert!(many.every > 1 && many.prints.len() <= MOST_PRINTS);
        let about = many.among(&table(45_000, 135_000)).unwrap();
        assert!(about.rows.abs_diff(45_000) < 2_000, "{about:?}");
        assert_eq!(copies(&table(0, 9), &table(0, 9).columns()[1].clone()), ["A"]);
        let other = Table::new(vec![Column::numbers("z", Kind::Number, vec![1.0])]).unwrap();
        assert_eq!(overlap(&table(0, 3), &other), None);
    }
}
