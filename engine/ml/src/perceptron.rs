//! The multi-layer perceptron: rectified hidden layers, Adam, small batches.
//!
//! Single precision, and a unit's outgoing weights side by side: the inner loops then run over neighbours, several at
//! a time where the machine can.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::elementary::{ln, sigmoid, soft_plus, softmax};
use crate::random::Random;
use crate::statistic::{deviation, mean};
use crate::target::Problem;
use crate::training::{Curve, Sample};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PerceptronOptions {
    pub hidden: Vec<u16>,
    pub epochs: u32,
    pub batch: u32,
    pub rate: f64,
    pub penalty: f64,
    /// Epochs without a better validation loss; 0: never stopped.
    pub patience: u32,
    pub seed: u64,
}

impl Default for PerceptronOptions {
    fn default() -> Self {
        PerceptronOptions {
            hidden: vec![32, 16],
            epochs: 60,
            batch: 64,
            rate: 0.003,
            penalty: 1e-4,
            patience: 8,
            seed: 0,
        }
    }
}

/// Inputs times outputs weights, then the outputs' biases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Layer {
    inputs: u32,
    outputs: u32,
    weights: Vec<f32>,
}

impl Layer {
    fn biases(&self) -> &[f32] {
        &self.weights[(self.inputs * self.outputs) as usize..]
    }

    fn of(&self, input: usize) -> &[f32] {
        let width = self.outputs as usize;
        &self.weights[input * width..(input + 1) * width]
    }

    fn forward(&self, inputs: impl Iterator<Item = (usize, f32)>, out: &mut Vec<f32>) {
        out.clear();
        out.extend_from_slice(self.biases());
        for (input, value) in inputs {
            add_scaled(out, self.of(input), value);
        }
    }
}

fn add_scaled(out: &mut [f32], by: &[f32], factor: f32) {
    out.iter_mut().zip(by).for_each(|(out, by)| *out += factor * by);
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Perceptron {
    pub problem: Problem,
    layers: Vec<Layer>,
    /// Numbers are learned as deviations from their mean, in units of their spread.
    scale: (f64, f64),
}

impl Perceptron {
    pub fn outputs(&self) -> usize {
        self.layers.last().map_or(0, |layer| layer.outputs as usize)
    }

    pub fn scores(&self, row: &[f64], out: &mut [f64]) {
        let active = row.iter().enumerate().filter(|(_, value)| **value != 0.0);
        let mut values: Vec<f32> = Vec::new();
        let mut next = Vec::new();
        for (at, layer) in self.layers.iter().enumerate() {
            if at == 0 {
                layer.forward(active.clone().map(|(input, value)| (input, *value as f32)), &mut next);
            } else {
                let live = values.iter().copied().enumerate().filter(|(_, value)| *value > 0.0);
                layer.forward(live, &mut next);
            }
            std::mem::swap(&mut values, &mut next);
        }
        for (out, value) in out.iter_mut().zip(&values) {
            *out = f64::from(*value) * self.scale.1 + self.scale.0;
        }
    }
}

/// Adam's memory of slopes and of their squares.
struct Moments {
    slope: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
}

pub struct Schooling {
    options: PerceptronOptions,
    train: Arc<Sample>,
    watch: Option<Arc<Sample>>,
    net: Perceptron,
    moments: Vec<Moments>,
    order: Vec<u32>,
    next: usize,
    epoch: u32,
    decay: (f64, f64),
    loss: f64,
    curve: Curve,
    best: (u32, f64),
    kept: Option<Vec<Layer>>,
    done: bool,
}

impl Schooling {
    pub fn new(
        options: PerceptronOptions,
        problem: Problem,
        outputs: usize,
        train: Arc<Sample>,
        watch: Option<Arc<Sample>>,
    ) -> Self {
        let mut random = Random::new(options.seed, 11);
        let mut layers = Vec::new();
        let mut inputs = train.matrix.width as u32;
        for outputs in options.hidden.iter().map(|width| u32::from(*width)).chain([outputs as u32]) {
            let reach = (6.0 / f64::from(inputs + outputs)).sqrt();
            let draw = |_| ((random.unit() * 2.0 - 1.0) * reach) as f32;
            let mut weights: Vec<f32> = (0..inputs * outputs).map(draw).collect();
            weights.extend((0..outputs).map(|_| 0.0));
            layers.push(Layer { inputs, outputs, weights });
            inputs = outputs;
        }
        let zeros = |layer: &Layer| vec![0.0; layer.weights.len()];
        let moments = layers
            .iter()
            .map(|layer| Moments { slope: zeros(layer), first: zeros(layer), second: zeros(layer) })
            .collect();
        let scale = if problem == Problem::Regression {
            let mean = mean(&train.answers);
            let spread = deviation(&train.answers, mean);
            (mean, if spread > 0.0 { spread } else { 1.0 })
        } else {
            (0.0, 1.0)
        };
        Schooling {
            net: Perceptron { problem, layers, scale },
            moments,
            order: (0..train.matrix.rows as u32).collect(),
            next: 0,
            epoch: 0,
            decay: (1.0, 1.0),
            loss: 0.0,
            curve: Curve::default(),
            best: (0, f64::INFINITY),
            kept: None,
            done: false,
            options,
            train,
            watch,
        }
    }

    /// One batch; at the end of an epoch a look at the validation rows.
    pub(crate) fn unit(&mut self) -> usize {
        if self.next == 0 {
            Random::new(self.options.seed, 100 + u64::from(self.epoch)).shuffle(&mut self.order);
            self.loss = 0.0;
        }
        let end = (self.next + self.options.batch as usize).min(self.order.len());
        let batch = self.next..end;
        let size = batch.len();
        self.moments.iter_mut().for_each(|moments| moments.slope.fill(0.0));
        let mut work = Work::new(self.net.layers.len());
        for at in batch {
            let row = self.order[at] as usize;
            self.loss += self.learn(row, &mut work);
        }
        self.update(size as f32);
        let weights: usize = self.net.layers.iter().map(|layer| layer.weights.len()).sum();
        let mut cost = weights * (2 + size / 8);
        self.next = end;
        if end == self.order.len() {
            self.next = 0;
            cost += self.end_epoch();
        }
        cost
    }

    pub fn is_done(&self) -> bool {
        self.done
    }

    pub fn progress(&self) -> f64 {
        f64::from(self.epoch) / f64::from(self.options.epochs.max(1))
    }

    pub fn curve(&self) -> &Curve {
        &self.curve
    }

    /// The epoch whose weights are kept.
    pub fn epochs(&self) -> u32 {
        if self.kept.is_some() { self.best.0 } else { self.epoch }
    }

    pub fn finish(mut self) -> (Perceptron, Curve) {
        if let Some(kept) = self.kept {
            self.net.layers = kept;
        }
        (self.net, self.curve)
    }

    fn learn(&mut self, row: usize, work: &mut Work) -> f64 {
        let layers = &self.net.layers;
        self.train.matrix.active(row, &mut work.row);
        for (at, layer) in layers.iter().enumerate() {
            let (before, out) = work.values.split_at_mut(at);
            let out = &mut out[0];
            match before.last() {
                None => layer.forward(work.row.iter().map(|(at, value)| (*at as usize, *value as f32)), out),
                Some(values) => {
                    layer.forward(values.iter().copied().enumerate().filter(|(_, value)| *value > 0.0), out);
                }
            }
            if at + 1 < layers.len() {
                out.iter_mut().for_each(|value| *value = value.max(0.0));
            }
        }
        let (loss, apart) = self.apart(&work.values[layers.len() - 1], self.train.answers[row]);
        work.errors = apart;
        for at in (0..layers.len()).rev() {
            let layer = &layers[at];
            let slope = &mut self.moments[at].slope;
            let width = layer.outputs as usize;
            let errors = &work.errors;
            let biases = layer.inputs as usize * width;
            add_scaled(&mut slope[biases..], errors, 1.0);
            if at == 0 {
                for (input, value) in &work.row {
                    let from = *input as usize * width;
                    add_scaled(&mut slope[from..from + width], errors, *value as f32);
                }
                break;
            }
            let values = &work.values[at - 1];
            work.before.clear();
            for (input, value) in values.iter().enumerate() {
                let mut back = 0.0;
                // A unit that is silent neither learned nor passes anything back.
                if *value > 0.0 {
                    let from = input * width;
                    add_scaled(&mut slope[from..from + width], errors, *value);
                    back = layer.of(input).iter().zip(errors).map(|(weight, error)| weight * error).sum();
                }
                work.before.push(back);
            }
            std::mem::swap(&mut work.errors, &mut work.before);
        }
        loss
    }

    /// The loss of an answer, and how far each output is off.
    fn apart(&self, outputs: &[f32], answer: f64) -> (f64, Vec<f32>) {
        let mut scores: Vec<f64> = outputs.iter().map(|value| f64::from(*value)).collect();
        let loss = match self.net.problem {
            Problem::Regression => {
                scores[0] -= (answer - self.net.scale.0) / self.net.scale.1;
                0.5 * scores[0] * scores[0]
            }
            Problem::Binary => {
                let loss = soft_plus(scores[0]) - answer * scores[0];
                scores[0] = sigmoid(scores[0]) - answer;
                loss
            }
            Problem::Multiclass => {
                softmax(&mut scores);
                let loss = -ln(scores[answer as usize].max(1e-15));
                scores[answer as usize] -= 1.0;
                loss
            }
        };
        (loss, scores.iter().map(|score| *score as f32).collect())
    }

    fn update(&mut self, size: f32) {
        const FIRST: f64 = 0.9;
        const SECOND: f64 = 0.999;
        self.decay = (self.decay.0 * FIRST, self.decay.1 * SECOND);
        let rate = (self.options.rate * (1.0 - self.decay.1).sqrt() / (1.0 - self.decay.0)) as f32;
        let penalty = self.options.penalty as f32;
        let (first, second) = (FIRST as f32, SECOND as f32);
        for (layer, moments) in self.net.layers.iter_mut().zip(&mut self.moments) {
            let biases = (layer.inputs * layer.outputs) as usize;
            let moved = moments.first.iter_mut().zip(&mut moments.second).zip(&moments.slope);
            for (at, (weight, ((mean, square), slope))) in layer.weights.iter_mut().zip(moved).enumerate() {
                let pull = if at < biases { penalty * *weight } else { 0.0 };
                let slope = slope / size + pull;
                *mean = first * *mean + (1.0 - first) * slope;
                *square = second * *square + (1.0 - second) * slope * slope;
                *weight -= rate * *mean / (square.sqrt() + 1e-8);
            }
        }
    }

    fn end_epoch(&mut self) -> usize {
        self.epoch += 1;
        self.curve.train.push((self.loss / self.order.len() as f64) as f32);
        self.done = self.epoch >= self.options.epochs;
        let Some(watch) = &self.watch else { return 0 };
        let mut row = Vec::new();
        let mut values = Vec::new();
        let mut next = Vec::new();
        let mut loss = 0.0;
        for (at, answer) in watch.answers.iter().enumerate() {
            watch.matrix.active(at, &mut row);
            for (at, layer) in self.net.layers.iter().enumerate() {
                if at == 0 {
                    layer.forward(row.iter().map(|(at, value)| (*at as usize, *value as f32)), &mut next);
                } else {
                    let live = |(_, value): &(usize, f32)| *value > 0.0;
                    layer.forward(values.iter().copied().enumerate().filter(live), &mut next);
                }
                std::mem::swap(&mut values, &mut next);
            }
            loss += self.apart(&values, *answer).0;
        }
        loss /= watch.answers.len().max(1) as f64;
        self.curve.validation.push(loss as f32);
        if self.options.patience > 0 {
            if loss < self.best.1 {
                self.best = (self.epoch, loss);
                self.kept = Some(self.net.layers.clone());
            }
            self.done |= self.epoch - self.best.0 >= self.options.patience;
        }
        watch.matrix.cost() * self.options.hidden.first().map_or(1, |width| usize::from(*width)) / 4
    }
}

/// What one row's way through the net needs, kept from row to row.
struct Work {
    row: Vec<(u32, f64)>,
    values: Vec<Vec<f32>>,
    errors: Vec<f32>,
    before: Vec<f32>,
}

impl Work {
    fn new(layers: usize) -> Self {
        Work { row: Vec::new(), values: vec![Vec::new(); layers], errors: Vec::new(), before: Vec::new() }
    }
}
