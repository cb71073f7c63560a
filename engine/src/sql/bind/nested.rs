//! Columns of external tables that hold others: their parts by dots, their arrays and maps in FROM, and what queries
//! over them may not do (Developer Guide, "Querying nested data with Amazon Redshift Spectrum").
//!
//! Such a column is a SUPER to the plan and has a shape to the names: a part of it is a path with a cast to the type
//! that its table declares, so that nothing of SUPER's own rules shows.

use std::sync::Arc;

use super::binder::{Binder, product_with};
use super::coerce;
use super::from::FromItem;
use super::level::{Clause, Named, Source, SourceColumn};
use crate::gap::Feature;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::{CastMode, Expression};
use crate::sql::plan::{Field, Plan};
use crate::warehouse::data_type::DataType;
use crate::warehouse::external::ExternalTable;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::nested::Nested;

/// A nested column that a chain of names begins with: its value, its shape, and how many of the names it took.
type Root = (Expression, Arc<Nested>, usize);

impl Binder<'_> {
    /// The table as this session reads it: nested columns are JSON where `json_serialization_enable` asks for it.
    pub(super) fn as_read(&self, table: Arc<ExternalTable>) -> SqlResult<Arc<ExternalTable>> {
        let is_nested = |table: &ExternalTable| table.columns.iter().any(|column| column.nested.is_some());
        if !is_nested(&table) {
            return Ok(table);
        }
        if !self.is_on("json_serialization_enable") {
            return Ok(table);
        }
        let mut table = Arc::unwrap_or_clone(table);
        table.parse_strings = self.is_on("json_serialization_parse_nested_strings");
        for column in table.columns.iter_mut().filter(|column| column.nested.is_some()) {
            column.data_type = DataType::Varchar(DataType::VARCHAR_MAX);
        }
        Ok(Arc::new(table))
    }

    /// Whether Athena asks, which knows nested types as Trino does: by none of Spectrum's rules.
    pub(super) fn is_athena(&self) -> bool {
        self.scope.outside.is_some_and(|outside| outside.unqualified())
    }

    /// Whether a column can be named as a whole: in Athena those can that hold others.
    pub(super) fn stands_whole(&self, shape: Option<&Nested>) -> SqlResult<bool> {
        match shape {
            Some(_) if !self.is_athena() => Ok(false),
            Some(shape) if !shape.is_plain() => {
                let what = "columns of Athena that hold maps, times or fractions, as a whole; name their fields, or CROSS JOIN UNNEST";
                Err(SqlError::not_simulated_because(Feature::ExternalTable, what))
            }
            _ => Ok(true),
        }
    }

    /// What UNNEST of Athena makes of the elements behind so many columns: of rows their fields, of maps keys and values.
    pub(super) fn expand(
        &mut self,
        item: FromItem,
        width: usize,
        names: &[String],
        shape: Nested,
    ) -> SqlResult<FromItem> {
        let FromItem { plan, mut sources, mut named } = item;
        let alias = sources.pop().map_or_else(String::new, |source| source.alias);
        named.pop();
        let members = match shape {
            Nested::Struct(members) => members,
            other => vec![(Identifier::fold(""), other)],
        };
        if !names.is_empty() && names.len() != members.len() {
            let (given, known) = (names.len(), members.len());
            return Err(SqlError::product(
                "42P10",
                format!(
                    "SYNTAX_ERROR: Column alias list has {given} entries but '{alias}' has {known} columns available"
                ),
            ));
        }
        let column =
            |(index, field): (usize, &Field)| Expression::Column { index, data_type: field.data_type };
        let mut expressions: Vec<Expression> = plan.fields().iter().enumerate().map(column).collect();
        let mut fields = plan.fields().to_vec();
        let element = expressions.split_off(width).into_iter().next();
        let element = element.ok_or_else(|| SqlError::bug("an unnesting without elements"))?;
        fields.truncate(width);
        let mut source = Source { alias, schema: None, columns: Vec::new(), need: None };
        for (at, (member, shape)) in members.into_iter().enumerate() {
            let value = match member.as_str() {
                "" => element.clone(),
                member => {
                    let step = self.attribute(member, true);
                    self.navigate(element.clone(), vec![step])?
                }
            };
            let (value, shape) = match shape {
                Nested::Scalar(data_type) => (scalar(value, data_type)?, None),
                other => (value, Some(Arc::new(other))),
            };
            let name = names.get(at).cloned().unwrap_or_else(|| member.to_string());
            let (index, data_type) = (expressions.len(), value.data_type());
            source.columns.push(SourceColumn {
                name: name.clone(),
                index,
                data_type,
                hidden: false,
                shape: shape.clone(),
            });
            let expression = Expression::Column { index, data_type };
            named.push(Named { name: name.clone(), expression, marks: Vec::new(), hidden: false, shape });
            fields.push(Field { qualifier: Some(source.alias.clone()), name, data_type });
            expressions.push(value);
        }
        sources.push(source);
        let plan = Plan::Project { input: Box::new(plan), expressions, fields };
        Ok(FromItem { plan, sources, named })
    }

    fn nested_root(&mut self, names: &[String]) -> SqlResult<Option<Root>> {
        for depth in (0..self.levels.len()).rev() {
            for taken in [2, 3, 1] {
                let found = match names.get(..taken) {
                    Some([column]) => {
                        let named = self.levels[depth].named.iter().find(|named| named.name == *column);
                        named.and_then(|named| Some((named.expression.clone(), named.shape.clone()?)))
                    }
                    Some([.., relation, column]) => {
                        let schema = (taken == 3).then(|| names[0].as_str());
                        let source = self.find_source(depth, schema, relation)?;
                        let source = source.map(|source| &self.levels[depth].sources[source]);
                        let columns = source.into_iter().flat_map(|source| &source.columns);
                        columns.filter(|known| known.name == *column).find_map(|known| {
                            let data_type = known.data_type;
                            Some((Expression::Column { index: known.index, data_type }, known.shape.clone()?))
                        })
                    }
                    _ => None,
                };
                if let Some((root, shape)) = found {
                    self.not_outward(depth)?;
                    return Ok(Some((self.carry(depth, root), shape, taken)));
                }
            }
        }
        Ok(None)
    }

    /// The end of a chain of names that begins with a nested column; `None` where it begins with none.
    fn nested_path(&mut self, names: &[String]) -> SqlResult<Option<(Expression, Nested)>> {
        let Some((root, shape, taken)) = self.nested_root(names)? else { return Ok(None) };
        let mut here = &*shape;
        for name in &names[taken..] {
            here = here.member(name).ok_or_else(|| unknown(names))?;
        }
        let steps: Vec<Expression> = names[taken..].iter().map(|name| self.attribute(name, true)).collect();
        let value = if steps.is_empty() { root } else { self.navigate(root, steps)? };
        Ok(Some((value, here.clone())))
    }

    /// A part of a nested column, in the type that it has in the table.
    pub(super) fn nested_value(&mut self, names: &[String]) -> SqlResult<Option<Expression>> {
        match self.nested_path(names)? {
            None => Ok(None),
            Some((value, Nested::Scalar(data_type))) => scalar(value, data_type).map(Some),
            Some((value, shape)) if self.stands_whole(Some(&shape))? => Ok(Some(value)),
            Some(_) => Err(unknown(names)),
        }
    }

    /// What FROM ranges over, and what its elements are.
    pub(super) fn nested_range(&mut self, names: &[String]) -> SqlResult<Option<(Expression, Nested)>> {
        let Some((value, shape)) = self.nested_path(names)? else { return Ok(None) };
        let element = shape.element().ok_or_else(|| {
            if self.is_athena() {
                return not_unnested("row");
            }
            // unconfirmed: the words.
            let hint = "FROM ranges over arrays and maps. Members of a struct are read as they are: alias.column.member.";
            let message = format!("{} is not an array or a map", names.join("."));
            product_with("42809", message, None, Some(hint))
        })?;
        Ok(Some((value, element)))
    }

    /// A subquery over nested data takes its parent in FROM, and nowhere else.
    pub(super) fn not_outward(&self, depth: usize) -> SqlResult<()> {
        let Some(inner) = self.levels.last().filter(|_| depth + 1 < self.levels.len()) else { return Ok(()) };
        if self.is_athena() {
            return Ok(());
        }
        let parent = self.levels[depth].sources.iter().any(is_nested);
        if parent && inner.clause != Clause::From && inner.sources.iter().any(is_nested) {
            let what = "can refer to its parent table only in the FROM clause";
            return Err(refused(&format!("A subquery that refers to a nested table {what}.")));
        }
        Ok(())
    }

    /// Before what a subquery may not have.
    pub(super) fn not_nested(&self, what: &str) -> SqlResult<()> {
        if self.nested && self.depth > 0 {
            return Err(refused(&format!("A subquery that refers to a nested table cannot contain {what}.")));
        }
        Ok(())
    }

    /// After the query of an IN was bound.
    pub(super) fn not_nested_in(&self) -> SqlResult<()> {
        match self.nested {
            // unconfirmed: the words; the guide says that (NOT) IN is not supported.
            true => {
                Err(refused("A subquery that refers to a nested table cannot be the operand of (NOT) IN."))
            }
            false => Ok(()),
        }
    }

    /// What a finished SELECT refers to; refuses what only the outermost one may do.
    pub(super) fn nested_query(&mut self, ordered: bool) -> SqlResult<()> {
        if self.is_athena() {
            return Ok(());
        }
        let depth = self.depth;
        let level = self.level()?;
        let nested = level.sources.iter().any(is_nested);
        let others = level.sources.iter().any(|source| !is_nested(source));
        let whole = level.sources.iter().any(|source| is_nested(source) && !is_element(source));
        let grouped = !level.aggregates.is_empty();
        self.nested = nested;
        if !nested || depth == 0 {
            return Ok(());
        }
        if ordered {
            self.not_nested("ORDER BY clause")?;
        }
        // unconfirmed: the words of both; the rules are the guide's.
        if others {
            self.not_nested("any other table in the FROM clause")?;
        }
        if grouped && whole {
            self.not_nested("an aggregate, unless its FROM clause has only arrays and maps")?;
        }
        Ok(())
    }
}

fn scalar(value: Expression, data_type: DataType) -> SqlResult<Expression> {
    // What is no value of the type is NULL, as in a field of its own.
    let text = DataType::Varchar(DataType::VARCHAR_MAX);
    let value = match data_type {
        DataType::Date | DataType::Timestamp => coerce::cast(value, text, CastMode::Try),
        _ => value,
    };
    coerce::attempted(value, data_type)
}

/// unconfirmed: what stands before the words, which are Trino's.
pub(super) fn not_unnested(name: &str) -> SqlError {
    SqlError::product("42809", format!("INVALID_FUNCTION_ARGUMENT: Cannot unnest type: {name}"))
}

/// Names an element: one that is a value by the alias itself, one that has members by these.
pub(super) fn shape_element(item: &mut FromItem, shape: Nested) -> SqlResult<()> {
    let (Some(source), Some(named)) = (item.sources.first_mut(), item.named.first_mut()) else {
        return Err(SqlError::bug("an unnesting without a name"));
    };
    match &shape {
        Nested::Scalar(data_type) => named.expression = scalar(named.expression.clone(), *data_type)?,
        _ => named.shape = Some(Arc::new(shape.clone())),
    }
    if let Some(column) = source.columns.first_mut() {
        column.shape = Some(Arc::new(shape));
    }
    Ok(())
}

/// An outer join that refers to nested data refers to nothing else.
pub(super) fn outer_join(left: &[Source], right: &[Source]) -> SqlResult<()> {
    let both = || left.iter().chain(right);
    if both().any(is_nested) && !both().all(is_nested) {
        // unconfirmed: the words.
        let what =
            "An OUTER JOIN that refers to a nested table can refer only to that table and its nested arrays.";
        return Err(refused(what));
    }
    Ok(())
}

fn is_nested(source: &Source) -> bool {
    source.columns.iter().any(|column| column.shape.is_some())
}

fn is_element(source: &Source) -> bool {
    source.columns.first().is_some_and(|column| column.shape.is_some() && column.name == source.alias)
}

fn unknown(names: &[String]) -> SqlError {
    SqlError::product("42703", format!("column {} does not exist", names.join(".")))
}

pub(super) fn no_star() -> SqlError {
    // unconfirmed: its SQLSTATE.
    SqlError::product("0A000", "Nested tables do not support '*' in the SELECT clause.")
}

/// As its users report it, with the reason in the block.
fn refused(context: &str) -> SqlError {
    let rule = "-----------------------------------------------";
    let error = "Spectrum nested query error";
    let detail = format!(
        "\n  {rule}\n  error:  {error}\n  code:      8001\n  context:   {context}\n  query:     0\n  location:  nested_query_rewriter.cpp:775\n  process:   padbmaster [pid=10014]\n  {rule}"
    );
    product_with("XX000", error, Some(detail), None)
}
