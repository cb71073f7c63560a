//! A finished model: from a table's rows to predictions, and how good they are.

use serde::{Deserialize, Serialize};

use crate::leak::Seen;
use crate::learner::Learner;
use crate::matrix::Matrix;
use crate::metric::{Confusion, Judged, Metric, RocPoint, roc};
use crate::prepare::Pipeline;
use crate::refusal::Refusal;
use crate::table::{Column, Table};
use crate::target::{Problem, Target};
use crate::training::Curve;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Model {
    pub target: String,
    /// None: clusters.
    pub problem: Option<Problem>,
    /// Of classes; the positive one of two is the second.
    pub labels: Vec<String>,
    pub pipeline: Pipeline,
    pub learner: Learner,
    pub curve: Curve,
    /// The rows it was trained on, to be known again.
    pub seen: Seen,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prediction {
    /// Places of classes in the model's labels, numbers, or places of clusters (not a number where there is none).
    pub values: Vec<f64>,
    /// Rows times classes; empty for numbers and clusters.
    pub probabilities: Vec<f64>,
}

/// Predictions held against the answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub scores: Vec<(Metric, f64)>,
    pub confusion: Option<Confusion>,
    /// Of two classes.
    pub roc: Vec<RocPoint>,
    /// Of numbers: the answer and what was said.
    pub pairs: Vec<(f64, f64)>,
}

impl Report {
    pub(crate) fn of(judged: &Judged<'_>) -> Report {
        let classes = judged.problem != Problem::Regression;
        let binary = judged.problem == Problem::Binary;
        Report {
            scores: judged.all(),
            confusion: classes.then(|| judged.confusion()),
            roc: if binary { roc(judged.truth, &judged.scores()) } else { Vec::new() },
            pairs: match classes {
                true => Vec::new(),
                false => judged.truth.iter().copied().zip(judged.predicted.iter().copied()).collect(),
            },
        }
    }

    pub fn score(&self, metric: Metric) -> Option<f64> {
        self.scores.iter().find(|(each, _)| *each == metric).map(|(_, score)| *score)
    }
}

impl Model {
    /// Columns come in the order of the training query, whatever they are called.
    ///
    /// # Errors
    /// Another number of columns.
    pub fn predict(&self, table: &Table) -> Result<Prediction, Refusal> {
        Ok(predict(&self.learner, self.problem, self.labels.len(), &self.pipeline.apply(table)?))
    }

    /// Rows whose answer is missing or was never seen in training are left out.
    ///
    /// # Errors
    /// Another number of columns, or nothing to compare with.
    pub fn evaluate(&self, table: &Table, answers: &Column) -> Result<Report, Refusal> {
        let problem = self.problem.unwrap_or(Problem::Regression);
        let (rows, truth) = if problem == Problem::Regression {
            let target = Target::read(answers, Some(problem))?;
            (target.rows, target.values)
        } else {
            let words = crate::prepare::as_words(answers);
            let place = |word: &std::borrow::Cow<str>| self.labels.iter().position(|label| label == word);
            let places: Vec<Option<usize>> = words.words.iter().map(place).collect();
            let known = words.codes.iter().enumerate();
            known.filter_map(|(row, code)| Some((row as u32, places[*code as usize]? as f64))).unzip()
        };
        if rows.is_empty() {
            return Err(Refusal::TargetEmpty { column: answers.name.clone() });
        }
        let prediction = self.predict(&table.take(&rows))?;
        Ok(Report::of(&judge(problem, self.labels.len(), &truth, &prediction)))
    }

    /// What each source column brought, as a share of all: gain for trees, weight times spread for a linear model;
    /// nothing can be read off the others.
    pub fn importance(&self) -> Vec<(String, f64)> {
        let features = self.pipeline.features();
        let of_feature: Vec<f64> = match &self.learner {
            Learner::Trees(forest) => {
                forest.importance(features.len()).into_iter().map(|(_, gain)| gain).collect()
            }
            Learner::Linear(linear) => {
                let mut sums = vec![0.0; features.len()];
                for weights in linear.weights.chunks_exact(features.len() + 1) {
                    sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight.abs());
                }
                sums
            }
            Learner::Perceptron(_) | Learner::Clusters(_) => return Vec::new(),
        };
        let (names, group) = self.groups();
        let mut sums = vec![0.0; names.len()];
        group.iter().zip(&of_feature).for_each(|(group, part)| sums[*group] += part);
        let whole: f64 = sums.iter().sum();
        let share = |sum: f64| if whole > 0.0 { sum / whole } else { 0.0 };
        let order = crate::statistic::order(sums.len(), &mut |a, b| sums[b].total_cmp(&sums[a]));
        order.iter().map(|at| (names[*at as usize].clone(), share(sums[*at as usize]))).collect()
    }

    /// Names of what features are made of (columns, or features of several columns), and which of them each feature is.
    pub(crate) fn groups(&self) -> (Vec<String>, Vec<usize>) {
        let mut names: Vec<String> = self.pipeline.columns().map(|(name, ..)| name.to_owned()).collect();
        let mut group = Vec::new();
        for feature in self.pipeline.features() {
            group.push(match feature.source {
                Some(source) => usize::from(source),
                None => {
                    names.push(feature.name.clone());
                    names.len() - 1
                }
            });
        }
        (names, group)
    }
}

pub(crate) fn judge<'a>(
    problem: Problem,
    classes: usize,
    truth: &'a [f64],
    prediction: &'a Prediction,
) -> Judged<'a> {
    Judged {
        problem,
        classes,
        truth,
        predicted: &prediction.values,
        probabilities: &prediction.probabilities,
    }
}

pub(crate) fn predict(
    learner: &Learner,
    problem: Option<Problem>,
    classes: usize,
    matrix: &Matrix,
) -> Prediction {
    let mut prediction = Prediction::default();
    let mut row = Vec::new();
    let mut scores = vec![0.0; learner.outputs()];
    for at in 0..matrix.rows {
        matrix.expand(at, &mut row);
        learner.scores(&row, &mut scores);
        learner.finish(&mut scores);
        match problem {
            None | Some(Problem::Regression) => prediction.values.push(scores[0]),
            Some(Problem::Binary) => {
                prediction.values.push(f64::from(u8::from(scores[0] > 0.5)));
                prediction.probabilities.extend([1.0 - scores[0], scores[0]]);
            }
            Some(Problem::Multiclass) => {
                let best = (1..classes).fold(0, |best, at| if scores[at] > scores[best] { at } else { best });
                prediction.values.push(best as f64);
                prediction.probabilities.extend_from_slice(&scores);
            }
        }
    }
    prediction
}
