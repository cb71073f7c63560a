//! Casts between all types: what they keep, what they round or cut, and what they say when it does not fit.
//!
//! Which direction lies where: `number` (between numbers and booleans), `to_text`, `from_text`, `from_super`, `moment`
//! (dates and times); `fault` has the texts. The rules are the fact sheet's sections 6.4, 6.7 and 6.8.

mod fault;
mod from_super;
mod from_text;
mod moment;
mod number;
mod to_text;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BinaryArray, PrimitiveArray};
use arrow::datatypes::{ArrowPrimitiveType, DataType as ArrowType, Int32Type};

use super::array::{array_of, value_at};
use super::gather::dictionary_of;
use crate::sql::error::SqlResult;
use crate::sql::expression::CastMode;
use crate::warehouse::calendar::interval::Style;
use crate::warehouse::calendar::parse::Order;
use crate::warehouse::calendar::zone::Zone;
use crate::warehouse::calendar::{DAY, SECOND};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

pub use from_text::parse_decimal;
pub use number::round_double;

/// How a cast treats what does not fit.
#[derive(Clone, Copy, Debug)]
pub struct CastRules {
    pub mode: CastMode,
    /// `enable_numeric_rounding` is on.
    pub rounding: bool,
    /// `cast_super_null_on_error` is on: a SUPER that does not fit is NULL.
    pub super_null: bool,
    /// `now`: when the transaction began, in UTC.
    pub now: i64,
    /// `datestyle`: which of `01/02/03` is the day.
    pub order: Order,
    /// The session's time zone: a TIMESTAMPTZ is read and printed on its clock.
    pub zone: Zone,
    /// `intervalstyle`.
    pub intervals: Style,
}

impl CastRules {
    /// As the binder casts for a session that has set nothing.
    pub const fn plain() -> Self {
        CastRules {
            mode: CastMode::Implicit,
            rounding: false,
            super_null: true,
            now: 0,
            order: Order::MonthFirst,
            zone: crate::warehouse::calendar::zone::UTC,
            intervals: Style::Postgres,
        }
    }

    /// Whether digits that do not fit are rounded; otherwise they are cut.
    fn rounds(self) -> bool {
        self.rounding || self.mode != CastMode::Explicit
    }

    /// The words that stand for a moment, as the session's clock shows it.
    fn named_moment(self, text: &str) -> Option<i64> {
        let days = match text.trim().to_ascii_lowercase().as_str() {
            "now" => return Some(self.local(self.now)),
            "today" => 0,
            "tomorrow" => 1,
            "yesterday" => -1,
            _ => return None,
        };
        Some((self.local(self.now).div_euclid(DAY) + days) * DAY)
    }

    /// What the session's clock shows at a moment in UTC.
    fn local(self, utc: i64) -> i64 {
        utc.saturating_add(i64::from(self.zone.offset_at(utc)) * SECOND)
    }

    /// The moment in UTC at which the session's clock shows `local`.
    fn utc(self, local: i64) -> i64 {
        local.saturating_sub(i64::from(self.zone.offset_at_local(local)) * SECOND)
    }
}

/// `array`, of type `from`, as `to`.
pub fn cast(array: &ArrayRef, from: DataType, to: DataType, rules: CastRules) -> SqlResult<ArrayRef> {
    let (from, to) = (from.text(), to.text());
    if from == to && !matches!(to, DataType::Char(_)) {
        return Ok(array.clone());
    }
    if rules.mode == CastMode::Try {
        return Ok(attempt(array, from, to, rules));
    }
    if let ArrowType::Dictionary(_, _) = array.data_type() {
        return cast_dictionary(array, from, to, rules);
    }
    match (from, to) {
        (DataType::Super, to) if to != DataType::Unknown => from_super::cast(array, to, rules),
        (_, DataType::Unknown) => Ok(array.clone()),
        (_, DataType::Char(_) | DataType::Varchar(_) | DataType::Super) => {
            to_text::cast(array, from, to, rules)
        }
        (DataType::Varbyte(_), DataType::Varbyte(most)) => {
            let most = most as usize;
            let bytes = array.as_binary::<i32>();
            let long = |bytes: &[u8]| bytes.len() > most;
            if rules.mode == CastMode::Assignment && bytes.iter().flatten().any(long) {
                return Err(fault::too_long(to));
            }
            Ok(Arc::new(bytes.iter().map(|v| v.map(|v| &v[..v.len().min(most)])).collect::<BinaryArray>()))
        }
        _ if from.is_string() => from_text::cast(array, from, to, rules),
        _ if is_moment(from) || is_moment(to) => moment::cast(array, from, to, rules),
        _ => number::cast(array, from, to, rules),
    }
}

/// TRY_CAST: all at once where all fits, else value by value with NULL for what fails.
fn attempt(array: &ArrayRef, from: DataType, to: DataType, rules: CastRules) -> ArrayRef {
    let rules = CastRules { mode: CastMode::Explicit, ..rules };
    cast(array, from, to, rules).unwrap_or_else(|_| {
        let one = |row| match cast(&array.slice(row, 1), from, to, rules) {
            Ok(one) => value_at(&one, to, 0),
            Err(_) => Value::Null,
        };
        array_of(&(0..array.len()).map(one).collect::<Vec<_>>(), to)
    })
}

/// Each distinct value that is used is cast once.
fn cast_dictionary(array: &ArrayRef, from: DataType, to: DataType, rules: CastRules) -> SqlResult<ArrayRef> {
    let dictionary = array.as_dictionary::<Int32Type>();
    let used = super::dictionary::used_codes(dictionary.keys(), dictionary.values().len());
    let codes: Vec<u32> = used.codes;
    let values = cast(&super::gather::gather(dictionary.values(), &codes), from, to, rules)?;
    let keys = used.renumbered;
    if matches!(values.data_type(), ArrowType::Utf8) && values.null_count() == 0 {
        return Ok(dictionary_of(keys, &values));
    }
    let indices: Vec<u32> = (0..keys.len())
        .map(|row| if keys.is_valid(row) { keys.value(row) as u32 } else { u32::MAX })
        .collect();
    Ok(super::gather::gather_or_null(&values, &indices))
}

fn is_moment(data_type: DataType) -> bool {
    matches!(
        data_type,
        DataType::Date
            | DataType::Time
            | DataType::TimeTz
            | DataType::Timestamp
            | DataType::TimestampTz
            | DataType::Interval
            | DataType::IntervalTo(_)
    )
}

/// A column of `T` from a fallible rule for each row; rows that are NULL in `like` stay NULL.
fn try_each<T: ArrowPrimitiveType>(
    like: &ArrayRef,
    to: DataType,
    mut rule: impl FnMut(usize) -> SqlResult<T::Native>,
) -> SqlResult<ArrayRef> {
    let nulls = like.nulls().cloned();
    let mut values: Vec<T::Native> = Vec::with_capacity(like.len());
    for row in 0..like.len() {
        let value =
            if nulls.as_ref().is_some_and(|n| n.is_null(row)) { T::Native::default() } else { rule(row)? };
        values.push(value);
    }
    Ok(Arc::new(PrimitiveArray::<T>::new(values.into(), nulls).with_data_type(to.arrow())))
}

#[cfg(test)]
mod tests;
