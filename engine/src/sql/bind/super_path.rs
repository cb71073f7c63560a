//! PartiQL: paths into SUPER values, their unnesting in FROM, and how they are compared and sorted.

use crate::sql::syntax;

use super::binder::{Binder, product_with};
use super::coerce;
use super::from::{FromItem, column, fold};
use super::level::Source;
use super::literal;
use super::scalar::types;
use crate::gap::Feature;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::{CastMode, Expression};
use crate::sql::functions::{self, super_path};
use crate::sql::plan::{Field, JoinKind, Plan, Unnest};
use crate::warehouse::data_type::DataType;
use crate::warehouse::nested::Nested;

/// A part of FROM over the inside of a SUPER.
pub(super) struct Inside {
    value: Expression,
    /// UNPIVOT.
    members: bool,
    element: String,
    position: Option<String>,
    /// What both are qualified by.
    alias: String,
    /// Of the elements, in a nested column of an external table.
    shape: Option<Nested>,
    /// In Athena: what its parts are called, and what elements are.
    expanded: Option<(Vec<String>, Nested)>,
}

impl Binder<'_> {
    /// `a.b[0].c`, `f(x).a`.
    pub fn steps_from(
        &mut self,
        root: &syntax::Expression,
        path: &[syntax::PathStep],
    ) -> SqlResult<Expression> {
        if self.is_athena() {
            let what = "subscripts of arrays and maps in Athena; CROSS JOIN UNNEST reads their elements";
            return Err(SqlError::not_simulated_because(Feature::ExternalTable, what));
        }
        let root = self.expression(root)?;
        let mut steps = Vec::new();
        for step in path {
            steps.push(match step {
                syntax::PathStep::Attribute(name) => self.attribute(&name.value, name.quote_style.is_some()),
                syntax::PathStep::Index(index) => self.subscript(index)?,
            });
        }
        self.navigate(root, steps)
    }

    /// Names after one that is a SUPER column: `orders.o_orderkey`, `c.orders.o_orderkey`. `None` where no
    /// beginning of the chain is one.
    pub fn path_of_names(&mut self, parts: &[syntax::Ident]) -> SqlResult<Option<Expression>> {
        let names: Vec<String> = parts.iter().map(fold).collect();
        if let Some(found) = self.nested_value(&names)? {
            return Ok(Some(found));
        }
        for taken in [2, 3, 1] {
            if taken >= names.len() {
                continue;
            }
            let found = match &names[..taken] {
                [column] => self.unqualified(column),
                [relation, column] => self.qualified(None, relation, column),
                [schema, relation, column] => self.qualified(Some(schema), relation, column),
                _ => continue,
            };
            if let Ok(root) = found
                && root.data_type() == DataType::Super
            {
                let steps = parts[taken..]
                    .iter()
                    .map(|part| self.attribute(&part.value, part.quote_style.is_some()))
                    .collect();
                return self.navigate(root, steps).map(Some);
            }
        }
        Ok(None)
    }

    pub(super) fn navigate(&mut self, root: Expression, steps: Vec<Expression>) -> SqlResult<Expression> {
        // Lists of the catalog are arrays in the product, and texts of no certain length here.
        let list = root.data_type() == DataType::Varchar(DataType::VARCHAR_MAX);
        if list && matches!(&*steps, [step] if step.data_type().is_integer()) {
            return self.call("array element", std::iter::once(root).chain(steps).collect());
        }
        if root.data_type() != DataType::Super {
            // unconfirmed: the product's words for a path into another type.
            let message = format!(
                "navigation into a value of type {} is not supported",
                coerce::bare_name(root.data_type())
            );
            let hint = "Only SUPER has attributes and elements. JSON text becomes SUPER with JSON_PARSE.";
            return Err(product_with("42809", message, None, Some(hint)));
        }
        // A path goes on from where the one before it stopped.
        let mut arguments = match root {
            Expression::Call { function, arguments, .. } if function.name == super_path::PATH => arguments,
            root => vec![root],
        };
        arguments.extend(steps);
        self.call(super_path::PATH, arguments)
    }

    /// An attribute's name, quoted as a document has it. Names are folded to lower case unless the session asks
    /// for their case.
    pub(super) fn attribute(&self, name: &str, quoted: bool) -> Expression {
        let kept = self.is_on("enable_case_sensitive_super_attribute")
            || quoted && self.is_on("enable_case_sensitive_identifier");
        let mut text = String::new();
        let folded = if kept { name.to_owned() } else { name.to_lowercase() };
        crate::sql::json::quote(&folded, &mut text);
        let data_type = DataType::Varchar(DataType::VARCHAR_MAX);
        coerce::cast(literal::text(text), data_type, CastMode::Implicit)
    }

    fn subscript(&mut self, key: &syntax::Expression) -> SqlResult<Expression> {
        let index = self.expression(key)?;
        if index.data_type().is_integer() {
            return Ok(index);
        }
        let message =
            format!("array subscript must have type integer, not {}", coerce::bare_name(index.data_type()));
        Err(product_with("42804", message, None, None))
    }

    pub(super) fn is_on(&self, parameter: &str) -> bool {
        self.scope.session.settings.get(parameter).is_some_and(|value| value == "on")
    }

    /// Whether this part of FROM walks through a SUPER of a table to its left (or of an outer query).
    pub fn inside(&mut self, factor: &syntax::TableFactor, left: &FromItem) -> SqlResult<Option<Inside>> {
        match factor {
            syntax::TableFactor::Table { name, path, alias, .. } => {
                if !self.begins_inside(&name.0, left, !path.is_empty()) {
                    return Ok(None);
                }
                let last = name.0.last().map(fold).unwrap_or_default();
                let root = column(&name.0);
                let names: Vec<String> = name.0.iter().map(fold).collect();
                let (value, shape) = self.beside(left, |binder| match path.as_slice() {
                    [] => match binder.nested_range(&names)? {
                        Some((value, element)) => Ok((value, Some(element))),
                        None => Ok((binder.expression(&root)?, None)),
                    },
                    path => Ok((binder.steps_from(&root, path)?, None)),
                })?;
                let element = alias.as_ref().map_or(last, |alias| fold(&alias.name));
                let position = alias.as_ref().and_then(|alias| alias.at.as_ref()).map(fold);
                let alias = element.clone();
                Ok(Some(Inside { value, members: false, alias, element, position, shape, expanded: None }))
            }
            syntax::TableFactor::Unnest { array, alias, offset, .. } => {
                if self.is_athena() {
                    return self.unnested(array, alias.as_ref(), left).map(Some);
                }
                let value = self.beside(left, |binder| binder.expression(array))?;
                let named = alias.as_ref().map_or_else(|| "unnest".to_owned(), |alias| fold(&alias.name));
                let mut columns = alias.iter().flat_map(|alias| &alias.columns).map(fold);
                let element = columns.next().unwrap_or_else(|| named.clone());
                let position = offset.as_ref().map(|offset| {
                    let offset = offset.as_ref().map(fold);
                    offset.or_else(|| columns.next()).unwrap_or_else(|| "offset_col".to_owned())
                });
                Ok(Some(Inside {
                    value,
                    members: false,
                    element,
                    position,
                    alias: named,
                    shape: None,
                    expanded: None,
                }))
            }
            syntax::TableFactor::UnpivotExpression {
                expression, value: element, name: attribute, ..
            } => {
                let value = self.beside(left, |binder| binder.expression(expression))?;
                let element = fold(element);
                let position = attribute.as_ref().map(fold);
                let alias = element.clone();
                Ok(Some(Inside {
                    value,
                    members: true,
                    alias,
                    element,
                    position,
                    shape: None,
                    expanded: None,
                }))
            }
            _ => Ok(None),
        }
    }

    /// `UNNEST(array) AS t(a, b)` as Athena has it.
    fn unnested(
        &mut self,
        array: &syntax::Expression,
        alias: Option<&syntax::TableAlias>,
        left: &FromItem,
    ) -> SqlResult<Inside> {
        let names = names_of(array);
        let found = self.beside(left, |binder| match binder.nested_range(&names)? {
            Some(found) => Ok(found),
            None => {
                let value = binder.expression(array)?;
                if value.data_type() == DataType::Super {
                    let what = "UNNEST in Athena of what a subquery hands on; unnest the table's own column";
                    return Err(SqlError::not_simulated_because(Feature::ExternalTable, what));
                }
                Err(super::nested::not_unnested(&coerce::bare_name(value.data_type()).to_string()))
            }
        });
        let (value, element) = found?;
        let columns = alias.iter().flat_map(|alias| &alias.columns).map(fold).collect();
        let alias = alias.map_or_else(String::new, |alias| fold(&alias.name));
        let expanded = Some((columns, element));
        Ok(Inside {
            value,
            members: false,
            element: alias.clone(),
            position: None,
            alias,
            shape: None,
            expanded,
        })
    }

    /// A path begins with a table's alias; a bare name is a table's unless an unnesting to the left has it.
    fn begins_inside(&self, parts: &[syntax::Ident], left: &FromItem, brackets: bool) -> bool {
        let Some(first) = parts.first().map(fold) else { return false };
        let outer = self.levels.iter().flat_map(|level| &level.sources);
        let mut known = left.sources.iter().chain(outer).filter(|source| source.alias == first);
        if parts.len() > 1 || brackets { known.next().is_some() } else { known.any(is_element) }
    }

    /// Binds something that sees the tables to the left and nothing else of this FROM.
    fn beside<T>(&mut self, left: &FromItem, work: impl FnOnce(&mut Self) -> SqlResult<T>) -> SqlResult<T> {
        let level = self.level()?;
        level.sources = left.sources.clone();
        level.named = left.named.clone();
        let clause = std::mem::replace(&mut level.clause, super::level::Clause::From);
        let result = work(self);
        let level = self.level()?;
        level.sources.clear();
        level.named.clear();
        level.clause = clause;
        result
    }

    /// Puts the inside of a SUPER beside the rows to its left.
    pub fn unnest(
        &mut self,
        left: FromItem,
        inside: Inside,
        join: Option<&syntax::Join>,
    ) -> SqlResult<FromItem> {
        let constraint = join.map(|join| &join.constraint);
        let kind = match join.map(|join| join.kind) {
            None | Some(syntax::JoinKind::Cross) => JoinKind::Cross,
            Some(syntax::JoinKind::Inner) => JoinKind::Inner,
            Some(syntax::JoinKind::Left) => JoinKind::Left,
            Some(syntax::JoinKind::Right | syntax::JoinKind::Full) => {
                let message = "SUPER unnesting is not supported in RIGHT and FULL OUTER JOIN";
                return Err(SqlError::product("0A000", message));
            }
        };
        if inside.value.data_type() != DataType::Super {
            let name = coerce::bare_name(inside.value.data_type());
            let message = format!("unnesting a value of type {name} is not supported");
            return Err(product_with(
                "42809",
                message,
                None,
                Some("Only SUPER arrays and objects can be unnested."),
            ));
        }
        if kind == JoinKind::Left && inside.shape.is_some() {
            super::nested::outer_join(&left.sources, &[])?;
        }
        let width = left.plan.fields().len();
        let mut fields: Vec<Field> = left.plan.fields().to_vec();
        let mut add = |name: String, data_type| {
            fields.push(Field { qualifier: Some(inside.alias.clone()), name, data_type });
        };
        add(inside.element, DataType::Super);
        if let Some(position) = inside.position {
            let text = DataType::Varchar(DataType::VARCHAR_MAX);
            add(position, if inside.members { text } else { DataType::BigInt });
        }
        let plan = Plan::Unnest(Box::new(Unnest {
            input: Plan::Empty,
            value: inside.value,
            members: inside.members,
            outer: kind == JoinKind::Left,
            condition: None,
            fields: fields[width..].to_vec(),
        }));
        // Only its names are asked of this plan.
        let mut item = FromItem::single(plan, inside.alias, None, None);
        super::join::check_aliases(&left, &item)?;
        item.shift(width);
        if let Some(shape) = inside.shape {
            super::nested::shape_element(&mut item, shape)?;
        }
        let FromItem { plan: Plan::Unnest(mut unnest), sources, named } = item else {
            return Err(SqlError::bug("an unnesting that is none"));
        };
        let mut whole = FromItem { plan: Plan::Empty, sources: left.sources, named: left.named };
        whole.sources.extend(sources);
        whole.named.extend(named);
        match constraint {
            None => {}
            Some(syntax::JoinConstraint::On(condition)) => {
                let bound = self.join_condition(condition, &whole.sources, &whole.named)?;
                let always = matches!(
                    bound,
                    Expression::Literal { value: crate::warehouse::value::Value::Boolean(true), .. }
                );
                unnest.condition = (!always).then_some(bound);
            }
            Some(syntax::JoinConstraint::None) => {}
            Some(_) => {
                return Err(SqlError::product("0A000", "USING and NATURAL do not fit SUPER unnesting"));
            }
        }
        unnest.input = left.plan;
        unnest.fields = fields;
        whole.plan = Plan::Unnest(unnest);
        match inside.expanded {
            Some((names, element)) => self.expand(whole, width, &names, element),
            None => Ok(whole),
        }
    }
}

/// The names that an expression is, if it is nothing else.
pub(super) fn names_of(expression: &syntax::Expression) -> Vec<String> {
    match expression {
        syntax::Expression::Identifier(name) => vec![fold(name)],
        syntax::Expression::CompoundIdentifier(names) => names.iter().map(fold).collect(),
        _ => Vec::new(),
    }
}

/// The source that an unnesting made: named as its element.
fn is_element(source: &Source) -> bool {
    source
        .columns
        .first()
        .is_some_and(|column| column.data_type == DataType::Super && column.name == source.alias)
}

/// Both sides of a comparison as texts that order as the documents do. Between kinds `=` is false, and the
/// other comparisons are NULL (Developer Guide, "Dynamic typing").
pub(super) fn comparable(
    sign: &str,
    left: Expression,
    right: Expression,
) -> SqlResult<(Expression, Expression)> {
    let (l, r) = (left.data_type(), right.data_type());
    if !coerce::castable(l, DataType::Super) || !coerce::castable(r, DataType::Super) {
        return Err(coerce::no_operator(sign, l, r));
    }
    let left = coerce::cast(left, DataType::Super, CastMode::Implicit);
    let right = coerce::cast(right, DataType::Super, CastMode::Implicit);
    if matches!(sign, "=" | "<>") {
        return Ok((keyed(super_path::KEY, vec![left])?, keyed(super_path::KEY, vec![right])?));
    }
    let one = keyed(super_path::KEY_BESIDE, vec![left.clone(), right.clone()])?;
    Ok((one, keyed(super_path::KEY_BESIDE, vec![right, left])?))
}

/// What ORDER BY sorts by.
pub(super) fn sortable(expression: Expression) -> SqlResult<Expression> {
    match expression.data_type() {
        DataType::Super => keyed(super_path::KEY, vec![expression]),
        DataType::Caseless { .. } => Ok(small(expression)),
        _ => Ok(expression),
    }
}

/// Whether values of the type are the same that do not lie the same.
pub(in crate::sql) fn has_key(data_type: DataType) -> bool {
    data_type == DataType::Super || data_type.is_caseless()
}

/// What a document, or a text without case, is grouped by; what is neither, by itself.
pub(in crate::sql) fn grouping_key(value: Expression) -> Expression {
    sortable(value.clone()).unwrap_or(value)
}

/// A text in small letters: how those without case are compared.
pub(super) fn small(text: Expression) -> Expression {
    let data_type = text.data_type();
    let text = coerce::cast(text, data_type.text(), CastMode::Implicit);
    match functions::resolve("lower", &[text.data_type()]) {
        Some(lower) => {
            Expression::Call { function: lower.function, arguments: vec![text], data_type: lower.result }
        }
        None => text,
    }
}

fn keyed(name: &str, arguments: Vec<Expression>) -> SqlResult<Expression> {
    let resolved = functions::resolve(name, &types(&arguments))
        .ok_or_else(|| SqlError::bug("a SUPER without something to compare it by"))?;
    Ok(Expression::Call { function: resolved.function, arguments, data_type: resolved.result })
}
