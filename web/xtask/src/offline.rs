//! The service worker's list of files: what a browser keeps for days without a network.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::hashed::fingerprint;

/// Great and for another place: fetched by who wants it, kept by nobody.
fn is_asked_for(file: &str) -> bool {
    file.ends_with(".zip")
}

/// Writes the list into `sw.js`, and into the page that there is one.
pub fn list(site: &Path, files: &[String]) -> Result<(), String> {
    let told = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let page = site.join("index.html");
    let text = fs::read_to_string(&page).map_err(|error| told(&page, error))?;
    let marked = text.replacen(
        "<link rel=\"manifest\"",
        "<link rel=\"offline\" href=\"./sw.js\">\n<link rel=\"manifest\"",
        1,
    );
    if marked == text {
        return Err("static/index.html names no manifest".to_owned());
    }
    fs::write(&page, marked).map_err(|error| told(&page, error))?;
    let mut kept: BTreeMap<&str, String> = BTreeMap::new();
    for file in files.iter().filter(|file| *file != "sw.js" && !is_asked_for(file)) {
        let path = site.join(file);
        let bytes = fs::read(&path).map_err(|error| told(&path, error))?;
        kept.insert(file, format!("{:016x}", fingerprint(&bytes)));
    }
    let list = serde_json::to_string_pretty(&kept).map_err(|error| error.to_string())?;
    let worker = site.join("sw.js");
    let text = fs::read_to_string(&worker).map_err(|error| told(&worker, error))?;
    let version = format!("const VERSION = \"{:016x}\";", fingerprint(list.as_bytes()));
    let filled = text.replacen("const VERSION = \"\";", &version, 1).replacen(
        "const FILES = {};",
        &format!("const FILES = {list};"),
        1,
    );
    fs::write(&worker, filled).map_err(|error| told(&worker, error))
}
