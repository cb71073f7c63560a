//! HLL, HLL_CREATE_SKETCH and HLL_COMBINE: a HyperLogLog sketch for each group.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Int64Array, StringBuilder};

use super::{Accumulator, Groups, sketch};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::array::value_at;
use crate::sql::hll::Sketch;
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

pub struct Hll {
    /// The arguments are sketches already.
    combines: bool,
    /// The answer is the number of values and not the sketch.
    counts: bool,
    groups: Vec<Option<Sketch>>,
}

impl Hll {
    pub fn new(combines: bool, counts: bool) -> Self {
        Hll { combines, counts, groups: Vec::new() }
    }
}

impl Accumulator for Hll {
    fn update(&mut self, groups: Groups<'_>, arguments: &[ArrayRef]) -> SqlResult<()> {
        self.groups.resize(groups.count, None);
        let argument = &arguments[0];
        for (row, &group) in groups.numbers.iter().enumerate() {
            if argument.is_null(row) {
                continue;
            }
            let value = value_at(argument, DataType::Unknown, row);
            let sketch = self.groups[group as usize].get_or_insert_default();
            match &value {
                Value::String(text) if self.combines => {
                    sketch.merge(&Sketch::read(text).ok_or_else(|| SqlError::bug("a sketch that is none"))?);
                }
                value => sketch.add(sketch::hash(value)),
            }
        }
        Ok(())
    }

    /// HLL of nothing is 0; a sketch of nothing is NULL.
    fn finish(&mut self, count: usize) -> SqlResult<ArrayRef> {
        self.groups.resize(count, None);
        if self.counts {
            let counts = self.groups.iter().map(|sketch| sketch.as_ref().map_or(0, Sketch::cardinality));
            return Ok(Arc::new(Int64Array::from_iter_values(counts)));
        }
        let mut builder = StringBuilder::new();
        for sketch in &self.groups {
            let text = sketch.as_ref().map(|sketch| {
                let mut text = String::new();
                sketch.write(&mut text);
                text
            });
            builder.append_option(text);
        }
        Ok(Arc::new(builder.finish()))
    }

    fn bytes(&self) -> u64 {
        self.groups.iter().flatten().map(Sketch::bytes).sum::<u64>() + 24 * self.groups.len() as u64
    }
}
