//! A piece of an extension's work, as JavaScript holds it: what every module beside the engine exports.
//!
//! The other end is `web/worker/src/extension.rs`; numbers stand for the states, because a value of a number
//! crosses the wall between two modules for nothing.

use sandshift_extension::{Progress, Work};
use wasm_bindgen::prelude::*;

/// What [`Job::step`] answers when there is an answer, and when the task was not possible.
const DONE: f64 = -1.0;
const FAILED: f64 = -2.0;

#[wasm_bindgen]
pub struct Job {
    work: Box<dyn Work>,
    /// The answer, or in UTF-8 why there is none.
    said: Vec<u8>,
}

impl Job {
    pub fn new(work: Box<dyn Work>) -> Self {
        Job { work, said: Vec::new() }
    }
}

#[wasm_bindgen]
impl Job {
    /// Parts of a thousand that are done, or one of the two ends.
    pub fn step(&mut self, budget: f64) -> f64 {
        match self.work.step(budget as u64) {
            Progress::Fetching => 0.0,
            Progress::Working(parts) => f64::from(parts),
            Progress::Done(answer) => {
                self.said = answer;
                DONE
            }
            Progress::Failed(why) | Progress::Lost(why) => {
                self.said = why.into_bytes();
                FAILED
            }
        }
    }

    /// What came out; once.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.said)
    }
}
