//! Text to numbers, and the character that was none.

use super::error::Fault;

/// Drops blanks on both sides.
pub fn trimmed(text: &[u8]) -> &[u8] {
    text.trim_ascii()
}

/// An integer between `low` and `high`. `word` is the type's name in the log.
#[inline]
pub fn integer(text: &[u8], low: i64, high: i64, word: &'static str) -> Result<i64, Fault> {
    // The usual field: digits only, few enough not to overflow.
    if !text.is_empty() && text.len() <= 18 {
        let mut value = 0_i64;
        let mut clean = true;
        for byte in text {
            let digit = byte.wrapping_sub(b'0');
            clean &= digit <= 9;
            value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
        }
        if clean && value <= high {
            return Ok(value);
        }
    }
    signed(text, low, high, word)
}

fn signed(text: &[u8], low: i64, high: i64, word: &'static str) -> Result<i64, Fault> {
    let lead = text.len() - text.trim_ascii_start().len();
    let body = trimmed(text);
    let (negative, digits, skipped) = match body {
        [b'-', rest @ ..] => (true, rest, lead + 1),
        [b'+', rest @ ..] => (false, rest, lead + 1),
        rest => (false, rest, lead),
    };
    if digits.is_empty() {
        return Err(bad_digit(text, lead, word));
    }
    let mut value = 0_i128;
    for (at, byte) in digits.iter().enumerate() {
        if !byte.is_ascii_digit() {
            return Err(bad_digit(text, skipped + at, word));
        }
        value = (value * 10 + i128::from(byte - b'0')).min(1 << 100);
    }
    if negative {
        value = -value;
    }
    match i64::try_from(value) {
        Ok(value) if value >= low && value <= high => Ok(value),
        _ => Err(Fault::Overflow { word: word.to_owned() }),
    }
}

fn bad_digit(text: &[u8], position: usize, word: &'static str) -> Fault {
    let rest = String::from_utf8_lossy(&text[position.min(text.len())..]);
    let character = rest.chars().next().map(String::from).unwrap_or_default();
    Fault::Digit { character, position, word }
}

/// An unscaled decimal. COPY cuts surplus digits unless `round` is asked for.
pub fn decimal(text: &[u8], precision: u8, scale: u8, round: bool) -> Result<i128, Fault> {
    const WORD: &str = "Decimal";
    if let Some(value) = short_decimal(text, precision, scale) {
        return Ok(value);
    }
    let lead = text.len() - text.trim_ascii_start().len();
    let body = trimmed(text);
    let (negative, digits, skipped) = match body {
        [b'-', rest @ ..] => (true, rest, lead + 1),
        [b'+', rest @ ..] => (false, rest, lead + 1),
        rest => (false, rest, lead),
    };
    let overflow = || Fault::Overflow { word: format!("NUMERIC({precision},{scale})") };
    let mut value = 0_i128;
    let mut fraction: Option<u8> = None;
    let mut seen = false;
    let mut up = false;
    for (at, byte) in digits.iter().enumerate() {
        match byte {
            b'.' if fraction.is_none() => fraction = Some(0),
            b'0'..=b'9' => {
                seen = true;
                match fraction {
                    Some(places) if places >= scale => {
                        if places == scale {
                            up = *byte >= b'5';
                        }
                        fraction = Some(places.saturating_add(1));
                    }
                    _ => {
                        value = value
                            .checked_mul(10)
                            .and_then(|value| value.checked_add(i128::from(byte - b'0')))
                            .ok_or_else(overflow)?;
                        fraction = fraction.map(|places| places + 1);
                    }
                }
            }
            _ => return Err(bad_digit(text, skipped + at, WORD)),
        }
    }
    if !seen {
        return Err(bad_digit(text, lead, WORD));
    }
    for _ in fraction.unwrap_or(0).min(scale)..scale {
        value = value.checked_mul(10).ok_or_else(overflow)?;
    }
    if round && up {
        value += 1;
    }
    if 10_i128.checked_pow(u32::from(precision)).is_some_and(|limit| value >= limit) {
        return Err(overflow());
    }
    Ok(if negative { -value } else { value })
}

/// The usual field: a sign at most, digits, no more behind the point than the column keeps.
#[inline]
fn short_decimal(text: &[u8], precision: u8, scale: u8) -> Option<i128> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut value = 0_i64;
    let mut point = None;
    for (at, byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => value = value * 10 + i64::from(byte - b'0'),
            b'.' if point.is_none() => point = Some(at),
            _ => return None,
        }
    }
    let fraction = point.map_or(0, |at| digits.len() - at - 1);
    if fraction > usize::from(scale) || (point.is_some() && digits.len() == 1) {
        return None;
    }
    let value = i128::from(value).checked_mul(10_i128.checked_pow(u32::from(scale) - fraction as u32)?)?;
    (value < 10_i128.checked_pow(u32::from(precision))?).then_some(if negative { -value } else { value })
}

/// A double; also `NaN` and `Infinity`.
pub fn float(text: &[u8]) -> Result<f64, Fault> {
    std::str::from_utf8(trimmed(text)).ok().and_then(|text| text.parse::<f64>().ok()).ok_or(Fault::Float)
}

pub fn boolean(text: &[u8]) -> Result<bool, Fault> {
    let text = trimmed(text);
    let is = |words: [&str; 5]| words.iter().any(|word| text.eq_ignore_ascii_case(word.as_bytes()));
    match (is(["t", "true", "y", "yes", "1"]), is(["f", "false", "n", "no", "0"])) {
        (true, _) => Ok(true),
        (_, true) => Ok(false),
        _ => Err(Fault::Boolean),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let int = |text: &str| integer(text.as_bytes(), i64::from(i32::MIN), i64::from(i32::MAX), "Integer");
        assert_eq!(int("42"), Ok(42));
        assert_eq!(int(" -7 "), Ok(-7));
        assert_eq!(int("2147483648"), Err(Fault::Overflow { word: "Integer".to_owned() }));
        assert_eq!(int("userid").unwrap_err().reason(), "Invalid digit, Value 'u', Pos 0, Type: Integer");
        assert_eq!(int("20230524.0").unwrap_err().reason(), "Invalid digit, Value '.', Pos 8, Type: Integer");
        assert_eq!(decimal(b"1.239", 10, 2, false), Ok(123));
        assert_eq!(decimal(b"-1.239", 10, 2, true), Ok(-124));
        assert_eq!(decimal(b"7", 10, 2, false), Ok(700));
        assert_eq!(decimal(b"-12.5", 10, 2, false), Ok(-1250));
        assert_eq!(decimal(b".5", 10, 2, false), Ok(50));
        assert_eq!(decimal(b"5.", 10, 2, false), Ok(500));
        assert!(decimal(b".", 10, 2, false).is_err());
        assert!(decimal(b"-", 10, 2, false).is_err());
        assert!(decimal(b"1000", 5, 2, false).is_err());
        assert_eq!(decimal(b"123456789", 5, 0, false).unwrap_err().reason(), "Overflow, (NUMERIC(5,0))");
        assert_eq!(boolean(b" Yes "), Ok(true));
        assert_eq!(float(b"1e3"), Ok(1000.0));
    }
}
