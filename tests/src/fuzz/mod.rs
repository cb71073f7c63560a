//! Statements that nobody would write, run against the engine: whatever they are, no panic, no internal error, no step
//! without end.
//!
//! Three sources: the slt suites' statements bent ([`mutate`]) and run where their file left the warehouse; the
//! differential harness's queries, bent or not; calls of every function with values from the edges of every type.
//! What is not SQL comes after that ([`inputs`]).
//! What was found once lies in `tests/fuzz/corpus` and is run first, every time.

mod bend;
mod doors;
mod inputs;
mod mutate;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sandshift_engine::sandbox::{ADMIN, Sandbox};
use sandshift_engine::sql::functions;
use sandshift_engine::sql::session::SessionId;
use sqllogictest::{DefaultColumnType, Record};

use crate::choice::{Choices, case_seed};
use crate::guarded::{Ended, Limits};
use crate::{differential, files, guarded, start};
use mutate::{VALUES, mutate, tokens};

/// The seed of CI, fixed for the same reason as that of the differential harness.
pub const SEED: u64 = 20_230_525;
/// Cases of a run in the suite.
pub const CASES: u64 = 20_000;
/// Steps and time after which a statement is long: it may be a join of everything with everything.
const STEPS: usize = 20_000;
const TIME: Duration = Duration::from_secs(2);
/// A step that takes longer is no bounded piece of work; nothing but the process's end can stop it.
const PATIENCE: Duration = Duration::from_secs(60);
/// Findings after which a run says no more.
const ENOUGH: usize = 12;

#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub seed: u64,
    pub cases: u64,
    /// Cases of what is not SQL; in proportion when it is not said.
    pub inputs: Option<u64>,
    /// Goes on with other seeds for so long.
    pub seconds: Option<u64>,
}

/// A warehouse in some state, and statements that mean something there.
struct Ground {
    name: String,
    sandbox: Sandbox,
    session: SessionId,
    statements: Vec<String>,
}

/// What the threads share.
struct Shared {
    options: Options,
    begun: Instant,
    next: AtomicU64,
    /// Cases whose every statement was answered: the rest of the engine is reached by these.
    answered: AtomicU64,
    found: Mutex<Vec<String>>,
    over: AtomicBool,
    /// What each thread does, and since when.
    doing: Vec<Mutex<Option<(String, Instant)>>>,
}

/// Replays the corpus, then runs new cases; prints what it finds.
///
/// # Errors
/// Empty (everything is printed) when something was found; else why it could not run.
pub fn run(options: Options) -> Result<(), String> {
    guarded::quiet();
    let replayed = replay()?;
    let grounds = files::find(&[files::root().join("tests/sql").to_string_lossy().into_owned()], "slt")?;
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let shared = Shared {
        options,
        begun: Instant::now(),
        next: AtomicU64::new(0),
        answered: AtomicU64::new(0),
        found: Mutex::new(Vec::new()),
        over: AtomicBool::new(false),
        doing: (0..cores).map(|_| Mutex::new(None)).collect(),
    };
    println!("seed {}, {replayed} cases of the corpus replayed", options.seed);
    let turns = AtomicUsize::new(0);
    let working = AtomicUsize::new(cores);
    thread::scope(|scope| {
        for number in 0..cores {
            let (shared, grounds, turns, working) = (&shared, &grounds, &turns, &working);
            // Unoptimised frames are far larger than those of the page; depth.slt holds how deep is allowed.
            let spawned = thread::Builder::new().stack_size(256 << 20).spawn_scoped(scope, move || {
                if let Err(reason) = shared.work(number, grounds, turns) {
                    println!("{reason}");
                    shared.note(reason);
                }
                working.fetch_sub(1, Ordering::Relaxed);
            });
            if let Err(error) = spawned {
                println!("one thread less: {error}");
                working.fetch_sub(1, Ordering::Relaxed);
            }
        }
        while working.load(Ordering::Relaxed) > 0 {
            thread::sleep(Duration::from_millis(50));
            shared.watch();
        }
    });
    let cases = shared.next.load(Ordering::Relaxed);
    let found = shared.found.into_inner().unwrap_or_default();
    let answered = shared.answered.load(Ordering::Relaxed);
    println!(
        "{cases} cases ({answered} answered), {} findings, {:.1} s",
        found.len(),
        shared.begun.elapsed().as_secs_f64()
    );
    let inputs = options.inputs.unwrap_or(options.cases * inputs::CASES / CASES);
    let inputs = inputs::run(options.seed, inputs, options.seconds);
    if found.is_empty() { inputs } else { Err(String::new()) }
}

/// Runs what was found before.
fn replay() -> Result<usize, String> {
    let folder = files::root().join("tests/fuzz/corpus");
    let Ok(cases) = files::find(&[folder.to_string_lossy().into_owned()], "sql") else { return Ok(0) };
    let (sandbox, session) = filled()?;
    for path in &cases {
        let text = files::read(path)?;
        if let Some(defect) = defect(&sandbox, session, &text) {
            return Err(format!("{}: {defect}", path.display()));
        }
    }
    Ok(cases.len())
}

/// The differential harness's tables.
fn filled() -> Result<(Sandbox, SessionId), String> {
    let mut sandbox = start::named("empty")?;
    let session = sandbox.connect(ADMIN, None).map_err(|error| error.to_string())?;
    for executed in sandbox.execute(session, &differential::small_tables(SEED)) {
        executed.result.map_err(|error| format!("{error}: {}", executed.text))?;
    }
    Ok((sandbox, session))
}

/// On a copy, so that the next case finds what this one found.
fn ended(sandbox: &Sandbox, session: SessionId, text: &str, stepped: &dyn Fn()) -> Vec<Ended> {
    let mut sandbox = sandbox.clone();
    guarded::run(&mut sandbox, session, text, &Limits { steps: STEPS, time: TIME, stepped })
}

fn defect(sandbox: &Sandbox, session: SessionId, text: &str) -> Option<String> {
    ended(sandbox, session, text, &|| {}).iter().find_map(Ended::defect)
}

impl Ground {
    /// The warehouse as a slt file leaves it.
    fn of_file(path: &Path) -> Result<Ground, String> {
        let mut sandbox = start::sandbox(&files::read(path)?)?;
        let session = sandbox.connect(ADMIN, None).map_err(|error| error.to_string())?;
        let records =
            sqllogictest::parse_file::<DefaultColumnType>(path).map_err(|error| error.to_string())?;
        let mut statements = Vec::new();
        for record in records {
            if let Record::Statement { sql, .. } | Record::Query { sql, .. } = record {
                // What they come to is their own suite's business.
                guarded::run(&mut sandbox, session, &sql, &Limits::steps(STEPS));
                statements.push(sql);
            }
        }
        // An error may have left a transaction open.
        guarded::run(&mut sandbox, session, "ROLLBACK", &Limits::steps(STEPS));
        Ok(Ground {
            name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            sandbox,
            session,
            statements,
        })
    }

    fn of_tables() -> Result<Ground, String> {
        let (sandbox, session) = filled()?;
        Ok(Ground { name: "tables".to_owned(), sandbox, session, statements: Vec::new() })
    }

    fn case(&self, choices: &mut Choices) -> String {
        if !self.statements.is_empty() {
            let statement = &self.statements[choices.below(self.statements.len())];
            return mutate(statement, &self.statements, choices);
        }
        match choices.below(4) {
            0 => differential::our_query(choices),
            1 => {
                let (one, other) = (differential::our_query(choices), differential::our_query(choices));
                mutate(&one, &[other], choices)
            }
            _ => call(choices),
        }
    }
}

/// A call of some function, an operator or a cast, with values from the edges.
fn call(choices: &mut Choices) -> String {
    const OPERATORS: [&str; 14] = [
        "+",
        "-",
        "*",
        "/",
        "%",
        "^",
        "||",
        "=",
        "<",
        "LIKE",
        "~",
        "IS NOT DISTINCT FROM",
        "AND",
        "SIMILAR TO",
    ];
    const TYPES: [&str; 16] = [
        "smallint",
        "int",
        "bigint",
        "decimal(38,37)",
        "decimal(3,2)",
        "decimal",
        "real",
        "float8",
        "boolean",
        "varchar(2)",
        "char(1)",
        "date",
        "timestamp",
        "timestamptz",
        "time",
        "super",
    ];
    const PARTS: [&str; 9] =
        ["year", "month", "day", "century", "epoch", "microsecond", "week", "quarter", "timezone"];
    const COLUMNS: [&str; 10] = ["id", "a", "b", "c", "d", "f", "s", "k", "dt", "ts"];
    let value = |choices: &mut Choices| {
        if choices.chance(25) { choices.of(&COLUMNS).to_owned() } else { choices.of(&VALUES).to_owned() }
    };
    let expression = match choices.below(10) {
        0 => format!("({} {} {})", value(choices), choices.of(&OPERATORS), value(choices)),
        1 => format!("CAST({} AS {})", value(choices), choices.of(&TYPES)),
        2 => {
            let part = choices.of(&PARTS);
            match choices.below(3) {
                0 => format!("DATEADD({part}, {}, {})", value(choices), value(choices)),
                1 => format!("DATEDIFF({part}, {}, {})", value(choices), value(choices)),
                _ => format!("EXTRACT({part} FROM {})", value(choices)),
            }
        }
        3 => {
            let name = choices.of(&["SUM", "AVG", "MIN", "MEDIAN", "STDDEV", "LISTAGG", "COUNT", "VARIANCE"]);
            format!("{name}({})", value(choices))
        }
        _ => {
            let names = functions::names();
            let name = names[choices.below(names.len())];
            let arguments: Vec<String> = (0..choices.below(5)).map(|_| value(choices)).collect();
            format!("{name}({})", arguments.join(", "))
        }
    };
    let from = choices.of(&["", " FROM t", " FROM t LIMIT 2", " FROM nothing"]);
    if from == " FROM nothing" {
        return format!("SELECT {} FROM t WHERE id < 0", expression);
    }
    format!("SELECT {expression}{from}")
}

impl Shared {
    /// Takes grounds in turn: a share of the cases on each.
    fn work(&self, thread: usize, grounds: &[PathBuf], turns: &AtomicUsize) -> Result<(), String> {
        // The tables are worth as much as all files together.
        let rounds = grounds.len() * 2;
        let share = (self.options.cases / rounds as u64).max(1);
        let tables = Ground::of_tables()?;
        loop {
            let turn = turns.fetch_add(1, Ordering::Relaxed);
            let ended = match self.options.seconds {
                Some(seconds) => self.begun.elapsed() > Duration::from_secs(seconds),
                None => turn >= rounds,
            };
            if ended || self.over.load(Ordering::Relaxed) {
                return Ok(());
            }
            let file;
            let ground = match turn % 2 {
                0 => &tables,
                _ => {
                    file = Ground::of_file(&grounds[turn / 2 % grounds.len()])?;
                    &file
                }
            };
            for number in 0..share {
                if self.over.load(Ordering::Relaxed) {
                    return Ok(());
                }
                let seed = case_seed(self.options.seed, (turn as u64) << 32 | number);
                self.try_case(thread, ground, seed);
            }
        }
    }

    fn try_case(&self, thread: usize, ground: &Ground, seed: u64) {
        let text = ground.case(&mut Choices::drawn(seed));
        self.next.fetch_add(1, Ordering::Relaxed);
        self.says(thread, Some(&text));
        // Where a stack overflow ends the process, this says which it was.
        let _ = fs::write(current(thread), &text);
        let ended = ended(&ground.sandbox, ground.session, &text, &|| self.says(thread, Some(&text)));
        if ended.iter().all(|ended| matches!(ended, Ended::Answered(_))) {
            self.answered.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(what) = ended.iter().find_map(Ended::defect) {
            let small = smaller(ground, &text, &what);
            self.note(format!("{what}\n  on {}: {small}", ground.name));
        }
        self.says(thread, None);
    }

    fn says(&self, thread: usize, text: Option<&str>) {
        if let Ok(mut doing) = self.doing[thread].lock() {
            *doing = text.map(|text| (text.to_owned(), Instant::now()));
        }
    }

    /// Prints a finding, once for each cause.
    fn note(&self, finding: String) {
        let Ok(mut found) = self.found.lock() else { return };
        let cause = finding.lines().next().unwrap_or_default();
        if found.iter().any(|known| known.lines().next().unwrap_or_default() == cause) {
            return;
        }
        println!("FOUND  {finding}");
        found.push(finding);
        if found.len() >= ENOUGH {
            self.over.store(true, Ordering::Relaxed);
        }
    }

    /// Ends the process when a case hangs within one step.
    fn watch(&self) {
        for doing in &self.doing {
            if let Ok(doing) = doing.lock()
                && let Some((text, since)) = &*doing
                && since.elapsed() > PATIENCE
            {
                println!("FOUND  one step takes more than {} s\n  {text}", PATIENCE.as_secs());
                std::process::exit(1);
            }
        }
    }
}

/// Where a thread's current case is written.
fn current(thread: usize) -> PathBuf {
    std::env::temp_dir().join(format!("sandshift-fuzz-{thread}.sql"))
}

/// A shorter statement with the same defect: tokens are taken away while it lasts.
fn smaller(ground: &Ground, text: &str, what: &str) -> String {
    let mut parts: Vec<String> = tokens(text).into_iter().map(str::to_owned).collect();
    let fails = |parts: &[String]| {
        defect(&ground.sandbox, ground.session, &parts.join(" ")).is_some_and(|found| found == what)
    };
    if !fails(&parts) {
        return text.to_owned();
    }
    let begun = Instant::now();
    for width in [32, 8, 4, 2, 1, 1] {
        let mut at = parts.len();
        while at > 0 && begun.elapsed() < Duration::from_secs(20) {
            at = at.saturating_sub(width);
            let mut without = parts.clone();
            without.drain(at..(at + width).min(parts.len()));
            if fails(&without) {
                parts = without;
            }
        }
    }
    parts.join(" ")
}
