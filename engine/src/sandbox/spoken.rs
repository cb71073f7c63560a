//! The statements of the account for its activity log, beside the calls that `aws` keeps: who, what, and how it was
//! decided. Read from the logs that the system relations show.

use super::{Sandbox, history};
use crate::clock::Instant;
use crate::warehouse::access::UserId;
use crate::warehouse::manifest::Warehouse;
use crate::warehouse::value::Value;

/// A statement that somebody ran.
#[derive(Clone, Debug, PartialEq)]
pub struct Spoken {
    pub at: Instant,
    /// The database user.
    pub user: String,
    pub cluster: String,
    pub query: i64,
    /// `SELECT`, `COPY`, `DDL`, ...
    pub kind: String,
    /// Without secrets.
    pub text: String,
    pub ending: Ending,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    Done,
    Failed {
        message: String,
    },
    /// For want of a right: which, on what, and the smallest grant that would help.
    Refused {
        message: String,
        missing: String,
        grant: String,
    },
}

pub(super) fn text(row: &[Value], at: usize) -> String {
    match row.get(at) {
        Some(Value::String(text)) => text.to_string(),
        _ => String::new(),
    }
}

pub(super) fn number(row: &[Value], at: usize) -> i64 {
    match row.get(at) {
        Some(Value::BigInt(number) | Value::Timestamp(number)) => *number,
        Some(Value::Integer(number)) => i64::from(*number),
        _ => 0,
    }
}

impl Sandbox {
    /// The newest statements of all warehouses, the newest first.
    pub fn spoken(&self, most: usize) -> Vec<Spoken> {
        let mut all: Vec<Spoken> = self.warehouses().flat_map(|one| spoken(one, most)).collect();
        crate::sorted::sort_by_key(&mut all, |one| std::cmp::Reverse((one.at, one.query)));
        all.truncate(most);
        all
    }
}

fn spoken(warehouse: &Warehouse, most: usize) -> Vec<Spoken> {
    let rows = |log: &str| warehouse.logs.rows.get(log).map_or(&[][..], Vec::as_slice);
    let principals = &warehouse.committed.principals;
    let refusals = rows(history::REFUSALS);
    let newest = rows("sys_query_history").iter().rev().take(most);
    newest
        .map(|row| {
            let (query, message) = (number(row, 1), text(row, 14));
            let refusal = refusals.iter().rev().find(|refusal| number(refusal, 0) == query);
            let id = u32::try_from(number(row, 0)).unwrap_or(0);
            let user = principals.user(UserId(id));
            Spoken {
                at: Instant(number(row, 9)),
                user: user.map_or_else(|| id.to_string(), |user| user.name.to_string()),
                cluster: warehouse.cluster.clone(),
                query,
                kind: text(row, 6),
                text: text(row, 17),
                ending: match (refusal, text(row, 7).as_str()) {
                    (_, "success") => Ending::Done,
                    (Some(refusal), _) => {
                        Ending::Refused { message, missing: text(refusal, 1), grant: text(refusal, 2) }
                    }
                    (None, _) => Ending::Failed { message },
                },
            }
        })
        .collect()
}
