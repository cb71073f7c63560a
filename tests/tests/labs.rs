//! Every lab of the course is proved: nothing done fails, the solution passes, each foreseen wrong answer is
//! recognised, every language has every text.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use sandshift_tests::lab;

fn main() -> ExitCode {
    let folders = lab::folders(&lab::course()).expect("no labs");
    let trials = folders.into_iter().map(|folder| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Trial::test(name, move || lab::check(&folder).map(|_| ()).map_err(Into::into))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}
