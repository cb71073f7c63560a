//! The slice of a row, as SLICE_NUM tells it, by how its table is distributed.

use arrow::array::ArrayRef;
use arrow::datatypes::{Int32Type, Int64Type};

use super::Call;
use super::column::build;
use super::signature::Entry;
use crate::sql::error::SqlResult;
use crate::sql::execute::EvaluationContext;
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::data_type::DataType;
use crate::warehouse::storage::slices;

/// By the value of the distribution key; by the table and the row's number (EVEN); by nothing (ALL). Nobody can write
/// the name.
pub const SLICE: &str = " slice";

pub(super) static FUNCTIONS: &[Entry] =
    &[Entry::custom(SLICE, |types| Some((types.to_vec(), DataType::Integer)), slice)];

fn slice(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    match call.arguments {
        [] => build::<Int32Type>(call, |_| Ok(0)),
        [key] => {
            let found = slices::of_keys(key);
            build::<Int32Type>(call, |row| Ok(found.get(row).copied().unwrap_or(0)))
        }
        _ => {
            let (tables, rows) = (call.primitive::<Int32Type>(0)?, call.primitive::<Int64Type>(1)?);
            let databases = &context.evaluation.manifest.catalog.databases;
            let relation = |id: i32| databases.values().find_map(|known| known.relation(ObjectId(id as u32)));
            let table = call.rows.checked_sub(1).and_then(|_| relation(tables.value(0)));
            let segments = table.and_then(|one| one.table()).map_or(&[][..], |table| &table.data.segments);
            build::<Int32Type>(call, |row| {
                let id = rows.value(row);
                Ok(segments.get((id >> 32) as usize).map_or(0, |stored| stored.slice_in_turn(id as u32)))
            })
        }
    }
}
