//! What the worker says, and what becomes of it: outcomes, history, checks, who there is to act as.

use std::rc::Rc;

use sandshift_protocol::{Event, EventKind};

use super::{Answer, Engine, Notice, Past, State};
use crate::outcome::{Compared, Outcome, Run, Status};

/// How much of the history is worth keeping.
const HISTORY: usize = 200;
/// The SQLSTATE of a statement that was stopped on request.
const CANCELED: &str = "57014";

impl State {
    pub(super) fn hear(&mut self, event: Event) {
        match event.event {
            EventKind::Opened { account, kept, storage } => {
                self.engine = Engine::Ready;
                self.storage = storage;
                crate::keep::restore(self, &kept);
                self.account = account;
                self.settle_callers();
                self.open_a_step();
                self.revision += 1;
            }
            EventKind::TimePassed { happenings, earlier } => {
                self.passing = None;
                self.meanwhile = (happenings, earlier);
            }
            EventKind::StatementStarted { text, span, .. } => {
                let Some(run) = self.run_of(event.id) else { return };
                let outcome = Outcome {
                    number: self.outcomes.len() as u32 + 1,
                    user: run.user.clone(),
                    text,
                    lines_before: run.lines_before,
                    span: (span.0 + run.offset, span.1 + run.offset),
                    more: more_after(&run.text, span.1),
                    status: Status::Running { rows: 0, total: None, elapsed_ms: 0.0 },
                    run: event.id,
                    past: false,
                };
                self.outcomes.push(outcome);
                self.shown = self.outcomes.len() - 1;
            }
            EventKind::Waiting { on, .. } => {
                self.settle(event.id, Status::Waiting(on));
                if self.run.as_ref().is_some_and(|run| run.id == event.id) {
                    self.waiting.extend(self.run.take());
                }
            }
            EventKind::Progress { rows, total, .. } if self.run_of(event.id).is_none() => {
                self.passing = Some((rows, total));
            }
            EventKind::Progress { rows, total, elapsed_ms, .. } => {
                if let Some(run) = self.run.as_mut().filter(|run| run.id == event.id && run.other.is_some()) {
                    run.progress = (rows, total, elapsed_ms);
                    return;
                }
                // One that waited goes on; what was sent meanwhile comes after it.
                if self.run.is_none()
                    && let Some(at) = self.waiting.iter().position(|run| run.id == event.id)
                {
                    self.run = Some(self.waiting.remove(at));
                }
                self.settle(event.id, Status::Running { rows, total, elapsed_ms });
            }
            EventKind::StatementDone { result, .. } => {
                self.settle(event.id, Status::Done(Rc::new(result)));
                self.remember(event.id, false);
            }
            EventKind::StatementFailed { error, .. } => {
                let Some(run) = self.run_of(event.id) else { return };
                let offset = run.offset;
                if !self.outcomes.iter().any(|one| one.run == event.id && one.is_on_its_way()) {
                    // A script that does not parse fails before any statement of it starts.
                    let span = error.span.unwrap_or((0, run.text.encode_utf16().count() as u32));
                    let outcome = Outcome {
                        number: self.outcomes.len() as u32 + 1,
                        user: run.user.clone(),
                        text: run.text.clone(),
                        lines_before: run.lines_before,
                        span: (span.0 + offset, span.1 + offset),
                        more: false,
                        status: Status::Running { rows: 0, total: None, elapsed_ms: 0.0 },
                        run: event.id,
                        past: false,
                    };
                    self.outcomes.push(outcome);
                    self.shown = self.outcomes.len() - 1;
                }
                // What the person stopped is no mistake of theirs.
                let canceled = error.state == CANCELED;
                let status = if canceled { Status::Canceled } else { Status::Failed { error, offset } };
                self.settle(event.id, status);
                self.remember(event.id, true);
            }
            EventKind::Compared { halves, difference } => {
                let Some(run) = self.run.as_ref().filter(|run| run.id == event.id) else { return };
                let (lines_before, offset) = (run.lines_before, run.offset);
                let past =
                    Past { user: run.user.clone(), text: run.text.trim().to_owned(), ..Past::default() };
                self.compared = Some(Rc::new(Compared { halves, difference, lines_before, offset }));
                self.recall(past);
            }
            EventKind::Finished { canceled } => {
                if let Some(at) = self.waiting.iter().position(|run| run.id == event.id) {
                    self.waiting.remove(at);
                    return self.tried();
                }
                if self.run.as_ref().is_none_or(|run| run.id != event.id) {
                    return;
                }
                self.tried();
                if let Some(run) = self.run.take().filter(|run| canceled && run.other.is_some()) {
                    let end = run.text.encode_utf16().count() as u32;
                    self.outcomes.push(Outcome {
                        number: 1,
                        user: run.user,
                        text: run.text,
                        lines_before: run.lines_before,
                        span: (run.offset, run.offset + end),
                        more: false,
                        status: Status::Canceled,
                        run: event.id,
                        past: false,
                    });
                }
                for outcome in &mut self.outcomes {
                    if canceled && outcome.run == event.id && outcome.is_on_its_way() {
                        outcome.status = Status::Canceled;
                    }
                }
            }
            EventKind::AwsDone { stdout, stderr, code } => {
                self.tried();
                self.passing = None;
                if let Some(call) = self.calls.iter_mut().find(|call| call.answer.is_none()) {
                    call.answer = Some(Answer { stdout, stderr, code });
                }
            }
            EventKind::Checks { steps } => {
                for step in &steps {
                    if let Some(wrong) = &step.wrong {
                        self.answers.insert(attempt(&step.step, wrong), String::new());
                    }
                }
                self.steps = steps;
                self.open_a_step();
            }
            EventKind::Account { account } => {
                self.moved += 1;
                self.account = account;
                self.settle_callers();
            }
            EventKind::Failed { message, hint } => {
                if self.run.as_ref().is_some_and(|run| run.id == event.id) {
                    self.run = None;
                }
                self.resetting = false;
                self.notices.push(Notice::Failed { message, hint });
            }
            EventKind::Unreadable { why, .. } => {
                self.resetting = false;
                self.engine = Engine::Unreadable(why);
            }
            EventKind::Storage { storage } => self.storage = storage,
            EventKind::Recovered { message } => {
                self.moved += 1;
                self.run = None;
                self.waiting.clear();
                self.resetting = false;
                self.passing = None;
                for outcome in &mut self.outcomes {
                    if outcome.is_on_its_way() {
                        outcome.status = Status::Canceled;
                    }
                }
                for call in self.calls.iter_mut().filter(|call| call.answer.is_none()) {
                    call.answer = Some(Answer { stdout: String::new(), stderr: message.clone(), code: 255 });
                }
                self.notices.push(Notice::Recovered { message });
            }
            EventKind::Rows { .. }
            | EventKind::LoggedIn { .. }
            | EventKind::LoginRefused { .. }
            | EventKind::Access { .. }
            | EventKind::Exported { .. }
            | EventKind::Names { .. }
            | EventKind::Called { .. }
            | EventKind::CallFailed { .. }
            | EventKind::Kept
            | EventKind::Reset
            | EventKind::Erased
            | EventKind::WorkspaceExported { .. } => {}
        }
    }

    /// One more try at the open step that may not have passed it.
    fn tried(&mut self) {
        let Some(step) = self.open_step.clone().filter(|step| !self.is_passed(step)) else { return };
        let tries = self.tries(&step) + 1;
        self.answers.insert(attempt(&step, ""), tries.to_string());
    }

    /// How often something was run in the step without passing it.
    pub fn tries(&self, step: &str) -> u32 {
        self.answers.get(&attempt(step, "")).and_then(|tries| tries.parse().ok()).unwrap_or(0)
    }

    /// Whether a foreseen wrong answer was ever given.
    pub fn went_wrong(&self, step: &str, wrong: &str) -> bool {
        self.answers.contains_key(&attempt(step, wrong))
    }

    /// Gives the running statement of a run its new status.
    fn settle(&mut self, id: u32, status: Status) {
        if let Some(outcome) = self.outcomes.iter_mut().rev().find(|outcome| outcome.run == id) {
            outcome.status = status;
        }
    }

    /// The script at hand, or one that waits.
    fn run_of(&self, id: u32) -> Option<&Run> {
        self.run.iter().chain(&self.waiting).find(|run| run.id == id)
    }

    fn remember(&mut self, id: u32, failed: bool) {
        let Some(outcome) = self.outcomes.iter().rev().find(|outcome| outcome.run == id) else { return };
        let refused = outcome.is_refused();
        let past = Past { user: outcome.user.clone(), text: outcome.text.trim().to_owned(), failed, refused };
        self.recall(past);
    }

    fn recall(&mut self, past: Past) {
        self.history.push(past);
        let surplus = self.history.len().saturating_sub(HISTORY);
        self.history.drain(..surplus);
    }

    /// Somebody must be acting, and it must be somebody who exists.
    fn settle_callers(&mut self) {
        // Of a warehouse that is gone nobody is known; whoever acted there acts again when it is back.
        if !self.account.users.is_empty() && !self.account.users.iter().any(|user| user.name == self.user) {
            let first = self.account.users.iter().find(|user| user.superuser).or(self.account.users.first());
            self.user = first.map(|user| user.name.clone()).unwrap_or_default();
            self.revision += 1;
        }
        let others = self.account.users.iter().filter(|user| user.name != self.user);
        if let Some(other) = &self.other
            && !others.clone().any(|user| user.name == *other)
        {
            self.other = others.map(|user| user.name.clone()).next();
        }
        if !self.account.principals.contains(&self.principal) {
            self.principal = self.account.principals.first().cloned().unwrap_or_default();
        }
    }
}

/// Tries lie beside the answers, under names that no question has.
fn attempt(step: &str, wrong: &str) -> String {
    format!("{step}/ tried {wrong}")
}

/// Whether anything stands behind a place of a script, UTF-16.
fn more_after(text: &str, end: u32) -> bool {
    let rest: Vec<u16> = text.encode_utf16().skip(end as usize).collect();
    String::from_utf16_lossy(&rest).chars().any(|each| !each.is_whitespace() && each != ';')
}
