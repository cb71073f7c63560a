//! What each step of a running plan really did, for the system's own views of a query.
//!
//! Steps are numbered as they are built: a step before its inputs, a common table's definition before its reader.
//! Whoever holds the plan can number it alike. What is built while the query runs (subqueries, the rounds of a
//! recursion) has no number and is not counted.

use super::{Context, Operator, Pull, array};
use crate::sorted::SortedMap;
use crate::sql::error::SqlResult;
use crate::sql::plan::Plan;

/// The counters of one query.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    steps: Vec<StepProfile>,
    sealed: bool,
}

/// One step's part.
#[derive(Clone, Debug, Default)]
pub struct StepProfile {
    /// What came out of it.
    pub rows: u64,
    pub bytes: u64,
    /// For a scan: what it read, and how much of it lay on each slice.
    pub read: Read,
    pub slices: SortedMap<u16, u64>,
    pub blocks_read: u64,
    /// Left out by their least and greatest values.
    pub blocks_skipped: u64,
}

/// Rows as a scan met them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Read {
    /// That lay there, deleted ones too.
    pub stored: u64,
    /// That were not deleted.
    pub visible: u64,
    /// That passed the filters.
    pub kept: u64,
    pub bytes: u64,
}

impl Profile {
    /// The counters of the step with this number.
    pub fn step(&self, number: usize) -> Option<&StepProfile> {
        self.steps.get(number)
    }

    /// The tree is complete: what is built from now on belongs to its inner workings.
    pub fn seal(&mut self) {
        self.sealed = true;
    }

    /// The number of the step that is about to be built.
    pub(super) fn enter(&mut self) -> Option<usize> {
        if self.sealed {
            return None;
        }
        self.steps.push(StepProfile::default());
        Some(self.steps.len() - 1)
    }

    /// Gives numbers to a part of the plan that is built later and not counted.
    pub(super) fn skip(&mut self, plan: &Plan) {
        self.enter();
        plan.inputs().into_iter().for_each(|input| self.skip(input));
    }

    /// The step that was entered last, for an operator that counts more than its output.
    pub(super) fn entered(&self) -> Option<usize> {
        if self.sealed { None } else { self.steps.len().checked_sub(1) }
    }

    pub(super) fn at(&mut self, number: Option<usize>) -> Option<&mut StepProfile> {
        self.steps.get_mut(number?)
    }
}

/// An operator whose output is counted.
pub(super) struct Counted {
    pub number: usize,
    pub operator: Box<dyn Operator>,
}

impl Operator for Counted {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        let pull = self.operator.pull(context)?;
        if let (Pull::Batch(batch), Some(step)) = (&pull, context.profile.at(Some(self.number))) {
            step.rows += batch.rows as u64;
            step.bytes += batch.columns.iter().map(array::bytes_of).sum::<u64>();
        }
        Ok(pull)
    }
}
