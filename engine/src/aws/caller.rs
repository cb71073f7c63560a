//! Who calls, and from where.

use serde::{Deserialize, Serialize};

use super::sts::session::Session;

/// The identity whose credentials sign a call, and the region it is sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub identity: Identity,
    /// The access key that signs, where one was named: temporary ones may say less than the identity.
    pub key: Option<String>,
    /// `--region`; the account's own when `None`.
    pub region: Option<String>,
    /// A service calls from within AWS: what it reads and writes is no traffic to the outside.
    pub within: bool,
    /// Signed with another secret than the key's.
    pub forged: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Identity {
    /// An IAM user, by name.
    User(String),
    /// A session of an assumed role.
    Session { role: String, session: String },
}

impl Caller {
    pub fn user(name: &str) -> Self {
        Caller {
            identity: Identity::User(name.to_owned()),
            key: None,
            region: None,
            within: false,
            forged: false,
        }
    }

    /// A role as a service has assumed it.
    pub fn session(role: &str, session: &str) -> Self {
        let identity = Identity::Session { role: role.to_owned(), session: session.to_owned() };
        Caller { identity, key: None, region: None, within: true, forged: false }
    }

    /// The user with this long-lived access key.
    pub fn key(user: &str, id: &str) -> Self {
        Caller { key: Some(id.to_owned()), ..Caller::user(user) }
    }

    /// Whoever holds the temporary credentials of `session`.
    pub fn temporary(session: &Session) -> Self {
        let (identity, key) = (session.identity.clone(), Some(session.access_key.clone()));
        Caller { identity, key, region: None, within: false, forged: false }
    }

    /// The same, when the secret that signs is not the key's.
    pub fn forged(mut self, forged: bool) -> Self {
        self.forged = forged;
        self
    }

    /// The same, called by a service on the identity's behalf.
    pub fn by_service(mut self) -> Self {
        self.within = true;
        self
    }

    pub fn in_region(mut self, region: Option<String>) -> Self {
        self.region = region;
        self
    }
}
