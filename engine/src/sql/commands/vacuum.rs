//! VACUUM (Developer Guide, "VACUUM" and "Vacuuming tables"): brings unsorted rows into sort-key order and gives
//! back the space of deleted ones.
//!
//! A task of its own and not a command, because rewriting a large table takes many steps. Thresholds decide per
//! table what is worth doing; what was done or skipped is recorded in the words of `stl_vacuum`.

use std::collections::VecDeque;
use std::sync::Arc;

use super::CommandContext;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::Context;
use crate::sql::execute::relay::{Deleted, Relay};
use crate::sql::session::Transaction;
use crate::sql::statement::{Vacuum, VacuumMode};
use crate::sql::system::blocks::blocks;
use crate::warehouse::catalog::{ObjectId, Relation, RelationKind, Table};
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::storage::write::BlockNumbers;
use crate::warehouse::system_role::SystemPermission;

/// Of the rows, how many must be in order (or not deleted) for a table to be left as it is, in percent.
const DEFAULT_THRESHOLD: u64 = 95;

/// Tables still to be vacuumed, and the one at hand.
pub struct VacuumTask {
    mode: VacuumMode,
    threshold: u64,
    database: Identifier,
    targets: VecDeque<ObjectId>,
    current: Option<Relay>,
    phase: VacuumPhase,
    /// What transactions of others that are open still see.
    pub seen: Vec<Arc<Manifest>>,
    pub notices: Vec<String>,
    pub records: Vec<VacuumRecord>,
}

/// A row of `stl_vacuum`, as far as the task itself knows it.
pub struct VacuumRecord {
    pub table: ObjectId,
    pub status: String,
    pub rows: u64,
    pub sorted_rows: u64,
    pub blocks: u64,
    pub reclaimable_rows: u64,
    pub reclaimable_blocks: u64,
    pub is_recluster: bool,
}

/// What `svv_vacuum_progress` tells of a VACUUM on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VacuumPhase {
    Initialize,
    Sort,
    Delete,
}

impl VacuumPhase {
    /// In the words of the guide's examples, which are of the first two; the last is unconfirmed.
    pub fn told(self, table: &str) -> String {
        match self {
            VacuumPhase::Initialize => format!("Vacuum: initialize {table}"),
            VacuumPhase::Sort => format!("Vacuum {table} sort"),
            VacuumPhase::Delete => format!("Vacuum {table} delete"),
        }
    }
}

/// What is worth doing with a table.
enum Phases {
    Skip(String),
    Run { sort: bool, deleted: Deleted, status: String },
}

impl VacuumTask {
    /// Finds the tables: the named one, or all of the database that the user may vacuum.
    ///
    /// # Errors
    /// Inside a transaction block (25001); the table is not there or somebody else's; REINDEX of one without an
    /// interleaved key.
    pub fn start(vacuum: &Vacuum, context: &CommandContext<'_>) -> SqlResult<VacuumTask> {
        if !matches!(context.session.transaction, Transaction::None) {
            return Err(SqlError::product("25001", "VACUUM cannot run inside a transaction block"));
        }
        let mut task = VacuumTask {
            mode: vacuum.mode,
            threshold: vacuum.threshold.unwrap_or(DEFAULT_THRESHOLD),
            database: context.session.database.clone(),
            targets: VecDeque::new(),
            current: None,
            phase: VacuumPhase::Initialize,
            seen: Vec::new(),
            notices: Vec::new(),
            records: Vec::new(),
        };
        let wanted: Vec<Arc<Relation>> = match &vacuum.table {
            Some(name) => vec![context.relation(name)?],
            None => context.database()?.relations.values().filter(|r| r.table().is_some()).cloned().collect(),
        };
        for relation in wanted {
            let RelationKind::Table(table) = &relation.kind else {
                task.warn(&relation, "cannot vacuum non-tables, external tables, or special system tables");
                continue;
            };
            let rights = context.rights().own_relation(&relation, None, Some(SystemPermission::Vacuum));
            if rights.is_err() {
                if vacuum.table.is_none() {
                    continue;
                }
                // The guide's tutorial prints this as an error; its SQLSTATE is unconfirmed.
                let why = "only table or database owner can vacuum it";
                return Err(SqlError::product("42501", format!("skipping \"{}\" --- {why}", relation.name)));
            }
            if task.mode == VacuumMode::Reindex && !table.interleaved {
                // Text unconfirmed; the rule is the guide's.
                let message = format!("table \"{}\" does not have an interleaved sort key", relation.name);
                return Err(SqlError::product("0A000", message));
            }
            task.targets.push_back(relation.id);
        }
        Ok(task)
    }

    /// The table at hand, and what is done with it.
    pub fn at(&self) -> Option<(ObjectId, VacuumPhase)> {
        let first = || self.targets.front().map(|table| (*table, VacuumPhase::Initialize));
        self.current.as_ref().map(|relay| (relay.target, self.phase)).or_else(first)
    }

    /// The tables that are still to be done.
    pub fn tables(&self) -> impl Iterator<Item = ObjectId> {
        self.targets.iter().copied()
    }

    fn warn(&mut self, relation: &Relation, why: &str) {
        self.notices.push(format!("WARNING:  skipping \"{}\" --- {why}", relation.name));
    }

    /// One bounded piece of work on the statement's own copy; true when all tables are done.
    pub fn step(
        &mut self,
        manifest: &mut Manifest,
        context: &mut Context,
        numbers: &mut BlockNumbers<'_>,
    ) -> SqlResult<bool> {
        if let Some(relay) = &mut self.current {
            if relay.step(context, numbers)?
                && let Some(relay) = self.current.take()
            {
                let target = relay.target;
                relay.put(manifest)?;
                self.record(manifest, target, "Finished".to_owned());
            }
            return Ok(false);
        }
        let Some(target) = self.targets.pop_front() else {
            return Ok(true);
        };
        let relation =
            manifest.catalog.database(&self.database).and_then(|database| database.relation(target));
        let Some(relation) = relation.cloned() else {
            return Ok(false);
        };
        let table = relation.table().ok_or_else(|| SqlError::bug("VACUUM of what is not a table"))?;
        match phases(self.mode, self.threshold, table) {
            Phases::Skip(status) => self.record(manifest, target, status),
            Phases::Run { sort, deleted, status } => {
                self.record(manifest, target, status);
                let pinned = deleted == Deleted::Dropped && self.is_seen(target, table);
                if pinned && !sort {
                    self.record(manifest, target, "Finished".to_owned());
                    return Ok(false);
                }
                let deleted = if pinned { Deleted::Kept } else { deleted };
                self.phase = if sort { VacuumPhase::Sort } else { VacuumPhase::Delete };
                self.current = Some(Relay::new(&relation, self.database.clone(), sort, deleted)?);
            }
        }
        Ok(false)
    }

    /// Whether an older transaction sees rows of the table that are deleted by now: they all stay (that those stay,
    /// too, which it does not see is unconfirmed).
    fn is_seen(&self, target: ObjectId, now: &Table) -> bool {
        let ghosts = |table: &Table| table.data.stored_rows() - table.data.visible_rows();
        self.seen.iter().any(|manifest| {
            let database = manifest.catalog.database(&self.database);
            let relation = database.and_then(|database| database.relation(target));
            relation.and_then(|relation| relation.table()).is_some_and(|table| ghosts(table) < ghosts(now))
        })
    }

    fn record(&mut self, manifest: &Manifest, target: ObjectId, status: String) {
        let relation =
            manifest.catalog.database(&self.database).and_then(|database| database.relation(target));
        let Some((relation, table)) = relation.and_then(|relation| Some((relation, relation.table()?)))
        else {
            return;
        };
        let rows = table.data.stored_rows();
        let blocks = blocks(relation, table).len() as u64;
        let reclaimable_rows = rows - table.data.visible_rows();
        self.records.push(VacuumRecord {
            table: target,
            status,
            rows,
            sorted_rows: table.data.sorted_rows(),
            blocks,
            reclaimable_rows,
            reclaimable_blocks: blocks * reclaimable_rows / rows.max(1),
            is_recluster: self.mode == VacuumMode::Recluster,
        });
    }
}

fn phases(mode: VacuumMode, threshold: u64, table: &Table) -> Phases {
    let skip = |status: &str| Phases::Skip(status.to_owned());
    let run =
        |sort: bool, deleted: Deleted, status: &str| Phases::Run { sort, deleted, status: status.to_owned() };
    let (rows, sorted) = (table.data.stored_rows(), table.data.sorted_rows());
    let visible = table.data.visible_rows();
    if rows == 0 {
        return skip("Skipped (0 rows)");
    }
    // Everything in order counts as enough whatever the threshold; 100 asks for everything.
    let enough = |part: u64| part == rows || (threshold < 100 && part * 100 >= threshold * rows);
    match mode {
        VacuumMode::Full => match (enough(sorted), enough(visible)) {
            (false, _) => run(true, Deleted::Dropped, "Started"),
            (true, false) if table.sort_key.is_empty() => run(false, Deleted::Dropped, "Started Delete Only"),
            (true, false) => {
                let status = format!("Started Delete Only (Sorted >= {threshold}%)");
                Phases::Run { sort: false, deleted: Deleted::Dropped, status }
            }
            (true, true) => skip("Skipped"),
        },
        VacuumMode::DeleteOnly if enough(visible) => skip("Skipped (delete only)"),
        VacuumMode::DeleteOnly => run(false, Deleted::Dropped, "Started Delete Only"),
        VacuumMode::SortOnly | VacuumMode::Recluster if sorted == rows => skip("Skipped (sort only)"),
        VacuumMode::SortOnly if enough(sorted) => {
            Phases::Skip(format!("Skipped(sort only, sorted>={threshold}%)"))
        }
        VacuumMode::SortOnly | VacuumMode::Recluster => run(true, Deleted::Kept, "Started Sort Only"),
        VacuumMode::Reindex => run(true, Deleted::Dropped, "Started Reindex"),
    }
}
