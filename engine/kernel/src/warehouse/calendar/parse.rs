//! Text to dates and times, as liberal as the server's input functions.
//!
//! ISO first, because nearly all text is; then the forms with slashes, month names and AM/PM that the
//! Developer Guide lists under "Datetime literals". A two-digit year below 70 is in this century.

use super::{Civil, DATES, DAY, JULIAN_1970, MONTHS, SECOND, zone};

/// Which of three numbers is the day, where none can only be the year (`SET datestyle`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    MonthFirst,
    DayFirst,
    YearFirst,
}

impl Order {
    /// The order in a `datestyle` such as `ISO, DMY`.
    pub fn of(style: &str) -> Order {
        if style.ends_with("DMY") {
            Order::DayFirst
        } else if style.ends_with("YMD") {
            Order::YearFirst
        } else {
            Order::MonthFirst
        }
    }
}

/// Days since 1970-01-01. A time of day after the date is read and dropped, as in a cast to DATE.
pub fn date(text: &str) -> Option<i32> {
    date_in(text, Order::MonthFirst)
}

/// As [`date`], in the session's order.
pub fn date_in(text: &str, order: Order) -> Option<i32> {
    let text = text.trim();
    if let Some(days) = iso_date(text.as_bytes()) {
        return Some(days);
    }
    if text.eq_ignore_ascii_case("epoch") {
        return Some(0);
    }
    let parts = Parts::read(text, order)?;
    // What is no time of day is no date either, though it is dropped.
    parts.since_midnight()?;
    parts.days().filter(|days| DATES.contains(days))
}

/// Whether a text names a day that is too early or too late for DATE and TIMESTAMP.
pub fn is_beyond(text: &str, order: Order) -> bool {
    let days = Parts::read(text.trim(), order).and_then(|parts| parts.days());
    days.is_some_and(|days| !DATES.contains(&days) || super::midnight(days).is_none())
}

/// Microseconds since midnight.
pub fn time(text: &str) -> Option<i64> {
    if text.trim().eq_ignore_ascii_case("allballs") {
        return Some(0);
    }
    if let Some(bare) = bare_time(text.trim()) {
        return Some(bare);
    }
    let mut parts = Parts::default();
    for word in words(text) {
        parts.take(word)?;
    }
    if parts.has_date() {
        return Some(parts.finish()?.local.rem_euclid(DAY));
    }
    parts.time_of_day()
}

/// A timestamp as written, and the zone that was written behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Microseconds since 1970-01-01T00:00:00 on the writer's clock.
    pub local: i64,
    /// The zone's seconds east of UTC, when one was written.
    pub offset: Option<i32>,
}

impl Written {
    /// The same moment in UTC; without a zone it is taken as UTC already.
    pub fn utc(self) -> i64 {
        self.local - i64::from(self.offset.unwrap_or(0)) * SECOND
    }
}

/// `040506` and `0405`: a time without its colons.
fn bare_time(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    match bytes.len() {
        4 => clock(number(&bytes[..2])?, number(&bytes[2..])?, 0, 0),
        6 => clock(number(&bytes[..2])?, number(&bytes[2..4])?, number(&bytes[4..])?, 0),
        _ => None,
    }
}

/// Reads a date with an optional time and zone.
pub fn timestamp(text: &str) -> Option<Written> {
    timestamp_in(text, Order::MonthFirst)
}

/// As [`timestamp`], in the session's order.
pub fn timestamp_in(text: &str, order: Order) -> Option<Written> {
    let text = text.trim();
    if let Some(local) = iso_timestamp(text.as_bytes()) {
        return Some(Written { local, offset: None });
    }
    if text.eq_ignore_ascii_case("epoch") {
        return Some(Written { local: 0, offset: Some(0) });
    }
    Parts::read(text, order)?.finish()
}

/// The fast road: exactly `YYYY-MM-DD`.
fn iso_date(bytes: &[u8]) -> Option<i32> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *bytes else { return None };
    let year = number(&[y1, y2, y3, y4])?;
    Civil::new(year as i32, number(&[m1, m2])?, number(&[d1, d2])?).map(Civil::days).filter(|_| year > 0)
}

/// The fast road: `YYYY-MM-DD HH:MM:SS[.ffffff]`, with a blank or `T` between.
fn iso_timestamp(bytes: &[u8]) -> Option<i64> {
    let days = iso_date(bytes.get(..10)?)?;
    let [b' ' | b'T', h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = bytes.get(10..)? else {
        return (bytes.len() == 10).then_some(i64::from(days) * DAY);
    };
    let micros = match rest {
        [] => 0,
        [b'.', digits @ ..] => fraction(digits)?,
        _ => return None,
    };
    let time = clock(number(&[*h1, *h2])?, number(&[*m1, *m2])?, number(&[*s1, *s2])?, micros)?;
    Some(i64::from(days) * DAY + time)
}

fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    digits
        .iter()
        .try_fold(0_u32, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')))
}

/// Digits after the point, rounded to microseconds.
fn fraction(digits: &[u8]) -> Option<i64> {
    let mut value = 0;
    let mut unit = 100_000;
    for (place, digit) in digits.iter().enumerate() {
        if !digit.is_ascii_digit() {
            return None;
        }
        let digit = i64::from(digit - b'0');
        match place {
            0..=5 => value += digit * unit,
            6 if digit >= 5 => value += 1,
            _ => {}
        }
        unit /= 10;
    }
    Some(value)
}

/// Microseconds since midnight; 24:00:00 and second 60 are let through, as the server does.
fn clock(hour: u32, minute: u32, second: u32, micros: i64) -> Option<i64> {
    let fits = hour < 24 || (hour == 24 && minute == 0 && second == 0 && micros == 0);
    (fits && minute < 60 && second <= 60).then(|| {
        i64::from(hour) * super::HOUR
            + i64::from(minute) * super::MINUTE
            + i64::from(second) * SECOND
            + micros
    })
}

/// Words of a date: cut at blanks and commas, and at the `T` of ISO 8601.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', ',', '\t']).filter(|word| !word.is_empty()).flat_map(|word| match word.split_once('T') {
        Some((before, after)) if before.ends_with(|c: char| c.is_ascii_digit()) && before.len() >= 8 => {
            [Some(before), Some(after)].into_iter().flatten()
        }
        _ => [Some(word), None].into_iter().flatten(),
    })
}

/// What the words have said so far.
#[derive(Default)]
struct Parts {
    order: Order,
    /// `J2451187`, or the day of a year: days since 1970-01-01.
    days: Option<i32>,
    year: Option<i32>,
    month: Option<u32>,
    day: Option<u32>,
    time: Option<i64>,
    afternoon: Option<bool>,
    offset: Option<i32>,
    before_christ: bool,
    /// A zone that needs the date before its offset is known.
    zone: Option<zone::Zone>,
}

impl Parts {
    fn read(text: &str, order: Order) -> Option<Parts> {
        let mut parts = Parts { order, ..Parts::default() };
        for word in words(text) {
            parts.take(word)?;
        }
        Some(parts)
    }

    fn has_date(&self) -> bool {
        self.days.is_some() || self.year.is_some() || self.month.is_some() || self.day.is_some()
    }

    fn take(&mut self, word: &str) -> Option<()> {
        if self.time.is_some() && word.starts_with(['+', '-']) {
            self.offset = Some(zone::offset(word)?);
            return Some(());
        }
        if word.contains(':') {
            return self.take_time(word);
        }
        if let Some(month) = month_by_name(word) {
            return self.month.replace(month).is_none().then_some(());
        }
        if word.eq_ignore_ascii_case("am") || word.eq_ignore_ascii_case("pm") {
            self.afternoon = Some(word.eq_ignore_ascii_case("pm"));
            return Some(());
        }
        if word.eq_ignore_ascii_case("bc") || word.eq_ignore_ascii_case("ad") {
            self.before_christ = word.eq_ignore_ascii_case("bc");
            return Some(());
        }
        let dashed = word.contains('-') && word.split('-').next().and_then(month_by_name).is_some();
        if dashed || word.starts_with(|c: char| c.is_ascii_digit()) {
            return self.take_date(word);
        }
        if super::WEEKDAYS
            .iter()
            .any(|day| word.len() >= 3 && day.to_ascii_lowercase().starts_with(&word.to_ascii_lowercase()))
        {
            return Some(());
        }
        if let Some(julian) = word.strip_prefix(['J', 'j'])
            && julian.len() > 1
            && let Some(day) = number(julian.as_bytes())
        {
            self.days = Some(day as i32 - JULIAN_1970);
            return Some(());
        }
        self.zone = Some(zone::find(word)?);
        Some(())
    }

    fn take_date(&mut self, word: &str) -> Option<()> {
        let mut pieces = word.split(['-', '/', '.']);
        let (first, second, third) = (pieces.next()?, pieces.next(), pieces.next());
        if pieces.next().is_some() {
            return None;
        }
        match (second, third) {
            (None, _) => self.take_number(first),
            (Some(second), Some(third)) => {
                if let Some(month) = month_by_name(first) {
                    (self.month, self.day) = (Some(month), Some(number(second.as_bytes())?));
                    self.year = Some(year(third)?);
                } else if let Some(month) = month_by_name(second) {
                    self.month = Some(month);
                    if first.len() > 2 {
                        (self.year, self.day) = (Some(year(first)?), Some(number(third.as_bytes())?));
                    } else {
                        (self.day, self.year) = (Some(number(first.as_bytes())?), Some(year(third)?));
                    }
                } else if first.len() > 2 {
                    self.year = Some(year(first)?);
                    self.month = Some(number(second.as_bytes())?);
                    self.day = Some(number(third.as_bytes())?);
                } else {
                    let (day, month, year_text) = match self.order {
                        Order::MonthFirst => (second, first, third),
                        Order::DayFirst => (first, second, third),
                        Order::YearFirst if third.len() > 2 => (second, first, third),
                        Order::YearFirst => (third, second, first),
                    };
                    self.month = Some(number(month.as_bytes())?);
                    self.day = Some(number(day.as_bytes())?);
                    self.year = Some(year(year_text)?);
                }
                Some(())
            }
            // `1999.008`: a day of the year.
            (Some(second), None) if second.len() == 3 && first.len() == 4 && word.contains('.') => {
                let day = number(second.as_bytes()).filter(|day| (1..=366).contains(day))?;
                let start = Civil::new(number(first.as_bytes())? as i32, 1, 1)?.days();
                self.days = Some(start + day as i32 - 1);
                Some(())
            }
            (Some(second), None) => {
                self.month = Some(month_by_name(second)?);
                self.day = Some(number(first.as_bytes())?);
                Some(())
            }
        }
    }

    /// A number on its own: `20160229`, `160229`, the day or the year beside a month's name.
    fn take_number(&mut self, word: &str) -> Option<()> {
        let bytes = word.as_bytes();
        match (bytes.len(), self.has_date()) {
            (8, false) => {
                self.year = Some(number(&bytes[..4])? as i32);
                self.month = Some(number(&bytes[4..6])?);
                self.day = Some(number(&bytes[6..])?);
            }
            (6, false) => {
                self.year = Some(year(&word[..2])?);
                self.month = Some(number(&bytes[2..4])?);
                self.day = Some(number(&bytes[4..])?);
            }
            (6, true) if self.time.is_none() && self.year.is_some() && self.day.is_some() => {
                self.time =
                    Some(clock(number(&bytes[..2])?, number(&bytes[2..4])?, number(&bytes[4..])?, 0)?);
            }
            (1 | 2, _) if self.day.is_none() => self.day = Some(number(bytes)?),
            _ if self.year.is_none() && (self.month.is_some() || self.day.is_some()) => {
                self.year = Some(year(word)?);
            }
            _ => return None,
        }
        Some(())
    }

    fn take_time(&mut self, word: &str) -> Option<()> {
        if self.time.is_some() {
            return None;
        }
        let end = word.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(word.len());
        let (time, rest) = word.split_at(end);
        let mut pieces = time.split(':');
        let hour = number(pieces.next()?.as_bytes())?;
        let minute = number(pieces.next()?.as_bytes())?;
        let (second, micros) = match pieces.next() {
            None => (0, 0),
            Some(seconds) => match seconds.split_once('.') {
                None => (number(seconds.as_bytes())?, 0),
                Some((whole, digits)) => (number(whole.as_bytes())?, fraction(digits.as_bytes())?),
            },
        };
        if pieces.next().is_some() {
            return None;
        }
        self.time = Some(clock(hour, minute, second, micros)?);
        match rest {
            "" => {}
            _ if rest.starts_with(['+', '-']) => self.offset = Some(zone::offset(rest)?),
            _ => self.take(rest)?,
        }
        Some(())
    }

    fn time_of_day(&self) -> Option<i64> {
        let time = self.time?;
        match self.afternoon {
            None => Some(time),
            Some(_) if !(super::HOUR..13 * super::HOUR).contains(&time) => None,
            Some(false) => Some(time % (12 * super::HOUR)),
            Some(true) => Some(time % (12 * super::HOUR) + 12 * super::HOUR),
        }
    }

    fn days(&self) -> Option<i32> {
        if self.days.is_some() {
            return self.days;
        }
        let year = self.year?;
        // Years have up to nine digits; those past the last one are alike, and this is a leap year.
        let year = if self.before_christ { 1 - year } else { year }.clamp(-400_000, 400_000);
        Some(Civil::new(year, self.month?, self.day?)?.days())
    }

    /// Midnight where no time was written.
    fn since_midnight(&self) -> Option<i64> {
        if self.time.is_some() { self.time_of_day() } else { Some(0) }
    }

    fn finish(self) -> Option<Written> {
        let days = self.days().filter(|days| DATES.contains(days))?;
        let local = super::midnight(days)?.checked_add(self.since_midnight()?)?;
        let offset = self.offset.or_else(|| self.zone.map(|zone| zone.offset_at_local(local)));
        Some(Written { local, offset })
    }
}

/// A year as written; two digits mean 1970 to 2069.
fn year(text: &str) -> Option<i32> {
    let year = number(text.as_bytes())? as i32;
    match text.len() {
        1 | 2 => Some(if year < 70 { 2000 + year } else { 1900 + year }),
        _ => (year > 0).then_some(year),
    }
}

/// `May`, `may`, `September`, `sept`.
pub fn month_by_name(word: &str) -> Option<u32> {
    let word = word.trim_end_matches('.');
    if word.len() < 3 || !word.is_ascii() {
        return None;
    }
    let found = MONTHS
        .iter()
        .position(|name| name.len() >= word.len() && name[..word.len()].eq_ignore_ascii_case(word))?;
    Some(found as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::super::text;
    use super::*;

    #[test]
    fn reads_dates_in_every_listed_form() {
        for written in [
            "2008-01-08",
            "2008/1/8",
            "20080108",
            "080108",
            "01/08/2008",
            "1/8/08",
            "January 8, 2008",
            "08-Jan-2008",
            "8 Jan 2008",
            "2008-Jan-08",
            " 2008-01-08 ",
            "2008-01-08 23:59:59",
            "Jan-08-2008",
            "2008.008",
            "J2454474",
        ] {
            assert_eq!(date(written).map(text::date).as_deref(), Some("2008-01-08"), "{written}");
        }
    }

    #[test]
    fn refuses_what_is_no_date() {
        for written in
            ["", "abc", "2023-02-29", "2023-13-01", "2023-00-10", "10", "2023-1", "0000-01-01", "2023-01-01x"]
        {
            assert_eq!(date(written), None, "{written}");
        }
    }

    #[test]
    fn reads_timestamps_with_zones() {
        let read =
            |written: &str| timestamp(written).map(|found| (text::timestamp(found.local), found.offset));
        let at = |text: &str, offset| Some((text.to_owned(), offset));
        assert_eq!(read("2023-05-25T10:00:00.1234567"), at("2023-05-25 10:00:00.123457", None));
        assert_eq!(read("2023-05-25 10:00"), at("2023-05-25 10:00:00", None));
        assert_eq!(read("2023-05-25 10:00:00Z"), at("2023-05-25 10:00:00", Some(0)));
        assert_eq!(read("2023-05-25 10:00:00+09"), at("2023-05-25 10:00:00", Some(32_400)));
        assert_eq!(read("2023-05-25 10:00:00 -03:30"), at("2023-05-25 10:00:00", Some(-12_600)));
        assert_eq!(read("2023-05-25 10:00:00 KST"), at("2023-05-25 10:00:00", Some(32_400)));
        assert_eq!(read("Jun 1,2008 09:59:59 PM"), at("2008-06-01 21:59:59", None));
        assert_eq!(read("2023-05-25 25:00:00"), None);
        assert_eq!(time("10:04 pm"), Some(22 * super::super::HOUR + 4 * super::super::MINUTE));
    }
}
