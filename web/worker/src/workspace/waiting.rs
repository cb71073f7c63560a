//! Scripts whose statement waits for a table that another session holds: set aside, so that others can run, and taken up
//! again when something has let them go on.

use sandshift_engine::sql::outcome::Wait;
use sandshift_engine::sql::session::SessionId;
use sandshift_protocol::{EventKind, Waiting};

use super::{PROGRESS_AFTER_MS, PROGRESS_EVERY_MS, Workspace};
use crate::script::Script;

impl Workspace {
    /// The script at hand can do nothing now.
    pub(super) fn set_aside(&mut self, index: u32, wait: Wait) {
        self.resumed = false;
        let Some(script) = self.script.take() else { return };
        let id = script.id;
        let Wait { table, user, process, since } = wait;
        self.waiting.push(script);
        self.tell(id, EventKind::Waiting { index, on: Waiting { table, user, process, since: since.0 } });
        self.tell_account(id);
    }

    /// Looks whether one of those that wait can go on, and whether the Data API has anything to do; whoever changed
    /// something asks.
    pub(super) fn look_at_waiting(&mut self) {
        self.awake = !self.queued.is_empty()
            || self.free().is_some()
            || self.background.has_statement(&mut self.sandbox);
    }

    fn free(&mut self) -> Option<usize> {
        self.waiting.iter().position(|script| !script.is_held_up(&mut self.sandbox))
    }

    /// Takes up a script that waited and need not any more.
    pub(super) fn wake(&mut self) {
        self.awake = false;
        if let Some((id, user, text)) = self.queued.pop_front() {
            return self.run(id, user, text);
        }
        let Some(at) = self.free() else { return };
        let script = self.waiting.remove(at);
        self.statement_began = (self.now)();
        self.progress_told = self.statement_began + PROGRESS_AFTER_MS - PROGRESS_EVERY_MS;
        let index = script.index();
        self.tell(script.id, EventKind::Progress { index, rows: 0, total: None, elapsed_ms: 0.0 });
        (self.script, self.resumed) = (Some(script), true);
    }

    /// Whether a script that was taken up again stands in the way of one that comes now: then that comes next.
    pub(super) fn comes_next(&mut self, id: u32, user: &str, text: &str) -> bool {
        let next = self.resumed && self.script.is_some();
        if next {
            self.queued.push_back((id, user.to_owned(), text.to_owned()));
        }
        next
    }

    /// Simulated microseconds until the first statement that waits has waited for as long as its session lets it.
    pub fn time_left(&mut self) -> Option<i64> {
        let left = self.waiting.iter().filter_map(|script| script.time_left(&mut self.sandbox));
        left.min()
    }

    pub(super) fn waits(&self, session: SessionId) -> bool {
        self.waiting.iter().any(|script| script.session == session)
    }

    /// The one that is to be canceled, where it is one that waits.
    pub(super) fn waiting_script(&mut self, run: Option<u32>) -> Option<Script> {
        let at = match run {
            Some(run) => self.waiting.iter().position(|script| script.id == run),
            None if self.is_busy() => None,
            None => self.waiting.len().checked_sub(1),
        };
        at.map(|at| self.waiting.remove(at))
    }
}
