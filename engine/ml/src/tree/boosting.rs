//! Training a forest: bins, then round after round a tree for each output.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::bins::{Lane, lane, most_bins};
use super::forest::Forest;
use super::grow::{Columns, Growing, Options};
use super::loss::Loss;
use super::split::{Regularization, Sum};
use crate::elementary::softmax;
use crate::hyperparameter::Settings;
use crate::random::Random;
use crate::refusal::Refusal;
use crate::training::{Curve, Sample};

/// Shares of rows and columns drawn, as XGBoost names them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    pub subsample: f64,
    pub colsample_bytree: f64,
    pub colsample_bylevel: f64,
    pub colsample_bynode: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BoostingOptions {
    pub rounds: u32,
    pub eta: f64,
    /// 0: not limited.
    pub max_depth: u32,
    pub regularization: Regularization,
    pub sampling: Sampling,
    pub scale_pos_weight: f64,
    /// Every value gets a bin (tree_method exact).
    pub exact: bool,
    /// Rounds without a better validation loss after which training stops and goes back to the best; 0: never.
    pub patience: u32,
    pub seed: u64,
}

impl Default for BoostingOptions {
    fn default() -> Self {
        BoostingOptions {
            rounds: 100,
            eta: 0.3,
            max_depth: 6,
            regularization: Regularization::default(),
            sampling: Sampling {
                subsample: 1.0,
                colsample_bytree: 1.0,
                colsample_bylevel: 1.0,
                colsample_bynode: 1.0,
            },
            scale_pos_weight: 1.0,
            exact: false,
            patience: 0,
            seed: 0,
        }
    }
}

impl BoostingOptions {
    pub fn of(settings: &Settings) -> Self {
        BoostingOptions {
            rounds: settings.whole("num_round"),
            eta: settings.number("eta"),
            max_depth: settings.whole("max_depth"),
            regularization: Regularization {
                gamma: settings.number("gamma"),
                lambda: settings.number("lambda"),
                alpha: settings.number("alpha"),
                min_child_weight: settings.number("min_child_weight"),
                max_delta_step: settings.number("max_delta_step"),
            },
            sampling: Sampling {
                subsample: settings.number("subsample"),
                colsample_bytree: settings.number("colsample_bytree"),
                colsample_bylevel: settings.number("colsample_bylevel"),
                colsample_bynode: settings.number("colsample_bynode"),
            },
            scale_pos_weight: settings.number("scale_pos_weight"),
            exact: settings.text("tree_method") == "exact",
            patience: 0,
            seed: u64::from(settings.whole("seed")),
        }
    }
}

pub struct Boosting {
    options: BoostingOptions,
    train: Arc<Sample>,
    watch: Option<Arc<Sample>>,
    outputs: usize,
    forest: Forest,
    lanes: Vec<Lane>,
    /// Of the training rows, then of those that watch; outputs of a row lie together.
    scores: Vec<f64>,
    slopes: Vec<Sum>,
    probabilities: Vec<f64>,
    growing: Option<(Growing, Options)>,
    round: u32,
    output: usize,
    curve: Curve,
    best: (u32, f64),
    done: bool,
}

impl Boosting {
    /// # Errors
    /// Answers that the loss is not defined for.
    pub fn new(
        options: BoostingOptions,
        loss: Loss,
        outputs: usize,
        train: Arc<Sample>,
        watch: Option<Arc<Sample>>,
    ) -> Result<Self, Refusal> {
        loss.check(&train.answers)?;
        let base = loss.base(&train.answers);
        let rows = train.matrix.rows + watch.as_ref().map_or(0, |watch| watch.matrix.rows);
        Ok(Boosting {
            options,
            outputs,
            forest: Forest { loss, base, outputs: outputs as u32, trees: Vec::new() },
            lanes: Vec::new(),
            scores: vec![base; rows * outputs],
            slopes: Vec::new(),
            probabilities: Vec::new(),
            growing: None,
            round: 0,
            output: 0,
            curve: Curve::default(),
            best: (0, f64::INFINITY),
            done: false,
            train,
            watch,
        })
    }

    pub(crate) fn unit(&mut self) -> usize {
        let blocks = self.train.matrix.blocks.len();
        if self.lanes.len() < blocks {
            self.bin();
            return self.train.matrix.rows * 8;
        }
        if self.growing.is_none() {
            self.begin_tree();
            return self.train.matrix.rows * 2;
        }
        let (outputs, output) = (self.outputs, self.output);
        let mut cost = 0;
        let mut grown = false;
        if let Some((growing, options)) = &mut self.growing {
            let scores = &mut self.scores;
            let add = |row: u32, value: f64| scores[row as usize * outputs + output] += value;
            cost = growing.unit(&self.lanes, &self.slopes, options, add);
            grown = growing.is_done();
        }
        if grown && let Some((growing, _)) = self.growing.take() {
            self.forest.trees.push(growing.finish());
            self.output += 1;
            if self.output == outputs {
                self.output = 0;
                self.end_round();
                cost += self.scores.len();
            }
        }
        cost
    }

    pub fn is_done(&self) -> bool {
        self.done
    }

    pub fn progress(&self) -> f64 {
        f64::from(self.round) / f64::from(self.options.rounds.max(1))
    }

    pub fn curve(&self) -> &Curve {
        &self.curve
    }

    pub fn rounds(&self) -> u32 {
        (self.forest.trees.len() / self.outputs.max(1)) as u32
    }

    pub fn finish(self) -> (Forest, Curve) {
        (self.forest, self.curve)
    }

    fn bin(&mut self) {
        let (feature, offset) = self.lanes.last().map_or((0, 0), |lane| {
            let width = self.train.matrix.blocks[self.lanes.len() - 1].width() as u32;
            (lane.feature + width, lane.offset + usize::from(lane.cuts.missing()) + 1)
        });
        let watch = self.watch.as_ref().map(|watch| &watch.matrix);
        let most = most_bins(self.options.exact);
        self.lanes.push(lane(&self.train.matrix, watch, self.lanes.len(), feature, offset, most));
    }

    fn begin_tree(&mut self) {
        let loss = self.forest.loss;
        let rows = self.train.matrix.rows;
        let answers = &self.train.answers;
        if loss == Loss::Softmax {
            // Probabilities as they were at the start of the round, for the trees of all classes.
            if self.output == 0 {
                self.probabilities.clear();
                self.probabilities.extend_from_slice(&self.scores[..rows * self.outputs]);
                self.probabilities.chunks_exact_mut(self.outputs).for_each(softmax);
            }
            let of_row = self.probabilities.chunks_exact(self.outputs).zip(answers);
            let output = self.output;
            self.slopes.clear();
            self.slopes
                .extend(of_row.map(|(row, answer)| Loss::soften(row[output], *answer as usize == output)));
        } else {
            let weight = self.options.scale_pos_weight;
            let weighs = loss.problem() == crate::target::Problem::Binary;
            self.slopes.clear();
            self.slopes.extend(self.scores.iter().zip(answers).map(|(score, answer)| {
                let [slope, bend] = loss.slope(*score, *answer);
                if weighs && *answer == 1.0 { [slope * weight, bend * weight] } else { [slope, bend] }
            }));
        }
        let tree = u64::from(self.round) * self.outputs as u64 + self.output as u64;
        let seed = self.options.seed ^ tree.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let all = self.scores.len() / self.outputs;
        let mut drawn: Vec<u32> = (0..rows as u32).collect();
        let mut watchers: Vec<u32> = (rows as u32..all as u32).collect();
        if self.options.sampling.subsample < 1.0 {
            let mut random = Random::new(seed, 0);
            let share = self.options.sampling.subsample;
            drawn.retain(|row| {
                let kept = random.unit() < share;
                if !kept {
                    watchers.push(*row);
                }
                kept
            });
        }
        let sampling = self.options.sampling;
        let options = Options {
            max_depth: self.options.max_depth,
            eta: self.options.eta,
            weights: self.options.regularization,
            columns: Columns {
                by_tree: sampling.colsample_bytree,
                by_level: sampling.colsample_bylevel,
                by_node: sampling.colsample_bynode,
            },
            seed,
        };
        self.growing = Some((Growing::new(drawn, watchers, &self.slopes, &self.lanes, &options), options));
    }

    fn end_round(&mut self) {
        self.round += 1;
        let loss = self.forest.loss;
        let (train, watch) = self.scores.split_at(self.train.matrix.rows * self.outputs);
        self.curve.train.push(loss.mean(train, &self.train.answers) as f32);
        self.done = self.round >= self.options.rounds;
        let Some(sample) = &self.watch else { return };
        let validation = loss.mean(watch, &sample.answers);
        self.curve.validation.push(validation as f32);
        if validation < self.best.1 {
            self.best = (self.round, validation);
        }
        if self.options.patience > 0 {
            self.done |= self.round - self.best.0 >= self.options.patience;
            if self.done {
                self.forest.trees.truncate(self.best.0.max(1) as usize * self.outputs);
            }
        }
    }
}
