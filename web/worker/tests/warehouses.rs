//! Several warehouses in one account: the page chooses whom it talks to, and everything else goes by that choice.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use sandshift_lessons::extensions::linked;
use sandshift_protocol::{AccountState, EventKind, Message, Request, StorageState};
use sandshift_worker::workspace::{Found, Workspace};

fn still() -> f64 {
    0.0
}

struct Page(Workspace);

impl Page {
    fn open() -> Self {
        let mut workspace =
            Workspace::open(still, linked(), None, None, Found::Nothing, &mut |_| None).unwrap();
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

    fn aws(&mut self, line: &str) {
        let events = self.send(Request::Aws { principal: "learner".to_owned(), line: line.to_owned() });
        assert!(matches!(&events[0], EventKind::AwsDone { code: 0, .. }), "{line}: {events:?}");
    }

    fn pass(&mut self, hours: i64) {
        self.send(Request::Advance { micros: Some(hours * 3_600_000_000) });
    }

    fn choose(&mut self, warehouse: &str) -> AccountState {
        let events = self.send(Request::Choose { warehouse: warehouse.to_owned() });
        events.into_iter().find_map(account).unwrap()
    }

    /// The first cell of the last answer, or its SQLSTATE.
    fn run(&mut self, text: &str) -> String {
        let events = self.send(Request::Run { user: "admin".to_owned(), text: text.to_owned() });
        let said = events.into_iter().rev().find_map(|event| match event {
            EventKind::StatementDone { result, .. } => {
                Some(result.rows.and_then(|rows| rows.first[0][0].clone()).unwrap_or(result.tag))
            }
            EventKind::StatementFailed { error, .. } => Some(error.state),
            _ => None,
        });
        said.unwrap()
    }

    /// With a second cluster, made of a snapshot of the first.
    fn with_rescue() -> Self {
        let mut page = Page::open();
        page.run("CREATE TABLE adhoc.here (a INT); INSERT INTO adhoc.here VALUES (1)");
        page.aws(
            "redshift create-cluster-snapshot --cluster-identifier course-cluster --snapshot-identifier s",
        );
        page.pass(1);
        page.run("DROP TABLE adhoc.here");
        page.aws(
            "redshift restore-from-cluster-snapshot --cluster-identifier rescue --snapshot-identifier s",
        );
        page
    }
}

fn account(event: EventKind) -> Option<AccountState> {
    match event {
        EventKind::Account { account } => Some(account),
        _ => None,
    }
}

#[test]
fn a_restored_cluster_is_queried_once_it_is_up() {
    let mut page = Page::with_rescue();
    let chosen = page.choose("rescue");
    assert_eq!((chosen.warehouse.as_str(), chosen.cluster_status.as_str()), ("rescue", "creating"));
    assert_eq!(chosen.warehouses.len(), 2);
    assert_eq!(page.run("SELECT count(*) FROM adhoc.here"), "08001");
    page.pass(1);
    assert_eq!(page.run("SELECT count(*) FROM adhoc.here"), "1");
    page.choose("course-cluster");
    assert_eq!(page.run("SELECT count(*) FROM adhoc.here"), "42P01");
}

#[test]
fn each_warehouse_has_sessions_of_its_own() {
    let mut page = Page::with_rescue();
    page.pass(1);
    page.run("SET search_path TO analytics; BEGIN");
    let there = page.choose("rescue");
    assert!(there.transactions.is_empty(), "the open transaction is the other one's");
    assert_eq!(page.run("SHOW search_path"), "$user, public");
    page.run("CREATE USER only_there PASSWORD 'Passw0rd1'");
    let back = page.choose("course-cluster");
    assert_eq!(back.transactions.len(), 1);
    assert!(!back.users.iter().any(|user| user.name == "only_there"));
    assert_eq!(page.run("SHOW search_path"), "analytics");
}

#[test]
fn what_is_gone_stays_chosen_and_says_so() {
    let mut page = Page::with_rescue();
    page.pass(1);
    page.choose("rescue");
    page.aws("redshift delete-cluster --cluster-identifier rescue --skip-final-cluster-snapshot");
    page.pass(1);
    let gone = page.choose("rescue");
    assert_eq!((gone.cluster_status.as_str(), gone.users.len()), ("deleted", 0));
    assert_eq!(page.run("SELECT 1"), "08001");
    page.aws("redshift restore-from-cluster-snapshot --cluster-identifier rescue --snapshot-identifier s");
    page.pass(1);
    assert_eq!(page.run("SELECT count(*) FROM adhoc.here"), "1", "back under the same name");
    page.aws("redshift modify-cluster --cluster-identifier rescue --new-cluster-identifier saved");
    page.pass(1);
    assert_eq!(page.run("SELECT count(*) FROM adhoc.here"), "1", "under its new name");
}

#[test]
fn the_choice_outlives_the_tab_and_ends_with_a_reset() {
    let mut page = Page::with_rescue();
    page.pass(1);
    page.choose("rescue");
    let saved = page.0.write(&|_| false).unwrap();
    let mut blocks =
        |number: u64| saved.blocks.iter().find(|(known, _)| *known == number).map(|(_, bytes)| bytes.clone());
    let found = Found::Saved(&saved.manifest);
    let mut again = Page(Workspace::open(still, linked(), None, None, found, &mut blocks).unwrap());
    assert_eq!(again.run("SELECT count(*) FROM adhoc.here"), "1");
    let events = again.send(Request::ResetLab);
    let account = events.into_iter().find_map(account).unwrap();
    assert_eq!(account.warehouse, "course-cluster");
    assert_eq!(again.run("SELECT count(*) FROM adhoc.here"), "42P01");
}
