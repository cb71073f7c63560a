//! What the system's own logs remember of every statement: `stl_query`, `stl_utilitytext`, ... and
//! `sys_query_history`.
//!
//! Written when a statement ends, whether it committed or not. Durations are those of the simulated clock,
//! which stands still while a statement runs.

use std::sync::Arc;

use crate::clock::Instant;
use crate::sql::error::{SqlError, SqlErrorKind};
use crate::sql::execute::Running;
use crate::sql::session::SessionId;
use crate::sql::statement::Statement;
use crate::warehouse::access::{Principals, UserId};
use crate::warehouse::manifest::Logs;
use crate::warehouse::value::Value;

/// The build that `version()` names too.
const VERSION: &str = "1.0.50065";

/// Rows of one log at most; the oldest go first, as the product keeps a few days only.
const MOST_ROWS: usize = 2_000;

/// A log that no relation shows: what was missing when a right was, and the smallest grant that helps, by query.
pub(super) const REFUSALS: &str = "refusals";

/// A statement that has ended.
pub(super) struct Ended<'a> {
    pub user: UserId,
    pub session: u32,
    pub query: i64,
    pub transaction: i64,
    pub database: &'a str,
    pub label: &'a str,
    pub text: &'a str,
    pub class: Class,
    pub started: Instant,
    pub ended: Instant,
    /// Microseconds that it waited for locks.
    pub waited: i64,
    pub error: Option<&'a SqlError>,
    pub returned_rows: u64,
    pub returned_bytes: u64,
}

/// Which of the logs a statement goes to (fact sheet, section 5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Select,
    Insert,
    Update,
    Delete,
    Copy,
    Unload,
    CreateTableAs,
    Definition,
    Utility,
}

impl Class {
    pub(super) fn of(statement: &Statement) -> Self {
        match statement {
            Statement::Query(_) | Statement::Explain { .. } => Class::Select,
            Statement::Insert(_) => Class::Insert,
            // The product runs MERGE as several statements; one UPDATE stands for them.
            Statement::Update(_) | Statement::Merge(_) => Class::Update,
            Statement::Delete(_) => Class::Delete,
            Statement::Copy(_) => Class::Copy,
            Statement::Unload(_) => Class::Unload,
            Statement::CreateTableAs(_) => Class::CreateTableAs,
            Statement::CreateDatabase { .. }
            | Statement::DropDatabase { .. }
            | Statement::AlterDatabase { .. }
            | Statement::CreateSchema { .. }
            | Statement::DropSchema { .. }
            | Statement::AlterSchema { .. }
            | Statement::CreateTable(_)
            | Statement::DropTable { .. }
            | Statement::AlterTable { .. }
            | Statement::CreateView { .. }
            | Statement::DropView { .. }
            | Statement::CreateMaterializedView(_)
            | Statement::AlterMaterializedView { .. }
            | Statement::DropMaterializedView { .. }
            | Statement::CreateRoutine(_)
            | Statement::DropRoutine { .. }
            | Statement::AlterRoutine { .. }
            | Statement::CreateModel(_)
            | Statement::DropModel { .. } => Class::Definition,
            _ => Class::Utility,
        }
    }

    pub(super) fn query_type(self) -> &'static str {
        match self {
            Class::Select => "SELECT",
            Class::Insert => "INSERT",
            Class::Update => "UPDATE",
            Class::Delete => "DELETE",
            Class::Copy => "COPY",
            Class::Unload => "UNLOAD",
            Class::CreateTableAs => "CTAS",
            Class::Definition => "DDL",
            Class::Utility => "UTILITY",
        }
    }
}

/// Words after which a string is a secret.
const SECRETS: [&str; 5] = ["PASSWORD", "CREDENTIALS", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"];

/// The statement without its secrets: what the logs keep can be read by others. The three stars are
/// unconfirmed; the product keeps no clear-text password in its logs either.
pub(super) fn without_secrets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut secret = false;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => string_length(rest),
            _ if first.is_ascii_alphabetic() => {
                rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len())
            }
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        if first == '\'' && secret {
            out.push_str("'***'");
        } else {
            out.push_str(token);
        }
        // AS and blanks may stand between the word and its string.
        if !first.is_whitespace() && !token.eq_ignore_ascii_case("AS") {
            secret = SECRETS.iter().any(|word| token.eq_ignore_ascii_case(word));
        }
        rest = after;
    }
    out
}

/// Bytes of the string literal that `text` begins with, quotes included.
fn string_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
            b'\'' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Remembers one statement in every log it belongs to.
pub(super) fn remember(logs: &mut Arc<Logs>, ended: &Ended<'_>) {
    let logs = Arc::make_mut(logs);
    let failed = ended.error.is_some();
    let shown = without_secrets(ended.text);
    let pieces = pieces(&shown);
    let (started, over) = (Value::Timestamp(ended.started.0), Value::Timestamp(ended.ended.0));
    let user = Value::Integer(ended.user.0 as i32);
    let query = Value::Integer(ended.query as i32);
    let transaction = Value::BigInt(ended.transaction);
    let process = Value::Integer(ended.session as i32);
    match ended.class {
        Class::Definition | Class::Utility => {
            let log = if ended.class == Class::Definition { "stl_ddltext" } else { "stl_utilitytext" };
            for (sequence, text) in pieces.iter().enumerate() {
                push(
                    logs,
                    log,
                    vec![
                        user.clone(),
                        transaction.clone(),
                        process.clone(),
                        Value::string(ended.label),
                        started.clone(),
                        over.clone(),
                        Value::Integer(sequence as i32),
                        Value::string(text.as_str()),
                    ],
                );
            }
        }
        _ => {
            let ran = Running { query: ended.query, session: ended.session, user: ended.user.0 };
            super::priority::remember(logs, &ran);
            push(
                logs,
                "stl_query",
                vec![
                    user.clone(),
                    query.clone(),
                    Value::string(ended.label),
                    transaction.clone(),
                    process.clone(),
                    Value::string(ended.database),
                    Value::string(cut(&shown, 4_000)),
                    started.clone(),
                    over.clone(),
                    Value::Integer(i32::from(failed)),
                    Value::Integer(0),
                    Value::Integer(0),
                ],
            );
            for (sequence, text) in pieces.iter().enumerate() {
                push(
                    logs,
                    "stl_querytext",
                    vec![
                        user.clone(),
                        transaction.clone(),
                        process.clone(),
                        query.clone(),
                        Value::Integer(sequence as i32),
                        Value::string(text.as_str()),
                    ],
                );
            }
        }
    }
    if let Some(SqlErrorKind::Refused(refusal)) = ended.error.map(|error| &*error.kind) {
        let missing = refusal.chain.iter().find(|link| link.held.is_none());
        let missing = missing.map_or_else(String::new, |link| {
            format!("{} ON {} {}", link.right, link.object_kind, link.object)
        });
        let row = vec![
            Value::BigInt(ended.query),
            Value::string(missing),
            Value::string(refusal.smallest_grant.as_deref().unwrap_or("")),
        ];
        push(logs, REFUSALS, row);
    }
    let elapsed = Value::BigInt(ended.ended.0 - ended.started.0);
    push(
        logs,
        "sys_query_history",
        vec![
            user,
            Value::BigInt(ended.query),
            Value::string(ended.label),
            transaction,
            process,
            Value::string(ended.database),
            Value::string(ended.class.query_type()),
            Value::string(match ended.error.map(|error| error.kind.state()) {
                None => "success",
                Some("57014") => "canceled",
                Some(_) => "failed",
            }),
            Value::Boolean(false),
            started,
            over,
            elapsed.clone(),
            Value::BigInt(0),
            elapsed,
            ended.error.map_or(Value::string(""), |error| Value::string(cut(&error.kind.message(), 512))),
            Value::BigInt(ended.returned_rows as i64),
            Value::BigInt(ended.returned_bytes as i64),
            Value::string(cut(&shown, 4_000)),
            Value::string(VERSION),
            Value::Null,
            Value::string("primary"),
            Value::BigInt(0),
            Value::BigInt(0),
            Value::BigInt(ended.waited),
        ],
    );
}

/// `stl_userlog`: users that a transaction made, renamed, altered or dropped.
pub(super) fn remember_users(
    logs: &mut Arc<Logs>,
    before: &Arc<Principals>,
    after: &Arc<Principals>,
    (now, session, transaction): (Instant, SessionId, i64),
) {
    if Arc::ptr_eq(before, after) {
        return;
    }
    let by_id =
        |principals: &Arc<Principals>, id| principals.users.values().find(|user| user.id == id).cloned();
    let mut ids: Vec<UserId> =
        before.users.values().chain(after.users.values()).map(|user| user.id).collect();
    crate::sorted::sort(&mut ids);
    ids.dedup();
    for id in ids {
        let (old, new) = (by_id(before, id), by_id(after, id));
        let action = match (&old, &new) {
            (None, _) => "create",
            (_, None) => "drop",
            (Some(old), Some(new)) if old.name != new.name => "rename",
            (Some(old), Some(new)) if serde_json::to_string(old).ok() != serde_json::to_string(new).ok() => {
                "alter"
            }
            _ => continue,
        };
        let Some(user) = new.as_ref().or(old.as_ref()) else { continue };
        let renamed = old.as_ref().filter(|old| old.name != user.name);
        let flag = |set: bool| Value::Integer(i32::from(set));
        let row = vec![
            Value::Integer(id.0 as i32),
            Value::string(user.name.as_str()),
            renamed.map_or(Value::string(""), |old| Value::string(old.name.as_str())),
            Value::string(action),
            flag(user.create_database),
            flag(user.superuser),
            flag(false),
            user.valid_until.map_or(Value::Null, |until| Value::Timestamp(until.0)),
            Value::Integer(session.0 as i32),
            Value::BigInt(transaction),
            Value::Timestamp(now.0),
        ];
        push(Arc::make_mut(logs), "stl_userlog", row);
    }
}

/// One row of a log, the oldest giving way.
pub(super) fn push(logs: &mut Logs, log: &str, row: Vec<Value>) {
    let rows = logs.rows.entry(log.to_owned()).or_default();
    if rows.len() >= MOST_ROWS {
        rows.remove(0);
    }
    rows.push(row);
}

/// The text in pieces of 200 characters, newlines as `\n`, as the text logs keep it.
fn pieces(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.replace('\n', "\\n").chars().take(200 * 80).collect();
    characters.chunks(200).map(|piece| piece.iter().collect()).collect()
}

fn cut(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_kept() {
        for (given, kept) in [
            (
                "CREATE USER a PASSWORD 'Abc''def1' VALID UNTIL '2030-01-01'",
                "CREATE USER a PASSWORD '***' VALID UNTIL '2030-01-01'",
            ),
            ("alter user a password\n 'x' createdb", "alter user a password\n '***' createdb"),
            (
                "COPY t FROM 's3://b/k' CREDENTIALS AS 'aws_iam_role=x' CSV",
                "COPY t FROM 's3://b/k' CREDENTIALS AS '***' CSV",
            ),
            ("SELECT 'password', '비밀'", "SELECT 'password', '비밀'"),
            ("CREATE USER a PASSWORD 'open", "CREATE USER a PASSWORD '***'"),
        ] {
            assert_eq!(without_secrets(given), kept);
        }
    }
}
