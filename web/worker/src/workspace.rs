//! The worker without a browser: messages in, events out, stepped.
//!
//! A workspace is one account, the lab walked in it, and what the page wants kept. Whoever drives it calls
//! [`Workspace::take`] for each message and [`Workspace::step`] while a script runs, and stores what
//! [`Workspace::save`] gives whenever it gives something.

mod background;
mod beginning;
mod calling;
mod carrying;
mod comparing;
mod door;
mod names;
mod passing;
mod place;
mod refusal;
mod running;
mod storing;
mod testimony;
mod waiting;

pub use refusal::OpenError;
pub use storing::Saved;

use std::collections::VecDeque;

use sandshift_engine::apart::apart;
use sandshift_engine::cli::Files as _;
use sandshift_engine::extension::Extensions;
use sandshift_engine::sandbox::{Answer, Background, LoadError, Sandbox, Wait};
use sandshift_engine::sorted::SortedMap;
use sandshift_engine::sql::error::SqlError;
use sandshift_engine::sql::session::SessionId;
use sandshift_engine::warehouse::manifest::WarehouseId;
use sandshift_lessons::generator::maker;
use sandshift_lessons::state;
use sandshift_lessons::transcript::{Done, table};
use sandshift_lessons::{Lab, Record};
use sandshift_protocol::{
    CheckState, Event, EventKind, LabSource, Message, Request, StatementResult, StepState, StorageState,
};

pub use testimony::Fingerprint;

use crate::comparison::Comparison;
use crate::failure::utf16;
use crate::results::Results;
use crate::script::{Advance, Script};

/// A statement that runs for less than this says nothing until it is done.
const PROGRESS_AFTER_MS: f64 = 200.0;
const PROGRESS_EVERY_MS: f64 = 100.0;

/// One account with the lab walked in it.
pub struct Workspace {
    /// Milliseconds, only ever compared with each other.
    now: fn() -> f64,
    sandbox: Sandbox,
    lab: Option<Lab>,
    /// What an account without a lab begins in, where somebody has said.
    start: Option<String>,
    record: Record,
    open_step: Option<String>,
    kept: SortedMap<String, String>,
    /// Which warehouse the page talks to.
    place: place::Place,
    /// Those the page has opened, by warehouse and user.
    sessions: SortedMap<(WarehouseId, String), SessionId>,
    results: Results,
    script: Option<Script>,
    /// Those whose statement waits for another session's lock, and whether one of them need not any more.
    waiting: Vec<Script>,
    awake: bool,
    /// Whether the script at hand is one of those, and what is to be run when it is over.
    resumed: bool,
    queued: VecDeque<(u32, String, String)>,
    comparison: Option<Comparison>,
    /// Time that passes, and the number of the message that asked for it.
    passage: Option<passing::Passing>,
    /// A line of the terminal that waits.
    wait: Option<(u32, Wait)>,
    background: Background,
    carried: carrying::Carried,
    statement_began: f64,
    progress_told: f64,
    /// When time was let pass, here and in the account, and when somebody was last told.
    time_began: (f64, i64),
    time_told: f64,
    changed: bool,
    /// Another account took the place of the stored one: its numbers stand for other blocks.
    replaced: bool,
    events: Vec<Event>,
    /// Events that say "this is kept", and so wait until it is.
    events_when_stored: Vec<Event>,
}

/// What there is of an account before it is opened.
#[derive(Clone, Copy, Debug)]
pub enum Found<'a> {
    /// What [`Workspace::save`] gave.
    Saved(&'a [u8]),
    /// A new workspace's account, as the site's build has made and saved it.
    Beginning(&'a [u8]),
    Nothing,
}

impl Workspace {
    /// Opens the lab's account: what was stored when there is something, its beginning otherwise; without a lab that of
    /// the state named `start`.
    ///
    /// # Errors
    /// A lab that cannot be read, or stored bytes that are not an account.
    pub fn open(
        now: fn() -> f64,
        extensions: Extensions,
        source: Option<&LabSource>,
        start: Option<&str>,
        found: Found<'_>,
        blocks: &mut dyn FnMut(u64) -> Option<Vec<u8>>,
    ) -> Result<Self, OpenError> {
        let lab = match source {
            None => None,
            Some(source) => Some(Lab::digested(&source.files).map_err(|problem| {
                OpenError::Lab {
                    message: problem.to_string(),
                    hint: "The lab's files need a correction; `cargo xtask labs check` names every mistake."
                        .to_owned(),
                }
            })?),
        };
        let mut kept = SortedMap::new();
        let mut record = Record::default();
        let made = match found {
            Found::Beginning(bytes) => Sandbox::load(bytes, blocks, maker).ok(),
            _ => None,
        };
        let mut sandbox = match (found, made) {
            (Found::Saved(bytes), _) => {
                let broken = |error: postcard::Error| LoadError::Broken(error.to_string());
                // The account tells its format before anything is read that another format may have otherwise.
                let ((_, account), rest): ((Option<String>, Vec<u8>), _) =
                    postcard::take_from_bytes(bytes).map_err(broken)?;
                let mut sandbox = Sandbox::load(&account, blocks, maker)?;
                (record, kept) = postcard::from_bytes(rest).map_err(broken)?;
                state::register_files(&mut sandbox);
                sandbox
            }
            (_, Some(mut sandbox)) => {
                state::register_files(&mut sandbox);
                sandbox
            }
            // What the site's build has not made, or made for another engine than this one.
            _ => beginning::begin(lab.as_ref(), start).map_err(|message| OpenError::Lab {
                message,
                hint: "This is a mistake in the lab; please tell its author.".to_owned(),
            })?,
        };
        sandbox.extensions = extensions;
        let mut workspace = Workspace {
            now,
            sandbox,
            lab,
            start: start.map(str::to_owned),
            record,
            open_step: None,
            kept,
            place: place::Place::default(),
            sessions: SortedMap::new(),
            results: Results::default(),
            script: None,
            waiting: Vec::new(),
            awake: false,
            resumed: false,
            queued: VecDeque::new(),
            comparison: None,
            passage: None,
            wait: None,
            background: Background::default(),
            carried: carrying::Carried::default(),
            statement_began: 0.0,
            progress_told: 0.0,
            time_began: (0.0, 0),
            time_told: 0.0,
            // A beginning can be made again: it is stored together with the first thing done in it.
            changed: false,
            replaced: false,
            events: Vec::new(),
            events_when_stored: Vec::new(),
        };
        workspace.settle_down();
        Ok(workspace)
    }

    /// What the page is told first.
    pub fn opened(&mut self, id: u32, storage: StorageState) {
        let account = self.account();
        let kept = self.kept.clone().into_iter().collect();
        // Checks follow when the page opens a step: the first answer must not wait for them.
        self.tell(id, EventKind::Opened { account, kept, storage });
    }

    /// Events since the last call, in order.
    pub fn events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Events that are true once what [`Workspace::save`] gave is stored.
    pub fn events_when_stored(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events_when_stored)
    }

    /// True while something runs and wants steps.
    pub fn is_running(&self) -> bool {
        self.is_busy() || self.awake || self.has_background()
    }

    /// True while a script runs, so that no other can.
    fn is_busy(&self) -> bool {
        self.script.is_some() || self.comparison.is_some() || self.passage.is_some() || self.wait.is_some()
    }

    /// Takes any message but `Open`, `ExportWorkspace` and `ImportWorkspace`, which are the driver's.
    pub fn take(&mut self, message: Message) {
        self.answer(message);
        self.look_at_waiting();
    }

    fn answer(&mut self, message: Message) {
        match message.request {
            Request::Run { user, text } => self.run(message.id, user, text),
            request => apart(|| self.answer_other(message.id, request)),
        }
    }

    fn answer_other(&mut self, id: u32, request: Request) {
        match request {
            Request::Run { user, text } => self.run(id, user, text),
            Request::Compare { users, text } => apart(|| self.compare(id, users, text)),
            Request::Login { user, password } => apart(|| self.login(id, &user, &password)),
            Request::Access { user } => apart(|| self.tell_access(id, &user)),
            Request::Choose { warehouse } => apart(|| self.choose_warehouse(id, warehouse)),
            Request::Cancel { run } => apart(|| self.cancel(id, run)),
            Request::Rows { result, from, count } => apart(|| match self.results.rows(result, from, count) {
                Some(rows) => self.tell(id, EventKind::Rows { result, from, rows }),
                None => self.gone(id),
            }),
            Request::Export { result, format } => apart(|| match self.results.export(result, format) {
                Some(text) => self.tell(id, EventKind::Exported { text }),
                None => self.gone(id),
            }),
            Request::Aws { principal, line } => apart(|| self.type_line(id, &principal, &line)),
            Request::Call { call } => apart(|| self.call(id, call)),
            Request::Piece { upload, at, total } => apart(|| self.piece(id, upload, at, total)),
            Request::More { of } => apart(|| self.more(id, of)),
            Request::Names { user } => apart(|| {
                let names = self.there(|workspace| workspace.sandbox.names(&user));
                let names = names.into_iter().map(names::name).collect();
                self.tell(id, EventKind::Names { names });
            }),
            Request::Check { step } => {
                self.open_step = Some(step);
                self.tell_checks(id);
            }
            Request::Answer { step, check, option } => {
                if let Some(lab) = &self.lab {
                    self.record.choose(&lab.definition, &step, &check, &option);
                    self.changed = true;
                }
                self.tell_checks(id);
            }
            Request::ResetStep { step } => apart(|| self.reset_step(id, &step)),
            Request::ResetLab => apart(|| self.reset_lab(id)),
            Request::Keep { key, value } => {
                if self.kept.get(&key) != Some(&value) {
                    self.kept.insert(key, value);
                    self.changed = true;
                }
                self.tell(id, EventKind::Kept);
            }
            Request::Advance { micros } => apart(|| self.let_pass(id, micros)),
            Request::Upload { path, text } => {
                self.sandbox.disk.write(&path, text.into_bytes().into());
                self.changed = true;
                self.tell(id, EventKind::Kept);
            }
            Request::Fail => refusal::fail_as_a_defect_would(),
            Request::Open { .. }
            | Request::ExportWorkspace
            | Request::ExportSubmission { .. }
            | Request::ExportTakeout
            | Request::ImportWorkspace { .. }
            | Request::EraseAll => {
                self.refuse(id, "this message is not for the engine", None);
            }
        }
    }

    /// Works on the running script for about `budget` milliseconds.
    pub fn step(&mut self, budget: f64) {
        let until = (self.now)() + budget;
        if !self.is_busy() && self.awake {
            self.wake();
        }
        self.work(until);
        self.look_at_waiting();
    }

    fn work(&mut self, until: f64) {
        if self.comparison.is_some() {
            return self.step_comparison(until);
        }
        if self.passage.is_some() {
            return self.step_passage(until);
        }
        if self.wait.is_some() {
            return self.step_wait(until);
        }
        if self.script.is_none() {
            return self.step_background(until);
        }
        while let Some(script) = &mut self.script {
            let id = script.id;
            match script.advance(&mut self.sandbox) {
                Advance::Started { index, statement } => {
                    let span =
                        (utf16(&script.text, statement.span.start), utf16(&script.text, statement.span.end));
                    self.statement_began = (self.now)();
                    self.progress_told = self.statement_began + PROGRESS_AFTER_MS - PROGRESS_EVERY_MS;
                    self.tell(id, EventKind::StatementStarted { index, text: statement.text.clone(), span });
                }
                Advance::Progress { index, progress } => {
                    let now = (self.now)();
                    if now - self.progress_told >= PROGRESS_EVERY_MS && progress.rows > 0 {
                        self.progress_told = now;
                        let elapsed_ms = now - self.statement_began;
                        let (rows, total) = (progress.rows, progress.total);
                        self.tell(id, EventKind::Progress { index, rows, total, elapsed_ms });
                    }
                }
                Advance::Done { index, text, completion, batches } => {
                    let elapsed_ms = (self.now)() - self.statement_began;
                    let user = script.user.clone();
                    let answer = Answer { completion, batches };
                    self.witness(user, text, Ok(&answer));
                    let Answer { completion, batches } = answer;
                    let rows = completion
                        .fields
                        .map(|fields| self.results.keep(fields, batches, completion.printing));
                    let result = StatementResult {
                        tag: completion.tag,
                        notices: completion.notices,
                        rows,
                        rows_affected: completion.rows_affected,
                        elapsed_ms,
                        blocks_read: completion.statistics.blocks_read,
                        blocks_skipped: completion.statistics.blocks_skipped,
                    };
                    self.changed = true;
                    self.tell(id, EventKind::StatementDone { index, result });
                }
                Advance::Failed { index, text, error } => {
                    let (user, text_of_all) = (script.user.clone(), script.text.clone());
                    let failure = self.failure(&error, &text_of_all);
                    self.witness(user, text, Err(&error));
                    self.changed = true;
                    self.tell(id, EventKind::StatementFailed { index, error: failure });
                }
                Advance::Waiting { index, wait } => {
                    self.set_aside(index, *wait);
                    return;
                }
                Advance::Over => {
                    self.script = None;
                    self.finish(id, false);
                    return;
                }
            }
            if (self.now)() >= until {
                return;
            }
        }
    }

    fn witness(&mut self, user: String, text: String, result: Result<&Answer, &SqlError>) {
        if let Some(lab) = &self.lab {
            let refused = result.err().map(|error| error.kind.state().to_owned());
            let done = Done { user, text, refused, came: result.ok().and_then(table) };
            lab.witness(&self.sandbox, &mut self.record, &done, self.open_step.as_deref());
        }
    }

    fn tell_checks(&mut self, id: u32) {
        let Some(lab) = &self.lab else { return };
        let statuses = lab.check(&self.sandbox, &mut self.record, self.open_step.as_deref());
        let steps = statuses
            .into_iter()
            .map(|status| StepState {
                step: status.step,
                passed: status.passed,
                wrong: status.wrong,
                checks: status
                    .checks
                    .into_iter()
                    .map(|check| CheckState {
                        check: check.check,
                        passed: check.passed,
                        missing: check.missing,
                    })
                    .collect(),
            })
            .collect();
        self.tell(id, EventKind::Checks { steps });
    }

    fn gone(&mut self, id: u32) {
        self.refuse(id, "this result is no longer kept", Some("Run the statement again."));
    }

    fn refuse(&mut self, id: u32, message: &str, hint: Option<&str>) {
        self.tell(id, EventKind::Failed { message: message.to_owned(), hint: hint.map(str::to_owned) });
    }

    fn tell(&mut self, id: u32, event: EventKind) {
        self.events.push(Event { id, event });
    }
}
