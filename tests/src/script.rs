//! Runs transcripts against a fresh account each, and rewrites their outputs when asked to.

use std::fs;
use std::path::Path;

use sandshift_lessons::Problem;
use sandshift_lessons::transcript::{self, Report};

use crate::{files, start};

/// Runs one transcript; gives how many prompts it has.
///
/// # Errors
/// Every prompt that did not come out as written.
pub fn run(path: &Path) -> Result<usize, String> {
    let text = files::read(path)?;
    let mut sandbox = start::sandbox(&text)?;
    compared(transcript::run(&text, &mut sandbox).map_err(|problems| told(path, &problems))?)
}

/// Runs one transcript and writes what came out below its prompts; gives how many prompts it has.
///
/// # Errors
/// A refusal where none is expected or the other way round: that is never blessed away.
pub fn bless(path: &Path) -> Result<usize, String> {
    let text = files::read(path)?;
    let mut sandbox = start::sandbox(&text)?;
    let (blessed, report) =
        transcript::bless(&text, &mut sandbox).map_err(|problems| told(path, &problems))?;
    if blessed != text {
        fs::write(path, blessed).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    compared(report)
}

fn compared(report: Report) -> Result<usize, String> {
    if report.differences.is_empty() {
        return Ok(report.entries);
    }
    Err(report.differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

fn told(path: &Path, problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("{}: {problem}", path.display())).collect::<Vec<_>>().join("\n")
}
