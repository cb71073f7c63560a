//! Joins of every kind: the right side is read into a table by key, the left side streams past it.
//!
//! Without equal pairs every right row has the same (empty) key, which makes it a nested loop: a cross join,
//! or one on any condition.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, NullArray};

use super::array::{array_of, bytes_of};
use super::evaluate::evaluate_all;
use super::gather::{NO_ROW, concatenate_batches, gather, gather_batch, gather_or_null};
use super::join_index::{Growing, JoinIndex};
use super::logic::{Selection, conjuncts, select};
use super::memory::Held;
use super::pause;
use super::sought::Index;
use super::{BATCH_ROWS, Context, Operator, Pull};
use crate::sorted::SortedSet;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::Expression;
use crate::sql::outcome::Batch;
use crate::sql::plan::{self, Field, JoinKind};
use crate::warehouse::data_type::DataType;

pub struct Join {
    left: Box<dyn Operator>,
    right: Box<dyn Operator>,
    kind: JoinKind,
    left_keys: Vec<Expression>,
    right_keys: Vec<Expression>,
    residual: Option<Expression>,
    /// Columns of the left and the right side that somebody reads in what comes out.
    wanted: Vec<bool>,
    /// Pairs tested at once: few where each asks a query.
    most_pairs: usize,
    left_types: Vec<DataType>,
    right_types: Vec<DataType>,
    key_types: Vec<DataType>,
    /// While reading the right side: its keys and batches.
    growing: Growing,
    batches: Vec<Batch>,
    /// All keys are there, not all can be found yet.
    linking: Option<JoinIndex>,
    /// Here scans below may ask, too.
    index: Index,
    right_has_null: bool,
    table: Option<Table>,
    probe: Option<Probe>,
    /// Right and full joins: the next right row to look at for want of a match.
    unmatched_at: usize,
    left_done: bool,
    held: Held,
}

/// The right side, read.
struct Table {
    rows: Batch,
    matched: Vec<bool>,
}

/// A left batch on its way past the table.
struct Probe {
    batch: Batch,
    /// By row, the first right row with its key, or [`NO_ROW`].
    firsts: Vec<u32>,
    row: usize,
    /// The next right row for `row`; `None` when the row has not begun.
    chain: Option<u32>,
    matched: Vec<bool>,
}

impl Join {
    pub fn new(
        join: &plan::Join,
        left: Box<dyn Operator>,
        right: Box<dyn Operator>,
        index: Index,
        wanted: Option<&SortedSet<usize>>,
    ) -> Self {
        let types = |fields: &[Field]| fields.iter().map(|field| field.data_type).collect::<Vec<_>>();
        let key_types: Vec<DataType> = join.on.iter().map(|(left, _)| left.data_type()).collect();
        let tested = super::columns_of_all(&join.residual);
        let width = join.left.fields().len() + join.right.fields().len();
        let is_wanted =
            |column| wanted.is_none_or(|wanted| wanted.contains(&column) || tested.contains(&column));
        Join {
            left,
            right,
            wanted: (0..width).map(is_wanted).collect(),
            kind: join.kind,
            left_keys: join.on.iter().map(|(left, _)| left.clone()).collect(),
            right_keys: join.on.iter().map(|(_, right)| right.clone()).collect(),
            residual: join.residual.clone(),
            most_pairs: if pause::asks_for_each_row(&join.residual) { pause::ROWS } else { BATCH_ROWS },
            left_types: types(join.left.fields()),
            right_types: types(join.right.fields()),
            key_types,
            growing: Growing::Unknown,
            batches: Vec::new(),
            linking: None,
            index,
            right_has_null: false,
            table: None,
            probe: None,
            unmatched_at: 0,
            left_done: false,
            held: Held::default(),
        }
    }

    fn keeps_left(&self) -> bool {
        matches!(self.kind, JoinKind::Left | JoinKind::Full)
    }

    fn keeps_right(&self) -> bool {
        matches!(self.kind, JoinKind::Right | JoinKind::Full)
    }

    /// One batch of the right side.
    fn read_right(&mut self, context: &mut Context) -> SqlResult<()> {
        match self.right.pull(context)? {
            Pull::Pending => {}
            Pull::Batch(batch) => {
                let keys = evaluate_all(&self.right_keys, &batch, context)?;
                self.right_has_null |= keys.iter().any(|key| key.null_count() > 0);
                let kept = self.growing.take(&keys, batch.rows, &self.right_keys, &self.key_types)?;
                self.held.add(
                    batch.columns.iter().map(bytes_of).sum::<u64>() + kept + 8 * batch.rows as u64,
                    context,
                )?;
                self.batches.push(batch);
            }
            Pull::End => {
                let rows = match concatenate_batches(std::mem::take(&mut self.batches)) {
                    Some(rows) => rows,
                    None => Batch {
                        columns: self.right_types.iter().map(|t| array_of(&[], *t)).collect(),
                        rows: 0,
                    },
                };
                let growing = std::mem::replace(&mut self.growing, Growing::Unknown);
                let index = growing.finish(&rows, &self.right_keys, &self.key_types)?;
                self.held.add(index.bytes(), context)?;
                self.linking = Some(index);
                let matched = vec![false; if self.keeps_right() { rows.rows } else { 0 }];
                // Nothing on the left can find a match.
                self.left_done = rows.rows == 0
                    && matches!(
                        self.kind,
                        JoinKind::Inner | JoinKind::Cross | JoinKind::Semi | JoinKind::Right
                    );
                self.table = Some(Table { rows, matched });
            }
        }
        Ok(())
    }

    fn begin_probe(&mut self, batch: Batch, context: &mut Context) -> SqlResult<()> {
        let keys = evaluate_all(&self.left_keys, &batch, context)?;
        let firsts = match self.index.get() {
            Some(index) => index.first(&keys, batch.rows)?,
            None => return Err(SqlError::bug("a join without an index")),
        };
        let mut matched = vec![false; batch.rows];
        if self.kind == JoinKind::NullAwareAnti
            && self.table.as_ref().is_some_and(|table| table.rows.rows > 0)
        {
            // Unknown rows are dropped by calling them matched.
            for (row, matched) in matched.iter_mut().enumerate() {
                *matched = self.right_has_null || keys.iter().any(|key| key.is_null(row));
            }
        }
        self.probe = Some(Probe { batch, firsts, row: 0, chain: None, matched });
        Ok(())
    }

    /// Pairs of the current left batch, tested and joined; at the batch's end what found no match.
    fn probe(&mut self, context: &mut Context) -> SqlResult<Pull> {
        let (Some(table), Some(probe), Some(index)) = (&mut self.table, &mut self.probe, self.index.get())
        else {
            return Ok(Pull::Pending);
        };
        let filtering = matches!(self.kind, JoinKind::Semi | JoinKind::Anti | JoinKind::NullAwareAnti);
        if filtering && self.residual.is_none() {
            for (matched, &first) in probe.matched.iter_mut().zip(&probe.firsts) {
                *matched |= first != NO_ROW;
            }
            probe.row = probe.batch.rows;
        }
        let before = (probe.row, probe.chain);
        let (mut lefts, mut rights) = next_pairs(index, probe, self.most_pairs);
        if lefts.is_empty() {
            return if probe.row == probe.batch.rows { self.end_probe() } else { Ok(Pull::Pending) };
        }
        let mut joined = None;
        if let Some(residual) = &self.residual {
            let pairs = pair_batch(&probe.batch, &lefts, &table.rows, &rights, &self.wanted);
            let selection = match select(&conjuncts(residual), &pairs, context) {
                Ok(selection) => selection,
                Err(error) => {
                    // A query in the condition may have stopped: then the same pairs are tested again.
                    (probe.row, probe.chain) = before;
                    return Err(error);
                }
            };
            if let Selection::Rows(kept) = selection {
                lefts = kept.iter().map(|&pair| lefts[pair as usize]).collect();
                rights = kept.iter().map(|&pair| rights[pair as usize]).collect();
                joined = Some(gather_batch(&pairs, &kept, None));
            } else {
                joined = Some(pairs);
            }
        }
        lefts.iter().for_each(|&row| probe.matched[row as usize] = true);
        if !table.matched.is_empty() {
            rights.iter().for_each(|&row| table.matched[row as usize] = true);
        }
        if filtering || lefts.is_empty() {
            return Ok(Pull::Pending);
        }
        Ok(Pull::Batch(
            joined.unwrap_or_else(|| pair_batch(&probe.batch, &lefts, &table.rows, &rights, &self.wanted)),
        ))
    }

    fn end_probe(&mut self) -> SqlResult<Pull> {
        let (Some(table), Some(probe)) = (&self.table, self.probe.take()) else {
            return Ok(Pull::Pending);
        };
        let wanted = match self.kind {
            JoinKind::Semi => true,
            JoinKind::Anti | JoinKind::NullAwareAnti => false,
            JoinKind::Left | JoinKind::Full => false,
            JoinKind::Inner | JoinKind::Cross | JoinKind::Right => return Ok(Pull::Pending),
        };
        let rows: Vec<u32> =
            (0..probe.batch.rows as u32).filter(|&row| probe.matched[row as usize] == wanted).collect();
        if rows.is_empty() {
            return Ok(Pull::Pending);
        }
        let mut batch = if rows.len() == probe.batch.rows {
            probe.batch
        } else {
            gather_batch(&probe.batch, &rows, None)
        };
        if self.keeps_left() {
            let none = vec![NO_ROW; rows.len()];
            batch.columns.extend(table.rows.columns.iter().map(|column| gather_or_null(column, &none)));
        }
        Ok(Pull::Batch(batch))
    }

    /// Right rows that nobody matched, a batch at a time.
    fn pull_unmatched(&mut self) -> Pull {
        let Some(table) =
            self.table.as_ref().filter(|_| self.kind == JoinKind::Right || self.kind == JoinKind::Full)
        else {
            return Pull::End;
        };
        let end = table.rows.rows.min(self.unmatched_at + BATCH_ROWS);
        if self.unmatched_at == end {
            return Pull::End;
        }
        let rows: Vec<u32> =
            (self.unmatched_at..end).filter(|&row| !table.matched[row]).map(|row| row as u32).collect();
        self.unmatched_at = end;
        if rows.is_empty() {
            return Pull::Pending;
        }
        let mut columns: Vec<ArrayRef> =
            self.left_types.iter().map(|data_type| super::array::nulls(*data_type, rows.len())).collect();
        columns.extend(table.rows.columns.iter().map(|column| gather(column, &rows)));
        Pull::Batch(Batch { columns, rows: rows.len() })
    }
}

/// The next pairs of left and right rows with equal keys, at most one batch of them.
fn next_pairs(index: &JoinIndex, probe: &mut Probe, most: usize) -> (Vec<u32>, Vec<u32>) {
    if !index.repeats() {
        let end = probe.batch.rows.min(probe.row + most);
        let rows = probe.row as u32..end as u32;
        let pairs = rows.zip(&probe.firsts[probe.row..end]).filter(|(_, right)| **right != NO_ROW);
        let pairs = pairs.unzip();
        probe.row = end;
        return pairs;
    }
    let mut lefts = Vec::new();
    let mut rights = Vec::new();
    while probe.row < probe.batch.rows {
        let mut right = probe.chain.take().unwrap_or(probe.firsts[probe.row]);
        while right != NO_ROW {
            if lefts.len() == most {
                probe.chain = Some(right);
                return (lefts, rights);
            }
            lefts.push(probe.row as u32);
            rights.push(right);
            right = index.next(right);
        }
        probe.row += 1;
    }
    (lefts, rights)
}

fn pair_batch(left: &Batch, lefts: &[u32], right: &Batch, rights: &[u32], wanted: &[bool]) -> Batch {
    let whole = lefts.len() == left.rows && lefts.iter().enumerate().all(|(at, &row)| at == row as usize);
    let sides = left.columns.iter().map(|column| (column, lefts, whole));
    let sides = sides.chain(right.columns.iter().map(|column| (column, rights, false)));
    let columns = sides.zip(wanted).map(|((column, rows, whole), wanted)| match (whole, wanted) {
        (true, _) => column.clone(),
        (false, true) => gather(column, rows),
        // Nobody reads it: it only keeps the others' numbers.
        (false, false) => Arc::new(NullArray::new(rows.len())) as ArrayRef,
    });
    Batch { columns: columns.collect(), rows: lefts.len() }
}

impl Operator for Join {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        if self.table.is_none() {
            self.read_right(context)?;
            return Ok(Pull::Pending);
        }
        if let Some(linking) = &mut self.linking {
            if !linking.link()?
                && let Some(index) = self.linking.take()
                && self.index.set(index).is_err()
            {
                return Err(SqlError::bug("a join read its right side twice"));
            }
            return Ok(Pull::Pending);
        }
        if self.probe.is_some() {
            return self.probe(context);
        }
        if self.left_done {
            return Ok(self.pull_unmatched());
        }
        match self.left.pull(context)? {
            Pull::Batch(batch) => {
                self.begin_probe(batch, context)?;
                // Rows that came in this pull would come again if a query stopped in it.
                if self.most_pairs < BATCH_ROWS { Ok(Pull::Pending) } else { self.probe(context) }
            }
            Pull::Pending => Ok(Pull::Pending),
            Pull::End => {
                self.left_done = true;
                Ok(Pull::Pending)
            }
        }
    }
}
