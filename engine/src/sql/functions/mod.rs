//! Scalar functions by name: what they take, what they give, how they are computed.
//!
//! [`resolve`] is all that binding asks. A family of functions is a file that lists its [`signature::Entry`]
//! values; those that inner loops run through lie in the kernel. They read columns through [`column`] only,
//! because strings lie in two layouts.

mod array_set;
mod backend;
mod catalog;
mod catalog_text;
pub mod conditional;
mod conversion;
mod date;
mod date_reading;
mod date_template;
mod deprecated;
mod fingerprint;
pub mod gaps;
mod hash;
mod hll;
mod json;
mod like_escape;
mod math;
mod number_template;
mod object_transform;
mod pattern;
mod pcre;
mod pcre_syntax;
mod policy;
pub mod prediction;
mod privilege;
mod quote;
mod refine;
mod session;
mod slice;
mod super_array;
mod super_number;
pub(in crate::sql) mod super_path;
mod temporal;
mod teradata;
#[cfg(test)]
mod tests;
mod text_compare;
pub(crate) mod varbyte;

pub use sandshift_kernel::sql::functions::column;
use sandshift_kernel::sql::functions::{self, arithmetic, date_part, decimal, last_name, signature, string};
pub use sandshift_kernel::sql::functions::{Call, Resolved, ScalarFunction, Site};

use crate::warehouse::data_type::DataType;

pub use gaps::known_gap;
pub(in crate::sql) use like_escape::escape_of;
pub use quote::RECORD;
pub use refine::refine;
pub use session::LOCAL;
pub use slice::SLICE;

/// What else may stand beside a plus or minus, after the kernel's numbers.
static MOMENTS: &[&[signature::Entry]] = &[temporal::FUNCTIONS];

static FAMILIES: &[&[signature::Entry]] = &[
    math::FUNCTIONS,
    conditional::FUNCTIONS,
    date::FUNCTIONS,
    pattern::FUNCTIONS,
    conversion::FUNCTIONS,
    json::FUNCTIONS,
    super_array::FUNCTIONS,
    super_path::FUNCTIONS,
    object_transform::FUNCTIONS,
    super_number::FUNCTIONS,
    varbyte::FUNCTIONS,
    array_set::FUNCTIONS,
    hash::FUNCTIONS,
    fingerprint::FUNCTIONS,
    text_compare::FUNCTIONS,
    teradata::FUNCTIONS,
    deprecated::FUNCTIONS,
    hll::FUNCTIONS,
    session::FUNCTIONS,
    catalog::FUNCTIONS,
    catalog_text::FUNCTIONS,
    privilege::FUNCTIONS,
    policy::FUNCTIONS,
    prediction::FUNCTIONS,
    quote::FUNCTIONS,
    backend::FUNCTIONS,
    slice::FUNCTIONS,
];

/// Every entry. Of those that take the same types the first is taken.
fn entries() -> impl Iterator<Item = &'static signature::Entry> {
    let kernel = (functions::OPERATORS, functions::FAMILIES);
    kernel.0.iter().chain(MOMENTS).chain(kernel.1).chain(FAMILIES).flat_map(|family| family.iter())
}
/// Finds the function for `name` (lower case) and argument types. Operators are functions too, named by
/// their sign: `+ - * / % ^ || |/ ~ !~` and unary `-` (one argument).
///
/// `None` when no function of the name takes these types; the caller words the error
/// (`function f(integer) does not exist`, `operator does not exist: ...`).
///
/// A SUPER stands for whatever it holds: where no function takes one as it is, it is taken for text, then for a
/// number, and is NULL where it turns out to be something else (Developer Guide, "Dynamic typing").
pub fn resolve(name: &str, arguments: &[DataType]) -> Option<Resolved> {
    let arguments = &arguments.iter().map(|known| known.plain()).collect::<Vec<_>>()[..];
    if !arguments.contains(&DataType::Super) {
        return accepting(name, arguments);
    }
    // The functions over JSON text want text: that a document is none is what their refusal teaches.
    if JSON_TEXT.contains(&name) || (name == "||" && arguments.iter().all(|known| *known == DataType::Super))
    {
        return None;
    }
    accepting(name, arguments).or_else(|| {
        [DataType::Varchar(DataType::VARCHAR_MAX), DataType::Double].into_iter().find_map(|dynamic| {
            let held: Vec<DataType> = arguments
                .iter()
                .map(|known| if *known == DataType::Super { dynamic } else { *known })
                .collect();
            accepting(name, &held)
        })
    })
}

const JSON_TEXT: [&str; 6] = [
    "json_parse",
    "json_extract_path_text",
    "json_extract_array_element_text",
    "json_array_length",
    "is_valid_json",
    "is_valid_json_array",
];

fn accepting(name: &str, arguments: &[DataType]) -> Option<Resolved> {
    entries().filter(|entry| entry.function.name == name).find_map(|entry| {
        let (arguments, result) = entry.signature.accept(arguments)?;
        Some(Resolved { function: &entry.function, arguments, result })
    })
}

/// Every known name, for completion; operators are left out.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&'static str> = entries()
        .map(|entry| entry.function.name)
        .filter(|name| name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric()))
        .collect();
    crate::sorted::sort(&mut names);
    names.dedup();
    names
}
