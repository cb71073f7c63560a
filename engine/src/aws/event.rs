//! The event log, in the manner of CloudTrail: every call, by whom, allowed or refused, and by which
//! statement of which policy.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::policy::decision::Deciding;
use crate::clock::Instant;

/// One call that was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub time: Instant,
    /// ARN of who called.
    pub principal: String,
    /// `s3.amazonaws.com`.
    pub source: String,
    /// `PutObject`.
    pub name: String,
    pub region: String,
    /// What was acted on: ARN, or `*`.
    pub resource: String,
    pub outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// Allowed, and done. The statement that allowed it, when it was decided by one.
    Done { by: Option<Deciding> },
    /// Allowed, and failed with this AWS error code.
    Failed { code: String },
    /// Refused. The denying statement, or none when nothing allowed it.
    Denied { by: Option<Deciding> },
}

/// Events in the order they happened. Shared, so that a copy of the account copies nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EventLog {
    events: Arc<Vec<Event>>,
}

impl EventLog {
    /// The log keeps the newest this many; older ones fall out.
    const KEPT: usize = 5_000;

    pub fn record(&mut self, event: Event) {
        let events = Arc::make_mut(&mut self.events);
        if events.len() >= Self::KEPT {
            events.drain(..Self::KEPT / 10);
        }
        events.push(event);
    }

    pub fn events(&self) -> &[Event] {
        &self.events
    }
}
