//! FROM over the inside of a SUPER: each row beside every element of its array, or every member of its object.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Builder, StringBuilder};

use super::evaluate::evaluate_rows;
use super::gather::{NO_ROW, gather_batch, gather_or_null, plain_strings};
use super::logic::{Selection, conjuncts, select};
use super::{BATCH_ROWS, Context, Operator, Pull};
use crate::sql::error::SqlResult;
use crate::sql::expression::Expression;
use crate::sql::json::{self, Kind};
use crate::sql::outcome::Batch;
use crate::sql::plan::Unnest;

pub struct UnnestRows {
    input: Box<dyn Operator>,
    value: Expression,
    wanted: Kind,
    outer: bool,
    /// With the position or name as a column of its own.
    numbered: bool,
    condition: Option<Expression>,
    /// Rows of the input that are not through yet: they, their documents, the next one.
    open: Option<(Batch, ArrayRef, usize)>,
}

impl UnnestRows {
    pub fn new(unnest: &Unnest, input: Box<dyn Operator>) -> Self {
        UnnestRows {
            input,
            value: unnest.value.clone(),
            wanted: if unnest.members { Kind::Object } else { Kind::Array },
            outer: unnest.outer,
            numbered: unnest.fields.len() > unnest.input.fields().len() + 1,
            condition: unnest.condition.clone(),
            open: None,
        }
    }
}

impl Operator for UnnestRows {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        let opened = self.open.take();
        let is_fresh = opened.is_none();
        let (batch, documents, first) = match opened {
            Some(open) => open,
            None => match self.input.pull(context)? {
                Pull::Batch(batch) => {
                    let documents = plain_strings(&evaluate_rows(&self.value, &batch, context)?);
                    (batch, documents, 0)
                }
                other => return Ok(other),
            },
        };
        let (next, rows) = match self.spread(&batch, &documents, first, context) {
            Ok(spread) => spread,
            Err(error) => {
                // A query in the condition may have stopped; fresh rows are handed on again.
                self.open = Some((batch, documents, first)).filter(|_| !is_fresh);
                return Err(error);
            }
        };
        if next < batch.rows {
            self.open = Some((batch, documents, next));
        }
        Ok(if rows.rows == 0 { Pull::Pending } else { Pull::Batch(rows) })
    }
}

impl UnnestRows {
    /// Whole rows from `first` on, until there are enough for a batch: where to go on, and what they came to.
    fn spread(
        &self,
        batch: &Batch,
        documents: &ArrayRef,
        first: usize,
        context: &mut Context,
    ) -> SqlResult<(usize, Batch)> {
        let texts = documents.as_string::<i32>();
        let mut found = Found::default();
        let mut row = first;
        while row < batch.rows && found.rows.len() < BATCH_ROWS {
            // unconfirmed: what is no array has no elements, as navigation into it finds nothing.
            if texts.is_valid(row) && json::kind(texts.value(row)) == self.wanted {
                for (position, (name, value)) in json::parts(texts.value(row)).enumerate() {
                    found.add(row, value, position, name);
                }
            }
            row += 1;
        }
        let (owners, columns) = found.finish(self.wanted, self.numbered);
        let mut kept: Vec<u32> = (0..owners.len() as u32).collect();
        if let Some(condition) = &self.condition {
            let all = beside(batch, &owners, &columns);
            if let Selection::Rows(rows) = select(&conjuncts(condition), &all, context)? {
                kept = rows;
            }
        }
        if self.outer {
            kept = with_the_rest(&kept, &owners, first..row);
        }
        let rows: Vec<u32> = kept.iter().map(|&index| index_of_row(index, &owners)).collect();
        let elements: Vec<u32> =
            kept.iter().map(|&index| if index < MISSING { index } else { NO_ROW }).collect();
        let columns: Vec<ArrayRef> = columns.iter().map(|column| gather_or_null(column, &elements)).collect();
        Ok((row, beside(batch, &rows, &columns)))
    }
}

/// Numbers from here on stand for an input row without elements.
const MISSING: u32 = 1 << 31;

/// The input row that an element, or a row without one, is of.
fn index_of_row(index: u32, owners: &[u32]) -> u32 {
    if index < MISSING { owners[index as usize] } else { index - MISSING }
}

/// Puts the rows that have no element left where they belong.
fn with_the_rest(kept: &[u32], owners: &[u32], rows: std::ops::Range<usize>) -> Vec<u32> {
    let mut all = Vec::with_capacity(kept.len());
    let mut left = kept.iter().copied().peekable();
    for row in rows {
        let before = all.len();
        while let Some(index) = left.next_if(|index| owners[*index as usize] as usize == row) {
            all.push(index);
        }
        if all.len() == before {
            all.push(MISSING + row as u32);
        }
    }
    all
}

fn beside(batch: &Batch, rows: &[u32], columns: &[ArrayRef]) -> Batch {
    let mut all = gather_batch(batch, rows, None);
    all.columns.extend(columns.iter().cloned());
    all
}

/// Elements, each with the number of its row.
#[derive(Default)]
struct Found {
    rows: Vec<u32>,
    values: StringBuilder,
    positions: Int64Builder,
    names: StringBuilder,
}

impl Found {
    fn add(&mut self, row: usize, value: &str, position: usize, name: &str) {
        self.rows.push(row as u32);
        self.values.append_value(value);
        self.positions.append_value(position as i64);
        self.names.append_value(json::unquote(name));
    }

    fn finish(mut self, kind: Kind, numbered: bool) -> (Vec<u32>, Vec<ArrayRef>) {
        let mut columns: Vec<ArrayRef> = vec![Arc::new(self.values.finish())];
        if numbered {
            columns.push(match kind {
                Kind::Object => Arc::new(self.names.finish()),
                _ => Arc::new(self.positions.finish()),
            });
        }
        (self.rows, columns)
    }
}
