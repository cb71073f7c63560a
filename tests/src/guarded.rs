//! The engine run so that it may fail in any way: a panic or a statement without end is an outcome, not the end of
//! the test.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};

use sandshift_engine::sandbox::{Answer, Sandbox};
use sandshift_engine::sql::error::{SqlError, SqlErrorKind};
use sandshift_engine::sql::outcome::Step;
use sandshift_engine::sql::parse;
use sandshift_engine::sql::session::SessionId;

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// How a statement ended.
#[derive(Debug)]
pub enum Ended {
    Answered(Answer),
    Refused(SqlError),
    /// With the panic's place and words.
    Panicked(String),
    /// It was still running after this many steps.
    Endless(usize),
}

impl Ended {
    /// What is wrong with the engine itself, whatever the statement was.
    pub fn defect(&self) -> Option<String> {
        match self {
            Ended::Answered(_) => None,
            Ended::Refused(error) => match &*error.kind {
                SqlErrorKind::Bug(what) => Some(format!("internal error: {what}")),
                _ => None,
            },
            Ended::Panicked(what) => Some(format!("panic: {what}")),
            Ended::Endless(steps) => Some(format!("still running after {steps} steps")),
        }
    }
}

/// Keeps panics of every thread off the terminal; [`run`] tells them instead. For programs, once.
pub fn quiet() {
    panic::set_hook(Box::new(|info| {
        LAST_PANIC.with(|last| *last.borrow_mut() = info.to_string().replace('\n', " "));
    }));
}

/// Runs each statement of a script until the first that panics or does not end.
pub fn run(sandbox: &mut Sandbox, session: SessionId, text: &str, steps: usize) -> Vec<Ended> {
    let mut ended = Vec::new();
    let done = panic::catch_unwind(AssertUnwindSafe(|| {
        for parsed in parse::script(text) {
            let outcome = parsed.and_then(|parsed| {
                let mut running = sandbox.start(session, &parsed)?;
                let mut batches = Vec::new();
                for _ in 0..steps {
                    match sandbox.step(&mut running)? {
                        Step::Running(_) => {}
                        Step::Rows(batch) => batches.push(batch),
                        Step::Done(completion) => return Ok(Some(Answer { completion, batches })),
                    }
                }
                sandbox.cancel(running);
                Ok(None)
            });
            ended.push(match outcome {
                Ok(Some(answer)) => Ended::Answered(answer),
                Ok(None) => Ended::Endless(steps),
                Err(error) => Ended::Refused(error),
            });
        }
    }));
    if done.is_err() {
        ended.push(Ended::Panicked(LAST_PANIC.with(|last| last.take())));
    }
    ended
}
