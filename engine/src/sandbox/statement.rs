//! A statement on its way: begun, stepped, and committed or undone.
//!
//! A running statement owns the manifest it reads and the copy it writes, so that the sandbox can answer
//! others between two of its steps, and dropping it half-way leaves no trace.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};

use super::auto_refresh::Trailing;
use super::history::{self, Class, Ended};
use super::load_history;
use super::outside::AccountOutside;
use super::procedure::Call;
use super::refresh;
use super::save::blocks_of;
use super::step_history::{self, Query};
use super::table_lock;
use super::transaction::{must_not_write, transaction_statement};
use super::vacuum_history;
use super::{Answer, Executed, Sandbox};
use crate::clock::Instant;
use crate::sql::bind::{self, Scope, WriteKind};
use crate::sql::commands::copy::{CopyContext, CopyStep, CopyTask};
use crate::sql::commands::vacuum::VacuumTask;
use crate::sql::commands::{self, CommandContext};
use crate::sql::error::{Span, SqlError, SqlErrorKind, SqlResult};
use crate::sql::execute::display::Printing;
use crate::sql::execute::relay::Relay;
use crate::sql::execute::write::{Arrival, Marks, Sink};
use crate::sql::execute::{Context, Evaluation, Operator, Pull, build, constant};
use crate::sql::outcome::{Batch, Completion, Progress, Step};
use crate::sql::plan::{Field, Plan};
use crate::sql::session::{CursorRows, Facts, Session, SessionId, Transaction};
use crate::sql::statement::{FetchCount, ParsedStatement, Statement};
use crate::sql::{authorize, explain, optimize, parse};
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::storage::write::BlockNumbers;

/// A statement on its way. It owns what it reads; the sandbox can answer others between its steps.
pub struct Running {
    pub session: SessionId,
    text: String,
    class: Class,
    query: i64,
    transaction: i64,
    started: Instant,
    /// What it began from, and what it has made of it.
    base: Arc<Manifest>,
    working: Manifest,
    context: Context,
    /// What it does, for the logs of steps; absent where nothing is read.
    plan: Option<Arc<Plan>>,
    work: Work,
    returned: u64,
    returned_bytes: u64,
    /// Rows that an UPDATE or DELETE found.
    marked: u64,
    total: Option<u64>,
    over: bool,
    /// What is to be said at the end.
    notices: Vec<String>,
    /// What follows it when it is done.
    pub(super) trailing: Option<Box<Trailing>>,
}

/// What is left to do.
enum Work {
    /// Nothing but to commit and tell.
    Finish(Completion, Effect),
    /// Columns of text as one answer (EXPLAIN, SHOW), then finish with the tag.
    Text {
        columns: Vec<Vec<String>>,
        fields: Vec<Field>,
        tag: &'static str,
    },
    Rows(Box<dyn Operator>, Vec<Field>),
    /// The first FETCH from a cursor: its whole answer, then what was asked of it.
    Materialize {
        operator: Box<dyn Operator>,
        fields: Vec<Field>,
        batches: Vec<Batch>,
        cursor: Identifier,
        count: FetchCount,
    },
    /// Rows that are there already.
    Fetched(VecDeque<Batch>, Vec<Field>),
    Insert {
        operator: Box<dyn Operator>,
        sink: Sink,
        tag: InsertTag,
    },
    Mark {
        operator: Box<dyn Operator>,
        marks: Marks,
        kind: WriteKind,
        /// MERGE's other half: the rows to insert.
        then: Option<Box<Plan>>,
    },
    Copy {
        task: Box<CopyTask>,
        sink: Sink,
    },
    /// A first load that is put in sort-key order, and what it says then.
    Order(Box<Relay>, Completion),
    Vacuum(Box<VacuumTask>),
    Call(Box<Call>),
}

/// What INSERT and CREATE TABLE AS say at the end.
#[derive(Clone, Copy)]
enum InsertTag {
    Insert,
    CreateTableAs,
    Merge,
    CreateMaterializedView,
    Refresh,
}

/// What finishing does to the session's transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// Reads leave everything as it is.
    None,
    /// The working copy is kept: committed, or the open transaction's.
    Keep,
    /// TRUNCATE: the working copy is kept and the open transaction is committed.
    Commit,
    /// The statement has dealt with the transaction itself.
    Settled,
}

impl Sandbox {
    /// Begins a statement. Refusals and mistakes that show before any work are errors here already; they
    /// abort the session's transaction as later ones do.
    pub fn start(&mut self, session: SessionId, statement: &ParsedStatement) -> SqlResult<Running> {
        let numbers = self.number_statement(session);
        self.begins(session, numbers, &statement.text);
        let result = self.begin(session, statement, numbers);
        if let Err(error) = &result {
            self.abort(session);
            self.inflight.remove(&session);
            if let Some(state) = self.sessions.get(&session) {
                let ended = Ended {
                    user: state.user,
                    session: session.0,
                    query: numbers.0,
                    transaction: numbers.1,
                    database: state.database.as_str(),
                    label: label(state),
                    text: &statement.text,
                    class: Class::of(&statement.statement),
                    started: self.clock.now(),
                    ended: self.clock.now(),
                    error: Some(error),
                    returned_rows: 0,
                    returned_bytes: 0,
                };
                history::remember(&mut self.warehouse.logs, &ended);
            }
        }
        result.map_err(|error| match statement.statement {
            Statement::Execute { .. } => placed(commands::prepare::placeless(error), statement.span),
            _ => placed(error, statement.span),
        })
    }

    /// One bounded piece of work. After `Done` or an error the statement is over.
    pub fn step(&mut self, running: &mut Running) -> SqlResult<Step> {
        if let Some(trailing) = running.trailing.take() {
            return self.step_trailing(running, trailing);
        }
        let result = self.advance_statement(running);
        match &result {
            Ok(Step::Done(completion)) => {
                running.over = true;
                self.remember(running, None);
                if let Some(trailing) = self.trailing(running.session, completion) {
                    running.trailing = Some(Box::new(trailing));
                    return Ok(Step::Running(Progress::default()));
                }
            }
            Ok(_) => {}
            Err(error) => {
                running.over = true;
                self.abort(running.session);
                self.remember(running, Some(error));
            }
        }
        result
    }

    /// Ends a running statement without effect: 57014, the transaction (if any) is aborted.
    pub fn cancel(&mut self, mut running: Running) -> SqlError {
        let error = SqlError::new(SqlErrorKind::Canceled);
        if !running.over {
            running.over = true;
            if let Work::Call(call) = &mut running.work {
                self.drop_call(call, running.session);
            }
            self.abort(running.session);
            self.remember(&mut running, Some(&error));
        }
        error
    }

    /// Runs a whole script to its end, stopping at nothing: each statement has its own result.
    pub fn execute(&mut self, session: SessionId, text: &str) -> Vec<Executed> {
        parse::script(text)
            .into_iter()
            .map(|parsed| match parsed {
                Err(error) => {
                    self.abort(session);
                    Executed { text: String::new(), result: Err(error) }
                }
                Ok(parsed) => {
                    let result = self.run_to_end(session, &parsed);
                    Executed { text: parsed.text, result }
                }
            })
            .collect()
    }

    fn run_to_end(&mut self, session: SessionId, parsed: &ParsedStatement) -> SqlResult<Answer> {
        let mut running = self.start(session, parsed)?;
        let mut batches = Vec::new();
        loop {
            match self.step(&mut running).map_err(|error| placed(error, parsed.span))? {
                Step::Running(_) => {}
                Step::Rows(batch) => batches.push(batch),
                Step::Done(completion) => return Ok(Answer { completion, batches }),
            }
        }
    }

    /// The query's number and its transaction's: a block's statements share one.
    fn number_statement(&mut self, session: SessionId) -> (i64, i64) {
        self.warehouse.next_query += 1;
        let query = self.warehouse.next_query as i64;
        match self.sessions.get(&session).map(|session| &session.transaction) {
            Some(Transaction::Open { facts, .. }) => (query, facts.number),
            _ => {
                self.warehouse.next_transaction += 1;
                (query, self.warehouse.next_transaction as i64)
            }
        }
    }

    fn begin(&mut self, id: SessionId, parsed: &ParsedStatement, numbers: (i64, i64)) -> SqlResult<Running> {
        let now = self.clock.now();
        if !matches!(
            parsed.statement,
            Statement::Set { .. } | Statement::Reset { .. } | Statement::Show { .. }
        ) {
            self.take_snapshot(id);
        }
        let live = self.live();
        let connected = self.sessions.values().map(|session| session.user).collect();
        let locks = self.locks_against(id);
        let next_block = &mut self.warehouse.next_block;
        let committed = self.warehouse.committed.clone();
        let session =
            self.sessions.get_mut(&id).ok_or_else(|| SqlError::bug("a statement without a session"))?;
        if let Some(completion) =
            transaction_statement(&parsed.statement, session, &committed, now, numbers.1)?
        {
            if matches!(parsed.statement, Statement::Commit) {
                self.commit_open(id)?;
            }
            return self.running(id, parsed, numbers, now, Work::Finish(completion, Effect::Settled), None);
        }
        must_not_write(&parsed.statement, session)?;
        if let Statement::Call { name, arguments } = &parsed.statement
            && !matches!(session.transaction, Transaction::Aborted)
        {
            let call = self.begin_call(id, name, arguments, numbers, &parsed.text)?;
            return self.running(id, parsed, numbers, now, Work::Call(Box::new(call)), None);
        }
        let base = match &session.transaction {
            Transaction::Aborted => {
                return Err(SqlError::product(
                    "25P02",
                    "current transaction is aborted, commands ignored until end of transaction block",
                ));
            }
            Transaction::Open { working, .. } => working.clone(),
            Transaction::None if session.temporary.schema.is_none() => committed,
            Transaction::None => {
                let mut manifest = (*committed).clone();
                session.temporary.put_into(&mut manifest, &session.database);
                Arc::new(manifest)
            }
        };
        let mut working = (*base).clone();
        let executed;
        let parsed = match &parsed.statement {
            Statement::Execute { name, arguments } => {
                let evaluation = &mut evaluation(session, &base, now);
                executed = commands::prepare::executed(name, arguments, parsed, session, &base, evaluation)?;
                &executed
            }
            _ => parsed,
        };
        must_not_write(&parsed.statement, session)?;
        let scope = Scope { manifest: &base, session, statement_text: &parsed.text };
        let mut notices = Vec::new();
        let (plan, work) = match &parsed.statement {
            Statement::Query(query) => {
                let bound = bind::query(query, scope)?;
                authorize::authorize(&bound.needs, &base, session)?;
                (Some(optimize::optimize(bound.plan, &base, &session.database)), Pending::Rows)
            }
            Statement::Explain { statement, verbose } => {
                let mut lines = Vec::new();
                for plan in explained(statement, scope)? {
                    let plan = optimize::optimize(plan, &base, &session.database);
                    lines.extend(explain::explain(&plan, &base, &session.database, *verbose));
                }
                let field = Field {
                    qualifier: None,
                    name: "QUERY PLAN".to_owned(),
                    data_type: DataType::Varchar(65_535),
                };
                let work = Work::Text { columns: vec![lines], fields: vec![field], tag: "EXPLAIN" };
                (None, Pending::Ready(work))
            }
            Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_) => {
                let write = match &parsed.statement {
                    Statement::Insert(insert) => bind::insert(insert, scope)?,
                    Statement::Update(update) => bind::update(update, scope)?,
                    Statement::Delete(delete) => bind::delete(delete, scope)?,
                    _ => return Err(SqlError::bug("a write that is no write")),
                };
                authorize::authorize(&write.needs, &base, session)?;
                let plan = optimize::optimize(write.source, &base, &session.database);
                (Some(plan), Pending::Write(write.target, write.kind, None))
            }
            Statement::Merge(merge) => {
                let (matched, missing) = bind::merge(merge, scope)?;
                authorize::authorize(&matched.needs, &base, session)?;
                let missing = optimize::optimize(missing.source, &base, &session.database);
                let plan = optimize::optimize(matched.source, &base, &session.database);
                (Some(plan), Pending::Write(matched.target, matched.kind, Some(Box::new(missing))))
            }
            Statement::CreateTableAs(create) => {
                let bound = bind::query(&create.query, scope)?;
                authorize::authorize(&bound.needs, &base, session)?;
                crate::sql::system::must_run_on_tables(&bound.plan)?;
                let plan = optimize::optimize(bound.plan, &base, &session.database);
                let mut context =
                    CommandContext { manifest: &mut working, session, now, connected, next_block };
                let target = commands::create_table_as::prepare(create, &plan, &mut context)?;
                (Some(plan), Pending::Fill(target, InsertTag::CreateTableAs))
            }
            Statement::CreateMaterializedView(create) => {
                let bound = bind::view_query(&create.table.query, scope)?;
                authorize::authorize(&bound.needs, &base, session)?;
                let mut context =
                    CommandContext { manifest: &mut working, session, now, connected, next_block };
                let (target, said) = commands::materialized_view::prepare(create, &bound, &mut context)?;
                notices = said;
                let plan = optimize::optimize(bound.plan, &base, &session.database);
                (Some(plan), Pending::Fill(target, InsertTag::CreateMaterializedView))
            }
            Statement::RefreshMaterializedView { name } => {
                let mut context =
                    CommandContext { manifest: &mut working, session, now, connected, next_block };
                let relation = commands::materialized_view::to_refresh(name, &context)?;
                let (stale, said) = refresh::state(&relation, &base, &context.session.database);
                notices = vec![said];
                if stale {
                    commands::materialized_view::empty(relation.id, &mut context)?;
                    let scope = Scope { manifest: &base, session, statement_text: "" };
                    let bound = bind::materialized(&relation, scope)?;
                    authorize::authorize(&bound.needs, &base, session)?;
                    let plan = optimize::optimize(bound.plan, &base, &session.database);
                    (Some(plan), Pending::Fill(relation.id, InsertTag::Refresh))
                } else {
                    refresh::remember(&mut self.warehouse.logs, &relation, session, now, refresh::CURRENT);
                    let tag = "REFRESH".to_owned();
                    let done = Completion { tag, ..Completion::default() };
                    (None, Pending::Ready(Work::Finish(done, Effect::None)))
                }
            }
            Statement::Vacuum(vacuum) => {
                let context = CommandContext { manifest: &mut working, session, now, connected, next_block };
                (None, Pending::Ready(Work::Vacuum(Box::new(VacuumTask::start(vacuum, &context)?))))
            }
            Statement::AnalyzeCompression { table, columns } => {
                let context = CommandContext { manifest: &mut working, session, now, connected, next_block };
                let answer = commands::analyze_compression::answer(table.as_ref(), columns, &context)?;
                let work =
                    Work::Text { columns: answer.columns, fields: answer.fields, tag: "ANALYZE COMPRESSION" };
                (None, Pending::Ready(work))
            }
            Statement::Fetch { cursor: name, count } => {
                let cursor = session.cursor(name)?;
                commands::cursor::must_be_fetchable(*count)?;
                if let Some(fields) = cursor.rows.as_ref().map(|rows| rows.fields.clone()) {
                    let batches = cursor.fetch(*count).into();
                    (None, Pending::Ready(Work::Fetched(batches, fields)))
                } else {
                    let query = cursor.query.clone();
                    let scope = Scope { manifest: &base, session, statement_text: "" };
                    let bound = bind::query(&query, scope)?;
                    authorize::authorize(&bound.needs, &base, session)?;
                    let plan = optimize::optimize(bound.plan, &base, &session.database);
                    (Some(plan), Pending::Cursor(name.clone(), *count))
                }
            }
            Statement::Show { name } => {
                let context = CommandContext { manifest: &mut working, session, now, connected, next_block };
                let answer = commands::show::answer(name, &context)?;
                let work = Work::Text { columns: answer.columns, fields: answer.fields, tag: "SHOW" };
                (None, Pending::Ready(work))
            }
            Statement::ShowProcedure { signature } => {
                let context = CommandContext { manifest: &mut working, session, now, connected, next_block };
                let answer = commands::show_procedure::answer(signature, &context)?;
                let work = Work::Text { columns: answer.columns, fields: answer.fields, tag: "SHOW" };
                (None, Pending::Ready(work))
            }
            Statement::ShowDefinition { object, name } => {
                let context = CommandContext { manifest: &mut working, session, now, connected, next_block };
                let answer = commands::show_definition::answer(*object, name, &context)?;
                let work = Work::Text { columns: answer.columns, fields: answer.fields, tag: "SHOW" };
                (None, Pending::Ready(work))
            }
            Statement::Copy(copy) => {
                let context = CopyContext {
                    manifest: &base,
                    session,
                    search_path: &bind::search_path(scope),
                    query: numbers.0 as u64,
                    default: &|text, to| {
                        let expression = bind::default_expression(text, to, scope)?;
                        constant(&expression, &mut evaluation(session, &base, now))
                    },
                };
                let task = CopyTask::start(copy, context)?;
                let sink = Sink::new(task.target(), session.database.clone()).arriving(Arrival::Copy);
                (None, Pending::Ready(Work::Copy { task: Box::new(task), sink }))
            }
            other => {
                let mut context =
                    CommandContext { manifest: &mut working, session, now, connected, next_block };
                let completion = commands::run(other, &mut context)?;
                let effect = match other {
                    Statement::Truncate { .. } => Effect::Commit,
                    _ => Effect::Keep,
                };
                (None, Pending::Ready(Work::Finish(completion, effect)))
            }
        };
        let mut running = self.running(
            id,
            parsed,
            numbers,
            now,
            Work::Finish(Completion::default(), Effect::None),
            Some((base, working)),
        )?;
        running.notices = notices;
        running.work = match (work, plan) {
            (Pending::Ready(work), _) => work,
            (pending, Some(plan)) => {
                let target = match &pending {
                    Pending::Write(target, ..) => Some(*target),
                    _ => None,
                };
                table_lock::must_not_wait(&plan, target, &locks)?;
                running.total = rows_to_read(&plan, &running.base, &running.context.database);
                self.note_transaction_reads(id, &plan)?;
                running.context.live = live;
                let operator = build(&plan, &mut running.context)?;
                running.context.profile.seal();
                let plan = Arc::new(plan);
                running.plan = Some(plan.clone());
                let database = running.context.database.clone();
                match pending {
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
                    Pending::Ready(work) => work,
                }
            }
            (_, None) => return Err(SqlError::bug("a query without a plan")),
        };
        Ok(running)
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
        let stored: u64 = blocks_of(&base).map(|block| u64::from(block.bytes)).sum();
        let context = Context {
            // However full the account is, something can be done about it.
            memory_limit: self.memory_limit.saturating_sub(stored).max(self.memory_limit / 8),
            query: numbers.0,
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
            base,
            working,
            context,
            plan: None,
            work,
            returned: 0,
            returned_bytes: 0,
            marked: 0,
            total: None,
            over: false,
            notices: Vec::new(),
            trailing: None,
        })
    }

    fn advance_statement(&mut self, running: &mut Running) -> SqlResult<Step> {
        if let Work::Call(_) = running.work {
            let done = Work::Finish(Completion::default(), Effect::Settled);
            if let Work::Call(call) = std::mem::replace(&mut running.work, done) {
                return self.advance_call(running, call);
            }
        }
        let progress = Progress { rows: running.context.statistics.rows_scanned, total: running.total };
        let numbers = &mut BlockNumbers(&mut self.warehouse.next_block);
        let (mut completion, effect) = match &mut running.work {
            Work::Finish(completion, effect) => (std::mem::take(completion), *effect),
            Work::Text { columns, fields, tag } => {
                let columns = std::mem::take(columns);
                if let Some(rows) = columns.first().map(Vec::len).filter(|rows| *rows > 0) {
                    let columns =
                        columns.into_iter().map(|column| Arc::new(StringArray::from(column)) as ArrayRef);
                    return Ok(Step::Rows(Batch { columns: columns.collect(), rows }));
                }
                let fields = Some(fields.clone());
                (Completion { tag: (*tag).to_owned(), fields, ..Completion::default() }, Effect::None)
            }
            Work::Rows(operator, fields) => match operator.pull(&mut running.context)? {
                Pull::Batch(batch) => {
                    running.context.hold(&batch)?;
                    running.returned += batch.rows as u64;
                    running.returned_bytes +=
                        batch.columns.iter().map(crate::sql::execute::array::bytes_of).sum::<u64>();
                    return Ok(Step::Rows(batch));
                }
                Pull::Pending => return Ok(Step::Running(progress)),
                Pull::End => {
                    let fields = Some(std::mem::take(fields));
                    (Completion { tag: "SELECT".to_owned(), fields, ..Completion::default() }, Effect::None)
                }
            },
            Work::Materialize { operator, fields, batches, cursor, count } => {
                match operator.pull(&mut running.context)? {
                    Pull::Batch(batch) => batches.push(batch),
                    Pull::Pending => {}
                    Pull::End => {
                        let fields = std::mem::take(fields);
                        let batches = Arc::new(std::mem::take(batches));
                        let session = self.sessions.get_mut(&running.session);
                        let session = session.ok_or_else(|| SqlError::bug("a cursor without a session"))?;
                        let cursor = session.cursor(cursor)?;
                        cursor.rows = Some(CursorRows { fields: fields.clone(), batches });
                        let fetched = cursor.fetch(*count).into();
                        running.work = Work::Fetched(fetched, fields);
                    }
                }
                return Ok(Step::Running(progress));
            }
            Work::Fetched(batches, fields) => {
                if let Some(batch) = batches.pop_front() {
                    running.returned += batch.rows as u64;
                    return Ok(Step::Rows(batch));
                }
                let fields = Some(std::mem::take(fields));
                (Completion { tag: "FETCH".to_owned(), fields, ..Completion::default() }, Effect::None)
            }
            Work::Insert { operator, sink, tag } => match operator.pull(&mut running.context)? {
                Pull::Batch(batch) => {
                    running.context.hold(&batch)?;
                    sink.take(batch, &mut running.working, numbers)?;
                    return Ok(Step::Running(progress));
                }
                Pull::Pending => return Ok(Step::Running(progress)),
                Pull::End => {
                    sink.flush(&mut running.working, numbers)?;
                    let tag = match tag {
                        InsertTag::Insert => format!("INSERT 0 {}", sink.rows),
                        InsertTag::CreateTableAs => "SELECT".to_owned(),
                        // Unconfirmed.
                        InsertTag::Merge => "MERGE".to_owned(),
                        InsertTag::CreateMaterializedView => "CREATE MATERIALIZED VIEW".to_owned(),
                        InsertTag::Refresh => {
                            let target = sink.target;
                            let relation = running.working.catalog.database(&running.context.database);
                            let relation = relation.and_then(|database| database.relation(target));
                            let session = self.sessions.get(&running.session);
                            if let (Some(relation), Some(session)) = (relation, session) {
                                let status = refresh::status(relation);
                                let now = self.clock.now();
                                refresh::remember(&mut self.warehouse.logs, relation, session, now, status);
                            }
                            "REFRESH".to_owned()
                        }
                    };
                    let completion =
                        Completion { tag, rows_affected: Some(sink.rows), ..Completion::default() };
                    if let Some(relay) = sink.relay(&mut running.working)? {
                        running.work = Work::Order(Box::new(relay), completion);
                        return Ok(Step::Running(progress));
                    }
                    (completion, Effect::Keep)
                }
            },
            Work::Mark { operator, marks, kind, then } => match operator.pull(&mut running.context)? {
                Pull::Batch(batch) => {
                    running.context.hold(&batch)?;
                    marks.take(batch)?;
                    return Ok(Step::Running(progress));
                }
                Pull::Pending => return Ok(Step::Running(progress)),
                Pull::End => {
                    let empty = Marks::new(marks.target, running.context.database.clone());
                    let marks = std::mem::replace(marks, empty);
                    let target = marks.target;
                    let rows = marks.apply(&mut running.working, numbers)?;
                    running.marked = rows;
                    if let Some(missing) = then.take() {
                        running.context.shared = Default::default();
                        let operator = build(&missing, &mut running.context)?;
                        let mut sink = Sink::new(target, running.context.database.clone());
                        sink.rows = rows;
                        running.work = Work::Insert { operator, sink, tag: InsertTag::Merge };
                        return Ok(Step::Running(progress));
                    }
                    let verb = if *kind == WriteKind::Update { "UPDATE" } else { "DELETE" };
                    let tag = format!("{verb} {rows}");
                    (Completion { tag, rows_affected: Some(rows), ..Completion::default() }, Effect::Keep)
                }
            },
            Work::Copy { task, sink } => {
                let mut outside = AccountOutside {
                    account: Arc::make_mut(&mut self.account),
                    now: self.clock.now(),
                    cluster: &self.warehouse.cluster,
                    user: running.context.evaluation.settings.get("current_user").map_or("", String::as_str),
                    region: None,
                };
                let step = task.step(&mut outside);
                if !matches!(step, Ok(CopyStep::Running(_) | CopyStep::Rows(_))) {
                    let logs = Arc::make_mut(&mut self.warehouse.logs);
                    load_history::remember(logs, task, &running.context, running.query, running.session.0);
                }
                match step? {
                    CopyStep::Running(progress) => return Ok(Step::Running(progress)),
                    CopyStep::Rows(batch) => {
                        running.context.hold(&batch)?;
                        sink.take(batch, &mut running.working, numbers)?;
                        return Ok(Step::Running(Progress { rows: sink.rows, total: None }));
                    }
                    CopyStep::Done { rows, notices } => {
                        sink.flush(&mut running.working, numbers)?;
                        if let Some(session) = self.sessions.get_mut(&running.session) {
                            session.last_copy_count = rows as i64;
                            session.last_copy = running.query;
                        }
                        let tag = "COPY".to_owned();
                        let rows_affected = Some(rows);
                        let completion = Completion { tag, notices, rows_affected, ..Completion::default() };
                        if let Some(relay) = sink.relay(&mut running.working)? {
                            running.work = Work::Order(Box::new(relay), completion);
                            return Ok(Step::Running(progress));
                        }
                        (completion, Effect::Keep)
                    }
                }
            }
            Work::Order(relay, completion) => {
                if !relay.step(&mut running.context, numbers)? {
                    return Ok(Step::Running(progress));
                }
                let completion = std::mem::take(completion);
                let work =
                    std::mem::replace(&mut running.work, Work::Finish(Completion::default(), Effect::None));
                if let Work::Order(relay, _) = work {
                    relay.put(&mut running.working)?;
                }
                (completion, Effect::Keep)
            }
            Work::Vacuum(task) => {
                if !task.step(&mut running.working, &mut running.context, numbers)? {
                    return Ok(Step::Running(progress));
                }
                let logs = Arc::make_mut(&mut self.warehouse.logs);
                vacuum_history::remember(logs, task, &running.context, running.transaction);
                let notices = std::mem::take(&mut task.notices);
                (Completion { tag: "VACUUM".to_owned(), notices, ..Completion::default() }, Effect::Keep)
            }
            Work::Call(_) => return Err(SqlError::bug("a call that was not taken")),
        };
        completion.statistics = running.context.statistics;
        completion.notices.append(&mut running.notices);
        let settings = &running.context.evaluation.settings;
        completion.printing = Printing::of(settings);
        if settings.get("describe_field_name_in_uppercase").is_some_and(|set| set == "on") {
            for field in completion.fields.iter_mut().flatten() {
                field.name = field.name.to_uppercase();
            }
        }
        self.settle(running, effect)?;
        Ok(Step::Done(completion))
    }

    /// What a finished statement leaves in its session and in the warehouse.
    fn settle(&mut self, running: &mut Running, effect: Effect) -> SqlResult<()> {
        let open = |session: &Session| matches!(session.transaction, Transaction::Open { .. });
        let watched = self.sessions.values().any(open);
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
            _ => BTreeSet::new(),
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

    fn remember(&mut self, running: &mut Running, error: Option<&SqlError>) {
        self.inflight.remove(&running.session);
        // The logs that the query could read are let go, so that what is written now is not a copy of them.
        running.context.logs = Arc::default();
        self.remember_steps(running);
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
            error,
            returned_rows: running.returned,
            returned_bytes: running.returned_bytes,
        };
        history::remember(&mut self.warehouse.logs, &ended);
    }

    /// What the steps of a plan did, and the simulated time that they took.
    fn remember_steps(&mut self, running: &Running) {
        let Some(plan) = &running.plan else { return };
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
        let account = explain::account(plan, &running.base, &context.database, &context.profile, ending);
        let query = Query {
            user: context.evaluation.user,
            query: running.query,
            transaction: running.transaction,
            session: running.session.0,
            started: running.started,
        };
        step_history::remember(&mut self.warehouse.logs, &account, &query);
        self.clock.advance(step_history::elapsed(&account));
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

impl Running {
    /// The columns of a query's rows, before the first of them.
    pub(super) fn fields(&self) -> &[Field] {
        match &self.work {
            Work::Rows(_, fields) | Work::Text { fields, .. } => fields,
            _ => &[],
        }
    }

    /// The call goes on at the next step.
    pub(super) fn continue_call(&mut self, call: Box<Call>) {
        self.work = Work::Call(call);
    }

    /// The call is over and has dealt with its transaction.
    pub(super) fn finish_call(&mut self, completion: Completion) {
        self.work = Work::Finish(completion, Effect::Settled);
    }
}

/// What is still to be decided about the work when its plan is known.
enum Pending {
    Rows,
    Cursor(Identifier, FetchCount),
    Write(ObjectId, WriteKind, Option<Box<Plan>>),
    Fill(ObjectId, InsertTag),
    Ready(Work),
}

/// What a statement's expressions may ask about their surroundings.
pub(super) fn evaluation(session: &Session, manifest: &Arc<Manifest>, now: Instant) -> Evaluation {
    let transaction_start = match session.transaction {
        Transaction::Open { started, .. } => started,
        Transaction::None | Transaction::Aborted => now,
    };
    Evaluation {
        statement_start: now,
        transaction_start,
        random: session.random.clone(),
        settings: session.surroundings(manifest),
        manifest: manifest.clone(),
        user: session.user,
        parameters: Vec::new(),
    }
}

/// The plans that EXPLAIN shows, with the rights that running the statement would need. MERGE has two; how the
/// product shows them is unconfirmed.
fn explained(statement: &Statement, scope: Scope<'_>) -> SqlResult<Vec<Plan>> {
    let mut other = None;
    let (plan, needs) = match statement {
        Statement::Query(query) => {
            let bound = bind::query(query, scope)?;
            (bound.plan, bound.needs)
        }
        Statement::CreateTableAs(create) => {
            let bound = bind::query(&create.query, scope)?;
            (bound.plan, bound.needs)
        }
        Statement::Insert(insert) => {
            let write = bind::insert(insert, scope)?;
            (write.source, write.needs)
        }
        Statement::Update(update) => {
            let write = bind::update(update, scope)?;
            (write.source, write.needs)
        }
        Statement::Delete(delete) => {
            let write = bind::delete(delete, scope)?;
            (write.source, write.needs)
        }
        Statement::Merge(merge) => {
            let (matched, missing) = bind::merge(merge, scope)?;
            other = Some(missing.source);
            (matched.source, matched.needs)
        }
        _ => {
            return Err(SqlError::product(
                "42601",
                "EXPLAIN takes SELECT, INSERT, UPDATE, DELETE, MERGE or CREATE TABLE AS",
            ));
        }
    };
    authorize::authorize(&needs, scope.manifest, scope.session)?;
    Ok(std::iter::once(plan).chain(other).collect())
}

/// Rows of every table the plan scans: what progress is measured against.
fn rows_to_read(
    plan: &Plan,
    manifest: &Manifest,
    database: &crate::warehouse::identifier::Identifier,
) -> Option<u64> {
    let database = manifest.catalog.database(database)?;
    let mut total = 0;
    let mut plans = vec![plan];
    while let Some(plan) = plans.pop() {
        if let Plan::Scan(scan) = plan
            && let Some(table) = database.relation(scan.relation).and_then(|relation| relation.table())
        {
            total += table.data.stored_rows();
        }
        plans.extend(plan.inputs());
    }
    (total > 0).then_some(total)
}

/// An error that knows no place of its own stands at its statement. Places in a syntax tree are offsets into
/// the submitted script already.
fn placed(error: SqlError, statement: Span) -> SqlError {
    error.at(statement)
}

/// `query_group`, which the logs call the label.
fn label(session: &Session) -> &str {
    session.settings.get("query_group").map_or("default", String::as_str)
}
