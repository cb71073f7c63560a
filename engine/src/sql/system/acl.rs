//! Grants as text and as rows: `grantee=privileges/grantor`, and who a grantee is.

use super::relation::{Viewer, integer, text};
use crate::warehouse::access::{Acl, Grant, Grantee, Privilege, UserId};
use crate::warehouse::identifier::Identifier;
use crate::warehouse::value::Value;

/// The letter of a privilege in an ACL; those of ALTER and TRUNCATE are unconfirmed.
fn letter(privilege: Privilege) -> char {
    match privilege {
        Privilege::Select => 'r',
        Privilege::Insert => 'a',
        Privilege::Update => 'w',
        Privilege::Delete => 'd',
        Privilege::Drop => 'D',
        Privilege::References => 'x',
        Privilege::Alter => 'A',
        Privilege::Truncate => 'P',
        Privilege::Rule => 'R',
        Privilege::Trigger => 't',
        Privilege::Create => 'C',
        Privilege::Usage => 'U',
        Privilege::Temporary => 'T',
        Privilege::Execute => 'X',
    }
}

/// Letters in the order the product prints them (fact sheet, section 2.3; the places of P and A are unconfirmed).
const ORDER: &str = "arwdRxtDPAXUCT";

/// `{admin=arwdRxt/admin,"group analysts=r/admin"}`; NULL where nothing was ever granted. `owner` is what the
/// owner holds by itself.
pub(super) fn print(acl: &Acl, owner: UserId, owned: &[Privilege], viewer: &Viewer<'_>) -> Value {
    if !acl.grants.iter().any(Grant::is_whole) {
        return Value::Null;
    }
    let entries = entries(acl, owner, owned, &Grant::is_whole, viewer);
    text(format!("{{{}}}", entries.join(",")))
}

/// The same of one column: what the whole relation's grants say is not said again.
pub(super) fn print_column(acl: &Acl, column: &Identifier, viewer: &Viewer<'_>) -> Value {
    let entries = entries(acl, UserId::RDSDB, &[], &|grant| grant.column.as_ref() == Some(column), viewer);
    if entries.is_empty() { Value::Null } else { text(format!("{{{}}}", entries.join(","))) }
}

/// Each `grantee=privileges/grantor` of the grants that are `meant`, the owner's first where it is `owned` anything.
pub(super) fn entries(
    acl: &Acl,
    owner: UserId,
    owned: &[Privilege],
    meant: &dyn Fn(&Grant) -> bool,
    viewer: &Viewer<'_>,
) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    let mut printed: Vec<(Grantee, UserId)> = Vec::new();
    let name = |id: UserId| {
        viewer.principals.user(id).map_or_else(|| id.0.to_string(), |user| user.name.to_string())
    };
    let held: Vec<(Privilege, bool)> = owned
        .iter()
        .filter(|privilege| !acl.owner_lacks.contains(privilege))
        .map(|privilege| (*privilege, false))
        .collect();
    if !owned.is_empty() {
        entries.push(format!("{}={}/{}", name(owner), letters(&held), name(owner)));
    }
    for grant in acl.grants.iter().filter(|grant| meant(grant)) {
        let key = (grant.grantee, grant.grantor);
        if printed.contains(&key) {
            continue;
        }
        printed.push(key);
        let held: Vec<(Privilege, bool)> = acl
            .grants
            .iter()
            .filter(|other| (other.grantee, other.grantor) == key && meant(other))
            .map(|other| (other.privilege, other.grant_option))
            .collect();
        let grantee = match grant.grantee {
            Grantee::Public => String::new(),
            Grantee::Group(_) => format!("group {}", identity(grant.grantee, viewer).name),
            Grantee::Role(_) => format!("role {}", identity(grant.grantee, viewer).name),
            Grantee::User(_) => identity(grant.grantee, viewer).name,
        };
        entries.push(quoted(format!("{grantee}={}/{}", letters(&held), name(grant.grantor))));
    }
    entries
}

/// As an element of an array: in quotes where it has a blank.
pub(super) fn quoted(entry: String) -> String {
    if entry.contains([' ', ',', '{', '}', '"']) { format!("\"{entry}\"") } else { entry }
}

/// Each letter once, a star behind those that may be passed on.
fn letters(held: &[(Privilege, bool)]) -> String {
    let mut out = String::new();
    for wanted in ORDER.chars() {
        let mut found = held.iter().filter(|(privilege, _)| letter(*privilege) == wanted).peekable();
        if found.peek().is_some() {
            out.push(wanted);
            if found.any(|(_, grant_option)| *grant_option) {
                out.push('*');
            }
        }
    }
    out
}

/// A grantee as the privilege views name it.
pub(super) struct Identity {
    pub id: u32,
    pub name: String,
    /// `user`, `group`, `role` or `public`.
    pub kind: &'static str,
}

pub(super) fn identity(grantee: Grantee, viewer: &Viewer<'_>) -> Identity {
    let principals = viewer.principals;
    let (id, name, kind) = match grantee {
        Grantee::User(id) => (id.0, principals.user(id).map(|user| user.name.to_string()), "user"),
        Grantee::Group(id) => {
            let group = principals.groups.values().find(|group| group.id == id);
            (id.0, group.map(|group| group.name.to_string()), "group")
        }
        Grantee::Role(id) => {
            let role = principals.roles.values().find(|role| role.id == id);
            (id.0, role.map(|role| role.name.to_string()), "role")
        }
        Grantee::Public => (0, Some("public".to_owned()), "public"),
    };
    Identity { id, name: name.unwrap_or_default(), kind }
}

impl Identity {
    /// `identity_id, identity_name, identity_type`.
    pub fn cells(&self) -> [Value; 3] {
        [integer(self.id), text(&self.name), Value::string(self.kind)]
    }
}

/// The grants of one object that the viewer may see; on columns or on the whole, as asked.
pub(super) fn visible<'a>(
    acl: &'a Acl,
    columns: bool,
    viewer: &'a Viewer<'_>,
) -> impl Iterator<Item = &'a Grant> + 'a {
    acl.grants.iter().filter(move |grant| {
        let wanted = if columns { grant.column.is_some() } else { grant.is_whole() };
        wanted && viewer.may_see(grant.grantee)
    })
}

/// Those on what lies inside it too.
pub(super) fn visible_with_scopes<'a>(
    acl: &'a Acl,
    viewer: &'a Viewer<'_>,
) -> impl Iterator<Item = &'a Grant> + 'a {
    acl.grants.iter().filter(move |grant| grant.column.is_none() && viewer.may_see(grant.grantee))
}
