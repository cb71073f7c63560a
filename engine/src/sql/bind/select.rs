//! One SELECT: its clauses bound in the product's order, then put together bottom-up.

use std::borrow::Cow;

use crate::sql::syntax;

use super::binder::Binder;
use super::from::{FromItem, fold};
use super::grouping_sets::Grouping;
use super::level::{AGGREGATE_BASE, Clause, GROUPING_BASE, Level, WINDOW_BASE};
use super::outer_mark::is_marked;
use super::output_name::output_name;
use super::query::{ordinal, sort_key};
use super::star::excluded;
use super::super_path;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::Expression;
use crate::sql::plan::{Field, Join, JoinKind, Plan, SortKey};
use crate::warehouse::data_type::DataType;

/// One output column.
pub(super) struct Target {
    pub name: String,
    pub expression: Expression,
}

/// What ORDER BY sorts by: an output column, or something that is computed only for it.
enum Order {
    Target(usize, SortKey),
    Hidden(SortKey),
}

/// All clauses bound, over the FROM row with aggregates and windows still by their placeholder numbers.
struct Clauses {
    targets: Vec<Target>,
    filter: Option<Expression>,
    groups: Vec<Expression>,
    /// ROLLUP and its like: the groups each grouping set keeps.
    sets: Option<Vec<Vec<usize>>>,
    having: Option<Expression>,
    qualify: Option<Expression>,
    order: Vec<Order>,
    distinct: bool,
}

impl Binder<'_> {
    pub fn select(&mut self, select: &syntax::Select, order: &[syntax::OrderBy]) -> SqlResult<Plan> {
        self.levels.push(Level::default());
        let bound = self.select_clauses(select, order);
        let level = self.levels.pop().ok_or_else(|| SqlError::bug("a query level went missing"))?;
        let (from, clauses) = bound?;
        let limit = self.top(select)?;
        let rows = self.next_common;
        self.next_common += 1;
        let plan = assemble(from, clauses, level, rows)?;
        Ok(match limit {
            Some(limit) => Plan::Limit { input: Box::new(plan), limit: Some(limit), offset: 0 },
            None => plan,
        })
    }

    fn select_clauses(
        &mut self,
        select: &syntax::Select,
        order: &[syntax::OrderBy],
    ) -> SqlResult<(Plan, Clauses)> {
        refuse_foreign_clauses(select)?;
        let (item, selection) = match &select.selection {
            Some(condition) if is_marked(condition) => {
                let (item, rest) = self.old_outer_joins(&select.from, condition)?;
                (item, rest.map(Cow::Owned))
            }
            other => (self.from(&select.from)?, other.as_ref().map(Cow::Borrowed)),
        };
        let FromItem { mut plan, sources, named } = item;
        let level = self.level()?;
        level.sources = sources;
        level.named = named;
        level.named_windows = select.named_window.clone();
        level.aliases_visible = true;
        if let Some(hierarchy) = &select.hierarchy {
            plan = self.hierarchy(hierarchy, plan)?;
        }

        self.level()?.width = plan.fields().len();
        let targets = self.targets(select)?;
        if let Some(series) = self.level()?.series.take() {
            plan = beside(plan, series);
        }
        self.enter(Clause::Where, false)?;
        let filter = selection.as_deref().map(|filter| self.condition(filter, "WHERE")).transpose()?;
        self.enter(Clause::Having, true)?;
        let having = select.having.as_ref().map(|having| self.condition(having, "HAVING")).transpose()?;
        self.enter(Clause::Qualify, true)?;
        let qualify =
            select.qualify.as_ref().map(|qualify| self.condition(qualify, "QUALIFY")).transpose()?;
        self.enter(Clause::OrderBy, true)?;
        let ordered = !order.is_empty();
        let order = self.order(order, &targets)?;
        self.enter(Clause::GroupBy, true)?;
        let (groups, sets) = self.groups(&select.group_by, &targets)?;
        let distinct = select.distinct;
        self.nested_query(ordered)?;
        Ok((plan, Clauses { targets, filter, groups, sets, having, qualify, order, distinct }))
    }

    fn enter(&mut self, clause: Clause, aliases_visible: bool) -> SqlResult<()> {
        let level = self.level()?;
        level.clause = clause;
        level.aliases_visible = aliases_visible;
        Ok(())
    }

    fn targets(&mut self, select: &syntax::Select) -> SqlResult<Vec<Target>> {
        let mut targets = Vec::new();
        for item in &select.projection {
            match item {
                syntax::SelectItem::Unnamed(expression)
                | syntax::SelectItem::Named { expr: expression, .. }
                    if self.sites.tables && is_truth_test(expression) =>
                {
                    // The guide: IS TRUE and its like are conditions, not values of a select list.
                    return Err(self.at(SqlError::product("0A000", "Not implemented"), expression));
                }
                syntax::SelectItem::Unnamed(expression) => {
                    let bound = self.expression(expression)?;
                    targets.push(Target { name: output_name(expression), expression: bound });
                }
                syntax::SelectItem::Named { expr, alias } => {
                    let bound = self.expression(expr)?;
                    let name = fold(alias);
                    self.level()?.aliases.push((name.clone(), bound.clone()));
                    targets.push(Target { name, expression: bound });
                }
                syntax::SelectItem::Wildcard { exclude, .. } => {
                    let exclude = if exclude.is_empty() { &select.exclude } else { exclude };
                    self.star(&excluded(exclude), &mut targets).map_err(|error| self.at(error, item))?;
                }
                syntax::SelectItem::QualifiedWildcard { name, exclude } => {
                    self.qualified_star(name, &excluded(exclude), &mut targets)
                        .map_err(|error| self.at(error, item))?;
                }
            }
        }
        Ok(targets)
    }

    /// ORDER BY: ordinals, aliases before columns, expressions.
    fn order(&mut self, keys: &[syntax::OrderBy], targets: &[Target]) -> SqlResult<Vec<Order>> {
        let mut order = Vec::new();
        for key in keys {
            let place = match &key.expr {
                syntax::Expression::Identifier(ident) => {
                    let name = fold(ident);
                    let mut found = targets.iter().enumerate().filter(|(_, target)| target.name == name);
                    let first = found.next();
                    if let Some((_, first)) = first
                        && found.any(|(_, other)| other.expression != first.expression)
                    {
                        let message = format!("ORDER BY \"{name}\" is ambiguous");
                        return Err(self.at(SqlError::product("42702", message), &key.expr));
                    }
                    first.map(|(place, _)| place)
                }
                expression => ordinal(expression, targets.len(), "ORDER BY")
                    .map_err(|error| self.at(error, expression))?,
            };
            let expression = match place {
                Some(place) => targets[place].expression.clone(),
                None => self.expression(&key.expr)?,
            };
            let place = place.or_else(|| targets.iter().position(|target| target.expression == expression));
            let key = sort_key(key, expression)?;
            order.push(match place {
                Some(place) => Order::Target(place, key),
                None => Order::Hidden(key),
            });
        }
        Ok(order)
    }

    fn top(&mut self, select: &syntax::Select) -> SqlResult<Option<u64>> {
        match &select.top {
            Some(top) => self.count(top, "TOP"),
            None => Ok(None),
        }
    }
}

/// Puts the bound clauses on top of FROM.
/// `rows` is the number its FROM rows are known by when they are grouped more than once.
fn assemble(from: Plan, mut clauses: Clauses, mut level: Level, rows: u32) -> SqlResult<Plan> {
    let mut plan = from;
    if let Some(predicate) = clauses.filter.take() {
        plan = Plan::Filter { input: Box::new(plan), predicate };
    }
    let groups = !clauses.groups.is_empty() || clauses.sets.is_some() || !level.grouping.is_empty();
    if groups || !level.aggregates.is_empty() || clauses.having.is_some() {
        plan = grouped(plan, &mut clauses, &mut level, rows)?;
    }
    if let Some(predicate) = clauses.having.take() {
        plan = Plan::Filter { input: Box::new(plan), predicate };
    }
    if !level.windows.is_empty() {
        plan = windowed(plan, &mut clauses, &mut level);
    }
    if let Some(predicate) = clauses.qualify.take() {
        plan = Plan::Filter { input: Box::new(plan), predicate };
    }
    projected(plan, clauses)
}

fn grouped(plan: Plan, clauses: &mut Clauses, level: &mut Level, rows: u32) -> SqlResult<Plan> {
    let groups = std::mem::take(&mut clauses.groups);
    let aggregated = level.aggregates.len();
    let sets = clauses.sets.take();
    let mut after: Vec<&mut Expression> = above(clauses);
    for call in &mut level.windows {
        after.extend(call.arguments.iter_mut());
        after.extend(call.partition.iter_mut());
        after.extend(call.order.iter_mut().map(|key| &mut key.expression));
    }
    let mut windows = Vec::new();
    let named = Level { sources: std::mem::take(&mut level.sources), ..Level::default() };
    for expression in after {
        regroup(expression, &groups, aggregated, &named, false)?;
    }
    windows.append(&mut level.windows);
    level.windows = windows;
    let aggregates = std::mem::take(&mut level.aggregates);
    let mut fields = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        let (qualifier, name) = match group {
            Expression::Column { index, .. } => match named.describe(*index).split_once('.') {
                Some((qualifier, name)) => (Some(qualifier.to_owned()), name.to_owned()),
                None => (None, format!("group{number}")),
            },
            _ => (None, format!("group{number}")),
        };
        fields.push(Field { qualifier, name, data_type: group.data_type() });
    }
    for call in &aggregates {
        let name = format!("{:?}", call.function).to_lowercase();
        fields.push(Field { qualifier: None, name, data_type: call.data_type });
    }
    let calls = std::mem::take(&mut level.grouping);
    if sets.is_none() && calls.is_empty() {
        return Ok(Plan::Aggregate { input: Box::new(plan), groups, aggregates, fields });
    }
    for number in 0..calls.len() {
        fields.push(Field {
            qualifier: None,
            name: format!("grouping{number}"),
            data_type: DataType::Integer,
        });
    }
    let sets = sets.unwrap_or_else(|| vec![(0..groups.len()).collect()]);
    Grouping { input: plan, groups, aggregates, calls, fields }.plan(rows, &sets)
}

/// The expressions that are computed after grouping.
fn above(clauses: &mut Clauses) -> Vec<&mut Expression> {
    let order = clauses.order.iter_mut().map(|order| match order {
        Order::Target(_, key) | Order::Hidden(key) => &mut key.expression,
    });
    clauses
        .targets
        .iter_mut()
        .map(|target| &mut target.expression)
        .chain(&mut clauses.having)
        .chain(&mut clauses.qualify)
        .chain(order)
        .collect()
}

/// Rewrites an expression over the FROM row to one over the grouped row.
fn regroup(
    expression: &mut Expression,
    groups: &[Expression],
    aggregated: usize,
    level: &Level,
    inner: bool,
) -> SqlResult<()> {
    if let Some(index) = groups.iter().position(|group| group == expression) {
        *expression = Expression::Column { index, data_type: expression.data_type() };
        return Ok(());
    }
    if let Expression::Column { index, .. } = expression {
        if *index >= GROUPING_BASE {
            *index = *index - GROUPING_BASE + groups.len() + aggregated;
            return Ok(());
        }
        if *index >= WINDOW_BASE {
            return Ok(());
        }
        if *index >= AGGREGATE_BASE {
            *index = *index - AGGREGATE_BASE + groups.len();
            return Ok(());
        }
        let name = level.describe(*index);
        let message = if inner {
            format!("subquery uses ungrouped column \"{name}\" from outer query")
        } else {
            format!(
                "column \"{name}\" must appear in the GROUP BY clause or be used in an aggregate function"
            )
        };
        return Err(SqlError::product("42803", message));
    }
    let inner = inner || matches!(expression, Expression::Subquery(_));
    for child in expression.children_mut() {
        regroup(child, groups, aggregated, level, inner)?;
    }
    Ok(())
}

fn windowed(plan: Plan, clauses: &mut Clauses, level: &mut Level) -> Plan {
    let width = plan.fields().len();
    for expression in above(clauses) {
        expression.transform(&mut |inner| {
            if let Expression::Column { index, .. } = inner
                && *index >= WINDOW_BASE
            {
                *index = *index - WINDOW_BASE + width;
            }
        });
    }
    let calls = std::mem::take(&mut level.windows);
    let mut fields = plan.fields().to_vec();
    for call in &calls {
        let name = format!("{:?}", call.function).to_lowercase();
        fields.push(Field { qualifier: None, name, data_type: call.data_type });
    }
    Plan::Window { input: Box::new(plan), calls, fields }
}

/// The select list, then DISTINCT, then ORDER BY, whose own columns are dropped again at the end.
fn projected(plan: Plan, clauses: Clauses) -> SqlResult<Plan> {
    let mut fields = Vec::new();
    let mut expressions = Vec::new();
    for target in clauses.targets {
        fields.push(Field { qualifier: None, name: target.name, data_type: target.expression.data_type() });
        expressions.push(target.expression);
    }
    let visible = fields.len();
    let mut keys = Vec::new();
    for order in clauses.order {
        match order {
            Order::Target(index, key) => {
                let data_type = expressions[index].data_type();
                let expression = super_path::sortable(Expression::Column { index, data_type })?;
                keys.push(SortKey { expression, ..key });
            }
            Order::Hidden(key) => {
                if clauses.distinct {
                    let message = "for SELECT DISTINCT, ORDER BY expressions must appear in select list";
                    return Err(SqlError::product("42P10", message));
                }
                let data_type = key.expression.data_type();
                let index = expressions.len();
                fields.push(Field { qualifier: None, name: format!("order{index}"), data_type });
                expressions.push(key.expression);
                keys.push(SortKey { expression: Expression::Column { index, data_type }, ..key });
            }
        }
    }
    let outer: Vec<Field> = fields[..visible].to_vec();
    let hidden = fields.len() > visible;
    let mut plan = Plan::Project { input: Box::new(plan), expressions, fields };
    if clauses.distinct {
        plan = Plan::Distinct { input: Box::new(plan) };
    }
    if !keys.is_empty() {
        plan = Plan::Sort { input: Box::new(plan), keys, limit: None };
    }
    if hidden {
        let expressions = outer
            .iter()
            .enumerate()
            .map(|(index, field)| Expression::Column { index, data_type: field.data_type })
            .collect();
        plan = Plan::Project { input: Box::new(plan), expressions, fields: outer };
    }
    Ok(plan)
}

fn is_truth_test(expression: &syntax::Expression) -> bool {
    match expression {
        syntax::Expression::Nested(inner) => is_truth_test(inner),
        syntax::Expression::IsBoolean { .. } => true,
        _ => false,
    }
}

/// Each row with each row of another plan.
fn beside(left: Plan, right: Plan) -> Plan {
    let fields = left.fields().iter().chain(right.fields()).cloned().collect();
    Plan::Join(Box::new(Join { left, right, kind: JoinKind::Cross, on: Vec::new(), residual: None, fields }))
}

fn refuse_foreign_clauses(select: &syntax::Select) -> SqlResult<()> {
    // A query that makes a table is a statement of its own; elsewhere INTO means nothing.
    if select.into.is_some() {
        return Err(SqlError::product("42601", "subquery cannot have SELECT INTO"));
    }
    Ok(())
}
