//! Every rule of `tidy` is a test of its name.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};
use sandshift_tests::{files, tidy};

fn main() -> ExitCode {
    let sources = Arc::new(tidy::sources(&files::root()).expect("the repository cannot be read"));
    let trials = tidy::RULES.iter().map(|(name, rule)| {
        let sources = sources.clone();
        Trial::test(*name, move || {
            let complaints = rule(&sources);
            if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n").into()) }
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}
