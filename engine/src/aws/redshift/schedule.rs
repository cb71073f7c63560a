//! Schedules of automated snapshots: `rate(12 hours)`, `cron(30 12 *)` (Management Guide, "Snapshot schedule format").

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::cluster::{Cluster, SNAPSHOT_EVERY};
use super::fault::{Code, RedshiftFault};
use super::identifier;
use super::tag::{self, Tag};
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    pub identifier: String,
    pub region: String,
    description: Option<String>,
    definitions: Vec<String>,
    tags: Vec<Tag>,
}

/// When snapshots are taken, in UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    /// So many hours after the one before.
    Rate(i64),
    /// Bits of minutes, hours and days (Sunday is 0).
    Cron { minutes: u64, hours: u32, days: u8 },
}

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// The numbers that a field of a cron definition stands for, as bits.
pub(in crate::aws) fn field(text: &str, least: u32, most: u32, names: &[&str]) -> Option<u64> {
    let number = |text: &str| {
        let named = names.iter().position(|name| name.eq_ignore_ascii_case(text)).map(|at| at as u32 + least);
        named.or_else(|| text.parse().ok()).filter(|number| (least..=most).contains(number))
    };
    let mut bits = 0;
    for part in text.split(',') {
        let (span, step) = match part.split_once('/') {
            Some((span, step)) => (span, step.parse().ok().filter(|step| *step > 0)?),
            None => (part, 1),
        };
        let (from, to) = match span.split_once('-') {
            Some((from, to)) => (number(from)?, number(to)?),
            None if span == "*" => (least, most),
            None => (number(span)?, if part.contains('/') { most } else { number(span)? }),
        };
        (from..=to).step_by(step).for_each(|number| bits |= 1 << number);
    }
    Some(bits)
}

fn rule(text: &str) -> Option<Rule> {
    let inside = |word: &str| text.strip_prefix(word)?.strip_prefix('(')?.strip_suffix(')');
    if let Some(rate) = inside("rate") {
        let (number, unit) = rate.trim().split_once(' ')?;
        let hours: i64 = number.parse().ok()?;
        return matches!(unit.trim(), "hour" | "hours").then_some(Rule::Rate(hours));
    }
    let mut fields = inside("cron")?.split_whitespace();
    let (minutes, hours, days) = (fields.next()?, fields.next()?, fields.next()?);
    if fields.next().is_some() || minutes.contains('*') {
        return None;
    }
    Some(Rule::Cron {
        minutes: field(minutes, 0, 59, &[])?,
        hours: field(hours, 0, 23, &[])? as u32,
        days: (field(days, 1, 7, &DAYS)? >> 1) as u8,
    })
}

impl Rule {
    /// The first moment after `now`; a rate counts from `last`.
    fn next(&self, last: Instant, now: Instant) -> Option<Instant> {
        match *self {
            Rule::Rate(hours) => {
                let step = hours * HOUR;
                let passed = (now.0 - last.0).max(0) / step;
                Some(Instant(last.0 + (passed + 1) * step))
            }
            Rule::Cron { minutes, hours, days } => {
                let first = now.0.div_euclid(HOUR);
                (first..first + 9 * 24).find_map(|hour| {
                    // 1970-01-01 was a Thursday.
                    let day = (hour.div_euclid(24) + 4).rem_euclid(7);
                    if hours >> hour.rem_euclid(24) & 1 == 0 || days >> day & 1 == 0 {
                        return None;
                    }
                    let moments = (0..60).filter(|minute| minutes >> minute & 1 == 1);
                    moments.map(|minute| Instant(hour * HOUR + minute * MINUTE)).find(|at| *at > now)
                })
            }
        }
    }
}

/// Checks definitions: read one by one, never closer than an hour, never rarer than every 24 hours.
///
/// # Errors
/// unconfirmed: the sentences.
fn check(definitions: &[&str], now: Instant) -> Result<(), RedshiftFault> {
    let wrong = |sentence: String| Err(RedshiftFault::new(Code::InvalidSchedule, sentence));
    if definitions.is_empty() {
        return wrong("A snapshot schedule needs at least one definition.".to_owned());
    }
    let mut rules = Vec::new();
    for text in definitions {
        match rule(text) {
            Some(Rule::Rate(hours)) if !(1..=24).contains(&hours) => {
                return wrong(format!(
                    "Invalid schedule definition {text}: the rate must be between 1 and 24 hours."
                ));
            }
            Some(rule) => rules.push(rule),
            None => return wrong(format!("Invalid schedule definition {text}.")),
        }
    }
    let mut at = now;
    let mut before = None;
    // Two weeks show every pattern of a week.
    while at.0 < now.0 + 15 * 24 * HOUR {
        let Some(next) = rules.iter().filter_map(|rule| rule.next(now, at)).min() else { break };
        if let Some(before) = before {
            let gap = next.0 - before;
            if gap < HOUR {
                return wrong("Snapshots of a schedule must be at least one hour apart.".to_owned());
            }
            if gap > 24 * HOUR && definitions.len() == 1 && matches!(rules.first(), Some(Rule::Rate(_))) {
                return wrong("Snapshots of a schedule must be at most 24 hours apart.".to_owned());
            }
        }
        before = Some(next.0);
        at = next;
    }
    Ok(())
}

/// When the cluster's next automated snapshot is due: by its schedule, or eight hours from now.
pub fn next_of(account: &Account, cluster: &Cluster, now: Instant) -> Instant {
    let wanted =
        |one: &&Schedule| one.region == cluster.region && Some(&one.identifier) == cluster.schedule.as_ref();
    let schedule = account.redshift.schedules.iter().find(wanted);
    let rules = schedule.into_iter().flat_map(|one| &one.definitions).filter_map(|text| rule(text));
    rules.filter_map(|rule| rule.next(now, now)).min().unwrap_or(Instant(now.0 + SNAPSHOT_EVERY))
}

pub fn named<'a>(account: &'a Account, region: &str, name: &str) -> Result<&'a Schedule, RedshiftFault> {
    let mut all = account.redshift.schedules.iter();
    // unconfirmed: the sentence.
    all.find(|one| one.region == region && one.identifier.eq_ignore_ascii_case(name)).ok_or_else(|| {
        RedshiftFault::new(Code::ScheduleNotFound, format!("Snapshot schedule {name} not found."))
    })
}

impl Schedule {
    fn value(&self, account: &Account) -> Value {
        let mut value =
            json!({"ScheduleDefinitions": self.definitions, "ScheduleIdentifier": self.identifier});
        if let Some(description) = &self.description {
            value["ScheduleDescription"] = json!(description);
        }
        value["Tags"] = tag::values(&self.tags);
        let clusters = self.clusters(account);
        if !clusters.is_empty() {
            value["AssociatedClusterCount"] = json!(clusters.len());
            let associated = clusters.iter().map(
                |one| json!({"ClusterIdentifier": one.identifier, "ScheduleAssociationState": "ACTIVE"}),
            );
            value["AssociatedClusters"] = associated.collect();
        }
        value
    }

    fn clusters<'a>(&self, account: &'a Account) -> Vec<&'a Cluster> {
        let all = account.redshift.clusters.iter();
        all.filter(|one| one.region == self.region && one.schedule.as_ref() == Some(&self.identifier))
            .collect()
    }
}

pub fn create(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let definitions = parameters.texts("ScheduleDefinitions");
    check(&definitions, order.now)?;
    let name = match parameters.text("ScheduleIdentifier") {
        Some(name) => identifier::checked("ScheduleIdentifier", name, 63)?,
        None => format!("schedule-{}", account.identifiers.uuid()),
    };
    if named(account, order.region, &name).is_ok() {
        let sentence = format!("Snapshot schedule {name} already exists.");
        return Err(RedshiftFault::new(Code::ScheduleExists, sentence).into());
    }
    let schedule = Schedule {
        identifier: name,
        region: order.region.to_owned(),
        description: parameters.text("ScheduleDescription").map(str::to_owned),
        definitions: definitions.iter().map(|text| (*text).to_owned()).collect(),
        tags: tag::given(parameters),
    };
    let mut value = schedule.value(account);
    if let Some(count) = parameters.integer("NextInvocations").filter(|count| *count > 0) {
        let mut at = order.now;
        let rules: Vec<Rule> = schedule.definitions.iter().filter_map(|text| rule(text)).collect();
        let mut moments = Vec::new();
        while moments.len() < count.min(100) as usize {
            let Some(next) = rules.iter().filter_map(|rule| rule.next(order.now, at)).min() else { break };
            moments.push(Value::String(iso(next)));
            at = next;
        }
        value["NextInvocations"] = Value::Array(moments);
    }
    if !parameters.flag("DryRun") {
        account.redshift.schedules.push(schedule);
    }
    Ok(value)
}

/// Clusters with this schedule wait for its next moment.
fn reschedule(account: &mut Account, region: &str, name: &str, now: Instant) {
    let clusters: Vec<(usize, Instant)> = account
        .redshift
        .clusters
        .iter()
        .enumerate()
        .filter(|(_, one)| one.region == region && one.schedule.as_deref() == Some(name))
        .map(|(at, one)| (at, next_of(account, one, now)))
        .collect();
    for (at, next) in clusters {
        if let Some(cluster) = account.redshift.clusters.get_mut(at) {
            cluster.next_snapshot = next;
        }
    }
}

pub fn modify(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let definitions = order.parameters.texts("ScheduleDefinitions");
    let name =
        named(account, order.region, order.parameters.required("ScheduleIdentifier"))?.identifier.clone();
    check(&definitions, order.now)?;
    for one in &mut account.redshift.schedules {
        if one.region == order.region && one.identifier == name {
            one.definitions = definitions.iter().map(|text| (*text).to_owned()).collect();
        }
    }
    reschedule(account, order.region, &name, order.now);
    Ok(named(account, order.region, &name)?.value(account))
}

pub fn delete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let found = named(account, order.region, order.parameters.required("ScheduleIdentifier"))?;
    if !found.clusters(account).is_empty() {
        // unconfirmed: the sentence.
        let sentence = "The snapshot schedule is associated with a cluster.";
        return Err(RedshiftFault::new(Code::ScheduleState, sentence).into());
    }
    let (region, name) = (found.region.clone(), found.identifier.clone());
    account.redshift.schedules.retain(|one| one.region != region || one.identifier != name);
    Ok(Value::Null)
}

pub fn describe(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let cluster = parameters.text("ClusterIdentifier");
    let name = parameters.text("ScheduleIdentifier");
    if let Some(name) = name {
        named(account, order.region, name)?;
    }
    let all = account.redshift.schedules.iter().filter(|one| {
        one.region == order.region
            && name.is_none_or(|name| one.identifier.eq_ignore_ascii_case(name))
            && cluster.is_none_or(|cluster| one.clusters(account).iter().any(|one| one.identifier == cluster))
            && tag::wanted(&one.tags, parameters)
    });
    let values: Vec<Value> = all.map(|one| one.value(account)).collect();
    Ok(json!({"SnapshotSchedules": values}))
}

/// ModifyClusterSnapshotSchedule: ties a cluster to a schedule, or to none.
pub fn associate(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = parameters.required("ClusterIdentifier");
    let mut cluster = account.redshift.idle(order.region, name)?.clone();
    cluster.schedule = match (parameters.text("ScheduleIdentifier"), parameters.flag("DisassociateSchedule"))
    {
        (Some(schedule), false) => Some(named(account, order.region, schedule)?.identifier.clone()),
        (_, true) => None,
        // unconfirmed: the sentence.
        (None, false) => {
            return Err(RedshiftFault::new(
                Code::InvalidParameterCombination,
                "Specify either ScheduleIdentifier or DisassociateSchedule.",
            )
            .into());
        }
    };
    cluster.next_snapshot = next_of(account, &cluster, order.now);
    *account.redshift.cluster_mut(order.region, name)? = cluster;
    Ok(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    /// The guide's examples.
    #[test]
    fn definitions_say_when() {
        let start = Clock::COURSE_START;
        let moments = |text: &str, count: usize| {
            let rule = rule(text).unwrap();
            let mut at = start;
            (0..count)
                .map(|_| {
                    at = rule.next(start, at).unwrap();
                    iso(at)[5..16].to_owned()
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(moments("rate(12 hours)", 2), ["05-25T22:00", "05-26T10:00"]);
        assert_eq!(moments("cron(30 12 *)", 2), ["05-25T12:30", "05-26T12:30"]);
        assert_eq!(moments("cron(0 17 SAT,SUN)", 3), ["05-27T17:00", "05-28T17:00", "06-03T17:00"]);
        assert_eq!(moments("cron(0 9,17 MON-FRI)", 3), ["05-25T17:00", "05-26T09:00", "05-26T17:00"]);
        assert_eq!(moments("cron(15 15/2 *)", 3), ["05-25T15:15", "05-25T17:15", "05-25T19:15"]);
        for wrong in ["rate(12)", "cron(* 1 *)", "cron(0 25 *)", "cron(0 1 * *)", "at(12)"] {
            assert_eq!(rule(wrong), None, "{wrong}");
        }
        assert!(check(&["rate(25 hours)"], start).is_err());
        assert!(check(&["cron(0 9 *)", "cron(30 9 *)"], start).is_err());
        assert!(check(&["cron(0 9 *)", "cron(30 21 *)"], start).is_ok());
    }
}
