//! A finished answer, handed out one batch at a time.

use super::{BATCH_ROWS, Pull};
use crate::sql::outcome::Batch;

pub struct Emission {
    batch: Batch,
    at: usize,
}

impl Emission {
    pub fn new(batch: Batch) -> Self {
        Emission { batch, at: 0 }
    }

    pub fn pull(&mut self) -> Pull {
        if self.at >= self.batch.rows {
            return Pull::End;
        }
        let rows = BATCH_ROWS.min(self.batch.rows - self.at);
        let columns = self.batch.columns.iter().map(|column| column.slice(self.at, rows)).collect();
        self.at += rows;
        Pull::Batch(Batch { columns, rows })
    }
}
