//! FROM: tables, views, derived tables and their joins, to one wide row.

use sqlparser::ast;

use super::binder::Binder;
use super::level::{Clause, Named, Source, SourceColumn};
use super::relation::Found;
use super::{Need, coerce};
use crate::gap::Feature;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::{Comparison, Expression};
use crate::sql::plan::{Field, Join, JoinKind, Plan, Scan};
use crate::sql::{parse, system};
use crate::warehouse::access::Privilege;
use crate::warehouse::catalog::{Relation, RelationKind, View};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;

/// A bound part of FROM: the plan, and what its columns can be called.
pub(super) struct FromItem {
    pub plan: Plan,
    pub sources: Vec<Source>,
    pub named: Vec<Named>,
}

impl FromItem {
    pub fn nothing() -> Self {
        FromItem { plan: Plan::Empty, sources: Vec::new(), named: Vec::new() }
    }

    /// One relation under one alias.
    pub fn single(plan: Plan, alias: String, schema: Option<String>, need: Option<usize>) -> Self {
        let columns: Vec<SourceColumn> = plan
            .fields()
            .iter()
            .enumerate()
            .map(|(index, field)| SourceColumn {
                name: field.name.clone(),
                index,
                data_type: field.data_type,
                hidden: false,
            })
            .collect();
        let named = columns
            .iter()
            .map(|column| Named {
                name: column.name.clone(),
                expression: Expression::Column { index: column.index, data_type: column.data_type },
                marks: need.map(|need| (need, column.index)).into_iter().collect(),
                hidden: false,
            })
            .collect();
        FromItem { plan, sources: vec![Source { alias, schema, columns, need }], named }
    }

    /// Keeps the last `count` columns out of `*`.
    fn hide_last(&mut self, count: usize) {
        for column in self.sources.iter_mut().flat_map(|source| source.columns.iter_mut().rev().take(count)) {
            column.hidden = true;
        }
        for named in self.named.iter_mut().rev().take(count) {
            named.hidden = true;
        }
    }

    /// Moves every column number right, to stand beside a left side of `by` columns.
    fn shift(&mut self, by: usize) {
        for column in self.sources.iter_mut().flat_map(|source| &mut source.columns) {
            column.index += by;
        }
        for named in &mut self.named {
            shift(&mut named.expression, by);
        }
    }
}

fn shift(expression: &mut Expression, by: usize) {
    expression.transform(&mut |expression| {
        if let Expression::Column { index, .. } = expression {
            *index += by;
        }
    });
}

impl Binder<'_> {
    /// The comma list of FROM.
    pub fn from(&mut self, tables: &[ast::TableWithJoins]) -> SqlResult<FromItem> {
        let mut whole: Option<FromItem> = None;
        for table in tables {
            let item = self.table_with_joins(table)?;
            whole = Some(match whole {
                None => item,
                Some(left) => self.cross(left, item)?,
            });
        }
        Ok(whole.unwrap_or_else(FromItem::nothing))
    }

    fn table_with_joins(&mut self, table: &ast::TableWithJoins) -> SqlResult<FromItem> {
        let mut left = self.table_factor(&table.relation)?;
        for join in &table.joins {
            let right = self.table_factor(&join.relation)?;
            left = self.join(left, right, &join.join_operator)?;
        }
        Ok(left)
    }

    fn table_factor(&mut self, factor: &ast::TableFactor) -> SqlResult<FromItem> {
        let result = match factor {
            ast::TableFactor::Table { name, alias, args: None, sample: None, .. } => {
                self.table(name, alias.as_ref())
            }
            ast::TableFactor::Derived { lateral: false, subquery, alias, sample: None } => {
                let plan = self.deeper(|binder| binder.query(subquery))?;
                let plan = coerce::settle_strings(plan);
                let name = alias.as_ref().map_or(String::new(), |alias| fold(&alias.name));
                let plan = rename(plan, &name, alias.as_ref())?;
                Ok(FromItem::single(plan, name, None, None))
            }
            ast::TableFactor::NestedJoin { table_with_joins, alias: None } => {
                self.table_with_joins(table_with_joins)
            }
            ast::TableFactor::Table { args: Some(_), name, .. } | ast::TableFactor::Function { name, .. } => {
                Err(SqlError::not_simulated_because(Feature::QueryClause, format!("{name}() in FROM")))
            }
            ast::TableFactor::Pivot { .. } => {
                Err(SqlError::not_simulated_because(Feature::QueryClause, "PIVOT"))
            }
            ast::TableFactor::Unpivot { .. } => {
                Err(SqlError::not_simulated_because(Feature::QueryClause, "UNPIVOT"))
            }
            other => Err(SqlError::not_simulated_because(Feature::QueryClause, format!("FROM {other}"))),
        };
        result.map_err(|error| self.at(error, factor))
    }

    fn table(&mut self, name: &ast::ObjectName, alias: Option<&ast::TableAlias>) -> SqlResult<FromItem> {
        let parts = object_name(name)?;
        if let [only] = parts.as_slice()
            && let Some(common) = self.common.iter().rev().find(|common| *only == common.name.as_str())
        {
            let called = alias.map_or_else(|| only.to_string(), |alias| fold(&alias.name));
            let plan = Plan::CommonRead { id: common.id, fields: common.fields.clone() };
            let plan = rename(plan, &called, alias)?;
            return Ok(FromItem::single(plan, called, None, None));
        }
        let found = self.find_relation(&parts).map_err(|error| self.at(error, name))?;
        let mut hidden = 0;
        let (plan, need, schema, plain) = match found {
            Found::System(relation, schema) => {
                hidden = system::hidden_columns(relation);
                let plain = parts.last().map(Identifier::to_string).unwrap_or_default();
                if system::on_compute_nodes(relation) {
                    self.sites.tables = true;
                }
                let fields = system::columns(relation)
                    .into_iter()
                    .map(|(name, data_type)| Field { qualifier: None, name: name.to_owned(), data_type })
                    .collect();
                (Plan::SystemScan { relation, fields }, None, schema, plain)
            }
            Found::Stored(relation) => {
                let need = self.need(&relation, Privilege::Select);
                let plan = self.stored(&relation)?;
                (plan, Some(need), relation.schema.to_string(), relation.name.to_string())
            }
        };
        let called = alias.map_or(plain, |alias| fold(&alias.name));
        let plan = rename(plan, &called, alias)?;
        let mut item = FromItem::single(plan, called, alias.is_none().then_some(schema), need);
        item.hide_last(hidden);
        Ok(item)
    }

    /// Adds a need on `relation` for whoever looks now; its columns are marked as they are met.
    pub fn need(&mut self, relation: &Relation, privilege: Privilege) -> usize {
        self.needs.push(Need {
            relation: relation.id,
            privilege,
            columns: Vec::new(),
            user: self.viewer.user,
            through: self.viewer.through,
        });
        self.needs.len() - 1
    }

    /// A table's scan, or a view's query bound through its owner's eyes.
    fn stored(&mut self, relation: &Relation) -> SqlResult<Plan> {
        match &relation.kind {
            RelationKind::Table(_) => {
                self.sites.tables = true;
                Ok(scan(relation, relation.name.as_str(), false))
            }
            RelationKind::View(view) => self.deeper(|binder| binder.view(relation, view)),
        }
    }

    fn view(&mut self, relation: &Relation, view: &View) -> SqlResult<Plan> {
        let query = parse::query(&view.query)?;
        let viewer = super::binder::Viewer {
            user: relation.owner,
            through: Some(relation.id),
            search_path: view.search_path.clone(),
        };
        let outer = std::mem::replace(&mut self.viewer, viewer);
        let text = std::mem::take(&mut self.text);
        let levels = std::mem::take(&mut self.levels);
        let common = std::mem::take(&mut self.common);
        let whole_star = std::mem::replace(&mut self.whole_star, true);
        let bound = self.query(&query);
        self.viewer = outer;
        self.text = text;
        self.levels = levels;
        self.common = common;
        self.whole_star = whole_star;
        Ok(conform(coerce::settle_strings(bound?), relation))
    }

    pub fn cross(&mut self, left: FromItem, right: FromItem) -> SqlResult<FromItem> {
        self.join(left, right, &ast::JoinOperator::CrossJoin(ast::JoinConstraint::None))
    }

    fn join(&mut self, left: FromItem, right: FromItem, operator: &ast::JoinOperator) -> SqlResult<FromItem> {
        use ast::JoinOperator as Op;
        let (kind, constraint) = match operator {
            Op::Join(constraint) | Op::Inner(constraint) => (JoinKind::Inner, constraint),
            Op::Left(constraint) | Op::LeftOuter(constraint) => (JoinKind::Left, constraint),
            Op::Right(constraint) | Op::RightOuter(constraint) => (JoinKind::Right, constraint),
            Op::FullOuter(constraint) => (JoinKind::Full, constraint),
            Op::CrossJoin(constraint) => (JoinKind::Cross, constraint),
            _ => return Err(SqlError::not_simulated_because(Feature::QueryClause, "this kind of join")),
        };
        check_aliases(&left, &right)?;
        let width = left.plan.fields().len();
        let mut right = right;
        right.shift(width);
        let FromItem { plan: left_plan, mut sources, named: left_named } = left;
        sources.extend(right.sources);
        let mut fields: Vec<Field> = left_plan.fields().to_vec();
        fields.extend(right.plan.fields().iter().cloned());

        let (named, on, residual) = match constraint {
            ast::JoinConstraint::None => {
                if kind != JoinKind::Cross {
                    return Err(SqlError::new(crate::sql::error::SqlErrorKind::Syntax { near: None }));
                }
                (left_named.into_iter().chain(right.named).collect(), Vec::new(), None)
            }
            ast::JoinConstraint::On(condition) => {
                let named: Vec<Named> = left_named.into_iter().chain(right.named).collect();
                let condition = self.join_condition(condition, &sources, &named)?;
                let (on, residual) = split(condition, width);
                (named, on, residual)
            }
            ast::JoinConstraint::Using(columns) => {
                let mut names = Vec::new();
                for column in columns {
                    names.push(object_name(column)?.last().map(Identifier::to_string).unwrap_or_default());
                }
                let (named, on) = merge(left_named, right.named, &names, kind, width)?;
                self.mark_all(&named[..names.len()]);
                (named, on, None)
            }
            ast::JoinConstraint::Natural => {
                let names: Vec<String> = left_named
                    .iter()
                    .filter(|named| right.named.iter().any(|other| other.name == named.name))
                    .map(|named| named.name.clone())
                    .collect();
                let (named, on) = merge(left_named, right.named, &names, kind, width)?;
                self.mark_all(&named[..names.len()]);
                (named, on, None)
            }
        };
        let kind = match kind {
            JoinKind::Inner if on.is_empty() && residual.is_none() => JoinKind::Cross,
            kind => kind,
        };
        let plan =
            Plan::Join(Box::new(Join { left: left_plan, right: right.plan, kind, on, residual, fields }));
        Ok(FromItem { plan, sources, named })
    }

    fn mark_all(&mut self, named: &[Named]) {
        for named in named {
            self.mark(&named.marks);
        }
    }

    /// ON sees the two sides of its own join and nothing else of this FROM.
    fn join_condition(
        &mut self,
        condition: &ast::Expr,
        sources: &[Source],
        named: &[Named],
    ) -> SqlResult<Expression> {
        let level = self.level()?;
        level.sources = sources.to_vec();
        level.named = named.to_vec();
        let clause = std::mem::replace(&mut level.clause, Clause::From);
        let bound = self.condition(condition, "JOIN/ON");
        let level = self.level()?;
        level.sources.clear();
        level.named.clear();
        level.clause = clause;
        bound
    }
}

/// A table's scan of every column; the optimizer leaves what is used.
pub(super) fn scan(relation: &Relation, alias: &str, with_row_id: bool) -> Plan {
    let mut fields: Vec<Field> = relation
        .columns
        .iter()
        .map(|column| Field {
            qualifier: Some(alias.to_owned()),
            name: column.name.to_string(),
            data_type: column.data_type,
        })
        .collect();
    if with_row_id {
        fields.push(Field { qualifier: None, name: "row_id".to_owned(), data_type: DataType::BigInt });
    }
    Plan::Scan(Scan {
        relation: relation.id,
        name: relation.name.to_string(),
        columns: (0..relation.columns.len()).collect(),
        fields,
        filters: Vec::new(),
        with_row_id,
    })
}

/// Splits an ON condition into equal pairs of the two sides and the rest.
pub(crate) fn split(
    condition: Expression,
    width: usize,
) -> (Vec<(Expression, Expression)>, Option<Expression>) {
    let mut on = Vec::new();
    let mut rest = Vec::new();
    for conjunct in conjuncts(condition) {
        match conjunct {
            Expression::Compare { operator: Comparison::Equal, left, right } => {
                match (side(&left, width), side(&right, width)) {
                    (Some(Side::Left), Some(Side::Right)) => on.push((*left, unshift(*right, width))),
                    (Some(Side::Right), Some(Side::Left)) => on.push((*right, unshift(*left, width))),
                    _ => rest.push(Expression::Compare { operator: Comparison::Equal, left, right }),
                }
            }
            other => rest.push(other),
        }
    }
    (on, conjunction(rest))
}

/// Pulls an AND apart.
pub(crate) fn conjuncts(condition: Expression) -> Vec<Expression> {
    match condition {
        Expression::And(all) => all.into_iter().flat_map(conjuncts).collect(),
        other => vec![other],
    }
}

/// Puts conditions together again; none is no condition.
pub(crate) fn conjunction(mut all: Vec<Expression>) -> Option<Expression> {
    match all.len() {
        0 => None,
        1 => all.pop(),
        _ => Some(Expression::And(all)),
    }
}

/// Which side of a join an expression reads; `None` for both or neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

pub(crate) fn side(expression: &Expression, width: usize) -> Option<Side> {
    let (mut left, mut right) = (false, false);
    expression.visit(&mut |expression| {
        if let Expression::Column { index, .. } = expression {
            if *index < width {
                left = true;
            } else {
                right = true;
            }
        }
    });
    match (left, right) {
        (true, false) => Some(Side::Left),
        (false, true) => Some(Side::Right),
        _ => None,
    }
}

/// Numbers an expression over the right side from 0.
pub(crate) fn unshift(mut expression: Expression, width: usize) -> Expression {
    expression.transform(&mut |expression| {
        if let Expression::Column { index, .. } = expression {
            *index -= width;
        }
    });
    expression
}

/// Equal pairs of a join: left's expression, right's.
type Pairs = Vec<(Expression, Expression)>;

/// The names after USING or NATURAL: the common columns first and once, then the rest of both sides.
fn merge(
    mut left: Vec<Named>,
    mut right: Vec<Named>,
    names: &[String],
    kind: JoinKind,
    width: usize,
) -> SqlResult<(Vec<Named>, Pairs)> {
    let mut merged = Vec::new();
    let mut on = Vec::new();
    for name in names {
        let one = take_named(&mut left, name, "left")?;
        let other = take_named(&mut right, name, "right")?;
        let (l, r) = coerce::comparable("=", one.expression.clone(), other.expression.clone())?;
        let expression = match kind {
            JoinKind::Right => other.expression,
            JoinKind::Full => {
                let data_type = l.data_type();
                Expression::Case {
                    branches: vec![(
                        Expression::IsNull { input: Box::new(l.clone()), negated: true },
                        l.clone(),
                    )],
                    otherwise: Some(Box::new(r.clone())),
                    data_type,
                }
            }
            _ => one.expression,
        };
        on.push((l, unshift(r, width)));
        let marks = one.marks.into_iter().chain(other.marks).collect();
        merged.push(Named { name: name.clone(), expression, marks, hidden: false });
    }
    merged.extend(left);
    merged.extend(right);
    Ok((merged, on))
}

fn take_named(named: &mut Vec<Named>, name: &str, side: &str) -> SqlResult<Named> {
    let mut places = named.iter().enumerate().filter(|(_, named)| named.name == name).map(|(place, _)| place);
    let Some(place) = places.next() else {
        let message = format!("column \"{name}\" specified in USING clause does not exist in {side} table");
        return Err(SqlError::product("42703", message));
    };
    if places.next().is_some() {
        let message = format!("common column name \"{name}\" appears more than once in {side} table");
        return Err(SqlError::product("42702", message));
    }
    Ok(named.remove(place))
}

fn check_aliases(left: &FromItem, right: &FromItem) -> SqlResult<()> {
    for source in &right.sources {
        let twice = left.sources.iter().any(|other| {
            !source.alias.is_empty()
                && other.alias == source.alias
                && (other.schema == source.schema || other.schema.is_none() || source.schema.is_none())
        });
        if twice {
            let message = format!("table name \"{}\" specified more than once", source.alias);
            return Err(SqlError::product("42712", message));
        }
    }
    Ok(())
}

/// The plan with its fields under an alias, and renamed where the alias has a column list.
fn rename(plan: Plan, called: &str, alias: Option<&ast::TableAlias>) -> SqlResult<Plan> {
    let columns: &[ast::TableAliasColumnDef] = alias.map_or(&[], |alias| &alias.columns);
    let mut fields = plan.fields().to_vec();
    if columns.len() > fields.len() {
        return Err(SqlError::product(
            "42P10",
            format!(
                "table \"{called}\" has {} columns available but {} columns specified",
                fields.len(),
                columns.len()
            ),
        ));
    }
    for field in &mut fields {
        field.qualifier = (!called.is_empty()).then(|| called.to_owned());
    }
    for (field, column) in fields.iter_mut().zip(columns) {
        field.name = fold(&column.name);
    }
    Ok(with_fields(plan, fields))
}

/// The same rows under other names.
pub(super) fn with_fields(mut plan: Plan, names: Vec<Field>) -> Plan {
    match &mut plan {
        Plan::Scan(Scan { fields, .. })
        | Plan::Nothing { fields }
        | Plan::SystemScan { fields, .. }
        | Plan::Values { fields, .. }
        | Plan::Project { fields, .. }
        | Plan::Aggregate { fields, .. }
        | Plan::Window { fields, .. }
        | Plan::SetOperation { fields, .. }
        | Plan::CommonRead { fields, .. } => {
            *fields = names;
            plan
        }
        Plan::Empty
        | Plan::Filter { .. }
        | Plan::Join(_)
        | Plan::Sort { .. }
        | Plan::Limit { .. }
        | Plan::Distinct { .. }
        | Plan::Common { .. } => {
            let expressions = names
                .iter()
                .enumerate()
                .map(|(index, field)| Expression::Column { index, data_type: field.data_type })
                .collect();
            Plan::Project { input: Box::new(plan), expressions, fields: names }
        }
    }
}

/// A view answers with the columns it was created with, whatever `*` in it means by now.
fn conform(plan: Plan, view: &Relation) -> Plan {
    let found = plan.fields();
    let same_width = found.len() == view.columns.len();
    let mut expressions = Vec::new();
    let mut fields = Vec::new();
    for (number, column) in view.columns.iter().enumerate() {
        let place = if same_width {
            Some(number)
        } else {
            found.iter().position(|field| column.name == field.name.as_str())
        };
        let Some(index) = place else { continue };
        let data_type = found[index].data_type;
        expressions.push(Expression::Column { index, data_type });
        fields.push(Field { qualifier: None, name: column.name.to_string(), data_type });
    }
    if same_width {
        return with_fields(plan, fields);
    }
    Plan::Project { input: Box::new(plan), expressions, fields }
}

pub(super) fn fold(ident: &ast::Ident) -> String {
    Identifier::fold(&ident.value).to_string()
}

pub(super) fn object_name(name: &ast::ObjectName) -> SqlResult<Vec<Identifier>> {
    name.0
        .iter()
        .map(|part| match part {
            ast::ObjectNamePart::Identifier(ident) => Ok(Identifier::fold(&ident.value)),
            ast::ObjectNamePart::Function(_) => {
                Err(SqlError::not_simulated_because(Feature::QueryClause, "a function as a name"))
            }
        })
        .collect()
}
