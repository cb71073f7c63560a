//! The static site: every address relative, so that it works below any path of any host.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::progress::step;
use crate::wasm::{self, PARTS, Profile};
use crate::{course, guide, hashed, native, npm, offline, pack, root, states};

/// What to build.
pub struct Plan {
    pub profile: Profile,
    pub out: PathBuf,
    /// Written as `<base href>`, for hosts that serve the page under an address without a closing slash.
    pub base: Option<String>,
    /// Origins whose pages may talk with frames of the site, with commas between.
    pub parents: Option<String>,
}

/// Where the site stands that tests and benches look at; in a folder of its own name, see [`crate::serve::aside`].
pub fn tested() -> Result<PathBuf, String> {
    Ok(root::target()?.join("site-release/course"))
}

/// Builds what is stale and puts the site together.
pub fn build(plan: &Plan) -> Result<(), String> {
    let mut old = if plan.out.is_dir() { files(&plan.out, &plan.out)? } else { BTreeSet::new() };
    old.retain(|file| !pack::is_packed(file));
    guard(&plan.out, &old)?;
    let stage = stage(plan.profile, &root::root()?.join("lessons/labs"))?;
    if let Some(base) = &plan.base {
        write_base(&stage.join("index.html"), base)?;
    }
    if let Some(parents) = &plan.parents {
        write_parents(&stage.join("embed.json"), parents)?;
    }
    if plan.profile == Profile::Release {
        step("published scripts and styles", || {
            pack::node(&root::root()?.join("web/pack/site.mjs"), &[&stage])
        })?;
        hashed::rename(&stage, &names(&stage)?)?;
        offline::list(&stage, &names(&stage)?)?;
    } else {
        // What is being worked on is not kept by any browser.
        fs::remove_file(stage.join("sw.js")).map_err(|error| format!("sw.js: {error}"))?;
    }
    let new = files(&stage, &stage)?;
    for file in &new {
        move_if_changed(&stage.join(file), &plan.out.join(file))?;
    }
    for gone in old.difference(&new) {
        fs::remove_file(plan.out.join(gone)).map_err(|error| format!("{}: {error}", gone.display()))?;
    }
    Ok(())
}

/// Every file of the site under its plain name, in a folder that the next call empties.
pub fn stage(profile: Profile, labs: &Path) -> Result<PathBuf, String> {
    let root = root::root()?;
    let chart = npm::bundle(&root, "chart")?;
    let bundles = [
        ("editor.js", npm::bundle(&root, "editor")?),
        ("model.js", chart.with_file_name("model.js")),
        ("chart.js", chart),
    ];
    let bound = wasm::build(&root, profile)?;
    let stage = root::target()?.join("stage").join(profile.name());
    if stage.exists() {
        fs::remove_dir_all(&stage).map_err(|error| format!("{}: {error}", stage.display()))?;
    }
    copy_folder(&root.join("static"), &stage)?;
    for script in ["worker", "store", "file", "journal", "lock", "modules", "renewal", "takeout", "beside"] {
        let script = format!("{script}.js");
        copy(&root.join("web/worker").join(&script), &stage.join(&script))?;
    }
    for (name, bundle) in &bundles {
        copy(bundle, &stage.join(name))?;
    }
    for part in PARTS {
        for file in [format!("{}.js", part.name), format!("{}_bg.wasm", part.name)] {
            copy(&bound.join(&file), &stage.join(&file))?;
        }
    }
    let embed = root.join("web/embed/build.mjs");
    step("embedding", || pack::node(&embed, &[&stage]))?;
    // Only what is published: it takes a native build of the engine.
    let taken = (profile == Profile::Release).then_some(course::TAKEN);
    course::publish(labs, &stage.join("labs"), taken)?;
    if let Some(file) = taken {
        take_out(&stage.join("labs").join(file))?;
    }
    guide::publish(&root.join("lessons"), &stage.join("labs"))?;
    states::publish(&root, &bound, &stage.join("states"))?;
    Ok(stage)
}

/// The labs as scripts for a real account.
fn take_out(file: &Path) -> Result<(), String> {
    step("labs for AWS", || {
        let words = ["takeout", "--archive", &file.to_string_lossy()].map(str::to_owned);
        native::run("labs", &words)
    })
}

/// A folder that is no site of ours is not emptied.
fn guard(out: &Path, old: &BTreeSet<PathBuf>) -> Result<(), String> {
    if old.is_empty() || ["engine_bg.wasm", hashed::NAMES].iter().any(|file| old.contains(Path::new(file))) {
        return Ok(());
    }
    Err(format!("{} has files in it and no site; name an empty folder", out.display()))
}

fn write_base(page: &Path, base: &str) -> Result<(), String> {
    if base.contains(['"', '<', '>', '&']) {
        return Err(format!("--base {base} is no path"));
    }
    let base = if base.ends_with('/') { base.to_owned() } else { format!("{base}/") };
    let text = fs::read_to_string(page).map_err(|error| format!("index.html: {error}"))?;
    let marked = text.replacen("<head>", &format!("<head>\n<base href=\"{base}\">"), 1);
    if marked == text {
        return Err("static/index.html has no <head> for --base".to_owned());
    }
    fs::write(page, marked).map_err(|error| format!("index.html: {error}"))
}

fn write_parents(list: &Path, parents: &str) -> Result<(), String> {
    let origins: Vec<&str> = parents.split(',').map(str::trim).filter(|origin| !origin.is_empty()).collect();
    let is_origin = |origin: &str| {
        let rest = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        rest.is_some_and(|host| !host.is_empty() && !host.contains(['/', '"', ' ']))
    };
    if let Some(wrong) = origins.iter().find(|origin| **origin != "*" && !is_origin(origin)) {
        return Err(format!("--parents: `{wrong}` is no origin; `https://lms.example` and `*` are"));
    }
    let text = serde_json::json!({ "parents": origins }).to_string();
    fs::write(list, text + "\n").map_err(|error| format!("{}: {error}", list.display()))
}

/// Copies a folder with everything below it.
pub fn copy_folder(from: &Path, to: &Path) -> Result<(), String> {
    for file in files(from, from)? {
        copy(&from.join(&file), &to.join(&file))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    fs::copy(from, to).map(|_| ()).map_err(|error| format!("{} cannot be copied: {error}", from.display()))
}

/// Leaves files alone whose bytes are the same: their age then tells servers and sync tools the truth.
fn move_if_changed(from: &Path, to: &Path) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", to.display());
    let same_size =
        fs::metadata(to).is_ok_and(|old| fs::metadata(from).is_ok_and(|new| new.len() == old.len()));
    if same_size && fs::read(from).map_err(told)? == fs::read(to).map_err(told)? {
        return Ok(());
    }
    copy(from, to)
}

/// As [`files`], in words that are the same on every system.
pub fn names(folder: &Path) -> Result<Vec<String>, String> {
    Ok(files(folder, folder)?.iter().map(|path| path.to_string_lossy().replace('\\', "/")).collect())
}

/// Files below a folder, relative to `base`.
pub fn files(folder: &Path, base: &Path) -> Result<BTreeSet<PathBuf>, String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, base)?);
        } else if let Ok(inside) = path.strip_prefix(base) {
            found.insert(inside.to_owned());
        }
    }
    Ok(found)
}
