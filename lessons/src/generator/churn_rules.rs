//! Why customers leave, and how many each reason holds for.

use super::churn::Customer;
use super::random::Random;

/// Which rules hold for a customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// Dear without voice mail.
    pub dear: bool,
    /// International plan, hardly used.
    pub unused_plan: bool,
    /// International plan, used for long.
    pub long_abroad: bool,
    /// Called the service again and again, for little.
    pub complaining: bool,
}

impl Groups {
    pub fn of(customer: &Customer) -> Groups {
        let total: u32 = customer.charges().iter().sum();
        Groups {
            dear: total > 7_400 && !customer.voice_mail_plan,
            unused_plan: customer.international_plan && customer.calls[3] <= 2,
            long_abroad: customer.international_plan && customer.minutes[3] > 131,
            complaining: customer.service_calls >= 4 && total <= 5_671,
        }
    }

    pub fn any(self) -> bool {
        self.dear || self.unused_plan || self.long_abroad || self.complaining
    }

    fn counts(self) -> [i32; 5] {
        [self.dear, self.unused_plan, self.long_abroad, self.complaining, self.any()].map(i32::from)
    }
}

/// Customers in each group, in order of the fields, and in any.
pub const GROUP_SIZES: [i32; 5] = [202, 60, 57, 117, 419];

/// Independent columns come close to the sizes; customers then trade a plan or their service calls until they fit, which
/// leaves every column's figures as they are. `locked` customers count and trade nothing.
pub fn fit_groups(all: &mut [Customer], locked: &[Customer], random: &mut Random) {
    let mut off = [0; 5];
    for customer in all.iter().chain(locked) {
        off.iter_mut().zip(Groups::of(customer).counts()).for_each(|(off, count)| *off += count);
    }
    off.iter_mut().zip(GROUP_SIZES).for_each(|(off, size)| *off -= size);
    let distance = |off: &[i32; 5]| off.iter().map(|off| off.abs()).sum::<i32>();
    // Far more tries than were ever needed; a bound, so that no seed can hang.
    for _ in 0..2_000_000 {
        if distance(&off) == 0 {
            break;
        }
        let [a, b] = [0, 1].map(|_| random.below(all.len() as u32) as usize);
        let (mut one, mut other) = (all[a], all[b]);
        match random.below(3) {
            0 => std::mem::swap(&mut one.international_plan, &mut other.international_plan),
            1 => std::mem::swap(&mut one.service_calls, &mut other.service_calls),
            _ => {
                std::mem::swap(&mut one.voice_mail_plan, &mut other.voice_mail_plan);
                std::mem::swap(&mut one.messages, &mut other.messages);
            }
        }
        let mut then = off;
        for (customer, sign) in [(&all[a], -1), (&all[b], -1), (&one, 1), (&other, 1)] {
            then.iter_mut().zip(Groups::of(customer).counts()).for_each(|(off, count)| *off += sign * count);
        }
        if a != b && distance(&then) <= distance(&off) {
            (all[a], all[b], off) = (one, other, then);
        }
    }
}
