//! The best split of a node, from its histogram.

use super::bins::{Cuts, Lane};

/// Sums of slopes and bends.
pub(super) type Sum = [f64; 2];

/// XGBoost's options that weigh a gain.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Regularization {
    /// The gain that a split must bring.
    pub gamma: f64,
    pub lambda: f64,
    pub alpha: f64,
    pub min_child_weight: f64,
    /// 0: no limit.
    pub max_delta_step: f64,
}

impl Default for Regularization {
    fn default() -> Self {
        Regularization { gamma: 0.0, lambda: 1.0, alpha: 0.0, min_child_weight: 1.0, max_delta_step: 0.0 }
    }
}

impl Regularization {
    /// The slope that is left once alpha has taken its part.
    fn shrunk(&self, slope: f64) -> f64 {
        if slope > self.alpha {
            slope - self.alpha
        } else if slope < -self.alpha {
            slope + self.alpha
        } else {
            0.0
        }
    }

    /// A leaf's value, before the learning rate.
    pub(super) fn weight(&self, [slope, bend]: Sum) -> f64 {
        if bend <= 0.0 || bend < self.min_child_weight {
            return 0.0;
        }
        let weight = -self.shrunk(slope) / (bend + self.lambda);
        if self.max_delta_step > 0.0 {
            weight.clamp(-self.max_delta_step, self.max_delta_step)
        } else {
            weight
        }
    }

    fn gain(&self, sum: Sum) -> f64 {
        let [slope, bend] = sum;
        if bend <= 0.0 {
            return 0.0;
        }
        if self.max_delta_step == 0.0 {
            let shrunk = self.shrunk(slope);
            return shrunk * shrunk / (bend + self.lambda);
        }
        let weight = self.weight(sum);
        // Alpha counts in the weight only: so XGBoost has it.
        -(2.0 * slope * weight + (bend + self.lambda) * weight * weight)
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Split {
    pub gain: f64,
    pub lane: usize,
    pub code: u16,
    pub missing_left: bool,
    pub left: Sum,
}

impl Split {
    pub fn goes_left(&self, cuts: &Cuts, code: u16) -> bool {
        match cuts {
            Cuts::Ordered(_) if code == cuts.missing() => self.missing_left,
            Cuts::Ordered(_) => code <= self.code,
            Cuts::Choice(_) => code != self.code,
        }
    }

    /// Values below go left.
    pub fn threshold(&self, cuts: &Cuts) -> f64 {
        match cuts {
            // Behind the last cut lie only missing values.
            Cuts::Ordered(cuts) => cuts.get(usize::from(self.code)).copied().unwrap_or(f64::INFINITY),
            Cuts::Choice(_) => 0.5,
        }
    }

    pub fn feature(&self, lane: &Lane) -> u32 {
        match lane.cuts {
            Cuts::Ordered(_) => lane.feature,
            Cuts::Choice(_) => lane.feature + u32::from(self.code),
        }
    }
}

/// Gains this small are rounding.
const LEAST_GAIN: f64 = 1e-6;

/// `allowed` says which features may be used; empty means all.
pub(super) fn best(
    lanes: &[Lane],
    histogram: &[Sum],
    total: Sum,
    allowed: &[bool],
    weights: &Regularization,
) -> Option<Split> {
    let parent = weights.gain(total);
    let mut best: Option<Split> = None;
    let mut consider = |lane: usize, code: usize, missing_left: bool, left: Sum| {
        let right = [total[0] - left[0], total[1] - left[1]];
        if left[1] < weights.min_child_weight || right[1] < weights.min_child_weight {
            return;
        }
        let gain = weights.gain(left) + weights.gain(right) - parent;
        // Gamma is asked of each split as it is made, as XGBoost's histograms do; its exact method would grow first and
        // prune afterwards (unconfirmed: which of them the product's `auto` was).
        if gain > best.map_or(LEAST_GAIN, |best| best.gain) && gain >= weights.gamma {
            best = Some(Split { gain, lane, code: code as u16, missing_left, left });
        }
    };
    let may = |feature: usize| allowed.is_empty() || allowed[feature];
    for (at, lane) in lanes.iter().enumerate() {
        let last = usize::from(lane.cuts.missing());
        let bins = &histogram[lane.offset..=lane.offset + last];
        match lane.cuts {
            Cuts::Ordered(_) => {
                if !may(lane.feature as usize) {
                    continue;
                }
                let missing = bins[last];
                let gaps = missing[1] > 0.0;
                let mut left = [0.0, 0.0];
                for (code, bin) in bins[..last].iter().enumerate() {
                    left = [left[0] + bin[0], left[1] + bin[1]];
                    // An empty bin splits as the one before it did.
                    if bin[1] == 0.0 || (code + 1 == last && !gaps) {
                        continue;
                    }
                    consider(at, code, false, left);
                    if gaps && code + 1 < last {
                        consider(at, code, true, [left[0] + missing[0], left[1] + missing[1]]);
                    }
                }
            }
            Cuts::Choice(_) => {
                for (code, bin) in bins[..last].iter().enumerate() {
                    if bin[1] > 0.0 && may(lane.feature as usize + code) {
                        consider(at, code, false, [total[0] - bin[0], total[1] - bin[1]]);
                    }
                }
            }
        }
    }
    best
}
