//! Bytes to columns: the formats COPY reads. Knows neither where bytes come from nor who may read them.
//!
//! [`options`] says how to read, [`scan`], [`fixed`] and [`document`] find fields, [`column`] turns a field's text into a value of a
//! typed column, [`reader`] puts the three together a bounded chunk at a time, and [`error`] says why a line
//! could not be loaded. [`lines`] reads for external tables, with [`fields`] and [`nested`] for types that hold others. Compression and columnar files are another module's: [`asked`] speaks with it,
//! [`parquet`] reads such a file piece by piece, [`plain`] makes its columns ours. [`window`] is where a file in pieces is read.

pub mod asked;
pub mod column;
pub mod document;
pub mod error;
mod fields;
mod fixed;
pub mod lines;
pub mod nested;
pub mod number;
pub mod options;
pub mod parquet;
pub mod plain;
pub mod reader;
pub mod scan;
pub mod text;
pub mod time;
mod window;
