//! Submissions: what a learner did, done again without a browser, and the marks of it.
//!
//! A file's claims are worth nothing: the marks are those of the replay, and a file that claims something else than its
//! own journal comes to is refused.

use std::fs;
use std::panic;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sandshift_lessons::extensions::linked;
use sandshift_lessons::{Digest, Lab};
use sandshift_protocol::{EventKind, LabSource, Message, Request, StepState};
use sandshift_worker::workspace::{Fingerprint, Found, OpenError, Workspace};
use serde_json::{Value, json};

use crate::lab;

/// How long doing a file again may take: what a learner has waited for, and not what keeps a teacher waiting.
const PATIENCE: Duration = Duration::from_secs(180);

/// What one file came to.
#[derive(Default)]
pub struct Marks {
    pub file: String,
    pub learner: String,
    pub lab: String,
    pub steps: Vec<Step>,
    /// Statements and calls in the journal, and how many of them were refused.
    pub tries: usize,
    pub refused: usize,
    /// Tells journals apart.
    journal: u64,
    /// What whoever grades has to know: why the file has no marks, or whose work it also is.
    pub remark: String,
}

pub struct Step {
    pub id: String,
    pub passed: bool,
    /// Checks that hold, and all of them.
    pub checks: (usize, usize),
    /// Foreseen wrong answers given on the way.
    pub wrong: Vec<String>,
}

/// Grades every file; one that is refused has a remark and no steps, and holds up no other. The second number is how many those are.
pub fn all(files: &[PathBuf], course: &Path) -> (Vec<Marks>, usize) {
    let mut found: Vec<Marks> = Vec::new();
    let mut refused = 0;
    for path in files {
        let file = path.display().to_string();
        // A defect of ours that a file meets is that file's refusal.
        let graded = panic::catch_unwind(|| grade(path, course))
            .unwrap_or_else(|_| Err("the engine failed on it".to_owned()));
        let mut marks = graded.unwrap_or_else(|reason| {
            refused += 1;
            Marks { remark: format!("not graded: {reason}"), learner: learner(path), ..Marks::default() }
        });
        let twin = found.iter().find(|other| !marks.steps.is_empty() && other.journal == marks.journal);
        if let Some(twin) = twin {
            marks.remark = format!("the same journal as {}", twin.file);
        }
        found.push(Marks { file, ..marks });
    }
    (found, refused)
}

/// Whose name stands in a file that may be anything.
fn learner(file: &Path) -> String {
    let part = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let outer = part(&fs::read_to_string(file).unwrap_or_default());
    part(outer["body"].as_str().unwrap_or_default())["learner"].as_str().unwrap_or_default().to_owned()
}

/// Replays a submission against the labs below `course`.
///
/// # Errors
/// Why the file is refused.
pub fn grade(file: &Path, course: &Path) -> Result<Marks, String> {
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    let foreign = "this is no submission of Sandshift";
    let outer: Value = serde_json::from_str(&text).map_err(|_| foreign.to_owned())?;
    if outer["sandshift"] != "submission" {
        return Err(foreign.to_owned());
    }
    if outer["version"] != 1 {
        return Err(format!("version {} of submissions is not known here", outer["version"]));
    }
    let body = outer["body"].as_str().ok_or(foreign)?;
    let mut seal = Fingerprint::new();
    seal.add(body);
    if outer["seal"].as_str() != Some(&format!("{:016x}", seal.0)) {
        return Err("it was changed after it was exported".to_owned());
    }
    let body: Value = serde_json::from_str(body).map_err(|error| format!("{foreign}: {error}"))?;
    let claimed = body["testimony"].as_str().unwrap_or_default();
    let id = claimed.split(' ').next().unwrap_or_default();
    let lab = find(course, id)?;
    let (marks, testimony) = replay(&lab, &body)?;
    let part = |text: &str, at: usize| text.split(' ').nth(at).unwrap_or_default().to_owned();
    if part(claimed, 1) != part(&testimony, 1) {
        return Err(format!("it was made with another version of the lab `{id}`"));
    }
    if claimed != testimony {
        return Err(format!(
            "doing it again does not come to what it claims: steps passed are `{}`, claimed `{}`",
            part(&testimony, 3),
            part(claimed, 3)
        ));
    }
    Ok(marks)
}

fn find(course: &Path, id: &str) -> Result<Lab, String> {
    for folder in lab::folders(course)? {
        let lab = lab::read(&folder)?;
        if lab.definition.id == id {
            return Ok(lab);
        }
    }
    Err(format!("there is no lab `{id}` here; --labs DIR names another folder"))
}

fn replay(lab: &Lab, body: &Value) -> Result<(Marks, String), String> {
    let digest = serde_json::to_string(&lab.digest()).map_err(|error| error.to_string())?;
    let mut files = vec![(Digest::FILE.to_owned(), digest)];
    files.extend(lab.other_files());
    let source = LabSource { id: lab.definition.id.clone(), files };
    let mut workspace = Workspace::open(|| 0.0, linked(), Some(&source), None, Found::Nothing, &mut |_| None)
        .map_err(told)?;
    let begun = Instant::now();
    let mut seen = Seen::default();
    for (at, entry) in body["journal"].as_array().into_iter().flatten().enumerate() {
        let broken =
            |error: serde_json::Error| format!("entry {} of its journal cannot be read: {error}", at + 1);
        if entry["reopened"] == true {
            workspace = reopened(&workspace, &source)?;
            continue;
        }
        let request: Request = serde_json::from_value(entry["request"].clone()).map_err(broken)?;
        let id = at as u32 + 1;
        if let Some(bytes) = entry["bytes"].as_str() {
            workspace.hand_over(
                decoded(bytes).ok_or_else(|| format!("the bytes of entry {} are broken", at + 1))?.into(),
            );
        }
        let canceled = entry["canceled"].as_u64();
        workspace.take(Message { id, request });
        let mut done = 0;
        loop {
            done += seen.hear(&mut workspace);
            if canceled == Some(done) {
                // The one that was stopped had begun.
                workspace.step(0.0);
                workspace.take(Message { id, request: Request::Cancel { run: None } });
                seen.hear(&mut workspace);
            }
            if !workspace.is_running() {
                break;
            }
            if begun.elapsed() > PATIENCE {
                return Err(format!("entry {} of its journal takes too long", at + 1));
            }
            workspace.step(0.0);
        }
        seen.hear(&mut workspace);
    }
    let steps = lab.definition.steps.iter().map(|step| {
        let state = seen.steps.iter().find(|state| state.step == step.id);
        Step {
            id: step.id.clone(),
            passed: state.is_some_and(|state| state.passed),
            checks: (
                state.map_or(0, |state| state.checks.iter().filter(|check| check.passed).count()),
                step.checks.len(),
            ),
            wrong: seen
                .wrong
                .iter()
                .filter(|(of, _)| *of == step.id)
                .map(|(_, wrong)| wrong.clone())
                .collect(),
        }
    });
    let mut journal = Fingerprint::new();
    journal.add(&body["journal"].to_string());
    let marks = Marks {
        learner: body["learner"].as_str().unwrap_or_default().to_owned(),
        lab: lab.definition.id.clone(),
        steps: steps.collect(),
        tries: seen.tries,
        refused: seen.refused,
        journal: journal.0,
        ..Marks::default()
    };
    Ok((marks, workspace.testimony()))
}

fn told(error: OpenError) -> String {
    match error {
        OpenError::Lab { message, .. } | OpenError::Stored { message, .. } => message,
    }
}

/// As after a reload of the page: what was stored is read again, and nobody is logged in.
fn reopened(workspace: &Workspace, source: &LabSource) -> Result<Workspace, String> {
    let saved = workspace.write(&|_| false)?;
    let mut block =
        |number: u64| saved.blocks.iter().find(|(known, _)| *known == number).map(|(_, bytes)| bytes.clone());
    Workspace::open(|| 0.0, linked(), Some(source), None, Found::Saved(&saved.manifest), &mut block)
        .map_err(told)
}

#[derive(Default)]
struct Seen {
    steps: Vec<StepState>,
    wrong: Vec<(String, String)>,
    tries: usize,
    refused: usize,
}

impl Seen {
    /// Takes what the workspace tells; gives how many statements were done.
    fn hear(&mut self, workspace: &mut Workspace) -> u64 {
        let mut done = 0;
        for event in workspace.events().into_iter().chain(workspace.events_when_stored()) {
            match event.event {
                EventKind::StatementDone { .. } => {
                    done += 1;
                    self.tries += 1;
                }
                EventKind::StatementFailed { .. } => {
                    self.tries += 1;
                    self.refused += 1;
                }
                EventKind::AwsDone { code, .. } => {
                    self.tries += 1;
                    self.refused += usize::from(code != 0);
                }
                EventKind::Checks { steps } => {
                    for step in &steps {
                        let given = step.wrong.clone().map(|wrong| (step.step.clone(), wrong));
                        self.wrong.extend(given.filter(|given| !self.wrong.contains(given)));
                    }
                    self.steps = steps;
                }
                _ => {}
            }
        }
        done
    }
}

/// One row a step, one for a file without marks. The mark in front has spreadsheets read names as they are written.
pub fn csv(marks: &[Marks]) -> String {
    let mut out =
        "\u{feff}file,learner,lab,step,passed,checks,of,wrong_answers,tries,refused,remark\n".to_owned();
    for each in marks {
        let of = |step: &Step| {
            let (held, all) = step.checks;
            [
                step.id.clone(),
                u8::from(step.passed).to_string(),
                held.to_string(),
                all.to_string(),
                step.wrong.join(" "),
                each.tries.to_string(),
                each.refused.to_string(),
            ]
        };
        let mut rows: Vec<[String; 7]> = each.steps.iter().map(of).collect();
        if rows.is_empty() {
            rows.push(Default::default());
        }
        for row in rows {
            let whose = [&each.file, &each.learner, &each.lab].into_iter();
            let cells: Vec<String> =
                whose.chain(&row).chain([&each.remark]).map(|cell| quoted(cell)).collect();
            out.push_str(&cells.join(","));
            out.push('\n');
        }
    }
    out
}

/// A cell. What a spreadsheet would take for a formula is made text: a learner's name is a stranger's.
fn quoted(cell: &str) -> String {
    let cell =
        if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

pub fn json(marks: &[Marks]) -> String {
    let each = marks.iter().map(|each| {
        let steps: Vec<Value> = each
            .steps
            .iter()
            .map(|step| json!({ "step": step.id, "passed": step.passed, "checks": step.checks.0, "of": step.checks.1, "wrongAnswers": step.wrong }))
            .collect();
        let passed = each.steps.iter().filter(|step| step.passed).count();
        json!({ "file": each.file, "learner": each.learner, "lab": each.lab, "passed": passed, "of": each.steps.len(),
            "tries": each.tries, "refused": each.refused, "remark": each.remark, "steps": steps })
    });
    serde_json::to_string_pretty(&each.collect::<Vec<_>>()).unwrap_or_default()
}

/// Bytes as the journal has them, in base64.
pub fn decoded(text: &str) -> Option<Vec<u8>> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::new();
    let (mut held, mut bits) = (0_u32, 0);
    for byte in text.bytes().filter(|byte| *byte != b'=') {
        held = held << 6 | DIGITS.iter().position(|digit| *digit == byte)? as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits) as u8);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests;
