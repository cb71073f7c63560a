//! The learners behind CREATE MODEL: a module of its own, fetched at the first of them.

pub use sandshift_job::Job;
use wasm_bindgen::prelude::*;

/// Begins a task of `sandshift_ml`.
#[wasm_bindgen]
pub fn begin(task: Vec<u8>) -> Job {
    Job::new(sandshift_ml::begin(task))
}
