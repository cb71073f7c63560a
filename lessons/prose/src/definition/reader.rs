//! From the text of `lab.toml` to a definition: what the fields are, and what is said of mistakes in them.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{
    Actor, Attempt, Check, CheckKind, Condition, Deed, Definition, Expect, FORMAT, Matching, Step, Table,
    Wanted, Wrong,
};
use crate::problem::{Problem, line_of};
use crate::transcript::Transcript;

const FILE: &str = "lab.toml";

/// The principal that an AWS check takes when it names nobody.
const PRINCIPAL: &str = "learner";

/// Reads `lab.toml`.
pub(super) fn read(text: &str) -> Result<Definition, Vec<Problem>> {
    let raw: RawLab = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        vec![Problem::at(FILE, line, error.message().replace('\n', " "), "the fields of lab.schema.json")]
    })?;
    let mut reader = Reader { text, problems: Vec::new() };
    let definition = reader.lab(raw);
    if reader.problems.is_empty() { Ok(definition) } else { Err(reader.problems) }
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
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawCheck {
    id: Spanned<String>,
    given: Option<Spanned<String>>,
    #[serde(rename = "as")]
    actor: Option<String>,
    sql: Option<String>,
    aws: Option<String>,
    prints: Option<String>,
    password: Option<String>,
    rows: Option<Vec<Vec<String>>>,
    #[serde(default)]
    ordered: bool,
    #[serde(default)]
    ordered_by: Vec<String>,
    tolerance: Option<f64>,
    #[serde(default)]
    columns: Vec<String>,
    #[serde(default)]
    any_column_order: bool,
    refused: Option<String>,
    message: Option<String>,
    did: Option<String>,
    on: Option<String>,
    result: Option<String>,
    #[serde(default)]
    same_names: bool,
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
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawCondition {
    given: Option<Spanned<String>>,
    #[serde(rename = "as")]
    actor: Spanned<String>,
    sql: Option<String>,
    aws: Option<String>,
    prints: Option<String>,
    password: Option<String>,
    rows: Option<Vec<Vec<String>>>,
    #[serde(default)]
    ordered: bool,
    #[serde(default)]
    ordered_by: Vec<String>,
    tolerance: Option<f64>,
    #[serde(default)]
    columns: Vec<String>,
    #[serde(default)]
    any_column_order: bool,
    refused: Option<String>,
    message: Option<String>,
}

/// What a check and a `when` have in common.
struct Trial {
    line: u32,
    given: Option<Spanned<String>>,
    actor: Option<String>,
    sql: Option<String>,
    aws: Option<String>,
    prints: Option<String>,
    password: Option<String>,
    rows: Option<Table>,
    matching: Matching,
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
        let table = raw.rows.map(|rows| Table { columns: raw.columns, rows });
        let mut matching = Matching {
            ordered: raw.ordered,
            keys: raw.ordered_by,
            tolerance: raw.tolerance,
            same_names: raw.same_names,
            any_column_order: raw.any_column_order,
        };
        self.matching(line, &mut matching, table.as_ref());
        let kind = match (raw.question, raw.prediction, raw.did, raw.result) {
            (Some(options), None, None, None) => {
                let answer = self.answer(&options, raw.answer, line)?;
                CheckKind::Question { options, answer }
            }
            (None, Some(options), None, None) => {
                let answer = self.answer(&options, raw.answer, line)?;
                CheckKind::Prediction { options, answer }
            }
            (None, None, None, Some(query)) => {
                let user = self.doer(line, &id, raw.actor)?;
                let wanted = match (table, query.trim().is_empty()) {
                    (Some(table), true) => Wanted::Table(table),
                    (None, false) => Wanted::Query(query),
                    _ => {
                        self.problem(
                            line,
                            format!("check `{id}` does not say once what the query comes to"),
                            "result = \"SELECT ...\", or result = \"\" with rows",
                        );
                        return None;
                    }
                };
                CheckKind::Result { user, wanted, matching }
            }
            (None, None, Some(verb), None) => {
                let user = self.doer(line, &id, raw.actor)?;
                CheckKind::Did(Deed {
                    user,
                    verb: verb.to_ascii_uppercase(),
                    on: raw.on,
                    refused: raw.refused,
                })
            }
            (None, None, None, None) => CheckKind::State(self.condition(Trial {
                line,
                given: raw.given,
                actor: raw.actor,
                sql: raw.sql,
                aws: raw.aws,
                prints: raw.prints,
                password: raw.password,
                rows: table,
                matching,
                refused: raw.refused,
                message: raw.message,
            })?),
            _ => {
                self.problem(
                    line,
                    format!("check `{id}` is of two kinds"),
                    "one of sql, aws, password, did, result, question, prediction",
                );
                return None;
            }
        };
        Some(Check { id, line, kind })
    }

    fn doer(&mut self, line: u32, id: &str, actor: Option<String>) -> Option<String> {
        if actor.is_none() {
            self.problem(line, format!("check `{id}` does not say who did it"), "as = \"user\"");
        }
        actor
    }

    /// Declared names are asked for, and what is declared goes together.
    fn matching(&mut self, line: u32, matching: &mut Matching, table: Option<&Table>) {
        matching.same_names |= table.is_some_and(|table| !table.columns.is_empty());
        if matching.ordered && !matching.keys.is_empty() {
            self.problem(
                line,
                "the rows are ordered as a whole and by some columns",
                "ordered, or ordered-by",
            );
        }
        if matching.tolerance.is_some_and(|tolerance| !(0.0..1e300).contains(&tolerance)) {
            self.problem(line, "the tolerance is no distance", "tolerance = 0.01");
        }
        let Some(table) = table else { return };
        let width = if table.columns.is_empty() { None } else { Some(table.columns.len()) };
        let width = width.or_else(|| table.rows.first().map(Vec::len));
        if table.rows.iter().any(|row| Some(row.len()) != width) {
            self.problem(line, "the rows are not equally long", "as many cells in each as there are columns");
        }
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
                let rows = when.rows.map(|rows| Table { columns: when.columns, rows });
                let mut matching = Matching {
                    ordered: when.ordered,
                    keys: when.ordered_by,
                    tolerance: when.tolerance,
                    same_names: false,
                    any_column_order: when.any_column_order,
                };
                self.matching(line, &mut matching, rows.as_ref());
                self.condition(Trial {
                    line,
                    given: when.given,
                    actor: Some(when.actor.into_inner()),
                    sql: when.sql,
                    aws: when.aws,
                    prints: when.prints,
                    password: when.password,
                    rows,
                    matching,
                    refused: when.refused,
                    message: when.message,
                })
            })
            .collect();
        Wrong { id, line, does, does_line, choose: raw.choose, when }
    }

    fn condition(&mut self, trial: Trial) -> Option<Condition> {
        let line = trial.line;
        let named = trial.actor.or_else(|| trial.aws.as_ref().map(|_| PRINCIPAL.to_owned()));
        let Some(actor) = named else {
            self.problem(
                line,
                "nobody is named who tries it",
                "as = \"user\", \"group NAME\" or \"role NAME\"",
            );
            return None;
        };
        let actor = match actor.split_once(' ') {
            None if trial.aws.is_some() => Actor::Principal(actor),
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
        let attempt = match (trial.sql, trial.password, trial.aws) {
            (Some(sql), None, None) => Attempt::Sql(sql),
            (None, Some(password), None) => Attempt::Login { password },
            (None, None, Some(command)) if matches!(actor, Actor::Principal(_)) => Attempt::Aws(command),
            _ => {
                self.problem(
                    line,
                    "it is not clear what is tried",
                    "one of sql, aws, password, did, result, question, prediction",
                );
                return None;
            }
        };
        let expect = match (trial.rows, trial.prints, trial.refused) {
            (None, None, None) => Expect::Success,
            (Some(wanted), None, None) if !matches!(attempt, Attempt::Aws(_)) => {
                Expect::Rows { wanted, matching: trial.matching }
            }
            (None, Some(text), None) if matches!(attempt, Attempt::Aws(_)) => Expect::Prints(text),
            (None, None, Some(state)) => Expect::Refused { state, message: trial.message },
            _ => {
                let expected = "rows (of sql), prints (of aws) or refused";
                self.problem(line, "what is expected does not go together", expected);
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
