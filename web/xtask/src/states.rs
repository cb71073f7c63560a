//! The accounts in which labs begin, as the site serves them.

use std::path::Path;

use crate::command;
use crate::progress::step;

/// Has the engine that was built make and save every named state.
pub fn publish(root: &Path, bound: &Path, out: &Path) -> Result<(), String> {
    let script = root.join("web/xtask/src/states.mjs");
    let words = [&script, bound, out].map(|path| path.to_string_lossy().into_owned());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    step("starting states", || command::run(command::program("node", &words, root)))
}
