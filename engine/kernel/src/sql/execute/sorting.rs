//! The order of rows by sort keys: stable, NULLs where the key puts them.
//!
//! Each key becomes a column of 64-bit words that compare as the values do (exactly, or as far as 64 bits
//! reach), so that most comparisons are of two integers.

use std::cmp::Ordering;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{
    DataType as ArrowType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type,
    Int64Type, Time64MicrosecondType, TimestampMicrosecondType,
};

use super::compare::compare_cells;
use super::strings::{Strings, trim};
use crate::sql::error::SqlResult;

/// One sort key over a set of rows.
pub struct KeyColumn {
    array: ArrayRef,
    words: Vec<u64>,
    /// Equal words mean equal values.
    exact: bool,
    nulls: Option<NullBuffer>,
    descending: bool,
    nulls_first: bool,
}

impl KeyColumn {
    /// `across` words can be compared with those of another array; without it codes of a dictionary are
    /// ranked, which is quicker and holds within this array only.
    pub fn new(array: ArrayRef, descending: bool, nulls_first: bool, across: bool) -> SqlResult<Self> {
        let (mut words, exact) = words_of(&array, across)?;
        if descending {
            words.iter_mut().for_each(|word| *word = !*word);
        }
        let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0).cloned();
        Ok(KeyColumn { array, words, exact, nulls, descending, nulls_first })
    }

    pub fn is_null(&self, row: u32) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row as usize))
    }

    /// Smaller words come first. Meaningless for NULL.
    pub fn word(&self, row: u32) -> u64 {
        self.words[row as usize]
    }

    pub fn nulls_first(&self) -> bool {
        self.nulls_first
    }

    pub fn compare(&self, left: u32, right: u32) -> Ordering {
        if self.nulls.is_some() {
            match (self.is_null(left), self.is_null(right)) {
                (true, true) => return Ordering::Equal,
                (true, false) => return if self.nulls_first { Ordering::Less } else { Ordering::Greater },
                (false, true) => return if self.nulls_first { Ordering::Greater } else { Ordering::Less },
                (false, false) => {}
            }
        }
        let ordering = self.word(left).cmp(&self.word(right));
        if self.exact || ordering.is_ne() {
            return ordering;
        }
        let ordering = compare_cells(&self.array, left as usize, right as usize);
        if self.descending { ordering.reverse() } else { ordering }
    }
}

/// Rows compared by all keys; equal rows are equal.
pub fn compare_rows(keys: &[KeyColumn], left: u32, right: u32) -> Ordering {
    keys.iter()
        .map(|key| key.compare(left, right))
        .find(|ordering| ordering.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// The rows in order; equal rows keep theirs.
pub fn sorted_rows(keys: &[KeyColumn], rows: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..rows as u32).collect();
    sort_range(keys, &mut order);
    order
}

/// Rows up to this many are sorted by plain comparison.
const FEW: usize = 12;

/// Sorts rising row numbers by `keys`: by the first key's words, then each run of equal words by the rest.
fn sort_range(keys: &[KeyColumn], rows: &mut [u32]) {
    let Some((first, rest)) = keys.split_first() else {
        return;
    };
    if rows.len() <= FEW {
        rows.sort_by(|a, b| compare_rows(keys, *a, *b));
        return;
    }
    let mut nulls: Vec<u32> = Vec::new();
    let mut entries: Vec<(u64, u32)> = Vec::with_capacity(rows.len());
    for &row in rows.iter() {
        if first.is_null(row) {
            nulls.push(row);
        } else {
            entries.push((first.word(row), row));
        }
    }
    sort_words(&mut entries);
    let (null_rows, value_rows) = if first.nulls_first {
        rows.split_at_mut(nulls.len())
    } else {
        let (values, nulls) = rows.split_at_mut(entries.len());
        (nulls, values)
    };
    null_rows.copy_from_slice(&nulls);
    sort_range(rest, null_rows);
    value_rows.iter_mut().zip(&entries).for_each(|(row, entry)| *row = entry.1);
    if first.exact && rest.is_empty() {
        return;
    }
    let mut start = 0;
    while start < entries.len() {
        let word = entries[start].0;
        let length = entries[start..].iter().take_while(|entry| entry.0 == word).count();
        let run = &mut value_rows[start..start + length];
        if first.exact {
            sort_range(rest, run);
        } else {
            run.sort_by(|a, b| compare_rows(keys, *a, *b));
        }
        start += length;
    }
}

/// Sorts by word, then row. Rows already rise, so a stable sort by bytes of the word is enough: one pass for
/// each byte in which words differ.
fn sort_words(entries: &mut Vec<(u64, u32)>) {
    if entries.len() < 4_096 {
        entries.sort_unstable();
        return;
    }
    let all = entries.iter().fold(u64::MAX, |bits, entry| bits & entry.0);
    let any = entries.iter().fold(0, |bits, entry| bits | entry.0);
    let differing = all ^ any;
    let mut target = vec![(0, 0); entries.len()];
    for byte in 0..8 {
        let shift = byte * 8;
        if (differing >> shift) & 0xFF == 0 {
            continue;
        }
        let mut counts = [0_usize; 256];
        entries.iter().for_each(|entry| counts[(entry.0 >> shift) as usize & 0xFF] += 1);
        let mut next = 0;
        for count in &mut counts {
            next += *count;
            *count = next - *count;
        }
        for entry in entries.iter() {
            let place = &mut counts[(entry.0 >> shift) as usize & 0xFF];
            target[*place] = *entry;
            *place += 1;
        }
        std::mem::swap(entries, &mut target);
    }
}

fn signed(value: i64) -> u64 {
    value as u64 ^ (1 << 63)
}

/// NaN above all, -0 equal to 0.
fn float(value: f64) -> u64 {
    if value.is_nan() {
        return u64::MAX;
    }
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | (1 << 63) }
}

fn prefix(text: &str) -> u64 {
    let bytes = trim(text);
    let mut word = [0; 8];
    let length = bytes.len().min(8);
    word[..length].copy_from_slice(&bytes[..length]);
    u64::from_be_bytes(word)
}

fn words_of(array: &ArrayRef, across: bool) -> SqlResult<(Vec<u64>, bool)> {
    macro_rules! integers {
        ($type:ty) => {
            array.as_primitive::<$type>().values().iter().map(|&value| signed(i64::from(value))).collect()
        };
    }
    let words = match array.data_type() {
        ArrowType::Int16 => integers!(Int16Type),
        ArrowType::Int32 => integers!(Int32Type),
        ArrowType::Int64 => integers!(Int64Type),
        ArrowType::Date32 => integers!(Date32Type),
        ArrowType::Time64(_) => integers!(Time64MicrosecondType),
        ArrowType::Timestamp(_, _) => integers!(TimestampMicrosecondType),
        ArrowType::Boolean => array.as_boolean().values().iter().map(u64::from).collect(),
        ArrowType::Float32 => array
            .as_primitive::<Float32Type>()
            .values()
            .iter()
            .map(|&value| float(f64::from(value)))
            .collect(),
        ArrowType::Float64 => {
            array.as_primitive::<Float64Type>().values().iter().map(|&value| float(value)).collect()
        }
        ArrowType::Decimal128(_, _) => {
            let values = array.as_primitive::<Decimal128Type>().values();
            let narrow = |value: i128| value.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
            let exact = values.iter().all(|&value| i64::try_from(value).is_ok());
            // Across arrays exactness must not depend on this array's values.
            return Ok((values.iter().map(|&value| signed(narrow(value))).collect(), exact && !across));
        }
        ArrowType::Utf8 => {
            let strings = Strings::of(array)?;
            return Ok(((0..array.len()).map(|row| prefix(strings.text(row))).collect(), false));
        }
        ArrowType::Dictionary(_, _) => return dictionary_words(array, across),
        // Intervals and byte strings: every word alike, the values decide.
        _ => return Ok((vec![0; array.len()], false)),
    };
    Ok((words, true))
}

fn dictionary_words(array: &ArrayRef, across: bool) -> SqlResult<(Vec<u64>, bool)> {
    let Strings::Dictionary(keys, values) = Strings::of(array)? else {
        return Ok((vec![0; array.len()], false));
    };
    let codes: Vec<u64> = if across {
        (0..values.len()).map(|code| prefix(values.value(code))).collect()
    } else {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by_key(|&code| trim(values.value(code)));
        let mut ranks = vec![0; values.len()];
        let mut rank = 0;
        for (at, &code) in order.iter().enumerate() {
            if at > 0 && trim(values.value(order[at - 1])) != trim(values.value(code)) {
                rank += 1;
            }
            ranks[code] = rank;
        }
        ranks
    };
    let words = keys.values().iter().map(|&key| codes.get(key as usize).copied().unwrap_or(0)).collect();
    Ok((words, !across))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Float64Array, Int32Array, StringArray};

    use super::*;

    fn order(array: ArrayRef, descending: bool, nulls_first: bool) -> Vec<u32> {
        let rows = array.len();
        sorted_rows(&[KeyColumn::new(array, descending, nulls_first, false).unwrap()], rows)
    }

    #[test]
    fn nulls_go_where_the_key_says() {
        let numbers: ArrayRef = Arc::new(Int32Array::from(vec![Some(3), None, Some(-1), Some(3)]));
        assert_eq!(order(numbers.clone(), false, false), [2, 0, 3, 1]);
        assert_eq!(order(numbers, true, true), [1, 0, 3, 2]);
    }

    #[test]
    fn text_is_ordered_by_bytes_without_trailing_blanks() {
        let texts: ArrayRef =
            Arc::new(StringArray::from(vec!["b", "longprefix2", "B ", "longprefix1", "B", "가"]));
        assert_eq!(order(texts, false, false), [2, 4, 0, 3, 1, 5]);
    }

    #[test]
    fn many_rows_are_sorted_stably() {
        let values: Vec<f64> = (0..10_000).map(|row| f64::from(row * 7_919 % 100) - 50.0).collect();
        let rows = order(Arc::new(Float64Array::from(values.clone())), false, false);
        assert!(rows.windows(2).all(|pair| {
            let (a, b) = (values[pair[0] as usize], values[pair[1] as usize]);
            a < b || (a == b && pair[0] < pair[1])
        }));
    }
}
