//! Athena's queries: run on the engine underneath, but on no cluster, over the catalog and S3 as the caller may use
//! them.
//!
//! A query gets a sandbox of its own with nothing in it but an external schema for each of the catalog's databases; the
//! account is lent to it for each step. So it takes the way of any statement, and leaves nothing in the warehouse.

use std::sync::Arc;

use serde_json::Value;

use super::athena_form::{engine_sql, gap, is_trinos, not_parsed, place};
use super::athena_table::{Table, csv, table};
use super::athena_view::{NewView, new_view};
use super::job_run::OWN;
use super::outside::Acting;
use super::{ADMIN, Running, Sandbox};
use crate::aws::athena::{Execution, Kind, State};
use crate::aws::meter::{Of, Usage};
use crate::aws::{ApiError, Caller, Fault};
use crate::json::json;
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::outcome::{Batch, Step};
use crate::sql::parse;
use crate::sql::session::SessionId;
use crate::warehouse::access::{Acl, UserId};
use crate::warehouse::catalog::Schema;
use crate::warehouse::external::ExternalSchema;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::password::Password;

/// The database of a sandbox with nothing but the catalog in it.
pub(super) const CATALOG: &str = "awsdatacatalog";

/// A query that runs.
pub(super) struct Query {
    id: String,
    caller: Caller,
    scratch: Box<Sandbox>,
    session: SessionId,
    running: Option<Running>,
    batches: Vec<Batch>,
    /// What CREATE VIEW tells the catalog when the columns are known.
    view: Option<NewView>,
}

impl Query {
    pub(super) fn caller(&self) -> &Caller {
        &self.caller
    }
}

/// One bounded piece of the queries' work; `false` when there is nothing to do.
pub(super) fn work(current: &mut Option<Box<Query>>, sandbox: &mut Sandbox) -> bool {
    let Some(mut query) = current.take() else {
        let Some(execution) = sandbox.account.athena.waiting().cloned() else { return false };
        let begun = sandbox.begin_query(&execution);
        *current = sandbox.kept(&execution.id, begun).flatten().map(Box::new);
        return true;
    };
    let state = sandbox.account.athena.get(&query.id).map(|execution| execution.state);
    if state.is_none_or(State::is_over) {
        if let Some(running) = query.running.take() {
            sandbox.pay(&query.id, running.scanned_outside());
            sandbox.lend_account(&mut query.scratch, |scratch| scratch.cancel(running));
        }
        return true;
    }
    let id = query.id.clone();
    let advanced = sandbox.advance_query(&mut query);
    if sandbox.kept(&id, advanced) == Some(false) {
        *current = Some(query);
    }
    true
}

impl Sandbox {
    fn note_execution(&mut self, id: &str, change: impl FnOnce(&mut Execution)) {
        if let Some(execution) = Arc::make_mut(&mut self.account).athena.get_mut(id) {
            change(execution);
        }
    }

    /// What went well; what did not is the query's end.
    fn kept<T>(&mut self, id: &str, result: SqlResult<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                let (reason, now) = (reason(&error), self.clock.now());
                self.note_execution(id, |execution| execution.end(State::Failed, Some(reason), now));
                None
            }
        }
    }

    /// The account belongs to the query's sandbox while it does something.
    pub(super) fn lend_account<T>(
        &mut self,
        scratch: &mut Sandbox,
        work: impl FnOnce(&mut Sandbox) -> T,
    ) -> T {
        std::mem::swap(&mut self.account, &mut scratch.account);
        let done = work(scratch);
        std::mem::swap(&mut self.account, &mut scratch.account);
        done
    }

    /// Begins a query; `None` for one that was done at once.
    fn begin_query(&mut self, execution: &Execution) -> SqlResult<Option<Query>> {
        self.note_execution(&execution.id, |execution| execution.state = State::Running);
        let caller = Caller { identity: execution.identity.clone(), ..Caller::user("") };
        let caller = caller.by_service().in_region(Some(execution.region.clone()));
        let sql = execution.sql.trim().trim_end_matches(';').trim();
        if let Some(table) = self.told(sql, execution, &caller)? {
            self.answer(execution, &caller, table, 0)?;
            return Ok(None);
        }
        let view = new_view(sql, execution)?;
        let text = match &view {
            Some(view) => view.probe(),
            None => engine_sql(sql, execution)?,
        };
        let mut parsed = parse::parse(&text).map_err(|error| not_parsed(error, &text))?;
        let (Some(mut first), true) = (parsed.pop(), parsed.is_empty()) else {
            return Err(SqlError::product(
                "0A000",
                "Only one sql statement is allowed. Got: ".to_owned() + sql,
            ));
        };
        place(&mut first, execution.database.as_deref())?;
        let mut scratch = Box::new(self.scratch(&execution.region, &caller));
        let session = scratch.connect(ADMIN, None)?;
        if let Some(session) = scratch.sessions.get_mut(&session) {
            session.database = Identifier::fold(CATALOG);
            if let Some(database) = &execution.database {
                session.settings.insert("search_path".to_owned(), database.clone());
            }
        }
        let running = self.lend_account(&mut scratch, |scratch| scratch.start(session, &first))?;
        let (id, batches) = (execution.id.clone(), Vec::new());
        Ok(Some(Query { id, caller, scratch, session, running: Some(running), batches, view }))
    }

    /// A sandbox with nothing but names for the catalog's databases.
    pub(super) fn scratch(&self, region: &str, caller: &Caller) -> Sandbox {
        let mut scratch = Sandbox::new(self.seed);
        let admin = Identifier::fold(ADMIN);
        let mut manifest = Manifest::with_admin(CATALOG, admin, Password::Disabled);
        for name in self.account.glue.names(region).into_iter().chain([OWN.to_owned()]) {
            let id = manifest.catalog.allocate();
            let schema = Schema {
                id,
                name: Identifier::fold(&name),
                owner: UserId::ADMIN,
                acl: Acl::default(),
                relations: Default::default(),
                external: Some(Box::new(ExternalSchema {
                    database: name.clone(),
                    roles: Vec::new(),
                    catalog_roles: Vec::new(),
                    region: None,
                })),
            };
            if let Some(database) = manifest.catalog.database_mut(&Identifier::fold(CATALOG)) {
                database.schemas.insert(schema.name.clone(), Arc::new(schema));
            }
        }
        let mut next = Vec::new();
        next.extend((0..self.account.glue.views(region).count()).map(|_| manifest.catalog.allocate()));
        if let Some(database) = manifest.catalog.database_mut(&Identifier::fold(CATALOG)) {
            self.add_views(region, database, next);
        }
        scratch.warehouse.committed = Arc::new(manifest);
        scratch.clock = self.clock.clone();
        scratch.memory_limit = self.memory_limit;
        scratch.extensions = self.extensions;
        scratch.acting = Some(Box::new(Acting { caller: caller.clone(), own: Value::Null, bookmark: None }));
        scratch
    }

    /// Whether all is done.
    fn advance_query(&mut self, query: &mut Query) -> SqlResult<bool> {
        let Some(running) = &mut query.running else { return Ok(true) };
        let began = query.scratch.clock.now();
        let step = self.lend_account(&mut query.scratch, |scratch| scratch.step(running));
        let scanned = if query.view.is_some() { 0 } else { running.scanned_outside() };
        self.note_execution(&query.id, |execution| execution.scanned = scanned);
        if self.account.athena.most(&query.id).is_some_and(|most| scanned > most) {
            let now = self.clock.now();
            self.note_execution(&query.id, |execution| {
                let reason = "Bytes scanned limit was exceeded".to_owned();
                execution.end(State::Cancelled, Some(reason), now);
            });
            return Ok(false);
        }
        let passed = query.scratch.clock.now().0 - began.0;
        self.clock.advance(passed);
        match step? {
            Step::Running(_) | Step::Waiting(_) => Ok(false),
            Step::Rows(batch) => {
                query.batches.push(batch);
                Ok(false)
            }
            Step::Done(completion) => {
                let mut table = table(&completion, &query.batches);
                query.scratch.disconnect(query.session);
                if let Some(view) = query.view.take() {
                    self.keep_view(&view, query, &table)?;
                    table = Table::default();
                }
                let Some(execution) = self.account.athena.get(&query.id).cloned() else { return Ok(true) };
                self.answer(&execution, &query.caller, table, scanned)?;
                Ok(true)
            }
        }
    }

    /// What a query has read, whether it came to its end or was stopped, costs.
    fn pay(&mut self, id: &str, scanned: u64) {
        let (now, account) = (self.clock.now(), Arc::make_mut(&mut self.account));
        if let Some(execution) = account.athena.get(id) {
            let (region, resource) = (&execution.region, &execution.workgroup);
            account.meter.scan(Of { usage: Usage::AthenaScan, region, resource }, scanned, now);
        }
    }

    /// The rows go to S3, as the caller may put them, and the query is over.
    fn answer(
        &mut self,
        execution: &Execution,
        caller: &Caller,
        table: Table,
        scanned: u64,
    ) -> SqlResult<()> {
        let body = match execution.kind {
            Kind::Dml if table.columns.is_empty() => String::new(),
            Kind::Dml => csv(&table),
            Kind::Ddl | Kind::Utility => {
                let cells = |row: &Vec<Option<String>>| {
                    row.iter().map(|cell| cell.as_deref().unwrap_or("")).collect::<Vec<_>>().join("\t") + "\n"
                };
                table.rows.iter().map(cells).collect()
            }
        };
        let path = execution.output.strip_prefix("s3://").unwrap_or("");
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        // unconfirmed: what lies in the file beside the result; its name is AWS's.
        let described = json!(table.columns).to_string();
        for (key, body) in [(key.to_owned(), body), (format!("{key}.metadata"), described)] {
            let put = json!({"Bucket": bucket, "Key": key});
            let put = self.call(caller, "s3", "PutObject", put, Some(body.into_bytes().into()));
            put.map_err(|error| not_written(&error, &execution.output))?;
        }
        let now = self.clock.now();
        let time = (now.0 - execution.submitted.0) / 1_000;
        self.pay(&execution.id, scanned);
        self.note_execution(&execution.id, |execution| {
            execution.columns = table.columns;
            execution.engine_time = time.max(1);
            execution.end(State::Succeeded, None, now);
        });
        Ok(())
    }
}

pub(super) fn refused(error: &ApiError) -> SqlError {
    let text = match &error.fault {
        // unconfirmed: the words around AWS's own.
        Fault::Denied(_) => {
            format!("Insufficient permissions to execute the query. {}", error.fault.message())
        }
        fault => fault.message(),
    };
    SqlError::product("XX000", text)
}

/// A result that the caller may not put where it should go.
fn not_written(error: &ApiError, output: &str) -> SqlError {
    let text = match &error.fault {
        Fault::Denied(_) => format!(
            "Access denied when writing output to url: {output} . Please ensure you are allowed to access the S3 bucket. If you are encrypting query results with KMS key, please ensure you are allowed to access your KMS key"
        ),
        // unconfirmed: the words around AWS's own.
        fault => format!("Unable to verify/create output bucket: {}", fault.message()),
    };
    SqlError::product("XX000", text)
}

/// A failure in Athena's words, as far as they are known; the rest is the engine's (unconfirmed).
fn reason(error: &SqlError) -> String {
    let message = error.kind.message();
    // In quotes, or behind the word that says what it is.
    let name =
        |text: &str| text.split('"').nth(1).or_else(|| text.split(' ').nth(1)).unwrap_or("").to_owned();
    if message.starts_with("Unsupported data type \"super\"") {
        return gap("CREATE TABLE AS with columns of type row or array").kind.message();
    }
    let called = message.strip_prefix("function ").and_then(|rest| rest.split_once('('));
    match &*error.kind {
        SqlErrorKind::Product { state: "42883", .. }
            if called.is_some_and(|(called, _)| is_trinos(called)) =>
        {
            let called = called.map_or("", |(called, _)| called).to_uppercase();
            gap(&format!("the function {called}")).kind.message()
        }
        SqlErrorKind::Syntax { .. } => format!("SYNTAX_ERROR: {message}"),
        SqlErrorKind::Product { state: "42P01", .. } => {
            format!("TABLE_NOT_FOUND: Table '{CATALOG}.{}' does not exist", name(&message))
        }
        SqlErrorKind::Product { state: "3F000", .. } => {
            format!("SCHEMA_NOT_FOUND: Schema '{}' does not exist", name(&message))
        }
        SqlErrorKind::Product { state: "42703", .. } => format!(
            "COLUMN_NOT_FOUND: Column '{}' cannot be resolved or requester is not authorized to access requested resources",
            name(&message)
        ),
        _ => match message.strip_prefix("S3ServiceException:").and_then(|rest| rest.split_once(",Rid ")) {
            // unconfirmed: the words around S3's own.
            Some((said, _)) => format!("Insufficient permissions to execute the query. S3: {said}"),
            None => message,
        },
    }
}
