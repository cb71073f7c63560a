//! A virtual environment with XGBoost and scikit-learn, made once below the build's folder, and what they answer.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::python;

use super::rows::Problem;

/// XGBoost without its libraries for graphics cards, which weigh 300 MB.
const PACKAGES: [&str; 2] = ["scikit-learn", "xgboost-cpu"];

/// The environment's Python.
///
/// # Errors
/// No Python 3, or packages that cannot be had.
pub fn environment(root: &Path) -> Result<PathBuf, String> {
    python::environment(&root.join("target/ml/environment"), &PACKAGES)
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
    let printed = python::run(python, &[&*script.to_string_lossy(), &*folder.to_string_lossy()])?;
    serde_json::from_str(&printed).map_err(|error| format!("reference.py: {error}"))
}
