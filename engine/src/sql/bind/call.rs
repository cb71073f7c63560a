//! Function calls: scalar functions, the forms that are really CASE, and the way to aggregates and windows.

use crate::sql::{parse, syntax};

use super::binder::Binder;
use super::coerce;
use super::from::{fold, object_name, row_function};
use super::level::Clause;
use super::literal;
use super::row_answer::is_row_answer;
use super::scalar::{collated, no_function, types};
use super::series::SERIES;
use super::super_path::names_of;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::{Comparison, Expression};
use crate::sql::functions;
use crate::warehouse::value::Value;

impl Binder<'_> {
    pub fn function(&mut self, function: &syntax::Function) -> SqlResult<Expression> {
        let parts = object_name(&function.name);
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
        let arguments = &function.args;
        if let [array] = arguments.as_slice()
            && name == "cardinality"
            && self.is_athena()
            && let Some((array, _)) = self.nested_range(&names_of(array))?
        {
            return self.call("get_array_length", vec![array]);
        }
        if let Some(over) = &function.over {
            return self.window(&name, function, over);
        }
        if super::aggregate::is_aggregate(&name) {
            return self.aggregate(&name, function);
        }
        if super::window::is_window_only(&name) {
            let message = format!("window function call requires an OVER clause: {name}");
            return Err(SqlError::product("42809", message));
        }
        if function.distinct {
            let message = format!("DISTINCT specified, but {name} is not an aggregate function");
            return Err(SqlError::product("42809", message));
        }
        if function.star {
            return Err(no_function(&name, &[]));
        }
        if name == "slice_num" && arguments.is_empty() {
            return self.slice_num();
        }
        if matches!(name.as_str(), "grouping" | "grouping_id") {
            return self.grouping(&name, arguments);
        }
        if is_row_answer(&name) && self.clause() == Clause::SelectList && !self.level()?.inside_aggregate {
            return self.row_answer_column(&name, arguments);
        }
        if name == SERIES && self.clause() == Clause::SelectList && !self.level()?.inside_aggregate {
            return self.series_column(arguments);
        }
        if is_row_answer(&name) || name == SERIES {
            return Err(SqlError::product(
                "0A000",
                "set-valued function called in context that cannot accept a set",
            ));
        }
        if let (Some(relation), []) = (row_function(&name), arguments.as_slice())
            && self.clause() == Clause::SelectList
        {
            return self.record_column(relation);
        }
        self.scalar_call(&name, arguments)
    }

    /// A user's function by its schema and name.
    fn function_in(
        &mut self,
        schema: &crate::warehouse::identifier::Identifier,
        name: &str,
        function: &syntax::Function,
    ) -> SqlResult<Option<Expression>> {
        let bound: Vec<Expression> =
            function.args.iter().map(|argument| self.expression(argument)).collect::<SqlResult<_>>()?;
        match self.user_function(Some(schema), name, &bound)? {
            Some(value) => Ok(Some(value)),
            None => Err(no_function(&format!("{schema}.{name}"), &types(&bound))),
        }
    }

    fn scalar_call(&mut self, name: &str, written: &[syntax::Expression]) -> SqlResult<Expression> {
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
                    None => called_type(name, &mut bound)
                        .unwrap_or_else(|| Err(no_function(name, &types(&bound)))),
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

fn date_part(argument: &syntax::Expression) -> Option<String> {
    match argument {
        syntax::Expression::Identifier(ident) => Some(fold(ident)),
        syntax::Expression::Value(value) => match &value.value {
            syntax::Value::String(text) => Some(text.to_lowercase()),
            _ => None,
        },
        _ => None,
    }
}

/// A type's own name called like a function is a cast, as in PostgreSQL: `date(moment)`.
fn called_type(name: &str, bound: &mut Vec<Expression>) -> Option<SqlResult<Expression>> {
    const TYPES: [&str; 13] = [
        "bool",
        "bpchar",
        "date",
        "float4",
        "float8",
        "int2",
        "int4",
        "int8",
        "numeric",
        "text",
        "timestamp",
        "timestamptz",
        "varchar",
    ];
    let [only] = bound.as_slice() else { return None };
    let name = TYPES.contains(&name).then(|| name.to_owned())?;
    let to = parse::data_type(&syntax::DataType { name, modifiers: Vec::new(), last_field: None }).ok()?;
    coerce::castable(only.data_type(), to).then(|| bound.pop().map(|only| coerce::explicit(only, to)))?
}
