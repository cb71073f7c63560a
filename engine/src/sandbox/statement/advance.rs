//! One bounded piece of a statement's work.

use std::ops::ControlFlow;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};

use super::Running;
use super::work::{Effect, InsertTag, Work};
use crate::apart::apart;
use crate::aws::Account;
use crate::clock::Instant;
use crate::sandbox::interruption::terminated;
use crate::sandbox::outside::AccountOutside;
use crate::sandbox::outside::Acting;
use crate::sandbox::{Sandbox, learning, load_history, refresh, unload_history, vacuum_history};
use crate::sql::bind::WriteKind;
use crate::sql::commands::copy::{CopyStep, Surroundings};
use crate::sql::commands::prepare;
use crate::sql::commands::unload::UnloadStep;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::display::Printing;
use crate::sql::execute::write::{Marks, Sink};
use crate::sql::execute::{Context, Pull, build};
use crate::sql::explain;
use crate::sql::outcome::{Batch, Completion, Progress, Step};
use crate::sql::outside::Asker;
use crate::sql::parse;
use crate::sql::session::{CursorRows, Variables};
use crate::sql::statement::Statement;
use crate::warehouse::storage::write::BlockNumbers;

/// A statement's completion, and what it leaves behind.
type Ended = (Completion, Effect);

impl Sandbox {
    pub(super) fn advance_statement(&mut self, running: &mut Running) -> SqlResult<Step> {
        if let Work::Call(_) = running.work {
            let done = Work::Finish(Completion::default(), Effect::Settled);
            if let Work::Call(call) = std::mem::replace(&mut running.work, done) {
                return self.advance_call(running, call);
            }
        }
        if let Work::Wait(text, variables) = &running.work {
            if let Some(wait) = self.wait_of(running.session) {
                return Ok(Step::Waiting(Box::new(wait)));
            }
            let (text, variables) = (text.clone(), variables.clone());
            return self.go_on(running, &text, variables);
        }
        let progress = Progress { rows: running.context.statistics.rows_scanned, total: running.total };
        let (mut completion, effect) = match &mut running.work {
            Work::Finish(completion, effect) => (std::mem::take(completion), *effect),
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
            _ => match apart(|| self.work_on(running, progress))? {
                ControlFlow::Continue(step) => return Ok(step),
                ControlFlow::Break(ended) => ended,
            },
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
        if running.plan.is_some() || running.load.is_some() {
            self.must_be_in_time(running)?;
        }
        self.settle(running, effect)?;
        Ok(Step::Done(completion))
    }

    /// What is no query's: a step, or how it ended.
    fn work_on(&mut self, running: &mut Running, progress: Progress) -> SqlResult<ControlFlow<Ended, Step>> {
        let numbers = &mut BlockNumbers(&mut self.warehouse.next_block);
        Ok(ControlFlow::Break(match &mut running.work {
            Work::Text { columns, fields, tag } => {
                let columns = std::mem::take(columns);
                if let Some(rows) = columns.first().map(Vec::len).filter(|rows| *rows > 0) {
                    let columns =
                        columns.into_iter().map(|column| Arc::new(StringArray::from(column)) as ArrayRef);
                    return Ok(ControlFlow::Continue(Step::Rows(Batch { columns: columns.collect(), rows })));
                }
                let fields = Some(fields.clone());
                (Completion { tag: (*tag).to_owned(), fields, ..Completion::default() }, Effect::None)
            }
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
                return Ok(ControlFlow::Continue(Step::Running(progress)));
            }
            Work::Fetched(batches, fields) => {
                if let Some(batch) = batches.pop_front() {
                    running.returned += batch.rows as u64;
                    return Ok(ControlFlow::Continue(Step::Rows(batch)));
                }
                let fields = Some(std::mem::take(fields));
                (Completion { tag: "FETCH".to_owned(), fields, ..Completion::default() }, Effect::None)
            }
            Work::Insert { operator, sink, tag } => match operator.pull(&mut running.context)? {
                Pull::Batch(batch) => {
                    sink.take(batch, &mut running.working, numbers)?;
                    sink.count(&mut running.context)?;
                    return Ok(ControlFlow::Continue(Step::Running(progress)));
                }
                Pull::Pending => return Ok(ControlFlow::Continue(Step::Running(progress))),
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
                    if let Some(relay) = sink.relay(&mut running.working, running.started)? {
                        running.work = Work::Order(Box::new(relay), completion);
                        return Ok(ControlFlow::Continue(Step::Running(progress)));
                    }
                    (completion, Effect::Keep)
                }
            },
            Work::Mark { operator, marks, kind, then } => match operator.pull(&mut running.context)? {
                Pull::Batch(batch) => {
                    running.context.hold(&batch)?;
                    marks.take(batch)?;
                    return Ok(ControlFlow::Continue(Step::Running(progress)));
                }
                Pull::Pending => return Ok(ControlFlow::Continue(Step::Running(progress))),
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
                        return Ok(ControlFlow::Continue(Step::Running(progress)));
                    }
                    let verb = if *kind == WriteKind::Update { "UPDATE" } else { "DELETE" };
                    let tag = format!("{verb} {rows}");
                    (Completion { tag, rows_affected: Some(rows), ..Completion::default() }, Effect::Keep)
                }
            },
            Work::Copy { task, sink } => {
                let room = running.context.memory_limit.saturating_sub(running.context.memory_used);
                let extensions = self.extensions;
                let mut outside = outside(
                    &mut self.account,
                    self.clock.now(),
                    &self.warehouse.cluster,
                    &running.context,
                    self.acting.as_deref(),
                );
                let step = task.step(&mut Surroundings { outside: &mut outside, extensions, room });
                task.count(&mut running.context)?;
                if !matches!(step, Ok(CopyStep::Running(_) | CopyStep::Rows(_))) {
                    let load = load_history::Load {
                        query: running.query,
                        session: running.session.0,
                        transaction: running.transaction,
                        ended: self.clock.now(),
                        rows: match &step {
                            Ok(CopyStep::Done { rows, .. }) => Some(*rows),
                            _ => None,
                        },
                    };
                    let logs = Arc::make_mut(&mut self.warehouse.logs);
                    load_history::remember(logs, task, &running.context, &load);
                }
                match step? {
                    CopyStep::Running(progress) => return Ok(ControlFlow::Continue(Step::Running(progress))),
                    CopyStep::Rows(batch) => {
                        sink.take(batch, &mut running.working, numbers)?;
                        sink.count(&mut running.context)?;
                        return Ok(ControlFlow::Continue(Step::Running(Progress {
                            rows: sink.rows,
                            total: None,
                        })));
                    }
                    CopyStep::Done { rows, notices } => {
                        sink.flush(&mut running.working, numbers)?;
                        let database = running.working.catalog.database(&running.context.database);
                        let relation = database.and_then(|database| database.relation(sink.target));
                        running.load = Some(explain::Load {
                            table: sink.target,
                            name: relation.map_or_else(String::new, |relation| relation.name.to_string()),
                            rows,
                            bytes: task.commits().iter().map(|file| file.bytes).sum(),
                        });
                        if let Some(session) = self.sessions.get_mut(&running.session) {
                            session.last_copy_count = rows as i64;
                            session.last_copy = running.query;
                        }
                        let tag = "COPY".to_owned();
                        let rows_affected = Some(rows);
                        let completion = Completion { tag, notices, rows_affected, ..Completion::default() };
                        if let Some(relay) = sink.relay(&mut running.working, running.started)? {
                            running.work = Work::Order(Box::new(relay), completion);
                            return Ok(ControlFlow::Continue(Step::Running(progress)));
                        }
                        (completion, Effect::Keep)
                    }
                }
            }
            Work::Learn { operator, task } => {
                match learning::advance(
                    operator,
                    task,
                    &mut running.context,
                    &mut running.working,
                    &mut self.account,
                    &self.warehouse.cluster,
                    self.clock.now(),
                )? {
                    Some(progress) => return Ok(ControlFlow::Continue(Step::Running(progress))),
                    None => {
                        let tag = "CREATE MODEL".to_owned();
                        (Completion { tag, ..Completion::default() }, Effect::Keep)
                    }
                }
            }
            Work::Forget(jobs, completion) => {
                learning::forget(jobs, &mut self.account, self.clock.now());
                (std::mem::take(completion), Effect::Commit)
            }
            Work::Unload { operator, task } => {
                if task.wants_rows() {
                    match operator.pull(&mut running.context)? {
                        Pull::Batch(batch) => {
                            task.take(&batch);
                            task.count(&mut running.context)?;
                        }
                        Pull::Pending => {}
                        Pull::End => task.end(),
                    }
                    return Ok(ControlFlow::Continue(Step::Running(progress)));
                }
                let extensions = self.extensions;
                let mut outside = outside(
                    &mut self.account,
                    self.clock.now(),
                    &self.warehouse.cluster,
                    &running.context,
                    self.acting.as_deref(),
                );
                let step = task.step(&mut Surroundings { outside: &mut outside, extensions, room: u64::MAX });
                if task.registration.is_none() && !matches!(step, Ok(UnloadStep::Running)) {
                    let ending = load_history::Load {
                        query: running.query,
                        session: running.session.0,
                        transaction: running.transaction,
                        ended: self.clock.now(),
                        rows: step.is_ok().then_some(task.rows()),
                    };
                    let why = step.as_ref().err().map(|error| error.kind.message());
                    let logs = Arc::make_mut(&mut self.warehouse.logs);
                    unload_history::remember(logs, task, &running.context, &ending, why);
                }
                match step? {
                    UnloadStep::Running => {
                        task.count(&mut running.context)?;
                        return Ok(ControlFlow::Continue(Step::Running(progress)));
                    }
                    UnloadStep::Done { rows, .. } if task.registration.is_some() => {
                        let asker = Asker { query: running.query as u64, process: running.session.0 };
                        let told = task.registration.take().map(|mut registration| {
                            registration.finish(task.files(), rows, &mut outside, asker)
                        });
                        (told.unwrap_or_else(|| Ok(Completion::default()))?, Effect::None)
                    }
                    UnloadStep::Done { rows, notice } => {
                        if let Some(session) = self.sessions.get_mut(&running.session) {
                            session.last_unload_count = rows as i64;
                            session.last_unload = running.query;
                        }
                        let completion = Completion {
                            tag: "UNLOAD".to_owned(),
                            notices: vec![notice],
                            ..Completion::default()
                        };
                        (completion, Effect::None)
                    }
                }
            }
            Work::Order(relay, completion) => {
                if !relay.step(&mut running.context, numbers)? {
                    return Ok(ControlFlow::Continue(Step::Running(progress)));
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
                    let at = task.at();
                    self.tell_vacuum(running.session, at);
                    return Ok(ControlFlow::Continue(Step::Running(progress)));
                }
                let logs = Arc::make_mut(&mut self.warehouse.logs);
                vacuum_history::remember(logs, task, &running.context, running.transaction);
                let notices = std::mem::take(&mut task.notices);
                (Completion { tag: "VACUUM".to_owned(), notices, ..Completion::default() }, Effect::Keep)
            }
            Work::Finish(..) | Work::Rows(..) | Work::Call(_) | Work::Wait(..) => {
                return Err(SqlError::bug("a call that was not taken"));
            }
        }))
    }

    /// A statement that had to wait is begun now; it may have to wait again, for others.
    fn go_on(&mut self, running: &mut Running, text: &str, variables: Variables) -> SqlResult<Step> {
        let (id, numbers) = (running.session, (running.query, running.transaction));
        let statement = parse::parse_as(text, self.name_case(id))?.into_iter().next();
        let statement =
            statement.ok_or_else(|| SqlError::bug("a statement that was none the second time"))?;
        let Some(session) = self.sessions.get_mut(&id) else { return Err(terminated()) };
        let since = session.wait.as_ref().map(|wait| wait.since);
        session.inside.variables = variables;
        let next = self.begin(id, &statement, numbers);
        if let Some(session) = self.sessions.get_mut(&id) {
            session.inside.variables = Default::default();
        }
        let next = next.map_err(|error| match statement.statement {
            Statement::Execute { .. } => prepare::placeless(error),
            _ => error,
        })?;
        let waits = matches!(next.work, Work::Wait(..));
        let passed = since.filter(|_| !waits).map_or(0, |since| self.clock.now().0 - since.0);
        *running = Running {
            waited: running.waited + passed,
            started: running.started,
            engaged: running.engaged,
            ..next
        };
        Ok(match self.wait_of(id) {
            Some(wait) => Step::Waiting(Box::new(wait)),
            None => Step::Running(Progress::default()),
        })
    }
}

/// What lies beyond the warehouse, for the user of a statement.
fn outside<'a>(
    account: &'a mut Arc<Account>,
    now: Instant,
    cluster: &'a str,
    context: &'a Context,
    acting: Option<&'a Acting>,
) -> AccountOutside<'a> {
    let user = context.evaluation.settings.get("current_user").map_or("", String::as_str);
    AccountOutside { account, now, cluster, user, region: None, acting }
}
