//! A browser for the tests, found or installed, and the Node program that drives it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::progress::step;
use crate::{command, npm, root};

/// Names under which Chromium is installed.
const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/// Runs a script of an npm package in this repository with `CHROMIUM` set; shows what it prints.
///
/// # Errors
/// No browser can be had, or the script fails.
pub fn run(folder: &str, script: &str, words: &[&str]) -> Result<(), String> {
    let folder = root::root()?.join(folder);
    npm::install(&folder)?;
    let chromium = find_or_install(&folder)?;
    let status = Command::new("node")
        .arg(script)
        .args(words)
        .current_dir(&folder)
        .env("CHROMIUM", chromium)
        .status()
        .map_err(|error| format!("node: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{script} failed")) }
}

fn find_or_install(folder: &Path) -> Result<PathBuf, String> {
    if let Some(found) = find() {
        return Ok(found);
    }
    if is_root() && command::exists("apt-get") {
        step("Chromium (apt-get)", || {
            command::run(command::program("apt-get", &["update", "-q"], folder))?;
            let words = [
                "install",
                "-qy",
                "--no-install-recommends",
                "chromium",
                "fonts-noto-cjk",
                "fonts-dejavu-core",
            ];
            let mut install = command::program("apt-get", &words, folder);
            install.env("DEBIAN_FRONTEND", "noninteractive");
            command::run(install)
        })?;
        return find().ok_or_else(|| "apt-get installed chromium, but it is not in the path".to_owned());
    }
    step("Chromium (Playwright's download)", || {
        command::run(command::program(
            "node",
            &["node_modules/playwright-core/cli.js", "install", "chromium"],
            folder,
        ))
    })
    .and_then(|()| playwright(folder))
    .map_err(|error| {
        format!("{error}\nthere is no browser for the tests: install Chromium, or set CHROMIUM to its path")
    })
}

/// What `CHROMIUM` says, else the first known name in the path.
fn find() -> Option<PathBuf> {
    if let Some(told) = std::env::var_os("CHROMIUM") {
        return Some(PathBuf::from(told));
    }
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    NAMES
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file())
}

/// Where Playwright put its download.
fn playwright(folder: &Path) -> Result<PathBuf, String> {
    let script = "process.stdout.write(require('playwright-core').chromium.executablePath())";
    let path = command::read(command::program("node", &["-e", script], folder))?;
    let path = PathBuf::from(path.trim());
    if path.is_file() { Ok(path) } else { Err("Playwright's download is not there".to_owned()) }
}

fn is_root() -> bool {
    let who = Command::new("id").arg("-u").output();
    who.is_ok_and(|output| output.stdout.starts_with(b"0\n"))
}
