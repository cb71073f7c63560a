//! A virtual environment with XGBoost and scikit-learn, made once below the build's folder, and what they answer.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::rows::Problem;

/// XGBoost without its libraries for graphics cards, which weigh 300 MB.
const PACKAGES: [&str; 2] = ["scikit-learn", "xgboost-cpu"];

/// The environment's Python.
///
/// # Errors
/// No Python 3, or packages that cannot be had.
pub fn environment(root: &Path) -> Result<PathBuf, String> {
    let folder = root.join("target/ml/environment");
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let ready = folder.join("ready");
    if ready.is_file() {
        return Ok(python);
    }
    println!("making {} (once)", folder.display());
    let made = folder.to_string_lossy().into_owned();
    run(Path::new("python3"), &["-m", "venv", "--clear", &made])?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    run(&python, &[&install[..], &PACKAGES[..]].concat())?;
    fs::write(&ready, "").map_err(|error| error.to_string())?;
    Ok(python)
}

/// Scores of every problem, by its name.
///
/// # Errors
/// Rows that cannot be written, or a script that fails.
pub fn ask(python: &Path, root: &Path, problems: &[Problem]) -> Result<Value, String> {
    let folder = root.join("target/ml/rows");
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    for problem in problems {
        let path = folder.join(format!("{}.csv", problem.name));
        fs::write(path, problem.csv()).map_err(|error| error.to_string())?;
    }
    let script = root.join("tests/ml/reference.py");
    let printed = run(python, &[&*script.to_string_lossy(), &*folder.to_string_lossy()])?;
    serde_json::from_str(&printed).map_err(|error| format!("reference.py: {error}"))
}

fn run(program: &Path, words: &[&str]) -> Result<String, String> {
    let told = |error: std::io::Error| format!("{}: {error}", program.display());
    let output = Command::new(program).args(words).output().map_err(told)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(said.trim().lines().last().unwrap_or("it failed silently").to_owned())
}
