//! Policies: which rows of a relation somebody sees, and which values a mask puts in the place of its own.
//!
//! A policy is an object of its database; what it is attached to, and for whom, stands on the relation (Developer
//! Guide, "Row-level security" and "Dynamic data masking").

use std::fmt;

use serde::{Deserialize, Serialize};

use super::access::{Grantee, Principals, UserId};
use super::catalog::{ObjectId, Relation, View};
use super::data_type::DataType;
use super::identifier::Identifier;
use super::system_role::SystemPermission;
use crate::clock::Instant;
use crate::sorted::SortedSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PolicyKind {
    /// Row-level security: one condition.
    Rows,
    /// Masking: an expression for each column that it is attached to.
    Mask,
}

impl PolicyKind {
    /// As statements and messages call it.
    pub fn word(self) -> &'static str {
        match self {
            PolicyKind::Rows => "RLS policy",
            PolicyKind::Mask => "masking policy",
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Policy {
    pub id: ObjectId,
    pub kind: PolicyKind,
    pub name: Identifier,
    /// WITH: what the text calls its columns.
    pub inputs: Vec<(Identifier, DataType)>,
    pub alias: Option<Identifier>,
    /// The texts between the parentheses of USING.
    pub expressions: Vec<String>,
    /// What they give.
    pub outputs: Vec<DataType>,
    /// What names in the texts mean: their lookup tables, as they were called when the policy was made.
    pub names: View,
    /// Users' functions in it.
    pub routines: Vec<ObjectId>,
    /// Lookup tables that were granted to it: who is subject to the policy needs no right on them.
    pub may_read: SortedSet<ObjectId>,
    pub modified_by: Identifier,
    pub modified: Instant,
}

impl Policy {
    /// What its columns can be qualified by. The name without an alias is that of the guide's samples for row-level
    /// security; for masks it is unconfirmed.
    pub fn called(&self) -> &str {
        match (&self.alias, self.kind) {
            (Some(alias), _) => alias.as_str(),
            (None, PolicyKind::Rows) => "rls_table",
            (None, PolicyKind::Mask) => "masked_table",
        }
    }
}

/// What stands between a relation and those who read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protection {
    /// ROW LEVEL SECURITY ON: without a policy that reaches a user, the user sees no row.
    pub rows: bool,
    /// CONJUNCTION TYPE OR: a row that any of several policies shows is shown.
    pub any: bool,
    pub attached: Vec<Attachment>,
}

/// A policy on a relation, for one grantee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub policy: ObjectId,
    pub grantee: Grantee,
    pub grantor: UserId,
    /// What a mask stands on; row-level security asks the columns by the names that the policy has for them.
    pub mask: Option<Masked>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Masked {
    pub outputs: Vec<Place>,
    pub inputs: Vec<Place>,
    pub priority: i64,
}

/// A column, or what lies at the end of a path into a SUPER one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub column: Identifier,
    /// Names of attributes; none for the whole column.
    pub path: Vec<Identifier>,
}

impl Place {
    /// Whether one lies inside of the other, or is it.
    pub fn overlaps(&self, other: &Place) -> bool {
        self.column == other.column && self.path.iter().zip(&other.path).all(|(one, other)| one == other)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.column)?;
        self.path.iter().try_for_each(|name| write!(f, ".{name}"))
    }
}

impl Protection {
    /// Policies on rows that reach `user`, each once.
    pub fn row_policies(&self, reach: &Audience) -> SortedSet<ObjectId> {
        let mine = self.attached.iter().filter(|one| one.mask.is_none() && reach.holds(one.grantee));
        mine.map(|one| one.policy).collect()
    }

    /// The masks that count for `user`, each with which of its outputs: of those that reach it and overlap, the one of
    /// the highest priority.
    pub fn masks(&self, reach: &Audience) -> Vec<(&Attachment, &Masked, usize)> {
        let masks = self.attached.iter().filter(|one| reach.holds(one.grantee));
        let mut all: Vec<(&Attachment, &Masked, usize)> = masks
            .filter_map(|one| Some((one, one.mask.as_ref()?)))
            .flat_map(|(one, mask)| (0..mask.outputs.len()).map(move |output| (one, mask, output)))
            .collect();
        crate::sorted::sort_by_key(&mut all, |(_, mask, _)| std::cmp::Reverse(mask.priority));
        let mut counting: Vec<(&Attachment, &Masked, usize)> = Vec::new();
        for (one, mask, output) in all {
            let place = &mask.outputs[output];
            if !counting.iter().any(|(_, known, output)| known.outputs[*output].overlaps(place)) {
                counting.push((one, mask, output));
            }
        }
        counting
    }

    pub fn names_grantee(&self, grantee: Grantee) -> bool {
        self.attached.iter().any(|one| one.grantee == grantee)
    }
}

/// Whom a user is, for policies: itself, the roles it holds, and PUBLIC. Groups have no policies.
pub struct Audience {
    user: Option<UserId>,
    roles: SortedSet<super::access::RoleId>,
}

impl Audience {
    pub fn of_user(principals: &Principals, user: UserId) -> Self {
        Audience { user: Some(user), roles: principals.roles_of(user) }
    }

    pub fn of_role(role: super::access::RoleId) -> Self {
        Audience { user: None, roles: [role].into() }
    }

    pub fn holds(&self, grantee: Grantee) -> bool {
        match grantee {
            Grantee::User(user) => self.user == Some(user),
            Grantee::Role(role) => self.roles.contains(&role),
            Grantee::Public => true,
            Grantee::Group(_) => false,
        }
    }
}

impl Relation {
    /// Whether row-level security may keep rows of it from `user`.
    pub fn hides_rows(&self, principals: &Principals, user: UserId) -> bool {
        self.protection.rows && !principals.may(user, SystemPermission::IgnoreRls)
    }

    /// Whether policies may keep rows or values of it from `user`: then what is told of it as a whole would tell of
    /// those too. Superusers are masked, but may take the mask off.
    pub fn conceals(&self, principals: &Principals, user: UserId) -> bool {
        if self.hides_rows(principals, user) {
            return true;
        }
        let mut masks = self.protection.attached.iter().filter(|one| one.mask.is_some()).peekable();
        if masks.peek().is_none() || principals.is_superuser(user) {
            return false;
        }
        let reach = Audience::of_user(principals, user);
        masks.any(|one| reach.holds(one.grantee))
    }

    /// A name for the page and the system views.
    pub fn kind_word(&self) -> &'static str {
        match (self.table(), self.view()) {
            (Some(_), Some(_)) => "materialized view",
            (Some(_), None) => "table",
            (None, Some(view)) if view.late.is_some() => "late binding view",
            (None, _) => "view",
        }
    }
}

impl Principals {
    /// Whether `user` may make and attach policies: superusers and holders of `sys:secadmin`. No permission that
    /// could be granted says so.
    pub fn administers_security(&self, user: UserId) -> bool {
        let held = self.roles_of(user);
        self.is_superuser(user)
            || self.roles.values().any(|role| held.contains(&role.id) && role.name == "sys:secadmin")
    }
}
