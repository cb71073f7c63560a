//! Models that are brought along: from a job, from an artefact, from an endpoint that somebody deployed.

// Outside of `#[test]` functions clippy has to be told that a test gives up by panicking.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use sandshift_engine::sandbox::{ADMIN, Sandbox};
use sandshift_engine::sql::execute::display::display;
use sandshift_engine::sql::outcome::{Progress, Step};
use sandshift_engine::sql::session::SessionId;
use sandshift_lessons::state;

const ROLE: &str = "arn:aws:iam::123456789012:role/Redshift-ML";
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["redshift.amazonaws.com","sagemaker.amazonaws.com"]},"Action":"sts:AssumeRole"}]}"#;
const HOUR: i64 = 3_600_000_000;

struct Learner {
    sandbox: Sandbox,
    session: SessionId,
}

impl Learner {
    fn new() -> Self {
        let mut sandbox = state::empty(7).unwrap();
        let session = sandbox.connect(ADMIN, None).unwrap();
        let mut learner = Learner { sandbox, session };
        learner.aws("s3 mb s3://course-bucket");
        learner
            .aws(&format!("iam create-role --role-name Redshift-ML --assume-role-policy-document '{TRUST}'"));
        for policy in ["AmazonSageMakerFullAccess", "AmazonS3FullAccess"] {
            learner.aws(&format!(
                "iam attach-role-policy --role-name Redshift-ML --policy-arn arn:aws:iam::aws:policy/{policy}"
            ));
        }
        learner.aws(&format!(
            "redshift modify-cluster-iam-roles --cluster-identifier course-cluster --add-iam-roles {ROLE} --default-iam-role-arn {ROLE}"
        ));
        learner.sql(
            "CREATE TABLE points AS SELECT n, n % 10 AS a, (n * 7) % 13 AS b, CASE WHEN n % 10 > 6 THEN 1 ELSE 0 END AS leaves FROM generate_series(1, 600) AS s(n)",
        );
        learner.sql(
            "CREATE MODEL trees FROM (SELECT a, b, leaves FROM points) TARGET leaves FUNCTION f_trees IAM_ROLE default AUTO OFF MODEL_TYPE XGBOOST OBJECTIVE 'binary:logistic' PREPROCESSORS 'none' HYPERPARAMETERS DEFAULT EXCEPT (NUM_ROUND '5') SETTINGS (S3_BUCKET 'course-bucket', S3_GARBAGE_COLLECT OFF)",
        );
        learner.sandbox.clock.advance(HOUR);
        learner
    }

    /// The rows' cells, each row on a line.
    fn sql(&mut self, text: &str) -> String {
        self.tried(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn tried(&mut self, text: &str) -> Result<String, String> {
        let executed = self.sandbox.execute(self.session, text).pop().unwrap();
        let answer = executed.result.map_err(|error| error.to_string())?;
        let fields = answer.completion.fields.unwrap_or_default();
        let mut lines = Vec::new();
        for batch in &answer.batches {
            for row in 0..batch.rows {
                let cells = batch
                    .columns
                    .iter()
                    .zip(&fields)
                    .map(|(column, field)| display(column, field.data_type, row).unwrap_or_default());
                lines.push(cells.collect::<Vec<_>>().join("|"));
            }
        }
        Ok(lines.join("\n"))
    }

    fn aws(&mut self, line: &str) -> String {
        let output = self.sandbox.aws("learner", line);
        assert_eq!(output.code, 0, "{line}: {output:?}");
        output.stdout
    }

    fn job(&mut self) -> String {
        let shown = self.sql("SHOW MODEL trees");
        let line = shown.lines().find_map(|line| line.strip_prefix("Training Job Name|"));
        line.unwrap_or_else(|| panic!("{shown}")).to_owned()
    }
}

const ASKED: &str = "FROM points WHERE n IN (6, 7, 8, 10) ORDER BY n";

#[test]
fn a_model_is_brought_from_its_job_and_from_its_artefact() {
    let mut learner = Learner::new();
    let job = learner.job();
    let key = format!("redshift-ml/{job}/output/{job}/output/model.tar.gz");
    for (at, from) in [job.clone(), format!("s3://course-bucket/{key}")].into_iter().enumerate() {
        learner.sql(&format!(
            "CREATE MODEL brought{at} FROM '{from}' FUNCTION f_brought{at} (int, int) RETURNS int IAM_ROLE default SETTINGS (S3_BUCKET 'course-bucket')"
        ));
        let said = learner.sql(&format!("SELECT a, f_brought{at}(a, b) {ASKED}"));
        assert_eq!(said, learner.sql(&format!("SELECT a, f_trees(a, b) {ASKED}")));
        let shown = learner.sql(&format!("SHOW MODEL brought{at}"));
        assert!(shown.contains("Inference Type|Local") && shown.contains("Model State|READY"), "{shown}");
    }
    let wrong = learner.tried(&format!(
        "CREATE MODEL wrong FROM '{job}' FUNCTION f_wrong (int) RETURNS int IAM_ROLE default SETTINGS (S3_BUCKET 'course-bucket')"
    ));
    assert_eq!(wrong, Err("ERROR 22023 The model takes 2 arguments; the function has 1.".to_owned()));
    learner.sql("DROP MODEL trees");
    let gone = learner.tried(&format!(
        "CREATE MODEL late FROM '{job}' FUNCTION f_late (int, int) RETURNS int IAM_ROLE default SETTINGS (S3_BUCKET 'course-bucket')"
    ));
    assert!(gone.unwrap_err().contains("NoSuchKey"), "dropping a model takes its artefacts");
}

#[test]
fn an_endpoint_answers_while_it_stands_and_costs_by_the_hour() {
    let mut learner = Learner::new();
    let job = learner.job();
    let artefact = format!("s3://course-bucket/redshift-ml/{job}/output/{job}/output/model.tar.gz");
    learner.aws(&format!(
        "sagemaker create-model --model-name churn --execution-role-arn {ROLE} --primary-container Image=xgboost,ModelDataUrl={artefact}"
    ));
    learner.aws("sagemaker create-endpoint-config --endpoint-config-name churn --production-variants VariantName=All,ModelName=churn,InitialInstanceCount=1,InstanceType=ml.m5.large");
    learner.aws("sagemaker create-endpoint --endpoint-name churn --endpoint-config-name churn");
    let make =
        "CREATE MODEL remote FUNCTION f_remote (int, int) RETURNS int SAGEMAKER 'churn' IAM_ROLE default";
    assert!(learner.tried(make).unwrap_err().contains("is not in service"));
    learner.sandbox.clock.advance(HOUR);
    learner.sql(make);
    let said = learner.sql(&format!("SELECT a, f_remote(a, b) {ASKED}"));
    assert_eq!(said, "6|0\n7|1\n8|1\n0|0");
    assert!(learner.sql("SHOW MODEL remote").contains("Inference Type|Remote"));
    let bill = "ce get-cost-and-usage --time-period Start=2023-05-25,End=2023-05-26 --granularity DAILY --metrics UsageQuantity --group-by Type=DIMENSION,Key=USAGE_TYPE --output text";
    assert!(learner.aws(bill).contains("Host:ml.m5.large"), "an endpoint is billed while it stands");
    learner.aws("sagemaker delete-endpoint --endpoint-name churn");
    let refused = learner.tried("SELECT f_remote(1, 2)");
    assert!(refused.unwrap_err().contains("Could not find endpoint"), "nobody answers any more");
}

#[test]
fn a_job_that_somebody_stops_leaves_a_failed_model() {
    let mut learner = Learner::new();
    learner.sql(
        "CREATE MODEL stopped FROM (SELECT a, b, leaves FROM points) TARGET leaves FUNCTION f_stopped IAM_ROLE default SETTINGS (S3_BUCKET 'course-bucket')",
    );
    let jobs =
        learner.aws("sagemaker list-auto-ml-jobs --query AutoMLJobSummaries[0].AutoMLJobName --output text");
    learner.sandbox.clock.advance(HOUR / 4);
    learner.aws(&format!("sagemaker stop-auto-ml-job --auto-ml-job-name {}", jobs.trim()));
    assert!(learner.sql("SHOW MODEL stopped").contains("Model State|FAILED"));
    assert!(learner.tried("SELECT f_stopped(1, 2)").unwrap_err().contains("the ML model is failed"));
    let left = learner.aws("s3 ls s3://course-bucket/ --recursive");
    assert!(!left.contains(jobs.trim()), "{left}");
}

#[test]
fn a_page_is_told_the_way_and_when_training_rows_are_asked_for_again() {
    let mut learner = Learner::new();
    learner.sql("CREATE TABLE customers AS SELECT n, n * 1.5 AS x, (n * 7) % 113 AS y, CASE WHEN (n * 7) % 113 > 80 THEN 'yes' ELSE 'no' END AS leaves FROM generate_series(1, 900) AS s(n)");
    learner.sql(
        "CREATE MODEL churn FROM (SELECT x, y, leaves FROM customers WHERE n <= 600) TARGET leaves FUNCTION f_churn IAM_ROLE default SETTINGS (S3_BUCKET 'course-bucket')",
    );
    learner.sandbox.clock.advance(HOUR * 2 / 3);
    let told = learner.sandbox.models()[0].clone();
    assert_eq!((&told["name"], &told["state"]), (&"churn".into(), &"TRAINING".into()));
    let way = &told["way"];
    let stages: Vec<&str> =
        way["stages"].as_array().unwrap().iter().map(|stage| stage[0].as_str().unwrap()).collect();
    assert_eq!(stages.last(), Some(&"ModelTuning"), "{way}");
    let tried = way["tried"].as_array().unwrap().len();
    assert!(tried > 0 && (tried as u64) < way["count"].as_u64().unwrap(), "{way}");
    assert!(told.get("sight").is_none(), "nothing is told before it is learned");
    learner.sandbox.clock.advance(2 * HOUR);
    assert_eq!(learner.sandbox.models()[0]["asked_of"], serde_json::Value::Null);
    let mut asked = |rows: &str| {
        learner.sql(&format!("SELECT COUNT(*) FROM customers WHERE f_churn(x, y) = leaves AND {rows}"));
        let told = learner.sandbox.models()[0]["asked_of"].clone();
        (told["rows"].as_i64().unwrap(), told["known"].as_i64().unwrap())
    };
    assert_eq!(asked("n > 600"), (300, 0));
    assert_eq!(asked("n > 500"), (400, 100));
    // How the page writes a threshold of its reader's.
    let cut = learner.sql("SELECT leaves, CASE WHEN chance >= 0.2500 THEN 'yes' ELSE 'no' END AS answer, COUNT(*) FROM (SELECT leaves, CASE WHEN p.labels[0] = 'yes' THEN p.probabilities[0]::float ELSE p.probabilities[1]::float END AS chance FROM (SELECT leaves, public.f_churn_prob(x, y) AS p FROM (SELECT x, y, leaves FROM customers WHERE n > 500) AS asked) AS said) AS chances GROUP BY 1, 2 ORDER BY 1, 2");
    assert_eq!(
        cut.lines().map(|line| line.rsplit_once('|').unwrap().1.parse::<i64>().unwrap()).sum::<i64>(),
        400,
        "{cut}"
    );
    let told = learner.sandbox.models()[0].clone();
    assert!(told["asked_of"]["text"].as_str().unwrap().contains("n > 500"), "{told}");
    assert!(told["way"]["best"].is_u64() && told["sight"]["held_out"] == true, "{told}");
}

#[test]
fn a_canceled_training_leaves_nothing() {
    let mut learner = Learner::new();
    learner.sql("DROP MODEL trees");
    let text = "CREATE MODEL late FROM (SELECT a, b, leaves FROM points) TARGET leaves FUNCTION f_late IAM_ROLE default SETTINGS (S3_BUCKET 'course-bucket')";
    let parsed = sandshift_engine::sql::parse::script(text).pop().unwrap().unwrap();
    let mut running = learner.sandbox.start(learner.session, &parsed).unwrap();
    let mut parts = Vec::new();
    while parts.len() < 3 {
        match learner.sandbox.step(&mut running).unwrap() {
            Step::Running(Progress { rows, total: Some(1_000) }) => parts.push(rows),
            Step::Running(_) | Step::Waiting(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(parts.is_sorted(), "{parts:?}");
    let canceled = learner.sandbox.cancel(running);
    assert_eq!(canceled.kind.state(), "57014");
    assert_eq!(learner.sql("SELECT COUNT(1) FROM svv_ml_model_info"), "0");
    assert_eq!(learner.sql("SELECT COUNT(1) FROM pg_proc WHERE proname LIKE 'f_late%'"), "0");
    assert!(learner.aws("sagemaker list-auto-ml-jobs").contains("[]"));
    assert_eq!(learner.sandbox.aws("learner", "s3 ls s3://course-bucket/").stdout, "");
    learner.sql(text);
}

#[test]
fn bad_input_has_an_answer_each() {
    let mut learner = Learner::new();
    let wide: Vec<String> = (0..257).map(|at| format!("a + {at} AS x{at}")).collect();
    let make = |from: &str, settings: &str| {
        format!(
            "CREATE MODEL m FROM (SELECT {from}, leaves FROM points) TARGET leaves FUNCTION f_m IAM_ROLE default SETTINGS (S3_BUCKET '{settings}')"
        )
    };
    let refused = learner.tried(&make(&wide.join(", "), "course-bucket")).unwrap_err();
    assert!(refused.contains("257 features are given; at most 256 are supported."), "{refused}");
    learner.aws("s3 mb s3://far-bucket --region us-west-2");
    let refused = learner.tried(&make("a, b", "far-bucket")).unwrap_err();
    assert!(refused.contains("is in a different region from this cluster"), "{refused}");
    // A text that was never seen, an infinite number, no value at all: there is an answer to each.
    learner.sql(&make("a, CASE WHEN b > 6 THEN 'high' ELSE 'low' END AS level", "course-bucket"));
    learner.sandbox.clock.advance(3 * HOUR);
    assert_eq!(learner.sql("SELECT f_m(9, 'never seen'), f_m(1, NULL)"), "1|0");
    let probabilities = learner.sql("SELECT f_m_prob(9, 'low')");
    assert!(probabilities.starts_with("{\"probabilities\":["), "{probabilities}");
    assert!(probabilities.ends_with("\"labels\":[\"1\",\"0\"]}"), "{probabilities}");
}

#[test]
fn a_table_of_a_million_cells_is_sampled_and_learned() {
    let mut learner = Learner::new();
    learner.sql(
        "CREATE TABLE many AS SELECT n % 10 AS a, (n * 7) % 13 AS b, n % 97 AS c, CASE WHEN n % 10 > 6 THEN 1 ELSE 0 END AS leaves FROM generate_series(1, 300000) AS s(n)",
    );
    learner.sql(
        "CREATE MODEL many FROM many TARGET leaves FUNCTION f_many IAM_ROLE default AUTO OFF MODEL_TYPE XGBOOST OBJECTIVE 'binary:logistic' PREPROCESSORS 'none' HYPERPARAMETERS DEFAULT EXCEPT (NUM_ROUND '3') SETTINGS (S3_BUCKET 'course-bucket', S3_GARBAGE_COLLECT OFF)",
    );
    let listed =
        learner.aws("s3api list-objects-v2 --bucket course-bucket --query Contents[].Size --output text");
    let largest: u64 = listed.split_whitespace().filter_map(|size| size.parse().ok()).max().unwrap();
    // 250,000 rows of four small numbers: a million cells, not 1.2.
    assert!((2_000_000..2_500_000).contains(&largest), "{listed}");
}
