//! SLICE_NUM: the slice that a row lies on, as one more column, hidden, of the tables of statements that ask for it.

use super::binder::Binder;
use crate::gap::Feature;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::Expression;
use crate::sql::functions::SLICE;
use crate::sql::plan::{Field, Plan};
use crate::warehouse::catalog::{Distribution, Relation};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// What a query without tables is told: it runs on the leader node.
const LEADER: i32 = 10_000;

/// Whether a statement asks, so that no other one carries the column.
pub(super) fn is_asked(text: &str) -> bool {
    text.to_ascii_lowercase().contains("slice_num")
}

impl Binder<'_> {
    /// That of the first table in FROM: where the rows of a join are is not told apart (unconfirmed).
    pub fn slice_num(&mut self) -> SqlResult<Expression> {
        let tables = self.sites.tables;
        let mut columns = self.level()?.sources.iter().flat_map(|source| &source.columns);
        match columns.find(|column| column.name == SLICE) {
            Some(column) => Ok(Expression::Column { index: column.index, data_type: column.data_type }),
            None if tables => {
                Err(SqlError::not_simulated_because(Feature::Function, "SLICE_NUM over other than tables"))
            }
            None => Ok(integer(LEADER)),
        }
    }

    /// The plan of a table with the column, and how many it has more.
    pub fn with_slice(&mut self, relation: &Relation, plan: Plan) -> SqlResult<(Plan, usize)> {
        let (true, Some(table), Plan::Scan(_)) = (self.slices, relation.table(), &plan) else {
            return Ok((plan, 0));
        };
        let style = table.present_distribution();
        let scan = super::from::scan(relation, relation.name.as_str(), style == Distribution::Even);
        let mut fields = scan.fields().to_vec();
        let mut expressions: Vec<Expression> = fields
            .iter()
            .enumerate()
            .map(|(index, field)| Expression::Column { index, data_type: field.data_type })
            .collect();
        let of = match style {
            Distribution::Key(column) => expressions.get(column).cloned().into_iter().collect(),
            Distribution::Even => {
                fields.pop();
                [Some(integer(relation.id.0 as i32)), expressions.pop()].into_iter().flatten().collect()
            }
            Distribution::All | Distribution::Auto => Vec::new(),
        };
        expressions.push(self.call(SLICE, of)?);
        fields.push(Field { qualifier: None, name: SLICE.to_owned(), data_type: DataType::Integer });
        Ok((Plan::Project { input: Box::new(scan), expressions, fields }, 1))
    }
}

fn integer(value: i32) -> Expression {
    Expression::Literal { value: Value::Integer(value), data_type: DataType::Integer }
}
