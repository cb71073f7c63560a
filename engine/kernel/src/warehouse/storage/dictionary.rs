//! Dictionary encoding of low-cardinality strings (Redshift's BYTEDICT), decided when a block is written.
//!
//! Segments of one column go on using the same dictionary while it suffices, so that an operator that has
//! met a dictionary knows the codes of the next batch too.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, DictionaryArray, Int32Array, StringArray};
use arrow::buffer::ScalarBuffer;
use arrow::datatypes::{DataType as ArrowType, Int32Type};
use hashbrown::HashMap;

/// More distinct values than this are kept as plain strings.
const MOST: usize = 4_096;

/// The strings of a block as they are stored: dictionary-encoded where that pays, as they came otherwise.
/// `previous` is the same column's block before this one.
pub fn encode(array: ArrayRef, previous: Option<&ArrayRef>) -> ArrayRef {
    if !matches!(array.data_type(), ArrowType::Utf8 | ArrowType::Dictionary(_, _)) {
        return array;
    }
    let known = previous
        .filter(|block| matches!(block.data_type(), ArrowType::Dictionary(_, _)))
        .map(|block| block.as_dictionary::<Int32Type>().values().clone());
    let encoded = match array.data_type() {
        ArrowType::Dictionary(_, _) => {
            let dictionary: &DictionaryArray<Int32Type> = array.as_dictionary();
            if known.as_ref().is_some_and(|known| Arc::ptr_eq(known, dictionary.values())) {
                return array;
            }
            let values = dictionary.values().as_string::<i32>();
            let rows = dictionary.keys().iter().map(|key| {
                let key = key? as usize;
                values.is_valid(key).then(|| values.value(key))
            });
            build(rows, array.len(), known.as_ref())
        }
        _ => build(array.as_string::<i32>().iter(), array.len(), known.as_ref()),
    };
    encoded.unwrap_or_else(|| plain(&array))
}

/// Codes over `known` (extended where needed), or `None` when there are too many distinct values.
fn build<'a>(
    rows: impl Iterator<Item = Option<&'a str>>,
    length: usize,
    known: Option<&ArrayRef>,
) -> Option<ArrayRef> {
    let limit = MOST.min(length / 8).max(known.map_or(0, |values| values.len())).max(16);
    let mut codes: HashMap<&str, i32> = HashMap::new();
    let mut values: Vec<&str> = Vec::new();
    if let Some(known) = known {
        for value in known.as_string::<i32>().iter().flatten() {
            codes.insert(value, values.len() as i32);
            values.push(value);
        }
    }
    let before = values.len();
    let mut keys: Vec<i32> = Vec::with_capacity(length);
    let mut valid: Vec<bool> = Vec::with_capacity(length);
    // Neighbours are often equal; comparing is cheaper than hashing.
    let mut last: Option<(&str, i32)> = None;
    for row in rows {
        let Some(text) = row else {
            keys.push(0);
            valid.push(false);
            continue;
        };
        valid.push(true);
        if let Some((seen, code)) = last
            && seen == text
        {
            keys.push(code);
            continue;
        }
        let code = match codes.get(text) {
            Some(code) => *code,
            None if values.len() >= limit => return None,
            None => {
                let code = values.len() as i32;
                codes.insert(text, code);
                values.push(text);
                code
            }
        };
        last = Some((text, code));
        keys.push(code);
    }
    let nulls = valid.contains(&false).then(|| valid.into());
    let dictionary: ArrayRef = match known {
        Some(known) if values.len() == before => known.clone(),
        _ => Arc::new(StringArray::from(if values.is_empty() { vec![""] } else { values })),
    };
    let keys = Int32Array::new(ScalarBuffer::from(keys), nulls);
    Some(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, dictionary).ok()?))
}

/// `array` over the dictionary of `previous`, if they say the same: blocks that were read back share it again.
pub fn share(array: ArrayRef, previous: Option<&ArrayRef>) -> ArrayRef {
    let is_encoded = |array: &ArrayRef| matches!(array.data_type(), ArrowType::Dictionary(_, _));
    let Some(previous) = previous.filter(|previous| is_encoded(previous) && is_encoded(&array)) else {
        return array;
    };
    let known = previous.as_dictionary::<Int32Type>().values();
    let dictionary = array.as_dictionary::<Int32Type>();
    // By their strings: comparing arrays as such would bring in the comparison of every type that Arrow has.
    if !known.as_string::<i32>().iter().eq(dictionary.values().as_string::<i32>()) {
        return array;
    }
    match DictionaryArray::<Int32Type>::try_new(dictionary.keys().clone(), known.clone()) {
        Ok(shared) => Arc::new(shared),
        Err(_) => array,
    }
}

/// Plain strings, whatever the layout was.
pub fn plain(array: &ArrayRef) -> ArrayRef {
    match array.data_type() {
        ArrowType::Dictionary(_, _) => {
            let dictionary: &DictionaryArray<Int32Type> = array.as_dictionary();
            let values = dictionary.values().as_string::<i32>();
            let rows = dictionary.keys().iter().map(|key| key.map(|key| values.value(key as usize)));
            Arc::new(rows.collect::<StringArray>())
        }
        _ => array.clone(),
    }
}
