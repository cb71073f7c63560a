//! Keys of 128 bits: decimals and intervals.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, PrimitiveArray};
use arrow::datatypes::{
    DataType as ArrowType, Decimal128Type, IntervalMonthDayNano, IntervalMonthDayNanoType,
};
use hashbrown::HashTable;

use super::{MISSING, hash_word};
use crate::sql::error::{SqlError, SqlResult};

/// 128-bit keys by number: decimals and intervals.
#[derive(Default)]
pub struct WideIds {
    table: HashTable<(i128, u32)>,
    values: Vec<i128>,
}

fn hash_wide(key: i128) -> u64 {
    hash_word(key as u64 ^ hash_word((key >> 64) as u64))
}

impl WideIds {
    pub fn intern(&mut self, key: i128) -> u32 {
        let next = self.values.len() as u32;
        match self.table.entry(hash_wide(key), |(stored, _)| *stored == key, |(stored, _)| hash_wide(*stored))
        {
            hashbrown::hash_table::Entry::Occupied(entry) => entry.get().1,
            hashbrown::hash_table::Entry::Vacant(entry) => {
                entry.insert((key, next));
                self.values.push(key);
                next
            }
        }
    }

    pub fn push_null(&mut self) -> u32 {
        self.values.push(0);
        self.values.len() as u32 - 1
    }

    pub fn find(&self, key: i128) -> u32 {
        self.table.find(hash_wide(key), |(stored, _)| *stored == key).map_or(MISSING, |(_, id)| *id)
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn bytes(&self) -> u64 {
        (self.values.len() * 16 + self.table.capacity() * 33) as u64
    }

    /// The values as a column of the layout whose keys they are; `null` is the number of NULL.
    pub fn column(&self, layout: &ArrowType, null: Option<u32>) -> ArrayRef {
        let values = self.values.iter().enumerate();
        let some = |(id, value): (usize, &i128)| (Some(id as u32) != null).then_some(*value);
        match layout {
            ArrowType::Interval(_) => Arc::new(
                values
                    .map(|entry| some(entry).map(unpack_interval))
                    .collect::<PrimitiveArray<IntervalMonthDayNanoType>>(),
            ),
            _ => Arc::new(
                values.map(some).collect::<PrimitiveArray<Decimal128Type>>().with_data_type(layout.clone()),
            ),
        }
    }
}

/// Months above, days and nanoseconds as one length below: equal spans have equal keys.
fn pack_interval(value: IntervalMonthDayNano) -> i128 {
    let nanos = i128::from(value.days) * 86_400_000_000_000 + i128::from(value.nanoseconds);
    (i128::from(value.months) << 90) + nanos
}

fn unpack_interval(key: i128) -> IntervalMonthDayNano {
    let months = (key + (1 << 89)) >> 90;
    let nanos = key - (months << 90);
    let day = 86_400_000_000_000;
    IntervalMonthDayNano::new(months as i32, nanos.div_euclid(day) as i32, nanos.rem_euclid(day) as i64)
}

pub fn each_wide(array: &ArrayRef, null: u32, mut number: impl FnMut(i128) -> u32) -> SqlResult<Vec<u32>> {
    match array.data_type() {
        ArrowType::Decimal128(_, _) => Ok(array
            .as_primitive::<Decimal128Type>()
            .iter()
            .map(|value| value.map_or(null, &mut number))
            .collect()),
        ArrowType::Interval(_) => Ok(array
            .as_primitive::<IntervalMonthDayNanoType>()
            .iter()
            .map(|value| value.map_or(null, |value| number(pack_interval(value))))
            .collect()),
        other => Err(SqlError::bug(format!("a key column lies as {other}"))),
    }
}
