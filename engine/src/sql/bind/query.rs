//! Whole queries: WITH, set operations, and ORDER BY and LIMIT around them.

use crate::sql::syntax;

use super::binder::{Binder, CommonTable};
use super::coerce::{self, bare_name};
use super::from::{fold, with_fields};
use super::super_path;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::{CastMode, Expression};
use crate::sql::plan::{Field, Plan, SetOperation, SortKey};
use crate::sql::{execute, optimize};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

impl Binder<'_> {
    pub fn query(&mut self, query: &syntax::Query) -> SqlResult<Plan> {
        let known = self.common.len();
        let bound = self.with(query.with.as_ref()).and_then(|()| self.query_body(query));
        let defined: Vec<CommonTable> = self.common.drain(known..).collect();
        Ok(put_in_common(bound?, defined))
    }

    /// Binds the WITH list; each entry sees those before it, and none sees the rows around the query.
    pub fn with(&mut self, with: Option<&syntax::With>) -> SqlResult<()> {
        let Some(with) = with else { return Ok(()) };
        let known = self.common.len();
        for table in &with.tables {
            let name = fold(&table.alias.name);
            if self.common[known..].iter().any(|common| common.name == name) {
                let message = format!("WITH query name \"{name}\" specified more than once");
                return Err(SqlError::product("42712", message));
            }
            let levels = std::mem::take(&mut self.levels);
            let bound = self.deeper(|binder| {
                let recursive = if with.recursive { binder.recursive(table)? } else { None };
                recursive.map_or_else(|| binder.query(&table.query), Ok)
            });
            self.levels = levels;
            let definition = coerce::settle_strings(bound?);
            let mut fields: Vec<Field> = definition.fields().to_vec();
            if table.alias.columns.len() > fields.len() {
                return Err(SqlError::product(
                    "42P10",
                    format!(
                        "WITH query \"{name}\" has {} columns available but {} columns specified",
                        fields.len(),
                        table.alias.columns.len()
                    ),
                ));
            }
            for (field, column) in fields.iter_mut().zip(&table.alias.columns) {
                field.name = fold(column);
            }
            let id = self.next_common;
            self.next_common += 1;
            self.common.push(CommonTable { name, id, fields, definition });
        }
        Ok(())
    }

    fn query_body(&mut self, query: &syntax::Query) -> SqlResult<Plan> {
        let order = query.order_by.as_slice();
        self.nested = false;
        let plan = match &query.body {
            syntax::SetExpression::Select(select) => self.select(select, order)?,
            body => {
                let plan = self.body(body)?;
                self.order_result(plan, order)?
            }
        };
        if query.limit.is_some() || query.offset.is_some() {
            self.not_nested("LIMIT clause")?;
        }
        let (limit, offset) = self.limit(query)?;
        Ok(if limit.is_some() || offset > 0 {
            Plan::Limit { input: Box::new(plan), limit, offset }
        } else {
            plan
        })
    }

    pub fn body(&mut self, body: &syntax::SetExpression) -> SqlResult<Plan> {
        match body {
            syntax::SetExpression::Select(select) => self.select(select, &[]),
            syntax::SetExpression::Query(query) => self.deeper(|binder| binder.query(query)),
            syntax::SetExpression::SetOperation { op, all, left, right } => {
                self.set_operation(left, *op, *all, right)
            }
        }
    }

    fn set_operation(
        &mut self,
        left: &syntax::SetExpression,
        op: syntax::SetOperator,
        all: bool,
        right: &syntax::SetExpression,
    ) -> SqlResult<Plan> {
        let (operation, name) = match op {
            syntax::SetOperator::Union => (SetOperation::Union, "UNION"),
            syntax::SetOperator::Intersect => (SetOperation::Intersect, "INTERSECT"),
            syntax::SetOperator::Except => (SetOperation::Except, "EXCEPT"),
        };
        if all && operation != SetOperation::Union {
            return Err(SqlError::product("0A000", format!("{name} ALL is not supported")));
        }
        for side in [left, right] {
            if let syntax::SetExpression::Query(query) = side
                && (query.limit.is_some() || query.offset.is_some())
            {
                return Err(SqlError::product(
                    "0A000",
                    "LIMIT may not be used within input to set operations.",
                ));
            }
        }
        let left = self.body(left)?;
        let right = self.body(right)?;
        unite(operation, all, name, left, right)
    }

    /// ORDER BY over a finished result: only its columns can be named.
    fn order_result(&mut self, plan: Plan, order: &[syntax::OrderBy]) -> SqlResult<Plan> {
        if order.is_empty() {
            return Ok(plan);
        }
        let mut keys = Vec::new();
        for key in order {
            let index = match &key.expr {
                syntax::Expression::Identifier(ident) => {
                    let name = fold(ident);
                    plan.fields().iter().position(|field| field.name == name)
                }
                expression => ordinal(expression, plan.fields().len(), "ORDER BY")?,
            };
            let Some(index) = index else {
                let message =
                    "ORDER BY on a UNION/INTERSECT/EXCEPT result must be on one of the result columns";
                return Err(self.at(SqlError::product("0A000", message), &key.expr));
            };
            let expression = Expression::Column { index, data_type: plan.fields()[index].data_type };
            keys.push(sort_key(key, expression)?);
        }
        Ok(Plan::Sort { input: Box::new(plan), keys, limit: None })
    }

    /// A sort key inside OVER or WITHIN GROUP: an expression, never an ordinal.
    pub fn sort_key_plain(&mut self, key: &syntax::OrderBy) -> SqlResult<SortKey> {
        let expression = self.expression(&key.expr)?;
        sort_key(key, expression)
    }

    fn limit(&mut self, query: &syntax::Query) -> SqlResult<(Option<u64>, u64)> {
        let limit = match &query.limit {
            Some(limit) => self.count(limit, "LIMIT")?,
            None => None,
        };
        let offset = match &query.offset {
            Some(offset) => self.count(offset, "OFFSET")?.unwrap_or(0),
            None => 0,
        };
        Ok((limit, offset))
    }

    /// The number in LIMIT, OFFSET or TOP; NULL is no limit.
    pub fn count(&mut self, expression: &syntax::Expression, place: &str) -> SqlResult<Option<u64>> {
        let bound = self.expression(expression)?;
        let mut what = None;
        bound.visit(&mut |inner| match inner {
            Expression::Column { .. } | Expression::Parameter { .. } => what = Some("variables"),
            Expression::Subquery(_) => what = what.or(Some("subqueries")),
            _ => {}
        });
        if let Some(what) = what {
            let message = format!("argument of {place} must not contain {what}");
            return Err(self.at(SqlError::product("42P10", message), expression));
        }
        let value = execute::constant(&bound, &mut optimize::surroundings(self.manifest))?;
        let count = match &value {
            Value::Null => return Ok(None),
            Value::SmallInt(count) => i64::from(*count),
            Value::Integer(count) => i64::from(*count),
            Value::BigInt(count) => *count,
            Value::String(text) => text.trim().parse().map_err(|_| {
                SqlError::product("22P02", format!("invalid input syntax for integer: \"{text}\""))
            })?,
            _ => {
                let message = format!(
                    "argument of {place} must be type integer, not type {}",
                    bare_name(bound.data_type())
                );
                return Err(self.at(SqlError::product("42804", message), expression));
            }
        };
        match u64::try_from(count) {
            Ok(count) => Ok(Some(count)),
            Err(_) => {
                Err(self.at(SqlError::product("2201W", format!("{place} must not be negative")), expression))
            }
        }
    }
}

/// Brings both sides to common types under the left side's names.
fn unite(operation: SetOperation, all: bool, name: &str, left: Plan, right: Plan) -> SqlResult<Plan> {
    let (ours, theirs) = (left.fields().to_vec(), right.fields().to_vec());
    if ours.len() != theirs.len() {
        return Err(SqlError::product(
            "42601",
            format!("each {name} query must have the same number of columns"),
        ));
    }
    let mut fields = Vec::new();
    for (one, other) in ours.iter().zip(&theirs) {
        let types = [one.data_type, other.data_type];
        let data_type = coerce::common_type(&types).ok_or_else(|| {
            let (one, other) = (bare_name(types[0]), bare_name(types[1]));
            SqlError::product("42804", format!("{name} types {one} and {other} cannot be matched"))
        })?;
        fields.push(Field { qualifier: None, name: one.name.clone(), data_type });
    }
    // Untyped strings that meet each other, or a string type, need room for the longest of them.
    let (left, right) = (literal_widths(left, &fields), literal_widths(right, &fields));
    for (index, field) in fields.iter_mut().enumerate() {
        let width = [&left, &right].iter().map(|(_, widths)| widths[index]).max().unwrap_or(1);
        field.data_type = match field.data_type {
            DataType::Unknown => DataType::Varchar(width),
            DataType::Varchar(length) => DataType::Varchar(length.max(width)),
            other => other,
        };
    }
    let left = Box::new(cast_columns(left.0, &fields));
    let right = Box::new(cast_columns(right.0, &fields));
    Ok(Plan::SetOperation { operation, all, left, right, fields })
}

fn literal_widths(plan: Plan, fields: &[Field]) -> (Plan, Vec<u32>) {
    let widths = match &plan {
        Plan::Project { expressions, .. } => expressions.iter().map(coerce::literal_length).collect(),
        _ => vec![1; fields.len()],
    };
    (plan, widths)
}

/// The plan with its columns cast to the types of `to`.
pub(super) fn cast_columns(plan: Plan, to: &[Field]) -> Plan {
    if plan.fields().iter().zip(to).all(|(have, want)| have.data_type == want.data_type) {
        return plan;
    }
    if let Plan::Project { input, expressions, mut fields } = plan {
        let expressions = expressions
            .into_iter()
            .zip(to)
            .map(|(expression, field)| coerce::cast(expression, field.data_type, CastMode::Implicit))
            .collect();
        for (field, want) in fields.iter_mut().zip(to) {
            field.data_type = want.data_type;
        }
        return Plan::Project { input, expressions, fields };
    }
    let expressions = plan
        .fields()
        .iter()
        .zip(to)
        .enumerate()
        .map(|(index, (have, want))| {
            let column = Expression::Column { index, data_type: have.data_type };
            coerce::cast(column, want.data_type, CastMode::Implicit)
        })
        .collect();
    Plan::Project { input: Box::new(plan), expressions, fields: to.to_vec() }
}

/// ASC puts NULLs last, DESC first, unless it is said otherwise.
pub(super) fn sort_key(key: &syntax::OrderBy, expression: Expression) -> SqlResult<SortKey> {
    let expression = super_path::sortable(expression)?;
    let descending = key.descending;
    Ok(SortKey { expression, descending, nulls_first: key.nulls_first.unwrap_or(descending) })
}

/// `ORDER BY 2`: the column it means. Other constants are refused.
pub(super) fn ordinal(
    expression: &syntax::Expression,
    columns: usize,
    place: &str,
) -> SqlResult<Option<usize>> {
    let syntax::Expression::Value(value) = expression else { return Ok(None) };
    match &value.value {
        syntax::Value::Number(digits) if digits.chars().all(|c| c.is_ascii_digit()) => {
            match digits.parse::<usize>() {
                Ok(position) if (1..=columns).contains(&position) => Ok(Some(position - 1)),
                _ => {
                    let message = format!("{place} position {digits} is not in select list");
                    Err(SqlError::product("42P10", message))
                }
            }
        }
        syntax::Value::Null => Ok(None),
        _ => Err(SqlError::product("42601", format!("non-integer constant in {place}"))),
    }
}

/// Definitions read once take the place of their reading; those read more often are computed once.
pub(super) fn put_in_common(mut plan: Plan, mut defined: Vec<CommonTable>) -> Plan {
    while let Some(common) = defined.pop() {
        let mut reads = reads_of(&mut plan, common.id);
        for earlier in &mut defined {
            reads += reads_of(&mut earlier.definition, common.id);
        }
        match reads {
            0 => {}
            1 => put_in(&mut plan, common.id, &common.definition),
            _ => {
                plan = Plan::Common {
                    id: common.id,
                    definition: common.definition.into(),
                    body: Box::new(plan),
                };
            }
        }
    }
    plan
}

pub(super) fn reads_of(plan: &mut Plan, id: u32) -> usize {
    let mut reads = 0;
    each_read(plan, id, &mut |_| reads += 1);
    reads
}

fn put_in(plan: &mut Plan, id: u32, definition: &Plan) {
    each_read(plan, id, &mut |read| {
        let fields = read.fields().to_vec();
        *read = with_fields(definition.clone(), fields);
    });
}

fn each_read(plan: &mut Plan, id: u32, meet: &mut dyn FnMut(&mut Plan)) {
    if matches!(plan, Plan::CommonRead { id: found, .. } if *found == id) {
        meet(plan);
        return;
    }
    for input in plan.inputs_mut() {
        each_read(input, id, meet);
    }
    for expression in plan.expressions_mut() {
        each_read_inside(expression, id, meet);
    }
}

fn each_read_inside(expression: &mut Expression, id: u32, meet: &mut dyn FnMut(&mut Plan)) {
    if let Expression::Subquery(subquery) = expression {
        each_read(std::sync::Arc::make_mut(&mut subquery.plan), id, meet);
    }
    for child in expression.children_mut() {
        each_read_inside(child, id, meet);
    }
}
