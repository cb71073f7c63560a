//! Where rows lie: immutable blocks of column data, and the list of them that is a table.
//!
//! An insert adds segments, a delete adds marks, a vacuum writes new segments and forgets old ones; nothing
//! is ever changed in place. Transactions, snapshots, restore and persistence all follow from that one fact.

pub mod codec;
pub mod dictionary;
pub mod join;
mod layout;
mod measure;
pub mod slices;
pub mod write;
pub mod zone;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use serde::{Deserialize, Serialize};

use self::layout::Layout;
use self::slices::SliceRows;
use super::value::Value;

/// Rows of one segment at most; a scan yields one batch a segment.
pub const SEGMENT_ROWS: usize = 65_536;

/// The rows of a table: segments in order of arrival.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct TableData {
    pub segments: Vec<StoredSegment>,
    /// Grows with every change; what a commit compares to find a conflict.
    pub version: u64,
    /// Rows that ANALYZE, or a load that analyses, last counted; what the statistics say.
    pub analyzed_rows: u64,
}

/// A segment as a table refers to it: shared blocks and this table's delete marks on them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredSegment {
    pub segment: Segment,
    /// Sorted ascending row numbers that are deleted (ghost rows).
    pub deleted: Arc<Vec<u32>>,
    /// How many of its rows each slice holds.
    pub slices: SliceRows,
    pub region: Region,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Region {
    Sorted,
    Unsorted,
}

/// Immutable columns of up to [`SEGMENT_ROWS`] rows. A manifest is written with the number only; the blocks
/// are written once, and filled in again after reading.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Segment {
    pub rows: u32,
    pub columns: Vec<Block>,
}

/// One column's part of a segment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Block {
    /// Unique in the sandbox and never reused: the key under which the bytes are kept.
    pub id: u64,
    /// Size in bytes as held in memory.
    pub bytes: u32,
    /// Size in bytes of the values themselves, one after the other.
    pub plain_bytes: u32,
    /// Runs of equal neighbours.
    pub runs: u32,
    pub nulls: u32,
    /// Least and greatest value, `None` when all are NULL or the type has no order.
    pub zone: Option<(Value, Value)>,
    #[serde(skip)]
    data: Option<Layout>,
}

impl Block {
    /// A block of `array`, held in the layout that suits it.
    pub fn new(id: u64, array: ArrayRef) -> Self {
        let runs = measure::runs(&array);
        let (nulls, zone) = (array.null_count() as u32, zone::zone(&array));
        let plain_bytes = measure::plain_bytes(&array) as u32;
        let layout = Layout::of(array, runs);
        let bytes = layout.bytes() as u32;
        Block { id, bytes, plain_bytes, runs: runs as u32, nulls, zone, data: Some(layout) }
    }

    /// The column's values; `None` only between reading a manifest and filling it.
    pub fn array(&self) -> Option<ArrayRef> {
        self.data.as_ref().map(|layout| layout.slice(0, layout.rows()))
    }

    /// `rows` values from `start` on; `None` as for [`Block::array`].
    pub fn slice(&self, start: usize, rows: usize) -> Option<ArrayRef> {
        self.data.as_ref().map(|layout| layout.slice(start, rows))
    }

    pub fn fill(&mut self, array: ArrayRef) {
        self.data = Some(Layout::of(array, self.runs as usize));
    }
}

impl Segment {
    /// Every column's values; `None` only between reading a manifest and filling it.
    pub fn arrays(&self) -> Option<Vec<ArrayRef>> {
        self.columns.iter().map(Block::array).collect()
    }
}

impl TableData {
    /// Rows that a query sees.
    pub fn visible_rows(&self) -> u64 {
        self.segments.iter().map(|s| u64::from(s.segment.rows) - s.deleted.len() as u64).sum()
    }

    /// Rows that lie on disk, deleted ones included.
    pub fn stored_rows(&self) -> u64 {
        self.segments.iter().map(|s| u64::from(s.segment.rows)).sum()
    }

    /// Rows that lie in the sorted region, deleted ones included.
    pub fn sorted_rows(&self) -> u64 {
        let sorted = self.segments.iter().filter(|stored| stored.region == Region::Sorted);
        sorted.map(|stored| u64::from(stored.segment.rows)).sum()
    }
}
