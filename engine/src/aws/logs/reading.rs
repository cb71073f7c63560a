//! What is told of groups, streams and lines.

use serde_json::Value;

use super::pattern::Pattern;
use super::{OVERHEAD, find, here, invalid, millis, shown, stream};
use crate::aws::{Account, Fault, Order};
use crate::json::json;

const GROUP: &str = "logGroupName creationTime retentionInDays metricFilterCount arn storedBytes";
const STREAM: &str =
    "logStreamName creationTime firstEventTimestamp lastEventTimestamp lastIngestionTime arn storedBytes";
const EVENT: &str = "timestamp message ingestionTime";
/// Lines of an answer at most.
const MOST: i64 = 10_000;

pub fn groups(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let said = |name: &str| order.parameters.text(name).unwrap_or("");
    if order.parameters.flag("includeLinkedAccounts") || order.parameters.get("accountIdentifiers").is_some()
    {
        let gap = crate::gap::Feature::AwsOperation.name();
        return Err(invalid(format!("not simulated yet: {gap} (logs): groups of other accounts")));
    }
    let fits = |group: &&Value| {
        let name = group["logGroupName"].as_str().unwrap_or("");
        name.starts_with(said("logGroupNamePrefix")) && name.contains(said("logGroupNamePattern"))
    };
    let list = here(account, order.region).filter(fits).map(|group| {
        let events = of_group(group).flat_map(|stream| lines(group, stream, order, 0));
        let bytes = events.map(|event| event["message"].as_str().unwrap_or("").len() + OVERHEAD);
        let mut told = shown(group, GROUP);
        told["storedBytes"] = json!(bytes.sum::<usize>());
        told
    });
    Ok(json!({"logGroups": list.collect::<Vec<_>>()}))
}

fn of_group(group: &Value) -> impl Iterator<Item = &Value> {
    group["streams"].as_object().into_iter().flat_map(|streams| streams.values())
}

pub fn streams(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let by_time = order.parameters.text("orderBy") == Some("LastEventTime");
    let prefix = order.parameters.text("logStreamNamePrefix");
    if by_time && prefix.is_some() {
        return Err(invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
    }
    let group = find(account, order)?;
    let name = |stream: &Value| stream["logStreamName"].as_str().unwrap_or("").to_owned();
    let fits = |stream: &&Value| prefix.is_none_or(|prefix| name(stream).starts_with(prefix));
    let mut list: Vec<Value> = of_group(group).filter(fits).map(|stream| shown(stream, STREAM)).collect();
    let time = |stream: &Value| if by_time { stream["lastEventTimestamp"].as_i64() } else { None };
    crate::sorted::sort_by(&mut list, |one, other| (time(one), name(one)).cmp(&(time(other), name(other))));
    if order.parameters.flag("descending") {
        list.reverse();
    }
    Ok(json!({"logStreams": list}))
}

/// The lines of a stream that are asked for and not older than their group keeps them.
fn lines<'a>(group: &Value, stream: &'a Value, order: &Order<'_>, last: i64) -> Vec<&'a Value> {
    let kept = group["retentionInDays"].as_i64().map_or(0, |days| millis(order.now) - days * 86_400_000);
    let from = order.parameters.integer("startTime").unwrap_or(0).max(kept);
    let to = order.parameters.integer("endTime").map_or(i64::MAX, |to| to.saturating_add(last));
    let events = stream["events"].as_array().into_iter().flatten();
    events.filter(|event| event["timestamp"].as_i64().is_some_and(|at| (from..to).contains(&at))).collect()
}

/// A line's number: its time in milliseconds times 2 to the power of 144, and which of the stream's lines it is.
fn number(event: &Value) -> String {
    const BASE: u64 = 1_000_000_000;
    let time = event["timestamp"].as_u64().unwrap_or(0);
    let mut limbs = vec![time % BASE, time / BASE];
    for round in 0..10 {
        let mut carry = if round == 9 { event["number"].as_u64().unwrap_or(0) } else { 0 };
        for limb in &mut limbs {
            carry += if round == 9 { *limb } else { *limb << 16 };
            (*limb, carry) = (carry % BASE, carry / BASE);
        }
        if carry > 0 {
            limbs.push(carry);
        }
    }
    let digits: String = limbs.iter().rev().map(|limb| format!("{limb:09}")).collect();
    format!("{:0>56}", digits.trim_start_matches('0'))
}

/// A page of one stream: from its end, from its head, or from where a token points to.
pub fn get(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let group = find(account, order)?;
    let events = lines(group, stream(group, order)?, order, 0);
    let most = order.parameters.integer("limit").unwrap_or(MOST);
    if !(1..=MOST).contains(&most) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{most}' at 'limit' failed to satisfy constraint: Member must have value less than or equal to {MOST}"
        )));
    }
    let most = most as usize;
    let token: Vec<&str> =
        order.parameters.text("nextToken").map_or(Vec::new(), |token| token.split('/').collect());
    let (start, end) = match token.as_slice() {
        [] if order.parameters.flag("startFromHead") => (0, most),
        [] => (events.len().saturating_sub(most), events.len()),
        [way @ ("f" | "b"), digits, "s"] => {
            let at = events.iter().position(|event| number(event) == *digits);
            match at {
                Some(at) if *way == "f" => (at + 1, at + 1 + most),
                Some(at) => (at.saturating_sub(most), at),
                None if digits.bytes().all(|digit| digit == b'0') => (0, if *way == "f" { most } else { 0 }),
                None => return Err(invalid("The specified nextToken is invalid.")),
            }
        }
        _ => return Err(invalid("The specified nextToken is invalid.")),
    };
    let page = events.get(start..end.min(events.len())).unwrap_or(&[]);
    // Where there is nothing more, a token leads to itself.
    let same = token.get(1).map_or_else(|| "0".repeat(56), |digits| (*digits).to_owned());
    let place = |event: Option<&&Value>| event.map_or_else(|| same.clone(), |event| number(event));
    Ok(json!({
        "events": page.iter().map(|event| shown(event, EVENT)).collect::<Vec<_>>(),
        "nextForwardToken": format!("f/{}/s", place(page.last())),
        "nextBackwardToken": format!("b/{}/s", place(page.first())),
    }))
}

/// Lines of all streams of a group, in the order of their times.
pub fn filter(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let pattern = Pattern::read(order.parameters.text("filterPattern").unwrap_or(""))?;
    let (names, prefix) =
        (order.parameters.texts("logStreamNames"), order.parameters.text("logStreamNamePrefix"));
    if !names.is_empty() && prefix.is_some() {
        // unconfirmed: the sentence.
        return Err(invalid("logStreamNames and logStreamNamePrefix cannot both be specified."));
    }
    let (group, mut found) = (find(account, order)?, Vec::new());
    for stream in of_group(group) {
        let name = stream["logStreamName"].as_str().unwrap_or("");
        if !name.starts_with(prefix.unwrap_or("")) || !names.is_empty() && !names.contains(&name) {
            continue;
        }
        for event in lines(group, stream, order, 1) {
            if pattern.fits(event["message"].as_str().unwrap_or("")) {
                let mut line = json!({"logStreamName": name});
                for member in EVENT.split(' ') {
                    line[member] = event[member].clone();
                }
                line["eventId"] = json!(number(event));
                found.push(line);
            }
        }
    }
    crate::sorted::sort_by(&mut found, |one, other| {
        one["timestamp"].as_i64().cmp(&other["timestamp"].as_i64())
    });
    Ok(json!({"events": found, "searchedLogStreams": []}))
}
