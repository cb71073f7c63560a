//! STDDEV and VARIANCE, by Welford's running mean: no cancellation between large sums.

use arrow::array::{Array, ArrayRef};

use super::{Accumulator, Groups};
use crate::sql::error::SqlResult;
use crate::sql::execute::array::array_of;
use crate::sql::execute::cast::{CastRules, cast};
use crate::sql::plan::AggregateFunction;
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

#[derive(Clone, Copy, Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

pub struct Variance {
    function: AggregateFunction,
    input: DataType,
    result: DataType,
    groups: Vec<Moments>,
}

/// An implicit cast never cuts.
const RULES: CastRules = CastRules { rounding: true, ..CastRules::plain() };

impl Variance {
    pub fn new(function: AggregateFunction, input: DataType, result: DataType) -> Self {
        Variance { function, input, result, groups: Vec::new() }
    }
}

impl Accumulator for Variance {
    fn update(&mut self, groups: Groups<'_>, arguments: &[ArrayRef]) -> SqlResult<()> {
        self.groups.resize(groups.count, Moments::default());
        let doubles = cast(&arguments[0], self.input, DataType::Double, RULES)?;
        let doubles = arrow::array::AsArray::as_primitive::<arrow::datatypes::Float64Type>(&doubles);
        for (row, &group) in groups.numbers.iter().enumerate() {
            if doubles.is_valid(row) {
                let value = doubles.value(row);
                let moments = &mut self.groups[group as usize];
                moments.count += 1.0;
                let distance = value - moments.mean;
                moments.mean += distance / moments.count;
                moments.squares += distance * (value - moments.mean);
            }
        }
        Ok(())
    }

    fn finish(&mut self, count: usize) -> SqlResult<ArrayRef> {
        self.groups.resize(count, Moments::default());
        let (sample, root) = match self.function {
            AggregateFunction::StddevSample => (true, true),
            AggregateFunction::StddevPopulation => (false, true),
            AggregateFunction::VarianceSample => (true, false),
            _ => (false, false),
        };
        let values: Vec<Value> = self
            .groups
            .iter()
            .map(|moments| {
                let divisor = if sample { moments.count - 1.0 } else { moments.count };
                if divisor <= 0.0 {
                    return Value::Null;
                }
                let variance = moments.squares / divisor;
                Value::Double(if root { variance.sqrt() } else { variance })
            })
            .collect();
        let doubles: ArrayRef = array_of(&values, DataType::Double);
        match self.result {
            DataType::Double => Ok(doubles),
            other => cast(&doubles, DataType::Double, other, RULES),
        }
    }

    fn bytes(&self) -> u64 {
        24 * self.groups.len() as u64
    }
}
