//! WHERE and HAVING: rows for which the predicate is true.

use super::gather::gather_batch;
use super::logic::{Selection, conjuncts, select};
use super::{Context, Operator, Pull};
use crate::sql::error::SqlResult;
use crate::sql::expression::Expression;

pub struct Filter {
    input: Box<dyn Operator>,
    predicate: Expression,
}

impl Filter {
    pub fn new(input: Box<dyn Operator>, predicate: Expression) -> Self {
        Filter { input, predicate }
    }
}

impl Operator for Filter {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        let batch = match self.input.pull(context)? {
            Pull::Batch(batch) => batch,
            other => return Ok(other),
        };
        match select(&conjuncts(&self.predicate), &batch, context)? {
            Selection::All => Ok(Pull::Batch(batch)),
            Selection::Rows(rows) if rows.is_empty() => Ok(Pull::Pending),
            Selection::Rows(rows) => Ok(Pull::Batch(gather_batch(&batch, &rows, None))),
        }
    }
}
