//! What aggregates gather for each group.
//!
//! An accumulator is fed columns of arguments with the group of each row, and gives one value a group at the
//! end. `count`, `sum`, `extreme`, `variance`, `truth`, `bits`, `sketch`, `hll` keep a few words a group; `collect` keeps
//! the rows (LISTAGG, MEDIAN, percentiles).

mod bits;
mod collect;
mod count;
mod extreme;
mod hll;
mod sketch;
mod sum;
mod truth;
mod variance;

use arrow::array::ArrayRef;
use arrow::datatypes::{Int16Type, Int32Type, Int64Type};

use crate::sql::error::SqlResult;
use crate::sql::plan::{AggregateCall, AggregateFunction};
use crate::warehouse::data_type::DataType;

/// The groups of a batch's rows.
#[derive(Clone, Copy)]
pub struct Groups<'a> {
    pub numbers: &'a [u32],
    /// How many groups there are so far; all numbers are below it.
    pub count: usize,
}

pub trait Accumulator {
    /// Takes one batch. `arguments` are the call's arguments, then its WITHIN GROUP keys.
    fn update(&mut self, groups: Groups<'_>, arguments: &[ArrayRef]) -> SqlResult<()>;

    /// One value for each of `count` groups; groups never fed have the value of no rows.
    fn finish(&mut self, count: usize) -> SqlResult<ArrayRef>;

    /// Bytes held.
    fn bytes(&self) -> u64;
}

/// What is to be gathered.
#[derive(Clone, Debug)]
pub struct Specification {
    pub function: AggregateFunction,
    /// Types of the arguments, then of the WITHIN GROUP keys.
    pub types: Vec<DataType>,
    pub arguments: usize,
    /// Descending and nulls first, for each WITHIN GROUP key.
    pub order: Vec<(bool, bool)>,
    pub result: DataType,
}

impl Specification {
    pub fn of(call: &AggregateCall) -> Self {
        let arguments = call.arguments.iter().map(|argument| argument.data_type());
        let keys = call.order.iter().map(|key| key.expression.data_type());
        Specification {
            function: call.function,
            types: arguments.chain(keys).collect(),
            arguments: call.arguments.len(),
            order: call.order.iter().map(|key| (key.descending, key.nulls_first)).collect(),
            result: call.data_type,
        }
    }
}

pub fn accumulator(what: &Specification) -> SqlResult<Box<dyn Accumulator>> {
    let input = what.types.first().copied().unwrap_or(DataType::BigInt);
    Ok(match what.function {
        AggregateFunction::CountRows => Box::new(count::Count::rows()),
        AggregateFunction::Count => Box::new(count::Count::values()),
        AggregateFunction::Sum => sum::sum(input, what.result)?,
        AggregateFunction::Average => sum::average(input, what.result)?,
        AggregateFunction::Min => Box::new(extreme::Extreme::new(input, extreme::Keep::Least)),
        AggregateFunction::Max => Box::new(extreme::Extreme::new(input, extreme::Keep::Greatest)),
        AggregateFunction::AnyValue => Box::new(extreme::Extreme::new(input, extreme::Keep::First)),
        AggregateFunction::BoolAnd => Box::new(truth::Truth::all()),
        AggregateFunction::BoolOr => Box::new(truth::Truth::any()),
        AggregateFunction::BitAnd => match input {
            DataType::SmallInt => Box::new(bits::Bits::<Int16Type>::new(|a, b| a & b)),
            DataType::Integer => Box::new(bits::Bits::<Int32Type>::new(|a, b| a & b)),
            _ => Box::new(bits::Bits::<Int64Type>::new(|a, b| a & b)),
        },
        AggregateFunction::BitOr => match input {
            DataType::SmallInt => Box::new(bits::Bits::<Int16Type>::new(|a, b| a | b)),
            DataType::Integer => Box::new(bits::Bits::<Int32Type>::new(|a, b| a | b)),
            _ => Box::new(bits::Bits::<Int64Type>::new(|a, b| a | b)),
        },
        AggregateFunction::StddevSample
        | AggregateFunction::StddevPopulation
        | AggregateFunction::VarianceSample
        | AggregateFunction::VariancePopulation => {
            Box::new(variance::Variance::new(what.function, input, what.result))
        }
        AggregateFunction::ListAggregate
        | AggregateFunction::Median
        | AggregateFunction::PercentileContinuous
        | AggregateFunction::PercentileDiscrete => Box::new(collect::Collect::new(what.clone())),
        AggregateFunction::ApproximateCountDistinct => Box::new(sketch::Sketch::default()),
        AggregateFunction::HllCount => Box::new(hll::Hll::new(false, true)),
        AggregateFunction::HllCreateSketch => Box::new(hll::Hll::new(false, false)),
        AggregateFunction::HllCombine => Box::new(hll::Hll::new(true, false)),
    })
}
