//! Simulated time let pass, in steps, and what happened by itself meanwhile.

use sandshift_lessons::transcript;
use sandshift_protocol::{EventKind, Happening};

use super::Workspace;

/// Of what happened, how much is told.
const HAPPENINGS: usize = 6;

/// What the page waits for in one piece: most time passes within it.
const AT_ONCE_MS: f64 = 12.0;

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
        self.passage = Some((id, passage));
        self.step_passage((self.now)() + AT_ONCE_MS);
    }

    pub(super) fn step_passage(&mut self, until: f64) {
        while let Some((_, passage)) = &mut self.passage {
            if !self.sandbox.step_passage(passage) {
                return self.end_passage();
            }
            if (self.now)() >= until {
                return;
            }
        }
    }

    /// Time stops where it is, and what happened until then is told.
    pub(super) fn end_passage(&mut self) {
        let Some((id, passage)) = self.passage.take() else { return };
        self.sandbox.stop_passage(passage);
        let happened = self.sandbox.happenings();
        let earlier = happened.len().saturating_sub(HAPPENINGS);
        let happenings = happened.into_iter().skip(earlier).map(|happening| Happening {
            at: happening.at.0,
            kind: happening.kind.name().to_owned(),
            subject: happening.subject,
        });
        let happenings = happenings.collect();
        self.tell(id, EventKind::TimePassed { happenings, earlier: earlier as u32 });
        self.changed = true;
        self.tell_account(id);
        self.tell_checks(id);
    }
}
