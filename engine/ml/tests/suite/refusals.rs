//! Input that cannot be learned from: each gets an answer that says what is wrong, and none a panic.

use crate::problem::{binary, features, noise, regression};
use sandshift_ml::*;

fn request(table: Table, target: &str) -> Request {
    Request {
        table,
        target: target.to_owned(),
        problem: None,
        objective: None,
        only: Some(Algorithm::XgBoost),
        recipe: None,
        candidates: 2,
        seed: 1,
    }
}

fn refused(table: Table, target: &str) -> &'static str {
    Search::new(request(table, target)).err().map_or("accepted", |refusal| refusal.code())
}

fn run(request: Request) -> Result<Outcome, Refusal> {
    let mut search = Search::new(request)?;
    while search.step(1_000_000)? != Step::Ready {}
    Ok(search.finish().unwrap())
}

/// Features, and a target of these texts.
fn with_target(rows: usize, target: impl Fn(usize) -> Option<&'static str>) -> Table {
    let mut columns = features(rows);
    columns.push(Column::text("y", (0..rows).map(target)));
    Table::new(columns).unwrap()
}

#[test]
fn tables_and_targets_that_cannot_be_learned() {
    assert_eq!(refused(binary(499), "leaves"), "TooFewRows");
    assert_eq!(refused(binary(600), "left"), "NoSuchColumn");
    assert_eq!(refused(with_target(600, |_| Some("always")), "y"), "TargetConstant");
    assert_eq!(refused(with_target(600, |_| None), "y"), "TargetEmpty");
    assert_eq!(refused(with_target(600, |row| Some(if row < 3 { "a" } else { "b" })), "y"), "ClassTooSmall");
    // Rows without an answer are dropped before rows are counted.
    assert_eq!(refused(with_target(600, |row| [None, Some("a"), Some("b")][row % 3]), "y"), "TooFewRows");
    let only = Table::new(vec![Column::text("y", (0..600).map(|row| Some(["a", "b"][row % 2])))]).unwrap();
    assert_eq!(refused(only, "y"), "NoFeature");
    let wide = |width: usize| {
        let column = |at: usize| {
            let values = (0..500).map(|row| noise(row, at as u64)).collect();
            Column::numbers(&format!("f{at}"), Kind::Number, values)
        };
        let mut columns: Vec<Column> = (0..width).map(column).collect();
        columns.push(Column::text("y", (0..500).map(|row| Some(["a", "b"][row % 2]))));
        Table::new(columns).unwrap()
    };
    assert_eq!(refused(wide(257), "y"), "TooManyFeatures");
    assert_eq!(refused(wide(256), "y"), "accepted");
    let uneven = vec![Column::numbers("a", Kind::Number, vec![1.0]), Column::text("b", [].into_iter())];
    assert_eq!(Table::new(uneven).unwrap_err().code(), "UnevenColumns");
}

#[test]
fn guidance_that_does_not_fit() {
    let code = |change: fn(&mut Request)| {
        let mut request = request(binary(600), "leaves");
        change(&mut request);
        run(request).err().map_or("accepted", |refusal| refusal.code())
    };
    assert_eq!(code(|request| request.problem = Some(Problem::Regression)), "TargetNotNumeric");
    assert_eq!(code(|request| request.objective = Some(Metric::Mse)), "ObjectiveNotForProblem");
    let unknown = |request: &mut Request| {
        let text = r#"[{"ColumnSet":["z"],"Transformers":["StandardScaler"]}]"#;
        request.recipe = Some(Recipe::read(text, false).unwrap());
    };
    assert_eq!(code(unknown), "NoSuchColumn");
    let text = |request: &mut Request| {
        let text = r#"[{"ColumnSet":["colour"],"Transformers":["NumericPassthrough"]}]"#;
        request.recipe = Some(Recipe::read(text, false).unwrap());
    };
    assert_eq!(code(text), "NotANumber");
}

#[test]
fn columns_that_tell_nothing_are_left_out_and_named() {
    let mut columns = features(600);
    columns.push(Column::numbers("empty", Kind::Number, vec![f64::NAN; 600]));
    columns.push(Column::text("constant", (0..600).map(|_| Some("same"))));
    let phones: Vec<String> = (0..600).map(|row| format!("382-{row}")).collect();
    columns.push(Column::text("phone", phones.iter().map(|phone| Some(&**phone))));
    columns.push(Column::text(
        "y",
        (0..600).map(|row| Some(if crate::problem::signal(row) > 11.0 { "a" } else { "b" })),
    ));
    let outcome = run(request(Table::new(columns).unwrap(), "y")).unwrap();
    let told = |insight: &Insight| outcome.exploration.insights.contains(insight);
    assert!(told(&Insight::NoValues { column: "empty".into() }));
    assert!(told(&Insight::OneValue { column: "constant".into() }));
    assert!(told(&Insight::Identifier { column: "phone".into() }));
    assert!(outcome.model.pipeline.features().iter().all(|feature| !feature.name.starts_with("phone")));
    // Nothing else is left: that is refused.
    let nothing = vec![
        Column::numbers("empty", Kind::Number, vec![f64::NAN; 600]),
        Column::text("y", (0..600).map(|row| Some(["a", "b"][row % 2]))),
    ];
    let refusal = run(request(Table::new(nothing).unwrap(), "y")).unwrap_err();
    assert_eq!(refusal, Refusal::NoUsableFeature);
}

#[test]
fn unknown_categories_gaps_and_infinities_are_answered_at_prediction() {
    for only in [Algorithm::XgBoost, Algorithm::LinearLearner, Algorithm::Mlp] {
        let outcome = run(Request { only: Some(only), ..request(binary(600), "leaves") }).unwrap();
        let numbers = |values: [f64; 4]| Column::numbers("a", Kind::Number, values.to_vec());
        let words = Column::text("colour", [Some("violet"), None, Some("red"), Some("red")].into_iter());
        let gaps = [1.0, f64::NAN, f64::INFINITY, -1e300];
        let table =
            Table::new(vec![numbers(gaps), numbers(gaps), numbers([1.0; 4]), words, numbers(gaps)]).unwrap();
        let prediction = outcome.model.predict(&table).unwrap();
        assert_eq!(prediction.values.len(), 4);
        assert!(prediction.probabilities.iter().all(|p| (0.0..=1.0).contains(p)), "{only:?} {prediction:?}");
        let narrow = Table::new(vec![numbers([0.0; 4])]).unwrap();
        let refusal = outcome.model.predict(&narrow).unwrap_err();
        assert_eq!(refusal, Refusal::WrongArguments { given: 1, wanted: 5 });
    }
}

#[test]
fn auto_off_wants_numbers_and_classes_from_zero() {
    let table = |classes: usize| {
        let mut columns = features(300);
        columns.truncate(3);
        columns.push(Column::numbers(
            "y",
            Kind::Number,
            (0..300).map(|row| (row % classes) as f64).collect(),
        ));
        Table::new(columns).unwrap()
    };
    let train = |table: Table, loss: Loss, num_class: u32| {
        let options = BoostingOptions { rounds: 3, ..BoostingOptions::default() };
        let training = Training::trees(table, "y", &Recipe::none(), options, loss, num_class);
        training.err().map_or("accepted", |refusal| refusal.code())
    };
    assert_eq!(train(table(2), Loss::Logistic, 0), "accepted");
    assert_eq!(train(table(3), Loss::Logistic, 0), "TargetOutOfRange");
    assert_eq!(train(table(3), Loss::Softmax, 3), "accepted");
    assert_eq!(train(table(3), Loss::Softmax, 2), "TargetOutOfRange");
    assert_eq!(train(table(3), Loss::Softmax, 0), "NumClassMissing");
    assert_eq!(train(table(1), Loss::Logistic, 0), "TargetConstant");
    assert_eq!(train(table(3), Loss::RegLogistic, 0), "TargetOutOfRange");
}

#[test]
fn clusters_want_rows_without_gaps() {
    let code = |values: Vec<f64>, k: u32| {
        let settings = Settings::read(Algorithm::KMeans, [("k", &*k.to_string())].into_iter()).unwrap();
        let table = Table::new(vec![Column::numbers("a", Kind::Number, values)]).unwrap();
        let training = Training::clusters(&table, &Recipe::none(), ClusterOptions::of(&settings));
        training.err().map_or("accepted", |refusal| refusal.code())
    };
    assert_eq!(code(vec![1.0, 2.0, 3.0], 2), "accepted");
    assert_eq!(code(vec![1.0, 2.0, 3.0], 4), "TooFewRowsForClusters");
    assert_eq!(code(vec![1.0, f64::NAN, 3.0], 2), "MissingValues");
}

#[test]
fn a_million_cells_are_searched() {
    let rows = 166_667;
    let table = regression(rows);
    assert!(table.cells() >= 1_000_000);
    let request = Request { candidates: 1, ..request(table, "price") };
    let outcome = run(request).unwrap();
    assert!(outcome.validation.score(Metric::R2).unwrap() > 0.95, "{:?}", outcome.validation.scores);
}
