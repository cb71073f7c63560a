//! The site in other forms than a folder of files, made by Node programs: one page that works by double click
//! (`web/pack`), and the engine as an npm package (`web/npm`).

use std::fs;
use std::path::{Path, PathBuf};

use crate::progress::step;
use crate::wasm::Profile;
use crate::{command, npm, root, site};

/// The page under this name in `out`, with the labs of a folder.
pub const FILE: &str = "sandshift.html";

/// Whether a file of `dist` is ours: the site there leaves it alone.
pub fn is_packed(file: &Path) -> bool {
    file == Path::new(FILE) || file.extension().is_some_and(|end| end == "tgz")
}

/// Builds what is stale and writes the page.
///
/// # Errors
/// It cannot be built, or is larger than it may be.
pub fn build(labs: Option<&str>, out: &Path) -> Result<PathBuf, String> {
    let root = root::root()?;
    let labs = labs.map_or_else(|| root.join("lessons/labs"), PathBuf::from);
    let stage = site::stage(Profile::Release, &labs)?;
    fs::create_dir_all(out).map_err(|error| format!("{}: {error}", out.display()))?;
    let page = out.join(FILE);
    step("one file", || node(&root.join("web/pack/pack.mjs"), &[&stage, &page]))?;
    Ok(page)
}

/// Makes the npm package of what is staged already; gives the tarball's place in `out`.
///
/// # Errors
/// Nothing is staged, or npm says why.
pub fn package(out: &Path) -> Result<PathBuf, String> {
    let stage = root::target()?.join("stage").join(Profile::Release.name());
    let folder = root::target()?.join("npm");
    step("npm package", || {
        node(&root::root()?.join("web/npm/build.mjs"), &[&stage, &folder])?;
        npm::pack(&folder, out)
    })
}

/// Runs a Node program of this repository.
pub fn node(script: &Path, words: &[&Path]) -> Result<(), String> {
    let words: Vec<String> = std::iter::once(script)
        .chain(words.iter().copied())
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    command::run(command::program("node", &words, &root::root()?))
}
