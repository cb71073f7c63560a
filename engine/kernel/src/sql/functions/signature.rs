//! What a function takes and gives, as data.

use arrow::array::ArrayRef;

use super::{Call, ScalarFunction, Site};
use crate::sql::error::SqlResult;
use crate::sql::execute::EvaluationContext;
use crate::warehouse::data_type::DataType;

/// A function and the calls it accepts. One name may have several entries; the first that accepts is taken.
pub struct Entry {
    pub function: ScalarFunction,
    pub signature: Signature,
}

/// Which calls fit.
pub enum Signature {
    /// These parameters, of which the last `optional` may be left out.
    Fixed { parameters: &'static [Parameter], optional: usize, result: Answer },
    /// Types that depend on each other.
    Custom(Accept),
}

/// What a parameter takes without an explicit cast (fact sheet, section 6.8, implicit conversions).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// Strings, and what turns into one by itself.
    Text,
    /// INTEGER or narrower: BIGINT does not fit by itself.
    Integer,
    BigInt,
    Double,
    Boolean,
    Date,
    Timestamp,
    TimestampTz,
    Time,
    Interval,
    /// SUPER, or a scalar that becomes one: a string is a JSON string, not a document.
    Super,
}

/// The type of the answer.
#[derive(Clone, Copy)]
pub enum Answer {
    Type(DataType),
    /// A string as long as the first argument.
    LikeFirst,
    /// VARCHAR without a known bound.
    Text,
}

/// What the arguments are to be cast to and what comes out, or `None` where the types do not fit.
pub type Accept = fn(&[DataType]) -> Option<(Vec<DataType>, DataType)>;

type Evaluate = fn(&Call<'_>, &mut EvaluationContext<'_>) -> SqlResult<ArrayRef>;

impl Entry {
    pub const fn fixed(
        name: &'static str,
        parameters: &'static [Parameter],
        result: Answer,
        evaluate: Evaluate,
    ) -> Entry {
        Entry::new(name, Signature::Fixed { parameters, optional: 0, result }, evaluate)
    }

    pub const fn custom(name: &'static str, accept: Accept, evaluate: Evaluate) -> Entry {
        Entry::new(name, Signature::Custom(accept), evaluate)
    }

    const fn new(name: &'static str, signature: Signature, evaluate: Evaluate) -> Entry {
        Entry { function: ScalarFunction { name, site: Site::Anywhere, pure: true, evaluate }, signature }
    }

    /// The last `optional` parameters may be left out.
    pub const fn optional(self, optional: usize) -> Entry {
        let signature = match self.signature {
            Signature::Fixed { parameters, result, .. } => Signature::Fixed { parameters, optional, result },
            Signature::Custom(accept) => Signature::Custom(accept),
        };
        Entry { function: self.function, signature }
    }

    pub const fn leader_only(self) -> Entry {
        Entry {
            function: ScalarFunction { site: Site::LeaderOnly, ..self.function },
            signature: self.signature,
        }
    }

    /// Its answer depends on more than its arguments.
    pub const fn impure(self) -> Entry {
        Entry { function: ScalarFunction { pure: false, ..self.function }, signature: self.signature }
    }
}

impl Signature {
    /// The argument types to cast to and the answer's type, if the call fits.
    pub fn accept(&self, arguments: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
        match self {
            Signature::Custom(accept) => accept(arguments),
            Signature::Fixed { parameters, optional, result } => {
                if arguments.len() > parameters.len() || arguments.len() + optional < parameters.len() {
                    return None;
                }
                let types: Option<Vec<DataType>> = arguments
                    .iter()
                    .zip(*parameters)
                    .map(|(argument, parameter)| parameter.accept(*argument))
                    .collect();
                let types = types?;
                let result = match result {
                    Answer::Type(data_type) => *data_type,
                    Answer::Text => DataType::Varchar(DataType::VARCHAR_MAX),
                    Answer::LikeFirst => {
                        DataType::Varchar(types.first().map_or(DataType::VARCHAR_MAX, |first| length(*first)))
                    }
                };
                Some((types, result))
            }
        }
    }
}

impl Parameter {
    /// The type that `from` is cast to for this parameter.
    pub fn accept(self, from: DataType) -> Option<DataType> {
        use DataType as T;
        let unknown = from == T::Unknown;
        match self {
            Parameter::Text => match from {
                T::Char(_) | T::Varchar(_) => Some(from),
                T::Varbyte(_) | T::Boolean => None,
                _ => Some(T::Varchar(T::VARCHAR_MAX)),
            },
            Parameter::Integer => {
                (unknown || matches!(from, T::SmallInt | T::Integer | T::Super)).then_some(T::Integer)
            }
            Parameter::BigInt => (unknown || from.is_integer()).then_some(T::BigInt),
            Parameter::Double => (unknown || from.is_numeric()).then_some(T::Double),
            Parameter::Boolean => (unknown || from == T::Boolean).then_some(T::Boolean),
            Parameter::Date => {
                (unknown || matches!(from, T::Date | T::Timestamp | T::TimestampTz)).then_some(T::Date)
            }
            Parameter::Timestamp => {
                (unknown || matches!(from, T::Date | T::Timestamp | T::TimestampTz)).then_some(T::Timestamp)
            }
            Parameter::TimestampTz => {
                (unknown || matches!(from, T::Date | T::Timestamp | T::TimestampTz)).then_some(T::TimestampTz)
            }
            Parameter::Time => (unknown || matches!(from, T::Time | T::TimeTz)).then_some(T::Time),
            Parameter::Interval => (unknown || from == T::Interval).then_some(T::Interval),
            // The date and time types have no way into a SUPER.
            Parameter::Super => {
                let fits = from.is_string() || from.is_numeric() || matches!(from, T::Super | T::Boolean);
                fits.then_some(T::Super)
            }
        }
    }
}

/// The longest text of a type, in bytes.
pub fn length(data_type: DataType) -> u32 {
    match data_type {
        DataType::Char(bytes) | DataType::Varchar(bytes) => bytes,
        _ => DataType::VARCHAR_MAX,
    }
}

/// The one type that all arguments of COALESCE, GREATEST and their like are cast to.
pub fn common_type(types: &[DataType]) -> Option<DataType> {
    let mut known = types.iter().copied().filter(|data_type| *data_type != DataType::Unknown);
    let Some(first) = known.next() else { return Some(DataType::Varchar(DataType::VARCHAR_MAX)) };
    let found = known.try_fold(first, meet)?;
    // An untyped literal may be longer than the column beside it.
    let literal = types.contains(&DataType::Unknown);
    Some(match found {
        DataType::Char(_) | DataType::Varchar(_) if literal => DataType::Varchar(DataType::VARCHAR_MAX),
        found => found,
    })
}

fn meet(one: DataType, other: DataType) -> Option<DataType> {
    use DataType as T;
    if one == other {
        return Some(one);
    }
    match (one, other) {
        (T::Char(a) | T::Varchar(a), T::Char(b) | T::Varchar(b)) => Some(T::Varchar(a.max(b))),
        (T::Real | T::Double, other) if other.is_numeric() => Some(T::Double),
        (one, T::Real | T::Double) if one.is_numeric() => Some(T::Double),
        (one, other) if one.is_integer() && other.is_integer() => {
            Some(if one == T::BigInt || other == T::BigInt { T::BigInt } else { T::Integer })
        }
        (one, other) => {
            if let (Some((p1, s1)), Some((p2, s2))) = (digits(one), digits(other)) {
                let scale = s1.max(s2);
                // The documented cap is 19 digits; a type that already has more keeps them.
                let cap = if p1.max(p2) > 19 { 38 } else { 19 };
                let precision = ((p1 - s1).max(p2 - s2) + scale).min(cap).max(scale);
                return Some(T::Decimal { precision, scale });
            }
            match (one, other) {
                (T::Date, T::Timestamp) | (T::Timestamp, T::Date) => Some(T::Timestamp),
                (T::Date | T::Timestamp, T::TimestampTz) | (T::TimestampTz, T::Date | T::Timestamp) => {
                    Some(T::TimestampTz)
                }
                (T::Time, T::TimeTz) | (T::TimeTz, T::Time) => Some(T::TimeTz),
                (T::Varbyte(a), T::Varbyte(b)) => Some(T::Varbyte(a.max(b))),
                _ => None,
            }
        }
    }
}

/// Digits and scale of an exact number type; integers count as DECIMAL(5|10|19,0).
pub fn digits(data_type: DataType) -> Option<(u8, u8)> {
    match data_type {
        DataType::SmallInt => Some((5, 0)),
        DataType::Integer => Some((10, 0)),
        DataType::BigInt => Some((19, 0)),
        DataType::Decimal { precision, scale } => Some((precision, scale)),
        _ => None,
    }
}
