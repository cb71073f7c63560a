//! STS: who a caller is, and credentials for a while (STS API Reference).

pub mod fault;
pub mod session;

use serde::{Deserialize, Serialize};

use super::policy::Context;
use super::shape::operations;
use super::{Access, Account, Fault, Order, Reply};
use crate::json::json;
use session::Session;

operations! {
    GetCallerIdentity "",
    GetSessionToken "DurationSeconds:int SerialNumber TokenCode",
    GetAccessKeyInfo "AccessKeyId!",
    AssumeRole "RoleArn! RoleSessionName! PolicyArns:structures Policy DurationSeconds:int Tags:structures TransitiveTagKeys:strings ExternalId SerialNumber TokenCode SourceIdentity",
}

/// Operations AWS has and the sandbox does not.
pub const NOT_SIMULATED: &str = "DecodeAuthorizationMessage GetFederationToken AssumeRoleWithSAML \
AssumeRoleWithWebIdentity";

/// Sessions that were handed out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sts {
    #[serde(deserialize_with = "crate::apart::list")]
    pub sessions: Vec<Session>,
}

impl Sts {
    /// The session with this access key.
    pub fn session(&self, access_key: &str) -> Option<&Session> {
        self.sessions.iter().find(|session| session.access_key == access_key)
    }
}

/// GetCallerIdentity and GetSessionToken are always allowed, even under an explicit deny; AssumeRole is decided with the role's
/// trust policy, where it runs.
pub fn access(operation: Operation, _account: &Account, _order: &Order<'_>) -> Vec<Access> {
    match operation {
        Operation::GetCallerIdentity | Operation::GetSessionToken | Operation::AssumeRole => Vec::new(),
        Operation::GetAccessKeyInfo => {
            vec![Access {
                action: "sts:GetAccessKeyInfo".to_owned(),
                resource: "*".to_owned(),
                context: Context::default(),
            }]
        }
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
        Operation::GetSessionToken => session::session_token(account, order)?,
        Operation::GetAccessKeyInfo => {
            let key = order.parameters.required("AccessKeyId");
            if account.iam.access_key(key).is_none() && account.sts.session(key).is_none() {
                return Err(fault::StsFault::UnknownKey.into());
            }
            json!({"Account": account.id})
        }
    };
    Ok(Reply { value, body: None })
}
