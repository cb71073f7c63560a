//! What a model needs beyond the warehouse: a bucket to stage its rows in, and the service that trains it.
//!
//! CREATE MODEL and DROP MODEL come here and nowhere else, under the role that the statement names.

use std::sync::Arc;

use super::outside::{Credentials, OutsideError};
use crate::clock::Instant;

/// A training as it is ordered.
#[derive(Clone, Debug)]
pub struct TrainingOrder {
    /// The model's name with its schema.
    pub model: String,
    pub credentials: Credentials,
    pub bucket: String,
    /// `xgboost` or `kmeans`; `None` is AutoML.
    pub algorithm: Option<&'static str>,
    pub target: String,
    pub problem: String,
    pub objective: String,
    /// Seconds.
    pub max_runtime: u64,
    pub max_cells: u64,
    pub keep_artefacts: bool,
    pub kms_key: Option<String>,
    pub tags: Vec<(String, String)>,
}

/// What was trained with, and what came of it.
#[derive(Clone, Debug, Default)]
pub struct TrainingResult {
    /// The rows as CSV.
    pub data: Vec<u8>,
    pub cells: u64,
    /// The model as an artefact; empty where training failed.
    pub artefact: Vec<u8>,
    pub problem: String,
    pub objective: String,
    /// Name of the metric, and each candidate's algorithm, recipe and value.
    pub metric: String,
    pub candidates: Vec<(String, String, f64)>,
    pub best: usize,
    pub hyperparameters: Vec<(String, String)>,
    pub exploration: String,
    pub definition: String,
    pub failure: Option<String>,
}

/// When a training ends, in the account's time, and what it will have cost.
#[derive(Clone, Debug)]
pub struct TrainingTimes {
    pub ends: Instant,
    pub explained: Instant,
    pub cost: f64,
    pub out_of_time: bool,
    /// Why the service gives up although there is a model.
    pub failure: Option<String>,
}

pub trait Trainer {
    /// Whether the role may do all of it: the job's name, or the first refusal. Nothing is begun.
    fn may_train(&mut self, order: &TrainingOrder) -> Result<String, OutsideError>;

    /// Stages the rows, begins the job and notes what it will leave behind.
    fn train(
        &mut self,
        order: &TrainingOrder,
        job: &str,
        result: TrainingResult,
    ) -> Result<TrainingTimes, OutsideError>;

    /// The artefact of a job, or at a place in S3.
    fn artefact(&mut self, credentials: &Credentials, from: &str) -> Result<Arc<[u8]>, OutsideError>;

    /// The artefact that an endpoint serves.
    fn endpoint(
        &mut self,
        credentials: &Credentials,
        endpoint: &str,
        model: Option<&str>,
    ) -> Result<Arc<[u8]>, OutsideError>;
}
