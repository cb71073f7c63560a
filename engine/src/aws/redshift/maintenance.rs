//! The weekly window, and putting it off (Management Guide, "Cluster maintenance").
//!
//! A window in which there is nothing to do has no effect. What there can be to do here is a change of track.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::cluster::Cluster;
use super::fault::{Code, RedshiftFault};
use crate::aws::timestamp::{iso, parse};
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MINUTE: i64 = 60_000_000;
const WEEK: i64 = 7 * 1_440;
/// 1970-01-01 was a Thursday: minutes from the Monday before it.
const EPOCH: i64 = 3 * 1_440;

/// Minutes of the week, from Monday 00:00 UTC, at which it begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    begins: i64,
    lasts: i64,
}

/// A stretch of time without maintenance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deferral {
    pub identifier: String,
    pub start: Instant,
    pub end: Instant,
}

impl Window {
    /// Thirty minutes on Saturday, in the hours that AWS takes in this region. AWS draws day and hour at random.
    pub fn of_region(region: &str) -> Self {
        let hour = match region {
            "us-west-2" => 10,
            "us-east-1" => 7,
            "ap-northeast-2" => 16,
            // unconfirmed: the hours of other regions.
            _ => 22,
        };
        Window { begins: 5 * 1_440 + hour * 60, lasts: 30 }
    }

    /// `sat:16:00-sat:16:30`.
    pub fn read(text: &str) -> Result<Self, RedshiftFault> {
        let moment = |text: &str| {
            let mut parts = text.split(':');
            let day = parts.next()?.to_ascii_lowercase();
            let day = DAYS.iter().position(|name| *name == day)? as i64;
            let hour: i64 = parts.next()?.parse().ok().filter(|hour| (0..24).contains(hour))?;
            let minute: i64 = parts.next()?.parse().ok().filter(|minute| (0..60).contains(minute))?;
            parts.next().is_none().then_some(day * 1_440 + hour * 60 + minute)
        };
        let both = text.split_once('-').and_then(|(from, to)| Some((moment(from)?, moment(to)?)));
        let lasts = both.map(|(from, to)| (to - from).rem_euclid(WEEK));
        match (both, lasts) {
            (Some((begins, _)), Some(lasts)) if (30..=1_440).contains(&lasts) => Ok(Window { begins, lasts }),
            // unconfirmed: both sentences.
            (Some(_), _) => Err(RedshiftFault::value(
                "The maintenance window must be at least 30 minutes and at most 24 hours long.",
            )),
            _ => Err(RedshiftFault::value(format!(
                "Invalid maintenance window format: {text}. Must satisfy the format: ddd:hh24:mi-ddd:hh24:mi."
            ))),
        }
    }

    pub fn text(self) -> String {
        let moment = |minute: i64| {
            let (day, rest) = (minute / 1_440, minute % 1_440);
            let day = DAYS.get(day as usize).copied().unwrap_or("mon");
            format!("{day}:{:02}:{:02}", rest / 60, rest % 60)
        };
        format!("{}-{}", moment(self.begins), moment((self.begins + self.lasts) % WEEK))
    }

    /// The first beginning after `now`.
    fn after(self, now: Instant) -> Instant {
        let minutes = now.0.div_euclid(MINUTE) + EPOCH;
        let wait = (self.begins - minutes).rem_euclid(WEEK);
        let wait = if wait == 0 { WEEK } else { wait };
        Instant((minutes + wait - EPOCH) * MINUTE)
    }
}

impl Deferral {
    pub fn value(&self) -> Value {
        json!({
            "DeferMaintenanceIdentifier": self.identifier,
            "DeferMaintenanceStartTime": iso(self.start),
            "DeferMaintenanceEndTime": iso(self.end),
        })
    }
}

/// When the cluster's next window opens. Windows inside a deferral are left out.
pub fn next_window(cluster: &Cluster, now: Instant) -> Instant {
    let mut at = cluster.window.after(now);
    if let Some(deferral) = &cluster.deferral {
        while deferral.start <= at && at < deferral.end {
            at = cluster.window.after(at);
        }
    }
    at
}

/// ModifyClusterMaintenance: puts maintenance off, or no longer.
pub fn modify(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = parameters.required("ClusterIdentifier");
    account.redshift.idle(order.region, name)?;
    let defers = parameters.get("DeferMaintenance").and_then(Value::as_bool);
    let deferral = if defers == Some(false) { None } else { Some(deferral(account, order)?) };
    let cluster = account.redshift.cluster_mut(order.region, name)?;
    cluster.deferral = deferral;
    let cluster = cluster.clone();
    Ok(json!({"Cluster": cluster.value(account, order.now, &[])}))
}

fn deferral(account: &mut Account, order: &Order<'_>) -> Result<Deferral, RedshiftFault> {
    let parameters = order.parameters;
    let wrong = |sentence: &str| RedshiftFault::new(Code::InvalidParameterCombination, sentence);
    let moment = |name: &str| match parameters.text(name) {
        None => Ok(None),
        Some(text) => match parse(text) {
            Some(seconds) => Ok(Some(Instant(seconds * 1_000_000))),
            None => Err(RedshiftFault::value(format!("Invalid timestamp: {text}"))),
        },
    };
    let start = moment("DeferMaintenanceStartTime")?.unwrap_or(order.now);
    let days = parameters.integer("DeferMaintenanceDuration");
    let end = match (moment("DeferMaintenanceEndTime")?, days) {
        (Some(end), None) => end,
        (None, Some(days)) => Instant(start.0 + days * 1_440 * MINUTE),
        // unconfirmed: the three sentences.
        _ => {
            return Err(wrong(
                "Specify either DeferMaintenanceEndTime or DeferMaintenanceDuration, and not both.",
            ));
        }
    };
    if end <= start || end <= order.now {
        return Err(wrong("The end of the deferral must come after its start."));
    }
    if end.0 - start.0 > 45 * 1_440 * MINUTE {
        return Err(wrong("Maintenance can be deferred for 45 days at most."));
    }
    let identifier = format!("dfm-{}", &account.identifiers.unique_id("")[..16]);
    Ok(Deferral { identifier, start, end })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn windows_are_read_and_come_weekly() {
        let window = Window::read("sat:16:00-sat:16:30").unwrap();
        assert_eq!(window.text(), "sat:16:00-sat:16:30");
        let first = window.after(Clock::COURSE_START);
        assert_eq!(iso(first), "2023-05-27T16:00:00+00:00");
        assert_eq!(iso(window.after(first)), "2023-06-03T16:00:00+00:00");
        assert_eq!(Window::read("sun:23:50-mon:00:20").unwrap().text(), "sun:23:50-mon:00:20");
        for wrong in ["sat:16:00-sat:16:10", "sat:16:00", "sab:16:00-sat:17:00", "mon:25:00-mon:26:00"] {
            assert!(Window::read(wrong).is_err(), "{wrong}");
        }
    }
}
