//! What a join above still looks for, told to the scans below it.
//!
//! A join reads its right side first. From then on its keys are known, and a left row with none of them will come
//! to nothing: better it is left behind by the scan than carried through the joins between. The keys themselves
//! are asked, so that no row that matters is lost and none needs a second structure. A scan stops asking when few
//! rows stay behind.

use std::sync::{Arc, OnceLock};

use super::gather::gather_batch;
use super::join_index::JoinIndex;
use super::zone::ZoneTest;
use crate::sql::error::SqlResult;
use crate::sql::expression::Expression;
use crate::sql::outcome::Batch;
use crate::sql::plan::{Field, Join, JoinKind, Plan};

/// A join's keys, there once its right side was read.
pub type Index = Arc<OnceLock<JoinIndex>>;

/// One column of an operator's output of which only the values among a join's keys are looked for.
#[derive(Clone)]
pub struct Sought {
    pub column: usize,
    index: Index,
    /// Which of the join's key columns it is.
    key: usize,
    /// Joins lie between, whose work is spared. Right below its join the join itself asks as soon.
    between: bool,
}

/// What is sought below a join: left and right, from above through it and by the join itself.
pub fn below(join: &Join, above: &[Sought], index: &Index) -> (Vec<Sought>, Vec<Sought>) {
    let width = join.left.fields().len();
    let equal: Vec<(usize, usize)> =
        join.on.iter().filter_map(|(left, right)| Some((column_of(left)?, column_of(right)?))).collect();
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for sought in above {
        let at = |column| Sought { column, between: true, ..sought.clone() };
        if sought.column < width {
            if !matches!(join.kind, JoinKind::Right | JoinKind::Full) {
                left.push(at(sought.column));
            }
            if matches!(join.kind, JoinKind::Inner | JoinKind::Semi) {
                right.extend(equal.iter().filter(|(l, _)| *l == sought.column).map(|(_, r)| at(*r)));
            }
        } else if matches!(join.kind, JoinKind::Inner | JoinKind::Cross | JoinKind::Right) {
            let column = sought.column - width;
            right.push(at(column));
            if join.kind == JoinKind::Inner {
                left.extend(equal.iter().filter(|(_, r)| *r == column).map(|(l, _)| at(*l)));
            }
        }
    }
    if matches!(join.kind, JoinKind::Inner | JoinKind::Semi | JoinKind::Right) {
        left.extend(join.on.iter().enumerate().filter_map(|(key, (expression, _))| {
            Some(Sought { column: column_of(expression)?, index: Arc::clone(index), key, between: false })
        }));
    }
    (left, right)
}

/// What is sought in the one input of a step that is no join.
pub fn through(plan: &Plan, above: &[Sought]) -> Vec<Sought> {
    let renamed = |expressions: &[Expression]| {
        above
            .iter()
            .filter_map(|sought| {
                let column = expressions.get(sought.column).and_then(column_of)?;
                Some(Sought { column, ..sought.clone() })
            })
            .collect()
    };
    match plan {
        Plan::Filter { .. } | Plan::Distinct { .. } | Plan::Sort { limit: None, .. } => above.to_vec(),
        Plan::Project { expressions, .. } => renamed(expressions),
        // A group of which no row is looked for is not looked for.
        Plan::Aggregate { groups, .. } => {
            let mut below: Vec<Sought> = renamed(groups);
            below.iter_mut().for_each(|sought| sought.between = true);
            below
        }
        _ => Vec::new(),
    }
}

fn column_of(expression: &Expression) -> Option<usize> {
    match expression {
        Expression::Column { index, .. } => Some(*index),
        _ => None,
    }
}

/// The scan's side: leaves blocks and rows behind that nobody looks for.
pub struct Screen {
    direct: Vec<Sought>,
    sought: Vec<Sought>,
    seen: usize,
    kept: usize,
}

/// Rows after which a screen shows whether it is worth its time.
const TRIAL: usize = 32_768;

impl Screen {
    pub fn new(sought: Vec<Sought>) -> Self {
        let (sought, direct) = sought.into_iter().partition(|sought| sought.between);
        Screen { direct, sought, seen: 0, kept: 0 }
    }

    /// Tests for whole blocks. To be asked when the first row is: then the joins above know their keys.
    pub fn tests(&mut self, fields: &[Field]) -> Vec<ZoneTest> {
        let direct = std::mem::take(&mut self.direct);
        let within = |sought: &Sought| {
            let data_type = fields.get(sought.column)?.data_type;
            let (least, greatest) = sought.index.get()?.bounds(sought.key, data_type)?;
            Some(ZoneTest::within(sought.column, least, greatest))
        };
        direct.iter().chain(&self.sought).filter_map(within).flatten().collect()
    }

    /// The rows of the batch that are among the keys known so far; none for an empty batch.
    pub fn pass(&mut self, mut batch: Batch) -> SqlResult<Option<Batch>> {
        if self.seen >= TRIAL && self.kept * 4 > self.seen * 3 {
            self.sought.clear();
        }
        for sought in &self.sought {
            let (Some(index), Some(column)) = (sought.index.get(), batch.columns.get(sought.column)) else {
                continue;
            };
            self.seen += batch.rows;
            let rows = index.holds(sought.key, column)?;
            self.kept += rows.len();
            if rows.is_empty() {
                return Ok(None);
            }
            if rows.len() < batch.rows {
                batch = gather_batch(&batch, &rows, None);
            }
        }
        Ok(Some(batch))
    }
}
