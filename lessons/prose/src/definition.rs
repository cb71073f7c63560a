//! `lab.toml`: what a lab does, in no language.
//!
//! ```toml
//! format = 1
//! id = "permissions"
//! order = 1                       # place in the course
//! minutes = 40
//! start = "course-warehouse"      # a named state, or a transcript in this folder
//! languages = ["ko", "en"]        # each has a file: ko.md, en.md
//! aws-price = 0.22                # US dollars the same time would cost on AWS
//!
//! [[step]]
//! id = "read-raw-data"
//! solution = """
//! sql admin> GRANT USAGE ON SCHEMA raw_data TO GROUP analytics_users;
//! """
//!
//! [[step.check]]                  # state, seen through a statement
//! id = "can-read"
//! as = "group analytics_users"    # a user; or somebody made for the check: `group NAME`, `role NAME`
//! sql = "SELECT COUNT(1) FROM raw_data.user_session_channel"
//! rows = [["101520"]]             # cells as text, NULL as "NULL"; a multiset, unless ordered = true
//!
//! [[step.check]]
//! id = "cannot-delete"
//! as = "jeeseok"
//! sql = "DELETE FROM raw_data.user_session_channel"
//! refused = "42501"               # with neither rows nor refused: it must succeed
//! message = "for relation"        # optional: the refusal's text contains this
//!
//! [[step.check]]                  # `given` runs first, on the same copy of the state
//! id = "inherits"
//! given = "sql admin> REVOKE SELECT ON t FROM ROLE a;"
//! as = "role b"
//! sql = "SELECT 1 FROM t"
//! refused = "42501"
//!
//! [[step.check]]                  # logging in with a password; with refused: it must fail
//! id = "new-password"
//! as = "jeeseok"
//! password = "Sandshift2023"
//!
//! [[step.check]]                  # something that was done, not something that is
//! id = "saw-refusal"
//! did = "DELETE"                  # the statement's first word
//! on = "raw_data.user_session_channel"
//! as = "jeeseok"
//! refused = "42501"               # without it, it must have succeeded
//!
//! [[step.check]]
//! id = "which-wall"
//! question = ["usage", "select"]  # option ids, worded in the prose; `answer` is right
//! answer = "usage"
//!
//! [[step.check]]                  # asked before, compared after; any answer passes
//! id = "guess"
//! prediction = ["deleted", "refused"]
//! answer = "refused"
//!
//! [[step.wrong]]                  # foreseen: does this, must not pass, gets its own words
//! id = "usage-only"
//! does = "sql admin> GRANT USAGE ON SCHEMA raw_data TO GROUP analytics_users;"
//! choose = { which-wall = "select" }   # optional, instead of `does` or with it
//!
//! [[step.wrong.when]]             # how it is recognised: every condition holds; written like a check
//! as = "group analytics_users"
//! sql = "SELECT 1 FROM raw_data.user_session_channel"
//! refused = "42501"
//! message = "for relation"
//! ```
//!
//! A wrong answer with `choose` alone needs no `when`: the choice tells it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::problem::{Problem, line_of};
use crate::transcript::Transcript;

/// The only format there is.
pub const FORMAT: u32 = 1;
const FILE: &str = "lab.toml";

/// A lab's logic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    pub id: String,
    pub order: u32,
    pub minutes: u32,
    pub start: String,
    pub languages: Vec<String>,
    /// US dollars.
    pub aws_price: Option<f64>,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub id: String,
    /// Line in lab.toml, from 1.
    pub line: u32,
    /// A transcript; its statements succeed, unless `!` stands before them.
    pub solution: String,
    /// Line in lab.toml that stands before the solution's first.
    pub solution_line: u32,
    pub checks: Vec<Check>,
    pub wrong: Vec<Wrong>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    pub id: String,
    pub line: u32,
    pub kind: CheckKind,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum CheckKind {
    State(Condition),
    Did(Deed),
    /// Passes when `answer` was chosen.
    Question {
        options: Vec<String>,
        answer: String,
    },
    /// Passes when anything was chosen; `answer` is what happens.
    Prediction {
        options: Vec<String>,
        answer: String,
    },
}

/// Something that must be so, found out on a copy of the state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// A transcript run first on the copy; empty for none.
    pub given: String,
    pub actor: Actor,
    pub attempt: Attempt,
    pub expect: Expect,
}

/// Who tries it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Actor {
    User(String),
    /// Somebody made on the copy who is in this group and nothing else.
    MemberOf(String),
    /// Somebody made on the copy who holds this role and nothing else.
    HolderOf(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Attempt {
    /// A script; what its last statement comes to is judged, those before must succeed.
    Sql(String),
    Login {
        password: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expect {
    Success,
    Rows {
        rows: Vec<Vec<String>>,
        ordered: bool,
    },
    /// This SQLSTATE, with a text that contains `message`.
    Refused {
        state: String,
        message: Option<String>,
    },
}

/// A statement somebody ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    pub user: String,
    /// Its first word, upper case.
    pub verb: String,
    /// A name that occurs in it.
    pub on: Option<String>,
    /// SQLSTATE it failed with; `None`: it succeeded.
    pub refused: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wrong {
    pub id: String,
    pub line: u32,
    /// A transcript; empty when only `choose` is wrong.
    pub does: String,
    /// Line in lab.toml that stands before the transcript's first.
    pub does_line: u32,
    /// Check id to option id.
    pub choose: BTreeMap<String, String>,
    pub when: Vec<Condition>,
}

impl Definition {
    /// Reads `lab.toml`. Every problem names the line and what is expected.
    pub fn parse(text: &str) -> Result<Definition, Vec<Problem>> {
        let raw: RawLab = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            vec![Problem::at(
                FILE,
                line,
                error.message().replace('\n', " "),
                "the fields that lessons/prose/src/definition.rs describes",
            )]
        })?;
        let mut reader = Reader { text, problems: Vec::new() };
        let definition = reader.lab(raw);
        if reader.problems.is_empty() { Ok(definition) } else { Err(reader.problems) }
    }

    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawLab {
    format: Spanned<u32>,
    id: Spanned<String>,
    #[serde(default)]
    order: u32,
    minutes: u32,
    start: String,
    languages: Spanned<Vec<String>>,
    aws_price: Option<f64>,
    #[serde(default)]
    step: Vec<RawStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    id: Spanned<String>,
    #[serde(default)]
    solution: Option<Spanned<String>>,
    #[serde(default)]
    check: Vec<RawCheck>,
    #[serde(default)]
    wrong: Vec<RawWrong>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCheck {
    id: Spanned<String>,
    given: Option<Spanned<String>>,
    #[serde(rename = "as")]
    actor: Option<String>,
    sql: Option<String>,
    password: Option<String>,
    rows: Option<Vec<Vec<String>>>,
    #[serde(default)]
    ordered: bool,
    refused: Option<String>,
    message: Option<String>,
    did: Option<String>,
    on: Option<String>,
    question: Option<Vec<String>>,
    prediction: Option<Vec<String>>,
    answer: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWrong {
    id: Spanned<String>,
    does: Option<Spanned<String>>,
    #[serde(default)]
    choose: BTreeMap<String, String>,
    #[serde(default)]
    when: Vec<RawCondition>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCondition {
    given: Option<Spanned<String>>,
    #[serde(rename = "as")]
    actor: Spanned<String>,
    sql: Option<String>,
    password: Option<String>,
    rows: Option<Vec<Vec<String>>>,
    #[serde(default)]
    ordered: bool,
    refused: Option<String>,
    message: Option<String>,
}

/// What a check and a `when` have in common.
struct Trial {
    line: u32,
    given: Option<Spanned<String>>,
    actor: Option<String>,
    sql: Option<String>,
    password: Option<String>,
    rows: Option<Vec<Vec<String>>>,
    ordered: bool,
    refused: Option<String>,
    message: Option<String>,
}

struct Reader<'a> {
    text: &'a str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn lab(&mut self, raw: RawLab) -> Definition {
        if *raw.format.get_ref() != FORMAT {
            let line = self.line(&raw.format);
            self.problem(
                line,
                format!("format {} is not known", raw.format.get_ref()),
                format!("format = {FORMAT}"),
            );
        }
        if raw.languages.get_ref().is_empty() {
            let line = self.line(&raw.languages);
            self.problem(line, "the lab has no language", "languages = [\"ko\", \"en\"]");
        }
        if raw.step.is_empty() {
            let line = self.line(&raw.id);
            self.problem(line, "the lab has no step", "one or more [[step]]");
        }
        let mut seen = Vec::new();
        let steps = raw.step.into_iter().map(|step| self.step(step, &mut seen)).collect();
        Definition {
            id: raw.id.into_inner(),
            order: raw.order,
            minutes: raw.minutes,
            start: raw.start,
            languages: raw.languages.into_inner(),
            aws_price: raw.aws_price,
            steps,
        }
    }

    fn step(&mut self, raw: RawStep, seen: &mut Vec<String>) -> Step {
        let line = self.name(&raw.id, seen, "step");
        if raw.check.is_empty() {
            self.problem(
                line,
                format!("step `{}` has no check", raw.id.get_ref()),
                "one or more [[step.check]]",
            );
        }
        let (solution, solution_line) = self.script(raw.solution);
        let (mut checks_seen, mut wrong_seen) = (Vec::new(), Vec::new());
        let checks: Vec<Check> =
            raw.check.into_iter().filter_map(|check| self.check(check, &mut checks_seen)).collect();
        let wrong = raw.wrong.into_iter().map(|wrong| self.wrong(wrong, &checks, &mut wrong_seen)).collect();
        Step { id: raw.id.into_inner(), line, solution, solution_line, checks, wrong }
    }

    fn check(&mut self, raw: RawCheck, seen: &mut Vec<String>) -> Option<Check> {
        let line = self.name(&raw.id, seen, "check");
        let id = raw.id.into_inner();
        let kind = match (raw.question, raw.prediction, raw.did) {
            (Some(options), None, None) => {
                let answer = self.answer(&options, raw.answer, line)?;
                CheckKind::Question { options, answer }
            }
            (None, Some(options), None) => {
                let answer = self.answer(&options, raw.answer, line)?;
                CheckKind::Prediction { options, answer }
            }
            (None, None, Some(verb)) => {
                let Some(user) = raw.actor else {
                    self.problem(line, format!("check `{id}` does not say who did it"), "as = \"user\"");
                    return None;
                };
                CheckKind::Did(Deed {
                    user,
                    verb: verb.to_ascii_uppercase(),
                    on: raw.on,
                    refused: raw.refused,
                })
            }
            (None, None, None) => CheckKind::State(self.condition(Trial {
                line,
                given: raw.given,
                actor: raw.actor,
                sql: raw.sql,
                password: raw.password,
                rows: raw.rows,
                ordered: raw.ordered,
                refused: raw.refused,
                message: raw.message,
            })?),
            _ => {
                self.problem(
                    line,
                    format!("check `{id}` is of two kinds"),
                    "one of sql, password, did, question, prediction",
                );
                return None;
            }
        };
        Some(Check { id, line, kind })
    }

    fn answer(&mut self, options: &[String], answer: Option<String>, line: u32) -> Option<String> {
        let known = answer.filter(|answer| options.contains(answer));
        if known.is_none() {
            self.problem(
                line,
                "the answer is not among the options",
                format!("answer = one of {}", options.join(", ")),
            );
        }
        known
    }

    fn wrong(&mut self, raw: RawWrong, checks: &[Check], seen: &mut Vec<String>) -> Wrong {
        let line = self.name(&raw.id, seen, "wrong answer");
        let id = raw.id.into_inner();
        if raw.does.is_none() && raw.choose.is_empty() {
            self.problem(
                line,
                format!("wrong answer `{id}` does nothing"),
                "does = \"a transcript\", or choose = { check = \"option\" }",
            );
        }
        if raw.does.is_some() && raw.when.is_empty() && raw.choose.is_empty() {
            self.problem(
                line,
                format!("wrong answer `{id}` cannot be recognised"),
                "one or more [[step.wrong.when]]",
            );
        }
        for (check, option) in &raw.choose {
            let offered =
                checks.iter().find(|known| known.id == *check).and_then(|known| match &known.kind {
                    CheckKind::Question { options, answer } if answer != option => Some(options),
                    _ => None,
                });
            if !offered.is_some_and(|options| options.contains(option)) {
                self.problem(
                    line,
                    format!("`{check} = \"{option}\"` is no wrong choice of this step"),
                    "a question of this step and one of its wrong options",
                );
            }
        }
        let (does, does_line) = self.script(raw.does);
        let when = raw
            .when
            .into_iter()
            .filter_map(|when| {
                let line = line_of(self.text, when.actor.span().start);
                self.condition(Trial {
                    line,
                    given: when.given,
                    actor: Some(when.actor.into_inner()),
                    sql: when.sql,
                    password: when.password,
                    rows: when.rows,
                    ordered: when.ordered,
                    refused: when.refused,
                    message: when.message,
                })
            })
            .collect();
        Wrong { id, line, does, does_line, choose: raw.choose, when }
    }

    fn condition(&mut self, trial: Trial) -> Option<Condition> {
        let line = trial.line;
        let Some(actor) = trial.actor else {
            self.problem(
                line,
                "nobody is named who tries it",
                "as = \"user\", \"group NAME\" or \"role NAME\"",
            );
            return None;
        };
        let actor = match actor.split_once(' ') {
            None => Actor::User(actor),
            Some(("group", name)) => Actor::MemberOf(name.to_owned()),
            Some(("role", name)) => Actor::HolderOf(name.to_owned()),
            Some(_) => {
                self.problem(
                    line,
                    format!("`{actor}` is nobody"),
                    "as = \"user\", \"group NAME\" or \"role NAME\"",
                );
                return None;
            }
        };
        let attempt = match (trial.sql, trial.password) {
            (Some(sql), None) => Attempt::Sql(sql),
            (None, Some(password)) => Attempt::Login { password },
            _ => {
                self.problem(
                    line,
                    "it is not clear what is tried",
                    "one of sql, password, did, question, prediction",
                );
                return None;
            }
        };
        let expect = match (trial.rows, trial.refused) {
            (None, None) => Expect::Success,
            (Some(rows), None) => Expect::Rows { rows, ordered: trial.ordered },
            (None, Some(state)) => Expect::Refused { state, message: trial.message },
            (Some(_), Some(_)) => {
                self.problem(line, "both rows and a refusal are expected", "rows or refused");
                return None;
            }
        };
        let (given, _) = self.script(trial.given);
        Some(Condition { given, actor, attempt, expect })
    }

    /// A transcript inside lab.toml, checked: its text, and the line before its first.
    fn script(&mut self, script: Option<Spanned<String>>) -> (String, u32) {
        let Some(script) = script else { return (String::new(), 0) };
        // The text of a multi-line string begins on the line after its key.
        let first = self.text.get(script.span().start..).is_some_and(|rest| rest.starts_with("\"\"\"\n"));
        let before = self.line(&script) - u32::from(!first);
        if let Err(problems) = Transcript::parse(FILE, script.get_ref()) {
            self.problems.extend(problems.into_iter().map(|mut problem| {
                problem.line = problem.line.map(|line| before + line);
                problem
            }));
        }
        (script.into_inner(), before)
    }

    /// Notes the id, refusing a second one of the same name; gives its line.
    fn name(&mut self, id: &Spanned<String>, seen: &mut Vec<String>, what: &str) -> u32 {
        let line = self.line(id);
        let name = id.get_ref();
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        {
            self.problem(
                line,
                format!("`{name}` is no id for a {what}"),
                "small letters, digits and hyphens",
            );
        }
        if seen.contains(name) {
            self.problem(line, format!("a second {what} is called `{name}`"), "an id of its own");
        }
        seen.push(name.clone());
        line
    }

    fn line<T>(&self, spanned: &Spanned<T>) -> u32 {
        line_of(self.text, spanned.span().start)
    }

    fn problem(&mut self, line: u32, message: impl Into<String>, expected: impl Into<String>) {
        self.problems.push(Problem::at(FILE, line, message, expected));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "format = 1\nid = \"x\"\nminutes = 1\nstart = \"course-warehouse\"\nlanguages = [\"en\"]\n";

    #[test]
    fn reads_every_kind_of_check() {
        let text = format!(
            "{HEAD}[[step]]\nid = \"one\"\nsolution = \"sql admin> SELECT 1\"\n\
             [[step.check]]\nid = \"a\"\nas = \"group g\"\nsql = \"SELECT 1\"\nrows = [[\"1\"]]\n\
             [[step.check]]\nid = \"b\"\nas = \"jo\"\npassword = \"p\"\nrefused = \"28000\"\n\
             [[step.check]]\nid = \"c\"\nas = \"jo\"\ndid = \"delete\"\nrefused = \"42501\"\n\
             [[step.check]]\nid = \"d\"\nquestion = [\"u\", \"v\"]\nanswer = \"u\"\n\
             [[step.wrong]]\nid = \"w\"\nchoose = {{ d = \"v\" }}\n"
        );
        let lab = Definition::parse(&text).unwrap();
        let kinds: Vec<&CheckKind> = lab.steps[0].checks.iter().map(|check| &check.kind).collect();
        assert!(
            matches!(kinds[0], CheckKind::State(Condition { actor: Actor::MemberOf(g), .. }) if g == "g")
        );
        assert!(matches!(kinds[1], CheckKind::State(Condition { attempt: Attempt::Login { .. }, .. })));
        assert!(matches!(kinds[2], CheckKind::Did(Deed { verb, .. }) if verb == "DELETE"));
        assert!(matches!(kinds[3], CheckKind::Question { answer, .. } if answer == "u"));
        assert_eq!(lab.steps[0].line, 7);
    }

    #[test]
    fn a_broken_file_names_the_line_and_what_is_expected() {
        let unknown = Definition::parse(&format!("{HEAD}minuts = 3\n")).unwrap_err();
        assert_eq!(unknown[0].line, Some(6));
        assert!(unknown[0].message.contains("minuts"), "{}", unknown[0]);
        let step = format!(
            "{HEAD}[[step]]\nid = \"One\"\n[[step.check]]\nid = \"a\"\nas = \"jo\"\n[[step.check]]\nid = \"a\"\nas = \"jo\"\nsql = \"x\"\n"
        );
        let problems = Definition::parse(&step).unwrap_err();
        let lines: Vec<Option<u32>> = problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [Some(7), Some(9), Some(12)], "{problems:?}");
    }
}
