//! Where rows lie: immutable blocks of column data, and the list of them that is a table.
//!
//! An insert adds segments, a delete adds marks, a vacuum writes new segments and forgets old ones; nothing
//! is ever changed in place. Transactions, snapshots, restore and persistence all follow from that one fact.

pub mod codec;
pub mod dictionary;
pub mod distinct;
pub mod generated;
pub mod join;
mod layout;
mod measure;
pub mod slices;
pub mod write;
pub mod zone;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use serde::{Deserialize, Serialize};

use self::generated::{Generated, Recipe};
use self::layout::Layout;
use self::slices::SliceRows;
use super::value::Value;
use crate::clock::Instant;

/// Rows of one segment at most; a scan yields one batch a segment.
pub const SEGMENT_ROWS: usize = 65_536;

/// The rows of a table: segments in order of arrival.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct TableData {
    pub segments: Vec<StoredSegment>,
    /// Grows with every change; what a commit compares to find a conflict.
    pub version: u64,
    pub analyzed: Analyzed,
}

/// What the statistics say of a table, and what has happened to it since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Analyzed {
    /// Rows that ANALYZE, or a load that analyses, last counted.
    pub rows: u64,
    /// When; `None` for never.
    pub at: Option<Instant>,
    /// Rows that came and went since then; an updated row did both.
    pub inserted: u64,
    pub deleted: u64,
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
    /// The first block of the segment that it began as, where that was written anew together with rows that followed. Only an
    /// open transaction compares it, and none outlives its session: not stored.
    #[serde(skip)]
    pub grown_from: Option<u64>,
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
    values: Values,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Values {
    /// Absent only between reading a manifest and filling it.
    Held {
        facts: Facts,
        #[serde(skip)]
        layout: Option<Layout>,
    },
    Generated {
        column: Arc<Generated>,
        piece: u32,
    },
}

/// What is known of a block without reading it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Facts {
    /// Size in bytes of the values themselves, one after the other.
    pub plain_bytes: u32,
    /// Runs of equal neighbours.
    pub runs: u32,
    pub nulls: u32,
    /// Least and greatest value, `None` when all are NULL or the type has no order.
    pub zone: Option<(Value, Value)>,
}

impl Facts {
    /// Those of `array`, and the layout that suits it.
    fn of(array: ArrayRef) -> (Facts, Layout) {
        let runs = measure::runs(&array);
        let facts = Facts {
            plain_bytes: measure::plain_bytes(&array) as u32,
            runs: runs as u32,
            nulls: array.null_count() as u32,
            zone: zone::zone(&array),
        };
        (facts, Layout::of(array, runs))
    }
}

impl Block {
    /// A block of `array`, held in the layout that suits it.
    pub fn new(id: u64, array: ArrayRef) -> Self {
        let (facts, layout) = Facts::of(array);
        Block { id, bytes: layout.bytes() as u32, values: Values::Held { facts, layout: Some(layout) } }
    }

    /// Bytes as backups and managed storage count it: the product's blocks have 1 MB.
    pub fn stored_bytes(&self) -> u64 {
        u64::from(self.bytes).div_ceil(1 << 20).max(1) << 20
    }

    /// `None` only between reading a manifest and filling it, as for everything read by way of it.
    fn layout(&self) -> Option<&Layout> {
        match &self.values {
            Values::Held { layout, .. } => layout.as_ref(),
            Values::Generated { column, piece } => column.piece(*piece).map(|(_, layout)| layout),
        }
    }

    pub fn facts(&self) -> Option<&Facts> {
        match &self.values {
            Values::Held { facts, .. } => Some(facts),
            Values::Generated { column, piece } => column.piece(*piece).map(|(facts, _)| facts),
        }
    }

    /// Least and greatest value, `None` when all are NULL or the type has no order.
    pub fn zone(&self) -> Option<&(Value, Value)> {
        self.facts()?.zone.as_ref()
    }

    /// The column's values.
    pub fn array(&self) -> Option<ArrayRef> {
        self.layout().map(|layout| layout.slice(0, layout.rows()))
    }

    /// `rows` values from `start` on.
    pub fn slice(&self, start: usize, rows: usize) -> Option<ArrayRef> {
        self.layout().map(|layout| layout.slice(start, rows))
    }

    /// What it is made from, if it need not be stored.
    pub fn recipe(&self) -> Option<Recipe> {
        match &self.values {
            Values::Held { .. } => None,
            Values::Generated { column, .. } => Some(column.recipe),
        }
    }

    pub fn fill(&mut self, array: ArrayRef) {
        if let Values::Held { facts, layout } = &mut self.values {
            *layout = Some(Layout::of(array, facts.runs as usize));
        }
    }

    /// Gives a block that was read with its recipe the column that is made by it.
    pub fn link(&mut self, generated: &Arc<Generated>) {
        if let Values::Generated { column, .. } = &mut self.values {
            *column = generated.clone();
        }
    }
}

impl Segment {
    pub fn bytes(&self) -> u64 {
        self.columns.iter().map(|block| u64::from(block.bytes)).sum()
    }

    /// Every column's values; `None` only between reading a manifest and filling it.
    pub fn arrays(&self) -> Option<Vec<ArrayRef>> {
        self.columns.iter().map(Block::array).collect()
    }
}

impl StoredSegment {
    /// The block with which it began: two segments with the same one have their first rows in common, as many as the shorter has.
    pub fn origin(&self) -> Option<u64> {
        self.grown_from.or_else(|| self.segment.columns.first().map(|block| block.id))
    }
}

impl TableData {
    /// Counts the rows: the statistics are current again.
    pub fn analyze(&mut self, now: Instant) {
        self.analyzed = Analyzed { rows: self.stored_rows(), at: Some(now), inserted: 0, deleted: 0 };
    }

    /// Rows that a query sees.
    pub fn visible_rows(&self) -> u64 {
        self.segments.iter().map(|s| u64::from(s.segment.rows) - s.deleted.len() as u64).sum()
    }

    /// Rows that lie on disk, deleted ones included.
    pub fn stored_rows(&self) -> u64 {
        self.segments.iter().map(|s| u64::from(s.segment.rows)).sum()
    }

    /// Bytes of its blocks.
    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|stored| stored.segment.bytes()).sum()
    }

    /// Rows that lie in the sorted region, deleted ones included.
    pub fn sorted_rows(&self) -> u64 {
        let sorted = self.segments.iter().filter(|stored| stored.region == Region::Sorted);
        sorted.map(|stored| u64::from(stored.segment.rows)).sum()
    }
}
