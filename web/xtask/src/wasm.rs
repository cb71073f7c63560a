//! The WebAssembly files: engine (crate sandshift-web-engine), page (crate sandshift-app), and what is fetched only when it
//! is wanted: what reads a lab that was put beside the built site (sandshift-digest), compression and Parquet files
//! (sandshift-web-formats).
//!
//! wasm-bindgen runs as a library at exactly the version of Cargo.lock, so that no tool needs installing.

use std::fs;
use std::path::{Path, PathBuf};

use wasm_bindgen_cli_support::Bindgen;

use crate::fresh::is_fresh;
use crate::progress::step;
use crate::{command, order, root};

const TARGET: &str = "wasm32-unknown-unknown";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Quick to build, slow to run: `serve`.
    Dev,
    /// What is published.
    Release,
}

/// One of them: the crate's file, and the name under which it is served.
pub struct Part {
    file: &'static str,
    pub name: &'static str,
}

pub const PARTS: [Part; 5] = [
    Part { file: "sandshift_web_engine.wasm", name: "engine" },
    Part { file: "sandshift-app.wasm", name: "app" },
    Part { file: "sandshift_digest.wasm", name: "digest" },
    Part { file: "sandshift_web_formats.wasm", name: "formats" },
    Part { file: "sandshift_learning.wasm", name: "learning" },
];

impl Profile {
    pub fn name(self) -> &'static str {
        match self {
            Profile::Dev => "wasm-dev",
            Profile::Release => "release",
        }
    }
}

/// Builds them; gives the folder with `engine.js`, `engine_bg.wasm`, `app.js`, `app_bg.wasm` and so on.
pub fn build(root: &Path, profile: Profile) -> Result<PathBuf, String> {
    add_target()?;
    step(&format!("engine and page ({})", profile.name()), || {
        let words = ["build", "--target", TARGET, "--profile", profile.name()];
        let crates = PARTS.map(|part| part.file.trim_end_matches(".wasm").replace('_', "-"));
        let crates = crates.iter().flat_map(|name| ["--package", name.as_str()]);
        command::run(command::cargo(&words.into_iter().chain(crates).collect::<Vec<_>>(), root))
    })?;
    let out = root::target()?.join("bindgen").join(profile.name());
    for part in PARTS {
        let built = root::target()?.join(TARGET).join(profile.name()).join(part.file);
        let made = out.join(format!("{}_bg.wasm", part.name));
        if !is_fresh(&made, std::slice::from_ref(&built)) {
            step(&format!("bindings of {}", part.name), || bind(&built, part.name, &out, profile))?;
        }
    }
    Ok(out)
}

fn bind(built: &Path, name: &str, out: &Path, profile: Profile) -> Result<(), String> {
    let release = profile == Profile::Release;
    Bindgen::new()
        .input_path(built)
        .out_name(name)
        .typescript(false)
        .remove_name_section(!release)
        .remove_producers_section(true)
        .web(true)
        .and_then(|bindgen| bindgen.generate(out))
        .map_err(|error| format!("wasm-bindgen: {error:#}"))?;
    if release { put_in_order(&out.join(format!("{name}_bg.wasm"))) } else { Ok(()) }
}

fn put_in_order(made: &Path) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", made.display());
    let unordered = fs::read(made).map_err(told)?;
    // What stood there while this failed would be taken for the whole work the next time.
    fs::remove_file(made).map_err(told)?;
    fs::write(made, order::ordered(&unordered)?).map_err(told)
}

/// Adds the target to the toolchain when it is missing. Without rustup the compiler may still have it.
fn add_target() -> Result<(), String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let libraries = command::read(command::program(
        rustc,
        &["--print", "target-libdir", "--target", TARGET],
        &root::root()?,
    ))?;
    if Path::new(libraries.trim()).is_dir() {
        return Ok(());
    }
    if !command::exists("rustup") {
        return Err(format!("the Rust target {TARGET} is missing and there is no rustup to add it"));
    }
    step(&format!("Rust target {TARGET}"), || {
        command::run(command::program("rustup", &["target", "add", TARGET], &root::root()?))
    })
}
