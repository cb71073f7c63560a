//! A statement's life, from text to rows.
//!
//! `parse` (text to [`statement::Statement`]) -> `bind` (names and types, to a [`plan::Plan`] and the
//! privileges it needs) -> `authorize` (are they held) -> `optimize` -> `execute` (operators over batches).
//! Commands that are not queries go from `parse` to a file of their own name in `commands`.
//!
//! This room knows the warehouse and nothing beyond it: whatever lies outside (S3, IAM, Glue) is asked for
//! through [`outside::Outside`].

pub mod authorize;
pub mod bind;
pub mod commands;
pub mod explain;
pub mod external;
pub mod functions;
pub mod lock_mode;
pub mod optimize;
pub mod outside;
pub mod parameter;
pub mod parse;
pub mod procedure;
pub mod session;
pub mod statement;
pub mod syntax;
pub mod system;
pub mod trainer;

#[cfg(test)]
mod executed;

pub use sandshift_kernel::sql::{error, execute, expression, hll, json, json_number, outcome, plan};
