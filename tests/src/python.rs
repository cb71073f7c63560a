//! A virtual environment with packages from PyPI, made once below the build's folder, for those whom our answers are
//! held beside.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The Python of the environment in `folder`, with `packages`.
///
/// # Errors
/// No Python 3, or packages that cannot be had.
pub fn environment(folder: &Path, packages: &[&str]) -> Result<PathBuf, String> {
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let ready = folder.join("ready");
    if ready.is_file() {
        return Ok(python);
    }
    println!("making {} (once)", folder.display());
    let made = folder.to_string_lossy().into_owned();
    run(Path::new("python3"), &["-m", "venv", "--clear", &made])?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    run(&python, &[&install[..], packages].concat())?;
    fs::write(&ready, "").map_err(|error| error.to_string())?;
    Ok(python)
}

/// What a program prints.
///
/// # Errors
/// The last line of what it complains about.
pub fn run(program: &Path, words: &[&str]) -> Result<String, String> {
    let told = |error: std::io::Error| format!("{}: {error}", program.display());
    let output = Command::new(program).args(words).output().map_err(told)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(said.trim().lines().last().unwrap_or("it failed silently").to_owned())
}
