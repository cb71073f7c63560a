//! Proves that a lab teaches what it says.
//!
//! From the state that the solutions so far leave, every step must fail when nothing was done, pass after its
//! solution, and fail with its own words after each foreseen wrong answer. Statements in the prose must do
//! what the prose says, and every language must have every text.

use sandshift_engine::sandbox::Sandbox;
use sandshift_prose::Problem;
use sandshift_prose::definition::{CheckKind, Step, Wrong};
use sandshift_prose::markdown::{Block, StepProse};

use crate::check::{evaluate, recognise};
use crate::lab::{Lab, run_script};
use crate::record::Record;
use crate::transcript::{Done, Terminal};
use crate::words;

const FILE: &str = "lab.toml";

/// Everything that is wrong with the lab; empty when it is proved. `seed` is the account's.
pub fn prove(lab: &Lab, seed: u64) -> Vec<Problem> {
    let mut problems = words::complete(lab);
    let mut sandbox = match lab.start(seed) {
        Ok(sandbox) => sandbox,
        Err(problem) => {
            problems.push(problem);
            return problems;
        }
    };
    let mut record = Record::default();
    for step in &lab.definition.steps {
        nothing_is_not_enough(step, &sandbox, &record, &mut problems);
        for wrong in &step.wrong {
            is_recognised(lab, step, wrong, &sandbox, &record, &mut problems);
        }
        let before = sandbox.clone();
        let mut statements: Vec<Done> = Vec::new();
        if let Err(problem) =
            lab.solve(step, &mut sandbox, &mut |answered| statements.extend(answered.statements.clone()))
        {
            problems.push(problem);
            // What follows would only repeat it.
            return problems;
        }
        for done in &statements {
            record.witness(&lab.definition, done);
        }
        answer_rightly(lab, step, &mut record);
        solution_passes(step, &sandbox, &mut record, &mut problems);
        for (language, prose) in &lab.prose {
            if let Some(prose) = prose.step(&step.id) {
                statements_hold(&format!("{language}.md"), prose, &before, &sandbox, &mut problems);
            }
        }
    }
    problems
}

fn nothing_is_not_enough(step: &Step, sandbox: &Sandbox, record: &Record, problems: &mut Vec<Problem>) {
    let status = evaluate(step, sandbox, record);
    if status.passed {
        let message = format!("step `{}` passes although nothing was done", step.id);
        problems.push(Problem::at(FILE, step.line, message, "a check that only this step's work makes true"));
    }
    if let Some(wrong) = recognise(step, sandbox, record) {
        let line = line_of(step, &wrong);
        let message =
            format!("wrong answer `{wrong}` of step `{}` is recognised although nothing was done", step.id);
        problems.push(Problem::at(
            FILE,
            line,
            message,
            "a further [[step.wrong.when]] that tells it from doing nothing",
        ));
    }
}

fn is_recognised(
    lab: &Lab,
    step: &Step,
    wrong: &Wrong,
    before: &Sandbox,
    record: &Record,
    problems: &mut Vec<Problem>,
) {
    let mut sandbox = before.clone();
    let mut record = record.clone();
    let mut statements: Vec<Done> = Vec::new();
    let ran = run_script(&mut sandbox, &wrong.does, FILE, wrong.does_line, &mut |answered| {
        statements.extend(answered.statements.clone());
    });
    if let Err(problem) = ran {
        problems.push(problem);
        return;
    }
    for done in &statements {
        record.witness(&lab.definition, done);
    }
    for (check, option) in &wrong.choose {
        record.choose(&lab.definition, &step.id, check, option);
    }
    let status = evaluate(step, &sandbox, &record);
    if status.passed {
        let message = format!("wrong answer `{}` passes step `{}`", wrong.id, step.id);
        problems.push(Problem::at(FILE, wrong.line, message, "a check that it fails"));
        return;
    }
    match status.wrong {
        Some(found) if found == wrong.id => {}
        Some(found) => {
            let message = format!("wrong answer `{}` is taken for `{found}`", wrong.id);
            problems.push(Problem::at(
                FILE,
                wrong.line,
                message,
                "the narrower one first, or a further `when`",
            ));
        }
        None => {
            let message = format!("wrong answer `{}` is not recognised", wrong.id);
            problems.push(Problem::at(
                FILE,
                wrong.line,
                message,
                "[[step.wrong.when]] conditions that hold after it",
            ));
        }
    }
}

fn answer_rightly(lab: &Lab, step: &Step, record: &mut Record) {
    for check in &step.checks {
        if let CheckKind::Question { answer, .. } | CheckKind::Prediction { answer, .. } = &check.kind {
            record.choose(&lab.definition, &step.id, &check.id, answer);
        }
    }
}

fn solution_passes(step: &Step, sandbox: &Sandbox, record: &mut Record, problems: &mut Vec<Problem>) {
    let status = evaluate(step, sandbox, record);
    for (check, status) in step.checks.iter().zip(&status.checks) {
        if !status.passed {
            let came = status.missing.clone().unwrap_or_else(|| "it did not happen".to_owned());
            let message =
                format!("after the solution of `{}` the check `{}` fails: {came}", step.id, check.id);
            problems.push(Problem::at(FILE, check.line, message, "a solution that passes every check"));
        }
    }
    if let Some(wrong) = recognise(step, sandbox, record) {
        let message = format!("the solution of `{}` is taken for the wrong answer `{wrong}`", step.id);
        problems.push(Problem::at(
            FILE,
            line_of(step, &wrong),
            message,
            "a `when` that does not hold after the solution",
        ));
    }
    if status.passed {
        record.pass(&step.id);
    }
}

/// Statements in the prose do as they say, tried in order from the step's beginning. One that looks at what
/// the learner has made by then may instead work where the solution leads; a refusal may not wait for that,
/// because there "already exists" would do.
fn statements_hold(
    file: &str,
    prose: &StepProse,
    before: &Sandbox,
    after: &Sandbox,
    problems: &mut Vec<Problem>,
) {
    let mut walked = before.clone();
    let mut terminal = Terminal::default();
    for block in &prose.blocks {
        let (entry, line) = match block {
            Block::Sql { user, text, refusal, line } => (entry("sql", user, text, *refusal), *line),
            Block::Aws { principal, text, refusal, line } => (entry("aws", principal, text, *refusal), *line),
            Block::Clock { text, line, .. } => (format!("clock> {text}\n"), *line),
            Block::Markdown { .. } | Block::Note { .. } | Block::Question { .. } => continue,
        };
        let Ok(transcript) = sandshift_prose::Transcript::parse(file, &entry) else {
            problems.push(Problem::at(
                file,
                line,
                "this statement cannot be typed at a prompt",
                "no empty line in it",
            ));
            continue;
        };
        for entry in &transcript.entries {
            let at_first = terminal.enter(&mut walked, entry);
            if at_first.refused == entry.refusal {
                continue;
            }
            if entry.refusal {
                let message = format!("this statement is not refused: {}", at_first.output);
                problems.push(Problem::at(file, line, message, "a refusal, or a block without `!`"));
                continue;
            }
            let at_last = Terminal::default().enter(&mut after.clone(), entry);
            if at_last.refused {
                let message = format!("this statement comes to: {}", at_last.output);
                let expected = "a statement that works, or a block with `!` before its name";
                problems.push(Problem::at(file, line, message, expected));
            }
        }
    }
}

fn entry(door: &str, who: &str, text: &str, refusal: bool) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    format!("{}{door} {who}> {}\n", if refusal { "!" } else { "" }, lines.join("\n"))
}

fn line_of(step: &Step, wrong: &str) -> u32 {
    step.wrong.iter().find(|known| known.id == wrong).map_or(step.line, |known| known.line)
}
