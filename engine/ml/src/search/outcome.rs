//! What a search hands over.

use serde::{Deserialize, Serialize};

use crate::explore::Exploration;
use crate::metric::Metric;
use crate::model::{Model, Report};
use crate::search::candidate::Candidate;
use crate::target::Problem;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    pub problem: Problem,
    pub objective: Metric,
    pub exploration: Exploration,
    /// In the order in which they were tried.
    pub candidates: Vec<Candidate>,
    /// The winner's place among them.
    pub best: u32,
    /// The winner on rows it had not learned from.
    pub validation: Report,
    /// The winner, trained anew on all rows.
    pub model: Model,
}

impl Outcome {
    pub fn winner(&self) -> &Candidate {
        &self.candidates[self.best as usize]
    }
}
