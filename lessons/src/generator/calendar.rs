//! How busy each of the 214 days was.

use super::random::Random;

/// 2019-05-01 to 2019-11-30.
pub const DAYS: usize = 214;
/// Days from 1970-01-01 to 2019-05-01, a Wednesday.
pub const FIRST_DAY: i64 = 18_017;
pub const SESSIONS: u32 = 101_520;
/// Days of each month, May to November.
pub const MONTHS: [usize; 7] = [31, 30, 31, 31, 30, 31, 30];

/// The days whose counts are known: first ten, four peaks, last five (day from 0, sessions).
pub const KNOWN: [(usize, u32); 19] = [
    (0, 147),
    (1, 161),
    (2, 150),
    (3, 142),
    (4, 144),
    (5, 164),
    (6, 180),
    (7, 161),
    (8, 169),
    (9, 176),
    (163, 665),
    (175, 678),
    (195, 668),
    (196, 671),
    (209, 633),
    (210, 617),
    (211, 516),
    (212, 531),
    (213, 562),
];
/// No other day may be busier than this, or the peaks would not be the peaks.
const CEILING: u32 = 655;

/// How the course's traffic grew: (day, sessions a working day), straight lines in between.
const GROWTH: [(f64, f64); 8] = [
    (9.0, 180.0),
    (30.0, 330.0),
    (45.0, 410.0),
    (76.0, 520.0),
    (107.0, 560.0),
    (137.0, 545.0),
    (168.0, 620.0),
    (214.0, 625.0),
];

/// Sessions of each day. They add up to [`SESSIONS`].
pub fn sessions_per_day(seed: u64) -> [u32; DAYS] {
    let mut random = Random::new(seed, 1);
    let mut weights = [0.0_f64; DAYS];
    for (day, weight) in weights.iter_mut().enumerate() {
        let noise = 0.95 + 0.10 * random.unit();
        // Day 0 is a Wednesday: 3 and 4 of each week are Saturday and Sunday.
        let weekend = if matches!(day % 7, 3 | 4) { 0.86 } else { 1.0 };
        *weight = working_day(day as f64) * weekend * noise;
    }
    let mut counts = [0_u32; DAYS];
    let mut left = SESSIONS;
    for (day, sessions) in KNOWN {
        counts[day] = sessions;
        weights[day] = 0.0;
        left -= sessions;
    }
    let total: f64 = weights.iter().sum();
    let target = left;
    for day in 0..DAYS {
        if weights[day] > 0.0 {
            counts[day] = ((weights[day] / total * f64::from(target)) as u32).min(CEILING);
            left = left.saturating_sub(counts[day]);
        }
    }
    // What rounding and the ceiling left over goes round the days (79 and 214 share no divisor).
    let mut day = 0;
    while left > 0 {
        if weights[day] > 0.0 && counts[day] < CEILING {
            counts[day] += 1;
            left -= 1;
        }
        day = (day + 79) % DAYS;
    }
    counts
}

fn working_day(day: f64) -> f64 {
    let mut from = GROWTH[0];
    for to in GROWTH {
        if day < to.0 {
            return from.1 + (to.1 - from.1) * (day - from.0).max(0.0) / (to.0 - from.0).max(1.0);
        }
        from = to;
    }
    from.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_add_up_peak_and_grow_as_known() {
        for seed in [0, 1, 42, u64::MAX] {
            let counts = sessions_per_day(seed);
            assert_eq!(counts.iter().sum::<u32>(), SESSIONS);
            assert!(KNOWN.iter().all(|(day, sessions)| counts[*day] == *sessions));
            let mut busiest: Vec<(u32, usize)> = counts.iter().copied().zip(0..).collect();
            busiest.sort_by(|a, b| b.cmp(a));
            let peaks: Vec<usize> = busiest.iter().take(4).map(|(_, day)| *day).collect();
            assert_eq!(peaks, [175, 196, 195, 163], "10-23, 11-13, 11-12, 10-11");
            let week = |from: usize| counts[from..from + 7].iter().sum::<u32>();
            let growth = f64::from(week(203)) / f64::from(week(0));
            assert!((3.5..4.5).contains(&growth), "{growth}");
            // 2019-07-13/14 against the week around it.
            assert!(counts[73] + counts[74] < counts[71] + counts[72]);
        }
        assert_eq!(MONTHS.iter().sum::<usize>(), DAYS);
    }
}
