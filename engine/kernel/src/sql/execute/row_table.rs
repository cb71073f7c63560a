//! Rows found by one key: how the built side of a join on a single number is kept.
//!
//! Keys that number rows seldom occur twice, so nothing is gained by numbering them first, as [`super::grouping`]
//! does. Here each row lies in the chain of its key's hash. Whole numbers that lie close together need no hash: the
//! key is the position.

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType as ArrowType;

use super::gather::NO_ROW;
use super::intern::{each_integer, hash_word};
use crate::sql::error::SqlResult;

/// Rows put into chains in one go.
const PIECE: usize = 1 << 17;
/// Positions a row may cost where keys are found by position.
const SPARSE: u64 = 4;
/// Positions that are never too many.
const FEW: u64 = 1 << 16;

pub struct RowTable {
    keys: Keys,
    /// By key or hash, the first row of its chain; by row, the next one. [`NO_ROW`] ends a chain.
    heads: Vec<u32>,
    nexts: Vec<u32>,
    /// Rows before this one are in no chain yet: chains are made from the back, to run in the rows' order.
    unlinked: usize,
    /// Rows with the least and the greatest key, where order is the order of whole numbers.
    bounds: Option<(u32, u32)>,
}

enum Keys {
    /// A chain holds one key, the position above `least`.
    Positions {
        numbers: Vec<i64>,
        nulls: ArrayRef,
        least: i64,
    },
    Numbers {
        numbers: Vec<i64>,
        nulls: ArrayRef,
    },
}

impl RowTable {
    /// Whether keys that lie so can be kept here.
    pub fn takes(layout: &ArrowType) -> bool {
        matches!(
            layout,
            ArrowType::Boolean
                | ArrowType::Int16
                | ArrowType::Int32
                | ArrowType::Int64
                | ArrowType::Date32
                | ArrowType::Time64(_)
                | ArrowType::Timestamp(_, _)
                | ArrowType::Float32
                | ArrowType::Float64
        )
    }

    /// A table of the rows of `column`, to be linked. NULL is in no chain.
    pub fn new(column: &ArrayRef) -> SqlResult<RowTable> {
        let rows = column.len();
        let hashed = (rows * 2).next_power_of_two();
        let mut numbers = Vec::with_capacity(rows);
        each_number(column, |number| numbers.push(number))?;
        let nulls = column.clone();
        let known = || (0u32..).zip(&numbers).filter(|(row, _)| nulls.is_valid(*row as usize));
        let bounds =
            known().min_by_key(|(_, number)| **number).zip(known().max_by_key(|(_, number)| **number));
        let Some(((low, &least), (high, &greatest))) = bounds else {
            return Ok(RowTable::of(Keys::Numbers { numbers, nulls }, hashed, rows));
        };
        let ordered = !matches!(column.data_type(), ArrowType::Float32 | ArrowType::Float64);
        let span = greatest.wrapping_sub(least) as u64;
        let mut table = if span < FEW.max(rows as u64 * SPARSE) {
            RowTable::of(Keys::Positions { numbers, nulls, least }, span as usize + 1, rows)
        } else {
            RowTable::of(Keys::Numbers { numbers, nulls }, hashed, rows)
        };
        table.bounds = ordered.then_some((low, high));
        Ok(table)
    }

    fn of(keys: Keys, heads: usize, rows: usize) -> RowTable {
        RowTable { keys, heads: vec![NO_ROW; heads], nexts: vec![NO_ROW; rows], unlinked: rows, bounds: None }
    }

    pub fn bytes(&self) -> u64 {
        let keys = match &self.keys {
            Keys::Positions { numbers, .. } | Keys::Numbers { numbers, .. } => numbers.len() * 8,
        };
        (keys + (self.heads.len() + self.nexts.len()) * 4) as u64
    }

    /// Puts more rows into their chains; false when all are.
    pub fn link(&mut self) -> SqlResult<bool> {
        let from = self.unlinked.saturating_sub(PIECE);
        let rows = (from..self.unlinked).rev();
        self.unlinked = from;
        let mask = self.heads.len() - 1;
        let (heads, nexts) = (&mut self.heads, &mut self.nexts);
        let mut put = |place: usize, row: usize| {
            if let (Some(head), Some(next)) = (heads.get_mut(place), nexts.get_mut(row)) {
                *next = std::mem::replace(head, row as u32);
            }
        };
        match &mut self.keys {
            Keys::Positions { numbers, nulls, least } => {
                let nulls = nulls.nulls().filter(|nulls| nulls.null_count() > 0);
                rows.filter(|&row| nulls.is_none_or(|nulls| nulls.is_valid(row)))
                    .for_each(|row| put(numbers[row].wrapping_sub(*least) as usize, row));
            }
            Keys::Numbers { numbers, nulls } => {
                let nulls = nulls.nulls().filter(|nulls| nulls.null_count() > 0);
                rows.filter(|&row| nulls.is_none_or(|nulls| nulls.is_valid(row)))
                    .for_each(|row| put(hash_word(numbers[row] as u64) as usize & mask, row));
            }
        }
        if let (0, Keys::Positions { numbers, .. }) = (self.unlinked, &mut self.keys) {
            // The chain says it all.
            *numbers = Vec::new();
        }
        Ok(self.unlinked > 0)
    }

    /// For each value of a column the first row with that key, or [`NO_ROW`]. NULL finds nothing.
    pub fn first(&self, column: &ArrayRef) -> SqlResult<Vec<u32>> {
        let mask = self.heads.len() - 1;
        match &self.keys {
            Keys::Positions { least, .. } => each_integer(column, NO_ROW, |number| {
                let place = usize::try_from(number.wrapping_sub(*least) as u64).ok();
                place.and_then(|place| self.heads.get(place)).copied().unwrap_or(NO_ROW)
            }),
            Keys::Numbers { numbers, .. } => {
                // Two loops: the first one's reads do not wait for each other.
                let mut found = each_integer(column, NO_ROW, |number| {
                    self.heads[hash_word(number as u64) as usize & mask]
                })?;
                let mut row = 0;
                each_number(column, |number| {
                    let at: &mut u32 = &mut found[row];
                    while *at != NO_ROW && numbers[*at as usize] != number {
                        *at = self.nexts[*at as usize];
                    }
                    row += 1;
                })?;
                Ok(found)
            }
        }
    }

    /// For each row the next one with the same key. The rows were found before.
    #[inline(always)]
    pub fn next(&self, row: u32) -> u32 {
        let mut next = self.nexts[row as usize];
        match &self.keys {
            Keys::Positions { .. } => {}
            Keys::Numbers { numbers, .. } => {
                while next != NO_ROW && numbers[next as usize] != numbers[row as usize] {
                    next = self.nexts[next as usize];
                }
            }
        }
        next
    }

    /// Rows with the least and the greatest key, where order is the order of whole numbers.
    pub fn bounds(&self) -> Option<(u32, u32)> {
        self.bounds
    }
}

/// Calls `each` with every row's number; a NULL counts as 0.
fn each_number(column: &ArrayRef, mut each: impl FnMut(i64)) -> SqlResult<()> {
    let Some(nulls) = column.nulls().filter(|nulls| nulls.null_count() > 0) else {
        each_integer(column, 0, |number| {
            each(number);
            0
        })?;
        return Ok(());
    };
    let mut known = Vec::with_capacity(column.len());
    each_integer(column, 0, |number| {
        known.push(number);
        0
    })?;
    let mut known = known.into_iter();
    for row in 0..column.len() {
        each(if nulls.is_valid(row) { known.next().unwrap_or(0) } else { 0 });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Float64Array, Int64Array};

    use super::*;

    /// All rows found for each value, beside what a look at every row finds.
    fn found<T: PartialEq>(built: &ArrayRef, asked: &ArrayRef, own: &[Option<T>], values: &[Option<T>]) {
        let mut table = RowTable::new(built).unwrap();
        while table.link().unwrap() {}
        let firsts = table.first(asked).unwrap();
        for (first, value) in firsts.iter().zip(values) {
            let mut rows = Vec::new();
            let mut at = *first;
            while at != NO_ROW {
                rows.push(at);
                at = table.next(at);
            }
            let all = (0u32..).zip(own).filter(|(_, own)| value.is_some() && *own == value);
            assert_eq!(rows, all.map(|(row, _)| row).collect::<Vec<_>>());
        }
    }

    fn numbers(own: &[Option<i64>], values: &[Option<i64>]) {
        let column =
            |values: &[Option<i64>]| Arc::new(values.iter().copied().collect::<Int64Array>()) as ArrayRef;
        found(&column(own), &column(values), own, values);
    }

    #[test]
    fn near_numbers_are_found_by_position() {
        numbers(&[Some(5), None, Some(-3), Some(5), Some(0)], &[Some(5), Some(-3), Some(-4), Some(6), None]);
        // As far away as a truncated difference would not see.
        numbers(&[Some(1), Some(2)], &[Some((1 << 32) + 1), Some(i64::MIN), Some(i64::MAX), Some(2)]);
    }

    #[test]
    fn far_numbers_are_found_by_hash() {
        let own = [Some(i64::MAX), None, Some(i64::MIN), Some(0), Some(i64::MAX), Some(1 << 40)];
        numbers(&own, &[Some(i64::MAX), Some(i64::MIN), Some(1), Some(0), None, Some(1 << 40)]);
        let many: Vec<Option<i64>> = (0..5_000).map(|n| (n % 7 != 0).then_some((n % 900) << 33)).collect();
        numbers(&many, &many[..1_000]);
    }

    #[test]
    fn nothing_and_floats() {
        numbers(&[], &[Some(1), None]);
        numbers(&[None], &[Some(0), None]);
        let own: ArrayRef = Arc::new(Float64Array::from(vec![0.0, -0.0, f64::NAN, 1.5]));
        let mut table = RowTable::new(&own).unwrap();
        while table.link().unwrap() {}
        assert_eq!(table.first(&own).unwrap(), [0, 0, 2, 3]);
        assert!(table.bounds().is_none());
    }

    #[test]
    fn more_rows_than_one_piece_are_linked() {
        let own: Vec<Option<i64>> = (0..PIECE as i64 + 10).map(|n| Some(n / 2)).collect();
        let column: ArrayRef = Arc::new(own.iter().copied().collect::<Int64Array>());
        let mut table = RowTable::new(&column).unwrap();
        assert!(table.link().unwrap());
        assert!(!table.link().unwrap());
        let first = table.first(&column).unwrap();
        assert!(first.iter().zip(0u32..).all(|(first, row)| *first == row & !1));
    }
}
