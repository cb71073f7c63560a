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

/// Builds what is stale; gives the folder that the others here are made of.
///
/// # Errors
/// It cannot be built.
pub fn stage(labs: Option<&str>) -> Result<PathBuf, String> {
    let labs =
        labs.map_or_else(|| root::root().map(|root| root.join("lessons/labs")), |labs| Ok(labs.into()))?;
    site::stage(Profile::Release, &labs)
}

/// Writes the page into `out`; gives its place.
///
/// # Errors
/// It is larger than it may be, or what is staged is not what it is made of.
pub fn page(stage: &Path, out: &Path) -> Result<PathBuf, String> {
    fs::create_dir_all(out).map_err(|error| format!("{}: {error}", out.display()))?;
    let page = out.join(FILE);
    step("one file", || node(&root::root()?.join("web/pack/pack.mjs"), &[stage, &page]))?;
    Ok(page)
}

/// Writes the npm package into `out`; gives the tarball's place.
///
/// # Errors
/// npm says why.
pub fn package(stage: &Path, out: &Path) -> Result<PathBuf, String> {
    fs::create_dir_all(out).map_err(|error| format!("{}: {error}", out.display()))?;
    let folder = root::target()?.join("npm");
    step("npm package", || {
        node(&root::root()?.join("web/npm/build.mjs"), &[stage, &folder])?;
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
