//! A lab as it is served: its logic and its words, read once when the site is built.
//!
//! Neither page nor engine then needs to read TOML, nor a lesson's Markdown as a whole. A lab that is put beside a
//! built site comes as its author wrote it, and the page has it digested by a module of its own (`web/digest`),
//! with the code that the build uses.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Definition, Problem, Prose, budget};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Digest {
    pub definition: Definition,
    /// By language code.
    pub prose: BTreeMap<String, Prose>,
}

impl Digest {
    /// The file's name in a lab's folder.
    pub const FILE: &str = "lab.json";

    /// Reads a lab from its folder's files, given by path inside it.
    ///
    /// # Errors
    /// Everything that cannot be read, with file, line and what is expected.
    pub fn read(id: &str, files: &[(String, String)]) -> Result<Digest, Vec<Problem>> {
        let text = |name: &str| files.iter().find(|(path, _)| path == name).map(|(_, text)| text.as_str());
        let Some(logic) = text("lab.toml") else {
            return Err(vec![Problem::whole(
                "lab.toml",
                format!("the lab `{id}` has no lab.toml"),
                "a lab.toml in its folder",
            )]);
        };
        let mut problems = budget::files(files);
        if !problems.is_empty() {
            return Err(problems);
        }
        let definition = Definition::parse(logic)?;
        problems.extend(budget::definition(&definition));
        let mut prose = BTreeMap::new();
        for language in &definition.languages {
            let file = format!("{language}.md");
            match text(&file).map(|text| Prose::parse(&file, text)) {
                Some(Ok(read)) => {
                    prose.insert(language.clone(), read);
                }
                Some(Err(found)) => problems.extend(found),
                None => problems.push(Problem::whole(
                    &file,
                    "is not there",
                    format!("the lab's words; lab.toml names the language `{language}`"),
                )),
            }
        }
        if problems.is_empty() { Ok(Digest { definition, prose }) } else { Err(problems) }
    }
}
