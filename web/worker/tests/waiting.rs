//! Two users at once: one holds a table, the other waits, and both go on.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use sandshift_lessons::extensions::linked;
use sandshift_protocol::{Event, EventKind, Message, Request, StorageState};
use sandshift_worker::workspace::{Found, Workspace};

struct Desk(Workspace);

impl Desk {
    /// `kim` may read and write a table `t` of one row.
    fn new() -> Self {
        let start = Some("empty");
        let opened = Workspace::open(|| 0.0, linked(), None, start, Found::Nothing, &mut |_| None);
        let mut desk = Desk(opened.unwrap());
        desk.0.opened(1, StorageState::Kept);
        desk.run(
            2,
            "admin",
            "CREATE TABLE t AS SELECT 1 AS a; CREATE USER kim PASSWORD 'Password1'; GRANT ALL ON t TO kim",
        );
        desk
    }

    fn send(&mut self, id: u32, request: Request) -> Vec<Event> {
        self.0.take(Message { id, request });
        while self.0.is_running() {
            self.0.step(5.0);
        }
        let mut events = self.0.events();
        events.extend(self.0.events_when_stored());
        events
    }

    fn run(&mut self, id: u32, user: &str, text: &str) -> Vec<Event> {
        self.send(id, Request::Run { user: user.to_owned(), text: text.to_owned() })
    }
}

fn waits(events: &[Event], id: u32) -> bool {
    let told = |event: &Event| {
        event.id == id
            && matches!(&event.event, EventKind::Waiting { on, .. } if on.user == "admin" && on.table == "public.t")
    };
    events.iter().any(told)
}

fn failed(events: &[Event], id: u32) -> Option<String> {
    events.iter().filter(|event| event.id == id).find_map(|event| match &event.event {
        EventKind::StatementFailed { error, .. } => Some(error.state.clone()),
        EventKind::Failed { message, .. } => Some(message.clone()),
        _ => None,
    })
}

/// The first row of the script's last result.
fn rows(events: &[Event], id: u32) -> Vec<Vec<Option<String>>> {
    let done = events.iter().rev().filter(|event| event.id == id).find_map(|event| match &event.event {
        EventKind::StatementDone { result, .. } => result.rows.clone(),
        _ => None,
    });
    done.map(|rows| rows.first).unwrap_or_default()
}

fn finished(events: &[Event], id: u32) -> bool {
    events.iter().any(|event| event.id == id && matches!(event.event, EventKind::Finished { .. }))
}

#[test]
fn others_work_while_one_waits() {
    let mut desk = Desk::new();
    desk.run(3, "admin", "BEGIN; LOCK t; UPDATE t SET a = 2");
    let told = desk.run(4, "kim", "SELECT 7; SELECT a FROM t; SELECT 8");
    assert!(waits(&told, 4) && !finished(&told, 4));
    // Its session can be asked nothing else, others can.
    assert_eq!(
        failed(&desk.run(5, "kim", "SELECT 1"), 5).as_deref(),
        Some("this user's session waits for a lock")
    );
    assert_eq!(rows(&desk.run(6, "admin", "SELECT a FROM t"), 6), [[Some("2".to_owned())]]);
    let told = desk.run(7, "admin", "COMMIT");
    assert!(finished(&told, 7) && finished(&told, 4));
    assert_eq!(rows(&told, 4), [[Some("8".to_owned())]]);
    let results = told.iter().filter(|event| event.id == 4);
    assert_eq!(results.filter(|event| matches!(event.event, EventKind::StatementDone { .. })).count(), 2);
}

#[test]
fn one_that_waits_can_be_canceled() {
    let mut desk = Desk::new();
    desk.run(3, "admin", "BEGIN; LOCK t");
    desk.run(4, "kim", "DELETE FROM t; SELECT 1");
    let told = desk.send(5, Request::Cancel { run: Some(4) });
    assert_eq!(failed(&told, 4).as_deref(), Some("57014"));
    assert!(finished(&told, 4));
    desk.run(6, "admin", "COMMIT");
    assert_eq!(rows(&desk.run(7, "kim", "SELECT a FROM t"), 7), [[Some("1".to_owned())]]);
    // And by a statement.
    desk.run(8, "admin", "BEGIN; LOCK t");
    desk.run(9, "kim", "DELETE FROM t");
    let told = desk.run(10, "admin", "SELECT pg_cancel_backend(pid) FROM svv_transactions WHERE NOT granted");
    assert_eq!(failed(&told, 9).as_deref(), Some("57014"));
}

#[test]
fn a_timeout_ends_the_wait_when_time_has_passed() {
    let mut desk = Desk::new();
    desk.run(3, "admin", "BEGIN; LOCK t");
    desk.run(4, "kim", "SET statement_timeout TO 5000; DELETE FROM t");
    let left = desk.0.time_left().unwrap();
    assert!((4_000_000..=5_000_001).contains(&left), "{left}");
    let told = desk.send(0, Request::Advance { micros: Some(left) });
    assert_eq!(failed(&told, 4).as_deref(), Some("57014"));
    assert_eq!(desk.0.time_left(), None);
}

#[test]
fn a_reset_ends_what_waits() {
    let mut desk = Desk::new();
    desk.run(3, "admin", "BEGIN; LOCK t");
    desk.run(4, "kim", "DELETE FROM t");
    desk.send(5, Request::ResetLab);
    let told = desk.run(6, "admin", "SELECT count(*) FROM svv_transactions WHERE NOT granted");
    assert_eq!(rows(&told, 6), [[Some("0".to_owned())]]);
}

#[test]
fn what_waits_is_not_stored() {
    let mut desk = Desk::new();
    desk.run(3, "admin", "BEGIN; LOCK t; INSERT INTO t VALUES (2)");
    desk.run(4, "kim", "DELETE FROM t");
    let saved = desk.0.save(&|_| false).unwrap().unwrap();
    let mut blocks: std::collections::HashMap<u64, Vec<u8>> = saved.blocks.into_iter().collect();
    let found = Found::Saved(&saved.manifest);
    let again = Workspace::open(|| 0.0, linked(), None, None, found, &mut |number| blocks.remove(&number));
    let mut desk = Desk(again.unwrap());
    assert_eq!(rows(&desk.run(5, "kim", "SELECT a FROM t"), 5), [[Some("1".to_owned())]]);
}

#[test]
fn the_data_api_waits_without_holding_up_the_page() {
    let mut desk = Desk::new();
    desk.run(3, "admin", "BEGIN; LOCK t");
    let aws = |line: &str| Request::Aws { principal: "learner".to_owned(), line: line.to_owned() };
    let status = "redshift-data list-statements --status ALL --query Statements[].Status --output text";
    desk.send(
        4,
        aws("redshift-data execute-statement --cluster-identifier course-cluster --database dev --db-user admin --sql 'DELETE FROM t'"),
    );
    let printed = |events: &[Event]| {
        events.iter().find_map(|event| match &event.event {
            EventKind::AwsDone { stdout, .. } => Some(stdout.trim().to_owned()),
            _ => None,
        })
    };
    assert_eq!(printed(&desk.send(5, aws(status))).as_deref(), Some("STARTED"));
    desk.run(6, "admin", "COMMIT");
    assert_eq!(printed(&desk.send(7, aws(status))).as_deref(), Some("FINISHED"));
    assert_eq!(rows(&desk.run(8, "kim", "SELECT count(*) FROM t"), 8), [[Some("0".to_owned())]]);
}
