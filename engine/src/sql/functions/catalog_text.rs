//! What the catalog keeps as one text, as scripts of administrators ask to have it written: arrays, expressions and
//! constraints. Leader node only.

use super::catalog::{by_numbers, database, visible};
use super::column::build_text;
use super::signature::Parameter::{Boolean, Integer, Text};
use super::signature::{Answer, Entry};
use crate::sql::system;

pub(super) static FUNCTIONS: &[Entry] = &[
    // ACLs and lists of numbers are arrays in the product, and here what such an array is printed as.
    Entry::fixed("array_to_string", &[Text, Text], Answer::Text, |call, _| {
        let (arrays, signs) = (call.text(0)?, call.text(1)?);
        build_text(call, |row, out| {
            let (Some(array), Some(sign)) = (arrays.get(row), signs.get(row)) else { return Ok(None) };
            let inner = array.strip_prefix('{').and_then(|array| array.strip_suffix('}')).unwrap_or(array);
            let (mut quoted, mut letters) = (false, inner.chars());
            while let Some(letter) = letters.next() {
                match letter {
                    '"' => quoted = !quoted,
                    '\\' => out.extend(letters.next()),
                    ',' if !quoted => out.push_str(sign),
                    _ => out.push(letter),
                }
            }
            Ok(Some(()))
        })
    })
    .leader_only(),
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
