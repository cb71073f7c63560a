//! A script taken, refused, stopped, ended.

use sandshift_protocol::{Event, EventKind};

use super::Workspace;
use crate::script::Script;

impl Workspace {
    pub(super) fn run(&mut self, id: u32, user: String, text: String) {
        if self.comes_next(id, &user, &text) {
            return;
        }
        if self.is_busy() {
            return self.busy(id);
        }
        match self.session(&user) {
            Ok(session) if self.waits(session) => self.refuse(
                id,
                "this user's session waits for a lock",
                Some("Cancel the statement that waits, or end the transaction that holds the table."),
            ),
            Ok(session) => self.script = Some(Script::new(id, user, session, text)),
            Err(error) => {
                let error = self.failure(&error, &text);
                self.tell(id, EventKind::StatementFailed { index: 0, error });
                self.tell(id, EventKind::Finished { canceled: false });
            }
        }
    }

    pub(super) fn busy(&mut self, id: u32) {
        self.refuse(id, "another script is still running", Some("Cancel it, or wait until it is done."));
    }

    pub(super) fn cancel(&mut self, id: u32, run: Option<u32>) {
        if let Some(script) = self.waiting_script(run) {
            return self.stop(script);
        }
        if let Some(at) = self.queued.iter().position(|(queued, ..)| run == Some(*queued)) {
            self.queued.remove(at);
            return self.finish(run.unwrap_or(id), true);
        }
        if let Some(comparison) = &self.comparison {
            return self.over(comparison.id, true);
        }
        if self.wait.is_some() || self.passage.is_some() {
            self.stop_wait();
            self.end_passage();
            return self.tell(id, EventKind::Finished { canceled: false });
        }
        let Some(script) = self.script.take() else {
            self.tell(id, EventKind::Finished { canceled: false });
            return;
        };
        self.stop(script);
    }

    fn stop(&mut self, script: Script) {
        let run = script.id;
        let text = script.text.clone();
        if let Some((index, error)) = script.cancel(&mut self.sandbox) {
            let error = self.failure(&error, &text);
            self.tell(run, EventKind::StatementFailed { index, error });
        }
        self.finish(run, true);
    }

    pub(super) fn finish(&mut self, id: u32, canceled: bool) {
        self.resumed = false;
        self.tell_account(id);
        self.tell_checks(id);
        self.events_when_stored.push(Event { id, event: EventKind::Finished { canceled } });
    }
}
