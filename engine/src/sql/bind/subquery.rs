//! Queries inside expressions: scalar, EXISTS, IN, ANY and ALL.

use std::sync::Arc;

use crate::sql::syntax;

use super::binder::Binder;
use super::coerce;
use super::level::Level;
use super::operator::comparison;
use crate::gap::Feature;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::{CastMode, Comparison, Expression, Subquery, SubqueryKind};
use crate::sql::plan::Plan;
use crate::warehouse::data_type::DataType;

impl Binder<'_> {
    /// Binds a query that may look at the rows around it; gives what it takes from them.
    fn correlated(&mut self, query: &syntax::Query) -> SqlResult<(Plan, Vec<Expression>)> {
        self.levels.push(Level { parameters: Some(Vec::new()), ..Level::default() });
        let bound = self.deeper(|binder| binder.query(query));
        let marker = self.levels.pop();
        Ok((bound?, marker.and_then(|level| level.parameters).unwrap_or_default()))
    }

    pub fn scalar_subquery(&mut self, query: &syntax::Query) -> SqlResult<Expression> {
        let (plan, parameters) = self.correlated(query)?;
        let plan = coerce::settle_strings(plan);
        let [field] = plan.fields() else {
            return Err(SqlError::product("42601", "subquery must return only one column"));
        };
        let data_type = field.data_type;
        let subquery = Subquery { plan: Arc::new(plan), parameters, kind: SubqueryKind::Scalar, data_type };
        Ok(Expression::Subquery(Box::new(subquery)))
    }

    pub fn exists(&mut self, query: &syntax::Query, negated: bool) -> SqlResult<Expression> {
        let (plan, parameters) = self.correlated(query)?;
        Ok(Expression::Subquery(Box::new(Subquery {
            plan: Arc::new(plan),
            parameters,
            kind: SubqueryKind::Exists { negated },
            data_type: DataType::Boolean,
        })))
    }

    pub fn in_subquery(
        &mut self,
        operands: Vec<Expression>,
        query: &syntax::Query,
        negated: bool,
    ) -> SqlResult<Expression> {
        if negated {
            self.compared_subquery(operands, Comparison::NotEqual, query, true)
        } else {
            self.compared_subquery(operands, Comparison::Equal, query, false)
        }
    }

    /// `left operator ANY|ALL (query)`.
    pub fn quantified(
        &mut self,
        left: &syntax::Expression,
        op: syntax::BinaryOperator,
        right: &syntax::Expression,
        all: bool,
    ) -> SqlResult<Expression> {
        let operator = comparison(op).ok_or_else(|| {
            SqlError::not_simulated_because(Feature::QueryClause, format!("{} with ANY or ALL", op.sign()))
        })?;
        let mut right = right;
        while let syntax::Expression::Nested(inner) = right {
            right = inner;
        }
        let syntax::Expression::Subquery(query) = right else {
            // Lists of the catalog are arrays in the product and texts here, printed as such an array is.
            if operator != Comparison::Equal || all {
                return Err(SqlError::not_simulated_because(Feature::DataType, "arrays"));
            }
            let (array, wanted) = (self.expression(right)?, self.expression(left)?);
            let wanted = coerce::explicit(wanted, DataType::Varchar(DataType::VARCHAR_MAX))?;
            return self.call("array has", vec![array, wanted]);
        };
        let operands = self.operands(left)?;
        self.compared_subquery(operands, operator, query, all)
    }

    fn compared_subquery(
        &mut self,
        operands: Vec<Expression>,
        operator: Comparison,
        query: &syntax::Query,
        all: bool,
    ) -> SqlResult<Expression> {
        let (plan, parameters) = self.correlated(query)?;
        self.not_nested_in()?;
        let found = plan.fields().len();
        if found != operands.len() {
            let text = match (operands.len(), found > operands.len()) {
                (1, _) => "subquery must return only one column",
                (_, true) => "subquery has too many columns",
                (_, false) => "subquery has too few columns",
            };
            return Err(SqlError::product("42601", text));
        }
        let mut plan = plan;
        let mut left = Vec::new();
        let mut right = Vec::new();
        let mut cast = false;
        for (index, operand) in operands.into_iter().enumerate() {
            let column = Expression::Column { index, data_type: plan.fields()[index].data_type };
            let (operand, as_compared) = coerce::comparable(coerce::sign(operator), operand, column.clone())?;
            cast |= as_compared != column;
            left.push(operand);
            right.push(as_compared);
        }
        if cast {
            let mut fields = plan.fields().to_vec();
            for (field, expression) in fields.iter_mut().zip(&right) {
                field.data_type = expression.data_type();
            }
            plan = Plan::Project { input: Box::new(plan), expressions: right, fields };
        }
        let left = left
            .into_iter()
            .zip(plan.fields())
            .map(|(operand, field)| match (operand.data_type().is_string(), field.data_type.is_string()) {
                (true, true) => operand,
                _ => coerce::cast(operand, field.data_type, CastMode::Implicit),
            })
            .collect();
        let kind = if all {
            SubqueryKind::All { operands: left, operator }
        } else {
            SubqueryKind::Any { operands: left, operator }
        };
        Ok(Expression::Subquery(Box::new(Subquery {
            plan: Arc::new(plan),
            parameters,
            kind,
            data_type: DataType::Boolean,
        })))
    }
}
