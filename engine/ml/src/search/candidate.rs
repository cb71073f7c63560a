//! One way to make a model, and what it was found to be worth.

use serde::{Deserialize, Serialize};

use crate::metric::Metric;
use crate::prepare::Recipe;
use crate::training::{Curve, Plan};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CandidateState {
    Pending,
    InProgress,
    Completed,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    pub recipe: Recipe,
    pub plan: Plan,
    pub state: CandidateState,
    /// By the objective, over the rows it was validated on.
    pub value: Option<f64>,
    pub scores: Vec<(Metric, f64)>,
    /// On how many parts of the rows it was validated: 1, or 5 when it was among the best.
    pub folds: u32,
    /// Of the first part.
    pub curve: Curve,
    /// Rounds or epochs that validation found best, on average; 0 where there are none.
    pub rounds: u32,
}

impl Candidate {
    pub(super) fn new(recipe: Recipe, plan: Plan) -> Self {
        Candidate {
            recipe,
            plan,
            state: CandidateState::Pending,
            value: None,
            scores: Vec::new(),
            folds: 0,
            curve: Curve::default(),
            rounds: 0,
        }
    }

    /// The options that matter, as a notebook lists them.
    pub fn hyperparameters(&self) -> Vec<(&'static str, String)> {
        match &self.plan {
            Plan::Trees(options, loss) => vec![
                ("objective", loss.name().to_owned()),
                ("num_round", options.rounds.to_string()),
                ("eta", options.eta.to_string()),
                ("max_depth", options.max_depth.to_string()),
                ("min_child_weight", options.regularization.min_child_weight.to_string()),
                ("gamma", options.regularization.gamma.to_string()),
                ("lambda", options.regularization.lambda.to_string()),
                ("alpha", options.regularization.alpha.to_string()),
                ("subsample", options.sampling.subsample.to_string()),
                ("colsample_bytree", options.sampling.colsample_bytree.to_string()),
                ("scale_pos_weight", options.scale_pos_weight.to_string()),
            ],
            Plan::Linear(options) => vec![
                ("wd", options.penalty.to_string()),
                ("balance_multiclass_weights", options.balanced.to_string()),
                ("epochs", options.iterations.to_string()),
            ],
            Plan::Perceptron(options) => vec![
                ("layers", options.hidden.iter().map(u16::to_string).collect::<Vec<_>>().join(" ")),
                ("learning_rate", options.rate.to_string()),
                ("mini_batch_size", options.batch.to_string()),
                ("epochs", options.epochs.to_string()),
                ("weight_decay", options.penalty.to_string()),
            ],
            Plan::Clusters(options) => vec![("k", options.k.to_string())],
        }
    }
}
