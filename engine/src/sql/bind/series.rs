//! generate_series: rows out of two numbers, on the leader node alone.
//!
//! A long one is a product of digits to the base 1,000, cut off at its length: it is never held in whole.

use crate::sql::syntax;

use super::binder::Binder;
use super::from::{FromItem, fold, rename};
use super::literal;
use super::scalar::{no_function, types};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::{CastMode, Expression};
use crate::sql::functions::RECORD;
use crate::sql::plan::{Field, Join, JoinKind, Plan, SystemRelation};
use crate::sql::{execute, optimize, system};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

pub(super) const SERIES: &str = "generate_series";

/// Rows of one digit.
const BASE: u64 = 1_000;

impl Binder<'_> {
    /// `FROM generate_series(start, stop [, step]) [AS name [(column)]]`.
    pub fn series_item(
        &mut self,
        written: &[syntax::Expression],
        alias: Option<&syntax::TableAlias>,
    ) -> SqlResult<FromItem> {
        let mut plan = self.series(written)?;
        let name = alias.map_or_else(|| SERIES.to_owned(), |alias| fold(&alias.name));
        // A function's only column is called as the function is.
        if let Plan::Project { fields, .. } | Plan::Values { fields, .. } | Plan::Nothing { fields } =
            &mut plan
        {
            fields.iter_mut().for_each(|field| field.name.clone_from(&name));
        }
        Ok(FromItem::single(rename(plan, &name, alias)?, name, None, None))
    }

    /// A function of several columns in a select list: each of its rows is one text, as PostgreSQL prints a record.
    pub fn record_column(&mut self, relation: SystemRelation) -> SqlResult<Expression> {
        let fields = super::relation::system_fields(relation);
        let columns = fields.iter().enumerate();
        let columns = columns.map(|(index, field)| Expression::Column { index, data_type: field.data_type });
        let record = self.call(RECORD, columns.collect())?;
        let name = system::name(relation).to_owned();
        let field = Field { qualifier: None, name, data_type: record.data_type() };
        let input = Box::new(Plan::SystemScan { relation, fields });
        self.multiply(Plan::Project { input, expressions: vec![record], fields: vec![field] })
    }

    /// In a select list: its rows multiply those of FROM, and it stands in expressions as one more column.
    pub fn series_column(&mut self, written: &[syntax::Expression]) -> SqlResult<Expression> {
        let plan = self.series(written)?;
        self.multiply(plan)
    }

    /// Its rows multiply those of FROM.
    pub(super) fn multiply(&mut self, plan: Plan) -> SqlResult<Expression> {
        let data_type = plan.fields().first().map_or(DataType::Unknown, |field| field.data_type);
        let level = self.level()?;
        if level.series.replace(plan).is_some() {
            return Err(SqlError::product("0A000", "a select list can hold one set-returning function"));
        }
        Ok(Expression::Column { index: level.width, data_type })
    }

    fn series(&mut self, written: &[syntax::Expression]) -> SqlResult<Plan> {
        let mut bound = Vec::new();
        for argument in written {
            bound.push(self.expression(argument)?);
        }
        let found = types(&bound);
        if !(2..=3).contains(&bound.len()) || !found.iter().all(|found| found.is_integer()) {
            return Err(no_function(SERIES, &found));
        }
        if self.sites.leader_only.iter().all(|known| known != SERIES) {
            self.sites.leader_only.push(SERIES.to_owned());
        }
        let data_type = if found.contains(&DataType::BigInt) { DataType::BigInt } else { DataType::Integer };
        let fields = vec![Field { qualifier: None, name: SERIES.to_owned(), data_type }];
        let mut numbers = Vec::new();
        for argument in &bound {
            match execute::constant(argument, &mut optimize::surroundings(self.manifest))? {
                Value::SmallInt(number) => numbers.push(i64::from(number)),
                Value::Integer(number) => numbers.push(i64::from(number)),
                Value::BigInt(number) => numbers.push(number),
                _ => return Ok(Plan::Nothing { fields }),
            }
        }
        let (start, stop, step) = (numbers[0], numbers[1], numbers.get(2).copied().unwrap_or(1));
        if step == 0 {
            return Err(SqlError::product("22023", "step size may not equal zero"));
        }
        let steps = (i128::from(stop) - i128::from(start)) / i128::from(step);
        if steps < 0 || (stop < start) != (step < 0) && stop != start {
            return Ok(Plan::Nothing { fields });
        }
        let count = u64::try_from(steps + 1).unwrap_or(u64::MAX);
        if count <= BASE {
            let rows = (0..count as i64)
                .map(|number| match data_type {
                    DataType::BigInt => vec![big(start + number * step)],
                    _ => vec![literal::integer((start + number * step) as i32)],
                })
                .collect();
            return Ok(Plan::Values { rows, fields });
        }
        let mut digits = digit();
        let mut number = big(0);
        let mut reach = BASE;
        while reach < count {
            let column = digits.fields().len();
            number = self.sum(number, big(BASE as i64), column - 1)?;
            let mut all = digits.fields().to_vec();
            all.extend(digit().fields().iter().cloned());
            digits = Plan::Join(Box::new(Join {
                left: digits,
                right: digit(),
                kind: JoinKind::Cross,
                on: Vec::new(),
                residual: None,
                fields: all,
            }));
            reach = reach.saturating_mul(BASE);
        }
        let last = digits.fields().len() - 1;
        number = self.sum(number, big(BASE as i64), last)?;
        let scaled = self.call("*", vec![number, big(step)])?;
        let value = self.call("+", vec![scaled, big(start)])?;
        let value = super::coerce::cast(value, data_type, CastMode::Implicit);
        let cut = Plan::Limit { input: Box::new(digits), limit: Some(count), offset: 0 };
        Ok(Plan::Project { input: Box::new(cut), expressions: vec![value], fields })
    }

    /// `number * base + digit`.
    fn sum(&mut self, number: Expression, base: Expression, digit: usize) -> SqlResult<Expression> {
        let higher = self.call("*", vec![number, base])?;
        let digit = Expression::Column { index: digit, data_type: DataType::BigInt };
        self.call("+", vec![higher, digit])
    }
}

fn big(number: i64) -> Expression {
    Expression::Literal { value: Value::BigInt(number), data_type: DataType::BigInt }
}

fn digit() -> Plan {
    Plan::Values {
        rows: (0..BASE as i64).map(|number| vec![big(number)]).collect(),
        fields: vec![Field { qualifier: None, name: "digit".to_owned(), data_type: DataType::BigInt }],
    }
}
