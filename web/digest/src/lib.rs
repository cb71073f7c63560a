//! What an author's labs want and the course's own do not: reading a lab as its author wrote it, proving it, making a
//! new one. A module of its own, fetched when such a lab is opened or somebody writes one.

mod stage;
mod takeout;

use sandshift_proof::{scaffold, words};
use sandshift_prose::{Digest, Problem};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

use stage::{Engine, Rehearsal};

/// The digest of a lab's files, `names` and `texts` in the same order, as JSON. Throws every mistake of its author.
#[wasm_bindgen]
pub fn digest(id: &str, names: Vec<String>, texts: Vec<String>) -> Result<String, JsValue> {
    let digest = Digest::read(id, &files(names, texts))
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
    serde_json::to_string(&digest).map_err(|error| error.to_string().into())
}

/// As JSON `{digest, problems}`: the digest where the lab can be read, and what needs no engine to be seen.
#[wasm_bindgen]
pub fn look(id: &str, names: Vec<String>, texts: Vec<String>) -> String {
    match Digest::read(id, &files(names, texts)) {
        Ok(digest) => json!({ "digest": digest, "problems": told(&words::complete(&digest)) }).to_string(),
        Err(problems) => json!({ "digest": null, "problems": told(&problems) }).to_string(),
    }
}

/// Proves a lab on the engine's rehearsal. `heard` is told every scene as JSON: `{step, act, about, done, whole, problems}`.
#[wasm_bindgen]
pub fn prove(
    id: &str,
    names: Vec<String>,
    texts: Vec<String>,
    engine: Engine,
    heard: &js_sys::Function,
) -> Result<(), JsValue> {
    let lab = Digest::read(id, &files(names, texts))
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
    let mut failure = None;
    sandshift_proof::prove(&lab, &mut Rehearsal::new(engine), &mut |scene| {
        let (act, about) = scene.act.words();
        let (done, whole) = scene.place;
        let text = json!({ "step": scene.step, "act": act, "about": about, "done": done, "whole": whole, "problems": told(&scene.problems) });
        if let Err(thrown) = heard.call1(&JsValue::NULL, &text.to_string().into()) {
            failure = Some(thrown);
        }
    });
    failure.map_or(Ok(()), Err)
}

/// A new lab's files: path, text, path, text.
#[wasm_bindgen(js_name = newLab)]
pub fn new_lab(id: &str, order: u32) -> Vec<String> {
    scaffold::files(id, order).into_iter().flat_map(|(path, text)| [path.to_owned(), text]).collect()
}

fn files(names: Vec<String>, texts: Vec<String>) -> Vec<(String, String)> {
    names.into_iter().zip(texts).collect()
}

fn told(problems: &[Problem]) -> Vec<Value> {
    let each = |problem: &Problem| json!({ "file": problem.file, "line": problem.line, "message": problem.message, "expected": problem.expected });
    problems.iter().map(each).collect()
}
