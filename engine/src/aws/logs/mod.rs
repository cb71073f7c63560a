//! CloudWatch Logs: lines that services and learners write, in groups and streams (CloudWatch Logs API reference).
//!
//! A group is kept as its own answer, with its streams in it. A service writes as the role that it works under
//! ([`write`]), by the same calls as everybody, so that policies decide and the log of calls tells.

mod pattern;
mod reading;
mod writing;

use serde_json::{Map, Value};

use super::document::{Document, pick};
use super::parameters::Parameters;
use super::policy::Context;
use super::shape::operations;
use super::{Access, Account, Caller, Fault, Order, Reply, call};
use crate::clock::Instant;
use crate::json::json;

operations! {
    CreateLogGroup "logGroupName! kmsKeyId tags:map",
    DeleteLogGroup "logGroupName!",
    CreateLogStream "logGroupName! logStreamName!",
    DeleteLogStream "logGroupName! logStreamName!",
    PutRetentionPolicy "logGroupName! retentionInDays!:int",
    DeleteRetentionPolicy "logGroupName!",
    PutLogEvents "logGroupName! logStreamName! logEvents!:structures sequenceToken",
    DescribeLogGroups "accountIdentifiers:strings logGroupNamePrefix logGroupNamePattern nextToken limit:int includeLinkedAccounts:bool",
    DescribeLogStreams "logGroupName logGroupIdentifier logStreamNamePrefix orderBy descending:bool nextToken limit:int",
    GetLogEvents "logGroupName logGroupIdentifier logStreamName! startTime:int endTime:int nextToken limit:int startFromHead:bool unmask:bool",
    FilterLogEvents "logGroupName logGroupIdentifier logStreamNames:strings logStreamNamePrefix startTime:int endTime:int filterPattern nextToken limit:int interleaved:bool unmask:bool",
}

/// Operations AWS has and the sandbox does not.
pub const NOT_SIMULATED: &str = "AssociateKmsKey CancelExportTask CreateExportTask DeleteDestination DeleteMetricFilter \
DeleteQueryDefinition DeleteResourcePolicy DeleteSubscriptionFilter DescribeDestinations DescribeExportTasks \
DescribeMetricFilters DescribeQueries DescribeQueryDefinitions DescribeResourcePolicies DescribeSubscriptionFilters \
DisassociateKmsKey GetDataProtectionPolicy GetLogGroupFields GetLogRecord GetQueryResults ListTagsForResource \
ListTagsLogGroup PutDataProtectionPolicy PutDestination PutMetricFilter PutQueryDefinition PutResourcePolicy \
PutSubscriptionFilter StartQuery StopQuery TagLogGroup TagResource TestMetricFilter UntagLogGroup UntagResource";

/// Bytes that are counted for a line beside its own.
const OVERHEAD: usize = 26;

fn invalid(sentence: impl Into<String>) -> Fault {
    Fault::refused("InvalidParameterException", 400, sentence)
}

fn missing(what: &str) -> Fault {
    Fault::refused("ResourceNotFoundException", 400, format!("The specified log {what} does not exist."))
}

/// Milliseconds, in which the service counts.
fn millis(at: Instant) -> i64 {
    at.0 / 1_000
}

/// The group that a call speaks of, by its name or in an ARN.
fn named<'a>(parameters: Parameters<'a>) -> &'a str {
    let given = parameters.text("logGroupName").or(parameters.text("logGroupIdentifier")).unwrap_or("");
    given.split_once(":log-group:").map_or(given, |(_, name)| name.trim_end_matches(":*"))
}

/// The groups of a region, in the order of their names.
fn here<'a>(account: &'a Account, region: &'a str) -> impl Iterator<Item = &'a Value> {
    account.logs.iter().map(|group| &group.0).filter(move |group| group["region"] == region)
}

fn find<'a>(account: &'a Account, order: &Order<'_>) -> Result<&'a Value, Fault> {
    let name = named(order.parameters);
    let mut all = account.logs.iter().map(|group| &group.0);
    all.find(|group| group["region"] == order.region && group["logGroupName"] == name)
        .ok_or_else(|| missing("group"))
}

fn find_mut<'a>(account: &'a mut Account, order: &Order<'_>) -> Result<&'a mut Value, Fault> {
    let name = named(order.parameters);
    let mut all = account.logs.iter_mut().map(|group| &mut group.0);
    all.find(|group| group["region"] == order.region && group["logGroupName"] == name)
        .ok_or_else(|| missing("group"))
}

/// The stream that a call names, of its group.
fn stream<'a>(group: &'a Value, order: &Order<'_>) -> Result<&'a Value, Fault> {
    group["streams"].get(order.parameters.required("logStreamName")).ok_or_else(|| missing("stream"))
}

/// Everything is decided on a stream, whose name may be empty: so the service's refusals name it.
pub fn access(operation: Operation, account: &Account, order: &Order<'_>) -> Vec<Access> {
    let (group, stream) = (named(order.parameters), order.parameters.text("logStreamName").unwrap_or(""));
    vec![Access {
        action: format!("logs:{}", operation.name()),
        resource: format!(
            "arn:aws:logs:{}:{}:log-group:{group}:log-stream:{stream}",
            order.region, account.id
        ),
        context: Context::default(),
    }]
}

pub fn run(operation: Operation, account: &mut Account, order: &Order<'_>) -> Result<Reply, Fault> {
    use Operation::*;
    let value = match operation {
        CreateLogGroup => writing::create_group(account, order),
        DeleteLogGroup => writing::delete_group(account, order),
        CreateLogStream => writing::create_stream(account, order),
        DeleteLogStream => writing::delete_stream(account, order),
        PutRetentionPolicy | DeleteRetentionPolicy => writing::retain(account, order),
        PutLogEvents => writing::put(account, order),
        DescribeLogGroups => reading::groups(account, order),
        DescribeLogStreams => reading::streams(account, order),
        GetLogEvents => reading::get(account, order),
        FilterLogEvents => reading::filter(account, order),
    }?;
    Ok(Reply { value, body: None })
}

/// A service's lines, each with its time. Where the role may not write, they are missing, and the log of calls says why.
pub fn write(
    account: &mut Account,
    caller: &Caller,
    (group, stream): (&str, &str),
    lines: &[(Instant, String)],
    now: Instant,
) {
    if lines.is_empty() {
        return;
    }
    let region = caller.region.as_deref().unwrap_or("");
    let has_group = here(account, region).any(|known| known["logGroupName"] == group);
    let has_stream = has(account, region, (group, stream));
    let mut ask = |operation: &str, mut parameters: Value| {
        parameters["logGroupName"] = json!(group);
        call(account, caller, "logs", operation, parameters, now).is_ok()
    };
    let events: Vec<Value> =
        lines.iter().map(|(at, line)| json!({"timestamp": millis(*at), "message": line})).collect();
    let _ = (has_group || ask("CreateLogGroup", json!({})))
        && (has_stream || ask("CreateLogStream", json!({"logStreamName": stream})))
        && ask("PutLogEvents", json!({"logStreamName": stream, "logEvents": events}));
}

/// Whether there is such a stream.
pub fn has(account: &Account, region: &str, (group, stream): (&str, &str)) -> bool {
    here(account, region)
        .any(|known| known["logGroupName"] == group && known["streams"].get(stream).is_some())
}

/// Members of what is kept, as an answer has them.
fn shown(from: &Value, members: &str) -> Value {
    let mut out = Map::new();
    pick(&mut out, from, members);
    Value::Object(out)
}

/// A new group or stream in its place among those of the account.
fn keep(account: &mut Account, group: Value) {
    let place = |group: &Value| (group["region"].to_string(), group["logGroupName"].to_string());
    let at = account.logs.partition_point(|known| place(&known.0) < place(&group));
    account.logs.insert(at, Document(group));
}
