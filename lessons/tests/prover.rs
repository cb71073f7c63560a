//! The prover finds what is wrong with a lab: each test breaks the scaffold in one way.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use sandshift_lessons::{Lab, Problem, prove, scaffold};

const SEED: u64 = 1;

/// The scaffold with `from` replaced by `to` in `file`, proved.
fn broken(file: &str, from: &str, to: &str) -> Vec<Problem> {
    let files: Vec<(String, String)> = scaffold::files("broken", 1)
        .into_iter()
        .map(|(path, text)| {
            assert!(path != file || text.contains(from), "{file} has no {from}");
            let text = if path == file { text.replace(from, to) } else { text };
            (path.to_owned(), text)
        })
        .collect();
    match Lab::from_files("broken", &files) {
        Ok(lab) => prove(&lab, SEED),
        Err(problems) => problems,
    }
}

fn one(problems: &[Problem], file: &str, words: &str) {
    assert!(
        problems.iter().any(|problem| problem.file == file && problem.to_string().contains(words)),
        "no problem of {file} says `{words}`: {problems:#?}"
    );
}

#[test]
fn the_scaffold_is_proved() {
    assert_eq!(broken("lab.toml", "format", "format"), []);
}

#[test]
fn a_solution_that_does_too_little_is_found() {
    let without = "sql admin> GRANT SELECT ON ALL TABLES IN SCHEMA raw_data TO GROUP readers;\n";
    let problems = broken("lab.toml", without, "");
    one(&problems, "lab.toml", "the check `may-read` fails");
    one(&problems, "lab.toml", "is taken for the wrong answer `usage-only`");
}

#[test]
fn a_solution_that_does_not_run_names_its_line() {
    let problems = broken(
        "lab.toml",
        "sql admin> CREATE GROUP readers;\nsql admin> GRANT USAGE ON SCHEMA raw_data TO GROUP readers;\nsql admin> GRANT S",
        "sql admin> CREATE GROUP readers;\nsql admin> GRANT USAGE ON SCHEMA nowhere TO GROUP readers;\nsql admin> GRANT S",
    );
    one(&problems, "lab.toml", "schema \"nowhere\" does not exist");
    assert!(problems.iter().any(|problem| problem.line == Some(13)), "{problems:?}");
}

#[test]
fn a_step_that_passes_by_itself_is_found() {
    // Both checks hold for admin before anything is done.
    let problems = broken(
        "lab.toml",
        "as = \"group readers\"\nsql = \"DELETE FROM raw_data.user_session_channel\"\nrefused = \"42501\"",
        "as = \"admin\"\nsql = \"SELECT 1\"",
    );
    assert_eq!(problems, [], "one check that always holds does no harm beside one that does not");
    let always =
        "as = \"admin\"\nsql = \"SELECT COUNT(1) FROM raw_data.user_session_channel\"\nrows = [[\"101520\"]]";
    let text = always.replace("admin", "group readers");
    let problems = broken("lab.toml", &text, always);
    one(&problems, "lab.toml", "wrong answer `usage-only` passes");
}

#[test]
fn a_wrong_answer_that_passes_or_is_not_recognised_is_found() {
    let harmless = "GRANT USAGE ON SCHEMA raw_data TO GROUP readers;\n\"\"\"\n\n[[step.wrong.when]]";
    let right = "GRANT USAGE ON SCHEMA raw_data TO GROUP readers;\nsql admin> GRANT SELECT ON ALL TABLES IN SCHEMA raw_data TO GROUP readers;\n\"\"\"\n\n[[step.wrong.when]]";
    one(&broken("lab.toml", harmless, right), "lab.toml", "wrong answer `usage-only` passes");
    one(
        &broken("lab.toml", "message = \"for relation\"", "message = \"for schema\""),
        "lab.toml",
        "is not recognised",
    );
}

#[test]
fn a_missing_translation_is_found() {
    let text = "```wrong usage-only\n스키마까지는 들어갑니다. 테이블의 SELECT가 아직 없습니다.\n```\n";
    one(&broken("ko.md", text, ""), "ko.md", "does not word the wrong `usage-only`");
    one(&broken("en.md", "{#readers}", "{#raeders}"), "en.md", "the step `readers` is not told");
    one(&broken("lab.toml", "\"ko\", \"en\"", "\"ko\", \"en\", \"ja\""), "ja.md", "is not there");
}

#[test]
fn a_statement_in_the_prose_that_does_not_run_is_found() {
    let problems =
        broken("en.md", "```sql admin\nCREATE GROUP readers;", "```sql admin\nCREATE GROUPS readers;");
    one(&problems, "en.md", "syntax error");
    one(&broken("en.md", "```sql admin", "```!sql admin"), "en.md", "a block without `!`");
}
