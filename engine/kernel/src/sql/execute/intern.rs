//! Distinct values by number: what grouping, joining and DISTINCT stand on.
//!
//! Each key column turns its values into dense numbers in order of first appearance; a key of several
//! columns is a chain of pairs of such numbers. Everything above works on numbers only, whatever the types.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BinaryBuilder, BooleanArray, PrimitiveArray, StringBuilder};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{
    DataType as ArrowType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type,
    Int64Type, IntervalMonthDayNano, IntervalMonthDayNanoType, Time64MicrosecondType,
    TimestampMicrosecondType,
};
use hashbrown::HashTable;

use super::strings::{Strings, trim};
use crate::sql::error::{SqlError, SqlResult};

/// A key that was never interned.
pub const MISSING: u32 = u32::MAX;

/// Keys from 0 below this are looked up by position instead of by hash.
const DENSE_LIMIT: i64 = 1 << 20;

const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

pub fn hash_word(word: u64) -> u64 {
    let mixed = word.wrapping_mul(MIX);
    (mixed ^ (mixed >> 32)).wrapping_mul(MIX)
}

pub fn hash_bytes(bytes: &[u8]) -> u64 {
    let mut hash = bytes.len() as u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        hash = (hash.rotate_left(23) ^ u64::from_le_bytes(word)).wrapping_mul(MIX);
    }
    let rest = chunks.remainder();
    if !rest.is_empty() {
        let mut word = [0; 8];
        word[..rest.len()].copy_from_slice(rest);
        hash = (hash.rotate_left(23) ^ u64::from_le_bytes(word)).wrapping_mul(MIX);
    }
    hash_word(hash)
}

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
    fn dense() -> Self {
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

    fn push_null(&mut self) -> u32 {
        self.values.push(0);
        self.values.len() as u32 - 1
    }

    pub fn bytes(&self) -> u64 {
        (self.dense.len() * 4 + self.sparse.capacity() * 17 + self.values.len() * 8) as u64
    }
}

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
    fn intern(&mut self, key: i128) -> u32 {
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

    fn find(&self, key: i128) -> u32 {
        self.table.find(hash_wide(key), |(stored, _)| *stored == key).map_or(MISSING, |(_, id)| *id)
    }
}

/// Byte strings by number. The bytes lie one after the other: no allocation a value.
#[derive(Default)]
pub struct ByteIds {
    /// The whole hash lies beside the number: growing the table touches nothing else, and unequal strings
    /// are seldom compared byte by byte.
    table: HashTable<(u64, u32)>,
    ends: Vec<u32>,
    bytes: Vec<u8>,
    /// Trailing blanks that texts came with when they were first met, by rising number: equality ignores them,
    /// what is given back does not.
    blanks: Vec<(u32, usize)>,
}

impl ByteIds {
    /// As [`ByteIds::intern`], for a text: equal whatever blanks end it.
    fn intern_text(&mut self, text: &str) -> u32 {
        let (key, known) = (trim(text), self.ends.len());
        let id = self.intern(key);
        if key.len() < text.len() && id as usize == known {
            self.blanks.push((id, text.len() - key.len()));
        }
        id
    }

    fn get(&self, id: u32) -> &[u8] {
        let id = id as usize;
        let start = if id == 0 { 0 } else { self.ends[id - 1] as usize };
        &self.bytes[start..self.ends[id] as usize]
    }

    pub fn intern(&mut self, key: &[u8]) -> u32 {
        let hash = hash_bytes(key);
        if let Some((_, id)) = self.table.find(hash, |(stored, id)| *stored == hash && self.get(*id) == key) {
            return *id;
        }
        let next = self.ends.len() as u32;
        self.bytes.extend_from_slice(key);
        self.ends.push(self.bytes.len() as u32);
        self.table.insert_unique(hash, (hash, next), |(stored, _)| *stored);
        next
    }

    fn find(&self, key: &[u8]) -> u32 {
        let hash = hash_bytes(key);
        self.table
            .find(hash, |(stored, id)| *stored == hash && self.get(*id) == key)
            .map_or(MISSING, |(_, id)| *id)
    }

    fn push_null(&mut self) -> u32 {
        self.ends.push(self.bytes.len() as u32);
        self.ends.len() as u32 - 1
    }

    /// The values as text, in order of number; `null` is the number of NULL.
    pub fn strings(&self, null: Option<u32>) -> ArrayRef {
        let mut builder = StringBuilder::with_capacity(self.ends.len(), self.bytes.len());
        let mut blanks = self.blanks.iter().peekable();
        for id in 0..self.ends.len() as u32 {
            let blanks = blanks.next_if(|(blank, _)| *blank == id).map(|(_, count)| " ".repeat(*count));
            match std::str::from_utf8(self.get(id)) {
                Ok(text) if Some(id) != null => match blanks {
                    Some(blanks) => builder.append_value(format!("{text}{blanks}")),
                    None => builder.append_value(text),
                },
                _ => builder.append_null(),
            }
        }
        Arc::new(builder.finish())
    }

    fn binaries(&self, null: Option<u32>) -> ArrayRef {
        let mut builder = BinaryBuilder::with_capacity(self.ends.len(), self.bytes.len());
        for id in 0..self.ends.len() as u32 {
            builder.append_option((Some(id) != null).then(|| self.get(id)));
        }
        Arc::new(builder.finish())
    }
}

enum Ids {
    Integer(IntegerIds),
    Wide(WideIds),
    Bytes(ByteIds),
}

/// The distinct values of one key column.
pub struct ColumnIds {
    layout: ArrowType,
    ids: Ids,
    null: Option<u32>,
    /// The dictionary seen last and the number of each of its codes ([`MISSING`]: not met yet).
    codes: Option<(ArrayRef, Vec<u32>)>,
}

impl ColumnIds {
    /// For a column that lies as `layout`.
    pub fn new(layout: ArrowType) -> Self {
        let ids = match layout {
            ArrowType::Utf8 | ArrowType::Dictionary(_, _) | ArrowType::Binary => {
                Ids::Bytes(ByteIds::default())
            }
            ArrowType::Decimal128(_, _) | ArrowType::Interval(_) => Ids::Wide(WideIds::default()),
            _ => Ids::Integer(IntegerIds::dense()),
        };
        ColumnIds { layout, ids, null: None, codes: None }
    }

    /// As [`ColumnIds::new`], for a handful of values that is soon thrown away.
    pub fn small(layout: ArrowType) -> Self {
        let mut ids = ColumnIds::new(layout);
        if let Ids::Integer(integers) = &mut ids.ids {
            *integers = IntegerIds::default();
        }
        ids
    }

    pub fn len(&self) -> usize {
        match &self.ids {
            Ids::Integer(ids) => ids.values.len(),
            Ids::Wide(ids) => ids.values.len(),
            Ids::Bytes(ids) => ids.ends.len(),
        }
    }

    pub fn bytes(&self) -> u64 {
        match &self.ids {
            Ids::Integer(ids) => ids.bytes(),
            Ids::Wide(ids) => (ids.values.len() * 16 + ids.table.capacity() * 33) as u64,
            Ids::Bytes(ids) => (ids.bytes.len() + ids.ends.len() * 4 + ids.table.capacity() * 17) as u64,
        }
    }

    fn null_id(&mut self) -> u32 {
        if let Some(id) = self.null {
            return id;
        }
        let id = match &mut self.ids {
            Ids::Integer(ids) => ids.push_null(),
            Ids::Wide(ids) => {
                ids.values.push(0);
                ids.values.len() as u32 - 1
            }
            Ids::Bytes(ids) => ids.push_null(),
        };
        self.null = Some(id);
        id
    }

    /// The number of each row's value; new values get new numbers, NULL is a value.
    ///
    /// New numbers rise with the rows, so a first NULL waits for its row too.
    pub fn intern(&mut self, array: &ArrayRef) -> SqlResult<Vec<u32>> {
        if self.null.is_none()
            && let Some(first) = first_null(array)
            && first > 0
        {
            let mut numbers = self.intern(&array.slice(0, first))?;
            numbers.extend(self.intern(&array.slice(first, array.len() - first))?);
            return Ok(numbers);
        }
        let null = if array.null_count() > 0 { self.null_id() } else { MISSING };
        let rows = array.len();
        match &mut self.ids {
            Ids::Integer(ids) => each_integer(array, null, |key| ids.intern(key)),
            Ids::Wide(ids) => each_wide(array, null, |key| ids.intern(key)),
            Ids::Bytes(ids) => match array.data_type() {
                ArrowType::Binary => Ok(array
                    .as_binary::<i32>()
                    .iter()
                    .map(|value| value.map_or(null, |value| ids.intern(value)))
                    .collect()),
                ArrowType::Dictionary(_, _) => {
                    let dictionary = array.as_dictionary::<Int32Type>();
                    let values = dictionary.values();
                    let texts = values.as_string::<i32>();
                    if !self.codes.as_ref().is_some_and(|(seen, _)| Arc::ptr_eq(seen, values)) {
                        self.codes = Some((values.clone(), vec![MISSING; texts.len()]));
                    }
                    let Some((_, codes)) = &mut self.codes else {
                        return Err(SqlError::bug("a dictionary without codes"));
                    };
                    let keys = dictionary.keys();
                    let mut numbers = Vec::with_capacity(rows);
                    let nulls = keys.nulls().filter(|nulls| nulls.null_count() > 0);
                    for (row, &key) in keys.values().iter().enumerate() {
                        if nulls.is_some_and(|nulls| nulls.is_null(row)) {
                            numbers.push(null);
                            continue;
                        }
                        let slot = &mut codes[key as usize];
                        if *slot == MISSING {
                            *slot = ids.intern_text(texts.value(key as usize));
                        }
                        numbers.push(*slot);
                    }
                    Ok(numbers)
                }
                _ => {
                    let strings = Strings::of(array)?;
                    Ok((0..rows)
                        .map(|row| strings.get(row).map_or(null, |text| ids.intern_text(text)))
                        .collect())
                }
            },
        }
    }

    /// The number of each row's value, [`MISSING`] for values not met before. NULL is never found.
    pub fn find(&self, array: &ArrayRef) -> SqlResult<Vec<u32>> {
        match &self.ids {
            Ids::Integer(ids) => each_integer(array, MISSING, |key| ids.find(key)),
            Ids::Wide(ids) => each_wide(array, MISSING, |key| ids.find(key)),
            Ids::Bytes(ids) => match array.data_type() {
                ArrowType::Binary => Ok(array
                    .as_binary::<i32>()
                    .iter()
                    .map(|value| value.map_or(MISSING, |value| ids.find(value)))
                    .collect()),
                ArrowType::Dictionary(_, _) => {
                    let dictionary = array.as_dictionary::<Int32Type>();
                    let texts = dictionary.values().as_string::<i32>();
                    // Two marks: not looked up yet, and looked up in vain.
                    let mut codes: Vec<Option<u32>> = vec![None; texts.len()];
                    Ok(dictionary
                        .keys()
                        .iter()
                        .map(|key| match key {
                            None => MISSING,
                            Some(key) => *codes[key as usize]
                                .get_or_insert_with(|| ids.find(trim(texts.value(key as usize)))),
                        })
                        .collect())
                }
                _ => {
                    let strings = Strings::of(array)?;
                    Ok((0..array.len())
                        .map(|row| strings.get(row).map_or(MISSING, |text| ids.find(trim(text))))
                        .collect())
                }
            },
        }
    }

    /// Numbers of the least and the greatest value, where order is the order of whole numbers.
    pub fn bounds(&self) -> Option<(u32, u32)> {
        let Ids::Integer(ids) = &self.ids else { return None };
        if matches!(self.layout, ArrowType::Float32 | ArrowType::Float64) {
            return None;
        }
        let known = || (0u32..).zip(&ids.values).filter(|(id, _)| Some(*id) != self.null);
        let least = known().min_by_key(|(_, value)| **value)?.0;
        let greatest = known().max_by_key(|(_, value)| **value)?.0;
        Some((least, greatest))
    }

    /// The distinct values in order of number.
    pub fn values(&self) -> ArrayRef {
        let null = self.null;
        match &self.ids {
            Ids::Bytes(ids) if self.layout == ArrowType::Binary => ids.binaries(null),
            Ids::Bytes(ids) => ids.strings(null),
            Ids::Wide(ids) => {
                let values = ids.values.iter().enumerate();
                let some = |(id, value): (usize, &i128)| (Some(id as u32) != null).then_some(*value);
                match self.layout {
                    ArrowType::Interval(_) => Arc::new(
                        values
                            .map(|entry| some(entry).map(unpack_interval))
                            .collect::<PrimitiveArray<IntervalMonthDayNanoType>>(),
                    ),
                    _ => Arc::new(
                        values
                            .map(some)
                            .collect::<PrimitiveArray<Decimal128Type>>()
                            .with_data_type(self.layout.clone()),
                    ),
                }
            }
            Ids::Integer(ids) => {
                let nulls = null.map(|null| (0..ids.values.len() as u32).map(|id| id != null).collect());
                whole(&self.layout, &ids.values, nulls)
            }
        }
    }
}

/// Numbers as a column of the layout whose keys they are.
fn whole(layout: &ArrowType, values: &[i64], nulls: Option<NullBuffer>) -> ArrayRef {
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

fn first_null(array: &ArrayRef) -> Option<usize> {
    let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0)?;
    (0..array.len()).find(|&row| nulls.is_null(row))
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

fn each_wide(array: &ArrayRef, null: u32, mut number: impl FnMut(i128) -> u32) -> SqlResult<Vec<u32>> {
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
