//! One connection: who is at the other end, what it set, and the transaction it is in.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::warehouse::access::UserId;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;

/// A session's number, also its `pg_backend_pid()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SessionId(pub u32);

#[derive(Clone, Debug)]
pub struct Session {
    pub id: SessionId,
    /// Who logged in.
    pub authenticated: UserId,
    /// Who it is now (SET SESSION AUTHORIZATION).
    pub user: UserId,
    pub database: Identifier,
    /// Parameters set in this session, by lower-case name, as SHOW prints them.
    pub settings: BTreeMap<String, String>,
    pub transaction: Transaction,
    /// Temporary relations live in this schema, which exists only in this session's manifests.
    pub temporary_schema: Identifier,
    pub random: RandomState,
    pub started: Instant,
    pub last_copy_count: i64,
    pub last_query: i64,
}

/// Where a session is between BEGIN and COMMIT.
#[derive(Clone, Debug)]
pub enum Transaction {
    /// Each statement commits by itself.
    None,
    /// `base` is what it began from, `working` what it has made of it.
    Open { base: Arc<Manifest>, working: Arc<Manifest>, started: Instant },
    /// A statement failed; only ROLLBACK (or COMMIT, which rolls back) is taken.
    Aborted,
}

/// The state of `random()`: the generator the real product's leader node shows, seeded per session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RandomState {
    pub words: [i32; 34],
    pub position: usize,
}
