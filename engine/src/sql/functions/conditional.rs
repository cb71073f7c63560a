//! Choices between values: COALESCE, NVL, NVL2, NULLIF, DECODE, GREATEST and LEAST.
//!
//! All of a call's candidates have one type and are computed before; the choice is made row by row.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, BinaryArray, BinaryBuilder, BooleanArray, PrimitiveArray,
    StringBuilder,
};
use arrow::datatypes::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type,
    IntervalMonthDayNanoType, Time64MicrosecondType, TimestampMicrosecondType,
};

use super::column::{Text, at};
use super::signature::{Entry, common_type};
use super::{Call, ScalarFunction, Site};
use crate::sql::error::{SqlError, SqlResult};
use crate::warehouse::calendar::interval::Interval;
use crate::warehouse::data_type::DataType;

pub static FUNCTIONS: &[Entry] = &[
    Entry::custom("coalesce", all_alike, |call, _| first_known(call)),
    Entry::custom("nvl", all_alike, |call, _| first_known(call)),
    Entry::custom("nvl2", second_and_third_alike, |call, _| {
        let tested = call.argument(0)?;
        select(call, |row| Some(if tested.is_valid(row) { 1 } else { 2 }))
    }),
    Entry::custom("nullif", nullif_types, |call, _| {
        let (left, right) = (Column::of(call, 0)?, Column::of(call, 1)?);
        select(call, |row| (!left.equals(&right, row)).then_some(0))
    }),
    Entry::custom("decode", decode_types, |call, _| decode(call)),
    Entry::custom("greatest", all_alike, |call, _| extreme(call, Ordering::Greater)),
    Entry::custom("least", all_alike, |call, _| extreme(call, Ordering::Less)),
];

/// `(value, count of the rows it is one of)`: a subquery's value once its rows have been counted for every outer
/// row. Not to be called by name, and not pure: it must fail only for the rows that ask.
pub static SINGLE_ROW: ScalarFunction = ScalarFunction {
    name: "single row",
    site: Site::Anywhere,
    pure: false,
    evaluate: |call, _| {
        let counts: &PrimitiveArray<Int64Type> = call.primitive(1)?;
        if (0..call.rows).any(|row| at(counts, row).is_some_and(|count| count > 1)) {
            return Err(SqlError::several_rows());
        }
        call.argument(0).cloned()
    },
};

type Accepted = Option<(Vec<DataType>, DataType)>;

fn all_alike(types: &[DataType]) -> Accepted {
    if types.is_empty() {
        return None;
    }
    let common = common_type(types)?;
    Some((vec![common; types.len()], common))
}

fn second_and_third_alike(types: &[DataType]) -> Accepted {
    let [tested, yes, no] = *types else { return None };
    let common = common_type(&[yes, no])?;
    let tested = if tested == DataType::Unknown { DataType::Varchar(DataType::VARCHAR_MAX) } else { tested };
    Some((vec![tested, common, common], common))
}

fn nullif_types(types: &[DataType]) -> Accepted {
    let [left, _] = *types else { return None };
    let common = common_type(types)?;
    let result = if left.is_string() { common } else { left };
    // The answer is the left value: where comparing needs a wider type, so does the answer.
    let result = if result.arrow() == common.arrow() { result } else { common };
    Some((vec![common, common], result))
}

/// `decode(e, search, result, ..., default)`: searches meet the expression, results meet each other.
fn decode_types(types: &[DataType]) -> Accepted {
    if types.len() < 3 {
        return None;
    }
    let rest = &types[1..];
    let is_result = |index: usize| index % 2 == 1 || (rest.len() % 2 == 1 && index == rest.len() - 1);
    let pick = |results: bool| -> Vec<DataType> {
        rest.iter()
            .enumerate()
            .filter(|(index, _)| is_result(*index) == results)
            .map(|(_, found)| *found)
            .collect()
    };
    let mut searched = pick(false);
    searched.push(types[0]);
    let searched = common_type(&searched)?;
    let result = common_type(&pick(true))?;
    let mut arguments = vec![searched];
    arguments.extend((0..rest.len()).map(|index| if is_result(index) { result } else { searched }));
    Some((arguments, result))
}

fn first_known(call: &Call<'_>) -> SqlResult<ArrayRef> {
    select(call, |row| call.arguments.iter().position(|argument| argument.is_valid(row)))
}

/// NULL is equal to NULL here, unlike anywhere else.
fn decode(call: &Call<'_>) -> SqlResult<ArrayRef> {
    let columns: Vec<Column<'_>> =
        (0..call.arguments.len()).map(|index| Column::of(call, index)).collect::<SqlResult<_>>()?;
    let pairs = (columns.len() - 1) / 2;
    let default = columns.len().is_multiple_of(2).then(|| columns.len() - 1);
    let tested = &columns[0];
    select(call, |row| {
        (0..pairs)
            .find(|pair| {
                let search = &columns[1 + 2 * pair];
                (tested.is_null(row) && search.is_null(row)) || tested.equals(search, row)
            })
            .map(|pair| 2 + 2 * pair)
            .or(default)
    })
}

/// NULLs are passed over; only when all are NULL is the answer.
fn extreme(call: &Call<'_>, wanted: Ordering) -> SqlResult<ArrayRef> {
    let columns: Vec<Column<'_>> =
        (0..call.arguments.len()).map(|index| Column::of(call, index)).collect::<SqlResult<_>>()?;
    select(call, |row| {
        let mut best: Option<usize> = None;
        for (index, column) in columns.iter().enumerate() {
            if column.is_null(row) {
                continue;
            }
            if best.is_none_or(|best| column.compare(&columns[best], row) == Some(wanted)) {
                best = Some(index);
            }
        }
        best
    })
}

/// A column whose rows can be compared with those of another of its type.
enum Column<'a> {
    SmallInt(&'a PrimitiveArray<Int16Type>),
    Integer(&'a PrimitiveArray<Int32Type>),
    BigInt(&'a PrimitiveArray<Int64Type>),
    Decimal(&'a PrimitiveArray<Decimal128Type>),
    Real(&'a PrimitiveArray<Float32Type>),
    Double(&'a PrimitiveArray<Float64Type>),
    Boolean(&'a BooleanArray),
    Date(&'a PrimitiveArray<Date32Type>),
    Time(&'a PrimitiveArray<Time64MicrosecondType>),
    Timestamp(&'a PrimitiveArray<TimestampMicrosecondType>),
    Interval(&'a PrimitiveArray<IntervalMonthDayNanoType>),
    Text(Text<'a>),
    Bytes(&'a BinaryArray),
}

impl<'a> Column<'a> {
    fn of(call: &Call<'a>, index: usize) -> SqlResult<Column<'a>> {
        Ok(match call.data_type(index) {
            DataType::SmallInt => Column::SmallInt(call.primitive(index)?),
            DataType::Integer => Column::Integer(call.primitive(index)?),
            DataType::BigInt => Column::BigInt(call.primitive(index)?),
            DataType::Decimal { .. } => Column::Decimal(call.primitive(index)?),
            DataType::Real => Column::Real(call.primitive(index)?),
            DataType::Double => Column::Double(call.primitive(index)?),
            DataType::Boolean => Column::Boolean(call.boolean(index)?),
            DataType::Date => Column::Date(call.primitive(index)?),
            DataType::Time | DataType::TimeTz => Column::Time(call.primitive(index)?),
            DataType::Timestamp | DataType::TimestampTz => Column::Timestamp(call.primitive(index)?),
            DataType::Interval | DataType::IntervalTo(_) => Column::Interval(call.primitive(index)?),
            DataType::Char(_)
            | DataType::Varchar(_)
            | DataType::Caseless { .. }
            | DataType::Super
            | DataType::HllSketch
            | DataType::Unknown => Column::Text(call.text(index)?),
            DataType::Varbyte(_) => {
                let array = call.argument(index)?.as_any().downcast_ref();
                Column::Bytes(array.ok_or_else(|| SqlError::bug("a VARBYTE column of another layout"))?)
            }
        })
    }

    fn is_null(&self, row: usize) -> bool {
        match self {
            Column::SmallInt(array) => array.is_null(row),
            Column::Integer(array) => array.is_null(row),
            Column::BigInt(array) => array.is_null(row),
            Column::Decimal(array) => array.is_null(row),
            Column::Real(array) => array.is_null(row),
            Column::Double(array) => array.is_null(row),
            Column::Boolean(array) => array.is_null(row),
            Column::Date(array) => array.is_null(row),
            Column::Time(array) => array.is_null(row),
            Column::Timestamp(array) => array.is_null(row),
            Column::Interval(array) => array.is_null(row),
            Column::Text(text) => text.get(row).is_none(),
            Column::Bytes(array) => array.is_null(row),
        }
    }

    /// `None` when either is NULL.
    fn compare(&self, other: &Column<'_>, row: usize) -> Option<Ordering> {
        fn order<T: ArrowPrimitiveType>(
            a: &PrimitiveArray<T>,
            b: &PrimitiveArray<T>,
            row: usize,
        ) -> Option<Ordering>
        where
            T::Native: PartialOrd,
        {
            at(a, row)?.partial_cmp(&at(b, row)?)
        }
        match (self, other) {
            (Column::SmallInt(a), Column::SmallInt(b)) => order(a, b, row),
            (Column::Integer(a), Column::Integer(b)) => order(a, b, row),
            (Column::BigInt(a), Column::BigInt(b)) => order(a, b, row),
            (Column::Decimal(a), Column::Decimal(b)) => order(a, b, row),
            (Column::Real(a), Column::Real(b)) => Some(at(a, row)?.total_cmp(&at(b, row)?)),
            (Column::Double(a), Column::Double(b)) => Some(at(a, row)?.total_cmp(&at(b, row)?)),
            (Column::Boolean(a), Column::Boolean(b)) => {
                let known = a.is_valid(row) && b.is_valid(row);
                known.then(|| a.value(row).cmp(&b.value(row)))
            }
            (Column::Date(a), Column::Date(b)) => order(a, b, row),
            (Column::Time(a), Column::Time(b)) => order(a, b, row),
            (Column::Timestamp(a), Column::Timestamp(b)) => order(a, b, row),
            (Column::Interval(a), Column::Interval(b)) => {
                let span = |value| Interval::from_arrow(value).comparable();
                Some(span(at(a, row)?).cmp(&span(at(b, row)?)))
            }
            (Column::Text(a), Column::Text(b)) => {
                // Trailing blanks do not count in comparisons (Developer Guide, "Character types").
                Some(a.get(row)?.trim_end_matches(' ').cmp(b.get(row)?.trim_end_matches(' ')))
            }
            (Column::Bytes(a), Column::Bytes(b)) => {
                let known = a.is_valid(row) && b.is_valid(row);
                known.then(|| a.value(row).cmp(b.value(row)))
            }
            _ => None,
        }
    }

    fn equals(&self, other: &Column<'_>, row: usize) -> bool {
        match (self, other) {
            // -0 equals 0, which total order denies.
            (Column::Double(a), Column::Double(b)) => {
                at(a, row).is_some_and(|value| at(b, row) == Some(value))
            }
            (Column::Real(a), Column::Real(b)) => at(a, row).is_some_and(|value| at(b, row) == Some(value)),
            _ => self.compare(other, row) == Some(Ordering::Equal),
        }
    }
}

/// For each row the value of the argument that `pick` names, or NULL.
fn select(call: &Call<'_>, pick: impl FnMut(usize) -> Option<usize>) -> SqlResult<ArrayRef> {
    // All picked before any is taken: the taking is then the same code for every function.
    picked(call, &(0..call.rows).map(pick).collect::<Vec<_>>())
}

fn picked(call: &Call<'_>, picks: &[Option<usize>]) -> SqlResult<ArrayRef> {
    let pick = |row: usize| picks[row];
    match call.result {
        DataType::SmallInt => select_primitive::<Int16Type>(call, pick),
        DataType::Integer => select_primitive::<Int32Type>(call, pick),
        DataType::BigInt => select_primitive::<Int64Type>(call, pick),
        DataType::Decimal { .. } => select_primitive::<Decimal128Type>(call, pick),
        DataType::Real => select_primitive::<Float32Type>(call, pick),
        DataType::Double => select_primitive::<Float64Type>(call, pick),
        DataType::Date => select_primitive::<Date32Type>(call, pick),
        DataType::Time | DataType::TimeTz => select_primitive::<Time64MicrosecondType>(call, pick),
        DataType::Timestamp | DataType::TimestampTz => {
            select_primitive::<TimestampMicrosecondType>(call, pick)
        }
        DataType::Interval | DataType::IntervalTo(_) => {
            select_primitive::<IntervalMonthDayNanoType>(call, pick)
        }
        DataType::Boolean => {
            let columns = all::<BooleanArray>(call);
            let chosen: BooleanArray = (0..call.rows)
                .map(|row| {
                    columns
                        .get(pick(row)?)
                        .copied()
                        .flatten()
                        .filter(|array| array.is_valid(row))
                        .map(|array| array.value(row))
                })
                .collect();
            Ok(Arc::new(chosen))
        }
        DataType::Char(_)
        | DataType::Varchar(_)
        | DataType::Caseless { .. }
        | DataType::Super
        | DataType::HllSketch
        | DataType::Unknown => select_text(call, pick),
        DataType::Varbyte(_) => {
            let columns = all::<BinaryArray>(call);
            let mut builder = BinaryBuilder::new();
            for row in 0..call.rows {
                let array = pick(row).and_then(|index| columns.get(index).copied().flatten());
                builder
                    .append_option(array.filter(|array| array.is_valid(row)).map(|array| array.value(row)));
            }
            Ok(Arc::new(builder.finish()))
        }
    }
}

/// Every argument that has layout `A`; the others are never picked.
fn all<'a, A: Array + 'static>(call: &Call<'a>) -> Vec<Option<&'a A>> {
    call.arguments.iter().map(|array| array.as_any().downcast_ref::<A>()).collect()
}

fn select_primitive<T: ArrowPrimitiveType>(
    call: &Call<'_>,
    pick: impl Fn(usize) -> Option<usize>,
) -> SqlResult<ArrayRef> {
    let columns = all::<PrimitiveArray<T>>(call);
    super::column::build_nullable::<T>(call, |row| {
        Ok(pick(row).and_then(|index| at(columns.get(index).copied().flatten()?, row)))
    })
}

fn select_text(call: &Call<'_>, pick: impl Fn(usize) -> Option<usize>) -> SqlResult<ArrayRef> {
    // As they lie: CHAR keeps its padding when the answer is CHAR.
    let columns: Vec<Option<Text<'_>>> = call
        .arguments
        .iter()
        .map(|array| {
            Text::of(
                array,
                if matches!(call.result, DataType::Char(_)) { DataType::Unknown } else { call.result },
            )
            .ok()
        })
        .collect();
    let mut builder = StringBuilder::with_capacity(call.rows, call.rows * 8);
    for row in 0..call.rows {
        let text =
            pick(row).and_then(|index| columns.get(index)?.as_ref()).and_then(|column| column.get(row));
        builder.append_option(text);
    }
    Ok(Arc::new(builder.finish()))
}
