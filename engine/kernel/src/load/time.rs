//! Text to dates and times, in the form that DATEFORMAT and TIMEFORMAT name.

use super::error::Fault;
use super::options::TimeForm;
use crate::warehouse::calendar::{Civil, DAY, HOUR, MINUTE, SECOND, parse, zone};

/// `YYYY-MM-DD HH:MM:SS[.ffffff]` as microseconds, and `YYYY-MM-DD` as their midnight: the forms that files are
/// mostly written in. `None` leaves the text to the slower readers.
#[inline]
fn usual(text: &[u8]) -> Option<i64> {
    let digits = |at: usize, many: usize| -> Option<u32> {
        let mut value = 0;
        for byte in text.get(at..at + many)? {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            value = value * 10 + u32::from(digit);
        }
        Some(value)
    };
    let (Some(b'-'), Some(b'-')) = (text.get(4), text.get(7)) else { return None };
    let day = i64::from(Civil::new(digits(0, 4)? as i32, digits(5, 2)?, digits(8, 2)?)?.days()) * DAY;
    if text.len() == 10 {
        return Some(day);
    }
    let (Some(b' '), Some(b':'), Some(b':')) = (text.get(10), text.get(13), text.get(16)) else {
        return None;
    };
    let (hour, minute, second) = (digits(11, 2)?, digits(14, 2)?, digits(17, 2)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let micros = match text.len() {
        19 => 0,
        length @ 21..=26 if text[19] == b'.' => {
            digits(20, length - 20)? as i64 * 10_i64.pow(26 - length as u32)
        }
        _ => return None,
    };
    Some(day + i64::from(hour) * HOUR + i64::from(minute) * MINUTE + i64::from(second) * SECOND + micros)
}

/// Days since 1970-01-01.
pub fn date(text: &[u8], form: &TimeForm) -> Result<i32, Fault> {
    if let (TimeForm::Standard | TimeForm::Auto, 10, Some(micros)) = (form, text.len(), usual(text)) {
        return Ok(micros.div_euclid(DAY) as i32);
    }
    let text = &*String::from_utf8_lossy(text);
    let text = text.trim();
    match form {
        // Time parts behind the date are ignored.
        TimeForm::Standard if text.len() < 10 => Err(Fault::Date { short: true }),
        TimeForm::Standard => {
            text.get(..10).filter(|day| is_iso(day)).and_then(parse::date).ok_or(Fault::Date { short: false })
        }
        TimeForm::Auto => parse::date(text).ok_or(Fault::Date { short: false }),
        TimeForm::EpochSeconds | TimeForm::EpochMilliseconds => {
            epoch(text, form).map(|micros| micros.div_euclid(DAY) as i32).ok_or(Fault::Date { short: false })
        }
        TimeForm::Custom(format) => custom(text, format)
            .map(|micros| micros.div_euclid(DAY) as i32)
            .ok_or(Fault::Date { short: false }),
    }
}

/// Microseconds since 1970-01-01T00:00:00; in UTC when `zoned`.
pub fn timestamp(text: &[u8], form: &TimeForm, zoned: bool) -> Result<i64, Fault> {
    if let (TimeForm::Standard | TimeForm::Auto, Some(micros)) = (form, usual(text)) {
        return Ok(micros);
    }
    let text = &*String::from_utf8_lossy(text);
    let text = text.trim();
    let found = match form {
        TimeForm::Standard => {
            let standard =
                text.get(..10).is_some_and(is_iso) && matches!(text.as_bytes().get(10), None | Some(b' '));
            standard
                .then(|| parse::timestamp(text))
                .flatten()
                .map(|written| if zoned { written.utc() } else { written.local })
        }
        TimeForm::Auto => {
            parse::timestamp(text).map(|written| if zoned { written.utc() } else { written.local })
        }
        TimeForm::EpochSeconds | TimeForm::EpochMilliseconds => epoch(text, form),
        TimeForm::Custom(format) => custom(text, format),
    };
    found.ok_or_else(|| {
        let format = match form {
            TimeForm::Custom(format) => format.clone(),
            _ => "YYYY-MM-DD HH24:MI:SS".to_owned(),
        };
        Fault::Timestamp { format }
    })
}

/// Microseconds since midnight.
pub fn time_of_day(text: &str) -> Result<i64, Fault> {
    parse::time(text.trim()).ok_or(Fault::Time)
}

fn is_iso(day: &str) -> bool {
    day.bytes()
        .enumerate()
        .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() })
}

/// Seconds or milliseconds since 1970, with or without a fraction.
fn epoch(text: &str, form: &TimeForm) -> Option<i64> {
    let unit = if *form == TimeForm::EpochSeconds { SECOND } else { 1_000 };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut micros = whole.parse::<i64>().ok()?.checked_mul(unit)?;
    let mut place = unit / 10;
    for digit in fraction.bytes() {
        if !digit.is_ascii_digit() {
            return None;
        }
        micros += i64::from(digit - b'0') * place;
        place /= 10;
    }
    Some(micros)
}

/// Reads `text` by a format of `YYYY YY MM MON MONTH DD HH HH24 HH12 MI SS AM PM OF`; any other character
/// stands for itself. Seconds may carry a fraction.
fn custom(text: &str, format: &str) -> Option<i64> {
    const WORDS: [&str; 13] =
        ["YYYY", "YY", "MONTH", "MON", "MM", "DD", "HH24", "HH12", "HH", "MI", "SS", "AM", "PM"];
    let (mut year, mut month, mut day) = (1970_i32, 1_u32, 1_u32);
    let (mut hour, mut minute, mut second, mut micros, mut offset) = (0_i64, 0_i64, 0_i64, 0_i64, 0_i64);
    let mut afternoon = None;
    let (mut rest, mut pattern) = (text, format);
    while !pattern.is_empty() {
        let upper = pattern.to_ascii_uppercase();
        if upper.starts_with("OF") {
            offset = i64::from(zone::offset(rest)?);
            (rest, pattern) = ("", &pattern[2..]);
            continue;
        }
        let Some(word) = WORDS.into_iter().find(|word| upper.starts_with(word)) else {
            let wanted = pattern.chars().next()?;
            rest = rest.strip_prefix(wanted)?;
            pattern = &pattern[wanted.len_utf8()..];
            continue;
        };
        pattern = &pattern[word.len()..];
        match word {
            "MONTH" | "MON" => {
                let length = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
                month = parse::month_by_name(&rest[..length])?;
                rest = &rest[length..];
            }
            "AM" | "PM" => {
                afternoon = Some(rest.get(..2)?.eq_ignore_ascii_case("pm"));
                rest = &rest[2..];
            }
            _ => {
                let most = if word == "YYYY" { 4 } else { 2 };
                let length = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
                let number: u32 = rest[..length].parse().ok()?;
                rest = &rest[length..];
                match word {
                    "YYYY" => year = number as i32,
                    "YY" => year = number as i32 + if number < 70 { 2000 } else { 1900 },
                    "MM" => month = number,
                    "DD" => day = number,
                    "MI" => minute = i64::from(number),
                    "SS" => {
                        second = i64::from(number);
                        if let Some(fraction) = rest.strip_prefix('.').filter(|_| !pattern.starts_with('.')) {
                            let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
                            let mut place = 100_000;
                            for digit in fraction[..length].bytes() {
                                micros += i64::from(digit - b'0') * place;
                                place /= 10;
                            }
                            rest = &fraction[length..];
                        }
                    }
                    _ => hour = i64::from(number),
                }
            }
        }
    }
    if !rest.trim().is_empty() || hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    match afternoon {
        Some(true) if hour < 12 => hour += 12,
        Some(false) if hour == 12 => hour = 0,
        _ => {}
    }
    let days = i64::from(Civil::new(year, month, day)?.days());
    Some(days * DAY + hour * HOUR + minute * MINUTE + second * SECOND + micros - offset * SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::calendar::text;

    fn stamp(written: &str, form: TimeForm) -> Result<String, String> {
        timestamp(written.as_bytes(), &form, false).map(text::timestamp).map_err(|fault| fault.reason())
    }

    #[test]
    fn forms() {
        let custom = |format: &str| TimeForm::Custom(format.to_owned());
        assert_eq!(stamp("2023-05-25 10:00:01", TimeForm::Standard).unwrap(), "2023-05-25 10:00:01");
        assert_eq!(
            stamp("May 25, 2023", TimeForm::Standard).unwrap_err(),
            "Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]"
        );
        assert_eq!(stamp("2023-05-25 10:00:01.5", TimeForm::Standard).unwrap(), "2023-05-25 10:00:01.5");
        assert_eq!(stamp("2024-02-29", TimeForm::Auto).unwrap(), "2024-02-29 00:00:00");
        assert!(stamp("2023-02-29 10:00:00", TimeForm::Standard).is_err());
        assert!(stamp("2023-02-28 10:61:00", TimeForm::Standard).is_err());
        assert_eq!(stamp("1685008800", TimeForm::EpochSeconds).unwrap(), "2023-05-25 10:00:00");
        assert_eq!(stamp("1685008800000", TimeForm::EpochMilliseconds).unwrap(), "2023-05-25 10:00:00");
        assert_eq!(stamp("25.05.2023 10:07", custom("DD.MM.YYYY HH24:MI")).unwrap(), "2023-05-25 10:07:00");
        assert_eq!(
            stamp("05/25/23 1:07:09 PM", custom("MM/DD/YY HH12:MI:SS AM")).unwrap(),
            "2023-05-25 13:07:09"
        );
        assert_eq!(
            date(b"2023-5-1", &TimeForm::Standard).unwrap_err().reason(),
            "Invalid Date Format - length must be 10 or more"
        );
        assert_eq!(
            date(b"2023-02-30", &TimeForm::Standard).unwrap_err().reason(),
            "Error in Date value or format"
        );
        assert_eq!(date(b"2023-05-25", &TimeForm::Standard), Ok(19_502));
    }
}
