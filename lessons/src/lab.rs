//! A lab, ready to be walked.

use std::collections::BTreeMap;

use sandshift_engine::extension::Extensions;
use sandshift_engine::sandbox::Sandbox;
use sandshift_engine::sorted::SortedMap;
use sandshift_prose::definition::{CheckKind, Definition, Step, Wanted};
use sandshift_prose::{Digest, Problem, Prose};
use serde::Deserialize;

use crate::check::{CheckStatus, StepStatus, comes_to, evaluate};
use crate::extensions::linked;
use crate::matching::difference;
use crate::record::Record;
use crate::state;
use crate::transcript::{self, Answered, Done, Terminal, Transcript};

/// Steps that the statements of one script may take together: the longest of the course takes 174.
pub(crate) const PATIENCE: u64 = 20_000;

/// The files of a lab, read.
#[derive(Clone, Debug)]
pub struct Lab {
    pub definition: Definition,
    /// By language code; nothing where only the logic is wanted.
    pub prose: BTreeMap<String, Prose>,
    /// Everything in its folder, by path.
    files: SortedMap<String, String>,
}

impl Lab {
    /// Reads a lab from its folder's files, given by path inside it.
    ///
    /// # Errors
    /// Everything that cannot be read, with file, line and what is expected.
    pub fn from_files(id: &str, files: &[(String, String)]) -> Result<Lab, Vec<Problem>> {
        let Digest { definition, prose } = Digest::read(id, files)?;
        let files: SortedMap<String, String> = files.iter().cloned().collect();
        if state::named(&definition.start).is_none() && !files.contains_key(&definition.start) {
            return Err(vec![Problem::whole(
                "lab.toml",
                format!("nothing is called `{}` to start from", definition.start),
                format!("start = one of {}, or a transcript in the lab's folder", state::NAMES.join(", ")),
            )]);
        }
        Ok(Lab { definition, prose, files })
    }

    /// What a proof reads: the logic and every language.
    pub fn digest(&self) -> Digest {
        Digest { definition: self.definition.clone(), prose: self.prose.clone() }
    }

    /// What stands in its folder beside its logic and its words.
    pub fn other_files(&self) -> Vec<(String, String)> {
        let read = |path: &str| path == "lab.toml" || path == Digest::FILE || path.ends_with(".md");
        let others = self.files.iter().filter(|(path, _)| !read(path));
        others.map(|(path, text)| (path.clone(), text.clone())).collect()
    }

    /// The lab of a digest, for walking it: without its words, which are the page's.
    ///
    /// # Errors
    /// A digest that is not there or is none.
    pub fn digested(files: &[(String, String)]) -> Result<Lab, Problem> {
        #[derive(Deserialize)]
        struct Logic {
            definition: Definition,
        }
        let problem = |what: String| Problem::whole(Digest::FILE, what, "what the build writes");
        let text = files.iter().find(|(path, _)| path == Digest::FILE).map(|(_, text)| text.as_str());
        let text = text.ok_or_else(|| problem("is not there".to_owned()))?;
        let Logic { definition } =
            sandshift_protocol::read(text).map_err(|error| problem(error.to_string()))?;
        let others = files.iter().filter(|(path, _)| path != Digest::FILE);
        Ok(Lab { definition, prose: Default::default(), files: others.cloned().collect() })
    }

    /// The account in which the lab begins.
    ///
    /// # Errors
    /// The statement of the starting state that failed.
    pub fn start(&self, seed: u64) -> Result<Sandbox, Problem> {
        let name = &self.definition.start;
        if let Some(make) = state::named(name) {
            return make(seed)
                .map_err(|error| Problem::whole("lab.toml", format!("start `{name}`: {error}"), ""));
        }
        let mut sandbox = Sandbox::new(seed);
        sandbox.extensions = linked();
        let text = self.files.get(name).map(String::as_str).unwrap_or_default();
        run_script(&mut sandbox, text, name, 0, &mut |_| {})?;
        Ok(sandbox)
    }

    /// The account in which `step` begins: the start, and the solutions of every step before it.
    ///
    /// # Errors
    /// The statement that failed.
    pub fn state_before(&self, step: &str, seed: u64, extensions: Extensions) -> Result<Sandbox, Problem> {
        let mut sandbox = self.start(seed)?;
        sandbox.extensions = extensions;
        for before in self.definition.steps.iter().take_while(|known| known.id != step) {
            self.solve(before, &mut sandbox, &mut |_| {})?;
        }
        Ok(sandbox)
    }

    /// Runs a step's solution. `told` hears every answer.
    ///
    /// # Errors
    /// The first statement that did not do as it should.
    pub fn solve(
        &self,
        step: &Step,
        sandbox: &mut Sandbox,
        told: &mut dyn FnMut(&Answered),
    ) -> Result<(), Problem> {
        run_script(sandbox, &step.solution, "lab.toml", step.solution_line, told)
    }

    /// Notes a statement that ran where a check waits for it: something done, or a query that comes to what is
    /// wanted. Of queries only the checks of `open` and of the first step that is not passed are tried.
    pub fn witness(&self, sandbox: &Sandbox, record: &mut Record, done: &Done, open: Option<&str>) {
        record.witness(&self.definition, done);
        let Some(came) = &done.came else { return };
        let first = self.first_open(record);
        for step in &self.definition.steps {
            let looked_at = Some(step.id.as_str()) == open || Some(&step.id) == first.as_ref();
            if !looked_at || record.has_passed(&step.id) {
                continue;
            }
            for check in &step.checks {
                let CheckKind::Result { user, wanted, matching } = &check.kind else { continue };
                if *user != done.user || record.has_done(&step.id, &check.id) {
                    continue;
                }
                let differs = match wanted {
                    Wanted::Table(table) => difference(table, came, matching),
                    Wanted::Query(query) => match comes_to(query, sandbox) {
                        Ok(table) => difference(&table, came, matching),
                        Err(message) => Some(message),
                    },
                };
                record.note_result(&step.id, &check.id, differs);
            }
        }
    }

    fn first_open(&self, record: &Record) -> Option<String> {
        self.definition.steps.iter().find(|step| !record.has_passed(&step.id)).map(|step| step.id.clone())
    }

    /// Where every step stands. Steps once passed stay passed; of the others, the first and `current` are
    /// looked at now. Passing is noted in the record.
    pub fn check(&self, sandbox: &Sandbox, record: &mut Record, current: Option<&str>) -> Vec<StepStatus> {
        let first = self.first_open(record);
        let mut statuses = Vec::with_capacity(self.definition.steps.len());
        for step in &self.definition.steps {
            let open = Some(step.id.as_str()) == current || Some(&step.id) == first.as_ref();
            let status = if record.has_passed(&step.id) || !open {
                untouched(step, record)
            } else {
                evaluate(step, sandbox, record)
            };
            if status.passed {
                record.pass(&step.id);
            }
            statuses.push(status);
        }
        statuses
    }
}

/// A step that is not looked at: passed as a whole, or known only by what was done and answered.
fn untouched(step: &Step, record: &Record) -> StepStatus {
    let passed = record.has_passed(&step.id);
    let checks = step
        .checks
        .iter()
        .map(|check| {
            let known = match &check.kind {
                CheckKind::State(_) => false,
                CheckKind::Did(_) | CheckKind::Result { .. } => record.has_done(&step.id, &check.id),
                CheckKind::Question { answer, .. } => {
                    record.answer(&step.id, &check.id) == Some(answer.as_str())
                }
                CheckKind::Prediction { .. } => record.answer(&step.id, &check.id).is_some(),
            };
            CheckStatus { check: check.id.clone(), passed: passed || known, missing: None }
        })
        .collect();
    StepStatus { step: step.id.clone(), passed, checks, wrong: None }
}

/// Runs a transcript that stands in `file` behind line `before`; every prompt must come out as it says.
pub(crate) fn run_script(
    sandbox: &mut Sandbox,
    text: &str,
    file: &str,
    before: u32,
    told: &mut dyn FnMut(&Answered),
) -> Result<(), Problem> {
    let transcript = Transcript::parse(file, text).map_err(|mut problems| problems.swap_remove(0))?;
    let mut terminal = Terminal::default();
    sandbox.patience = PATIENCE;
    let mut result = Ok(());
    for entry in &transcript.entries {
        let answered = terminal.enter(sandbox, entry);
        told(&answered);
        if let Some(wrong) = transcript::difference(entry, &answered) {
            let message = format!("`{}` came to: {}", wrong.input, wrong.actual);
            result = Err(Problem::at(file, before + entry.line, message, wrong.expected));
            break;
        }
    }
    terminal.close(sandbox);
    sandbox.patience = u64::MAX;
    result
}
