//! A check that looks at the account through the AWS CLI: what passes, and what is said of what does not.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use sandshift_lessons::check::evaluate;
use sandshift_lessons::{Definition, Record, state};

const LAB: &str = r#"
format = 1
id = "x"
minutes = 1
start = "empty"
languages = ["en"]
[[step]]
id = "one"
solution = "aws learner> s3 mb s3://course-bucket"
[[step.check]]
id = "bucket"
aws = "s3api list-buckets --query Buckets[].Name --output text"
prints = "course-bucket"
[[step.check]]
id = "no-role"
aws = "iam get-role --role-name nobody"
refused = "NoSuchEntity"
[[step.check]]
id = "identity"
aws = "sts get-caller-identity"
[[step.check]]
id = "after-a-day"
given = "clock> advance 24h"
aws = "s3api head-bucket --bucket course-bucket"
"#;

#[test]
fn an_account_is_seen_through_the_cli() {
    let lab = Definition::parse(LAB).unwrap();
    let mut sandbox = state::named("empty").unwrap()(state::SEED).unwrap();
    let before = evaluate(&lab.steps[0], &sandbox, &Record::default());
    let passed: Vec<bool> = before.checks.iter().map(|check| check.passed).collect();
    assert_eq!(passed, [false, true, true, false], "{before:?}");
    assert!(before.checks[0].missing.as_ref().unwrap().starts_with("aws s3api list-buckets"));
    assert!(before.checks[3].missing.as_ref().unwrap().contains("(404)"), "{before:?}");
    sandbox.aws("learner", "s3 mb s3://course-bucket");
    assert!(evaluate(&lab.steps[0], &sandbox, &Record::default()).passed);
}
