//! Rows found by one string: how the built side of a join on a single string is kept.
//!
//! Strings that number rows seldom occur twice, and each lies somewhere else in memory, so what a lookup costs is how
//! many places it must read. Here one place holds the row together with half of its hash: strangers are passed by
//! without a look at their text, and rows with the same string hang on a list of their own, kept only if there are any.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType as ArrowType, Int32Type};

use super::gather::NO_ROW;
use super::intern::hash_bytes;
use super::strings::{Strings, trim};
use crate::sql::error::SqlResult;

/// Rows that find their places in one go.
const PIECE: usize = 1 << 17;
const EMPTY: u64 = NO_ROW as u64;
/// Rows that are looked for by hash before those behind them are looked for beside them.
const STRETCH: usize = 64;
/// How often a batch may fail in that before it is all looked for by hash.
const MISSES: usize = 4;

pub struct StringTable {
    column: ArrayRef,
    /// The upper half of a string's hash, then the first row with that string; [`EMPTY`] where none is. Looked for from
    /// the place that the lower half names, on to the first empty one.
    slots: Vec<u64>,
    /// By row, the next one with the same string, or [`NO_ROW`]; empty while no string has come twice.
    twins: Vec<u32>,
    /// Rows before this one have no place yet: they come from the back, so that twins run in the rows' order.
    unlinked: usize,
}

impl StringTable {
    pub fn takes(layout: &ArrowType) -> bool {
        matches!(layout, ArrowType::Utf8 | ArrowType::Dictionary(_, _))
    }

    /// A table of the rows of `column`, to be linked. NULL has no place.
    pub fn new(column: &ArrayRef) -> StringTable {
        let rows = column.len();
        let slots = vec![EMPTY; (rows + rows / 3 + 1).next_power_of_two()];
        StringTable { column: column.clone(), slots, twins: Vec::new(), unlinked: rows }
    }

    pub fn bytes(&self) -> u64 {
        (self.slots.len() * 8 + self.twins.len() * 4) as u64
    }

    /// Gives more rows their places; false when all have one.
    pub fn link(&mut self) -> SqlResult<bool> {
        let strings = Strings::of(&self.column)?;
        let from = self.unlinked.saturating_sub(PIECE);
        let hashes = hashes(strings, from..self.unlinked);
        let mask = self.slots.len() - 1;
        for (row, hash) in (from..self.unlinked).zip(hashes).rev() {
            let Some(text) = strings.get(row) else { continue };
            let own = hash & !EMPTY | row as u64;
            let mut place = hash as usize & mask;
            loop {
                let slot = &mut self.slots[place];
                let head = *slot as u32;
                if head == NO_ROW {
                    *slot = own;
                    break;
                }
                if (*slot ^ hash) <= EMPTY && trim(strings.text(head as usize)) == trim(text) {
                    *slot = own;
                    if self.twins.is_empty() {
                        self.twins = vec![NO_ROW; strings.rows()];
                    }
                    self.twins[row] = head;
                    break;
                }
                place = (place + 1) & mask;
            }
        }
        self.unlinked = from;
        Ok(from > 0)
    }

    /// For each value of a column the first row with that string, or [`NO_ROW`]. NULL finds nothing.
    pub fn first(&self, column: &ArrayRef) -> SqlResult<Vec<u32>> {
        if column.data_type() != &ArrowType::Utf8 {
            let dictionary = column.as_dictionary::<Int32Type>();
            let values = self.first(dictionary.values())?;
            return Ok(dictionary
                .keys()
                .iter()
                .map(|key| key.map_or(NO_ROW, |key| values[key as usize]))
                .collect());
        }
        let (strings, own) = (Strings::of(column)?, Strings::of(&self.column)?);
        let mut found = Vec::with_capacity(column.len());
        let mut misses = if self.repeats() { MISSES } else { 0 };
        while found.len() < column.len() {
            let from = found.len();
            let more = if misses < MISSES { STRETCH } else { column.len() };
            self.seek(strings, own, from..column.len().min(from + more), &mut found);
            // Tables that were loaded together lie in the same order: whoever comes next is then found beside who came
            // before, without a hash and without a leap through memory.
            while misses < MISSES && found.len() < column.len() {
                let beside = found.last().map_or(NO_ROW, |row| row.wrapping_add(1)) as usize;
                match strings.get(found.len()) {
                    Some(text)
                        if beside < own.rows()
                            && own.get(beside).is_some_and(|own| trim(own) == trim(text)) =>
                    {
                        found.push(beside as u32);
                    }
                    _ => break,
                }
            }
            misses = if found.len() < from + 2 * more { misses + 1 } else { 0 };
        }
        Ok(found)
    }

    /// Some of the rows of [`StringTable::first`], each by its hash.
    fn seek(
        &self,
        strings: Strings<'_>,
        own: Strings<'_>,
        rows: std::ops::Range<usize>,
        found: &mut Vec<u32>,
    ) {
        let mask = self.slots.len() - 1;
        // Three loops: hashes, places, texts. Within each, no read waits for another row's.
        let hashes = hashes(strings, rows.clone());
        let start = found.len();
        found.extend(hashes.iter().map(|hash| self.alike(*hash as usize & mask, *hash) as u32));
        for ((row, at), hash) in rows.zip(&mut found[start..]).zip(&hashes) {
            let Some(text) = strings.get(row) else {
                *at = NO_ROW;
                continue;
            };
            let text = trim(text);
            loop {
                let head = self.slots[*at as usize] as u32;
                if head == NO_ROW || trim(own.text(head as usize)) == text {
                    *at = head;
                    break;
                }
                *at = self.alike((*at as usize + 1) & mask, *hash) as u32;
            }
        }
    }

    /// From a place on, the first one with this hash, or the first empty one.
    #[inline(always)]
    fn alike(&self, mut place: usize, hash: u64) -> usize {
        let mask = self.slots.len() - 1;
        loop {
            let slot = self.slots[place];
            if slot as u32 == NO_ROW || (slot ^ hash) <= EMPTY {
                return place;
            }
            place = (place + 1) & mask;
        }
    }

    /// For each row the next one with the same string.
    #[inline(always)]
    pub fn next(&self, row: u32) -> u32 {
        self.twins.get(row as usize).copied().unwrap_or(NO_ROW)
    }

    /// Whether a string occurs twice.
    pub fn repeats(&self) -> bool {
        !self.twins.is_empty()
    }
}

/// One for each row; that of NULL means nothing.
fn hashes(strings: Strings<'_>, rows: std::ops::Range<usize>) -> Vec<u64> {
    rows.map(|row| strings.get(row).map_or(0, |text| hash_bytes(trim(text)))).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{DictionaryArray, Int32Array, StringArray};

    use super::*;

    fn linked(own: &ArrayRef) -> StringTable {
        let mut table = StringTable::new(own);
        while table.link().unwrap() {}
        table
    }

    fn column(values: &[Option<&str>]) -> ArrayRef {
        Arc::new(values.iter().copied().collect::<StringArray>())
    }

    /// All rows found for each value, beside what a look at every row finds.
    fn found(own: &[Option<&str>], asked: &[Option<&str>]) {
        let table = linked(&column(own));
        let firsts = table.first(&column(asked)).unwrap();
        for (first, value) in firsts.iter().zip(asked) {
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

    #[test]
    fn every_row_of_a_string_is_found_in_order() {
        let own = [Some("a"), Some("b"), None, Some(""), Some("a"), Some("한글"), Some("a")];
        found(&own, &[Some("a"), Some("한글"), Some(""), Some("c"), None, Some("b")]);
        found(&[], &[Some("a"), None]);
        found(&[None], &[Some(""), None]);
        let many: Vec<String> = (0..5_000).map(|n| format!("key {}", n % 1_700)).collect();
        let many: Vec<Option<&str>> = many.iter().map(|text| Some(text.as_str())).collect();
        found(&many, &many[..600]);
    }

    #[test]
    fn rows_in_the_same_order_are_found_beside_each_other() {
        let own: Vec<String> = (0..3_000).map(|n| format!("key {n}")).collect();
        let own: Vec<Option<&str>> = own.iter().map(|text| Some(text.as_str())).collect();
        found(&own, &own);
        // With gaps, strangers and NULL between, and the end of the table before the end of the batch.
        let mut asked: Vec<Option<&str>> = own[500..].to_vec();
        asked.extend([None, Some("stranger")]);
        asked.extend(own[2_900..].iter().chain(&own[..900]).filter(|text| !text.unwrap().ends_with("77")));
        asked.insert(700, None);
        asked.insert(1_500, Some("stranger"));
        asked.extend([own[2_999]; 3]);
        found(&own, &asked);
        // A string that comes twice belongs to its first row, wherever the second lies.
        let mut twice = own.clone();
        twice.push(own[1_000]);
        found(&twice, &own);
    }

    #[test]
    fn trailing_blanks_do_not_tell_strings_apart() {
        let table = linked(&column(&[Some("a"), Some("a ")]));
        assert_eq!(table.first(&column(&[Some("a  "), Some(" a")])).unwrap(), [0, NO_ROW]);
        assert_eq!(table.next(0), 1);
        assert!(table.repeats());
    }

    #[test]
    fn strings_that_differ_keep_no_list() {
        assert!(!linked(&column(&[Some("x"), Some("y"), None, None])).repeats());
    }

    #[test]
    fn a_dictionary_asks_once_a_value() {
        let table = linked(&column(&[Some("x"), None, Some("y")]));
        let keys = Int32Array::from(vec![Some(1), None, Some(0), Some(1)]);
        let asked: ArrayRef =
            Arc::new(DictionaryArray::new(keys, Arc::new(StringArray::from(vec!["y", "z"]))));
        assert_eq!(table.first(&asked).unwrap(), [NO_ROW, NO_ROW, 2, NO_ROW]);
    }

    #[test]
    fn more_rows_than_one_piece_are_linked() {
        let own: Vec<String> = (0..PIECE + 10).map(|n| (n / 2).to_string()).collect();
        let own: ArrayRef = Arc::new(StringArray::from(own));
        let mut table = StringTable::new(&own);
        assert!(table.link().unwrap());
        assert!(!table.link().unwrap());
        let first = table.first(&own).unwrap();
        assert!(first.iter().zip(0u32..).all(|(first, row)| *first == row & !1));
    }
}
