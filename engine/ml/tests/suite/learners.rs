//! What must hold of every learner and of the search, whatever the data.

use std::sync::Arc;

use crate::problem::{binary, multiclass, noise, regression};
use sandshift_ml::*;

fn request(table: Table, target: &str, only: Option<Algorithm>, candidates: usize) -> Request {
    let target = target.to_owned();
    Request { table, target, problem: None, objective: None, only, recipe: None, candidates, seed: 7 }
}

fn run(request: Request, budget: usize) -> Outcome {
    let mut search = Search::new(request).unwrap();
    let mut before = 0.0;
    loop {
        match search.step(budget).unwrap() {
            Step::Ready => break,
            Step::Pending { progress } => {
                assert!((0.0..=1.0).contains(&progress) && progress >= before - 0.2, "{before} {progress}");
                before = progress;
            }
        }
    }
    assert_eq!(search.stage(), Stage::Completed);
    search.finish().unwrap()
}

fn bytes(outcome: &Outcome) -> Vec<u8> {
    postcard::to_allocvec(outcome).unwrap()
}

#[test]
fn a_seed_and_rows_give_one_model_however_it_is_stepped() {
    let once = run(request(binary(500), "leaves", None, 5), usize::MAX);
    let often = run(request(binary(500), "leaves", None, 5), 1);
    assert_eq!(bytes(&once), bytes(&often));
    let other = run(Request { seed: 8, ..request(binary(500), "leaves", None, 5) }, usize::MAX);
    assert_ne!(bytes(&once), bytes(&other));
}

#[test]
fn every_learner_learns_every_problem() {
    let cases = [
        (binary(1_000), "leaves", Metric::Accuracy),
        (multiclass(1_000), "class", Metric::Accuracy),
        (regression(1_000), "price", Metric::R2),
    ];
    for (table, target, metric) in cases {
        for (only, least) in
            [(Algorithm::XgBoost, 0.84), (Algorithm::LinearLearner, 0.30), (Algorithm::Mlp, 0.70)]
        {
            let outcome = run(request(table.clone(), target, Some(only), 2), 1_000_000);
            assert_eq!(outcome.model.learner.algorithm(), only);
            let shares: f64 = outcome.model.importance().iter().map(|(_, share)| share).sum();
            assert!((shares - f64::from(u8::from(only != Algorithm::Mlp))).abs() < 1e-9, "{only:?} {shares}");
            let score = outcome.validation.score(metric).unwrap();
            assert!(score > least, "{only:?} {target}: {score}");
            // What was measured in validation is about what new rows of the same kind show.
            let (answers, features) = table.clone().split(target).unwrap();
            let seen = outcome.model.evaluate(&features, &answers).unwrap().score(metric).unwrap();
            assert!(seen > score - 0.03, "{only:?} {target}: {seen} after {score}");
        }
    }
}

#[test]
fn models_come_back_as_they_were_stored() {
    for (table, target) in [(binary(600), "leaves"), (multiclass(600), "class"), (regression(600), "price")] {
        for only in [Algorithm::XgBoost, Algorithm::LinearLearner, Algorithm::Mlp] {
            let outcome = run(request(table.clone(), target, Some(only), 1), 1_000_000);
            let (_, features) = table.clone().split(target).unwrap();
            let stored = postcard::to_allocvec(&outcome.model).unwrap();
            let read: Model = postcard::from_bytes(&stored).unwrap();
            assert_eq!(read.predict(&features).unwrap(), outcome.model.predict(&features).unwrap());
        }
    }
}

#[test]
fn contributions_add_up_to_what_is_explained() {
    let table = regression(700);
    let (_, features) = table.clone().split("price").unwrap();
    for (only, within) in
        [(Algorithm::XgBoost, 1e-6), (Algorithm::LinearLearner, 1e-6), (Algorithm::Mlp, 0.5)]
    {
        let outcome = run(request(table.clone(), "price", Some(only), 1), 1_000_000);
        let mean = {
            let said = outcome.model.predict(&features).unwrap().values;
            said.iter().sum::<f64>() / said.len() as f64
        };
        let mut explaining = Explaining::new(Arc::new(outcome.model), &features, 3).unwrap();
        while explaining.step(10_000) != Step::Ready {}
        let explanation = explaining.finish();
        let [label] = &explanation.labels[..] else { panic!("{explanation:?}") };
        assert!(
            (label.expected_value - mean).abs() < 1.0 + within,
            "{only:?} {} {mean}",
            label.expected_value
        );
        let of = |name: &str| label.global_shap_values.iter().find(|(each, _)| each == name).unwrap().1;
        assert!(of("a") > 5.0 * of("day"), "{only:?} {label:?}");
    }
}

#[test]
fn the_search_explores_proposes_and_chooses() {
    let outcome = run(request(multiclass(600), "class", None, 8), 100_000);
    assert_eq!((outcome.problem, outcome.objective), (Problem::Multiclass, Metric::Accuracy));
    assert_eq!(outcome.candidates.len(), 8);
    let kinds =
        |algorithm| outcome.candidates.iter().filter(|each| each.plan.algorithm() == algorithm).count();
    assert!(
        kinds(Algorithm::XgBoost) > 0 && kinds(Algorithm::LinearLearner) > 0 && kinds(Algorithm::Mlp) > 0
    );
    let winner = outcome.winner();
    assert_eq!((winner.folds, winner.value), (5, outcome.validation.score(Metric::Accuracy)));
    let finalists = outcome.candidates.iter().filter(|each| each.folds == 5);
    assert!(finalists.clone().count() == 2 && finalists.clone().all(|each| each.value <= winner.value));
    let explored = |name: &str| outcome.exploration.columns.iter().find(|each| each.name == name).unwrap();
    assert!(explored("a").power > 0.1 && explored("day").power < 0.05);
    assert_eq!(outcome.exploration.classes.iter().map(|(_, count)| count).sum::<u32>(), 600);
    assert_eq!(outcome.exploration.correlations.len(), 3);
    assert!(!outcome.model.curve.train.is_empty());
    let counts = outcome.validation.confusion.unwrap().counts;
    assert_eq!(counts.iter().flatten().sum::<u32>(), 600, "each row was judged once by the winner");
}

#[test]
fn a_target_in_disguise_is_noticed() {
    let mut columns = binary(600).columns().to_vec();
    let mut copy = columns[5].clone();
    copy.name = "reason_for_leaving".to_owned();
    columns.push(copy);
    let outcome =
        run(request(Table::new(columns).unwrap(), "leaves", Some(Algorithm::LinearLearner), 1), 100_000);
    let noticed = |insight: &Insight| matches!(insight, Insight::TooGood { column, .. } if column == "reason_for_leaving");
    assert!(outcome.exploration.insights.iter().any(noticed));
}

#[test]
fn clusters_find_what_lies_together() {
    let centres = [(0.0, 0.0), (8.0, 0.0), (0.0, 9.0), (8.0, 8.0)];
    let at = |row: usize, axis: u64| {
        let (x, y) = centres[row % 4];
        (if axis == 1 { x } else { y }) + noise(row, axis) * 2.0
    };
    let column =
        |name, axis| Column::numbers(name, Kind::Number, (0..800).map(|row| at(row, axis)).collect());
    let table = Table::new(vec![column("x", 1), column("y", 2)]).unwrap();
    for start in ["random", "kmeans++"] {
        let given = [("k", "4"), ("local_lloyd_init_method", start)];
        let options = ClusterOptions::of(&Settings::read(Algorithm::KMeans, given.into_iter()).unwrap());
        let mut training = Training::clusters(&table, &Recipe::none(), options).unwrap();
        while training.step(5_000) != Step::Ready {}
        let model = training.finish().unwrap();
        let said = model.predict(&table).unwrap().values;
        assert!((0..800).all(|row| said[row] == said[row % 4]), "{start}");
        let Learner::Clusters(clusters) = &model.learner else { panic!("not clusters") };
        assert!(clusters.msd < 0.7 && (clusters.ssd / 800.0 - clusters.msd).abs() < 1e-9);
        assert_eq!(clusters.sizes, [200; 4]);
    }
}
