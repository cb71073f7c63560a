//! Keys that are 64-bit numbers, or lie as some: whole numbers, dates, times, truth values and floats by their bits.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, PrimitiveArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{
    DataType as ArrowType, Date32Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type,
    Time64MicrosecondType, TimestampMicrosecondType,
};
use hashbrown::HashTable;

use super::{MISSING, hash_word};
use crate::sql::error::{SqlError, SqlResult};

/// Keys from 0 below this are looked up by position instead of by hash.
const DENSE_LIMIT: i64 = 1 << 20;

/// 64-bit keys by number.
#[derive(Default)]
pub struct IntegerIds {
    /// Keys from 0 below this are looked up by position.
    limit: i64,
    dense: Vec<u32>,
    sparse: HashTable<(i64, u32)>,
    values: Vec<i64>,
}

impl IntegerIds {
    /// For columns, whose keys are often small and close together.
    pub fn dense() -> Self {
        IntegerIds { limit: DENSE_LIMIT, ..IntegerIds::default() }
    }

    pub fn intern(&mut self, key: i64) -> u32 {
        let next = self.values.len() as u32;
        if (0..self.limit).contains(&key) {
            let key_index = key as usize;
            if key_index >= self.dense.len() {
                self.dense.resize((key_index + 1).next_power_of_two(), MISSING);
            }
            let slot = &mut self.dense[key_index];
            if *slot == MISSING {
                *slot = next;
                self.values.push(key);
            }
            return *slot;
        }
        let entry = self.sparse.entry(
            hash_word(key as u64),
            |(stored, _)| *stored == key,
            |(stored, _)| hash_word(*stored as u64),
        );
        match entry {
            hashbrown::hash_table::Entry::Occupied(entry) => entry.get().1,
            hashbrown::hash_table::Entry::Vacant(entry) => {
                entry.insert((key, next));
                self.values.push(key);
                next
            }
        }
    }

    pub fn find(&self, key: i64) -> u32 {
        if (0..self.limit).contains(&key) {
            return self.dense.get(key as usize).copied().unwrap_or(MISSING);
        }
        self.sparse.find(hash_word(key as u64), |(stored, _)| *stored == key).map_or(MISSING, |(_, id)| *id)
    }

    pub fn values(&self) -> &[i64] {
        &self.values
    }

    pub fn push_null(&mut self) -> u32 {
        self.values.push(0);
        self.values.len() as u32 - 1
    }

    pub fn bytes(&self) -> u64 {
        (self.dense.len() * 4 + self.sparse.capacity() * 17 + self.values.len() * 8) as u64
    }
}

/// Numbers as a column of the layout whose keys they are.
pub fn column(layout: &ArrowType, values: &[i64], nulls: Option<NullBuffer>) -> ArrayRef {
    macro_rules! column {
        ($type:ty, $convert:expr) => {
            Arc::new(PrimitiveArray::<$type>::new(values.iter().map($convert).collect(), nulls))
        };
    }
    match layout {
        ArrowType::Boolean => Arc::new(BooleanArray::new(values.iter().map(|v| *v != 0).collect(), nulls)),
        ArrowType::Int16 => column!(Int16Type, |v| *v as i16),
        ArrowType::Int32 => column!(Int32Type, |v| *v as i32),
        ArrowType::Date32 => column!(Date32Type, |v| *v as i32),
        ArrowType::Time64(_) => column!(Time64MicrosecondType, |v| *v),
        ArrowType::Timestamp(_, _) => column!(TimestampMicrosecondType, |v| *v),
        ArrowType::Float32 => column!(Float32Type, |v| f32::from_bits(*v as u32)),
        ArrowType::Float64 => column!(Float64Type, |v| f64::from_bits(*v as u64)),
        _ => column!(Int64Type, |v| *v),
    }
}

/// Zero has one bit pattern and so has NaN: they are equal to themselves.
fn double_bits(value: f64) -> i64 {
    if value.is_nan() {
        return f64::NAN.to_bits() as i64;
    }
    (value + 0.0).to_bits() as i64
}

fn real_bits(value: f32) -> i64 {
    if value.is_nan() {
        return i64::from(f32::NAN.to_bits());
    }
    i64::from((value + 0.0).to_bits())
}

/// Calls `number` with each value of a narrow fixed-width column.
///
/// Every caller has this compiled once more, so only the two common widths have loops of their own; the rest is
/// widened first.
pub fn each_integer(array: &ArrayRef, null: u32, number: impl FnMut(i64) -> u32) -> SqlResult<Vec<u32>> {
    let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
    Ok(match array.data_type() {
        ArrowType::Int32 => each(array.as_primitive::<Int32Type>().values(), nulls, null, number),
        ArrowType::Date32 => each(array.as_primitive::<Date32Type>().values(), nulls, null, number),
        ArrowType::Int64 => each(array.as_primitive::<Int64Type>().values(), nulls, null, number),
        ArrowType::Time64(_) => {
            each(array.as_primitive::<Time64MicrosecondType>().values(), nulls, null, number)
        }
        ArrowType::Timestamp(_, _) => {
            each(array.as_primitive::<TimestampMicrosecondType>().values(), nulls, null, number)
        }
        _ => each(&widened(array)?, nulls, null, number),
    })
}

// Not inlined: one for each width and caller, not one for each type.
#[inline(never)]
fn each<T: Copy + Into<i64>>(
    values: &[T],
    nulls: Option<&NullBuffer>,
    null: u32,
    mut number: impl FnMut(i64) -> u32,
) -> Vec<u32> {
    match nulls {
        None => values.iter().map(|&value| number(value.into())).collect(),
        Some(nulls) => values
            .iter()
            .enumerate()
            .map(|(row, &value)| if nulls.is_null(row) { null } else { number(value.into()) })
            .collect(),
    }
}

fn widened(array: &ArrayRef) -> SqlResult<Vec<i64>> {
    Ok(match array.data_type() {
        ArrowType::Boolean => array.as_boolean().values().iter().map(i64::from).collect(),
        ArrowType::Int16 => {
            array.as_primitive::<Int16Type>().values().iter().map(|v| i64::from(*v)).collect()
        }
        ArrowType::Float32 => {
            array.as_primitive::<Float32Type>().values().iter().map(|v| real_bits(*v)).collect()
        }
        ArrowType::Float64 => {
            array.as_primitive::<Float64Type>().values().iter().map(|v| double_bits(*v)).collect()
        }
        other => return Err(SqlError::bug(format!("a key column lies as {other}"))),
    })
}
