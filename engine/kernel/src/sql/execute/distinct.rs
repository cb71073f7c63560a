//! DISTINCT: the first row of each kind, as it comes.

use super::gather::gather_batch;
use super::grouping::Grouping;
use super::memory::Held;
use super::{Context, Operator, Pull};
use crate::sql::error::SqlResult;
use crate::sql::outcome::Batch;
use crate::sql::plan::Field;
use crate::warehouse::data_type::DataType;

pub struct Distinct {
    input: Box<dyn Operator>,
    seen: Grouping,
    held: Held,
}

impl Distinct {
    pub fn new(input: Box<dyn Operator>, fields: &[Field]) -> Self {
        let types: Vec<DataType> = fields.iter().map(|field| field.data_type).collect();
        Distinct { input, seen: Grouping::new(&types), held: Held::default() }
    }
}

impl Operator for Distinct {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        let batch = match self.input.pull(context)? {
            Pull::Batch(batch) => batch,
            other => return Ok(other),
        };
        let fresh = fresh_rows(&mut self.seen, &batch)?;
        self.held.set(self.seen.bytes(), context)?;
        Ok(match fresh.len() {
            0 => Pull::Pending,
            all if all == batch.rows => Pull::Batch(batch),
            _ => Pull::Batch(gather_batch(&batch, &fresh, None)),
        })
    }
}

/// The rows of `batch` whose like was not seen before, in `seen` or further up in the batch.
pub fn fresh_rows(seen: &mut Grouping, batch: &Batch) -> SqlResult<Vec<u32>> {
    let mut known = seen.len() as u32;
    let groups = seen.assign(&batch.columns, batch.rows)?;
    if batch.columns.is_empty() {
        return Ok(if known == 0 && batch.rows > 0 { vec![0] } else { Vec::new() });
    }
    let mut fresh = Vec::new();
    for (row, group) in groups.into_iter().enumerate() {
        if group == known {
            known += 1;
            fresh.push(row as u32);
        }
    }
    Ok(fresh)
}
