//! The course's data sets, made from a seed.
//!
//! No public data file is copied into the project: rows are drawn so that every figure the course's own data
//! is known by (counts a channel, a day, a month; the first instant; the rows everybody has seen) comes out
//! exactly, whatever the seed. The same seed gives the same bytes on every machine.
//!
//! [`sessions`] holds the rows, [`columns`] makes Arrow columns and CSV of them, [`calendar`] knows how busy
//! each day was, [`people`] invents the users of the `pii` schema; [`churn`] the telecom customers of machine learning,
//! who leave by [`churn_rules`].

pub mod calendar;
pub mod churn;
pub mod churn_rules;
pub mod columns;
pub mod people;
pub mod random;
pub mod sessions;

pub use churn::csv_orange_telecom;
pub use columns::{
    bench_sessions, csv_session_timestamp, csv_session_transaction, csv_user_session_channel, maker,
};
pub use sessions::Sessions;
