//! The tree of relational steps that bind makes, optimize improves and execute runs.
//!
//! Column references are positions in the input's output, never names: names live in [`Field`] only, for
//! headers, errors and EXPLAIN.

use std::sync::Arc;

use super::expression::Expression;
use crate::pieces::Pieces;
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::data_type::DataType;
use crate::warehouse::external::ExternalTable;
use crate::warehouse::value::Value;

/// A system relation by number in the engine's registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemRelation(pub u16);

/// One output column.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Table alias it can be qualified by, if any.
    pub qualifier: Option<String>,
    pub name: String,
    pub data_type: DataType,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Plan {
    /// Exactly one row without columns: SELECT without FROM.
    Empty,
    /// No row at all.
    Nothing {
        fields: Vec<Field>,
    },
    Scan(Scan),
    /// A relation as its policies show it: a barrier.
    Secure(Box<Secure>),
    /// `pg_*`, `svv_*`, `stl_*`, `information_schema.*`.
    SystemScan {
        relation: SystemRelation,
        fields: Vec<Field>,
    },
    Values {
        rows: Vec<Vec<Expression>>,
        fields: Vec<Field>,
    },
    Filter {
        input: Box<Plan>,
        predicate: Expression,
    },
    Project {
        input: Box<Plan>,
        expressions: Vec<Expression>,
        fields: Vec<Field>,
    },
    Join(Box<Join>),
    /// Output: the groups, then the aggregates.
    Aggregate {
        input: Box<Plan>,
        groups: Vec<Expression>,
        aggregates: Vec<AggregateCall>,
        fields: Vec<Field>,
    },
    /// Output: the input's columns, then one column a call.
    Window {
        input: Box<Plan>,
        calls: Vec<WindowCall>,
        fields: Vec<Field>,
    },
    Sort {
        input: Box<Plan>,
        keys: Vec<SortKey>,
        limit: Option<u64>,
    },
    Limit {
        input: Box<Plan>,
        limit: Option<u64>,
        offset: u64,
    },
    Distinct {
        input: Box<Plan>,
    },
    /// Each row once for every element of an array or member of an object (`FROM t, t.items AS i AT n`).
    Unnest(Box<Unnest>),
    /// Both sides have the same types.
    SetOperation {
        operation: SetOperation,
        all: bool,
        left: Box<Plan>,
        right: Box<Plan>,
        fields: Vec<Field>,
    },
    /// A common table expression used more than once: computed once, read by every `CommonRead` of `id`.
    Common {
        id: u32,
        definition: Arc<Plan>,
        body: Box<Plan>,
    },
    CommonRead {
        id: u32,
        fields: Vec<Field>,
    },
    /// The rows of `seed`, then those of `step` over the rows last found, which it reads by `CommonRead` of `id`,
    /// until there are none.
    Recursive {
        id: u32,
        seed: Box<Plan>,
        step: Box<Plan>,
        fields: Vec<Field>,
    },
}

/// Rows beside what a SUPER of theirs holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Unnest {
    pub input: Plan,
    /// SUPER, over the input's columns.
    pub value: Expression,
    /// UNPIVOT: over the members of an object; otherwise over the elements of an array.
    pub members: bool,
    /// LEFT JOIN: a row without any is kept, beside NULL.
    pub outer: bool,
    /// ON, over the output.
    pub condition: Option<Expression>,
    /// The input's, then the element, then (if there is one field more) its position or name.
    pub fields: Vec<Field>,
}

/// A read of a table's segments.
#[derive(Clone, Debug, PartialEq)]
pub struct Scan {
    pub relation: ObjectId,
    /// As people will see it in EXPLAIN.
    pub name: String,
    /// Table column numbers, in output order. Pruned by the optimizer to what is used.
    pub columns: Vec<usize>,
    pub fields: Vec<Field>,
    /// Conjuncts over the scan's output, checked while reading; used against zone maps too.
    pub filters: Vec<Expression>,
    /// Adds a last BIGINT column: segment number * 2^32 + row number, for UPDATE and DELETE.
    pub with_row_id: bool,
    /// What is read instead of a relation's segments: `relation` is nobody's number then.
    pub external: Option<Arc<External>>,
}

impl Scan {
    /// The `relation` of an external table's scan.
    pub const OUTSIDE: ObjectId = ObjectId(0);
}

/// A read of an external table.
#[derive(Clone, Debug, PartialEq)]
pub struct External {
    pub table: Arc<ExternalTable>,
    /// What was found to read; none while the plan is only looked at.
    pub content: Option<Arc<Content>>,
}

/// The files that a scan reads, those of partitions that the filters leave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Content {
    pub files: Vec<ExternalFile>,
    /// Values of the partition keys, for each partition that is read.
    pub partitions: Vec<Vec<Value>>,
    /// How many partitions there are in all.
    pub total: usize,
}

/// One object, with its bytes as the role may read them.
#[derive(Clone, Debug, PartialEq)]
pub struct ExternalFile {
    /// `s3://bucket/key`.
    pub path: String,
    pub bytes: Pieces,
    /// Its partition's place in [`Content::partitions`].
    pub partition: usize,
}

/// The rows and values of a relation that policies leave.
///
/// Nothing from above is computed below it, and nothing below can be told from above: no condition is pushed through,
/// whether it can fail or not, because what a scan skips and how long it takes tell of rows that are hidden too. Only
/// columns that nobody reads are left out. An error of the policy's own comes out without its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Secure {
    pub input: Plan,
    pub relation: ObjectId,
    pub name: String,
    /// The input's columns, as the query calls them.
    pub fields: Vec<Field>,
    /// Row-level security is part of it.
    pub rows: bool,
    /// EXPLAIN RLS or EXPLAIN MASKING: the steps below may be shown.
    pub open: bool,
    /// What was applied; none of a kind that is on means that no policy reaches the user.
    pub policies: Vec<ObjectId>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Join {
    pub left: Plan,
    pub right: Plan,
    pub kind: JoinKind,
    /// Equal pairs: an expression over left's columns, one over right's (numbered from 0 on its own side).
    pub on: Vec<(Expression, Expression)>,
    /// Anything else, over left's columns then right's.
    pub residual: Option<Expression>,
    /// Output: left's fields, then right's (for semi and anti: left's only).
    pub fields: Vec<Field>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinKind {
    Inner,
    Left,
    Right,
    Full,
    Cross,
    /// Left rows with a match.
    Semi,
    /// Left rows without a match.
    Anti,
    /// As Anti, for NOT IN: a NULL on either side makes the answer unknown and drops the row.
    NullAwareAnti,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AggregateCall {
    pub function: AggregateFunction,
    pub distinct: bool,
    /// Already cast to what the function wants; empty for COUNT(*).
    pub arguments: Vec<Expression>,
    /// WITHIN GROUP (ORDER BY ...).
    pub order: Vec<SortKey>,
    pub data_type: DataType,
}

/// Whether the Spectrum layer computes such an aggregate for each of its reads, so that only groups come back.
pub fn is_pushed_outside(groups: &[Expression], aggregates: &[AggregateCall]) -> bool {
    use AggregateFunction::{Average, Count, CountRows, Max, Min, Sum};
    let plain = |call: &AggregateCall| {
        !call.distinct && matches!(call.function, CountRows | Count | Sum | Average | Min | Max)
    };
    groups.iter().all(|group| matches!(group, Expression::Column { .. })) && aggregates.iter().all(plain)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AggregateFunction {
    CountRows,
    Count,
    Sum,
    Average,
    Min,
    Max,
    AnyValue,
    BoolAnd,
    BoolOr,
    BitAnd,
    BitOr,
    StddevSample,
    StddevPopulation,
    VarianceSample,
    VariancePopulation,
    ListAggregate,
    Median,
    PercentileContinuous,
    PercentileDiscrete,
    ApproximateCountDistinct,
    HllCount,
    HllCreateSketch,
    HllCombine,
}

#[derive(Clone, Debug, PartialEq)]
pub struct WindowCall {
    pub function: WindowFunction,
    pub arguments: Vec<Expression>,
    pub partition: Vec<Expression>,
    pub order: Vec<SortKey>,
    pub frame: Frame,
    pub ignore_nulls: bool,
    pub data_type: DataType,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowFunction {
    RowNumber,
    Rank,
    DenseRank,
    PercentRank,
    CumeDist,
    Ntile,
    Lag,
    Lead,
    FirstValue,
    LastValue,
    NthValue,
    RatioToReport,
    Aggregate(AggregateFunction),
}

/// ROWS frame; without ORDER BY or frame it is the whole partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    pub start: FrameBound,
    pub end: FrameBound,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameBound {
    UnboundedPreceding,
    Preceding(u64),
    CurrentRow,
    Following(u64),
    UnboundedFollowing,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SortKey {
    pub expression: Expression,
    pub descending: bool,
    pub nulls_first: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetOperation {
    Union,
    Intersect,
    Except,
}

impl Plan {
    /// The output columns.
    pub fn fields(&self) -> &[Field] {
        match self {
            Plan::Empty => &[],
            Plan::Nothing { fields }
            | Plan::SystemScan { fields, .. }
            | Plan::Values { fields, .. }
            | Plan::Project { fields, .. }
            | Plan::Aggregate { fields, .. }
            | Plan::Window { fields, .. }
            | Plan::SetOperation { fields, .. }
            | Plan::CommonRead { fields, .. }
            | Plan::Recursive { fields, .. } => fields,
            Plan::Scan(scan) => &scan.fields,
            Plan::Secure(secure) => &secure.fields,
            Plan::Unnest(unnest) => &unnest.fields,
            Plan::Join(join) => &join.fields,
            Plan::Filter { input, .. }
            | Plan::Sort { input, .. }
            | Plan::Limit { input, .. }
            | Plan::Distinct { input } => input.fields(),
            Plan::Common { body, .. } => body.fields(),
        }
    }

    /// The steps this one reads, a common table's definition first.
    pub fn inputs(&self) -> Vec<&Plan> {
        match self {
            Plan::Empty
            | Plan::Nothing { .. }
            | Plan::Scan(_)
            | Plan::SystemScan { .. }
            | Plan::Values { .. }
            | Plan::CommonRead { .. } => Vec::new(),
            Plan::Filter { input, .. }
            | Plan::Project { input, .. }
            | Plan::Aggregate { input, .. }
            | Plan::Window { input, .. }
            | Plan::Sort { input, .. }
            | Plan::Limit { input, .. }
            | Plan::Distinct { input } => vec![&**input],
            Plan::Join(join) => vec![&join.left, &join.right],
            Plan::Unnest(unnest) => vec![&unnest.input],
            Plan::Secure(secure) => vec![&secure.input],
            Plan::SetOperation { left, right, .. } => vec![&**left, &**right],
            Plan::Common { definition, body, .. } => vec![&**definition, &**body],
            Plan::Recursive { seed, step, .. } => vec![&**seed, &**step],
        }
    }

    /// As [`Plan::inputs`], to change them.
    pub fn inputs_mut(&mut self) -> Vec<&mut Plan> {
        match self {
            Plan::Empty
            | Plan::Nothing { .. }
            | Plan::Scan(_)
            | Plan::SystemScan { .. }
            | Plan::Values { .. }
            | Plan::CommonRead { .. } => Vec::new(),
            Plan::Filter { input, .. }
            | Plan::Project { input, .. }
            | Plan::Aggregate { input, .. }
            | Plan::Window { input, .. }
            | Plan::Sort { input, .. }
            | Plan::Limit { input, .. }
            | Plan::Distinct { input } => vec![&mut **input],
            Plan::Join(join) => {
                let join = &mut **join;
                vec![&mut join.left, &mut join.right]
            }
            Plan::Unnest(unnest) => vec![&mut unnest.input],
            Plan::Secure(secure) => vec![&mut secure.input],
            Plan::SetOperation { left, right, .. } => vec![&mut **left, &mut **right],
            Plan::Common { definition, body, .. } => vec![Arc::make_mut(definition), &mut **body],
            Plan::Recursive { seed, step, .. } => vec![&mut **seed, &mut **step],
        }
    }

    /// This step's own expressions, not those of its inputs.
    pub fn expressions_mut(&mut self) -> Vec<&mut Expression> {
        match self {
            Plan::Empty
            | Plan::Nothing { .. }
            | Plan::Secure(_)
            | Plan::SystemScan { .. }
            | Plan::CommonRead { .. }
            | Plan::Limit { .. }
            | Plan::Distinct { .. }
            | Plan::SetOperation { .. }
            | Plan::Common { .. }
            | Plan::Recursive { .. } => Vec::new(),
            Plan::Scan(scan) => scan.filters.iter_mut().collect(),
            Plan::Values { rows, .. } => rows.iter_mut().flatten().collect(),
            Plan::Filter { predicate, .. } => vec![predicate],
            Plan::Project { expressions, .. } => expressions.iter_mut().collect(),
            Plan::Join(join) => {
                let join = &mut **join;
                join.on.iter_mut().flat_map(|(left, right)| [left, right]).chain(&mut join.residual).collect()
            }
            Plan::Unnest(unnest) => std::iter::once(&mut unnest.value).chain(&mut unnest.condition).collect(),
            Plan::Aggregate { groups, aggregates, .. } => groups
                .iter_mut()
                .chain(aggregates.iter_mut().flat_map(|call| {
                    call.arguments.iter_mut().chain(call.order.iter_mut().map(|key| &mut key.expression))
                }))
                .collect(),
            Plan::Window { calls, .. } => calls
                .iter_mut()
                .flat_map(|call| {
                    call.arguments
                        .iter_mut()
                        .chain(&mut call.partition)
                        .chain(call.order.iter_mut().map(|key| &mut key.expression))
                })
                .collect(),
            Plan::Sort { keys, .. } => keys.iter_mut().map(|key| &mut key.expression).collect(),
        }
    }

    /// Changes every expression of the whole plan, subqueries included, innermost first.
    pub fn transform_expressions(&mut self, change: &mut dyn FnMut(&mut Expression)) {
        for input in self.inputs_mut() {
            input.transform_expressions(change);
        }
        for expression in self.expressions_mut() {
            expression.transform(&mut |expression| {
                if let Expression::Subquery(subquery) = expression {
                    Arc::make_mut(&mut subquery.plan).transform_expressions(change);
                }
                change(expression);
            });
        }
    }
}
