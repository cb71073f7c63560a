//! Columns that make themselves when they are first read.
//!
//! The great tables of a starting state come from a seed. To open it, it is enough to know what each column is
//! made from: its values, and what only they tell (runs, zone map), come when somebody looks at them, and are then
//! shared by every manifest that has the column. An account is stored with the recipe, not with the values.

use std::sync::{Arc, OnceLock};

use arrow::array::{Array, ArrayRef};
use serde::{Deserialize, Serialize};

use super::{Block, Facts, Layout, Region, SEGMENT_ROWS, Segment, StoredSegment, Values, dictionary, slices};
use crate::warehouse::catalog::{Distribution, Table};
use crate::warehouse::storage::write::BlockNumbers;

/// How a column is made. What has been published under a number stays so: stored accounts name it.
#[derive(Debug)]
pub struct Maker {
    pub number: u16,
    /// All of the column, without NULL, from the account's seed.
    pub make: fn(u64) -> ArrayRef,
    /// Bytes that so many rows of it take in memory: known beforehand, because memory is counted.
    pub bytes: fn(u32) -> u32,
}

/// What a column is made from, as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Recipe {
    pub maker: u16,
    pub seed: u64,
}

/// A column that is made at most once, in pieces of a segment's rows.
#[derive(Debug, Serialize, Deserialize)]
pub struct Generated {
    pub(super) recipe: Recipe,
    /// Absent only between reading a manifest and filling it.
    #[serde(skip)]
    maker: Option<&'static Maker>,
    #[serde(skip)]
    pieces: OnceLock<Vec<(Facts, Layout)>>,
}

impl Generated {
    pub fn new(maker: &'static Maker, seed: u64) -> Self {
        let recipe = Recipe { maker: maker.number, seed };
        Generated { recipe, maker: Some(maker), pieces: OnceLock::new() }
    }

    pub(super) fn piece(&self, number: u32) -> Option<&(Facts, Layout)> {
        let make = self.maker?.make;
        self.pieces.get_or_init(|| cut(make(self.recipe.seed))).get(number as usize)
    }
}

/// As [`super::write::append`] would cut and encode it.
fn cut(column: ArrayRef) -> Vec<(Facts, Layout)> {
    let mut previous: Option<ArrayRef> = None;
    let mut pieces = Vec::with_capacity(column.len().div_ceil(SEGMENT_ROWS));
    for start in (0..column.len()).step_by(SEGMENT_ROWS) {
        let part = column.slice(start, SEGMENT_ROWS.min(column.len() - start));
        let array = dictionary::encode(part, previous.as_ref());
        previous = Some(array.slice(0, 1));
        pieces.push(Facts::of(array));
    }
    pieces
}

/// Puts `rows` generated rows into an empty table without a sort key.
pub fn lay(table: &mut Table, rows: u32, columns: &[Arc<Generated>], numbers: &mut BlockNumbers<'_>) {
    let style = table.distribution_of(u64::from(rows));
    let mut before = 0;
    while before < rows {
        let length = (rows - before).min(SEGMENT_ROWS as u32);
        let piece = before / SEGMENT_ROWS as u32;
        let blocks: Vec<Block> = columns
            .iter()
            .map(|column| Block {
                id: numbers.take(),
                bytes: column.maker.map_or(0, |maker| (maker.bytes)(length)),
                values: Values::Generated { column: column.clone(), piece },
            })
            .collect();
        let key = match style {
            Distribution::Key(column) => blocks.get(column).and_then(Block::array),
            _ => None,
        };
        let slices = slices::count(style, key.as_ref(), length, u64::from(before));
        let segment = Segment { rows: length, columns: blocks };
        let deleted = Arc::default();
        table.data.segments.push(StoredSegment {
            segment,
            deleted,
            slices,
            region: Region::Sorted,
            grown_from: None,
        });
        before += length;
    }
    table.data.version += 1;
}
