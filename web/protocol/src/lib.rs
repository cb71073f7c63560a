//! Every message between page and worker, typed, in one place; the longer payloads beside it.
//!
//! Messages cross as JSON text: both sides are Rust, but pages that embed the worker are not. The page links
//! neither engine nor Arrow; it asks for the rows it shows. Few, wide messages rather than many narrow ones.

mod access;
mod call;
mod comparison;
pub mod line;
mod reading;
mod statement;
mod tagged;

pub use access::{Access, HeldRight, ReachingPolicy, RelationAccess, RoutineAccess, SchemaAccess};
pub use call::{
    BILL, Call, CallFailure, Denial, EVENTS, FILES, FailureKind, INSPECT, MODELS, PolicyStatement, SANDBOX,
};
pub use comparison::{CHANGED, Difference, Half, HalfEnd, ONLY_FIRST, ONLY_SECOND, PairColumn, SAME};
use serde::{Deserialize, Serialize};
use serde_json::Value;
pub use statement::{ResultColumn, ResultRows, SqlFailure, StatementResult, Waiting, Why, WhyLink};
pub use tagged::{read, read_value};

tagged::tagged!(Request, EventKind, StorageState, Unreadable);

/// Page to worker. `id` comes back in every [`Event`] that answers it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    pub id: u32,
    pub request: Request,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Request {
    /// Opens (or restores) the workspace of a lab and answers `Opened`.
    Open {
        workspace: String,
        lab: Option<LabSource>,
        /// The named state that an account without a lab begins in; the course's warehouse when nobody says.
        #[serde(default)]
        start: Option<String>,
    },
    /// Runs a script as `user`. Answers with `Statement...` events, then `Finished`.
    Run {
        user: String,
        text: String,
    },
    /// Runs a script as two users, each on a copy of the account that is then forgotten. Answers `Compared`, then
    /// `Finished`.
    Compare {
        users: [String; 2],
        text: String,
    },
    /// Proves who one is at the warehouse's door. Answers `LoggedIn` or `LoginRefused`.
    Login {
        user: String,
        password: String,
    },
    /// What a user is and may do. Answers `Access`.
    Access {
        user: String,
    },
    /// Talks to the cluster or workgroup of this name from now on. Answers `Account`.
    Choose {
        warehouse: String,
    },
    /// Stops the script of this `Run`; without a number the one that is running, or else the last one that waits.
    Cancel {
        #[serde(default)]
        run: Option<u32>,
    },
    /// Rows of a result, as cells: `from` inclusive, at most `count`.
    Rows {
        result: u32,
        from: u64,
        count: u32,
    },
    /// The whole result as text, for copying and saving.
    Export {
        result: u32,
        format: ExportFormat,
    },
    /// One line of the terminal, as an IAM user.
    Aws {
        principal: String,
        line: String,
    },
    /// One call to AWS. Answers `Called` or `CallFailed`; an object's bytes travel beside the message. Of long ones the
    /// first 8 MB do, and `More` is asked for the next.
    Call {
        call: Call,
    },
    /// Bytes on their way up, for a `Call` that names the same upload: those at `at` of `total`, beside the message.
    /// Without any the upload is given up. Answers `Kept`.
    Piece {
        upload: u32,
        at: u64,
        total: u64,
    },
    /// What follows the bytes that came with the answer to message `of`. Answers `Kept`, with bytes beside it.
    More {
        of: u32,
    },
    /// Names this user may see, for completion.
    Names {
        user: String,
    },
    /// Makes `step` the open one and checks it now. The worker checks by itself after every script and call.
    Check {
        step: String,
    },
    /// What the learner chose for a question or prediction of the open lab. Answers `Checks`.
    Answer {
        step: String,
        check: String,
        option: String,
    },
    /// Puts the account into the state in which `step` begins (everything before it solved).
    ResetStep {
        step: String,
    },
    ResetLab,
    /// What the page wants kept: editor text, answers, open step. Opaque to the worker.
    Keep {
        key: String,
        value: String,
    },
    /// The whole workspace as one file's bytes, base64.
    ExportWorkspace,
    /// What was done here, for whoever grades it, as one file's bytes, base64. Answers `WorkspaceExported`.
    ExportSubmission {
        learner: String,
    },
    /// What was done here as scripts for a real account, one zip file's bytes, base64. Answers `WorkspaceExported`.
    ExportTakeout,
    ImportWorkspace {
        base64: String,
    },
    /// Deletes every workspace of this site, the open one too. Answers `Erased`.
    EraseAll,
    /// Lets simulated time pass; without a number until something happens by itself. Answers `TimePassed`.
    Advance {
        micros: Option<i64>,
    },
    /// Puts a file on the learner's own machine, where the terminal finds it (`aws s3 cp /data/x.csv s3://...`).
    /// Answers `Kept`.
    Upload {
        path: String,
        text: String,
    },
    /// Makes the worker fail as a defect of ours would; used by tests only.
    Fail,
}

/// What checking a lab takes, by path inside its folder: its digest (`lab.json`), a starting transcript.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabSource {
    pub id: String,
    pub files: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ExportFormat {
    Csv,
    Json,
}

/// Worker to page. `id` is the request's, or 0 when the worker speaks by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub id: u32,
    pub event: EventKind,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum EventKind {
    /// The engine is there and the workspace is open.
    Opened {
        account: AccountState,
        kept: Vec<(String, String)>,
        storage: StorageState,
    },
    /// A statement of the script began; `span` is its place in the submitted text (UTF-16 offsets).
    StatementStarted {
        index: u32,
        text: String,
        span: (u32, u32),
    },
    Progress {
        index: u32,
        rows: u64,
        total: Option<u64>,
        elapsed_ms: f64,
    },
    /// The statement waits for a table that another session holds; other users' scripts can be run meanwhile. `Progress`
    /// tells that it goes on.
    Waiting {
        index: u32,
        on: Waiting,
    },
    StatementDone {
        index: u32,
        result: StatementResult,
    },
    StatementFailed {
        index: u32,
        error: SqlFailure,
    },
    /// What two users got for the same script, and how it differs.
    Compared {
        halves: Vec<Half>,
        /// `None` unless both got rows.
        difference: Option<Difference>,
    },
    LoggedIn {
        user: String,
    },
    LoginRefused {
        error: SqlFailure,
    },
    Access {
        access: Access,
    },
    /// The script is over. Everything committed is stored.
    Finished {
        canceled: bool,
    },
    Rows {
        result: u32,
        from: u64,
        rows: Vec<Vec<Option<String>>>,
    },
    Exported {
        text: String,
    },
    AwsDone {
        stdout: String,
        stderr: String,
        code: i32,
    },
    /// The fields of AWS's own response.
    Called {
        value: Value,
    },
    CallFailed {
        failure: CallFailure,
    },
    Names {
        names: Vec<Name>,
    },
    /// Where every check of the open lab stands. Sent by itself whenever something changed.
    Checks {
        steps: Vec<StepState>,
    },
    /// Who, when, how much: sent by itself after whatever may have changed it.
    Account {
        account: AccountState,
    },
    Kept,
    /// A workspace, lab or step was put back to a beginning; editors and results may be kept by the page.
    Reset,
    /// What happened by itself while time passed, the newest last; `earlier` things before those are left out.
    TimePassed {
        happenings: Vec<Happening>,
        earlier: u32,
    },
    WorkspaceExported {
        base64: String,
    },
    /// A workspace, stored or in a file, that cannot be opened. What is stored stays and can be exported as it is.
    /// `message` says it in English, for programs that have no words of their own.
    Unreadable {
        why: Unreadable,
        message: String,
    },
    /// Where the workspace is kept from now on.
    Storage {
        storage: StorageState,
    },
    Erased,
    /// A request that could not be done, in words for a person.
    Failed {
        message: String,
        hint: Option<String>,
    },
    /// A defect of ours: the engine was restarted from what was committed.
    Recovered {
        message: String,
    },
}

/// What the bar shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountState {
    /// Simulated now, microseconds since 1970 UTC.
    pub now: i64,
    pub users: Vec<WarehouseUser>,
    /// IAM users.
    pub principals: Vec<String>,
    /// `Some` when the named user has a transaction open (or aborted).
    pub transactions: Vec<(String, TransactionState)>,
    /// Of the warehouse that the page talks to.
    pub cluster_status: String,
    /// The cluster or workgroup that the page talks to; it may be gone.
    #[serde(default)]
    pub warehouse: String,
    /// Every cluster and every namespace's workgroup.
    #[serde(default)]
    pub warehouses: Vec<WarehouseState>,
    pub region: String,
    /// What everything so far would have cost on AWS, in millionths of a dollar.
    #[serde(default)]
    pub bill_micros: u64,
    /// When something happens by itself next, microseconds since 1970 UTC.
    #[serde(default)]
    pub next: Option<i64>,
}

/// A cluster or workgroup that one can connect to, or could if it were up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WarehouseState {
    pub name: String,
    pub serverless: bool,
    /// As the API says it, in small letters: `available`, `paused`, `deleted` where a namespace has no workgroup.
    pub status: String,
    /// Whether clients get through.
    pub answers: bool,
    /// The database that one gets into.
    pub database: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WarehouseUser {
    pub name: String,
    pub superuser: bool,
    pub groups: Vec<String>,
    pub roles: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TransactionState {
    Open,
    Aborted,
}

/// Where the workspace is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum StorageState {
    Kept,
    /// Private mode or blocked storage: works, but is gone with the tab.
    MemoryOnly {
        reason: String,
    },
    /// The browser refused the last save; what was stored before is there. The next save tries again.
    NotSaved {
        full: bool,
        reason: String,
    },
    /// Another tab has this workspace open; this one does not write. `gone`: it was closed, but both had gone on
    /// working, so that what is stored cannot take this one's place.
    SecondTab {
        #[serde(default)]
        gone: bool,
    },
}

/// Why a workspace cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Unreadable {
    /// Written by a newer Sandshift.
    Newer {
        format: u32,
    },
    /// Written by an older Sandshift, in a form that is not read any more.
    Older {
        format: u32,
    },
    Broken {
        what: String,
    },
    /// A file of something else.
    Foreign,
    /// A file of another lab's workspace; empty when it is of an account without a lesson.
    OtherLab {
        lab: String,
    },
}

/// A name for completion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Name {
    pub kind: NameKind,
    /// `raw_data`, `raw_data.user_session_channel`, `userid`, `count`.
    pub text: String,
    /// Column type, table's schema, ...
    pub detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum NameKind {
    Schema,
    Table,
    View,
    Column,
    Function,
    User,
    Group,
    Role,
}

/// Where a step of the lab stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepState {
    pub step: String,
    pub passed: bool,
    pub checks: Vec<CheckState>,
    /// A foreseen wrong answer that was recognised: its id, whose text the page has.
    pub wrong: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckState {
    pub check: String,
    pub passed: bool,
    /// What is still missing, as facts for the page to word (`got`, `wanted`), in plain text.
    pub missing: Option<String>,
}

/// Something that happened by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happening {
    /// Microseconds since 1970 UTC, simulated.
    pub at: i64,
    /// `cluster-paused`, `snapshot-taken`, ... as `sandshift_engine::happening` names it.
    pub kind: String,
    /// What it happened to; of several that are told together, the last.
    pub subject: String,
    /// How many are told together.
    pub times: u32,
}
