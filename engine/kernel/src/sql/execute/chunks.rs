//! All rows of a step, in pieces of equal size: joined as they come, never all at once, and picked across pieces.

use arrow::array::{Array, ArrayRef};

use super::array::bytes_of_batch;
use super::gather::{NO_ROW, concatenate, concatenate_batches, gather, gather_or_null};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Batch;
use crate::warehouse::data_type::DataType;

const BITS: u32 = 16;
/// Rows of a chunk; only the last may have fewer.
pub const CHUNK_ROWS: usize = 1 << BITS;

#[derive(Default)]
pub struct Chunks {
    chunks: Vec<Batch>,
    /// Rows that make no chunk yet.
    waiting: Vec<Batch>,
    waiting_rows: usize,
    rows: usize,
}

impl Chunks {
    pub fn of(batch: Batch) -> SqlResult<Self> {
        let mut chunks = Chunks::default();
        chunks.push(batch)?;
        chunks.end()?;
        Ok(chunks)
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn count(&self) -> usize {
        self.chunks.len()
    }

    pub fn push(&mut self, batch: Batch) -> SqlResult<()> {
        self.rows += batch.rows;
        self.waiting_rows += batch.rows;
        // Rows are numbered in 32 bits, of which the last means none.
        if u32::try_from(self.rows).is_err() {
            return Err(SqlError::bug("a step holds more rows than can be numbered"));
        }
        self.waiting.push(batch);
        if self.waiting_rows >= CHUNK_ROWS { self.join() } else { Ok(()) }
    }

    /// No more rows come.
    pub fn end(&mut self) -> SqlResult<()> {
        self.join()?;
        self.chunks.append(&mut self.waiting);
        self.waiting_rows = 0;
        Ok(())
    }

    fn join(&mut self) -> SqlResult<()> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return Ok(());
        }
        let all = concatenate_batches(waiting).ok_or_else(|| SqlError::bug("rows of a step do not join"))?;
        let mut at = 0;
        while at < all.rows {
            let rows = CHUNK_ROWS.min(all.rows - at);
            let columns = all.columns.iter().map(|column| column.slice(at, rows)).collect();
            let to = if rows == CHUNK_ROWS { &mut self.chunks } else { &mut self.waiting };
            to.push(Batch { columns, rows });
            at += rows;
        }
        self.waiting_rows = all.rows % CHUNK_ROWS;
        Ok(())
    }

    pub fn bytes(&self) -> u64 {
        self.chunks.iter().chain(&self.waiting).map(bytes_of_batch).sum()
    }

    /// A column's part in one chunk.
    pub fn part(&self, column: usize, chunk: usize) -> SqlResult<&ArrayRef> {
        self.chunks
            .get(chunk)
            .and_then(|batch| batch.columns.get(column))
            .ok_or_else(|| SqlError::bug("a column of kept rows is not there"))
    }

    /// Where a row's value lies.
    pub fn cell(&self, column: usize, row: u32) -> SqlResult<(&ArrayRef, usize)> {
        Ok((self.part(column, row as usize >> BITS)?, row as usize & (CHUNK_ROWS - 1)))
    }

    /// The values at `rows`, in that order; [`NO_ROW`] gives NULL.
    pub fn gather(&self, column: usize, rows: &[u32], data_type: DataType) -> SqlResult<ArrayRef> {
        if self.chunks.is_empty() {
            return Ok(super::array::nulls(data_type, rows.len()));
        }
        Picks::new(rows, self.count()).column(self, column)
    }
}

/// Rows to pick, of which chunk each is and where it goes: worked out once for all columns.
pub struct Picks {
    /// For each chunk its rows that are wanted.
    wanted: Vec<Vec<u32>>,
    /// Where each picked row lies when the wanted rows of all chunks lie end to end.
    places: Vec<u32>,
    in_place: bool,
    some_absent: bool,
}

impl Picks {
    pub fn new(rows: &[u32], chunks: usize) -> Picks {
        let mut wanted = vec![Vec::new(); chunks];
        let some_absent = rows.contains(&NO_ROW);
        if chunks == 1 && !some_absent {
            wanted[0] = rows.to_vec();
            return Picks { wanted, places: Vec::new(), in_place: true, some_absent };
        }
        let mut places = Vec::with_capacity(rows.len());
        for &row in rows.iter() {
            if row == NO_ROW {
                places.push(NO_ROW);
                continue;
            }
            let of_chunk = &mut wanted[row as usize >> BITS];
            places.push(of_chunk.len() as u32);
            of_chunk.push(row & (CHUNK_ROWS as u32 - 1));
        }
        let mut starts = Vec::with_capacity(chunks);
        let mut start = 0;
        for of_chunk in &wanted {
            starts.push(start);
            start += of_chunk.len() as u32;
        }
        for (place, &row) in places.iter_mut().zip(rows).filter(|(_, row)| **row != NO_ROW) {
            *place += starts[row as usize >> BITS];
        }
        let in_place = !some_absent && places.iter().zip(0..).all(|(place, at)| *place == at);
        Picks { wanted, places, in_place, some_absent }
    }

    pub fn column(&self, chunks: &Chunks, column: usize) -> SqlResult<ArrayRef> {
        let mut parts = Vec::new();
        for (number, wanted) in self.wanted.iter().enumerate().filter(|(_, wanted)| !wanted.is_empty()) {
            parts.push(gather(chunks.part(column, number)?, wanted));
        }
        let joined = match concatenate(&parts) {
            Some(joined) => joined,
            None => chunks.part(column, 0)?.slice(0, 0),
        };
        Ok(match (self.in_place, self.some_absent) {
            (true, _) => joined,
            (false, false) => gather(&joined, &self.places),
            (false, true) => gather_or_null(&joined, &self.places),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{AsArray, Int32Array};
    use arrow::datatypes::Int32Type;

    use super::*;

    #[test]
    fn rows_are_found_again_whatever_batches_they_came_in() {
        let mut chunks = Chunks::default();
        let mut next = 0;
        for rows in (0..40).map(|number| 3_000 + number * 37) {
            let values: Int32Array = (next..next + rows).collect::<Vec<i32>>().into();
            next += rows;
            chunks.push(Batch { columns: vec![Arc::new(values)], rows: rows as usize }).unwrap();
        }
        chunks.end().unwrap();
        assert_eq!(chunks.rows(), next as usize);
        assert!((0..chunks.count() - 1).all(|chunk| chunks.part(0, chunk).unwrap().len() == CHUNK_ROWS));
        let wanted: Vec<u32> = (0..5_000).map(|number| number * 7_919 % next as u32).collect();
        let picked = chunks.gather(0, &wanted, DataType::Integer).unwrap();
        assert!(
            picked.as_primitive::<Int32Type>().values().iter().zip(&wanted).all(|(a, b)| *a == *b as i32)
        );
        let picked = chunks.gather(0, &[3, NO_ROW, next as u32 - 1], DataType::Integer).unwrap();
        assert!(picked.is_null(1) && picked.as_primitive::<Int32Type>().value(2) == next - 1);
        let none = chunks.gather(0, &[NO_ROW], DataType::Integer).unwrap();
        assert_eq!((none.len(), none.null_count()), (1, 1));
    }
}
