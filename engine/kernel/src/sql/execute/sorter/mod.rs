//! The order of many rows, found in bounded steps: whoever drives can look up between two of them.
//!
//! Keys are words of 64 bits. A range of rows is dealt into buckets by one key's word, then each bucket is a range
//! of its own, until a range is small enough to be sorted at once or its rows are equal in every key. Partitions
//! of a window are nothing but its first keys. Equal rows keep their order.

mod deal;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use arrow::array::ArrayRef;

use super::chunks::{CHUNK_ROWS, Chunks};
use super::compare::compare_cells;
use super::sorting::{Lane, SortBy};
use crate::sql::error::SqlResult;
use deal::Dealing;

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
    #[inline(always)]
    fn begin(&mut self, position: usize, since: usize) {
        if since < self.partition_keys || position == 0 {
            self.sorted.partitions.push(position as u32);
        }
        if self.wants_peers {
            self.sorted.peers.push(position as u32);
        }
    }

    /// Whether nobody asks where rows of a different `key` begin.
    #[inline(always)]
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
