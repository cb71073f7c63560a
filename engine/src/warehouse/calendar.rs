//! Days and times of day as numbers, and back: the proleptic Gregorian calendar.
//!
//! Days count from 1970-01-01, times are microseconds, as in the column layouts.

/// Microseconds of a day.
pub const DAY: i64 = 86_400_000_000;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Year, month (1 to 12) and day (1 to 31).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CivilDate {
    pub year: i32,
    pub month: u32,
    pub day: u32,
}

impl CivilDate {
    /// The date so many days after 1970-01-01.
    pub fn from_days(days: i32) -> Self {
        let shifted = i64::from(days) + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * shifted_month + 2) / 5 + 1) as u32;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 } as u32;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        CivilDate { year: year as i32, month, day }
    }

    /// Days after 1970-01-01. Month and day are taken as they are; see [`CivilDate::is_valid`].
    pub fn to_days(self) -> i32 {
        let year = i64::from(self.year) - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let shifted_month = (i64::from(self.month) + 9) % 12;
        let day_of_year = (153 * shifted_month + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        (era * 146_097 + day_of_era - 719_468) as i32
    }

    pub fn is_valid(self) -> bool {
        (1..=12).contains(&self.month) && self.day >= 1 && self.day <= days_in_month(self.year, self.month)
    }
}

pub fn is_leap_year(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        2 if is_leap_year(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// 1 to 12 for a month's English name or its first three letters.
pub fn month_of_name(name: &str) -> Option<u32> {
    let name = name.to_ascii_lowercase();
    MONTHS
        .iter()
        .position(|month| *month == name || (name.len() == 3 && month.starts_with(&name)))
        .map(|m| m as u32 + 1)
}

/// `2019-05-01`; years before 1 get ` BC`.
pub fn format_date(days: i32) -> String {
    let CivilDate { year, month, day } = CivilDate::from_days(days);
    if year <= 0 {
        return format!("{:04}-{month:02}-{day:02} BC", 1 - year);
    }
    format!("{year:04}-{month:02}-{day:02}")
}

/// `00:35:59.897`; the fraction only when there is one, without trailing zeros.
pub fn format_time(micros: i64) -> String {
    let seconds = micros.div_euclid(1_000_000);
    let fraction = micros.rem_euclid(1_000_000);
    let mut text = format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if fraction != 0 {
        text.push_str(format!(".{fraction:06}").trim_end_matches('0'));
    }
    text
}

/// `2019-05-01 00:35:59.897`.
pub fn format_timestamp(micros: i64) -> String {
    let days = micros.div_euclid(DAY) as i32;
    let time = format_time(micros.rem_euclid(DAY));
    let date = format_date(days);
    match date.strip_suffix(" BC") {
        Some(date) => format!("{date} {time} BC"),
        None => format!("{date} {time}"),
    }
}

/// What a piece of text says about a moment. Nothing is filled in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParsedMoment {
    pub days: Option<i32>,
    /// Microseconds since midnight.
    pub time: Option<i64>,
    /// Seconds east of UTC.
    pub offset: Option<i32>,
}

/// Reads the common forms: `2019-05-01`, `2019/5/1`, `20190501`, `5/1/2019`, `01-May-2019`, `May 1, 2019`,
/// each with or without a time (`00:35[:59[.897]] [AM|PM]`) and a zone (`Z`, `UTC`, `+09[:00]`).
/// `None` when the text is none of them or names a day that does not exist.
pub fn parse_moment(text: &str) -> Option<ParsedMoment> {
    let mut moment = ParsedMoment::default();
    let mut loose: Vec<Piece> = Vec::new();
    let mut before_christ = false;
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if text.eq_ignore_ascii_case("epoch") {
        return Some(ParsedMoment { days: Some(0), time: Some(0), offset: None });
    }
    for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
        match word.split_once(['T', 't']) {
            Some((date, time)) if date.ends_with(|c: char| c.is_ascii_digit()) && time.contains(':') => {
                read_date(date, &mut loose)?;
                read_time(time, &mut moment)?;
            }
            _ if word.contains(':') && !word.starts_with(['+', '-']) => read_time(word, &mut moment)?,
            _ if moment.time.is_some() && word.starts_with(['+', '-']) => {
                moment.offset = Some(read_offset(word)?)
            }
            _ if word.eq_ignore_ascii_case("bc") => before_christ = true,
            _ if word.eq_ignore_ascii_case("ad") => {}
            _ if word.eq_ignore_ascii_case("am") || word.eq_ignore_ascii_case("pm") => {
                moment.time = Some(half_day(moment.time?, word.eq_ignore_ascii_case("pm"))?);
            }
            _ if ["z", "utc", "gmt"].iter().any(|zone| word.eq_ignore_ascii_case(zone)) => {
                moment.offset = Some(0)
            }
            _ => read_date(word, &mut loose)?,
        }
    }
    if !loose.is_empty() {
        let mut date = date_of(&loose)?;
        if before_christ {
            date.year = 1 - date.year;
        }
        if !date.is_valid() {
            return None;
        }
        moment.days = Some(date.to_days());
    }
    Some(moment)
}

/// A part of a date: a number with its count of digits, or a month by name.
#[derive(Clone, Copy, Debug)]
enum Piece {
    Number { value: u32, digits: usize },
    Month(u32),
}

fn read_date(word: &str, pieces: &mut Vec<Piece>) -> Option<()> {
    for part in word.split(['-', '/', '.']) {
        if !part.is_empty() && part.len() <= 8 && part.bytes().all(|byte| byte.is_ascii_digit()) {
            pieces.push(Piece::Number { value: part.parse().ok()?, digits: part.len() });
        } else {
            pieces.push(Piece::Month(month_of_name(part)?));
        }
    }
    Some(())
}

fn date_of(pieces: &[Piece]) -> Option<CivilDate> {
    use Piece::{Month, Number};
    let (year, year_digits, month, day) = match *pieces {
        [Number { value, digits: 8 }] => (value / 10_000, 4, value / 100 % 100, value % 100),
        [Number { value, digits: 6 }] => (value / 10_000, 2, value / 100 % 100, value % 100),
        [Number { value: year, digits: 3.. }, Number { value: month, .. }, Number { value: day, .. }] => {
            (year, 4, month, day)
        }
        // DateStyle is MDY.
        [Number { value: month, .. }, Number { value: day, .. }, Number { value: year, digits }] => {
            (year, digits, month, day)
        }
        [Number { value: year, digits: 3.. }, Month(month), Number { value: day, .. }] => {
            (year, 4, month, day)
        }
        [Number { value: day, .. }, Month(month), Number { value: year, digits }]
        | [Month(month), Number { value: day, .. }, Number { value: year, digits }] => {
            (year, digits, month, day)
        }
        _ => return None,
    };
    let year = match (year_digits, year) {
        (1 | 2, 0..70) => year + 2_000,
        (1 | 2, _) => year + 1_900,
        _ => year,
    };
    Some(CivilDate { year: i32::try_from(year).ok()?, month, day })
}

fn read_time(word: &str, moment: &mut ParsedMoment) -> Option<()> {
    let mut clock = word;
    let lower = word.to_ascii_lowercase();
    let mut half = None;
    if let Some(rest) = lower.strip_suffix("am").or(lower.strip_suffix("pm")) {
        half = Some(lower.ends_with("pm"));
        clock = &word[..rest.len()];
    } else if let Some(rest) = lower.strip_suffix('z') {
        moment.offset = Some(0);
        clock = &word[..rest.len()];
    } else if let Some(rest) = lower.strip_suffix("utc") {
        moment.offset = Some(0);
        clock = &word[..rest.len()];
    } else if let Some(at) = word.find(['+', '-']) {
        moment.offset = Some(read_offset(&word[at..])?);
        clock = &word[..at];
    }
    let mut parts = clock.split(':');
    let hour: i64 = digits(parts.next()?, 2)?;
    let minute: i64 = digits(parts.next()?, 2)?;
    let (second, fraction) = match parts.next() {
        None => (0, 0),
        Some(text) => {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
            let micros = if fraction.is_empty() {
                0
            } else {
                let cut = &fraction[..fraction.len().min(6)];
                digits(cut, 6)? * 10_i64.pow(6 - cut.len() as u32)
            };
            (digits(whole, 2)?, micros)
        }
    };
    let whole_day = hour == 24 && minute == 0 && second == 0 && fraction == 0;
    if parts.next().is_some() || (hour > 23 && !whole_day) || minute > 59 || second > 60 {
        return None;
    }
    let time = ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction;
    moment.time = Some(match half {
        Some(afternoon) => half_day(time, afternoon)?,
        None => time,
    });
    Some(())
}

/// 12 AM is midnight, 12 PM is noon.
fn half_day(time: i64, afternoon: bool) -> Option<i64> {
    let hour = time / 3_600_000_000;
    if !(1..=12).contains(&hour) {
        return None;
    }
    let rest = time % 3_600_000_000;
    Some((hour % 12 + if afternoon { 12 } else { 0 }) * 3_600_000_000 + rest)
}

fn read_offset(text: &str) -> Option<i32> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let body = text.get(1..)?;
    let (hours, minutes) = match body.split_once(':') {
        Some((hours, minutes)) => (digits(hours, 2)?, digits(minutes, 2)?),
        None if body.len() == 4 => (digits(&body[..2], 2)?, digits(&body[2..], 2)?),
        None => (digits(body, 2)?, 0),
    };
    (hours <= 14 && minutes < 60).then(|| sign * (hours * 3_600 + minutes * 60) as i32)
}

fn digits(text: &str, most: usize) -> Option<i64> {
    let fits = !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_days_agree() {
        for days in (-800_000..800_000).step_by(37) {
            let date = CivilDate::from_days(days);
            assert!(date.is_valid());
            assert_eq!(date.to_days(), days);
        }
        assert_eq!(CivilDate { year: 1970, month: 1, day: 1 }.to_days(), 0);
        assert_eq!(CivilDate { year: 2000, month: 2, day: 29 }.to_days(), 11_016);
    }

    #[test]
    fn common_forms_are_read() {
        let may = Some(CivilDate { year: 2019, month: 5, day: 1 }.to_days());
        for text in
            ["2019-05-01", "2019/5/1", "20190501", "5/1/2019", "01-May-2019", "May 1, 2019", "1 may 2019"]
        {
            assert_eq!(parse_moment(text).and_then(|m| m.days), may, "{text}");
        }
        let moment = parse_moment("2019-05-01 00:35:59.897+09").unwrap();
        assert_eq!(moment.time, Some(2_159_897_000));
        assert_eq!(moment.offset, Some(32_400));
        assert_eq!(parse_moment("2019-05-01T12:00:00Z").unwrap().offset, Some(0));
        assert_eq!(parse_moment("12:30 AM").unwrap().time, Some(1_800_000_000));
        for text in ["2019-02-29", "2019-13-01", "x", "", "2019-05-01 25:00", "12-x-2019"] {
            assert_eq!(parse_moment(text), None, "{text}");
        }
    }

    #[test]
    fn fractions_are_printed_only_when_there() {
        assert_eq!(format_timestamp(1_556_670_959_897_000), "2019-05-01 00:35:59.897");
        assert_eq!(format_timestamp(0), "1970-01-01 00:00:00");
        assert_eq!(format_timestamp(-1), "1969-12-31 23:59:59.999999");
    }
}
