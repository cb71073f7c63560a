//! What a warehouse does for its tables by itself when nobody works in it: automatic VACUUM DELETE, table sort and
//! ANALYZE (Developer Guide, "Automatic vacuum delete", "Automatic table sort", "Automatic analyze").
//!
//! The product does it whenever the load is low. Here it looks every full hour (unconfirmed), and does all that is
//! to be done if no statement runs and no transaction is open. The clock stands still meanwhile: nobody waits for it.
//! It is done in steps, as every statement is, so that a large table does not hold the page up.

use super::fleet::Station;
use super::{Running, Sandbox};
use crate::clock::{Clock, Instant};
use crate::happening::{Happening, HappeningKind as H};
use crate::sql::error::Span;
use crate::sql::outcome::Step;
use crate::sql::session::{Session, SessionId, Transaction};
use crate::sql::statement::{ParsedStatement, Statement, Vacuum, VacuumMode};
use crate::warehouse::catalog::{ObjectId, Relation};
use crate::warehouse::identifier::{Identifier, QualifiedName};
use crate::warehouse::manifest::{Warehouse, WarehouseId};

const HOUR: i64 = 3_600_000_000;

/// Smaller tables are not worth it (unconfirmed).
const WORTH: u64 = 1_000;

/// One thing to be done with a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Reclaim,
    Sort,
    Analyze,
}

/// What a table wants, by the thresholds of the statements themselves.
fn wants(relation: &Relation) -> impl Iterator<Item = Deed> + use<> {
    let mut wanted = [None; 3];
    if let Some(table) = relation.table().filter(|table| table.materialized.is_none()) {
        let data = &table.data;
        let (rows, visible) = (data.stored_rows(), data.visible_rows());
        if rows >= WORTH {
            let changed = data.analyzed.inserted + data.analyzed.deleted;
            let unsorted = !table.sort_key.is_empty() && data.sorted_rows() * 100 < rows * 95;
            wanted = [
                (visible * 100 < rows * 95).then_some(Deed::Reclaim),
                unsorted.then_some(Deed::Sort),
                (changed * 10 >= visible.max(1)).then_some(Deed::Analyze),
            ];
        }
    }
    wanted.into_iter().flatten()
}

/// One thing that is due: in which database, with which table.
type Due = (Identifier, ObjectId, QualifiedName, Deed);

/// What all warehouses do for their tables in one hour, as far as it has come.
pub(super) struct Upkeep {
    waiting: Vec<WarehouseId>,
    visit: Option<Visit>,
}

/// What is being done in one of them, with a clock of its own.
struct Visit {
    warehouse: WarehouseId,
    session: SessionId,
    at: Instant,
    /// The next is the last.
    left: Vec<Due>,
    current: Option<(Due, Running)>,
    clock: Clock,
}

fn is_idle<'a>(mut sessions: impl Iterator<Item = &'a Session>, running: usize) -> bool {
    running == 0 && sessions.all(|session| !matches!(session.transaction, Transaction::Open { .. }))
}

impl Sandbox {
    /// When some warehouse will look after its tables next; `None` when none has anything to do.
    pub(super) fn next_upkeep(&self) -> Option<Instant> {
        let waits = self.warehouses().any(|one| self.is_wanting(one));
        waits.then(|| Instant((self.clock.now().0.div_euclid(HOUR) + 1) * HOUR))
    }

    fn is_wanting(&self, warehouse: &Warehouse) -> bool {
        let answers = self.account.site(warehouse.id).is_some_and(|site| site.answers && !site.reads_only);
        let idle = if warehouse.id == self.warehouse.id {
            is_idle(self.sessions.values(), self.inflight.len())
        } else {
            self.elsewhere.get(&warehouse.id).is_some_and(Station::is_idle)
        };
        answers && idle && self.deeds_in(warehouse).next().is_some()
    }

    fn deeds_in<'a>(&'a self, warehouse: &'a Warehouse) -> impl Iterator<Item = Due> + 'a {
        let analyzes = self.account.site(warehouse.id).is_none_or(|site| {
            site.parameters.iter().all(|(name, value)| name != "auto_analyze" || value != "false")
        });
        let databases = &warehouse.committed.catalog.databases;
        databases.iter().flat_map(move |(database, held)| {
            held.relations.values().flat_map(move |relation| {
                let given_up = self.given_up.contains(&(warehouse.id, relation.id));
                wants(relation)
                    .filter(move |deed| !given_up && (*deed != Deed::Analyze || analyzes))
                    .map(move |deed| (database.clone(), relation.id, relation.qualified_name(), deed))
            })
        })
    }

    /// Begins it, in every warehouse that wants something.
    pub(super) fn begin_upkeep(&self) -> Upkeep {
        let mut waiting: Vec<WarehouseId> =
            self.warehouses().filter(|one| self.is_wanting(one)).map(|one| one.id).collect();
        waiting.reverse();
        Upkeep { waiting, visit: None }
    }

    /// One bounded piece of it; `false` when all is done.
    pub(super) fn step_upkeep(&mut self, upkeep: &mut Upkeep) -> bool {
        let Some(mut visit) = upkeep.visit.take() else {
            let Some(id) = upkeep.waiting.pop() else { return false };
            upkeep.visit = self.within(id, Sandbox::visit).flatten();
            return true;
        };
        let clock = std::mem::replace(&mut self.clock, visit.clock.clone());
        let goes_on = self.within(visit.warehouse, |sandbox| sandbox.step_visit(&mut visit));
        visit.clock = std::mem::replace(&mut self.clock, clock);
        if goes_on == Some(true) {
            upkeep.visit = Some(visit);
        }
        true
    }

    /// Leaves it as it is: what has not ended was not begun.
    pub(super) fn stop_upkeep(&mut self, upkeep: Upkeep) {
        if let Some(visit) = upkeep.visit {
            self.within(visit.warehouse, |sandbox| {
                if let Some((_, running)) = visit.current {
                    sandbox.cancel(running);
                }
                sandbox.disconnect(visit.session);
            });
        }
    }

    fn visit(&mut self) -> Option<Visit> {
        let mut left: Vec<Due> = self.deeds_in(&self.warehouse).collect();
        left.reverse();
        let (warehouse, clock) = (self.warehouse.id, self.clock.clone());
        // The service's own user, as whom nobody logs in.
        let Ok(session) = self.connect("rdsdb", None) else {
            self.given_up.extend(left.into_iter().map(|(_, table, ..)| (warehouse, table)));
            return None;
        };
        Some(Visit { warehouse, session, at: clock.now(), left, current: None, clock })
    }

    /// Whether there is more to do.
    fn step_visit(&mut self, visit: &mut Visit) -> bool {
        if let Some((_, running)) = &mut visit.current
            && matches!(self.step(running), Ok(Step::Running(_) | Step::Rows(_)))
        {
            return true;
        }
        if let Some((due, running)) = visit.current.take() {
            // One that would have to wait for somebody is left.
            self.cancel(running);
            self.conclude(visit.at, due);
        }
        // Whoever pauses or reboots a cluster meanwhile ends this session as all others.
        let Some(session) = self.sessions.get_mut(&visit.session) else { return false };
        let Some(due) = visit.left.pop() else {
            self.disconnect(visit.session);
            return false;
        };
        let (database, _, name, deed) = &due;
        session.database = database.clone();
        let vacuum = |mode| Statement::Vacuum(Vacuum { mode, table: Some(name.clone()), threshold: None });
        let (text, statement) = match deed {
            Deed::Reclaim => ("VACUUM DELETE ONLY", vacuum(VacuumMode::DeleteOnly)),
            Deed::Sort => ("VACUUM SORT ONLY", vacuum(VacuumMode::SortOnly)),
            Deed::Analyze => {
                let (columns, predicates, verbose) = (Vec::new(), false, false);
                let table = Some(name.clone());
                ("ANALYZE", Statement::Analyze { table, columns, predicates, verbose })
            }
        };
        let text = format!("{text} {name}");
        let span = Span { start: 0, end: text.len() };
        match self.start(visit.session, &ParsedStatement { statement, span, text }) {
            Ok(running) => visit.current = Some((due, running)),
            Err(_) => self.conclude(visit.at, due),
        }
        true
    }

    /// Tells of a deed that is done, and does not come back to one that could not be.
    fn conclude(&mut self, at: Instant, (_, table, name, deed): Due) {
        let wants_it_still = |(_, one, _, wanted)| (one, wanted) == (table, deed);
        if self.deeds_in(&self.warehouse).any(wants_it_still) {
            // Asked again, it would come to the same.
            self.given_up.push((self.warehouse.id, table));
            return;
        }
        let kind = if deed == Deed::Analyze { H::TableAnalyzed } else { H::TableVacuumed };
        let told = Happening::new(at, kind, name.name.to_string());
        if self.happened.last() != Some(&told) {
            self.happened.push(told);
        }
    }
}

impl Station {
    fn is_idle(&self) -> bool {
        is_idle(self.sessions.values(), self.inflight.len())
    }
}
