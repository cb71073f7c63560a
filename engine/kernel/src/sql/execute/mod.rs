//! Plans to rows.
//!
//! An operator is pulled; each pull does a bounded piece of work (about one batch), so that whoever drives
//! can look up between pulls: progress and cancel need no thread.
//!
//! Read first [`column`] and [`evaluate`] (expressions), then the operators, one a file, and under them
//! [`intern`] and [`grouping`] (keys as numbers), [`sorting`] and [`gather`] (rows moved about). [`cast`],
//! [`compare`] and [`display`] hold the product's rules for values.

mod accumulate;
mod aggregate;
pub mod array;
mod case;
pub mod cast;
mod chunks;
pub mod column;
mod common_table;
pub mod compare;
mod dictionary;
pub mod display;
mod distinct;
mod emission;
pub mod evaluate;
mod external;
mod external_file;
mod filter;
pub mod gather;
mod grouping;
mod in_list;
mod intern;
mod join;
mod join_index;
pub mod like;
mod limit;
mod logic;
pub mod memory;
mod merge;
mod pause;
mod physical;
pub mod profile;
mod project;
mod recursive;
pub mod relay;
mod row_table;
mod scan;
mod secure;
mod set_operation;
mod sort;
mod sorter;
mod sorting;
mod sought;
mod string_table;
pub mod strings;
mod subquery;
mod system_scan;
mod top;
mod unnest;
mod values;
mod window;
pub mod write;
mod zone;

use std::sync::Arc;

pub use external::ExternalRead;

use super::error::SqlResult;
use super::expression::Expression;
use super::functions::random::RandomState;
use super::outcome::{Batch, Statistics};
use super::plan::{self, Plan, SystemRelation};
use crate::clock::Instant;
use crate::extension::Extensions;
use crate::sorted::SortedSet;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::{Logs, Manifest};
use crate::warehouse::value::Value;

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
    /// What is true at this moment only: sessions, transactions, locks; for queries that ask for it.
    pub live: Logs,
    /// Makes the rows of system relations, which describe more than this crate knows.
    pub system: SystemRows,
    pub evaluation: Evaluation,
    pub statistics: Statistics,
    /// What each step of the plan did.
    pub profile: profile::Profile,
    /// What was read outside, a scan an entry.
    pub external: Vec<ExternalRead>,
    /// Bytes that operators may hold before Redshift's out-of-memory error.
    pub memory_limit: u64,
    pub memory_used: u64,
    /// Where steps find what is not linked here (files of columns).
    pub extensions: Extensions,
    /// The statement's number, for messages; 0 where there is none.
    pub query: i64,
    /// Answers of subqueries and rows of common table expressions, kept while the query runs.
    pub shared: Shared,
}

/// A system relation's rows as this query's user sees them.
pub type SystemRows = fn(SystemRelation, &Context) -> SqlResult<Batch>;

/// What a running query keeps beside its operators.
#[derive(Default)]
pub struct Shared {
    memo: subquery::Memo,
    pause: pause::Pause,
    common: common_table::Definitions,
    /// While the tree is built: what joins above look for in the step that is next.
    sought: Vec<sought::Sought>,
    /// And which of its columns are read, where that is known.
    wanted: Option<SortedSet<usize>>,
}

impl Context {
    /// A context for one query. `memory_limit` starts at [`memory::DEFAULT_LIMIT`].
    pub fn new(
        manifest: Arc<Manifest>,
        database: Identifier,
        logs: Arc<Logs>,
        system: SystemRows,
        evaluation: Evaluation,
    ) -> Self {
        Context {
            manifest,
            database,
            logs,
            live: Logs::default(),
            system,
            evaluation,
            statistics: Statistics::default(),
            profile: profile::Profile::default(),
            external: Vec::new(),
            memory_limit: memory::DEFAULT_LIMIT,
            extensions: Extensions::default(),
            memory_used: 0,
            query: 0,
            shared: Shared::default(),
        }
    }
}

/// What expressions may ask about their surroundings.
pub struct Evaluation {
    /// Start of the statement and of its transaction.
    pub statement_start: Instant,
    pub transaction_start: Instant,
    pub random: RandomState,
    /// `current_user`, `session_user`, `current_database`, `pg_backend_pid`, `search_path` and every
    /// setting, by lower-case name.
    pub settings: crate::sorted::SortedMap<String, String>,
    pub manifest: Arc<Manifest>,
    pub user: crate::warehouse::access::UserId,
    /// Values of `Expression::Parameter` in a correlated subquery.
    pub parameters: Vec<Value>,
    pub backends: Backends,
    pub predicted: Vec<Predicted>,
}

/// What a model was asked in a statement, and how much of that it had been taught: a test on training rows says little.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Predicted {
    pub model: crate::warehouse::catalog::ObjectId,
    /// By which of its two functions.
    pub probability: bool,
    pub rows: usize,
    pub known: usize,
}

/// The other sessions, for the functions that stop them.
#[derive(Clone, Debug, Default)]
pub struct Backends {
    /// Each with its user.
    pub open: Vec<(u32, crate::warehouse::access::UserId)>,
    /// What is to happen to whom when the statement has succeeded.
    pub signals: Vec<(u32, Signal)>,
    /// The queries on their way.
    pub running: Vec<Running>,
    /// Priorities that were given.
    pub ranks: Vec<(Ranked, String)>,
}

/// A query, its session and user.
#[derive(Clone, Copy, Debug)]
pub struct Running {
    pub query: i64,
    pub session: u32,
    pub user: u32,
}

/// What has a priority: `q`, a query; `s`, a session; `u`, a user; by its number.
pub type Ranked = (char, i64);

impl Backends {
    pub fn rank(&self, whom: Ranked) -> Option<&str> {
        self.ranks.iter().find(|(ranked, _)| *ranked == whom).map(|(_, rank)| rank.as_str())
    }

    /// What a query runs with. That its own goes before its session's, and that before its user's, is unconfirmed.
    pub fn priority(&self, of: &Running) -> &str {
        let found = self.rank(('q', of.query)).or_else(|| self.rank(('s', i64::from(of.session))));
        found.or_else(|| self.rank(('u', i64::from(of.user)))).unwrap_or("Normal")
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Signal {
    /// End the statement that it runs, with this message where one was given.
    Cancel(Option<String>),
    /// End the session.
    Terminate,
    /// Give a priority, or take it back.
    Rank(Ranked, Option<&'static str>),
}

/// Borrowed by a function while it computes.
pub struct EvaluationContext<'a> {
    pub evaluation: &'a mut Evaluation,
}

/// The operator tree of a plan.
pub fn build(plan: &Plan, context: &mut Context) -> SqlResult<Box<dyn Operator>> {
    let number = context.profile.enter();
    let operator = operator_of(plan, context)?;
    Ok(match number {
        Some(number) => Box::new(profile::Counted { number, operator }),
        None => operator,
    })
}

fn operator_of(plan: &Plan, context: &mut Context) -> SqlResult<Box<dyn Operator>> {
    let sought = std::mem::take(&mut context.shared.sought);
    context.shared.sought = sought::through(plan, &sought);
    let wanted = context.shared.wanted.take();
    context.shared.wanted = wanted_below(plan, wanted.as_ref());
    Ok(match plan {
        Plan::Empty => Box::new(values::Single::default()),
        Plan::Nothing { .. } => Box::new(values::Nothing),
        Plan::Scan(scan) => match &scan.external {
            Some(external) => Box::new(external::ScanExternal::new(scan, external, sought, context)?),
            None => Box::new(scan::ScanSegments::new(scan, sought, context)?),
        },
        Plan::Secure(secure) => Box::new(secure::Barrier::new(secure, context)?),
        Plan::SystemScan { relation, .. } => Box::new(system_scan::ScanSystem::new(*relation)),
        Plan::Values { rows, fields } => Box::new(values::Rows::new(rows.clone(), fields)),
        Plan::Filter { input, predicate } => asking(build(input, context)?, &[predicate], |input| {
            Box::new(filter::Filter::new(input, predicate.clone()))
        }),
        Plan::Project { input, expressions, .. } => {
            let asked: Vec<&Expression> = expressions.iter().collect();
            asking(build(input, context)?, &asked, |input| {
                Box::new(project::Project::new(input, expressions.clone()))
            })
        }
        Plan::Join(join) => {
            let index = sought::Index::default();
            let (left, right) = sought::below(join, &sought, &index);
            let [left_wanted, right_wanted] = wanted_beside(join, wanted.as_ref());
            (context.shared.sought, context.shared.wanted) = (left, left_wanted);
            let left = build(&join.left, context)?;
            (context.shared.sought, context.shared.wanted) = (right, right_wanted);
            let right = build(&join.right, context)?;
            let left_keys = join.on.iter().map(|(left, _)| left).chain(&join.residual);
            let right_keys = join.on.iter().map(|(_, right)| right);
            let asks = pause::asks_for_each_row(left_keys.clone().chain(right_keys.clone()));
            let left = subquery::Prepared::before(left, left_keys);
            let right = subquery::Prepared::before(right, right_keys);
            pause::over([left, right], asks, |[left, right]| {
                Box::new(join::Join::new(join, left, right, index, wanted.as_ref()))
            })
        }
        Plan::Unnest(unnest) => {
            let asked: Vec<&Expression> = std::iter::once(&unnest.value).chain(&unnest.condition).collect();
            asking(build(&unnest.input, context)?, &asked, |input| {
                Box::new(unnest::UnnestRows::new(unnest, input))
            })
        }
        Plan::Aggregate { input, groups, aggregates, .. } => {
            let inside = aggregates
                .iter()
                .flat_map(|call| call.arguments.iter().chain(call.order.iter().map(|key| &key.expression)));
            let asked: Vec<&Expression> = groups.iter().chain(inside).collect();
            let number = context.profile.entered();
            let below = build(input, context)?;
            if let Plan::Scan(plan::Scan { external: Some(_), .. }) = &**input
                && plan::is_pushed_outside(groups, aggregates)
                && let Some(read) = context.external.last_mut()
            {
                read.pushed = number;
            }
            asking(below, &asked, |input| {
                Box::new(aggregate::Aggregate::new(input, groups.clone(), aggregates.clone()))
            })
        }
        Plan::Window { input, calls, .. } => {
            let width = input.fields().len();
            let asked: Vec<&Expression> = calls
                .iter()
                .flat_map(|call| {
                    let keys = call.order.iter().map(|key| &key.expression);
                    call.arguments.iter().chain(&call.partition).chain(keys)
                })
                .collect();
            asking(build(input, context)?, &asked, |input| {
                Box::new(window::Window::new(input, calls.clone(), width, wanted))
            })
        }
        Plan::Sort { input, keys, limit } => {
            let asked: Vec<&Expression> = keys.iter().map(|key| &key.expression).collect();
            asking(build(input, context)?, &asked, |input| sort::sort(input, keys.clone(), *limit))
        }
        Plan::Limit { input, limit, offset } => {
            Box::new(limit::Limit::new(build(input, context)?, *limit, *offset))
        }
        Plan::Distinct { input } => Box::new(distinct::Distinct::new(build(input, context)?, input.fields())),
        Plan::SetOperation { operation, all, left, right, fields } => {
            let (left, right) = (build(left, context)?, build(right, context)?);
            Box::new(set_operation::SetOperation::new(*operation, *all, left, right, fields))
        }
        Plan::Common { id, definition, body } => {
            common_table::define(*id, definition, context)?;
            build(body, context)?
        }
        Plan::Recursive { id, seed, step, .. } => {
            let seed = build(seed, context)?;
            context.profile.skip(step);
            Box::new(recursive::Recursive::new(*id, seed, (**step).clone(), context))
        }
        Plan::CommonRead { id, .. } => Box::new(common_table::CommonRead::new(*id, context)?),
    })
}

/// The columns of its one input that a step reads, if it is one that need not read all. `above`: those of its own
/// that somebody reads.
fn wanted_below(plan: &Plan, above: Option<&SortedSet<usize>>) -> Option<SortedSet<usize>> {
    match plan {
        Plan::Project { expressions, .. } => Some(columns_of_all(expressions)),
        Plan::Aggregate { groups, aggregates, .. } => {
            let inside = aggregates
                .iter()
                .flat_map(|call| call.arguments.iter().chain(call.order.iter().map(|key| &key.expression)));
            Some(columns_of_all(groups.iter().chain(inside)))
        }
        Plan::Filter { predicate, .. } => Some(above? | &dictionary::columns_of(predicate)),
        Plan::Sort { keys, .. } => Some(above? | &columns_of_all(keys.iter().map(|key| &key.expression))),
        Plan::Limit { .. } => above.cloned(),
        _ => None,
    }
}

/// The same for the sides of a join.
fn wanted_beside(join: &plan::Join, above: Option<&SortedSet<usize>>) -> [Option<SortedSet<usize>>; 2] {
    let Some(above) = above else { return [None, None] };
    let width = join.left.fields().len();
    let both = above | &columns_of_all(&join.residual);
    let left = both.range(..width).copied().collect::<SortedSet<usize>>();
    let right = both.range(width..).map(|column| column - width).collect::<SortedSet<usize>>();
    let left_keys = columns_of_all(join.on.iter().map(|(left, _)| left));
    let right_keys = columns_of_all(join.on.iter().map(|(_, right)| right));
    [Some(&left | &left_keys), Some(&right | &right_keys)]
}

fn columns_of_all<'a>(expressions: impl IntoIterator<Item = &'a Expression>) -> SortedSet<usize> {
    expressions.into_iter().flat_map(dictionary::columns_of).collect()
}

/// A step with one input, whose expressions may ask queries.
fn asking(
    input: Box<dyn Operator>,
    asked: &[&Expression],
    step: impl FnOnce(Box<dyn Operator>) -> Box<dyn Operator>,
) -> Box<dyn Operator> {
    let input = subquery::Prepared::before(input, asked.iter().copied());
    pause::over([input], pause::asks_for_each_row(asked.iter().copied()), |[input]| step(input))
}

/// A constant expression's value (LIMIT, defaults, VALUES).
pub fn constant(expression: &Expression, evaluation: &mut Evaluation) -> SqlResult<Value> {
    if let Expression::Literal { value, .. } = expression {
        return Ok(value.clone());
    }
    let vacant = Evaluation {
        statement_start: evaluation.statement_start,
        transaction_start: evaluation.transaction_start,
        random: RandomState { words: [0; 34], position: 0 },
        settings: crate::sorted::SortedMap::new(),
        manifest: Arc::clone(&evaluation.manifest),
        user: evaluation.user,
        parameters: Vec::new(),
        backends: Default::default(),
        predicted: Vec::new(),
    };
    let database = evaluation.settings.get("current_database").map_or("dev", String::as_str).into();
    let manifest = Arc::clone(&evaluation.manifest);
    let lent = std::mem::replace(evaluation, vacant);
    let mut context = Context::new(manifest, database, Arc::default(), no_system_rows, lent);
    let row = Batch { columns: Vec::new(), rows: 1 };
    let column = evaluate::evaluate(expression, &row, &mut context);
    *evaluation = context.evaluation;
    Ok(array::value_at(column?.array(), expression.data_type(), 0))
}

/// Runs a plan to its end: for statements that need the whole answer before they can go on.
pub fn collect(plan: &Plan, context: &mut Context) -> SqlResult<Vec<Batch>> {
    let mut operator = build(plan, context)?;
    let mut batches = Vec::new();
    loop {
        match operator.pull(context)? {
            Pull::Batch(batch) if batch.rows > 0 => batches.push(batch),
            Pull::Batch(_) | Pull::Pending => {}
            Pull::End => return Ok(batches),
        }
    }
}

/// A constant reads no relation.
fn no_system_rows(_: SystemRelation, _: &Context) -> SqlResult<Batch> {
    Err(super::error::SqlError::bug("a constant that reads a system relation"))
}
