//! The 101,520 sessions: who, when, through which channel, and what was bought.

use super::calendar::{FIRST_DAY, MONTHS, SESSIONS, sessions_per_day};
use super::random::Random;

/// Channels in the order of their codes, with their exact number of sessions.
pub const CHANNELS: [(&str, u32); 6] = [
    ("Facebook", 16_791),
    ("Google", 16_982),
    ("Instagram", 16_831),
    ("Naver", 16_921),
    ("Organic", 16_904),
    ("Youtube", 17_091),
];
/// Different users of each month, May to November.
pub const MONTHLY_USERS: [usize; 7] = [281, 459, 623, 662, 639, 763, 721];
/// Different users of the first ten days.
pub const DAILY_USERS: [usize; 10] = [119, 127, 130, 122, 124, 133, 147, 135, 145, 144];
/// 2019-05-01 00:35:59.897, in milliseconds of that day.
pub const FIRST_MILLIS: u32 = 2_159_897;
/// The first rows, as everybody who took the course has seen them: user, session, channel's code.
pub const SEEN: [(i32, u128, u8); 5] = [
    (779, 0x7cda_ce91_c487_558e_27ce_54df_7cdb_299c, 2),
    (230, 0x94f1_92de_e566_b018_e0ac_f31e_1f99_a2d9, 3),
    (369, 0x7ed2_d345_4c5e_ea71_148b_11d0_c251_04ff, 5),
    (248, 0xf1da_f122_cde8_6301_0844_4593_63cd_31db, 3),
    (676, 0xfd0e_fcca_272f_704a_760c_3b61_dcc7_0fd0, 2),
];
/// One session in this many is followed by a purchase, one purchase in [`REFUND_SHARE`] is given back.
const PURCHASE_SHARE: u32 = 20;
const REFUND_SHARE: u32 = 12;

/// Sessions in order of time; the vectors are of equal length.
pub struct Sessions {
    pub users: Vec<i32>,
    /// 128 bits, printed as 32 lower-case hexadecimal digits.
    pub ids: Vec<u128>,
    /// Codes into [`CHANNELS`].
    pub channels: Vec<u8>,
    /// Milliseconds since 1970-01-01.
    pub millis: Vec<i64>,
    /// Purchases, in order of their session.
    pub transactions: Vec<Transaction>,
}

/// A purchase in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Row of the session.
    pub session: u32,
    pub refunded: bool,
    /// Whole currency units, 1 to 200.
    pub amount: i32,
}

impl Sessions {
    pub fn generate(seed: u64) -> Sessions {
        let (users, ids, channels) = (users(seed), ids(seed), channels(seed));
        Sessions { users, ids, channels, millis: instants(seed), transactions: transactions(seed) }
    }
}

/// The identity of every session.
pub fn ids(seed: u64) -> Vec<u128> {
    let mut random = Random::new(seed, 2);
    let mut ids: Vec<u128> =
        (0..SESSIONS).map(|_| (u128::from(random.bits()) << 64) | u128::from(random.bits())).collect();
    for (row, (_, id, _)) in SEEN.into_iter().enumerate() {
        ids[row] = id;
    }
    ids
}

/// The channel of every session, by its code.
pub fn channels(seed: u64) -> Vec<u8> {
    let mut codes = Vec::with_capacity(SESSIONS as usize);
    for (code, (_, sessions)) in (0..).zip(CHANNELS) {
        codes.extend(std::iter::repeat_n(code, sessions as usize));
    }
    Random::new(seed, 3).shuffle(&mut codes);
    for (row, (.., channel)) in SEEN.into_iter().enumerate() {
        // The counts stay as they are: the wanted channel changes places with this row's.
        if let Some(other) = (row..codes.len()).find(|other| codes[*other] == channel) {
            codes.swap(row, other);
        }
    }
    codes
}

/// Instants, ascending, at the hours people are awake.
pub fn instants(seed: u64) -> Vec<i64> {
    const DAY: f64 = 86_400_000.0;
    let days = sessions_per_day(seed);
    let mut random = Random::new(seed, 4);
    let mut all = Vec::with_capacity(SESSIONS as usize);
    let mut of_day: Vec<u32> = Vec::new();
    for (day, count) in days.iter().enumerate() {
        of_day.clear();
        for _ in 0..*count {
            // One session in three at any hour, the others around the early evening.
            let share = if random.below(3) == 0 {
                random.unit()
            } else {
                (0.25 + 0.375 * (random.unit() + random.unit())).min(0.999_999)
            };
            of_day.push((share * DAY) as u32);
        }
        of_day.sort_unstable();
        if day == 0 {
            for instant in &mut of_day {
                *instant = (*instant).max(FIRST_MILLIS + 1);
            }
            if let Some(first) = of_day.first_mut() {
                *first = FIRST_MILLIS;
            }
        }
        let midnight = (FIRST_DAY + day as i64) * 86_400_000;
        all.extend(of_day.iter().map(|instant| midnight + i64::from(*instant)));
    }
    all
}

/// The user of every session: each month has exactly its number of different users, and so has each of the
/// first ten days. Most users of a month come back in the next one.
pub fn users(seed: u64) -> Vec<i32> {
    let days = sessions_per_day(seed);
    let mut random = Random::new(seed, 5);
    let mut newcomers = Newcomers::new(seed);
    let mut all: Vec<i32> = Vec::with_capacity(SESSIONS as usize);
    let mut active: Vec<i32> = Vec::new();
    let mut day = 0;
    for (month, wanted) in MONTHLY_USERS.into_iter().enumerate() {
        random.shuffle(&mut active);
        active.truncate((active.len() * 22 / 25).min(wanted));
        while active.len() < wanted {
            active.push(newcomers.next(month));
        }
        // The keenest stand first: positions are drawn with a preference for small numbers.
        random.shuffle(&mut active);
        let month_start = all.len();
        let mut free_start = month_start;
        for _ in 0..MONTHS[month] {
            let sessions = days[day] as usize;
            if let Some(different) = DAILY_USERS.get(day) {
                first_days(&mut random, &mut active, day, sessions, *different, &mut all);
                free_start = all.len();
            } else {
                all.extend((0..sessions).map(|_| active[preferred(&mut random, active.len())]));
            }
            day += 1;
        }
        cover(&mut random, &active, month_start, free_start, &mut all);
    }
    all
}

fn preferred(random: &mut Random, users: usize) -> usize {
    let share = random.unit();
    ((0.55 * share + 0.45 * share * share) * users as f64) as usize
}

/// A day with exactly `different` users in `sessions` sessions.
fn first_days(
    random: &mut Random,
    active: &mut [i32],
    day: usize,
    sessions: usize,
    different: usize,
    all: &mut Vec<i32>,
) {
    let mut today: Vec<i32> = active.to_vec();
    random.shuffle(&mut today);
    if day == 0 {
        for (place, (user, ..)) in SEEN.into_iter().enumerate() {
            if let Some(found) = today.iter().position(|other| *other == user) {
                today.swap(place, found);
            }
        }
    }
    today.truncate(different);
    for extra in 0..sessions.saturating_sub(different) {
        today.push(today[(extra * 7 + day) % different]);
    }
    // The rows everybody has seen stay first.
    let fixed = if day == 0 { SEEN.len() } else { 0 };
    random.shuffle(&mut today[fixed..]);
    all.extend(today);
}

/// Gives every user of the month a session, in place of one of somebody who has several.
fn cover(random: &mut Random, active: &[i32], month_start: usize, free_start: usize, all: &mut [i32]) {
    let mut counts = vec![0_u32; Newcomers::GREATEST as usize + 1];
    for user in &all[month_start..] {
        counts[*user as usize] += 1;
    }
    for user in active {
        while counts[*user as usize] == 0 {
            let row = free_start + random.below((all.len() - free_start) as u32) as usize;
            let given_up = &mut counts[all[row] as usize];
            if *given_up > 1 {
                *given_up -= 1;
                counts[*user as usize] = 1;
                all[row] = *user;
            }
        }
    }
}

/// Hands out user ids, each once: small ones first, as people sign up.
struct Newcomers {
    early: Vec<i32>,
    late: Vec<i32>,
}

impl Newcomers {
    const GREATEST: i32 = 3_000;

    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed, 6);
        let seen = SEEN.map(|(user, ..)| user);
        let mut early: Vec<i32> = (1..=1_000).filter(|user| !seen.contains(user)).collect();
        let mut late: Vec<i32> = (1_001..=Self::GREATEST).collect();
        random.shuffle(&mut early);
        random.shuffle(&mut late);
        early.extend(seen);
        Newcomers { early, late }
    }

    /// `month` from 0: whoever signs up later has a greater id, mostly.
    fn next(&mut self, month: usize) -> i32 {
        let from_early = if month < 2 { &mut self.early } else { &mut self.late };
        from_early.pop().or_else(|| self.late.pop()).unwrap_or(Self::GREATEST)
    }
}

/// What was bought, in order of session.
pub fn transactions(seed: u64) -> Vec<Transaction> {
    let mut random = Random::new(seed, 7);
    let mut bought = vec![
        Transaction { session: 2, refunded: false, amount: 61 },
        Transaction { session: 4, refunded: true, amount: 27 },
    ];
    for session in SEEN.len() as u32..SESSIONS {
        if random.below(PURCHASE_SHARE) == 0 {
            let refunded = random.below(REFUND_SHARE) == 0;
            // Small amounts are commoner than large ones.
            let amount = 1 + (random.unit() * random.unit() * 200.0) as i32;
            bought.push(Transaction { session, refunded, amount });
        }
    }
    bought
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::calendar::DAYS;
    use super::*;

    #[test]
    fn every_known_figure_comes_out_for_any_seed() {
        for seed in [1, 20_230_525] {
            let sessions = Sessions::generate(seed);
            assert_eq!(sessions.users.len(), 101_520);
            assert_eq!(sessions.millis.len(), 101_520);
            for (code, (name, count)) in (0..).zip(CHANNELS) {
                let found = sessions.channels.iter().filter(|channel| **channel == code).count();
                assert_eq!(found, count as usize, "{name}");
            }
            let ids: BTreeSet<u128> = sessions.ids.iter().copied().collect();
            assert_eq!(ids.len(), 101_520);
            for (row, (user, id, channel)) in SEEN.into_iter().enumerate() {
                assert_eq!(
                    (sessions.users[row], sessions.ids[row], sessions.channels[row]),
                    (user, id, channel)
                );
            }
            assert!(sessions.millis.is_sorted());
            assert_eq!(sessions.millis[0], FIRST_DAY * 86_400_000 + 2_159_897);
            assert!(sessions.users.iter().all(|user| (1..=3_000).contains(user)));

            let day_of = |row: usize| (sessions.millis[row] / 86_400_000 - FIRST_DAY) as usize;
            let mut daily = vec![BTreeSet::new(); DAYS];
            let mut counts = [0; DAYS];
            for row in 0..sessions.users.len() {
                daily[day_of(row)].insert(sessions.users[row]);
                counts[day_of(row)] += 1;
            }
            assert_eq!(counts, sessions_per_day(seed));
            assert_eq!(daily.iter().take(10).map(BTreeSet::len).collect::<Vec<_>>(), DAILY_USERS);
            let mut from = 0;
            for (month, length) in MONTHS.into_iter().enumerate() {
                let users: BTreeSet<i32> = daily[from..from + length].iter().flatten().copied().collect();
                assert_eq!(users.len(), MONTHLY_USERS[month], "month {month}");
                from += length;
            }
            let bought = sessions.transactions.len();
            assert!((4_500..5_700).contains(&bought), "{bought}");
            assert!(sessions.transactions.iter().all(|t| (1..=200).contains(&t.amount)));
        }
    }

    #[test]
    fn a_seed_decides_everything() {
        let (one, same, other) = (Sessions::generate(7), Sessions::generate(7), Sessions::generate(8));
        assert_eq!((one.ids, one.users), (same.ids, same.users));
        assert_ne!(one.millis, other.millis);
    }
}
