//! Instants as AWS writes them: ISO 8601 in UTC.

use crate::clock::Instant;
use crate::warehouse::calendar::{Civil, Moment};

/// `2023-05-25 10:00:00`, as `aws s3 ls` prints it; the terminal's time zone is UTC.
pub fn plain(at: Instant) -> String {
    let Moment { date, hour, minute, second, .. } = Moment::from_micros(at.0);
    format!("{:04}-{:02}-{:02} {hour:02}:{minute:02}:{second:02}", date.year, date.month, date.day)
}

/// `2023-05-25T10:00:00+00:00`, as CLI v2 prints the times of query and REST services.
pub fn iso(at: Instant) -> String {
    plain(at).replacen(' ', "T", 1) + "+00:00"
}

/// `Fri, 26 May 2023 00:00:00 GMT`, as headers write it.
pub fn http(at: Instant) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let plain = plain(at);
    // 1970 began on a Thursday.
    let day = DAYS[at.0.div_euclid(86_400_000_000).rem_euclid(7) as usize];
    let month = plain[5..7].parse::<usize>().ok().and_then(|month| MONTHS.get(month - 1)).unwrap_or(&"");
    format!("{day}, {} {month} {} {} GMT", &plain[8..10], &plain[..4], &plain[11..])
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
    let year: i32 = parts.next()?.parse().ok()?;
    let month: u32 = parts.next()?.parse().ok()?;
    let day: u32 = parts.next()?.parse().ok()?;
    let days = i64::from(Civil::new(year, month, day)?.days());
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
    Some(days * 86_400 + seconds - offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn there_and_back() {
        assert_eq!(http(Clock::COURSE_START), "Thu, 25 May 2023 10:00:00 GMT");
        assert_eq!(iso(Clock::COURSE_START), "2023-05-25T10:00:00+00:00");
        assert_eq!(parse("2023-05-25T10:00:00+00:00"), Some(Clock::COURSE_START.0 / 1_000_000));
        assert_eq!(parse("2023-05-25T19:00:00.5+09:00"), Some(Clock::COURSE_START.0 / 1_000_000));
        assert_eq!(parse("soon"), None);
        assert_eq!(parse("2023-02-30"), None);
    }
}
