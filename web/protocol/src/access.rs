//! A user and its rights, as the page draws them.

use serde::{Deserialize, Serialize};

use crate::NameKind;

/// A user, and what it may do through what.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Access {
    pub user: String,
    pub superuser: bool,
    pub create_database: bool,
    pub syslog_unrestricted: bool,
    /// False after PASSWORD DISABLE.
    pub password: bool,
    /// Microseconds since 1970 UTC.
    pub valid_until: Option<i64>,
    pub connection_limit: Option<u32>,
    pub groups: Vec<String>,
    /// Each role, and the role it is held through when it was not granted to the user itself.
    pub roles: Vec<(String, Option<String>)>,
    pub schemas: Vec<SchemaAccess>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SchemaAccess {
    pub name: String,
    pub owner: String,
    pub rights: Vec<HeldRight>,
    pub relations: Vec<RelationAccess>,
    pub routines: Vec<RoutineAccess>,
}

/// A function or procedure, and how the right to run it is held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoutineAccess {
    /// With the types of what it takes: `f_area(integer)`.
    pub name: String,
    pub procedure: bool,
    pub held: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RelationAccess {
    pub name: String,
    pub kind: NameKind,
    pub owner: String,
    pub columns: u32,
    pub rights: Vec<HeldRight>,
    /// `None` without row-level security, or for who is free of it; otherwise the policies that show rows. No policy
    /// shows none.
    pub row_policies: Option<Vec<ReachingPolicy>>,
    pub masks: Vec<ReachingPolicy>,
}

/// A policy that reaches a user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReachingPolicy {
    pub name: String,
    /// As in [`crate::WhyLink::held`]: `role reader`, `PUBLIC`.
    pub through: String,
    /// What a mask stands on.
    pub columns: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HeldRight {
    pub right: String,
    /// As in [`crate::WhyLink::held`].
    pub held: String,
    /// The columns it is held on, when not on all of them.
    pub columns: Vec<String>,
}
