//! A failed statement as the page tells it: offsets in UTF-16, as editors count, and the chain behind a refusal.

use sandshift_engine::sandbox::Sandbox;
use sandshift_engine::sql::error::{Refusal, SqlError, SqlErrorKind};
use sandshift_protocol::{SqlFailure, Why, WhyLink};

use crate::holders::holders;

/// `script` is the text the statement was submitted in.
pub(crate) fn failure(error: &SqlError, script: &str, sandbox: &Sandbox) -> SqlFailure {
    let span = error.span.map(|span| (utf16(script, span.start), utf16(script, span.end)));
    let line = error.span.map(|span| 1 + newlines(script, span.start));
    SqlFailure {
        state: error.kind.state().to_owned(),
        message: error.kind.message(),
        detail: error.detail(),
        hint: match &*error.kind {
            // The panel shows the smallest grant in a place of its own.
            SqlErrorKind::Refused(_) => None,
            kind => kind.hint(),
        },
        span,
        line,
        why: match &*error.kind {
            SqlErrorKind::Refused(refusal) => Some(why(refusal, sandbox)),
            _ => None,
        },
        defect: matches!(&*error.kind, SqlErrorKind::Bug(_)),
    }
}

fn why(refusal: &Refusal, sandbox: &Sandbox) -> Why {
    let principals = &sandbox.warehouse.committed.principals;
    let mut member_of = Vec::new();
    if let Some(user) = principals.users.values().find(|user| user.name == refusal.user.as_str()) {
        let groups = principals.groups.values().filter(|group| group.members.contains(&user.id));
        member_of.extend(groups.map(|group| format!("group {}", group.name)));
        let roles = principals.roles_of(user.id);
        let held = principals.roles.values().filter(|role| roles.contains(&role.id));
        member_of.extend(held.map(|role| format!("role {}", role.name)));
    }
    Why {
        user: refusal.user.clone(),
        member_of,
        chain: refusal
            .chain
            .iter()
            .map(|link| WhyLink {
                right: link.right.clone(),
                object_kind: link.object_kind.to_owned(),
                object: link.object.clone(),
                held: link.held.clone(),
            })
            .collect(),
        holders: refusal
            .chain
            .iter()
            .find(|link| link.held.is_none())
            .map(|link| holders(link, sandbox))
            .unwrap_or_default(),
        grantors: refusal
            .grantors
            .iter()
            .map(|grantor| (grantor.user.clone(), grantor.reason.to_owned()))
            .collect(),
        smallest_grant: refusal.smallest_grant.clone(),
    }
}

/// UTF-16 units before byte `at`.
pub(crate) fn utf16(text: &str, at: usize) -> u32 {
    let mut end = at.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].encode_utf16().count() as u32
}

fn newlines(text: &str, at: usize) -> u32 {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_counted_as_editors_count() {
        assert_eq!(utf16("가a😀b", 3), 1);
        assert_eq!(utf16("가a😀b", 4), 2);
        assert_eq!(utf16("가a😀b", 8), 4);
        assert_eq!(utf16("가", 99), 1);
    }
}
