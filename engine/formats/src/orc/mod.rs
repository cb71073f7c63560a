//! ORC files, read (orc.apache.org, "ORC Specification v1"): the end of a file, then one column of one stripe at a time.
//!
//! By hand, as Parquet is: `orc-rust` brings all of arrow, prost and a zstd in C for what is some twenty pages here.
//! [`message`] is the protobuf that descriptions are written in, [`footer`] the end and the stripes' own ends,
//! [`stream`] the compression, [`runs`] the run lengths, [`column`] what comes of them, [`nested`] columns that
//! hold others.

pub mod column;
pub mod footer;
mod message;
mod nested;
mod runs;
mod stream;

/// What stands at the beginning, and before the last byte.
pub const MAGIC: &[u8; 3] = b"ORC";
