//! Where a lab begins, and beginning again: a step, or the whole lab.

use sandshift_engine::sandbox::Sandbox;
use sandshift_lessons::state::{self, SEED};
use sandshift_lessons::{Lab, Record};
use sandshift_protocol::EventKind;

use super::place::KEPT;
use super::{Background, Workspace};

/// The lab's first account; without a lab that of a named state, which is the course's warehouse when nobody says.
pub(super) fn begin(lab: Option<&Lab>, start: Option<&str>) -> Result<Sandbox, String> {
    if let Some(lab) = lab {
        return lab.start(SEED).map_err(|problem| problem.to_string());
    }
    let name = start.unwrap_or("course-warehouse");
    let make = state::named(name).ok_or_else(|| format!("there is no starting state \"{name}\""))?;
    make(SEED).map_err(|error| error.to_string())
}

impl Workspace {
    /// The lab that was walked in what [`Workspace::save`] gave, empty for none; `None` when it cannot be read.
    pub fn lab_of(saved: &[u8]) -> Option<String> {
        Some(postcard::take_from_bytes::<Option<String>>(saved).ok()?.0.unwrap_or_default())
    }

    pub(super) fn reset_step(&mut self, id: u32, step: &str) {
        let Some(lab) = &self.lab else {
            return self.refuse(id, "no lab is open", None);
        };
        match lab.state_before(step, SEED, self.sandbox.extensions) {
            Ok(sandbox) => {
                self.record.forget_from(&lab.definition, step);
                self.put_back(id, sandbox);
            }
            Err(problem) => self.refuse(id, &problem.to_string(), Some("Reset the whole lab instead.")),
        }
    }

    pub(super) fn reset_lab(&mut self, id: u32) {
        match begin(self.lab.as_ref(), self.start.as_deref()) {
            Ok(sandbox) => {
                self.record = Record::default();
                self.put_back(id, sandbox);
            }
            Err(message) => self.refuse(id, &message, None),
        }
    }

    pub(super) fn put_back(&mut self, id: u32, mut sandbox: Sandbox) {
        sandbox.warehouse.continue_numbers(&self.sandbox.warehouse);
        sandbox.extensions = self.sandbox.extensions;
        self.sandbox = sandbox;
        self.sessions.clear();
        self.kept.remove(KEPT);
        self.settle_down();
        self.script = None;
        self.waiting.clear();
        self.queued.clear();
        self.resumed = false;
        self.comparison = None;
        self.passage = None;
        self.background = Background::default();
        (self.changed, self.replaced) = (true, true);
        self.tell(id, EventKind::Reset);
        self.tell_account(id);
        self.tell_checks(id);
    }
}
