//! What a learner has done so far, beyond what the account itself shows.
//!
//! The worker keeps one for each workspace, stores it with the account, and tells it of every statement that
//! ran. Steps once passed stay passed.

use sandshift_engine::sorted::{SortedMap, SortedSet};
use sandshift_prose::Definition;
use sandshift_prose::definition::{CheckKind, Deed};
use serde::{Deserialize, Serialize};

use crate::transcript::Done;

/// Progress through one lab.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    passed: SortedSet<String>,
    /// By step: checks of kind `did` that have happened.
    done: SortedMap<String, SortedSet<String>>,
    /// By step: what was chosen, by check.
    answers: SortedMap<String, SortedMap<String, String>>,
    /// By step and check of kind `result`: how the last query differed.
    differed: SortedMap<String, SortedMap<String, String>>,
}

impl Record {
    pub fn has_passed(&self, step: &str) -> bool {
        self.passed.contains(step)
    }

    pub fn pass(&mut self, step: &str) {
        self.passed.insert(step.to_owned());
    }

    pub fn has_done(&self, step: &str, check: &str) -> bool {
        self.done.get(step).is_some_and(|done| done.contains(check))
    }

    /// Notes that a check's query came out right, or how it differed.
    pub fn note_result(&mut self, step: &str, check: &str, difference: Option<String>) {
        match difference {
            None => {
                self.done.entry(step.to_owned()).or_default().insert(check.to_owned());
            }
            Some(text) => {
                self.differed.entry(step.to_owned()).or_default().insert(check.to_owned(), text);
            }
        }
    }

    /// How the last query for this check differed from what is wanted.
    pub fn difference(&self, step: &str, check: &str) -> Option<&str> {
        self.differed.get(step)?.get(check).map(String::as_str)
    }

    pub fn answer(&self, step: &str, check: &str) -> Option<&str> {
        self.answers.get(step)?.get(check).map(String::as_str)
    }

    /// Notes what the learner chose for a question or prediction. A prediction stands once it is made: it is
    /// worth nothing when it can be changed after the fact.
    pub fn choose(&mut self, lab: &Definition, step: &str, check: &str, option: &str) {
        let kind = lab.step(step).and_then(|step| step.checks.iter().find(|known| known.id == check));
        let answers = self.answers.entry(step.to_owned()).or_default();
        match kind.map(|check| &check.kind) {
            Some(CheckKind::Question { options, .. }) if options.iter().any(|known| known == option) => {
                answers.insert(check.to_owned(), option.to_owned());
            }
            Some(CheckKind::Prediction { options, .. }) if options.iter().any(|known| known == option) => {
                answers.entry(check.to_owned()).or_insert_with(|| option.to_owned());
            }
            _ => {}
        }
    }

    /// Notes a statement that ran, where a check waits for it. True when one did.
    pub fn witness(&mut self, lab: &Definition, done: &Done) -> bool {
        let mut any = false;
        for step in &lab.steps {
            for check in &step.checks {
                if let CheckKind::Did(deed) = &check.kind
                    && matches(deed, done)
                {
                    any |= self.done.entry(step.id.clone()).or_default().insert(check.id.clone());
                }
            }
        }
        any
    }

    /// Forgets `step` and everything after it: what resetting to the beginning of a step means.
    pub fn forget_from(&mut self, lab: &Definition, step: &str) {
        for step in lab.steps.iter().skip_while(|known| known.id != step) {
            self.passed.remove(&step.id);
            self.done.remove(&step.id);
            self.answers.remove(&step.id);
            self.differed.remove(&step.id);
        }
    }
}

fn matches(deed: &Deed, done: &Done) -> bool {
    let text = bare(&done.text);
    let verb = text.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    deed.user == done.user
        && deed.refused == done.refused
        && verb.eq_ignore_ascii_case(&deed.verb)
        && deed.on.as_ref().is_none_or(|name| names(&text, name))
}

/// The statement in small letters, without comments and quotes around names.
fn bare(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("--") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
        } else {
            if c != '"' {
                bare.extend(c.to_lowercase());
            }
            rest = &rest[c.len_utf8()..];
        }
    }
    bare.trim_start().to_owned()
}

/// Whether `name` stands in `text` as a whole name.
fn names(text: &str, name: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$');
    text.match_indices(name).any(|(at, _)| {
        !inside(text[..at].chars().next_back()) && !inside(text[at + name.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(text: &str, refused: Option<&str>) -> Done {
        Done {
            user: "jeeseok".to_owned(),
            text: text.to_owned(),
            refused: refused.map(str::to_owned),
            came: None,
        }
    }

    #[test]
    fn a_deed_is_known_by_person_verb_name_and_outcome() {
        let deed = Deed {
            user: "jeeseok".to_owned(),
            verb: "DELETE".to_owned(),
            on: Some("raw_data.t".to_owned()),
            refused: Some("42501".to_owned()),
        };
        assert!(matches(&deed, &done("-- try it\ndelete FROM \"raw_data\".T where a = 1", Some("42501"))));
        assert!(!matches(&deed, &done("DELETE FROM raw_data.t", None)));
        assert!(!matches(&deed, &done("DELETE FROM raw_data.t2", Some("42501"))));
        assert!(!matches(&deed, &done("SELECT 1 FROM raw_data.t", Some("42501"))));
        assert!(!matches(&deed, &done("/* DELETE FROM raw_data.t */ SELECT 1", Some("42501"))));
    }
}
