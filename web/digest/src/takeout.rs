//! What was done in a workspace as scripts for a real account: the journal comes from the worker, what was there before
//! it is asked of an untouched account, both by way of JavaScript in the same thread.

use sandshift_prose::Digest;
use sandshift_prose::course::WAREHOUSE;
use sandshift_takeout::{Account, Beginning, History, Trip};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    pub type Untouched;

    #[wasm_bindgen(method, structural, catch)]
    fn rows(this: &Untouched, sql: &str) -> Result<String, JsValue>;
    #[wasm_bindgen(method, structural)]
    fn files(this: &Untouched) -> Vec<String>;
}

impl Account for Untouched {
    fn rows(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
        let json = Untouched::rows(self, sql).map_err(|thrown| said(&thrown))?;
        serde_json::from_str(&json).map_err(|error| error.to_string())
    }

    fn files(&mut self) -> Vec<String> {
        Untouched::files(self)
    }
}

/// `order` is JSON: `lab` (id and files, or null), `start` (a state, or null), `journal`, `price` in dollars. Answers JSON: the
/// folder's `name`, its `texts`, `sent` (path and journal's entry), and what is wanted of the account's `disk`.
#[wasm_bindgen(js_name = takeOut)]
pub fn take_out(order: &str, mut account: Untouched) -> Result<String, JsValue> {
    let order: Value = serde_json::from_str(order).map_err(|error| error.to_string())?;
    let files: Vec<(String, String)> =
        serde_json::from_value(order["lab"]["files"].clone()).unwrap_or_default();
    let text = |name: &str| files.iter().find(|(path, _)| path == name).map(|(_, text)| text.as_str());
    let digest: Option<Digest> = text(Digest::FILE).and_then(|text| serde_json::from_str(text).ok());
    let lab = digest.as_ref().map(|digest| &digest.definition);
    let start = lab.map(|lab| lab.start.as_str()).or(order["start"].as_str()).unwrap_or(WAREHOUSE);
    let beginning = Beginning::read(start, text(start).unwrap_or_default(), &mut account)?;
    let journal = order["journal"].as_array().map(Vec::as_slice).unwrap_or_default();
    let history = History::read(journal, lab)?;
    let name = format!("sandshift-{}", order["lab"]["id"].as_str().unwrap_or("workspace"));
    let trip = Trip {
        name: name.clone(),
        beginning: &beginning,
        parts: history.parts,
        price: order["price"].as_f64(),
        left_out: history.left_out,
    };
    let disk = account.files();
    let folder = trip
        .whole(&history.texts, &disk)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
    Ok(json!({ "name": name, "texts": folder.texts, "sent": history.sent, "disk": folder.disk }).to_string())
}

fn said(thrown: &JsValue) -> String {
    thrown.as_string().unwrap_or_else(|| String::from(js_sys::Object::from(thrown.clone()).to_string()))
}
