//! Numbers inside a SUPER: whole numbers and decimals to the digit, doubles marked by an exponent.

use super::execute::display::{decimal, display_value};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// A number of a document.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// `unscaled / 10^scale`, of up to 38 digits.
    Exact {
        unscaled: i128,
        scale: u8,
    },
    Double(f64),
}

/// Whether the text is a number as JSON writes it.
pub fn is_json(text: &str) -> bool {
    let body = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match body.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (body, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent)))
}

/// A number by its text. More digits than a DECIMAL has, or an exponent, make it a double.
pub fn parse(text: &str) -> Option<Number> {
    exact(text).or_else(|| text.parse().ok().filter(|double: &f64| double.is_finite()).map(Number::Double))
}

/// The number that a document is, if it is one.
pub fn of(document: &str) -> Option<Number> {
    let first = document.bytes().next()?;
    (first == b'-' || first.is_ascii_digit()).then(|| parse(document))?
}

fn exact(text: &str) -> Option<Number> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction}");
    let unscaled: i128 = digits.parse().ok()?;
    let scale = u8::try_from(fraction.len()).ok().filter(|scale| *scale <= 37)?;
    (unscaled.unsigned_abs() < 10_u128.pow(38)).then_some(Number::Exact { unscaled, scale })
}

impl Number {
    pub fn as_double(self) -> f64 {
        match self {
            Number::Exact { unscaled, scale } => format!("{unscaled}e-{scale}").parse().unwrap_or(f64::NAN),
            Number::Double(double) => double,
        }
    }

    /// As the document keeps it.
    pub fn write(self, out: &mut String) {
        match self {
            Number::Exact { unscaled, scale } => {
                out.push_str(&decimal(unscaled, scale));
            }
            // Rust writes the fewest digits that read back the same, always with an exponent.
            Number::Double(double) => out.push_str(&format!("{double:e}")),
        }
    }

    /// Digits of which the first counts, and the power of ten it counts for.
    fn scientific(self) -> (bool, String, i32) {
        match self {
            Number::Exact { unscaled, scale } => {
                let digits = unscaled.unsigned_abs().to_string();
                let power = digits.len() as i32 - 1 - i32::from(scale);
                (unscaled < 0, digits, power)
            }
            Number::Double(double) => {
                let text = format!("{:e}", double.abs());
                let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
                (double < 0.0, mantissa.replace('.', ""), exponent.parse().unwrap_or(0))
            }
        }
    }

    /// Bytes that are ordered as the numbers are.
    pub fn write_key(self, out: &mut String) {
        let (negative, digits, power) = self.scientific();
        let digits = digits.trim_end_matches('0');
        if digits.is_empty() {
            out.push_str("n5");
        } else if negative {
            let opposite = digits.bytes().map(|digit| char::from(b'9' - digit + b'0'));
            out.push_str(&format!("n3{:04}", 5_000 - power));
            out.extend(opposite);
            // A longer number below zero is the smaller one.
            out.push('~');
        } else {
            out.push_str(&format!("n7{:04}{digits}", 5_000 + power));
        }
    }
}

/// The number as people are shown it.
pub fn print(text: &str, out: &mut String) {
    match parse(text) {
        Some(Number::Double(double)) => {
            let shown = display_value(&Value::Double(double), DataType::Double);
            out.push_str(&shown.unwrap_or_default());
        }
        _ => out.push_str(text),
    }
}
