//! LIMIT and OFFSET: stops asking its input as soon as it has enough.

use super::{Context, Operator, Pull};
use crate::sql::error::SqlResult;
use crate::sql::outcome::Batch;

pub struct Limit {
    input: Box<dyn Operator>,
    left: u64,
    skip: u64,
}

impl Limit {
    pub fn new(input: Box<dyn Operator>, limit: Option<u64>, offset: u64) -> Self {
        Limit { input, left: limit.unwrap_or(u64::MAX), skip: offset }
    }
}

impl Operator for Limit {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        if self.left == 0 {
            return Ok(Pull::End);
        }
        let batch = match self.input.pull(context)? {
            Pull::Batch(batch) => batch,
            other => return Ok(other),
        };
        let start = self.skip.min(batch.rows as u64);
        self.skip -= start;
        let rows = self.left.min(batch.rows as u64 - start);
        self.left -= rows;
        if rows == 0 {
            return Ok(Pull::Pending);
        }
        if rows == batch.rows as u64 {
            return Ok(Pull::Batch(batch));
        }
        let (start, rows) = (start as usize, rows as usize);
        let columns = batch.columns.iter().map(|column| column.slice(start, rows)).collect();
        Ok(Pull::Batch(Batch { columns, rows }))
    }
}
