//! The order of many rows, found in bounded steps: whoever drives can look up between two of them.
//!
//! Keys are words of 64 bits. A range of rows is dealt into buckets by one key's word, then each bucket is a range
//! of its own, until a range is small enough to be sorted at once or its rows are equal in every key. Partitions
//! of a window are nothing but its first keys. Equal rows keep their order.

use std::cmp::Ordering;

use arrow::array::ArrayRef;

use super::chunks::{CHUNK_ROWS, Chunks};
use super::compare::compare_cells;
use super::sorting::{LENGTH, Lane, SortBy};
use crate::sql::error::SqlResult;

/// Rows looked at in one step.
pub const STEP_ROWS: usize = CHUNK_ROWS;
/// A range up to this long is sorted at once.
const SMALL: usize = 4_096;
/// Up to this many rows are sorted by plain comparison.
const FEW: usize = 12;
/// What sorting a row costs beside dealing it into a bucket.
const SORT_WEIGHT: usize = 4;
/// Buckets of one deal, without the two for NULL.
const BUCKETS: u64 = 4_096;

/// Rows in order.
#[derive(Default)]
pub struct Sorted {
    pub rows: Vec<u32>,
    /// Positions at which a partition begins.
    pub partitions: Vec<u32>,
    /// Positions at which rows of equal keys begin, if asked for.
    pub peers: Vec<u32>,
}

/// A sort on its way.
pub struct Sorter {
    lanes: Vec<Lane>,
    /// So many of the first keys are a window's partition.
    partition_keys: usize,
    wants_peers: bool,
    sorted: Sorted,
    ranges: Vec<Range>,
    dealing: Option<Dealing>,
}

/// Rows that are equal in all keys before `key`, and in its words before `level`.
#[derive(Clone, Copy)]
struct Range {
    start: usize,
    end: usize,
    key: usize,
    level: usize,
    /// The first key in which its first row differs from the row before.
    since: usize,
}

impl Sorter {
    pub fn new(keys: Vec<SortBy>, partition_keys: usize, wants_peers: bool) -> Self {
        Sorter {
            lanes: keys.into_iter().map(Lane::new).collect(),
            partition_keys,
            wants_peers,
            sorted: Sorted::default(),
            ranges: Vec::new(),
            dealing: None,
        }
    }

    /// Bytes held for so many rows while it works.
    pub fn bytes(rows: usize, keys: usize) -> u64 {
        rows as u64 * (16 + 8 * keys as u64)
    }

    /// One bounded piece of work, and how many rows it looked at; nothing when the order is known.
    pub fn step(&mut self, chunks: &Chunks) -> SqlResult<Option<usize>> {
        for lane in &mut self.lanes {
            if let Some(rows) = lane.take_chunk(chunks)? {
                return Ok(Some(rows));
            }
        }
        if self.sorted.rows.is_empty() && chunks.rows() > 0 {
            self.sorted.rows = (0..chunks.rows() as u32).collect();
            self.ranges.push(Range { start: 0, end: chunks.rows(), key: 0, level: 0, since: 0 });
        }
        let mut worked = 0;
        while worked < STEP_ROWS {
            if let Some(mut dealing) = self.dealing.take() {
                let lane = &self.lanes[dealing.range.key];
                worked += dealing.step(lane, chunks, &mut self.sorted.rows, STEP_ROWS - worked)?;
                if dealing.is_over() {
                    self.ranges.extend(dealing.ranges(&self.lanes[dealing.range.key]));
                } else {
                    self.dealing = Some(dealing);
                }
                continue;
            }
            let Some(range) = self.ranges.pop() else { break };
            let length = range.end - range.start;
            if length == 1 || range.key == self.lanes.len() {
                self.begin(range.start, range.since);
                worked += 1;
            } else if length <= SMALL {
                self.sort_small(range.start..range.end, range.key, range.since, chunks)?;
                worked += SORT_WEIGHT * length;
            } else {
                self.dealing = Some(Dealing::new(range));
            }
        }
        Ok(Some(worked).filter(|worked| *worked > 0))
    }

    /// The order, once no step is left.
    pub fn finish(&mut self) -> Sorted {
        std::mem::take(&mut self.sorted)
    }

    /// The row at `position` differs from the one before in this key first.
    fn begin(&mut self, position: usize, since: usize) {
        if since < self.partition_keys || position == 0 {
            self.sorted.partitions.push(position as u32);
        }
        if self.wants_peers {
            self.sorted.peers.push(position as u32);
        }
    }

    /// Whether nobody asks where rows of a different `key` begin.
    fn is_silent(&self, key: usize) -> bool {
        key >= self.partition_keys && !self.wants_peers
    }

    fn sort_small(
        &mut self,
        range: std::ops::Range<usize>,
        key: usize,
        since: usize,
        chunks: &Chunks,
    ) -> SqlResult<()> {
        let Some(lane) = self.lanes.get(key).filter(|_| range.len() > 1) else {
            self.begin(range.start, since);
            return Ok(());
        };
        let rows = &mut self.sorted.rows[range.clone()];
        if rows.len() <= FEW {
            return self.sort_few(range, key, since, chunks);
        }
        let mut nulls = Vec::new();
        let mut entries: Vec<(u64, u32)> = Vec::with_capacity(rows.len());
        for &row in rows.iter() {
            if lane.is_null(row, chunks)? {
                nulls.push(row);
            } else {
                entries.push((lane.word(row), row));
            }
        }
        if !entries.is_sorted() {
            entries.sort_unstable();
        }
        let (values, nulls_at) = if lane.by.nulls_first {
            (nulls.len()..rows.len(), 0)
        } else {
            (0..entries.len(), entries.len())
        };
        rows[nulls_at..nulls_at + nulls.len()].copy_from_slice(&nulls);
        rows[values.clone()].iter_mut().zip(&entries).for_each(|(row, entry)| *row = entry.1);
        let (exact, last) = (lane.is_exact(), key + 1 == self.lanes.len());
        let silent = self.is_silent(key);
        let null_range = range.start + nulls_at..range.start + nulls_at + nulls.len();
        let first = range.start + values.start;
        let since_of = |start: usize| if start == range.start { since } else { key };
        if nulls_at == 0 && !nulls.is_empty() {
            self.sort_small(null_range.clone(), key + 1, since, chunks)?;
        }
        if !entries.is_empty() && exact && last && silent {
            self.begin(first, since_of(first));
        } else {
            let mut at = 0;
            for run in entries.chunk_by(|a, b| a.0 == b.0) {
                let start = first + at;
                at += run.len();
                if run.len() == 1 {
                    // Most often: a row that differs from its neighbours.
                    if start == range.start || !silent {
                        self.begin(start, since_of(start));
                    }
                    continue;
                }
                self.sort_equal_words(start..first + at, key, since_of(start), chunks)?;
            }
        }
        if nulls_at > 0 && !nulls.is_empty() {
            self.sort_small(null_range.clone(), key + 1, since_of(null_range.start), chunks)?;
        }
        Ok(())
    }

    /// Rows with one word of this key, which may stand for different values.
    fn sort_equal_words(
        &mut self,
        range: std::ops::Range<usize>,
        key: usize,
        since: usize,
        chunks: &Chunks,
    ) -> SqlResult<()> {
        let lane = &self.lanes[key];
        if range.len() == 1 || lane.is_exact() {
            return self.sort_small(range, key + 1, since, chunks);
        }
        let rows = &mut self.sorted.rows[range.clone()];
        let mut cells: Vec<(&ArrayRef, usize, u32)> = Vec::with_capacity(rows.len());
        for &row in rows.iter() {
            let (array, at) = chunks.cell(lane.by.column, row)?;
            cells.push((array, at, row));
        }
        let compare = |a: &(&ArrayRef, usize, u32), b: &(&ArrayRef, usize, u32)| {
            let ordering = compare_cells(a.0, a.1, b.0, b.1);
            if lane.by.descending { ordering.reverse() } else { ordering }
        };
        cells.sort_by(compare);
        rows.iter_mut().zip(&cells).for_each(|(row, cell)| *row = cell.2);
        let runs: Vec<usize> = cells.chunk_by(|a, b| compare(a, b).is_eq()).map(<[_]>::len).collect();
        let mut start = range.start;
        for length in runs {
            let since = if start == range.start { since } else { key };
            self.sort_small(start..start + length, key + 1, since, chunks)?;
            start += length;
        }
        Ok(())
    }

    fn sort_few(
        &mut self,
        range: std::ops::Range<usize>,
        key: usize,
        since: usize,
        chunks: &Chunks,
    ) -> SqlResult<()> {
        let lanes = &self.lanes;
        // A column that is not there was found missing when its words were made.
        let compare = |a: u32, b: u32| {
            let differing = (key..lanes.len())
                .map(|key| (lanes[key].compare(a, b, chunks).unwrap_or(Ordering::Equal), key))
                .find(|(ordering, _)| ordering.is_ne());
            differing.unwrap_or((Ordering::Equal, lanes.len()))
        };
        let is_silent = self.is_silent(key);
        let rows = &mut self.sorted.rows[range.clone()];
        rows.sort_by(|a, b| compare(*a, *b).0);
        let mut begins = vec![(range.start, since)];
        for (pair, position) in rows.windows(2).zip(range.start + 1..).filter(|_| !is_silent) {
            let (ordering, differing) = compare(pair[0], pair[1]);
            if ordering.is_ne() {
                begins.push((position, differing));
            }
        }
        begins.into_iter().for_each(|(position, since)| self.begin(position, since));
        Ok(())
    }
}

/// A range too long to be sorted at once, on its way into buckets by one word.
struct Dealing {
    range: Range,
    phase: Phase,
    /// Rows of the range that the phase has seen.
    at: usize,
    rows: Vec<u32>,
    words: Vec<u64>,
    /// Of the words that are not of NULL.
    least: u64,
    greatest: u64,
    in_order: bool,
    nulls: usize,
    /// Some value has more to tell at the next level.
    deeper: bool,
    /// Rows of each bucket; then where its next row goes. The first and the last are for NULL.
    buckets: Vec<usize>,
    counts: Vec<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Measure,
    Count,
    Deal,
    Over,
}

impl Dealing {
    fn new(range: Range) -> Self {
        Dealing {
            range,
            phase: Phase::Measure,
            at: 0,
            rows: Vec::with_capacity(range.end - range.start),
            words: Vec::with_capacity(range.end - range.start),
            least: u64::MAX,
            greatest: 0,
            in_order: true,
            nulls: 0,
            deeper: false,
            buckets: Vec::new(),
            counts: Vec::new(),
        }
    }

    fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    fn shift(&self) -> u32 {
        let span = self.greatest.saturating_sub(self.least);
        (64 - span.leading_zeros()).saturating_sub(BUCKETS.trailing_zeros())
    }

    fn step(&mut self, lane: &Lane, chunks: &Chunks, order: &mut [u32], most: usize) -> SqlResult<usize> {
        let length = self.range.end - self.range.start;
        let (begin, end) = (self.at, length.min(self.at + most));
        match self.phase {
            Phase::Measure => {
                self.measure(lane, chunks, &order[self.range.start + begin..][..end - begin])?
            }
            Phase::Count | Phase::Deal => {
                let (shift, least, last) = (self.shift(), self.least, self.buckets.len() - 1);
                let null_bucket = if lane.by.nulls_first { 0 } else { last };
                for at in begin..end {
                    let row = self.rows[at];
                    let is_null = self.nulls > 0 && lane.is_null(row, chunks)?;
                    let bucket = if is_null {
                        null_bucket
                    } else {
                        1 + (self.words[at].wrapping_sub(least) >> shift) as usize
                    };
                    if self.phase == Phase::Count {
                        self.counts[bucket] += 1;
                    } else {
                        order[self.range.start + self.buckets[bucket]] = row;
                        self.buckets[bucket] += 1;
                    }
                }
            }
            Phase::Over => {}
        }
        self.at = end;
        if end == length {
            self.next_phase();
        }
        Ok(end - begin)
    }

    fn measure(&mut self, lane: &Lane, chunks: &Chunks, order: &[u32]) -> SqlResult<()> {
        for &row in order {
            let word = if lane.is_null(row, chunks)? {
                self.nulls += 1;
                self.words.push(0);
                self.rows.push(row);
                continue;
            } else if self.range.level == 0 {
                lane.word(row)
            } else {
                let (word, deeper) = lane.word_at(self.range.level, row, chunks)?;
                self.deeper |= deeper;
                word
            };
            self.in_order &= word >= self.greatest;
            self.least = self.least.min(word);
            self.greatest = self.greatest.max(word);
            self.words.push(word);
            self.rows.push(row);
        }
        Ok(())
    }

    fn next_phase(&mut self) {
        self.at = 0;
        self.phase = match self.phase {
            Phase::Measure => {
                let span = self.greatest.saturating_sub(self.least) >> self.shift();
                self.counts = vec![0; span as usize + 3];
                self.buckets = vec![0; span as usize + 3];
                Phase::Count
            }
            Phase::Count => {
                let mut start = 0;
                for (count, bucket) in self.counts.iter().zip(&mut self.buckets) {
                    *bucket = start;
                    start += count;
                }
                if self.in_order && self.nulls == 0 { Phase::Over } else { Phase::Deal }
            }
            Phase::Deal | Phase::Over => Phase::Over,
        };
    }

    /// The buckets' ranges, the last first.
    fn ranges(&self, lane: &Lane) -> Vec<Range> {
        let Range { start, key, level, since, .. } = self.range;
        let (shift, last) = (self.shift(), self.counts.len() - 1);
        let mut ranges = Vec::new();
        let mut at = start;
        for (bucket, &count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let since = if at == start { since } else { key };
            let is_whole = shift == 0 && (lane.is_exact() || level == LENGTH);
            let (key, level) = match bucket {
                bucket if bucket == 0 || bucket == last || is_whole => (key + 1, 0),
                _ if shift == 0 && level > 0 && !self.deeper => (key, LENGTH),
                _ if shift == 0 => (key, level + 1),
                _ => (key, level),
            };
            ranges.push(Range { start: at, end: at + count, key, level, since });
            at += count;
        }
        ranges.reverse();
        ranges
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Array, Decimal128Array, Int64Array, StringArray};

    use super::*;
    use crate::sql::execute::sorting::sorted_rows;
    use crate::sql::outcome::Batch;

    fn by(column: usize, descending: bool, nulls_first: bool) -> SortBy {
        SortBy { column, descending, nulls_first }
    }

    fn numbers(rows: i64, value: impl Fn(i64) -> Option<i64>) -> ArrayRef {
        Arc::new((0..rows).map(value).collect::<Int64Array>())
    }

    /// Sorted in steps as by comparing, with partitions and peers where keys change.
    fn agrees(columns: Vec<ArrayRef>, keys: Vec<SortBy>, partition_keys: usize) {
        let rows = columns[0].len();
        let chunks = Chunks::of(Batch { columns, rows }).unwrap();
        let mut sorter = Sorter::new(keys.clone(), partition_keys, true);
        while let Some(worked) = sorter.step(&chunks).unwrap() {
            assert!(worked <= STEP_ROWS + SORT_WEIGHT * SMALL, "{worked} rows in one step");
        }
        let sorted = sorter.finish();
        let order_of = |keys: &[SortBy], a: u32, b: u32| {
            let each = keys.iter().map(|key| {
                let (left, right) =
                    (chunks.cell(key.column, a).unwrap(), chunks.cell(key.column, b).unwrap());
                match (left.0.is_null(left.1), right.0.is_null(right.1)) {
                    (true, true) => Ordering::Equal,
                    (true, false) => {
                        if key.nulls_first {
                            Ordering::Less
                        } else {
                            Ordering::Greater
                        }
                    }
                    (false, true) => {
                        if key.nulls_first {
                            Ordering::Greater
                        } else {
                            Ordering::Less
                        }
                    }
                    (false, false) if key.descending => compare_cells(right.0, right.1, left.0, left.1),
                    (false, false) => compare_cells(left.0, left.1, right.0, right.1),
                }
            });
            each.fold(Ordering::Equal, Ordering::then)
        };
        let mut expected: Vec<u32> = (0..rows as u32).collect();
        expected.sort_by(|a, b| order_of(&keys, *a, *b));
        assert!(sorted.rows == expected);
        let starts = |keys: &[SortBy]| -> Vec<u32> {
            (0..rows)
                .filter(|&at| at == 0 || order_of(keys, expected[at - 1], expected[at]).is_ne())
                .map(|at| at as u32)
                .collect()
        };
        assert!(sorted.partitions == starts(&keys[..partition_keys]));
        assert!(sorted.peers == starts(&keys));
    }

    #[test]
    fn numbers_in_partitions() {
        let first = numbers(100_000, |n| (n % 11 != 0).then_some(n * 7_919 % 3));
        let second = numbers(100_000, |n| (n % 13 != 0).then_some(n * 104_729 % 90_001 * (1 << 40)));
        agrees(vec![first.clone(), second.clone()], vec![by(0, false, false), by(1, true, true)], 1);
        agrees(vec![second, first], vec![by(1, true, true), by(0, false, false)], 1);
    }

    #[test]
    fn what_lies_in_order_and_what_is_all_alike() {
        agrees(vec![numbers(70_000, |n| Some(n / 3))], vec![by(0, false, false)], 0);
        agrees(vec![numbers(70_000, |n| Some(n / 3))], vec![by(0, true, false)], 1);
        agrees(vec![numbers(9_000, |_| None)], vec![by(0, true, false)], 1);
        agrees(vec![numbers(9_000, |_| Some(4))], vec![], 0);
        agrees(vec![numbers(3, |n| Some(-n))], vec![by(0, false, false)], 0);
    }

    #[test]
    fn long_texts_with_one_beginning() {
        let text = |n: i64| {
            (n % 17 != 0).then(|| {
                format!("all of these begin alike {:>7}{}", n * 7_919 % 900, " ".repeat(n as usize % 3))
            })
        };
        let texts: ArrayRef = Arc::new((0..60_000).map(text).collect::<StringArray>());
        let second = numbers(60_000, |n| Some(n % 4));
        agrees(vec![texts.clone(), second.clone()], vec![by(0, false, false), by(1, true, false)], 1);
        agrees(vec![texts, second], vec![by(1, false, false), by(0, true, true)], 1);
        let same: ArrayRef = Arc::new(
            (0..6_000)
                .map(|n| Some(if n % 2 == 0 { "just this text" } else { "just this text\0" }))
                .collect::<StringArray>(),
        );
        agrees(vec![same], vec![by(0, false, false)], 0);
    }

    #[test]
    fn decimals_beyond_64_bits() {
        let wide = |n: i64| Some(i128::from(n * 7_919 % 501 - 250) << (n % 3 * 40));
        let decimals: ArrayRef = Arc::new((0..50_000).map(wide).collect::<Decimal128Array>());
        agrees(vec![decimals.clone()], vec![by(0, false, false)], 0);
        agrees(vec![decimals], vec![by(0, true, false)], 1);
    }

    #[test]
    fn a_short_way_for_a_few_columns() {
        let texts: ArrayRef =
            Arc::new(StringArray::from(vec!["b", "longprefix2", "B ", "longprefix1", "B", "가"]));
        assert_eq!(sorted_rows(vec![texts], 6, vec![by(0, false, false)]).unwrap(), [2, 4, 0, 3, 1, 5]);
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(3), None, Some(-1), Some(3)]));
        assert_eq!(sorted_rows(vec![numbers.clone()], 4, vec![by(0, false, false)]).unwrap(), [2, 0, 3, 1]);
        assert_eq!(sorted_rows(vec![numbers], 4, vec![by(0, true, true)]).unwrap(), [1, 0, 3, 2]);
    }
}
