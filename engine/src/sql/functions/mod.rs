//! Scalar functions by name: what they take, what they give, how they are computed.
//!
//! [`resolve`] is all that binding asks. A family of functions is a file that lists its [`signature::Entry`]
//! values: [`arithmetic`], [`temporal`] (operators), [`math`], [`string`], [`pattern`], [`date`],
//! [`conversion`], [`conditional`], [`json`], [`super_array`], [`varbyte`], [`hash`], [`session`] and [`privilege`]. They read columns
//! through [`column`] only, because strings lie in two layouts.

mod arithmetic;
mod column;
mod conditional;
mod conversion;
mod date;
mod date_part;
mod date_template;
mod decimal;
mod gaps;
mod hash;
mod json;
mod math;
mod number_template;
mod pattern;
mod privilege;
mod random;
mod refine;
mod session;
mod signature;
mod string;
mod string_search;
mod super_array;
mod temporal;
#[cfg(test)]
mod tests;
mod varbyte;

use arrow::array::ArrayRef;

use super::error::SqlResult;
use super::execute::EvaluationContext;
use crate::warehouse::data_type::DataType;

pub use gaps::known_gap;
pub use refine::refine;

/// A function over whole columns.
#[derive(Debug)]
pub struct ScalarFunction {
    /// Lower case, as called and as the result column is headed.
    pub name: &'static str,
    /// Where it may run (fact sheet, section 6.11).
    pub site: Site,
    /// Same arguments, same answer: may be folded to a constant.
    pub pure: bool,
    /// Arguments have the types [`resolve`] asked for and equal lengths; the answer has `rows` values.
    pub evaluate: fn(&Call<'_>, &mut EvaluationContext<'_>) -> SqlResult<ArrayRef>,
}

/// What a function is called with.
pub struct Call<'a> {
    pub arguments: &'a [ArrayRef],
    pub argument_types: &'a [DataType],
    pub result: DataType,
    pub rows: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    Anywhere,
    LeaderOnly,
    ComputeOnly,
}

/// Functions are values of the registry: the same one is the same place.
impl PartialEq for ScalarFunction {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// A call that fits: the function, the types to cast the arguments to, the type of the answer.
#[derive(Clone, Debug)]
pub struct Resolved {
    pub function: &'static ScalarFunction,
    pub arguments: Vec<DataType>,
    pub result: DataType,
}

static FAMILIES: &[&[signature::Entry]] = &[
    arithmetic::FUNCTIONS,
    temporal::FUNCTIONS,
    string::FUNCTIONS,
    string_search::FUNCTIONS,
    pattern::FUNCTIONS,
    math::FUNCTIONS,
    conditional::FUNCTIONS,
    date::FUNCTIONS,
    date_part::FUNCTIONS,
    conversion::FUNCTIONS,
    json::FUNCTIONS,
    super_array::FUNCTIONS,
    varbyte::FUNCTIONS,
    hash::FUNCTIONS,
    session::FUNCTIONS,
    privilege::FUNCTIONS,
];

/// Finds the function for `name` (lower case) and argument types. Operators are functions too, named by
/// their sign: `+ - * / % ^ || |/ ~ !~` and unary `-` (one argument).
///
/// `None` when no function of the name takes these types; the caller words the error
/// (`function f(integer) does not exist`, `operator does not exist: ...`).
pub fn resolve(name: &str, arguments: &[DataType]) -> Option<Resolved> {
    FAMILIES.iter().flat_map(|family| family.iter()).filter(|entry| entry.function.name == name).find_map(
        |entry| {
            let (arguments, result) = entry.signature.accept(arguments)?;
            Some(Resolved { function: &entry.function, arguments, result })
        },
    )
}

/// Every known name, for completion; operators are left out.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&'static str> = FAMILIES
        .iter()
        .flat_map(|family| family.iter())
        .map(|entry| entry.function.name)
        .filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}
