//! The labs as the site serves them: their folders, each with its digest, and `labs/index.json`, from which the page draws the course.

use std::fs;
use std::path::Path;

use sandshift_prose::Digest;
use sandshift_prose::listing::{self, Listed};

use crate::site::copy_folder;

/// The labs as scripts for a real account, beside them.
pub const TAKEN: &str = "aws.zip";

/// Copies every lab below `labs`, with its digest, and writes the index.
///
/// # Errors
/// A lab that cannot be read, with file, line and what is expected.
pub fn publish(labs: &Path, out: &Path, taken: Option<&str>) -> Result<(), String> {
    let mut entries = Vec::new();
    for folder in folders(labs)? {
        copy_folder(&labs.join(&folder), &out.join(&folder))?;
        let digest = digest(labs, &folder)?;
        let text = serde_json::to_string(&digest).map_err(|error| error.to_string())?;
        let path = out.join(&folder).join(Digest::FILE);
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        let inside = labs.join(&folder);
        let mut files = files_below(&inside, &inside)?;
        files.retain(|file| !listing::is_digested(file));
        files.insert(0, Digest::FILE.to_owned());
        entries.push(Listed { taken: taken.map(str::to_owned), ..Listed::of(&folder, &digest, files) });
    }
    entries.sort_by_key(|entry| entry.order);
    let text = serde_json::to_string_pretty(&entries).map_err(|error| error.to_string())?;
    fs::create_dir_all(out).map_err(|error| format!("{}: {error}", out.display()))?;
    fs::write(out.join("index.json"), text + "\n").map_err(|error| format!("index.json: {error}"))
}

/// Folders with a lab in them, in order.
fn folders(labs: &Path) -> Result<Vec<String>, String> {
    let inside = fs::read_dir(labs).map_err(|error| format!("{}: {error}", labs.display()))?;
    let mut names: Vec<String> = inside
        .flatten()
        .filter(|entry| entry.path().join("lab.toml").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names)
}

fn digest(labs: &Path, folder: &str) -> Result<Digest, String> {
    let path = labs.join(folder);
    let mut texts = Vec::new();
    for file in files_below(&path, &path)?.into_iter().filter(|file| listing::is_digested(file)) {
        let text =
            fs::read_to_string(path.join(&file)).map_err(|error| format!("{folder}/{file}: {error}"))?;
        texts.push((file, text));
    }
    Digest::read(folder, &texts).map_err(|problems| {
        let each: Vec<String> = problems.iter().map(|problem| format!("{folder}/{problem}")).collect();
        each.join("\n")
    })
}

fn files_below(folder: &Path, base: &Path) -> Result<Vec<String>, String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(files_below(&path, base)?);
        } else if let Ok(inside) = path.strip_prefix(base) {
            files.push(inside.to_string_lossy().replace('\\', "/"));
        }
    }
    files.sort();
    Ok(files)
}
