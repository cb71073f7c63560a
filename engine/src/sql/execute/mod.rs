//! Plans to rows.
//!
//! An operator is pulled; each pull does a bounded piece of work (about one batch), so that whoever drives
//! can look up between pulls: progress and cancel need no thread.

pub mod write;

use std::sync::Arc;

use super::error::SqlResult;
use super::expression::Expression;
use super::outcome::{Batch, Statistics};
use super::plan::Plan;
use super::session::RandomState;
use crate::clock::Instant;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::{Logs, Manifest};

/// Rows of a batch at most.
pub const BATCH_ROWS: usize = 8_192;

/// What a pull came to.
pub enum Pull {
    Batch(Batch),
    /// Work was done, rows are not ready yet.
    Pending,
    End,
}

/// A running step of a plan.
pub trait Operator {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull>;
}

/// What operators share while a query runs. It owns all it needs: a running query borrows nothing.
pub struct Context {
    pub manifest: Arc<Manifest>,
    pub database: Identifier,
    pub logs: Arc<Logs>,
    pub evaluation: Evaluation,
    pub statistics: Statistics,
    /// Bytes that operators may hold before Redshift's out-of-memory error.
    pub memory_limit: u64,
    pub memory_used: u64,
}

/// What expressions may ask about their surroundings.
pub struct Evaluation {
    /// Start of the statement and of its transaction.
    pub statement_start: Instant,
    pub transaction_start: Instant,
    pub random: RandomState,
    /// `current_user`, `session_user`, `current_database`, `pg_backend_pid`, `search_path` and every
    /// setting, by lower-case name.
    pub settings: std::collections::BTreeMap<String, String>,
    pub manifest: Arc<Manifest>,
    pub user: crate::warehouse::access::UserId,
    /// Values of `Expression::Parameter` in a correlated subquery.
    pub parameters: Vec<crate::warehouse::value::Value>,
}

/// Borrowed by a function while it computes.
pub struct EvaluationContext<'a> {
    pub evaluation: &'a mut Evaluation,
}

/// The operator tree of a plan.
pub fn build(_plan: &Plan, _context: &mut Context) -> SqlResult<Box<dyn Operator>> {
    todo!("back")
}

/// A constant expression's value (LIMIT, defaults, VALUES).
pub fn constant(
    _expression: &Expression,
    _evaluation: &mut Evaluation,
) -> SqlResult<crate::warehouse::value::Value> {
    todo!("back")
}
