//! Who calls, and from where.

/// The identity whose credentials sign a call, and the region it is sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub identity: Identity,
    /// `--region`; the account's own when `None`.
    pub region: Option<String>,
    /// A service calls from within AWS: what it reads and writes is no traffic to the outside.
    pub within: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// An IAM user, by name.
    User(String),
    /// A session of an assumed role.
    Session { role: String, session: String },
}

impl Caller {
    pub fn user(name: &str) -> Self {
        Caller { identity: Identity::User(name.to_owned()), region: None, within: false }
    }

    /// A role as a service has assumed it.
    pub fn session(role: &str, session: &str) -> Self {
        Caller {
            identity: Identity::Session { role: role.to_owned(), session: session.to_owned() },
            region: None,
            within: true,
        }
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
