//! Correlated queries that give one value become a join with that value for every key at once:
//! `(SELECT avg(x) FROM t WHERE t.k = o.k)` is `t` grouped by `k`, joined on `o.k`. EXISTS outside a plain
//! condition goes the same way, by whether its key has rows.

use std::sync::Arc;

use super::columns;
use super::decorrelate::decorrelate;
use super::lift::{self, Lifted};
use crate::sql::bind::conjunction;
use crate::sql::expression::{Expression, Subquery, SubqueryKind};
use crate::sql::functions::conditional::SINGLE_ROW;
use crate::sql::plan::{AggregateCall, AggregateFunction, Field, Join, JoinKind, Plan};
use crate::warehouse::data_type::DataType;

/// Joins to the input of this step what its expressions ask of correlated queries, where that is possible.
pub(super) fn joined(mut plan: Plan) -> Plan {
    let input = match &mut plan {
        Plan::Filter { input, .. } | Plan::Project { input, .. } | Plan::Aggregate { input, .. } => input,
        _ => return plan,
    };
    let mut below = std::mem::replace(&mut **input, Plan::Empty);
    let outer = below.fields().to_vec();
    for expression in plan.expressions_mut() {
        expression.transform(&mut |inner| {
            let Expression::Subquery(subquery) = &*inner else { return };
            let Some(answer) = answered(subquery, below.fields().len()) else { return };
            let mut fields = below.fields().to_vec();
            fields
                .extend(answer.right.fields().iter().map(|field| Field { qualifier: None, ..field.clone() }));
            let left = std::mem::replace(&mut below, Plan::Empty);
            below = Plan::Join(Box::new(Join {
                left,
                right: answer.right,
                kind: JoinKind::Left,
                on: answer.on,
                residual: answer.residual,
                fields,
            }));
            *inner = answer.expression;
        });
    }
    let wider = below.fields().len() > outer.len();
    match &mut plan {
        Plan::Filter { input, .. } | Plan::Project { input, .. } | Plan::Aggregate { input, .. } => {
            **input = below
        }
        _ => {}
    }
    if wider && matches!(plan, Plan::Filter { .. }) {
        let expressions = outer.iter().enumerate().map(|(index, field)| lift::column(index, field)).collect();
        return Plan::Project { input: Box::new(plan), expressions, fields: outer };
    }
    plan
}

/// What to join, and what then stands where the query stood.
struct Answer {
    right: Plan,
    on: Vec<(Expression, Expression)>,
    residual: Option<Expression>,
    expression: Expression,
}

fn answered(subquery: &Subquery, width: usize) -> Option<Answer> {
    if subquery.parameters.is_empty() || !subquery.parameters.iter().all(columns::movable) {
        return None;
    }
    let plan = decorrelate(Arc::unwrap_or_clone(subquery.plan.clone()));
    match &subquery.kind {
        SubqueryKind::Scalar => {
            aggregated(plan.clone(), subquery, width).or_else(|| single(plan, subquery, width))
        }
        SubqueryKind::Exists { negated } => {
            let Lifted { plan, taken } = lift::lift(plan)?;
            let count = call(AggregateFunction::CountRows, Vec::new(), DataType::BigInt);
            let keyed = keyed(plan, taken, vec![count], subquery, width)?;
            let count = Expression::Column { index: keyed.first, data_type: DataType::BigInt };
            Some(keyed.answer(Expression::IsNull { input: Box::new(count), negated: !negated }))
        }
        SubqueryKind::Any { .. } | SubqueryKind::All { .. } => None,
    }
}

/// A query whose one row is an aggregate over all its rows.
fn aggregated(mut plan: Plan, subquery: &Subquery, width: usize) -> Option<Answer> {
    let mut expression = lift::column(0, plan.fields().first()?);
    let (input, aggregates) = loop {
        match plan {
            Plan::Project { input, expressions, .. } => {
                columns::substitute(&mut expression, &expressions);
                plan = *input;
            }
            // HAVING: the row is there or not.
            Plan::Filter { input, predicate } => {
                let data_type = expression.data_type();
                expression =
                    Expression::Case { branches: vec![(predicate, expression)], otherwise: None, data_type };
                plan = *input;
            }
            Plan::Sort { input, .. } | Plan::Distinct { input } => plan = *input,
            Plan::Limit { input, limit: None | Some(1..), offset: 0 } => plan = *input,
            Plan::Aggregate { input, groups, aggregates, .. } if groups.is_empty() => {
                break (*input, aggregates);
            }
            _ => return None,
        }
    };
    let outside = aggregates.iter().any(|call| {
        call.arguments.iter().chain(call.order.iter().map(|key| &key.expression)).any(lift::has_parameter)
    });
    if outside || !columns::movable(&expression) {
        return None;
    }
    let Lifted { plan, taken } = lift::lift(input)?;
    // No row of a key is no group at all: a count of none is 0, and the other aggregates are NULL.
    let counts: Vec<bool> = aggregates
        .iter()
        .map(|call| {
            matches!(
                call.function,
                AggregateFunction::CountRows
                    | AggregateFunction::Count
                    | AggregateFunction::ApproximateCountDistinct
            )
        })
        .collect();
    let types: Vec<DataType> = aggregates.iter().map(|call| call.data_type).collect();
    let keyed = keyed(plan, taken, aggregates, subquery, width)?;
    let values: Vec<Expression> = types
        .iter()
        .zip(counts)
        .enumerate()
        .map(|(number, (&data_type, counts))| {
            let value = Expression::Column { index: keyed.first + number, data_type };
            if !counts {
                return value;
            }
            let known = Expression::IsNull { input: Box::new(value.clone()), negated: true };
            let otherwise = Some(Box::new(lift::zero(data_type)));
            Expression::Case { branches: vec![(known, value)], otherwise, data_type }
        })
        .collect();
    columns::substitute(&mut expression, &values);
    lift::fill(&mut expression, &subquery.parameters);
    Some(keyed.answer(expression))
}

/// A query that must find one row at most, which is seen when an outer row asks for it.
fn single(plan: Plan, subquery: &Subquery, width: usize) -> Option<Answer> {
    let Lifted { plan, taken } = lift::lift(plan)?;
    let value = lift::column(0, plan.fields().first()?);
    let data_type = value.data_type();
    let calls = vec![
        call(AggregateFunction::AnyValue, vec![value], data_type),
        call(AggregateFunction::CountRows, Vec::new(), DataType::BigInt),
    ];
    let keyed = keyed(plan, taken, calls, subquery, width)?;
    let arguments = vec![
        Expression::Column { index: keyed.first, data_type },
        Expression::Column { index: keyed.first + 1, data_type: DataType::BigInt },
    ];
    Some(keyed.answer(Expression::Call { function: &SINGLE_ROW, arguments, data_type }))
}

fn call(function: AggregateFunction, arguments: Vec<Expression>, data_type: DataType) -> AggregateCall {
    AggregateCall { function, distinct: false, arguments, order: Vec::new(), data_type }
}

struct Keyed {
    right: Plan,
    on: Vec<(Expression, Expression)>,
    residual: Option<Expression>,
    /// The number that the first aggregate has after the join.
    first: usize,
}

impl Keyed {
    fn answer(self, expression: Expression) -> Answer {
        Answer { right: self.right, on: self.on, residual: self.residual, expression }
    }
}

/// Groups the rows by what the outer row must equal. What asks the outer row alone stays with the join.
fn keyed(
    plan: Plan,
    taken: Vec<Expression>,
    aggregates: Vec<AggregateCall>,
    subquery: &Subquery,
    width: usize,
) -> Option<Keyed> {
    let (mut groups, mut fields, mut on, mut rest) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for condition in &taken {
        if !lift::reads_columns(condition) {
            let mut condition = condition.clone();
            lift::fill(&mut condition, &subquery.parameters);
            rest.push(condition);
            continue;
        }
        let (inner, outer) = lift::equal_pair(condition)?;
        let mut outer = outer.clone();
        lift::fill(&mut outer, &subquery.parameters);
        let (index, data_type) = (groups.len(), inner.data_type());
        fields.push(Field { qualifier: None, name: format!("key{index}"), data_type });
        groups.push(inner.clone());
        on.push((outer, Expression::Column { index, data_type }));
    }
    if on.is_empty() {
        return None;
    }
    for (number, call) in aggregates.iter().enumerate() {
        fields.push(Field { qualifier: None, name: format!("value{number}"), data_type: call.data_type });
    }
    let first = width + groups.len();
    let right = Plan::Aggregate { input: Box::new(plan), groups, aggregates, fields };
    Some(Keyed { right, on, residual: conjunction(rest), first })
}
