//! What a training leaves behind: scores for a row.

use serde::{Deserialize, Serialize};

use crate::clusters::Clusters;
use crate::elementary::{sigmoid, softmax};
use crate::linear::Linear;
use crate::perceptron::Perceptron;
use crate::target::Problem;
use crate::tree::Forest;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    XgBoost,
    LinearLearner,
    Mlp,
    KMeans,
}

impl Algorithm {
    /// MODEL_TYPE's word; FORECAST belongs to another service and is none of these.
    pub fn read(text: &str) -> Option<Algorithm> {
        [Algorithm::XgBoost, Algorithm::LinearLearner, Algorithm::Mlp, Algorithm::KMeans]
            .into_iter()
            .find(|algorithm| algorithm.name().eq_ignore_ascii_case(text.trim()))
    }

    /// As SHOW MODEL prints it.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::XgBoost => "xgboost",
            Algorithm::LinearLearner => "linear_learner",
            Algorithm::Mlp => "mlp",
            Algorithm::KMeans => "kmeans",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Learner {
    Trees(Forest),
    Linear(Linear),
    Perceptron(Perceptron),
    Clusters(Clusters),
}

impl Learner {
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Learner::Trees(_) => Algorithm::XgBoost,
            Learner::Linear(_) => Algorithm::LinearLearner,
            Learner::Perceptron(_) => Algorithm::Mlp,
            Learner::Clusters(_) => Algorithm::KMeans,
        }
    }

    /// How many scores a row gets.
    pub fn outputs(&self) -> usize {
        match self {
            Learner::Trees(forest) => forest.outputs as usize,
            Learner::Linear(linear) => linear.outputs as usize,
            Learner::Perceptron(net) => net.outputs(),
            Learner::Clusters(_) => 1,
        }
    }

    /// Before they become probabilities; of clusters the place of the nearest, or not a number.
    pub fn scores(&self, row: &[f64], out: &mut [f64]) {
        match self {
            Learner::Trees(forest) => forest.scores(row, out),
            Learner::Linear(linear) => linear.scores(row, out),
            Learner::Perceptron(net) => net.scores(row, out),
            Learner::Clusters(clusters) => {
                out[0] = clusters.nearest(row).map_or(f64::NAN, |(at, _)| at as f64);
            }
        }
    }

    /// Scores become probabilities (of the positive class, or of each), or the number itself.
    pub fn finish(&self, scores: &mut [f64]) {
        match self {
            Learner::Trees(forest) => forest.loss.finish(scores),
            Learner::Linear(Linear { problem, .. }) | Learner::Perceptron(Perceptron { problem, .. }) => {
                match problem {
                    Problem::Regression => {}
                    Problem::Binary => scores[0] = sigmoid(scores[0]),
                    Problem::Multiclass => softmax(scores),
                }
            }
            Learner::Clusters(_) => {}
        }
    }
}
