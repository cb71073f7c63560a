//! AutoML as Autopilot does it: look at the data, propose candidates, train and validate them, keep the best.

mod candidate;
mod job;
mod outcome;
mod proposal;
mod split;

pub use candidate::{Candidate, CandidateState};
pub use job::{Request, Search, Stage};
pub use outcome::Outcome;
