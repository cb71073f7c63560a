//! Whether a model was trained on rows it is then tested on.

use crate::table::{Table, Values};

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
    use crate::table::{Column, Kind};

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
        let other = Table::new(vec![Column::numbers("z", Kind::Number, vec![1.0])]).unwrap();
        assert_eq!(overlap(&table(0, 3), &other), None);
    }
}
