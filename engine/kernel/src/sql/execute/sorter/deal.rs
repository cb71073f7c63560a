//! A range too long to be sorted at once, on its way into buckets.

use super::{BUCKETS, Range};
use crate::sql::error::SqlResult;
use crate::sql::execute::chunks::Chunks;
use crate::sql::execute::sorting::{LENGTH, Lane};

/// A range too long to be sorted at once, on its way into buckets by one word.
pub(super) struct Dealing {
    pub(super) range: Range,
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
    pub(super) fn new(range: Range) -> Self {
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

    pub(super) fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    fn shift(&self) -> u32 {
        let span = self.greatest.saturating_sub(self.least);
        (64 - span.leading_zeros()).saturating_sub(BUCKETS.trailing_zeros())
    }

    pub(super) fn step(
        &mut self,
        lane: &Lane,
        chunks: &Chunks,
        order: &mut [u32],
        most: usize,
    ) -> SqlResult<usize> {
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
    pub(super) fn ranges(&self, lane: &Lane) -> Vec<Range> {
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
