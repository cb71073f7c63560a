//! Two users side by side: a comparison begun, stepped and told.

use sandshift_protocol::{Event, EventKind};

use super::{PROGRESS_AFTER_MS, PROGRESS_EVERY_MS, Workspace};
use crate::comparison::{Comparison, Pace};

impl Workspace {
    /// Each user sits down as it is now: in the session that the page has open, with its transaction and settings.
    pub(super) fn compare(&mut self, id: u32, users: [String; 2], text: String) {
        if self.is_busy() {
            return self.busy(id);
        }
        let seats = users.map(|user| {
            let session = self.open_session(&user);
            (user, session)
        });
        self.statement_began = (self.now)();
        self.progress_told = self.statement_began + PROGRESS_AFTER_MS - PROGRESS_EVERY_MS;
        self.comparison = Some(Comparison::new(id, text, self.copy_there(), seats));
    }

    pub(super) fn step_comparison(&mut self, until: f64) {
        while let Some(comparison) = &mut self.comparison {
            let id = comparison.id;
            let pace = comparison.advance(self.now);
            let now = (self.now)();
            match pace {
                Pace::Running(progress) if progress.rows > 0 => {
                    if now - self.progress_told >= PROGRESS_EVERY_MS {
                        self.progress_told = now;
                        let elapsed_ms = now - self.statement_began;
                        let (rows, total) = (progress.rows, progress.total);
                        self.tell(id, EventKind::Progress { index: 0, rows, total, elapsed_ms });
                    }
                }
                Pace::Running(_) => {}
                Pace::Over => {
                    if let Some(comparison) = self.comparison.take() {
                        let (halves, difference) = comparison.finish(&mut self.results);
                        self.tell(id, EventKind::Compared { halves, difference });
                    }
                    self.over(id, false);
                }
            }
            if now >= until {
                return;
            }
        }
    }

    /// A comparison leaves nothing behind, so nobody need wait until it is stored.
    pub(super) fn over(&mut self, id: u32, canceled: bool) {
        self.comparison = None;
        self.events_when_stored.push(Event { id, event: EventKind::Finished { canceled } });
    }
}
