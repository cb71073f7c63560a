//! pyarrow and DuckDB, in a virtual environment made once below the build's folder: what they write we read, what we write
//! they read.

use std::fs;
use std::path::{Path, PathBuf};

use sandshift_engine::cli::Files;
use serde_json::Value;

use crate::python;

use super::Lake;

const PACKAGES: [&str; 2] = ["pyarrow", "duckdb"];

/// The environment's Python.
///
/// # Errors
/// No Python 3, or packages that cannot be had.
pub fn environment(root: &Path) -> Result<PathBuf, String> {
    python::environment(&root.join("target/formats/environment"), &PACKAGES)
}

/// How many files came out otherwise.
///
/// # Errors
/// A script that fails.
pub fn compare(python: &Path, root: &Path) -> Result<usize, String> {
    let folder = root.join("target/formats/files");
    let script = root.join("tests/formats/reference.py").to_string_lossy().into_owned();
    let said = python::run(python, &[&script, "write", &folder.to_string_lossy()])?;
    let cases: Value = serde_json::from_str(&said).map_err(|error| format!("reference.py: {error}"))?;
    let mut failed = 0;
    let mut ours = Vec::new();
    for case in cases.as_array().into_iter().flatten() {
        let file = case["file"].as_str().unwrap_or_default();
        match read_theirs(case, file) {
            Ok(mut lake) => ours.push((file, case, unload_again(&mut lake, &folder, file)?)),
            Err(why) => {
                println!("{file}: {why}");
                failed += 1;
            }
        }
    }
    let paths: Vec<String> = ours.iter().map(|(.., path)| path.to_string_lossy().into_owned()).collect();
    let words: Vec<&str> = [&*script, "read"].into_iter().chain(paths.iter().map(String::as_str)).collect();
    let said = python::run(python, &words)?;
    let seen: Value = serde_json::from_str(&said).map_err(|error| format!("reference.py: {error}"))?;
    for ((file, case, _), seen) in ours.iter().zip(seen.as_array().into_iter().flatten()) {
        for reader in ["arrow", "duckdb"] {
            let (wanted, found) = (cells(&case["rows"]), cells(&seen[reader]));
            if let Some(why) = difference(&wanted, &found) {
                println!("{file}, written by us and read by {reader}: {why}");
                failed += 1;
            }
        }
    }
    println!("{} files of others, read and written again, {failed} otherwise", ours.len());
    Ok(failed)
}

/// Loads a file of theirs and compares its rows.
fn read_theirs(case: &Value, file: &str) -> Result<Lake, String> {
    let mut lake = Lake::new()?;
    let bytes = fs::read(file).map_err(|error| error.to_string())?;
    let format = if file.ends_with(".orc") { "ORC" } else { "PARQUET SERIALIZETOJSON" };
    lake.sandbox.disk.write("/data/file", bytes.into());
    let copied = lake.sandbox.aws("learner", "s3 cp /data/file s3://lake/file");
    if copied.code != 0 {
        return Err(copied.stderr);
    }
    let ddl = case["ddl"].as_str().unwrap_or_default();
    let found = lake.sql(&format!(
        "CREATE TABLE t ({ddl}); COPY t FROM 's3://lake/file' IAM_ROLE default FORMAT {format}; SELECT * FROM t ORDER BY id"
    ))?;
    match difference(&cells(&case["rows"]), &found) {
        Some(why) => Err(why),
        None => Ok(lake),
    }
}

/// Writes the rows anew, and puts the file where others can read it.
fn unload_again(lake: &mut Lake, folder: &Path, file: &str) -> Result<PathBuf, String> {
    lake.sql(
        "UNLOAD ('SELECT * FROM t ORDER BY id') TO 's3://lake/ours' IAM_ROLE default PARQUET PARALLEL OFF",
    )?;
    let copied = lake.sandbox.aws("learner", "s3 cp s3://lake/ours000.parquet /data/ours.parquet");
    if copied.code != 0 {
        return Err(copied.stderr);
    }
    let bytes = lake.sandbox.disk.read("/data/ours.parquet").ok_or("the file did not come")?;
    let name = Path::new(file).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let path = folder.join(format!("ours_{}.parquet", name.trim_end_matches(".parquet")));
    fs::write(&path, &*bytes.whole()).map_err(|error| error.to_string())?;
    Ok(path)
}

fn cells(rows: &Value) -> Vec<Vec<String>> {
    let row = |row: &Value| {
        row.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    rows.as_array().into_iter().flatten().map(row).collect()
}

fn difference(wanted: &[Vec<String>], found: &[Vec<String>]) -> Option<String> {
    if wanted.len() != found.len() {
        return Some(format!("{} rows, and {} were wanted", found.len(), wanted.len()));
    }
    let (row, (wanted, found)) =
        wanted.iter().zip(found).enumerate().find(|(_, (wanted, found))| wanted != found)?;
    Some(format!("row {row}\n  {found:?}\n  {wanted:?} was wanted"))
}
