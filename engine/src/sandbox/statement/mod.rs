//! A statement on its way: begun, stepped, and committed or undone.
//!
//! A running statement owns the manifest it reads and the copy it writes, so that the sandbox can answer
//! others between two of its steps, and dropping it half-way leaves no trace.
//!
//! [`beginning`] decides what it will do, [`work`] is what that can be, [`advance`] does a piece of it, and
//! [`ending`] keeps what came of it; [`outside`] is what concerns external tables.

mod advance;
mod beginning;
mod ending;
mod explained;
mod outside;
mod pending;
mod transfer;
mod work;

use std::sync::Arc;

use super::activity::Progress as Doing;
use super::auto_refresh::Trailing;
use super::history::{self, Class, Ended};
use super::procedure::Call;
use super::{Answer, Executed, Sandbox};
use crate::clock::Instant;
use crate::sql::error::{Canceled, Canceler, Span, SqlError, SqlErrorKind, SqlResult};
use crate::sql::execute::{Context, Evaluation, ExternalRead, Signal};
use crate::sql::outcome::{Completion, Progress, Statistics, Step};
use crate::sql::parse::NameCase;
use crate::sql::plan::{Field, Plan};
use crate::sql::session::{Session, SessionId, Transaction};
use crate::sql::statement::{ParsedStatement, Statement};
use crate::sql::{commands, explain, parse};
use crate::warehouse::access::UserId;
use crate::warehouse::manifest::Manifest;
use work::{Effect, Work};

/// A statement on its way. It owns what it reads; the sandbox can answer others between its steps.
pub struct Running {
    pub session: SessionId,
    text: String,
    class: Class,
    query: i64,
    transaction: i64,
    started: Instant,
    /// Microseconds that it waited for others.
    waited: i64,
    /// When the transaction that it belongs to began.
    engaged: Option<Instant>,
    /// What it began from, and what it has made of it.
    base: Arc<Manifest>,
    working: Manifest,
    context: Context,
    /// What it does, for the logs of steps; absent where nothing is read.
    plan: Option<Arc<Plan>>,
    work: Work,
    returned: u64,
    returned_bytes: u64,
    /// What a COPY has loaded.
    load: Option<explain::Load>,
    /// Rows that an UPDATE or DELETE found.
    marked: u64,
    total: Option<u64>,
    over: bool,
    /// What is to be said at the end.
    notices: Vec<String>,
    /// What follows it when it is done.
    pub(super) trailing: Option<Box<Trailing>>,
}

impl Sandbox {
    /// Begins a statement. Refusals and mistakes that show before any work are errors here already; they
    /// abort the session's transaction as later ones do.
    pub fn start(&mut self, session: SessionId, statement: &ParsedStatement) -> SqlResult<Running> {
        self.keep_up();
        self.beside(session, |sandbox| sandbox.start_here(session, statement))
    }

    fn start_here(&mut self, session: SessionId, statement: &ParsedStatement) -> SqlResult<Running> {
        self.end_idle(session)?;
        self.follow_jobs();
        let site = self.account.site(self.warehouse.id);
        let of_site = site.map(|site| (site.default_iam_role.map(str::to_owned), site.namespace.to_owned()));
        if let Some(session) = self.sessions.get_mut(&session) {
            (session.default_iam_role, session.namespace) = of_site.unwrap_or_default();
        }
        let respelled = self.respelled(session, statement)?;
        let statement = respelled.as_ref().unwrap_or(statement);
        let numbers = self.number_statement(session);
        let kind = Class::of(&statement.statement).query_type();
        self.begins(session, numbers, &statement.text, kind);
        // A transaction that is open keeps a workgroup at work, whatever is done in it.
        let engaged = self.sessions.get(&session).and_then(Session::open_since);
        let result = self.begin(session, statement, numbers).map(|running| Running { engaged, ..running });
        if let Err(error) = &result {
            self.abort(session);
            self.inflight.remove(&session);
            if let Some(session) = self.sessions.get_mut(&session) {
                session.release();
            }
            if let Some(state) = self.sessions.get(&session) {
                let ended = Ended {
                    user: state.user,
                    session: session.0,
                    query: numbers.0,
                    transaction: numbers.1,
                    database: state.database.as_str(),
                    label: label(state),
                    text: &statement.text,
                    class: Class::of(&statement.statement),
                    started: self.clock.now(),
                    ended: self.clock.now(),
                    waited: 0,
                    error: Some(error),
                    returned_rows: 0,
                    returned_bytes: 0,
                };
                history::remember(&mut self.warehouse.logs, &ended);
            }
        }
        result.map_err(|error| match statement.statement {
            Statement::Execute { .. } => placed(commands::prepare::placeless(error), statement.span),
            _ => placed(error, statement.span),
        })
    }

    /// One bounded piece of work. After `Done` or an error the statement is over.
    pub fn step(&mut self, running: &mut Running) -> SqlResult<Step> {
        self.beside(running.session, |sandbox| sandbox.step_here(running))
    }

    fn step_here(&mut self, running: &mut Running) -> SqlResult<Step> {
        if let Some(trailing) = running.trailing.take() {
            return self.step_trailing(running, trailing);
        }
        if let Err(error) = self.must_go_on(running) {
            return Err(self.end(running, error));
        }
        let result = self.advance_statement(running);
        match &result {
            Ok(Step::Done(completion)) => {
                running.over = true;
                self.remember(running, None);
                self.deliver(running);
                if let Some(trailing) = self.trailing(running.session, completion) {
                    running.trailing = Some(Box::new(trailing));
                    return Ok(Step::Running(Progress::default()));
                }
            }
            // Where there is somebody else to ask.
            Ok(_) if self.sessions.len() > 1 => self.tell_progress(running),
            Ok(_) => {}
            Err(error) => {
                running.over = true;
                self.abort(running.session);
                self.remember(running, Some(error));
            }
        }
        result
    }

    /// How far it is.
    fn tell_progress(&mut self, running: &Running) {
        let Some(inflight) = self.inflight.get_mut(&running.session) else { return };
        if let Work::Copy { task, .. } = &running.work {
            inflight.load = Some(task.state());
        }
        if let Some(plan) = &running.plan {
            inflight.progress = Some(Doing {
                plan: plan.clone(),
                base: running.base.clone(),
                database: running.context.database.clone(),
                profile: running.context.profile.clone(),
            });
        }
    }

    /// Ends a running statement without effect: 57014, the transaction (if any) is aborted.
    pub fn cancel(&mut self, mut running: Running) -> SqlError {
        let canceled = Canceled { query: running.query, by: Canceler::User };
        let error = SqlError::new(SqlErrorKind::Canceled(canceled));
        self.beside(running.session, |sandbox| sandbox.end(&mut running, error))
    }

    pub(super) fn end(&mut self, running: &mut Running, error: SqlError) -> SqlError {
        if !running.over {
            running.over = true;
            if let Work::Call(call) = &mut running.work {
                self.drop_call(call, running.session);
            }
            self.abort(running.session);
            self.remember(running, Some(&error));
        }
        error
    }

    /// Runs a whole script to its end, stopping at nothing: each statement has its own result.
    pub fn execute(&mut self, session: SessionId, text: &str) -> Vec<Executed> {
        parse::script(text)
            .into_iter()
            .map(|parsed| match parsed {
                Err(error) => {
                    self.beside(session, |sandbox| sandbox.abort(session));
                    Executed { text: String::new(), result: Err(error) }
                }
                Ok(parsed) => {
                    let result = self.run_to_end(session, &parsed);
                    Executed { text: parsed.text, result }
                }
            })
            .collect()
    }

    fn run_to_end(&mut self, session: SessionId, parsed: &ParsedStatement) -> SqlResult<Answer> {
        let mut running = self.start(session, parsed)?;
        let mut batches = Vec::new();
        loop {
            if self.patience == 0 {
                return Err(placed(self.cancel(running), parsed.span));
            }
            self.patience -= 1;
            match self.step(&mut running).map_err(|error| placed(error, parsed.span))? {
                Step::Running(_) => {}
                Step::Rows(batch) => batches.push(batch),
                Step::Done(completion) => return Ok(Answer { completion, batches }),
                // Nothing else happens meanwhile, but its own time may run out.
                Step::Waiting(wait) => match self.time_left(&running) {
                    Some(left) => self.clock.advance(left),
                    None => return Err(placed(self.give_up(running, &wait), parsed.span)),
                },
            }
        }
    }

    /// The statement as a session reads it that keeps the case of quoted names, if this one does.
    fn respelled(&self, id: SessionId, parsed: &ParsedStatement) -> SqlResult<Option<ParsedStatement>> {
        let keeps = |session: &Session| session.name_case() == NameCase::Kept;
        if parsed.text.contains('"') && self.sessions.get(&id).is_some_and(keeps) {
            return parse::respelled(parsed).map(Some);
        }
        Ok(None)
    }

    pub(super) fn name_case(&self, id: SessionId) -> NameCase {
        self.sessions.get(&id).map_or(NameCase::Folded, Session::name_case)
    }

    /// The query's number and its transaction's: a block's statements share one.
    fn number_statement(&mut self, session: SessionId) -> (i64, i64) {
        self.warehouse.next_query += 1;
        let query = self.warehouse.next_query as i64;
        match self.sessions.get(&session).map(|session| &session.transaction) {
            Some(Transaction::Open { facts, .. }) => (query, facts.number),
            _ => {
                self.warehouse.next_transaction += 1;
                (query, self.warehouse.next_transaction as i64)
            }
        }
    }
}

impl Running {
    /// What it has read and worked through so far.
    pub fn statistics(&self) -> Statistics {
        self.context.statistics
    }

    /// What the names of the files begin with that an UNLOAD writes.
    pub(super) fn name_files(&mut self, stem: String) {
        if let Work::Unload { task, .. } = &mut self.work {
            task.name(stem);
        }
    }

    /// What it has read outside, a scan an entry.
    pub(super) fn outside(&self) -> &[ExternalRead] {
        &self.context.external
    }

    /// Bytes that were read outside.
    pub(super) fn scanned_outside(&self) -> u64 {
        self.context.external.iter().map(|read| read.scanned_bytes).sum()
    }

    /// Its number; -1 for what only the leader node does.
    pub(super) fn number(&self) -> i64 {
        if self.plan.is_some() { self.query } else { -1 }
    }

    pub(super) fn query(&self) -> i64 {
        self.query
    }

    pub(super) fn user(&self) -> UserId {
        self.context.evaluation.user
    }

    pub(super) fn started(&self) -> Instant {
        self.started
    }

    /// What it sends to other sessions.
    pub(super) fn signals(&mut self) -> Vec<(u32, Signal)> {
        std::mem::take(&mut self.context.evaluation.backends.signals)
    }

    /// The columns of a query's rows, before the first of them.
    pub(super) fn fields(&self) -> &[Field] {
        match &self.work {
            Work::Rows(_, fields) | Work::Text { fields, .. } => fields,
            _ => &[],
        }
    }

    /// The call goes on at the next step.
    pub(super) fn continue_call(&mut self, call: Box<Call>) {
        self.work = Work::Call(call);
    }

    /// The call is over and has dealt with its transaction.
    pub(super) fn finish_call(&mut self, completion: Completion) {
        self.work = Work::Finish(completion, Effect::Settled);
    }
}

/// What a statement's expressions may ask about their surroundings.
pub(super) fn evaluation(session: &Session, manifest: &Arc<Manifest>, now: Instant) -> Evaluation {
    let transaction_start = match session.transaction {
        Transaction::Open { started, .. } => started,
        Transaction::None | Transaction::Aborted => now,
    };
    Evaluation {
        statement_start: now,
        transaction_start,
        random: session.random.clone(),
        settings: session.surroundings(manifest),
        manifest: manifest.clone(),
        user: session.user,
        parameters: Vec::new(),
        backends: Default::default(),
        predicted: Vec::new(),
    }
}

/// An error that knows no place of its own stands at its statement. Places in a syntax tree are offsets into
/// the submitted script already.
fn placed(error: SqlError, statement: Span) -> SqlError {
    error.at(statement)
}

/// `query_group`, which the logs call the label.
fn label(session: &Session) -> &str {
    session.settings.get("query_group").map_or("default", String::as_str)
}
