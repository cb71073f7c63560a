//! The order of rows by sort keys: stable, NULLs where the key puts them.
//!
//! Each key becomes a column of 64-bit words that compare as the values do (exactly, or as far as 64 bits
//! reach), so that most comparisons are of two integers.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{
    DataType as ArrowType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type,
    Int64Type, IntervalMonthDayNanoType, Time64MicrosecondType, TimestampMicrosecondType,
};

use super::chunks::Chunks;
use super::compare::{compare_cells, length};
use super::sorter::Sorter;
use super::strings::{Strings, trim};
use crate::sql::error::SqlResult;
use crate::sql::outcome::Batch;

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
        // Across arrays exactness must not depend on this array's values.
        let exact = exact && !(across && matches!(array.data_type(), ArrowType::Decimal128(_, _)));
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
        let ordering = compare_cells(&self.array, left as usize, &self.array, right as usize);
        if self.descending { ordering.reverse() } else { ordering }
    }
}

impl KeyColumn {
    /// As [`KeyColumn::compare`], with a row of another array; both were made to be compared `across`.
    pub fn compare_across(&self, left: u32, other: &KeyColumn, right: u32) -> Ordering {
        match (self.is_null(left), other.is_null(right)) {
            (true, true) => return Ordering::Equal,
            (true, false) => return if self.nulls_first { Ordering::Less } else { Ordering::Greater },
            (false, true) => return if self.nulls_first { Ordering::Greater } else { Ordering::Less },
            (false, false) => {}
        }
        let ordering = self.word(left).cmp(&other.word(right));
        if (self.exact && other.exact) || ordering.is_ne() {
            return ordering;
        }
        let ordering = compare_cells(&self.array, left as usize, &other.array, right as usize);
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

/// What rows are sorted by: a column, and how.
#[derive(Clone, Copy, Debug)]
pub struct SortBy {
    pub column: usize,
    pub descending: bool,
    pub nulls_first: bool,
}

/// The rows in order; equal rows keep theirs. For rows few enough to be sorted in one piece.
pub fn sorted_rows(columns: Vec<ArrayRef>, rows: usize, keys: Vec<SortBy>) -> SqlResult<Vec<u32>> {
    let chunks = Chunks::of(Batch { columns, rows })?;
    let mut sorter = Sorter::new(keys, 0, false);
    while sorter.step(&chunks)?.is_some() {}
    Ok(sorter.finish().rows)
}

/// One sort key over rows that lie in chunks.
pub struct Lane {
    pub by: SortBy,
    words: Vec<u64>,
    exact: bool,
    has_nulls: bool,
    /// Chunks whose words are there.
    taken: usize,
    /// Dictionaries and, for each of their codes, its rank among the values of all.
    ranks: Vec<(ArrayRef, Vec<u64>)>,
}

/// Values of all dictionaries of a column that are ranked against each other in one piece.
const MOST_RANKED: usize = 65_536;

/// The level behind all words: texts that end alike in all of them may still differ in zeros at their end.
pub const LENGTH: usize = usize::MAX;

impl Lane {
    pub fn new(by: SortBy) -> Self {
        Lane { by, words: Vec::new(), exact: true, has_nulls: false, taken: 0, ranks: Vec::new() }
    }

    /// Makes the words of the next chunk; how many, or nothing when all are there.
    pub fn take_chunk(&mut self, chunks: &Chunks) -> SqlResult<Option<usize>> {
        if self.taken == chunks.count() {
            return Ok(None);
        }
        if self.taken == 0 {
            self.words.reserve_exact(chunks.rows());
            self.rank(chunks)?;
        }
        let part = chunks.part(self.by.column, self.taken)?;
        self.taken += 1;
        let ranks = match part.data_type() {
            ArrowType::Dictionary(_, _) => {
                let dictionary = part.as_dictionary::<Int32Type>();
                let ranked = self.ranks.iter().find(|(values, _)| Arc::ptr_eq(values, dictionary.values()));
                ranked.map(|(_, ranks)| (dictionary.keys().values(), ranks))
            }
            _ => None,
        };
        let (words, exact) = match ranks {
            Some((codes, ranks)) => {
                (codes.iter().map(|&code| ranks.get(code as usize).copied().unwrap_or(0)).collect(), true)
            }
            None => words_of(part, true)?,
        };
        let mask = if self.by.descending { u64::MAX } else { 0 };
        self.words.extend(words.iter().map(|word| word ^ mask));
        self.exact &= exact;
        self.has_nulls |= part.null_count() > 0;
        Ok(Some(words.len()))
    }

    /// Ranks the values of the dictionaries, if the column lies in dictionaries throughout.
    fn rank(&mut self, chunks: &Chunks) -> SqlResult<()> {
        let mut dictionaries: Vec<&ArrayRef> = Vec::new();
        for chunk in 0..chunks.count() {
            let part = chunks.part(self.by.column, chunk)?;
            if !matches!(part.data_type(), ArrowType::Dictionary(_, _)) {
                return Ok(());
            }
            let values = part.as_dictionary::<Int32Type>().values();
            if !dictionaries.iter().any(|known| Arc::ptr_eq(known, values)) {
                dictionaries.push(values);
            }
        }
        if dictionaries.iter().map(|values| values.len()).sum::<usize>() > MOST_RANKED {
            return Ok(());
        }
        let texts = dictionaries.iter().flat_map(|values| {
            let texts = values.as_string::<i32>();
            (0..texts.len()).map(move |code| trim(texts.value(code)))
        });
        let mut order: Vec<(&[u8], usize)> = texts.zip(0..).collect();
        order.sort_unstable();
        let mut ranks = vec![0; order.len()];
        for (rank, equal) in (0..).zip(order.chunk_by(|a, b| a.0 == b.0)) {
            equal.iter().for_each(|(_, at)| ranks[*at] = rank);
        }
        let mut ranks = ranks.into_iter();
        self.ranks = dictionaries
            .into_iter()
            .map(|values| (values.clone(), ranks.by_ref().take(values.len()).collect()))
            .collect();
        Ok(())
    }

    pub fn is_exact(&self) -> bool {
        self.exact
    }

    /// Smaller words come first. Meaningless for NULL.
    pub fn word(&self, row: u32) -> u64 {
        self.words[row as usize]
    }

    pub fn is_null(&self, row: u32, chunks: &Chunks) -> SqlResult<bool> {
        if !self.has_nulls {
            return Ok(false);
        }
        let (array, at) = chunks.cell(self.by.column, row)?;
        Ok(array.is_null(at))
    }

    /// What the value says behind its first word: for a level from 1 on a word, and whether more follow.
    pub fn word_at(&self, level: usize, row: u32, chunks: &Chunks) -> SqlResult<(u64, bool)> {
        let (array, at) = chunks.cell(self.by.column, row)?;
        let wide = |value: i128| match level {
            1 => (signed((value >> 64) as i64), true),
            _ => (value as u64, false),
        };
        let bytes = |bytes: &[u8], from: usize| match bytes.get(from..) {
            _ if level == LENGTH => (bytes.len() as u64, false),
            Some(rest) if !rest.is_empty() => (first_word(rest), true),
            _ => (0, false),
        };
        let (word, deeper) = match array.data_type() {
            ArrowType::Decimal128(_, _) => wide(array.as_primitive::<Decimal128Type>().value(at)),
            ArrowType::Interval(_) => {
                wide(length(array.as_primitive::<IntervalMonthDayNanoType>().value(at)))
            }
            ArrowType::Binary => bytes(array.as_binary::<i32>().value(at), (level - 1).saturating_mul(8)),
            ArrowType::Utf8 | ArrowType::Dictionary(_, _) => {
                bytes(trim(Strings::of(array)?.text(at)), level.saturating_mul(8))
            }
            _ => (0, false),
        };
        Ok((if self.by.descending { !word } else { word }, deeper))
    }

    pub fn compare(&self, left: u32, right: u32, chunks: &Chunks) -> SqlResult<Ordering> {
        if self.has_nulls {
            let first = if self.by.nulls_first { Ordering::Less } else { Ordering::Greater };
            match (self.is_null(left, chunks)?, self.is_null(right, chunks)?) {
                (true, true) => return Ok(Ordering::Equal),
                (true, false) => return Ok(first),
                (false, true) => return Ok(first.reverse()),
                (false, false) => {}
            }
        }
        let ordering = self.word(left).cmp(&self.word(right));
        if self.exact || ordering.is_ne() {
            return Ok(ordering);
        }
        let (left, right) = (chunks.cell(self.by.column, left)?, chunks.cell(self.by.column, right)?);
        let ordering = compare_cells(left.0, left.1, right.0, right.1);
        Ok(if self.by.descending { ordering.reverse() } else { ordering })
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
    first_word(trim(text))
}

fn first_word(bytes: &[u8]) -> u64 {
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
            return Ok((values.iter().map(|&value| signed(narrow(value))).collect(), exact));
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
        crate::sorted::sort_by(&mut order, |&one, &other| {
            trim(values.value(one)).cmp(trim(values.value(other)))
        });
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
