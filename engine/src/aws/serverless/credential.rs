//! GetCredentials: the caller's own way into a workgroup, for a while.

use serde_json::Value;

use super::fault::validation;
use crate::aws::caller::Identity;
use crate::aws::redshift::credentials::Credential;
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;

pub fn hand_out(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let workgroup = account.serverless.workgroup(order.region, parameters.required("workgroupName"))?;
    let cluster = workgroup.name.clone();
    let seconds = parameters.integer("durationSeconds").unwrap_or(900);
    if !(900..=3_600).contains(&seconds) {
        // unconfirmed: the sentence.
        return Err(validation("Token duration must be between 900 and 3600 seconds"));
    }
    let user = match &order.caller.identity {
        Identity::User(name) => format!("IAM:{name}"),
        Identity::Session { role, .. } => format!("IAMR:{role}"),
    };
    let expires = Instant(order.now.0 + seconds * 1_000_000);
    let password = format!("{}==", account.identifiers.secret(90));
    account.redshift.credentials.push(Credential {
        cluster,
        login: user.clone(),
        password: password.clone(),
        user: user.clone(),
        create: true,
        groups: Vec::new(),
        database: parameters.text("dbName").map(str::to_owned),
        expires,
    });
    Ok(json!({
        "dbPassword": password,
        "dbUser": user,
        "expiration": iso(expires),
        "nextRefreshTime": iso(Instant(order.now.0 + seconds * 500_000)),
    }))
}
