//! STS: who a caller is, and credentials for a while (STS API Reference).

pub mod fault;
pub mod session;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::shape::operations;
use super::{Access, Account, Fault, Order, Reply};
use session::Session;

operations! {
    GetCallerIdentity "",
    AssumeRole "RoleArn! RoleSessionName! PolicyArns:structures Policy DurationSeconds:int Tags:structures TransitiveTagKeys:strings ExternalId SerialNumber TokenCode SourceIdentity",
}

/// Operations AWS has and the sandbox does not.
pub const NOT_SIMULATED: &str = "AssumeRoleWithSAML AssumeRoleWithWebIdentity DecodeAuthorizationMessage \
GetAccessKeyInfo GetFederationToken GetSessionToken";

/// Sessions that were handed out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sts {
    pub sessions: Vec<Session>,
}

/// GetCallerIdentity is always allowed, even under an explicit deny; AssumeRole is decided with the role's
/// trust policy, where it runs.
pub fn access(operation: Operation, _account: &Account, _order: &Order<'_>) -> Vec<Access> {
    match operation {
        Operation::GetCallerIdentity | Operation::AssumeRole => Vec::new(),
    }
}

pub fn run(operation: Operation, account: &mut Account, order: &Order<'_>) -> Result<Reply, Fault> {
    let value = match operation {
        Operation::GetCallerIdentity => json!({
            "UserId": order.caller.user_id,
            "Account": account.id,
            "Arn": order.caller.principal.arn(),
        }),
        Operation::AssumeRole => session::assume_role(account, order)?,
    };
    Ok(Reply { value, body: None })
}
