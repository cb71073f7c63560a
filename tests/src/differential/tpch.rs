//! TPC-H at scale 0.01: the 22 queries of `tests/tpch` over the data of crate tpchgen, loaded through the doors that a
//! learner has (S3 and COPY), with PostgreSQL's answers.

use std::fmt::Display;
use std::fs;
use std::time::Instant;

use regex::Regex;
use sandshift_engine::cli::Files;
use sandshift_engine::sandbox::{ADMIN, PRINCIPAL, Sandbox};
use sandshift_engine::sql::session::SessionId;
use tpchgen::generators::{
    CustomerGenerator, LineItemGenerator, NationGenerator, OrderGenerator, PartGenerator, PartSuppGenerator,
    RegionGenerator, SupplierGenerator,
};

use super::compare::{cut_as, rows, same};
use super::server::{self, Server};
use super::wire::Connection;
use super::{shown, table, told};
use crate::guarded::{self, Ended, Limits};
use crate::{files, start};

const SCALE: f64 = 0.01;
const QUERIES: usize = 22;
/// 60,000 rows of lineitem, read some times over.
const STEPS: usize = 1_000_000;

/// Runs the queries on both sides; prints each with its rows and times.
///
/// # Errors
/// Empty (everything is printed) when an answer differs; else why it could not run.
pub fn run() -> Result<(), String> {
    let Some(programs) = server::programs() else {
        println!("SKIPPED: PostgreSQL 15 is not installed here, so TPC-H has nothing to be compared with");
        return Ok(());
    };
    guarded::quiet();
    let begun = Instant::now();
    let server = Server::start(&programs)?;
    let mut postgres = server.connect()?;
    let schema = files::read(&files::root().join("tests/tpch/schema.sql"))?;
    let data = data();
    fill_postgres(&server, &mut postgres, &schema, &data)?;
    let (mut sandbox, session) = filled(&schema, &data)?;
    println!("TPC-H at scale {SCALE}, both sides filled in {:.1} s", begun.elapsed().as_secs_f64());
    let average = Regex::new(r"(?i)\bavg\((\w+)\)").map_err(|error| error.to_string())?;
    let mut failed = 0;
    for number in 1..=QUERIES {
        let query = files::read(&files::root().join(format!("tests/tpch/q{number:02}.sql")))?;
        let begun = Instant::now();
        // AVG of DECIMAL(p,2) keeps its two digits in Redshift (`difference::AVERAGE_OF_DECIMALS`).
        let theirs = average.replace_all(&query, "trunc(avg($1), 2)");
        let theirs = postgres.ask(&theirs).map_err(told)?;
        let postgres_time = begun.elapsed();
        let begun = Instant::now();
        let ours =
            guarded::run(&mut sandbox, session, &query, &Limits::steps(STEPS)).pop().unwrap_or(Ended::Long);
        let time = begun.elapsed();
        let verdict = match (&theirs, &ours) {
            (Ok(theirs), Ended::Answered(answer)) => {
                let (ours, types) = rows(answer);
                let theirs = cut_as(theirs, &types);
                if same(&ours, &theirs, &types, true) {
                    Ok(ours.len())
                } else {
                    Err(format!("  ours:\n{}  theirs:\n{}", table(&ours), table(&theirs)))
                }
            }
            (Ok(theirs), ours) => Err(format!("  ours:\n{}  theirs:\n{}", shown(ours), table(theirs))),
            (Err(refusal), _) => Err(format!("  PostgreSQL: {}\n", refusal.message)),
        };
        let times = format!("{:>6} ms, PostgreSQL {:>5} ms", time.as_millis(), postgres_time.as_millis());
        match verdict {
            Ok(rows) => println!("ok      q{number:02} {rows:>6} rows {times}"),
            Err(why) => {
                failed += 1;
                println!("DIFFERS q{number:02} {times}\n{why}");
            }
        }
    }
    println!("TPC-H: {} of {QUERIES} answered alike", QUERIES - failed);
    if failed == 0 { Ok(()) } else { Err(String::new()) }
}

/// Each table's rows, a line each, cells between bars.
fn data() -> [(&'static str, String); 8] {
    [
        ("region", lines(RegionGenerator::new(SCALE, 1, 1).iter())),
        ("nation", lines(NationGenerator::new(SCALE, 1, 1).iter())),
        ("part", lines(PartGenerator::new(SCALE, 1, 1).iter())),
        ("supplier", lines(SupplierGenerator::new(SCALE, 1, 1).iter())),
        ("partsupp", lines(PartSuppGenerator::new(SCALE, 1, 1).iter())),
        ("customer", lines(CustomerGenerator::new(SCALE, 1, 1).iter())),
        ("orders", lines(OrderGenerator::new(SCALE, 1, 1).iter())),
        ("lineitem", lines(LineItemGenerator::new(SCALE, 1, 1).iter())),
    ]
}

/// TPC-H closes every line with a bar, which to COPY is one column more.
fn lines<T: Display>(rows: impl Iterator<Item = T>) -> String {
    let mut text = String::new();
    for row in rows {
        text.push_str(row.to_string().trim_end_matches('|'));
        text.push('\n');
    }
    text
}

fn fill_postgres(
    server: &Server,
    postgres: &mut Connection,
    schema: &str,
    data: &[(&str, String)],
) -> Result<(), String> {
    let mut ask = |text: &str| {
        postgres.ask(text).map_err(told)?.map_err(|refusal| format!("postgres: {}: {text}", refusal.message))
    };
    ask(schema)?;
    for (name, lines) in data {
        let path = server.folder().join(format!("{name}.tbl"));
        fs::write(&path, lines).map_err(|error| format!("{}: {error}", path.display()))?;
        ask(&format!("COPY {name} FROM '{}' DELIMITER '|'", path.display()))?;
    }
    // Without them PostgreSQL reads lineitem once for each row of q20's inner query.
    for keys in [
        "lineitem (l_partkey, l_suppkey)",
        "lineitem (l_orderkey)",
        "orders (o_orderkey)",
        "partsupp (ps_partkey, ps_suppkey)",
    ] {
        ask(&format!("CREATE INDEX ON {keys}"))?;
    }
    ask("ANALYZE")?;
    Ok(())
}

fn filled(schema: &str, data: &[(&str, String)]) -> Result<(Sandbox, SessionId), String> {
    const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"redshift.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    const ROLE: &str = "arn:aws:iam::123456789012:role/load";
    let mut sandbox = start::named("empty")?;
    let create = format!("iam create-role --role-name load --assume-role-policy-document '{TRUST}'");
    let attach =
        "iam attach-role-policy --role-name load --policy-arn arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    let add = format!(
        "redshift modify-cluster-iam-roles --cluster-identifier course-cluster --add-iam-roles {ROLE}"
    );
    let mut lines = vec!["s3 mb s3://tpch".to_owned(), create, attach.to_owned(), add];
    for (name, text) in data {
        let path = format!("/data/{name}.tbl");
        sandbox.disk.write(&path, text.as_bytes().into());
        lines.push(format!("s3 cp {path} s3://tpch/{name}.tbl"));
    }
    for line in lines {
        let answer = sandbox.aws(PRINCIPAL, &format!("aws {line}"));
        if answer.code != 0 {
            return Err(format!("aws {line}: {}", answer.stderr));
        }
    }
    // A role that was just attached is `adding` for some seconds.
    sandbox.clock.advance(600_000_000);
    let session = sandbox.connect(ADMIN, None).map_err(|error| error.to_string())?;
    let copies: String = data
        .iter()
        .map(|(name, _)| format!("COPY {name} FROM 's3://tpch/{name}.tbl' IAM_ROLE '{ROLE}' DELIMITER '|';"))
        .collect();
    for executed in sandbox.execute(session, &format!("{schema};{copies}ANALYZE;")) {
        executed.result.map_err(|error| format!("{error}: {}", executed.text))?;
    }
    Ok((sandbox, session))
}
