//! Athena's queries: run on the engine underneath, but on no cluster, over the catalog and S3 as the caller may use
//! them.
//!
//! A query gets a sandbox of its own with nothing in it but an external schema for each of the catalog's databases; the
//! account is lent to it for each step. So it takes the way of any statement, and leaves nothing in the warehouse.

use std::sync::Arc;

use serde_json::{Value, json};

use super::athena_table::{Table, csv, table};
use super::job_run::OWN;
use super::outside::Acting;
use super::{ADMIN, Running, Sandbox};
use crate::aws::athena::{Execution, Kind, State};
use crate::aws::meter::{Of, Usage};
use crate::aws::{ApiError, Caller, Fault};
use crate::sql::error::{Span, SqlError, SqlErrorKind, SqlResult};
use crate::sql::outcome::{Batch, Step};
use crate::sql::parse;
use crate::sql::session::SessionId;
use crate::sql::statement::{ExternalStatement, ParsedStatement, Statement};
use crate::sql::syntax::{Expression, Ident, SelectItem, SetExpression};
use crate::warehouse::access::{Acl, UserId};
use crate::warehouse::catalog::Schema;
use crate::warehouse::external::ExternalSchema;
use crate::warehouse::identifier::{Identifier, QualifiedName};
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
        let mut parsed = parse::parse(&engine_sql(sql, execution.kind))?;
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
        Ok(Some(Query { id, caller, scratch, session, running: Some(running), batches }))
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
        scratch.warehouse.committed = Arc::new(manifest);
        scratch.clock = self.clock.clone();
        scratch.memory_limit = self.memory_limit;
        scratch.extensions = self.extensions;
        scratch.acting = Some(Box::new(Acting { caller: caller.clone(), own: Value::Null }));
        scratch
    }

    /// Whether all is done.
    fn advance_query(&mut self, query: &mut Query) -> SqlResult<bool> {
        let Some(running) = &mut query.running else { return Ok(true) };
        let began = query.scratch.clock.now();
        let step = self.lend_account(&mut query.scratch, |scratch| scratch.step(running));
        let scanned = running.scanned_outside();
        self.note_execution(&query.id, |execution| execution.scanned = scanned);
        let passed = query.scratch.clock.now().0 - began.0;
        self.clock.advance(passed);
        match step? {
            Step::Running(_) => Ok(false),
            Step::Rows(batch) => {
                query.batches.push(batch);
                Ok(false)
            }
            Step::Done(completion) => {
                let table = table(&completion, &query.batches);
                query.scratch.disconnect(query.session);
                let Some(execution) = self.account.athena.get(&query.id).cloned() else { return Ok(true) };
                self.answer(&execution, &query.caller, table, scanned)?;
                Ok(true)
            }
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
        let account = Arc::make_mut(&mut self.account);
        let of = Of { usage: Usage::AthenaScan, region: &execution.region, resource: &execution.workgroup };
        account.meter.scan(of, scanned, now);
        self.note_execution(&execution.id, |execution| {
            execution.columns = table.columns;
            execution.engine_time = time.max(1);
            execution.end(State::Succeeded, None, now);
        });
        Ok(())
    }

    /// Statements that the catalog alone answers; `None` for those that are the engine's.
    fn told(&mut self, sql: &str, execution: &Execution, caller: &Caller) -> SqlResult<Option<Table>> {
        let plain = sql.replace('`', "");
        let words: Vec<&str> = plain.split_whitespace().collect();
        let upper: Vec<String> = words.iter().map(|word| word.to_uppercase()).collect();
        let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
        let last = words.last().copied().unwrap_or("").trim_matches(['\'', '"']);
        let one = |name: &str| vec![(name.to_owned(), "string".to_owned())];
        let rows = |names: Vec<String>| names.into_iter().map(|name| vec![Some(name)]).collect();
        let here = execution.database.clone().unwrap_or_else(|| "default".to_owned());
        let (database, table) = match last.split_once('.') {
            Some((database, table)) => (database.to_lowercase(), table.to_lowercase()),
            None => (here.clone(), last.to_lowercase()),
        };
        let names = |list: &Value| -> Vec<String> {
            let names = list.as_array().into_iter().flatten().map(|one| one["Name"].as_str().unwrap_or(""));
            names.map(str::to_owned).collect()
        };
        let mut glue = |operation: &str, parameters: Value| {
            let reply = self.call(caller, "glue", operation, parameters, None);
            reply.map(|reply| reply.value).map_err(|error| refused(&error))
        };
        Ok(Some(match upper.as_slice() {
            ["SHOW", "DATABASES" | "SCHEMAS"] => {
                let found = glue("GetDatabases", json!({}))?;
                Table { columns: one("database_name"), rows: rows(names(&found["DatabaseList"])) }
            }
            ["SHOW", "TABLES"] | ["SHOW", "TABLES", "IN" | "FROM", _] => {
                let of = if upper.len() > 2 { last.to_lowercase() } else { here };
                let found = glue("GetTables", json!({"DatabaseName": of}))?;
                Table { columns: one("tab_name"), rows: rows(names(&found["TableList"])) }
            }
            ["SHOW", "PARTITIONS", _] => {
                let of = json!({"DatabaseName": database, "Name": table});
                let keys = names(&glue("GetTable", of)?["Table"]["PartitionKeys"]);
                let of = json!({"DatabaseName": database, "TableName": table});
                let found = glue("GetPartitions", of)?;
                let shown = |partition: &Value| {
                    let values = partition["Values"].as_array().into_iter().flatten();
                    let pairs = keys.iter().zip(values);
                    let pairs = pairs.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or("")));
                    pairs.collect::<Vec<_>>().join("/")
                };
                let all = found["Partitions"].as_array().into_iter().flatten().map(shown).collect();
                Table { columns: one("partition"), rows: rows(all) }
            }
            ["DESCRIBE" | "DESC", _] => {
                let found = glue("GetTable", json!({"DatabaseName": database, "Name": table}))?;
                let stored = found["Table"]["StorageDescriptor"]["Columns"].as_array().into_iter().flatten();
                let keys = found["Table"]["PartitionKeys"].as_array().into_iter().flatten();
                let shown = |column: &Value| {
                    let text = |name: &str| column[name].as_str().unwrap_or("").to_owned();
                    vec![Some(text("Name")), Some(text("Type")), Some(text("Comment"))]
                };
                let columns = ["col_name", "data_type", "comment"];
                let columns = columns.map(|name| (name.to_owned(), "string".to_owned())).to_vec();
                Table { columns, rows: stored.chain(keys).map(shown).collect() }
            }
            ["CREATE", "DATABASE" | "SCHEMA", rest @ ..] => {
                let made = glue("CreateDatabase", json!({"DatabaseInput": {"Name": last.to_lowercase()}}));
                match made {
                    Err(error) if rest.len() == 1 || !error.kind.message().contains("already exists") => {
                        return Err(error);
                    }
                    _ => Table::default(),
                }
            }
            ["DROP", "DATABASE" | "SCHEMA", _] => {
                glue("DeleteDatabase", json!({"Name": last.to_lowercase()}))?;
                Table::default()
            }
            ["MSCK", "REPAIR", "TABLE", _] => {
                let found = glue("GetTable", json!({"DatabaseName": database, "Name": table}))?;
                let said = self.repair(&database, &table, &found["Table"], caller)?;
                Table { columns: Vec::new(), rows: rows(said) }
            }
            _ => return Ok(None),
        }))
    }

    /// Adds a partition for every folder that is named after the keys (`month=2023-05/`).
    fn repair(
        &mut self,
        database: &str,
        name: &str,
        table: &Value,
        caller: &Caller,
    ) -> SqlResult<Vec<String>> {
        let location = table["StorageDescriptor"]["Location"].as_str().unwrap_or("").trim_end_matches('/');
        let (bucket, prefix) =
            location.strip_prefix("s3://").and_then(|path| path.split_once('/')).unwrap_or(("", ""));
        let keys: Vec<&str> = table["PartitionKeys"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|key| key["Name"].as_str())
            .collect();
        let list = json!({"Bucket": bucket, "Prefix": format!("{prefix}/")});
        let found = self.call(caller, "s3", "ListObjectsV2", list, None).map_err(|error| refused(&error))?;
        let (mut said, mut seen) = (Vec::new(), Vec::new());
        for object in found.value["Contents"].as_array().into_iter().flatten() {
            let path = object["Key"].as_str().and_then(|key| key.get(prefix.len() + 1..)).unwrap_or("");
            let folders: Vec<&str> = path.split('/').collect();
            if folders.len() <= keys.len() || keys.is_empty() {
                continue;
            }
            let named = folders.iter().zip(&keys).map(|(folder, key)| {
                let (name, value) = folder.split_once('=')?;
                name.eq_ignore_ascii_case(key).then(|| value.to_owned())
            });
            let Some(values) = named.collect::<Option<Vec<String>>>() else { continue };
            if seen.contains(&values) {
                continue;
            }
            let folder = folders[..keys.len()].join("/");
            let mut descriptor = table["StorageDescriptor"].clone();
            descriptor["Location"] = json!(format!("{location}/{folder}/"));
            let input = json!({
                "DatabaseName": database,
                "TableName": name,
                "PartitionInput": {"Values": values, "StorageDescriptor": descriptor},
            });
            match self.call(caller, "glue", "CreatePartition", input, None) {
                Ok(_) => {
                    if said.is_empty() {
                        said.push("Partitions not in metastore:\t".to_owned());
                    }
                    said[0].push_str(&format!("{name}:{folder} "));
                    said.push(format!("Repair: Added partition to metastore {name}:{folder}"));
                }
                Err(error) if error.fault.code() == "AlreadyExistsException" => {}
                Err(error) => return Err(refused(&error)),
            }
            seen.push(values);
        }
        if let Some(first) = said.first_mut() {
            *first = first.trim_end().to_owned();
        }
        Ok(said)
    }
}

/// Athena's DDL as the engine's grammar has it. Queries are as they are.
fn engine_sql(sql: &str, kind: Kind) -> String {
    if kind == Kind::Dml {
        return sql.to_owned();
    }
    let mut out = String::with_capacity(sql.len());
    let mut quoted = false;
    for piece in sql.split_inclusive('\'') {
        let mut piece = piece.replace('`', "");
        if !quoted {
            for (from, to) in [("TBLPROPERTIES", "TABLE PROPERTIES"), ("string", "varchar(65535)")] {
                let lower = piece.to_lowercase();
                if let Some(at) = lower.find(&from.to_lowercase()) {
                    let (before, after) = (&piece[..at], &piece[at + from.len()..]);
                    // Again for those that follow.
                    piece = format!("{before}{to}{}", engine_sql(after, kind));
                }
            }
        }
        out.push_str(&piece);
        quoted = !quoted;
    }
    out
}

/// A column without a name is called after its place: `_col0`.
fn name_columns(body: &mut SetExpression) {
    let select = match body {
        SetExpression::Select(select) => select,
        SetExpression::Query(query) => return name_columns(&mut query.body),
        SetExpression::SetOperation { left, .. } => return name_columns(left),
    };
    for (at, item) in select.projection.iter_mut().enumerate() {
        if let SelectItem::Unnamed(expr) = item
            && !matches!(expr, Expression::Identifier(_) | Expression::CompoundIdentifier(_))
        {
            let alias =
                Ident { value: format!("_col{at}"), quote_style: None, span: Span { start: 0, end: 0 } };
            *item = SelectItem::Named { expr: expr.clone(), alias };
        }
    }
}

/// Only what Athena does; names without a database are the context's.
fn place(parsed: &mut ParsedStatement, database: Option<&str>) -> SqlResult<()> {
    let here = |name: &mut QualifiedName| {
        if name.schema.is_none() {
            name.schema = database.map(Identifier::fold);
        }
    };
    match &mut parsed.statement {
        Statement::Query(query) => {
            name_columns(&mut query.body);
            Ok(())
        }
        Statement::DropTable { names, .. } => {
            names.iter_mut().for_each(here);
            Ok(())
        }
        Statement::External(statement) => {
            match &mut **statement {
                ExternalStatement::CreateTable(create) if create.query.is_some() => {
                    return Err(SqlError::product("0A000", "not simulated yet: this statement in Athena"));
                }
                ExternalStatement::CreateTable(create) => here(&mut create.name),
                ExternalStatement::Alter { table, .. } => here(table),
                ExternalStatement::CreateSchema(_) | ExternalStatement::Show { .. } => {}
            }
            Ok(())
        }
        _ => Err(SqlError::product("0A000", "not simulated yet: this statement in Athena")),
    }
}

fn refused(error: &ApiError) -> SqlError {
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
    let name = |text: &str| text.split('"').nth(1).unwrap_or("").to_owned();
    match &*error.kind {
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
