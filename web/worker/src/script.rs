//! A script on its way: statement after statement, each in steps.

use std::collections::VecDeque;
use std::sync::Arc;

use sandshift_engine::sandbox::{Running, Sandbox};
use sandshift_engine::sql::error::SqlError;
use sandshift_engine::sql::outcome::{Batch, Completion, Progress, Step};
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

    /// Ends the statement that runs and forgets those that wait.
    pub(crate) fn cancel(mut self, sandbox: &mut Sandbox) -> Option<(u32, SqlError)> {
        let index = self.index;
        self.running.take().map(|(running, statement)| (index, sandbox.cancel(running).at(statement.span)))
    }
}
