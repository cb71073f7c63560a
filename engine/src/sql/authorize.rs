//! Decides whether a bound statement may run.
//!
//! This comes after binding because a privilege is held on an object, not on a spelling; it comes before
//! planning so that a refusal never depends on the data.

use super::bind::Need;
use super::error::{Grantor, Link, Refusal, SqlError, SqlErrorKind, SqlResult};
use super::session::Session;
use crate::warehouse::access::{Privilege, UserId};
use crate::warehouse::catalog::Schema;
use crate::warehouse::manifest::Manifest;

/// The first need that is not met, explained, or nothing.
pub fn authorize(_needs: &[Need], _manifest: &Manifest, _session: &Session) -> SqlResult<()> {
    todo!("commands")
}

/// Whether `user` may look names up in `schema`; without USAGE no name in it resolves at all.
pub fn schema_usage(schema: &Schema, manifest: &Manifest, user: UserId) -> SqlResult<()> {
    let principals = &manifest.principals;
    if principals.held(user, Privilege::Usage, None, schema.owner, &schema.acl).is_some() {
        return Ok(());
    }
    let name_of = |id: UserId| principals.user(id).map(|user| user.name.to_string()).unwrap_or_default();
    let who = name_of(user);
    Err(SqlError::new(SqlErrorKind::Refused(Refusal {
        message: format!("permission denied for schema {}", schema.name),
        chain: vec![Link {
            right: Privilege::Usage.keyword().to_owned(),
            object_kind: "schema",
            object: schema.name.to_string(),
            held: None,
        }],
        grantors: vec![Grantor { user: name_of(schema.owner), reason: "owner" }],
        smallest_grant: Some(format!("GRANT USAGE ON SCHEMA {} TO {who};", schema.name)),
        user: who,
    })))
}
