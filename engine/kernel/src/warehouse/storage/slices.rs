//! Which slice of the cluster a row belongs to, as counts.
//!
//! Rows are not laid apart by slice: one thread reads them all, and smaller blocks would only cost. What a
//! learner can see of distribution (rows of a slice, skew, blocks) is counted when a segment is written, by
//! the hash of the distribution key, in turn, or all on the node's first slice for ALL, as the product does.

use arrow::array::{Array, ArrayRef, AsArray, DictionaryArray};
use arrow::datatypes::{
    DataType as ArrowType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type,
    Int64Type, Time64MicrosecondType, TimestampMicrosecondType,
};

use super::StoredSegment;
use crate::warehouse::catalog::{Distribution, Table};

/// Slices of the simulated node (dc2.large has two).
pub const SLICES: usize = 2;

/// Rows of a segment by slice.
pub type SliceRows = [u32; SLICES];

/// A table without a stated style is kept whole on every node while it is small. The product's threshold is not
/// published; unconfirmed.
const AUTO_ALL_ROWS: u64 = 1_000_000;

impl Table {
    /// The style rows are laid by now: AUTO is ALL for a small table, EVEN for a large one.
    pub fn present_distribution(&self) -> Distribution {
        self.distribution_of(self.data.stored_rows())
    }

    /// The style rows are laid by when there are `rows` of them.
    pub fn distribution_of(&self, rows: u64) -> Distribution {
        match self.distribution {
            Distribution::Auto if rows < AUTO_ALL_ROWS => Distribution::All,
            Distribution::Auto => Distribution::Even,
            stated => stated,
        }
    }

    /// Rows of each slice, deleted ones included.
    pub fn slice_rows(&self) -> [u64; SLICES] {
        let mut rows = [0; SLICES];
        for stored in &self.data.segments {
            rows.iter_mut().zip(stored.slices).for_each(|(sum, part)| *sum += u64::from(part));
        }
        rows
    }

    /// Counts every segment anew: the style has changed. The rows themselves stay where they are.
    pub fn redistribute(&mut self, style: Distribution) {
        let mut before = 0;
        for stored in &mut self.data.segments {
            let rows = stored.segment.rows;
            let key = match style {
                Distribution::Key(column) => stored.segment.columns.get(column).and_then(|b| b.array()),
                _ => None,
            };
            stored.slices = count(style, key.as_ref(), rows, before);
            before += u64::from(rows);
        }
    }
}

/// The slices of `rows` new rows behind `before` others; `key` is the distribution key's column, if there is one.
pub fn count(style: Distribution, key: Option<&ArrayRef>, rows: u32, before: u64) -> SliceRows {
    let mut counts = [0; SLICES];
    match (style, key) {
        (Distribution::All | Distribution::Auto, _) => counts[0] = rows,
        (Distribution::Key(_), Some(key)) => each_hash(key, |hash| counts[slice_of(hash)] += 1),
        (Distribution::Even | Distribution::Key(_), _) => {
            for (slice, count) in counts.iter_mut().enumerate() {
                let turn = (slice as u64 + SLICES as u64 - before % SLICES as u64) % SLICES as u64;
                *count = (u64::from(rows).saturating_sub(turn)).div_ceil(SLICES as u64) as u32;
            }
        }
    }
    counts
}

/// The slice of each row of a distribution key's column.
pub fn of_keys(key: &ArrayRef) -> Vec<i32> {
    let mut found = Vec::with_capacity(key.len());
    each_hash(key, |hash| found.push(slice_of(hash) as i32));
    found
}

impl StoredSegment {
    /// The slice of its row where rows were dealt in turn, which began with whichever slice has the most.
    pub fn slice_in_turn(&self, row: u32) -> i32 {
        let first = (0..SLICES).rev().max_by_key(|slice| self.slices[*slice]).unwrap_or(0);
        ((first + row as usize) % SLICES) as i32
    }
}

fn slice_of(hash: u64) -> usize {
    (((hash >> 32) * SLICES as u64) >> 32) as usize
}

/// Spreads numbers, consecutive ones evenly (Fibonacci hashing). The product's own hash is not published.
fn mix(word: u64) -> u64 {
    word.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Trailing blanks do not count, as they do not in a comparison.
fn mix_text(text: &str) -> u64 {
    let bytes = text.trim_end_matches(' ').as_bytes();
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let start = bytes.len() as u64;
    words
        .iter()
        .chain(std::iter::once(&last))
        .fold(start, |hash, word| {
            (hash.rotate_left(23) ^ u64::from_le_bytes(*word)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        })
        .wrapping_add(start)
}

/// Equal values have equal hashes whatever integer type they have; NULL is one value of its own.
fn each_hash(array: &ArrayRef, mut take: impl FnMut(u64)) {
    macro_rules! words {
        ($type:ty, $value:ident => $word:expr) => {{
            let typed = array.as_primitive::<$type>();
            for (row, &$value) in typed.values().iter().enumerate() {
                take(if typed.is_null(row) { 0 } else { mix($word) });
            }
        }};
    }
    match array.data_type() {
        ArrowType::Int16 => words!(Int16Type, value => value as i64 as u64),
        ArrowType::Int32 => words!(Int32Type, value => value as i64 as u64),
        ArrowType::Int64 => words!(Int64Type, value => value as u64),
        ArrowType::Date32 => words!(Date32Type, value => value as i64 as u64),
        ArrowType::Time64(_) => words!(Time64MicrosecondType, value => value as u64),
        ArrowType::Timestamp(_, _) => words!(TimestampMicrosecondType, value => value as u64),
        ArrowType::Decimal128(_, _) => words!(Decimal128Type, value => value as u64 ^ (value >> 64) as u64),
        ArrowType::Float32 => words!(Float32Type, value => f64::from(value).to_bits()),
        ArrowType::Float64 => words!(Float64Type, value => value.to_bits()),
        ArrowType::Boolean => {
            array
                .as_boolean()
                .iter()
                .for_each(|value| take(value.map_or(0, |value| mix(u64::from(value) + 1))));
        }
        ArrowType::Utf8 => {
            array.as_string::<i32>().iter().for_each(|text| take(text.map_or(0, mix_text)));
        }
        ArrowType::Dictionary(_, _) => {
            let dictionary: &DictionaryArray<Int32Type> = array.as_dictionary();
            let codes: Vec<u64> =
                dictionary.values().as_string::<i32>().iter().map(|text| text.map_or(0, mix_text)).collect();
            let hash = |code: i32| codes.get(code as usize).copied().unwrap_or(0);
            dictionary.keys().iter().for_each(|code| take(code.map_or(0, hash)));
        }
        _ => (0..array.len()).for_each(|_| take(0)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int32Array, Int64Array, StringArray};

    use super::*;

    #[test]
    fn even_goes_on_where_it_stopped() {
        assert_eq!(count(Distribution::Even, None, 5, 0), [3, 2]);
        assert_eq!(count(Distribution::Even, None, 5, 1), [2, 3]);
        assert_eq!(count(Distribution::Even, None, 1, 7), [0, 1]);
        assert_eq!(count(Distribution::Even, None, 0, 3), [0, 0]);
        assert_eq!(count(Distribution::All, None, 9, 3), [9, 0]);
    }

    #[test]
    fn a_key_lays_equal_values_together_and_many_values_apart() {
        let same: ArrayRef = Arc::new(Int32Array::from(vec![7; 100]));
        let counts = count(Distribution::Key(0), Some(&same), 100, 0);
        assert!(counts == [100, 0] || counts == [0, 100]);
        let many: ArrayRef = Arc::new(Int64Array::from_iter_values(0..10_000));
        let counts = count(Distribution::Key(0), Some(&many), 10_000, 0);
        assert!(counts.iter().all(|rows| (4_700..5_300).contains(rows)), "{counts:?}");
        let texts: ArrayRef =
            Arc::new(StringArray::from_iter_values((0..10_000).map(|n| format!("user-{n}"))));
        let counts = count(Distribution::Key(0), Some(&texts), 10_000, 0);
        assert!(counts.iter().all(|rows| (4_700..5_300).contains(rows)), "{counts:?}");
    }
}
