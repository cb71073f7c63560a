//! One learner's account, whole: the only room where SQL and AWS meet.
//!
//! Every door (the worker, `cargo xtask`, the lab prover, tests) opens this one value. A clone is cheap,
//! because blocks are shared: that is how a check runs without leaving a trace.
//!
//! Read [`statement`] for how a statement runs, [`save`] for how an account outlives its tab.

mod activity;
mod analyze_history;
mod athena;
mod athena_form;
mod athena_table;
mod athena_told;
mod athena_view;
mod auto_refresh;
mod background;
mod connection;
mod crawl;
mod disk;
mod external_history;
mod fill;
mod fleet;
mod held;
mod history;
mod inspect;
mod interruption;
mod job_run;
mod job_told;
mod learning;
mod load_history;
mod names;
mod outside;
mod passage;
mod policy_history;
mod priority;
mod procedure;
mod quota;
mod reckoning;
mod refresh;
mod save;
mod serial;
mod spoken;
mod statement;
mod step_history;
mod table_lock;
#[cfg(test)]
mod tests;
mod transaction;
mod transaction_history;
mod tuition;
mod unload_history;
mod upkeep;
mod vacuum_history;
mod waiting;

use std::sync::Arc;

pub use crate::cli::CliOutput;
pub use background::Background;
pub use disk::Disk;
pub use names::{Name, NameKind};
pub use passage::Passage;
pub use save::{LoadError, Makers, Saved, ToStore, Unwritten};
pub use spoken::{Ending, Spoken};
pub use statement::Running;
pub use waiting::Wait;

use crate::aws::{Account, ApiError, Beginning, Caller, Reply, call_with_body};
use crate::clock::Clock;
use crate::extension::Extensions;
use crate::happening::Happening;
use crate::pieces::Pieces;
use crate::sorted::SortedMap;
use crate::sql::error::SqlError;
use crate::sql::execute::memory::DEFAULT_LIMIT;
use crate::sql::outcome::{Batch, Completion};
use crate::sql::session::{Session, SessionId};
use crate::warehouse::digest::md5;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::{Manifest, Warehouse, WarehouseId};
use crate::warehouse::password::Password;

/// Account, region and names that every lab finds.
pub const ACCOUNT: &str = "123456789012";
pub const REGION: &str = "ap-northeast-2";
pub const CLUSTER: &str = "course-cluster";
pub const DATABASE: &str = "dev";
pub const ADMIN: &str = "admin";
/// The admin's password in a new account; labs that teach passwords change others.
pub const ADMIN_PASSWORD: &str = "Sandshift1";
/// The IAM user whom the learner is.
pub const PRINCIPAL: &str = "learner";

/// The account: warehouse, AWS, clock, local disk and open sessions.
#[derive(Clone)]
pub struct Sandbox {
    pub clock: Clock,
    /// The one that is worked in; see [`fleet`].
    pub warehouse: Warehouse,
    elsewhere: SortedMap<WarehouseId, fleet::Station>,
    /// What happened by itself and was not told yet.
    happened: Vec<Happening>,
    /// Shared between copies of the sandbox until one of them calls AWS.
    pub account: Arc<Account>,
    pub disk: Disk,
    sessions: SortedMap<SessionId, Session>,
    /// Committed transactions that some open one does not see.
    deeds: serial::Deeds,
    /// Tables that could not be looked after; see [`upkeep`].
    given_up: Vec<(WarehouseId, crate::warehouse::catalog::ObjectId)>,
    /// The statement that each session runs.
    inflight: SortedMap<SessionId, activity::Inflight>,
    next_session: u32,
    seed: u64,
    /// Bytes that stored blocks, objects, files and a running statement may take together.
    pub memory_limit: u64,
    /// The modules beside the engine, as this door reaches them.
    pub extensions: Extensions,
    /// Steps that scripts run as a whole may still take; whoever runs a stranger's sets it. Without any left a
    /// statement is canceled.
    pub patience: u64,
    /// As whom the outside is asked, if not under the roles that statements name: Athena has a caller and no roles.
    acting: Option<Box<outside::Acting>>,
}

/// A statement that ran to its end, for callers that need no steps in between.
#[derive(Clone, Debug)]
pub struct Executed {
    /// Empty for a statement that does not parse.
    pub text: String,
    pub result: Result<Answer, SqlError>,
}

/// The whole answer of a finished statement.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub completion: Completion,
    pub batches: Vec<Batch>,
}

impl Sandbox {
    /// An account with one available cluster (`course-cluster`, database `dev`, superuser `admin`), no
    /// tables, the IAM user `learner` with full rights, and no buckets.
    pub fn new(seed: u64) -> Self {
        let clock = Clock::starting_at(Clock::COURSE_START);
        let admin = Identifier::fold(ADMIN);
        let password = Password::Md5(md5(format!("{ADMIN_PASSWORD}{admin}").as_bytes()));
        let manifest = Manifest::with_admin(DATABASE, admin, password);
        Sandbox {
            warehouse: Warehouse::holding(WarehouseId::FIRST, CLUSTER, Arc::new(manifest), clock.now()),
            elsewhere: SortedMap::new(),
            happened: Vec::new(),
            account: Arc::new(Account::new(Beginning {
                id: ACCOUNT,
                region: REGION,
                cluster: CLUSTER,
                database: DATABASE,
                admin: ADMIN,
                seed,
                now: clock.now(),
            })),
            clock,
            disk: Disk::seeded(seed),
            sessions: SortedMap::new(),
            deeds: serial::Deeds::default(),
            given_up: Vec::new(),
            inflight: SortedMap::new(),
            next_session: 1,
            seed,
            memory_limit: DEFAULT_LIMIT,
            extensions: Extensions::default(),
            patience: u64::MAX,
            acting: None,
        }
    }

    /// The number everything random in this account comes from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Runs one `aws ...` line as the IAM identity `principal` (a user's name).
    pub fn aws(&mut self, principal: &str, line: &str) -> CliOutput {
        if let Some(waited) = self.wait(principal, line) {
            return waited;
        }
        self.keep_up();
        self.reckon();
        let now = self.clock.now();
        let output = self.with_account(|account, disk| crate::cli::run(account, principal, line, disk, now));
        self.follow_jobs();
        output
    }

    /// One call to AWS, with the bytes that it carries.
    ///
    /// # Errors
    /// AWS's own, with the decision behind a refusal.
    pub fn call(
        &mut self,
        caller: &Caller,
        service: &str,
        operation: &str,
        parameters: serde_json::Value,
        body: Option<Pieces>,
    ) -> Result<Reply, ApiError> {
        self.keep_up();
        self.reckon();
        let now = self.clock.now();
        let reply = self.with_account(|account, _| {
            call_with_body(account, caller, service, operation, parameters, body, now)
        });
        self.follow_jobs();
        reply
    }
}
