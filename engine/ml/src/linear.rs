//! The linear learner: linear, logistic and softmax regression with an L2 penalty, fitted by L-BFGS.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::elementary::{ln, sigmoid, soft_plus, softmax};
use crate::hyperparameter::Settings;
use crate::statistic::{deviation, mean};
use crate::target::Problem;
use crate::training::{Curve, Sample};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinearOptions {
    /// Strength of the penalty, against the sum of losses (what others call 1 / C).
    pub penalty: f64,
    /// Classes weigh alike, however rare they are.
    pub balanced: bool,
    /// What a row of the second class weighs, where they do not.
    pub positives: f64,
    pub iterations: u32,
}

impl Default for LinearOptions {
    fn default() -> Self {
        LinearOptions { penalty: 1.0, balanced: false, positives: 1.0, iterations: 200 }
    }
}

impl LinearOptions {
    /// As the container's settings have them. Its `wd` stands against the mean loss; `auto` is left to AutoML's own
    /// strength (unconfirmed: the container tries several and keeps the best).
    pub(crate) fn of(settings: &Settings, rows: usize) -> Self {
        let own = LinearOptions::default();
        let weight = settings.text("positive_example_weight_mult");
        let binary = settings.text("predictor_type") == "binary_classifier";
        LinearOptions {
            penalty: match settings.text("wd") {
                "auto" => own.penalty,
                _ => settings.number("wd") * rows as f64,
            },
            balanced: if binary {
                weight == "balanced"
            } else {
                settings.text("balance_multiclass_weights") == "true"
                    && settings.text("predictor_type") == "multiclass_classifier"
            },
            positives: weight.parse().unwrap_or(own.positives),
            ..own
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Linear {
    pub problem: Problem,
    /// An output's weights lie together, its intercept behind them.
    pub weights: Vec<f64>,
    pub outputs: u32,
    /// Of the training rows: against which a feature counts.
    pub means: Vec<f64>,
}

impl Linear {
    pub fn scores(&self, row: &[f64], out: &mut [f64]) {
        for (score, weights) in out.iter_mut().zip(self.weights.chunks_exact(row.len() + 1)) {
            let sum: f64 = weights.iter().zip(row).map(|(weight, value)| weight * value).sum();
            *score = sum + weights[row.len()];
        }
    }

    /// What each feature adds to the score of `output`: exact, as nothing interacts.
    pub fn contributions(&self, row: &[f64], output: usize, out: &mut [f64]) {
        let Some(weights) = self.weights.chunks_exact(row.len() + 1).nth(output) else { return };
        for (at, out) in out.iter_mut().enumerate() {
            *out = weights[at] * (row[at] - self.means[at]);
        }
    }
}

/// Steps that the curvature is remembered for.
const MEMORY: usize = 8;

pub struct Descent {
    options: LinearOptions,
    problem: Problem,
    train: Arc<Sample>,
    watch: Option<Arc<Sample>>,
    outputs: usize,
    width: usize,
    row_weights: Vec<f64>,
    /// Numbers are learned as deviations from their mean, in units of their spread.
    scale: (f64, f64),
    theta: Vec<f64>,
    slope: Vec<f64>,
    loss: f64,
    direction: Vec<f64>,
    stride: f64,
    memory: Vec<(Vec<f64>, Vec<f64>)>,
    iteration: u32,
    curve: Curve,
    done: bool,
}

impl Descent {
    pub fn new(
        options: LinearOptions,
        problem: Problem,
        outputs: usize,
        train: Arc<Sample>,
        watch: Option<Arc<Sample>>,
    ) -> Self {
        let width = train.matrix.width + 1;
        let weight = |answer: &f64| {
            if problem == Problem::Binary && *answer > 0.5 { options.positives } else { 1.0 }
        };
        let row_weights = match options.balanced {
            true => balanced(&train.answers),
            false => train.answers.iter().map(weight).collect(),
        };
        let scale = if problem == Problem::Regression {
            let mean = mean(&train.answers);
            let spread = deviation(&train.answers, mean);
            (mean, if spread > 0.0 { spread } else { 1.0 })
        } else {
            (0.0, 1.0)
        };
        Descent {
            options,
            problem,
            outputs,
            width,
            row_weights,
            scale,
            theta: vec![0.0; width * outputs],
            slope: Vec::new(),
            loss: f64::INFINITY,
            direction: Vec::new(),
            stride: 1.0,
            memory: Vec::new(),
            iteration: 0,
            curve: Curve::default(),
            done: false,
            train,
            watch,
        }
    }

    /// One pass over the rows: the start, or a try along the direction.
    pub(crate) fn unit(&mut self) -> usize {
        let cost = self.train.matrix.cost() * 2 * self.outputs;
        if self.slope.is_empty() {
            (self.loss, self.slope) = self.evaluate(&self.theta, &self.train, true);
            self.turn();
            return cost;
        }
        let trial: Vec<f64> =
            self.theta.iter().zip(&self.direction).map(|(at, by)| at + self.stride * by).collect();
        let (loss, slope) = self.evaluate(&trial, &self.train, true);
        let along = dot(&self.slope, &self.direction);
        if loss <= self.loss + 1e-4 * self.stride * along {
            let step: Vec<f64> = trial.iter().zip(&self.theta).map(|(a, b)| a - b).collect();
            let bend: Vec<f64> = slope.iter().zip(&self.slope).map(|(a, b)| a - b).collect();
            if dot(&step, &bend) > 1e-12 {
                if self.memory.len() == MEMORY {
                    self.memory.remove(0);
                }
                self.memory.push((step, bend));
            }
            let gained = self.loss - loss;
            (self.theta, self.slope, self.loss) = (trial, slope, loss);
            self.iteration += 1;
            self.curve.train.push(loss as f32);
            if let Some(watch) = &self.watch {
                let (loss, _) = self.evaluate(&self.theta, watch, false);
                self.curve.validation.push(loss as f32);
            }
            let steepest = self.slope.iter().fold(0.0_f64, |most, part| most.max(part.abs()));
            self.done =
                steepest < 1e-6 || gained < 1e-9 * loss.abs() || self.iteration >= self.options.iterations;
            self.turn();
        } else {
            self.stride *= 0.5;
            self.done = self.stride < 1e-10;
        }
        cost
    }

    pub fn is_done(&self) -> bool {
        self.done
    }

    pub fn progress(&self) -> f64 {
        f64::from(self.iteration) / f64::from(self.options.iterations.max(1))
    }

    pub fn curve(&self) -> &Curve {
        &self.curve
    }

    pub fn finish(self) -> (Linear, Curve) {
        let mut weights = self.theta;
        weights.iter_mut().for_each(|weight| *weight *= self.scale.1);
        weights.iter_mut().skip(self.width - 1).step_by(self.width).for_each(|bias| *bias += self.scale.0);
        let matrix = &self.train.matrix;
        let mut means = vec![0.0; matrix.width];
        let mut row = Vec::new();
        for at in 0..matrix.rows {
            matrix.active(at, &mut row);
            row.iter().for_each(|(feature, value)| means[*feature as usize] += value / matrix.rows as f64);
        }
        let outputs = self.outputs as u32;
        (Linear { problem: self.problem, weights, outputs, means }, self.curve)
    }

    /// Mean loss and its slope; the penalty belongs to training only.
    fn evaluate(&self, theta: &[f64], sample: &Sample, training: bool) -> (f64, Vec<f64>) {
        let mut slope = vec![0.0; theta.len()];
        let (mut loss, mut weights) = (0.0, 0.0);
        let mut row = Vec::new();
        let mut scores = vec![0.0; self.outputs];
        for (at, answer) in sample.answers.iter().enumerate() {
            sample.matrix.active(at, &mut row);
            for (score, theta) in scores.iter_mut().zip(theta.chunks_exact(self.width)) {
                let sum: f64 = row.iter().map(|(feature, value)| theta[*feature as usize] * value).sum();
                *score = sum + theta[self.width - 1];
            }
            let weight = if training { self.row_weights[at] } else { 1.0 };
            weights += weight;
            match self.problem {
                Problem::Regression => {
                    let apart = scores[0] - (answer - self.scale.0) / self.scale.1;
                    loss += 0.5 * apart * apart;
                    scores[0] = apart;
                }
                Problem::Binary => {
                    loss += weight * (soft_plus(scores[0]) - answer * scores[0]);
                    scores[0] = weight * (sigmoid(scores[0]) - answer);
                }
                Problem::Multiclass => {
                    softmax(&mut scores);
                    loss -= weight * ln(scores[*answer as usize].max(1e-15));
                    scores[*answer as usize] -= 1.0;
                    scores.iter_mut().for_each(|score| *score *= weight);
                }
            }
            if training {
                for (by, slope) in scores.iter().zip(slope.chunks_exact_mut(self.width)) {
                    row.iter().for_each(|(feature, value)| slope[*feature as usize] += by * value);
                    slope[self.width - 1] += by;
                }
            }
        }
        if training {
            for (at, (slope, theta)) in slope.iter_mut().zip(theta).enumerate() {
                // Intercepts are not drawn to 0.
                if at % self.width != self.width - 1 {
                    *slope += self.options.penalty * theta;
                    loss += 0.5 * self.options.penalty * theta * theta;
                }
                *slope /= weights;
            }
        }
        (loss / weights, slope)
    }

    /// The next direction, from the slope and what the last steps told of the curvature.
    fn turn(&mut self) {
        let mut direction: Vec<f64> = self.slope.iter().map(|slope| -slope).collect();
        let mut shares = Vec::new();
        for (step, bend) in self.memory.iter().rev() {
            let share = dot(step, &direction) / dot(step, bend);
            direction.iter_mut().zip(bend).for_each(|(at, bend)| *at -= share * bend);
            shares.push(share);
        }
        self.stride = 1.0;
        if let Some((step, bend)) = self.memory.last() {
            let scale = dot(step, bend) / dot(bend, bend);
            direction.iter_mut().for_each(|at| *at *= scale);
        } else {
            self.stride = 1.0 / dot(&direction, &direction).sqrt().max(1.0);
        }
        for ((step, bend), share) in self.memory.iter().zip(shares.iter().rev()) {
            let back = share - dot(bend, &direction) / dot(step, bend);
            direction.iter_mut().zip(step).for_each(|(at, step)| *at += back * step);
        }
        self.direction = direction;
    }
}

/// Weights under which every class weighs the same, one on average.
pub(crate) fn balanced(answers: &[f64]) -> Vec<f64> {
    let classes = answers.iter().fold(0.0_f64, |most, answer| most.max(*answer)) as usize + 1;
    let mut counts = vec![0.0; classes];
    answers.iter().for_each(|answer| counts[*answer as usize] += 1.0);
    let whole = answers.len() as f64 / classes as f64;
    answers.iter().map(|answer| whole / counts[*answer as usize]).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
