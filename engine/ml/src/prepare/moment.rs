//! Dates and times: read from text, cut into the parts a learner can use.

const DAY: f64 = 86_400.0;

/// Parts of an instant, in the order in which they become features.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Part {
    Year,
    Quarter,
    Month,
    WeekOfYear,
    DayOfYear,
    Day,
    Weekday,
    Hour,
    Minute,
    Second,
}

pub const PARTS: [(Part, &str); 10] = [
    (Part::Year, "year"),
    (Part::Quarter, "quarter"),
    (Part::Month, "month"),
    (Part::WeekOfYear, "week_of_year"),
    (Part::DayOfYear, "day_of_year"),
    (Part::Day, "day"),
    (Part::Weekday, "weekday"),
    (Part::Hour, "hour"),
    (Part::Minute, "minute"),
    (Part::Second, "second"),
];

/// A part of seconds since 1970-01-01; weeks begin on Monday (0), and a week of the year is seven days from its first.
pub fn part(seconds: f64, part: Part) -> f64 {
    // Nothing lies further away than some 300,000 years, and arithmetic on whole numbers must not overflow.
    if seconds.is_nan() || seconds.abs() > 1e13 {
        return f64::NAN;
    }
    let day = (seconds / DAY).floor();
    let of_day = seconds - day * DAY;
    let (year, month, date) = civil(day as i64);
    let day_of_year = day as i64 - days(year, 1, 1);
    let whole = match part {
        Part::Year => year,
        Part::Quarter => (month - 1) / 3 + 1,
        Part::Month => month,
        Part::WeekOfYear => day_of_year / 7 + 1,
        Part::DayOfYear => day_of_year + 1,
        Part::Day => date,
        Part::Weekday => (day as i64 + 3).rem_euclid(7),
        Part::Hour => (of_day / 3_600.0) as i64,
        Part::Minute => (of_day / 60.0) as i64 % 60,
        Part::Second => of_day as i64 % 60,
    };
    whole as f64
}

/// Seconds since 1970-01-01 of `2023-02-01`, `2023/02/01 10:00`, `2023-02-01T10:00:00.5Z` or `10:00:00`.
pub fn read(text: &str) -> Option<f64> {
    let text = text.trim().trim_end_matches(['Z', 'z']);
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (Some(date), Some(time)),
        None if text.contains(':') => (None, Some(text)),
        None => (Some(text), None),
    };
    let mut seconds = 0.0;
    if let Some(date) = date {
        let split = if date.contains('/') { '/' } else { '-' };
        let mut parts = date.split(split);
        let mut next = |length: usize| -> Option<i64> {
            let part = parts.next()?;
            let digits = part.len() <= length && part.bytes().all(|byte| byte.is_ascii_digit());
            if digits { part.parse().ok() } else { None }
        };
        let (year, month, day) = (next(4)?, next(2)?, next(2)?);
        let sensible = year >= 1000 && (1..=12).contains(&month) && (1..=31).contains(&day);
        if !sensible || parts.next().is_some() {
            return None;
        }
        seconds += days(year, month, day) as f64 * DAY;
    }
    if let Some(time) = time {
        let mut factor = 3_600.0;
        let mut count = 0;
        for part in time.trim().split(':') {
            let value: f64 = part.parse().ok()?;
            if !(0.0..60.0).contains(&value) {
                return None;
            }
            seconds += value * factor;
            factor /= 60.0;
            count += 1;
        }
        if !(2..=3).contains(&count) {
            return None;
        }
    }
    Some(seconds)
}

/// Year, month and day of a day since 1970-01-01 (the proleptic Gregorian calendar, counted from March).
fn civil(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, of_year - (153 * from_march + 2) / 5 + 1)
}

fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_and_cut() {
        let cases = [
            ("1970-01-01", Some(0.0)),
            ("2023-02-01", Some(1_675_209_600.0)),
            ("2023/02/01 10:00", Some(1_675_245_600.0)),
            ("2023-02-01T10:00:00.5Z", Some(1_675_245_600.5)),
            ("10:00:30", Some(36_030.0)),
            ("1969-12-31 23:59:59", Some(-1.0)),
            ("2023-13-01", None),
            ("415", None),
            ("1-2-3", None),
            ("a b", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(read(text), wanted, "{text}");
        }
        let instant = read("2024-12-30 23:15:09").unwrap();
        let parts = PARTS.map(|(each, _)| part(instant, each));
        assert_eq!(parts, [2024.0, 4.0, 12.0, 53.0, 365.0, 30.0, 0.0, 23.0, 15.0, 9.0]);
        assert_eq!(part(-1.0, Part::Second), 59.0);
        assert!(part(f64::NAN, Part::Year).is_nan());
    }
}
