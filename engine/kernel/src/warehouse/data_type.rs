//! The types a column can have, and how each lies in memory.
//!
//! Sizes of CHAR and VARCHAR are bytes, not characters (Developer Guide, "Character types"). Each type has
//! exactly one physical Arrow layout, except strings, which may also be dictionary-encoded.

use std::fmt;

use arrow::datatypes::{DataType as ArrowType, TimeUnit};
use serde::{Deserialize, Serialize};

/// A Redshift data type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DataType {
    SmallInt,
    Integer,
    BigInt,
    /// 1 to 38 digits in all, `scale` of them after the point.
    Decimal {
        precision: u8,
        scale: u8,
    },
    Real,
    Double,
    Boolean,
    /// Blank-padded; length in bytes.
    Char(u32),
    /// Length in bytes; `65535` is `VARCHAR(MAX)`.
    Varchar(u32),
    Date,
    Time,
    TimeTz,
    Timestamp,
    TimestampTz,
    /// A literal without fields, and what is computed; months and microseconds.
    Interval,
    /// A column's, or a literal's with its fields: what is finer than the last of them is cut off.
    IntervalTo(Finest),
    /// Semi-structured; held as JSON text.
    Super,
    /// Length in bytes.
    Varbyte(u32),
    /// A string literal or NULL whose type its surroundings decide.
    Unknown,
    /// What HyperLogLog remembers of a set of values; held as JSON text.
    HllSketch,
    /// CHAR (padded) or VARCHAR with COLLATE CASE_INSENSITIVE; length in bytes.
    Caseless {
        bytes: u32,
        padded: bool,
    },
}

/// The last field of an INTERVAL. Those up to MONTH are YEAR TO MONTH, the others DAY TO SECOND.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Finest {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    /// With digits of its fraction, six at most.
    Second(u8),
}

impl Finest {
    pub fn is_months(self) -> bool {
        matches!(self, Finest::Year | Finest::Month)
    }
}

impl DataType {
    pub const VARCHAR_MAX: u32 = 65_535;
    /// `TEXT`, and `VARCHAR` without a length in DDL.
    pub const TEXT: DataType = DataType::Varchar(256);

    /// The one physical layout of this type. Strings may instead be `Dictionary(Int32, Utf8)`.
    pub fn arrow(self) -> ArrowType {
        match self {
            DataType::SmallInt => ArrowType::Int16,
            DataType::Integer => ArrowType::Int32,
            DataType::BigInt => ArrowType::Int64,
            DataType::Decimal { precision, scale } => ArrowType::Decimal128(precision, scale as i8),
            DataType::Real => ArrowType::Float32,
            DataType::Double => ArrowType::Float64,
            DataType::Boolean => ArrowType::Boolean,
            DataType::Char(_)
            | DataType::Varchar(_)
            | DataType::Caseless { .. }
            | DataType::Super
            | DataType::HllSketch
            | DataType::Unknown => ArrowType::Utf8,
            DataType::Date => ArrowType::Date32,
            DataType::Time | DataType::TimeTz => ArrowType::Time64(TimeUnit::Microsecond),
            DataType::Timestamp | DataType::TimestampTz => ArrowType::Timestamp(TimeUnit::Microsecond, None),
            DataType::Interval | DataType::IntervalTo(_) => {
                ArrowType::Interval(arrow::datatypes::IntervalUnit::MonthDayNano)
            }
            DataType::Varbyte(_) => ArrowType::Binary,
        }
    }

    pub fn is_string(self) -> bool {
        matches!(self.plain(), DataType::Char(_) | DataType::Varchar(_) | DataType::Unknown)
    }

    /// The type that functions know it as: an INTERVAL without its fields, a text without its collation.
    pub fn plain(self) -> DataType {
        match self {
            DataType::IntervalTo(_) => DataType::Interval,
            other => other.text(),
        }
    }

    /// A text without its collation; all else as it is.
    pub fn text(self) -> DataType {
        match self {
            DataType::Caseless { bytes, padded: true } => DataType::Char(bytes),
            DataType::Caseless { bytes, padded: false } => DataType::Varchar(bytes),
            other => other,
        }
    }

    /// A text that is compared without regard to case; `None` for all else.
    pub fn caseless(self) -> Option<DataType> {
        match self {
            DataType::Char(bytes) => Some(DataType::Caseless { bytes, padded: true }),
            DataType::Varchar(bytes) => Some(DataType::Caseless { bytes, padded: false }),
            DataType::Caseless { .. } => Some(self),
            _ => None,
        }
    }

    pub fn is_caseless(self) -> bool {
        matches!(self, DataType::Caseless { .. })
    }

    pub fn is_integer(self) -> bool {
        matches!(self, DataType::SmallInt | DataType::Integer | DataType::BigInt)
    }

    pub fn is_numeric(self) -> bool {
        self.is_integer() || matches!(self, DataType::Decimal { .. } | DataType::Real | DataType::Double)
    }
}

/// The long name, as `pg_table_def.type` prints it.
impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DataType::SmallInt => f.write_str("smallint"),
            DataType::Integer => f.write_str("integer"),
            DataType::BigInt => f.write_str("bigint"),
            DataType::Decimal { precision, scale } => write!(f, "numeric({precision},{scale})"),
            DataType::Real => f.write_str("real"),
            DataType::Double => f.write_str("double precision"),
            DataType::Boolean => f.write_str("boolean"),
            DataType::Char(n) => write!(f, "character({n})"),
            DataType::Varchar(n) => write!(f, "character varying({n})"),
            DataType::Date => f.write_str("date"),
            DataType::Time => f.write_str("time without time zone"),
            DataType::TimeTz => f.write_str("time with time zone"),
            DataType::Timestamp => f.write_str("timestamp without time zone"),
            DataType::TimestampTz => f.write_str("timestamp with time zone"),
            DataType::Interval => f.write_str("interval"),
            // How `pg_table_def` prints them is unconfirmed.
            DataType::IntervalTo(finest) if finest.is_months() => f.write_str("interval year to month"),
            DataType::IntervalTo(_) => f.write_str("interval day to second"),
            DataType::Super => f.write_str("super"),
            DataType::HllSketch => f.write_str("hllsketch"),
            DataType::Varbyte(n) => write!(f, "binary varying({n})"),
            DataType::Caseless { .. } => self.text().fmt(f),
            DataType::Unknown => f.write_str("\"unknown\""),
        }
    }
}
