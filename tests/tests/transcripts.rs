//! Every `.transcript` file below `tests/` is a test of its name.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use sandshift_tests::{files, script};

fn main() -> ExitCode {
    let root = files::root().join("tests");
    let found = files::find(&[root.to_string_lossy().into_owned()], "transcript").expect("no transcripts");
    let trials = found.into_iter().map(|path| {
        let name = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
        Trial::test(name, move || script::run(&path).map(|_| ()).map_err(Into::into))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}
