//! How rows get into a table and out of it: new segments and new delete marks.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef};

use super::join::join;
use super::{Block, Region, SEGMENT_ROWS, Segment, StoredSegment, TableData, dictionary, slices};
use crate::warehouse::catalog::{Distribution, Table};

/// A small last segment is written anew together with the rows that follow it, up to this many rows, so that
/// a thousand single-row inserts do not become a thousand segments.
const COALESCE_ROWS: usize = 8_192;

/// Hands out block numbers; never the same twice in a sandbox.
#[derive(Debug)]
pub struct BlockNumbers<'a>(pub &'a mut u64);

impl BlockNumbers<'_> {
    pub(super) fn take(&mut self) -> u64 {
        *self.0 += 1;
        *self.0
    }
}

/// Appends `columns` (equal lengths, one for each table column, layouts of `DataType::arrow` or dictionary)
/// to the table. `region` tells whether the new rows continue the sorted region.
pub fn append(table: &mut Table, columns: Vec<ArrayRef>, region: Region, numbers: &mut BlockNumbers<'_>) {
    let Some(rows) = columns.first().map(|column| column.len()).filter(|rows| *rows > 0) else {
        return;
    };
    let mut columns = columns;
    let mut rows = rows;
    table.data.analyzed.inserted += rows as u64;
    let mut kept_marks = Arc::new(Vec::new());
    let mut grown_from = None;
    let style = table.distribution_of(table.data.stored_rows() + rows as u64);
    if style != table.present_distribution() {
        table.redistribute(style);
    }
    let data = &mut table.data;
    if let Some(last) = data.segments.last()
        && last.segment.rows as usize + rows <= COALESCE_ROWS
        && last.region == region
        && let Some(before) = last.segment.arrays()
    {
        columns =
            before.iter().zip(&columns).filter_map(|(old, new)| join(&[old.clone(), new.clone()])).collect();
        rows += last.segment.rows as usize;
        kept_marks = last.deleted.clone();
        grown_from = last.origin();
        data.segments.pop();
    }
    let mut start = 0;
    while start < rows {
        let length = SEGMENT_ROWS.min(rows - start);
        let part = columns.iter().map(|column| column.slice(start, length)).collect();
        push(table, part, std::mem::take(&mut kept_marks), region, style, numbers);
        start += length;
    }
    // What was written anew fits into one segment.
    if let Some(last) = table.data.segments.last_mut() {
        last.grown_from = grown_from;
    }
    table.data.version += 1;
}

/// Puts one segment of up to [`SEGMENT_ROWS`] rows behind the others, laid among the slices by `style`.
pub fn push(
    table: &mut Table,
    columns: Vec<ArrayRef>,
    deleted: Arc<Vec<u32>>,
    region: Region,
    style: Distribution,
    numbers: &mut BlockNumbers<'_>,
) {
    let rows = columns.first().map_or(0, |column| column.len()) as u32;
    let key = match style {
        Distribution::Key(column) => columns.get(column),
        _ => None,
    };
    let slices = slices::count(style, key, rows, table.data.stored_rows());
    let previous = table.data.segments.last().map(|stored| &stored.segment);
    let blocks = columns
        .iter()
        .enumerate()
        .map(|(number, column)| {
            // One row is enough to know its dictionary.
            let previous = previous.and_then(|segment| segment.columns.get(number)?.slice(0, 1));
            block(column.clone(), previous.as_ref(), numbers)
        })
        .collect();
    let segment = Segment { rows, columns: blocks };
    table.data.segments.push(StoredSegment { segment, deleted, slices, region, grown_from: None });
}

/// One new column for every segment: `make` is given the segment's row count.
pub fn add_column(
    data: &mut TableData,
    numbers: &mut BlockNumbers<'_>,
    mut make: impl FnMut(usize) -> ArrayRef,
) {
    for stored in &mut data.segments {
        let array = make(stored.segment.rows as usize);
        stored.segment.columns.push(block(array, None, numbers));
    }
    data.version += 1;
}

/// Marks rows as deleted. Row ids are `segment * 2^32 + row`, as scans with row ids give them; returns how
/// many of them were not deleted before.
pub fn delete(data: &mut TableData, row_ids: &mut [i64]) -> u64 {
    row_ids.sort_unstable();
    let mut gone = 0;
    let mut at = 0;
    while at < row_ids.len() {
        let segment = row_ids[at] >> 32;
        let end = at + row_ids[at..].partition_point(|id| id >> 32 == segment);
        if let Some(stored) = data.segments.get_mut(segment as usize) {
            let mut marks: Vec<u32> = (*stored.deleted).clone();
            let before = marks.len();
            marks.extend(row_ids[at..end].iter().map(|id| (*id & 0xffff_ffff) as u32));
            marks.sort_unstable();
            marks.dedup();
            gone += (marks.len() - before) as u64;
            stored.deleted = Arc::new(marks);
        }
        at = end;
    }
    if gone > 0 {
        data.analyzed.deleted += gone;
        data.version += 1;
    }
    gone
}

/// A block of `array`, encoded as it will be read.
fn block(array: ArrayRef, previous: Option<&ArrayRef>, numbers: &mut BlockNumbers<'_>) -> Block {
    let array = dictionary::encode(array, previous);
    Block::new(numbers.take(), array)
}
