//! Time zones by name: a small table with the daylight-saving rules of today.
//!
//! The product knows the whole tz database with its history; the sandbox knows the zones a course meets, and
//! applies the present rule to every year. Zones are matched without regard to case.

use super::{Civil, DAY, HOUR, SECOND, day_of_week};

/// A zone and how its clock moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone {
    pub name: &'static str,
    /// Standard time, seconds east of UTC.
    standard: i32,
    rule: Rule,
}

/// When the clock goes one hour forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    Never,
    /// Second Sunday of March to first Sunday of November, at 2:00 local.
    UnitedStates,
    /// Last Sunday of March to last Sunday of October, at 1:00 UTC.
    Europe,
    /// First Sunday of October to first Sunday of April, at 2:00 standard time.
    Australia,
}

const fn zone(name: &'static str, minutes: i32, rule: Rule) -> Zone {
    Zone { name, standard: minutes * 60, rule }
}

/// The zone of a session that has set none.
pub static UTC: Zone = zone("UTC", 0, Rule::Never);

static ZONES: &[Zone] = &[
    zone("UTC", 0, Rule::Never),
    zone("GMT", 0, Rule::Never),
    zone("UCT", 0, Rule::Never),
    zone("Z", 0, Rule::Never),
    zone("Zulu", 0, Rule::Never),
    zone("Etc/UTC", 0, Rule::Never),
    zone("Etc/GMT", 0, Rule::Never),
    zone("KST", 540, Rule::Never),
    zone("ROK", 540, Rule::Never),
    zone("Asia/Seoul", 540, Rule::Never),
    zone("JST", 540, Rule::Never),
    zone("Japan", 540, Rule::Never),
    zone("Asia/Tokyo", 540, Rule::Never),
    zone("PRC", 480, Rule::Never),
    zone("Asia/Shanghai", 480, Rule::Never),
    zone("Asia/Hong_Kong", 480, Rule::Never),
    zone("Asia/Singapore", 480, Rule::Never),
    zone("Singapore", 480, Rule::Never),
    zone("Asia/Taipei", 480, Rule::Never),
    zone("Asia/Bangkok", 420, Rule::Never),
    zone("Asia/Jakarta", 420, Rule::Never),
    zone("Asia/Ho_Chi_Minh", 420, Rule::Never),
    zone("Asia/Kolkata", 330, Rule::Never),
    zone("Asia/Calcutta", 330, Rule::Never),
    zone("Asia/Dubai", 240, Rule::Never),
    zone("MSK", 180, Rule::Never),
    zone("Europe/Moscow", 180, Rule::Never),
    zone("EET", 120, Rule::Europe),
    zone("Europe/Helsinki", 120, Rule::Europe),
    zone("Europe/Athens", 120, Rule::Europe),
    zone("Africa/Johannesburg", 120, Rule::Never),
    zone("CET", 60, Rule::Europe),
    zone("CEST", 120, Rule::Never),
    zone("MET", 60, Rule::Europe),
    zone("Europe/Paris", 60, Rule::Europe),
    zone("Europe/Berlin", 60, Rule::Europe),
    zone("Europe/Madrid", 60, Rule::Europe),
    zone("Europe/Rome", 60, Rule::Europe),
    zone("Europe/Amsterdam", 60, Rule::Europe),
    zone("Europe/Zurich", 60, Rule::Europe),
    zone("Europe/Stockholm", 60, Rule::Europe),
    zone("WET", 0, Rule::Europe),
    zone("Europe/London", 0, Rule::Europe),
    zone("Europe/Dublin", 0, Rule::Europe),
    zone("Europe/Lisbon", 0, Rule::Europe),
    zone("BST", 60, Rule::Never),
    zone("America/Sao_Paulo", -180, Rule::Never),
    zone("America/Argentina/Buenos_Aires", -180, Rule::Never),
    zone("America/Halifax", -240, Rule::UnitedStates),
    zone("America/New_York", -300, Rule::UnitedStates),
    zone("America/Toronto", -300, Rule::UnitedStates),
    zone("US/Eastern", -300, Rule::UnitedStates),
    zone("EST5EDT", -300, Rule::UnitedStates),
    zone("EST", -300, Rule::Never),
    zone("EDT", -240, Rule::Never),
    zone("America/Chicago", -360, Rule::UnitedStates),
    zone("US/Central", -360, Rule::UnitedStates),
    zone("CST6CDT", -360, Rule::UnitedStates),
    zone("CST", -360, Rule::Never),
    zone("CDT", -300, Rule::Never),
    zone("America/Denver", -420, Rule::UnitedStates),
    zone("America/Phoenix", -420, Rule::Never),
    zone("US/Mountain", -420, Rule::UnitedStates),
    zone("MST7MDT", -420, Rule::UnitedStates),
    zone("MST", -420, Rule::Never),
    zone("MDT", -360, Rule::Never),
    zone("America/Los_Angeles", -480, Rule::UnitedStates),
    zone("America/Vancouver", -480, Rule::UnitedStates),
    zone("US/Pacific", -480, Rule::UnitedStates),
    zone("PST8PDT", -480, Rule::UnitedStates),
    zone("PST", -480, Rule::Never),
    zone("PDT", -420, Rule::Never),
    zone("America/Anchorage", -540, Rule::UnitedStates),
    zone("Pacific/Honolulu", -600, Rule::Never),
    zone("US/Hawaii", -600, Rule::Never),
    zone("Australia/Brisbane", 600, Rule::Never),
    zone("Australia/Sydney", 600, Rule::Australia),
    zone("Australia/Melbourne", 600, Rule::Australia),
];

/// The zone that a session's `timezone` names: by name, as POSIX writes it, or hours east of UTC; UTC where it names
/// none.
pub fn of_session(setting: Option<&str>) -> Zone {
    let Some(setting) = setting else { return UTC };
    let east = |written: &str| offset(written).map(|standard| Zone { name: "", standard, rule: Rule::Never });
    find(setting).copied().or_else(|| east(setting)).or_else(|| posix(setting)).unwrap_or(UTC)
}

/// Every zone's name, its standard time in seconds east of UTC, and whether it has a summer time.
pub fn all() -> impl Iterator<Item = (&'static Zone, bool)> {
    ZONES.iter().map(|zone| (zone, zone.rule != Rule::Never))
}

/// The zone called `name`.
pub fn find(name: &str) -> Option<&'static Zone> {
    ZONES.iter().find(|zone| zone.name.eq_ignore_ascii_case(name))
}

/// A zone written as POSIX does, `NAME[ ]offset[NAME]`: hours west of Greenwich, and where a second name follows
/// an hour more in summer. The names say nothing (Developer Guide, "CONVERT_TIMEZONE": `NEWZONE +2`).
pub fn posix(written: &str) -> Option<Zone> {
    let digits = written.find(|letter: char| letter == '+' || letter == '-' || letter.is_ascii_digit())?;
    let (name, rest) = written.split_at(digits);
    if name.trim().is_empty() {
        return None;
    }
    let end = rest.rfind(|letter: char| letter.is_ascii_digit())? + 1;
    let (hours, summer) = rest.split_at(end);
    let west = match hours.as_bytes().first() {
        Some(b'+' | b'-') => offset(hours)?,
        _ => offset(&format!("+{hours}"))?,
    };
    let rule = if summer.trim().is_empty() { Rule::Never } else { Rule::UnitedStates };
    Some(Zone { name: "", standard: -west, rule })
}

/// `+09`, `-0330`, `+05:30` in seconds east of UTC.
pub fn offset(written: &str) -> Option<i32> {
    let sign = match written.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    // SHOW prints seconds, too: `+09:00:00`.
    let digits = &written[1..];
    let digits = digits.strip_suffix(":00").filter(|rest| rest.contains(':')).unwrap_or(digits);
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if digits.len() > 2 && digits.is_ascii() => digits.split_at(digits.len() - 2),
        None => (digits, "0"),
    };
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(hours) || !plain(minutes) {
        return None;
    }
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 15 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

impl Zone {
    /// Seconds east of UTC outside summer.
    pub fn standard_offset(&self) -> i32 {
        self.standard
    }

    /// Seconds east of UTC at a moment given in UTC.
    pub fn offset_at(&self, utc: i64) -> i32 {
        let standard = i64::from(self.standard) * SECOND;
        let year = super::Moment::from_micros(utc.saturating_add(standard)).date.year;
        let summer = match self.rule {
            Rule::Never => false,
            Rule::UnitedStates => {
                let from = sunday(year, 3, 2) + 2 * HOUR - standard;
                // 2:00 daylight time is 1:00 standard time.
                let to = sunday(year, 11, 1) + HOUR - standard;
                (from..to).contains(&utc)
            }
            Rule::Europe => (last_sunday(year, 3) + HOUR..last_sunday(year, 10) + HOUR).contains(&utc),
            Rule::Australia => {
                let to = sunday(year, 4, 1) + 2 * HOUR - standard;
                let from = sunday(year, 10, 1) + 2 * HOUR - standard;
                !(to..from).contains(&utc)
            }
        };
        self.standard + if summer { 3600 } else { 0 }
    }

    /// Seconds east of UTC at a moment read off this zone's own clock. An hour that happens twice is taken
    /// as standard time; an hour that is skipped as if the clock had not moved yet.
    pub fn offset_at_local(&self, local: i64) -> i32 {
        let as_standard = local.saturating_sub(i64::from(self.standard) * SECOND);
        if self.rule == Rule::Never {
            return self.standard;
        }
        let offset = self.offset_at(as_standard);
        let again = self.offset_at(local.saturating_sub(i64::from(offset) * SECOND));
        if offset == again { offset } else { self.standard }
    }
}

/// Midnight of the `nth` Sunday of a month, in microseconds on that place's own clock.
fn sunday(year: i32, month: u32, nth: u32) -> i64 {
    let first = Civil { year, month, day: 1 }.days();
    let to_sunday = (7 - day_of_week(first)) % 7;
    i64::from(first + to_sunday as i32 + (nth as i32 - 1) * 7) * DAY
}

fn last_sunday(year: i32, month: u32) -> i64 {
    let last = Civil { year, month, day: 1 }.last_of_month().days();
    i64::from(last - day_of_week(last) as i32) * DAY
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn at(zone: &str, utc: &str) -> Option<i32> {
        Some(find(zone)?.offset_at(parse::timestamp(utc)?.local) / 60)
    }

    #[test]
    fn clocks_move_when_the_law_says() {
        assert_eq!(at("asia/seoul", "2023-07-01"), Some(540));
        assert_eq!(at("America/New_York", "2023-03-12 06:59:59"), Some(-300));
        assert_eq!(at("America/New_York", "2023-03-12 07:00:00"), Some(-240));
        assert_eq!(at("America/New_York", "2023-11-05 05:59:59"), Some(-240));
        assert_eq!(at("America/New_York", "2023-11-05 06:00:00"), Some(-300));
        assert_eq!(at("Europe/London", "2023-03-26 01:00:00"), Some(60));
        assert_eq!(at("Europe/London", "2023-10-29 01:00:00"), Some(0));
        assert_eq!(at("Australia/Sydney", "2023-01-01"), Some(660));
        assert_eq!(at("Mars/Olympus", "2023-01-01"), None);
    }

    #[test]
    fn local_clocks_are_read_back() {
        let new_york = find("America/New_York").unwrap();
        let local = |text: &str| parse::timestamp(text).unwrap().local;
        assert_eq!(new_york.offset_at_local(local("2023-07-01 12:00:00")), -4 * 3600);
        assert_eq!(new_york.offset_at_local(local("2023-03-12 03:30:00")), -4 * 3600);
        assert_eq!(new_york.offset_at_local(local("2023-01-01 12:00:00")), -5 * 3600);
        assert_eq!(offset("+05:30"), Some(19_800));
        assert_eq!(offset("+0530"), Some(19_800));
        assert_eq!(offset("+x"), None);
    }
}
