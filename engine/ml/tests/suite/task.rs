//! A task as the engine gives it: bytes in, bytes out, in steps.

use sandshift_extension::Progress;
use sandshift_ml::task::{Answer, Manner, Task, Trained, begin};
use sandshift_ml::{Column, Kind, Model, Table};

fn columns(rows: usize) -> Vec<Column> {
    let number = |seed: usize| {
        let values = (0..rows).map(|row| ((row * seed) % 101) as f64);
        Column::numbers(&format!("x{seed}"), Kind::Number, values.collect())
    };
    let leaves = (0..rows).map(|row| Some(if (row * 37) % 101 > 60 { "True" } else { "False" }));
    vec![number(37), number(53), Column::text("churn", leaves)]
}

fn search(columns: Vec<Column>) -> Task {
    let manner = Manner::Search { problem: None, objective: None, only: None, preprocessors: None };
    let (job, target) = ("redshiftml-1".to_owned(), "churn".to_owned());
    Task { job, columns, csv: None, target, manner, candidates: 3, seed: 7 }
}

fn run(task: &Task) -> (Progress, Vec<u16>) {
    let mut work = begin(postcard::to_allocvec(task).unwrap());
    let mut seen = Vec::new();
    loop {
        match work.step(200_000) {
            Progress::Working(part) => seen.push(part),
            end => return (end, seen),
        }
    }
}

fn trained(task: &Task) -> Trained {
    match run(task).0 {
        Progress::Done(bytes) => match postcard::from_bytes(&bytes).unwrap() {
            Answer::Trained(trained) => *trained,
            Answer::Failed(reason) => panic!("{reason}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_search_answers_with_all_that_an_account_keeps() {
    let task = search(columns(900));
    let answer = trained(&task);
    let model: Model = postcard::from_bytes(&answer.model).unwrap();
    assert_eq!(model.labels, ["False", "True"]);
    assert_eq!((answer.problem.as_str(), answer.objective.as_str()), ("BinaryClassification", "F1"));
    assert_eq!(answer.metrics[0].0, "validation:f1_binary");
    assert!(answer.metrics[0].1 > 0.95, "{:?}", answer.metrics);
    assert_eq!(answer.candidates.len(), 3);
    let mut features = columns(900);
    features.pop();
    assert_eq!(model.predict(&Table::new(features).unwrap()).unwrap().values[0], 0.0);
    for text in [&answer.sight, &answer.exploration, &answer.definition] {
        assert!(serde_json::from_str::<serde_json::Value>(text).is_ok(), "{text}");
    }
    assert!(answer.exploration.contains("| x37 |"), "{}", answer.exploration);
    assert!(answer.definition.contains("(best)"));
    assert_eq!(answer.explanation.contains("\"x37\""), answer.algorithm == "xgboost");
    let (_, seen) = run(&task);
    assert!(seen.len() > 5 && seen.is_sorted(), "{seen:?}");
    assert_eq!(answer.model, trained(&task).model, "the same task gives the same model");
}

#[test]
fn what_is_asked_wrongly_is_refused_and_what_the_data_lack_fails() {
    let mut few = search(columns(400));
    assert!(matches!(run(&few).0, Progress::Failed(text) if text.contains("At least 500 rows")));
    few.columns = columns(600);
    few.columns[2] = Column::text("churn", (0..600).map(|_| Some("False")));
    let Progress::Done(bytes) = run(&few).0 else { panic!("the job was begun") };
    let Answer::Failed(reason) = postcard::from_bytes(&bytes).unwrap() else { panic!("nothing to learn") };
    assert_eq!(reason, "Target column churn has only one distinct value: False");
    assert!(matches!(begin(vec![1, 2]).step(1), Progress::Failed(_)));
}

#[test]
fn trees_and_clusters_say_what_they_were_trained_with() {
    let settings = vec![("NUM_ROUND".to_owned(), "5".to_owned())];
    let objective = Some("binary:logistic".to_owned());
    let mut task = search(columns(600));
    task.columns[2] = Column::numbers(
        "churn",
        Kind::Number,
        (0..600).map(|row| f64::from(u8::from((row * 37) % 101 > 60))).collect(),
    );
    task.manner = Manner::Trees { objective, preprocessors: Some("none".to_owned()), settings };
    let answer = trained(&task);
    assert_eq!(answer.metrics[0].0, "train:error");
    assert_eq!(answer.hyperparameters[0], ("objective".to_owned(), "binary:logistic".to_owned()));
    assert!(answer.hyperparameters.contains(&("num_round".to_owned(), "5".to_owned())));
    assert!(answer.explanation.starts_with("{\"version\":\"1.0\""));

    task.columns.pop();
    task.target.clear();
    let settings = vec![("K".to_owned(), "3".to_owned())];
    task.manner = Manner::Clusters { preprocessors: None, settings };
    let answer = trained(&task);
    let names: Vec<&str> = answer.metrics.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["train:msd", "train:progress", "train:throughput"]);
    assert_eq!(
        answer.hyperparameters[..2],
        [("feature_dim".to_owned(), "2".to_owned()), ("k".to_owned(), "3".to_owned())]
    );
}

fn sight(answer: &Trained) -> serde_json::Value {
    serde_json::from_str(&answer.sight).unwrap()
}

#[test]
fn a_page_is_told_what_was_held_out_and_what_gives_the_answer_away() {
    let mut all = columns(900);
    let mut copy = all[2].clone();
    copy.name = "churned".to_owned();
    all.push(copy);
    let told = sight(&trained(&search(all)));
    assert_eq!(told["held_out"], true);
    assert_eq!((&told["rows"], &told["columns"]), (&900.into(), &4.into()));
    assert_eq!(told["same"], serde_json::json!(["churned"]));
    assert!(told["insights"].to_string().contains("TooGood"), "{}", told["insights"]);
    let counted: u64 = told["confusion"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row.as_array().unwrap())
        .map(|count| count.as_u64().unwrap())
        .sum();
    assert_eq!(counted, 900, "every row was judged once by a model that had not seen it");
    // The model's own decision can be read off the curve.
    let own = told["roc"]
        .as_array()
        .unwrap()
        .iter()
        .rfind(|point| point[2].as_f64().is_none_or(|at| at > 0.5))
        .unwrap();
    let (row, of) = (
        &told["confusion"][1],
        told["confusion"][1][0].as_f64().unwrap() + told["confusion"][1][1].as_f64().unwrap(),
    );
    assert!((own[1].as_f64().unwrap() - row[1].as_f64().unwrap() / of).abs() < 1e-9, "{own} {row}");
}

#[test]
fn numbers_and_clusters_have_pictures_of_their_own() {
    let mut task = search(columns(700));
    let values = |row: usize| ((row * 37) % 101) as f64 * 2.0 + ((row * 53) % 101) as f64;
    task.columns[2] = Column::numbers("churn", Kind::Number, (0..700).map(values).collect());
    let told = sight(&trained(&task));
    let pairs = told["pairs"].as_array().unwrap();
    assert!(pairs.len() > 100 && pairs.len() <= 302, "{}", pairs.len());
    let bars: u64 = told["errors"][2].as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(bars, 700);
    assert_eq!(told["clusters"], serde_json::Value::Null);

    task.columns.pop();
    task.target.clear();
    let settings = vec![("K".to_owned(), "3".to_owned())];
    task.manner = Manner::Clusters { preprocessors: None, settings };
    let told = sight(&trained(&task));
    let sizes: u64 =
        told["clusters"]["sizes"].as_array().unwrap().iter().map(|size| size.as_u64().unwrap()).sum();
    assert_eq!(sizes, 700);
    let [name, means] = told["clusters"]["centres"][0].as_array().unwrap().as_slice() else {
        panic!("{told}")
    };
    assert_eq!(name, "x37");
    let means: Vec<f64> = means.as_array().unwrap().iter().map(|mean| mean.as_f64().unwrap()).collect();
    assert!(means.iter().all(|mean| (0.0..=100.0).contains(mean)) && means[0] != means[1], "{means:?}");
}

#[test]
fn a_search_may_end_with_its_proposals() {
    let mut task = search(columns(900));
    task.candidates = 0;
    let answer = trained(&task);
    assert!(answer.model.is_empty() && answer.candidates.is_empty());
    assert_eq!((answer.problem.as_str(), answer.objective.as_str()), ("BinaryClassification", "F1"));
    assert!(answer.exploration.contains("| x37 |"), "{}", answer.exploration);
    assert!(answer.definition.contains("none has been trained") && answer.definition.contains("num_round"));
    assert!(!answer.definition.contains("(best)") && !answer.definition.contains("Validated"));
}

/// The answer first, then two numbers, as a container is given its rows.
fn linear(settings: &[(&str, &str)], answer: impl Fn(f64, f64) -> f64) -> Task {
    let mut task = search(Vec::new());
    let line = |row: usize| {
        let (a, b) = ((row * 37 % 101) as f64, (row * 53 % 101) as f64);
        format!("{},{a},{b}\n", answer(a, b))
    };
    let bytes = (0..600).map(line).collect::<String>().into_bytes();
    task.csv = Some(sandshift_ml::task::Csv { bytes, headed: false });
    task.target = "x0".to_owned();
    let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    task.manner = Manner::Linear { settings };
    task
}

#[test]
fn the_linear_learner_is_trained_as_its_container_is_told() {
    let metric = |task: &Task| trained(task).metrics[0].clone();
    let regressor =
        metric(&linear(&[("predictor_type", "regressor"), ("wd", "0")], |a, b| 3.0 * a - b + 5.0));
    assert!(regressor.0 == "train:rmse" && regressor.1 < 1e-3, "{regressor:?}");
    let leaves = |a: f64, b: f64| f64::from(u8::from(a > 90.0 + b / 50.0));
    let plain = linear(&[("predictor_type", "binary_classifier")], leaves);
    let answer = trained(&plain);
    assert_eq!(answer.algorithm, "linear_learner");
    assert!(answer.hyperparameters.contains(&("wd".to_owned(), "auto".to_owned())));
    assert!(answer.metrics[0].1 < 0.02, "{:?}", answer.metrics);
    let three = |a: f64, _: f64| (a / 34.0).floor();
    let classes = linear(&[("predictor_type", "multiclass_classifier"), ("num_classes", "3")], three);
    assert!(metric(&classes).1 < 0.1, "{:?}", metric(&classes));
    // What weighs more is found more often: a row of the rare class is said oftener than before.
    let said = |task: &Task| {
        let model: Model = postcard::from_bytes(&trained(task).model).unwrap();
        let column = |name: &str, seed: usize| {
            let values = (0..600).map(|row| ((row * seed) % 101) as f64).collect();
            Column::numbers(name, Kind::Number, values)
        };
        let table = Table::new(vec![column("x1", 37), column("x2", 53)]).unwrap();
        model.predict(&table).unwrap().values.iter().sum::<f64>()
    };
    let noisy = |a: f64, b: f64| f64::from(u8::from(a > 60.0 && b > 50.0));
    let weights =
        |weight| [("predictor_type", "binary_classifier"), ("positive_example_weight_mult", weight)];
    let (one, many, even) = (
        said(&linear(&weights("1"), noisy)),
        said(&linear(&weights("20"), noisy)),
        said(&linear(&weights("balanced"), noisy)),
    );
    assert!(one < even && even < many, "{one} {even} {many}");
    let wrong = linear(&[("predictor_type", "binary_classifier")], three);
    let Progress::Done(bytes) = run(&wrong).0 else { panic!("the job was begun") };
    assert!(
        matches!(postcard::from_bytes(&bytes).unwrap(), Answer::Failed(text) if text.contains("number of classes"))
    );
    let Progress::Failed(reason) = run(&linear(&[], leaves)).0 else { panic!("it lacks its type") };
    assert_eq!(reason, "Missing required hyperparameter: predictor_type");
}
