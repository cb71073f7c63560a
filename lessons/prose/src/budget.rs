//! How much a lab may be: whoever opens a stranger's lab must not be made to wait for it, nor run out of memory.
//!
//! These are sizes; how long a lab's statements may take is counted where they run.

use crate::definition::Definition;
use crate::problem::Problem;

/// Bytes of one text that a lab is read from: the course's longest has 60,000.
const TEXT: usize = 512 * 1024;
/// Bytes of everything in a lab's folder.
const FOLDER: usize = 8 * 1024 * 1024;
const STEPS: usize = 60;
/// Checks of a step, and likewise foreseen wrong answers.
const CHECKS: usize = 40;
/// Cells that a check writes out.
const CELLS: usize = 5_000;

/// What is too long among the files of a lab's folder.
pub fn files(files: &[(String, String)]) -> Vec<Problem> {
    let whole: usize = files.iter().map(|(_, text)| text.len()).sum();
    let mut problems: Vec<Problem> = files
        .iter()
        .filter(|(path, text)| is_read(path) && text.len() > TEXT)
        .map(|(path, text)| too_many(path, None, "bytes", text.len(), TEXT))
        .collect();
    if whole > FOLDER {
        problems.push(too_many("the folder", None, "bytes", whole, FOLDER));
    }
    problems
}

/// What a lab has too many of.
pub fn definition(definition: &Definition) -> Vec<Problem> {
    const FILE: &str = "lab.toml";
    let mut problems = Vec::new();
    if definition.steps.len() > STEPS {
        problems.push(too_many(FILE, None, "steps", definition.steps.len(), STEPS));
    }
    for step in &definition.steps {
        for (what, count) in [("checks", step.checks.len()), ("wrong answers", step.wrong.len())] {
            if count > CHECKS {
                problems.push(too_many(FILE, Some(step.line), what, count, CHECKS));
            }
        }
        for check in &step.checks {
            let cells = check.kind.cells();
            if cells > CELLS {
                problems.push(too_many(FILE, Some(check.line), "cells", cells, CELLS));
            }
        }
    }
    problems
}

fn is_read(path: &str) -> bool {
    path.ends_with(".toml") || path.ends_with(".md") || path.ends_with(".transcript")
}

fn too_many(file: &str, line: Option<u32>, what: &str, count: usize, most: usize) -> Problem {
    let (message, expected) = (format!("{count} {what} are too many"), format!("at most {most}"));
    match line {
        Some(line) => Problem::at(file, line, message, expected),
        None => Problem::whole(file, message, expected),
    }
}
