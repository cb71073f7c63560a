//! The engine run so that it may fail in any way: a panic or a statement that takes too long is an outcome, not the end of
//! the test.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::time::{Duration, Instant};

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
    /// It was still running when the limits were reached: long, which a join of everything may be.
    Long,
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
            Ended::Long => None,
        }
    }
}

/// Keeps panics of every thread off the terminal; [`run`] tells them instead. For programs, once.
pub fn quiet() {
    panic::set_hook(Box::new(|info| {
        LAST_PANIC.with(|last| *last.borrow_mut() = info.to_string().replace('\n', " "));
    }));
}

/// When a statement is given up.
pub struct Limits<'a> {
    pub steps: usize,
    pub time: Duration,
    /// Called after each step, which is what must be short.
    pub stepped: &'a dyn Fn(),
}

impl Limits<'_> {
    pub fn steps(steps: usize) -> Limits<'static> {
        Limits { steps, time: Duration::from_secs(120), stepped: &|| {} }
    }
}

/// Runs each statement of a script until the first that panics; one that is too long is cancelled.
pub fn run(sandbox: &mut Sandbox, session: SessionId, text: &str, limits: &Limits<'_>) -> Vec<Ended> {
    let mut ended = Vec::new();
    let done = panic::catch_unwind(AssertUnwindSafe(|| {
        for parsed in parse::script(text) {
            let outcome = parsed.and_then(|parsed| {
                let mut running = sandbox.start(session, &parsed)?;
                let mut batches = Vec::new();
                let begun = Instant::now();
                for _ in 0..limits.steps {
                    let step = sandbox.step(&mut running)?;
                    (limits.stepped)();
                    if begun.elapsed() > limits.time {
                        break;
                    }
                    match step {
                        Step::Running(_) => {}
                        Step::Rows(batch) => batches.push(batch),
                        Step::Done(completion) => return Ok(Some(Answer { completion, batches })),
                        Step::Waiting(wait) => return Err(sandbox.give_up(running, &wait)),
                    }
                }
                sandbox.cancel(running);
                Ok(None)
            });
            ended.push(match outcome {
                Ok(Some(answer)) => Ended::Answered(answer),
                Ok(None) => Ended::Long,
                Err(error) => Ended::Refused(error),
            });
        }
    }));
    if done.is_err() {
        ended.push(Ended::Panicked(last_panic()));
    }
    ended
}

/// Place and words of this thread's last panic, once.
pub fn last_panic() -> String {
    LAST_PANIC.with(|last| last.take())
}
