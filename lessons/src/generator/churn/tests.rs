//! The figures that the course's data are known by, held against generated customers of several seeds.

use super::*;
use crate::generator::churn_rules::GROUP_SIZES;

const SEEDS: [u64; 4] = [0, 1, 42, u64::MAX];

/// Mean, deviation, quartiles.
fn figures(values: impl Iterator<Item = f64>) -> [f64; 5] {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let spread = (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count).sqrt();
    let quartile = |share: usize| values[values.len() * share / 4];
    [mean, spread, quartile(1), quartile(2), quartile(3)]
}

#[track_caller]
fn near(found: f64, wanted: f64, within: f64) {
    assert!((found - wanted).abs() <= within, "{found} instead of {wanted}");
}

fn share(all: &[Customer], of: impl Fn(&Customer) -> bool) -> f64 {
    let group: Vec<&Customer> = all.iter().filter(|customer| of(customer)).collect();
    group.iter().filter(|customer| customer.left).count() as f64 / group.len() as f64 * 100.0
}

#[test]
fn counts_are_exact() {
    assert_eq!(STATES.iter().map(|(_, count)| count).sum::<usize>(), CUSTOMERS);
    assert_eq!(SERVICE_CALLS.iter().sum::<usize>(), CUSTOMERS);
    assert_eq!(INTERNATIONAL_CALLS.iter().sum::<usize>(), CUSTOMERS);
    for seed in SEEDS {
        let all = customers(seed);
        let count = |of: &dyn Fn(&Customer) -> bool| all.iter().filter(|customer| of(customer)).count();
        assert_eq!(all.len(), CUSTOMERS);
        for (place, (state, wanted)) in STATES.iter().enumerate() {
            assert_eq!(count(&|customer| usize::from(customer.state) == place), *wanted, "{state}");
        }
        for (area, wanted) in AREAS {
            assert_eq!(count(&|customer| customer.area == area), wanted);
        }
        for (calls, wanted) in SERVICE_CALLS.into_iter().enumerate() {
            assert_eq!(count(&|customer| usize::from(customer.service_calls) == calls), wanted);
        }
        for (calls, wanted) in INTERNATIONAL_CALLS.into_iter().enumerate() {
            assert_eq!(count(&|customer| usize::from(customer.calls[3]) == calls), wanted);
        }
        assert_eq!(count(&|customer| customer.international_plan), INTERNATIONAL_PLANS);
        assert_eq!(count(&|customer| customer.voice_mail_plan), VOICE_MAIL_PLANS);
        assert!(all.iter().all(|customer| customer.voice_mail_plan == (customer.messages > 0)));
        assert_eq!(count(&|customer| customer.left), LEAVERS);
        let test = &all[CUSTOMERS - TEST_ROWS..];
        assert_eq!(test.iter().filter(|customer| customer.left).count(), TEST_LEAVERS);
        let unruled = |customer: &&Customer| customer.left && !Groups::of(customer).any();
        assert_eq!(test.iter().filter(unruled).count(), TEST_UNRULED);
        let stubborn = |customer: &&Customer| !customer.left && Groups::of(customer).any();
        assert_eq!(test.iter().filter(stubborn).count(), TEST_STAY_ANYWAY);
        assert_eq!((all[0], all[1], test[0], test[1]), (SEEN[0], SEEN[1], SEEN[2], SEEN[3]));
    }
}

#[test]
fn rules_hold_for_as_many_as_known() {
    for seed in SEEDS {
        let all = customers(seed);
        let of: [fn(&Groups) -> bool; 5] = [
            |groups| groups.dear,
            |groups| groups.unused_plan,
            |groups| groups.long_abroad,
            |groups| groups.complaining,
            |groups| groups.any(),
        ];
        for (of, wanted) in of.into_iter().zip(GROUP_SIZES) {
            assert_eq!(all.iter().filter(|customer| of(&Groups::of(customer))).count(), wanted as usize);
        }
        let any = |customer: &Customer| Groups::of(customer).any();
        near(share(&all, any), 99.5, 0.1);
        near(share(&all, |customer| !any(customer)), 2.26, 0.01);
    }
}

#[test]
fn columns_have_their_figures() {
    for seed in SEEDS {
        let all = customers(seed);
        let column = |wanted: [f64; 5], scale: f64, of: &dyn Fn(&Customer) -> f64| {
            let found = figures(all.iter().map(of));
            near(found[0], wanted[0] * scale, wanted[1] * scale * 0.01);
            near(found[1], wanted[1] * scale, wanted[1] * scale * 0.01);
            let deviation = wanted[1];
            for (found, wanted) in found[2..].iter().zip(&wanted[2..]) {
                // A quartile of 3,333 draws varies by some hundredths of a deviation, and numbers are whole.
                near(*found, wanted * scale, (deviation * scale * 0.1).max(2.0));
            }
        };
        column([101.065, 39.822, 74.0, 101.0, 127.0], 1.0, &|customer| f64::from(customer.account_length));
        column([179.775, 54.467, 143.7, 179.4, 216.4], 10.0, &|customer| f64::from(customer.minutes[0]));
        column([200.980, 50.714, 166.6, 201.4, 235.3], 10.0, &|customer| f64::from(customer.minutes[1]));
        column([200.872, 50.574, 167.0, 201.2, 235.3], 10.0, &|customer| f64::from(customer.minutes[2]));
        column([10.237, 2.792, 8.5, 10.3, 12.1], 10.0, &|customer| f64::from(customer.minutes[3]));
        column([100.436, 20.069, 87.0, 101.0, 114.0], 1.0, &|customer| f64::from(customer.calls[0]));
        column([30.562, 9.259, 24.43, 30.5, 36.79], 100.0, &|customer| f64::from(customer.charges()[0]));
        column([17.084, 4.311, 14.16, 17.12, 20.0], 100.0, &|customer| f64::from(customer.charges()[1]));
        column([9.039, 2.276, 7.52, 9.05, 10.59], 100.0, &|customer| f64::from(customer.charges()[2]));
        column([2.765, 0.754, 2.3, 2.78, 3.27], 100.0, &|customer| f64::from(customer.charges()[3]));
        let calls = figures(all.iter().map(|customer| f64::from(customer.calls[3])));
        near(calls[0], 4.479, 0.001);
        near(calls[1], 2.461, 0.001);
        let messages = figures(all.iter().map(|customer| f64::from(customer.messages)));
        near(messages[0], 8.099, 0.05);
        near(messages[1], 13.688, 0.1);
        let total = figures(all.iter().map(|customer| f64::from(customer.charges().iter().sum::<u32>())));
        near(total[0], 5_945.0, 15.0);
        near(total[1], 1_050.0, 30.0);
        for (part, figures) in MINUTES.iter().enumerate() {
            let of = || all.iter().map(|customer| f64::from(customer.minutes[part]));
            assert_eq!(of().fold(f64::INFINITY, f64::min), figures.least);
            assert_eq!(of().fold(0.0, f64::max), figures.most);
        }
    }
}

#[test]
fn leaving_goes_with_what_it_is_known_to_go_with() {
    for seed in SEEDS {
        let all = customers(seed);
        near(share(&all, |customer| customer.international_plan), 42.4, 5.0);
        near(share(&all, |customer| !customer.international_plan), 11.5, 1.0);
        near(share(&all, |customer| customer.voice_mail_plan), 8.7, 2.0);
        near(share(&all, |customer| !customer.voice_mail_plan), 16.7, 1.0);
        near(share(&all, |customer| customer.service_calls >= 4), 51.7, 5.0);
        near(share(&all, |customer| customer.service_calls < 4), 11.3, 1.0);
        near(share(&all, |customer| customer.minutes[0] > 3_000), 74.4, 16.0);
        near(share(&all, |customer| (1_750..2_250).contains(&customer.minutes[0])), 6.5, 2.5);
        let mean = |left: bool| {
            let group: Vec<&Customer> = all.iter().filter(|customer| customer.left == left).collect();
            group.iter().map(|customer| f64::from(customer.minutes[0])).sum::<f64>() / group.len() as f64
        };
        near(mean(false), 1_752.0, 25.0);
        near(mean(true), 2_069.0, 110.0);
    }
}

#[test]
fn the_file_begins_as_everybody_has_seen_it() {
    let csv = String::from_utf8(csv_orange_telecom(1)).unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), CUSTOMERS + 1);
    assert!(lines[0].starts_with("State,Account length,Area code,International plan,Voice mail plan,"));
    assert!(lines[0].ends_with(",Customer service calls,Churn,Purpose"));
    assert_eq!(lines[0].split(',').count(), 21);
    let train = "KS,128,415,No,Yes,25,265.1,110,45.07,197.4,99,16.78,244.7,91,11.01,10,3,2.7,1,FALSE,Train";
    assert_eq!(lines[1], train);
    let test = "IN,65,415,No,No,0,129.1,137,21.95,228.5,83,19.42,208.8,111,9.4,12.7,6,3.43,4,TRUE,Test";
    assert_eq!(lines[CUSTOMERS - TEST_ROWS + 2], test);
    assert_eq!(csv_orange_telecom(1), csv.as_bytes());
    assert_ne!(csv_orange_telecom(2), csv.as_bytes());
}
