//! Everything CI runs, in the order in which mistakes are cheapest to find, and a summary.
//!
//! Every native build selects the same crates (`native::CRATES`): another selection would resolve other features and
//! build Arrow a second time.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Instant;

use crate::native::CRATES;
use crate::wasm::Profile;
use crate::{browser, command, native, pack, root, serve, site, size};

/// A part of the suite.
struct Part {
    name: &'static str,
    /// Left out by `--quick`: it builds the site or opens a browser.
    slow: bool,
    run: fn() -> Result<(), String>,
}

const PARTS: [Part; 35] = [
    Part { name: "format", slow: false, run: || cargo(&["fmt", "--all", "--check"]) },
    Part { name: "tidy", slow: false, run: || test(&["--test", "tidy"]) },
    Part { name: "unit tests", slow: false, run: || test(&["--lib", "--bins"]) },
    Part { name: "xtask", slow: false, run: || cargo(&["test", "--package", "sandshift-xtask"]) },
    Part { name: "doors", slow: false, run: || test(&["--test", "doors"]) },
    Part { name: "sqllogictest", slow: false, run: || test(&["--test", "slt"]) },
    Part { name: "transcripts", slow: false, run: || test(&["--test", "transcripts"]) },
    Part { name: "labs", slow: false, run: || test(&["--test", "labs"]) },
    Part { name: "prover", slow: false, run: || test(&["--test", "prover"]) },
    Part { name: "learners", slow: false, run: || test(&["--test", "suite"]) },
    Part {
        name: "worker",
        slow: false,
        run: || {
            test(&[
                "--test",
                "workspace",
                "--test",
                "console",
                "--test",
                "opening",
                "--test",
                "inspect",
                "--test",
                "warehouses",
            ])
        },
    },
    Part { name: "policies", slow: false, run: || test(&["--test", "policies"]) },
    Part {
        name: "account",
        slow: false,
        run: || {
            test(&[
                "--test",
                "bill",
                "--test",
                "backups",
                "--test",
                "serverless",
                "--test",
                "takeout",
                "--test",
                "upgrade",
            ])
        },
    },
    Part {
        name: "starting states",
        slow: false,
        run: || {
            test(&[
                "--test",
                "starting_state",
                "--test",
                "aws_check",
                "--test",
                "models",
                "--test",
                "parquet",
            ])
        },
    },
    Part { name: "differential", slow: false, run: || native::run("differential", &[]) },
    Part { name: "TPC-H", slow: false, run: || native::run("tpch", &[]) },
    Part { name: "fuzz", slow: false, run: || native::run("fuzz", &[]) },
    Part { name: "access control", slow: false, run: || native::run("tight", &[]) },
    Part { name: "files", slow: false, run: || native::run("formats", &[]) },
    Part { name: "references", slow: false, run: || native::run("ml", &[]) },
    Part { name: "lints", slow: false, run: lints },
    Part { name: "site and sizes", slow: true, run: build_site },
    Part { name: "browser", slow: true, run: walk_in_browser },
    Part { name: "offline", slow: true, run: go_offline },
    Part { name: "embedding", slow: true, run: embed_in_pages },
    Part { name: "one file", slow: true, run: walk_the_file },
    Part { name: "npm package", slow: true, run: use_the_package },
    Part { name: "authoring", slow: true, run: || on_the_site("author.mjs", &[]) },
    Part { name: "dropped labs", slow: true, run: || beside_the_program("dropped.mjs") },
    Part { name: "handing in", slow: true, run: || beside_the_program("handing_in.mjs") },
    Part { name: "keeping", slow: true, run: || on_the_site("keeping.mjs", &[]) },
    Part { name: "crashes", slow: true, run: || on_the_site("crash.mjs", &[CRASHES]) },
    Part { name: "accessibility", slow: true, run: for_everyone },
    Part { name: "lighthouse", slow: true, run: audit },
    Part { name: "firefox", slow: true, run: in_firefox },
];

/// Workers ended and tabs closed in the suite, in the middle of something.
const CRASHES: &str = "200";

/// Runs everything, also what comes after a failure; the last line is the count alone.
pub fn run(quick: bool) -> Result<(), String> {
    let mut lines = Vec::new();
    let mut failed = 0;
    for part in PARTS.iter().filter(|part| !(quick && part.slow)) {
        println!("== {}", part.name);
        let begun = Instant::now();
        let done = (part.run)();
        let seconds = begun.elapsed().as_secs_f64();
        if let Err(reason) = &done {
            failed += 1;
            println!("{reason}");
        }
        let verdict = if done.is_ok() { "ok" } else { "FAILED" };
        println!("== {}: {verdict}, {seconds:.1} s", part.name);
        lines.push(format!("{:<16} {verdict:<7} {seconds:>7.1} s", part.name));
    }
    println!("\n{}", lines.join("\n"));
    println!("{} passed, {failed} failed", lines.len() - failed);
    if failed == 0 { Ok(()) } else { Err(String::new()) }
}

fn test(what: &[&str]) -> Result<(), String> {
    cargo(&[&["test", "--no-fail-fast"], what, &CRATES[..]].concat())
}

fn lints() -> Result<(), String> {
    let deny = ["--", "-D", "warnings"];
    cargo(&[&["clippy", "--all-targets"], &CRATES[..], &deny[..]].concat())?;
    cargo(&[&["clippy", "--all-targets", "--package", "sandshift-xtask"], &deny[..]].concat())?;
    let page = [
        "clippy",
        "--target",
        "wasm32-unknown-unknown",
        "--package",
        "sandshift-worker",
        "--package",
        "sandshift-app",
    ];
    cargo(&[&page[..], &deny[..]].concat())
}

/// Runs cargo and shows what it prints.
fn cargo(words: &[&str]) -> Result<(), String> {
    let mut command = command::cargo(words, &root::root()?);
    let status = command.stdin(Stdio::null()).status().map_err(|error| format!("cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("cargo {}: {status}", words.join(" "))) }
}

/// The published form, into its own folder: what the browser walks is what a publisher uploads.
fn build_site() -> Result<(), String> {
    let out = site::tested()?;
    site::build(&site::Plan { profile: Profile::Release, out: out.clone(), base: None, parents: None })?;
    let table = size::measure(&out, size::Copies::Weighed)?;
    print!("{table}");
    for aim in table.beside_aims() {
        println!("{aim}");
    }
    table.within_budget()
}

fn walk_in_browser() -> Result<(), String> {
    let (out, labs) = walked()?;
    // Below a path, as on any static host, so that an absolute address shows.
    let address = serve::aside(&out)?;
    browser::run("tests/browser", "walk.mjs", &[&address, &labs.to_string_lossy()])
}

fn go_offline() -> Result<(), String> {
    let (out, labs) = walked()?;
    browser::run("tests/browser", "offline.mjs", &[&out.to_string_lossy(), &labs.to_string_lossy()])
}

fn embed_in_pages() -> Result<(), String> {
    let (out, labs) = walked()?;
    browser::run("tests/browser", "embed.mjs", &[&out.to_string_lossy(), &labs.to_string_lossy()])
}

fn walk_the_file() -> Result<(), String> {
    let (_, labs) = walked()?;
    let page = pack::page(&pack::stage(None)?, &root::target()?.join("pack"))?;
    browser::run("tests/browser", "file.mjs", &[&page.to_string_lossy(), &labs.to_string_lossy()])
}

fn use_the_package() -> Result<(), String> {
    let tarball = pack::package(&pack::stage(None)?, &root::target()?.join("pack"))?;
    browser::run("tests/browser", "npm.mjs", &[&tarball.to_string_lossy()])
}

/// Runs a browser test that serves the built site itself.
fn on_the_site(script: &str, words: &[&str]) -> Result<(), String> {
    let out = site::tested()?;
    browser::run("tests/browser", script, &[&[&*out.to_string_lossy()], words].concat())
}

/// The same for one that also runs what instructors run: it is given the program behind `cargo xtask labs`.
fn beside_the_program(script: &str) -> Result<(), String> {
    on_the_site(script, &[&native::build()?.to_string_lossy()])
}

fn audit() -> Result<(), String> {
    browser::run("tests/lighthouse", "audit.mjs", &[&site::tested()?.to_string_lossy()])
}

fn for_everyone() -> Result<(), String> {
    let (out, labs) = walked()?;
    browser::run("tests/browser", "axe.mjs", &[&out.to_string_lossy(), &labs.to_string_lossy()])
}

fn in_firefox() -> Result<(), String> {
    let (out, labs) = walked()?;
    browser::run("tests/browser", "firefox.mjs", &[&out.to_string_lossy(), &labs.to_string_lossy()])
}

/// The built site, and the file that tells of its labs.
fn walked() -> Result<(PathBuf, PathBuf), String> {
    let out = site::tested()?;
    if !out.join("index.html").is_file() {
        return Err("there is no site to walk: it was not built".to_owned());
    }
    let program = native::build()?;
    let labs = root::target()?.join("labs.json");
    let described = command::read(command::program(program, &["labs", "describe"], &root::root()?))?;
    std::fs::write(&labs, described).map_err(|error| format!("{}: {error}", labs.display()))?;
    Ok((out, labs))
}
