//! What a finished query leaves in the logs of steps, plans and alerts (`stl_scan`, `stl_explain`, ...).
//!
//! How long a step took is simulated, as time is: so much a step, a block and a row. The prices are unconfirmed and
//! only tell more work from less.

use std::sync::Arc;

use super::history::push;
use crate::clock::Instant;
use crate::sql::execute::profile::Read;
use crate::sql::explain::{Account, Work, WorkKind};
use crate::sql::system;
use crate::warehouse::access::UserId;
use crate::warehouse::manifest::Logs;
use crate::warehouse::value::Value;

/// Who ran the query, and under which numbers.
pub(super) struct Query {
    pub user: UserId,
    pub query: i64,
    pub transaction: i64,
    pub session: u32,
    pub started: Instant,
}

/// Microseconds of one step.
fn duration(work: &Work) -> i64 {
    (50 + work.blocks_read * 20 + work.read.stored.max(work.rows) / 40) as i64
}

/// A step's counts by slice. What a slice held is known; of what was seen and passed each slice gets the same share.
fn by_slice(work: &Work) -> Vec<(u16, Read)> {
    let whole = Read { kept: work.rows, bytes: work.bytes, ..work.read };
    if work.slices.len() < 2 {
        return vec![(work.slices.keys().next().copied().unwrap_or(0), whole)];
    }
    let mut before = 0;
    let mut out = Vec::new();
    for (slice, rows) in &work.slices {
        let after = before + rows;
        let part = |amount: u64| {
            let upto = |rows: u64| u128::from(amount) * u128::from(rows) / u128::from(whole.stored.max(1));
            (upto(after) - upto(before)) as u64
        };
        let read = Read {
            stored: *rows,
            visible: part(whole.visible),
            kept: part(whole.kept),
            bytes: part(whole.bytes),
        };
        out.push((*slice, read));
        before = after;
    }
    out
}

/// Microseconds of a query's whole work.
pub(super) fn elapsed(account: &Account) -> i64 {
    account.work.iter().map(duration).sum()
}

/// The log of steps, a row for each and each slice; those of a query that still runs end at this moment.
pub(super) fn rows(account: &Account, query: &Query, now: Option<Instant>) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    let mut begun = query.started.0;
    let mut works = account.work.as_slice();
    while let Some(first) = works.first() {
        let steps = works.iter().take_while(|work| work.segment == first.segment).count();
        let (segment, rest) = works.split_at(steps);
        let ended = begun + segment.iter().map(duration).sum::<i64>();
        let until = now.map_or(ended, |now| now.0.max(begun));
        for work in segment {
            let alerts = account.alerts.iter();
            let alert = alerts
                .filter(|alert| (alert.segment, alert.step) == (work.segment, work.step))
                .map(|alert| format!("{}. {}.", alert.event, alert.solution))
                .collect::<Vec<_>>()
                .join(" ");
            for (place, (slice, read)) in by_slice(work).into_iter().enumerate() {
                let blocks = if place == 0 { work.blocks_read } else { 0 };
                rows.push(step(work, slice, &read, blocks, (begun, until), &alert, query));
            }
        }
        (begun, works) = (ended, rest);
    }
    rows
}

pub(super) fn remember(logs: &mut Arc<Logs>, account: &Account, query: &Query) {
    if account.work.is_empty() {
        return;
    }
    let logs = Arc::make_mut(logs);
    for row in rows(account, query, None) {
        push(logs, system::STEP_LOG, row);
    }
    plan(logs, account, query);
    for alert in &account.alerts {
        push(
            logs,
            "stl_alert_event_log",
            vec![
                Value::Integer(query.user.0 as i32),
                Value::Integer(query.query as i32),
                Value::Integer(0),
                Value::Integer(alert.segment as i32),
                Value::Integer(alert.step as i32),
                Value::Integer(query.session as i32),
                Value::BigInt(query.transaction),
                Value::string(alert.event.as_str()),
                Value::string(alert.solution),
                Value::Timestamp(query.started.0),
            ],
        );
    }
}

/// One row of the log of steps, in the order of `system::steps::COLUMNS`.
fn step(
    work: &Work,
    slice: u16,
    read: &Read,
    blocks: u64,
    times: (i64, i64),
    alert: &str,
    query: &Query,
) -> Vec<Value> {
    let word = work.kind.word();
    let label = match work.table {
        Some(table) if work.name.is_empty() => format!("{word:<7}tbl={table}"),
        Some(table) => format!("{word:<7}tbl={table} name={}", work.name),
        None if work.name.is_empty() => word.to_owned(),
        None => format!("{word:<7}name={}", work.name),
    };
    let holds = matches!(
        work.kind,
        WorkKind::Hash
            | WorkKind::Aggregate
            | WorkKind::Sort
            | WorkKind::Unique
            | WorkKind::Window
            | WorkKind::Save
    );
    vec![
        Value::Integer(query.user.0 as i32),
        Value::Integer(query.query as i32),
        Value::Integer(i32::from(slice)),
        Value::Integer(work.segment as i32),
        Value::Integer(work.step as i32),
        Value::Timestamp(times.0),
        Value::Timestamp(times.1),
        Value::BigInt(read.kept as i64),
        Value::BigInt(read.bytes as i64),
        work.table.map_or(Value::Null, |table| Value::Integer(table as i32)),
        Value::Integer(work.stream as i32),
        Value::string(word),
        Value::string(label),
        Value::BigInt(if holds { work.bytes as i64 } else { 0 }),
        Value::string(if work.range_restricted { "t" } else { "f" }),
        Value::BigInt(read.stored as i64),
        Value::BigInt(read.visible as i64),
        Value::string(work.name.as_str()),
        Value::Integer(work.node as i32),
        Value::Integer(query.session as i32),
        Value::BigInt(query.transaction),
        Value::BigInt(blocks as i64),
        Value::Integer(work.segment as i32),
        Value::string(alert),
    ]
}

fn plan(logs: &mut Logs, account: &Account, query: &Query) {
    let (user, number) = (Value::Integer(query.user.0 as i32), Value::Integer(query.query as i32));
    for (index, node) in account.nodes.iter().enumerate() {
        let details: Vec<&str> = node.details.iter().map(|detail| detail.trim()).collect();
        push(
            logs,
            "stl_explain",
            vec![
                user.clone(),
                number.clone(),
                Value::Integer(index as i32 + 1),
                Value::Integer(node.parent as i32),
                Value::string(node.line.as_str()),
                Value::string(details.join(" ")),
            ],
        );
        let Some(work) = account.work.iter().find(|work| work.node == index + 1) else { continue };
        push(
            logs,
            "stl_plan_info",
            vec![
                user.clone(),
                number.clone(),
                Value::Integer(index as i32 + 1),
                Value::Integer(work.segment as i32),
                Value::Integer(work.step as i32),
                Value::Integer(i32::from(node.on_leader)),
                // The product's numbers for the kinds of step are not published.
                Value::Null,
                Value::Double(node.start),
                Value::Double(node.total),
                Value::BigInt(node.rows as i64),
                Value::BigInt(node.rows as i64 * node.width as i64),
            ],
        );
    }
}
