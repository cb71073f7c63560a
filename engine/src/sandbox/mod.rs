//! One learner's account, whole: the only room where SQL and AWS meet.
//!
//! Every door (the worker, `cargo xtask`, the lab prover, tests) opens this one value. A clone is cheap,
//! because blocks are shared: that is how a check runs without leaving a trace.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::clock::Clock;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::{Batch, Completion, Step};
use crate::sql::session::{Session, SessionId};
use crate::sql::statement::ParsedStatement;
use crate::warehouse::manifest::Warehouse;

/// Account, region and names that every lab finds.
pub const ACCOUNT: &str = "123456789012";
pub const REGION: &str = "ap-northeast-2";
pub const CLUSTER: &str = "course-cluster";
pub const DATABASE: &str = "dev";
pub const ADMIN: &str = "admin";

/// The account: warehouse, AWS, clock, local disk and open sessions.
#[derive(Clone)]
pub struct Sandbox {
    pub clock: Clock,
    pub warehouse: Warehouse,
    pub disk: Disk,
    sessions: BTreeMap<SessionId, Session>,
    seed: u64,
}

/// The learner's own machine, as the terminal sees it: `/data/...` and what was downloaded.
#[derive(Clone, Default)]
pub struct Disk {
    files: BTreeMap<String, Arc<[u8]>>,
    /// Files that are made when they are first read, from a seed: the course's data sets.
    generated: BTreeMap<String, fn(u64) -> Vec<u8>>,
}

/// A statement on its way. It owns what it reads; the sandbox can answer others between its steps.
pub struct Running {
    pub session: SessionId,
}

/// A statement that ran to its end, for callers that need no steps in between.
#[derive(Clone, Debug)]
pub struct Executed {
    pub text: String,
    pub result: Result<Answer, SqlError>,
}

/// The whole answer of a finished statement.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub completion: Completion,
    pub batches: Vec<Batch>,
}

/// What an `aws` line printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CliOutput {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

/// A sandbox as bytes: the manifest, and the blocks that the store does not have yet.
pub struct Saved {
    pub manifest: Vec<u8>,
    pub blocks: Vec<(u64, Vec<u8>)>,
    /// Every block the manifest refers to; others may be deleted from the store.
    pub live: Vec<u64>,
}

impl Sandbox {
    /// An account with one available cluster (`course-cluster`, database `dev`, superuser `admin`), no
    /// tables, the IAM user `learner` with full rights, and no buckets.
    pub fn new(_seed: u64) -> Self {
        todo!("driver")
    }

    /// Opens a session as `user`. With a password it is a login and may be refused; without, it is the
    /// page's "become", which only needs the user to exist.
    pub fn connect(&mut self, _user: &str, _password: Option<&str>) -> SqlResult<SessionId> {
        todo!("driver")
    }

    pub fn disconnect(&mut self, _session: SessionId) {
        todo!("driver")
    }

    /// Begins a statement. Refusals and mistakes that show before any work are errors here already; they
    /// abort the session's transaction as later ones do.
    pub fn start(&mut self, _session: SessionId, _statement: &ParsedStatement) -> SqlResult<Running> {
        todo!("driver")
    }

    /// One bounded piece of work. After `Done` or an error the statement is over.
    pub fn step(&mut self, _running: &mut Running) -> SqlResult<Step> {
        todo!("driver")
    }

    /// Ends a running statement without effect: 57014, the transaction (if any) is aborted.
    pub fn cancel(&mut self, _running: Running) {
        todo!("driver")
    }

    /// Runs a whole script to its end, stopping at nothing: each statement has its own result.
    pub fn execute(&mut self, _session: SessionId, _text: &str) -> Vec<Executed> {
        todo!("driver")
    }

    /// Runs one `aws ...` line as the IAM identity `principal` (a user's name).
    pub fn aws(&mut self, _principal: &str, _line: &str) -> CliOutput {
        todo!("driver")
    }

    /// The account as bytes; `has` tells which blocks the store holds already.
    pub fn save(&self, _has: &dyn Fn(u64) -> bool) -> Saved {
        todo!("driver")
    }

    /// The account that [`Sandbox::save`] wrote. Open transactions and sessions are gone, as after a
    /// restart; everything committed is there.
    pub fn load(_manifest: &[u8], _blocks: &mut dyn FnMut(u64) -> Option<Vec<u8>>) -> Result<Self, String> {
        todo!("driver")
    }
}

impl Disk {
    pub fn register(&mut self, path: &str, make: fn(u64) -> Vec<u8>) {
        self.generated.insert(path.to_owned(), make);
    }

    pub fn write(&mut self, path: &str, bytes: impl Into<Arc<[u8]>>) {
        self.files.insert(path.to_owned(), bytes.into());
    }

    /// The file's bytes; a generated file is made at its first reading.
    pub fn read(&mut self, path: &str, seed: u64) -> Option<Arc<[u8]>> {
        if !self.files.contains_key(path) {
            let make = self.generated.get(path)?;
            return Some(make(seed).into());
        }
        self.files.get(path).cloned()
    }

    /// Every path, in order.
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.files.keys().chain(self.generated.keys()).cloned().collect();
        paths.sort();
        paths.dedup();
        paths
    }
}
