//! When a crawler starts by itself: `cron(15 12 * * ? *)`, in UTC (Glue Developer Guide, "Time-based schedules").

use crate::aws::redshift::schedule::field;
use crate::clock::Instant;
use crate::warehouse::calendar::{Civil, day_of_week};

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const MINUTE: i64 = 60_000_000;

/// Bits of minutes, hours, days of the month, months and days of the week, and the years.
pub(super) struct Schedule([u64; 5], Option<(i32, i32)>);

impl Schedule {
    pub fn parse(text: &str) -> Option<Self> {
        let fields = text.strip_prefix("cron(")?.strip_suffix(')')?.replace('?', "*");
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let [minute, hour, day, month, weekday, year] = fields.as_slice() else { return None };
        let years = match *year {
            "*" => None,
            span => {
                let (from, to) = span.split_once('-').unwrap_or((span, span));
                Some((from.parse().ok()?, to.parse().ok()?))
            }
        };
        let bits = [
            field(minute, 0, 59, &[])?,
            field(hour, 0, 23, &[])?,
            field(day, 1, 31, &[])?,
            field(month, 1, 12, &MONTHS)?,
            field(weekday, 1, 7, &DAYS)?,
        ];
        Some(Schedule(bits, years))
    }

    /// The first moment after `now` in the next four years.
    pub fn next(&self, now: Instant) -> Option<Instant> {
        let Schedule([minutes, hours, days, months, weekdays], years) = self;
        let has = |bits: &u64, number: u32| bits >> number & 1 == 1;
        let today = crate::warehouse::calendar::days_of(now.0);
        (today..today + 1_462).find_map(|day| {
            let date = Civil::from_days(day);
            let open = years.is_none_or(|(from, to)| (from..=to).contains(&date.year))
                && has(days, date.day)
                && has(months, date.month)
                && has(weekdays, day_of_week(day) + 1);
            let moments = (0..1_440).filter(|at| open && has(hours, at / 60) && has(minutes, at % 60));
            let at = |minute: u32| Instant((i64::from(day) * 1_440 + i64::from(minute)) * MINUTE);
            moments.map(at).find(|at| *at > now)
        })
    }
}
