//! Labs as folders: proving them, making one, and what the browser test needs to walk them.

use std::fs;
use std::path::{Path, PathBuf};

use sandshift_lessons::{Digest, Lab, prove, scaffold};
use sandshift_prose::listing::{INDEX, Listed, is_digested};

use crate::{files, start};

/// Where the course is.
pub fn course() -> PathBuf {
    files::root().join("lessons/labs")
}

/// Folders with a lab in them: the folder itself, or those in it.
///
/// # Errors
/// A folder that is not there or has no lab.
pub fn folders(path: &Path) -> Result<Vec<PathBuf>, String> {
    if path.join("lab.toml").is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let inside = fs::read_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut found: Vec<PathBuf> =
        inside.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    if found.is_empty() {
        return Err(format!("{}: no lab here; a lab is a folder with lab.toml in it", path.display()));
    }
    Ok(found)
}

/// Reads a lab's folder.
///
/// # Errors
/// What cannot be read, with file, line and what is expected.
pub fn read(folder: &Path) -> Result<Lab, String> {
    let mut found = Vec::new();
    collect(folder, folder, &mut found)?;
    Lab::from_files(&name(folder), &found).map_err(|problems| told(folder, &problems))
}

/// Proves a lab; gives how many steps it has.
///
/// # Errors
/// Everything that is wrong with it.
pub fn check(folder: &Path) -> Result<usize, String> {
    let lab = read(folder)?;
    let problems = prove(&lab, start::SEED);
    if problems.is_empty() { Ok(lab.definition.steps.len()) } else { Err(told(folder, &problems)) }
}

/// Puts the labs of a folder that lies beside a built site (it has a list) into that list; the list of a folder that is not
/// the course's own is begun. Gives the list's place and how many labs in it are new or were changed.
///
/// # Errors
/// A lab that cannot be read, two with one id, a list that cannot be read or written.
pub fn list(path: &Path) -> Result<Option<(PathBuf, usize)>, String> {
    let labs = if path.join("lab.toml").is_file() { path.join("..") } else { path.to_owned() };
    let file = labs.join(INDEX);
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let is_course = |labs: &Path| labs.canonicalize().ok() == course().canonicalize().ok();
    let mut listed: Vec<Listed> = match fs::read_to_string(&file) {
        Ok(text) => serde_json::from_str(&text).map_err(|error| told(&error))?,
        // A lab alone is somebody's working copy, and the course is listed by its build.
        Err(_) if is_course(&labs) || labs != path => return Ok(None),
        Err(_) => Vec::new(),
    };
    let before = listed.len();
    listed.retain(|entry| labs.join(&entry.folder).is_dir());
    let mut changed = before - listed.len();
    for folder in folders(path)? {
        let mut found = Vec::new();
        collect(&folder, &folder, &mut found)?;
        let lab = read(&folder)?;
        let digested = found.iter().find(|(path, _)| path == Digest::FILE).map(|(_, text)| text.as_str());
        let is_fresh = digested.is_some_and(|text| {
            serde_json::from_str::<Digest>(text).is_ok_and(|digest| digest == lab.digest())
        });
        // The words first, then what checking needs; a digest that is no longer the lab's is not fetched.
        let files = found.into_iter().map(|(path, _)| path);
        let mut files: Vec<String> = files.filter(|path| is_fresh || path != Digest::FILE).collect();
        if is_fresh {
            files.retain(|path| !is_digested(path));
        }
        let entry = Listed::of(&name(&folder), &lab.digest(), files);
        if let Some(other) = listed.iter().find(|other| other.id == entry.id && other.folder != entry.folder)
        {
            return Err(told(&format!(
                "{} and {} are both the lab `{}`",
                other.folder, entry.folder, entry.id
            )));
        }
        match listed.iter_mut().find(|known| known.folder == entry.folder) {
            Some(known) => {
                let entry = Listed { taken: known.taken.clone(), ..entry };
                changed += usize::from(*known != entry);
                *known = entry;
            }
            None => {
                changed += 1;
                listed.push(entry);
            }
        }
    }
    listed.sort_by_key(|entry| entry.order);
    if changed > 0 || before == 0 {
        let text = serde_json::to_string_pretty(&listed).map_err(|error| told(&error))?;
        fs::write(&file, text + "\n").map_err(|error| told(&error))?;
    }
    Ok(Some((file, changed)))
}

/// Makes a new lab after the last one; gives its folder.
///
/// # Errors
/// A name that is none, or one that is taken.
pub fn scaffold(labs: &Path, id: &str) -> Result<PathBuf, String> {
    let fine = id.chars().all(|each| each.is_ascii_lowercase() || each.is_ascii_digit() || each == '-');
    if id.is_empty() || !fine {
        return Err(format!(
            "`{id}` is no lab name; lower-case letters, digits and `-`, as in `external-tables`"
        ));
    }
    let mut order = 1;
    let is_empty =
        fs::read_dir(labs).is_ok_and(|inside| inside.flatten().all(|entry| !entry.path().is_dir()));
    for folder in if is_empty { Vec::new() } else { folders(labs)? } {
        let lab = read(&folder)?;
        if lab.definition.id == id {
            return Err(format!("{} is the lab `{id}` already", folder.display()));
        }
        order = order.max(lab.definition.order + 1);
    }
    let folder = labs.join(format!("{order:02}-{id}"));
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (file, text) in scaffold::files(id, order) {
        fs::write(folder.join(file), text).map_err(|error| format!("{file}: {error}"))?;
    }
    list(&folder)?;
    Ok(folder)
}

/// The labs' logic as JSON, for the browser test: it walks the same solutions that the prover proves.
///
/// # Errors
/// A lab that cannot be read.
pub fn describe(path: &Path) -> Result<String, String> {
    let labs: Result<Vec<_>, String> =
        folders(path)?.iter().map(|folder| Ok(read(folder)?.definition)).collect();
    serde_json::to_string_pretty(&labs?).map_err(|error| error.to_string())
}

fn collect(folder: &Path, base: &Path, found: &mut Vec<(String, String)>) -> Result<(), String> {
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, base, found)?;
        } else if let Ok(inside) = path.strip_prefix(base) {
            found.push((inside.to_string_lossy().replace('\\', "/"), files::read(&path)?));
        }
    }
    found.sort();
    Ok(())
}

fn name(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn told(folder: &Path, problems: &[sandshift_lessons::Problem]) -> String {
    problems.iter().map(|problem| format!("{}/{problem}", folder.display())).collect::<Vec<_>>().join("\n")
}
