//! One cell: the scalar form of every data type.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A single value. Units are those of the column layouts: days, microseconds, unscaled decimals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Value {
    Null,
    Boolean(bool),
    SmallInt(i16),
    Integer(i32),
    BigInt(i64),
    /// `unscaled / 10^scale`.
    Decimal {
        unscaled: i128,
        scale: u8,
    },
    Real(f32),
    Double(f64),
    /// CHAR, VARCHAR, SUPER (JSON text) and untyped literals.
    String(Arc<str>),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since midnight.
    Time(i64),
    /// Microseconds since 1970-01-01T00:00:00; UTC for TIMESTAMPTZ.
    Timestamp(i64),
    Interval {
        months: i32,
        micros: i64,
    },
    Varbyte(Arc<[u8]>),
}

impl Value {
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Value::String(text.into())
    }
}
