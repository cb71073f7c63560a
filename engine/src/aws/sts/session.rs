//! Temporary credentials: sessions of assumed roles, and of users themselves.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::StsFault;
use crate::aws::api_error::{Denied, DeniedManner};
use crate::aws::caller::Identity;
use crate::aws::iam::role::Role;
use crate::aws::iam::{Authenticated, Iam};
use crate::aws::policy::Context;
use crate::aws::policy::decision::{Decision, Principal, Request, Source, SourceKind, Verdict, decide};
use crate::aws::policy::document::{Policy, Use};
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order, request_context};
use crate::clock::Instant;
use crate::json::json;
use crate::sorted::SortedMap;

/// Temporary credentials and what they stand for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    pub access_key: String,
    pub secret: String,
    pub token: String,
    pub identity: Identity,
    /// Session policies: ARNs of managed ones, and a document of its own.
    policies: Vec<String>,
    policy: Option<String>,
    tags: SortedMap<String, String>,
    source_identity: Option<String>,
    issued: Instant,
    pub expires: Instant,
}

impl Session {
    /// Takes from the identity what the session does not have, and says what policies can ask of a session.
    pub fn narrow(&self, who: &mut Authenticated, iam: &Iam) {
        who.sources.extend(self.policies.iter().filter_map(|arn| iam.source(arn, SourceKind::Session)));
        if let Some(policy) = self.policy.as_ref().and_then(|text| Policy::parse(text, Use::Identity).ok()) {
            who.sources.push(Source { name: "session policy".to_owned(), kind: SourceKind::Session, policy });
        }
        for (key, value) in &self.tags {
            who.context.replace(&format!("aws:PrincipalTag/{key}"), value.clone());
        }
        who.context.replace("aws:TokenIssueTime", iso(self.issued));
        who.context.replace("aws:MultiFactorAuthPresent", "false");
        if let Some(name) = &self.source_identity {
            who.context.replace("aws:SourceIdentity", name.clone());
        }
    }

    fn credentials(&self) -> Value {
        json!({
            "AccessKeyId": self.access_key,
            "SecretAccessKey": self.secret,
            "SessionToken": self.token,
            "Expiration": iso(self.expires),
        })
    }
}

/// Hands credentials out and remembers them until they have expired.
fn issue(account: &mut Account, order: &Order<'_>, identity: Identity, seconds: i64) -> Session {
    let sessions = &mut account.sts.sessions;
    // Some time after their end they are forgotten: then they are no longer expired, but unknown.
    sessions.retain(|other| other.expires.0 + 86_400_000_000 > order.now.0);
    let (parameters, identifiers) = (order.parameters, &mut account.identifiers);
    let tags = parameters.structures("Tags").into_iter();
    Session {
        access_key: identifiers.access_key("ASIA"),
        secret: identifiers.secret(40),
        token: identifiers.secret(356),
        identity,
        policies: parameters
            .structures("PolicyArns")
            .into_iter()
            .map(|policy| policy.required("arn").to_owned())
            .collect(),
        policy: parameters.text("Policy").map(str::to_owned),
        tags: tags.map(|tag| (tag.required("Key").to_owned(), tag.required("Value").to_owned())).collect(),
        source_identity: parameters.text("SourceIdentity").map(str::to_owned),
        issued: order.now,
        expires: Instant(order.now.0 + seconds * 1_000_000),
    }
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
    decide(&Request { principal, action: "sts:AssumeRole", resource: arn, owner: None, context }, &all)
}

/// Seconds, when they are not too many.
fn duration(order: &Order<'_>, default: i64, longest: i64) -> Result<i64, StsFault> {
    let seconds = order.parameters.integer("DurationSeconds").unwrap_or(default);
    if seconds <= longest {
        return Ok(seconds);
    }
    let constraint = format!("have value less than or equal to {longest}");
    Err(StsFault::Invalid { field: "durationSeconds", value: seconds.to_string(), constraint })
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
    let seconds = duration(order, 3_600, 43_200)?;
    if let Some(text) = parameters.text("Policy") {
        Policy::parse(text, Use::Identity)
            .map_err(|malformed| StsFault::Malformed { sentence: malformed.0 })?;
        if text.len() > 2_048 {
            return Err(StsFault::PackedPolicyTooLarge { percent: text.len() * 100 / 2_048 }.into());
        }
    }
    let mut context = order.caller.context.clone();
    context.insert("sts:RoleSessionName", name);
    for (member, key) in [("ExternalId", "sts:ExternalId"), ("SourceIdentity", "sts:SourceIdentity")] {
        if let Some(value) = parameters.text(member) {
            context.insert(key, value);
        }
    }
    for tag in parameters.structures("Tags") {
        context.insert(&format!("aws:RequestTag/{}", tag.required("Key")), tag.required("Value"));
        context.insert("aws:TagKeys", tag.required("Key"));
    }
    context.complete(&request_context(order.region, order.now));
    // A role that does not exist is refused like one that does not trust: AWS does not tell which.
    let found = account.iam.role_by_arn(arn, &account.id);
    let decision = match found {
        Some(role) => {
            role.tag_context(&mut context);
            trust(role, arn, &order.caller.principal, &order.caller.sources, &context)
        }
        None => Decision { verdict: Verdict::ImplicitlyDenied, kind: SourceKind::Identity, deciding: None },
    };
    let role = match found {
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
    if matches!(order.caller.identity, Identity::Session { .. }) && seconds > 3_600 {
        return Err(StsFault::Chained.into());
    }
    if seconds > role.max_session {
        return Err(StsFault::TooLong.into());
    }
    let (role_name, role_id) = (role.name.clone(), role.id.clone());
    let identity = Identity::Session { role: role_name.clone(), session: name.to_owned() };
    let session = issue(account, order, identity, seconds);
    let mut answer = json!({
        "Credentials": session.credentials(),
        "AssumedRoleUser": {
            "AssumedRoleId": format!("{role_id}:{name}"),
            "Arn": format!("arn:aws:sts::{}:assumed-role/{role_name}/{name}", account.id),
        },
    });
    if let Some(text) = &session.policy {
        answer["PackedPolicySize"] = json!(text.len() * 100 / 2_048);
    }
    account.iam.assumed(&role_name, order.now, order.region);
    account.sts.sessions.push(session);
    Ok(answer)
}

/// Temporary credentials of the caller itself.
pub fn session_token(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let Identity::User(_) = &order.caller.identity else { return Err(StsFault::SessionOfSession.into()) };
    let seconds = duration(order, 43_200, 129_600)?;
    let session = issue(account, order, order.caller.identity.clone(), seconds);
    let answer = json!({"Credentials": session.credentials()});
    account.sts.sessions.push(session);
    Ok(answer)
}
