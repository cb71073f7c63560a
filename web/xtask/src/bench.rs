//! `cargo xtask bench`: the built site in one headless Chromium, alone or beside its peers.

use crate::progress::step;
use crate::wasm::Profile;
use crate::{browser, command, native, npm, root, serve, site};

/// Sizes of `tests/bench/queries.mjs`.
const ROWS: [&str; 2] = ["100000", "1000000"];

pub fn run(peers: bool) -> Result<(), String> {
    let root = root::root()?;
    let out = site::tested()?;
    site::build(&site::Plan { profile: Profile::Release, out: out.clone(), base: None })?;
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
    if peers {
        npm::install(&root.join("tests/bench/peers"))?;
    }
    let address = serve::aside(&out)?;
    let data = data.to_string_lossy();
    let words: &[&str] = if peers { &[&address, &data, "--peers"] } else { &[&address, &data] };
    browser::run("tests/browser", "../bench/bench.mjs", words)
}

/// How cost grows with rows, natively and as a release is optimised.
pub fn scale() -> Result<(), String> {
    native::run_fast("scale")
}
