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

/// The scaffold's step with a result check in front; `query` is what the learner is asked for and `solution` what
/// the solution runs.
fn asking(check: &str, solution: &str) -> Vec<Problem> {
    let files: Vec<(String, String)> = scaffold::files("asking", 1)
        .into_iter()
        .map(|(path, text)| {
            let text = match path {
                "lab.toml" => text
                    .replace("sql admin> CREATE GROUP readers;\nsql admin> GRANT USAGE ON SCHEMA raw_data TO GROUP readers;\nsql admin> GRANT S", &format!("sql admin> {solution}\nsql admin> CREATE GROUP readers;\nsql admin> GRANT USAGE ON SCHEMA raw_data TO GROUP readers;\nsql admin> GRANT S"))
                    .replace("[[step.check]]\nid = \"may-read\"", &format!("[[step.check]]\nid = \"asked\"\nas = \"admin\"\n{check}\n\n[[step.check]]\nid = \"may-read\"")),
                _ => text.replace("```check may-read", "```check asked\nCounted\n```\n\n```check may-read"),
            };
            (path.to_owned(), text)
        })
        .collect();
    match Lab::from_files("asking", &files) {
        Ok(lab) => prove(&lab, SEED),
        Err(problems) => problems,
    }
}

#[test]
fn a_query_of_the_learners_own_is_judged_by_what_it_comes_to() {
    let check = "result = \"SELECT channel, COUNT(1) AS sessions FROM raw_data.user_session_channel GROUP BY channel ORDER BY sessions DESC\"\nordered-by = [\"sessions\"]";
    let other_words = "SELECT u.channel, COUNT(u.userid) n FROM raw_data.user_session_channel u GROUP BY 1 ORDER BY 2 DESC;";
    assert_eq!(asking(check, other_words), []);
    let other_order = "SELECT channel, COUNT(1) FROM raw_data.user_session_channel GROUP BY 1 ORDER BY 2;";
    one(&asking(check, other_order), "lab.toml", "row 1\n- Youtube | 17091\n+ Facebook | 16791");
    let other_rows = "SELECT channel, COUNT(DISTINCT userid) FROM raw_data.user_session_channel GROUP BY 1 ORDER BY 2 DESC;";
    one(&asking(check, other_rows), "lab.toml", "row 1\n- Youtube | 17091\n+ ");
    let names = format!("{check}\nsame-names = true");
    one(&asking(&names, other_words), "lab.toml", "columns\n- channel | sessions\n+ channel | n");
    let written = "result = \"\"\nrows = [[\"6\"]]";
    assert_eq!(asking(written, "SELECT COUNT(DISTINCT channel) FROM raw_data.user_session_channel;"), []);
    one(&asking(written, "SELECT 1;"), "lab.toml", "row 1\n+ 1");
    one(
        &asking("result = \"SELECT 1 FROM nowhere\"", other_words),
        "lab.toml",
        "relation \"nowhere\" does not exist",
    );
    one(&asking("result = \"\"", other_words), "lab.toml", "does not say once");
}

#[test]
fn blanks_that_the_solution_does_not_fill_are_found() {
    let blanks = |text: &str| format!("```blanks admin\n{text}\n```\n\n```hint");
    assert_eq!(broken("en.md", "```hint", &blanks("GRANT ___ ON SCHEMA raw_data TO ___ readers;")), []);
    let other = blanks("GRANT ___ ON DATABASE raw_data TO ___ readers;");
    one(&broken("en.md", "```hint", &other), "en.md", "no statement of the solution fills");
    one(&broken("en.md", "```hint", &blanks("GRANT USAGE;")), "en.md", "nothing to fill in");
}

#[test]
fn a_hint_that_waits_for_nothing_is_found() {
    for fine in ["```hint after 2", "```hint wrong usage-only", "```hint open may-read"] {
        assert_eq!(broken("en.md", "```hint", fine), []);
    }
    one(&broken("en.md", "```hint", "```hint wrong nothing"), "en.md", "which the step does not have");
    one(&broken("en.md", "```hint", "```hint soon"), "en.md", "not how a hint is named");
}

#[test]
fn a_lab_that_would_never_end_is_found() {
    let endless = "sql = \"SELECT COUNT(1) FROM raw_data.user_session_channel a, raw_data.user_session_channel b, raw_data.user_session_channel c WHERE a.userid + b.userid > c.userid\"\nrows = [[\"101520\"]]";
    let check = "sql = \"SELECT COUNT(1) FROM raw_data.user_session_channel\"\nrows = [[\"101520\"]]";
    one(&broken("lab.toml", check, endless), "lab.toml", "ERROR 57014");
    let script = "sql admin> CREATE PROCEDURE spin() AS $$ BEGIN WHILE true LOOP NULL; END LOOP; END; $$ LANGUAGE plpgsql;\nsql admin> CALL spin();\nsql admin> CREATE GROUP readers;\nsql admin> GRANT USAGE ON SCHEMA raw_data TO GROUP readers;\nsql admin> GRANT S";
    let begun = "sql admin> CREATE GROUP readers;\nsql admin> GRANT USAGE ON SCHEMA raw_data TO GROUP readers;\nsql admin> GRANT S";
    one(&broken("lab.toml", begun, script), "lab.toml", "ERROR 57014");
    let long = format!("# {}\nformat = 1", "x".repeat(600_000));
    one(&broken("lab.toml", "format = 1", &long), "lab.toml", "bytes are too many");
    let step = "[[step]]\nid = \"readers\"";
    let many: String = (0..61)
        .map(|n| {
            format!(
                "[[step]]\nid = \"s{n}\"\n[[step.check]]\nid = \"c\"\nas = \"admin\"\nsql = \"SELECT 1\"\n\n"
            )
        })
        .collect();
    one(&broken("lab.toml", step, &format!("{many}{step}")), "lab.toml", "62 steps are too many");
}
