//! A table as it lies on disk, as the page draws it: squares that add up, ghosts, regions, zones, and what a query read.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use sandshift_lessons::extensions::linked;
use sandshift_protocol::{Call, EventKind, Message, Request, StorageState};
use sandshift_worker::workspace::{Found, Workspace};
use serde_json::{Value, json};

struct Page(Workspace);

impl Page {
    fn open() -> Self {
        let mut workspace =
            Workspace::open(|| 0.0, linked(), None, None, Found::Nothing, &mut |_| None).unwrap();
        workspace.opened(1, StorageState::Kept);
        Page(workspace)
    }

    fn send(&mut self, request: Request) -> Vec<EventKind> {
        self.0.events();
        self.0.take(Message { id: 7, request });
        while self.0.is_running() {
            self.0.step(5.0);
        }
        self.0.events().into_iter().map(|event| event.event).collect()
    }

    fn run(&mut self, text: &str) {
        let events = self.send(Request::Run { user: "admin".to_owned(), text: text.to_owned() });
        let failed = events.iter().find(|event| matches!(event, EventKind::StatementFailed { .. }));
        assert!(failed.is_none(), "{text}: {failed:?}");
    }

    fn call(&mut self, call: &str, parameters: Value) -> Value {
        let (service, operation) = call.split_once(' ').unwrap();
        let (service, operation) = (service.to_owned(), operation.to_owned());
        let principal = "learner".to_owned();
        let call =
            Call { principal, service, operation, parameters, region: None, quiet: false, upload: None };
        match self.send(Request::Call { call }).swap_remove(0) {
            EventKind::Called { value } => value,
            other => panic!("{other:?}"),
        }
    }

    /// The table of this name, as `user` sees it.
    fn table(&mut self, user: &str, name: &str) -> Value {
        let all = self.call("sandbox Inspect", json!({ "User": user }));
        let found = all["Tables"].as_array().unwrap().iter().find(|one| one["Name"] == name).cloned();
        let Some(found) = found else { return Value::Null };
        let number = found["Id"].to_string();
        self.call("sandbox Inspect", json!({ "User": user, "Table": number }))["Table"].clone()
    }
}

/// Rows and ghosts of all squares of a region, over all slices.
fn sums(table: &Value, region: &str) -> (u64, u64) {
    let slices = table["Slices"].as_array().unwrap().iter();
    let squares = slices.flat_map(|slice| slice[region]["Squares"].as_array().unwrap());
    let sum = |key: &str| squares.clone().map(|square| square[key].as_u64().unwrap()).sum();
    (sum("Rows"), sum("Ghosts"))
}

#[test]
fn squares_add_up_to_the_table_before_and_after_a_vacuum() {
    let mut page = Page::open();
    page.run("CREATE TABLE adhoc.t DISTSTYLE EVEN SORTKEY (a) AS SELECT userid AS a, channel AS c FROM raw_data.user_session_channel");
    page.run("DELETE FROM adhoc.t WHERE c = 'Naver'; INSERT INTO adhoc.t SELECT userid, channel FROM raw_data.user_session_channel WHERE channel = 'Naver'");
    let before = page.table("admin", "adhoc.t");
    assert_eq!((before["Stored"].as_u64(), before["Ghosts"].as_u64()), (Some(118_441), Some(16_921)));
    let ((sorted, ghosts), (unsorted, none)) = (sums(&before, "Sorted"), sums(&before, "Unsorted"));
    assert_eq!((sorted, unsorted, none), (101_520, 16_921, 0));
    assert!(ghosts.abs_diff(16_921) < 300, "{ghosts} ghosts in the squares; each is rounded");
    assert_eq!(before["ColumnName"], "a");
    let squares = before["Slices"][0]["Sorted"]["Squares"].as_array().unwrap();
    let from = |square: &Value| square["From"].as_i64().unwrap();
    assert!(squares.windows(2).all(|pair| from(&pair[0]) <= from(&pair[1])), "in order");
    page.run("VACUUM FULL adhoc.t TO 100 PERCENT");
    let after = page.table("admin", "adhoc.t");
    assert_eq!((sums(&after, "Sorted"), sums(&after, "Unsorted")), ((101_520, 0), (0, 0)));
}

#[test]
fn zones_and_the_last_scan_tell_what_was_left_unread() {
    let mut page = Page::open();
    page.run("CREATE TABLE adhoc.t SORTKEY (a) AS SELECT userid AS a FROM raw_data.user_session_channel");
    page.run("SELECT count(*) FROM adhoc.t WHERE a = 1");
    let table = page.table("admin", "adhoc.t");
    let zones = table["Zones"].as_array().unwrap();
    assert_eq!(zones.len(), 2);
    let number = |value: &Value| value.as_str().unwrap().parse::<i64>().unwrap();
    assert!(number(&zones[0]["Greatest"]) <= number(&zones[1]["Least"]), "one after the other");
    assert_eq!((zones[0]["From"].as_i64(), zones[1]["To"].as_i64()), (Some(0), Some(1_000)));
    assert_eq!(table["Last"]["Read"], zones[0]["Rows"], "the second block cannot hold it");
    assert_eq!(table["Last"]["Restricted"], true);
    assert_eq!(table["Columns"][0]["Keys"], json!(["SORTKEY"]));
}

#[test]
fn nobody_sees_values_that_they_may_not_read() {
    let mut page = Page::open();
    page.run("CREATE TABLE adhoc.pay (who INT, amount INT); INSERT INTO adhoc.pay VALUES (1, 900), (2, 950)");
    page.run("CREATE USER peek PASSWORD 'Passw0rd1'; GRANT USAGE ON SCHEMA adhoc TO peek");
    assert_eq!(page.table("peek", "adhoc.pay"), Value::Null, "not even that it is there");
    page.run("GRANT SELECT (who) ON adhoc.pay TO peek");
    let seen = page.table("peek", "adhoc.pay");
    assert_eq!(seen["Columns"][0]["Greatest"], "2");
    assert_eq!(seen["Columns"][1]["Greatest"], Value::Null);
    let number = seen["Id"].to_string();
    let asked = json!({ "User": "peek", "Table": number, "Column": "1" });
    let other = page.call("sandbox Inspect", asked)["Table"].clone();
    assert_eq!(other["Hidden"], true);
    assert!(!other.to_string().contains("950"), "{other}");
}

#[test]
fn a_file_of_the_terminal_goes_into_a_bucket_by_its_path() {
    let mut page = Page::open();
    let files = page.call("sandbox Files", json!({}));
    let path = files["Files"][0]["Path"].as_str().unwrap().to_owned();
    let place =
        json!({ "Bucket": "walk", "CreateBucketConfiguration": { "LocationConstraint": "ap-northeast-2" } });
    page.call("s3api CreateBucket", place);
    page.call("s3api PutObject", json!({ "Bucket": "walk", "Key": "k", "Body": path }));
    let head = page.call("s3api HeadObject", json!({ "Bucket": "walk", "Key": "k" }));
    assert!(head["ContentLength"].as_u64().unwrap() > 100);
}
