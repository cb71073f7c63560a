//! Lays a table's rows anew: in sort-key order, without the deleted ones, or both.
//!
//! VACUUM, loads into an empty table and ALTER TABLE's new keys are this one rewrite. It is stepped like a
//! query; only sort keys and row numbers go through the sort, the other columns are picked out of the old
//! segments afterwards, and a segment that comes out as it was is kept as it is.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use arrow::datatypes::Int64Type;

use super::array::array_of;
use super::gather::{concatenate, gather};
use super::merge::Merge;
use super::sort::Sort;
use super::sorting::{KeyColumn, SortBy, sorted_rows};
use super::{BATCH_ROWS, Context, Operator, Pull};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::Expression;
use crate::sql::outcome::Batch;
use crate::sql::plan::SortKey;
use crate::warehouse::catalog::{Distribution, ObjectId, Relation, Table};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::storage::write::{BlockNumbers, push};
use crate::warehouse::storage::{Region, SEGMENT_ROWS, StoredSegment, TableData, slices};

/// What becomes of rows that are marked deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deleted {
    /// They are left behind, and their space with them.
    Dropped,
    /// They move with the others and stay marked.
    Kept,
}

/// A rewrite on its way. The table changes only when it is put.
pub struct Relay {
    pub target: ObjectId,
    database: Identifier,
    old: Arc<Relation>,
    new: Table,
    deleted: Deleted,
    order: Order,
    /// Row ids in their new order, not written yet.
    pending: Vec<i64>,
    region: Region,
    /// New segments that are being put together.
    group: Option<Group>,
}

/// Segments put together at once: each old block is unpacked once for all of them.
const TOGETHER: usize = 8;

enum Order {
    /// By the sort key.
    Sorted(Box<dyn Operator>),
    /// As they lie; the next segment to look at.
    AsIs(usize),
    Done,
}

impl Relay {
    /// A rewrite of `relation` as its catalog entry now says: by its sort key if `sort` (a table without one
    /// keeps its order).
    ///
    /// # Errors
    /// `relation` is no table.
    pub fn new(relation: &Relation, database: Identifier, sort: bool, deleted: Deleted) -> SqlResult<Relay> {
        let table = relation.table().ok_or_else(|| SqlError::bug("a rewrite of what is not a table"))?;
        let old = Arc::new(relation.clone());
        let order = if sort && !table.sort_key.is_empty() {
            Order::Sorted(Box::new(in_key_order(&old, table, deleted)?))
        } else {
            Order::AsIs(0)
        };
        let data = TableData { segments: Vec::new(), ..table.data.clone() };
        let new = Table { data, ..table.clone() };
        Ok(Relay {
            target: relation.id,
            database,
            old,
            new,
            deleted,
            order,
            pending: Vec::new(),
            region: Region::Sorted,
            group: None,
        })
    }

    /// The rewrite of a table whose segments are each in the order of its sort key, of columns that are not interleaved.
    ///
    /// # Errors
    /// `relation` is no table.
    pub fn merging(relation: &Relation, database: Identifier) -> SqlResult<Relay> {
        let relay = Relay::new(relation, database, false, Deleted::Dropped)?;
        let order = Order::Sorted(Box::new(Merge::new(relay.old.clone())));
        Ok(Relay { order, ..relay })
    }

    /// One bounded piece of work; true when the new rows are ready to be put.
    pub fn step(&mut self, context: &mut Context, numbers: &mut BlockNumbers<'_>) -> SqlResult<bool> {
        if let Some(group) = &mut self.group {
            if !group.gather_column(segments(&self.old))? {
                self.write(context, numbers)?;
            }
            return Ok(false);
        }
        match &mut self.order {
            Order::Sorted(operator) => match operator.pull(context)? {
                Pull::Pending => {}
                Pull::Batch(batch) => {
                    if let Some(ids) = batch.columns.last() {
                        self.pending.extend_from_slice(ids.as_primitive::<Int64Type>().values());
                    }
                    if self.pending.len() >= TOGETHER * SEGMENT_ROWS {
                        let rest = self.pending.split_off(TOGETHER * SEGMENT_ROWS);
                        self.gather();
                        self.pending = rest;
                    }
                }
                Pull::End => {
                    self.gather();
                    self.order = Order::Done;
                }
            },
            Order::AsIs(segment) => {
                let number = *segment;
                *segment += 1;
                match segments(&self.old).get(number) {
                    None => {
                        self.gather();
                        self.order = Order::Done;
                    }
                    Some(stored) => {
                        let ids = row_ids(number, stored, 0, stored.segment.rows as usize, self.deleted);
                        let region = stored.region;
                        if self.pending.len() + ids.len() > SEGMENT_ROWS || region != self.region {
                            // The segment comes when those before it are written.
                            *segment = number;
                            self.gather();
                            if self.group.is_some() {
                                return Ok(false);
                            }
                            self.order = Order::AsIs(number + 1);
                        }
                        self.region = region;
                        self.pending.extend(ids);
                    }
                }
            }
            Order::Done => return Ok(true),
        }
        Ok(false)
    }

    /// Begins new segments of the pending rows.
    fn gather(&mut self) {
        let ids = std::mem::take(&mut self.pending);
        self.group = (!ids.is_empty()).then(|| Group::new(segments(&self.old), &ids, self.deleted));
    }

    /// Writes the new segments that are complete.
    fn write(&mut self, context: &mut Context, numbers: &mut BlockNumbers<'_>) -> SqlResult<()> {
        let old = segments(&self.old);
        for part in self.group.take().map(|group| group.parts).unwrap_or_default() {
            let rows = part.rows.len() as u64;
            let style = self.new.distribution_of(self.new.data.stored_rows() + rows);
            if style != self.new.present_distribution() {
                self.new.redistribute(style);
            }
            if let Some(stored) = part.whole.and_then(|number| old.get(number)) {
                let mut stored = stored.clone();
                stored.region = self.region;
                let key = match style {
                    Distribution::Key(column) => stored.segment.columns.get(column).and_then(|b| b.array()),
                    _ => None,
                };
                let before = self.new.data.stored_rows();
                stored.slices = slices::count(style, key.as_ref(), stored.segment.rows, before);
                self.new.data.segments.push(stored);
                continue;
            }
            push(&mut self.new, part.columns, Arc::new(part.marks), self.region, style, numbers);
            // Until the new rows are put the old ones are there, too.
            let new = self.new.data.segments.last();
            context.reserve(new.map_or(0, |stored| stored.segment.bytes()))?;
        }
        Ok(())
    }

    /// Puts the new rows in the old ones' place.
    pub fn put(self, manifest: &mut Manifest) -> SqlResult<()> {
        let mut data = self.new.data;
        data.version += 1;
        let table = manifest
            .catalog
            .database_mut(&self.database)
            .and_then(|database| database.relation_mut(self.target))
            .and_then(Relation::table_mut)
            .ok_or_else(|| SqlError::bug("the table that was rewritten is gone"))?;
        table.data = data;
        Ok(())
    }
}

/// `columns` of one table, given whole, in the order of its sort key.
pub fn sorted(table: &Table, columns: Vec<ArrayRef>) -> SqlResult<Vec<ArrayRef>> {
    if table.sort_key.is_empty() || table.interleaved {
        return Ok(columns);
    }
    let rows = columns.first().map_or(0, |column| column.len());
    let keys = table.sort_key.iter();
    let keys = keys.map(|&column| SortBy { column, descending: false, nulls_first: false }).collect();
    let order = sorted_rows(columns.clone(), rows, keys)?;
    Ok(columns.iter().map(|column| gather(column, &order)).collect())
}

fn segments(relation: &Relation) -> &[StoredSegment] {
    relation.table().map_or(&[], |table| &table.data.segments)
}

fn row_ids(number: usize, stored: &StoredSegment, start: usize, rows: usize, deleted: Deleted) -> Vec<i64> {
    let first = (number as i64) << 32;
    let all = (start..start + rows).map(|row| first | row as i64);
    if deleted == Deleted::Kept || stored.deleted.is_empty() {
        return all.collect();
    }
    let from = stored.deleted.partition_point(|&row| (row as usize) < start);
    let mut marks = stored.deleted[from..].iter().peekable();
    all.filter(|id| marks.next_if(|row| i64::from(**row) == *id & 0xffff_ffff).is_none()).collect()
}

/// New segments on their way, a column after the other.
struct Group {
    parts: Vec<Part>,
    /// Rows that are taken out of each old segment, in their new order.
    rows_of: Vec<Vec<u32>>,
    /// Where each new row is among those, one old segment behind the other.
    places: Vec<u32>,
    /// The column that comes next.
    column: usize,
}

/// A new segment.
struct Part {
    /// Which of the group's rows.
    rows: Range<usize>,
    /// An old segment that comes out as it was; the group's rows are then none of its.
    whole: Option<usize>,
    columns: Vec<ArrayRef>,
    /// Which of its rows are marked deleted.
    marks: Vec<u32>,
}

impl Group {
    fn new(old: &[StoredSegment], ids: &[i64], deleted: Deleted) -> Group {
        let mut rows_of: Vec<Vec<u32>> = vec![Vec::new(); old.len()];
        let mut parts = Vec::new();
        let mut picked: Vec<i64> = Vec::new();
        for ids in ids.chunks(SEGMENT_ROWS) {
            let number = (ids[0] >> 32) as usize;
            let same = old.get(number).is_some_and(|stored| {
                stored.segment.rows as usize == ids.len()
                    && ids.iter().zip(ids[0]..).all(|(id, same)| *id == same)
                    && (deleted == Deleted::Kept || stored.deleted.is_empty())
            });
            if same {
                let rows = 0..ids.len();
                parts.push(Part { rows, whole: Some(number), columns: Vec::new(), marks: Vec::new() });
                continue;
            }
            let mut marks = Vec::new();
            for (place, id) in ids.iter().enumerate() {
                let (number, row) = ((id >> 32) as usize, *id as u32);
                rows_of[number].push(row);
                if !old[number].deleted.is_empty() && old[number].deleted.binary_search(&row).is_ok() {
                    marks.push(place as u32);
                }
            }
            let rows = picked.len()..picked.len() + ids.len();
            parts.push(Part { rows, whole: None, columns: Vec::new(), marks });
            picked.extend_from_slice(ids);
        }
        // Pieces lie one segment behind the other; each row's place among them.
        let mut next: Vec<u32> = Vec::with_capacity(old.len());
        let mut start = 0;
        for rows in &rows_of {
            next.push(start);
            start += rows.len() as u32;
        }
        let place = |id: &i64| {
            let next = &mut next[(id >> 32) as usize];
            *next += 1;
            *next - 1
        };
        Group { parts, places: picked.iter().map(place).collect(), rows_of, column: 0 }
    }

    /// Takes one column out of the old segments; `false` when there is none left.
    fn gather_column(&mut self, old: &[StoredSegment]) -> SqlResult<bool> {
        let number = self.column;
        let width = old.first().map_or(0, |stored| stored.segment.columns.len());
        if number == width || self.places.is_empty() {
            return Ok(false);
        }
        self.column += 1;
        let mut pieces = Vec::new();
        for (stored, rows) in old.iter().zip(&self.rows_of).filter(|(_, rows)| !rows.is_empty()) {
            let block = stored.segment.columns.get(number).and_then(|block| block.array());
            let block = block.ok_or_else(|| SqlError::bug("a block to rewrite was not read"))?;
            pieces.push(gather(&block, rows));
        }
        let joined =
            concatenate(&pieces).ok_or_else(|| SqlError::bug("pieces of a rewritten column do not join"))?;
        let in_place = self.places.iter().zip(0..).all(|(place, row)| *place == row);
        let parts: Vec<&mut Part> = self.parts.iter_mut().filter(|part| part.whole.is_none()).collect();
        let alone = parts.len() == 1 && in_place;
        for part in parts {
            let places = &self.places[part.rows.clone()];
            part.columns.push(if alone { joined.clone() } else { gather(&joined, places) });
        }
        Ok(true)
    }
}

/// The row ids of a table by its sort key: NULL last, equal rows as they lie.
fn in_key_order(relation: &Arc<Relation>, table: &Table, deleted: Deleted) -> SqlResult<Sort> {
    let keys = table.sort_key.clone();
    let interleaving = match table.interleaved {
        true => Some(Interleaving::new(relation, table)?),
        false => None,
    };
    // The interleaved number comes first, the columns decide between equal ones.
    let types = interleaving.iter().map(|_| DataType::BigInt).chain(
        keys.iter()
            .map(|key| relation.columns.get(*key).map_or(DataType::Unknown, |column| column.data_type)),
    );
    let order = types
        .enumerate()
        .map(|(index, data_type)| SortKey {
            expression: Expression::Column { index, data_type },
            descending: false,
            nulls_first: false,
        })
        .collect();
    let rows = KeyRows { relation: relation.clone(), keys, interleaving, deleted, segment: 0, row: 0 };
    Ok(Sort::new(Box::new(rows), order, None))
}

/// Reads a table's sort keys and row ids.
struct KeyRows {
    relation: Arc<Relation>,
    keys: Vec<usize>,
    interleaving: Option<Interleaving>,
    deleted: Deleted,
    segment: usize,
    row: usize,
}

impl Operator for KeyRows {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        let Some(stored) = segments(&self.relation).get(self.segment) else {
            return Ok(Pull::End);
        };
        let rows = BATCH_ROWS.min(stored.segment.rows as usize - self.row);
        let mut columns = Vec::with_capacity(self.keys.len() + 2);
        for key in &self.keys {
            let block = stored.segment.columns.get(*key).and_then(|block| block.slice(self.row, rows));
            columns.push(block.ok_or_else(|| SqlError::bug("a sort key's block was not read"))?);
        }
        let ids = row_ids(self.segment, stored, self.row, rows, self.deleted);
        if ids.len() < rows {
            let first = ((self.segment as i64) << 32) + self.row as i64;
            let kept: Vec<u32> = ids.iter().map(|id| (id - first) as u32).collect();
            columns.iter_mut().for_each(|column| *column = gather(column, &kept));
        }
        if let Some(interleaving) = &self.interleaving {
            columns.insert(0, interleaving.numbers(&columns)?);
        }
        self.row += rows;
        if self.row >= stored.segment.rows as usize {
            self.segment += 1;
            self.row = 0;
        }
        context.statistics.rows_scanned += ids.len() as u64;
        let rows = ids.len();
        columns.push(Arc::new(Int64Array::from(ids)));
        Ok(if rows == 0 { Pull::Pending } else { Pull::Batch(Batch { columns, rows }) })
    }
}

/// INTERLEAVED SORTKEY: the bits of the columns' places within their ranges, in turn, as one number (z-order).
/// How the product weighs its columns is not published; that each has equal weight is.
struct Interleaving {
    /// Least and greatest word of each column.
    ranges: Vec<(u64, u64)>,
    bits: u32,
}

impl Interleaving {
    fn new(relation: &Relation, table: &Table) -> SqlResult<Self> {
        let mut ranges = Vec::with_capacity(table.sort_key.len());
        for key in &table.sort_key {
            let data_type = relation.columns.get(*key).map_or(DataType::Unknown, |column| column.data_type);
            let mut range = (u64::MAX, 0);
            for stored in &table.data.segments {
                let Some((least, greatest)) =
                    stored.segment.columns.get(*key).and_then(|b| b.zone().cloned())
                else {
                    continue;
                };
                let words = KeyColumn::new(array_of(&[least, greatest], data_type), false, false, true)?;
                range = (range.0.min(words.word(0)), range.1.max(words.word(1)));
            }
            ranges.push(if range.0 > range.1 { (0, u64::MAX) } else { range });
        }
        let bits = (63 / ranges.len().max(1) as u32).min(16);
        Ok(Interleaving { ranges, bits })
    }

    fn numbers(&self, columns: &[ArrayRef]) -> SqlResult<ArrayRef> {
        let rows = columns.first().map_or(0, |column| column.len());
        let mut numbers = vec![0_i64; rows];
        for (at, (column, (least, greatest))) in columns.iter().zip(&self.ranges).enumerate() {
            let words = KeyColumn::new(column.clone(), false, false, true)?;
            let most = (1_u64 << self.bits) - 1;
            let span = u128::from(greatest - least).max(1);
            for (row, number) in numbers.iter_mut().enumerate() {
                let place = match words.is_null(row as u32) {
                    true => most,
                    false => {
                        let word = words.word(row as u32).clamp(*least, *greatest);
                        (u128::from(word - least) * u128::from(most) / span) as u64
                    }
                };
                for bit in 0..self.bits {
                    let to = bit as usize * self.ranges.len() + (self.ranges.len() - 1 - at);
                    *number |= (((place >> bit) & 1) << to) as i64;
                }
            }
        }
        Ok(Arc::new(Int64Array::from(numbers)))
    }
}
