//! Where rows go: the sink of INSERT, CREATE TABLE AS and COPY, and the row ids of UPDATE and DELETE.
//!
//! A sink works on its transaction's own copy of the table, so what it has written is seen by nobody until
//! the commit, and dropping it half-way leaves no trace.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int16Array, Int32Array, Int64Array};
use arrow::datatypes::{DataType as ArrowType, Int16Type, Int32Type, Int64Type};
use hashbrown::HashMap;

use super::Context;
use super::array::bytes_of;
use super::gather::{concatenate, gather};
use super::memory::Held;
use super::relay::{Deleted, Relay, sorted};
use super::sorting::KeyColumn;
use crate::clock::Instant;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Batch;
use crate::warehouse::catalog::{DefaultValue, ObjectId, Relation, Table};
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::storage::join::join;
use crate::warehouse::storage::write::{BlockNumbers, append, delete};
use crate::warehouse::storage::{Region, SEGMENT_ROWS};

/// Collects rows for one table and appends them a segment at a time.
pub struct Sink {
    pub target: ObjectId,
    database: Identifier,
    pieces: Vec<Vec<ArrayRef>>,
    pending: usize,
    pub rows: u64,
    arrival: Arrival,
    /// Rows that the table held before the first of these: none means a first load.
    before: Option<u64>,
    /// A first load's segments are each in sort-key order, so that merging them orders the table.
    ordered: bool,
    /// Whether the table is analysed afterwards; when it is not said, a first load is.
    pub analyze: Option<bool>,
    /// Bytes of rows that wait, and of the blocks that others have become.
    waiting: u64,
    stored: u64,
    held: Held,
}

/// How rows come in: it decides whether they are put in sort-key order (Developer Guide, "Loading data in sort
/// key order" and "Managing the volume of merged rows").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// VALUES, UPDATE, MERGE: they wait in the unsorted region for VACUUM.
    Rows,
    /// INSERT ... SELECT: into an empty table they are sorted, unless the key is interleaved.
    Query,
    /// CREATE TABLE AS: into an empty table they are sorted.
    Table,
    /// COPY: likewise, and rows that come in order behind a sorted table's last go on with its sorted region.
    Copy,
    /// A starting state: they come sorted already.
    Filled,
}

impl Sink {
    pub fn new(target: ObjectId, database: Identifier) -> Self {
        Sink {
            target,
            database,
            pieces: Vec::new(),
            pending: 0,
            rows: 0,
            arrival: Arrival::Rows,
            before: None,
            ordered: true,
            analyze: None,
            waiting: 0,
            stored: 0,
            held: Held::default(),
        }
    }

    pub fn arriving(self, arrival: Arrival) -> Self {
        Sink { arrival, ..self }
    }

    /// Takes a batch with one column for each table column, in table order.
    ///
    /// # Errors
    /// NULL in a NOT NULL column (23502).
    pub fn take(
        &mut self,
        batch: Batch,
        manifest: &mut Manifest,
        numbers: &mut BlockNumbers<'_>,
    ) -> SqlResult<()> {
        let relation = target(manifest, &self.database, self.target)?;
        let columns = with_identities(relation, batch.columns)?;
        for (column, array) in relation.columns.iter().zip(&columns) {
            if !column.nullable && array.null_count() > 0 {
                return Err(SqlError::product(
                    "23502",
                    format!("Cannot insert a NULL value into column {}", column.name),
                ));
            }
        }
        self.pending += batch.rows;
        self.rows += batch.rows as u64;
        self.waiting += columns.iter().map(bytes_of).sum::<u64>();
        self.pieces.push(columns);
        if self.pending >= SEGMENT_ROWS {
            self.flush(manifest, numbers)?;
        }
        Ok(())
    }

    /// Counts what it has taken as memory of the statement: rows as they came, then blocks as they are stored.
    pub fn count(&mut self, context: &mut Context) -> SqlResult<()> {
        self.held.set(self.waiting + self.stored, context)
    }

    /// Puts what is still collected into the table.
    pub fn flush(&mut self, manifest: &mut Manifest, numbers: &mut BlockNumbers<'_>) -> SqlResult<()> {
        if self.pending == 0 {
            return Ok(());
        }
        let relation = target(manifest, &self.database, self.target)?;
        let width = relation.columns.len();
        let pieces = std::mem::take(&mut self.pieces);
        self.pending = 0;
        let columns: Option<Vec<ArrayRef>> = (0..width)
            .map(|column| join(&pieces.iter().map(|piece| piece[column].clone()).collect::<Vec<_>>()))
            .collect();
        let columns = columns.ok_or_else(|| SqlError::bug("pieces of a column differ in layout"))?;
        let nullable = relation.columns.iter().map(|column| column.nullable).collect::<Vec<_>>();
        let table = relation.table_mut().ok_or_else(|| SqlError::bug("rows for what is not a table"))?;
        self.before.get_or_insert(table.data.stored_rows());
        let first =
            self.before == Some(0) && self.arrival != Arrival::Rows && self.arrival != Arrival::Filled;
        let columns = if first { sorted(table, columns)? } else { columns };
        // Without a sort key every row is where it belongs; with one, new rows wait for VACUUM.
        let goes_on = table.sort_key.is_empty()
            || (self.arrival == Arrival::Filled && !table.interleaved)
            || (self.arrival == Arrival::Copy
                && matches!(table.sort_key[..], [key] if !nullable[key] && follows(table, key, &columns[key])?));
        let region = if goes_on { Region::Sorted } else { Region::Unsorted };
        let before = table.data.bytes();
        let rows = columns.first().map_or(0, |column| column.len());
        let segments = table.data.segments.len() + rows.div_ceil(SEGMENT_ROWS);
        append(table, columns, region, numbers);
        // A short segment may have been joined with the one before it.
        self.ordered &= first && table.data.segments.len() == segments;
        self.stored += table.data.bytes().saturating_sub(before);
        self.waiting = 0;
        Ok(())
    }

    /// After the last [`Sink::flush`]: the rewrite that puts a first load in order, if it needs one.
    pub fn relay(&self, manifest: &mut Manifest, now: Instant) -> SqlResult<Option<Relay>> {
        let relation = target(manifest, &self.database, self.target)?;
        let first = self.before == Some(0);
        if self.analyze == Some(true)
            && let Some(table) = relation.table_mut()
        {
            table.data.analyze(now);
        }
        if let Some(table) = relation.table_mut().filter(|_| first && self.arrival != Arrival::Rows) {
            if self.arrival != Arrival::Query && self.analyze != Some(false) {
                // These analyse what they have loaded into an empty table.
                table.data.analyze(now);
            }
            let sorts = !table.interleaved || self.arrival != Arrival::Query;
            if sorts && table.data.sorted_rows() < table.data.stored_rows() {
                let merges = self.ordered && !table.interleaved;
                return match merges {
                    true => Relay::merging(relation, self.database.clone()),
                    false => Relay::new(relation, self.database.clone(), true, Deleted::Dropped),
                }
                .map(Some);
            }
        }
        Ok(None)
    }
}

/// Whether `column` rises, and from where the sorted table's column `key` ends.
fn follows(table: &Table, key: usize, column: &ArrayRef) -> SqlResult<bool> {
    if table.interleaved || table.data.sorted_rows() < table.data.stored_rows() {
        return Ok(false);
    }
    let last = table
        .data
        .segments
        .last()
        .and_then(|stored| stored.segment.columns.get(key)?.slice(stored.segment.rows as usize - 1, 1));
    let all: Vec<ArrayRef> = last.into_iter().chain(std::iter::once(column.clone())).collect();
    let all = concatenate(&all).ok_or_else(|| SqlError::bug("a sort key changed its layout"))?;
    let key = KeyColumn::new(all.clone(), false, false, false)?;
    Ok((1..all.len() as u32).all(|row| key.compare(row - 1, row).is_le()))
}

/// Rows of a table by their ids: what UPDATE and DELETE gather while they scan.
pub struct Marks {
    pub target: ObjectId,
    database: Identifier,
    ids: Vec<i64>,
    /// For UPDATE: the new rows, in the order of `ids`.
    rows: Vec<Vec<ArrayRef>>,
    /// Two rows for one target row are a mistake, instead of the last one winning.
    pub unique: bool,
}

impl Marks {
    pub fn new(target: ObjectId, database: Identifier) -> Self {
        Marks { target, database, ids: Vec::new(), rows: Vec::new(), unique: false }
    }

    /// Takes a batch whose first column is the row id (BIGINT); the others, if any, are the new row.
    pub fn take(&mut self, batch: Batch) -> SqlResult<()> {
        let mut columns = batch.columns.into_iter();
        let ids = columns.next().ok_or_else(|| SqlError::bug("a write without row ids"))?;
        if ids.null_count() > 0 {
            return Err(SqlError::bug("a row id is NULL"));
        }
        self.ids.extend_from_slice(ids.as_primitive::<Int64Type>().values());
        let columns: Vec<ArrayRef> = columns.collect();
        if !columns.is_empty() && batch.rows > 0 {
            self.rows.push(columns);
        }
        Ok(())
    }

    /// Marks the rows deleted and, for UPDATE, appends the new ones. Returns how many rows were changed.
    /// Where several source rows matched one target row the last one wins, as the product does by default.
    ///
    /// # Errors
    /// With `unique`, several rows for one target row.
    pub fn apply(mut self, manifest: &mut Manifest, numbers: &mut BlockNumbers<'_>) -> SqlResult<u64> {
        let mut sink = Sink::new(self.target, self.database.clone());
        if !self.rows.is_empty() {
            let last: HashMap<i64, usize> = self.ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
            let all_distinct = last.len() == self.ids.len();
            if self.unique && !all_distinct {
                // SQLSTATE unconfirmed: the guide shows the text only.
                return Err(SqlError::product("XX000", "Found multiple matches to update the same tuple."));
            }
            let mut start = 0;
            for columns in std::mem::take(&mut self.rows) {
                let rows = columns.first().map_or(0, |column| column.len());
                if all_distinct {
                    sink.take(Batch { columns, rows }, manifest, numbers)?;
                } else {
                    let wins = |row: &u32| {
                        let at = start + *row as usize;
                        last.get(&self.ids[at]) == Some(&at)
                    };
                    let winners: Vec<u32> = (0..rows as u32).filter(wins).collect();
                    let columns = columns.iter().map(|column| gather(column, &winners)).collect();
                    sink.take(Batch { columns, rows: winners.len() }, manifest, numbers)?;
                }
                start += rows;
            }
        }
        let relation = target(manifest, &self.database, self.target)?;
        let table = relation.table_mut().ok_or_else(|| SqlError::bug("row ids of what is not a table"))?;
        let changed = delete(&mut table.data, &mut self.ids);
        sink.flush(manifest, numbers)?;
        Ok(changed)
    }
}

/// The table, writable.
fn target<'a>(
    manifest: &'a mut Manifest,
    database: &Identifier,
    id: ObjectId,
) -> SqlResult<&'a mut Relation> {
    manifest
        .catalog
        .database_mut(database)
        .and_then(|database| database.relation_mut(id))
        .ok_or_else(|| SqlError::bug("the table a statement writes to is gone"))
}

/// Puts the next identity values where an identity column is NULL.
fn with_identities(relation: &mut Relation, mut columns: Vec<ArrayRef>) -> SqlResult<Vec<ArrayRef>> {
    for (number, column) in relation.columns.iter().enumerate() {
        let Some(DefaultValue::Identity { seed, step, .. }) = &column.default else { continue };
        let (seed, step) = (*seed, *step);
        let Some(array) = columns.get(number).cloned() else { continue };
        if array.null_count() == 0 {
            continue;
        }
        let next = match &mut relation.kind {
            crate::warehouse::catalog::RelationKind::Table(table) => {
                table.next_identity.entry(number).or_insert(seed)
            }
            crate::warehouse::catalog::RelationKind::View(_) => continue,
        };
        let mut take = || {
            let value = *next;
            *next += step;
            value
        };
        columns[number] = match array.data_type() {
            ArrowType::Int64 => Arc::new(
                array
                    .as_primitive::<Int64Type>()
                    .iter()
                    .map(|v| v.unwrap_or_else(&mut take))
                    .collect::<Int64Array>(),
            ),
            ArrowType::Int32 => Arc::new(
                array
                    .as_primitive::<Int32Type>()
                    .iter()
                    .map(|v| v.unwrap_or_else(|| take() as i32))
                    .collect::<Int32Array>(),
            ),
            ArrowType::Int16 => Arc::new(
                array
                    .as_primitive::<Int16Type>()
                    .iter()
                    .map(|v| v.unwrap_or_else(|| take() as i16))
                    .collect::<Int16Array>(),
            ),
            _ => return Err(SqlError::bug("an identity column that is not an integer")),
        };
    }
    Ok(columns)
}
