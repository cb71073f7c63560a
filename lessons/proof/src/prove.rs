//! Proves that a lab teaches what it says.
//!
//! From the state that the solutions so far leave, every step must fail when nothing was done, pass after its
//! solution, and fail with its own words after each foreseen wrong answer. Statements in the prose must do
//! what the prose says, and every language must have every text.

use sandshift_prose::definition::{CheckKind, Step, Wrong};
use sandshift_prose::markdown::{Block, StepProse};
use sandshift_prose::{Digest, Problem, Transcript};

use crate::stage::{Seen, Stage};
use crate::words;

const FILE: &str = "lab.toml";

/// One thing that a proof does; told as soon as it is done.
#[derive(Clone, Debug)]
pub struct Scene {
    /// Empty for what concerns the lab as a whole.
    pub step: String,
    pub act: Act,
    /// Scenes done, this one included, and scenes in all.
    pub place: (usize, usize),
    /// What is wrong; empty when the scene ended well.
    pub problems: Vec<Problem>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Every language says everything.
    Words,
    /// The starting state is made.
    Begin,
    /// Doing nothing does not pass.
    Nothing,
    /// This wrong answer does not pass, and is known.
    Wrong(String),
    /// The solution passes.
    Solution,
    /// The statements in this language's text do as they say.
    Prose(String),
}

impl Act {
    /// Its name in one word, and what it is about.
    pub fn words(&self) -> (&'static str, &str) {
        match self {
            Act::Words => ("words", ""),
            Act::Begin => ("begin", ""),
            Act::Nothing => ("nothing", ""),
            Act::Wrong(id) => ("wrong", id),
            Act::Solution => ("solution", ""),
            Act::Prose(language) => ("prose", language),
        }
    }
}

/// Acts the whole lab; `told` hears every scene. A step whose solution does not run is the last: what follows would
/// only repeat it.
pub fn prove<S: Stage>(lab: &Digest, stage: &mut S, told: &mut dyn FnMut(Scene)) {
    let scenes = |step: &Step| 2 + step.wrong.len() + lab.prose.len();
    let whole = 2 + lab.definition.steps.iter().map(scenes).sum::<usize>();
    let mut done = 0;
    let mut tell = |step: &str, act: Act, problems: Vec<Problem>| {
        done += 1;
        told(Scene { step: step.to_owned(), act, place: (done, whole), problems });
    };
    tell("", Act::Words, words::complete(lab));
    let mut account = match stage.begin() {
        Ok(account) => {
            tell("", Act::Begin, Vec::new());
            account
        }
        Err(message) => {
            tell("", Act::Begin, vec![Problem::whole(FILE, message, "a starting state that can be made")]);
            return;
        }
    };
    for step in &lab.definition.steps {
        tell(&step.id, Act::Nothing, nothing_is_not_enough(step, &stage.look(&mut account, &step.id)));
        for wrong in &step.wrong {
            let mut copy = stage.copy(&account);
            let problems = is_recognised(stage, step, wrong, &mut copy);
            tell(&step.id, Act::Wrong(wrong.id.clone()), problems);
        }
        let before = stage.copy(&account);
        let ran = run(stage, &mut account, &step.solution, step.solution_line);
        let solved = ran.is_ok();
        let problems = match ran {
            Ok(()) => {
                for check in &step.checks {
                    if let CheckKind::Question { answer, .. } | CheckKind::Prediction { answer, .. } =
                        &check.kind
                    {
                        stage.choose(&mut account, &step.id, &check.id, answer);
                    }
                }
                solution_passes(step, &stage.look(&mut account, &step.id))
            }
            Err(problem) => vec![problem],
        };
        tell(&step.id, Act::Solution, problems);
        if !solved {
            return;
        }
        for (language, prose) in &lab.prose {
            let file = format!("{language}.md");
            let problems = prose
                .step(&step.id)
                .map_or_else(Vec::new, |prose| statements_hold(stage, &file, prose, &before, &account));
            tell(&step.id, Act::Prose(language.clone()), problems);
        }
    }
}

/// Types a transcript that stands in lab.toml behind line `before`; every prompt must come out as it says.
fn run<S: Stage>(stage: &mut S, account: &mut S::Account, script: &str, before: u32) -> Result<(), Problem> {
    let transcript = Transcript::parse(FILE, script).map_err(|mut problems| {
        let mut problem = problems.swap_remove(0);
        problem.line = problem.line.map(|line| line + before);
        problem
    })?;
    let mut result = Ok(());
    for entry in &transcript.entries {
        if let Some(differs) = stage.enter(account, entry).differs {
            let message = format!("`{}` came to: {}", entry.input, differs.actual);
            result = Err(Problem::at(FILE, before + entry.line, message, differs.expected));
            break;
        }
    }
    stage.leave(account);
    result
}

fn nothing_is_not_enough(step: &Step, seen: &Seen) -> Vec<Problem> {
    let mut problems = Vec::new();
    if seen.open.is_empty() {
        let message = format!("step `{}` passes although nothing was done", step.id);
        problems.push(Problem::at(FILE, step.line, message, "a check that only this step's work makes true"));
    }
    if let Some(wrong) = &seen.wrong {
        let message =
            format!("wrong answer `{wrong}` of step `{}` is recognised although nothing was done", step.id);
        let expected = "a further [[step.wrong.when]] that tells it from doing nothing";
        problems.push(Problem::at(FILE, line_of(step, wrong), message, expected));
    }
    problems
}

fn is_recognised<S: Stage>(
    stage: &mut S,
    step: &Step,
    wrong: &Wrong,
    account: &mut S::Account,
) -> Vec<Problem> {
    if let Err(problem) = run(stage, account, &wrong.does, wrong.does_line) {
        return vec![problem];
    }
    for (check, option) in &wrong.choose {
        stage.choose(account, &step.id, check, option);
    }
    let seen = stage.look(account, &step.id);
    let (message, expected) = if seen.open.is_empty() {
        (format!("wrong answer `{}` passes step `{}`", wrong.id, step.id), "a check that it fails")
    } else {
        match &seen.wrong {
            Some(found) if *found == wrong.id => return Vec::new(),
            Some(found) => (
                format!("wrong answer `{}` is taken for `{found}`", wrong.id),
                "the narrower one first, or a further `when`",
            ),
            None => (
                format!("wrong answer `{}` is not recognised", wrong.id),
                "[[step.wrong.when]] conditions that hold after it",
            ),
        }
    };
    vec![Problem::at(FILE, wrong.line, message, expected)]
}

fn solution_passes(step: &Step, seen: &Seen) -> Vec<Problem> {
    let mut problems = Vec::new();
    for check in &step.checks {
        if let Some((_, came)) = seen.open.iter().find(|(id, _)| *id == check.id) {
            let came = if came.is_empty() { "it did not happen" } else { came };
            let message =
                format!("after the solution of `{}` the check `{}` fails: {came}", step.id, check.id);
            problems.push(Problem::at(FILE, check.line, message, "a solution that passes every check"));
        }
    }
    if let Some(wrong) = &seen.wrong {
        let message = format!("the solution of `{}` is taken for the wrong answer `{wrong}`", step.id);
        let expected = "a `when` that does not hold after the solution";
        problems.push(Problem::at(FILE, line_of(step, wrong), message, expected));
    }
    problems
}

/// Statements in the prose do as they say, tried in order from the step's beginning. One that looks at what
/// the learner has made by then may instead work where the solution leads; a refusal may not wait for that,
/// because there "already exists" would do.
fn statements_hold<S: Stage>(
    stage: &mut S,
    file: &str,
    prose: &StepProse,
    before: &S::Account,
    after: &S::Account,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut walked = stage.copy(before);
    for block in &prose.blocks {
        let (entry, line) = match block {
            Block::Sql { user, text, refusal, line } => (entry("sql", user, text, *refusal), *line),
            Block::Aws { principal, text, refusal, line } => (entry("aws", principal, text, *refusal), *line),
            Block::Clock { text, line, .. } => (format!("clock> {text}\n"), *line),
            Block::Text { .. } | Block::Note { .. } | Block::Question { .. } | Block::Blanks { .. } => {
                continue;
            }
        };
        let Ok(transcript) = Transcript::parse(file, &entry) else {
            let message = "this statement cannot be typed at a prompt";
            problems.push(Problem::at(file, line, message, "no empty line in it"));
            continue;
        };
        for entry in &transcript.entries {
            let at_first = stage.enter(&mut walked, entry);
            if at_first.refused == entry.refusal {
                continue;
            }
            if entry.refusal {
                let message = format!("this statement is not refused: {}", at_first.output);
                problems.push(Problem::at(file, line, message, "a refusal, or a block without `!`"));
                continue;
            }
            let at_last = {
                let mut copy = stage.copy(after);
                stage.enter(&mut copy, entry)
            };
            if at_last.refused {
                let message = format!("this statement comes to: {}", at_last.output);
                let expected = "a statement that works, or a block with `!` before its name";
                problems.push(Problem::at(file, line, message, expected));
            }
        }
    }
    problems
}

fn entry(door: &str, who: &str, text: &str, refusal: bool) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    format!("{}{door} {who}> {}\n", if refusal { "!" } else { "" }, lines.join("\n"))
}

fn line_of(step: &Step, wrong: &str) -> u32 {
    step.wrong.iter().find(|known| known.id == wrong).map_or(step.line, |known| known.line)
}
