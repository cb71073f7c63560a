//! The course's list of labs, `labs/index.json`: what the page draws before it has read any of them.
//!
//! The build writes it, and `labs check` for a folder that lies beside a built site. A lab with a digest among its files was
//! read by the build; of any other the page has the files read (`web/digest`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// The list's file, in the folder of labs.
pub const INDEX: &str = "index.json";

/// A lab in the list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    pub id: String,
    /// Below `labs/`.
    pub folder: String,
    pub order: u32,
    pub minutes: u32,
    /// How many.
    #[serde(default)]
    pub steps: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aws_price: Option<f64>,
    /// By language code.
    #[serde(default)]
    pub titles: BTreeMap<String, String>,
    #[serde(default)]
    pub outcomes: BTreeMap<String, Vec<String>>,
    /// What is fetched; the usual three when nobody says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// Below `labs/`: the labs as scripts for a real account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<String>,
}

impl Listed {
    pub fn of(folder: &str, Digest { definition, prose }: &Digest, files: Vec<String>) -> Listed {
        let each = prose.iter();
        Listed {
            id: definition.id.clone(),
            folder: folder.to_owned(),
            order: definition.order,
            minutes: definition.minutes,
            steps: definition.steps.len(),
            aws_price: definition.aws_price,
            titles: each.clone().map(|(language, prose)| (language.clone(), prose.title.clone())).collect(),
            outcomes: each.map(|(language, prose)| (language.clone(), prose.outcomes.clone())).collect(),
            files,
            taken: None,
        }
    }
}

/// What a digest is made from; whatever else stands in the folder (a starting transcript, data) is needed to check.
pub fn is_digested(file: &str) -> bool {
    file == "lab.toml" || file.ends_with(".md")
}
