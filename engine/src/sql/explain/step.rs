//! The steps of a plan as they are printed.
//!
//! Not every node of ours is a step of the product's: a projection only renames, a filter belongs to the step
//! that reads, and a sort that leaves the slices is three steps (Sort, Network, Merge).

use std::cell::{Cell, RefCell};

use super::cost::{self, Cost, Statistics};
use super::distribution::{self, Move, Place};
use super::{aggregate, expression, join, outside, set_operation, window};
use crate::sorted::SortedMap;
use crate::sql::expression::Expression;
use crate::sql::plan::{Field, Plan, Scan, SetOperation, SortKey, SystemRelation, Unnest};
use crate::sql::system;
use crate::warehouse::catalog::ObjectId;

#[derive(Clone, Debug)]
pub(super) struct Step {
    pub kind: StepKind,
    pub title: String,
    pub cost: Cost,
    /// `Filter: ...` and its like.
    pub details: Vec<String>,
    pub inputs: Vec<Step>,
    /// Queries inside its expressions that stay queries, each under `InitPlan` or `SubPlan`.
    pub inner: Vec<(&'static str, Step)>,
    /// The plan's step, as the profile numbers it, whose rows are this one's.
    pub number: Option<usize>,
    /// The first of its numbers: that of the scan, where filters and projections are part of it.
    pub first: Option<usize>,
    /// The text of each output column.
    pub names: Vec<String>,
    /// How many distinct values its columns have, where that is known.
    pub distinct: Vec<Option<f64>>,
    pub place: Place,
}

/// What a step is, for whoever needs more of it than its text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum StepKind {
    Result,
    Scan(Scanned),
    /// A read of rows that an earlier part of the query has put aside.
    Reread,
    HashJoin(Move),
    MergeJoin,
    NestedLoop(Move),
    Hash,
    Aggregate,
    Sort,
    /// To the leader, or between slices.
    Network,
    Merge,
    Window,
    Unnest,
    Limit,
    Unique,
    SetOperation,
    Append,
    /// Prints a line and does nothing.
    Subquery,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scanned {
    pub relation: Option<ObjectId>,
    pub name: String,
    /// A table that nobody has analyzed.
    pub without_statistics: bool,
    /// A condition on the first sort key column narrows what is read.
    pub range_restricted: bool,
    pub filtered: bool,
    /// What it read is nobody's business, only what came out of it.
    pub closed: bool,
}

/// Turns a plan into steps, numbering its steps as the profile does.
pub(super) struct Planner<'a> {
    pub statistics: Statistics<'a>,
    next: Cell<usize>,
    /// Common tables, by id: made before they are read.
    pub(super) common: RefCell<SortedMap<u32, Step>>,
}

impl<'a> Planner<'a> {
    pub fn new(statistics: Statistics<'a>) -> Self {
        Planner { statistics, next: Cell::new(0), common: RefCell::default() }
    }

    /// What the query computes first and reads more than once.
    pub fn put_aside(self) -> Vec<Step> {
        self.common.into_inner().into_values().collect()
    }

    fn enter(&self) -> usize {
        self.next.replace(self.next.get() + 1)
    }

    /// The plan's steps, the last of them on the leader node.
    pub fn whole(&self, plan: &Plan) -> Step {
        match plan {
            Plan::Limit { input, limit, offset } => {
                let number = self.enter();
                limited(self.whole(input), *limit, *offset).numbered(number)
            }
            Plan::Project { input, expressions, fields } => {
                let number = self.enter();
                self.projected(self.whole(input), expressions, fields, input).numbered(number)
            }
            // The sort's own limit saves work; the rows are cut by the LIMIT above it.
            Plan::Sort { input, keys, .. } => {
                let number = self.enter();
                let sorted = sorted(self.step(input), keys).numbered(number);
                if sorted.place == Place::Leader { sorted } else { merged(sorted) }
            }
            Plan::Common { id, definition, body } => {
                let number = self.enter();
                self.define(*id, definition);
                self.whole(body).numbered(number)
            }
            plan => self.step(plan),
        }
    }

    fn define(&self, id: u32, definition: &Plan) {
        let step = self.step(definition);
        self.common.borrow_mut().insert(id, step);
    }

    pub fn step(&self, plan: &Plan) -> Step {
        let number = self.enter();
        let mut step = self.unnumbered(plan);
        step.number = Some(number);
        step.first.get_or_insert(number);
        step
    }

    fn unnumbered(&self, plan: &Plan) -> Step {
        match plan {
            Plan::Empty => {
                Step::of(StepKind::Result, "Result", Cost { start: 0.0, total: 0.01, rows: 1.0, width: 0 })
            }
            Plan::Nothing { fields } => {
                let cost = Cost { start: 0.0, total: 0.01, rows: 0.0, width: cost::width(fields) };
                let mut step = Step::of(StepKind::Result, "Result", cost).named(names(plan));
                step.details.push("One-Time Filter: false".to_owned());
                step
            }
            Plan::Scan(scan) => match &scan.external {
                Some(external) => outside::scanned(scan, external),
                None => self.scanned(scan),
            },
            Plan::Secure(secure) => self.secured(secure),
            Plan::SystemScan { relation, fields } => system_scan(*relation, fields),
            Plan::Values { rows, fields } => {
                let count = rows.len() as f64;
                let cost = Cost { start: 0.0, total: 0.01 * count, rows: count, width: cost::width(fields) };
                Step::of(StepKind::Result, "Values Scan on \"*VALUES*\"", cost).named(names(plan))
            }
            Plan::Filter { input, predicate } => {
                let mut step = filtered(self.step(input), predicate);
                self.inner(&mut step, [predicate]);
                step
            }
            Plan::Project { input, expressions, fields } => {
                self.projected(self.step(input), expressions, fields, input)
            }
            Plan::Join(join) => {
                let (left, right) = (self.step(&join.left), self.step(&join.right));
                let mut step = join::joined(join, left, right, &self.statistics);
                self.inner(&mut step, &join.residual);
                step
            }
            Plan::Aggregate { input, groups, aggregates, .. } => {
                let width = cost::width(plan.fields());
                aggregate::aggregated(self.step(input), groups, aggregates, width)
            }
            Plan::Window { input, calls, .. } => {
                window::windowed(self.step(input), calls, cost::width(plan.fields()))
            }
            Plan::Unnest(unnest) => unnested(self.step(&unnest.input), unnest),
            Plan::Sort { input, keys, .. } => sorted(self.step(input), keys),
            Plan::Limit { input, limit, offset } => limited(self.step(input), *limit, *offset),
            Plan::Distinct { input } => unique(self.step(input)),
            Plan::SetOperation { operation, all, left, right, fields } => {
                set_operation::combined(*operation, *all, self.step(left), self.step(right), fields)
            }
            Plan::Common { id, definition, body } => {
                self.define(*id, definition);
                self.step(body)
            }
            Plan::Recursive { seed, step, fields, .. } => {
                set_operation::combined(SetOperation::Union, true, self.step(seed), self.step(step), fields)
            }
            Plan::CommonRead { id, fields } => self.reread(*id, fields),
        }
    }

    fn scanned(&self, scan: &Scan) -> Step {
        let table = self.statistics.table(scan);
        let rows = table.map_or(0, |table| table.data.visible_rows()) as f64;
        let place = table.map_or(Place::Scattered, |table| distribution::of_table(table, &scan.columns));
        let known = table.filter(|table| cost::analyzed(table));
        let distinct: Vec<Option<f64>> = match known {
            Some(table) => scan.columns.iter().map(|column| table.data.distinct_values(*column)).collect(),
            None => Vec::new(),
        };
        let names: Vec<String> = scan.fields.iter().map(|field| field.name.clone()).collect();
        let bounds = |column: usize| known?.data.bounds(*scan.columns.get(column)?);
        let cost = cost::scan(rows, &scan.filters, cost::width(&scan.fields), &distinct, &bounds);
        let filter = match scan.filters.as_slice() {
            [] => None,
            [only] => Some(expression::text(only, &names)),
            several => Some(expression::text(&Expression::And(several.to_vec()), &names)),
        };
        let first_key = table.and_then(|table| table.sort_key.first());
        let first_key = first_key.and_then(|key| scan.columns.iter().position(|column| column == key));
        let kind = StepKind::Scan(Scanned {
            relation: Some(scan.relation),
            name: scan.name.clone(),
            without_statistics: table.is_some_and(|table| !cost::analyzed(table)),
            range_restricted: first_key.is_some_and(|key| narrows(&scan.filters, key)),
            filtered: filter.is_some(),
            closed: false,
        });
        let title = format!("Seq Scan on {}", aliased(&scan.name, &scan.fields));
        let mut step = Step::over(kind, &title, cost, Vec::new(), place).named(names).counted(distinct);
        step.details.extend(filter.map(|filter| format!("Filter: {filter}")));
        self.inner(&mut step, &scan.filters);
        step
    }

    /// The product puts what is read more than once into a temporary table with a name of this kind.
    fn reread(&self, id: u32, fields: &[Field]) -> Step {
        let rows = self.common.borrow().get(&id).map_or(200.0, |step| step.cost.rows);
        let cost = Cost { start: 0.0, total: rows / 100.0, rows, width: cost::width(fields) };
        let title = format!("Seq Scan on {}", aliased(&format!("volt_tt_{id:013x}"), fields));
        let names = fields.iter().map(|field| field.name.clone()).collect();
        Step::over(StepKind::Reread, &title, cost, Vec::new(), Place::Scattered).named(names)
    }

    /// Renames; the step below is the one that prints, but for a derived table that stays one.
    fn projected(&self, input: Step, expressions: &[Expression], fields: &[Field], below: &Plan) -> Step {
        let stays = matches!(
            below,
            Plan::Aggregate { .. }
                | Plan::Window { .. }
                | Plan::Distinct { .. }
                | Plan::SetOperation { .. }
                | Plan::Limit { .. }
                | Plan::Sort { .. }
        );
        let alias = fields.first().and_then(|field| field.qualifier.as_deref()).filter(|_| stays);
        let mut step = match alias {
            Some(alias) => subquery(input, alias),
            None => input,
        };
        step.place = match step.place {
            Place::Column(column) => expressions
                .iter()
                .position(
                    |expression| matches!(expression, Expression::Column { index, .. } if *index == column),
                )
                .map_or(Place::Scattered, Place::Column),
            place => place,
        };
        self.inner(&mut step, expressions);
        step.distinct =
            expressions.iter().map(|expression| cost::distinct_of(expression, &step.distinct)).collect();
        step.names = match alias {
            Some(_) => fields.iter().map(|field| field.name.clone()).collect(),
            None => expressions.iter().map(|expression| expression::text(expression, &step.names)).collect(),
        };
        step
    }

    /// The queries that are left inside a step's expressions, planned on their own.
    fn inner<'b>(&self, step: &mut Step, expressions: impl IntoIterator<Item = &'b Expression>) {
        for expression in expressions {
            expression::subqueries(expression, &mut |subquery| {
                let planner = Planner::new(self.statistics);
                let title = if subquery.parameters.is_empty() { "InitPlan" } else { "SubPlan" };
                step.inner.push((title, planner.step(&subquery.plan).unnumbered()));
            });
        }
    }
}

impl Step {
    /// A step of the leader's.
    pub fn of(kind: StepKind, title: &str, cost: Cost) -> Step {
        Step {
            kind,
            title: title.to_owned(),
            cost,
            details: Vec::new(),
            inputs: Vec::new(),
            inner: Vec::new(),
            number: None,
            first: None,
            names: Vec::new(),
            distinct: Vec::new(),
            place: Place::Leader,
        }
    }

    /// A step over `inputs`, named like the first of them; on the compute nodes its title begins with XN.
    pub fn over(kind: StepKind, title: &str, cost: Cost, inputs: Vec<Step>, place: Place) -> Step {
        let mut step = Step::of(kind, title, cost);
        if place != Place::Leader {
            step.title.insert_str(0, "XN ");
        }
        step.names = inputs.first().map(|input| input.names.clone()).unwrap_or_default();
        step.distinct = inputs.first().map(|input| input.distinct.clone()).unwrap_or_default();
        Step { inputs, place, ..step }
    }

    /// Other columns than its input's.
    pub fn named(self, names: Vec<String>) -> Step {
        Step { names, distinct: Vec::new(), ..self }
    }

    pub fn counted(self, distinct: Vec<Option<f64>>) -> Step {
        Step { distinct, ..self }
    }

    pub fn detail(mut self, detail: String) -> Step {
        self.details.push(detail);
        self
    }

    fn numbered(self, number: usize) -> Step {
        Step { number: Some(number), ..self }
    }

    /// Without what the profile counted: it belongs to another query's numbers.
    fn unnumbered(mut self) -> Step {
        (self.number, self.first) = (None, None);
        self.inputs = self.inputs.into_iter().map(Step::unnumbered).collect();
        self
    }

    /// Every step from here down, the queries inside too.
    pub fn each<'a>(&'a self, meet: &mut dyn FnMut(&'a Step)) {
        meet(self);
        for below in self.inputs.iter().chain(self.inner.iter().map(|(_, step)| step)) {
            below.each(meet);
        }
    }
}

fn names(plan: &Plan) -> Vec<String> {
    plan.fields().iter().map(|field| field.name.clone()).collect()
}

/// `name`, and its alias where it has another.
pub(super) fn aliased(name: &str, fields: &[Field]) -> String {
    match fields.iter().find_map(|field| field.qualifier.as_deref()) {
        Some(alias) if alias != name => format!("{name} {alias}"),
        _ => name.to_owned(),
    }
}

fn system_scan(relation: SystemRelation, fields: &[Field]) -> Step {
    let cost = cost::scan(1_000.0, &[], cost::width(fields), &[], &|_| None);
    let name = system::name(relation);
    let kind = StepKind::Scan(Scanned {
        relation: None,
        name: name.to_owned(),
        without_statistics: false,
        range_restricted: false,
        filtered: false,
        closed: false,
    });
    let title = format!("Seq Scan on {}", aliased(name, fields));
    let place = if system::on_compute_nodes(relation) { Place::Scattered } else { Place::Leader };
    let names = fields.iter().map(|field| field.name.clone()).collect();
    Step::over(kind, &title, cost, Vec::new(), place).named(names)
}

/// Whether a condition compares this column with something that is the same for all rows.
fn narrows(filters: &[Expression], column: usize) -> bool {
    let is = |side: &Expression| matches!(side, Expression::Column { index, .. } if *index == column);
    let constant = |side: &Expression| matches!(side, Expression::Literal { .. } | Expression::Cast { .. });
    filters.iter().any(|filter| match filter {
        Expression::Compare { left, right, .. } => {
            (is(left) && constant(right)) || (constant(left) && is(right))
        }
        Expression::InList { input, list, negated: false } => is(input) && list.iter().all(constant),
        Expression::And(parts) => narrows(parts, column),
        _ => false,
    })
}

fn filtered(mut input: Step, predicate: &Expression) -> Step {
    let condition = expression::text(predicate, &input.names);
    let rows = cost::selected(input.cost.rows, std::slice::from_ref(predicate), &input.distinct, &|_| None);
    input.cost = cost::filter(input.cost, rows);
    input.detail(format!("Filter: {condition}"))
}

fn unnested(input: Step, unnest: &Unnest) -> Step {
    let mut names = input.names.clone();
    names.extend(unnest.fields.iter().skip(names.len()).map(|field| field.name.clone()));
    let value = expression::text(&unnest.value, &names);
    let place = input.place;
    let rows = input.cost.rows * 5.0;
    let cost = Cost { rows, total: input.cost.total + rows * 0.01, ..input.cost };
    let title = if unnest.members { "Unpivot" } else { "Unnest" };
    let step = Step::over(StepKind::Unnest, title, cost, vec![input], place).named(names);
    let mut step = step.detail(format!("Over: {value}"));
    if let Some(condition) = &unnest.condition {
        step.details.push(format!("Filter: {}", expression::text(condition, &step.names)));
    }
    step
}

pub(super) fn key_list(keys: &[SortKey], names: &[String]) -> String {
    keys.iter().map(|key| expression::text(&key.expression, names)).collect::<Vec<_>>().join(", ")
}

pub(super) fn sorted(input: Step, keys: &[SortKey]) -> Step {
    let cost = cost::sort(input.cost);
    let place = input.place;
    let step = Step::over(StepKind::Sort, "Sort", cost, vec![input], place);
    let keys = key_list(keys, &step.names);
    step.detail(format!("Sort Key: {keys}"))
}

/// Each slice's sorted rows, sent to the leader and merged there.
fn merged(sorted: Step) -> Step {
    let keys = sorted.details.iter().find_map(|detail| detail.strip_prefix("Sort Key: ")).unwrap_or_default();
    let merge_key = format!("Merge Key: {keys}");
    let (cost, place) = (sorted.cost, sorted.place);
    let network = Step::over(StepKind::Network, "Network", cost, vec![sorted], place)
        .detail("Send to leader".to_owned());
    Step::over(StepKind::Merge, "Merge", cost, vec![network], place).detail(merge_key)
}

fn limited(input: Step, limit: Option<u64>, offset: u64) -> Step {
    let cost = cost::limit(input.cost, limit, offset);
    let place = input.place;
    Step::over(StepKind::Limit, "Limit", cost, vec![input], place)
}

pub(super) fn unique(input: Step) -> Step {
    let known = (!input.distinct.is_empty()).then(|| input.distinct.iter().copied().product::<Option<f64>>());
    let mut cost = cost::aggregate(input.cost, 1, 0, input.cost.width, known.flatten());
    cost.start = input.cost.start;
    let place = input.place;
    Step::over(StepKind::Unique, "Unique", cost, vec![input], place)
}

pub(super) fn subquery(input: Step, alias: &str) -> Step {
    let (cost, place, number) = (input.cost, input.place, input.number);
    let cost = Cost { total: cost.total + cost.rows * 0.01, ..cost };
    let title = format!("Subquery Scan {alias}");
    Step { number, ..Step::over(StepKind::Subquery, &title, cost, vec![input], place) }
}
