//! `cargo xtask bench`: the built site in one headless Chromium, alone or beside its peers.

use std::path::PathBuf;

use crate::progress::step;
use crate::wasm::Profile;
use crate::{browser, command, native, npm, root, serve, site};

/// Sizes of `tests/bench/queries.mjs`.
const ROWS: [&str; 2] = ["100000", "1000000"];

pub fn run(peers: bool) -> Result<(), String> {
    let (out, data) = prepared()?;
    if peers {
        npm::install(&root::root()?.join("tests/bench/peers"))?;
    }
    let address = serve::aside(&out)?;
    let (folder, data) = (out.to_string_lossy(), data.to_string_lossy());
    let mut words = vec![address.as_str(), &folder, &data];
    words.extend(peers.then_some("--peers"));
    let answered = browser::run("tests/browser", "../bench/bench.mjs", &words);
    browser::run("tests/browser", "../bench/training.mjs", &[&address]).and(answered)
}

/// What a tab comes to: with the course's table at a hundred times its length (`tab.mjs`), with a file of 100 MB
/// (`upload.mjs`).
pub fn script(name: &str) -> Result<(), String> {
    let (out, data) = prepared()?;
    browser::run(
        "tests/browser",
        &format!("../bench/{name}"),
        &[&out.to_string_lossy(), &data.to_string_lossy()],
    )
}

/// The released site, and the folder with the CSV files of each size.
fn prepared() -> Result<(PathBuf, PathBuf), String> {
    let root = root::root()?;
    let out = site::tested()?;
    site::build(&site::Plan { profile: Profile::Release, out: out.clone(), base: None, parents: None })?;
    let data = root::target()?.join("bench-data");
    for rows in ROWS {
        let folder = data.join(rows);
        if !folder.join("session_transaction.csv").is_file() {
            let program = native::build()?;
            step(&format!("{rows} rows of data"), || {
                let words = ["bench-data", &folder.to_string_lossy(), rows];
                command::run(command::program(&program, &words, &root))
            })?;
        }
    }
    Ok((out, data))
}

/// How cost grows with rows, natively and as a release is optimised.
pub fn scale() -> Result<(), String> {
    native::run_fast("scale")
}
