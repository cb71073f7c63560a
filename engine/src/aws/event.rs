//! The event log, in the manner of CloudTrail: every call, by whom, allowed or refused, and by which
//! statement of which policy.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

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
    /// Its parameters as JSON, without secrets; empty where there are none or too many to keep.
    pub request: String,
    /// What the service said to what failed; empty otherwise.
    pub message: String,
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
    /// How many have fallen out.
    gone: u64,
}

impl EventLog {
    /// The log keeps the newest this many; older ones fall out.
    const KEPT: usize = 5_000;

    pub fn record(&mut self, event: Event) {
        let events = Arc::make_mut(&mut self.events);
        if events.len() >= Self::KEPT {
            events.drain(..Self::KEPT / 10);
            self.gone += (Self::KEPT / 10) as u64;
        }
        events.push(event);
    }

    /// Events with their numbers since the account began.
    pub fn numbered(&self) -> impl DoubleEndedIterator<Item = (u64, &Event)> {
        self.events.iter().enumerate().map(|(at, event)| (self.gone + at as u64, event))
    }

    pub fn events(&self) -> &[Event] {
        &self.events
    }
}

/// The most of a request that is kept, in bytes of JSON.
const REQUEST: usize = 1_024;

/// Parameters as the log keeps them: names begin small, as CloudTrail writes them, and passwords are hidden.
pub fn request(parameters: &Value) -> String {
    fn kept(value: &Value) -> Value {
        match value {
            Value::Object(map) => map
                .iter()
                .map(|(name, value)| {
                    let secret = name.to_ascii_lowercase().ends_with("password");
                    let value = if secret { Value::from("****") } else { kept(value) };
                    (lowered(name), value)
                })
                .collect(),
            Value::Array(list) => list.iter().map(kept).collect(),
            other => other.clone(),
        }
    }
    match parameters.as_object() {
        Some(map) if !map.is_empty() => Some(kept(parameters).to_string()),
        _ => None,
    }
    .filter(|text| text.len() <= REQUEST)
    .unwrap_or_default()
}

fn lowered(name: &str) -> String {
    let mut characters = name.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + characters.as_str())
}
