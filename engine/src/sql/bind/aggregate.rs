//! Aggregate calls: which function, over which type, giving which type (fact sheet, section 6.8).

use crate::sql::syntax;

use super::binder::{Binder, product_with};
use super::coerce;
use super::level::AGGREGATE_BASE;
use super::scalar::{no_function, types};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::{CastMode, Expression};
use crate::sql::plan::{AggregateCall, AggregateFunction, SortKey};
use crate::warehouse::data_type::DataType;

const LONGEST_DECIMAL: u8 = 38;

pub(super) fn is_aggregate(name: &str) -> bool {
    kind(name).is_some()
}

fn kind(name: &str) -> Option<AggregateFunction> {
    use AggregateFunction as F;
    Some(match name {
        "count" => F::Count,
        "sum" => F::Sum,
        "avg" => F::Average,
        "min" => F::Min,
        "max" => F::Max,
        "any_value" => F::AnyValue,
        "bool_and" => F::BoolAnd,
        "bool_or" => F::BoolOr,
        "bit_and" => F::BitAnd,
        "bit_or" => F::BitOr,
        "stddev" | "stddev_samp" => F::StddevSample,
        "stddev_pop" => F::StddevPopulation,
        "variance" | "var_samp" => F::VarianceSample,
        "var_pop" => F::VariancePopulation,
        "listagg" => F::ListAggregate,
        "median" => F::Median,
        "percentile_cont" => F::PercentileContinuous,
        "percentile_disc" => F::PercentileDiscrete,
        "approximate_count_distinct" => F::ApproximateCountDistinct,
        "hll" => F::HllCount,
        "hll_create_sketch" => F::HllCreateSketch,
        "hll_combine" => F::HllCombine,
        _ => return None,
    })
}

impl Binder<'_> {
    /// A call without OVER: it is kept by the level and stands in the expression by its number.
    pub fn aggregate(&mut self, name: &str, function: &syntax::Function) -> SqlResult<Expression> {
        if self.level()?.inside_aggregate {
            return Err(SqlError::product("42803", "aggregate function calls may not be nested"));
        }
        let taken: Vec<usize> =
            self.levels.iter().map(|level| level.parameters.as_ref().map_or(0, Vec::len)).collect();
        self.level()?.inside_aggregate = true;
        let call = self.aggregate_call(name, function);
        self.level()?.inside_aggregate = false;
        let mut call = call?;
        let owner = self.owner(&mut call);
        if owner + 1 < self.levels.len() {
            // What its arguments took from outside is now computed there.
            for (level, taken) in self.levels.iter_mut().zip(taken) {
                level.parameters.iter_mut().for_each(|parameters| parameters.truncate(taken));
            }
        }
        let level =
            self.levels.get_mut(owner).ok_or_else(|| SqlError::bug("an aggregate outside queries"))?;
        if level.inside_aggregate {
            return Err(SqlError::product("42803", "aggregate function calls may not be nested"));
        }
        if !level.clause.takes_aggregates() {
            let place = match level.clause {
                super::level::Clause::From => "JOIN conditions".to_owned(),
                other => format!("{} clause", other.name()),
            };
            return Err(SqlError::product("42803", format!("aggregates not allowed in {place}")));
        }
        if let Some(order) = sort_order(&call)
            && level.aggregates.iter().filter_map(sort_order).any(|other| other != order)
        {
            // unconfirmed: its SQLSTATE.
            let message = "within group ORDER BY clauses for aggregate functions must be the same";
            return Err(SqlError::product("0A000", message));
        }
        let data_type = call.data_type;
        let number = level.aggregates.iter().position(|known| *known == call).unwrap_or_else(|| {
            level.aggregates.push(call);
            level.aggregates.len() - 1
        });
        Ok(self.carry(owner, Expression::Column { index: AGGREGATE_BASE + number, data_type }))
    }

    /// The level an aggregate belongs to: the innermost one whose columns it reads, for which its arguments are
    /// rewritten. `HAVING count(*) > (SELECT ... WHERE u.n < max(t.n))` asks for the greatest of the outer rows.
    fn owner(&self, call: &mut AggregateCall) -> usize {
        let innermost = self.levels.len() - 1;
        let mut rewritten = call.clone();
        for (depth, level) in self.levels.iter().enumerate().rev() {
            if let Some(parameters) = &level.parameters {
                for part in parts(&mut rewritten) {
                    part.transform(&mut |inner| {
                        if let Expression::Parameter { index, .. } = inner
                            && let Some(outer) = parameters.get(*index)
                        {
                            *inner = outer.clone();
                        }
                    });
                }
                continue;
            }
            let (mut columns, mut outside) = (false, false);
            for part in parts(&mut rewritten) {
                part.visit(&mut |inner| {
                    columns |= matches!(inner, Expression::Column { .. });
                    outside |= matches!(inner, Expression::Parameter { .. });
                });
            }
            if columns {
                *call = rewritten;
                return depth;
            }
            if !outside {
                break;
            }
        }
        innermost
    }

    /// The call itself, its arguments cast to what the function wants.
    pub fn aggregate_call(&mut self, name: &str, function: &syntax::Function) -> SqlResult<AggregateCall> {
        use AggregateFunction as F;
        let kind = kind(name).ok_or_else(|| SqlError::bug(format!("{name} is no aggregate")))?;
        if function.star {
            if kind != F::Count || function.distinct {
                return Err(no_function(name, &[]));
            }
            return Ok(AggregateCall {
                function: F::CountRows,
                distinct: false,
                arguments: Vec::new(),
                order: Vec::new(),
                data_type: DataType::BigInt,
            });
        }
        let mut bound = Vec::new();
        for argument in &function.args {
            bound.push(self.expression(argument)?);
        }
        let mut order = Vec::new();
        for key in &function.within_group {
            order.push(self.sort_key_plain(key)?);
        }
        if matches!(kind, F::ListAggregate | F::Median | F::PercentileContinuous | F::PercentileDiscrete) {
            self.sites.compute_only = true;
        }
        let mismatch = no_function(name, &types(&bound));
        let (arguments_bound, data_type) = typed(kind, bound, &mut order).ok_or(mismatch)?;
        if matches!(kind, F::PercentileContinuous | F::PercentileDiscrete) && order.len() != 1 {
            return Err(product_with(
                "42601",
                "WITHIN GROUP requires exactly one ORDER BY expression",
                None,
                None,
            ));
        }
        let folds_into_plain =
            matches!(kind, F::Min | F::Max | F::AnyValue | F::BoolAnd | F::BoolOr | F::BitAnd | F::BitOr);
        Ok(AggregateCall {
            function: kind,
            distinct: function.distinct && !folds_into_plain,
            arguments: arguments_bound,
            order,
            data_type,
        })
    }
}

fn parts(call: &mut AggregateCall) -> impl Iterator<Item = &mut Expression> {
    call.arguments.iter_mut().chain(call.order.iter_mut().map(|key| &mut key.expression))
}

/// What a sort-based aggregate sorts by, and which way; `None` where it does not sort.
fn sort_order(call: &AggregateCall) -> Option<Vec<(&Expression, bool)>> {
    fn bare(expression: &Expression) -> &Expression {
        match expression {
            Expression::Cast { input, mode: CastMode::Implicit, .. } => bare(input),
            other => other,
        }
    }
    let order: Vec<_> = match call.function {
        AggregateFunction::Median => call.arguments.iter().map(|argument| (bare(argument), false)).collect(),
        _ => call.order.iter().map(|key| (bare(&key.expression), key.descending)).collect(),
    };
    (!order.is_empty()).then_some(order)
}

/// Arguments as the aggregate takes them and the type of its answer; `None` when it takes no such types.
fn typed(
    kind: AggregateFunction,
    mut arguments: Vec<Expression>,
    order: &mut [SortKey],
) -> Option<(Vec<Expression>, DataType)> {
    use AggregateFunction as F;
    use DataType as T;
    let as_type = |expression: Expression, to: DataType| coerce::cast(expression, to, CastMode::Implicit);
    let first_type = arguments.first().map(Expression::data_type);
    let one = |arguments: &[Expression]| arguments.len() == 1;
    match kind {
        F::CountRows => Some((arguments, T::BigInt)),
        F::Count | F::ApproximateCountDistinct => one(&arguments).then_some((arguments, T::BigInt)),
        F::HllCount | F::HllCreateSketch if one(&arguments) => {
            // unconfirmed: what of the semi-structured and the like the product counts.
            let fits = !matches!(first_type?, T::Super | T::HllSketch);
            let result = if kind == F::HllCount { T::BigInt } else { T::HllSketch };
            fits.then_some((arguments, result))
        }
        F::HllCombine if one(&arguments) => {
            let fits = matches!(first_type?, T::HllSketch | T::Unknown);
            fits.then(|| Some((vec![as_type(arguments.pop()?, T::HllSketch)], T::HllSketch)))?
        }
        F::Min | F::Max | F::AnyValue if one(&arguments) => {
            let found = first_type?;
            let data_type = match found {
                T::Unknown => T::Varchar(coerce::literal_length(&arguments[0])),
                other => other,
            };
            let comparable = kind == F::AnyValue || !matches!(found, T::Boolean | T::HllSketch);
            let argument = as_type(arguments.pop()?, data_type);
            comparable.then_some((vec![argument], data_type))
        }
        F::Sum | F::Average if one(&arguments) => {
            let (wanted, result) = match first_type? {
                found @ (T::SmallInt | T::Integer | T::BigInt) => (found, T::BigInt),
                found @ T::Decimal { scale, .. } => (found, T::Decimal { precision: LONGEST_DECIMAL, scale }),
                T::Real if kind == F::Sum => (T::Real, T::Real),
                T::Real | T::Double => (T::Double, T::Double),
                // unconfirmed: the type that the sum of a SUPER's numbers has.
                T::Super => (T::Double, T::Double),
                T::Unknown => (T::Double, T::Double),
                T::Interval => (T::Interval, T::Interval),
                found @ T::IntervalTo(_) => (found, coerce::span(coerce::is_months(&found))),
                _ => return None,
            };
            Some((vec![as_type(arguments.pop()?, wanted)], result))
        }
        F::BoolAnd | F::BoolOr if one(&arguments) => match first_type? {
            T::Boolean | T::Unknown => Some((vec![as_type(arguments.pop()?, T::Boolean)], T::Boolean)),
            found if found.is_integer() => Some((vec![as_type(arguments.pop()?, T::Boolean)], T::Boolean)),
            _ => None,
        },
        F::BitAnd | F::BitOr if one(&arguments) => {
            let found = match first_type? {
                T::Unknown => T::BigInt,
                found => found,
            };
            found.is_integer().then_some(())?;
            Some((vec![as_type(arguments.pop()?, found)], found))
        }
        F::StddevSample | F::StddevPopulation | F::VarianceSample | F::VariancePopulation
            if one(&arguments) =>
        {
            let found = first_type?;
            (found.is_numeric() || found == T::Unknown)
                .then_some(())
                .and_then(|()| Some((vec![as_type(arguments.pop()?, T::Double)], T::Double)))
        }
        F::ListAggregate if (1..=2).contains(&arguments.len()) => {
            let text = T::Varchar(T::VARCHAR_MAX);
            let arguments = arguments
                .into_iter()
                .map(|argument| {
                    if argument.data_type().is_string() && argument.data_type() != T::Unknown {
                        argument
                    } else {
                        as_type(argument, text)
                    }
                })
                .collect();
            Some((arguments, text))
        }
        F::Median if one(&arguments) => {
            let (wanted, result) = interpolated(first_type?, 1)?;
            Some((vec![as_type(arguments.pop()?, wanted)], result))
        }
        F::PercentileContinuous if one(&arguments) => {
            let key = order.first_mut()?;
            let places = match first_type? {
                T::Decimal { scale, .. } => scale.clamp(1, 18),
                found if found.is_integer() => 1,
                _ => 6,
            };
            let (wanted, result) = interpolated(key.expression.data_type(), places)?;
            key.expression = as_type(key.expression.clone(), wanted);
            Some((vec![as_type(arguments.pop()?, T::Double)], result))
        }
        F::PercentileDiscrete if one(&arguments) => {
            let result = order.first()?.expression.data_type();
            Some((vec![as_type(arguments.pop()?, T::Double)], result))
        }
        _ => None,
    }
}

/// MEDIAN and PERCENTILE_CONT: integers and decimals answer DECIMAL, floats DOUBLE, dates TIMESTAMP. Between
/// integers lie as many places as the percentile is written with: the guide prints `10.0` and `17.5` for a median.
fn interpolated(from: DataType, places: u8) -> Option<(DataType, DataType)> {
    use DataType as T;
    Some(match from {
        T::SmallInt | T::Integer | T::BigInt => {
            let decimal = T::Decimal { precision: 38, scale: places };
            (decimal, decimal)
        }
        T::Decimal { scale, .. } => {
            let decimal = T::Decimal { precision: 38, scale };
            (decimal, decimal)
        }
        T::Real | T::Double | T::Unknown => (T::Double, T::Double),
        T::Date | T::Timestamp => (T::Timestamp, T::Timestamp),
        T::TimestampTz => (T::TimestampTz, T::TimestampTz),
        _ => return None,
    })
}
