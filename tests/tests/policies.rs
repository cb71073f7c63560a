//! Every `.policies` file below `tests/` is a test of its name, and together they ask enough.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use sandshift_tests::{files, policies};

/// The policy language has at least this many questions to answer.
const ENOUGH: usize = 300;

fn main() -> ExitCode {
    let root = files::root().join("tests");
    let found = files::find(&[root.to_string_lossy().into_owned()], "policies").expect("no policies");
    let asked = found.clone();
    let mut trials: Vec<Trial> = found
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
            Trial::test(name, move || policies::run(&path).map(|_| ()).map_err(Into::into))
        })
        .collect();
    trials.push(Trial::test("questions", move || {
        let count: usize = asked.iter().filter_map(|path| policies::run(path).ok()).sum();
        if count >= ENOUGH { Ok(()) } else { Err(format!("{count} questions, not {ENOUGH}").into()) }
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
