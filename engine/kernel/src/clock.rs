//! Simulated time.
//!
//! The engine never asks the machine what time it is. An account begins at an instant that is handed in and
//! moves only when somebody advances it, so a snapshot's age and a bill are the same on every machine.

use serde::{Deserialize, Serialize};

/// Microseconds since 1970-01-01T00:00:00Z, in simulated time.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Instant(pub i64);

/// The account's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    now: Instant,
}

impl Clock {
    /// The day of the course: 2023-05-25 10:00:00 UTC.
    pub const COURSE_START: Instant = Instant(1_685_008_800_000_000);

    pub fn starting_at(now: Instant) -> Self {
        Clock { now }
    }

    pub fn now(&self) -> Instant {
        self.now
    }

    /// Moves time on by `micros` microseconds; time never goes back.
    pub fn advance(&mut self, micros: i64) {
        self.now.0 += micros.max(0);
    }
}
