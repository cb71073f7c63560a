//! Compression and Parquet files, as the module that a worker fetches when they are wanted.

pub use sandshift_job::Job;
use wasm_bindgen::prelude::*;

/// Begins a task as the engine writes it.
#[wasm_bindgen]
pub fn begin(task: Vec<u8>) -> Job {
    Job::new(sandshift_formats::begin(task))
}
