//! The 3,333 telecom customers of the machine-learning lab: who they are, what they used, who left.
//!
//! Columns are drawn independently with the figures of the course's data; whether somebody leaves follows from the
//! rules that the course's data follow, but for a few who leave without a reason and two who stay against all of
//! them. Counts that the course's data are known by come out exactly, whatever the seed.

use super::churn_rules::{Groups, fit_groups};
use super::random::Random;

pub const CUSTOMERS: usize = 3_333;
pub const TEST_ROWS: usize = 667;
pub const LEAVERS: usize = 483;
pub const TEST_LEAVERS: usize = 95;
/// Rule-breakers: those who stay though a rule says they leave.
const STAY_ANYWAY: usize = 2;
/// In the test part: those who leave without a reason, and those who stay though a rule says they leave.
pub const TEST_UNRULED: usize = 12;
pub const TEST_STAY_ANYWAY: usize = 1;

/// Customers of each state.
#[rustfmt::skip]
pub const STATES: [(&str, usize); 51] = [
    ("WV", 106), ("MN", 84), ("NY", 83), ("AL", 80), ("OH", 78), ("OR", 78), ("WI", 78), ("VA", 77), ("WY", 77),
    ("CT", 74), ("ID", 73), ("MI", 73), ("VT", 73), ("TX", 72), ("UT", 72), ("IN", 71), ("KS", 70), ("MD", 70),
    ("MT", 68), ("NC", 68), ("NJ", 68), ("CO", 66), ("NV", 66), ("WA", 66), ("MA", 65), ("MS", 65), ("RI", 65),
    ("AZ", 64), ("FL", 63), ("MO", 63), ("ME", 62), ("ND", 62), ("NM", 62), ("DE", 61), ("NE", 61), ("OK", 61),
    ("SC", 60), ("SD", 60), ("KY", 59), ("IL", 58), ("NH", 56), ("AR", 55), ("DC", 54), ("GA", 54), ("HI", 53),
    ("TN", 53), ("AK", 52), ("LA", 51), ("PA", 45), ("IA", 44), ("CA", 34),
];
pub const AREAS: [(u16, usize); 3] = [(415, 1_655), (510, 840), (408, 838)];
pub const INTERNATIONAL_PLANS: usize = 323;
pub const VOICE_MAIL_PLANS: usize = 922;
/// Customers by their number of service calls, from 0.
pub const SERVICE_CALLS: [usize; 10] = [697, 1_181, 759, 429, 166, 66, 22, 9, 2, 2];
/// Customers by their number of international calls, from 0.
pub const INTERNATIONAL_CALLS: [usize; 21] =
    [18, 160, 489, 668, 619, 472, 336, 218, 116, 109, 50, 28, 15, 14, 6, 7, 2, 1, 3, 1, 1];

/// Mean, deviation, least and most of a column close to normal.
pub struct Normal {
    pub mean: f64,
    pub deviation: f64,
    pub least: f64,
    pub most: f64,
}

const fn normal(mean: f64, deviation: f64, least: f64, most: f64) -> Normal {
    Normal { mean, deviation, least, most }
}

pub const ACCOUNT_LENGTH: Normal = normal(101.065, 39.822, 1.0, 243.0);
pub const MESSAGES: Normal = normal(29.28, 7.56, 4.0, 51.0);
/// By day, evening, night, and abroad; in tenths of a minute.
pub const MINUTES: [Normal; 4] = [
    normal(1_797.75, 544.67, 0.0, 3_508.0),
    normal(2_009.80, 507.14, 0.0, 3_637.0),
    normal(2_008.72, 505.74, 232.0, 3_950.0),
    normal(102.37, 27.92, 0.0, 200.0),
];
/// By day, evening and night.
pub const CALLS: [Normal; 3] = [
    normal(100.436, 20.069, 0.0, 165.0),
    normal(100.114, 19.923, 0.0, 170.0),
    normal(100.108, 19.569, 33.0, 175.0),
];
/// Thousandths of a currency unit a minute, as [`MINUTES`].
const RATES: [u32; 4] = [170, 85, 45, 270];

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Customer {
    /// Place in [`STATES`].
    pub state: u8,
    pub account_length: u16,
    pub area: u16,
    pub international_plan: bool,
    pub voice_mail_plan: bool,
    pub messages: u8,
    /// Tenths of minutes.
    pub minutes: [u16; 4],
    /// By day, evening, night, and abroad.
    pub calls: [u8; 4],
    pub service_calls: u8,
    pub left: bool,
}

impl Customer {
    /// Hundredths of a currency unit, rounded as the course's file is.
    pub fn charges(&self) -> [u32; 4] {
        let mut charges = [0; 4];
        for (charge, (minutes, rate)) in charges.iter_mut().zip(self.minutes.iter().zip(RATES)) {
            *charge = (u32::from(*minutes) * rate + 50) / 100;
        }
        charges
    }
}

/// Customers in the file's order: the first [`CUSTOMERS`] less [`TEST_ROWS`] are for training.
pub fn customers(seed: u64) -> Vec<Customer> {
    let mut all = drawn(seed);
    let locked = SEEN.len();
    for (row, seen) in SEEN.into_iter().enumerate() {
        seat(&mut all, row, seen);
    }
    let mut random = Random::new(seed, 61);
    fit_groups(&mut all[locked..], &SEEN, &mut random);
    let mut doomed: Vec<usize> = (locked..CUSTOMERS).filter(|row| ruled(&all[*row])).collect();
    let mut quiet: Vec<usize> = (locked..CUSTOMERS).filter(|row| !ruled(&all[*row])).collect();
    random.shuffle(&mut doomed);
    random.shuffle(&mut quiet);
    let leaving = doomed.into_iter().skip(STAY_ANYWAY).chain(quiet);
    let seen_leavers = SEEN.iter().filter(|seen| seen.left).count();
    leaving.take(LEAVERS - seen_leavers).for_each(|row| all[row].left = true);
    in_order(&all, &mut random)
}

/// The rows that everybody has seen: the first two of each part.
pub const SEEN: [Customer; 4] = [
    seen(16, 128, 415, true, 25, [2_651, 1_974, 2_447, 100], [110, 99, 91, 3], 1, false),
    seen(4, 107, 415, true, 26, [1_616, 1_955, 2_544, 137], [123, 103, 103, 3], 1, false),
    seen(47, 117, 408, false, 0, [1_845, 3_516, 2_158, 87], [97, 80, 90, 4], 1, false),
    seen(15, 65, 415, false, 0, [1_291, 2_285, 2_088, 127], [137, 83, 111, 6], 4, true),
];

#[allow(clippy::too_many_arguments)]
const fn seen(
    state: u8,
    account_length: u16,
    area: u16,
    voice_mail_plan: bool,
    messages: u8,
    minutes: [u16; 4],
    calls: [u8; 4],
    service_calls: u8,
    left: bool,
) -> Customer {
    let international_plan = false;
    Customer {
        state,
        account_length,
        area,
        international_plan,
        voice_mail_plan,
        messages,
        minutes,
        calls,
        service_calls,
        left,
    }
}

fn drawn(seed: u64) -> Vec<Customer> {
    let mut all = vec![Customer::default(); CUSTOMERS];
    let mut stream = 70;
    let mut next = || {
        stream += 1;
        Random::new(seed, stream)
    };
    let choices = |counts: &mut dyn Iterator<Item = usize>, mut random: Random| -> Vec<u8> {
        let mut all = Vec::with_capacity(CUSTOMERS);
        for (choice, count) in counts.enumerate() {
            all.extend(std::iter::repeat_n(choice as u8, count));
        }
        random.shuffle(&mut all);
        all
    };
    let states = choices(&mut STATES.iter().map(|(_, count)| *count), next());
    let areas = choices(&mut AREAS.iter().map(|(_, count)| *count), next());
    let abroad = choices(&mut [CUSTOMERS - INTERNATIONAL_PLANS, INTERNATIONAL_PLANS].into_iter(), next());
    let mail = choices(&mut [CUSTOMERS - VOICE_MAIL_PLANS, VOICE_MAIL_PLANS].into_iter(), next());
    let service = choices(&mut SERVICE_CALLS.into_iter(), next());
    let calls_abroad = choices(&mut INTERNATIONAL_CALLS.into_iter(), next());
    let lengths = values(&ACCOUNT_LENGTH, CUSTOMERS, next());
    let mut messages = values(&MESSAGES, VOICE_MAIL_PLANS, next()).into_iter();
    let minutes = MINUTES.each_ref().map(|figures| values(figures, CUSTOMERS, next()));
    let calls = CALLS.each_ref().map(|figures| values(figures, CUSTOMERS, next()));
    for (row, customer) in all.iter_mut().enumerate() {
        let voice_mail_plan = mail[row] == 1;
        *customer = Customer {
            state: states[row],
            account_length: lengths[row],
            area: AREAS[usize::from(areas[row])].0,
            international_plan: abroad[row] == 1,
            voice_mail_plan,
            messages: if voice_mail_plan { messages.next().unwrap_or_default() as u8 } else { 0 },
            minutes: minutes.each_ref().map(|values| values[row]),
            calls: [calls[0][row] as u8, calls[1][row] as u8, calls[2][row] as u8, calls_abroad[row]],
            service_calls: service[row],
            left: false,
        };
    }
    all
}

/// Whole numbers with these figures: sums of twelve draws are close enough to normal and need no function that machines
/// round differently. The least and the most are each there once at least.
fn values(figures: &Normal, count: usize, mut random: Random) -> Vec<u16> {
    let mut sums: Vec<f64> = (0..count).map(|_| (0..12).map(|_| random.unit()).sum::<f64>()).collect();
    let mean = sums.iter().sum::<f64>() / count as f64;
    let spread = (sums.iter().map(|sum| (sum - mean) * (sum - mean)).sum::<f64>() / count as f64).sqrt();
    for sum in &mut sums {
        *sum = figures.mean + (*sum - mean) / spread * figures.deviation;
    }
    let at = |better: fn(&f64, &f64) -> bool| {
        (1..count).fold(0, |best, row| if better(&sums[row], &sums[best]) { row } else { best })
    };
    let (lowest, highest) = (at(|a, b| a < b), at(|a, b| a > b));
    sums[lowest] = figures.least;
    sums[highest] = figures.most;
    sums.iter().map(|sum| (sum.clamp(figures.least, figures.most) + 0.5) as u16).collect()
}

/// Gives a row its known values. What is counted changes places with a row that has it, so that the counts stay.
fn seat(all: &mut [Customer], row: usize, seen: Customer) {
    fn trade<T: PartialEq + Copy>(
        all: &mut [Customer],
        row: usize,
        wanted: T,
        of: fn(&mut Customer) -> &mut T,
    ) {
        let other = (SEEN.len()..all.len()).find(|other| *of(&mut all[*other]) == wanted);
        if let Some(other) = other.filter(|_| *of(&mut all[row]) != wanted) {
            *of(&mut all[other]) = *of(&mut all[row]);
        }
    }
    trade(all, row, seen.state, |customer| &mut customer.state);
    trade(all, row, seen.area, |customer| &mut customer.area);
    trade(all, row, seen.international_plan, |customer| &mut customer.international_plan);
    trade(all, row, seen.service_calls, |customer| &mut customer.service_calls);
    trade(all, row, seen.calls[3], |customer| &mut customer.calls[3]);
    let other = (SEEN.len()..all.len()).find(|other| all[*other].voice_mail_plan == seen.voice_mail_plan);
    if let Some(other) = other.filter(|_| all[row].voice_mail_plan != seen.voice_mail_plan) {
        all[other].voice_mail_plan = all[row].voice_mail_plan;
        all[other].messages = all[row].messages;
    }
    all[row] = seen;
}

/// Training rows, then test rows, each part begun by its seen ones. Of those who leave by a rule, leave without one,
/// stay against one and stay, the test part has exactly its share: how well the rules predict it is known, too.
fn in_order(all: &[Customer], random: &mut Random) -> Vec<Customer> {
    const RULED: usize = TEST_LEAVERS - TEST_UNRULED;
    const SHARES: [usize; 4] =
        [RULED, TEST_UNRULED, TEST_STAY_ANYWAY, TEST_ROWS - TEST_LEAVERS - TEST_STAY_ANYWAY];
    let kind = |customer: &Customer| usize::from(!customer.left) * 2 + usize::from(!ruled(customer));
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for (of, share) in SHARES.into_iter().enumerate() {
        let mut rows: Vec<usize> = (SEEN.len()..CUSTOMERS).filter(|row| kind(&all[*row]) == of).collect();
        random.shuffle(&mut rows);
        let seen = SEEN[2..].iter().filter(|seen| kind(seen) == of).count();
        train.extend(rows.split_off(share - seen));
        test.extend(rows);
    }
    random.shuffle(&mut train);
    random.shuffle(&mut test);
    let order = [0, 1].into_iter().chain(train).chain([2, 3]).chain(test);
    order.map(|row| all[row]).collect()
}

fn ruled(customer: &Customer) -> bool {
    Groups::of(customer).any()
}

/// The course's file: header, training rows, test rows.
pub fn csv_orange_telecom(seed: u64) -> Vec<u8> {
    const HEADER: &str = "State,Account length,Area code,International plan,Voice mail plan,Number vmail messages,\
        Total day minutes,Total day calls,Total day charge,Total eve minutes,Total eve calls,Total eve charge,\
        Total night minutes,Total night calls,Total night charge,Total intl minutes,Total intl calls,\
        Total intl charge,Customer service calls,Churn,Purpose\n";
    let mut csv = String::with_capacity(CUSTOMERS * 110);
    csv.push_str(HEADER);
    for (row, customer) in customers(seed).iter().enumerate() {
        let yes = |plan: bool| if plan { "Yes" } else { "No" };
        csv.push_str(STATES[usize::from(customer.state)].0);
        let mut field = |text: &str| {
            csv.push(',');
            csv.push_str(text);
        };
        field(&customer.account_length.to_string());
        field(&customer.area.to_string());
        field(yes(customer.international_plan));
        field(yes(customer.voice_mail_plan));
        field(&customer.messages.to_string());
        let used = customer.minutes.iter().zip(&customer.calls);
        for ((minutes, calls), charge) in used.zip(customer.charges()) {
            field(&decimal(u32::from(*minutes), 1));
            field(&calls.to_string());
            field(&decimal(charge, 2));
        }
        field(&customer.service_calls.to_string());
        // Unconfirmed: copies of the file spell it TRUE or True; within one file it must be one of them, or no
        // prediction for a test row could ever equal its answer.
        field(if customer.left { "TRUE" } else { "FALSE" });
        field(if row < CUSTOMERS - TEST_ROWS { "Train" } else { "Test" });
        csv.push('\n');
    }
    csv.into_bytes()
}

/// As the file prints numbers: without zeros at the end.
fn decimal(units: u32, places: usize) -> String {
    let scale = 10_u32.pow(places as u32);
    let text = format!("{}.{:0places$}", units / scale, units % scale);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests;
