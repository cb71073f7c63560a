//! Sessions of assumed roles.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::fault::StsFault;
use crate::aws::api_error::{Denied, DeniedManner};
use crate::aws::iam::role::Role;
use crate::aws::policy::Context;
use crate::aws::policy::decision::{Decision, Principal, Request, Source, SourceKind, Verdict, decide_trust};
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order, request_context};
use crate::clock::Instant;

/// Temporary credentials and what they stand for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    pub access_key: String,
    pub secret: String,
    pub token: String,
    /// Name of the role.
    pub role: String,
    pub name: String,
    pub expires: Instant,
}

/// Whether `principal` may assume `role`, by the role's trust policy and its own policies.
pub fn trust(
    role: &Role,
    arn: &str,
    principal: &Principal,
    sources: &[Source],
    context: &Context,
) -> Decision {
    let Some(trust) = role.trust_source() else {
        return Decision { verdict: Verdict::ImplicitlyDenied, kind: SourceKind::Trust, deciding: None };
    };
    let mut all = vec![trust];
    all.extend(sources.iter().cloned());
    decide_trust(&Request { principal, action: "sts:AssumeRole", resource: arn, context }, &all)
}

pub fn assume_role(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let (arn, name) = (parameters.required("RoleArn"), parameters.required("RoleSessionName"));
    if !arn.starts_with("arn:aws:iam::") {
        return Err(StsFault::InvalidArn { arn: arn.to_owned() }.into());
    }
    if name.len() < 2 || !name.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)) {
        let constraint = "satisfy regular expression pattern: [\\w+=,.@-]*".to_owned();
        return Err(StsFault::Invalid { field: "roleSessionName", value: name.to_owned(), constraint }.into());
    }
    let duration = parameters.integer("DurationSeconds").unwrap_or(3_600);
    if !(900..=43_200).contains(&duration) {
        let constraint = "have value between 900 and 43200".to_owned();
        return Err(
            StsFault::Invalid { field: "durationSeconds", value: duration.to_string(), constraint }.into()
        );
    }
    let mut context = order.caller.context.clone();
    context.insert("sts:RoleSessionName", name);
    if let Some(external) = parameters.text("ExternalId") {
        context.insert("sts:ExternalId", external);
    }
    context.complete(&request_context(order.region, order.now));
    // A role that does not exist is refused like one that does not trust: AWS does not tell which.
    let decision = match account.iam.role_by_arn(arn, &account.id) {
        Some(role) => trust(role, arn, &order.caller.principal, &order.caller.sources, &context),
        None => Decision { verdict: Verdict::ImplicitlyDenied, kind: SourceKind::Identity, deciding: None },
    };
    let role = match account.iam.role_by_arn(arn, &account.id) {
        Some(role) if decision.allowed() => role,
        _ => {
            return Err(Fault::Denied(Box::new(Denied {
                principal: order.caller.principal.arn().to_owned(),
                action: "sts:AssumeRole".to_owned(),
                resource: arn.to_owned(),
                decision,
                manner: DeniedManner::Full,
            })));
        }
    };
    let (role_name, role_id) = (role.name.clone(), role.id.clone());
    let session = Session {
        access_key: account.identifiers.access_key("ASIA"),
        secret: account.identifiers.secret(40),
        token: account.identifiers.secret(356),
        role: role_name.clone(),
        name: name.to_owned(),
        expires: Instant(order.now.0 + duration * 1_000_000),
    };
    let answer = json!({
        "Credentials": {
            "AccessKeyId": session.access_key,
            "SecretAccessKey": session.secret,
            "SessionToken": session.token,
            "Expiration": iso(session.expires),
        },
        "AssumedRoleUser": {
            "AssumedRoleId": format!("{role_id}:{name}"),
            "Arn": format!("arn:aws:sts::{}:assumed-role/{role_name}/{name}", account.id),
        },
    });
    account.sts.sessions.retain(|other| other.expires > order.now);
    account.sts.sessions.push(session);
    Ok(answer)
}
