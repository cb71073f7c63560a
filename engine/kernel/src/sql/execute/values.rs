//! Rows that come from the statement itself.

use super::array::array_of;
use super::pause::pausing;
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
    /// What the rows of the next batch have come to so far, by column.
    columns: Vec<Vec<Value>>,
}

impl Rows {
    pub fn new(rows: Vec<Vec<Expression>>, fields: &[Field]) -> Self {
        let types = fields.iter().map(|field| field.data_type).collect();
        Rows { rows, types, at: 0, columns: vec![Vec::new(); fields.len()] }
    }
}

impl Operator for Rows {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        let single = Batch { columns: Vec::new(), rows: 1 };
        let mut known = self.columns.first().map_or(0, Vec::len);
        while known < BATCH_ROWS
            && let Some(row) = self.rows.get(self.at)
        {
            let values = pausing(context, |context| {
                let value = |expression: &Expression| match expression {
                    Expression::Literal { value, .. } => Ok(value.clone()),
                    other => Ok(value_at(evaluate(other, &single, context)?.array(), other.data_type(), 0)),
                };
                row.iter().map(value).collect::<SqlResult<Vec<Value>>>()
            })?;
            // A query among them goes on in the next pull.
            let Some(values) = values else { return Ok(Pull::Pending) };
            self.columns.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
            (known, self.at) = (known + 1, self.at + 1);
        }
        if known == 0 {
            return Ok(Pull::End);
        }
        let columns = self.columns.iter_mut().zip(&self.types);
        let columns =
            columns.map(|(values, data_type)| array_of(&std::mem::take(values), *data_type)).collect();
        Ok(Pull::Batch(Batch { columns, rows: known }))
    }
}
