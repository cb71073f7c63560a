//! `cargo xtask`: what people and scripts do with this repository. Command names are fixed (ARCHITECTURE.md).
//!
//! This crate builds, serves and tests; whatever runs the engine natively is handed to the program `sandshift` of
//! crate sandshift-tests, so that neither waits for the other to compile. Read `option`, then `site`, then `suite`.

mod bench;
mod browser;
mod command;
mod course;
mod folding;
mod fresh;
mod guide;
mod hashed;
mod likeness;
mod native;
mod npm;
mod offline;
mod option;
mod order;
mod pack;
mod progress;
mod root;
mod serve;
mod site;
mod size;
mod states;
mod suite;
mod wasm;

use std::process::ExitCode;

use option::Options;

const USAGE: &str = "\
cargo xtask serve [--port N]                     build what is stale, serve the site, print its address
cargo xtask build [--out dist] [--base PATH] [--parents ORIGIN,...]
                                                 the static site, ready to upload; prints sizes
cargo xtask pack [--labs DIR]                    dist/sandshift.html, one file that works without a network,
                                                 and the npm package
cargo xtask test [--quick]                       all that CI runs
cargo xtask slt PATH...                          run sqllogictest files, each on a fresh sandbox
cargo xtask transcript [--bless] PATH...         run transcripts; --bless rewrites their outputs
cargo xtask sql [--user NAME] [--setup FILE]...  statements on standard input, results as CSV
cargo xtask kept                                 record how this version stores an account
cargo xtask gaps                                 write engine/GAPS.md anew
cargo xtask labs check [DIR] | labs new NAME [DIR]
                                                 prove labs and list those beside a built site; begin one
cargo xtask labs grade [--json] FILE...          replay submissions, print marks
cargo xtask differential [--seed N] [--queries N] [--only N] | --list
                                                 random queries, here and in PostgreSQL 15
cargo xtask tpch                                 TPC-H at scale 0.01, likewise
cargo xtask formats                              UNLOAD and COPY there and back; files of pyarrow and DuckDB
cargo xtask ml                                   the learners beside XGBoost and scikit-learn, AutoML on churn
cargo xtask fuzz [--seed N] [--cases N] [--inputs N] [--seconds N]
                                                 statements and inputs nobody would write: no panic, no hang
cargo xtask tight [--seed N] [--statements N] [--only N]
                                                 access control against a model of it
cargo xtask bench [--peers]                      cold start and queries in a headless browser
cargo xtask bench --tab                          what 10,000,000 rows make of a tab
cargo xtask bench --upload                       a file of 100 MB, by the console into S3 and by COPY into a table
cargo xtask bench --scale                        operators natively, from 10,000 to 10,000,000 rows";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let command = words.next().unwrap_or_default();
    let rest: Vec<String> = words.collect();
    let done = match command.as_str() {
        "build" => Options::read(&rest, &["--out", "--base", "--parents"], &["--record"]).and_then(build),
        "pack" => Options::read(&rest, &["--labs"], &[]).and_then(pack),
        "serve" => Options::read(&rest, &["--port"], &[]).and_then(serve),
        "test" => {
            Options::read(&rest, &[], &["--quick"]).and_then(|options| suite::run(options.has("--quick")))
        }
        "bench" => Options::read(&rest, &[], &["--peers", "--scale", "--tab", "--upload"]).and_then(
            |options| match ["--scale", "--tab", "--upload"].map(|name| options.has(name)) {
                [true, _, _] => bench::scale(),
                [_, true, _] => bench::script("tab.mjs"),
                [_, _, true] => bench::script("upload.mjs"),
                _ => bench::run(options.has("--peers")),
            },
        ),
        "slt" | "transcript" | "sql" | "gaps" | "kept" | "labs" | "differential" | "tpch" | "fuzz" | "ml"
        | "formats" | "tight" => native::run(&command, &rest),
        "" | "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(format!("there is no command `{other}`\n\n{USAGE}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            if !reason.is_empty() {
                eprintln!("{reason}");
            }
            ExitCode::FAILURE
        }
    }
}

fn build(options: Options) -> Result<(), String> {
    let out = root::root()?.join(options.value("--out").unwrap_or("dist"));
    site::build(&site::Plan {
        profile: wasm::Profile::Release,
        out: out.clone(),
        base: options.owned("--base"),
        parents: options.owned("--parents"),
    })?;
    let table = size::measure(&out, size::Copies::Kept)?;
    print!("{table}");
    if options.has("--record") {
        size::record(&table)?;
    }
    println!("the site is in {}", out.display());
    for aim in table.beside_aims() {
        println!("{aim}");
    }
    table.within_budget()
}

fn pack(options: Options) -> Result<(), String> {
    let out = root::root()?.join("dist");
    let stage = pack::stage(options.value("--labs"))?;
    let page = pack::page(&stage, &out)?;
    let size = std::fs::metadata(&page).map_err(|error| format!("{}: {error}", page.display()))?.len();
    println!("{} MB in {}", size::megabytes(size), page.display());
    println!("the npm package is {}", pack::package(&stage, &out)?.display());
    Ok(())
}

fn serve(options: Options) -> Result<(), String> {
    let port = match options.value("--port") {
        None => 8080,
        Some(text) => text.parse().map_err(|_| format!("`{text}` is no port"))?,
    };
    let out = root::root()?.join("target/site");
    site::build(&site::Plan { profile: wasm::Profile::Dev, out: out.clone(), base: None, parents: None })?;
    serve::forever(&out, port)
}
