//! Dates and times as the server prints them (DateStyle `ISO, MDY`).

use std::fmt::Write;

use super::{Civil, DAY, Moment};

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
        let mut out = String::new();
        write_timestamp_tz(0, 9 * 3600, &mut out);
        assert_eq!(out, "1970-01-01 09:00:00+09");
        out.clear();
        write_timestamp_tz(0, -(3 * 3600 + 1800), &mut out);
        assert_eq!(out, "1969-12-31 20:30:00-03:30");
    }
}
