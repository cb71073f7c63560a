//! SUPER arrays searched, sorted and joined as sets: ARRAY_CONTAINS, ARRAY_POSITION(S), ARRAY_SORT, ARRAY_DISTINCT,
//! ARRAY_UNION, ARRAY_INTERSECTION, ARRAY_EXCEPT.
//!
//! NULL is an element like any other, unless a search says otherwise.

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::Int32Type;

use super::Call;
use super::column::{build_boolean, build_nullable, build_text};
use super::signature::Entry;
use super::signature::Parameter::{Boolean, Super};
use super::super_array::{elements, write_array};
use crate::sql::error::SqlResult;
use crate::sql::execute::EvaluationContext;
use crate::sql::json;
use crate::warehouse::data_type::DataType;

pub(super) static FUNCTIONS: &[Entry] = &[
    Entry::custom("array_contains", |types| taking(types, 2, 1, DataType::Boolean), contains),
    Entry::custom("array_position", |types| taking(types, 2, 1, DataType::Integer), position),
    Entry::custom("array_positions", |types| taking(types, 2, 1, DataType::Super), positions),
    Entry::custom("array_sort", |types| taking(types, 1, 2, DataType::Super), sort),
    Entry::custom(
        "array_distinct",
        |types| taking(types, 1, 0, DataType::Super),
        |call, _| {
            let text = call.text(0)?;
            build_text(call, |row, out| {
                let Some(all) = text.get(row).and_then(keyed) else { return Ok(None) };
                write_array(distinct(all).into_iter().map(|(_, element)| element), out);
                Ok(Some(()))
            })
        },
    ),
    Entry::custom(
        "array_union",
        |types| taking(types, 2, 1, DataType::Super),
        |call, _| {
            combine(call, |one, other| {
                let mut rest = other.clone();
                for element in &one {
                    take(&mut rest, element);
                }
                one.into_iter().chain(rest).collect()
            })
        },
    ),
    Entry::custom(
        "array_intersection",
        |types| taking(types, 2, 1, DataType::Super),
        |call, _| {
            combine(call, |one, mut other| {
                one.into_iter().filter(|element| take(&mut other, element)).collect()
            })
        },
    ),
    Entry::custom(
        "array_except",
        |types| taking(types, 2, 1, DataType::Super),
        |call, _| {
            combine(call, |one, mut other| {
                one.into_iter().filter(|element| !take(&mut other, element)).collect()
            })
        },
    ),
];

type Accepted = Option<(Vec<DataType>, DataType)>;

/// An element by what it is compared by (`None` is NULL), and its text.
type Keyed<'a> = (Option<String>, &'a str);

/// `values` values, the first a SUPER, and at most `flags` flags.
fn taking(types: &[DataType], values: usize, flags: usize, result: DataType) -> Accepted {
    if types.first() != Some(&DataType::Super) || !(values..=values + flags).contains(&types.len()) {
        return None;
    }
    let accept = |(place, given): (usize, &DataType)| match (place < values, *given) {
        (true, DataType::Unknown) => Some(DataType::Super),
        (true, given) => Super.accept(given),
        (false, given) => Boolean.accept(given),
    };
    Some((types.iter().enumerate().map(accept).collect::<Option<_>>()?, result))
}

/// The flag at `index`; NULL and nothing count as `otherwise`.
fn flag(call: &Call<'_>, index: usize, row: usize, otherwise: bool) -> SqlResult<bool> {
    if index >= call.arguments.len() {
        return Ok(otherwise);
    }
    let flags = call.boolean(index)?;
    Ok(if flags.is_valid(row) { flags.value(row) } else { otherwise })
}

/// The elements of an array; `None` where there is something else.
fn keyed(text: &str) -> Option<Vec<Keyed<'_>>> {
    Some(elements(text)?.map(|element| (json::key(element), element)).collect())
}

/// Where the second argument lies in the first. `None` is NULL: no array, or a search in which NULL is unknown.
fn found(call: &Call<'_>, context: &EvaluationContext<'_>, row: usize) -> SqlResult<Option<Vec<usize>>> {
    let (text, wanted) = (call.text(0)?, call.text(1)?);
    let Some(all) = text.get(row).and_then(keyed) else { return Ok(None) };
    let wanted = wanted.get(row).and_then(json::key);
    let setting = context.evaluation.settings.get("default_array_search_null_handling");
    let by_default = setting.is_none_or(|value| matches!(value.as_str(), "true" | "on" | "t" | "1"));
    let nulls_match = flag(call, 2, row, by_default)?;
    let places = all.iter().enumerate().filter(|(_, (key, _))| *key == wanted).map(|(place, _)| place);
    let places: Vec<usize> = places.collect();
    let unknown = wanted.is_none() || (places.is_empty() && all.iter().any(|(key, _)| key.is_none()));
    Ok((nulls_match || !unknown).then_some(places))
}

fn contains(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    build_boolean(call, |row| Ok(found(call, context, row)?.map(|places| !places.is_empty())))
}

/// Counted from 0; -1 where it is not.
fn position(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    build_nullable::<Int32Type>(call, |row| {
        let places = found(call, context, row)?;
        Ok(places.map(|places| places.first().map_or(-1, |place| *place as i32)))
    })
}

fn positions(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    build_text(call, |row, out| {
        let Some(places) = found(call, context, row)? else { return Ok(None) };
        let places: Vec<String> = places.iter().map(usize::to_string).collect();
        write_array(places.iter().map(String::as_str), out);
        Ok(Some(()))
    })
}

/// `array_sort(array [, ascending [, nulls_first]])`; NULL is the highest unless placed.
fn sort(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    build_text(call, |row, out| {
        let Some(all) = text.get(row).and_then(keyed) else { return Ok(None) };
        let ascending = flag(call, 1, row, true)?;
        let nulls_first = flag(call, 2, row, !ascending)?;
        let (nulls, mut known): (Vec<_>, Vec<_>) = all.into_iter().partition(|(key, _)| key.is_none());
        crate::sorted::sort_by(
            &mut known,
            |(one, _), (other, _)| if ascending { one.cmp(other) } else { other.cmp(one) },
        );
        let (first, second) = if nulls_first { (nulls, known) } else { (known, nulls) };
        write_array(first.into_iter().chain(second).map(|(_, element)| element), out);
        Ok(Some(()))
    })
}

/// The first of each, in order.
fn distinct(all: Vec<Keyed<'_>>) -> Vec<Keyed<'_>> {
    let mut kept: Vec<Keyed<'_>> = Vec::with_capacity(all.len());
    for element in all {
        if !kept.iter().any(|(key, _)| *key == element.0) {
            kept.push(element);
        }
    }
    kept
}

/// Takes one such element out; whether there was one.
fn take(all: &mut Vec<Keyed<'_>>, wanted: &Keyed<'_>) -> bool {
    let place = all.iter().position(|(key, _)| *key == wanted.0);
    if let Some(place) = place {
        all.remove(place);
    }
    place.is_some()
}

/// Two arrays as multisets, or as sets where the third argument is true; NULL where one is no array.
fn combine(
    call: &Call<'_>,
    f: for<'t> fn(Vec<Keyed<'t>>, Vec<Keyed<'t>>) -> Vec<Keyed<'t>>,
) -> SqlResult<ArrayRef> {
    let (left, right) = (call.text(0)?, call.text(1)?);
    build_text(call, |row, out| {
        let one = left.get(row).and_then(keyed);
        let Some((one, other)) = one.zip(right.get(row).and_then(keyed)) else { return Ok(None) };
        let as_sets = flag(call, 2, row, false)?;
        let answer = if as_sets { f(distinct(one), distinct(other)) } else { f(one, other) };
        write_array(answer.into_iter().map(|(_, element)| element), out);
        Ok(Some(()))
    })
}
