//! Answer types that depend on an argument's value.
//!
//! Types are found from types, but the scale of `ROUND(x, 2)` is the 2 and that of TO_NUMBER stands in its
//! template: where these are constants, as they nearly always are, the answer has just those digits.

use super::{Resolved, number_template};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// The same call with the answer's type made exact. `constants` holds the value of each argument that is a
/// literal.
pub fn refine(mut resolved: Resolved, constants: &[Option<&Value>]) -> Resolved {
    match (resolved.function.name, resolved.result) {
        ("round" | "trunc", DataType::Decimal { precision, scale }) if resolved.arguments.len() == 2 => {
            let places = match constants.get(1).copied().flatten() {
                Some(Value::SmallInt(places)) => i64::from(*places),
                Some(Value::Integer(places)) => i64::from(*places),
                Some(Value::BigInt(places)) => *places,
                _ => return resolved,
            };
            let kept = places.clamp(0, i64::from(scale)) as u8;
            // One digit more in front, for 9.96 that becomes 10.0.
            let precision = (precision - (scale - kept) + u8::from(kept < scale)).clamp(1, 38);
            resolved.result = DataType::Decimal { precision, scale: kept };
        }
        // The guide says INTEGER of every part; that seconds since 1970 do not end in 2038 is unconfirmed.
        ("extract", DataType::Integer) => {
            if let Some(Value::String(part)) = constants.first().copied().flatten()
                && part.eq_ignore_ascii_case("epoch")
            {
                resolved.result = DataType::BigInt;
            }
        }
        ("text_to_numeric_alt", _) if resolved.arguments.len() == 3 => {
            let whole = |index: usize| match constants.get(index).copied().flatten() {
                Some(Value::SmallInt(value)) => u8::try_from(*value).ok(),
                Some(Value::Integer(value)) => u8::try_from(*value).ok(),
                _ => None,
            };
            if let (Some(precision @ 1..=38), Some(scale)) = (whole(1), whole(2)) {
                resolved.result = DataType::Decimal { precision, scale: scale.min(precision) };
            }
        }
        ("to_number", _) => {
            if let Some(Value::String(format)) = constants.get(1).copied().flatten() {
                let template = number_template::Template::new(format);
                let scale = template.decimals().min(37) as u8;
                let precision = (template.places() as u8).saturating_add(scale).clamp(1, 38).max(scale);
                resolved.result = DataType::Decimal { precision, scale };
            }
        }
        _ => {}
    }
    resolved
}
