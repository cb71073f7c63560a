//! SUM and AVG. Whole numbers and decimals are summed exactly; averages of both are cut, not rounded (fact
//! sheet, section 6.8).

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float32Array, Float64Array, PrimitiveArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{
    ArrowPrimitiveType, Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type,
    IntervalMonthDayNanoType,
};

use super::{Accumulator, Groups};
use crate::sql::error::{SqlError, SqlResult};
use crate::warehouse::calendar::interval::Interval;
use crate::warehouse::data_type::DataType;

pub fn sum(input: DataType, result: DataType) -> SqlResult<Box<dyn Accumulator>> {
    accumulator(input, result, false)
}

pub fn average(input: DataType, result: DataType) -> SqlResult<Box<dyn Accumulator>> {
    accumulator(input, result, true)
}

fn accumulator(input: DataType, result: DataType, average: bool) -> SqlResult<Box<dyn Accumulator>> {
    Ok(match input {
        DataType::SmallInt | DataType::Integer | DataType::BigInt => {
            Box::new(Whole { sums: Vec::new(), counts: Vec::new(), overflow: false, average, result })
        }
        DataType::Decimal { scale, .. } => {
            Box::new(Exact { sums: Vec::new(), counts: Vec::new(), overflow: false, average, scale, result })
        }
        DataType::Interval | DataType::IntervalTo(_) => Box::new(Exact {
            sums: Vec::new(),
            counts: Vec::new(),
            overflow: false,
            average,
            scale: 0,
            result,
        }),
        DataType::Real | DataType::Double => {
            Box::new(Inexact { sums: Vec::new(), counts: Vec::new(), average, result })
        }
        other => return Err(SqlError::bug(format!("a sum of {other}"))),
    })
}

/// Calls `add` for each row that is not NULL.
fn each_value<T: ArrowPrimitiveType>(
    array: &PrimitiveArray<T>,
    groups: Groups<'_>,
    mut add: impl FnMut(usize, T::Native),
) {
    let values = array.values().iter().zip(groups.numbers);
    match array.nulls().filter(|nulls| nulls.null_count() > 0) {
        None => values.for_each(|(&value, &group)| add(group as usize, value)),
        Some(nulls) => {
            for ((&value, &group), valid) in values.zip(nulls.iter()) {
                if valid {
                    add(group as usize, value);
                }
            }
        }
    }
}

/// NULL for groups without a value.
fn empties(counts: &[i64]) -> Option<NullBuffer> {
    let nulls = NullBuffer::from_iter(counts.iter().map(|&count| count > 0));
    (nulls.null_count() > 0).then_some(nulls)
}

fn overflowed() -> SqlError {
    // What a compute node says to an overflowing SUM is unconfirmed; this is its text for the type.
    SqlError::product("22003", "Value out of range for 8 bytes")
}

/// Whole numbers, in 64 bits.
struct Whole {
    sums: Vec<i64>,
    counts: Vec<i64>,
    overflow: bool,
    average: bool,
    result: DataType,
}

impl Whole {
    fn add<T: ArrowPrimitiveType>(&mut self, array: &ArrayRef, groups: Groups<'_>)
    where
        T::Native: Into<i64>,
    {
        let array = array.as_primitive::<T>();
        if groups.count == 1 && array.null_count() == 0 {
            // Batches are small enough for the sum of one to fit in 128 bits, whatever the values.
            let total: i128 = array.values().iter().map(|&value| i128::from(value.into())).sum();
            let sum = i128::from(self.sums[0]) + total;
            self.overflow |= i64::try_from(sum).is_err();
            self.sums[0] = sum as i64;
            self.counts[0] += array.len() as i64;
            return;
        }
        let (sums, counts, overflow) = (&mut self.sums, &mut self.counts, &mut self.overflow);
        each_value(array, groups, |group, value| {
            let (sum, over) = sums[group].overflowing_add(value.into());
            *overflow |= over;
            sums[group] = sum;
            counts[group] += 1;
        });
    }
}

impl Accumulator for Whole {
    fn update(&mut self, groups: Groups<'_>, arguments: &[ArrayRef]) -> SqlResult<()> {
        self.sums.resize(groups.count, 0);
        self.counts.resize(groups.count, 0);
        let argument = &arguments[0];
        match argument.data_type() {
            arrow::datatypes::DataType::Int16 => self.add::<Int16Type>(argument, groups),
            arrow::datatypes::DataType::Int32 => self.add::<Int32Type>(argument, groups),
            _ => self.add::<Int64Type>(argument, groups),
        }
        if self.overflow { Err(overflowed()) } else { Ok(()) }
    }

    fn finish(&mut self, count: usize) -> SqlResult<ArrayRef> {
        self.sums.resize(count, 0);
        self.counts.resize(count, 0);
        let average = self.average;
        let values =
            self.sums.iter().zip(&self.counts).map(|(sum, n)| if average { sum / (*n).max(1) } else { *sum });
        let nulls = empties(&self.counts);
        Ok(match self.result {
            DataType::Decimal { scale, .. } => {
                let power = 10_i128.pow(u32::from(scale));
                let values: Vec<i128> = values.map(|value| i128::from(value) * power).collect();
                let array = PrimitiveArray::<Decimal128Type>::new(values.into(), nulls);
                Arc::new(array.with_data_type(self.result.arrow()))
            }
            _ => Arc::new(PrimitiveArray::<Int64Type>::new(values.collect::<Vec<_>>().into(), nulls)),
        })
    }

    fn bytes(&self) -> u64 {
        16 * self.sums.len() as u64
    }
}

/// Decimals, in 128 bits; and intervals, months in the upper half of them, microseconds in the lower.
struct Exact {
    sums: Vec<i128>,
    counts: Vec<i64>,
    overflow: bool,
    average: bool,
    scale: u8,
    result: DataType,
}

impl Accumulator for Exact {
    fn update(&mut self, groups: Groups<'_>, arguments: &[ArrayRef]) -> SqlResult<()> {
        self.sums.resize(groups.count, 0);
        self.counts.resize(groups.count, 0);
        let (sums, counts, overflow) = (&mut self.sums, &mut self.counts, &mut self.overflow);
        let packed = match arguments[0].data_type() {
            arrow::datatypes::DataType::Interval(_) => {
                &arguments[0].as_primitive::<IntervalMonthDayNanoType>().unary::<_, Decimal128Type>(|value| {
                    let Interval { months, micros } = Interval::from_arrow(value);
                    (i128::from(months) << 64) + i128::from(micros)
                })
            }
            _ => arguments[0].as_primitive::<Decimal128Type>(),
        };
        each_value(packed, groups, |group, value| {
            let (sum, over) = sums[group].overflowing_add(value);
            *overflow |= over;
            sums[group] = sum;
            counts[group] += 1;
        });
        if self.overflow {
            return Err(SqlError::product("22003", "Numeric data overflow (result precision)"));
        }
        Ok(())
    }

    fn finish(&mut self, count: usize) -> SqlResult<ArrayRef> {
        self.sums.resize(count, 0);
        self.counts.resize(count, 0);
        let nulls = empties(&self.counts);
        if self.result.plain() == DataType::Interval {
            return self.intervals(nulls);
        }
        let to = match self.result {
            DataType::Decimal { scale, .. } => scale,
            other => return Err(SqlError::bug(format!("a sum of decimals as {other}"))),
        };
        let overflow = || SqlError::product("22003", "Numeric data overflow (result precision)");
        let mut values = Vec::with_capacity(count);
        for (&sum, &n) in self.sums.iter().zip(&self.counts) {
            // Digits that the result has more are made before dividing.
            let raised = match to.checked_sub(self.scale) {
                Some(more) => sum.checked_mul(10_i128.pow(u32::from(more))).ok_or_else(overflow)?,
                None => sum / 10_i128.pow(u32::from(self.scale - to)),
            };
            let value = if self.average { raised / i128::from(n.max(1)) } else { raised };
            if value.unsigned_abs() >= 10_u128.pow(38) {
                return Err(overflow());
            }
            values.push(value);
        }
        let array = PrimitiveArray::<Decimal128Type>::new(values.into(), nulls);
        Ok(Arc::new(array.with_data_type(self.result.arrow())))
    }

    fn bytes(&self) -> u64 {
        24 * self.sums.len() as u64
    }
}

impl Exact {
    fn intervals(&self, nulls: Option<NullBuffer>) -> SqlResult<ArrayRef> {
        let one = |(&sum, &n): (&i128, &i64)| {
            let micros = sum as i64;
            let months = i32::try_from((sum - i128::from(micros)) >> 64).ok()?;
            let all = Interval { months, micros };
            let found = if self.average { all.scaled(1.0 / n.max(1) as f64)? } else { all };
            Some(match self.result {
                // What becomes of the average's part of a month is unconfirmed: it has no place in the type.
                DataType::IntervalTo(finest) => found.cut(finest),
                _ => found,
            })
        };
        let values: Option<Vec<_>> =
            self.sums.iter().zip(&self.counts).map(one).map(|found| found.map(Interval::to_arrow)).collect();
        let values = values.ok_or_else(crate::sql::functions::date_part::out_of_range)?;
        Ok(Arc::new(PrimitiveArray::<IntervalMonthDayNanoType>::new(values.into(), nulls)))
    }
}

/// REAL and DOUBLE PRECISION.
struct Inexact {
    sums: Vec<f64>,
    counts: Vec<i64>,
    average: bool,
    result: DataType,
}

impl Accumulator for Inexact {
    fn update(&mut self, groups: Groups<'_>, arguments: &[ArrayRef]) -> SqlResult<()> {
        self.sums.resize(groups.count, 0.0);
        self.counts.resize(groups.count, 0);
        let (sums, counts) = (&mut self.sums, &mut self.counts);
        let mut add = |group: usize, value: f64| {
            sums[group] += value;
            counts[group] += 1;
        };
        match arguments[0].data_type() {
            arrow::datatypes::DataType::Float32 => {
                each_value(arguments[0].as_primitive::<Float32Type>(), groups, |group, v| {
                    add(group, f64::from(v))
                });
            }
            _ => each_value(arguments[0].as_primitive::<Float64Type>(), groups, add),
        }
        Ok(())
    }

    fn finish(&mut self, count: usize) -> SqlResult<ArrayRef> {
        self.sums.resize(count, 0.0);
        self.counts.resize(count, 0);
        let nulls = empties(&self.counts);
        let average = self.average;
        let values = self
            .sums
            .iter()
            .zip(&self.counts)
            .map(|(sum, n)| if average { sum / (*n).max(1) as f64 } else { *sum });
        Ok(match self.result {
            DataType::Real => {
                Arc::new(Float32Array::new(values.map(|v| v as f32).collect::<Vec<_>>().into(), nulls))
            }
            _ => Arc::new(Float64Array::new(values.collect::<Vec<_>>().into(), nulls)),
        })
    }

    fn bytes(&self) -> u64 {
        16 * self.sums.len() as u64
    }
}
