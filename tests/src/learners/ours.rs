//! Our learners on the same rows, and how far they are from the others.

use std::time::Instant;

use sandshift_ml::tree::Regularization;
use sandshift_ml::{
    Automatic, BoostingOptions, ClusterOptions, Learner, LinearOptions, Loss, Metric, Model,
    PerceptronOptions, Plan, Recipe, Refusal, Request, Rule, Search, Step, Table, Training, Transformer,
};
use serde_json::Value;

use super::rows::{Problem, churn};

/// Shares that scores may differ by.
const TREES: f64 = 0.01;
const LINEAR: f64 = 0.01;
const PERCEPTRON: f64 = 0.02;
const INERTIA: f64 = 0.01;
/// What single predictions of exact trees may differ by on average: they are the same trees but for ties, and for where
/// a value goes that was missing in no row of a node (rounding decides it there).
const SAID: f64 = 0.003;

/// Trains on one part, judges on the other; how many scores are too far from the reference's.
///
/// # Errors
/// A learner that refuses the rows.
pub fn compare(problem: &Problem, reference: &Value) -> Result<usize, String> {
    let kind = problem.name.split('-').next().unwrap_or_default();
    let loss = match kind {
        "regression" => Loss::SquaredError,
        "multiclass" => Loss::Softmax,
        _ => Loss::Logistic,
    };
    let strict = BoostingOptions {
        eta: 0.1,
        max_depth: 4,
        regularization: Regularization {
            gamma: 0.0,
            lambda: 2.0,
            alpha: 0.5,
            min_child_weight: 3.0,
            max_delta_step: 0.7,
        },
        exact: true,
        rounds: 20,
        ..BoostingOptions::default()
    };
    let mut pruned = BoostingOptions { exact: false, rounds: 100, ..strict };
    pruned.regularization.gamma = 0.5;
    let exact = BoostingOptions { exact: true, max_depth: 3, rounds: 20, ..BoostingOptions::default() };
    let mut failed = 0;
    for (name, options) in [
        ("trees", BoostingOptions::default()),
        ("trees-exact", exact),
        ("trees-strict", strict),
        ("trees-pruned", pruned),
    ] {
        let recipe = Recipe::automatic(Automatic::OneHot);
        let model = train(problem, &recipe, &Plan::Trees(options, loss))?;
        failed += near(problem, name, &[&model], &reference[name], TREES)?;
        // Where to cut a histogram is a matter of taste: only scores can be compared.
        if options.exact {
            failed += said(problem, name, &model, &reference[name]["said"])?;
        }
    }
    let scaled = Recipe::automatic(Automatic::Scaled);
    let penalty = if kind == "regression" { 1e-6 } else { 1.0 };
    let linear = Plan::Linear(LinearOptions { penalty, ..LinearOptions::default() });
    failed += near(problem, "linear", &[&train(problem, &scaled, &linear)?], &reference["linear"], LINEAR)?;
    let mut nets = Vec::new();
    for seed in 1..=3 {
        let options = PerceptronOptions { epochs: 40, patience: 0, seed, ..PerceptronOptions::default() };
        nets.push(train(problem, &scaled, &Plan::Perceptron(options))?);
    }
    failed += near(problem, "mlp", &nets.iter().collect::<Vec<_>>(), &reference["mlp"], PERCEPTRON)?;
    failed += clusters(problem, reference["kmeans"]["inertia"].as_f64().unwrap_or(f64::NAN))?;
    Ok(failed)
}

fn train(problem: &Problem, recipe: &Recipe, plan: &Plan) -> Result<Model, String> {
    let training = Training::new(problem.table(true)?, "target", recipe, plan, None);
    finish(training.map_err(|refusal| format!("{}: {refusal}", problem.name))?)
}

fn finish(mut training: Training) -> Result<Model, String> {
    while training.step(1_000_000) != Step::Ready {}
    training.finish().ok_or_else(|| "nothing was trained".to_owned())
}

fn told(refusal: Refusal) -> String {
    refusal.to_string()
}

fn near(
    problem: &Problem,
    name: &str,
    models: &[&Model],
    reference: &Value,
    within: f64,
) -> Result<usize, String> {
    let (features, answers) = problem.part(false)?;
    let reports: Vec<_> =
        models.iter().filter_map(|model| model.evaluate(&features, &answers).ok()).collect();
    let mut failed = 0;
    for (metric, key) in [(Metric::Accuracy, "accuracy"), (Metric::Auc, "auc"), (Metric::R2, "r2")] {
        let Some(theirs) = reference[key].as_f64() else { continue };
        let ours: f64 =
            reports.iter().filter_map(|report| report.score(metric)).sum::<f64>() / models.len() as f64;
        failed += tell(problem, name, key, ours, theirs, within);
    }
    Ok(failed)
}

/// Predictions of single rows: probabilities of the last class, or numbers in units of their spread.
fn said(problem: &Problem, name: &str, model: &Model, reference: &Value) -> Result<usize, String> {
    let (features, _) = problem.part(false)?;
    let prediction = model.predict(&features).unwrap_or_default();
    let classes = model.labels.len().max(1);
    let theirs: Vec<f64> = reference.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    let (ours, unit): (Vec<f64>, f64) = if model.labels.is_empty() {
        let mean = theirs.iter().sum::<f64>() / theirs.len() as f64;
        let spread =
            theirs.iter().map(|each| (each - mean) * (each - mean)).sum::<f64>() / theirs.len() as f64;
        (prediction.values, spread.sqrt())
    } else {
        (prediction.probabilities.iter().skip(classes - 1).step_by(classes).copied().collect(), 1.0)
    };
    let apart = ours.iter().zip(&theirs).map(|(ours, theirs)| (ours - theirs).abs() / unit).sum::<f64>();
    Ok(tell(problem, name, "mean difference", apart / theirs.len().max(1) as f64, 0.0, SAID))
}

fn clusters(problem: &Problem, theirs: f64) -> Result<usize, String> {
    let (features, _) = problem.part(true)?;
    let numeric = |column: &&sandshift_ml::Column| matches!(column.values, sandshift_ml::Values::Numbers(_));
    let columns = features.columns().iter().filter(numeric).cloned().collect();
    let table = Table::new(columns).map_err(told)?;
    let recipe = Recipe {
        rules: vec![Rule {
            columns: Vec::new(),
            transformers: vec![Transformer::StandardScaler, Transformer::Imputer],
        }],
        ..Recipe::none()
    };
    // Gaps are filled with the mean there and with the median here; the fifth column is spread evenly, so both agree.
    let options =
        ClusterOptions { k: 5, spread: true, iterations: 300, trials: 10, tolerance: 1e-4, seed: 1 };
    let training = Training::clusters(&table, &recipe, options);
    let model = finish(training.map_err(told)?)?;
    let Learner::Clusters(clusters) = &model.learner else { return Ok(1) };
    Ok(tell(problem, "kmeans", "inertia, relative", clusters.ssd / theirs, 1.0, INERTIA))
}

fn tell(problem: &Problem, name: &str, what: &str, ours: f64, theirs: f64, within: f64) -> usize {
    let fits = (ours - theirs).abs() <= within;
    let verdict = if fits { "" } else { "  TOO FAR" };
    println!("{:<18} {name:<13} {what:<18} {ours:>8.4} {theirs:>8.4}{verdict}", problem.name);
    usize::from(!fits)
}

/// AutoML on the churn customers: as good on rows it never saw as the lab promises.
///
/// # Errors
/// A search that refuses the rows.
pub fn search_churn() -> Result<usize, String> {
    let mut failed = 0;
    for seed in [1, 2, 3] {
        let problem = churn(seed);
        let begun = Instant::now();
        let request = Request {
            table: problem.table(true)?,
            target: "target".to_owned(),
            problem: None,
            objective: None,
            only: None,
            recipe: None,
            candidates: 12,
            seed,
        };
        let mut search = Search::new(request).map_err(told)?;
        while search.step(1_000_000).map_err(told)? != Step::Ready {}
        let outcome = search.finish().ok_or("nothing was found")?;
        let seconds = begun.elapsed().as_secs_f64();
        let (features, answers) = problem.part(false)?;
        let leak = sandshift_ml::overlap(&problem.part(true)?.0, &features);
        let report = outcome.model.evaluate(&features, &answers).map_err(told)?;
        let score = |metric| report.score(metric).unwrap_or_default();
        let (accuracy, f1) = (score(Metric::Accuracy), score(Metric::F1));
        let good = accuracy >= 0.945 && f1 >= 0.80 && leak.is_some_and(|leak| leak.rows == 0);
        let verdict = if good { "" } else { "  TOO BAD" };
        let validation = outcome.winner().value.unwrap_or_default();
        println!(
            "{:<18} AutoML: {} accuracy {accuracy:.4}, F1 {f1:.4} (validation {validation:.4}), {seconds:.1} s{verdict}",
            problem.name,
            outcome.model.learner.algorithm().name(),
        );
        failed += usize::from(!good);
    }
    Ok(failed)
}
