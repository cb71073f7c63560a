//! Few rows at a time: what runs a query for each row must let others be heard between rows.

use super::{Context, Operator, Pull};
use crate::sql::error::SqlResult;
use crate::sql::expression::Expression;
use crate::sql::outcome::Batch;

/// Rows handed on at once; each may read whole tables.
const ROWS: usize = 32;

pub struct Slices {
    input: Box<dyn Operator>,
    /// A batch, and how many of its rows have been handed on.
    rest: Option<(Batch, usize)>,
}

impl Slices {
    /// The input itself, unless one of these expressions runs a query for each row.
    pub fn under(input: Box<dyn Operator>, expressions: &[Expression]) -> Box<dyn Operator> {
        let mut correlated = false;
        for expression in expressions {
            expression.visit(&mut |inner| {
                correlated |= matches!(inner, Expression::Subquery(query) if !query.parameters.is_empty());
            });
        }
        if correlated { Box::new(Slices { input, rest: None }) } else { input }
    }
}

impl Operator for Slices {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        let (batch, at) = match self.rest.take() {
            Some(rest) => rest,
            None => match self.input.pull(context)? {
                Pull::Batch(batch) => (batch, 0),
                other => return Ok(other),
            },
        };
        if batch.rows <= ROWS && at == 0 {
            return Ok(Pull::Batch(batch));
        }
        let rows = ROWS.min(batch.rows - at);
        let columns = batch.columns.iter().map(|column| column.slice(at, rows)).collect();
        if at + rows < batch.rows {
            self.rest = Some((batch, at + rows));
        }
        Ok(Pull::Batch(Batch { columns, rows }))
    }
}
