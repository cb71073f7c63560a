//! The worker without a browser: a lab opened, statements run, cancelled, stored and opened again.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;

use sandshift_lessons::Digest;
use sandshift_lessons::extensions::linked;
use sandshift_protocol::{
    CHANGED, Difference, Event, EventKind, ExportFormat, Half, HalfEnd, LabSource, Message, ONLY_FIRST,
    ReachingPolicy, Request, StepState, StorageState,
};
use sandshift_worker::workspace::{Found, Workspace};

fn lab() -> LabSource {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lessons/labs/01-permissions");
    let files = ["lab.toml", "ko.md", "en.md"];
    let read = |name: &str| (name.to_owned(), std::fs::read_to_string(folder.join(name)).unwrap());
    let digest = Digest::read("permissions", &files.map(read)).unwrap();
    let digest = serde_json::to_string(&digest).unwrap();
    LabSource { id: "permissions".to_owned(), files: vec![(Digest::FILE.to_owned(), digest)] }
}

/// Time that passes by one millisecond at every look: progress is told, nothing depends on the machine.
fn ticking() -> f64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static TICKS: AtomicU64 = AtomicU64::new(0);
    TICKS.fetch_add(1, Ordering::Relaxed) as f64
}

/// The same on a slow machine.
fn striding() -> f64 {
    ticking() * 10.0
}

fn open() -> Workspace {
    open_with(ticking)
}

fn open_with(now: fn() -> f64) -> Workspace {
    let mut workspace =
        Workspace::open(now, linked(), Some(&lab()), None, Found::Nothing, &mut |_| None).unwrap();
    workspace.opened(1, StorageState::Kept);
    workspace.events();
    workspace
}

fn send(workspace: &mut Workspace, request: Request) -> Vec<Event> {
    workspace.take(Message { id: 7, request });
    while workspace.is_running() {
        workspace.step(5.0);
    }
    all_events(workspace)
}

fn all_events(workspace: &mut Workspace) -> Vec<Event> {
    let mut events = workspace.events();
    events.extend(workspace.events_when_stored());
    events
}

fn run(workspace: &mut Workspace, user: &str, text: &str) -> Vec<Event> {
    send(workspace, Request::Run { user: user.to_owned(), text: text.to_owned() })
}

fn first_cells(events: &[Event]) -> Vec<Vec<Option<String>>> {
    events
        .iter()
        .find_map(|event| match &event.event {
            EventKind::StatementDone { result, .. } => result.rows.as_ref().map(|rows| rows.first.clone()),
            _ => None,
        })
        .unwrap_or_default()
}

fn steps(events: &[Event]) -> Vec<StepState> {
    events
        .iter()
        .rev()
        .find_map(|event| match &event.event {
            EventKind::Checks { steps } => Some(steps.clone()),
            _ => None,
        })
        .unwrap_or_default()
}

#[test]
fn a_script_stops_at_its_mistake_and_says_where() {
    let mut workspace = open();
    let text = "SELECT 1; SELECT '가나다', nope FROM raw_data.user_session_channel; SELECT 2";
    let events = run(&mut workspace, "admin", text);
    let failures: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.event {
            EventKind::StatementFailed { error, index } => Some((*index, error.state.clone(), error.span)),
            _ => None,
        })
        .collect();
    let at = text.encode_utf16().count() - "nope FROM raw_data.user_session_channel; SELECT 2".len();
    assert_eq!(failures, [(1, "42703".to_owned(), Some((at as u32, at as u32 + 4)))]);
    let done = events.iter().filter(|event| matches!(event.event, EventKind::StatementDone { .. })).count();
    assert_eq!(done, 1, "what follows a mistake does not run");
    assert!(matches!(events.last().unwrap().event, EventKind::Finished { canceled: false }));
}

#[test]
fn rows_stay_and_are_asked_for() {
    let mut workspace = open();
    let events = run(
        &mut workspace,
        "admin",
        "SELECT userid, channel FROM raw_data.user_session_channel ORDER BY sessionid",
    );
    let rows = events.iter().find_map(|event| match &event.event {
        EventKind::StatementDone { result, .. } => result.rows.clone(),
        _ => None,
    });
    let rows = rows.unwrap();
    assert_eq!(
        (rows.count, rows.first.len(), rows.columns[1].data_type.as_str()),
        (101_520, 100, "varchar(32)")
    );
    let asked = send(&mut workspace, Request::Rows { result: rows.result, from: 101_518, count: 50 });
    assert!(matches!(&asked[0].event, EventKind::Rows { rows, .. } if rows.len() == 2));
    let gone = send(&mut workspace, Request::Rows { result: 99, from: 0, count: 1 });
    assert!(matches!(&gone[0].event, EventKind::Failed { .. }));
}

#[test]
fn a_long_statement_tells_progress_and_can_be_cancelled() {
    let mut workspace = open();
    run(
        &mut workspace,
        "admin",
        "CREATE TABLE adhoc.keep AS SELECT 1 AS a; BEGIN; INSERT INTO adhoc.keep VALUES (2)",
    );
    let long = "SELECT count(*) FROM raw_data.user_session_channel a, raw_data.user_session_channel b WHERE a.sessionid < b.sessionid || 'x'";
    workspace
        .take(Message { id: 8, request: Request::Run { user: "admin".to_owned(), text: long.to_owned() } });
    let mut told = false;
    for _ in 0..200 {
        workspace.step(5.0);
        told |= workspace.events().iter().any(|event| matches!(event.event, EventKind::Progress { .. }));
        if told {
            break;
        }
    }
    assert!(told && workspace.is_running());
    workspace.take(Message { id: 9, request: Request::Cancel { run: None } });
    let events = all_events(&mut workspace);
    assert!(events.iter().any(
        |event| matches!(&event.event, EventKind::StatementFailed { error, .. } if error.state == "57014")
    ));
    assert!(matches!(events.last().unwrap().event, EventKind::Finished { canceled: true }));
    let kept = run(&mut workspace, "admin", "ROLLBACK; SELECT a FROM adhoc.keep");
    let cells: Vec<_> = first_cells(&kept);
    assert_eq!(cells, [[Some("1".to_owned())]]);
}

#[test]
fn a_refusal_carries_its_chain() {
    let mut workspace = open();
    let events = run(&mut workspace, "seoyeon", "SELECT * FROM raw_data.user_session_channel");
    let why = events.iter().find_map(|event| match &event.event {
        EventKind::StatementFailed { error, .. } => error.why.clone(),
        _ => None,
    });
    let why = why.unwrap();
    assert_eq!((why.user.as_str(), why.chain.last().unwrap().right.as_str()), ("seoyeon", "USAGE"));
    assert!(why.chain.last().unwrap().held.is_none());
}

#[test]
fn progress_and_account_come_back() {
    let mut workspace = open();
    let groups = "CREATE GROUP analytics_authors; CREATE GROUP analytics_users; CREATE GROUP pii_users";
    let before = steps(&run(&mut workspace, "admin", groups));
    send(&mut workspace, Request::Keep { key: "editor:admin".to_owned(), value: "SELECT 1".to_owned() });
    let mut store: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
    let saved = workspace.save(&|_| false).unwrap().unwrap();
    store.extend(saved.blocks);
    assert!(workspace.save(&|_| false).unwrap().is_none(), "nothing changed since");
    let mut again = Workspace::open(
        ticking,
        linked(),
        Some(&lab()),
        None,
        Found::Saved(&saved.manifest),
        &mut |number| store.get(&number).cloned(),
    )
    .unwrap();
    again.opened(1, StorageState::Kept);
    let mut events = again.events();
    events.extend(send(&mut again, Request::Check { step: "groups".to_owned() }));
    assert!(
        matches!(&events[0].event, EventKind::Opened { kept, .. } if kept == &[("editor:admin".to_owned(), "SELECT 1".to_owned())])
    );
    assert_eq!(steps(&events), before);
    let cells = first_cells(&run(&mut again, "admin", "SELECT count(*) FROM raw_data.user_session_channel"));
    assert_eq!(cells, [[Some("101520".to_owned())]]);
    let reset = send(&mut again, Request::ResetLab);
    assert!(reset.iter().any(|event| matches!(event.event, EventKind::Reset)));
    assert!(first_cells(&run(&mut again, "admin", "SELECT groname FROM pg_group")).is_empty());
}

fn compared(events: &[Event]) -> (&Vec<Half>, Option<&Difference>) {
    events
        .iter()
        .find_map(|event| match &event.event {
            EventKind::Compared { halves, difference } => Some((halves, difference.as_ref())),
            _ => None,
        })
        .expect("no comparison")
}

fn compare(workspace: &mut Workspace, text: &str) -> Vec<Event> {
    let users = ["admin".to_owned(), "kim".to_owned()];
    send(workspace, Request::Compare { users, text: text.to_owned() })
}

/// A schema whose one table `kim` may read in part, through a view of some of its rows.
fn with_kim() -> Workspace {
    let mut workspace = open();
    let text = "CREATE USER kim PASSWORD 'Kimkim123';
        CREATE SCHEMA shop;
        CREATE TABLE shop.orders (id INT, card VARCHAR(20));
        INSERT INTO shop.orders VALUES (1, '4111'), (2, '4222'), (3, '4333');
        CREATE VIEW shop.own AS SELECT id, CASE WHEN current_user = 'admin' THEN card ELSE '****' END AS card
            FROM shop.orders WHERE current_user = 'admin' OR id < 3;
        GRANT USAGE ON SCHEMA shop TO kim;
        GRANT SELECT ON shop.own TO kim;
        GRANT SELECT (id) ON shop.orders TO kim;";
    let events = run(&mut workspace, "admin", text);
    assert!(!events.iter().any(|event| matches!(event.event, EventKind::StatementFailed { .. })));
    workspace
}

#[test]
fn two_users_rows_are_laid_upon_each_other() {
    let mut workspace = with_kim();
    let events = compare(&mut workspace, "SELECT * FROM shop.own ORDER BY id");
    let (_, found) = compared(&events);
    let found = found.unwrap();
    assert_eq!((found.same, found.changed, found.only), (0, 2, [1, 0]));
    let changed: Vec<&str> =
        found.columns.iter().filter(|column| column.changed).map(|column| column.name.as_str()).collect();
    assert_eq!(changed, ["card"]);
    let cell = |text: &str| Some(text.to_owned());
    assert_eq!(found.all.first[0], [cell(CHANGED), cell("1"), cell("4111"), cell("1"), cell("****")]);
    assert_eq!(found.all.first[2], [cell(ONLY_FIRST), cell("3"), cell("4333"), None, None]);
    let export = Request::Export { result: found.differing.result, format: ExportFormat::Csv };
    let events = send(&mut workspace, export);
    let EventKind::Exported { text } = &events[0].event else { panic!("{events:?}") };
    assert!(text.starts_with("seen,admin.id,admin.card,kim.id,kim.card\ndiffers,1,4111,1,****\n"), "{text}");
}

#[test]
fn a_column_that_one_may_not_read_is_named() {
    let mut workspace = with_kim();
    let events = compare(&mut workspace, "SELECT * FROM shop.orders");
    let found = compared(&events).1.unwrap();
    assert_eq!((found.same, found.changed), (3, 0));
    assert_eq!(found.columns[1].at, [Some(2), None]);
}

#[test]
fn a_comparison_leaves_nothing_behind() {
    let mut workspace = with_kim();
    let events = compare(&mut workspace, "DELETE FROM shop.orders WHERE id = 1");
    let (halves, found) = compared(&events);
    assert!(found.is_none());
    assert!(matches!(&halves[0].end, HalfEnd::Done { result } if result.rows_affected == Some(1)));
    assert!(
        matches!(&halves[1].end, HalfEnd::Failed { error } if error.state == "42501" && error.why.is_some())
    );
    let events = run(&mut workspace, "admin", "SELECT COUNT(*) FROM shop.orders");
    assert_eq!(first_cells(&events), [[Some("3".to_owned())]]);
}

#[test]
fn a_comparison_is_cancelled_like_a_script() {
    let mut workspace = with_kim();
    let text =
        "SELECT COUNT(*) FROM raw_data.user_session_channel a, raw_data.user_session_channel b".to_owned();
    let users = ["admin".to_owned(), "kim".to_owned()];
    workspace.take(Message { id: 8, request: Request::Compare { users, text } });
    workspace.step(5.0);
    assert!(workspace.is_running());
    workspace.take(Message { id: 9, request: Request::Cancel { run: None } });
    assert!(!workspace.is_running());
    let events = all_events(&mut workspace);
    assert!(
        events.iter().any(|event| event.id == 8 && event.event == EventKind::Finished { canceled: true })
    );
}

#[test]
fn the_door_opens_to_the_right_password_only() {
    let mut workspace = with_kim();
    let login = |password: &str| Request::Login { user: "kim".to_owned(), password: password.to_owned() };
    let events = send(&mut workspace, login("wrong"));
    assert!(matches!(&events[0].event, EventKind::LoginRefused { error } if error.message.contains("kim")));
    let events = send(&mut workspace, login("Kimkim123"));
    assert_eq!(events[0].event, EventKind::LoggedIn { user: "kim".to_owned() });
    let events = run(&mut workspace, "kim", "SELECT current_user");
    assert_eq!(first_cells(&events), [[Some("kim".to_owned())]]);
}

#[test]
fn rights_are_told_with_what_they_are_held_through() {
    let mut workspace = with_kim();
    run(
        &mut workspace,
        "admin",
        "CREATE ROLE low; CREATE ROLE high; GRANT ROLE low TO ROLE high; GRANT ROLE high TO kim; GRANT INSERT ON shop.orders TO ROLE low;",
    );
    let events = send(&mut workspace, Request::Access { user: "kim".to_owned() });
    let EventKind::Access { access } = &events[0].event else { panic!("{events:?}") };
    assert!(access.roles.contains(&("low".to_owned(), Some("high".to_owned()))));
    let shop = access.schemas.iter().find(|schema| schema.name == "shop").unwrap();
    assert_eq!(shop.rights[0].right, "USAGE");
    let orders = shop.relations.iter().find(|relation| relation.name == "orders").unwrap();
    let told: Vec<_> =
        orders.rights.iter().map(|right| (right.right.as_str(), right.held.as_str())).collect();
    assert_eq!(told, [("SELECT", "granted to the user"), ("INSERT", "role low through role high")]);
    assert_eq!(orders.rights[0].columns, ["id"]);
    let procedure = "CREATE PROCEDURE shop.p(n INT) AS $$ BEGIN END $$ LANGUAGE plpgsql;";
    let mut routines = |text: &str| {
        run(&mut workspace, "admin", text);
        let events = send(&mut workspace, Request::Access { user: "kim".to_owned() });
        let EventKind::Access { access } = &events[0].event else { panic!("{events:?}") };
        access.schemas.iter().find(|schema| schema.name == "shop").unwrap().routines.clone()
    };
    let made = routines(procedure);
    assert_eq!((made[0].name.as_str(), made[0].procedure, &made[0].held), ("p(integer)", true, &None));
    let granted = routines("GRANT EXECUTE ON PROCEDURE shop.p(INT) TO kim;");
    assert_eq!(granted[0].held.as_deref(), Some("granted to the user"));
}

#[test]
fn policies_that_reach_a_user_stand_beside_its_rights() {
    let mut workspace = with_kim();
    let text = "CREATE RLS POLICY few WITH (id INT) USING (id < 3);
        CREATE MASKING POLICY hide WITH (card VARCHAR(20)) USING ('****'::VARCHAR(20));
        ATTACH RLS POLICY few ON shop.orders TO PUBLIC;
        ATTACH MASKING POLICY hide ON shop.orders (card) TO kim;
        ALTER TABLE shop.orders ROW LEVEL SECURITY ON;
        REVOKE SELECT (id) ON shop.orders FROM kim;
        GRANT SELECT ON shop.orders TO kim;";
    let events = run(&mut workspace, "admin", text);
    assert!(
        !events.iter().any(|event| matches!(event.event, EventKind::StatementFailed { .. })),
        "{events:?}"
    );
    let mut orders = |user: &str| {
        let events = send(&mut workspace, Request::Access { user: user.to_owned() });
        let EventKind::Access { access } = &events[0].event else { panic!("{events:?}") };
        let shop = access.schemas.iter().find(|schema| schema.name == "shop").unwrap();
        shop.relations.iter().find(|relation| relation.name == "orders").unwrap().clone()
    };
    let kim = orders("kim");
    let told = |policies: &[ReachingPolicy]| {
        policies
            .iter()
            .map(|one| format!("{} {} {:?}", one.name, one.through, one.columns))
            .collect::<Vec<_>>()
    };
    assert_eq!(told(&kim.row_policies.unwrap()), ["few PUBLIC []"]);
    assert_eq!(told(&kim.masks), ["hide granted to the user [\"card\"]"]);
    let admin = orders("admin");
    assert!(admin.row_policies.is_none() && admin.masks.is_empty());
    let events = compare(&mut workspace, "SELECT * FROM shop.orders ORDER BY id");
    let found = compared(&events).1.unwrap();
    assert_eq!((found.changed, found.only), (2, [1, 0]));
}

#[test]
fn a_refusal_names_who_holds_what_is_missing() {
    let mut workspace = with_kim();
    let text = "CREATE GROUP clerks; CREATE ROLE unseen; GRANT DELETE ON shop.orders TO GROUP clerks; GRANT DELETE ON shop.orders TO ROLE unseen;";
    run(&mut workspace, "admin", text);
    let events = run(&mut workspace, "kim", "DELETE FROM shop.orders WHERE id = 1");
    let failure = events.iter().find_map(|event| match &event.event {
        EventKind::StatementFailed { error, .. } => error.why.clone(),
        _ => None,
    });
    assert_eq!(failure.unwrap().holders, ["group clerks"]);
}

#[test]
fn holders_are_known_of_functions_and_databases_too() {
    let mut workspace = with_kim();
    let text = "CREATE GROUP clerks;
        CREATE FUNCTION shop.twice(INT) RETURNS INT IMMUTABLE AS $$ SELECT 2 * $1 $$ LANGUAGE sql;
        REVOKE EXECUTE ON FUNCTION shop.twice(INT) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION shop.twice(INT) TO GROUP clerks;
        GRANT CREATE ON DATABASE dev TO GROUP clerks;";
    run(&mut workspace, "admin", text);
    for refused in ["SELECT shop.twice(1)", "CREATE SCHEMA mine"] {
        let events = run(&mut workspace, "kim", refused);
        let why = events.iter().find_map(|event| match &event.event {
            EventKind::StatementFailed { error, .. } => error.why.clone(),
            _ => None,
        });
        assert_eq!(why.unwrap().holders, ["group clerks"], "{refused}");
    }
}

/// What a warehouse does for a large table by itself is done in slices, between which the page is answered.
#[test]
fn time_that_passes_can_be_stopped() {
    let mut workspace = open();
    let ten = "(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4)";
    let rows = format!("{ten} a, {ten} b, {ten} c, {ten} d, {ten} e, {ten} f, {ten} g");
    run(&mut workspace, "admin", "CREATE TABLE large (a int) SORTKEY (a);");
    let fill = "SELECT 80000 - ((((((a.d * 5 + b.d) * 5 + c.d) * 5 + d.d) * 5 + e.d) * 5 + f.d) * 5 + g.d)";
    for _ in 0..2 {
        run(&mut workspace, "admin", &format!("INSERT INTO large {fill} FROM {rows};"));
    }
    run(&mut workspace, "admin", "DELETE FROM large WHERE a % 2 = 0;");
    let passed =
        |events: &[Event]| events.iter().any(|one| matches!(one.event, EventKind::TimePassed { .. }));
    let hour = Request::Advance { micros: Some(3_600_000_000) };
    workspace.take(Message { id: 8, request: hour.clone() });
    assert!(workspace.is_running() && !passed(&all_events(&mut workspace)));
    // No statement runs meanwhile, and everything else is answered.
    workspace.take(Message {
        id: 9,
        request: Request::Run { user: "admin".to_owned(), text: "SELECT 1".to_owned() },
    });
    workspace.take(Message { id: 10, request: Request::Names { user: "admin".to_owned() } });
    let events = all_events(&mut workspace);
    assert!(events.iter().any(|one| one.id == 9 && matches!(one.event, EventKind::Failed { .. })));
    assert!(events.iter().any(|one| one.id == 10 && matches!(one.event, EventKind::Names { .. })));
    workspace.take(Message { id: 11, request: Request::Cancel { run: None } });
    assert!(passed(&all_events(&mut workspace)) && !workspace.is_running());
    let count = "SELECT tbl_rows FROM svv_table_info WHERE \"table\" = 'large'";
    let before = first_cells(&run(&mut workspace, "admin", count));
    // The next hour does it to the end.
    let events = send(&mut workspace, hour);
    let told = events.iter().find_map(|one| match &one.event {
        EventKind::TimePassed { happenings, .. } => Some(happenings.clone()),
        _ => None,
    });
    assert!(told.unwrap().iter().any(|one| one.kind == "table-vacuumed" && one.subject == "large"));
    assert_ne!(first_cells(&run(&mut workspace, "admin", count)), before);
}

/// A waiter of the CLI lets time pass as the clock does: in slices, until somebody stops it.
#[test]
fn a_line_that_waits_can_be_stopped() {
    let mut workspace = open_with(striding);
    let five = "(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4)";
    let rows = format!("{five} a, {five} b, {five} c, {five} d, {five} e, {five} f, {five} g");
    run(&mut workspace, "admin", "CREATE TABLE large (a int) SORTKEY (a);");
    let fill = "SELECT 80000 - ((((((a.d * 5 + b.d) * 5 + c.d) * 5 + d.d) * 5 + e.d) * 5 + f.d) * 5 + g.d)";
    for _ in 0..2 {
        run(&mut workspace, "admin", &format!("INSERT INTO large {fill} FROM {rows};"));
    }
    run(&mut workspace, "admin", "DELETE FROM large WHERE a % 2 = 0;");
    send(&mut workspace, Request::Advance { micros: Some(2_700_000_000) });
    let wait = |of: &str| Request::Aws {
        principal: "learner".to_owned(),
        line: format!("aws redshift wait cluster-available --cluster-identifier {of}"),
    };
    let code = |events: &[Event], id| {
        events.iter().find_map(|one| match one.event {
            EventKind::AwsDone { code, .. } if one.id == id => Some(code),
            _ => None,
        })
    };
    // It crosses the hour at which the warehouse looks after its table.
    workspace.take(Message { id: 8, request: wait("missing") });
    assert!(workspace.is_running());
    workspace.take(Message { id: 9, request: Request::Names { user: "admin".to_owned() } });
    let events = all_events(&mut workspace);
    assert!(events.iter().any(|one| one.id == 9 && matches!(one.event, EventKind::Names { .. })));
    assert_eq!(code(&events, 8), None);
    workspace.take(Message { id: 10, request: Request::Cancel { run: None } });
    assert_eq!(code(&all_events(&mut workspace), 8), Some(130));
    assert!(!workspace.is_running());
    // Whoever does not stop it waits to its end, and is told meanwhile how long that has been.
    let events = send(&mut workspace, wait("missing"));
    assert_eq!(code(&events, 7), Some(255));
    let minutes = events.iter().filter_map(|one| match one.event {
        EventKind::Progress { rows, .. } => Some(rows / 60_000_000),
        _ => None,
    });
    assert!(minutes.max().is_some_and(|minutes| minutes > 0));
}
