//! Reads a lab as its author wrote it: what the build does for the labs of the course, in the browser for one
//! that was put beside the built site. A module of its own, fetched when such a lab is opened.

use sandshift_prose::Digest;
use wasm_bindgen::prelude::*;

/// The digest of a lab's files, `names` and `texts` in the same order, as JSON. Throws every mistake of its author.
#[wasm_bindgen]
pub fn digest(id: &str, names: Vec<String>, texts: Vec<String>) -> Result<String, JsValue> {
    let files: Vec<(String, String)> = names.into_iter().zip(texts).collect();
    let digest = Digest::read(id, &files)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
    serde_json::to_string(&digest).map_err(|error| error.to_string().into())
}
