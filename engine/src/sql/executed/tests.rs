//! Queries from text to rows, where only the answer matters.

use crate::sandbox::Sandbox;
use crate::sql::execute::display::display;

/// Runs `script` as the admin; the last statement's rows, or the first error.
fn run(script: &str) -> Result<Vec<Vec<String>>, String> {
    let mut sandbox = Sandbox::new(1);
    let session = sandbox.connect("admin", None).map_err(|error| error.to_string())?;
    let mut rows = Vec::new();
    for executed in sandbox.execute(session, script) {
        let answer = executed.result.map_err(|error| format!("{}: {error}", executed.text))?;
        let fields = answer.completion.fields.unwrap_or_default();
        rows.clear();
        for batch in answer.batches {
            for row in 0..batch.rows {
                let cells = batch.columns.iter().zip(&fields);
                rows.push(
                    cells
                        .map(|(column, field)| {
                            display(column, field.data_type, row).unwrap_or("NULL".to_owned())
                        })
                        .collect(),
                );
            }
        }
    }
    Ok(rows)
}

fn lines(script: &str) -> String {
    match run(script) {
        Ok(rows) => rows.iter().map(|row| row.join(",")).collect::<Vec<_>>().join("\n"),
        Err(error) => error,
    }
}

const SALES: &str = "
CREATE TABLE sales (id int, city varchar(20), amount numeric(10,2), sold date, qty smallint);
INSERT INTO sales VALUES (1, 'Seoul', 10.50, '2023-01-01', 1), (2, 'Busan', 20.25, '2023-01-02', 2),
  (3, 'Seoul', NULL, '2023-01-03', 3), (4, NULL, 5.00, '2023-01-04', NULL), (5, 'Busan ', 1.00, NULL, 5);
";

fn sales(query: &str) -> String {
    lines(&format!("{SALES}{query}"))
}

#[test]
fn groups() {
    assert_eq!(
        sales(
            "SELECT city, count(*), sum(amount), avg(qty), min(sold), max(amount) FROM sales GROUP BY city ORDER BY city"
        ),
        "Busan,2,21.25,3,2023-01-02,20.25\nSeoul,2,10.50,2,2023-01-01,10.50\nNULL,1,5.00,NULL,2023-01-04,5.00"
    );
    assert_eq!(sales("SELECT count(*), sum(qty), max(city) FROM sales WHERE id > 100"), "0,NULL,NULL");
    assert_eq!(sales("SELECT count(distinct city), count(distinct qty) FROM sales"), "2,4");
    assert_eq!(
        sales("SELECT listagg(city, '|') WITHIN GROUP (ORDER BY id DESC) FROM sales"),
        "Busan |Seoul|Busan|Seoul"
    );
    assert_eq!(sales("SELECT median(qty) FROM sales"), "2.5");
}

#[test]
fn joins() {
    assert_eq!(
        sales(
            "SELECT a.id, b.id FROM sales a LEFT JOIN sales b ON a.city = b.city AND a.id < b.id ORDER BY 1"
        ),
        "1,3\n2,5\n3,NULL\n4,NULL\n5,NULL"
    );
    assert_eq!(
        sales("SELECT a.id, b.id FROM sales a FULL JOIN sales b ON a.id = b.id + 3 ORDER BY 1, 2"),
        "1,NULL\n2,NULL\n3,NULL\n4,1\n5,2\nNULL,3\nNULL,4\nNULL,5"
    );
    assert_eq!(sales("SELECT count(*) FROM sales a CROSS JOIN sales b"), "25");
    assert_eq!(sales("SELECT count(*) FROM sales a JOIN sales b ON a.id < b.id"), "10");
    assert_eq!(
        sales("SELECT id FROM sales WHERE qty NOT IN (SELECT qty FROM sales WHERE id < 3) ORDER BY 1"),
        "3\n5"
    );
    assert_eq!(sales("SELECT id FROM sales WHERE qty NOT IN (SELECT qty FROM sales)"), "");
    assert_eq!(
        sales("SELECT id FROM sales a WHERE EXISTS (SELECT 1 FROM sales b WHERE b.id = a.id + 4)"),
        "1"
    );
    assert_eq!(
        sales("SELECT id, (SELECT max(id) FROM sales b WHERE b.city = a.city) FROM sales a ORDER BY 1"),
        "1,3\n2,5\n3,3\n4,NULL\n5,5"
    );
}

#[test]
fn windows() {
    assert_eq!(
        sales(
            "SELECT id, row_number() OVER (PARTITION BY city ORDER BY id), rank() OVER (ORDER BY city), lag(id) OVER (ORDER BY id) FROM sales ORDER BY id"
        ),
        "1,1,3,NULL\n2,1,1,1\n3,2,3,2\n4,1,5,3\n5,2,1,4"
    );
    assert_eq!(
        sales(
            "SELECT id, sum(amount) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING), max(qty) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING), count(*) OVER () FROM sales ORDER BY id"
        ),
        "1,10.50,2,5\n2,30.75,3,5\n3,30.75,3,5\n4,35.75,5,5\n5,36.75,5,5"
    );
}

#[test]
fn orders_and_sets() {
    assert_eq!(sales("SELECT id FROM sales ORDER BY amount DESC"), "3\n2\n1\n4\n5");
    assert_eq!(sales("SELECT id FROM sales ORDER BY qty NULLS FIRST, id LIMIT 2 OFFSET 1"), "1\n2");
    assert_eq!(sales("SELECT city FROM sales UNION SELECT 'Jeju' ORDER BY 1"), "Busan\nJeju\nSeoul\nNULL");
    assert_eq!(sales("SELECT city FROM sales EXCEPT SELECT 'Seoul' ORDER BY 1"), "Busan\nNULL");
    assert_eq!(sales("SELECT DISTINCT city FROM sales ORDER BY 1"), "Busan\nSeoul\nNULL");
}

#[test]
fn branches_are_computed_only_where_they_are_chosen() {
    assert_eq!(
        sales("SELECT CASE WHEN qty <> 2 THEN 10 / (qty - 2) ELSE 0 END FROM sales ORDER BY id"),
        "-10\n0\n10\n0\n3"
    );
    assert_eq!(sales("SELECT id FROM sales WHERE qty <> 2 AND 10 / (qty - 2) > 5"), "3");
}

#[test]
fn patterns_and_lists() {
    assert_eq!(sales("SELECT id FROM sales WHERE city LIKE 'B%' ORDER BY 1"), "2\n5");
    assert_eq!(sales("SELECT id FROM sales WHERE city LIKE '%n'"), "2");
    assert_eq!(sales("SELECT id FROM sales WHERE city = 'Busan' ORDER BY 1"), "2\n5");
    assert_eq!(sales("SELECT id FROM sales WHERE city IN ('Seoul', 'Jeju') ORDER BY 1"), "1\n3");
    assert_eq!(sales("SELECT id FROM sales WHERE city NOT IN ('Seoul', NULL)"), "");
    assert_eq!(
        sales("SELECT upper(city) u, count(*) FROM sales GROUP BY 1 ORDER BY 1"),
        "BUSAN,2\nSEOUL,2\nNULL,1"
    );
}

#[test]
fn common_tables_are_computed_once() {
    assert_eq!(
        sales("WITH t AS (SELECT id FROM sales WHERE id < 3) SELECT a.id, b.id FROM t a, t b ORDER BY 1, 2"),
        "1,1\n1,2\n2,1\n2,2"
    );
}

/// More rows than a run holds: runs are merged, ties keep their order.
#[test]
fn long_sorts_merge_their_runs() {
    use std::sync::Arc;

    use arrow::array::Int32Array;

    let mut sandbox = Sandbox::new(1);
    let rows = 200_000;
    let column = |rule: fn(i32) -> Option<i32>| Arc::new((0..rows).map(rule).collect::<Int32Array>()) as _;
    let arrays = vec![column(Some), column(|row| (row % 11 != 0).then_some(row * 7_919 % 1_000))];
    sandbox.fill_table("CREATE TABLE big (id int, x int)", arrays).unwrap();
    let session = sandbox.connect("admin", None).unwrap();
    let mut ordered = |query: &str| {
        let answer = sandbox.execute(session, query).pop().unwrap().result.unwrap();
        let mut pairs = Vec::new();
        for batch in answer.batches {
            let cell = |column: usize, row| {
                display(&batch.columns[column], crate::warehouse::data_type::DataType::Integer, row)
            };
            pairs.extend((0..batch.rows).map(|row| {
                (
                    cell(1, row).map(|x| x.parse::<i32>().unwrap()),
                    cell(0, row).unwrap().parse::<i32>().unwrap(),
                )
            }));
        }
        pairs
    };
    let mut expected: Vec<(Option<i32>, i32)> =
        (0..rows).map(|row| ((row % 11 != 0).then_some(row * 7_919 % 1_000), row)).collect();
    expected.sort_by_key(|&(x, id)| (x.is_none(), x, -id));
    assert!(ordered("SELECT id, x FROM big ORDER BY x, id DESC") == expected);
    expected.sort_by_key(|&(x, id)| (x.is_some(), x.map(|x| -x), id));
    assert!(ordered("SELECT id, x FROM big ORDER BY x DESC, id") == expected);
    expected.truncate(20_000);
    assert!(ordered("SELECT id, x FROM big ORDER BY x DESC, id LIMIT 20000") == expected);
}

/// Prints how long the bench's queries take natively. By hand:
/// `cargo test --release -p sandshift-engine timing -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement, not a check"]
fn timing() {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int32Array, StringArray};

    const ROWS: u64 = 1_000_000;
    let channels = ["Organic", "Google", "Youtube", "Facebook", "Instagram", "Naver"];
    let mix = |row: u64| (row + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 7;
    let users: ArrayRef =
        Arc::new(Int32Array::from_iter_values((0..ROWS).map(|row| (mix(row) % 50_000) as i32)));
    let sessions: ArrayRef = Arc::new(StringArray::from_iter_values(
        (0..ROWS).map(|row| format!("{:016x}{:016x}", mix(row), mix(row * 31))),
    ));
    let channel: ArrayRef =
        Arc::new(StringArray::from_iter_values((0..ROWS).map(|row| channels[(mix(row) >> 20) as usize % 6])));
    let mut sandbox = Sandbox::new(1);
    let ddl = "CREATE TABLE usc (userid int, sessionid varchar(32), channel varchar(32))";
    sandbox.fill_table(ddl, vec![users, sessions, channel]).unwrap();
    let session = sandbox.connect("admin", None).unwrap();
    for query in [
        "SELECT count(*) FROM usc",
        "SELECT channel, count(*) FROM usc GROUP BY 1 ORDER BY 2 DESC",
        "SELECT userid, count(*) FROM usc GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10",
        "SELECT channel, count(distinct userid) FROM usc GROUP BY 1 ORDER BY 1",
        "SELECT count(distinct sessionid) FROM usc",
        "SELECT channel, userid, count(*) FROM usc GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 10",
        "SELECT count(*) FROM usc WHERE sessionid LIKE '%abc%'",
        "SELECT count(*) FROM usc WHERE channel = 'Google' AND userid < 1000",
        "SELECT a.channel, count(*) FROM usc a JOIN usc b ON a.sessionid = b.sessionid GROUP BY 1",
        "SELECT u.channel, count(*) FROM usc u JOIN (SELECT userid FROM usc GROUP BY 1) d ON u.userid = d.userid GROUP BY 1",
        "SELECT sessionid FROM usc ORDER BY sessionid LIMIT 10",
        "SELECT count(*) FROM (SELECT userid, row_number() OVER (PARTITION BY userid ORDER BY sessionid) n FROM usc) t WHERE n = 1",
        "SELECT count(*) FROM (SELECT sessionid FROM usc ORDER BY userid, sessionid) t",
        "SELECT upper(channel), sum(len(sessionid)) FROM usc GROUP BY 1",
        "SELECT count(*) FROM (SELECT DISTINCT userid, channel FROM usc) t",
    ] {
        for _ in 0..2 {
            let start = std::time::Instant::now();
            let executed = sandbox.execute(session, query).pop().unwrap();
            let rows: usize = executed.result.unwrap().batches.iter().map(|batch| batch.rows).sum();
            println!("{:>9.1} ms {rows:>6} rows  {query}", start.elapsed().as_secs_f64() * 1e3);
        }
    }
}
