//! HLL_CARDINALITY and HLL_COMBINE_SKETCHES: what is asked of HLLSKETCH values that are there already.

use arrow::array::ArrayRef;
use arrow::datatypes::Int64Type;

use super::Call;
use super::column::{build, build_text};
use super::signature::Entry;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::EvaluationContext;
use crate::sql::hll::Sketch;
use crate::warehouse::data_type::DataType;

const SKETCH: DataType = DataType::HllSketch;

pub(super) static FUNCTIONS: &[Entry] = &[
    Entry::custom(
        "hll_cardinality",
        |types| sketches(types, 1, DataType::BigInt),
        |call, _| {
            let sketches = call.text(0)?;
            build::<Int64Type>(call, |row| Ok(read(sketches.get(row).unwrap_or_default())?.cardinality()))
        },
    ),
    Entry::custom("hll_combine_sketches", |types| sketches(types, 2, SKETCH), combine),
];

/// `count` sketches, or NULLs that are taken for some.
fn sketches(types: &[DataType], count: usize, result: DataType) -> Option<(Vec<DataType>, DataType)> {
    let fits = types.len() == count && types.iter().all(|given| [SKETCH, DataType::Unknown].contains(given));
    fits.then(|| (vec![SKETCH; count], result))
}

fn read(text: &str) -> SqlResult<Sketch> {
    Sketch::read(text).ok_or_else(|| SqlError::bug("a sketch that is none"))
}

fn combine(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let (left, right) = (call.text(0)?, call.text(1)?);
    build_text(call, |row, out| {
        let (Some(left), Some(right)) = (left.get(row), right.get(row)) else { return Ok(None) };
        let mut both = read(left)?;
        both.merge(&read(right)?);
        both.write(out);
        Ok(Some(()))
    })
}
