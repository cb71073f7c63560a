//! One event as CloudTrail writes it.

use serde_json::Value;

use crate::aws::Account;
use crate::aws::event::{Event, Outcome};
use crate::aws::ident::Identifiers;
use crate::aws::timestamp::{iso, plain};
use crate::json::json;

/// Operations on single objects, and on lines of logs: data events.
const DATA: [&str; 14] = [
    "PutLogEvents",
    "GetLogEvents",
    "FilterLogEvents",
    "GetObject",
    "HeadObject",
    "PutObject",
    "CopyObject",
    "DeleteObject",
    "DeleteObjects",
    "ListObjectsV2",
    "ListObjects",
    "UploadPart",
    "CreateMultipartUpload",
    "CompleteMultipartUpload",
];

/// How resources are called: the service and kind in an ARN, and CloudTrail's name for it.
const TYPES: [(&str, &str, &str); 14] = [
    (":logs:", ":log-group:", "AWS::Logs::LogGroup"),
    (":iam:", ":user/", "AWS::IAM::User"),
    (":iam:", ":role/", "AWS::IAM::Role"),
    (":iam:", ":group/", "AWS::IAM::Group"),
    (":iam:", ":policy/", "AWS::IAM::Policy"),
    (":s3:", ":::", "AWS::S3::Bucket"),
    (":redshift:", ":cluster:", "AWS::Redshift::Cluster"),
    (":redshift:", ":snapshot:", "AWS::Redshift::ClusterSnapshot"),
    (":redshift-serverless:", ":namespace/", "AWS::RedshiftServerless::Namespace"),
    (":redshift-serverless:", ":workgroup/", "AWS::RedshiftServerless::Workgroup"),
    (":glue:", ":table/", "AWS::Glue::Table"),
    (":glue:", ":database/", "AWS::Glue::Database"),
    (":athena:", ":workgroup/", "AWS::Athena::WorkGroup"),
    (":sagemaker:", ":", "AWS::SageMaker::Resource"),
];

pub fn is_management(event: &Event) -> bool {
    !DATA.contains(&event.name.as_str())
}

pub fn only_reads(event: &Event) -> bool {
    ["Get", "List", "Describe", "Head", "Lookup", "Simulate", "Search", "AssumeRole"]
        .iter()
        .any(|word| event.name.starts_with(word))
}

/// CloudTrail's kind of the resource, and its name.
pub fn resource(event: &Event) -> Option<(&'static str, &str)> {
    let arn = event.resource.as_str();
    TYPES.iter().find(|(service, kind, _)| arn.contains(service) && arn.contains(kind)).and_then(
        |(_, kind, shown)| {
            let name = arn.split_once(kind)?.1;
            let name = if *shown == "AWS::S3::Bucket" { name.split('/').next()? } else { name };
            let name = name.split(":log-stream:").next()?;
            (!name.is_empty() && name != "*").then_some((*shown, name))
        },
    )
}

/// The user, or the session of a role, or the service.
pub fn username(event: &Event) -> &str {
    event.principal.rsplit('/').next().unwrap_or(&event.principal)
}

/// A version-4 id, the same whenever the event is told.
pub fn id(account: &Account, number: u64) -> String {
    Identifiers::seeded(number ^ account.id.parse().unwrap_or(0) << 20).uuid()
}

/// Whose credentials they were. What the log does not keep of them is left out.
fn identity(account: &Account, event: &Event) -> Value {
    let arn = &event.principal;
    if !arn.starts_with("arn:") {
        return json!({"type": "AWSService", "invokedBy": arn});
    }
    let parts: Vec<&str> = arn.split('/').collect();
    if let [_, role, session] = parts[..] {
        let role_id = account.iam.roles.get(role).map_or("", |role| role.id.as_str());
        return json!({
            "type": "AssumedRole",
            "principalId": format!("{role_id}:{session}"),
            "arn": arn,
            "accountId": account.id,
            "sessionContext": {"sessionIssuer": {
                "type": "Role",
                "principalId": role_id,
                "arn": format!("arn:aws:iam::{}:role/{role}", account.id),
                "accountId": account.id,
                "userName": role,
            }},
        });
    }
    let name = username(event);
    let id = account.iam.users.get(name).map_or("", |user| user.id.as_str());
    json!({"type": "IAMUser", "principalId": id, "arn": arn, "accountId": account.id, "userName": name})
}

/// The service that calls, in its own name or in a session that bears its mark.
/// unconfirmed: that such a session's calls come from the service's name, as its own calls do.
fn calling_service(event: &Event) -> Option<&str> {
    const SESSIONS: [(&str, &str); 4] = [
        ("RedshiftIamRoleSession", "redshift.amazonaws.com"),
        ("AWS-Crawler", "glue.amazonaws.com"),
        ("GlueJobRunnerSession", "glue.amazonaws.com"),
        ("SageMaker", "sagemaker.amazonaws.com"),
    ];
    if !event.principal.starts_with("arn:") {
        return Some(&event.principal);
    }
    let session = event.principal.split_once(":assumed-role/")?.1.rsplit('/').next()?;
    SESSIONS.iter().find(|(name, _)| *name == session).map(|(_, service)| *service)
}

pub fn value(account: &Account, number: u64, event: &Event) -> Value {
    let service = calling_service(event);
    let id = id(account, number);
    let mut record = json!({
        "eventVersion": "1.08",
        "userIdentity": identity(account, event),
        "eventTime": plain(event.time).replacen(' ', "T", 1) + "Z",
        "eventSource": event.source,
        "eventName": event.name,
        "awsRegion": event.region,
        "sourceIPAddress": service.unwrap_or("203.0.113.10"),
        "userAgent": service.unwrap_or("aws-cli/2.11.21"),
    });
    if let Some(service) = service {
        record["userIdentity"]["invokedBy"] = json!(service);
    }
    let by = match &event.outcome {
        Outcome::Done { by } => by,
        Outcome::Denied { by } => {
            record["errorCode"] = json!("AccessDenied");
            by
        }
        Outcome::Failed { code } => {
            record["errorCode"] = json!(code);
            &None
        }
    };
    if !event.message.is_empty() {
        record["errorMessage"] = json!(event.message);
    }
    record["requestParameters"] = serde_json::from_str(&event.request).unwrap_or(Value::Null);
    record["responseElements"] = Value::Null;
    if let Some(by) = by {
        record["additionalEventData"] = json!({"decidedBy": {
            "policy": by.policy,
            "statement": by.statement + 1,
            "sid": by.sid,
            "effect": format!("{:?}", by.effect),
        }});
    }
    let rest = json!({
        "requestID": Identifiers::seeded(!number).uuid(),
        "eventID": id,
        "readOnly": only_reads(event),
        "eventType": "AwsApiCall",
        "managementEvent": is_management(event),
        "recipientAccountId": account.id,
        "eventCategory": if is_management(event) { "Management" } else { "Data" },
    });
    if let (Value::Object(record), Value::Object(rest)) = (&mut record, rest) {
        record.extend(rest);
    }
    let resources: Vec<Value> = resource(event)
        .map(|(kind, name)| json!({"ResourceType": kind, "ResourceName": name}))
        .into_iter()
        .collect();
    json!({
        "EventId": id,
        "EventName": event.name,
        "ReadOnly": only_reads(event).to_string(),
        "EventTime": iso(event.time),
        "EventSource": event.source,
        "Username": username(event),
        "Resources": resources,
        "CloudTrailEvent": record.to_string(),
    })
}
