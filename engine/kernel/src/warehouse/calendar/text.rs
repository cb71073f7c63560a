//! Dates and times as the server prints them: in ISO form, or as another `datestyle` has them.

use std::fmt::Write;

use super::parse::Order;
use super::{Civil, DAY, MONTHS, Moment, WEEKDAYS, day_of_week, days_of};

/// How results show dates. Casts to text keep the ISO form (that compute nodes do is unconfirmed).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    #[default]
    Iso,
    /// `25/05/2023` with the day first, or `05/25/2023`.
    Sql { day_first: bool },
    /// `25-05-2023`, and `Thu 25 May 10:00:00 2023`; or the month first.
    Postgres { day_first: bool },
    /// `25.05.2023`.
    German,
}

impl Style {
    /// Of a `datestyle` as SHOW prints it.
    pub fn of(setting: Option<&str>) -> Style {
        let setting = setting.unwrap_or_default();
        let day_first = Order::of(setting) == Order::DayFirst;
        match setting.split(',').next() {
            Some("SQL") => Style::Sql { day_first },
            Some("Postgres") => Style::Postgres { day_first },
            Some("German") => Style::German,
            _ => Style::Iso,
        }
    }

    pub fn date(self, days: i32) -> String {
        let Civil { year, month, day } = Civil::from_days(days);
        let (separator, day_first) = match self {
            Style::Iso => return date(days),
            Style::Sql { day_first } => ('/', day_first),
            Style::Postgres { day_first } => ('-', day_first),
            Style::German => ('.', true),
        };
        let (one, other) = if day_first { (day, month) } else { (month, day) };
        let (year, era) = if year > 0 { (i64::from(year), "") } else { (1 - i64::from(year), " BC") };
        format!("{one:02}{separator}{other:02}{separator}{year:04}{era}")
    }

    pub fn timestamp(self, micros: i64) -> String {
        let (days, clock) = (days_of(micros), time(micros.rem_euclid(DAY)));
        let Style::Postgres { day_first } = self else {
            return match self {
                Style::Iso => timestamp(micros),
                _ => {
                    let date = self.date(days);
                    let (date, era) = date.split_at(date.find(' ').unwrap_or(date.len()));
                    format!("{date} {clock}{era}")
                }
            };
        };
        let Civil { month, day, .. } = Civil::from_days(days);
        let date = self.date(days);
        let year = date.get(6..).unwrap_or_default();
        let weekday = &WEEKDAYS[day_of_week(days) as usize][..3];
        let month = &MONTHS[month as usize - 1][..3];
        match day_first {
            true => format!("{weekday} {day:02} {month} {clock} {year}"),
            false => format!("{weekday} {month} {day:02} {clock} {year}"),
        }
    }
}

/// `2023-05-25`; years before 1 as `0044-03-15 BC`.
pub fn write_date(days: i32, out: &mut String) {
    let Civil { year, month, day } = Civil::from_days(days);
    if year > 0 {
        digits(year as u32, 4, out);
    } else {
        digits((1 - i64::from(year)) as u32, 4, out);
    }
    out.push('-');
    digits(month, 2, out);
    out.push('-');
    digits(day, 2, out);
    if year <= 0 {
        out.push_str(" BC");
    }
}

/// `10:04:05` or `10:04:05.123`; `micros` is since midnight. Trailing zeros of the fraction are left out.
pub fn write_time(micros: i64, out: &mut String) {
    let moment = Moment::from_micros(micros.rem_euclid(DAY));
    // 24:00:00 is a time of its own.
    digits(if micros == DAY { 24 } else { moment.hour }, 2, out);
    out.push(':');
    digits(moment.minute, 2, out);
    out.push(':');
    digits(moment.second, 2, out);
    write_fraction(moment.micros, out);
}

/// `2023-05-25 10:04:05.123`.
pub fn write_timestamp(micros: i64, out: &mut String) {
    let days = super::days_of(micros);
    if Civil::from_days(days).year > 0 {
        write_date(days, out);
        out.push(' ');
        write_time(micros.rem_euclid(DAY), out);
    } else {
        write_date(days, out);
        out.truncate(out.len() - " BC".len());
        out.push(' ');
        write_time(micros.rem_euclid(DAY), out);
        out.push_str(" BC");
    }
}

/// `2023-05-25 19:04:05+09`: `micros` is UTC, `offset` the zone's seconds east of it.
pub fn write_timestamp_tz(micros: i64, offset: i32, out: &mut String) {
    write_timestamp(micros.saturating_add(i64::from(offset) * super::SECOND), out);
    write_offset(offset, out);
}

/// `+09`, `-03:30`.
pub fn write_offset(seconds: i32, out: &mut String) {
    out.push(if seconds < 0 { '-' } else { '+' });
    let minutes = seconds.unsigned_abs() / 60;
    digits(minutes / 60, 2, out);
    if !minutes.is_multiple_of(60) {
        out.push(':');
        digits(minutes % 60, 2, out);
    }
}

pub fn date(days: i32) -> String {
    let mut out = String::new();
    write_date(days, &mut out);
    out
}

pub fn time(micros: i64) -> String {
    let mut out = String::new();
    write_time(micros, &mut out);
    out
}

pub fn timestamp(micros: i64) -> String {
    let mut out = String::new();
    write_timestamp(micros, &mut out);
    out
}

/// `.5` for half a second, nothing for none.
pub(super) fn write_fraction(micros: u32, out: &mut String) {
    if micros == 0 {
        return;
    }
    out.push('.');
    digits(micros, 6, out);
    while out.ends_with('0') {
        out.pop();
    }
}

fn digits(value: u32, width: usize, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = write!(out, "{value:0width$}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_the_server_does() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(Civil { year: -43, month: 3, day: 15 }.days()), "0044-03-15 BC");
        assert_eq!(time(0), "00:00:00");
        assert_eq!(time(DAY), "24:00:00");
        assert_eq!(timestamp(1_685_008_800_500_000), "2023-05-25 10:00:00.5");
        assert_eq!(timestamp(-1), "1969-12-31 23:59:59.999999");
        let styles = ["SQL, MDY", "SQL, DMY", "Postgres, MDY", "Postgres, DMY", "German, DMY", "ISO, DMY"];
        let shown = styles.map(|style| Style::of(Some(style)).timestamp(1_685_008_800_500_000));
        assert_eq!(
            shown,
            [
                "05/25/2023 10:00:00.5",
                "25/05/2023 10:00:00.5",
                "Thu May 25 10:00:00.5 2023",
                "Thu 25 May 10:00:00.5 2023",
                "25.05.2023 10:00:00.5",
                "2023-05-25 10:00:00.5",
            ]
        );
        let ides = Civil { year: -43, month: 3, day: 15 }.days();
        assert_eq!(Style::of(Some("SQL, MDY")).date(ides), "03/15/0044 BC");
        let mut out = String::new();
        write_timestamp_tz(0, 9 * 3600, &mut out);
        assert_eq!(out, "1970-01-01 09:00:00+09");
        out.clear();
        write_timestamp_tz(0, -(3 * 3600 + 1800), &mut out);
        assert_eq!(out, "1969-12-31 20:30:00-03:30");
    }
}
