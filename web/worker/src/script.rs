//! A script on its way: statement after statement, each in steps.

use std::collections::VecDeque;
use std::sync::Arc;

use sandshift_engine::sandbox::{Running, Sandbox};
use sandshift_engine::sql::error::SqlError;
use sandshift_engine::sql::outcome::{Batch, Completion, Progress, Step, Wait};
use sandshift_engine::sql::parse;
use sandshift_engine::sql::session::SessionId;
use sandshift_engine::sql::statement::ParsedStatement;

/// What a step of a script came to.
pub(crate) enum Advance {
    /// A statement begins.
    Started {
        index: u32,
        statement: Arc<ParsedStatement>,
    },
    Progress {
        index: u32,
        progress: Progress,
    },
    Done {
        index: u32,
        text: String,
        completion: Completion,
        batches: Vec<Batch>,
    },
    /// The script ends here: what follows a mistake is not run, as in psql with ON_ERROR_STOP and in the
    /// query editor.
    Failed {
        index: u32,
        text: String,
        error: SqlError,
    },
    /// Nothing was done, and nothing can be before another session has let go.
    Waiting {
        index: u32,
        wait: Box<Wait>,
    },
    Over,
}

/// The script of one Run.
pub(crate) struct Script {
    pub id: u32,
    pub user: String,
    pub session: SessionId,
    pub text: String,
    waiting: VecDeque<Result<ParsedStatement, SqlError>>,
    running: Option<(Running, Arc<ParsedStatement>)>,
    batches: Vec<Batch>,
    index: u32,
}

impl Script {
    pub(crate) fn new(id: u32, user: String, session: SessionId, text: String) -> Self {
        let waiting = parse::script(&text).into();
        Script { id, user, session, text, waiting, running: None, batches: Vec::new(), index: 0 }
    }

    /// The number of its statement at hand.
    pub(crate) fn index(&self) -> u32 {
        self.index
    }

    /// One bounded piece of work.
    pub(crate) fn advance(&mut self, sandbox: &mut Sandbox) -> Advance {
        let index = self.index;
        let Some((running, statement)) = &mut self.running else {
            return self.begin(sandbox);
        };
        match sandbox.step(running) {
            Ok(Step::Running(progress)) => Advance::Progress { index, progress },
            Ok(Step::Rows(batch)) => {
                self.batches.push(batch);
                Advance::Progress { index, progress: Progress::default() }
            }
            Ok(Step::Waiting(wait)) => Advance::Waiting { index, wait },
            Ok(Step::Done(completion)) => {
                let text = statement.text.clone();
                self.running = None;
                self.index += 1;
                Advance::Done { index, text, completion, batches: std::mem::take(&mut self.batches) }
            }
            Err(mut error) => {
                if let Some(span) = &mut error.span {
                    span.start += statement.span.start;
                    span.end += statement.span.start;
                }
                let error = error.at(statement.span);
                let text = statement.text.clone();
                self.stop();
                Advance::Failed { index, text, error }
            }
        }
    }

    fn begin(&mut self, sandbox: &mut Sandbox) -> Advance {
        let index = self.index;
        match self.waiting.pop_front() {
            None => Advance::Over,
            Some(Err(error)) => {
                self.stop();
                Advance::Failed { index, text: String::new(), error }
            }
            Some(Ok(statement)) => match sandbox.start(self.session, &statement) {
                Ok(running) => {
                    let statement = Arc::new(statement);
                    self.running = Some((running, statement.clone()));
                    Advance::Started { index, statement }
                }
                Err(error) => {
                    self.stop();
                    Advance::Failed { index, text: statement.text, error }
                }
            },
        }
    }

    fn stop(&mut self) {
        self.running = None;
        self.waiting.clear();
        self.batches.clear();
    }

    /// Whether a step would find that its statement still waits.
    pub(crate) fn is_held_up(&self, sandbox: &mut Sandbox) -> bool {
        self.running.as_ref().is_some_and(|(running, _)| sandbox.is_held_up(running))
    }

    pub(crate) fn time_left(&self, sandbox: &mut Sandbox) -> Option<i64> {
        self.running.as_ref().and_then(|(running, _)| sandbox.time_left(running))
    }

    /// Ends a statement that waits where nobody can let it go on.
    pub(crate) fn give_up(&mut self, sandbox: &mut Sandbox, wait: &Wait) -> (u32, String, SqlError) {
        let ended = self.running.take().map(|(running, statement)| {
            (statement.text.clone(), sandbox.give_up(running, wait).at(statement.span))
        });
        let index = self.index;
        self.stop();
        let (text, error) =
            ended.unwrap_or_else(|| (String::new(), SqlError::bug("a wait without a statement")));
        (index, text, error)
    }

    /// Ends the statement that runs and forgets those that wait.
    pub(crate) fn cancel(mut self, sandbox: &mut Sandbox) -> Option<(u32, SqlError)> {
        let index = self.index;
        self.running.take().map(|(running, statement)| (index, sandbox.cancel(running).at(statement.span)))
    }
}
