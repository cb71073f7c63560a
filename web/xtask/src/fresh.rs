//! Whether something made is still as new as what it was made from.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The newest change among files and folders; what is not there does not count.
pub fn newest(paths: &[PathBuf]) -> Option<SystemTime> {
    paths.iter().filter_map(|path| newest_in(path)).max()
}

/// Whether `made` exists and is newer than everything it was made from.
pub fn is_fresh(made: &Path, sources: &[PathBuf]) -> bool {
    match (changed(made), newest(sources)) {
        (Some(made), Some(source)) => made > source,
        (made, None) => made.is_some(),
        (None, _) => false,
    }
}

fn newest_in(path: &Path) -> Option<SystemTime> {
    if !path.is_dir() {
        return changed(path);
    }
    let inside = fs::read_dir(path).ok()?.flatten().map(|entry| entry.path());
    inside
        .filter(|path| !path.ends_with("node_modules") && !path.ends_with("dist"))
        .filter_map(|path| newest_in(&path))
        .max()
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}
