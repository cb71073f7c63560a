//! Usage limits: how much of something a cluster or a workgroup may use in a day, a week or a month, and what happens
//! then. What was used is read from the meter, so nothing is counted twice and a limit made late knows of all of it.
//!
//! Clusters and workgroups have APIs of their own for it with other names for the same; both are here. Scans by
//! Spectrum and a workgroup's RPU-hours are what is used here; of the other features none ever is.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::meter::{Usage, day};
use super::redshift::fault::{Code, RedshiftFault};
use super::redshift::tag;
use super::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;
use crate::warehouse::calendar::Civil;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Feature {
    Spectrum,
    ConcurrencyScaling,
    Sharing,
    Compute,
    ServerlessSharing,
}

/// Each with its own word for it, what of it is limited, and whether it is a workgroup's.
const FEATURES: [(Feature, &str, &str, bool); 5] = [
    (Feature::Spectrum, "spectrum", "data-scanned", false),
    (Feature::ConcurrencyScaling, "concurrency-scaling", "time", false),
    (Feature::Sharing, "cross-region-datasharing", "data-scanned", false),
    (Feature::Compute, "serverless-compute", "", true),
    (Feature::ServerlessSharing, "cross-region-datasharing", "", true),
];

const PERIODS: [&str; 3] = ["daily", "weekly", "monthly"];

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsageLimit {
    pub id: String,
    region: String,
    /// The cluster's identifier or the workgroup's name.
    pub resource: String,
    /// A workgroup's.
    arn: String,
    feature: Feature,
    /// TB, minutes or RPU-hours.
    amount: i64,
    period: String,
    /// Whether work is stopped, or only noted.
    stops: bool,
    tags: Vec<tag::Tag>,
}

impl UsageLimit {
    fn row(&self) -> (Feature, &'static str, &'static str, bool) {
        FEATURES.into_iter().find(|row| row.0 == self.feature).unwrap_or(FEATURES[0])
    }

    pub fn feature(&self) -> &'static str {
        self.row().1
    }

    fn value(&self, account: &str) -> Value {
        let (_, feature, limited, serverless) = self.row();
        if serverless {
            return json!({
                "amount": self.amount,
                "breachAction": if self.stops { "deactivate" } else { "log" },
                "period": self.period,
                "resourceArn": self.arn,
                "usageLimitArn": format!("arn:aws:redshift-serverless:{}:{account}:usagelimit/{}", self.region, self.id),
                "usageLimitId": self.id,
                "usageType": feature,
            });
        }
        json!({
            "UsageLimitId": self.id,
            "ClusterIdentifier": self.resource,
            "FeatureType": feature,
            "LimitType": limited,
            "Amount": self.amount,
            "Period": self.period,
            "BreachAction": if self.stops { "disable" } else { "log" },
            "Tags": tag::values(&self.tags),
        })
    }

    /// The first day of the stretch that `today` is in. A week begins on Sunday.
    fn begin(&self, today: i32) -> i32 {
        match self.period.as_str() {
            "daily" => today,
            "weekly" => today - (today + 4).rem_euclid(7),
            _ => today - Civil::from_days(today).day as i32 + 1,
        }
    }

    /// Whether all of it is used.
    fn is_reached(&self, account: &Account, now: Instant) -> bool {
        let usage = match self.feature {
            Feature::Spectrum => Usage::SpectrumScan,
            Feature::Compute => Usage::ServerlessCompute,
            Feature::ConcurrencyScaling | Feature::Sharing | Feature::ServerlessSharing => return false,
        };
        let first = self.begin(day(now));
        let used: u128 = account
            .meter
            .records()
            .filter(|(key, _)| key.usage == usage && key.resource == self.resource && key.day >= first)
            .map(|(_, record)| record.quantity)
            .sum();
        used >= self.amount.unsigned_abs() as u128 * usage.telling().per
    }
}

impl Account {
    /// Limits of this cluster or workgroup that are reached; those that stop its work, or all.
    pub fn reached_limits(&self, name: &str, now: Instant) -> impl Iterator<Item = (&UsageLimit, bool)> {
        let own = self.usage_limits.iter().filter(move |limit| limit.resource == name);
        own.filter(move |limit| limit.is_reached(self, now)).map(|limit| (limit, limit.stops))
    }
}

/// How the members of the two APIs are called.
struct Words {
    serverless: bool,
    id: &'static str,
    feature: &'static str,
    amount: &'static str,
    period: &'static str,
    action: &'static str,
    stop: &'static str,
}

const CLUSTER: Words = Words {
    serverless: false,
    id: "UsageLimitId",
    feature: "FeatureType",
    amount: "Amount",
    period: "Period",
    action: "BreachAction",
    stop: "disable",
};

const WORKGROUP: Words = Words {
    serverless: true,
    id: "usageLimitId",
    feature: "usageType",
    amount: "amount",
    period: "period",
    action: "breachAction",
    stop: "deactivate",
};

fn words(serverless: bool) -> &'static Words {
    if serverless { &WORKGROUP } else { &CLUSTER }
}

impl Words {
    /// # Errors
    /// unconfirmed: the sentence for serverless is the usual one of its code, the others are the API reference's.
    fn invalid(&self) -> Fault {
        if self.serverless {
            Fault::refused("ValidationException", 400, "The input failed to satisfy the constraints.")
        } else {
            RedshiftFault::new(Code::InvalidUsageLimit, "The usage limit is not valid.").into()
        }
    }

    fn missing(&self) -> Fault {
        if self.serverless {
            Fault::refused("ResourceNotFoundException", 400, "The resource could not be found.")
        } else {
            let sentence = "The usage limit identifier can't be found.";
            RedshiftFault::new(Code::UsageLimitNotFound, sentence).into()
        }
    }

    fn exists(&self) -> Fault {
        if self.serverless {
            Fault::refused("ConflictException", 400, "The submitted action has conflicts.")
        } else {
            RedshiftFault::new(Code::UsageLimitExists, "The usage limit already exists.").into()
        }
    }

    /// What is set: amount and what happens then.
    fn set(&self, limit: &mut UsageLimit, order: &Order<'_>) -> Result<(), Fault> {
        if let Some(amount) = order.parameters.integer(self.amount) {
            if amount <= 0 {
                return Err(self.invalid());
            }
            limit.amount = amount;
        }
        match order.parameters.text(self.action) {
            None => {}
            Some("log") => limit.stops = false,
            Some("emit-metric") => {
                return Err(Fault::NotSimulated { service: "CloudWatch metrics of usage limits".to_owned() });
            }
            Some(stop) if stop == self.stop => limit.stops = true,
            Some(_) => return Err(self.invalid()),
        }
        Ok(())
    }

    fn found<'a>(&self, account: &'a mut Account, order: &Order<'_>) -> Result<&'a mut UsageLimit, Fault> {
        let id = order.parameters.required(self.id);
        let mut all = account.usage_limits.iter_mut();
        let found =
            all.find(|one| one.id == id && one.region == order.region && one.row().3 == self.serverless);
        found.ok_or_else(|| self.missing())
    }
}

pub fn create(account: &mut Account, order: &Order<'_>, serverless: bool) -> Result<Value, Fault> {
    let (words, parameters) = (words(serverless), order.parameters);
    let (resource, arn) = if serverless {
        let arn = parameters.required("resourceArn");
        let mut groups = account.serverless.workgroups.iter();
        let found = groups.find(|one| one.region == order.region && one.arn(&account.id) == arn);
        (found.ok_or_else(|| words.missing())?.name.clone(), arn.to_owned())
    } else {
        let name = parameters.required("ClusterIdentifier");
        let found = account.redshift.cluster(order.region, name);
        (found.ok_or_else(|| RedshiftFault::no_cluster(name))?.identifier.clone(), String::new())
    };
    let (wanted, limited) = (parameters.required(words.feature), parameters.text("LimitType"));
    let row = FEATURES.into_iter().find(|row| row.3 == serverless && row.1 == wanted);
    let row = row.filter(|row| limited.unwrap_or_default() == row.2).ok_or_else(|| words.invalid())?;
    let period = parameters.text(words.period).unwrap_or("monthly");
    if !PERIODS.contains(&period) {
        return Err(words.invalid());
    }
    let same = |one: &UsageLimit| {
        one.resource == resource && one.region == order.region && one.feature == row.0 && one.period == period
    };
    if account.usage_limits.iter().any(same) {
        return Err(words.exists());
    }
    let mut limit = UsageLimit {
        id: String::new(),
        region: order.region.to_owned(),
        resource,
        arn,
        feature: row.0,
        amount: 0,
        period: period.to_owned(),
        stops: false,
        tags: tag::given(parameters),
    };
    words.set(&mut limit, order)?;
    limit.id = account.identifiers.uuid();
    let value = limit.value(&account.id);
    account.usage_limits.push(limit);
    Ok(told(value, serverless))
}

/// An answer about one: a member of its own on serverless.
fn told(value: Value, serverless: bool) -> Value {
    if serverless { json!({"usageLimit": value}) } else { value }
}

pub fn modify(account: &mut Account, order: &Order<'_>, serverless: bool) -> Result<Value, Fault> {
    let (words, id) = (words(serverless), account.id.clone());
    let limit = words.found(account, order)?;
    words.set(limit, order)?;
    Ok(told(limit.value(&id), serverless))
}

pub fn get(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let id = account.id.clone();
    Ok(told(WORKGROUP.found(account, order)?.value(&id), true))
}

pub fn delete(account: &mut Account, order: &Order<'_>, serverless: bool) -> Result<Value, Fault> {
    let gone = words(serverless).found(account, order)?.clone();
    account.usage_limits.retain(|one| one.id != gone.id);
    Ok(if serverless { told(gone.value(&account.id), true) } else { Value::Null })
}

pub fn list(account: &Account, order: &Order<'_>, serverless: bool) -> Value {
    let (words, parameters) = (words(serverless), order.parameters);
    let of = parameters.text(if serverless { "resourceArn" } else { "ClusterIdentifier" });
    let (id, feature) = (parameters.text(words.id), parameters.text(words.feature));
    let values: Vec<Value> = account
        .usage_limits
        .iter()
        .filter(|one| one.region == order.region && one.row().3 == serverless)
        .filter(|one| of.is_none_or(|of| of == if serverless { &one.arn } else { &one.resource }))
        .filter(|one| id.is_none_or(|id| id == one.id) && feature.is_none_or(|name| name == one.row().1))
        .map(|one| one.value(&account.id))
        .collect();
    json!({ (if serverless { "usageLimits" } else { "UsageLimits" }): values })
}

#[cfg(test)]
mod tests {
    use super::super::Beginning;
    use super::super::meter::Of;
    use super::*;
    use crate::clock::Clock;

    fn limit(period: &str) -> UsageLimit {
        UsageLimit {
            id: "id".to_owned(),
            region: "ap-northeast-2".to_owned(),
            resource: "c".to_owned(),
            arn: String::new(),
            feature: Feature::Spectrum,
            amount: 1,
            period: period.to_owned(),
            stops: true,
            tags: Vec::new(),
        }
    }

    #[test]
    fn scans_of_the_period_count() {
        // A Thursday.
        let now = Clock::COURSE_START;
        let (id, region, cluster, database, admin) = ("1", "ap-northeast-2", "c", "dev", "admin");
        let mut account = Account::new(Beginning { id, region, cluster, database, admin, seed: 1, now });
        let of = Of { usage: Usage::SpectrumScan, region, resource: "c" };
        let days = |days: i64| Instant(now.0 - days * 86_400_000_000);
        account.meter.scan(of, 600_000_000_000, days(4));
        account.meter.scan(of, 600_000_000_000, now);
        let reached = |period: &str| limit(period).is_reached(&account, now);
        assert_eq!([reached("daily"), reached("weekly"), reached("monthly")], [false, true, true]);
        let monday = |period: &str| limit(period).is_reached(&account, days(-4));
        assert_eq!([monday("weekly"), monday("monthly")], [false, true]);
    }
}
