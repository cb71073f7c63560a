//! What a warehouse does for its tables by itself when nobody works in it: automatic VACUUM DELETE, table sort and
//! ANALYZE (Developer Guide, "Automatic vacuum delete", "Automatic table sort", "Automatic analyze").
//!
//! The product does it whenever the load is low. Here it looks every full hour (unconfirmed), and does all that is
//! to be done if no statement runs and no transaction is open. The clock stands still meanwhile: nobody waits for it.

use super::Sandbox;
use super::fleet::Station;
use crate::clock::Instant;
use crate::happening::{Happening, HappeningKind as H};
use crate::sql::error::Span;
use crate::sql::outcome::Step;
use crate::sql::session::{Session, SessionId, Transaction};
use crate::sql::statement::{ParsedStatement, Statement, Vacuum, VacuumMode};
use crate::warehouse::catalog::{ObjectId, Relation};
use crate::warehouse::identifier::{Identifier, QualifiedName};
use crate::warehouse::manifest::{Warehouse, WarehouseId};

const HOUR: i64 = 3_600_000_000;

/// Smaller tables are not worth it, and for larger ones the page would stand still. Both bounds are unconfirmed.
const WORTH: std::ops::RangeInclusive<u64> = 1_000..=2_000_000;

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
        if WORTH.contains(&rows) {
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

    fn deeds_in<'a>(
        &'a self,
        warehouse: &'a Warehouse,
    ) -> impl Iterator<Item = (Identifier, ObjectId, QualifiedName, Deed)> + 'a {
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

    /// Does it, in every warehouse.
    pub(super) fn look_after_tables(&mut self) {
        let wanting = self.warehouses().filter(|one| self.is_wanting(one)).map(|one| one.id);
        for id in wanting.collect::<Vec<WarehouseId>>() {
            let clock = self.clock.clone();
            self.within(id, Sandbox::look_after_these);
            self.clock = clock;
        }
    }

    fn look_after_these(&mut self) {
        let deeds: Vec<_> = self.deeds_in(&self.warehouse).collect();
        let (id, at) = (self.warehouse.id, self.clock.now());
        // The service's own user, as whom nobody logs in.
        let Ok(session) = self.connect("rdsdb", None) else {
            self.given_up.extend(deeds.into_iter().map(|(_, table, ..)| (id, table)));
            return;
        };
        for (database, table, name, deed) in deeds {
            if let Some(session) = self.sessions.get_mut(&session) {
                session.database = database;
            }
            let subject = name.name.to_string();
            let vacuum =
                |mode| Statement::Vacuum(Vacuum { mode, table: Some(name.clone()), threshold: None });
            let (text, statement, kind) = match deed {
                Deed::Reclaim => ("VACUUM DELETE ONLY", vacuum(VacuumMode::DeleteOnly), H::TableVacuumed),
                Deed::Sort => ("VACUUM SORT ONLY", vacuum(VacuumMode::SortOnly), H::TableVacuumed),
                Deed::Analyze => {
                    let (columns, verbose) = (Vec::new(), false);
                    let statement = Statement::Analyze { table: Some(name.clone()), columns, verbose };
                    ("ANALYZE", statement, H::TableAnalyzed)
                }
            };
            let text = format!("{text} {name}");
            let span = Span { start: 0, end: text.len() };
            self.carry_out(session, &ParsedStatement { statement, span, text });
            let wants_it_still = |(_, one, _, wanted)| (one, wanted) == (table, deed);
            if !self.deeds_in(&self.warehouse).any(wants_it_still) {
                let told = Happening::new(at, kind, subject);
                if self.happened.last() != Some(&told) {
                    self.happened.push(told);
                }
            } else {
                // Asked again, it would come to the same.
                self.given_up.push((id, table));
            }
        }
        self.disconnect(session);
    }

    fn carry_out(&mut self, session: SessionId, statement: &ParsedStatement) {
        let Ok(mut running) = self.start(session, statement) else { return };
        while matches!(self.step(&mut running), Ok(Step::Running(_) | Step::Rows(_))) {}
    }
}

impl Station {
    fn is_idle(&self) -> bool {
        is_idle(self.sessions.values(), self.inflight.len())
    }
}
