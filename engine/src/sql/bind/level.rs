//! The names one query level can see, and what its expressions have collected on the way.

use std::sync::Arc;

use crate::sql::syntax;

use super::binder::Binder;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::Expression;
use crate::sql::plan::{AggregateCall, Plan, WindowCall};
use crate::warehouse::data_type::DataType;
use crate::warehouse::nested::Nested;

/// While a SELECT is being bound, its aggregates and window calls stand in expressions as columns with
/// numbers from these bases on; they get their real numbers when the level is put together.
pub(super) const AGGREGATE_BASE: usize = 1 << 28;
pub(super) const WINDOW_BASE: usize = 1 << 29;
/// GROUPING() calls, above both.
pub(super) const GROUPING_BASE: usize = 3 << 28;

#[derive(Default)]
pub(super) struct Level {
    pub sources: Vec<Source>,
    /// What an unqualified name, and `*`, mean.
    pub named: Vec<Named>,
    /// Set on the marker that stands around a subquery in an expression: what it takes from outside.
    pub parameters: Option<Vec<Expression>>,
    /// Select items so far, for lateral references and for GROUP BY and ORDER BY.
    pub aliases: Vec<(String, Expression)>,
    pub aliases_visible: bool,
    pub aggregates: Vec<AggregateCall>,
    pub windows: Vec<WindowCall>,
    /// The arguments of GROUPING() calls.
    pub grouping: Vec<Vec<Expression>>,
    pub named_windows: Vec<syntax::NamedWindow>,
    pub clause: Clause,
    pub inside_aggregate: bool,
    pub inside_window: bool,
    /// Columns of FROM; a series in the select list comes right behind them.
    pub width: usize,
    pub series: Option<Plan>,
    /// Inside CONNECT BY queries: how far right of a column the same one of the parent row stands.
    pub prior: Option<usize>,
    /// Whether `(+)` may stand behind a column here.
    pub marks_outer: bool,
}

/// The part of a query that an expression stands in, as error texts name it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Clause {
    #[default]
    SelectList,
    From,
    Where,
    GroupBy,
    Having,
    Qualify,
    OrderBy,
    Values,
    Set,
}

/// One entry of the range table.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub alias: String,
    pub schema: Option<String>,
    pub columns: Vec<SourceColumn>,
    /// The need that reading a column is added to.
    pub need: Option<usize>,
}

#[derive(Clone, Debug)]
pub(super) struct SourceColumn {
    pub name: String,
    /// In the row of the whole FROM clause.
    pub index: usize,
    pub data_type: DataType,
    /// Can be named, and `*` leaves it out.
    pub hidden: bool,
    /// Of a nested type of an external table: only its parts can be named.
    pub shape: Option<Arc<Nested>>,
}

/// An unqualified name: one column, or two that USING made one.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub name: String,
    pub expression: Expression,
    /// (need, column of that relation) that reading it takes.
    pub marks: Vec<(usize, usize)>,
    /// Can be named, and `*` leaves it out.
    pub hidden: bool,
    pub shape: Option<Arc<Nested>>,
}

impl Clause {
    pub fn name(self) -> &'static str {
        match self {
            Clause::SelectList => "SELECT",
            Clause::From => "JOIN/ON",
            Clause::Where => "WHERE",
            Clause::GroupBy => "GROUP BY",
            Clause::Having => "HAVING",
            Clause::Qualify => "QUALIFY",
            Clause::OrderBy => "ORDER BY",
            Clause::Values => "VALUES",
            Clause::Set => "UPDATE",
        }
    }

    pub fn takes_aggregates(self) -> bool {
        matches!(self, Clause::SelectList | Clause::Having | Clause::Qualify | Clause::OrderBy)
    }

    pub fn takes_windows(self) -> bool {
        matches!(self, Clause::SelectList | Clause::Qualify | Clause::OrderBy)
    }
}

impl Level {
    /// `alias.column` of a FROM column, for error texts.
    pub fn describe(&self, index: usize) -> String {
        for source in &self.sources {
            if let Some(column) = source.columns.iter().find(|column| column.index == index) {
                return format!("{}.{}", source.alias, column.name);
            }
        }
        format!("?column {index}?")
    }
}

impl Binder<'_> {
    pub fn level(&mut self) -> SqlResult<&mut Level> {
        self.levels.last_mut().ok_or_else(|| SqlError::bug("an expression stands outside every query"))
    }

    pub fn clause(&self) -> Clause {
        self.levels.last().map_or(Clause::Values, |level| level.clause)
    }

    /// A column by its unqualified name, looked for from the innermost query outwards.
    pub fn unqualified(&mut self, name: &str) -> SqlResult<Expression> {
        for depth in (0..self.levels.len()).rev() {
            let level = &self.levels[depth];
            let mut found = level.named.iter().filter(|named| named.name == name);
            if let Some(first) = found.next() {
                if found.next().is_some() {
                    return Err(SqlError::product(
                        "42702",
                        format!("column reference \"{name}\" is ambiguous"),
                    ));
                }
                if !self.stands_whole(first.shape.as_deref())? {
                    break;
                }
                let (expression, marks) = (first.expression.clone(), first.marks.clone());
                self.not_outward(depth)?;
                self.mark(&marks);
                return Ok(self.carry(depth, expression));
            }
            if level.aliases_visible && depth + 1 == self.levels.len() {
                let mut found = level.aliases.iter().filter(|(alias, _)| alias == name);
                if let Some((_, expression)) = found.next() {
                    if found.next().is_some() {
                        return Err(SqlError::product(
                            "42702",
                            format!("column reference \"{name}\" is ambiguous"),
                        ));
                    }
                    return Ok(expression.clone());
                }
            }
        }
        Err(self.unknown_column(name))
    }

    /// Redshift names the relations it looked in: `column "name" does not exist in customers`.
    fn unknown_column(&self, name: &str) -> SqlError {
        let relations: Vec<&str> = self
            .levels
            .last()
            .map(|level| {
                level.sources.iter().map(|source| source.alias.as_str()).filter(|a| !a.is_empty()).collect()
            })
            .unwrap_or_default();
        if relations.is_empty() {
            return SqlError::undefined_column(&name);
        }
        SqlError::product("42703", format!("column \"{name}\" does not exist in {}", relations.join(", ")))
    }

    /// A column by `[schema.]relation.name`.
    pub fn qualified(&mut self, schema: Option<&str>, relation: &str, name: &str) -> SqlResult<Expression> {
        for depth in (0..self.levels.len()).rev() {
            let Some(source) = self.find_source(depth, schema, relation)? else { continue };
            let source = &self.levels[depth].sources[source];
            let mut found = source.columns.iter().enumerate().filter(|(_, column)| column.name == name);
            let known = found.next();
            let whole = self.stands_whole(known.and_then(|(_, column)| column.shape.as_deref()))?;
            let Some((number, column)) = known.filter(|_| whole) else {
                return Err(SqlError::product("42703", format!("column {relation}.{name} does not exist")));
            };
            if found.next().is_some() {
                return Err(SqlError::product("42702", format!("column reference \"{name}\" is ambiguous")));
            }
            let expression = Expression::Column { index: column.index, data_type: column.data_type };
            let marks: Vec<(usize, usize)> = source.need.map(|need| (need, number)).into_iter().collect();
            self.not_outward(depth)?;
            self.mark(&marks);
            return Ok(self.carry(depth, expression));
        }
        let written = match schema {
            Some(schema) => format!("{schema}.{relation}"),
            None => relation.to_owned(),
        };
        Err(SqlError::product("42P01", format!("missing FROM-clause entry for table \"{written}\"")))
    }

    pub fn find_source(
        &self,
        depth: usize,
        schema: Option<&str>,
        relation: &str,
    ) -> SqlResult<Option<usize>> {
        let mut found = self.levels[depth].sources.iter().enumerate().filter(|(_, source)| {
            source.alias == relation && (schema.is_none() || source.schema.as_deref() == schema)
        });
        let first = found.next().map(|(number, _)| number);
        if found.next().is_some() {
            return Err(SqlError::product("42P09", format!("table reference \"{relation}\" is ambiguous")));
        }
        Ok(first)
    }

    pub fn mark(&mut self, marks: &[(usize, usize)]) {
        for &(need, column) in marks {
            let columns = &mut self.needs[need].columns;
            if let Err(place) = columns.binary_search(&column) {
                columns.insert(place, column);
            }
        }
    }

    /// Hands an expression over the row of level `depth` inwards, through every subquery in between.
    pub fn carry(&mut self, depth: usize, expression: Expression) -> Expression {
        let mut expression = expression;
        for level in &mut self.levels[depth + 1..] {
            let Some(parameters) = &mut level.parameters else { continue };
            let data_type = expression.data_type();
            let index = parameters.iter().position(|known| *known == expression).unwrap_or_else(|| {
                parameters.push(expression.clone());
                parameters.len() - 1
            });
            expression = Expression::Parameter { index, data_type };
        }
        expression
    }
}
