//! Simulated time let pass, in steps, and what happened by itself meanwhile; and lines of the terminal, because one of
//! them lets time pass, too.

use sandshift_engine::sandbox::{CliOutput, Passage};
use sandshift_lessons::transcript;
use sandshift_protocol::{EventKind, Happening};

use super::{PROGRESS_EVERY_MS, Workspace};

/// Of what happened, how much is told.
const HAPPENINGS: usize = 6;

/// What the page waits for in one piece: most time passes within it.
const AT_ONCE_MS: f64 = 12.0;

/// Less than this is not worth a line that comes and goes.
const TELL_AFTER_MS: f64 = 700.0;

/// Time on its way.
pub(super) struct Passing {
    /// The message that asked for it.
    id: u32,
    passage: Passage,
    whole: Option<i64>,
}

impl Workspace {
    /// For so many microseconds, or until something happens.
    pub(super) fn let_pass(&mut self, id: u32, micros: Option<i64>) {
        if self.passage.is_some() {
            return self.refuse(id, "time is passing already", Some("Wait until it has passed, or stop it."));
        }
        if micros.is_some_and(|micros| micros > transcript::LONGEST) {
            return self.refuse(id, "more than ten years cannot pass at once", None);
        }
        let passage = self.sandbox.begin_passage(micros);
        self.passage = Some(Passing { id, passage, whole: micros });
        let now = self.time_begins();
        self.step_passage(now + AT_ONCE_MS);
    }

    fn time_begins(&mut self) -> f64 {
        let now = (self.now)();
        self.time_began = (now, self.sandbox.clock.now().0);
        self.time_told = now + TELL_AFTER_MS - PROGRESS_EVERY_MS;
        now
    }

    pub(super) fn step_passage(&mut self, until: f64) {
        // What has begun ends when it would have, however long its module takes to come.
        if self.background.is_at_work() {
            self.step_background(until);
            if self.background.is_at_work() {
                return;
            }
        }
        while let Some(passing) = &mut self.passage {
            let (id, whole) = (passing.id, passing.whole);
            if !self.sandbox.step_passage(&mut passing.passage) {
                return self.end_passage();
            }
            if self.tell_passing(id, whole, until) {
                return;
            }
        }
    }

    /// How much time has passed, now and then; `true` when this slice is over.
    fn tell_passing(&mut self, id: u32, whole: Option<i64>, until: f64) -> bool {
        let now = (self.now)();
        if now - self.time_told >= PROGRESS_EVERY_MS {
            self.time_told = now;
            let (began, from) = self.time_began;
            let rows = (self.sandbox.clock.now().0 - from).unsigned_abs();
            let total = whole.map(i64::unsigned_abs);
            self.tell(id, EventKind::Progress { index: 0, rows, total, elapsed_ms: now - began });
        }
        now >= until
    }

    /// Time stops where it is, and what happened until then is told.
    pub(super) fn end_passage(&mut self) {
        let Some(Passing { id, passage, .. }) = self.passage.take() else { return };
        self.sandbox.stop_passage(passage);
        let told = |one: sandshift_engine::happening::Happening| Happening {
            at: one.at.0,
            kind: one.kind.name().to_owned(),
            subject: one.subject,
            times: 1,
        };
        let mut happenings: Vec<Happening> = self.sandbox.happenings().into_iter().map(told).collect();
        // A month of recovery points must not hide the cluster that came up: what is alike is told together.
        if happenings.len() > HAPPENINGS {
            happenings =
                together(happenings, |one, other| one.kind == other.kind && one.subject == other.subject);
        }
        if happenings.len() > HAPPENINGS {
            happenings = together(happenings, |one, other| one.kind == other.kind);
        }
        let earlier = happenings.len().saturating_sub(HAPPENINGS);
        happenings.drain(..earlier);
        self.tell(id, EventKind::TimePassed { happenings, earlier: earlier as u32 });
        self.changed = true;
        self.tell_account(id);
        self.tell_checks(id);
    }

    /// Types a line of the terminal.
    pub(super) fn type_line(&mut self, id: u32, principal: &str, line: &str) {
        let sandbox = &mut self.sandbox;
        let printed = match transcript::filled(sandbox, principal, line) {
            Ok(line) => match sandbox.begin_wait(principal, &line) {
                None => sandbox.aws(principal, &line),
                Some(Ok(wait)) => {
                    self.wait = Some((id, wait));
                    // After the time that passes already.
                    if self.passage.is_none() {
                        let now = self.time_begins();
                        self.step_wait(now + AT_ONCE_MS);
                    }
                    return;
                }
                Some(Err(printed)) => printed,
            },
            Err(printed) => printed,
        };
        self.printed(id, printed);
    }

    pub(super) fn step_wait(&mut self, until: f64) {
        // What is waited for may be work that is done in pieces, too.
        if self.has_background() {
            self.step_background(until);
        }
        while let Some((id, wait)) = &mut self.wait {
            let id = *id;
            if let Some(printed) = self.sandbox.step_wait(wait) {
                self.wait = None;
                return self.printed(id, printed);
            }
            if self.tell_passing(id, None, until) {
                return;
            }
        }
    }

    /// As Ctrl+C does.
    pub(super) fn stop_wait(&mut self) {
        if let Some((id, wait)) = self.wait.take() {
            let printed = self.sandbox.stop_wait(wait);
            self.printed(id, printed);
        }
    }

    fn printed(&mut self, id: u32, CliOutput { stdout, stderr, code }: CliOutput) {
        self.changed = true;
        self.tell(id, EventKind::AwsDone { stdout, stderr, code });
        self.tell_account(id);
        self.tell_checks(id);
    }
}

/// Each by its last, in order.
fn together(all: Vec<Happening>, alike: impl Fn(&Happening, &Happening) -> bool) -> Vec<Happening> {
    let mut told: Vec<Happening> = Vec::new();
    for mut one in all {
        if let Some(at) = told.iter().position(|before| alike(before, &one)) {
            one.times += told.remove(at).times;
        }
        told.push(one);
    }
    told
}
