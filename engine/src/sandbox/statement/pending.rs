//! Between a statement's plan and its work: what the plan's rows will be for.

use std::sync::Arc;

use super::Running;
use super::work::{InsertTag, Work};
use crate::sandbox::Sandbox;
use crate::sql::bind::WriteKind;
use crate::sql::commands::create_model::ModelTask;
use crate::sql::commands::unload::UnloadTask;
use crate::sql::error::SqlResult;
use crate::sql::execute::build;
use crate::sql::execute::write::{Arrival, Marks, Sink};
use crate::sql::lock_mode::{Lock, LockMode};
use crate::sql::plan::Plan;
use crate::sql::statement::FetchCount;
use crate::sql::system;
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::{Logs, Manifest};

/// What is still to be decided about the work when its plan is known.
pub(super) enum Pending {
    Rows,
    Cursor(Identifier, FetchCount),
    Write(ObjectId, WriteKind, Option<Box<Plan>>),
    Fill(ObjectId, InsertTag),
    Learn(Box<ModelTask>),
    Unload(Box<UnloadTask>),
    Ready(Work),
}

impl Pending {
    /// MERGE's other half: rows to insert when the found ones are dealt with.
    pub(super) fn then(self, missing: Plan) -> Pending {
        match self {
            Pending::Write(target, kind, _) => Pending::Write(target, kind, Some(Box::new(missing))),
            other => other,
        }
    }

    /// What the statement needs for itself, beside what its plan reads.
    pub(super) fn wanted(&self) -> Vec<Lock> {
        let (target, mode) = match self {
            Pending::Write(target, WriteKind::Insert, None) => (*target, LockMode::Append),
            Pending::Write(target, ..) | Pending::Fill(target, InsertTag::Refresh) => {
                (*target, LockMode::Change)
            }
            Pending::Ready(Work::Copy { task, .. }) => (task.target(), LockMode::Append),
            Pending::Ready(Work::Vacuum(task)) => {
                return task.tables().map(|table| (table, LockMode::Sweep)).collect();
            }
            _ => return Vec::new(),
        };
        vec![(target, mode)]
    }
}

impl Sandbox {
    /// The operators of a plan, and what takes their rows.
    pub(super) fn work_of(
        &mut self,
        running: &mut Running,
        mut plan: Plan,
        mut pending: Pending,
        mut live: Logs,
    ) -> SqlResult<Work> {
        self.look_outside(running, &mut plan, &mut live)?;
        if let Pending::Write(_, _, Some(missing)) = &mut pending {
            self.look_outside(running, missing, &mut Logs::default())?;
        }
        running.total = rows_to_read(&plan, &running.base, &running.context.database);
        self.note_transaction_reads(running.session, &plan)?;
        running.context.live = live;
        let operator = build(&plan, &mut running.context)?;
        running.context.profile.seal();
        let asks = system::reads_running_steps(&mut plan);
        let plan = Arc::new(plan);
        running.plan = Some(plan.clone());
        if asks {
            self.tell_progress(running);
            running.context.live.rows.insert(system::STEP_LOG.to_owned(), self.steps_so_far());
        }
        let database = running.context.database.clone();
        Ok(match pending {
            Pending::Rows => Work::Rows(operator, plan.fields().to_vec()),
            Pending::Cursor(cursor, count) => {
                let fields = plan.fields().to_vec();
                Work::Materialize { operator, fields, batches: Vec::new(), cursor, count }
            }
            Pending::Fill(target, tag) => {
                let sink = Sink::new(target, database).arriving(Arrival::Table);
                Work::Insert { operator, sink, tag }
            }
            Pending::Write(target, WriteKind::Insert, _) => {
                // What reads no table is rows written out.
                let arrival = if running.total.is_some() { Arrival::Query } else { Arrival::Rows };
                let sink = Sink::new(target, database).arriving(arrival);
                Work::Insert { operator, sink, tag: InsertTag::Insert }
            }
            Pending::Write(target, kind, then) => {
                let mut marks = Marks::new(target, database);
                let settings = &running.context.evaluation.settings;
                let strict = settings.get("error_on_nondeterministic_update");
                marks.unique = then.is_some() || strict.is_some_and(|setting| setting == "on");
                Work::Mark { operator, marks, kind, then }
            }
            Pending::Learn(task) => Work::Learn { operator: Some(operator), task },
            Pending::Unload(task) => Work::Unload { operator, task },
            Pending::Ready(work) => work,
        })
    }
}

/// Rows of every table the plan scans: what progress is measured against.
fn rows_to_read(plan: &Plan, manifest: &Manifest, database: &Identifier) -> Option<u64> {
    let database = manifest.catalog.database(database)?;
    let mut total = 0;
    let mut plans = vec![plan];
    while let Some(plan) = plans.pop() {
        // How many rows lie behind policies is not told.
        if matches!(plan, Plan::Secure(secure) if !secure.open) {
            continue;
        }
        if let Plan::Scan(scan) = plan
            && let Some(table) = database.relation(scan.relation).and_then(|relation| relation.table())
        {
            total += table.data.stored_rows();
        }
        plans.extend(plan.inputs());
    }
    (total > 0).then_some(total)
}
