//! A query on its way: queued, running, over.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{PRIMARY, invalid};
use crate::aws::caller::Identity;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Execution {
    pub id: String,
    pub sql: String,
    pub kind: Kind,
    pub workgroup: String,
    pub database: Option<String>,
    pub region: String,
    /// As whom it is run.
    pub identity: Identity,
    /// `s3://bucket/prefix/id.csv`.
    pub output: String,
    pub state: State,
    /// Why it failed.
    pub reason: Option<String>,
    pub submitted: Instant,
    pub completed: Option<Instant>,
    pub scanned: u64,
    /// Milliseconds.
    pub engine_time: i64,
    /// Names and types of the answer's columns.
    pub columns: Vec<(String, String)>,
}

/// What kind of statement it is, as the API calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    Ddl,
    Dml,
    Utility,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            State::Queued => "QUEUED",
            State::Running => "RUNNING",
            State::Succeeded => "SUCCEEDED",
            State::Failed => "FAILED",
            State::Cancelled => "CANCELLED",
        }
    }

    pub fn is_over(self) -> bool {
        matches!(self, State::Succeeded | State::Failed | State::Cancelled)
    }
}

impl Kind {
    fn of(sql: &str) -> Kind {
        let word: String = sql.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
        match word.to_uppercase().as_str() {
            "CREATE" | "DROP" | "ALTER" | "MSCK" => Kind::Ddl,
            "SHOW" | "DESCRIBE" | "DESC" | "EXPLAIN" => Kind::Utility,
            _ => Kind::Dml,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Kind::Ddl => "DDL",
            Kind::Dml => "DML",
            Kind::Utility => "UTILITY",
        }
    }
}

impl Execution {
    pub fn end(&mut self, state: State, reason: Option<String>, now: Instant) {
        (self.state, self.reason, self.completed) = (state, reason, Some(now));
    }
}

pub fn start(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = parameters.text("WorkGroup").unwrap_or(PRIMARY);
    let workgroup = account.athena.workgroups.get(name);
    let workgroup = workgroup.ok_or_else(|| invalid(format!("WorkGroup {name} is not found.")))?;
    if !workgroup.enabled {
        return Err(invalid(format!("WorkGroup {name} is disabled.")));
    }
    let asked = parameters.structure("ResultConfiguration").text("OutputLocation");
    let place = match (workgroup.output(), asked) {
        (Some(own), _) if workgroup.enforced() => own,
        (_, Some(asked)) => asked,
        (Some(own), None) => own,
        (None, None) => {
            return Err(invalid(
                "No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.",
            ));
        }
    };
    if !place.starts_with("s3://") {
        return Err(invalid("outputLocation is not a valid S3 path."));
    }
    let place = place.trim_end_matches('/').to_owned();
    let sql = parameters.required("QueryString").trim().to_owned();
    if sql.is_empty() {
        return Err(invalid("Query string must not be empty."));
    }
    let id = account.identifiers.uuid();
    let kind = Kind::of(&sql);
    let ending = if kind == Kind::Dml { "csv" } else { "txt" };
    let execution = Execution {
        output: format!("{place}/{id}.{ending}"),
        id: id.clone(),
        kind,
        sql,
        workgroup: name.to_owned(),
        database: parameters.structure("QueryExecutionContext").text("Database").map(str::to_lowercase),
        region: order.region.to_owned(),
        identity: order.caller.identity.clone(),
        state: State::Queued,
        reason: None,
        submitted: order.now,
        completed: None,
        scanned: 0,
        engine_time: 0,
        columns: Vec::new(),
    };
    account.athena.executions.push(execution);
    Ok(json!({"QueryExecutionId": id}))
}

/// What is over stays as it is.
pub fn stop(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let id = order.parameters.required("QueryExecutionId");
    let execution = account.athena.get_mut(id).ok_or_else(|| missing(id))?;
    if !execution.state.is_over() {
        execution.end(State::Cancelled, None, order.now);
    }
    Ok(Value::Null)
}

pub(super) fn missing(id: &str) -> Fault {
    invalid(format!("QueryExecution {id} was not found"))
}
