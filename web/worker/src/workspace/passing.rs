//! Simulated time let pass, and what happened by itself meanwhile.

use sandshift_protocol::{EventKind, Happening};

use super::Workspace;

/// Of what happened, how much is told.
const HAPPENINGS: usize = 6;

impl Workspace {
    /// For so many microseconds, or until something happens.
    pub(super) fn let_pass(&mut self, id: u32, micros: Option<i64>) {
        let happened = match micros {
            Some(micros) => self.sandbox.advance(micros),
            None => self.sandbox.advance_to_next(),
        };
        let earlier = happened.len().saturating_sub(HAPPENINGS);
        let happenings = happened.into_iter().skip(earlier).map(|happening| Happening {
            at: happening.at.0,
            kind: happening.kind.name().to_owned(),
            subject: happening.subject,
        });
        let happenings = happenings.collect();
        self.tell(id, EventKind::TimePassed { happenings, earlier: earlier as u32 });
    }
}
