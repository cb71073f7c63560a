//! What a page draws of a model: how it was judged, what it looks at, how it learned.

use serde_json::{Value, json};

use crate::model::{Model, Report};
use crate::training::Curve;

/// Points of a curve that a screen can show.
const MOST_POINTS: usize = 120;

pub(super) fn of(model: &Model, report: Option<&Report>, curve: Option<&Curve>) -> Value {
    let scores = report.into_iter().flat_map(|report| &report.scores);
    let scores: Vec<Value> = scores.map(|(metric, score)| json!([metric.name(), score])).collect();
    let roc = report.map_or(&[][..], |report| &report.roc);
    let roc: Vec<Value> = thinned(roc)
        .map(|point| {
            // Nothing is above this threshold; JSON has no infinity.
            let threshold = if point.threshold.is_finite() { json!(point.threshold) } else { Value::Null };
            json!([point.false_positives, point.true_positives, threshold])
        })
        .collect();
    let line = |values: &[f32]| -> Vec<Value> {
        let points: Vec<(usize, f32)> = values.iter().copied().enumerate().collect();
        thinned(&points).map(|(at, value)| json!([at + 1, value])).collect()
    };
    let importance: Vec<Value> =
        model.importance().into_iter().map(|(name, share)| json!([name, share])).collect();
    json!({
        "labels": model.labels,
        "scores": scores,
        "confusion": report.and_then(|report| report.confusion.as_ref()).map(|confusion| &confusion.counts),
        "roc": roc,
        "importance": importance,
        "train": curve.map(|curve| line(&curve.train)),
        "validation": curve.map(|curve| line(&curve.validation)),
    })
}

/// Evenly, the first and the last among them.
fn thinned<T>(all: &[T]) -> impl Iterator<Item = &T> {
    let step = all.len().div_ceil(MOST_POINTS).max(1);
    let last = all.len().saturating_sub(1);
    all.iter().enumerate().filter(move |(at, _)| at % step == 0 || *at == last).map(|(_, each)| each)
}
