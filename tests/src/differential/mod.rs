//! The engine beside PostgreSQL 15: the same random queries over the same random tables, and equal answers.
//!
//! Read [`query`] for what is asked, [`difference`] for where Redshift answers otherwise, [`compare`] for what equal
//! means. A case is a list of decisions (`crate::choice`); one that fails is made smaller before it is told.

mod aggregate;
mod compare;
mod difference;
mod expression;
mod from;
mod predicate;
mod query;
mod server;
mod tables;
mod text;
mod tpch;
mod wire;
mod write;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use sandshift_engine::sandbox::{ADMIN, Sandbox};
use sandshift_engine::sql::session::SessionId;

use crate::choice::{Choices, case_seed, shrink};
use crate::guarded::{self, Ended, Limits};
use crate::start;
use compare::{rows, same};
use query::Case;
use server::Server;
use wire::Connection;

/// The seed of CI: it must not fail on a commit for what another commit did not show.
pub const SEED: u64 = 20_230_525;
pub const QUERIES: u64 = 10_500;
/// Steps after which a statement over these tables has no end.
const STEPS: usize = 200_000;
/// Looks at smaller cases.
const TRIES: usize = 600;
/// Failures after which a run says no more.
const ENOUGH: usize = 8;

#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub seed: u64,
    pub queries: u64,
    /// Only this case, with all that is said about it.
    pub only: Option<u64>,
}

/// Both sides, filled alike.
struct Sides {
    sandbox: Sandbox,
    session: SessionId,
    postgres: Connection,
}

/// How a case came out.
enum Outcome {
    Same {
        rows: usize,
    },
    /// Both refused.
    Refused,
    /// PostgreSQL does not take it: the generator left the common subset.
    NotCommon(String),
    Differs {
        ours: String,
        theirs: String,
    },
}

/// Runs the queries; prints what differs and a summary.
///
/// # Errors
/// Empty (everything is printed) when an answer differs; else why it could not run.
pub fn run(options: Options) -> Result<(), String> {
    let Some(programs) = server::programs() else {
        println!("SKIPPED: PostgreSQL 15 is not installed here, so nothing was compared with it");
        return Ok(());
    };
    guarded::quiet();
    let server = Server::start(&programs)?;
    let script = tables::script(options.seed);
    let mut first = server.connect()?;
    let taught = first.ask(&difference::lesson()).map_err(told)?;
    taught.map_err(|refusal| format!("postgres: {}", refusal.message))?;
    if let Some(number) = options.only {
        let case = query::case(&mut Choices::drawn(case_seed(options.seed, number)));
        println!("ours:\n{}\n\ntheirs:\n{}\n", difference::ours(&case.text), difference::theirs(&case.text));
    }
    println!("seed {}, {} queries", options.seed, options.queries);
    let begun = Instant::now();
    let numbers = options.only.map_or(0..options.queries, |number| number..number + 1);
    let next = AtomicU64::new(numbers.start);
    let enough = AtomicBool::new(false);
    let tally = Mutex::new(Tally::default());
    let broken: Mutex<Option<String>> = Mutex::new(None);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for thread in 0..cores {
            // Unoptimised frames are large; how deep statements may nest is another test's business.
            let (broken, enough) = (&broken, &enough);
            let (next, tally, server, script) = (&next, &tally, &server, &script);
            let work = move || -> Result<(), String> {
                let mut sides = Sides::open(server, script, thread)?;
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= numbers.end || enough.load(Ordering::Relaxed) {
                        return Ok(());
                    }
                    let mut choices = Choices::drawn(case_seed(options.seed, number));
                    let outcome = sides.try_case(&query::case(&mut choices))?;
                    let differs = matches!(outcome, Outcome::Differs { .. });
                    if let Ok(mut tally) = tally.lock() {
                        tally.count(number, &outcome);
                        if differs && tally.differing >= ENOUGH {
                            enough.store(true, Ordering::Relaxed);
                        }
                    }
                    if differs {
                        let told = sides.smallest(choices.into_list())?;
                        println!("DIFFERS  --seed {} --only {number}\n{told}", options.seed);
                    }
                }
            };
            let spawned = thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, move || {
                if let Err(reason) = work()
                    && let Ok(mut broken) = broken.lock()
                {
                    enough.store(true, Ordering::Relaxed);
                    broken.get_or_insert(reason);
                }
            });
            if let Err(error) = spawned {
                println!("one thread less: {error}");
            }
        }
    });
    if let Some(reason) = broken.into_inner().unwrap_or_default() {
        return Err(reason);
    }
    let tally = tally.into_inner().unwrap_or_default();
    println!("{}, {:.1} s", tally.summary(), begun.elapsed().as_secs_f64());
    tally.verdict()
}

pub use tpch::run as run_tpch;

/// The tables without the long one, for whoever wants to ask about them: their script.
pub fn small_tables(seed: u64) -> String {
    let script = difference::ours(&tables::script(seed));
    let lines = script.lines().filter(|line| !line.contains(tables::TABLES[tables::MANY].name));
    lines.collect::<Vec<_>>().join("\n")
}

/// A query over them in our words.
pub fn our_query(choices: &mut Choices) -> String {
    difference::ours(&query::case(choices).text)
}

/// The listed differences, printed.
pub fn list() {
    print!("{}", difference::printed());
}

#[derive(Default)]
struct Tally {
    same: usize,
    empty: usize,
    refused: usize,
    differing: usize,
    /// By PostgreSQL's words.
    not_common: std::collections::BTreeMap<String, (usize, u64)>,
}

impl Tally {
    fn count(&mut self, number: u64, outcome: &Outcome) {
        match outcome {
            Outcome::Same { rows } => {
                self.same += 1;
                self.empty += usize::from(*rows == 0);
            }
            Outcome::Refused => self.refused += 1,
            Outcome::NotCommon(why) => self.not_common.entry(why.clone()).or_insert((0, number)).0 += 1,
            Outcome::Differs { .. } => self.differing += 1,
        }
    }

    fn summary(&self) -> String {
        let outside: usize = self.not_common.values().map(|(count, _)| count).sum();
        let mut text = String::new();
        for (why, (count, number)) in &self.not_common {
            text += &format!("outside the common subset: {count} x {why} (--only {number})\n");
        }
        text + &format!(
            "{} queries answered alike ({} with no rows), {} refused by both, {outside} outside the common subset, {} differ",
            self.same, self.empty, self.refused, self.differing
        )
    }

    fn verdict(&self) -> Result<(), String> {
        let outside: usize = self.not_common.values().map(|(count, _)| count).sum();
        if outside * 20 > self.same {
            return Err("too many queries are outside the common subset: the generator is wrong".to_owned());
        }
        if self.differing == 0 { Ok(()) } else { Err(String::new()) }
    }
}

impl Sides {
    fn open(server: &Server, script: &str, number: usize) -> Result<Sides, String> {
        let mut sandbox = start::named("empty")?;
        let session = sandbox.connect(ADMIN, None).map_err(|error| error.to_string())?;
        for executed in sandbox.execute(session, &difference::ours(script)) {
            if let Err(error) = executed.result {
                return Err(format!("{error}: {}", executed.text.chars().take(200).collect::<String>()));
            }
        }
        let mut postgres = server.connect()?;
        // Each thread writes to tables of its own.
        let fill = format!(
            "SET statement_timeout = '20s'; CREATE SCHEMA side{number}; SET search_path = side{number}, public;
             {} ANALYZE",
            difference::theirs(script)
        );
        postgres.ask(&fill).map_err(told)?.map_err(|refusal| format!("postgres: {}", refusal.message))?;
        Ok(Sides { sandbox, session, postgres })
    }

    fn try_case(&mut self, case: &Case) -> Result<Outcome, String> {
        let theirs =
            self.postgres.ask(&format!("BEGIN; {}", difference::theirs(&case.text))).map_err(told)?;
        self.postgres.ask("ROLLBACK").map_err(told)?.map_err(|refusal| refusal.message)?;
        // A copy, so that the history of thousands of statements is not carried along.
        let mut sandbox = self.sandbox.clone();
        let limits = Limits::steps(STEPS);
        let mut ended = guarded::run(&mut sandbox, self.session, &difference::ours(&case.text), &limits);
        // A script's last statement asks what the others did; one that failed is what is to be told.
        let bad = ended.iter().position(|ended| !matches!(ended, Ended::Answered(_)));
        let last = bad.or(ended.len().checked_sub(1));
        let ours = last.map_or(Ended::Long, |last| ended.swap_remove(last));
        let defect = ours.defect();
        Ok(match (theirs, ours) {
            (Err(refusal), _) if refusal.state.starts_with("42") || refusal.state.starts_with("0A") => {
                Outcome::NotCommon(format!("{} {}", refusal.state, refusal.message))
            }
            (Err(refusal), _) if refusal.state == "57014" => Outcome::NotCommon("too slow".to_owned()),
            (Err(_), Ended::Refused(_)) if defect.is_none() => Outcome::Refused,
            (Err(refusal), ours) => Outcome::Differs {
                ours: shown(&ours),
                theirs: format!("{} {}", refusal.state, refusal.message),
            },
            (Ok(theirs), Ended::Answered(answer)) => {
                let (ours, types) = rows(&answer);
                if same(&ours, &theirs, &types, case.ordered) {
                    Outcome::Same { rows: ours.len() }
                } else {
                    Outcome::Differs { ours: table(&ours), theirs: table(&theirs) }
                }
            }
            (Ok(theirs), ours) => Outcome::Differs { ours: shown(&ours), theirs: table(&theirs) },
        })
    }

    /// The failing case made small, and told: both queries, both answers.
    fn smallest(&mut self, list: Vec<u32>) -> Result<String, String> {
        let mut broken = None;
        let list = shrink(list, TRIES, |list| {
            let case = query::case(&mut Choices::told(list.to_vec()));
            match self.try_case(&case) {
                Ok(outcome) => matches!(outcome, Outcome::Differs { .. }),
                Err(reason) => {
                    broken = Some(reason);
                    false
                }
            }
        });
        if let Some(reason) = broken {
            return Err(reason);
        }
        let case = query::case(&mut Choices::told(list));
        let Outcome::Differs { ours, theirs } = self.try_case(&case)? else {
            return Ok("it does not differ when tried again\n".to_owned());
        };
        let (one, other) = (difference::ours(&case.text), difference::theirs(&case.text));
        let other = if one == other { String::new() } else { format!("  in PostgreSQL's words: {other};\n") };
        Ok(format!("  {one};\n{other}  ours:\n{ours}  theirs:\n{theirs}"))
    }
}

fn told(error: std::io::Error) -> String {
    format!("postgres: {error}")
}

fn shown(ended: &Ended) -> String {
    match ended {
        Ended::Answered(answer) => table(&rows(answer).0),
        Ended::Refused(error) => format!("    ERROR {} {error}\n", error.kind.state()),
        other => format!("    {}\n", other.defect().unwrap_or_else(|| "it takes too long".to_owned())),
    }
}

fn table(rows: &wire::Rows) -> String {
    const SHOWN: usize = 12;
    let line = |row: &Vec<Option<String>>| {
        let cells: Vec<&str> = row.iter().map(|cell| cell.as_deref().unwrap_or("NULL")).collect();
        format!("    {}\n", cells.join(" | "))
    };
    let mut text: String = rows.iter().take(SHOWN).map(line).collect();
    if rows.len() > SHOWN {
        text += &format!("    ... {} rows in all\n", rows.len());
    }
    if rows.is_empty() { "    (no rows)\n".to_owned() } else { text }
}
