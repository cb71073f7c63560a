//! A statement, or a batch of them, that was handed in.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Rows, invalid, unknown};
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    Submitted,
    Picked,
    Started,
    Finished,
    Failed,
    Aborted,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    pub id: String,
    pub name: Option<String>,
    /// The unique id of the IAM identity that handed it in.
    pub owner: String,
    pub cluster: Option<String>,
    pub workgroup: Option<String>,
    pub database: String,
    /// As it was given.
    pub db_user: Option<String>,
    /// How it logs in.
    pub login: String,
    pub password: String,
    pub batch: bool,
    /// As they were given, for whoever asks.
    pub parameters: Vec<(String, String)>,
    /// One, or those of a batch, which are one transaction.
    pub parts: Vec<Part>,
    pub status: Status,
    pub error: Option<String>,
    pub created: Instant,
    pub updated: Instant,
    pub token: Option<String>,
    pub process: i64,
}

/// One SQL statement and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub sql: String,
    pub status: Status,
    pub error: Option<String>,
    pub created: Instant,
    pub updated: Instant,
    /// The query's number; -1 when only the leader node worked.
    pub query: i64,
    /// Microseconds.
    pub duration: i64,
    /// Rows that came back, or that were changed.
    pub affected: i64,
    pub rows: Option<Rows>,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Status::Submitted => "SUBMITTED",
            Status::Picked => "PICKED",
            Status::Started => "STARTED",
            Status::Finished => "FINISHED",
            Status::Failed => "FAILED",
            Status::Aborted => "ABORTED",
        }
    }

    pub fn is_over(self) -> bool {
        matches!(self, Status::Finished | Status::Failed | Status::Aborted)
    }
}

impl Part {
    pub fn new(sql: String, now: Instant) -> Self {
        Part {
            sql,
            status: Status::Submitted,
            error: None,
            created: now,
            updated: now,
            query: 0,
            duration: -1,
            affected: -1,
            rows: None,
        }
    }
}

impl Statement {
    /// The name of its cluster or workgroup.
    pub fn target(&self) -> &str {
        self.cluster.as_deref().or(self.workgroup.as_deref()).unwrap_or("")
    }

    /// Ends it; what of it had not ended is over too.
    pub fn end(&mut self, status: Status, error: Option<String>, now: Instant) {
        for part in self.parts.iter_mut().filter(|part| !part.status.is_over()) {
            part.status = if status == Status::Finished { Status::Finished } else { Status::Aborted };
            part.updated = now;
        }
        self.status = status;
        self.error = error;
        self.updated = now;
    }
}

pub fn cancel(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let id = order.parameters.required("Id");
    let statement = account.redshift_data.get_mut(id).ok_or_else(unknown)?;
    if statement.status.is_over() {
        return Err(invalid(format!(
            "Could not cancel a query that is already in {} state with ID: {id}",
            statement.status.name()
        )));
    }
    statement.end(Status::Aborted, None, order.now);
    Ok(json!({"Status": true}))
}
