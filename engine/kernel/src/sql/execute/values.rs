//! Rows that come from the statement itself.

use super::array::array_of;
use super::{BATCH_ROWS, Context, Operator, Pull};
use crate::sql::error::SqlResult;
use crate::sql::execute::array::value_at;
use crate::sql::execute::evaluate::evaluate;
use crate::sql::expression::Expression;
use crate::sql::outcome::Batch;
use crate::sql::plan::Field;
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// One row without columns: SELECT without FROM.
#[derive(Default)]
pub struct Single {
    done: bool,
}

impl Operator for Single {
    fn pull(&mut self, _context: &mut Context) -> SqlResult<Pull> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(Pull::End);
        }
        Ok(Pull::Batch(Batch { columns: Vec::new(), rows: 1 }))
    }
}

/// No row.
pub struct Nothing;

impl Operator for Nothing {
    fn pull(&mut self, _context: &mut Context) -> SqlResult<Pull> {
        Ok(Pull::End)
    }
}

/// VALUES.
pub struct Rows {
    rows: Vec<Vec<Expression>>,
    types: Vec<DataType>,
    at: usize,
}

impl Rows {
    pub fn new(rows: Vec<Vec<Expression>>, fields: &[Field]) -> Self {
        Rows { rows, types: fields.iter().map(|field| field.data_type).collect(), at: 0 }
    }
}

impl Operator for Rows {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        let end = self.rows.len().min(self.at + BATCH_ROWS);
        let part = &self.rows[self.at..end];
        if part.is_empty() {
            return Ok(Pull::End);
        }
        let single = Batch { columns: Vec::new(), rows: 1 };
        let mut columns: Vec<Vec<Value>> = vec![Vec::with_capacity(part.len()); self.types.len()];
        for row in part {
            for (expression, column) in row.iter().zip(&mut columns) {
                column.push(match expression {
                    Expression::Literal { value, .. } => value.clone(),
                    other => value_at(evaluate(other, &single, context)?.array(), other.data_type(), 0),
                });
            }
        }
        let columns =
            columns.iter().zip(&self.types).map(|(values, data_type)| array_of(values, *data_type)).collect();
        let rows = part.len();
        self.at = end;
        Ok(Pull::Batch(Batch { columns, rows }))
    }
}
