//! Users' own functions in SQL, put in place of their call, and the variables of a procedure around a statement.

use crate::sql::syntax;

use super::binder::Binder;
use super::from::fold;
use super::level::{Clause, Level};
use super::scalar::types;
use super::{Scope, coerce};
use crate::sql::commands::routine::{candidates, may_execute, overload};
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::expression::{CastMode, Expression};
use crate::sql::functions::prediction::PREDICT;
use crate::sql::parse;
use crate::sql::statement::Statement;
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::{Identifier, QualifiedName};
use crate::warehouse::routine::{Argument, Routine, RoutineKind, bare_type};
use crate::warehouse::value::Value;

/// Whether an argument of type `from` becomes one of type `to` by itself.
pub fn implicit(from: DataType, to: DataType) -> bool {
    use DataType as T;
    match (from, to) {
        (T::Unknown, _) => true,
        (T::Super | T::Varbyte(_), T::Char(_) | T::Varchar(_)) => false,
        (_, T::Char(_) | T::Varchar(_)) => true,
        _ => coerce::common_type(&[from, to]).is_some_and(|common| bare_type(common) == bare_type(to)),
    }
}

/// Whether the text of a new function is one that a function may have, and which functions it calls.
///
/// # Errors
/// What is wrong in it, as a query would say it, and 0A000 for what only queries have.
pub fn function_body(routine: &Routine, scope: Scope<'_>) -> SqlResult<Vec<ObjectId>> {
    let mut binder = Binder::new(Scope { statement_text: "", ..scope })?;
    let null =
        |argument: &Argument| Expression::Literal { value: Value::Null, data_type: argument.data_type };
    let nulls = routine.inputs().map(null).collect();
    binder.function_text(routine, nulls)?;
    Ok(binder.routines)
}

impl Binder<'_> {
    /// The call of a user's function, or `None` when there is none of this name for these types.
    pub fn user_function(
        &mut self,
        schema: Option<&Identifier>,
        name: &str,
        arguments: &[Expression],
    ) -> SqlResult<Option<Expression>> {
        let name = QualifiedName { database: None, schema: schema.cloned(), name: Identifier::fold(name) };
        let path = &self.viewer.search_path;
        let mut found = candidates(&name, self.manifest, self.scope.session.user, &self.database.name, path)?;
        // What a view's or a policy's text calls was settled when it was written: an overload made since, by whoever
        // may make one, does not come in between. A late-binding view looks anew.
        let settled = self.viewer.through.as_ref().and_then(|through| through.view());
        let settled = settled.filter(|view| view.late.is_none());
        found.retain(|routine| {
            !routine.is_procedure() && settled.is_none_or(|view| view.depends_on.contains(&routine.id))
        });
        let Some(routine) = overload(&found, &types(arguments), &implicit) else { return Ok(None) };
        may_execute(&routine, self.manifest, self.scope.session.user)?;
        if !self.routines.contains(&routine.id) {
            self.routines.push(routine.id);
        }
        let inputs: Vec<DataType> = routine.inputs().map(|argument| argument.data_type).collect();
        let arguments = arguments.iter().cloned().zip(inputs);
        let arguments: Vec<Expression> =
            arguments.map(|(value, to)| coerce::cast(value, to, CastMode::Implicit)).collect();
        if let RoutineKind::Prediction { model, returns, probability } = routine.kind {
            return Ok(Some(prediction(model, probability, arguments, returns)));
        }
        self.deeper(|binder| binder.function_text(&routine, arguments)).map(Some)
    }

    /// The one expression of a function's text, over `arguments`.
    fn function_text(&mut self, routine: &Routine, arguments: Vec<Expression>) -> SqlResult<Expression> {
        let RoutineKind::Function { returns, .. } = routine.kind else {
            return Err(SqlError::bug("a procedure called as a function"));
        };
        let mut body = parse::parse_as(&routine.body, parse::NameCase::Kept)?;
        let (Some(Statement::Query(query)), true) =
            (body.pop().map(|parsed| parsed.statement), body.is_empty())
        else {
            // The rule is the guide's ("Creating a scalar SQL UDF"), the words are unconfirmed.
            let message = "The body of a SQL user-defined function must be a single SELECT";
            return Err(SqlError::product("42P13", message));
        };
        let expression = only_expression(&query)?;
        let text = std::mem::take(&mut self.text);
        let levels =
            std::mem::replace(&mut self.levels, vec![Level { clause: Clause::Values, ..Level::default() }]);
        let common = std::mem::take(&mut self.common);
        let outer = self.arguments.replace(arguments);
        let bound = self.expression(expression);
        self.text = text;
        self.levels = levels;
        self.common = common;
        self.arguments = outer;
        let bound = bound?;
        if super::write::contains_subquery(&bound) {
            return Err(refused());
        }
        let found = bound.data_type();
        if implicit(found, returns) || coerce::assignable(found, returns) {
            return Ok(coerce::cast(bound, returns, CastMode::Implicit));
        }
        Err(SqlError::new(SqlErrorKind::Product {
            state: "42P13",
            message: format!("return type mismatch in function declared to return {}", bare_type(returns)),
            detail: Some(format!("Actual return type is {}.", bare_type(found))),
            hint: None,
        }))
    }

    /// `$1` of a function or procedure, and a procedure's variables: they go before columns.
    pub fn local(&self, expression: &syntax::Expression) -> SqlResult<Option<Expression>> {
        if let syntax::Expression::Value(value) = expression
            && let syntax::Value::Placeholder(name) = &value.value
            && let Some(arguments) = &self.arguments
        {
            let number: usize = name.trim_start_matches('$').parse().unwrap_or(0);
            let found = number.checked_sub(1).and_then(|index| arguments.get(index));
            let missing = || SqlError::product("42P02", format!("there is no parameter {name}"));
            return found.cloned().map(Some).ok_or_else(missing);
        }
        let variables = &self.scope.session.inside.variables;
        if variables.is_empty() || self.arguments.is_some() || self.viewer.through.is_some() {
            return Ok(None);
        }
        let name = match expression {
            syntax::Expression::Value(value) => match &value.value {
                syntax::Value::Placeholder(name) => name.clone(),
                _ => return Ok(None),
            },
            syntax::Expression::Identifier(ident) => fold(ident),
            syntax::Expression::CompoundIdentifier(parts) if parts.len() == 2 => {
                format!("{}.{}", fold(&parts[0]), fold(&parts[1]))
            }
            _ => return Ok(None),
        };
        let found = variables.get(&name);
        Ok(found
            .map(|(value, data_type)| Expression::Literal { value: value.clone(), data_type: *data_type }))
    }
}

/// A call of a model's function: which model, and what of it, go in front of the features.
fn prediction(
    model: ObjectId,
    probability: bool,
    features: Vec<Expression>,
    returns: DataType,
) -> Expression {
    let number = Expression::Literal { value: Value::Integer(model.0 as i32), data_type: DataType::Integer };
    let probability =
        Expression::Literal { value: Value::Boolean(probability), data_type: DataType::Boolean };
    let arguments = [number, probability].into_iter().chain(features).collect();
    Expression::Call { function: &PREDICT, arguments, data_type: returns }
}

/// Text unconfirmed; the list of what is not allowed is the guide's.
fn refused() -> SqlError {
    SqlError::product(
        "0A000",
        "The SELECT clause of a SQL user-defined function can't include FROM, INTO, WHERE, GROUP BY, ORDER BY or LIMIT",
    )
}

/// `SELECT expression` and nothing else (Developer Guide, "Creating a scalar SQL UDF").
fn only_expression(query: &syntax::Query) -> SqlResult<&syntax::Expression> {
    let syntax::SetExpression::Select(select) = &query.body else { return Err(refused()) };
    let plain = query.with.is_none()
        && query.order_by.is_empty()
        && query.limit.is_none()
        && query.offset.is_none()
        && select.from.is_empty()
        && select.into.is_none()
        && select.selection.is_none()
        && select.having.is_none()
        && !select.distinct
        && select.top.is_none()
        && matches!(&select.group_by, syntax::GroupBy::Elements(groups) if groups.is_empty());
    match select.projection.as_slice() {
        [syntax::SelectItem::Unnamed(expression) | syntax::SelectItem::Named { expr: expression, .. }]
            if plain =>
        {
            Ok(expression)
        }
        [_] => Err(refused()),
        _ => Err(SqlError::product("42P13", "function must return one column")),
    }
}

/// A value without a table: `SELECT expression` of which every part can be computed at once. `None` for a query.
///
/// # Errors
/// As for any expression.
pub fn value(query: &syntax::Query, scope: Scope<'_>) -> SqlResult<Option<Expression>> {
    let Ok(expression) = only_expression(query) else { return Ok(None) };
    let mut binder = Binder::new(Scope { statement_text: "", ..scope })?;
    binder.levels.push(Level { clause: Clause::Values, ..Level::default() });
    let mut bound = binder.expression(expression)?;
    if super::write::contains_subquery(&bound) {
        return Ok(None);
    }
    // The leader node computes it, and rounds.
    bound.transform(&mut |part| {
        if let Expression::Cast { mode: mode @ CastMode::Explicit, .. } = part {
            *mode = CastMode::Leader;
        }
    });
    Ok(Some(bound))
}
