//! COUNT(*) and COUNT(x).

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Int64Array};

use super::{Accumulator, Groups};
use crate::sql::error::SqlResult;

pub struct Count {
    counts: Vec<i64>,
    /// Only rows whose argument is not NULL count.
    values_only: bool,
}

impl Count {
    pub fn rows() -> Self {
        Count { counts: Vec::new(), values_only: false }
    }

    pub fn values() -> Self {
        Count { counts: Vec::new(), values_only: true }
    }
}

impl Accumulator for Count {
    fn update(&mut self, groups: Groups<'_>, arguments: &[ArrayRef]) -> SqlResult<()> {
        self.counts.resize(groups.count, 0);
        let nulls = arguments.first().filter(|_| self.values_only).and_then(|argument| argument.nulls());
        match nulls.filter(|nulls| nulls.null_count() > 0) {
            None if groups.count == 1 => self.counts[0] += groups.numbers.len() as i64,
            None => groups.numbers.iter().for_each(|&group| self.counts[group as usize] += 1),
            Some(nulls) => {
                for (row, &group) in groups.numbers.iter().enumerate() {
                    self.counts[group as usize] += i64::from(nulls.is_valid(row));
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self, count: usize) -> SqlResult<ArrayRef> {
        self.counts.resize(count, 0);
        Ok(Arc::new(Int64Array::from(std::mem::take(&mut self.counts))))
    }

    fn bytes(&self) -> u64 {
        8 * self.counts.len() as u64
    }
}
