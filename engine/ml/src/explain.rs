//! What each column adds to a model's answers: Shapley values, as EXPLAIN_MODEL reports them.
//!
//! Trees are explained exactly along their paths, linear models in closed form. Anything else is asked: a row's values
//! are put into another row one column after the other, in many orders, and what each changes is noted.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::learner::Learner;
use crate::matrix::Matrix;
use crate::model::Model;
use crate::random::Random;
use crate::refusal::Refusal;
use crate::table::Table;
use crate::training::Step;

/// For one output (the positive class of two, or each class of more).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelExplanation {
    /// The mean answer, as a score (for classes: before it becomes a probability).
    pub expected_value: f64,
    /// Mean absolute contributions of the columns, in their order.
    pub global_shap_values: Vec<(String, f64)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    pub labels: Vec<LabelExplanation>,
    pub rows: u32,
}

/// Rows that are explained at most: means settle long before.
const MOST_ROWS: usize = 300;
/// Orders of columns tried for a row of a model that can only be asked.
const ORDERS: usize = 8;

pub struct Explaining {
    model: Arc<Model>,
    matrix: Matrix,
    groups: Vec<usize>,
    names: Vec<String>,
    next: usize,
    seed: u64,
    /// By output, sums of absolute contributions by group.
    sums: Vec<Vec<f64>>,
    scores: Vec<f64>,
}

impl Explaining {
    /// Over a sample of `table`'s rows.
    ///
    /// # Errors
    /// Another number of columns than the model was trained on.
    pub fn new(model: Arc<Model>, table: &Table, seed: u64) -> Result<Self, Refusal> {
        let mut rows: Vec<u32> = (0..table.rows() as u32).collect();
        Random::new(seed, 21).shuffle(&mut rows);
        rows.truncate(MOST_ROWS);
        let matrix = model.pipeline.apply(&table.take(&rows))?;
        let (names, groups) = model.groups();
        let outputs = model.learner.outputs();
        let sums = vec![vec![0.0; names.len()]; outputs];
        Ok(Explaining { matrix, groups, names, next: 0, seed, sums, scores: vec![0.0; outputs], model })
    }

    pub fn step(&mut self, budget: usize) -> Step {
        let mut spent = 0;
        while spent < budget && self.next < self.matrix.rows {
            spent += self.unit();
        }
        if self.next == self.matrix.rows {
            return Step::Ready;
        }
        Step::Pending { progress: self.next as f64 / self.matrix.rows as f64 }
    }

    pub fn finish(self) -> Explanation {
        let rows = self.next.max(1) as f64;
        let label = |(output, sums): (usize, Vec<f64>)| LabelExplanation {
            expected_value: match &self.model.learner {
                Learner::Trees(forest) => forest.expected(output),
                _ => self.scores[output] / rows,
            },
            global_shap_values: self
                .names
                .iter()
                .cloned()
                .zip(sums.into_iter().map(|sum| sum / rows))
                .collect(),
        };
        let labels = self.sums.clone().into_iter().enumerate().map(label).collect();
        Explanation { labels, rows: self.next as u32 }
    }

    /// Explains one row.
    fn unit(&mut self) -> usize {
        let mut row = Vec::new();
        self.matrix.expand(self.next, &mut row);
        let mut scores = vec![0.0; self.scores.len()];
        self.model.learner.scores(&row, &mut scores);
        self.scores.iter_mut().zip(&scores).for_each(|(sum, score)| *sum += score);
        let mut parts = vec![0.0; row.len()];
        let mut cost = 0;
        let outputs = self.scores.len();
        let mut asked = None;
        for output in 0..outputs {
            let mut of_group = vec![0.0; self.names.len()];
            match &self.model.learner {
                Learner::Trees(forest) => {
                    forest.contributions(&row, output, &mut parts);
                    cost += forest.trees.iter().map(|tree| tree.nodes.len() * 8).sum::<usize>() / outputs;
                    self.groups.iter().zip(&parts).for_each(|(group, part)| of_group[*group] += part);
                }
                Learner::Linear(linear) => {
                    linear.contributions(&row, output, &mut parts);
                    cost += row.len();
                    self.groups.iter().zip(&parts).for_each(|(group, part)| of_group[*group] += part);
                }
                Learner::Perceptron(_) | Learner::Clusters(_) => {
                    let asked = asked.get_or_insert_with(|| self.ask(&row));
                    cost += ORDERS * self.names.len() * row.len() * 8;
                    of_group.copy_from_slice(&asked[output]);
                }
            }
            self.sums[output].iter_mut().zip(&of_group).for_each(|(sum, part)| *sum += part.abs());
        }
        self.next += 1;
        cost.max(1)
    }

    fn ask(&self, row: &[f64]) -> Vec<Vec<f64>> {
        let outputs = self.scores.len();
        let mut random = Random::new(self.seed, 31 + self.next as u64);
        let mut order: Vec<u32> = (0..self.names.len() as u32).collect();
        let mut found = vec![vec![0.0; self.names.len()]; outputs];
        let mut mixed = Vec::new();
        let (mut before, mut after) = (vec![0.0; outputs], vec![0.0; outputs]);
        for _ in 0..ORDERS {
            self.matrix.expand(random.below(self.matrix.rows), &mut mixed);
            random.shuffle(&mut order);
            self.model.learner.scores(&mixed, &mut before);
            for group in &order {
                let features = self.groups.iter().enumerate().filter(|(_, of)| **of == *group as usize);
                features.for_each(|(feature, _)| mixed[feature] = row[feature]);
                self.model.learner.scores(&mixed, &mut after);
                for output in 0..outputs {
                    found[output][*group as usize] += (after[output] - before[output]) / ORDERS as f64;
                }
                std::mem::swap(&mut before, &mut after);
            }
        }
        found
    }
}
