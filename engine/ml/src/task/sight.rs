//! What a page draws of a model: how it was judged, what it looks at, how it learned, what should make one think.

use serde_json::{Value, json};

use crate::explore::Exploration;
use crate::leak::copies;
use crate::learner::Learner;
use crate::model::{Model, Report};
use crate::prepare::{Role, as_numbers, role};
use crate::statistic::mean;
use crate::table::Table;
use crate::training::Curve;

/// Points of a curve that a screen can show.
const MOST_POINTS: usize = 120;
/// Points of a cloud.
const MOST_PAIRS: usize = 300;
/// Bars of a histogram.
const BARS: usize = 21;

/// What a model is looked at with.
pub(super) struct Looked<'a> {
    pub model: &'a Model,
    /// The training rows, the target among them.
    pub table: &'a Table,
    pub report: Option<&'a Report>,
    /// Whether it was judged on rows it had not learned from.
    pub held_out: bool,
    pub curve: &'a Curve,
    pub exploration: Option<&'a Exploration>,
}

pub(super) fn of(looked: &Looked<'_>) -> Value {
    let Looked { model, table, report, curve, exploration, .. } = looked;
    let scores = report.iter().flat_map(|report| &report.scores);
    let scores: Vec<Value> = scores.map(|(metric, score)| json!([metric.name(), score])).collect();
    let line = |values: &[f32]| -> Vec<Value> {
        let points: Vec<(usize, f32)> = values.iter().copied().enumerate().collect();
        thinned(&points, MOST_POINTS, None).map(|(at, value)| json!([at + 1, value])).collect()
    };
    let importance: Vec<Value> =
        model.importance().into_iter().map(|(name, share)| json!([name, share])).collect();
    let features = Table::clone(table).split(&model.target).ok();
    let same = features.map(|(target, features)| copies(&features, &target)).unwrap_or_default();
    let powers = exploration.iter().flat_map(|found| &found.columns);
    let powers: Vec<Value> = powers.map(|column| json!([column.name, column.power])).collect();
    json!({
        "labels": model.labels,
        "rows": table.rows(),
        "columns": table.columns().len(),
        "held_out": looked.held_out,
        "scores": scores,
        "confusion": report.and_then(|report| report.confusion.as_ref()).map(|confusion| &confusion.counts),
        "roc": report.map(roc),
        "pairs": report.map(|report| thinned(&report.pairs, MOST_PAIRS, None).collect::<Vec<_>>()),
        "errors": report.and_then(errors),
        "clusters": clusters(model, table),
        "importance": importance,
        "train": line(&curve.train),
        "validation": line(&curve.validation),
        "powers": powers,
        "same": same,
        "insights": exploration.map(|found| &found.insights),
    })
}

/// The point at which the model itself decides is among them.
fn roc(report: &Report) -> Vec<Value> {
    let own = report.roc.iter().rposition(|point| point.threshold > 0.5);
    let points = thinned(&report.roc, MOST_POINTS, own);
    points
        .map(|point| {
            // Nothing is above this threshold; JSON has no infinity.
            let threshold = if point.threshold.is_finite() { json!(point.threshold) } else { Value::Null };
            json!([point.false_positives, point.true_positives, threshold])
        })
        .collect()
}

/// How far what was said lies from the answers: where the first bar begins, how wide each is, how many are in it.
fn errors(report: &Report) -> Option<Value> {
    let errors: Vec<f64> = report.pairs.iter().map(|(truth, said)| said - truth).collect();
    let most = errors.iter().fold(0.0_f64, |most, error| most.max(error.abs()));
    if errors.is_empty() || most == 0.0 {
        return None;
    }
    // The bar in the middle is around nothing.
    let width = most * 2.0 / BARS as f64;
    let mut counts = vec![0_u32; BARS];
    for error in errors {
        counts[(((error + most) / width) as usize).min(BARS - 1)] += 1;
    }
    Some(json!([-most, width, counts]))
}

/// Sizes, and the mean of every column of numbers by cluster, in the column's own units.
fn clusters(model: &Model, table: &Table) -> Option<Value> {
    let Learner::Clusters(found) = &model.learner else { return None };
    let said = model.predict(table).ok()?.values;
    let numeric = table.columns().iter().filter(|column| role(column) == Role::Numeric);
    let centres: Vec<Value> = numeric
        .map(|column| {
            let numbers = as_numbers(column, false);
            let of = |cluster: usize| {
                let rows = said.iter().zip(numbers.iter()).filter(|(said, _)| **said == cluster as f64);
                mean(&rows.map(|(_, number)| *number).collect::<Vec<_>>())
            };
            let means: Vec<f64> = (0..found.sizes.len()).map(of).collect();
            json!([column.name, means])
        })
        .collect();
    Some(json!({ "sizes": found.sizes, "centres": centres }))
}

/// Evenly, the first and the last among them, and the one at `kept`.
fn thinned<T>(all: &[T], most: usize, kept: Option<usize>) -> impl Iterator<Item = &T> {
    let step = all.len().div_ceil(most).max(1);
    let last = all.len().saturating_sub(1);
    let stays = move |at: usize| at.is_multiple_of(step) || at == last || kept == Some(at);
    all.iter().enumerate().filter(move |(at, _)| stays(*at)).map(|(_, each)| each)
}
