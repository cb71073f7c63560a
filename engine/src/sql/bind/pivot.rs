//! PIVOT and UNPIVOT: values turned to columns, and columns to rows.

use crate::sql::syntax;

use super::binder::Binder;
use super::coerce;
use super::from::{FromItem, fold, object_name, rename};
use super::level::Level;
use super::literal;
use super::output_name::output_name;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::{CastMode, Comparison, Expression};
use crate::sql::plan::{AggregateCall, AggregateFunction, Field, Join, JoinKind, Plan};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// The aggregates the reference lets PIVOT call.
const PIVOTED: [&str; 5] = ["count", "sum", "min", "max", "avg"];

impl Binder<'_> {
    /// `table PIVOT (aggregate FOR column IN (value [AS name], ...))`: groups by every column that neither the
    /// aggregate nor FOR names, and aggregates once for each value.
    pub fn pivot(
        &mut self,
        input: FromItem,
        aggregate: &syntax::ExpressionWithAlias,
        column: &syntax::Expression,
        values: &[syntax::ExpressionWithAlias],
        alias: Option<&syntax::TableAlias>,
    ) -> SqlResult<FromItem> {
        let input = self.read_whole(input, "PIVOT")?;
        // Neither the aggregate nor FOR may look at the rows around the query.
        let level = Level { sources: input.sources.clone(), named: input.named.clone(), ..Level::default() };
        let outer = std::mem::replace(&mut self.levels, vec![level]);
        let bound = self.pivoted(&aggregate.expr, column, values);
        self.levels = outer;
        let (call, column, tests) = bound?;

        let mut used = Vec::new();
        for expression in call.arguments.iter().chain([&column]) {
            expression.visit(&mut |inner| {
                if let Expression::Column { index, .. } = inner {
                    used.push(*index);
                }
            });
        }
        let mut groups = Vec::new();
        let mut fields = Vec::new();
        for (index, field) in input.plan.fields().iter().enumerate() {
            if !used.contains(&index) {
                groups.push(Expression::Column { index, data_type: field.data_type });
                fields.push(field.clone());
            }
        }
        let mut aggregates = Vec::new();
        for (value, test) in values.iter().zip(tests) {
            let name = match &value.alias {
                Some(alias) => fold(alias),
                None => value_name(&value.expr),
            };
            // unconfirmed: an alias of the aggregate is added to the value's name, as elsewhere.
            let name = match &aggregate.alias {
                Some(suffix) => format!("{name}_{}", fold(suffix)),
                None => name,
            };
            fields.push(Field { qualifier: None, name, data_type: call.data_type });
            aggregates.push(only_where(&call, test));
        }
        let named = input.sources.first().map(|source| source.alias.clone()).unwrap_or_default();
        let plan = Plan::Aggregate { input: Box::new(input.plan), groups, aggregates, fields };
        let called = alias.map_or(named, |alias| fold(&alias.name));
        let plan = rename(plan, &called, alias)?;
        Ok(FromItem::single(plan, called, None, None))
    }

    /// The aggregate, FOR's column, and for each value the test that a row is of it.
    fn pivoted(
        &mut self,
        aggregate: &syntax::Expression,
        column: &syntax::Expression,
        values: &[syntax::ExpressionWithAlias],
    ) -> SqlResult<(AggregateCall, Expression, Vec<Expression>)> {
        let syntax::Expression::Function(function) = aggregate else {
            return Err(not_pivoted());
        };
        let name = object_name(&function.name).last().map(|name| name.to_string()).unwrap_or_default();
        if !PIVOTED.contains(&name.as_str()) || function.over.is_some() {
            return Err(not_pivoted());
        }
        self.level()?.inside_aggregate = true;
        let call = self.aggregate_call(&name, function)?;
        self.level()?.inside_aggregate = false;
        let column = self.expression(column)?;
        // A value sees no columns.
        *self.level()? = Level::default();
        let mut tests = Vec::new();
        for value in values {
            let bound = self.expression(&value.expr)?;
            tests.push(if matches!(&bound, Expression::Literal { value, .. } if value.is_null()) {
                Expression::IsNull { input: Box::new(column.clone()), negated: false }
            } else {
                coerce::compare(Comparison::Equal, column.clone(), bound)?
            });
        }
        Ok((call, column, tests))
    }

    /// `table UNPIVOT [INCLUDE NULLS] (value FOR name IN (column [AS text], ...))`: a row for each listed column
    /// that is not NULL.
    pub fn unpivot(
        &mut self,
        input: FromItem,
        (value, name): (&syntax::Ident, &syntax::Ident),
        listed: &[syntax::ExpressionWithAlias],
        with_nulls: bool,
        alias: Option<&syntax::TableAlias>,
    ) -> SqlResult<FromItem> {
        let input = self.read_whole(input, "UNPIVOT")?;
        let level = Level { sources: input.sources.clone(), named: input.named.clone(), ..Level::default() };
        let outer = std::mem::replace(&mut self.levels, vec![level]);
        let bound: SqlResult<Vec<Expression>> =
            listed.iter().map(|column| self.expression(&column.expr)).collect();
        self.levels = outer;
        let bound = bound?;
        if bound.iter().any(|column| !matches!(column, Expression::Column { .. })) {
            // unconfirmed: the reference gives the rule, not the words.
            let message = "UNPIVOT IN list must contain only column references";
            return Err(SqlError::product("0A000", message));
        }
        let (columns, data_type) = coerce::unify("UNPIVOT", bound.clone())?;

        let width = input.plan.fields().len();
        let mut texts = Vec::new();
        for column in listed {
            texts.push(match &column.alias {
                Some(alias) => fold(alias),
                None => output_name(&column.expr),
            });
        }
        let longest = texts.iter().map(String::len).max().unwrap_or(1);
        let text_type = DataType::Varchar(u32::try_from(longest).unwrap_or(DataType::VARCHAR_MAX));
        // Each row meets the number and the name of every listed column.
        let number = |number: usize| Expression::Literal {
            value: Value::Integer(i32::try_from(number).unwrap_or(i32::MAX)),
            data_type: DataType::Integer,
        };
        let rows = texts
            .into_iter()
            .enumerate()
            .map(|(index, text)| {
                vec![number(index), coerce::cast(literal::text(text), text_type, CastMode::Implicit)]
            })
            .collect();
        let field = |name: String, data_type| Field { qualifier: None, name, data_type };
        let listing = vec![field("number".to_owned(), DataType::Integer), field(fold(name), text_type)];
        let mut fields = input.plan.fields().to_vec();
        fields.extend(listing.iter().cloned());
        let mut expressions = Vec::new();
        let mut kept = Vec::new();
        for (index, field) in input.plan.fields().iter().enumerate() {
            let column = Expression::Column { index, data_type: field.data_type };
            if !bound.contains(&column) {
                expressions.push(column);
                kept.push(field.clone());
            }
        }
        let named = input.sources.first().map(|source| source.alias.clone()).unwrap_or_default();
        let plan = Plan::Join(Box::new(Join {
            left: input.plan,
            right: Plan::Values { rows, fields: listing },
            kind: JoinKind::Cross,
            on: Vec::new(),
            residual: None,
            fields,
        }));
        let here = Expression::Column { index: width, data_type: DataType::Integer };
        let branches = columns
            .into_iter()
            .enumerate()
            .map(|(index, column)| {
                let left = Box::new(here.clone());
                let right = Box::new(number(index));
                (Expression::Compare { operator: Comparison::Equal, left, right }, column)
            })
            .collect();
        expressions.push(Expression::Column { index: width + 1, data_type: text_type });
        kept.push(field(fold(name), text_type));
        expressions.push(Expression::Case { branches, otherwise: None, data_type });
        kept.push(field(fold(value), data_type));
        let last = kept.len() - 1;
        let mut plan = Plan::Project { input: Box::new(plan), expressions, fields: kept };
        if !with_nulls {
            let input = Box::new(Expression::Column { index: last, data_type });
            let predicate = Expression::IsNull { input, negated: true };
            plan = Plan::Filter { input: Box::new(plan), predicate };
        }
        let called = alias.map_or(named, |alias| fold(&alias.name));
        let plan = rename(plan, &called, alias)?;
        Ok(FromItem::single(plan, called, None, None))
    }

    /// One relation, every column of which is now read.
    fn read_whole(&mut self, input: FromItem, what: &str) -> SqlResult<FromItem> {
        if input.sources.len() != 1 {
            // unconfirmed: the reference speaks of a table, and shows no join under PIVOT.
            return Err(SqlError::product("0A000", format!("{what} is not supported on a join")));
        }
        for named in &input.named {
            self.mark(&named.marks);
        }
        Ok(input)
    }
}

/// The call over the rows that pass `test` alone.
fn only_where(call: &AggregateCall, test: Expression) -> AggregateCall {
    let mut call = call.clone();
    if call.function == AggregateFunction::CountRows {
        call.function = AggregateFunction::Count;
        call.arguments = vec![Expression::Literal { value: Value::Integer(1), data_type: DataType::Integer }];
    }
    for argument in &mut call.arguments {
        let data_type = argument.data_type();
        let kept = std::mem::replace(argument, literal::null());
        *argument = Expression::Case { branches: vec![(test.clone(), kept)], otherwise: None, data_type };
    }
    call
}

/// A constant names its column itself.
fn value_name(value: &syntax::Expression) -> String {
    match value {
        syntax::Expression::Value(constant) => match &constant.value {
            syntax::Value::String(text) | syntax::Value::Number(text) | syntax::Value::Placeholder(text) => {
                text.to_lowercase()
            }
            syntax::Value::Boolean(value) => value.to_string(),
            syntax::Value::Null => "null".to_owned(),
        },
        other => output_name(other),
    }
}

// unconfirmed: the reference gives the rule, not the words.
fn not_pivoted() -> SqlError {
    SqlError::product("0A000", "PIVOT supports only the aggregate functions COUNT, SUM, MIN, MAX and AVG")
}
