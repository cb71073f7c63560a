//! Values of files as JSON.

use std::fmt::Write;

use sandshift_extension::formats::Kind;

/// A value in JSON. How the product writes dates and binaries in it is unconfirmed.
pub fn json(kind: Kind, bytes: &[u8], out: &mut String) {
    let eight = || i64::from_le_bytes(bytes.try_into().unwrap_or_default());
    let four = || i32::from_le_bytes(bytes.try_into().unwrap_or_default());
    let sixteen = || i128::from_le_bytes(bytes.try_into().unwrap_or_default());
    let mut quoted = String::new();
    let _ = match kind {
        Kind::Boolean => write!(out, "{}", bytes == [1]),
        Kind::Integer { .. } => match bytes.len() {
            4 => write!(out, "{}", four()),
            8 => write!(out, "{}", eight()),
            _ => write!(out, "{}", sixteen()),
        },
        Kind::Float => number(f64::from(f32::from_bits(four() as u32)), &f32::from_bits(four() as u32), out),
        Kind::Double => number(f64::from_bits(eight() as u64), &f64::from_bits(eight() as u64), out),
        Kind::Decimal { scale, .. } => {
            let (value, scale) = (sixteen(), usize::from(scale));
            let digits = format!("{:0>1$}", value.unsigned_abs(), scale + 1);
            let (whole, fraction) = digits.split_at(digits.len() - scale);
            let (sign, point) = (if value < 0 { "-" } else { "" }, if scale > 0 { "." } else { "" });
            write!(out, "{sign}{whole}{point}{fraction}")
        }
        Kind::Date => write!(quoted, "{}", Day(i64::from(four()))),
        Kind::Time => write!(quoted, "{}", Clock(eight())),
        Kind::Timestamp { .. } => {
            let (days, micros) = (eight().div_euclid(86_400_000_000), eight().rem_euclid(86_400_000_000));
            write!(quoted, "{} {}", Day(days), Clock(micros))
        }
        Kind::Text => write!(quoted, "{}", String::from_utf8_lossy(bytes)),
        Kind::Nested => write!(out, "{}", String::from_utf8_lossy(bytes)),
        Kind::Binary => bytes.iter().try_for_each(|byte| write!(quoted, "{byte:02x}")),
    };
    if matches!(kind, Kind::Date | Kind::Time | Kind::Timestamp { .. } | Kind::Text | Kind::Binary) {
        string(&quoted, out);
    }
}

/// JSON has no word for what is no number.
fn number(value: f64, shown: &dyn std::fmt::Display, out: &mut String) -> std::fmt::Result {
    if value.is_finite() { write!(out, "{shown}") } else { out.write_str("null") }
}

pub fn string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

struct Day(i64);

impl std::fmt::Display for Day {
    /// Days since 1970 in the calendar (Howard Hinnant's reckoning).
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let days = self.0 + 719_468;
        let era = days.div_euclid(146_097);
        let day = days.rem_euclid(146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let of_year = day - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let of_month = of_year - (153 * month + 2) / 5 + 1;
        let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        write!(f, "{:04}-{month:02}-{of_month:02}", year + era * 400 + later)
    }
}

struct Clock(i64);

impl std::fmt::Display for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (seconds, micros) = (self.0.div_euclid(1_000_000), self.0.rem_euclid(1_000_000));
        write!(f, "{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)?;
        match micros {
            0 => Ok(()),
            micros => write!(f, ".{micros:06}"),
        }
    }
}
