//! How much work a step is said to be.
//!
//! Figures are relative, as the product's are: one for each row scanned. Where the guide's listings give the rule
//! away it is theirs (a scan costs rows / 100; an aggregate 0.005 a row in and 0.0025 a row out; broadcasting
//! 440,000 a row); the other factors are unconfirmed and only keep the same order of plans.

use std::fmt;

use crate::sql::expression::Expression;
use crate::sql::plan::{Field, Scan};
use crate::warehouse::catalog::Table;
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::storage::Region;
use crate::warehouse::storage::distinct::number;

/// `(cost=start..total rows=n width=n)`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    /// Until the first row.
    pub start: f64,
    /// Until the last row.
    pub total: f64,
    pub rows: f64,
    /// Bytes of a row.
    pub width: usize,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cost { start, total, rows, width } = self;
        write!(f, "(cost={start:.2}..{total:.2} rows={rows:.0} width={width})")
    }
}

/// What is known of the tables.
#[derive(Clone, Copy)]
pub(super) struct Statistics<'a> {
    pub manifest: &'a Manifest,
    pub database: &'a Identifier,
}

impl<'a> Statistics<'a> {
    pub fn table(&self, scan: &Scan) -> Option<&'a Table> {
        self.manifest.catalog.database(self.database)?.relation(scan.relation)?.table()
    }
}

/// Whether the planner knows more of a table than how large it is: somebody has analyzed it since it has rows.
pub(in crate::sql) fn analyzed(table: &Table) -> bool {
    table.data.analyzed.rows > 0 || table.data.stored_rows() == 0
}

/// The part of a table that lies outside its sorted region.
pub(super) fn unsorted_share(table: &Table) -> f64 {
    let unsorted = table.data.segments.iter().filter(|stored| stored.region == Region::Unsorted);
    let unsorted: u64 = unsorted.map(|stored| u64::from(stored.segment.rows)).sum();
    unsorted as f64 / table.data.stored_rows().max(1) as f64
}

/// A sort's first row comes after all its input; the constant marks it as a step to avoid.
const SORT: f64 = 1_000_000_000_000.0;
const BROADCAST: f64 = 440_000.0;
const REDISTRIBUTE: f64 = 110_000.0;
/// Groups without statistics, as PostgreSQL assumes.
const GROUPS: f64 = 200.0;

/// Between which values a column lies, where that is known.
type Bounds<'a> = &'a dyn Fn(usize) -> Option<(f64, f64)>;

pub(super) fn scan(
    stored: f64,
    filters: &[Expression],
    width: usize,
    distinct: &[Option<f64>],
    bounds: Bounds<'_>,
) -> Cost {
    let filter_work = stored * 0.0025 * filters.len() as f64;
    Cost {
        start: 0.0,
        total: stored / 100.0 + filter_work,
        rows: selected(stored, filters, distinct, bounds),
        width,
    }
}

/// How many distinct values an expression has, given those of the columns it reads.
pub(super) fn distinct_of(expression: &Expression, distinct: &[Option<f64>]) -> Option<f64> {
    match expression {
        Expression::Column { index, .. } => distinct.get(*index).copied().flatten(),
        Expression::Cast { input, .. } => distinct_of(input, distinct),
        Expression::Literal { .. } => Some(1.0),
        _ => None,
    }
}

/// Rows that pass. Of a column whose distinct values are known an equality keeps one value's share, and of one whose
/// least and greatest are known a comparison what lies on its side of the literal; else one row in 200, and of anything
/// else a third, as PostgreSQL assumes of the unknown. That the product reckons filters and joins like PostgreSQL is
/// unconfirmed; its groups it does count by distinct values.
pub(in crate::sql) fn selected(
    rows: f64,
    filters: &[Expression],
    distinct: &[Option<f64>],
    bounds: Bounds<'_>,
) -> f64 {
    // Of each column the part, from 0 to 1, in which all that is said of it holds.
    let mut ranges: Vec<(usize, f64, f64)> = Vec::new();
    let mut share = 1.0;
    for filter in filters.iter().flat_map(conjuncts) {
        match (range(filter, bounds), ranges.as_mut_slice()) {
            (None, _) => share *= selectivity(filter, rows, distinct),
            (Some((column, low, high)), known) => match known.iter_mut().find(|known| known.0 == column) {
                Some(known) => (known.1, known.2) = (known.1.max(low), known.2.min(high)),
                None => ranges.push((column, low, high)),
            },
        }
    }
    share *= ranges.iter().map(|(_, low, high)| (high - low).max(0.0)).product::<f64>();
    (rows * share).round().max(rows.min(1.0))
}

fn conjuncts(filter: &Expression) -> &[Expression] {
    match filter {
        Expression::And(parts) => parts,
        one => std::slice::from_ref(one),
    }
}

/// `column < literal` and its like: the column, and where between its least and greatest value it holds.
fn range(filter: &Expression, bounds: Bounds<'_>) -> Option<(usize, f64, f64)> {
    use crate::sql::expression::Comparison as C;
    let Expression::Compare { operator, left, right } = filter else { return None };
    let (index, value, turned) = match (&**left, &**right) {
        (Expression::Column { index, .. }, Expression::Literal { value, .. }) => (*index, value, false),
        (Expression::Literal { value, .. }, Expression::Column { index, .. }) => (*index, value, true),
        _ => return None,
    };
    let below = match operator {
        C::Equal | C::NotEqual => return None,
        C::Less | C::LessOrEqual => !turned,
        C::Greater | C::GreaterOrEqual => turned,
    };
    let (least, greatest) = bounds(index).filter(|(least, greatest)| least < greatest)?;
    let place = ((number(value)? - least) / (greatest - least)).clamp(0.0, 1.0);
    Some(if below { (index, 0.0, place) } else { (index, place, 1.0) })
}

fn selectivity(filter: &Expression, rows: f64, distinct: &[Option<f64>]) -> f64 {
    use crate::sql::expression::Comparison;
    let each = |expression| distinct_of(expression, distinct).map(|values| 1.0 / values.min(rows).max(1.0));
    match filter {
        Expression::Compare {
            operator: operator @ (Comparison::Equal | Comparison::NotEqual),
            left,
            right,
        } => {
            let share = match (each(left), each(right)) {
                (Some(left), Some(right)) => left.min(right),
                _ => 0.005,
            };
            if *operator == Comparison::Equal { share } else { 1.0 - share }
        }
        Expression::IsNull { negated: false, .. } => 0.005,
        Expression::IsNull { negated: true, .. } | Expression::Not(_) => 0.995,
        Expression::And(parts) => parts.iter().map(|part| selectivity(part, rows, distinct)).product(),
        Expression::Or(parts) => {
            parts.iter().map(|part| selectivity(part, rows, distinct)).sum::<f64>().min(1.0)
        }
        Expression::InList { input, list, negated } => {
            let share = (list.len() as f64 * each(input).unwrap_or(0.005)).min(1.0);
            if *negated { 1.0 - share } else { share }
        }
        _ => 1.0 / 3.0,
    }
}

/// Rows of an equality join: every value of the side that has more of them finds its share of the other side.
pub(in crate::sql) fn joined_rows(
    left: f64,
    right: f64,
    pairs: &[(Option<f64>, Option<f64>)],
) -> Option<f64> {
    let mut rows = left * right;
    for (one, other) in pairs {
        rows /= one.as_ref()?.min(left).max(other.as_ref()?.min(right)).max(1.0);
    }
    Some(rows.round().max((left * right).min(1.0)))
}

/// How many groups there are, if the distinct values of all that is grouped by are known.
pub(super) fn groups<'a>(
    expressions: impl IntoIterator<Item = &'a Expression>,
    distinct: &[Option<f64>],
) -> Option<f64> {
    expressions.into_iter().map(|expression| distinct_of(expression, distinct)).product()
}

pub(super) fn filter(input: Cost, rows: f64) -> Cost {
    Cost { total: input.total + input.rows * 0.0025, rows, ..input }
}

pub(super) fn hash(input: Cost) -> Cost {
    Cost { start: input.total, ..input }
}

/// Which rows a join sends over the network, for the price of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moved {
    pub broadcast: f64,
    pub redistributed: f64,
}

pub(super) fn join(left: Cost, right: Cost, moved: Moved, rows: f64, width: usize) -> Cost {
    let start = right.total + right.rows * 0.0025;
    let network = moved.broadcast * BROADCAST + moved.redistributed * REDISTRIBUTE;
    Cost { start, total: start + left.total + left.rows * 0.05 + network, rows, width }
}

/// Both sides are read once, side by side.
pub(super) fn merge_join(left: Cost, right: Cost, rows: f64, width: usize) -> Cost {
    let total = left.total + right.total + (left.rows + right.rows) * 0.0125;
    Cost { start: 0.0, total, rows, width }
}

pub(super) fn nested_loop(left: Cost, right: Cost, moved: Moved, rows: f64, width: usize) -> Cost {
    let network = moved.broadcast * BROADCAST;
    let total = left.total + right.total + left.rows * right.rows * 0.015 + network;
    Cost { start: right.start, total, rows, width }
}

/// `known`: how many groups come of it, where that is known.
pub(super) fn aggregate(input: Cost, groups: usize, calls: usize, width: usize, known: Option<f64>) -> Cost {
    let work = input.rows * 0.0025 * (groups + calls).max(1) as f64;
    let start = input.total + work;
    if groups == 0 {
        return Cost { start, total: start + 0.01, rows: 1.0, width };
    }
    let rows = input.rows.min(known.unwrap_or(GROUPS).max(1.0));
    Cost { start, total: start + rows * 0.0025, rows, width }
}

pub(super) fn sort(input: Cost) -> Cost {
    let work = input.rows * input.rows.max(2.0).log2() * 0.000_56;
    let start = (input.total % SORT) + work + SORT;
    Cost { start, total: start + input.rows * 0.0025, ..input }
}

pub(super) fn limit(input: Cost, limit: Option<u64>, offset: u64) -> Cost {
    let skipped = (offset as f64).min(input.rows);
    let rows = limit.map_or(input.rows - skipped, |limit| (limit as f64).min(input.rows - skipped));
    let share = |part: f64| if input.rows > 0.0 { part / input.rows } else { 0.0 };
    let run = input.total - input.start;
    let start = input.start + run * share(skipped);
    Cost { start, total: start + run * share(rows), rows, width: input.width }
}

pub(super) fn width(fields: &[Field]) -> usize {
    fields.iter().map(|field| bytes(field.data_type)).sum()
}

/// PostgreSQL's guess for a text of at most `n` bytes: full up to 32, then half of the rest.
fn bytes(data_type: DataType) -> usize {
    match data_type.text() {
        DataType::Boolean => 1,
        DataType::SmallInt => 2,
        DataType::Integer | DataType::Real | DataType::Date => 4,
        DataType::Decimal { precision, .. } if precision > 19 => 16,
        DataType::BigInt
        | DataType::Double
        | DataType::Decimal { .. }
        | DataType::Time
        | DataType::Timestamp
        | DataType::TimestampTz => 8,
        DataType::TimeTz => 12,
        DataType::Interval | DataType::IntervalTo(_) => 16,
        DataType::Char(n) => n as usize,
        DataType::Varchar(n) | DataType::Varbyte(n) => match n {
            0..=32 => n as usize,
            33..=999 => 32 + (n as usize - 32) / 2,
            _ => 32 + (1_000 - 32) / 2,
        },
        DataType::Super | DataType::HllSketch | DataType::Caseless { .. } | DataType::Unknown => 32,
    }
}
