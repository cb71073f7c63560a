//! Function calls: scalar functions, the forms that are really CASE, and the way to aggregates and windows.

use sqlparser::ast;

use super::binder::Binder;
use super::coerce;
use super::from::{fold, object_name, row_function};
use super::iam_grants::is_iam_grants;
use super::level::Clause;
use super::literal;
use super::scalar::{collated, no_function, types};
use super::series::SERIES;
use crate::gap::Feature;
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::expression::{Comparison, Expression};
use crate::sql::functions;
use crate::warehouse::value::Value;

/// What stands between a call's parentheses.
pub(super) struct Arguments<'q> {
    pub distinct: bool,
    /// `f(*)`.
    pub star: bool,
    pub expressions: Vec<&'q ast::Expr>,
    pub ignore_nulls: bool,
}

impl Binder<'_> {
    pub fn function(&mut self, function: &ast::Function) -> SqlResult<Expression> {
        let parts = object_name(&function.name)?;
        let name = match parts.as_slice() {
            [name] => name.to_string(),
            [schema, name] if *schema == "pg_catalog" => name.to_string(),
            _ => {
                if let [schema, name] = parts.as_slice()
                    && let Some(value) = self.function_in(schema, name.as_str(), function)?
                {
                    return Ok(value);
                }
                let written: Vec<&str> = parts.iter().map(|part| part.as_str()).collect();
                let schema = parts.first().map(|part| part.as_str()).unwrap_or_default();
                if self.database.schemas.keys().all(|known| known.as_str() != schema) {
                    return Err(SqlError::undefined_schema(&schema));
                }
                return Err(no_function(&written.join("."), &[]));
            }
        };
        if function.filter.is_some() {
            return Err(SqlError::new(SqlErrorKind::Syntax { near: Some("FILTER".to_owned()) }));
        }
        let arguments = arguments(function)?;
        if let Some(over) = &function.over {
            return self.window(&name, function, &arguments, over);
        }
        if super::aggregate::is_aggregate(&name) {
            return self.aggregate(&name, function, &arguments);
        }
        if super::window::is_window_only(&name) {
            let message = format!("window function call requires an OVER clause: {name}");
            return Err(SqlError::product("42809", message));
        }
        if arguments.distinct {
            let message = format!("DISTINCT specified, but {name} is not an aggregate function");
            return Err(SqlError::product("42809", message));
        }
        if arguments.star {
            return Err(no_function(&name, &[]));
        }
        if matches!(name.as_str(), "grouping" | "grouping_id") {
            return self.grouping(&name, &arguments.expressions);
        }
        if is_iam_grants(&name) && self.clause() == Clause::SelectList && !self.level()?.inside_aggregate {
            return self.iam_grants_column(&name, &arguments.expressions);
        }
        if name == SERIES && self.clause() == Clause::SelectList && !self.level()?.inside_aggregate {
            return self.series_column(&arguments.expressions);
        }
        if let (Some(relation), []) = (row_function(&name), arguments.expressions.as_slice())
            && self.clause() == Clause::SelectList
        {
            return self.record_column(relation);
        }
        self.scalar_call(&name, &arguments.expressions)
    }

    /// A user's function by its schema and name.
    fn function_in(
        &mut self,
        schema: &crate::warehouse::identifier::Identifier,
        name: &str,
        function: &ast::Function,
    ) -> SqlResult<Option<Expression>> {
        let arguments = arguments(function)?;
        let bound: Vec<Expression> = arguments
            .expressions
            .iter()
            .map(|argument| self.expression(argument))
            .collect::<SqlResult<_>>()?;
        match self.user_function(Some(schema), name, &bound)? {
            Some(value) => Ok(Some(value)),
            None => Err(no_function(&format!("{schema}.{name}"), &types(&bound))),
        }
    }

    fn scalar_call(&mut self, name: &str, written: &[&ast::Expr]) -> SqlResult<Expression> {
        let mut bound = Vec::with_capacity(written.len());
        for (number, argument) in written.iter().enumerate() {
            let part = if number == 0 && PART_FUNCTIONS.contains(&name) { date_part(argument) } else { None };
            bound.push(match part {
                Some(part) => literal::text(part),
                None => self.expression(argument)?,
            });
        }
        match (name, bound.len()) {
            ("coalesce" | "nvl", 1..) => self.coalesce(bound),
            ("nullif", 2) => self.null_if(bound),
            ("nvl2", 3) => {
                let mut bound = bound.into_iter();
                let tested = bound.next().ok_or_else(|| SqlError::bug("nvl2 without arguments"))?;
                let (mut results, data_type) = coerce::unify("NVL2", bound.collect())?;
                let otherwise = results.pop().map(Box::new);
                let test = Expression::IsNull { input: Box::new(tested), negated: true };
                Ok(Expression::Case {
                    branches: results.pop().map(|r| (test, r)).into_iter().collect(),
                    otherwise,
                    data_type,
                })
            }
            ("decode", 3..) => self.decode(bound),
            ("collate", 2) => {
                let name = match bound.pop() {
                    Some(Expression::Literal { value: Value::String(name), .. }) => name.to_lowercase(),
                    _ => return Err(no_function(name, &types(&bound))),
                };
                let text = bound.pop().ok_or_else(|| SqlError::bug("collate without arguments"))?;
                collated(text, &name)
            }
            ("greatest" | "least", 1..) => {
                let (bound, _) = coerce::unify(&name.to_uppercase(), bound)?;
                self.call(name, bound)
            }
            _ => match functions::resolve(name, &types(&bound)) {
                Some(resolved) => Ok(self.resolved(resolved, bound)),
                None => match self.user_function(None, name, &bound)? {
                    Some(value) => Ok(value),
                    None => Err(no_function(name, &types(&bound))),
                },
            },
        }
    }

    /// COALESCE and NVL: the function where there is one, so that arguments are computed once.
    fn coalesce(&mut self, bound: Vec<Expression>) -> SqlResult<Expression> {
        let (mut bound, data_type) = coerce::unify("COALESCE", bound)?;
        if let Some(resolved) = functions::resolve("coalesce", &types(&bound)) {
            return Ok(self.resolved(resolved, bound));
        }
        let otherwise = bound.pop().map(Box::new);
        let branches = bound
            .into_iter()
            .map(|value| (Expression::IsNull { input: Box::new(value.clone()), negated: true }, value))
            .collect();
        Ok(Expression::Case { branches, otherwise, data_type })
    }

    fn null_if(&mut self, bound: Vec<Expression>) -> SqlResult<Expression> {
        let [left, right]: [Expression; 2] =
            bound.try_into().map_err(|_| SqlError::bug("NULLIF takes two"))?;
        let (left, _) = coerce::unify("NULLIF", vec![left])?;
        let left = left.into_iter().next().ok_or_else(|| SqlError::bug("NULLIF lost its argument"))?;
        let same = coerce::compare(Comparison::Equal, left.clone(), right)?;
        let data_type = left.data_type();
        let null = coerce::cast(literal::null(), data_type, crate::sql::expression::CastMode::Implicit);
        Ok(Expression::Case { branches: vec![(same, null)], otherwise: Some(Box::new(left)), data_type })
    }

    /// DECODE: a simple CASE in which NULL matches NULL.
    fn decode(&mut self, bound: Vec<Expression>) -> SqlResult<Expression> {
        let mut bound = bound.into_iter();
        let operand = bound.next().ok_or_else(|| SqlError::bug("DECODE without arguments"))?;
        let rest: Vec<Expression> = bound.collect();
        let mut tests = Vec::new();
        let mut results = Vec::new();
        for pair in rest.chunks_exact(2) {
            let null = matches!(&pair[0], Expression::Literal { value, .. } if value.is_null());
            let missing =
                |input: &Expression| Expression::IsNull { input: Box::new(input.clone()), negated: false };
            tests.push(if null {
                missing(&operand)
            } else {
                let same = coerce::compare(Comparison::Equal, operand.clone(), pair[0].clone())?;
                match &pair[0] {
                    Expression::Literal { .. } => same,
                    search => {
                        Expression::Or(vec![same, Expression::And(vec![missing(&operand), missing(search)])])
                    }
                }
            });
            results.push(pair[1].clone());
        }
        let default = rest.chunks_exact(2).remainder().first().cloned();
        let defaulted = default.is_some();
        results.extend(default);
        let (mut results, data_type) = coerce::unify("CASE", results)?;
        let otherwise = if defaulted { results.pop().map(Box::new) } else { None };
        Ok(Expression::Case { branches: tests.into_iter().zip(results).collect(), otherwise, data_type })
    }
}

/// Functions whose first argument is a date part, written as a bare word or a string.
const PART_FUNCTIONS: [&str; 7] =
    ["dateadd", "date_add", "datediff", "date_diff", "date_part", "pgdate_part", "extract"];

fn date_part(argument: &ast::Expr) -> Option<String> {
    match argument {
        ast::Expr::Identifier(ident) => Some(fold(ident)),
        ast::Expr::Value(value) => match &value.value {
            ast::Value::SingleQuotedString(text) => Some(text.to_lowercase()),
            _ => None,
        },
        _ => None,
    }
}

/// The arguments of a call, and the clauses among them.
pub(super) fn arguments(function: &ast::Function) -> SqlResult<Arguments<'_>> {
    let mut found = Arguments {
        distinct: false,
        star: false,
        expressions: Vec::new(),
        ignore_nulls: matches!(function.null_treatment, Some(ast::NullTreatment::IgnoreNulls)),
    };
    match &function.args {
        ast::FunctionArguments::None => {}
        ast::FunctionArguments::Subquery(_) => {
            return Err(SqlError::not_simulated_because(
                Feature::QueryClause,
                "a query as a function's argument",
            ));
        }
        ast::FunctionArguments::List(list) => {
            found.distinct = list.duplicate_treatment == Some(ast::DuplicateTreatment::Distinct);
            for clause in &list.clauses {
                match clause {
                    ast::FunctionArgumentClause::IgnoreOrRespectNulls(treatment) => {
                        found.ignore_nulls = *treatment == ast::NullTreatment::IgnoreNulls;
                    }
                    other => {
                        let near = other.to_string().split(' ').next().map(str::to_owned);
                        return Err(SqlError::new(SqlErrorKind::Syntax { near }));
                    }
                }
            }
            for argument in &list.args {
                match argument {
                    ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(expression)) => {
                        found.expressions.push(expression);
                    }
                    ast::FunctionArg::Unnamed(_) => found.star = true,
                    ast::FunctionArg::Named { name, .. } => {
                        return Err(SqlError::new(SqlErrorKind::Syntax { near: Some(name.to_string()) }));
                    }
                    ast::FunctionArg::ExprNamed { name, .. } => {
                        return Err(SqlError::new(SqlErrorKind::Syntax { near: Some(name.to_string()) }));
                    }
                }
            }
        }
    }
    Ok(found)
}
