//! Priorities that CHANGE_USER_PRIORITY and its like have given, kept as a log so that they outlive the tab, and those that
//! queries ran with. Nobody waits for a slot here, so they order nothing; the queue's views tell them.

use super::history::push;
use crate::sql::execute::{Backends, Ranked, Running};
use crate::warehouse::manifest::Logs;
use crate::warehouse::value::Value;

const GIVEN: &str = " priority";
/// Queries that did not run with the usual one.
const USED: &str = " query priority";

fn row((kind, number): Ranked, rank: &str) -> Vec<Value> {
    vec![Value::string(&*kind.to_string()), Value::BigInt(number), Value::string(rank)]
}

pub(super) fn given(logs: &Logs) -> Vec<(Ranked, String)> {
    let read = |row: &Vec<Value>| match row.as_slice() {
        [Value::String(kind), Value::BigInt(number), Value::String(rank)] => {
            Some(((kind.chars().next()?, *number), rank.to_string()))
        }
        _ => None,
    };
    logs.rows.get(GIVEN).into_iter().flatten().filter_map(read).collect()
}

pub(super) fn give(logs: &mut Logs, whom: Ranked, rank: Option<&str>) {
    let kept = given(logs).into_iter().filter(|(ranked, _)| *ranked != whom);
    let rows = kept.map(|(whom, rank)| row(whom, &rank)).chain(rank.map(|rank| row(whom, rank))).collect();
    logs.rows.insert(GIVEN.to_owned(), rows);
}

/// Notes what a query that ends ran with.
pub(super) fn remember(logs: &mut Logs, of: &Running) {
    let backends = Backends { ranks: given(logs), ..Backends::default() };
    let rank = backends.priority(of);
    if rank != "Normal" {
        push(logs, USED, row(('q', of.query), rank));
    }
    if backends.rank(('q', of.query)).is_some() {
        give(logs, ('q', of.query), None);
    }
}
