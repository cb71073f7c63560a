//! What changes groups, streams and how long their lines are kept.

use serde_json::Value;

use super::{OVERHEAD, find, find_mut, here, invalid, keep, millis, missing, stream};
use crate::aws::meter::{Of, Usage};
use crate::aws::{Account, Fault, Order};
use crate::json::json;

/// Days that a group's lines may be kept.
const DAYS: [i64; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1_096, 1_827, 2_192, 2_557, 2_922, 3_288,
    3_653,
];
const DAY: i64 = 86_400_000;
/// Streams of a group, and lines of a stream, that a workspace keeps: the newest. AWS keeps all of them.
const STREAMS: usize = 200;
const LINES: usize = 5_000;

fn exists(what: &str) -> Fault {
    Fault::refused("ResourceAlreadyExistsException", 400, format!("The specified log {what} already exists"))
}

/// A name without characters that names do not have.
fn checked<'a>(order: &Order<'a>, member: &str, plain: &str, pattern: &str) -> Result<&'a str, Fault> {
    let name = order.parameters.required(member);
    let fits = |c: char| {
        if plain.is_empty() { c != ':' && c != '*' } else { c.is_ascii_alphanumeric() || plain.contains(c) }
    };
    if !name.is_empty() && name.len() <= 512 && name.chars().all(fits) {
        return Ok(name);
    }
    Err(invalid(format!(
        "1 validation error detected: Value '{name}' at '{member}' failed to satisfy constraint: Member must satisfy regular expression pattern: {pattern}"
    )))
}

pub fn create_group(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = checked(order, "logGroupName", ".-_/#", "[\\.\\-_/#A-Za-z0-9]+")?;
    for member in ["kmsKeyId", "tags"] {
        if order.parameters.get(member).is_some() {
            let gap = crate::gap::Feature::AwsOperation.name();
            return Err(invalid(format!("not simulated yet: {gap} (logs): {member} of a log group")));
        }
    }
    if here(account, order.region).any(|known| known["logGroupName"] == name) {
        return Err(exists("group"));
    }
    let arn = format!("arn:aws:logs:{}:{}:log-group:{name}:*", order.region, account.id);
    let group = json!({
        "region": order.region, "logGroupName": name, "creationTime": millis(order.now), "metricFilterCount": 0,
        "arn": arn, "storedBytes": 0, "streams": {},
    });
    keep(account, group);
    Ok(Value::Null)
}

pub fn delete_group(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let gone = find(account, order)?.clone();
    account.logs.retain(|group| group.0 != gone);
    Ok(Value::Null)
}

pub fn create_stream(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = checked(order, "logStreamName", "", "[^:*]*")?;
    let group = find_mut(account, order)?;
    let arn = group["arn"].as_str().unwrap_or("").trim_end_matches('*').to_owned() + "log-stream:" + name;
    let Some(streams) = group["streams"].as_object_mut() else { return Err(missing("group")) };
    if streams.contains_key(name) {
        return Err(exists("stream"));
    }
    if streams.len() >= STREAMS
        && let Some(oldest) = streams.keys().next().cloned()
    {
        streams.shift_remove(&oldest);
    }
    let made = json!({
        "logStreamName": name, "creationTime": millis(order.now), "arn": arn, "storedBytes": 0, "events": [],
    });
    streams.insert(name.to_owned(), made);
    Ok(Value::Null)
}

pub fn delete_stream(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    stream(find(account, order)?, order)?;
    if let Some(streams) = find_mut(account, order)?["streams"].as_object_mut() {
        streams.shift_remove(order.parameters.required("logStreamName"));
    }
    Ok(Value::Null)
}

/// For so many days, or without end where none are given.
pub fn retain(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let days = order.parameters.integer("retentionInDays");
    if days.is_some_and(|days| !DAYS.contains(&days)) {
        // unconfirmed: the sentence.
        return Err(invalid(format!("RetentionInDays must be one of {DAYS:?}")));
    }
    let group = find_mut(account, order)?;
    match (days, group.as_object_mut()) {
        (None, Some(group)) => drop(group.shift_remove("retentionInDays")),
        _ => group["retentionInDays"] = json!(days),
    }
    Ok(Value::Null)
}

/// Lines of the last fourteen days and the next two hours, in the order of their times.
pub fn put(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    stream(find(account, order)?, order)?;
    let (now, given) = (millis(order.now), order.parameters.structures("logEvents"));
    let time = |at: usize| given.get(at).and_then(|event| event.integer("timestamp"));
    if (0..given.len()).any(|at| time(at).is_none() || at > 0 && time(at - 1) > time(at)) {
        return Err(invalid("Log events in a single PutLogEvents request must be in chronological order."));
    }
    if given.iter().any(|event| event.required("message").is_empty()) {
        return Err(invalid(
            "1 validation error detected: Value '' at 'logEvents.1.member.message' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ));
    }
    let old = (0..given.len()).take_while(|at| time(*at) < Some(now - 14 * DAY)).count();
    let new = (0..given.len()).take_while(|at| time(*at) <= Some(now + DAY / 12)).count();
    let group = find_mut(account, order)?;
    let stream = &mut group["streams"][order.parameters.required("logStreamName")];
    let (mut bytes, mut count) = (0, stream["count"].as_i64().unwrap_or(0));
    let Some(events) = stream["events"].as_array_mut() else { return Err(missing("stream")) };
    for event in given.iter().take(new).skip(old) {
        let (time, message) = (event.integer("timestamp"), event.required("message"));
        let at = events.partition_point(|known| known["timestamp"].as_i64() <= time);
        let kept = json!({"timestamp": time, "message": message, "ingestionTime": now, "number": count});
        events.insert(at, kept);
        count += 1;
        bytes += message.len() + OVERHEAD;
    }
    let surplus = events.len().saturating_sub(LINES);
    events.drain(..surplus);
    let ends = [events.first(), events.last()].map(|event| event.map(|event| event["timestamp"].clone()));
    if let [Some(first), Some(last)] = ends {
        (stream["firstEventTimestamp"], stream["lastEventTimestamp"]) = (first, last);
        stream["lastIngestionTime"] = json!(now);
    }
    stream["count"] = json!(count);
    let of = Of {
        usage: Usage::LogBytes,
        region: order.region,
        resource: order.parameters.required("logGroupName"),
    };
    account.meter.add(of, bytes as u128, order.now);
    // unconfirmed: what the token is made of; the service has not looked at it since 2023.
    let mut answer = json!({"nextSequenceToken": format!("{:056}", count)});
    if old > 0 {
        answer["rejectedLogEventsInfo"]["tooOldLogEventEndIndex"] = json!(old);
    }
    if new < given.len() {
        answer["rejectedLogEventsInfo"]["tooNewLogEventStartIndex"] = json!(new);
    }
    Ok(answer)
}
