//! BOOL_AND and BOOL_OR.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray};

use super::{Accumulator, Groups};
use crate::sql::error::SqlResult;

pub struct Truth {
    /// The value that decides: false for AND, true for OR.
    decisive: bool,
    answers: Vec<Option<bool>>,
}

impl Truth {
    pub fn all() -> Self {
        Truth { decisive: false, answers: Vec::new() }
    }

    pub fn any() -> Self {
        Truth { decisive: true, answers: Vec::new() }
    }
}

impl Accumulator for Truth {
    fn update(&mut self, groups: Groups<'_>, arguments: &[ArrayRef]) -> SqlResult<()> {
        self.answers.resize(groups.count, None);
        let booleans = arguments[0].as_boolean();
        for (row, &group) in groups.numbers.iter().enumerate() {
            if booleans.is_valid(row) {
                let answer = &mut self.answers[group as usize];
                if *answer != Some(self.decisive) {
                    *answer = Some(booleans.value(row));
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self, count: usize) -> SqlResult<ArrayRef> {
        self.answers.resize(count, None);
        Ok(Arc::new(self.answers.iter().copied().collect::<BooleanArray>()))
    }

    fn bytes(&self) -> u64 {
        self.answers.len() as u64
    }
}
