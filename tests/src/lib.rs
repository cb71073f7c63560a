//! The engine's native doors, shared by the program `sandshift` (behind `cargo xtask`) and by the harnesses in
//! `tests/tests`, so that a file that passes in one passes in the other.
//!
//! Read [`start`] (what account a file begins with), then a door: [`slt`], [`script`] (transcripts), [`policies`], [`sql`], [`lab`], [`takeout`];
//! [`tidy`] looks at the repository's own text; [`differential`] asks PostgreSQL, too, [`fuzz`]
//! asks what nobody would, [`tight`] holds access control against a model of it, [`learners`] asks XGBoost and
//! scikit-learn, [`formats`] pyarrow and DuckDB, [`kept`] remembers what former versions stored, [`reload`] stores and reads again, [`scale`] measures, and [`gaps`] prints what is not simulated.

pub mod bench_data;
pub mod choice;
pub mod differential;
pub mod files;
pub mod formats;
pub mod fuzz;
pub mod gaps;
pub mod grade;
pub mod guarded;
pub mod kept;
pub mod lab;
pub mod learners;
pub mod parallel;
pub mod policies;
pub mod python;
pub mod reload;
pub mod scale;
pub mod script;
pub mod slt;
pub mod sql;
pub mod start;
pub mod takeout;
pub mod tidy;
pub mod tight;
