//! What is told of queries, and the rows of those that succeeded.

use serde_json::Value;

use super::execution::{Execution, Kind, State, missing};
use super::workgroup::engine;
use super::{PRIMARY, invalid, page};
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::json::json;

impl Execution {
    fn value(&self) -> Value {
        let mut context = json!({"Catalog": "awsdatacatalog"});
        if let Some(database) = &self.database {
            context = json!({"Database": database, "Catalog": "awsdatacatalog"});
        }
        let mut status = json!({"State": self.state.word()});
        if let Some(reason) = &self.reason {
            status["StateChangeReason"] = json!(reason);
        }
        status["SubmissionDateTime"] = json!(iso(self.submitted));
        if let Some(completed) = self.completed {
            status["CompletionDateTime"] = json!(iso(completed));
        }
        json!({
            "QueryExecutionId": self.id,
            "Query": self.sql,
            "StatementType": self.kind.word(),
            "ResultConfiguration": {"OutputLocation": self.output},
            "QueryExecutionContext": context,
            "Status": status,
            "Statistics": {
                "EngineExecutionTimeInMillis": self.engine_time,
                "DataScannedInBytes": self.scanned,
                "TotalExecutionTimeInMillis": self.engine_time,
                "QueryQueueTimeInMillis": 0,
                "ServiceProcessingTimeInMillis": 0,
            },
            "WorkGroup": self.workgroup,
            "EngineVersion": engine(),
        })
    }
}

pub fn get(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let id = order.parameters.required("QueryExecutionId");
    let execution = account.athena.get(id).ok_or_else(|| missing(id))?;
    Ok(json!({"QueryExecution": execution.value()}))
}

pub fn get_many(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for id in order.parameters.texts("QueryExecutionIds") {
        match account.athena.get(id) {
            Some(execution) => found.push(execution.value()),
            None => unknown.push(json!({
                "QueryExecutionId": id,
                "ErrorCode": "INVALID_INPUT",
                "ErrorMessage": format!("QueryExecution {id} was not found"),
            })),
        }
    }
    Ok(json!({"QueryExecutions": found, "UnprocessedQueryExecutionIds": unknown}))
}

/// The newest first.
pub fn list(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.text("WorkGroup").unwrap_or(PRIMARY);
    let of_group = account.athena.executions.iter().rev().filter(|execution| execution.workgroup == name);
    page(order, "QueryExecutionIds", of_group.map(|execution| json!(execution.id)).collect())
}

/// Rows as they lie in S3; the first is the header.
pub fn results(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let id = parameters.required("QueryExecutionId");
    let execution = account.athena.get(id).ok_or_else(|| missing(id))?;
    match execution.state {
        State::Succeeded => {}
        State::Queued | State::Running => {
            let state = execution.state.word();
            return Err(invalid(format!("Query has not yet finished. Current state: {state}")));
        }
        State::Failed | State::Cancelled => {
            let state = execution.state.word();
            return Err(invalid(format!("Query did not finish successfully. Final query state: {state}")));
        }
    }
    let place = execution.output.strip_prefix("s3://").and_then(|path| path.split_once('/'));
    let object = place.and_then(|(bucket, key)| account.s3.buckets.get(bucket)?.objects.get(key));
    let Some(bytes) = object.and_then(|object| object.body.data()) else {
        return Err(invalid("Could not find results"));
    };
    let all = match execution.kind {
        Kind::Dml => records(&bytes.whole()),
        Kind::Ddl | Kind::Utility => String::from_utf8_lossy(&bytes.whole())
            .lines()
            .map(|line| line.split('\t').map(|cell| Some(cell.to_owned())).collect())
            .collect(),
    };
    let from: usize = parameters.text("NextToken").and_then(|token| token.parse().ok()).unwrap_or(0);
    let most = parameters.integer("MaxResults").unwrap_or(1_000).clamp(1, 1_000) as usize;
    let more = from + most < all.len();
    let row = |cells: Vec<Option<String>>| {
        let data: Vec<Value> = cells
            .into_iter()
            .map(|cell| cell.map_or_else(|| json!({}), |text| json!({"VarCharValue": text})))
            .collect();
        json!({"Data": data})
    };
    let rows: Vec<Value> = all.into_iter().skip(from).take(most).map(row).collect();
    let columns: Vec<Value> = execution.columns.iter().map(column).collect();
    let mut value = json!({
        "UpdateCount": 0,
        "ResultSet": {"Rows": rows, "ResultSetMetadata": {"ColumnInfo": columns}},
    });
    if more {
        value["NextToken"] = json!((from + most).to_string());
    }
    Ok(value)
}

fn column((name, kind): &(String, String)) -> Value {
    let (base, sizes) = kind.split_once('(').unwrap_or((kind, ""));
    let mut sizes =
        sizes.trim_end_matches(')').split(',').map(|size| size.trim().parse::<i64>().unwrap_or(0));
    let (precision, scale) = match base {
        "tinyint" => (3, 0),
        "smallint" => (5, 0),
        "integer" => (10, 0),
        "bigint" => (19, 0),
        "double" | "real" => (17, 0),
        "date" | "boolean" => (0, 0),
        "timestamp" => (3, 0),
        "decimal" => (sizes.next().unwrap_or(38), sizes.next().unwrap_or(0)),
        _ => (2_147_483_647, 0),
    };
    json!({
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": name,
        "Label": name,
        "Type": base,
        "Precision": precision,
        "Scale": scale,
        "Nullable": "UNKNOWN",
        "CaseSensitive": base == "varchar" || base == "char",
    })
}

/// The records of a result file: every value in quotes, nothing for NULL.
fn records(bytes: &[u8]) -> Vec<Vec<Option<String>>> {
    let text = String::from_utf8_lossy(bytes);
    let mut records = Vec::new();
    let (mut record, mut cell): (Vec<Option<String>>, Option<String>) = (Vec::new(), None);
    let mut quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.get_or_insert_default().push('"');
            }
            '"' => {
                quoted = !quoted;
                cell.get_or_insert_default();
            }
            ',' if !quoted => record.push(cell.take()),
            '\n' if !quoted => {
                record.push(cell.take());
                records.push(std::mem::take(&mut record));
            }
            letter => cell.get_or_insert_default().push(letter),
        }
    }
    records
}
