//! BIT_AND and BIT_OR over whole numbers.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, PrimitiveArray};
use arrow::datatypes::ArrowPrimitiveType;

use super::{Accumulator, Groups};
use crate::sql::error::SqlResult;

pub struct Bits<T: ArrowPrimitiveType> {
    fold: fn(T::Native, T::Native) -> T::Native,
    answers: Vec<Option<T::Native>>,
}

impl<T: ArrowPrimitiveType> Bits<T> {
    pub fn new(fold: fn(T::Native, T::Native) -> T::Native) -> Self {
        Bits { fold, answers: Vec::new() }
    }
}

impl<T: ArrowPrimitiveType> Accumulator for Bits<T> {
    fn update(&mut self, groups: Groups<'_>, arguments: &[ArrayRef]) -> SqlResult<()> {
        self.answers.resize(groups.count, None);
        let numbers = arguments[0].as_primitive::<T>();
        for (row, &group) in groups.numbers.iter().enumerate() {
            if numbers.is_valid(row) {
                let (answer, number) = (&mut self.answers[group as usize], numbers.value(row));
                *answer = Some(answer.map_or(number, |answer| (self.fold)(answer, number)));
            }
        }
        Ok(())
    }

    fn finish(&mut self, count: usize) -> SqlResult<ArrayRef> {
        self.answers.resize(count, None);
        Ok(Arc::new(self.answers.iter().copied().collect::<PrimitiveArray<T>>()))
    }

    fn bytes(&self) -> u64 {
        (self.answers.len() * size_of::<Option<T::Native>>()) as u64
    }
}
