//! Commands that need the engine natively: handed to the program `sandshift` of crate sandshift-tests.

use std::path::PathBuf;

use crate::{command, root};

/// What every native build selects. Always the same crates, because another selection would mean other features
/// and a second build of Arrow.
pub const CRATES: [&str; 3] = ["--workspace", "--exclude", "sandshift-xtask"];

/// Runs `sandshift COMMAND WORDS...` where the person stands, so that paths mean what they typed.
pub fn run(name: &str, words: &[String]) -> Result<(), String> {
    let program = build()?;
    let status = std::process::Command::new(&program)
        .arg(name)
        .args(words)
        .status()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    // It has said why.
    if status.success() { Ok(()) } else { Err(String::new()) }
}

/// Runs `sandshift COMMAND` built as a release is.
pub fn run_fast(name: &str) -> Result<(), String> {
    let words = [&["build", "--profile", "bench", "--bin", "sandshift"], &CRATES[..]].concat();
    command::run(command::cargo(&words, &root::root()?))?;
    let program = root::target()?.join("release").join(format!("sandshift{}", std::env::consts::EXE_SUFFIX));
    let status = std::process::Command::new(&program)
        .arg(name)
        .status()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    if status.success() { Ok(()) } else { Err(String::new()) }
}

/// Builds it; gives its place.
pub fn build() -> Result<PathBuf, String> {
    let words = [&["build", "--quiet", "--bin", "sandshift"], &CRATES[..]].concat();
    command::run(command::cargo(&words, &root::root()?))?;
    Ok(root::target()?.join("debug").join(format!("sandshift{}", std::env::consts::EXE_SUFFIX)))
}
