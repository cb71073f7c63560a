//! The small npm packages: the bundles of editor and charts, the browser test, the peers of the benchmark.

use std::path::{Path, PathBuf};

use crate::command;
use crate::fresh::is_fresh;
use crate::progress::step;

const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// Installs exactly what the lock file says, unless that is there already.
pub fn install(folder: &Path) -> Result<(), String> {
    let installed = folder.join("node_modules/.package-lock.json");
    if is_fresh(&installed, &[folder.join("package-lock.json")]) {
        return Ok(());
    }
    if !command::exists(NPM) {
        return Err(
            "npm is not there; install Node.js 20 or newer (nodejs.org, or `apt-get install nodejs npm`)"
                .to_owned(),
        );
    }
    let shown = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    step(&format!("npm packages of {shown}"), || {
        command::run(command::program(NPM, &["ci", "--no-audit", "--no-fund"], folder))
    })
}

/// Packs a folder as it would be published; gives the tarball's place in `out`.
pub fn pack(folder: &Path, out: &Path) -> Result<PathBuf, String> {
    let to = out.to_string_lossy();
    let told =
        command::read(command::program(NPM, &["pack", "--silent", "--pack-destination", &to], folder))?;
    Ok(out.join(told.trim()))
}

/// Bundles `editor` or `chart`; gives the bundle's place.
pub fn bundle(root: &Path, name: &str) -> Result<PathBuf, String> {
    let folder = root.join("web").join(name);
    install(&folder)?;
    let bundle = folder.join("dist").join(name).with_extension("js");
    let sources = ["src", "package.json", "package-lock.json"].map(|name| folder.join(name));
    if !is_fresh(&bundle, &sources) {
        step(&format!("bundle of {name}"), || {
            command::run(command::program(NPM, &["run", "--silent", "build"], &folder))
        })?;
    }
    Ok(bundle)
}
