//! Lifecycle rules: what becomes of objects when they have lain for a while.
//!
//! S3 looks at its rules once a day. A rule of days counts from the object's creation and takes effect at the next
//! midnight (UTC). [`expire`] carries out whatever is due; it is called before every request, so that nobody sees an
//! object that is gone, and [`next_wake`] tells a clock when there is something to do.

use serde_json::Value;

use super::bucket::Bucket;
use super::fault::S3Fault;
use super::object::Object;
use super::versions::{Version, shown};
use crate::aws::ident::Identifiers;
use crate::aws::parameters::Parameters;
use crate::aws::{Account, Fault, timestamp};
use crate::clock::Instant;
use crate::json::json;

const DAY: i64 = 86_400_000_000;

/// The midnight at or after `days` days from `from`.
fn due(from: Instant, days: i64) -> Instant {
    let at = from.0 + days * DAY;
    Instant(at + (DAY - at.rem_euclid(DAY)) % DAY)
}

fn rules(document: &Value) -> Vec<Parameters<'_>> {
    let list = document["Rules"].as_array();
    list.into_iter()
        .flatten()
        .map(Parameters::new)
        .filter(|rule| rule.text("Status") == Some("Enabled"))
        .collect()
}

/// A number that may have come as text, from shorthand.
fn number(parameters: Parameters<'_>, member: &str) -> Option<i64> {
    parameters.integer(member).or_else(|| parameters.text(member)?.parse().ok())
}

/// Whether a rule is about this object.
fn concerns(rule: Parameters<'_>, key: &str, object: &Object) -> bool {
    let tagged = |tag: Parameters<'_>| {
        tag.text("Key").is_none_or(|key| object.tags.get(key).map(String::as_str) == tag.text("Value"))
    };
    let one = |filter: Parameters<'_>| {
        filter.text("Prefix").is_none_or(|prefix| key.starts_with(prefix))
            && tagged(filter.structure("Tag"))
            && filter.structures("Tags").into_iter().all(tagged)
            && number(filter, "ObjectSizeGreaterThan").is_none_or(|size| object.body.size as i64 > size)
            && number(filter, "ObjectSizeLessThan").is_none_or(|size| (object.body.size as i64) < size)
    };
    let filter = rule.structure("Filter");
    rule.text("Prefix").is_none_or(|prefix| key.starts_with(prefix))
        && one(filter)
        && one(filter.structure("And"))
}

/// When an action of days or of a date takes effect on something that is there since `from`.
fn when(action: Parameters<'_>, days: &str, from: Instant) -> Option<Instant> {
    match number(action, days) {
        Some(days) => Some(due(from, days)),
        None => Some(Instant(timestamp::parse(action.text("Date")?)? * 1_000_000)),
    }
}

/// When and by which rule the object goes; for its `x-amz-expiration`.
pub fn expiration<'a>(document: &'a Value, key: &str, object: &Object) -> Option<(Instant, &'a str)> {
    let mut first: Option<(Instant, &str)> = None;
    for rule in rules(document).into_iter().filter(|rule| concerns(*rule, key, object)) {
        let at = when(rule.structure("Expiration"), "Days", object.modified);
        if let Some(at) = at.filter(|at| first.is_none_or(|(earliest, _)| at.0 < earliest.0)) {
            first = Some((at, rule.required("ID")));
        }
    }
    first
}

/// What is due in a bucket, and when something is due next.
#[derive(Default)]
struct Plan {
    /// Key, and when it was due.
    gone: Vec<(String, Instant)>,
    /// Key and storage class.
    moved: Vec<(String, String)>,
    /// Key and version.
    stale: Vec<(String, String)>,
    /// Ids of uploads.
    aborted: Vec<String>,
    next: Option<Instant>,
}

fn document(bucket: &Bucket) -> Option<Value> {
    serde_json::from_str(bucket.settings.get("Lifecycle")?).ok()
}

fn plan(bucket: &Bucket, document: &Value, now: Instant) -> Plan {
    let mut plan = Plan::default();
    let mut next: Option<Instant> = None;
    let mut reached = |at: Instant| {
        let passed = at.0 <= now.0;
        if !passed && next.is_none_or(|earliest| at.0 < earliest.0) {
            next = Some(at);
        }
        passed
    };
    for rule in rules(document) {
        for (key, object) in bucket.objects.iter().filter(|(key, object)| concerns(rule, key, object)) {
            let expires = when(rule.structure("Expiration"), "Days", object.modified);
            if let Some(at) = expires.filter(|at| reached(*at)) {
                plan.gone.push((key.clone(), at));
            }
            for transition in rule.structures("Transitions") {
                let class = transition.required("StorageClass");
                if object.storage_class != class
                    && when(transition, "Days", object.modified).is_some_and(&mut reached)
                {
                    plan.moved.push((key.clone(), class.to_owned()));
                }
            }
        }
        let old = rule.structure("NoncurrentVersionExpiration");
        let kept = number(old, "NewerNoncurrentVersions").unwrap_or(0);
        for (key, past) in bucket.past.iter().filter(|_| old.get("NoncurrentDays").is_some()) {
            let front = bucket.objects.get(key).map(|object| object.modified);
            let mut newer = 0;
            for (at, version) in past.iter().enumerate().rev() {
                // It became an old version when the next one came.
                let Some(since) = past.get(at + 1).map(Version::since).or(front) else { continue };
                let Version::Object(object) = version else { continue };
                let days = number(old, "NoncurrentDays").unwrap_or(0);
                if newer >= kept && concerns(rule, key, object) && reached(due(since, days)) {
                    plan.stale.push((key.clone(), shown(object.version.as_ref()).to_owned()));
                }
                newer += 1;
            }
        }
        let unfinished = rule.structure("AbortIncompleteMultipartUpload");
        if let Some(days) = number(unfinished, "DaysAfterInitiation") {
            let late = bucket.uploads.iter().filter(|upload| reached(due(upload.initiated, days)));
            plan.aborted.extend(late.map(|upload| upload.id.clone()));
        }
    }
    plan.next = next;
    plan
}

/// Carries out every rule that is due by `now`, as of the moment it was due.
pub fn expire(account: &mut Account, now: Instant) {
    for bucket in account.s3.buckets.values_mut() {
        let Some(document) = document(bucket) else { continue };
        // What one rule does may make another one due.
        while carry_out(bucket, &document, &mut account.identifiers, now) {}
    }
}

/// Whether there was anything to do.
fn carry_out(bucket: &mut Bucket, document: &Value, identifiers: &mut Identifiers, now: Instant) -> bool {
    let plan = plan(bucket, document, now);
    let idle = plan.gone.is_empty() && plan.stale.is_empty();
    for (key, class) in plan.moved {
        if let Some(object) = bucket.objects.get_mut(&key) {
            object.storage_class = class;
        }
    }
    for (key, at) in plan.gone {
        // Two rules may have found the same object.
        if bucket.objects.contains_key(&key) {
            bucket.delete(&key, identifiers, at);
        }
    }
    for (key, id) in plan.stale {
        bucket.delete_version(&key, &id);
    }
    bucket.uploads.retain(|upload| !plan.aborted.contains(&upload.id));
    // A mark with nothing behind it.
    if rules(document).iter().any(|rule| rule.structure("Expiration").flag("ExpiredObjectDeleteMarker")) {
        bucket.past.retain(|_, past| !matches!(past[..], [Version::Marker { .. }]));
    }
    !idle
}

/// When the next rule is due, as things are.
pub fn next_wake(account: &Account, now: Instant) -> Option<Instant> {
    let buckets = account.s3.buckets.values();
    buckets.filter_map(|bucket| plan(bucket, &document(bucket)?, now).next).min_by_key(|at| at.0)
}

/// Why a configuration is not one.
pub(super) fn check(document: &Value) -> Result<Value, Fault> {
    let malformed = || Fault::from(S3Fault::MalformedXml);
    let mut document = document.clone();
    let rules = document["Rules"].as_array_mut().filter(|rules| !rules.is_empty()).ok_or_else(malformed)?;
    let mut ids: Vec<String> = Vec::new();
    for (number_of, rule) in rules.iter_mut().enumerate() {
        // S3 gives a name of its own to a rule that has none.
        if rule["ID"].as_str().is_none_or(str::is_empty) {
            rule["ID"] = json!(format!("rule-{}", number_of + 1));
        }
        let view = Parameters::new(rule);
        if !matches!(view.text("Status"), Some("Enabled" | "Disabled")) {
            return Err(malformed());
        }
        let acts =
            ["Expiration", "Transitions", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"];
        if !acts.iter().any(|act| view.get(act).is_some()) {
            let sentence = "At least one action needs to be specified in a rule".to_owned();
            return Err(S3Fault::InvalidRequest { sentence }.into());
        }
        if view.get("Prefix").is_none() && view.get("Filter").is_none() {
            return Err(malformed());
        }
        let days = number(view.structure("Expiration"), "Days");
        if days.is_some_and(|days| days < 1) {
            let sentence = "'Days' for Expiration action must be a positive integer".to_owned();
            return Err(S3Fault::InvalidArgument { sentence }.into());
        }
        for transition in view.structures("Transitions") {
            let class = transition.required("StorageClass");
            if !super::object::STORAGE_CLASSES.contains(&class) {
                return Err(malformed());
            }
            let least = if class.ends_with("_IA") { 30 } else { 0 };
            if number(transition, "Days").is_some_and(|days| days < least) {
                let sentence = format!(
                    "'Days' in Transition action must be greater than or equal to {least} for storageClass '{class}'"
                );
                return Err(S3Fault::InvalidArgument { sentence }.into());
            }
        }
        let id = view.required("ID").to_owned();
        if ids.contains(&id) {
            let sentence = format!("Rule ID must be unique. Found same ID for more than one rule: {id}");
            return Err(S3Fault::InvalidArgument { sentence }.into());
        }
        ids.push(id);
    }
    Ok(document)
}
