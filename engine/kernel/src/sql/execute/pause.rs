//! Queries inside expressions that run once for each list of values from outside: a pull runs only so much of
//! them, and the step that asks is pulled again over the same few rows.
//!
//! What such a query has come to is kept beside its answers ([`subquery`](super::subquery)), so asking again goes
//! on where it stopped.

use std::cell::Cell;
use std::rc::Rc;

use super::{Context, Operator, Pull};
use crate::sql::error::SqlResult;
use crate::sql::expression::Expression;
use crate::sql::outcome::Batch;

/// Rows handed on at once; each may read whole tables.
pub const ROWS: usize = 32;
/// Pulls of inner queries in one pull of the step that asks them.
const PULLS: usize = 32;

/// Whether inner queries may stop in the middle, and whether one did.
#[derive(Default)]
pub struct Pause {
    /// Pulls that are left; nothing where an answer must be had at once.
    left: Option<usize>,
    stopped: bool,
}

impl Pause {
    /// Counts one pull of an inner query that has no answer yet; false when it must stop.
    pub fn goes_on(&mut self) -> bool {
        let Some(left) = &mut self.left else { return true };
        *left = left.saturating_sub(1);
        self.stopped = *left == 0;
        !self.stopped
    }
}

/// Does work in which inner queries may stop: nothing if one did.
pub fn pausing<T>(
    context: &mut Context,
    work: impl FnOnce(&mut Context) -> SqlResult<T>,
) -> SqlResult<Option<T>> {
    let before = context.shared.pause.left;
    context.shared.pause.left = before.or(Some(PULLS));
    let result = work(context);
    if before.is_none() {
        context.shared.pause.left = None;
    }
    match result {
        Err(_) if std::mem::take(&mut context.shared.pause.stopped) => Ok(None),
        result => result.map(Some),
    }
}

pub fn asks_for_each_row<'a>(expressions: impl IntoIterator<Item = &'a Expression>) -> bool {
    let mut asks = false;
    for expression in expressions {
        expression.visit(&mut |inner| {
            asks |= matches!(inner, Expression::Subquery(query) if !query.parameters.is_empty());
        });
    }
    asks
}

/// Between a step and what it reads from.
#[derive(Clone, Default)]
struct Handing {
    /// In this pull rows were handed on.
    handed: Rc<Cell<bool>>,
    /// They are to be handed on again.
    again: Rc<Cell<bool>>,
}

/// The step over its inputs, in pulls that are bounded whatever these expressions ask.
pub fn over<const INPUTS: usize>(
    inputs: [Box<dyn Operator>; INPUTS],
    asks: bool,
    step: impl FnOnce([Box<dyn Operator>; INPUTS]) -> Box<dyn Operator>,
) -> Box<dyn Operator> {
    if !asks {
        return step(inputs);
    }
    let handing = Handing::default();
    let slices = |input| -> Box<dyn Operator> {
        Box::new(Slices { input, batch: None, at: 0, last: None, handing: handing.clone() })
    };
    let step = step(inputs.map(slices));
    Box::new(Again { step, handing })
}

/// A step whose expressions may stop: then it is pulled again.
struct Again {
    step: Box<dyn Operator>,
    handing: Handing,
}

impl Operator for Again {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        self.handing.handed.set(false);
        let pull = pausing(context, |context| self.step.pull(context))?;
        self.handing.again.set(pull.is_none() && self.handing.handed.get());
        Ok(pull.unwrap_or(Pull::Pending))
    }
}

/// Its input, few rows at a time.
struct Slices {
    input: Box<dyn Operator>,
    /// A batch, and how many of its rows have been handed on.
    batch: Option<Batch>,
    at: usize,
    last: Option<Batch>,
    handing: Handing,
}

impl Operator for Slices {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        if self.handing.again.take()
            && let Some(last) = &self.last
        {
            self.handing.handed.set(true);
            return Ok(Pull::Batch(last.clone()));
        }
        let batch = match self.batch.take() {
            Some(batch) => batch,
            None => {
                // What lies below stops for itself.
                let left = context.shared.pause.left.take();
                let pull = self.input.pull(context);
                context.shared.pause.left = left;
                self.at = 0;
                match pull? {
                    Pull::Batch(batch) => batch,
                    other => return Ok(other),
                }
            }
        };
        let rows = ROWS.min(batch.rows - self.at);
        let columns = batch.columns.iter().map(|column| column.slice(self.at, rows)).collect();
        self.at += rows;
        if self.at < batch.rows {
            self.batch = Some(batch);
        }
        let slice = Batch { columns, rows };
        self.last = Some(slice.clone());
        self.handing.handed.set(true);
        Ok(Pull::Batch(slice))
    }
}
