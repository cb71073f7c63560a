//! Commands from text to refusal, over a whole sandbox: the files are those of `tests/sql`.

use crate::sandbox::Sandbox;
use crate::sorted::SortedMap;
use crate::sql::error::SqlErrorKind;
use crate::sql::execute::array::value_at;
use crate::sql::session::SessionId;
use crate::warehouse::value::Value;

/// Opens a session for each user named and runs what the file says, in its order.
fn run_file(name: &str, text: &str) {
    let mut sandbox = Sandbox::new(1);
    let mut sessions: SortedMap<String, SessionId> = SortedMap::new();
    let mut user = "admin".to_owned();
    let mut failures = Vec::new();
    for record in text.split("\n\n") {
        let lines: Vec<&str> =
            record.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
        let mut lines = lines.into_iter().peekable();
        if let Some(named) = lines.peek().and_then(|line| line.strip_prefix("connection ")) {
            user = named.to_owned();
            lines.next();
        }
        let Some(head) = lines.next() else { continue };
        let rest: Vec<&str> = lines.collect();
        let (sql, expected) = match rest.iter().position(|line| *line == "----") {
            Some(at) => (rest[..at].join("\n"), Some(rest[at + 1..].join("\n"))),
            None => (rest.join("\n"), None),
        };
        let session = *sessions.entry(user.clone()).or_insert_with(|| {
            sandbox.connect(&user, None).unwrap_or_else(|error| panic!("{name}: {error}"))
        });
        let result = sandbox.execute(session, &sql).remove(0).result;
        let told = match &result {
            Ok(answer) => format!("ok {}", answer.completion.tag),
            Err(error) => error.to_string(),
        };
        let good = match (head, &result) {
            ("statement ok", Ok(_)) => true,
            (head, Ok(answer)) if head.starts_with("query") => {
                let mut rows = Vec::new();
                for batch in &answer.batches {
                    for row in 0..batch.rows {
                        let cells: Vec<String> = batch
                            .columns
                            .iter()
                            .zip(answer.completion.fields.iter().flatten())
                            .map(|(column, field)| match value_at(column, field.data_type, row) {
                                Value::String(text) => text.to_string(),
                                Value::Integer(n) => n.to_string(),
                                Value::BigInt(n) => n.to_string(),
                                other => format!("{other:?}"),
                            })
                            .collect();
                        rows.push(cells.join(" "));
                    }
                }
                Some(rows.join("\n")) == expected
            }
            (head, Err(error)) => head.strip_prefix("statement error ").is_some_and(|wanted| {
                match wanted.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
                    Some((state, text)) => {
                        error.kind.state() == state && error.kind.message().contains(text.trim())
                    }
                    None => error.kind.message().contains(wanted),
                }
            }),
            _ => false,
        };
        if !good {
            failures.push(format!("{user}> {sql}\n   wanted: {head}\n   got: {told}"));
        }
    }
    assert!(failures.is_empty(), "{name}\n{}", failures.join("\n"));
}

macro_rules! files {
    ($($test:ident)*) => {
        $(#[test]
        fn $test() {
            let path = concat!(stringify!($test), ".slt");
            run_file(path, include_str!(concat!("../../../../tests/sql/", stringify!($test), ".slt")));
        })*
    };
}

files! { access_course_flow access_roles access_grant_revoke access_users access_views ddl_tables }

/// The whole way is told, and the smallest statement that helps.
#[test]
fn a_refusal_tells_what_was_held() {
    let mut sandbox = Sandbox::new(1);
    let admin = sandbox.connect("admin", None).unwrap();
    for executed in sandbox.execute(
        admin,
        "CREATE SCHEMA raw_data; CREATE TABLE raw_data.user_session_channel (a int);
         CREATE USER jeeseok PASSWORD 'Keeyong1'; CREATE GROUP analytics_users WITH USER jeeseok;
         GRANT USAGE ON SCHEMA raw_data TO GROUP analytics_users;
         GRANT SELECT ON ALL TABLES IN SCHEMA raw_data TO GROUP analytics_users;",
    ) {
        executed.result.unwrap();
    }
    let session = sandbox.connect("jeeseok", Some("Keeyong1")).unwrap();
    assert!(sandbox.connect("jeeseok", Some("keeyong1")).is_err());
    let error =
        sandbox.execute(session, "DELETE FROM raw_data.user_session_channel").remove(0).result.unwrap_err();
    let SqlErrorKind::Refused(refusal) = *error.kind else { panic!("not refused: {error}") };
    assert_eq!(refusal.message, "permission denied for relation user_session_channel");
    assert_eq!(refusal.user, "jeeseok");
    assert_eq!(
        refusal.smallest_grant.as_deref(),
        Some("GRANT DELETE ON raw_data.user_session_channel TO jeeseok;")
    );
    let chain: Vec<String> = refusal
        .chain
        .iter()
        .map(|link| {
            format!("{} {} {}: {:?}", link.right, link.object_kind, link.object, link.held.as_deref())
        })
        .collect();
    assert_eq!(
        chain,
        [
            "USAGE schema raw_data: Some(\"group analytics_users\")",
            "DELETE table raw_data.user_session_channel: None",
        ]
    );
    assert_eq!(refusal.grantors.len(), 1);
    assert_eq!((refusal.grantors[0].user.as_str(), refusal.grantors[0].reason), ("admin", "owner"));
}
