//! Decides whether a bound statement may run.
//!
//! This comes after binding because a privilege is held on an object, not on a spelling; it comes before
//! planning so that a refusal never depends on the data.

use super::bind::Need;
use super::error::SqlResult;
use super::session::Session;
use crate::warehouse::manifest::Manifest;

/// The first need that is not met, explained, or nothing.
pub fn authorize(_needs: &[Need], _manifest: &Manifest, _session: &Session) -> SqlResult<()> {
    todo!("commands")
}
