//! Models of Redshift ML: what CREATE MODEL was asked for, and what came of it.
//!
//! A model is learned while its statement runs and is said to be in training until the account's clock has passed
//! the time that SageMaker would have needed. Its prediction functions are routines that point back at it, and
//! whoever may EXECUTE the model may call them (Developer Guide, "CREATE MODEL", "GRANT").

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::access::{Acl, UserId};
use super::catalog::{Database, ObjectId};
use super::data_type::DataType;
use super::identifier::Identifier;
use super::routine::RoutineKind;
use crate::clock::Instant;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Model {
    pub id: ObjectId,
    pub schema: Identifier,
    pub name: Identifier,
    pub owner: UserId,
    pub acl: Acl,
    pub created: Instant,
    pub function: Identifier,
    pub returns: DataType,
    /// Names (empty where a model was brought along) and types of what the function takes.
    pub features: Vec<(String, DataType)>,
    pub source: ModelSource,
    /// Empty for clusters.
    pub target: String,
    /// As it was written: an ARN or `default-aws-iam-role`.
    pub role: String,
    pub bucket: String,
    pub kms_key: Option<String>,
    /// Seconds.
    pub max_runtime: u64,
    pub auto: bool,
    /// What training was guided by, as SHOW MODEL spells it; empty where nothing was asked.
    pub asked: [String; 3],
    /// SageMaker's name of the job that trains it; empty where nothing is trained.
    pub job: String,
    pub hyperparameters: Vec<(String, String)>,
    /// Estimated cost, in dollars.
    pub cost: f64,
    /// When training ends, and when it is explained.
    pub ends: Instant,
    pub explained: Instant,
    pub outcome: ModelOutcome,
    /// Why the endpoint of a remote model does not answer, if it does not.
    pub silent: Option<String>,
}

/// What it was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModelSource {
    Query(String),
    Table(String),
    /// A training or AutoML job, or an artefact in S3.
    Brought(String),
    Endpoint(String),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum ModelOutcome {
    Learned(Arc<Learned>),
    /// Why it cannot be used.
    Failed(String),
}

/// What a training leaves in the warehouse.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Learned {
    /// The model as its own crate writes it.
    pub bytes: Vec<u8>,
    /// As SHOW MODEL spells them once it is ready: model type, problem type, objective.
    pub kind: [String; 3],
    pub metrics: Vec<(String, f64)>,
    /// EXPLAIN_MODEL's answer; empty where there is none.
    pub explanation: String,
    /// What a page draws of it, as JSON.
    pub sight: String,
    /// SageMaker stopped searching because its time was over.
    pub out_of_time: bool,
}

/// How far a model is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelState {
    Training,
    Ready,
    Failed,
}

impl ModelState {
    /// As SHOW MODEL prints it.
    pub fn name(self) -> &'static str {
        match self {
            ModelState::Training => "TRAINING",
            ModelState::Ready => "READY",
            ModelState::Failed => "FAILED",
        }
    }
}

impl Model {
    pub fn state(&self, now: Instant) -> ModelState {
        match &self.outcome {
            _ if now < self.ends => ModelState::Training,
            ModelOutcome::Learned(_) => ModelState::Ready,
            ModelOutcome::Failed(_) => ModelState::Failed,
        }
    }

    /// What it learned, once it is ready.
    pub fn learned(&self, now: Instant) -> Option<&Learned> {
        match &self.outcome {
            ModelOutcome::Learned(learned) if now >= self.ends => Some(learned),
            _ => None,
        }
    }

    /// Whether its function runs at an endpoint instead of in the cluster.
    pub fn is_remote(&self) -> bool {
        matches!(self.source, ModelSource::Endpoint(_))
    }

    pub fn qualified_name(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }
}

impl Database {
    pub fn model(&self, schema: &Identifier, name: &Identifier) -> Option<&Arc<Model>> {
        self.models.values().find(|model| model.schema == *schema && model.name == *name)
    }

    /// A model's functions, by number.
    pub fn functions_of(&self, id: ObjectId) -> impl Iterator<Item = ObjectId> {
        let of =
            move |kind: &RoutineKind| matches!(kind, RoutineKind::Prediction { model, .. } if *model == id);
        self.routines.values().filter(move |routine| of(&routine.kind)).map(|routine| routine.id)
    }

    /// Takes a model away, and its functions with it.
    pub fn remove_model(&mut self, id: ObjectId) {
        self.models.remove(&id);
        self.routines.retain(
            |_, routine| !matches!(routine.kind, RoutineKind::Prediction { model, .. } if model == id),
        );
    }
}
