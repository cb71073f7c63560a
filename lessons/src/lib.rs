//! Reads, checks and proves labs.
//!
//! A lab is a folder of text (crate `sandshift-prose` reads it). This crate knows what its words mean. Read
//! in this order: [`lab`] (a lab's files, ready to be walked), [`state`] (where it begins) and [`generator`]
//! (the data there), [`transcript`] (running what is typed), [`check`] and [`record`] (where a step stands),
//! [`prove`](mod@prove) and [`words`] (whether the lab teaches what it says), [`scaffold`] (a new one).
//!
//! No file is read here: callers hand texts in, so that the worker and the native tools are alike.

pub mod check;
pub mod extensions;
pub mod generator;
pub mod lab;
pub mod prove;
pub mod record;
pub mod scaffold;
pub mod state;
pub mod transcript;
pub mod words;

pub use check::{CheckStatus, StepStatus};
pub use lab::Lab;
pub use prove::prove;
pub use record::Record;
pub use sandshift_prose::{Definition, Digest, Problem, Prose};
