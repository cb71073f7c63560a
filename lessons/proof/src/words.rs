//! Whether every language says everything.

use std::collections::BTreeMap;

use sandshift_prose::definition::{Check, CheckKind, Definition, Step};
use sandshift_prose::markdown::{Block, HintWhen, Prose, StepProse, Words};
use sandshift_prose::transcript::Door;
use sandshift_prose::{Digest, Problem, Transcript};

/// Texts that are missing, and texts that belong to nothing.
pub fn complete(lab: &Digest) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (language, prose) in &lab.prose {
        let file = format!("{language}.md");
        whole(&file, &lab.definition, prose, &mut problems);
        for step in &lab.definition.steps {
            match prose.step(&step.id) {
                Some(words) => step_is_told(&file, step, words, &mut problems),
                None => problems.push(Problem::whole(
                    &file,
                    format!("the step `{}` is not told", step.id),
                    format!("`## Title {{#{}}}` and its text", step.id),
                )),
            }
        }
    }
    problems
}

fn whole(file: &str, definition: &Definition, prose: &Prose, problems: &mut Vec<Problem>) {
    if prose.outcomes.is_empty() {
        problems.push(Problem::whole(
            file,
            "nobody is told what they will be able to do",
            "an ```outcome block above the first step",
        ));
    }
    let known: Vec<&str> = definition.steps.iter().map(|step| step.id.as_str()).collect();
    for step in &prose.steps {
        if !known.contains(&step.id.as_str()) {
            problems.push(Problem::at(
                file,
                step.line,
                format!("lab.toml has no step `{}`", step.id),
                known.join(", "),
            ));
        }
    }
    let told: Vec<&str> =
        prose.steps.iter().map(|step| step.id.as_str()).filter(|id| known.contains(id)).collect();
    let wanted: Vec<&str> = known.into_iter().filter(|id| told.contains(id)).collect();
    if told != wanted {
        problems.push(Problem::whole(
            file,
            "the steps stand in another order than in lab.toml",
            wanted.join(", "),
        ));
    }
}

fn step_is_told(file: &str, step: &Step, words: &StepProse, problems: &mut Vec<Problem>) {
    let checks: Vec<&str> = step.checks.iter().map(|check| check.id.as_str()).collect();
    let wrong: Vec<&str> = step.wrong.iter().map(|wrong| wrong.id.as_str()).collect();
    if words.hints.is_empty() {
        problems.push(Problem::at(file, words.line, "this step has no hint", "a ```hint block"));
    }
    hints_point_at_something(file, words, &checks, &wrong, problems);
    blanks_are_filled(file, step, words, problems);
    for check in &step.checks {
        if !words.checks.contains_key(&check.id) {
            problems.push(missing(file, words, "check", &check.id));
        }
        question_is_asked(file, check, words, problems);
    }
    for id in &wrong {
        if !words.wrong.contains_key(*id) {
            problems.push(missing(file, words, "wrong", id));
        }
    }
    for (kind, told, known) in [
        ("check", &words.checks, &checks),
        ("missing", &words.missing, &checks),
        ("answer", &words.answers, &checks),
        ("wrong", &words.wrong, &wrong),
    ] {
        belongs(file, kind, told, known, problems);
    }
}

fn hints_point_at_something(
    file: &str,
    words: &StepProse,
    checks: &[&str],
    wrong: &[&str],
    problems: &mut Vec<Problem>,
) {
    for hint in &words.hints {
        let (known, id) = match &hint.when {
            HintWhen::Always | HintWhen::Tries(_) => continue,
            HintWhen::Wrong(id) => (wrong, id),
            HintWhen::Open(id) => (checks, id),
        };
        if !known.contains(&id.as_str()) {
            let message = format!("this hint waits for `{id}`, which the step does not have");
            problems.push(Problem::at(file, hint.line, message, known.join(", ")));
        }
    }
}

/// What is to be filled in is a statement of the solution, so the right words are known to work.
fn blanks_are_filled(file: &str, step: &Step, words: &StepProse, problems: &mut Vec<Problem>) {
    let solution = Transcript::parse(file, &step.solution).map(|found| found.entries).unwrap_or_default();
    for block in &words.blocks {
        let Block::Blanks { user, text, line } = block else { continue };
        let filled = solution.iter().any(|entry| {
            matches!(&entry.door, Door::Sql { user: who } if who == user) && fills(text, &entry.input)
        });
        if !filled {
            let message = "no statement of the solution fills these blanks";
            let expected = format!("a statement of {user} in the solution that has words where `___` stands");
            problems.push(Problem::at(file, *line, message, expected));
        }
    }
}

/// Whether `statement` is `pattern` with something where its blanks are; spaces and letters' size are free.
fn fills(pattern: &str, statement: &str) -> bool {
    let plain = |text: &str| {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        words.join(" ").trim_end_matches(';').trim_end().to_owned()
    };
    let (pattern, statement) = (plain(pattern), plain(statement));
    let fixed: Vec<&str> = pattern.split("___").map(|part| part.trim_matches('_')).collect();
    let Some((first, others)) = fixed.split_first() else { return false };
    let Some(mut rest) = statement.strip_prefix(first) else { return false };
    for (at, part) in others.iter().enumerate() {
        // Two blanks side by side, or a long one cut by `___`: nothing stands between.
        if part.is_empty() && at + 1 < others.len() {
            continue;
        }
        let found =
            if at + 1 == others.len() { rest.strip_suffix(part).map(str::len) } else { rest.find(part) };
        match found {
            Some(place) if place > 0 => rest = rest.get(place + part.len()..).unwrap_or_default(),
            _ => return false,
        }
    }
    !others.is_empty()
}

fn missing(file: &str, words: &StepProse, kind: &str, id: &str) -> Problem {
    Problem::at(
        file,
        words.line,
        format!("step `{}` does not word the {kind} `{id}`", words.id),
        format!("a block ```{kind} {id}"),
    )
}

fn belongs(
    file: &str,
    kind: &str,
    told: &BTreeMap<String, Words>,
    known: &[&str],
    problems: &mut Vec<Problem>,
) {
    for (id, words) in told {
        if !known.contains(&id.as_str()) {
            problems.push(Problem::at(
                file,
                words.line,
                format!("this step has no {kind} `{id}` in lab.toml"),
                known.join(", "),
            ));
        }
    }
}

fn question_is_asked(file: &str, check: &Check, words: &StepProse, problems: &mut Vec<Problem>) {
    let asked = words.blocks.iter().find_map(|block| match block {
        Block::Question { check: id, options, line, .. } if *id == check.id => Some((options, *line)),
        _ => None,
    });
    let wanted = match &check.kind {
        CheckKind::Question { options, .. } | CheckKind::Prediction { options, .. } => options,
        CheckKind::State(_) | CheckKind::Did(_) | CheckKind::Result { .. } => {
            if let Some((_, line)) = asked {
                problems.push(Problem::at(
                    file,
                    line,
                    format!("the check `{}` is no question", check.id),
                    "question or prediction in lab.toml",
                ));
            }
            return;
        }
    };
    match asked {
        None => problems.push(missing(file, words, "question", &check.id)),
        Some((options, line)) => {
            let mut told: Vec<&str> = options.iter().map(|option| option.id.as_str()).collect();
            let mut known: Vec<&str> = wanted.iter().map(String::as_str).collect();
            told.sort_unstable();
            known.sort_unstable();
            if told != known {
                problems.push(Problem::at(
                    file,
                    line,
                    format!("the options of `{}` are not those of lab.toml", check.id),
                    known.join(", "),
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fills;

    #[test]
    fn blanks_are_filled_by_a_statement_with_words_in_their_places() {
        let pattern = "SELECT ___, COUNT(1)\nFROM t GROUP BY ____;";
        assert!(fills(pattern, "select channel, count(1) from t group by 1;"));
        assert!(fills(pattern, "select a, b, count(1) from t group by 1, 2"));
        assert!(!fills(pattern, "select channel, count(1) from t"));
        assert!(!fills(pattern, "select channel, count(1) from u group by 1"));
        assert!(!fills(pattern, "select , count(1) from t group by 1"));
        assert!(!fills("SELECT 1", "SELECT 1"));
    }
}
