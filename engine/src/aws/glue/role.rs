//! The role that Glue takes to do a crawler's or a job's work.

use super::fault;
use crate::aws::event::{self, Event, Outcome};
use crate::aws::iam::role::Role;
use crate::aws::policy::Context;
use crate::aws::policy::decision::{Decision, Principal};
use crate::aws::sts::session::trust;
use crate::aws::{Access, Account, Caller, Fault, request_context};
use crate::clock::Instant;
use crate::json::json;

const SERVICE: &str = "glue.amazonaws.com";

/// A role by its ARN, its name or its name behind its path.
fn find<'a>(account: &'a Account, written: &str) -> Option<&'a Role> {
    match written.strip_prefix("arn:") {
        Some(_) => account.iam.role_by_arn(written, &account.id),
        None => account.iam.roles.get(written.rsplit('/').next().unwrap_or(written)),
    }
}

/// The right to hand the role to Glue.
pub(super) fn pass(account: &Account, written: &str) -> Access {
    let resource = find(account, written).map(|role| role.arn(&account.id));
    Access {
        action: "iam:PassRole".to_owned(),
        resource: resource.unwrap_or_else(|| format!("arn:aws:iam::{}:role/{written}", account.id)),
        context: Context::default().with("iam:PassedToService", SERVICE),
    }
}

fn asked(account: &Account, role: &Role, now: Instant) -> Decision {
    let service = Principal::Service(vec![SERVICE.to_owned()]);
    let context = request_context(&account.region, now);
    trust(role, &role.arn(&account.id), &service, &[], &context)
}

/// Whether Glue may take the role, asked when something that needs it is made.
pub(super) fn check(account: &Account, written: &str, now: Instant) -> Result<(), Fault> {
    match find(account, written) {
        Some(role) if asked(account, role, now).allowed() => Ok(()),
        _ => {
            Err(fault::invalid("Service is unable to assume provided role. Please verify role's TrustPolicy"))
        }
    }
}

/// Takes the role; the log tells of it.
pub(super) fn assume(
    account: &mut Account,
    written: &str,
    session: &str,
    region: &str,
    now: Instant,
) -> Result<Caller, String> {
    // unconfirmed: the sentence of a run whose role has been changed since.
    let refused = || format!("Unable to assume provided role {written}. Please verify role's TrustPolicy.");
    let Some(role) = find(account, written).cloned() else { return Err(refused()) };
    let decision = asked(account, &role, now);
    let (arn, allowed, by) = (role.arn(&account.id), decision.allowed(), decision.deciding);
    account.events.record(Event {
        time: now,
        principal: SERVICE.to_owned(),
        source: "sts.amazonaws.com".to_owned(),
        name: "AssumeRole".to_owned(),
        region: region.to_owned(),
        resource: arn.clone(),
        outcome: if allowed { Outcome::Done { by } } else { Outcome::Denied { by } },
        request: event::request(&json!({"RoleArn": arn, "RoleSessionName": session})),
        message: String::new(),
    });
    if !allowed {
        return Err(refused());
    }
    account.iam.assumed(&role.name, now, region);
    Ok(Caller::session(&role.name, session).in_region(Some(region.to_owned())))
}
