//! Parquet files, by hand: the crate of Arrow's project knows no zstd without C, wants a whole file to read from,
//! and is several times as long.
//!
//! [`thrift`] is the language of heads, [`schema`] and [`footer`] what the end of a file tells, [`page`] and
//! [`values`] a column's bytes to values, [`chunk`] a column of a row group, [`nested`] lists and structures to
//! JSON, and [`write`] the other direction.

pub mod chunk;
pub mod footer;
mod levels;
mod nested;
mod pages;
pub mod schema;
mod thrift;
mod values;
pub mod write;
