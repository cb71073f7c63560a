//! The crate as work outside the engine's module: a task in bytes, an answer in bytes, both in postcard.
//!
//! What an account keeps of a training is made here (the model, what SHOW MODEL and EXPLAIN_MODEL print, notebooks,
//! the figures a page draws), so that the engine needs to link nothing but prediction.

mod csv;
mod notebook;
mod sight;
mod work;

use serde::{Deserialize, Serialize};

use crate::learner::Algorithm;
use crate::table::Column;
use crate::target::Problem;

pub use work::begin;

/// Rows to learn from, and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Task {
    /// The job that the notebooks are headed with.
    pub job: String,
    pub columns: Vec<Column>,
    /// Read here when there are no columns yet.
    pub csv: Option<Csv>,
    /// The column to be predicted; empty for clusters.
    pub target: String,
    pub manner: Manner,
    /// How many candidates are tried; with none they are only described, after the data.
    pub candidates: u32,
    pub seed: u64,
}

/// Rows as somebody's file has them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Csv {
    pub bytes: Vec<u8>,
    /// Whether its first line names the columns; else they are `x0`, `x1`, ...
    pub headed: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Manner {
    /// AUTO ON.
    Search {
        problem: Option<Problem>,
        objective: Option<String>,
        only: Option<Algorithm>,
        preprocessors: Option<String>,
    },
    /// AUTO OFF MODEL_TYPE XGBOOST.
    Trees { objective: Option<String>, preprocessors: Option<String>, settings: Vec<(String, String)> },
    /// AUTO OFF MODEL_TYPE KMEANS.
    Clusters { preprocessors: Option<String>, settings: Vec<(String, String)> },
    /// A training job of SageMaker's linear learner.
    Linear { settings: Vec<(String, String)> },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Answer {
    Trained(Box<Trained>),
    /// The data cannot be learned from: the job was begun and fails, in these words.
    Failed(String),
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Trained {
    /// [`crate::Model`] in postcard.
    pub model: Vec<u8>,
    /// As SHOW MODEL spells them.
    pub algorithm: String,
    pub problem: String,
    pub objective: String,
    /// Rows of SHOW MODEL: `validation:f1_binary` and its value.
    pub metrics: Vec<(String, f64)>,
    pub hyperparameters: Vec<(String, String)>,
    /// In the order in which they were tried; none for AUTO OFF.
    pub candidates: Vec<Tried>,
    pub best: u32,
    /// EXPLAIN_MODEL's answer; empty where there is none.
    pub explanation: String,
    /// What a page draws, as JSON.
    pub sight: String,
    /// Notebooks as JSON; empty for AUTO OFF.
    pub exploration: String,
    pub definition: String,
}

/// A candidate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tried {
    pub algorithm: String,
    pub recipe: String,
    pub value: f64,
}
