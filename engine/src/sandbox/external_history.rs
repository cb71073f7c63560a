//! What the system's logs and the bill remember of reads outside: `svl_s3query_summary` and its like.

use std::sync::Arc;

use super::Sandbox;
use super::history::push;
use crate::aws::meter::{Of, Usage};
use crate::clock::Instant;
use crate::sql::error::{SqlError, SqlErrorKind};
use crate::sql::execute::{Context, ExternalRead};
use crate::warehouse::value::Value;

/// Which statement it was.
pub(super) struct Statement<'a> {
    pub query: i64,
    pub transaction: i64,
    pub session: u32,
    pub error: Option<&'a SqlError>,
}

impl Sandbox {
    /// `stl_usage_control`: a query that found a limit reached, or reached it.
    fn remember_limits(&mut self, statement: &Statement<'_>, now: Instant) {
        let reached = self.account.reached_limits(&self.warehouse.cluster, now);
        let rows = reached.map(|(limit, _)| {
            vec![
                Value::Timestamp(now.0),
                Value::Integer(statement.query as i32),
                Value::BigInt(statement.transaction),
                Value::Integer(statement.session as i32),
                Value::string(limit.id.as_str()),
                Value::string(limit.feature()),
            ]
        });
        for row in rows.collect::<Vec<_>>() {
            push(Arc::make_mut(&mut self.warehouse.logs), "stl_usage_control", row);
        }
    }

    /// A statement that failed costs nothing; one that was canceled pays for what it read.
    pub(super) fn remember_outside(&mut self, context: &Context, statement: &Statement<'_>) {
        if context.external.is_empty() {
            return;
        }
        let now = self.clock.now();
        let canceled = |error: &SqlError| matches!(*error.kind, SqlErrorKind::Canceled(_));
        // A workgroup's RPUs have paid for it; what Athena reads is Athena's.
        let pays = self.acting.is_none() && !self.is_serverless();
        if pays && statement.error.is_none_or(canceled) {
            let bytes: u64 = context.external.iter().map(|read| read.scanned_bytes).sum();
            let account = Arc::make_mut(&mut self.account);
            let region = account.region.clone();
            let of = Of { usage: Usage::SpectrumScan, region: &region, resource: &self.warehouse.cluster };
            account.meter.scan(of, bytes, now);
        }
        self.remember_limits(statement, now);
        let logs = Arc::make_mut(&mut self.warehouse.logs);
        let user = Value::Integer(context.evaluation.user.0 as i32);
        let began = context.evaluation.statement_start;
        let times = [Value::Timestamp(began.0), Value::Timestamp(now.0), Value::BigInt(now.0 - began.0)];
        let query = Value::Integer(statement.query as i32);
        let aborted = i32::from(statement.error.is_some());
        for (segment, read) in context.external.iter().enumerate() {
            let read = &came_back(read, context);
            let facts = Facts::of(read);
            let segment = Value::Integer(segment as i32);
            let zero = || Value::Integer(0);
            let mut row = vec![user.clone(), query.clone(), Value::BigInt(statement.transaction)];
            row.extend([Value::Integer(statement.session as i32), segment.clone(), zero()]);
            row.extend(times.clone());
            row.push(Value::Integer(aborted));
            row.extend([
                facts.name.clone(),
                Value::string(read.table.form.name()),
                facts.partitioned.clone(),
            ]);
            row.extend([Value::string("f"), facts.nested.clone()]);
            row.extend(facts.counts.clone());
            let files = Value::Integer(read.files as i32);
            row.extend([
                files.clone(),
                files.clone(),
                files.clone(),
                files.clone(),
                files.clone(),
                files.clone(),
            ]);
            row.extend([facts.size.clone(), facts.largest.clone(), facts.mean.clone()]);
            row.extend([zero(), zero(), zero()]);
            push(logs, "svl_s3query_summary", row);

            let mut row = vec![user.clone(), query.clone(), segment.clone(), zero(), zero(), zero()];
            row.extend(times.clone());
            row.extend([facts.name.clone(), facts.partitioned.clone(), Value::string("f")]);
            row.extend(facts.counts.clone());
            row.extend([files.clone(), files.clone(), facts.size.clone(), facts.largest.clone()]);
            row.extend([zero(), zero(), zero()]);
            push(logs, "svl_s3query", row);

            let (total, qualified) = (read.content.total as i32, read.content.partitions.len() as i32);
            if read.table.is_partitioned() {
                let mut row =
                    vec![user.clone(), Value::BigInt(statement.query), segment.clone(), zero(), zero()];
                row.extend(times.clone());
                row.extend([total, qualified, qualified].map(Value::Integer));
                row.push(Value::string("n"));
                push(logs, "svl_s3partition", row);
            }
            if let Some(error) = statement.error {
                let mut row = vec![user.clone(), Value::Integer(statement.session as i32), query.clone()];
                row.extend([segment.clone(), zero(), zero(), zero(), Value::Timestamp(now.0)]);
                row.push(Value::string(error.kind.message()));
                push(logs, "svl_s3log", row);
            }

            let mut row = vec![user.clone(), Value::BigInt(statement.query)];
            row.extend([
                Value::BigInt(statement.transaction),
                Value::Integer(1),
                segment,
                Value::string("S3"),
            ]);
            row.extend(times.clone());
            row.extend([i64::from(total), i64::from(qualified), read.files as i64].map(Value::BigInt));
            row.extend([read.returned_rows, read.returned_bytes].map(|count| Value::BigInt(count as i64)));
            row.extend([Value::string(read.table.form.name()), Value::string(read.table.location.as_str())]);
            row.extend([Value::string(""), Value::string(""), facts.name]);
            row.extend([Value::string("f"), facts.nested, Value::BigInt(0), Value::BigInt(0)]);
            push(logs, "sys_external_query_detail", row);
        }
    }
}

/// Of a scan below an aggregate that the Spectrum layer computes only groups come back, of each partition its own: as
/// many of them as the whole has, because nobody counts them apart (unconfirmed).
fn came_back(read: &ExternalRead, context: &Context) -> ExternalRead {
    let mut read = read.clone();
    if let Some(step) = read.pushed.and_then(|number| context.profile.step(number)) {
        let parts = read.content.partitions.len().max(1) as u64;
        read.returned_rows = (step.rows * parts).min(read.returned_rows);
        read.returned_bytes = (step.bytes * parts).min(read.returned_bytes);
    }
    read
}

/// Cells that several logs share.
struct Facts {
    name: Value,
    partitioned: Value,
    nested: Value,
    /// Rows and bytes scanned, rows and bytes returned.
    counts: [Value; 4],
    size: Value,
    largest: Value,
    mean: Value,
}

impl Facts {
    fn of(read: &ExternalRead) -> Self {
        let sizes = || read.content.files.iter().take(read.files).map(|file| file.bytes.len() as i64);
        let size: i64 = sizes().sum();
        let name = format!("S3 Scan {}_{}", read.table.schema, read.table.name);
        let counts = [read.scanned_rows, read.scanned_bytes, read.returned_rows, read.returned_bytes];
        Facts {
            // unconfirmed: its shape.
            name: Value::string(name),
            partitioned: Value::string(if read.table.is_partitioned() { "t" } else { "f" }),
            nested: Value::string(if read.table.columns.iter().any(|column| column.nested.is_some()) {
                "t"
            } else {
                "f"
            }),
            counts: counts.map(|count| Value::BigInt(count as i64)),
            size: Value::BigInt(size),
            largest: Value::BigInt(sizes().max().unwrap_or(0)),
            mean: Value::BigInt(size / (read.files.max(1) as i64)),
        }
    }
}
