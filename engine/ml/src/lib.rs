//! What learns behind Redshift ML: tables in, models out, in steps that a caller can stop at any time.
//!
//! 1. [`Table`] holds rows by column; [`Target`] reads what is to be predicted and infers the kind of problem.
//! 2. [`prepare`] turns columns into numbers by a [`Recipe`]: the user's PREPROCESSORS, or a candidate's own.
//! 3. Four learners: [`tree`] (XGBoost's options and objectives), [`linear`], [`perceptron`], [`clusters`].
//! 4. [`Training`] trains one of them (AUTO OFF); [`Search`] is AutoML (AUTO ON): explore, propose, validate, choose.
//! 5. [`Model`] predicts and is judged ([`metric`]), [`Explaining`] says why, [`overlap`] finds the tested among the learned.
//! 6. [`task`] is all of this as work outside the engine's module: bytes in, bytes out.
//!
//! The crate knows no SQL, no AWS, no Arrow, no clock and no entropy: the same rows and seed give the same model, bit by
//! bit, on every machine ([`elementary`]). Its models are serde values.

mod clusters;
mod elementary;
mod explain;
mod explore;
mod hyperparameter;
mod leak;
mod learner;
mod linear;
mod matrix;
mod metric;
mod model;
mod perceptron;
pub mod prepare;
mod random;
mod refusal;
mod search;
mod statistic;
mod table;
mod target;
pub mod task;
mod training;
pub mod tree;

pub use clusters::{ClusterOptions, Clusters};
pub use explain::{Explaining, Explanation, LabelExplanation};
pub use explore::{Exploration, Explored, Insight, Numbers, Severity};
pub use hyperparameter::Settings;
pub use leak::{Overlap, Seen, overlap};
pub use learner::{Algorithm, Learner};
pub use linear::{Linear, LinearOptions};
pub use matrix::Feature;
pub use metric::{Confusion, Metric, RocPoint, auc};
pub use model::{Model, Prediction, Report};
pub use perceptron::{Perceptron, PerceptronOptions};
pub use prepare::{Automatic, Pipeline, Recipe, Role, Rule, Transformer};
pub use refusal::Refusal;
pub use search::{Candidate, CandidateState, Outcome, Request, Search, Stage};
pub use table::{Column, Kind, MISSING, Table, Values};
pub use target::{Problem, Target};
pub use task::begin;
pub use training::{Curve, Plan, Step, Training};
pub use tree::{BoostingOptions, Loss};
