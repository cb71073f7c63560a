//! The half of a statement's life that touches rows: [`plan`]s, [`expression`]s and how they are executed.
//!
//! What makes plans from text, and what describes the warehouse in its own terms, lies in the engine.

pub mod error;
pub mod execute;
pub mod expression;
pub mod functions;
pub mod hll;
pub mod json;
pub mod json_number;
pub mod outcome;
pub mod plan;
