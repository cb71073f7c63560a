//! Grouping by SUPER: documents are the same when their values are, however their numbers are written and their
//! members are ordered. So rows are grouped by what orders documents, and of each group one document is shown. The
//! same holds for texts that are compared without case.

use crate::sql::bind::{grouping_key, has_key};
use crate::sql::expression::Expression;
use crate::sql::plan::{AggregateCall, AggregateFunction, Field, Plan, SetOperation};

pub(super) fn documents(mut plan: Plan) -> Plan {
    for input in plan.inputs_mut() {
        *input = documents(std::mem::replace(input, Plan::Empty));
    }
    let holds = |fields: &[Field]| fields.iter().any(|field| has_key(field.data_type));
    match plan {
        Plan::Distinct { input } if holds(input.fields()) => distinct(input),
        Plan::SetOperation {
            operation: operation @ SetOperation::Union,
            all: false,
            left,
            right,
            fields,
        } if holds(&fields) => {
            distinct(Box::new(Plan::SetOperation { operation, all: true, left, right, fields }))
        }
        Plan::Aggregate { input, groups, mut aggregates, fields } => {
            for call in aggregates.iter_mut().filter(|call| call.distinct) {
                let counts = matches!(
                    call.function,
                    AggregateFunction::Count | AggregateFunction::ApproximateCountDistinct
                );
                if let ([argument], true) = (call.arguments.as_mut_slice(), counts)
                    && has_key(argument.data_type())
                {
                    *argument = grouping_key(argument.clone());
                }
            }
            if groups.iter().any(|group| has_key(group.data_type())) {
                return grouped(input, groups, aggregates, fields);
            }
            Plan::Aggregate { input, groups, aggregates, fields }
        }
        Plan::Window { input, mut calls, fields } => {
            let partitions = calls.iter_mut().flat_map(|call| call.partition.iter_mut());
            for key in partitions.filter(|key| has_key(key.data_type())) {
                *key = grouping_key(key.clone());
            }
            Plan::Window { input, calls, fields }
        }
        plan => plan,
    }
}

fn distinct(input: Box<Plan>) -> Plan {
    let fields = input.fields().to_vec();
    let columns = fields.iter().enumerate();
    let groups =
        columns.map(|(index, field)| Expression::Column { index, data_type: field.data_type }).collect();
    grouped(input, groups, Vec::new(), fields)
}

/// The groups' documents come as further aggregates, and are put where the groups were.
fn grouped(
    input: Box<Plan>,
    groups: Vec<Expression>,
    mut aggregates: Vec<AggregateCall>,
    fields: Vec<Field>,
) -> Plan {
    let (width, calls) = (groups.len(), aggregates.len());
    let mut keys = Vec::with_capacity(width);
    let mut shown = Vec::with_capacity(fields.len());
    for (index, group) in groups.into_iter().enumerate() {
        let data_type = group.data_type();
        if !has_key(data_type) {
            shown.push(Expression::Column { index, data_type });
            keys.push(group);
            continue;
        }
        shown.push(Expression::Column { index: width + aggregates.len(), data_type });
        keys.push(grouping_key(group.clone()));
        aggregates.push(AggregateCall {
            function: AggregateFunction::AnyValue,
            distinct: false,
            arguments: vec![group],
            order: Vec::new(),
            data_type,
        });
    }
    for (index, call) in aggregates.iter().take(calls).enumerate() {
        shown.push(Expression::Column { index: width + index, data_type: call.data_type });
    }
    let name = |data_type| Field { qualifier: None, name: String::new(), data_type };
    let types = keys.iter().map(Expression::data_type).chain(aggregates.iter().map(|call| call.data_type));
    let inner = types.map(name).collect();
    let aggregate = Plan::Aggregate { input, groups: keys, aggregates, fields: inner };
    Plan::Project { input: Box::new(aggregate), expressions: shown, fields }
}
