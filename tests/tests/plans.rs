//! A query's EXPLAIN, what the system says of its steps, its alerts and its answer tell one story, whatever the query.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use sandshift_engine::sandbox::{ADMIN, Answer, Running, Sandbox};
use sandshift_engine::sql::outcome::Step;
use sandshift_engine::sql::parse;
use sandshift_engine::sql::session::SessionId;
use sandshift_lessons::transcript::rows;
use sandshift_tests::choice::Choices;

const CASES: u64 = 150;

/// Every way to lie on slices, and one that nobody has analyzed.
const TABLES: [(&str, usize); 6] =
    [("fact", 600), ("side", 200), ("even", 150), ("every", 20), ("auto", 50), ("loose", 40)];

struct Account {
    sandbox: Sandbox,
    session: SessionId,
}

impl Account {
    fn new() -> Self {
        let mut sandbox = Sandbox::new(1);
        let session = sandbox.connect(ADMIN, None).unwrap();
        let mut account = Account { sandbox, session };
        account.run(
            "CREATE TABLE digits (d INT); INSERT INTO digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)",
        );
        for (name, count) in TABLES {
            let layout = match name {
                "fact" | "side" => "DISTKEY (k) SORTKEY (k)",
                "even" => "DISTSTYLE EVEN",
                "every" => "DISTSTYLE ALL SORTKEY (n)",
                _ => "",
            };
            account.run(&format!("CREATE TABLE {name} (k INT, n INT, s VARCHAR(8)) {layout}"));
            account.run(&format!(
                "INSERT INTO {name} SELECT i, i % 7, 's' || (i % 5) FROM (SELECT a.d * 100 + b.d * 10 + c.d AS i FROM digits a, digits b, digits c) x WHERE i < {count}"
            ));
        }
        account.run("CREATE TABLE sink (k INT, n INT, s VARCHAR(8)) DISTKEY (k)");
        // No query is rewritten to read it: what is printed and what is done stay the table's.
        account.run(
            "CREATE MATERIALIZED VIEW by_n AS SELECT n, COUNT(*) AS c, MIN(s) AS s FROM side GROUP BY n",
        );
        account.run("CREATE VIEW seen AS SELECT k, n, s FROM even WHERE n < 5");
        account.run("DELETE FROM even WHERE k < 20");
        account.run("VACUUM fact; VACUUM side");
        for (name, _) in TABLES.into_iter().filter(|(name, _)| *name != "loose") {
            account.run(&format!("ANALYZE {name}"));
        }
        account
    }

    fn run(&mut self, text: &str) -> Vec<Vec<String>> {
        rows(&self.answer(text)).unwrap_or_default()
    }

    fn answer(&mut self, text: &str) -> Answer {
        let done = self.sandbox.execute(self.session, text).pop().unwrap();
        done.result.unwrap_or_else(|error| panic!("{text}: {error:?}"))
    }

    /// Cells without the blanks that CHAR adds.
    fn ask(&mut self, text: &str) -> Vec<Vec<String>> {
        let rows = self.run(text);
        rows.into_iter().map(|row| row.into_iter().map(|cell| cell.trim().to_owned()).collect()).collect()
    }
}

/// A query of one of many shapes, over these tables.
fn query(choices: &mut Choices, depth: usize) -> String {
    let tables = 1 + choices.below(3);
    let mut from = String::new();
    for index in 0..tables {
        let table = match choices.below(9) {
            0 if depth > 0 => format!("({})", query(choices, 0)),
            1 => "seen".to_owned(),
            _ => choices.one(&TABLES).0.to_owned(),
        };
        let alias = ["a", "b", "c"][index];
        if index == 0 {
            from = format!("{table} {alias}");
            continue;
        }
        let before = ["a", "b"][choices.below(index)];
        let how = choices.of(&["JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"]);
        from += &match choices.below(8) {
            0 => format!(" CROSS JOIN {} {alias}", choices.of(&["every", "auto", "loose"])),
            1 if !how.starts_with("FULL") => {
                format!(" {how} {table} {alias} ON {before}.n < {alias}.n AND {alias}.k < 5")
            }
            2 | 3 => format!(" {how} {table} {alias} ON {before}.n = {alias}.k"),
            4 if !how.starts_with("FULL") => {
                format!(" {how} {table} {alias} ON {before}.s = {alias}.s AND {alias}.k < 9")
            }
            _ => format!(" {how} {table} {alias} ON {before}.k = {alias}.k"),
        };
    }
    let condition = match choices.below(9) {
        0 => " WHERE a.n < 3",
        1 => " WHERE a.k = 13",
        2 => " WHERE a.k IN (SELECT n FROM even)",
        3 => " WHERE EXISTS (SELECT 1 FROM side x WHERE x.k = a.n)",
        4 => " WHERE a.n > (SELECT AVG(n) FROM every)",
        5 => " WHERE a.k NOT IN (SELECT k FROM auto WHERE k IS NOT NULL)",
        _ => "",
    };
    let (list, rest) = match choices.below(8) {
        0 => ("a.n AS k, COUNT(*)::INT AS n, MIN(a.s) AS s", " GROUP BY a.n"),
        1 => ("a.k, SUM(a.n)::INT AS n, a.s", " GROUP BY a.k, a.s"),
        2 => ("COUNT(DISTINCT a.n)::INT AS k, 1 AS n, 'x' AS s", ""),
        3 => ("DISTINCT a.n AS k, a.n, a.s", ""),
        4 => ("a.k, RANK() OVER (PARTITION BY a.s ORDER BY a.n)::INT AS n, a.s", ""),
        5 => ("COUNT(*)::INT AS k, MAX(a.n) AS n, MIN(a.s) AS s", ""),
        _ => ("a.k, a.n, a.s", ""),
    };
    let mut text = format!("SELECT {list} FROM {from}{condition}{rest}");
    if depth > 0 {
        match choices.below(10) {
            0 => {
                text = format!(
                    "{text} {} {}",
                    choices.of(&["UNION", "UNION ALL", "INTERSECT", "EXCEPT"]),
                    query(choices, 0)
                )
            }
            1 => text = format!("WITH t AS ({text}) SELECT x.k, x.n, y.s FROM t x JOIN t y ON x.k = y.k"),
            _ => {}
        }
        match choices.below(5) {
            0 => text += " ORDER BY 1, 2",
            1 => text += " ORDER BY 2 LIMIT 5",
            2 if !text.contains("UNION") && !text.contains("INTERSECT") && !text.contains("EXCEPT") => {
                text += " LIMIT 3"
            }
            _ => {}
        }
    }
    text
}

/// A node of a plan, as a line of text: how far it is indented, and what stands before its cost.
fn node(line: &str) -> Option<(usize, String)> {
    let (title, _) = line.split_once("  (cost=")?;
    let bare = title.trim_start().trim_start_matches("->").trim_start();
    Some((line.len() - line.trim_start().len(), bare.to_owned()))
}

/// What a case came to, all differences of it.
struct Story<'a> {
    account: &'a mut Account,
    faults: Vec<String>,
}

impl Story<'_> {
    fn same<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, left: T, right: T) {
        if left != right {
            self.faults.push(format!("{what}: {left:?} and {right:?}"));
        }
    }

    fn tell(&mut self, text: &str) {
        let printed: Vec<String> =
            self.account.run(&format!("EXPLAIN {text}")).into_iter().map(|mut row| row.remove(0)).collect();
        let done = self.account.answer(text);
        let written = done
            .completion
            .rows_affected
            .filter(|_| !text.starts_with("SELECT") && !text.starts_with("WITH"));
        let answer = written.map_or_else(|| rows(&done).unwrap_or_default().len(), |rows| rows as usize);
        let number = self.account.ask("SELECT pg_last_query_id()")[0][0].clone();
        let nodes: Vec<(usize, String)> = printed.iter().filter_map(|line| node(line)).collect();

        // The plan that was kept is the plan that was shown, and its numbers make the same tree.
        let kept = self.account.run(&format!(
            "SELECT nodeid, parentid, plannode, info FROM stl_explain WHERE query = {number} ORDER BY nodeid"
        ));
        let lines: Vec<&str> =
            printed.iter().filter(|line| node(line).is_some()).map(|line| line.trim()).collect();
        self.same("stl_explain", kept.iter().map(|row| row[2].trim()).collect::<Vec<_>>(), lines);
        for (index, (indent, title)) in nodes.iter().enumerate() {
            let parent =
                nodes[..index].iter().rposition(|(before, _)| before < indent).map_or(0, |at| at + 1);
            let told: Option<usize> = kept.get(index).and_then(|row| row[1].parse().ok());
            self.same(&format!("the parent of {title}"), told, Some(parent));
        }

        let steps = self.account.ask(&format!(
            "SELECT stm, seg, step, label, rows, is_rrscan, rows_pre_filter FROM svl_query_summary WHERE query = {number} ORDER BY stm, seg, step"
        ));
        if steps.is_empty() {
            return;
        }
        let limited = text.contains("LIMIT");
        let count =
            |word: &str| steps.iter().filter(|step| step[3].split_whitespace().next() == Some(word)).count();
        // Subqueries that stay are computed beside the steps, and what is put aside is not printed.
        let inner = printed.iter().any(|line| matches!(line.trim(), "InitPlan" | "SubPlan"));
        let aside = nodes.iter().any(|(_, title)| title.contains("volt_tt"));
        if !inner && !aside {
            let titles = |begins: &[&str]| {
                let found =
                    nodes.iter().filter(|(_, title)| begins.iter().any(|begin| title.starts_with(begin)));
                found.count()
            };
            let moved = |label: &str| {
                nodes.iter().filter(|(_, title)| title.split_whitespace().any(|word| word == label)).count()
            };
            for (word, begins) in [
                (
                    "hjoin",
                    &[
                        "XN Hash Join",
                        "XN Hash Left Join",
                        "XN Hash Right Join",
                        "XN Hash Full Join",
                        "XN Hash IN Join",
                        "XN Hash NOT IN Join",
                        "XN Hash",
                    ][..6],
                ),
                (
                    "mjoin",
                    &["XN Merge Join", "XN Merge Left Join", "XN Merge Right Join", "XN Merge Full Join"][..],
                ),
                ("nloop", &["XN Nested Loop"][..]),
                ("aggr", &["XN HashAggregate", "XN GroupAggregate", "XN Aggregate"][..]),
                ("sort", &["XN Sort"][..]),
                ("merge", &["XN Merge  ", "XN Merge\u{0}"][..0]),
                ("window", &["XN Window"][..]),
                ("limit", &["XN Limit"][..]),
                ("hash", &["XN Hash\u{0}"][..0]),
            ] {
                if !begins.is_empty() {
                    self.same(&format!("steps of {word}"), count(word), titles(begins));
                }
            }
            let exactly = |title: &str| nodes.iter().filter(|(_, found)| found == title).count();
            self.same("hashes", count("hash"), exactly("XN Hash"));
            self.same("merges", count("merge"), exactly("XN Merge"));
            let between = printed.iter().filter(|line| line.trim() == "Distribute").count();
            let broadcast =
                moved("DS_BCAST_INNER") + printed.iter().filter(|line| line.trim() == "Broadcast").count();
            self.same("broadcasts", count("bcast"), broadcast);
            let sent = moved("DS_DIST_INNER")
                + moved("DS_DIST_OUTER")
                + moved("DS_DIST_ALL_INNER")
                + 2 * moved("DS_DIST_BOTH")
                + between;
            self.same("distributions", count("dist"), sent);
        }

        // What a step leaves is what is read of it.
        for pair in steps.windows(2) {
            let [before, after] = pair else { continue };
            let word = |step: &[String]| step[3].split_whitespace().next().unwrap_or_default().to_owned();
            let numbered = |step: &[String]| [0, 1, 2].map(|at| step[at].parse::<usize>().unwrap());
            let ([stream, segment, step], [next_stream, next_segment, next_step]) =
                (numbered(before), numbered(after));
            let follows = if next_segment == segment {
                next_step == step + 1
            } else {
                next_segment == segment + 1 && next_step == 0
            };
            if !follows || next_stream < stream {
                self.faults.push(format!("{after:?} after {before:?}"));
            }
            let kept = ["project", "return", "dist", "bcast", "hash", "sort", "save"];
            // A sort that a LIMIT stands on keeps no more than that.
            let cut = limited && word(after) == "sort";
            if kept.contains(&word(after).as_str()) && next_segment == segment && !cut {
                self.same(&format!("rows of {} before {}", before[3], after[3]), &before[4], &after[4]);
            }
        }
        for reading in steps.iter().filter(|step| step[3].contains("Internal Worktable")) {
            let table =
                reading[3].split_whitespace().find(|word| word.starts_with("tbl=")).unwrap_or_default();
            let at = steps.iter().position(|step| step == reading).unwrap();
            let before = &steps[..at];
            let sent = before.last().filter(|step| step[3] == "dist" || step[3] == "bcast");
            let wrote = |step: &&Vec<String>| {
                step[3].split_whitespace().any(|word| word == table) && !step[3].starts_with("scan")
            };
            let written: Vec<&Vec<String>> = match sent {
                Some(sent) => vec![sent],
                None => before.iter().filter(wrote).collect(),
            };
            let sum: i64 = written.iter().map(|step| step[4].parse::<i64>().unwrap()).sum();
            self.same(
                &format!("what was written of {}", reading[3]),
                (written.is_empty(), sum.to_string()),
                (false, reading[4].clone()),
            );
        }

        // Each stored table that the plan reads was scanned, whole or narrowed.
        for (name, count) in TABLES {
            let named = |title: &str| {
                title == format!("XN Seq Scan on {name}")
                    || title.starts_with(&format!("XN Seq Scan on {name} "))
            };
            let shown = nodes.iter().filter(|(_, title)| named(title)).count();
            let scans: Vec<&Vec<String>> = steps
                .iter()
                .filter(|step| step[3].starts_with("scan") && step[3].ends_with(&format!("name={name}")))
                .collect();
            if !inner && !aside {
                self.same(&format!("scans of {name}"), scans.len(), shown);
            }
            for scan in scans {
                let before: usize = scan[6].parse().unwrap();
                let rows: usize = scan[4].parse().unwrap();
                if before > count
                    || rows > before
                    || (before < count && before > 0 && scan[5] == "f" && !limited)
                {
                    self.faults.push(format!("{scan:?} of {count} rows"));
                }
            }
        }

        // What came out.
        let last = if written.is_some() { ["insert", "delete"] } else { ["return", "return"] };
        let returned = steps.iter().rev().find(|step| last.iter().any(|word| step[3].starts_with(word)));
        match returned {
            Some(step) => self.same("rows that came out", step[4].clone(), answer.to_string()),
            None => self.faults.push("nothing came out".to_owned()),
        }
        let returned = if written.is_some() { 0 } else { answer };
        let history = self
            .account
            .ask(&format!("SELECT returned_rows FROM sys_query_history WHERE query_id = {number}"));
        self.same("sys_query_history", history[0][0].clone(), returned.to_string());

        // The same steps by other views.
        let detail = self.account.ask(&format!(
            "SELECT segment_id, step_id, output_rows FROM sys_query_detail WHERE query_id = {number} ORDER BY stream_id, segment_id, step_id"
        ));
        let summary: Vec<Vec<String>> =
            steps.iter().map(|step| vec![step[1].clone(), step[2].clone(), step[4].clone()]).collect();
        self.same("sys_query_detail", detail, summary.clone());
        let report = self.account.ask(&format!(
            "SELECT segment, step, SUM(rows) FROM svl_query_report WHERE query = {number} GROUP BY 1, 2 ORDER BY 1, 2"
        ));
        self.same("svl_query_report", report, summary);
        let metric = self.account.ask(&format!(
            "SELECT NVL(join_row_count, 0), NVL(nested_loop_join_row_count, 0), NVL(return_row_count, 0) FROM svl_query_metrics_summary WHERE query = {number}"
        ));
        let joined = |words: &[&str]| -> i64 {
            let of = steps
                .iter()
                .filter(|step| words.contains(&step[3].split_whitespace().next().unwrap_or_default()));
            of.map(|step| step[4].parse::<i64>().unwrap()).sum()
        };
        // What is written in order was returned to the leader before.
        let expected = [joined(&["hjoin", "mjoin", "nloop"]), joined(&["nloop"]), returned as i64];
        let told = if written.is_some() { 2 } else { 3 };
        let expected = expected.map(|count| count.to_string());
        self.same("svl_query_metrics_summary", &metric[0][..told], &expected[..told]);

        // Complaints.
        let alerts: Vec<String> = self
            .account
            .ask(&format!("SELECT event FROM stl_alert_event_log WHERE query = {number}"))
            .into_iter()
            .map(|mut row| row.remove(0))
            .collect();
        let complained = |event: &str| alerts.iter().any(|alert| alert.starts_with(event));
        let said = |words: &str| printed.iter().any(|line| line.contains(words));
        self.same("alert of nested loops", complained("Nested Loop Join"), said("XN Nested Loop"));
        self.same("warning of nested loops", said("----- Nested Loop"), said("XN Nested Loop"));
        self.same(
            "alert of statistics",
            complained("Missing query planner"),
            said("----- Tables missing statistics"),
        );
        self.same("alert of DS_DIST_ALL_INNER", complained("DS_DIST_ALL_INNER"), said("DS_DIST_ALL_INNER"));
    }
}

#[test]
fn plans_steps_and_answers_tell_one_story() {
    let mut account = Account::new();
    let mut failed = Vec::new();
    let cases = std::env::var("CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    for seed in 0..cases {
        let mut choices = Choices::drawn(seed);
        let text = match choices.below(12) {
            0 => format!("INSERT INTO sink {}", query(&mut choices, 1)),
            1 => "DELETE FROM sink USING fact WHERE fact.k = sink.k AND fact.n < 2".to_owned(),
            3 => "SELECT n, COUNT(*) FROM side GROUP BY n ORDER BY 1".to_owned(),
            2 => "UPDATE sink SET n = side.n + 1 FROM side WHERE side.k = sink.k".to_owned(),
            _ => query(&mut choices, 1),
        };
        let mut story = Story { account: &mut account, faults: Vec::new() };
        story.tell(&text);
        if !story.faults.is_empty() {
            failed.push(format!("seed {seed}: {text}\n    {}", story.faults.join("\n    ")));
        }
    }
    assert!(failed.is_empty(), "{} of {cases}:\n{}", failed.len(), failed.join("\n"));
}

/// Begins a statement and takes some steps of it.
fn begun(account: &mut Account, session: SessionId, text: &str, steps: usize) -> Running {
    let parsed = parse::parse(text).unwrap().pop().unwrap();
    let mut running = account.sandbox.start(session, &parsed).unwrap();
    for _ in 0..steps {
        let step = account.sandbox.step(&mut running).unwrap();
        assert!(!matches!(step, Step::Done(_)), "{text} is over");
    }
    running
}

#[test]
fn others_see_how_far_a_query_is() {
    let mut account = Account::new();
    account.run("CREATE TABLE big (k INT)");
    account.run("INSERT INTO big SELECT a.k * 200 + b.k FROM side a, side b");
    let other = account.sandbox.connect(ADMIN, None).unwrap();
    let text = "SELECT COUNT(*) FROM big a JOIN big b ON a.k = b.k";
    let mut running = begun(&mut account, other, text, 3);
    let state = account.ask(
        "SELECT MAX(s.rows) > 0, MAX(s.rows) < 40000, COUNT(DISTINCT s.query) FROM svv_query_state s JOIN stv_inflight i USING (query) WHERE i.text LIKE '%FROM big a%' AND s.label LIKE 'scan%'",
    );
    assert_eq!(state, [["true", "true", "1"]]);
    let told = account.ask(
        "SELECT status, end_time IS NULL, lock_wait_time FROM sys_query_history WHERE query_text LIKE 'SELECT COUNT(*) FROM big a%'",
    );
    assert_eq!(told, [["running", "true", "0"]]);
    assert_eq!(account.ask("SELECT COUNT(*) FROM stv_recents WHERE status = 'Running'"), [["2"]]);
    assert_eq!(
        account.ask("SELECT COUNT(*) FROM stl_query WHERE querytxt LIKE 'SELECT COUNT(*) FROM big a%'"),
        [["0"]]
    );
    let metric =
        account.ask("SELECT COUNT(DISTINCT query) FROM stv_query_metrics WHERE segment = -1 AND rows > 0");
    assert_eq!(metric, [["1"]]);
    while !matches!(account.sandbox.step(&mut running).unwrap(), Step::Done(_)) {}
    assert_eq!(account.ask("SELECT COUNT(*) FROM stv_recents WHERE status = 'Running'"), [["1"]]);

    // One that waits has not been planned, and stands in no queue.
    account.run("BEGIN");
    account.run("LOCK big");
    let mut waiting = begun(&mut account, other, "DELETE FROM big WHERE k = 1", 1);
    let told = account.ask("SELECT status FROM sys_query_history WHERE query_text LIKE 'DELETE FROM big%'");
    assert_eq!(told, [["planning"]]);
    assert_eq!(account.ask("SELECT COUNT(*) FROM stv_wlm_query_state"), [["1"]]);
    account.run("COMMIT");
    while !matches!(account.sandbox.step(&mut waiting).unwrap(), Step::Done(_)) {}
    account.sandbox.disconnect(other);
}

#[test]
fn others_see_how_far_a_load_is() {
    let mut account = Account::new();
    const ROLE: &str = "arn:aws:iam::123456789012:role/reader";
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"redshift.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    for line in [
        "s3 mb s3://loads",
        &format!("iam create-role --role-name reader --assume-role-policy-document '{trust}'"),
        "iam attach-role-policy --role-name reader --policy-arn arn:aws:iam::aws:policy/AmazonS3FullAccess",
        &format!(
            "redshift modify-cluster-iam-roles --cluster-identifier course-cluster --add-iam-roles {ROLE}"
        ),
    ] {
        let printed = account.sandbox.aws("learner", line);
        assert_eq!(printed.code, 0, "{line}: {}", printed.stderr);
    }
    let at = format!("'s3://loads/facts/' IAM_ROLE '{ROLE}' CSV");
    account.run(&format!("UNLOAD ('SELECT * FROM fact') TO {at} PARALLEL OFF"));
    let other = account.sandbox.connect(ADMIN, None).unwrap();
    let text = format!("COPY sink FROM {at}");
    let mut running = begun(&mut account, other, &text, 2);
    let told = account.ask(
        "SELECT bytes_to_load > 0, bytes_loaded BETWEEN 0 AND bytes_to_load, num_files, num_files_complete, pct_complete BETWEEN 0 AND 100, current_file LIKE 's3://loads/facts/%' FROM stv_load_state",
    );
    assert_eq!(told, [["true", "true", "1", "0", "true", "true"]]);
    while !matches!(account.sandbox.step(&mut running).unwrap(), Step::Done(_)) {}
    assert!(account.ask("SELECT * FROM stv_load_state").is_empty());
    let sent = account.ask(
        "SELECT http_method, bucket, key LIKE 'facts/%', transfer_size > 0 FROM stl_s3client ORDER BY 1",
    );
    assert_eq!(sent, [["GET", "loads", "true", "true"], ["PUT", "loads", "true", "true"]]);
}
