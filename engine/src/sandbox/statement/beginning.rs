//! The beginning of a statement: bound, allowed and planned, before any of its work is done.

use std::cell::RefCell;
use std::sync::Arc;

use super::pending::Pending;
use super::work::{Effect, InsertTag, Work};
use super::{Running, evaluation, explained};
use crate::apart::apart;
use crate::clock::Instant;
use crate::sandbox::analyze_history::{self, Origin};
use crate::sandbox::history::{Class, push};
use crate::sandbox::interruption::terminated;
use crate::sandbox::outside::{AccountOutside, Reach};
use crate::sandbox::transaction::{must_not_write, transaction_statement};
use crate::sandbox::{Sandbox, learning, priority, refresh, table_lock};
use crate::sql::bind::{self, BoundQuery, BoundWrite, Scope};
use crate::sql::commands::analyze::{Analyze, AnalyzeRecord};
use crate::sql::commands::create_model::ModelTask;
use crate::sql::commands::vacuum::VacuumTask;
use crate::sql::commands::{self, CommandContext};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::{self, Backends, Context, Signal};
use crate::sql::explain;
use crate::sql::lock_mode::{Lock, LockMode};
use crate::sql::outcome::Completion;
use crate::sql::outside::Asker;
use crate::sql::plan::Plan;
use crate::sql::session::{Session, SessionId, Transaction};
use crate::sql::statement::{
    CreateMaterializedView, CreateModel, CreateTableAs, FetchCount, ModelFrom, ParsedStatement, Statement,
};
use crate::sql::{authorize, optimize, parse};
use crate::warehouse::access::UserId;
use crate::warehouse::commit;
use crate::warehouse::identifier::{Identifier, QualifiedName};
use crate::warehouse::manifest::{Logs, Manifest};
use crate::warehouse::value::Value;

/// What a statement is bound and planned with.
pub(super) struct Beginning<'a> {
    pub session: &'a mut Session,
    pub base: &'a Arc<Manifest>,
    pub working: &'a mut Manifest,
    pub now: Instant,
    pub query: i64,
    transaction: i64,
    connected: Vec<UserId>,
    pub next_block: &'a mut u64,
    pub reach: Reach<'a>,
    logs: &'a mut Arc<Logs>,
    /// What is to be said at the end.
    notices: Vec<String>,
    /// What it needs beside what its plan tells.
    wanted: Vec<Lock>,
    analyzed: Vec<AnalyzeRecord>,
    backends: Backends,
}

/// A plan, where there is one, and what its rows are for.
pub(super) type First = (Option<Plan>, Pending);

impl Sandbox {
    pub(super) fn begin(
        &mut self,
        id: SessionId,
        parsed: &ParsedStatement,
        numbers: (i64, i64),
    ) -> SqlResult<Running> {
        let now = self.clock.now();
        let mut is_first = false;
        self.must_take_writes(&parsed.statement)?;
        self.must_be_within_limits()?;
        if !matches!(
            parsed.statement,
            Statement::Set { .. } | Statement::Reset { .. } | Statement::Show { .. }
        ) {
            is_first = self.take_snapshot(id);
        }
        if matches!(parsed.statement, Statement::Vacuum(_)) {
            self.must_vacuum_alone(id)?;
        }
        if matches!(parsed.statement, Statement::Rollback)
            && self.sessions.get(&id).and_then(Session::open_since).is_some()
        {
            self.remember_undone(id);
        }
        let live = self.live();
        let connected = self.sessions.values().map(|session| session.user).collect();
        let backends = self.backends();
        let committed = self.warehouse.committed.clone();
        let session = self.sessions.get_mut(&id).ok_or_else(terminated)?;
        if let Some(completion) =
            transaction_statement(&parsed.statement, session, &committed, now, numbers.1)?
        {
            if matches!(parsed.statement, Statement::Commit) {
                apart(|| self.commit_open(id))?;
            }
            return self.running(id, parsed, numbers, now, Work::Finish(completion, Effect::Settled), None);
        }
        must_not_write(&parsed.statement, session)?;
        if let Statement::Call { name, arguments } = &parsed.statement
            && !matches!(session.transaction, Transaction::Aborted)
        {
            let call = apart(|| self.begin_call(id, name, arguments, numbers, &parsed.text))?;
            return self.running(id, parsed, numbers, now, Work::Call(Box::new(call)), None);
        }
        let base = match &mut session.transaction {
            Transaction::Aborted => {
                return Err(SqlError::product(
                    "25P02",
                    "current transaction is aborted, commands ignored until end of transaction block",
                ));
            }
            Transaction::Open { base, working, .. } => {
                if base.version != committed.version {
                    apart(|| commit::see_rights(Arc::make_mut(base), Arc::make_mut(working), &committed));
                }
                working.clone()
            }
            Transaction::None if session.temporary.is_empty() => committed,
            Transaction::None => {
                let mut manifest = (*committed).clone();
                apart(|| session.temporary.put_into(&mut manifest, &session.database));
                Arc::new(manifest)
            }
        };
        let mut working = (*base).clone();
        let executed;
        let given = parsed;
        let parsed = match &parsed.statement {
            Statement::Execute { name, arguments } => {
                let evaluation = &mut evaluation(session, &base, now);
                executed = apart(|| {
                    commands::prepare::executed(name, arguments, parsed, session, &base, evaluation)
                })?;
                &executed
            }
            _ => parsed,
        };
        must_not_write(&parsed.statement, session)?;
        let user = base.principals.user(session.user).map_or_else(String::new, |user| user.name.to_string());
        let mut beginning = Beginning {
            session,
            base: &base,
            working: &mut working,
            now,
            query: numbers.0,
            transaction: numbers.1,
            connected,
            next_block: &mut self.warehouse.next_block,
            reach: Reach {
                outside: RefCell::new(AccountOutside {
                    account: &mut self.account,
                    now,
                    cluster: &self.warehouse.cluster,
                    user: &user,
                    region: None,
                    acting: self.acting.as_deref(),
                }),
                asker: Asker { query: numbers.0 as u64, process: id.0 },
            },
            logs: &mut self.warehouse.logs,
            notices: Vec::new(),
            wanted: Vec::new(),
            analyzed: Vec::new(),
            backends,
        };
        let (plan, pending) = beginning.first(parsed)?;
        let (notices, backends) = (beginning.notices, beginning.backends);
        let (mut wanted, analyzed) = (beginning.wanted, beginning.analyzed);
        let reads: Vec<_> = plan.iter().flat_map(explain::tables_read).collect();
        wanted.extend(reads.iter().map(|table| (*table, LockMode::Read)));
        wanted.extend(pending.wanted());
        wanted.extend(table_lock::changed(&parsed.statement, &base, &working));
        if let Pending::Ready(Work::Vacuum(task)) = &pending {
            self.tell_vacuum(id, task.at());
        }
        if self.take_locks(id, wanted, numbers.0)?.is_some() {
            if is_first {
                self.forget_snapshot(id);
            }
            let inside = self.sessions.get(&id).map(|session| session.inside.variables.clone());
            let work = Work::Wait(given.text.clone(), inside.unwrap_or_default());
            return self.running(id, given, numbers, now, work, None);
        }
        self.must_leave_an_order(id, &reads, (numbers.1, base.version))?;
        if let Some(session) = self.sessions.get_mut(&id) {
            session.snapshot = Some(base.version);
            if !analyzed.is_empty() {
                let (user, database) = (session.user, session.database.as_str());
                let origin = Origin { user, transaction: numbers.1, database, now };
                analyze_history::remember(Arc::make_mut(&mut self.warehouse.logs), &analyzed, &origin);
            }
        }
        let nothing = Work::Finish(Completion::default(), Effect::None);
        let mut running = self.running(id, parsed, numbers, now, nothing, Some((base, working)))?;
        running.notices = notices;
        running.context.evaluation.backends = backends;
        running.work = match (pending, plan) {
            (Pending::Ready(work), _) => work,
            (pending, Some(plan)) => self.work_of(&mut running, plan, pending, live)?,
            (_, None) => return Err(SqlError::bug("a query without a plan")),
        };
        if let Work::Vacuum(task) = &mut running.work {
            task.seen = self.seen_by_others(id);
        }
        Ok(running)
    }

    fn backends(&self) -> Backends {
        let open = self.sessions.values().map(|session| (session.id.0, session.user)).collect();
        let running = self.inflight.iter().filter_map(|(session, inflight)| {
            let user = self.sessions.get(session)?.user.0;
            Some(execute::Running { query: inflight.query, session: session.0, user })
        });
        let (running, ranks) = (running.collect(), priority::given(&self.warehouse.logs));
        Backends { open, signals: Vec::new(), running, ranks }
    }

    fn running(
        &mut self,
        id: SessionId,
        parsed: &ParsedStatement,
        numbers: (i64, i64),
        now: Instant,
        work: Work,
        manifests: Option<(Arc<Manifest>, Manifest)>,
    ) -> SqlResult<Running> {
        let session = self.sessions.get(&id).ok_or_else(|| SqlError::bug("a statement without a session"))?;
        let (base, working) = manifests.unwrap_or_else(|| {
            let committed = self.warehouse.committed.clone();
            (committed.clone(), (*committed).clone())
        });
        let context = Context {
            // However full the account is, something can be done about it.
            memory_limit: self.memory_limit.saturating_sub(self.held(&base)).max(self.memory_limit / 8),
            query: numbers.0,
            extensions: self.extensions,
            ..Context::new(
                base.clone(),
                session.database.clone(),
                self.warehouse.logs.clone(),
                crate::sql::system::rows,
                evaluation(session, &base, now),
            )
        };
        Ok(Running {
            session: id,
            text: parsed.text.clone(),
            class: Class::of(&parsed.statement),
            query: numbers.0,
            transaction: numbers.1,
            started: now,
            engaged: None,
            base,
            working,
            context,
            plan: None,
            work,
            returned: 0,
            returned_bytes: 0,
            load: None,
            marked: 0,
            waited: 0,
            total: None,
            over: false,
            notices: Vec::new(),
            trailing: None,
        })
    }
}

impl Beginning<'_> {
    fn context(&mut self) -> CommandContext<'_> {
        CommandContext {
            manifest: self.working,
            session: self.session,
            now: self.now,
            connected: std::mem::take(&mut self.connected),
            next_block: self.next_block,
        }
    }

    fn first(&mut self, parsed: &ParsedStatement) -> SqlResult<First> {
        if let Statement::Query(query) = &parsed.statement {
            let bound = bind::query(query, self.scope(&parsed.text))?;
            return Ok((Some(self.planned(bound)?), Pending::Rows));
        }
        apart(|| self.other_than_query(parsed))
    }

    fn other_than_query(&mut self, parsed: &ParsedStatement) -> SqlResult<First> {
        let text = &parsed.text;
        if let Some(first) = apart(|| self.external_write(&parsed.statement, text))? {
            return Ok(first);
        }
        if let Some(work) = apart(|| self.external(&parsed.statement))? {
            return Ok((None, Pending::Ready(work)));
        }
        let work = match &parsed.statement {
            Statement::Explain { statement, verbose } => {
                apart(|| explained::answer(statement, *verbose, self.scope(text)))?
            }
            Statement::Insert(insert) => {
                return self.write(apart(|| bind::insert(insert, self.scope(text)))?);
            }
            Statement::Update(update) => {
                return self.write(apart(|| bind::update(update, self.scope(text)))?);
            }
            Statement::Delete(delete) => {
                return self.write(apart(|| bind::delete(delete, self.scope(text)))?);
            }
            Statement::Merge(merge) => {
                let (matched, missing) = apart(|| bind::merge(merge, self.scope(text)))?;
                let missing = self.optimized(missing.source);
                let (plan, pending) = self.write(matched)?;
                return Ok((plan, pending.then(missing)));
            }
            Statement::CreateTableAs(create) => return apart(|| self.create_table_as(create, text)),
            Statement::CreateModel(create) => return apart(|| self.create_model(create, text)),
            Statement::ShowModel { name } => {
                Work::answer(apart(|| commands::show_model::answer(name.as_ref(), &self.context()))?, "SHOW")
            }
            Statement::CreateMaterializedView(create) => return apart(|| self.create_view(create, text)),
            Statement::RefreshMaterializedView { name } => return apart(|| self.refresh(name)),
            Statement::Fetch { cursor, count } => return apart(|| self.fetch(cursor, *count)),
            Statement::Vacuum(vacuum) => {
                apart(|| Ok(Work::Vacuum(Box::new(VacuumTask::start(vacuum, &self.context())?))))?
            }
            Statement::Analyze { table, columns, predicates, verbose } => {
                let used = predicates.then(|| analyze_history::predicates(self.logs));
                let analyze = Analyze { table: table.as_ref(), columns, predicates: used, verbose: *verbose };
                let (completion, records) = apart(|| commands::analyze::run(analyze, &mut self.context()))?;
                self.analyzed = records;
                Work::Finish(completion, Effect::Keep)
            }
            Statement::AnalyzeCompression { table, columns } => {
                if let Some(name) = table {
                    let relation = self.context().relation(name)?;
                    self.wanted.push((relation.id, LockMode::Whole));
                }
                let mut noted = Vec::new();
                let answer = apart(|| {
                    commands::analyze_compression::answer(
                        table.as_ref(),
                        columns,
                        &self.context(),
                        &mut noted,
                    )
                })?;
                let user = Value::Integer(self.session.user.0 as i32);
                let by = [user, Value::Timestamp(self.now.0), Value::BigInt(self.transaction)];
                for row in noted {
                    let row = by.iter().cloned().chain(row).collect();
                    push(Arc::make_mut(self.logs), "stl_analyze_compression", row);
                }
                Work::answer(answer, "ANALYZE COMPRESSION")
            }
            Statement::Show { name } => Work::answer(commands::show::answer(name, &self.context())?, "SHOW"),
            Statement::ShowProcedure { signature } => {
                Work::answer(apart(|| commands::show_procedure::answer(signature, &self.context()))?, "SHOW")
            }
            Statement::ShowDefinition { object, name } => Work::answer(
                apart(|| commands::show_definition::answer(*object, name, &self.context()))?,
                "SHOW",
            ),
            Statement::Cancel { process, message } => {
                let signal = Signal::Cancel(message.clone());
                let principals = &self.base.principals;
                commands::cancel::check(*process, &signal, self.session.user, &self.backends, principals)?;
                self.backends.signals.push((*process as u32, signal));
                let tag = "CANCEL".to_owned();
                Work::Finish(Completion { tag, ..Completion::default() }, Effect::None)
            }
            Statement::Lock { tables } => {
                self.wanted = commands::lock::wanted(tables, &self.context())?;
                let tag = "LOCK TABLE".to_owned();
                Work::Finish(Completion { tag, ..Completion::default() }, Effect::None)
            }
            Statement::Copy(copy) => apart(|| self.copy(copy, text))?,
            Statement::DropModel { .. } => {
                let completion = commands::run(&parsed.statement, &mut self.context())?;
                Work::Forget(learning::dropped(self.base, self.working), completion)
            }
            Statement::Unload(unload) => return apart(|| self.unload(unload)),
            other => {
                if let Statement::Prepare { name, types, text } = other
                    && !self.session.prepared.contains_key(name)
                {
                    commands::prepare::check(types, text, self.scope(text))?;
                }
                let completion = commands::run(other, &mut self.context())?;
                let effect = match other {
                    Statement::Truncate { .. } => Effect::Commit,
                    _ => Effect::Keep,
                };
                Work::Finish(completion, effect)
            }
        };
        Ok((None, Pending::Ready(work)))
    }

    pub(super) fn scope<'s>(&'s self, statement_text: &'s str) -> Scope<'s> {
        Scope { manifest: self.base, session: self.session, statement_text, outside: Some(&self.reach) }
    }

    pub(super) fn planned(&self, bound: BoundQuery) -> SqlResult<Plan> {
        authorize::authorize(&bound.needs, self.base, self.session)?;
        Ok(self.optimized(bound.plan))
    }

    fn optimized(&self, plan: Plan) -> Plan {
        optimize::optimize(plan, self.base, &self.session.database)
    }

    fn write(&self, write: BoundWrite) -> SqlResult<First> {
        authorize::authorize(&write.needs, self.base, self.session)?;
        Ok((Some(self.optimized(write.source)), Pending::Write(write.target, write.kind, None)))
    }

    fn create_table_as(&mut self, create: &CreateTableAs, text: &str) -> SqlResult<First> {
        let bound = bind::query(&create.query, self.scope(text))?;
        authorize::authorize(&bound.needs, self.base, self.session)?;
        crate::sql::system::must_run_on_tables(&bound.plan)?;
        let plan = self.optimized(bound.plan);
        let target = commands::create_table_as::prepare(create, &plan, &mut self.context())?;
        Ok((Some(plan), Pending::Fill(target, InsertTag::CreateTableAs)))
    }

    fn create_view(&mut self, create: &CreateMaterializedView, text: &str) -> SqlResult<First> {
        let bound = bind::view_query(&create.table.query, self.scope(text))?;
        authorize::authorize(&bound.needs, self.base, self.session)?;
        let (target, said) = commands::materialized_view::prepare(create, &bound, &mut self.context())?;
        self.notices = said;
        Ok((Some(self.optimized(bound.plan)), Pending::Fill(target, InsertTag::CreateMaterializedView)))
    }

    fn create_model(&mut self, create: &CreateModel, text: &str) -> SqlResult<First> {
        let query = match &create.from {
            ModelFrom::Query(query, _) => Some(query.clone()),
            ModelFrom::Table(name) => Some(parse::query(&format!("SELECT * FROM {}", name.quoted()))?),
            ModelFrom::Brought(_) | ModelFrom::Endpoint(..) => None,
        };
        let plan = match query {
            Some(query) => {
                let bound = bind::query(&query, self.scope(text))?;
                authorize::authorize(&bound.needs, self.base, self.session)?;
                crate::sql::system::must_run_on_tables(&bound.plan)?;
                Some(self.optimized(bound.plan))
            }
            None => None,
        };
        let query = self.query as u64;
        let task = Box::new(ModelTask::start(create, plan.as_ref(), query, &mut self.context())?);
        Ok(match plan {
            Some(_) => (plan, Pending::Learn(task)),
            None => (None, Pending::Ready(Work::Learn { operator: None, task })),
        })
    }

    fn refresh(&mut self, name: &QualifiedName) -> SqlResult<First> {
        let relation = commands::materialized_view::to_refresh(name, &self.context())?;
        let (stale, said) = refresh::state(&relation, self.base, &self.session.database);
        self.notices = vec![said];
        if !stale {
            refresh::remember(self.logs, &relation, self.session, self.now, refresh::CURRENT);
            let done = Completion { tag: "REFRESH".to_owned(), ..Completion::default() };
            return Ok((None, Pending::Ready(Work::Finish(done, Effect::None))));
        }
        commands::materialized_view::empty(relation.id, &mut self.context())?;
        let bound = bind::materialized(&relation, self.scope(""))?;
        Ok((Some(self.planned(bound)?), Pending::Fill(relation.id, InsertTag::Refresh)))
    }

    fn fetch(&mut self, name: &Identifier, count: FetchCount) -> SqlResult<First> {
        let cursor = self.session.cursor(name)?;
        commands::cursor::must_be_fetchable(count)?;
        if let Some(fields) = cursor.rows.as_ref().map(|rows| rows.fields.clone()) {
            let work = Work::Fetched(cursor.fetch(count).into(), fields);
            return Ok((None, Pending::Ready(work)));
        }
        let query = cursor.query.clone().ok_or_else(|| SqlError::bug("a cursor without a query"))?;
        let bound = bind::query(&query, self.scope(""))?;
        Ok((Some(self.planned(bound)?), Pending::Cursor(name.clone(), count)))
    }
}
