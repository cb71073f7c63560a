//! Pages of listings: a part of an answer's list, and the token with which the next part is asked for.
//!
//! Services answer with the whole list; what is too long for one answer is cut here, at the front door, by the
//! service's own limits. Services whose pages are of another kind (S3, Glue, the Data API, CloudTrail) make their own.

use serde_json::Value;

use super::{Fault, Operation, Order, Service};
use crate::json::json;

/// How a service pages: the member with the size, the one with the token, the least, the most and the usual size, and
/// what it calls a wrong one.
type Manner = (&'static str, &'static str, i64, i64, i64, &'static str);

fn manner(service: Service) -> Option<Manner> {
    Some(match service {
        Service::Redshift => ("MaxRecords", "Marker", 20, 100, 100, "InvalidParameterValue"),
        Service::Serverless => ("maxResults", "nextToken", 1, 100, 100, "ValidationException"),
        Service::Iam => ("MaxItems", "Marker", 1, 1_000, 100, "ValidationError"),
        Service::Budgets => ("MaxResults", "NextToken", 1, 100, 100, "InvalidParameterException"),
        Service::SageMaker => ("MaxResults", "NextToken", 1, 100, 10, "ValidationException"),
        Service::Athena => ("MaxResults", "NextToken", 1, 50, 50, "InvalidRequestException"),
        Service::Logs => ("limit", "nextToken", 1, 50, 50, "InvalidParameterException"),
        _ => return None,
    })
}

/// Whether its listings are cut here.
pub fn cuts(service: &str) -> bool {
    Service::parse(service).and_then(manner).is_some()
}

/// Leaves the page that was asked for of an answer's list.
///
/// # Errors
/// A size or a token that the service does not take. Below the least size botocore refuses; Redshift's sentence is
/// unconfirmed, and so is that of a token.
pub(super) fn cut(operation: Operation, order: &Order<'_>, answer: &mut Value) -> Result<(), Fault> {
    let service = operation.service();
    let Some((size, token, least, most, usual, code)) = manner(service) else { return Ok(()) };
    let Some(fields) =
        answer.as_object_mut().filter(|_| operation.members().iter().any(|one| one.name == size))
    else {
        return Ok(());
    };
    let Some((_, Value::Array(list))) = fields.iter_mut().find(|(_, value)| value.is_array()) else {
        return Ok(());
    };
    let (most, usual) = match operation.name() {
        "DescribeClusterSnapshots" => (500, usual),
        "FilterLogEvents" => (10_000, 10_000),
        // Its tokens point both ways.
        "GetLogEvents" => return Ok(()),
        _ => (most, usual),
    };
    let asked = order.parameters.integer(size).unwrap_or(usual);
    let refused = |sentence: String| Err(Fault::refused(code, 400, sentence));
    if service == Service::Redshift && !(least..=most).contains(&asked) {
        return refused(format!("Invalid value {asked} for {size}. Must be between {least} and {most}"));
    }
    if asked < least {
        return Err(Fault::Parameters(format!(
            "Invalid value for parameter {size}, value: {asked}, valid min value: {least}"
        )));
    }
    if asked > most {
        let lower = format!("{}{}", size[..1].to_lowercase(), &size[1..]);
        return refused(format!(
            "1 validation error detected: Value '{asked}' at '{lower}' failed to satisfy constraint: Member must have value less than or equal to {most}"
        ));
    }
    let from = match order.parameters.text(token).map(str::parse::<usize>) {
        None => 0,
        Some(Ok(from)) if from < list.len() => from,
        Some(_) => return refused(format!("Invalid {token}")),
    };
    list.drain(..from);
    let next = from + asked.unsigned_abs() as usize;
    let more = asked.unsigned_abs() < list.len() as u64;
    list.truncate(next - from);
    if service == Service::Iam {
        fields.insert("IsTruncated".to_owned(), json!(more));
    }
    if more {
        fields.insert(token.to_owned(), json!(next.to_string()));
    }
    Ok(())
}
