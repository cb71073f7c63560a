//! Reads, checks and proves labs.
//!
//! A lab is a folder of text (crate `sandshift-prose` reads it). This crate knows what its words mean. Read
//! in this order: [`lab`] (a lab's files, ready to be walked), [`state`] (where it begins) and [`generator`]
//! (the data there), [`transcript`] (running what is typed), [`check`] and [`record`] (where a step stands),
//! [`matching`] (whether two results are the same), [`theatre`] (where a proof of crate `sandshift-proof` acts a lab).
//!
//! No file is read here: callers hand texts in, so that the worker and the native tools are alike.

pub mod check;
pub mod extensions;
pub mod generator;
pub mod lab;
pub mod matching;
pub mod record;
pub mod state;
pub mod theatre;
pub mod transcript;

pub use check::{CheckStatus, StepStatus};
pub use lab::Lab;
pub use record::Record;
pub use sandshift_proof::{scaffold, words};
pub use sandshift_prose::{Definition, Digest, Problem, Prose};
pub use theatre::prove;
