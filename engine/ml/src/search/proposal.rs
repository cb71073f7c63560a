//! Which candidates are tried: some that are known to be good, then draws, then steps around the best so far.

use crate::elementary::{exp, ln};
use crate::learner::Algorithm;
use crate::linear::LinearOptions;
use crate::perceptron::PerceptronOptions;
use crate::prepare::{Automatic, Recipe};
use crate::random::Random;
use crate::search::candidate::Candidate;
use crate::target::Problem;
use crate::training::Plan;
use crate::tree::{BoostingOptions, Loss, Regularization, Sampling};

/// Rounds without a gain after which a boosted candidate stops.
const PATIENCE: u32 = 15;

/// The first ones of a search, in order; guidance leaves one kind of learner. `lift` is what a rare positive class
/// should weigh where missing it costs most (F1), or 1.
pub(super) fn first(
    problem: Problem,
    only: Option<Algorithm>,
    recipe: Option<&Recipe>,
    width: usize,
    lift: f64,
    count: usize,
    seed: u64,
) -> Vec<Candidate> {
    let take = |kind: Automatic| recipe.cloned().unwrap_or_else(|| Recipe::automatic(kind));
    let trees = |kind: Automatic, options: BoostingOptions| {
        Candidate::new(take(kind), Plan::Trees(options, Loss::of(problem)))
    };
    let boosting =
        |rounds: u32, eta: f64, max_depth: u32, lambda: f64, share: f64, lift: f64| BoostingOptions {
            rounds,
            eta,
            max_depth,
            regularization: Regularization { lambda, ..Regularization::default() },
            scale_pos_weight: (lift * 100.0).round() / 100.0,
            sampling: Sampling {
                subsample: share,
                colsample_bytree: share,
                colsample_bylevel: 1.0,
                colsample_bynode: 1.0,
            },
            patience: PATIENCE,
            seed,
            ..BoostingOptions::default()
        };
    let linear = |kind: Automatic, penalty: f64, balanced: bool| {
        Candidate::new(
            take(kind),
            Plan::Linear(LinearOptions { penalty, balanced, iterations: 100, ..LinearOptions::default() }),
        )
    };
    let net = |kind: Automatic, hidden: Vec<u16>, rate: f64| {
        let options = PerceptronOptions { hidden, rate, seed, ..PerceptronOptions::default() };
        Candidate::new(take(kind), Plan::Perceptron(options))
    };
    let balanced = problem != Problem::Regression;
    // Projections of very many columns cost more than they tell.
    let flat = if width <= 64 { Automatic::Projected } else { Automatic::Robust };
    let mut all = vec![
        trees(Automatic::OneHot, boosting(100, 0.3, 6, 1.0, 1.0, 1.0)),
        linear(Automatic::Scaled, 1.0, false),
        net(Automatic::Scaled, vec![32, 16], 0.003),
        trees(Automatic::Ordinal, boosting(200, 0.1, 6, 5.0, 0.8, lift)),
        trees(Automatic::OneHot, boosting(200, 0.1, 8, 5.0, 0.8, lift.sqrt())),
        linear(Automatic::Robust, 0.1, balanced),
        trees(Automatic::Ordinal, boosting(200, 0.15, 5, 2.0, 0.8, lift.sqrt())),
        net(Automatic::Robust, vec![64], 0.005),
        linear(flat, 1.0, false),
        net(flat, vec![48, 24], 0.002),
        linear(Automatic::Scaled, 10.0, balanced),
    ];
    if let Some(only) = only {
        all.retain(|candidate| candidate.plan.algorithm() == only);
    }
    all.truncate(count);
    let mut random = Random::new(seed, 41);
    // More of what is asked for, or of what does best on tables.
    while all.len() < count.min(8) {
        let next = match only {
            Some(Algorithm::LinearLearner) => {
                linear(Automatic::Scaled, spread(&mut random, 1e-3, 100.0), random.below(2) == 1 && balanced)
            }
            Some(Algorithm::Mlp) => {
                let width = 16 << random.below(3);
                net(Automatic::Scaled, vec![width, width / 2], spread(&mut random, 5e-4, 1e-2))
            }
            _ => {
                let eta = spread(&mut random, 0.05, 0.3);
                let depth = 3 + random.below(7) as u32;
                trees(
                    Automatic::OneHot,
                    boosting(200, eta, depth, spread(&mut random, 1.0, 10.0), 0.8, lift.sqrt()),
                )
            }
        };
        all.push(next);
    }
    all
}

/// A step away from a good candidate.
pub(super) fn near(best: &Candidate, seed: u64, number: usize) -> Candidate {
    let mut random = Random::new(seed, 43 + number as u64);
    let mut by =
        |value: f64, least: f64, most: f64| (value * spread(&mut random, 0.5, 2.0)).clamp(least, most);
    let plan = match &best.plan {
        Plan::Trees(options, loss) => {
            let mut options = *options;
            options.eta = round(by(options.eta, 0.03, 0.5));
            options.max_depth = by(f64::from(options.max_depth), 3.0, 10.0) as u32;
            let weights = &mut options.regularization;
            weights.min_child_weight = round(by(weights.min_child_weight, 0.5, 10.0));
            weights.lambda = round(by(weights.lambda, 0.1, 20.0));
            weights.gamma = round(by(weights.gamma.max(0.05), 0.0, 5.0));
            options.sampling.subsample = round(by(0.8, 0.6, 1.0));
            options.sampling.colsample_bytree = round(by(0.8, 0.6, 1.0));
            options.rounds = 250;
            options.patience = PATIENCE;
            options.seed = seed.wrapping_add(number as u64);
            Plan::Trees(options, *loss)
        }
        Plan::Linear(options) => {
            Plan::Linear(LinearOptions { penalty: round(by(options.penalty, 1e-4, 1e3)), ..*options })
        }
        Plan::Perceptron(options) => {
            let mut options = options.clone();
            options.rate = round(by(options.rate, 2e-4, 2e-2));
            options.penalty = round(by(options.penalty, 1e-6, 1e-2));
            options.seed = seed.wrapping_add(number as u64);
            Plan::Perceptron(options)
        }
        Plan::Clusters(options) => Plan::Clusters(*options),
    };
    Candidate::new(best.recipe.clone(), plan)
}

/// Alike by factors, not by differences.
fn spread(random: &mut Random, least: f64, most: f64) -> f64 {
    round(exp(ln(least) + random.unit() * (ln(most) - ln(least))))
}

/// To a few digits, so that a notebook can print it.
fn round(value: f64) -> f64 {
    (value * 100_000.0).round() / 100_000.0
}
