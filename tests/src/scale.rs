//! How cost grows with rows: one query for each operator over a fact table of the course's shape, natively.
//!
//! `cargo xtask bench --scale` prints the table; `cargo bench` (benches/operators.rs) measures the same list with
//! Criterion at one size.

use std::fmt::Write as _;
use std::fs;
use std::time::Instant;

use sandshift_engine::sandbox::{ADMIN, Sandbox};
use sandshift_engine::sql::session::SessionId;

use crate::start;

/// Rows of the smallest table; each next is ten times as long.
const SMALLEST: usize = 10_000;
/// The longest: what a tab must hold.
pub const LONGEST: usize = 10_000_000;

/// An operator and the query that is mostly it.
pub const OPERATORS: [(&str, &str); 16] = [
    ("scan and filter", "SELECT COUNT(*) FROM fact WHERE userid BETWEEN 500 AND 900 AND channel <> 'Naver'"),
    ("zone maps", "SELECT COUNT(*) FROM fact WHERE id < 1000"),
    ("arithmetic", "SELECT SUM(amount * 2 + userid % 7) FROM fact"),
    ("LIKE", "SELECT COUNT(*) FROM fact WHERE sessionid LIKE '%abc%'"),
    ("aggregate, few groups", "SELECT channel, COUNT(*), SUM(amount) FROM fact GROUP BY channel"),
    (
        "aggregate, many groups",
        "SELECT COUNT(*) FROM (SELECT userid, channel, COUNT(*) FROM fact GROUP BY userid, channel) g",
    ),
    ("count distinct", "SELECT channel, COUNT(DISTINCT userid) FROM fact GROUP BY channel"),
    ("distinct strings", "SELECT COUNT(DISTINCT sessionid) FROM fact"),
    (
        "hash join, small side",
        "SELECT p.paid, COUNT(*) FROM fact f JOIN paid p ON f.channel = p.channel GROUP BY p.paid",
    ),
    ("semi join", "SELECT COUNT(*) FROM fact f WHERE EXISTS (SELECT 1 FROM tenth s WHERE s.id = f.id)"),
    ("top-n", "SELECT id FROM fact ORDER BY ts DESC, id LIMIT 10"),
    ("sort", "SELECT MAX(n) FROM (SELECT ROW_NUMBER() OVER (ORDER BY ts, id) AS n FROM fact) r"),
    (
        "window in partitions",
        "SELECT MAX(n) FROM (SELECT ROW_NUMBER() OVER (PARTITION BY userid ORDER BY id) AS n FROM fact) r",
    ),
    (
        "window by text",
        "SELECT MAX(n) FROM (SELECT ROW_NUMBER() OVER (PARTITION BY userid ORDER BY sessionid) AS n FROM fact) r",
    ),
    ("join on text", "SELECT COUNT(DISTINCT a.userid) FROM fact a JOIN fact b ON a.sessionid = b.sessionid"),
    (
        "running sum",
        "SELECT MAX(n) FROM (SELECT SUM(amount) OVER (PARTITION BY channel ORDER BY id ROWS UNBOUNDED PRECEDING) AS n FROM fact) r",
    ),
];

/// What the rows are made of: ten digits crossed with themselves as often as it takes.
const BEGIN: &str = "
    CREATE TABLE digit (d integer);
    INSERT INTO digit VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
    CREATE TABLE paid (channel varchar(32), paid integer);
    INSERT INTO paid VALUES ('Facebook', 1), ('Google', 1), ('Instagram', 1), ('Naver', 1), ('Organic', 0), ('Youtube', 1);
    CREATE TABLE fact (id bigint, userid integer, sessionid varchar(32), channel varchar(32), amount integer, ts timestamp);
    CREATE TABLE tenth (id bigint);";

/// An account with `fact` of so many rows (a power of ten, at least 1,000).
///
/// # Errors
/// The engine's, with the statement.
pub fn filled(rows: usize) -> Result<(Sandbox, SessionId), String> {
    let mut sandbox = start::named("empty")?;
    let session = sandbox.connect(ADMIN, None).map_err(|error| error.to_string())?;
    run(&mut sandbox, session, BEGIN)?;
    let (mut from, mut id) = (String::new(), String::new());
    let mut factor = 1;
    for number in 0..rows.max(1_000).ilog10() {
        let join = if number == 0 { "" } else { " CROSS JOIN " };
        let plus = if number == 0 { "" } else { " + " };
        // Writing to a String does not fail.
        let _ = write!(from, "{join}digit d{number}");
        let _ = write!(id, "{plus}d{number}.d::bigint * {factor}");
        factor *= 10;
    }
    // Spread by a prime, so that neighbours differ; the same in every run.
    run(&mut sandbox, session, &format!(
        "INSERT INTO fact SELECT id, (id * 7919 % 3001)::integer, MD5(id::varchar),
           DECODE(id * 31 % 7, 0, 'Facebook', 1, 'Google', 2, 'Instagram', 3, 'Naver', 4, 'Organic', 'Youtube'),
           (id * 104729 % 200)::integer, DATEADD(second, (id * 15485863 % 18000000)::integer, '2019-05-01'::timestamp)
         FROM (SELECT {id} AS id FROM {from}) n;
         INSERT INTO tenth SELECT id FROM fact WHERE id % 10 = 3"
    ))?;
    Ok((sandbox, session))
}

/// Runs a script whose every statement must succeed.
///
/// # Errors
/// The first that does not.
pub fn run(sandbox: &mut Sandbox, session: SessionId, script: &str) -> Result<(), String> {
    for executed in sandbox.execute(session, script) {
        executed.result.map_err(|error| format!("{error}: {}", executed.text))?;
    }
    Ok(())
}

/// Prints milliseconds of each operator at each size, and what they come to for a row of the longest.
///
/// # Errors
/// What cannot be run.
pub fn print(longest: usize) -> Result<(), String> {
    let sizes: Vec<usize> = std::iter::successors(Some(SMALLEST), |rows| rows.checked_mul(10))
        .take_while(|rows| *rows <= longest)
        .collect();
    let mut lines: Vec<String> = OPERATORS.iter().map(|(name, _)| format!("{name:<24}")).collect();
    let mut header = format!("{:<24}", "milliseconds at rows");
    let mut filling = format!("{:<24}", "made and stored");
    let mut memory = format!("{:<24}", "process, MB");
    for rows in &sizes {
        let _ = write!(header, "{rows:>12}");
        let begun = Instant::now();
        let (mut sandbox, session) = filled(*rows)?;
        let _ = write!(filling, "{:>12.1}", begun.elapsed().as_secs_f64() * 1e3);
        for ((_, query), line) in OPERATORS.iter().zip(&mut lines) {
            let mut best = f64::INFINITY;
            for _ in 0..3 {
                let begun = Instant::now();
                run(&mut sandbox, session, query)?;
                best = best.min(begun.elapsed().as_secs_f64());
            }
            let _ = write!(line, "{:>12.2}", best * 1e3);
            if Some(rows) == sizes.last() {
                let _ = write!(line, "{:>9.1} ns a row", best * 1e9 / *rows as f64);
            }
        }
        let _ = write!(
            memory,
            "{:>12}",
            resident_megabytes().map_or_else(|| "-".to_owned(), |size| size.to_string())
        );
    }
    println!("{header}\n{filling}\n{}\n{memory}", lines.join("\n"));
    Ok(())
}

/// What the process has held at most, where the system tells.
fn resident_megabytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1_024)
}
