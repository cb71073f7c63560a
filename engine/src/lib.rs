//! The simulated account: a Redshift-like warehouse and the AWS around it, in one value.
//!
//! The crate is host-free and deterministic: it knows no browser, file, thread, clock or entropy. Time and
//! the random seed are handed in, so that the same statements give the same account on every machine.
//!
//! Read in this order: [`sandbox`] (one learner's account, the only room where SQL and AWS meet), [`sql`]
//! (a statement's life), [`warehouse`] (what statements stand on), [`aws`] (a call's life), [`cli`]
//! (`aws ...` text to a call), [`load`] (bytes to columns).
//! Rooms whose inner loops matter lie in `sandshift-kernel` and are shown here under the same names.

pub mod aws;
pub mod cli;
pub mod happening;
pub mod json;
pub mod sandbox;
pub mod sql;

pub use sandshift_kernel::{apart, clock, extension, gap, load, pieces, sorted, warehouse};
