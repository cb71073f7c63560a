//! Statements that came by the Data API: run one after the other, apart from everybody's sessions, in steps.
//!
//! The account keeps what is waiting; whoever holds the sandbox holds the one that runs, as it holds the statements of
//! sessions. Where it is lost (a copy, a reload) it begins anew, which leaves no trace, because nothing is committed
//! before the end.

use std::sync::Arc;

use super::{Running, Sandbox, athena, crawl, job_run, tuition};
use crate::aws::redshift_data::{Cell, Column, Part, Rows, Statement, Status, bound, described};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::display::Printing;
use crate::sql::outcome::{Batch, Completion, Step};
use crate::sql::parse;
use crate::sql::plan::Field;
use crate::sql::session::SessionId;
use crate::warehouse::data_type::DataType;

/// Bytes that a result may have.
const MOST: u64 = 100 << 20;

/// The statement that runs, if one does, and those that wait for tables that somebody else holds.
#[derive(Default)]
pub struct Background(Option<Box<Job>>, Option<Box<athena::Query>>, Glue, Option<tuition::Tuition>, Vec<Job>);

/// What Glue has going.
#[derive(Default)]
pub(super) struct Glue(Option<Box<crawl::Look>>, Option<Box<job_run::Work>>);

impl Glue {
    /// The same for crawls and runs of jobs.
    pub(super) fn work(&mut self, sandbox: &mut Sandbox) -> bool {
        crawl::work(&mut self.0, sandbox) || job_run::work(&mut self.1, sandbox)
    }

    /// Gives back what was begun and is not done.
    pub(super) fn leave(self, sandbox: &mut Sandbox) {
        if let Some(look) = self.0 {
            look.leave(sandbox);
        }
        if let Some(work) = self.1 {
            work.leave(sandbox);
        }
    }
}

struct Job {
    id: String,
    session: SessionId,
    /// Which part of a batch.
    part: usize,
    running: Option<Running>,
    began: i64,
    batches: Vec<Batch>,
}

impl Background {
    /// One bounded piece of what the Data API was given; `false` when there is nothing to do.
    pub fn work(&mut self, sandbox: &mut Sandbox) -> bool {
        if self.0.is_none()
            && let Some(at) = self.free(sandbox)
        {
            self.0 = Some(Box::new(self.4.remove(at)));
        }
        let Some(mut job) = self.0.take() else {
            let Some(id) = self.next(sandbox) else {
                return athena::work(&mut self.1, sandbox)
                    || self.2.work(sandbox)
                    || tuition::work(&mut self.3, sandbox);
            };
            self.0 = sandbox.begin_job(id).map(Box::new);
            return true;
        };
        let statement = sandbox.account.redshift_data.get(&job.id);
        if statement.is_none_or(|statement| statement.status.is_over()) {
            if let Some(running) = job.running.take() {
                sandbox.cancel(running);
            }
            sandbox.disconnect(job.session);
            return true;
        }
        match sandbox.advance_job(&mut job) {
            Ok(true) => sandbox.end_job(&job, Status::Finished, None),
            Ok(false) if sandbox.holds_up(&job) => self.4.push(*job),
            Ok(false) => self.0 = Some(job),
            Err(error) => {
                let text = format!("ERROR: {}", error.kind.message());
                sandbox.note_part(&job, |part| {
                    part.status = Status::Failed;
                    part.error = Some(text.clone());
                });
                sandbox.end_job(&job, Status::Failed, Some(text));
            }
        }
        true
    }

    /// A statement that nobody has begun.
    fn next(&self, sandbox: &Sandbox) -> Option<String> {
        let begun = |id: &str| self.0.iter().any(|job| job.id == id) || self.4.iter().any(|job| job.id == id);
        let mut waiting = sandbox.account.redshift_data.waiting();
        waiting.find(|statement| !begun(&statement.id)).map(|statement| statement.id.clone())
    }

    /// One that waited for somebody and need not any more.
    fn free(&self, sandbox: &mut Sandbox) -> Option<usize> {
        self.4.iter().position(|job| !sandbox.holds_up(job))
    }

    /// Whether a crawl or a run is being worked on, which waits no more.
    pub fn is_at_work(&self) -> bool {
        self.2.0.is_some() || self.2.1.is_some()
    }

    /// Whether there is a statement of the Data API's to go on with.
    pub fn has_statement(&self, sandbox: &mut Sandbox) -> bool {
        self.0.is_some() || self.next(sandbox).is_some() || self.free(sandbox).is_some()
    }
}

impl Sandbox {
    /// Whether a statement would only wait.
    fn holds_up(&mut self, job: &Job) -> bool {
        let statement = self.account.redshift_data.get(&job.id);
        statement.is_some_and(|statement| !statement.status.is_over())
            && job.running.as_ref().is_some_and(|running| self.is_held_up(running))
    }

    /// Does all that the Data API was given.
    pub fn finish_background(&mut self) {
        let mut background = Background::default();
        while self.patience > 0 && background.work(self) {
            self.patience -= 1;
        }
        // What waits for somebody begins anew the next time.
        for job in background.4 {
            self.disconnect(job.session);
        }
    }

    fn note_statement(&mut self, id: &str, change: impl FnOnce(&mut Statement)) {
        if let Some(statement) = Arc::make_mut(&mut self.account).redshift_data.get_mut(id) {
            change(statement);
        }
    }

    fn note_part(&mut self, job: &Job, change: impl FnOnce(&mut Part)) {
        let (now, query) = (self.clock.now(), job.running.as_ref().map(Running::number));
        self.note_statement(&job.id, |statement| {
            if let Some(part) = statement.parts.get_mut(job.part) {
                part.updated = now;
                part.duration = now.0 - job.began;
                part.query = query.unwrap_or(part.query);
                change(part);
            }
        });
    }

    fn begin_job(&mut self, id: String) -> Option<Job> {
        let statement = self.account.redshift_data.get(&id).cloned()?;
        let (now, connected) = (self.clock.now(), self.connect_for(&statement));
        let account = Arc::make_mut(&mut self.account);
        account.redshift.credentials.retain(|one| one.password != statement.password);
        match connected {
            Ok(session) => {
                if statement.batch {
                    self.execute(session, "BEGIN");
                }
                self.note_statement(&id, |statement| {
                    statement.status = Status::Started;
                    statement.updated = now;
                    statement.process = i64::from(session.0);
                    for part in &mut statement.parts {
                        *part = Part::new(std::mem::take(&mut part.sql), part.created);
                    }
                });
                Some(Job { id, session, part: 0, running: None, began: now.0, batches: Vec::new() })
            }
            Err(error) => {
                // Where no server answers, the text is the client's.
                let fatal = if error.kind.state() == "08001" { "" } else { "FATAL: " };
                let text = format!("{fatal}{}", error.kind.message());
                self.note_statement(&id, |statement| statement.end(Status::Failed, Some(text), now));
                None
            }
        }
    }

    /// A session of its own, on the cluster, the database and with the login that the statement names.
    fn connect_for(&mut self, statement: &Statement) -> SqlResult<SessionId> {
        let place = statement.target();
        let session = self.connect_to(place, &statement.login, Some(&statement.password))?;
        self.beside(session, |sandbox| sandbox.turn_to(session, &statement.database))?;
        Ok(session)
    }

    /// Whether all is done.
    fn advance_job(&mut self, job: &mut Job) -> SqlResult<bool> {
        let Some(running) = &mut job.running else {
            return self.begin_part(job);
        };
        match self.step(running)? {
            Step::Running(_) | Step::Waiting(_) => {}
            Step::Rows(batch) => job.batches.push(batch),
            Step::Done(completion) => {
                let batches = std::mem::take(&mut job.batches);
                let affected = completion.rows_affected.map_or(0, |rows| rows as i64);
                let rows = rows(&completion, &batches)?;
                self.note_part(job, |part| {
                    part.status = Status::Finished;
                    part.affected = rows.as_ref().map_or(affected, |rows| rows.records.len() as i64);
                    part.rows = rows;
                });
                job.running = None;
                job.part += 1;
            }
        }
        Ok(false)
    }

    fn begin_part(&mut self, job: &mut Job) -> SqlResult<bool> {
        let Some(statement) = self.account.redshift_data.get(&job.id) else { return Ok(true) };
        let Some(part) = statement.parts.get(job.part) else {
            if statement.batch {
                for executed in self.execute(job.session, "COMMIT") {
                    executed.result?;
                }
            }
            return Ok(true);
        };
        let text =
            bound(&part.sql, &statement.parameters).map_err(|text| SqlError::product("42601", text))?;
        job.began = self.clock.now().0;
        self.note_part(job, |part| part.status = Status::Started);
        let mut parsed = parse::parse(&text)?;
        let (Some(first), true) = (parsed.pop(), parsed.is_empty()) else {
            // Each text is prepared as one statement; the sentence is PostgreSQL's.
            let text = "cannot insert multiple commands into a prepared statement";
            return Err(SqlError::product("42601", text));
        };
        job.running = Some(self.start(job.session, &first)?);
        Ok(false)
    }

    fn end_job(&mut self, job: &Job, status: Status, error: Option<String>) {
        let now = self.clock.now();
        self.disconnect(job.session);
        self.note_statement(&job.id, |statement| statement.end(status, error, now));
    }
}

/// The answer's rows, where it has some.
fn rows(completion: &Completion, batches: &[Batch]) -> SqlResult<Option<Rows>> {
    let Some(fields) = &completion.fields else { return Ok(None) };
    let mut rows = Rows { columns: fields.iter().map(column).collect(), ..Rows::default() };
    for batch in batches {
        for row in 0..batch.rows {
            let cells = batch.columns.iter().zip(fields);
            let record: Vec<Cell> =
                cells.map(|(array, field)| cell(&completion.printing, array, field.data_type, row)).collect();
            rows.bytes += record.iter().map(Cell::bytes).sum::<u64>();
            rows.records.push(record);
        }
        if rows.bytes > MOST {
            // Unconfirmed wording.
            return Err(SqlError::product("54000", "Query result size exceeded the limit of 100 MB"));
        }
    }
    Ok(Some(rows))
}

fn cell(printing: &Printing, array: &arrow::array::ArrayRef, data_type: DataType, row: usize) -> Cell {
    let Some(text) = printing.display(array, data_type, row) else { return Cell::Null };
    match data_type {
        DataType::SmallInt | DataType::Integer | DataType::BigInt => text.parse().ok().map(Cell::Long),
        DataType::Real | DataType::Double => text.parse().ok().map(Cell::Double),
        DataType::Boolean => Some(Cell::Boolean(text == "true")),
        _ => None,
    }
    .unwrap_or(Cell::Text(text))
}

fn column(field: &Field) -> Column {
    let (type_name, precision, scale, signed) = described(field.data_type);
    Column {
        name: field.name.clone(),
        type_name: type_name.to_owned(),
        precision,
        scale,
        signed,
        case_sensitive: field.data_type.is_string() && !field.data_type.is_caseless(),
    }
}
