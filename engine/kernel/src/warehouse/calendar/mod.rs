//! Days, months and the time of day, by hand.
//!
//! Every place that reads or prints a date (casts, COPY, `to_char`, system views) counts here, in the
//! proleptic Gregorian calendar, so that two of them cannot disagree. [`parse`] reads text, [`text`] prints
//! it, [`interval`] holds spans of time and [`zone`] the time zones by name.

pub mod interval;
pub mod parse;
pub mod text;
pub mod zone;

/// Microseconds of a second, a minute, an hour and a day.
pub const SECOND: i64 = 1_000_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
/// Days of 400 years, after which the calendar repeats.
const DAYS_OF_ERA: u32 = 146_097;
/// Days from 0000-03-01 on.
const DAYS_BEFORE_1970: i32 = 719_468;

/// The Julian day of 1970-01-01.
const JULIAN_1970: i32 = 2_440_588;
/// The days that a DATE can be, from Julian day 0 (4714-11-24 BC) to the end of 294276.
pub const DATES: std::ops::RangeInclusive<i32> = -JULIAN_1970..=106_762_939;

/// A calendar day. Year 0 is 1 BC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Civil {
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
}

/// A timestamp taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub date: Civil,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    /// 0 to 999,999.
    pub micros: u32,
}

impl Civil {
    /// The day, if there is one: 2023-02-29 is `None`.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Civil> {
        let exists = (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month);
        exists.then_some(Civil { year, month, day })
    }

    /// Days since 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    #[inline(always)]
    pub fn days(self) -> i32 {
        let year = self.year.wrapping_sub(i32::from(self.month <= 2));
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let shifted = (self.month as i32 + 9) % 12;
        let day_of_year = (153 * shifted + 2) / 5 + self.day as i32 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era.wrapping_mul(DAYS_OF_ERA as i32).wrapping_add(day_of_era - DAYS_BEFORE_1970)
    }

    /// The inverse of [`Civil::days`], in 32 bits without a sign: WebAssembly divides those by multiplying, and 64 bits
    /// by dividing.
    #[inline(always)]
    pub fn from_days(days: i32) -> Civil {
        // Counted from so many eras of 400 years before, that no day a DATE can hold is negative.
        const ERAS: u32 = 14_699;
        let shifted = (days as u32).wrapping_add(DAYS_BEFORE_1970 as u32).wrapping_add(ERAS * DAYS_OF_ERA);
        let era = (shifted / DAYS_OF_ERA) as i32 - ERAS as i32;
        let day_of_era = shifted % DAYS_OF_ERA;
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year_of_era as i32 + era * 400 + i32::from(month <= 2);
        Civil { year, month, day }
    }

    /// The same day `months` later; a day that the month does not have becomes its last.
    pub fn plus_months(self, months: i64) -> Option<Civil> {
        let index = i64::from(self.year) * 12 + i64::from(self.month) - 1 + months;
        let year = i32::try_from(index.div_euclid(12)).ok()?;
        let month = index.rem_euclid(12) as u32 + 1;
        Some(Civil { year, month, day: self.day.min(days_in_month(year, month)) })
    }

    /// 1 to 366.
    pub fn day_of_year(self) -> u32 {
        (self.days() - Civil { month: 1, day: 1, ..self }.days()) as u32 + 1
    }

    /// The ISO 8601 year and week: weeks begin on Monday, week 1 holds the year's first Thursday.
    pub fn iso_week(self) -> (i32, u32) {
        let days = self.days();
        let thursday = Civil::from_days(days - monday_based(days) + 3);
        (thursday.year, (thursday.day_of_year() - 1) / 7 + 1)
    }

    pub fn last_of_month(self) -> Civil {
        Civil { day: days_in_month(self.year, self.month), ..self }
    }
}

impl Moment {
    /// Takes apart microseconds since 1970-01-01T00:00:00.
    pub fn from_micros(micros: i64) -> Moment {
        let days = days_of(micros);
        let time = micros - i64::from(days) * DAY;
        let seconds = (time / SECOND) as u32;
        Moment {
            date: Civil::from_days(days),
            hour: seconds / 3_600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            micros: (time - i64::from(seconds) * SECOND) as u32,
        }
    }

    pub fn micros(self) -> i64 {
        i64::from(self.date.days()) * DAY + self.time_of_day()
    }

    /// Microseconds since midnight.
    pub fn time_of_day(self) -> i64 {
        i64::from(self.hour) * HOUR
            + i64::from(self.minute) * MINUTE
            + i64::from(self.second) * SECOND
            + i64::from(self.micros)
    }
}

/// Microseconds of a day's beginning; `None` past the last year that 64 bits of them reach (294246).
pub fn midnight(days: i32) -> Option<i64> {
    i64::from(days).checked_mul(DAY)
}

/// The day a timestamp falls on.
#[inline(always)]
pub fn days_of(micros: i64) -> i32 {
    micros.div_euclid(DAY) as i32
}

pub fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// 0 is Sunday.
pub fn day_of_week(days: i32) -> u32 {
    (i64::from(days) + 4).rem_euclid(7) as u32
}

/// 0 is Monday.
pub fn monday_based(days: i32) -> i32 {
    (i64::from(days) + 3).rem_euclid(7) as i32
}

pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Sunday first.
pub const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_civil_are_inverse() {
        for days in (-1_000_000..1_000_000).step_by(97) {
            assert_eq!(Civil::from_days(days).days(), days);
        }
        // Beyond what a DATE holds on either side.
        for days in (i32::MIN..2_146_000_000).step_by(1_000_003) {
            assert_eq!(Civil::from_days(days).days(), days);
        }
        assert_eq!(Civil { year: 1970, month: 1, day: 1 }.days(), 0);
        assert_eq!(Civil { year: 2023, month: 5, day: 25 }.days(), 19_502);
        assert_eq!(Civil::from_days(-1), Civil { year: 1969, month: 12, day: 31 });
    }

    #[test]
    fn months_clamp_to_the_last_day() {
        let leap = Civil { year: 2016, month: 2, day: 29 };
        assert_eq!(leap.plus_months(12), Civil::new(2017, 2, 28));
        assert_eq!(Civil { year: 2020, month: 1, day: 31 }.plus_months(1), Civil::new(2020, 2, 29));
        assert_eq!(Civil { year: 2020, month: 3, day: 31 }.plus_months(-1), Civil::new(2020, 2, 29));
        assert_eq!(Civil::new(2023, 2, 29), None);
    }

    #[test]
    fn weeks_follow_iso() {
        assert_eq!(Civil { year: 2021, month: 1, day: 3 }.iso_week(), (2020, 53));
        assert_eq!(Civil { year: 2008, month: 12, day: 29 }.iso_week(), (2009, 1));
        assert_eq!(day_of_week(Civil { year: 2023, month: 5, day: 25 }.days()), 4);
    }

    #[test]
    fn moments_before_1970_keep_their_time() {
        let moment = Moment::from_micros(-1);
        assert_eq!((moment.date.year, moment.hour, moment.micros), (1969, 23, 999_999));
        assert_eq!(moment.micros(), -1);
    }
}
