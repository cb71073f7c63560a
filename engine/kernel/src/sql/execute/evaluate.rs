//! An expression over a batch to a column.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::Int32Type;

use super::array::array_of;
use super::cast::{CastRules, cast};
use super::column::Column;
use super::compare::compare;
use super::gather::plain_strings;
use super::{Context, EvaluationContext, case, dictionary, in_list, like, logic, subquery};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::{CastMode, Expression};
use crate::sql::functions::{Call, ScalarFunction};
use crate::sql::outcome::Batch;
use crate::warehouse::calendar::interval::Style;
use crate::warehouse::calendar::parse::Order;
use crate::warehouse::calendar::zone::{self, Zone};
use crate::warehouse::data_type::DataType;

/// The expression's value for each row of `batch`. Constants stay single values.
pub fn evaluate(expression: &Expression, batch: &Batch, context: &mut Context) -> SqlResult<Column> {
    if let Some(column) = dictionary::lift(expression, batch, context)? {
        return Ok(column);
    }
    match expression {
        Expression::Column { index, .. } => match batch.columns.get(*index) {
            Some(column) => Ok(Column::Rows(column.clone())),
            None => Err(SqlError::bug(format!("column {index} of {}", batch.columns.len()))),
        },
        Expression::Literal { value, data_type } => {
            Ok(Column::Constant(array_of(std::slice::from_ref(value), *data_type)))
        }
        Expression::Parameter { index, data_type } => match context.evaluation.parameters.get(*index) {
            Some(value) => Ok(Column::Constant(array_of(std::slice::from_ref(value), *data_type))),
            None => Err(SqlError::bug(format!("parameter {index} has no value"))),
        },
        Expression::Call { function, arguments, data_type }
            if matches!(function.name, "coalesce" | "nvl")
                && !arguments.iter().skip(1).all(case::is_plain) =>
        {
            case::evaluate_coalesce(arguments, *data_type, batch, context)
        }
        Expression::Call { function, arguments, data_type } => {
            call(function, arguments, *data_type, batch, context)
        }
        Expression::Cast { input, to, mode } => {
            let column = evaluate(input, batch, context)?;
            let rules = CastRules {
                mode: *mode,
                rounding: rounds(*mode, context),
                now: context.evaluation.transaction_start.0,
                order: Order::of(context.evaluation.settings.get("datestyle").map_or("", String::as_str)),
                super_null: !setting_is(context, "cast_super_null_on_error", "off"),
                zone: session_zone(context),
                intervals: Style::of(context.evaluation.settings.get("intervalstyle").map(String::as_str)),
            };
            let array = cast(column.array(), input.data_type(), *to, rules)?;
            Ok(column.with(array))
        }
        Expression::Compare { operator, left, right } => {
            let left = evaluate(left, batch, context)?;
            let right = evaluate(right, batch, context)?;
            compare(*operator, &left, &right, batch.rows)
        }
        Expression::And(all) => logic::and(all, batch, context),
        Expression::Or(all) => logic::or(all, batch, context),
        Expression::Not(input) => {
            let column = evaluate(input, batch, context)?;
            let booleans = column.array().as_boolean();
            let opposite = BooleanArray::new(!booleans.values(), booleans.nulls().cloned());
            Ok(column.with(Arc::new(opposite)))
        }
        Expression::IsNull { input, negated } => {
            let column = evaluate(input, batch, context)?;
            let rows = column.array().len();
            let is_null = match column.array().nulls() {
                Some(nulls) if *negated => nulls.inner().clone(),
                Some(nulls) => !nulls.inner(),
                None if *negated => BooleanBuffer::new_set(rows),
                None => BooleanBuffer::new_unset(rows),
            };
            Ok(column.with(Arc::new(BooleanArray::new(is_null, None))))
        }
        Expression::IsBoolean { input, value, negated } => {
            let column = evaluate(input, batch, context)?;
            let booleans = column.array().as_boolean();
            let answer = BooleanBuffer::collect_bool(booleans.len(), |row| {
                (booleans.is_valid(row) && booleans.value(row) == *value) != *negated
            });
            Ok(column.with(Arc::new(BooleanArray::new(answer, None))))
        }
        Expression::Case { branches, otherwise, data_type } => {
            case::evaluate_case(branches, otherwise.as_deref(), *data_type, batch, context)
        }
        Expression::InList { input, list, negated } => {
            in_list::evaluate_in(input, list, *negated, batch, context)
        }
        Expression::Like { input, pattern, escape, insensitive, negated } => {
            let input = evaluate(input, batch, context)?;
            let pattern = evaluate(pattern, batch, context)?;
            like::evaluate_like(
                &input,
                &pattern,
                like::Rules { escape: *escape, insensitive: *insensitive },
                *negated,
                batch.rows,
            )
        }
        Expression::Subquery(subquery) => subquery::evaluate_subquery(subquery, batch, context),
    }
}

/// As [`evaluate`], one value a row.
pub fn evaluate_rows(expression: &Expression, batch: &Batch, context: &mut Context) -> SqlResult<ArrayRef> {
    Ok(evaluate(expression, batch, context)?.into_rows(batch.rows))
}

/// Several expressions over one batch.
pub fn evaluate_all<'a>(
    expressions: impl IntoIterator<Item = &'a Expression>,
    batch: &Batch,
    context: &mut Context,
) -> SqlResult<Vec<ArrayRef>> {
    expressions.into_iter().map(|expression| evaluate_rows(expression, batch, context)).collect()
}

fn session_zone(context: &Context) -> Zone {
    zone::of_session(context.evaluation.settings.get("timezone").map(String::as_str))
}

fn setting_is(context: &Context, name: &str, value: &str) -> bool {
    context.evaluation.settings.get(name).is_some_and(|set| set == value)
}

/// `enable_numeric_rounding` matters to explicit casts only.
fn rounds(mode: CastMode, context: &Context) -> bool {
    matches!(mode, CastMode::Explicit | CastMode::Try)
        && context
            .evaluation
            .settings
            .get("enable_numeric_rounding")
            .is_some_and(|value| matches!(value.as_str(), "on" | "true" | "1"))
}

fn call(
    function: &'static ScalarFunction,
    arguments: &[Expression],
    result: DataType,
    batch: &Batch,
    context: &mut Context,
) -> SqlResult<Column> {
    let mut columns = Vec::with_capacity(arguments.len());
    for argument in arguments {
        columns.push(evaluate(argument, batch, context)?);
    }
    let once = function.pure && columns.iter().all(Column::is_constant);
    let rows = if once { 1 } else { batch.rows };
    let arrays: Vec<ArrayRef> = columns.into_iter().map(|column| column.into_rows(rows)).collect();
    let argument_types: Vec<DataType> = arguments.iter().map(Expression::data_type).collect();
    let call = Call { arguments: &arrays, argument_types: &argument_types, result, rows };
    let answer = (function.evaluate)(&call, &mut EvaluationContext { evaluation: &mut context.evaluation })?;
    if answer.len() != rows {
        return Err(SqlError::bug(format!("{} gave {} values for {rows} rows", function.name, answer.len())));
    }
    // A function may put NULL into a dictionary; the operators want it among the rows.
    let answer = without_null_words(answer);
    Ok(if once { Column::Constant(answer) } else { Column::Rows(answer) })
}

fn without_null_words(array: ArrayRef) -> ArrayRef {
    match array.as_dictionary_opt::<Int32Type>() {
        Some(dictionary) if dictionary.values().null_count() > 0 => plain_strings(&array),
        _ => array,
    }
}
