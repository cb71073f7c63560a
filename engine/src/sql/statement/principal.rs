//! Users, groups and roles.

use crate::warehouse::identifier::Identifier;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserOption {
    CreateDatabase(bool),
    /// CREATEUSER: the superuser flag.
    Superuser(bool),
    SyslogUnrestricted(bool),
    /// Clear text or a digest, as written.
    Password(String),
    PasswordDisable,
    InGroups(Vec<Identifier>),
    ValidUntil(String),
    /// `None` is UNLIMITED.
    ConnectionLimit(Option<u32>),
    SessionTimeout(Option<u32>),
    ExternalId(String),
    RenameTo(Identifier),
    /// `None` is DEFAULT or RESET.
    Setting {
        name: String,
        value: Option<Vec<String>>,
    },
}

#[derive(Clone, Debug)]
pub enum AlterGroup {
    AddUsers(Vec<Identifier>),
    DropUsers(Vec<Identifier>),
    RenameTo(Identifier),
}

#[derive(Clone, Debug)]
pub enum AlterRole {
    RenameTo(Identifier),
    OwnerTo(Identifier),
    ExternalId(String),
}
