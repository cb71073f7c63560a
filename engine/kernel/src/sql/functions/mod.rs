//! Scalar functions: what one is, and the families that inner loops run through.
//!
//! A family is a file that lists its [`signature::Entry`] values. They read columns through [`column`] only,
//! because strings lie in two layouts. Families that run seldom lie in the engine.

pub mod arithmetic;
pub mod column;
pub mod date_part;
pub mod decimal;
pub mod last_name;
pub mod random;
pub mod signature;
pub mod string;
pub mod string_search;

use arrow::array::ArrayRef;

use super::error::SqlResult;
use super::execute::EvaluationContext;
use crate::warehouse::data_type::DataType;

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

/// The number operators, which come before every other family.
pub static OPERATORS: &[&[signature::Entry]] = &[arithmetic::FUNCTIONS];

/// The other families of this crate. The engine reads these lists where they are: were they written into a list of its
/// own, what they hold would be compiled there once more, for size.
pub static FAMILIES: &[&[signature::Entry]] =
    &[string::FUNCTIONS, string_search::FUNCTIONS, date_part::FUNCTIONS];
