//! FROM: tables, views and derived tables, each under its name.

use std::sync::Arc;

use crate::sql::syntax;

use super::binder::{Binder, too_deep};
use super::level::{Named, Source, SourceColumn};
use super::relation::Found;
use super::row_answer::is_row_answer;
use super::series::SERIES;
use super::{Need, coerce};
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::expression::Expression;
use crate::sql::plan::{External, Field, Plan, Scan};
use crate::sql::{parse, system};
use crate::warehouse::access::Privilege;
use crate::warehouse::catalog::{Database, Relation, RelationKind, is_later};
use crate::warehouse::data_type::DataType;
use crate::warehouse::external::ExternalTable;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::nested::Nested;

/// Tables in one FROM before `stack depth limit exceeded`: each makes the plan one join deeper.
const MOST_TABLES: usize = 500;

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

    fn is_nothing(&self) -> bool {
        matches!(self.plan, Plan::Empty)
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
                shape: None,
            })
            .collect();
        let named = columns
            .iter()
            .map(|column| Named {
                name: column.name.clone(),
                expression: Expression::Column { index: column.index, data_type: column.data_type },
                marks: need.map(|need| (need, column.index)).into_iter().collect(),
                hidden: false,
                shape: None,
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

    /// Keeps columns that are younger than the view being read out of its `*`.
    fn hide_later(&mut self) {
        for column in self.sources.iter_mut().flat_map(|source| source.columns.iter_mut()) {
            column.hidden |= is_later(&column.name);
        }
        for named in &mut self.named {
            named.hidden |= is_later(&named.name);
        }
    }

    /// Tells the first columns of the only source what they hold.
    fn shape(&mut self, shapes: Vec<Option<Arc<Nested>>>) {
        let columns = self.sources.iter_mut().flat_map(|source| &mut source.columns);
        for ((column, named), shape) in columns.zip(&mut self.named).zip(shapes) {
            column.shape.clone_from(&shape);
            named.shape = shape;
        }
    }

    /// Moves every column number right, to stand beside a left side of `by` columns.
    pub fn shift(&mut self, by: usize) {
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
    pub fn from(&mut self, tables: &[syntax::TableWithJoins]) -> SqlResult<FromItem> {
        if tables.iter().map(|table| 1 + table.joins.len()).sum::<usize>() > MOST_TABLES {
            return Err(too_deep());
        }
        let mut whole: Option<FromItem> = None;
        for table in tables {
            let left = whole.take().unwrap_or_else(FromItem::nothing);
            // A path is read beside what is to its left; joins after it belong to all of it.
            whole = Some(match self.inside(&table.relation, &left)? {
                Some(inside) => {
                    let item = self.unnest(left, inside, None)?;
                    self.joins(item, &table.joins)?
                }
                None => {
                    let item = self.table_with_joins(table)?;
                    if left.is_nothing() { item } else { self.cross(left, item)? }
                }
            });
        }
        Ok(whole.unwrap_or_else(FromItem::nothing))
    }

    pub fn table_with_joins(&mut self, table: &syntax::TableWithJoins) -> SqlResult<FromItem> {
        let first = match self.inside(&table.relation, &FromItem::nothing())? {
            Some(inside) => self.unnest(FromItem::nothing(), inside, None)?,
            None => self.table_factor(&table.relation)?,
        };
        self.joins(first, &table.joins)
    }

    fn joins(&mut self, first: FromItem, joins: &[syntax::Join]) -> SqlResult<FromItem> {
        let mut left = first;
        for join in joins {
            if let Some(inside) = self.inside(&join.relation, &left)? {
                left = self.unnest(left, inside, Some(join))?;
                continue;
            }
            let right = self.table_factor(&join.relation)?;
            left = self.join(left, right, join.kind, &join.constraint)?;
        }
        Ok(left)
    }

    fn table_factor(&mut self, factor: &syntax::TableFactor) -> SqlResult<FromItem> {
        let result = match factor {
            syntax::TableFactor::Table { name, path, alias, .. } => {
                let table = self.table(name, alias.as_ref());
                // A path that begins with no table to the left of it.
                let near = (!path.is_empty()).then(|| "[".to_owned());
                if near.is_some() {
                    table.and(Err(SqlError::new(SqlErrorKind::Syntax { near })))
                } else {
                    table
                }
            }
            syntax::TableFactor::Derived { subquery, alias, .. } => {
                let plan = self.deeper(|binder| binder.query(subquery))?;
                let plan = coerce::settle_strings(plan);
                let name = alias.as_ref().map_or(String::new(), |alias| fold(&alias.name));
                let plan = rename(plan, &name, alias.as_ref())?;
                Ok(FromItem::single(plan, name, None, None))
            }
            syntax::TableFactor::NestedJoin { table_with_joins, .. } => {
                self.table_with_joins(table_with_joins)
            }
            syntax::TableFactor::Function { function, alias, .. } => {
                self.function_item(function, alias.as_ref())
            }
            syntax::TableFactor::Pivot { table, aggregate, column, values, alias, .. } => self
                .table_factor(table)
                .and_then(|input| self.pivot(input, aggregate, column, values, alias.as_ref())),
            syntax::TableFactor::Unpivot { table, value, name, columns, with_nulls, alias, .. } => self
                .table_factor(table)
                .and_then(|input| self.unpivot(input, (value, name), columns, *with_nulls, alias.as_ref())),
            // Those are inside of a SUPER, and were met as such.
            syntax::TableFactor::Unnest { .. } | syntax::TableFactor::UnpivotExpression { .. } => {
                Err(SqlError::bug("an unnesting outside of FROM"))
            }
        };
        result.map_err(|error| self.at(error, factor))
    }

    /// A function in FROM.
    fn function_item(
        &mut self,
        function: &syntax::Function,
        alias: Option<&syntax::TableAlias>,
    ) -> SqlResult<FromItem> {
        let parts = object_name(&function.name);
        let name = match parts.as_slice() {
            [name] => name.as_str(),
            [schema, name] if *schema == "pg_catalog" => name.as_str(),
            _ => "",
        };
        if let Some(relation) = row_function(name)
            && function.args.is_empty()
        {
            return self.row_function(relation, alias);
        }
        if is_row_answer(name) {
            return self.row_answer_item(name, &function.args, alias);
        }
        if name.eq_ignore_ascii_case(SERIES) {
            return self.series_item(&function.args, alias);
        }
        self.scalar_item(function, alias)
    }

    /// Any other function answers with one row of one column, which is called as the function is.
    fn scalar_item(
        &mut self,
        function: &syntax::Function,
        alias: Option<&syntax::TableAlias>,
    ) -> SqlResult<FromItem> {
        let heading = object_name(&function.name).last().map(Identifier::to_string).unwrap_or_default();
        if super::aggregate::is_aggregate(&heading) {
            // PostgreSQL 8's text; unconfirmed.
            let message = "cannot use aggregate function in function expression in FROM";
            return Err(SqlError::product("42803", message));
        }
        let value = self.deeper(|binder| binder.function(function))?;
        let called = alias.map_or_else(|| heading.clone(), |alias| fold(&alias.name));
        let field = Field { qualifier: None, name: called.clone(), data_type: value.data_type() };
        let plan =
            Plan::Project { input: Box::new(Plan::Empty), expressions: vec![value], fields: vec![field] };
        Ok(FromItem::single(rename(plan, &called, alias)?, called, None, None))
    }

    /// A function that answers with rows, as [`row_function`] knows it.
    fn row_function(
        &mut self,
        relation: system::SystemRelation,
        alias: Option<&syntax::TableAlias>,
    ) -> SqlResult<FromItem> {
        let name = system::name(relation);
        let called = alias.map_or_else(|| name.to_owned(), |alias| fold(&alias.name));
        let fields = super::relation::system_fields(relation);
        let plan = rename(Plan::SystemScan { relation, fields }, &called, alias)?;
        Ok(FromItem::single(plan, called, None, None))
    }

    pub(super) fn table(
        &mut self,
        name: &syntax::ObjectName,
        alias: Option<&syntax::TableAlias>,
    ) -> SqlResult<FromItem> {
        let parts = object_name(name);
        if let [only] = parts.as_slice()
            && let Some(common) = self.common.iter().rev().find(|common| *only == common.name.as_str())
        {
            let called = alias.map_or_else(|| only.to_string(), |alias| fold(&alias.name));
            let plan = Plan::CommonRead { id: common.id, fields: common.fields.clone() };
            let plan = rename(plan, &called, alias)?;
            return Ok(FromItem::single(plan, called, None, None));
        }
        let found = self.find_relation(&parts).map_err(|error| self.at(error, name))?;
        let hidden;
        let mut shapes = Vec::new();
        let (plan, need, schema, plain) = match found {
            Found::System(relation, schema) => {
                hidden = system::hidden_columns(relation);
                let plain = parts.last().map(Identifier::to_string).unwrap_or_default();
                if system::on_compute_nodes(relation) {
                    self.sites.tables = true;
                }
                self.sites.leader_views.extend(system::leader_functions(relation));
                (self.system_relation(relation)?, None, schema, plain)
            }
            Found::External(table) => {
                self.sites.tables = true;
                let table = self.as_read(table)?;
                shapes = table.columns.iter().map(|column| column.walked().cloned()).collect();
                let pseudo = self.scope.session.settings.get("spectrum_enable_pseudo_columns");
                // unconfirmed: how pseudocolumns of nested data are refused.
                let nested = shapes.iter().any(Option::is_some);
                hidden = match !nested && pseudo.is_none_or(|set| set != "off" && set != "false") {
                    true => ExternalTable::PSEUDO.len(),
                    false => 0,
                };
                let (schema, name) = (table.schema.to_string(), table.name.to_string());
                (external_scan(table, hidden, self.database), None, schema, name)
            }
            Found::Stored(relation) => {
                let need = self.need(&relation, Privilege::Select);
                let plan = self.stored(&relation)?;
                let (plan, more) = self.with_slice(&relation, plan)?;
                hidden = more;
                (plan, Some(need), relation.schema.to_string(), relation.name.to_string())
            }
        };
        let called = alias.map_or(plain, |alias| fold(&alias.name));
        let plan = rename(plan, &called, alias)?;
        let mut item = FromItem::single(plan, called, alias.is_none().then_some(schema), need);
        item.hide_last(hidden);
        item.hide_later();
        item.shape(shapes);
        Ok(item)
    }

    /// Adds a need on `relation` for whoever looks now; its columns are marked as they are met.
    pub fn need(&mut self, relation: &Relation, privilege: Privilege) -> usize {
        self.needs.push(Need {
            relation: relation.id,
            privilege,
            columns: Vec::new(),
            user: self.viewer.user,
            through: self.viewer.through.as_ref().map(|view| view.id),
        });
        self.needs.len() - 1
    }

    /// A table's scan, or a view's query bound through its owner's eyes; either behind the policies on it.
    fn stored(&mut self, relation: &Arc<Relation>) -> SqlResult<Plan> {
        match &relation.kind {
            RelationKind::Table(_) => {
                self.sites.tables = true;
                let plan = scan(relation, relation.name.as_str(), false);
                Ok(self.protected(relation.id, plan, false)?.plan)
            }
            RelationKind::View(view) => {
                let plan = self.deeper(|binder| binder.view(relation, view))?;
                Ok(self.protected(relation.id, plan, false)?.plan)
            }
        }
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
        external: None,
    })
}

/// An external table's scan of every column and so many pseudocolumns. Its texts have the database's collation.
fn external_scan(table: Arc<ExternalTable>, pseudo: usize, database: &Database) -> Plan {
    let collated = |data_type| database.collate(data_type);
    let named = table.columns.iter().map(|column| (column.name.to_string(), collated(column.data_type)));
    let pseudo = ExternalTable::PSEUDO.iter().take(pseudo).map(|(name, kind)| ((*name).to_owned(), *kind));
    let fields: Vec<Field> =
        named.chain(pseudo).map(|(name, data_type)| Field { qualifier: None, name, data_type }).collect();
    Plan::Scan(Scan {
        relation: Scan::OUTSIDE,
        name: format!("{}.{}", table.schema, table.name),
        columns: (0..fields.len()).collect(),
        fields,
        filters: Vec::new(),
        with_row_id: false,
        external: Some(Arc::new(External { table, content: None })),
    })
}

/// The plan with its fields under an alias, and renamed where the alias has a column list.
pub(super) fn rename(plan: Plan, called: &str, alias: Option<&syntax::TableAlias>) -> SqlResult<Plan> {
    let columns: &[syntax::Ident] = alias.map_or(&[], |alias| &alias.columns);
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
        field.name = fold(column);
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
        | Plan::CommonRead { fields, .. }
        | Plan::Recursive { fields, .. } => {
            *fields = names;
            plan
        }
        Plan::Unnest(unnest) => {
            unnest.fields = names;
            plan
        }
        Plan::Secure(secure) => {
            secure.fields = names;
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

/// A function of the system's that answers with rows, by its name.
pub(super) fn row_function(name: &str) -> Option<system::SystemRelation> {
    system::find(Some(system::FUNCTIONS), &name.to_ascii_lowercase())
}

/// What a name of the syntax tree means.
pub(in crate::sql) fn identifier(ident: &syntax::Ident) -> Identifier {
    parse::identifier(&ident.value, ident.quote_style)
}

pub(super) fn fold(ident: &syntax::Ident) -> String {
    identifier(ident).to_string()
}

pub(super) fn object_name(name: &syntax::ObjectName) -> Vec<Identifier> {
    name.0.iter().map(identifier).collect()
}

/// Names as the column that they are.
pub(super) fn column(parts: &[syntax::Ident]) -> syntax::Expression {
    match parts {
        [only] => syntax::Expression::Identifier(only.clone()),
        _ => syntax::Expression::CompoundIdentifier(parts.to_vec()),
    }
}
