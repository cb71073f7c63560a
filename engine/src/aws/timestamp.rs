//! Instants as AWS writes them: ISO 8601 in UTC.

use crate::clock::Instant;

/// Year, month and day of a day number (days since 1970-01-01), proleptic Gregorian.
pub fn civil(days: i64) -> (i64, u32, u32) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_index + 2) / 5 + 1) as u32;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 } as u32;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Days since 1970-01-01 of a date.
pub fn days(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_index = i64::from((month + 9) % 12);
    let day_of_year = (153 * month_index + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// `2023-05-25 10:00:00`, as `aws s3 ls` prints it; the terminal's time zone is UTC.
pub fn plain(at: Instant) -> String {
    let seconds = at.0.div_euclid(1_000_000);
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let of_day = seconds.rem_euclid(86_400);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}", of_day / 3_600, of_day / 60 % 60, of_day % 60)
}

/// `2023-05-25T10:00:00+00:00`, as CLI v2 prints the times of query and REST services.
pub fn iso(at: Instant) -> String {
    plain(at).replacen(' ', "T", 1) + "+00:00"
}

/// Seconds since 1970 of an ISO 8601 text (`2023-05-25`, `...T10:00:00Z`, with offset or fraction) or of a
/// number of seconds.
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<i64>()
        && !text.contains('-')
    {
        return Some(seconds);
    }
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00:00Z"));
    let mut parts = date.splitn(3, '-');
    let year: i64 = parts.next()?.parse().ok()?;
    let month: u32 = parts.next()?.parse().ok()?;
    let day: u32 = parts.next()?.parse().ok()?;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let (clock, offset) = match time.strip_suffix('Z') {
        Some(clock) => (clock, 0),
        None => match time.rfind(['+', '-']) {
            Some(at) => {
                let sign = if time.as_bytes()[at] == b'-' { -1 } else { 1 };
                let zone = time[at + 1..].replace(':', "");
                let hours: i64 = zone.get(..2)?.parse().ok()?;
                let minutes: i64 = zone.get(2..4).map_or(Ok(0), str::parse).ok()?;
                (&time[..at], sign * (hours * 3_600 + minutes * 60))
            }
            None => (time, 0),
        },
    };
    let mut seconds = 0;
    for (part, unit) in clock.split(':').zip([3_600, 60, 1]) {
        let whole = part.split('.').next()?;
        seconds += whole.parse::<i64>().ok()? * unit;
    }
    Some(days(year, month, day) * 86_400 + seconds - offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn there_and_back() {
        assert_eq!(iso(Clock::COURSE_START), "2023-05-25T10:00:00+00:00");
        assert_eq!(parse("2023-05-25T10:00:00+00:00"), Some(Clock::COURSE_START.0 / 1_000_000));
        assert_eq!(parse("2023-05-25T19:00:00.5+09:00"), Some(Clock::COURSE_START.0 / 1_000_000));
        assert_eq!(parse("soon"), None);
        for day in [-800_000, -1, 0, 59, 11_016, 19_502, 50_000] {
            let (year, month, date) = civil(day);
            assert_eq!(days(year, month, date), day);
        }
    }
}
