//! What the catalog keeps as one text, as scripts of administrators ask to have it written: arrays, expressions and
//! constraints. Leader node only.

use arrow::datatypes::Int32Type;

use super::catalog::{by_numbers, database, format_type, visible};
use super::column::{build, build_text};
use super::session::truth;
use super::signature::Parameter::{Boolean, Integer, Text};
use super::signature::{Answer, Entry};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::system;
use crate::warehouse::data_type::DataType;

/// Types by their numbers, with the words that `pg_type` has for them.
const TYPES: [(i32, &str); 23] = [
    (16, "bool"),
    (19, "name"),
    (20, "int8"),
    (21, "int2"),
    (23, "int4"),
    (25, "text"),
    (26, "oid"),
    (700, "float4"),
    (701, "float8"),
    (705, "unknown"),
    (1042, "bpchar"),
    (1043, "varchar"),
    (1082, "date"),
    (1083, "time"),
    (1114, "timestamp"),
    (1184, "timestamptz"),
    (1186, "interval"),
    (1266, "timetz"),
    (1700, "numeric"),
    (2278, "void"),
    (2279, "trigger"),
    (4000, "super"),
    (6551, "varbyte"),
];

/// PostgreSQL 8's words for what is no array.
const HAS: (&str, &str) = ("42809", "op ANY/ALL (array) requires array on right side");
const ELEMENT: (&str, &str) = ("42804", "cannot subscript type character varying because it is not an array");

/// The elements of an array without its braces.
fn split(inner: &str) -> Vec<String> {
    let (mut quoted, mut letters) = (false, inner.chars());
    let mut out = vec![String::new()];
    while let Some(letter) = letters.next() {
        match (letter, out.last_mut()) {
            ('"', _) => quoted = !quoted,
            (',', _) if !quoted => out.push(String::new()),
            ('\\', Some(last)) => last.extend(letters.next()),
            (_, Some(last)) => last.push(letter),
            (_, None) => {}
        }
    }
    out
}

/// # Errors
/// For what is not printed as an array is.
fn elements(array: &str, (state, otherwise): (&'static str, &str)) -> SqlResult<Vec<String>> {
    match array.strip_prefix('{').and_then(|array| array.strip_suffix('}')) {
        Some("") => Ok(Vec::new()),
        Some(inner) => Ok(split(inner)),
        None => Err(SqlError::product(state, otherwise)),
    }
}

pub(super) static FUNCTIONS: &[Entry] = &[
    // ACLs and lists of numbers are arrays in the product, and here what such an array is printed as.
    Entry::fixed("array_to_string", &[Text, Text], Answer::Text, |call, _| {
        let (arrays, signs) = (call.text(0)?, call.text(1)?);
        build_text(call, |row, out| {
            let (Some(array), Some(sign)) = (arrays.get(row), signs.get(row)) else { return Ok(None) };
            out.push_str(&split(array.trim_start_matches('{').trim_end_matches('}')).join(sign));
            Ok(Some(()))
        })
    })
    .leader_only(),
    // `value = ANY (array)` and `array[number]`, which the binder calls by names that nobody can write.
    Entry::fixed("array has", &[Text, Text], Answer::Type(DataType::Boolean), |call, _| {
        let (arrays, wanted) = (call.text(0)?, call.text(1)?);
        truth(call, |row| {
            let (array, wanted) = (arrays.get(row).unwrap_or_default(), wanted.get(row).unwrap_or_default());
            Ok(elements(array, HAS)?.iter().any(|element| element == wanted))
        })
    })
    .leader_only(),
    Entry::fixed("array element", &[Text, Integer], Answer::Text, |call, _| {
        let (arrays, numbers) = (call.text(0)?, call.primitive::<Int32Type>(1)?);
        build_text(call, |row, out| {
            let Some(array) = arrays.get(row) else { return Ok(None) };
            let elements = elements(array, ELEMENT)?;
            let place = usize::try_from(numbers.value(row)).ok().and_then(|number| number.checked_sub(1));
            Ok(place.and_then(|place| elements.get(place)).map(|found| out.push_str(found)))
        })
    })
    .leader_only(),
    Entry::fixed("oidvectortypes", &[Text], Answer::Text, |call, _| {
        let lists = call.text(0)?;
        build_text(call, |row, out| {
            let Some(list) = lists.get(row) else { return Ok(None) };
            let names = list.split_whitespace().map(|number| format_type(number.parse().unwrap_or(0), -1));
            out.push_str(&names.collect::<Vec<_>>().join(", "));
            Ok(Some(()))
        })
    })
    .leader_only(),
    // `'integer'::regtype` is a type's number, and `number::regtype` its name.
    Entry::custom(
        "regtype",
        |types| {
            let [written] = *types else { return None };
            written.is_string().then(|| (vec![DataType::Varchar(DataType::VARCHAR_MAX)], DataType::Integer))
        },
        |call, _| {
            let names = call.text(0)?;
            build::<Int32Type>(call, |row| {
                let written = names.get(row).unwrap_or_default();
                let name = written.strip_prefix("pg_catalog.").unwrap_or(written);
                let known =
                    TYPES.iter().find(|(number, word)| *word == name || format_type(*number, -1) == name);
                known
                    .map(|(number, _)| *number)
                    .ok_or_else(|| SqlError::product("42704", format!("type \"{written}\" does not exist")))
            })
        },
    )
    .leader_only(),
    Entry::fixed("regtype", &[Integer], Answer::Text, |call, _| {
        by_numbers(call, |number, _| Some(format_type(number, -1)))
    })
    .leader_only(),
    // Nobody makes types, so that all are where names are looked for.
    Entry::fixed("pg_type_is_visible", &[Integer], Answer::Type(DataType::Boolean), |call, _| {
        let numbers = call.primitive::<Int32Type>(0)?;
        truth(call, |row| Ok(TYPES.iter().any(|(number, _)| *number == numbers.value(row))))
    })
    .leader_only(),
    Entry::fixed("pg_function_is_visible", &[Integer], Answer::Type(DataType::Boolean), |call, context| {
        let (path, database) = (visible(context), database(context));
        let numbers = call.primitive::<Int32Type>(0)?;
        truth(call, |row| {
            let number = numbers.value(row) as u32;
            let mut routines = database.iter().flat_map(|database| database.routines.values());
            Ok(routines.any(|routine| routine.id.0 == number && path.contains(&routine.schema)))
        })
    })
    .leader_only()
    .impure(),
    Entry::fixed("pg_get_expr", &[Text, Integer, Boolean], Answer::Text, |call, _| {
        let stored = call.text(0)?;
        build_text(call, |row, out| Ok(stored.get(row).map(|stored| out.push_str(stored))))
    })
    .optional(1)
    .leader_only(),
    Entry::fixed("pg_get_constraintdef", &[Integer, Boolean], Answer::Text, |call, context| {
        let (path, database) = (visible(context), database(context));
        by_numbers(call, |number, _| system::constraint_text(database.as_deref()?, &path, number as u32))
    })
    .optional(1)
    .leader_only()
    .impure(),
];
