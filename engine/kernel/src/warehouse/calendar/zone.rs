//! Time zones by name: a table of those that people live in, with the daylight-saving rules since the nineties.
//!
//! The product knows the whole tz database with its history; here the rule before the present one goes back for ever, and
//! zones with a rule of their own (Cairo, Jerusalem, Santiago) are left out. Names are matched without regard to case.

use std::sync::OnceLock;

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
    /// Second Sunday of March to first Sunday of November, at 2:00 local; until 2006 first of April to last of October.
    UnitedStates,
    /// Last Sunday of March to last Sunday of October (until 1995 of September), at 1:00 UTC.
    Europe,
    /// First Sunday of October to first Sunday of April, at 2:00 standard time; until 2007 last of October and of March.
    Australia,
    /// Last Sunday of September to first Sunday of April, at 2:00 standard time; until 2007 first of October to third of March.
    NewZealand,
}

/// The zone of a session that has set none.
pub static UTC: Zone = Zone { name: "UTC", standard: 0, rule: Rule::Never };

/// Minutes east of UTC, the rule, and the zones that go by both.
#[rustfmt::skip]
static ZONES: &[(i32, Rule, &str)] = &[
    (-660, Rule::Never, "Pacific/Pago_Pago Pacific/Midway US/Samoa"),
    (-600, Rule::Never, "HST Pacific/Honolulu US/Hawaii Pacific/Tahiti"),
    (-540, Rule::UnitedStates, "America/Anchorage America/Juneau US/Alaska"),
    (-480, Rule::Never, "PST"),
    (-480, Rule::UnitedStates, "America/Los_Angeles America/Vancouver America/Tijuana US/Pacific Canada/Pacific PST8PDT"),
    (-420, Rule::Never, "MST PDT America/Phoenix America/Hermosillo US/Arizona"),
    (-420, Rule::UnitedStates, "America/Denver America/Boise America/Edmonton US/Mountain Canada/Mountain Navajo MST7MDT"),
    (-360, Rule::Never, "CST MDT America/Mexico_City America/Monterrey America/Costa_Rica America/Guatemala \
        America/El_Salvador America/Tegucigalpa America/Managua America/Regina"),
    (-360, Rule::UnitedStates, "America/Chicago America/Winnipeg US/Central Canada/Central CST6CDT"),
    (-300, Rule::Never, "EST CDT America/Bogota America/Lima America/Panama America/Jamaica Jamaica America/Guayaquil \
        America/Cancun"),
    (-300, Rule::UnitedStates, "America/New_York America/Toronto America/Detroit America/Montreal America/Nassau \
        America/Indiana/Indianapolis America/Kentucky/Louisville US/Eastern US/East-Indiana US/Michigan \
        Canada/Eastern EST5EDT"),
    (-240, Rule::Never, "AST EDT America/Puerto_Rico America/Santo_Domingo America/Caracas America/La_Paz America/Manaus \
        America/Barbados America/Martinique"),
    (-240, Rule::UnitedStates, "America/Halifax Canada/Atlantic Atlantic/Bermuda"),
    (-210, Rule::UnitedStates, "America/St_Johns Canada/Newfoundland"),
    (-180, Rule::Never, "ADT America/Sao_Paulo Brazil/East America/Argentina/Buenos_Aires America/Buenos_Aires \
        America/Montevideo America/Bahia America/Fortaleza America/Asuncion"),
    (-120, Rule::Never, "America/Noronha Atlantic/South_Georgia"),
    (-60, Rule::Never, "Atlantic/Cape_Verde"),
    (-60, Rule::Europe, "Atlantic/Azores"),
    (0, Rule::Never, "UTC GMT UCT Z Zulu Universal Greenwich Etc/UTC Etc/UCT Etc/GMT Africa/Abidjan Africa/Accra \
        Africa/Dakar Atlantic/Reykjavik Iceland"),
    (0, Rule::Europe, "WET Europe/London GB Europe/Belfast Europe/Dublin Eire Europe/Lisbon Portugal Atlantic/Canary \
        Atlantic/Madeira Atlantic/Faroe"),
    (60, Rule::Never, "BST Africa/Lagos Africa/Algiers Africa/Tunis Africa/Casablanca Africa/Kinshasa Africa/Luanda"),
    (60, Rule::Europe, "CET MET Europe/Paris Europe/Berlin Europe/Madrid Europe/Rome Europe/Amsterdam Europe/Zurich \
        Europe/Stockholm Europe/Oslo Europe/Copenhagen Europe/Brussels Europe/Luxembourg Europe/Vienna \
        Europe/Prague Europe/Budapest Europe/Warsaw Poland Europe/Belgrade Europe/Zagreb \
        Europe/Ljubljana Europe/Sarajevo Europe/Skopje Europe/Bratislava Europe/Malta Europe/Monaco \
        Europe/Vaduz Europe/Andorra Europe/Tirane Europe/Vatican Europe/San_Marino Europe/Gibraltar \
        Europe/Podgorica"),
    (120, Rule::Never, "CEST SAST Africa/Johannesburg Africa/Maputo Africa/Harare Africa/Lusaka Africa/Tripoli \
        Africa/Khartoum Africa/Kigali Africa/Windhoek Europe/Kaliningrad"),
    (120, Rule::Europe, "EET Europe/Helsinki Europe/Athens Europe/Bucharest Europe/Sofia Europe/Tallinn Europe/Riga \
        Europe/Vilnius Europe/Kiev Europe/Kyiv Asia/Nicosia Europe/Nicosia"),
    (180, Rule::Never, "MSK EEST Europe/Moscow Europe/Minsk Europe/Istanbul Asia/Istanbul Turkey Africa/Nairobi \
        Africa/Kampala Africa/Addis_Ababa Africa/Dar_es_Salaam Africa/Mogadishu Asia/Riyadh Asia/Baghdad \
        Asia/Kuwait Asia/Qatar Asia/Bahrain Asia/Aden Asia/Amman Asia/Damascus"),
    (210, Rule::Never, "Asia/Tehran Iran"),
    (240, Rule::Never, "Asia/Dubai Asia/Muscat Asia/Baku Asia/Tbilisi Asia/Yerevan Europe/Samara Indian/Mauritius"),
    (270, Rule::Never, "Asia/Kabul"),
    (300, Rule::Never, "Asia/Karachi Asia/Tashkent Asia/Yekaterinburg Asia/Almaty Indian/Maldives"),
    (330, Rule::Never, "Asia/Kolkata Asia/Calcutta Asia/Colombo"),
    (345, Rule::Never, "Asia/Kathmandu Asia/Katmandu"),
    (360, Rule::Never, "Asia/Dhaka Asia/Bishkek Asia/Thimphu Asia/Omsk"),
    (390, Rule::Never, "Asia/Yangon Asia/Rangoon"),
    (420, Rule::Never, "Asia/Bangkok Asia/Jakarta Asia/Ho_Chi_Minh Asia/Saigon Asia/Phnom_Penh Asia/Vientiane \
        Asia/Novosibirsk Asia/Krasnoyarsk"),
    (480, Rule::Never, "PRC Asia/Shanghai Asia/Hong_Kong Hongkong Asia/Macau Asia/Singapore Singapore Asia/Taipei ROC \
        Asia/Manila Asia/Kuala_Lumpur Asia/Makassar Asia/Ulaanbaatar Asia/Irkutsk Australia/Perth \
        Australia/West"),
    (540, Rule::Never, "KST ROK Asia/Seoul Asia/Pyongyang JST Japan Asia/Tokyo Asia/Yakutsk"),
    (570, Rule::Never, "Australia/Darwin Australia/North"),
    (570, Rule::Australia, "Australia/Adelaide Australia/South"),
    (600, Rule::Never, "Australia/Brisbane Australia/Queensland Pacific/Guam Pacific/Port_Moresby Asia/Vladivostok"),
    (600, Rule::Australia, "Australia/Sydney Australia/Melbourne Australia/Hobart Australia/Canberra Australia/ACT \
        Australia/NSW Australia/Victoria Australia/Tasmania"),
    (660, Rule::Never, "Pacific/Noumea Pacific/Guadalcanal Asia/Magadan"),
    (720, Rule::Never, "Pacific/Fiji Pacific/Majuro Asia/Kamchatka"),
    (720, Rule::NewZealand, "Pacific/Auckland NZ"),
    (780, Rule::Never, "Pacific/Tongatapu Pacific/Apia"),
    (840, Rule::Never, "Pacific/Kiritimati"),
];

/// The zone that a session's `timezone` names: by name, as POSIX writes it, or hours east of UTC; UTC where it names
/// none.
pub fn of_session(setting: Option<&str>) -> Zone {
    let Some(setting) = setting else { return UTC };
    let east = |written: &str| offset(written).map(|standard| Zone { name: "", standard, rule: Rule::Never });
    find(setting).or_else(|| east(setting)).or_else(|| posix(setting)).unwrap_or(UTC)
}

/// Every zone, and whether it has a summer time.
pub fn all() -> impl Iterator<Item = (Zone, bool)> {
    ZONES.iter().flat_map(|(minutes, rule, names)| {
        let zone = move |name| Zone { name, standard: minutes * 60, rule: *rule };
        names.split(' ').map(move |name| (zone(name), *rule != Rule::Never))
    })
}

/// The zone called `name`. The table is taken apart once; most names then differ in their length alone.
pub fn find(name: &str) -> Option<Zone> {
    static APART: OnceLock<Vec<Zone>> = OnceLock::new();
    let zones = APART.get_or_init(|| all().map(|(zone, _)| zone).collect());
    zones.iter().find(|zone| zone.name.eq_ignore_ascii_case(name)).copied()
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
                let (from, to) = match year {
                    ..2007 => (sunday(year, 4, 1), last_sunday(year, 10)),
                    _ => (sunday(year, 3, 2), sunday(year, 11, 1)),
                };
                // 2:00 daylight time is 1:00 standard time.
                (from + 2 * HOUR - standard..to + HOUR - standard).contains(&utc)
            }
            Rule::Europe => {
                let last = if year < 1996 { 9 } else { 10 };
                (last_sunday(year, 3) + HOUR..last_sunday(year, last) + HOUR).contains(&utc)
            }
            Rule::Australia | Rule::NewZealand => {
                let (to, from) = match (year, self.rule == Rule::Australia) {
                    (..2008, true) => (last_sunday(year, 3), last_sunday(year, 10)),
                    (_, true) => (sunday(year, 4, 1), sunday(year, 10, 1)),
                    (..2007, false) => (sunday(year, 3, 3), sunday(year, 10, 1)),
                    (2007, false) => (sunday(year, 3, 3), last_sunday(year, 9)),
                    (_, false) => (sunday(year, 4, 1), last_sunday(year, 9)),
                };
                !(to + 2 * HOUR - standard..from + 2 * HOUR - standard).contains(&utc)
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
        assert_eq!(at("America/New_York", "2006-03-20"), Some(-300));
        assert_eq!(at("America/New_York", "2007-03-20"), Some(-240));
        assert_eq!(at("Europe/Warsaw", "1995-10-01"), Some(60));
        assert_eq!(at("Pacific/Auckland", "2023-09-23 14:00:00"), Some(780));
        assert_eq!(at("Pacific/Auckland", "2023-04-01 14:00:00"), Some(720));
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
