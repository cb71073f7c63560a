//! The crate from outside: what every learner must do, and what none may be asked.

// Outside of `#[test]` functions clippy has to be told that a test gives up by panicking.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod learners;
mod problem;
mod refusals;
mod task;
