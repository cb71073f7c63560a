//! Spans of time: months, which vary in length, and microseconds, which do not.
//!
//! Days are 24 hours here, as in PostgreSQL 8.0, which counted months and seconds only.

use std::fmt::Write;

use arrow::datatypes::IntervalMonthDayNano;

use super::{DAY, HOUR, MINUTE, Moment, SECOND, text};
use crate::warehouse::data_type::{DataType, Finest};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interval {
    pub months: i32,
    pub micros: i64,
}

impl Interval {
    /// As it lies in an Arrow column.
    pub fn to_arrow(self) -> IntervalMonthDayNano {
        // Whole days apart, or the nanoseconds would overflow after 292 years.
        IntervalMonthDayNano::new(self.months, (self.micros / DAY) as i32, self.micros % DAY * 1_000)
    }

    pub fn from_arrow(value: IntervalMonthDayNano) -> Self {
        Interval { months: value.months, micros: i64::from(value.days) * DAY + value.nanoseconds / 1_000 }
    }

    /// Comes out the same for `1 month` and `30 days`: how intervals compare.
    pub fn comparable(self) -> i64 {
        i64::from(self.months).saturating_mul(30 * DAY).saturating_add(self.micros)
    }

    /// The timestamp this much later: months first (clamped to the month's end), then the rest.
    pub fn add_to(self, micros: i64) -> Option<i64> {
        let moment = Moment::from_micros(micros);
        let date = moment.date.plus_months(i64::from(self.months))?;
        Moment { date, ..moment }.micros().checked_add(self.micros)
    }

    pub fn checked_neg(self) -> Option<Interval> {
        Some(Interval { months: self.months.checked_neg()?, micros: self.micros.checked_neg()? })
    }

    pub fn checked_add(self, other: Interval) -> Option<Interval> {
        Some(Interval {
            months: self.months.checked_add(other.months)?,
            micros: self.micros.checked_add(other.micros)?,
        })
    }

    /// Times a factor; what is left of a month becomes days of 24 hours, thirty to the month.
    pub fn scaled(self, factor: f64) -> Option<Interval> {
        let months = f64::from(self.months) * factor;
        let whole = months.trunc();
        let micros = (months - whole) * 30.0 * DAY as f64 + self.micros as f64 * factor;
        let fits = whole.abs() < f64::from(i32::MAX) && micros.abs() < 9.0e18;
        fits.then_some(Interval { months: whole as i32, micros: micros.round_ties_even() as i64 })
    }

    /// As [`Interval::parse`], with the fields of a literal behind it: a bare number counts the last of them,
    /// `1-2` is years and months, and what is finer than the last field is cut off.
    pub fn parse_as(written: &str, leading: Option<Field>, last: Option<Field>) -> Option<Interval> {
        let written = written.trim();
        let Some(finest) = last.or(leading) else { return Interval::parse(written) };
        let bare = written.parse::<f64>().is_ok();
        let minutes = leading == Some(Field::Minute) && written.matches(':').count() == 1;
        let read = if bare {
            Interval::parse(&format!("{written} {}", finest.unit()))?
        } else if minutes {
            // `MINUTE TO SECOND` reads `10:20` as minutes and seconds.
            let (sign, clock) = written.strip_prefix('-').map_or(("", written), |rest| ("-", rest));
            Interval::parse(&format!("{sign}0:{clock}"))?
        } else {
            Interval::parse(written)?
        };
        Some(read.cut(finest.finest()))
    }

    /// A text for a column: a bare number counts its last field.
    pub fn parse_for(written: &str, finest: Finest) -> Option<Interval> {
        Some(Interval::parse_as(written, None, Some(Field::of(finest)))?.cut(finest))
    }

    /// Without what is finer, and without the months that no DAY TO SECOND has (Developer Guide,
    /// "interval_forbid_composite_literals").
    pub fn cut(self, finest: Finest) -> Interval {
        let micros = |unit: i64| self.micros - self.micros % unit;
        let months = if finest.is_months() { self.months } else { 0 };
        match finest {
            Finest::Year => Interval { months: self.months - self.months % 12, micros: 0 },
            Finest::Month => Interval { months: self.months, micros: 0 },
            Finest::Day => Interval { micros: micros(DAY), months },
            Finest::Hour => Interval { micros: micros(HOUR), months },
            Finest::Minute => Interval { micros: micros(MINUTE), months },
            // A fraction is rounded to its digits, as the guide's example is.
            Finest::Second(digits) => {
                let unit = 10_i64.pow(6_u32.saturating_sub(u32::from(digits)));
                let half = if self.micros < 0 { -unit / 2 } else { unit / 2 };
                let rounded = self.micros.saturating_add(half) / unit * unit;
                Interval { micros: if unit == 1 { self.micros } else { rounded }, months }
            }
        }
    }

    /// `3 days`, `1 year 2 mons 04:05:06`, `2 weeks`; a number without a unit is seconds.
    pub fn parse(written: &str) -> Option<Interval> {
        let mut total = Interval::default();
        let mut pending: Option<f64> = None;
        let mut said = false;
        for word in written.split([' ', ',', '\t']).filter(|word| !word.is_empty() && *word != "@") {
            if let Some(months) = years_and_months(word) {
                total.months = total.months.checked_add(months)?;
            } else if word.contains(':') {
                if let Some(days) = pending.take() {
                    total = total.plus(days, Unit::Day)?;
                }
                total.micros = total.micros.checked_add(clock(word)?)?;
            } else if word.eq_ignore_ascii_case("ago") {
                total = total.checked_neg()?;
            } else if let Ok(value) = word.parse::<f64>() {
                if pending.replace(value).is_some() {
                    return None;
                }
            } else if word.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+') {
                let end = word.find(|c: char| c.is_ascii_alphabetic())?;
                total = total.plus(word[..end].parse().ok()?, Unit::find(&word[end..])?)?;
            } else {
                total = total.plus(pending.take()?, Unit::find(word)?)?;
            }
            said = true;
        }
        if let Some(seconds) = pending {
            total = total.plus(seconds, Unit::Second)?;
        }
        said.then_some(total)
    }

    fn plus(self, amount: f64, unit: Unit) -> Option<Interval> {
        let one = match unit {
            Unit::Month(months) => Interval { months, micros: 0 },
            _ => Interval { months: 0, micros: unit.micros() },
        };
        self.checked_add(one.scaled(amount)?)
    }
}

/// The fields that a literal can name behind its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

impl Field {
    const ALL: [(Field, &str); 6] = [
        (Field::Year, "year"),
        (Field::Month, "month"),
        (Field::Day, "day"),
        (Field::Hour, "hour"),
        (Field::Minute, "minute"),
        (Field::Second, "second"),
    ];

    /// By its name, in the singular or the plural.
    pub fn find(name: &str) -> Option<Field> {
        let name = name.to_ascii_lowercase();
        let singular = name.strip_suffix('s').unwrap_or(&name);
        Self::ALL.into_iter().find(|(_, known)| *known == singular).map(|(field, _)| field)
    }

    fn finest(self) -> Finest {
        match self {
            Field::Year => Finest::Year,
            Field::Month => Finest::Month,
            Field::Day => Finest::Day,
            Field::Hour => Finest::Hour,
            Field::Minute => Finest::Minute,
            Field::Second => Finest::Second(6),
        }
    }

    fn of(finest: Finest) -> Field {
        match finest {
            Finest::Year => Field::Year,
            Finest::Month => Field::Month,
            Finest::Day => Field::Day,
            Finest::Hour => Field::Hour,
            Finest::Minute => Field::Minute,
            Finest::Second(_) => Field::Second,
        }
    }

    /// The type of an INTERVAL whose last field this is, with the digits of a fraction.
    pub fn data_type(self, digits: Option<u64>) -> DataType {
        DataType::IntervalTo(match (self, digits) {
            (Field::Second, Some(digits)) => Finest::Second(digits.min(6) as u8),
            _ => self.finest(),
        })
    }

    fn unit(self) -> &'static str {
        Self::ALL.into_iter().find(|(field, _)| *field == self).map_or("second", |(_, name)| name)
    }
}

/// `1-2`, `-1-2`: years and months.
fn years_and_months(word: &str) -> Option<i32> {
    let (sign, body) = word.strip_prefix('-').map_or((1, word), |rest| (-1, rest));
    let (years, months) = body.split_once('-')?;
    let months: i32 = months.parse().ok().filter(|months| (0..12).contains(months))?;
    Some(sign * years.parse::<i32>().ok().filter(|years| *years >= 0)?.checked_mul(12)?.checked_add(months)?)
}

enum Unit {
    Month(i32),
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
}

impl Unit {
    fn find(word: &str) -> Option<Unit> {
        Some(match word.to_ascii_lowercase().as_str() {
            "y" | "yr" | "yrs" | "year" | "years" => Unit::Month(12),
            "qtr" | "quarter" | "quarters" => Unit::Month(3),
            "mon" | "mons" | "month" | "months" => Unit::Month(1),
            "dec" | "decs" | "decade" | "decades" => Unit::Month(120),
            "c" | "cent" | "century" | "centuries" => Unit::Month(1_200),
            "w" | "week" | "weeks" => Unit::Week,
            "d" | "day" | "days" => Unit::Day,
            "h" | "hr" | "hrs" | "hour" | "hours" => Unit::Hour,
            "m" | "min" | "mins" | "minute" | "minutes" => Unit::Minute,
            "s" | "sec" | "secs" | "second" | "seconds" => Unit::Second,
            "millennium" | "millennia" | "mil" | "mils" => Unit::Month(12_000),
            "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" => Unit::Millisecond,
            "us" | "usec" | "usecs" | "microsecond" | "microseconds" => Unit::Microsecond,
            _ => return None,
        })
    }

    fn micros(&self) -> i64 {
        match self {
            Unit::Month(months) => i64::from(*months) * 30 * DAY,
            Unit::Week => 7 * DAY,
            Unit::Day => DAY,
            Unit::Hour => HOUR,
            Unit::Minute => MINUTE,
            Unit::Second => SECOND,
            Unit::Millisecond => 1_000,
            Unit::Microsecond => 1,
        }
    }
}

/// `[-]HH:MM[:SS[.ffffff]]`, where hours may pass 24.
fn clock(word: &str) -> Option<i64> {
    let (negative, word) = match word.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, word.strip_prefix('+').unwrap_or(word)),
    };
    let mut pieces = word.split(':');
    let hours: i64 = pieces.next()?.parse().ok()?;
    let minutes: i64 = pieces.next()?.parse().ok()?;
    let seconds: f64 = pieces.next().unwrap_or("0").parse().ok()?;
    if pieces.next().is_some() || minutes > 59 || !(0.0..60.0).contains(&seconds) {
        return None;
    }
    let micros = hours.checked_mul(HOUR)? + minutes * MINUTE + (seconds * SECOND as f64).round() as i64;
    Some(if negative { -micros } else { micros })
}

/// `intervalstyle`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    #[default]
    Postgres,
    Verbose,
    Standard,
}

impl Style {
    pub fn of(setting: Option<&str>) -> Style {
        match setting {
            Some("postgres_verbose") => Style::Verbose,
            Some("sql_standard") => Style::Standard,
            _ => Style::Postgres,
        }
    }
}

/// `1 year 2 mons 3 days 04:05:06`, as PostgreSQL 8.0 prints it, or in another style.
pub fn write_interval(interval: Interval, style: Style, out: &mut String) {
    let start = out.len();
    let time = interval.micros % DAY;
    let days = interval.micros / DAY;
    if style == Style::Standard {
        return write_standard(interval, days, time, out);
    }
    // In the verbose style what is below zero as a whole is `ago`.
    let ago = style == Style::Verbose && interval.comparable() < 0;
    let sign = if ago { -1 } else { 1 };
    if style == Style::Verbose {
        out.push('@');
    }
    let mut part = |amount: i64, one: &str, many: &str| {
        if amount != 0 {
            let space = if out.len() > start { " " } else { "" };
            let unit = if amount == 1 { one } else { many };
            let _ = write!(out, "{space}{amount} {unit}");
        }
    };
    part(i64::from(interval.months / 12) * sign, "year", "years");
    part(i64::from(interval.months % 12) * sign, "mon", "mons");
    part(days * sign, "day", "days");
    if style == Style::Verbose {
        part(time / HOUR * sign, "hour", "hours");
        part(time % HOUR / MINUTE * sign, "min", "mins");
        // Two digits of a fraction, cut off, as the guide's example is.
        let hundredths = time % MINUTE * sign / 10_000;
        if hundredths % 100 != 0 {
            let _ = write!(out, " {}.{:02} secs", hundredths / 100, (hundredths % 100).abs());
        } else if hundredths != 0 {
            let unit = if hundredths == 100 { "sec" } else { "secs" };
            let _ = write!(out, " {} {unit}", hundredths / 100);
        }
        if out.len() == start + 1 {
            out.push_str(" 0");
        }
        out.push_str(if ago { " ago" } else { "" });
        return;
    }
    if time != 0 || out.len() == start {
        if out.len() > start {
            out.push(' ');
        }
        if time < 0 {
            out.push('-');
        }
        text::write_time(time.abs(), out);
    }
}

/// `1-2`, `1 2:03:04.5`; both parts with their signs where there are both.
fn write_standard(interval: Interval, days: i64, time: i64, out: &mut String) {
    let (months, micros) = (interval.months, interval.micros);
    let both = months != 0 && micros != 0;
    let sign = |negative: bool| match (negative, both) {
        (true, _) => "-",
        (false, true) => "+",
        (false, false) => "",
    };
    if months != 0 {
        let _ = write!(out, "{}{}-{}", sign(months < 0), months.abs() / 12, months.abs() % 12);
    }
    if both {
        out.push(' ');
    }
    if micros != 0 || !both && months == 0 {
        let mut clock = String::new();
        text::write_time(time.abs(), &mut clock);
        let clock = clock.strip_prefix('0').unwrap_or(&clock);
        match days {
            0 if micros == 0 => out.push('0'),
            0 => {
                let _ = write!(out, "{}{clock}", sign(micros < 0));
            }
            days => {
                let _ = write!(out, "{}{} {clock}", sign(micros < 0), days.abs());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(written: &str) -> Option<String> {
        let mut out = String::new();
        write_interval(Interval::parse(written)?, Style::Postgres, &mut out);
        Some(out)
    }

    #[test]
    fn reads_and_prints() {
        for (written, printed) in [
            ("3 days", "3 days"),
            ("1 day", "1 day"),
            ("52", "00:00:52"),
            ("2 weeks", "14 days"),
            ("1 year 2 months 04:05:06.5", "1 year 2 mons 04:05:06.5"),
            ("-1 month", "-1 mons"),
            ("0.5 days", "12:00:00"),
            ("0.5 month", "15 days"),
            ("1h", "01:00:00"),
            ("3 days ago", "-3 days"),
            ("1-2", "1 year 2 mons"),
            ("1 2:03:04", "1 day 02:03:04"),
            ("0", "00:00:00"),
        ] {
            assert_eq!(print(written).as_deref(), Some(printed), "{written}");
        }
        assert_eq!(Interval::parse(""), None);
        assert_eq!(Interval::parse("3 apples"), None);
    }

    #[test]
    fn styles_differ() {
        for (written, verbose, standard) in [
            ("1-2", "@ 1 year 2 mons", "1-2"),
            ("1 2:3:4.5678", "@ 1 day 2 hours 3 mins 4.56 secs", "1 2:03:04.5678"),
            ("-1-2", "@ 1 year 2 mons ago", "-1-2"),
            ("3 days ago", "@ 3 days ago", "-3 0:00:00"),
            ("0", "@ 0", "0"),
            ("1 month 1 day", "@ 1 mon 1 day", "+0-1 +1 0:00:00"),
        ] {
            let print = |style| {
                let mut out = String::new();
                write_interval(Interval::parse(written).unwrap(), style, &mut out);
                out
            };
            assert_eq!(
                (print(Style::Verbose).as_str(), print(Style::Standard).as_str()),
                (verbose, standard)
            );
        }
    }

    #[test]
    fn arrow_round_trip() {
        for interval in
            [Interval { months: -7, micros: -DAY - 1 }, Interval { months: 0, micros: 400 * 366 * DAY + 5 }]
        {
            assert_eq!(Interval::from_arrow(interval.to_arrow()), interval);
        }
    }
}
