//! Test files below the paths that a person named.

use std::fs;
use std::path::{Path, PathBuf};

/// Files ending in `.ending` at or below the paths, in order.
///
/// # Errors
/// A path that is not there, or nothing found at all.
pub fn find(paths: &[String], ending: &str) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    for path in paths {
        let path = Path::new(path);
        if path.is_file() {
            found.push(path.to_owned());
        } else {
            below(path, ending, &mut found)?;
        }
    }
    found.sort();
    found.dedup();
    if found.is_empty() { Err(format!("no .{ending} file in {}", paths.join(" "))) } else { Ok(found) }
}

fn below(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) -> Result<(), String> {
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("node_modules") {
                below(&path, ending, found)?;
            }
        } else if path.extension().is_some_and(|end| end == ending) {
            found.push(path);
        }
    }
    Ok(())
}

/// A file's text.
pub fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The repository's root.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}
