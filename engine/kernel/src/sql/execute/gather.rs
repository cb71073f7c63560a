//! Moving rows: picking them out of an array, joining arrays end to end.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryBuilder, BooleanArray, DictionaryArray, Int32Array, NullArray,
    PrimitiveArray, StringArray, StringBuilder,
};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::datatypes::{ArrowPrimitiveType, DataType as ArrowType, Int32Type};

use super::intern::ByteIds;
use super::physical::primitive;
use super::strings::Strings;
use crate::sorted::SortedSet;
use crate::sql::outcome::Batch;
use crate::warehouse::storage::join;

/// In an index list: no row, NULL. Only [`gather_or_null`] takes it.
pub const NO_ROW: u32 = u32::MAX;

/// The rows at `indices`, in that order.
pub fn gather(array: &ArrayRef, indices: &[u32]) -> ArrayRef {
    primitive!(array, typed => gather_primitive(typed, indices), _ => match array.data_type() {
        ArrowType::Boolean => {
            let booleans = array.as_boolean();
            let values = booleans.values();
            let picked = BooleanBuffer::collect_bool(indices.len(), |row| values.value(indices[row] as usize));
            Arc::new(BooleanArray::new(picked, gather_nulls(array.nulls(), indices)))
        }
        ArrowType::Utf8 => Arc::new(gather_strings(array.as_string::<i32>(), indices)),
        ArrowType::Dictionary(_, _) => {
            let dictionary = array.as_dictionary::<Int32Type>();
            let keys = gather_keys(dictionary.keys(), indices);
            dictionary_of(keys, dictionary.values())
        }
        ArrowType::Binary => {
            let binary = array.as_binary::<i32>();
            let mut builder = BinaryBuilder::with_capacity(indices.len(), 0);
            for &index in indices {
                if binary.is_valid(index as usize) {
                    builder.append_value(binary.value(index as usize));
                } else {
                    builder.append_null();
                }
            }
            Arc::new(builder.finish())
        }
        _ => Arc::new(NullArray::new(indices.len())),
    })
}

/// As [`gather`]; [`NO_ROW`] gives NULL.
pub fn gather_or_null(array: &ArrayRef, indices: &[u32]) -> ArrayRef {
    if !indices.contains(&NO_ROW) {
        return gather(array, indices);
    }
    let row = |index: u32| (index != NO_ROW && array.is_valid(index as usize)).then_some(index as usize);
    let known = || indices.iter().map(|&i| row(i).is_some()).collect::<BooleanBuffer>();
    primitive!(array, typed => picked(typed, indices, Some(NullBuffer::new(known()))), _ => match array.data_type() {
        ArrowType::Boolean => {
            let values = array.as_boolean();
            Arc::new(indices.iter().map(|&i| row(i).map(|i| values.value(i))).collect::<BooleanArray>())
        }
        ArrowType::Utf8 => {
            let strings = array.as_string::<i32>();
            let mut builder = StringBuilder::with_capacity(indices.len(), 0);
            indices.iter().for_each(|&i| builder.append_option(row(i).map(|i| strings.value(i))));
            Arc::new(builder.finish())
        }
        ArrowType::Dictionary(_, _) => {
            let dictionary = array.as_dictionary::<Int32Type>();
            let codes = dictionary.keys();
            let keys: Int32Array = indices.iter().map(|&i| row(i).map(|i| codes.value(i))).collect();
            dictionary_of(keys, dictionary.values())
        }
        ArrowType::Binary => {
            let binary = array.as_binary::<i32>();
            let mut builder = BinaryBuilder::with_capacity(indices.len(), 0);
            indices.iter().for_each(|&i| builder.append_option(row(i).map(|i| binary.value(i))));
            Arc::new(builder.finish())
        }
        _ => Arc::new(NullArray::new(indices.len())),
    })
}

/// All rows of `parts`, one after the other. The parts have one type; strings may lie in different ways.
pub fn concatenate(parts: &[ArrayRef]) -> Option<ArrayRef> {
    let (first, rest) = parts.split_first()?;
    if rest.is_empty() {
        return Some(first.clone());
    }
    let rows = parts.iter().map(|part| part.len()).sum();
    // A column that nobody reads may stand in by its length in some parts only.
    if parts.iter().any(|part| part.data_type() == &ArrowType::Null) {
        return Some(Arc::new(NullArray::new(rows)));
    }
    match first.data_type() {
        ArrowType::Utf8 | ArrowType::Dictionary(_, _) => {
            Some(concatenate_strings(parts, rows, join::nulls(parts)))
        }
        _ => join::join(parts),
    }
}

/// The rows of `batch` at `indices`; only the columns in `needed` are real, others stand in by length.
pub fn gather_batch(batch: &Batch, indices: &[u32], needed: Option<&SortedSet<usize>>) -> Batch {
    let columns = batch
        .columns
        .iter()
        .enumerate()
        .map(|(index, column)| match needed {
            Some(needed) if !needed.contains(&index) => Arc::new(NullArray::new(indices.len())) as ArrayRef,
            _ => gather(column, indices),
        })
        .collect();
    Batch { columns, rows: indices.len() }
}

/// All batches as one, a column after the other: no more than one column is there twice.
pub fn concatenate_batches(mut batches: Vec<Batch>) -> Option<Batch> {
    if batches.len() <= 1 {
        return batches.pop();
    }
    let rows = batches.iter().map(|batch| batch.rows).sum();
    let mut columns = Vec::new();
    let mut waiting: Vec<_> = batches.into_iter().map(|batch| batch.columns.into_iter()).collect();
    loop {
        let parts: Vec<ArrayRef> = waiting.iter_mut().filter_map(Iterator::next).collect();
        if parts.is_empty() {
            return Some(Batch { columns, rows });
        }
        columns.push(concatenate(&parts)?);
    }
}

/// Codes and their dictionary as a column; falls back to plain strings should Arrow refuse the codes.
pub fn dictionary_of(keys: Int32Array, values: &ArrayRef) -> ArrayRef {
    match DictionaryArray::<Int32Type>::try_new(keys.clone(), values.clone()) {
        Ok(array) => Arc::new(array),
        Err(_) => {
            let texts = values.as_string::<i32>();
            Arc::new(
                keys.iter()
                    .map(|key| {
                        key.and_then(|key| texts.is_valid(key as usize).then(|| texts.value(key as usize)))
                    })
                    .collect::<StringArray>(),
            )
        }
    }
}

/// Text without codes.
pub fn plain_strings(array: &ArrayRef) -> ArrayRef {
    match Strings::of(array) {
        Ok(strings @ Strings::Dictionary(_, _)) => {
            let mut builder = StringBuilder::with_capacity(strings.rows(), strings.rows() * 8);
            for row in 0..strings.rows() {
                builder.append_option(strings.get(row));
            }
            Arc::new(builder.finish())
        }
        _ => array.clone(),
    }
}

fn gather_primitive<T: ArrowPrimitiveType>(array: &PrimitiveArray<T>, indices: &[u32]) -> ArrayRef {
    picked(array, indices, gather_nulls(array.nulls(), indices))
}

fn picked<T: ArrowPrimitiveType>(
    array: &PrimitiveArray<T>,
    indices: &[u32],
    nulls: Option<NullBuffer>,
) -> ArrayRef {
    let values = pick::<T::Native>(array.values(), indices);
    Arc::new(PrimitiveArray::<T>::new(values.into(), nulls).with_data_type(array.data_type().clone()))
}

/// One loop a width, whatever the type. Where there is no such row stands anything: it is NULL.
#[inline(never)]
fn pick<N: Copy + Default>(values: &[N], indices: &[u32]) -> Vec<N> {
    indices.iter().map(|&index| values.get(index as usize).copied().unwrap_or_default()).collect()
}

/// As `gather` over dictionary codes, where a NULL's code may be anything: it becomes 0.
fn gather_keys(keys: &Int32Array, indices: &[u32]) -> Int32Array {
    Int32Array::new(pick::<i32>(keys.values(), indices).into(), gather_nulls(keys.nulls(), indices))
}

fn gather_nulls(nulls: Option<&NullBuffer>, indices: &[u32]) -> Option<NullBuffer> {
    let nulls = nulls.filter(|nulls| nulls.null_count() > 0)?;
    let valid = nulls.inner();
    Some(NullBuffer::new(BooleanBuffer::collect_bool(indices.len(), |row| {
        valid.value(indices[row] as usize)
    })))
}

fn gather_strings(array: &StringArray, indices: &[u32]) -> StringArray {
    let offsets = array.value_offsets();
    let bytes = indices.iter().map(|&i| (offsets[i as usize + 1] - offsets[i as usize]) as usize).sum();
    let mut builder = StringBuilder::with_capacity(indices.len(), bytes);
    if array.null_count() == 0 {
        indices.iter().for_each(|&index| builder.append_value(array.value(index as usize)));
    } else {
        for &index in indices {
            if array.is_valid(index as usize) {
                builder.append_value(array.value(index as usize));
            } else {
                builder.append_null();
            }
        }
    }
    builder.finish()
}

fn concatenate_strings(parts: &[ArrayRef], rows: usize, nulls: Option<NullBuffer>) -> ArrayRef {
    let views: Vec<Strings<'_>> = parts.iter().filter_map(|part| Strings::of(part).ok()).collect();
    if views.iter().all(|view| matches!(view, Strings::Dictionary(_, _))) {
        return concatenate_dictionaries(parts, rows, nulls);
    }
    let bytes = parts.iter().map(super::array::bytes_of).sum::<u64>() as usize;
    let mut builder = StringBuilder::with_capacity(rows, bytes);
    for view in views {
        match view {
            // Only texts longer together than offsets reach are refused.
            Strings::Plain(array) if builder.append_array(array).is_ok() => {}
            _ => (0..view.rows()).for_each(|row| builder.append_option(view.get(row))),
        }
    }
    Arc::new(builder.finish())
}

fn concatenate_dictionaries(parts: &[ArrayRef], rows: usize, nulls: Option<NullBuffer>) -> ArrayRef {
    let first = parts.first().map(|part| part.as_dictionary::<Int32Type>().values());
    if let Some(values) = first
        && parts.iter().all(|part| Arc::ptr_eq(part.as_dictionary::<Int32Type>().values(), values))
    {
        let keys: Vec<i32> = parts
            .iter()
            .flat_map(|part| part.as_dictionary::<Int32Type>().keys().values())
            .copied()
            .collect();
        return dictionary_of(Int32Array::new(keys.into(), nulls), values);
    }
    let mut ids = ByteIds::default();
    let mut keys: Vec<i32> = Vec::with_capacity(rows);
    let mut last: Option<(&ArrayRef, Vec<i32>)> = None;
    for part in parts {
        let dictionary = part.as_dictionary::<Int32Type>();
        let values = dictionary.values();
        if !last.as_ref().is_some_and(|(seen, _)| Arc::ptr_eq(seen, values)) {
            let texts = values.as_string::<i32>();
            let codes =
                (0..texts.len()).map(|code| ids.intern(texts.value(code).as_bytes()) as i32).collect();
            last = Some((values, codes));
        }
        if let Some((_, codes)) = &last {
            keys.extend(
                dictionary.keys().values().iter().map(|&key| codes.get(key as usize).copied().unwrap_or(0)),
            );
        }
    }
    dictionary_of(Int32Array::new(keys.into(), nulls), &ids.strings(None))
}
