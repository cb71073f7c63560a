//! CloudTrail's event history: the account's log of calls, as `lookup-events` tells it.
//!
//! It holds what CloudTrail's free history holds: management events. Reads and writes of single objects are data
//! events; they are in the account's own log, but not here. What the sandbox knows beyond AWS (which statement of which
//! policy decided) stands in `additionalEventData`, where services put what is theirs.

mod record;

use serde_json::Value;

use super::event::Event;
use super::policy::Context;
use super::shape::operations;
use super::{Access, Account, Fault, Order, Reply, timestamp};
use crate::clock::Instant;
use crate::json::json;

operations! {
    LookupEvents "LookupAttributes:structures StartTime:time EndTime:time EventCategory MaxResults:int NextToken",
}

/// Operations AWS has and the sandbox does not.
pub const NOT_SIMULATED: &str = "Create|Delete|List+:EventDataStore Get|Put:EventSelectors Start|Stop:Logging \
Cancel|Describe|Start:Query Add|List|Remove:Tags Create|Delete|Describe+|Get|List+|Update:Trail ListQueries \
GetQueryResults GetTrailStatus";

/// Microseconds of the 90 days that the history goes back.
const KEPT: i64 = 90 * 86_400_000_000;

pub fn access(_operation: Operation, _account: &Account, _order: &Order<'_>) -> Vec<Access> {
    let action = "cloudtrail:LookupEvents".to_owned();
    vec![Access { action, resource: "*".to_owned(), context: Context::default() }]
}

pub fn run(operation: Operation, account: &mut Account, order: &Order<'_>) -> Result<Reply, Fault> {
    match operation {
        Operation::LookupEvents => Ok(Reply { value: lookup(account, order)?, body: None }),
    }
}

/// The sentences of refusals are unconfirmed.
fn lookup(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let refused = |code, message: &str| Err(Fault::refused(code, 400, message));
    let time = |name: &str| {
        let text =
            parameters.get(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        text.and_then(|text| timestamp::parse(&text)).map(|seconds| Instant(seconds * 1_000_000))
    };
    let from = time("StartTime").unwrap_or(Instant(0)).max(Instant(order.now.0 - KEPT));
    let to = time("EndTime").unwrap_or(order.now);
    if to < from {
        return refused("InvalidTimeRangeException", "The start time must be before the end time.");
    }
    let most = parameters.integer("MaxResults");
    if most.is_some_and(|most| !(1..=50).contains(&most)) {
        return refused("InvalidMaxResultsException", "MaxResults must be between 1 and 50.");
    }
    let attributes = parameters.structures("LookupAttributes");
    if attributes.len() > 1 {
        return refused("InvalidLookupAttributesException", "Only one lookup attribute can be specified.");
    }
    let mut wanted = None;
    if let [attribute] = attributes[..] {
        let Some(key) = Attribute::parse(attribute.required("AttributeKey")) else {
            return refused("InvalidLookupAttributesException", "The lookup attribute's key is invalid.");
        };
        // Shorthand takes `false` for what it looks like.
        let value = match attribute.get("AttributeValue") {
            Some(Value::String(text)) => text.clone(),
            value => value.map_or_else(String::new, Value::to_string),
        };
        wanted = Some((key, value));
    }
    let skip = match parameters.text("NextToken") {
        None => 0,
        Some(token) => match token.parse::<usize>() {
            Ok(skip) => skip,
            Err(_) => return refused("InvalidNextTokenException", "The token is invalid."),
        },
    };
    let found: Vec<(u64, &Event)> = account
        .events
        .numbered()
        .rev()
        .filter(|(number, event)| {
            record::is_management(event)
                && event.region == order.region
                && (from..=to).contains(&event.time)
                && wanted.as_ref().is_none_or(|(key, value)| key.of(account, *number, event) == *value)
        })
        .collect();
    // Without MaxResults the CLI asks for page after page.
    let most = most.map_or(usize::MAX, |most| most.unsigned_abs() as usize);
    let page = found.iter().skip(skip).take(most);
    let mut value = json!({
        "Events": page.map(|(number, event)| record::value(account, *number, event)).collect::<Vec<_>>(),
    });
    if found.len() > skip.saturating_add(most) {
        value["NextToken"] = json!((skip + most).to_string());
    }
    Ok(value)
}

#[derive(Clone, Copy)]
enum Attribute {
    EventId,
    EventName,
    EventSource,
    ReadOnly,
    ResourceName,
    ResourceType,
    Username,
    AccessKeyId,
}

impl Attribute {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "EventId" => Attribute::EventId,
            "EventName" => Attribute::EventName,
            "EventSource" => Attribute::EventSource,
            "ReadOnly" => Attribute::ReadOnly,
            "ResourceName" => Attribute::ResourceName,
            "ResourceType" => Attribute::ResourceType,
            "Username" => Attribute::Username,
            "AccessKeyId" => Attribute::AccessKeyId,
            _ => return None,
        })
    }

    fn of(self, account: &Account, number: u64, event: &Event) -> String {
        let resource = record::resource(event);
        match self {
            Attribute::EventId => record::id(account, number),
            Attribute::EventName => event.name.clone(),
            Attribute::EventSource => event.source.clone(),
            Attribute::ReadOnly => record::only_reads(event).to_string(),
            Attribute::ResourceName => resource.map_or_else(String::new, |(_, name)| name.to_owned()),
            Attribute::ResourceType => resource.map_or_else(String::new, |(kind, _)| kind.to_owned()),
            Attribute::Username => record::username(event).to_owned(),
            Attribute::AccessKeyId => String::new(),
        }
    }
}
