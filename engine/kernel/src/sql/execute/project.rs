//! The select list.

use super::evaluate::evaluate_all;
use super::{Context, Operator, Pull};
use crate::sql::error::SqlResult;
use crate::sql::expression::Expression;
use crate::sql::outcome::Batch;

pub struct Project {
    input: Box<dyn Operator>,
    expressions: Vec<Expression>,
}

impl Project {
    pub fn new(input: Box<dyn Operator>, expressions: Vec<Expression>) -> Self {
        Project { input, expressions }
    }
}

impl Operator for Project {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        let batch = match self.input.pull(context)? {
            Pull::Batch(batch) => batch,
            other => return Ok(other),
        };
        let columns = evaluate_all(&self.expressions, &batch, context)?;
        Ok(Pull::Batch(Batch { columns, rows: batch.rows }))
    }
}
