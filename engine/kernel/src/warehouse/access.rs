//! Who may do what: users, groups, roles and the privileges written on objects.
//!
//! A user's rights on an object are the union of what the user, its groups, its roles (through every level)
//! and PUBLIC were granted; owners and superusers need no grant; there is no DENY (Developer Guide,
//! "Managing database security"). The union is computed when asked, so that a change counts at once, in open
//! sessions too.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::assume_role::{AssumeGrant, IamRole, RoleCommand};
use super::identifier::Identifier;
pub use super::password::Password;
use super::system_role::SystemPermission;
use crate::clock::Instant;
use crate::sorted::{SortedMap, SortedSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UserId(pub u32);
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GroupId(pub u32);
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RoleId(pub u32);

impl UserId {
    /// `rdsdb`, who owns the system's own objects.
    pub const RDSDB: UserId = UserId(1);
    /// The admin user made with the cluster.
    pub const ADMIN: UserId = UserId(100);
}

/// Principals of one cluster, in all its databases.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Principals {
    pub users: SortedMap<Identifier, User>,
    pub groups: SortedMap<Identifier, Group>,
    pub roles: SortedMap<Identifier, Role>,
    /// Who may let the cluster act under which IAM role.
    pub assume: SortedSet<AssumeGrant>,
    /// Who else than superusers and holders of roles may CREATE MODEL.
    pub model_makers: SortedSet<Grantee>,
    next_user: u32,
    next_group: u32,
    next_role: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct User {
    pub id: UserId,
    pub name: Identifier,
    pub superuser: bool,
    pub create_database: bool,
    pub password: Password,
    pub valid_until: Option<Instant>,
    /// `None` is UNLIMITED.
    pub connection_limit: Option<u32>,
    pub session_timeout: Option<u32>,
    pub syslog_unrestricted: bool,
    pub external_id: Option<String>,
    /// Parameters set by ALTER USER ... SET, applied at login.
    pub settings: SortedMap<String, String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Group {
    pub id: GroupId,
    pub name: Identifier,
    pub members: SortedSet<UserId>,
}

/// A role and what it was granted to it. Roles nest without cycles.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Role {
    pub id: RoleId,
    pub name: Identifier,
    pub owner: UserId,
    pub external_id: Option<String>,
    /// Users who hold the role; `true` with ADMIN OPTION.
    pub members: SortedMap<UserId, bool>,
    /// Roles that hold this role: `GRANT ROLE this TO ROLE that` puts `that` here.
    pub granted_to: SortedSet<RoleId>,
    /// System permissions granted to it; what system-defined roles hold by themselves is not written here.
    pub permissions: SortedSet<SystemPermission>,
}

/// What can be granted on an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Privilege {
    Select,
    Insert,
    Update,
    Delete,
    Drop,
    References,
    Alter,
    Truncate,
    Rule,
    Trigger,
    Create,
    Usage,
    Temporary,
    Execute,
}

impl Privilege {
    /// The keyword, as GRANT writes it and `svv_relation_privileges` prints it.
    pub fn keyword(self) -> &'static str {
        match self {
            Privilege::Select => "SELECT",
            Privilege::Insert => "INSERT",
            Privilege::Update => "UPDATE",
            Privilege::Delete => "DELETE",
            Privilege::Drop => "DROP",
            Privilege::References => "REFERENCES",
            Privilege::Alter => "ALTER",
            Privilege::Truncate => "TRUNCATE",
            Privilege::Rule => "RULE",
            Privilege::Trigger => "TRIGGER",
            Privilege::Create => "CREATE",
            Privilege::Usage => "USAGE",
            Privilege::Temporary => "TEMP",
            Privilege::Execute => "EXECUTE",
        }
    }
}

/// To whom a privilege is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Grantee {
    User(UserId),
    Group(GroupId),
    Role(RoleId),
    Public,
}

/// What a written privilege reaches: the object that it is written on, or all of one kind inside of it, those
/// included that are made later (scoped permissions; Developer Guide, "GRANT").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Reach {
    #[default]
    Object,
    Schemas,
    Tables,
    /// Procedures are functions in this.
    Functions,
    Procedures,
    Languages,
}

impl Reach {
    /// The keyword after FOR.
    pub fn keyword(self) -> &'static str {
        match self {
            Reach::Object => "OBJECT",
            Reach::Schemas => "SCHEMAS",
            Reach::Tables => "TABLES",
            Reach::Functions => "FUNCTIONS",
            Reach::Procedures => "PROCEDURES",
            Reach::Languages => "LANGUAGES",
        }
    }
}

/// One written privilege.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Grant {
    pub grantee: Grantee,
    pub privilege: Privilege,
    /// `Some` for a column privilege (SELECT, UPDATE): the column's name.
    pub column: Option<Identifier>,
    pub grantor: UserId,
    pub grant_option: bool,
    pub reach: Reach,
}

impl Grant {
    /// On a whole object, without the option to pass it on.
    pub fn new(grantee: Grantee, privilege: Privilege, grantor: UserId) -> Self {
        Grant { grantee, privilege, column: None, grantor, grant_option: false, reach: Reach::Object }
    }

    /// Neither on a column nor on what lies inside the object.
    pub fn is_whole(&self) -> bool {
        self.column.is_none() && self.reach == Reach::Object
    }
}

/// The privileges written on one object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acl {
    pub grants: SortedSet<Grant>,
    /// What the owner has revoked from itself; it keeps every other right, and the right to grant.
    pub owner_lacks: SortedSet<Privilege>,
}

/// Through what a right is held: what the page says behind "held".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeldBy {
    Superuser,
    Owner,
    User,
    Group(Identifier),
    /// The role that was granted the privilege.
    Role(Identifier),
    /// The role that was granted the privilege, and the one through which the user holds it.
    InheritedRole {
        role: Identifier,
        through: Identifier,
    },
    Public,
    /// A scoped permission: how it is held, and on all of what: `TABLES IN SCHEMA analytics`.
    Scoped {
        by: Box<HeldBy>,
        scope: String,
    },
}

/// In the words of a refusal: `group analytics_users`.
impl fmt::Display for HeldBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HeldBy::Superuser => f.write_str("superuser"),
            HeldBy::Owner => f.write_str("owner"),
            HeldBy::User => f.write_str("granted to the user"),
            HeldBy::Group(name) => write!(f, "group {name}"),
            HeldBy::Role(name) => write!(f, "role {name}"),
            HeldBy::InheritedRole { role, through } => write!(f, "role {role} through role {through}"),
            HeldBy::Public => f.write_str("PUBLIC"),
            HeldBy::Scoped { by, scope } => write!(f, "{by}, for all {scope}"),
        }
    }
}

impl Principals {
    pub fn new() -> Self {
        Principals {
            users: SortedMap::new(),
            groups: SortedMap::new(),
            roles: SortedMap::new(),
            // Everybody may, until `REVOKE ASSUMEROLE ON ALL FROM PUBLIC FOR ALL` (fact sheet, section 2.4).
            assume: RoleCommand::ALL
                .map(|command| AssumeGrant { grantee: Grantee::Public, role: IamRole::All, command })
                .into(),
            model_makers: SortedSet::new(),
            next_user: 101,
            next_group: 100,
            next_role: 1,
        }
    }

    pub fn allocate_user(&mut self) -> UserId {
        self.next_user += 1;
        UserId(self.next_user - 1)
    }

    pub fn allocate_group(&mut self) -> GroupId {
        self.next_group += 1;
        GroupId(self.next_group - 1)
    }

    pub fn allocate_role(&mut self) -> RoleId {
        self.next_role += 1;
        RoleId(self.next_role - 1)
    }

    pub fn user(&self, id: UserId) -> Option<&User> {
        self.users.values().find(|user| user.id == id)
    }

    /// The user whom somebody means by `name`: with its case, or without.
    pub fn user_called(&self, name: &str) -> Option<&User> {
        let exact = self.users.get(&Identifier::kept(name));
        exact.or_else(|| self.users.get(&Identifier::fold(name)))
    }

    pub fn is_superuser(&self, id: UserId) -> bool {
        id == UserId::RDSDB || self.user(id).is_some_and(|user| user.superuser)
    }

    /// Every role `user` holds, directly or through other roles.
    pub fn roles_of(&self, user: UserId) -> SortedSet<RoleId> {
        let mut held: SortedSet<RoleId> =
            self.roles.values().filter(|role| role.members.contains_key(&user)).map(|role| role.id).collect();
        loop {
            let more: Vec<RoleId> = self
                .roles
                .values()
                .filter(|role| !held.contains(&role.id) && role.granted_to.iter().any(|to| held.contains(to)))
                .map(|role| role.id)
                .collect();
            if more.is_empty() {
                return held;
            }
            held.extend(more);
        }
    }

    /// How `user` holds `privilege` on an object owned by `owner` with this `acl`; `None` when it does not.
    /// Column grants count only when `column` names that column; a table grant covers every column.
    pub fn held(
        &self,
        user: UserId,
        privilege: Privilege,
        column: Option<&Identifier>,
        owner: UserId,
        acl: &Acl,
    ) -> Option<HeldBy> {
        if self.is_superuser(user) {
            return Some(HeldBy::Superuser);
        }
        if owner == user && !acl.owner_lacks.contains(&privilege) {
            return Some(HeldBy::Owner);
        }
        self.held_by_grant(user, privilege, column, &[Reach::Object], acl)
    }

    /// How `user` holds `privilege` through what is written in `acl`, where it reaches one of `reaches`.
    pub(super) fn held_by_grant(
        &self,
        user: UserId,
        privilege: Privilege,
        column: Option<&Identifier>,
        reaches: &[Reach],
        acl: &Acl,
    ) -> Option<HeldBy> {
        let roles = self.roles_of(user);
        let counts = |grant: &&Grant| {
            grant.privilege == privilege
                && reaches.contains(&grant.reach)
                && (grant.column.is_none() || grant.column.as_ref() == column)
        };
        acl.grants.iter().filter(counts).find_map(|grant| match grant.grantee {
            Grantee::User(id) => (id == user).then_some(HeldBy::User),
            Grantee::Group(id) => self
                .groups
                .values()
                .find(|group| group.id == id && group.members.contains(&user))
                .map(|group| HeldBy::Group(group.name.clone())),
            Grantee::Role(id) => roles.contains(&id).then(|| self.by_role(user, id)).flatten(),
            Grantee::Public => Some(HeldBy::Public),
        })
    }

    pub fn role(&self, id: RoleId) -> Option<&Role> {
        self.roles.values().find(|role| role.id == id)
    }

    /// The role, and the one through which `user` holds it.
    fn by_role(&self, user: UserId, id: RoleId) -> Option<HeldBy> {
        let role = self.role(id)?;
        if role.members.contains_key(&user) {
            return Some(HeldBy::Role(role.name.clone()));
        }
        let mut above = vec![role];
        let mut next = 0;
        while let Some(current) = above.get(next).copied() {
            if current.members.contains_key(&user) {
                let (role, through) = (role.name.clone(), current.name.clone());
                return Some(HeldBy::InheritedRole { role, through });
            }
            let more = current.granted_to.iter().filter_map(|id| self.role(*id));
            let more: Vec<&Role> = more.filter(|role| above.iter().all(|seen| seen.id != role.id)).collect();
            above.extend(more);
            next += 1;
        }
        Some(HeldBy::Role(role.name.clone()))
    }
}

impl Default for Principals {
    fn default() -> Self {
        Principals::new()
    }
}
