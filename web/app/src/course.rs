//! The course as it is served: a list of labs, and of one lab its files.
//!
//! Both are read here without the engine, so that a lesson is on screen before the engine has arrived; the same
//! files then go to the worker, which checks with them. A lab is served digested; of one that its author put
//! beside the site, the files are digested first.

use std::collections::BTreeMap;

use sandshift_prose::definition::{CheckKind, Definition, Step};
use sandshift_prose::digest::Digest;
use sandshift_prose::markdown::{Prose, StepProse};
use serde::Deserialize;

use crate::words::Language;

/// Where labs are served, beside the page.
const LABS: &str = "labs";

/// The labs there are, in the order of the course.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    pub labs: Vec<Entry>,
}

/// A lab in `labs/index.json`, as the build writes it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Entry {
    pub id: String,
    /// Below `labs/`.
    pub folder: String,
    pub order: u32,
    pub minutes: u32,
    /// How many steps.
    #[serde(default)]
    pub steps: usize,
    /// By language code.
    #[serde(default)]
    pub titles: BTreeMap<String, String>,
    /// What the learner can do afterwards, by language code.
    #[serde(default)]
    pub outcomes: BTreeMap<String, Vec<String>>,
    /// Paths inside the folder that checking needs; an author's own entry may leave them out.
    #[serde(default = "usual_files")]
    pub files: Vec<String>,
    /// Below `labs/`: the labs as scripts for a real account.
    #[serde(default)]
    pub taken: Option<String>,
}

fn usual_files() -> Vec<String> {
    ["lab.toml", "ko.md", "en.md"].map(str::to_owned).into()
}

/// A lab, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    pub id: String,
    pub order: u32,
    pub definition: Definition,
    prose: BTreeMap<String, Prose>,
    /// For the worker.
    pub files: Vec<(String, String)>,
}

impl Course {
    pub const INDEX: &str = "labs/index.json";

    /// Reads the index.
    ///
    /// # Errors
    /// What is wrong with it, for whoever built it.
    pub fn read(json: &str) -> Result<Self, String> {
        let mut labs: Vec<Entry> = sandshift_protocol::read(json).map_err(|error| error.to_string())?;
        labs.sort_by_key(|lab| lab.order);
        // An account belongs to an id: whoever comes second with one may not have the first one's.
        for at in (1..labs.len()).rev() {
            if labs[..at].iter().any(|other| other.id == labs[at].id) {
                return Err(format!("the id `{}` is there twice", labs[at].id));
            }
        }
        Ok(Self { labs })
    }

    pub fn lab(&self, id: &str) -> Option<&Entry> {
        self.labs.iter().find(|lab| lab.id == id)
    }
}

impl Entry {
    /// Address of one of its files.
    pub fn address(&self, file: &str) -> String {
        format!("{LABS}/{}/{file}", self.folder)
    }

    /// Whether the build has read it, or its author put it here.
    pub fn is_digested(&self) -> bool {
        self.files.iter().any(|file| file == Digest::FILE)
    }

    pub fn title(&self, language: Language) -> &str {
        self.titles.get(language.code()).unwrap_or(&self.id)
    }

    pub fn outcome(&self, language: Language) -> String {
        self.outcomes.get(language.code()).map(|each| each.join(" ")).unwrap_or_default()
    }
}

impl Lesson {
    /// Reads a lab's digest; `files` go on to the worker.
    ///
    /// # Errors
    /// What is wrong with it, for whoever built it.
    pub fn read(entry: &Entry, files: Vec<(String, String)>) -> Result<Self, String> {
        let text = files.iter().find(|(path, _)| path == Digest::FILE).map(|(_, text)| text.as_str());
        let text = text.ok_or_else(|| format!("{} is not there", Digest::FILE))?;
        let Digest { definition, prose } =
            sandshift_protocol::read(text).map_err(|error| error.to_string())?;
        if prose.is_empty() {
            return Err(format!("{}: no prose in any language", entry.folder));
        }
        Ok(Self { id: entry.id.clone(), order: entry.order, definition, prose, files })
    }

    /// The lab's words; in another language when this one is not written yet.
    pub fn prose(&self, language: Language) -> &Prose {
        static NOTHING: std::sync::OnceLock<Prose> = std::sync::OnceLock::new();
        self.prose
            .get(language.code())
            .or_else(|| self.prose.values().next())
            .unwrap_or_else(|| NOTHING.get_or_init(Prose::default))
    }

    pub fn step_prose(&self, language: Language, id: &str) -> Option<&StepProse> {
        self.prose(language).step(id)
    }

    /// Title of a step, or its id where it has no words.
    pub fn step_title<'a>(&'a self, language: Language, step: &'a Step) -> &'a str {
        self.step_prose(language, &step.id).map_or(&step.id, |prose| &prose.title)
    }

    pub fn steps(&self) -> &[Step] {
        &self.definition.steps
    }

    /// Place of a step, from 0.
    pub fn place(&self, id: &str) -> Option<usize> {
        self.steps().iter().position(|step| step.id == id)
    }
}

/// What is asked of the learner rather than of the account: options, the right one, and whether it is a
/// prediction, for which any answer passes.
pub fn asked<'a>(step: &'a Step, check: &str) -> Option<(&'a str, bool)> {
    match &step.checks.iter().find(|each| each.id == check)?.kind {
        CheckKind::Question { answer, .. } => Some((answer, false)),
        CheckKind::Prediction { answer, .. } => Some((answer, true)),
        CheckKind::State(_) | CheckKind::Did(_) | CheckKind::Result { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn files(folder: &Path, below: &str, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let name = format!("{below}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                files(&entry.path(), &format!("{name}/"), found);
            } else if let Ok(text) = std::fs::read_to_string(entry.path()) {
                found.push((name, text));
            }
        }
    }

    /// As the build writes them and the page reads them.
    #[test]
    fn every_lab_is_read_as_it_was_digested() {
        let labs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lessons/labs");
        let mut read = 0;
        for folder in std::fs::read_dir(labs).unwrap().map(|entry| entry.unwrap().path()) {
            let (id, mut found) = (folder.file_name().unwrap().to_string_lossy().into_owned(), Vec::new());
            files(&folder, "", &mut found);
            let Ok(digest) = Digest::read(&id, &found) else { continue };
            let text = serde_json::to_string(&digest).unwrap();
            let again: Digest = sandshift_protocol::read(&text).unwrap();
            assert_eq!(serde_json::to_string(&again).unwrap(), text, "{id}");
            read += 1;
        }
        assert!(read >= 5, "{read} labs");
    }
}
