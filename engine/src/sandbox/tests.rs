//! One account, many sessions: transactions, conflicts, temporary tables, cancelling, saving.

//! The account as a whole: sessions, transactions, loads and what survives a save.

use std::collections::BTreeMap;

use arrow::array::AsArray;
use arrow::datatypes::Int32Type;

use super::*;
use crate::cli::Files;
use crate::sql::execute::display::display;
use crate::sql::outcome::Step;
use crate::sql::parse;

fn run(sandbox: &mut Sandbox, session: SessionId, text: &str) -> String {
    let mut out = Vec::new();
    for executed in sandbox.execute(session, text) {
        match executed.result {
            Err(error) => out.push(error.to_string()),
            Ok(answer) => match &answer.completion.fields {
                None => out.push(answer.completion.tag),
                Some(fields) => {
                    for batch in &answer.batches {
                        for row in 0..batch.rows {
                            let cells = batch.columns.iter().zip(fields).map(|(column, field)| {
                                display(column, field.data_type, row).unwrap_or_else(|| "NULL".to_owned())
                            });
                            out.push(cells.collect::<Vec<_>>().join("|"));
                        }
                    }
                }
            },
        }
    }
    out.join("; ")
}

#[test]
fn show_table_prints_what_makes_the_table_anew() {
    let mut sandbox = Sandbox::new(1);
    let one = sandbox.connect(ADMIN, None).unwrap();
    run(
        &mut sandbox,
        one,
        "CREATE TABLE customers (id int PRIMARY KEY, name varchar(20) DEFAULT 'nobody' NOT NULL);
         CREATE TABLE orders (id bigint IDENTITY(1, 1), customer int REFERENCES customers DISTKEY,
             total decimal(8,2) ENCODE zstd, placed timestamp, UNIQUE (id)) SORTKEY (placed, id) BACKUP NO;",
    );
    let orders = run(&mut sandbox, one, "SHOW TABLE orders");
    assert_eq!(
        orders,
        "CREATE TABLE public.orders (
    id bigint NOT NULL IDENTITY(1,1) ENCODE raw,
    customer integer ENCODE az64 distkey,
    total numeric(8,2) ENCODE zstd,
    placed timestamp without time zone ENCODE raw,
    UNIQUE (id),
    FOREIGN KEY (customer) REFERENCES public.customers(id)
)
BACKUP NO
DISTSTYLE KEY
SORTKEY ( placed, id );"
    );
    run(&mut sandbox, one, "DROP TABLE orders");
    run(&mut sandbox, one, &orders);
    assert_eq!(run(&mut sandbox, one, "SHOW TABLE orders"), orders);
    run(&mut sandbox, one, "SET enable_case_sensitive_identifier TO on");
    let cased = r#"CREATE TABLE public."Shown" (
    "Id" integer NOT NULL ENCODE raw,
    "a b" character varying(5) ENCODE lzo,
    plain integer ENCODE raw,
    PRIMARY KEY ("Id")
)
DISTSTYLE AUTO
SORTKEY ( "Id", plain );"#;
    assert_eq!(run(&mut sandbox, one, cased), "CREATE TABLE");
    assert_eq!(run(&mut sandbox, one, r#"SHOW TABLE "Shown""#), cased);
}

#[test]
fn a_transaction_is_seen_by_others_when_it_commits() {
    let mut sandbox = Sandbox::new(1);
    let one = sandbox.connect(ADMIN, None).unwrap();
    let two = sandbox.connect(ADMIN, None).unwrap();
    assert_eq!(
        run(&mut sandbox, one, "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2)"),
        "CREATE TABLE; INSERT 0 2"
    );
    assert_eq!(
        run(&mut sandbox, one, "BEGIN; DELETE FROM t WHERE a = 1; SELECT count(*) FROM t"),
        "BEGIN; DELETE 1; 1"
    );
    assert_eq!(run(&mut sandbox, two, "SELECT count(*) FROM t"), "2");
    assert_eq!(run(&mut sandbox, one, "COMMIT"), "COMMIT");
    assert_eq!(run(&mut sandbox, two, "SELECT count(*) FROM t"), "1");
    assert_eq!(
        run(&mut sandbox, one, "BEGIN; UPDATE t SET a = 7; ROLLBACK; SELECT a FROM t"),
        "BEGIN; UPDATE 1; ROLLBACK; 2"
    );
}

#[test]
fn after_a_mistake_a_transaction_takes_nothing_but_its_end() {
    let mut sandbox = Sandbox::new(1);
    let session = sandbox.connect(ADMIN, None).unwrap();
    let said = run(
        &mut sandbox,
        session,
        "BEGIN; CREATE TABLE t (a int); SELECT * FROM missing; SELECT 1; COMMIT; SELECT * FROM t",
    );
    assert_eq!(
        said,
        "BEGIN; CREATE TABLE; ERROR 42P01 relation \"missing\" does not exist; \
         ERROR 25P02 current transaction is aborted, commands ignored until end of transaction block; \
         ROLLBACK; ERROR 42P01 relation \"t\" does not exist"
    );
}

#[test]
fn two_writers_of_one_table_follow_each_other_and_of_two_tables_go_on() {
    let mut sandbox = Sandbox::new(1);
    let one = sandbox.connect(ADMIN, None).unwrap();
    let two = sandbox.connect(ADMIN, None).unwrap();
    run(
        &mut sandbox,
        one,
        "CREATE TABLE a (x int); CREATE TABLE b (x int); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1)",
    );
    run(&mut sandbox, one, "BEGIN; INSERT INTO a VALUES (2)");
    run(&mut sandbox, two, "BEGIN; INSERT INTO b VALUES (2)");
    assert_eq!(run(&mut sandbox, two, "COMMIT"), "COMMIT");
    assert_eq!(
        run(&mut sandbox, one, "COMMIT; SELECT count(*) FROM a; SELECT count(*) FROM b"),
        "COMMIT; 2; 2"
    );
    run(&mut sandbox, one, "BEGIN; UPDATE a SET x = 3");
    // Run to its end at once, it has nobody who could let it go on.
    assert_eq!(
        run(&mut sandbox, two, "INSERT INTO a VALUES (4)"),
        "ERROR 55P03 could not obtain lock on relation \"public.a\""
    );
    assert_eq!(run(&mut sandbox, one, "COMMIT; SELECT max(x) FROM a"), "COMMIT; 3");
}

#[test]
fn temporary_tables_belong_to_their_session() {
    let mut sandbox = Sandbox::new(1);
    let one = sandbox.connect(ADMIN, None).unwrap();
    let two = sandbox.connect(ADMIN, None).unwrap();
    assert_eq!(run(&mut sandbox, one, "CREATE TEMP TABLE t AS SELECT 5 AS a; SELECT a FROM t"), "SELECT; 5");
    assert_eq!(run(&mut sandbox, two, "SELECT a FROM t"), "ERROR 42P01 relation \"t\" does not exist");
    assert_eq!(run(&mut sandbox, one, "INSERT INTO t VALUES (6); SELECT sum(a) FROM t"), "INSERT 0 1; 11");
}

#[test]
fn what_was_committed_comes_back_from_bytes() {
    let mut sandbox = Sandbox::new(1);
    let session = sandbox.connect(ADMIN, None).unwrap();
    run(
        &mut sandbox,
        session,
        "CREATE TABLE t (a int, b varchar(9)); INSERT INTO t VALUES (1, '가'), (2, NULL); CREATE GROUP g",
    );
    run(&mut sandbox, session, "BEGIN; INSERT INTO t VALUES (3, 'x')");
    let mut store: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
    let saved = sandbox.save(&|_| false).unwrap();
    store.extend(saved.blocks);
    let again = sandbox.save(&|number| store.contains_key(&number)).unwrap();
    assert!(again.blocks.is_empty(), "a block is written once");
    let mut loaded =
        Sandbox::load(&saved.manifest, &mut |number| store.get(&number).cloned(), |_| None).unwrap();
    let session = loaded.connect(ADMIN, None).unwrap();
    assert_eq!(
        run(&mut loaded, session, "SELECT * FROM t ORDER BY a; SELECT groname FROM pg_group"),
        "1|가; 2|NULL; g"
    );
    assert!(matches!(
        Sandbox::load(&saved.manifest, &mut |_| None, |_| None),
        Err(LoadError::BlockMissing { .. })
    ));
    assert!(Sandbox::load(&saved.manifest[..9], &mut |_| None, |_| None).is_err());
}

#[test]
fn a_cancelled_statement_leaves_no_trace() {
    let mut sandbox = Sandbox::new(1);
    let session = sandbox.connect(ADMIN, None).unwrap();
    run(&mut sandbox, session, "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2), (3)");
    let statement =
        crate::sql::parse::parse("INSERT INTO t SELECT x.a FROM t x, t y, t z").unwrap().pop().unwrap();
    let mut running = sandbox.start(session, &statement).unwrap();
    assert!(matches!(sandbox.step(&mut running), Ok(Step::Running(_))));
    assert_eq!(sandbox.cancel(running).kind.state(), "57014");
    assert_eq!(run(&mut sandbox, session, "SELECT count(*) FROM t"), "3");
}

#[test]
fn a_copy_of_the_account_goes_its_own_way() {
    let mut sandbox = Sandbox::new(1);
    let session = sandbox.connect(ADMIN, None).unwrap();
    run(&mut sandbox, session, "CREATE TABLE t (a int); INSERT INTO t VALUES (1)");
    let mut copy = sandbox.clone();
    let there = copy.connect(ADMIN, None).unwrap();
    run(&mut copy, there, "DROP TABLE t");
    assert_eq!(run(&mut sandbox, session, "SELECT a FROM t"), "1");
}

/// 65,536 rows of `(n, twice, word)`, all different.
fn with_many_rows() -> (Sandbox, SessionId) {
    let mut sandbox = Sandbox::new(1);
    let session = sandbox.connect(ADMIN, None).unwrap();
    let mut text = "CREATE TABLE t (n int, word varchar(40)); INSERT INTO t VALUES (0, 'word 0');".to_owned();
    for power in 0..16 {
        let rows = 1 << power;
        text.push_str(&format!("INSERT INTO t SELECT n + {rows}, 'a longer word ' || n + {rows} FROM t;"));
    }
    run(&mut sandbox, session, &text);
    assert_eq!(run(&mut sandbox, session, "SELECT count(*), count(DISTINCT word) FROM t"), "65536|65536");
    (sandbox, session)
}

#[test]
fn past_the_memory_limit_a_statement_fails_and_the_session_goes_on() {
    let (mut sandbox, session) = with_many_rows();
    let stored: u64 = sandbox.warehouse.committed.blocks().map(|b| u64::from(b.bytes)).sum();
    sandbox.memory_limit = stored + (1 << 20);
    for heavy in [
        "SELECT a.n FROM t a JOIN t b ON a.word = b.word",
        "SELECT word, count(*) FROM t GROUP BY word",
        "SELECT count(DISTINCT word) FROM t",
        "SELECT DISTINCT word FROM t",
        "SELECT word FROM t INTERSECT SELECT word FROM t",
        "SELECT * FROM t ORDER BY word",
        "SELECT n, rank() OVER (ORDER BY word) FROM t",
        "WITH x AS (SELECT n, word FROM t) SELECT count(*) FROM x a, x b WHERE a.n = b.n + 1 AND a.word < b.word",
        "INSERT INTO t SELECT n, word FROM t",
        "CREATE TABLE u AS SELECT * FROM t",
        "UPDATE t SET word = 'x' || word",
        "SELECT * FROM t",
    ] {
        let said = run(&mut sandbox, session, heavy);
        assert!(said.contains("Out Of Memory"), "{heavy}: {}", &said[..said.len().min(80)]);
        assert!(said.starts_with("ERROR XX000") || said.contains("XX000"), "{}", &said[..said.len().min(80)]);
    }
    assert_eq!(run(&mut sandbox, session, "SELECT count(*), max(n) FROM t"), "65536|65535");
    assert_eq!(run(&mut sandbox, session, "SELECT n FROM t ORDER BY n DESC LIMIT 2"), "65535; 65534");
}

#[test]
fn keys_that_a_join_computes_count_as_memory() {
    let (mut sandbox, session) = with_many_rows();
    sandbox.memory_limit = sandbox.held(&sandbox.warehouse.committed) + (16 << 20);
    let joined = |key: &str| format!("SELECT count(*) FROM t a JOIN t b ON {key}");
    assert_eq!(run(&mut sandbox, session, &joined("a.word = b.word")), "65536");
    // 17 MB of keys beside the same rows.
    let said = run(&mut sandbox, session, &joined("rpad(a.word, 260, '.') = rpad(b.word, 260, '.')"));
    assert!(said.contains("Out Of Memory"), "{said}");
}

#[test]
fn what_lies_in_s3_counts_as_memory() {
    let (mut sandbox, session) = with_many_rows();
    let before = sandbox.held(&sandbox.warehouse.committed);
    sandbox.memory_limit = before + (16 << 20);
    let sorting = "SELECT max(r) FROM (SELECT row_number() OVER (ORDER BY word) AS r FROM t)";
    assert_eq!(run(&mut sandbox, session, sorting), "65536");
    sandbox.disk.write("/data/much.csv", vec![b'x'; 16 << 20].into());
    for line in ["s3 mb s3://course-bucket", "s3 cp /data/much.csv s3://course-bucket/much.csv"] {
        assert_eq!(sandbox.aws("learner", line).code, 0);
    }
    assert_eq!(
        sandbox.held(&sandbox.warehouse.committed) - before,
        16 << 20,
        "the file and its copy share bytes"
    );
    let said = run(&mut sandbox, session, sorting);
    assert!(said.contains("Out Of Memory"), "{said}");
    sandbox.disk.remove("/data/much.csv");
    assert_eq!(sandbox.aws("learner", "s3 rm s3://course-bucket/much.csv").code, 0);
    assert_eq!(run(&mut sandbox, session, sorting), "65536");
}

/// The most rows that one step worked through, and all of them.
fn worked(sandbox: &mut Sandbox, session: SessionId, text: &str) -> (u64, u64) {
    let statement = crate::sql::parse::parse(text).unwrap().pop().unwrap();
    let mut running = sandbox.start(session, &statement).unwrap();
    let (mut most, mut before) = (0, 0);
    loop {
        let step = sandbox.step(&mut running).unwrap();
        let now = running.statistics().rows_worked;
        most = most.max(now - before);
        before = now;
        if matches!(step, Step::Done(_)) {
            return (most, now);
        }
    }
}

#[test]
fn no_step_of_a_sort_or_a_window_works_through_many_rows() {
    let (mut sandbox, session) = with_many_rows();
    let rows: u64 = 1 << 20;
    let mut many = "CREATE TABLE m AS SELECT n, n % 1000 AS k, n * 7919 % 65536 AS v FROM t;".to_owned();
    many.push_str(&"INSERT INTO m SELECT n, k, v + 65536 FROM m;".repeat(4));
    run(&mut sandbox, session, &many);
    for (query, passes) in [
        ("SELECT n FROM m ORDER BY v, n DESC", 3),
        ("SELECT max(n) FROM (SELECT n FROM m ORDER BY k, v LIMIT 500000)", 3),
        ("SELECT max(r) FROM (SELECT row_number() OVER (PARTITION BY k ORDER BY v) AS r FROM m)", 3),
        ("SELECT max(r) FROM (SELECT rank() OVER (ORDER BY v DESC) AS r FROM m)", 3),
        ("SELECT max(r) FROM (SELECT sum(v) OVER (ORDER BY n, v ROWS 5 PRECEDING) AS r FROM m)", 4),
        (
            "SELECT max(r) FROM (SELECT max(v) OVER (PARTITION BY k) + lag(n) OVER (ORDER BY v) AS r FROM m)",
            6,
        ),
    ] {
        let (most, all) = worked(&mut sandbox, session, query);
        assert!(all >= passes * rows, "{query}: {all} rows in all");
        assert!(most <= 2 * 65_536, "{query}: {most} rows in one step");
    }
}

/// The column `n` of a table as it lies, and whether all of it lies in the sorted region.
fn as_it_lies(sandbox: &Sandbox, name: &str) -> (Vec<i32>, bool) {
    let database = sandbox.warehouse.committed.catalog.database(&DATABASE.into()).unwrap();
    let table = database.find(&"public".into(), &name.into()).unwrap().table().unwrap();
    let mut rows = Vec::new();
    for stored in &table.data.segments {
        let array = stored.segment.columns[0].array().unwrap();
        rows.extend_from_slice(array.as_primitive::<Int32Type>().values());
    }
    (rows, table.data.sorted_rows() == table.data.stored_rows())
}

#[test]
fn a_first_load_and_a_vacuum_lay_rows_in_order_over_many_segments() {
    let (mut sandbox, session) = with_many_rows();
    let spread = "SELECT n * 7919 % 131072 AS n, word FROM t UNION ALL SELECT (n + 65536) * 7919 % 131072, word FROM t";
    let said = run(&mut sandbox, session, &format!("CREATE TABLE s SORTKEY(n) AS {spread}"));
    assert_eq!(said, "SELECT");
    let (rows, sorted) = as_it_lies(&sandbox, "s");
    assert!(sorted && rows.iter().copied().eq(0..131_072));
    let said = run(
        &mut sandbox,
        session,
        "DELETE FROM s WHERE n % 2 = 1; INSERT INTO s SELECT n * 2 + 1, 'late' FROM t WHERE n < 60000; VACUUM SORT ONLY s",
    );
    assert_eq!(said, "DELETE 65536; INSERT 0 60000; VACUUM");
    let (rows, sorted) = as_it_lies(&sandbox, "s");
    assert!(sorted && rows.is_sorted() && rows.len() == 131_072 + 60_000);
    assert_eq!(
        run(&mut sandbox, session, "SELECT count(*), sum(n % 2), count(DISTINCT n) FROM s"),
        "125536|60000|125536"
    );
    assert_eq!(run(&mut sandbox, session, "VACUUM DELETE ONLY s"), "VACUUM");
    let (rows, sorted) = as_it_lies(&sandbox, "s");
    assert!(sorted && rows.is_sorted() && rows.len() == 125_536);
    assert_eq!(
        run(&mut sandbox, session, "SELECT word FROM s WHERE n = 77 OR n = 78"),
        "late; a longer word 25746"
    );
    // What was saved comes back as it was.
    let saved = sandbox.save(&|_| false).unwrap();
    let blocks: BTreeMap<u64, Vec<u8>> = saved.blocks.into_iter().collect();
    let loaded = Sandbox::load(&saved.manifest, &mut |block| blocks.get(&block).cloned(), |_| None).unwrap();
    assert_eq!(as_it_lies(&loaded, "s"), as_it_lies(&sandbox, "s"));
}

/// What stands is billed for the time it stood; requests when they come.
#[test]
fn the_meter_counts_what_stands_and_what_happens() {
    use crate::aws::meter::{Usage, usage};
    use crate::aws::pricing::{Money, charges};
    use crate::aws::redshift::node_type::NodeType;

    let mut sandbox = Sandbox::new(7);
    sandbox.clock.advance(86_400_000_000);
    sandbox.aws(PRINCIPAL, "aws s3 mb s3://course-bucket");
    sandbox.disk.write("/home/learner/a", vec![0u8; 1 << 20].into());
    sandbox.aws(PRINCIPAL, "aws s3 cp a s3://course-bucket/a");
    sandbox.clock.advance(86_400_000_000);
    sandbox.reckon();
    let meter = &sandbox.account.meter;
    assert_eq!(meter.total(Usage::Nodes(NodeType::Dc2Large)), 48 * usage::HOUR);
    assert_eq!(meter.total(Usage::S3Storage), usage::MB * 24 * usage::HOUR);
    assert_eq!(meter.total(Usage::S3BytesIn), usage::MB);
    assert_eq!(meter.total(Usage::S3RequestsTier1), 2);
    // 25 May has 14 hours left, so that two days make three records.
    let of_node = |charge: &&crate::aws::pricing::Charge<'_>| matches!(charge.key.usage, Usage::Nodes(_));
    let charges = charges(meter);
    assert_eq!(charges.iter().filter(of_node).count(), 3);
    assert_eq!(charges.iter().filter(of_node).map(|charge| charge.cost).sum::<Money>().text(), "14.4");
    let again = sandbox.account.meter.clone();
    sandbox.reckon();
    assert_eq!(sandbox.account.meter, again);
}

/// Steps a statement of one session while another session speaks after its first step.
fn interrupted(other: &str) -> String {
    let mut sandbox = Sandbox::new(1);
    let one = sandbox.connect(ADMIN, None).unwrap();
    let two = sandbox.connect(ADMIN, None).unwrap();
    run(
        &mut sandbox,
        one,
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2), (3), (4), (5), (6), (7), (8)",
    );
    let text = "SELECT count(*) FROM t a, t b, t c, t d, t e, t f, t g, t h";
    let parsed = crate::sql::parse::parse(text).unwrap().pop().unwrap();
    let mut running = sandbox.start(one, &parsed).unwrap();
    assert!(matches!(sandbox.step(&mut running), Ok(Step::Running(_))));
    run(&mut sandbox, two, &other.replace("PID", &one.0.to_string()));
    let mut error = None;
    for _ in 0..3 {
        match sandbox.step(&mut running) {
            Ok(Step::Running(_)) => {}
            Ok(_) => break,
            Err(told) => {
                error = Some(told.to_string());
                break;
            }
        }
    }
    drop(running);
    // The session goes on, unless it was ended.
    format!("{}; {}", error.unwrap_or_default(), run(&mut sandbox, one, "SELECT 1"))
}

#[test]
fn a_running_statement_is_stopped_by_another_session() {
    assert_eq!(interrupted("CANCEL PID"), "ERROR 57014 Query (3) cancelled on user's request; 1");
    assert_eq!(interrupted("CANCEL PID 'too long'"), "ERROR 57014 too long; 1");
    assert_eq!(
        interrupted("SELECT pg_terminate_backend(PID)"),
        "ERROR 57P01 terminating connection due to administrator command; \
         ERROR 57P01 terminating connection due to administrator command"
    );
}

#[test]
fn statements_are_told_with_what_decided_them() {
    let mut sandbox = Sandbox::new(7);
    let admin = sandbox.connect(ADMIN, None).unwrap();
    sandbox.execute(admin, "CREATE TABLE t (a int); CREATE USER kim PASSWORD 'Kimkim123'; SELECT 1/0;");
    let kim = sandbox.connect("kim", None).unwrap();
    sandbox.execute(kim, "SELECT * FROM t");
    let spoken = sandbox.spoken(3);
    assert_eq!((spoken[0].user.as_str(), spoken[0].kind.as_str()), ("kim", "SELECT"));
    let Ending::Refused { message, missing, grant } = &spoken[0].ending else { panic!("{:?}", spoken[0]) };
    assert_eq!(message, "permission denied for relation t");
    assert!(
        missing.starts_with("SELECT ON table") && grant.starts_with("GRANT SELECT ON"),
        "{missing}; {grant}"
    );
    assert!(matches!(spoken[1].ending, Ending::Failed { .. }));
    assert_eq!(spoken[2].text, "CREATE USER kim PASSWORD '***'");
    assert_eq!(spoken[2].ending, Ending::Done);
}

/// What the page shows: the days, this month and next month's invoice as everything stands, and without the nodes.
#[test]
fn the_bill_foresees_what_is_left_standing() {
    let mut sandbox = Sandbox::new(7);
    sandbox.clock.advance(86_400_000_000);
    let bill = sandbox.bill();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    assert_eq!(bill["Micros"], 7_200_000);
    assert_eq!(bill["Days"][0]["Services"]["Amazon Redshift"], 4_200_000);
    assert_eq!(
        (&bill["Month"]["LeftMicros"], &bill["Month"]["PausedMicros"]),
        (&47_400_000.into(), &7_200_000.into())
    );
    assert_eq!((&bill["ADayMicros"], &bill["NextMonth"]["Micros"]), (&7_200_000.into(), &216_000_000.into()));
    let line = &bill["NextMonth"]["Lines"][0];
    assert_eq!((text(&line["Resource"]), text(&line["Quantity"])), ("course-cluster".into(), "720".into()));
    assert_eq!(sandbox.cost(), 7_200_000);
}

/// One VACUUM at a time; another session's waits its turn by being run again.
#[test]
fn a_second_vacuum_is_refused() {
    let mut sandbox = Sandbox::new(7);
    let (one, other) = (sandbox.connect(ADMIN, None).unwrap(), sandbox.connect(ADMIN, None).unwrap());
    sandbox.execute(one, "CREATE TABLE t (a int) SORTKEY (a); INSERT INTO t VALUES (2), (1);");
    let vacuum = parse::script("VACUUM t").pop().unwrap().unwrap();
    let running = sandbox.start(one, &vacuum).unwrap();
    let error = sandbox.start(other, &vacuum).err().unwrap();
    assert_eq!((error.kind.state(), error.kind.message().as_str()), ("55006", "VACUUM is running"));
    sandbox.cancel(running);
    assert!(sandbox.start(other, &vacuum).is_ok());
}
