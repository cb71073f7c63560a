//! What inner loops run through: blocks of columns, the bytes that fill them, and operators over batches.
//!
//! A crate of its own because a compiler's effort is set crate by crate: this one is built for speed, and
//! everything that runs once a statement (parse, bind, commands, system views, AWS) stays in
//! `sandshift-engine` and is built for size. The engine shows these rooms under its own name; nobody else
//! needs to know that the wall is there.
//!
//! Read in this order: [`warehouse`] (what statements stand on), [`sql`] (plans and their execution),
//! [`load`] (bytes to columns).

pub mod apart;
pub mod clock;
pub mod gap;
pub mod load;
pub mod pieces;
pub mod sorted;
pub mod sql;
pub mod warehouse;

pub use sandshift_extension as extension;
