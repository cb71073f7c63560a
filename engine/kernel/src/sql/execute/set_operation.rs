//! UNION, INTERSECT and EXCEPT. NULLs are alike here.

use super::distinct::fresh_rows;
use super::gather::gather_batch;
use super::grouping::Grouping;
use super::memory::Held;
use super::{Context, Operator, Pull};
use crate::sql::error::SqlResult;
use crate::sql::plan::{self, Field};
use crate::warehouse::data_type::DataType;

pub struct SetOperation {
    operation: plan::SetOperation,
    all: bool,
    left: Box<dyn Operator>,
    right: Box<dyn Operator>,
    /// UNION: left is read to its end. INTERSECT, EXCEPT: right is.
    first_done: bool,
    seen: Grouping,
    /// INTERSECT, EXCEPT: how many kinds the right side has, and which of them were given out.
    right_kinds: u32,
    given: Vec<bool>,
    held: Held,
}

impl SetOperation {
    pub fn new(
        operation: plan::SetOperation,
        all: bool,
        left: Box<dyn Operator>,
        right: Box<dyn Operator>,
        fields: &[Field],
    ) -> Self {
        let types: Vec<DataType> = fields.iter().map(|field| field.data_type).collect();
        SetOperation {
            operation,
            all,
            left,
            right,
            first_done: false,
            seen: Grouping::new(&types),
            right_kinds: 0,
            given: Vec::new(),
            held: Held::default(),
        }
    }

    fn pull_union(&mut self, context: &mut Context) -> SqlResult<Pull> {
        let side = if self.first_done { &mut self.right } else { &mut self.left };
        let batch = match side.pull(context)? {
            Pull::Batch(batch) => batch,
            Pull::Pending => return Ok(Pull::Pending),
            Pull::End if self.first_done => return Ok(Pull::End),
            Pull::End => {
                self.first_done = true;
                return Ok(Pull::Pending);
            }
        };
        if self.all {
            return Ok(Pull::Batch(batch));
        }
        let fresh = fresh_rows(&mut self.seen, &batch)?;
        self.held.set(self.seen.bytes(), context)?;
        Ok(if fresh.is_empty() { Pull::Pending } else { Pull::Batch(gather_batch(&batch, &fresh, None)) })
    }

    fn pull_against_right(&mut self, context: &mut Context) -> SqlResult<Pull> {
        if !self.first_done {
            match self.right.pull(context)? {
                Pull::Batch(batch) => {
                    self.seen.assign(&batch.columns, batch.rows)?;
                    self.held.set(self.seen.bytes(), context)?;
                }
                Pull::Pending => {}
                Pull::End => {
                    self.first_done = true;
                    self.right_kinds = self.seen.len() as u32;
                }
            }
            return Ok(Pull::Pending);
        }
        let batch = match self.left.pull(context)? {
            Pull::Batch(batch) => batch,
            other => return Ok(other),
        };
        let kinds = self.seen.assign(&batch.columns, batch.rows)?;
        self.given.resize(self.seen.len(), false);
        let wants_right = self.operation == plan::SetOperation::Intersect;
        let mut rows = Vec::new();
        for (row, kind) in kinds.into_iter().enumerate() {
            let given = &mut self.given[kind as usize];
            if (kind < self.right_kinds) == wants_right && !*given {
                *given = true;
                rows.push(row as u32);
            }
        }
        self.held.set(self.seen.bytes(), context)?;
        Ok(if rows.is_empty() { Pull::Pending } else { Pull::Batch(gather_batch(&batch, &rows, None)) })
    }
}

impl Operator for SetOperation {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        match self.operation {
            plan::SetOperation::Union => self.pull_union(context),
            plan::SetOperation::Intersect | plan::SetOperation::Except => self.pull_against_right(context),
        }
    }
}
