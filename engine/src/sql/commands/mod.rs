//! Statements that are not queries, one file each, named by what they do.

pub mod copy;

use super::error::SqlResult;
use super::outcome::Completion;
use super::session::Session;
use super::statement::Statement;
use crate::clock::Instant;
use crate::warehouse::manifest::Manifest;

/// What a command may change: the transaction's working manifest and its own session.
pub struct CommandContext<'a> {
    pub manifest: &'a mut Manifest,
    pub session: &'a mut Session,
    pub now: Instant,
    /// Every open session's user, for DROP USER and CONNECTION LIMIT.
    pub connected: Vec<crate::warehouse::access::UserId>,
}

/// Runs a command that is not a query, write, COPY or transaction statement. Checks rights itself, in the
/// product's order, and changes nothing when it fails.
pub fn run(_statement: &Statement, _context: &mut CommandContext<'_>) -> SqlResult<Completion> {
    todo!("commands")
}
