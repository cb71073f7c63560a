//! K-means: Lloyd's steps from several starts, the best kept.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::hyperparameter::Settings;
use crate::random::Random;
use crate::refusal::Refusal;
use crate::training::{Curve, Sample};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClusterOptions {
    pub k: u32,
    /// The next centre is drawn by its distance to those there are (kmeans++), or at random.
    pub spread: bool,
    pub iterations: u32,
    pub trials: u32,
    /// Relative change of the loss at which a trial ends.
    pub tolerance: f64,
    pub seed: u64,
}

impl ClusterOptions {
    pub fn of(settings: &Settings) -> Self {
        ClusterOptions {
            k: settings.whole("k"),
            // Both keys name a start; ours has one phase, and either of them may ask for the better one.
            spread: [settings.text("init_method"), settings.text("local_lloyd_init_method")]
                .contains(&"kmeans++"),
            iterations: settings.whole("local_lloyd_max_iter"),
            trials: settings.text("local_lloyd_num_trials").parse().unwrap_or(10),
            tolerance: settings.number("local_lloyd_tol"),
            seed: 0,
        }
    }
}

/// Centres one after the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clusters {
    pub width: u32,
    pub centres: Vec<f64>,
    /// Mean and sum of squared distances of the training rows (`train:msd`, `train:ssd`).
    pub msd: f64,
    pub ssd: f64,
    pub sizes: Vec<u32>,
}

impl Clusters {
    /// The nearest centre and its squared distance; nothing for a row with gaps.
    pub fn nearest(&self, row: &[f64]) -> Option<(usize, f64)> {
        if row.iter().any(|value| value.is_nan()) { None } else { Some(nearest(&self.centres, row)) }
    }
}

fn nearest(centres: &[f64], row: &[f64]) -> (usize, f64) {
    let mut best = (0, f64::INFINITY);
    for (at, centre) in centres.chunks_exact(row.len().max(1)).enumerate() {
        let distance = distance(centre, row);
        if distance < best.1 {
            best = (at, distance);
        }
    }
    best
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// Rows looked at in one unit.
const CHUNK: usize = 256;

pub struct Clustering {
    options: ClusterOptions,
    rows: Vec<f64>,
    width: usize,
    trial: u32,
    iteration: u32,
    centres: Vec<f64>,
    /// Squared distance of each row to the centres chosen so far, while a start is drawn.
    far: Vec<f64>,
    next: usize,
    sums: Vec<f64>,
    counts: Vec<u32>,
    loss: f64,
    before: f64,
    best: Option<Clusters>,
    curve: Curve,
    done: bool,
}

impl Clustering {
    /// # Errors
    /// Fewer rows than clusters, or gaps in them.
    pub fn new(options: ClusterOptions, sample: &Arc<Sample>, names: &[String]) -> Result<Self, Refusal> {
        let matrix = &sample.matrix;
        let k = options.k as usize;
        if matrix.rows < k {
            return Err(Refusal::TooFewRowsForClusters { k, rows: matrix.rows });
        }
        let mut rows = Vec::with_capacity(matrix.rows * matrix.width);
        let mut row = Vec::new();
        for at in 0..matrix.rows {
            matrix.expand(at, &mut row);
            if let Some(gap) = row.iter().position(|value| value.is_nan()) {
                return Err(Refusal::MissingValues { column: names.get(gap).cloned().unwrap_or_default() });
            }
            rows.extend_from_slice(&row);
        }
        Ok(Clustering {
            options,
            width: matrix.width,
            trial: 0,
            iteration: 0,
            centres: Vec::new(),
            far: vec![f64::INFINITY; matrix.rows],
            next: 0,
            sums: vec![0.0; k * matrix.width],
            counts: vec![0; k],
            loss: 0.0,
            before: f64::INFINITY,
            best: None,
            curve: Curve::default(),
            done: false,
            rows,
        })
    }

    /// Draws a centre, or assigns some rows to theirs.
    pub(crate) fn unit(&mut self) -> usize {
        let k = self.options.k as usize;
        if self.centres.len() < k * self.width {
            self.draw();
            return self.rows.len();
        }
        let all = self.far.len();
        let end = (self.next + CHUNK).min(all);
        for row in self.rows[self.next * self.width..end * self.width].chunks_exact(self.width) {
            let (at, distance) = nearest(&self.centres, row);
            self.loss += distance;
            self.counts[at] += 1;
            let sums = &mut self.sums[at * self.width..(at + 1) * self.width];
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
        let cost = (end - self.next) * self.width * k;
        self.next = end;
        if end == all {
            self.end_pass();
        }
        cost
    }

    pub fn is_done(&self) -> bool {
        self.done
    }

    pub fn progress(&self) -> f64 {
        let part = f64::from(self.iteration) / f64::from(self.options.iterations.max(1));
        (f64::from(self.trial) + part) / f64::from(self.options.trials.max(1))
    }

    pub fn curve(&self) -> &Curve {
        &self.curve
    }

    pub fn finish(self) -> (Option<Clusters>, Curve) {
        (self.best, self.curve)
    }

    fn row(&self, at: usize) -> &[f64] {
        &self.rows[at * self.width..(at + 1) * self.width]
    }

    fn draw(&mut self) {
        let chosen = self.centres.len() / self.width.max(1);
        let stream = u64::from(self.trial) * 1_000_003 + chosen as u64;
        let mut random = Random::new(self.options.seed, 500 + stream);
        let total: f64 = self.far.iter().sum();
        let mut best = random.below(self.far.len());
        if self.options.spread && chosen > 0 && total > 0.0 {
            // Of a few drawn by their distance, the one that leaves the least behind.
            let tries = 2 + crate::elementary::ln(f64::from(self.options.k)) as usize;
            let mut least = f64::INFINITY;
            for _ in 0..tries {
                let mut place = random.unit() * total;
                let drawn = self.far.iter().position(|far| {
                    place -= far;
                    place < 0.0
                });
                let candidate = drawn.unwrap_or(0);
                let centre = self.row(candidate);
                let left: f64 = self
                    .rows
                    .chunks_exact(self.width)
                    .zip(&self.far)
                    .map(|(row, far)| distance(row, centre).min(*far))
                    .sum();
                if left < least {
                    (best, least) = (candidate, left);
                }
            }
        } else if !self.options.spread {
            // Rows already taken are passed over.
            best = (0..self.far.len())
                .map(|by| (best + by) % self.far.len())
                .find(|at| self.far[*at] > 0.0)
                .unwrap_or(best);
        }
        let centre = self.row(best).to_vec();
        for (row, far) in self.rows.chunks_exact(self.width).zip(&mut self.far) {
            *far = far.min(distance(row, &centre));
        }
        self.centres.extend_from_slice(&centre);
    }

    fn end_pass(&mut self) {
        self.next = 0;
        self.iteration += 1;
        let rows = self.far.len() as f64;
        let loss = self.loss;
        self.curve.train.push((loss / rows) as f32);
        let settled =
            self.before - loss <= self.options.tolerance * 0.1 * self.before && self.before.is_finite();
        self.before = loss;
        if settled || self.iteration >= self.options.iterations {
            if self.best.as_ref().is_none_or(|best| loss < best.ssd) {
                self.best = Some(Clusters {
                    width: self.width as u32,
                    centres: self.centres.clone(),
                    msd: loss / rows,
                    ssd: loss,
                    sizes: self.counts.clone(),
                });
            }
            self.trial += 1;
            self.done = self.trial >= self.options.trials;
            self.iteration = 0;
            self.before = f64::INFINITY;
            self.centres.clear();
            self.far.fill(f64::INFINITY);
        } else {
            let sums = self.sums.chunks_exact(self.width).zip(&self.counts);
            for (centre, (sum, count)) in self.centres.chunks_exact_mut(self.width).zip(sums) {
                // A centre without rows stays where it is.
                if *count > 0 {
                    centre.iter_mut().zip(sum).for_each(|(at, sum)| *at = sum / f64::from(*count));
                }
            }
        }
        self.loss = 0.0;
        self.counts.fill(0);
        self.sums.fill(0.0);
    }
}
