//! The end of a statement: what it leaves in its session, in the warehouse and in the logs.

use std::sync::Arc;

use super::work::{Effect, InsertTag, Work};
use super::{Running, label};
use crate::sandbox::Sandbox;
use crate::sandbox::history::{self, Class, Ended};
use crate::sandbox::step_history::{self, Query};
use crate::sandbox::{analyze_history, external_history, learning, policy_history};
use crate::sorted::SortedSet;
use crate::sql::bind::WriteKind;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::explain;
use crate::sql::session::{Facts, Session, Transaction};
use crate::warehouse::access::UserId;
use crate::warehouse::catalog::ObjectId;

impl Sandbox {
    /// What a finished statement leaves in its session and in the warehouse.
    pub(super) fn settle(&mut self, running: &mut Running, effect: Effect) -> SqlResult<()> {
        let others = self.sessions.values().filter(|session| session.id != running.session);
        let watched = others.filter_map(Session::sees).next().is_some();
        let Some(session) = self.sessions.get_mut(&running.session) else {
            return Err(SqlError::bug("the session of a statement is gone"));
        };
        if running.class != Class::Utility {
            session.random = running.context.evaluation.random.clone();
            session.keep(&running.context.evaluation.settings);
            session.last_query = running.query;
        }
        // In a block they are noted already.
        let alone = !matches!(session.transaction, Transaction::Open { .. });
        let reads = match &running.plan {
            Some(plan) if alone && watched => explain::tables_read(plan),
            _ => SortedSet::new(),
        };
        if matches!(effect, Effect::None | Effect::Settled) {
            if !reads.is_empty() {
                self.note_reads(reads, running.transaction, running.base.version);
            }
            return Ok(());
        }
        let working = Arc::new(running.working.clone());
        match &mut session.transaction {
            Transaction::Open { working: kept, .. } => *kept = working,
            Transaction::None | Transaction::Aborted => {
                let (session, base) = (running.session, running.base.clone());
                let facts = Facts { number: running.transaction, reads, ..Facts::default() };
                return self.commit_manifest(session, &base, &working, facts, running.started);
            }
        }
        if effect == Effect::Commit {
            self.commit_open(running.session)?;
        }
        Ok(())
    }

    pub(super) fn remember(&mut self, running: &mut Running, error: Option<&SqlError>) {
        self.inflight.remove(&running.session);
        if let Some(session) = self.sessions.get_mut(&running.session) {
            session.release();
        }
        // The logs that the query could read are let go, so that what is written now is not a copy of them.
        running.context.logs = Arc::default();
        self.remember_steps(running);
        let statement = external_history::Statement {
            query: running.query,
            transaction: running.transaction,
            session: running.session.0,
            error,
        };
        self.remember_outside(&running.context, &statement);
        // What the service does by itself is free.
        if running.context.evaluation.user != UserId::RDSDB {
            self.bill_work(running.started, running.engaged);
        }
        let now = self.clock.now();
        if let Some(timeout) =
            self.sessions.get_mut(&running.session).and_then(|session| session.timeout.as_mut())
        {
            timeout.since = now;
        }
        let Some(session) = self.sessions.get(&running.session) else { return };
        let ended = Ended {
            user: running.context.evaluation.user,
            session: running.session.0,
            query: running.query,
            transaction: running.transaction,
            database: session.database.as_str(),
            label: label(session),
            text: &running.text,
            class: running.class,
            started: running.started,
            ended: self.clock.now(),
            waited: running.waited,
            error,
            returned_rows: running.returned,
            returned_bytes: running.returned_bytes,
        };
        history::remember(&mut self.warehouse.logs, &ended);
        let predicted = std::mem::take(&mut running.context.evaluation.predicted);
        learning::remember(&mut self.warehouse.logs, predicted, running.query);
    }

    /// What the steps of a plan did, and the simulated time that they took.
    fn remember_steps(&mut self, running: &Running) {
        let Some(account) = self.account_of(running) else { return };
        let query = Query {
            user: running.context.evaluation.user,
            query: running.query,
            transaction: running.transaction,
            session: running.session.0,
            started: running.started,
        };
        step_history::remember(&mut self.warehouse.logs, &account, &query);
        if let Some(plan) = &running.plan {
            let base = (&*running.base, &running.context.database);
            policy_history::remember(&mut self.warehouse.logs, plan, base, running.class, &query);
            if let Some(database) = running.base.catalog.database(&running.context.database) {
                let logs = &mut self.warehouse.logs;
                analyze_history::note_predicates(logs, plan, database, running.started);
            }
        }
        self.spend(step_history::elapsed(&account));
    }

    /// What the steps of a plan have done so far.
    pub(in crate::sandbox) fn account_of(&self, running: &Running) -> Option<explain::Account> {
        let Some(plan) = &running.plan else {
            return running.load.as_ref().map(explain::Load::account);
        };
        let ending = match &running.work {
            Work::Insert { sink, tag, .. } => {
                let marked = matches!(tag, InsertTag::Merge).then_some(running.marked);
                self.ending(running, sink.target, sink.rows, marked)
            }
            Work::Mark { marks, kind, .. } => {
                let inserted = if *kind == WriteKind::Update { running.marked } else { 0 };
                self.ending(running, marks.target, inserted, Some(running.marked))
            }
            _ => explain::Ending::Returned,
        };
        let context = &running.context;
        Some(explain::account(plan, &running.base, &context.database, &context.profile, ending))
    }

    fn ending(
        &self,
        running: &Running,
        table: ObjectId,
        inserted: u64,
        deleted: Option<u64>,
    ) -> explain::Ending {
        let database = running.working.catalog.database(&running.context.database);
        let relation = database.and_then(|database| database.relation(table));
        let name = relation.map_or_else(String::new, |relation| relation.name.to_string());
        explain::Ending::Written { table, name, deleted, inserted }
    }
}
