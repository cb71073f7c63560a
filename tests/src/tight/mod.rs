//! That access control is tight: random histories of users, grants, objects and statements, run in the engine and in a
//! reference model that is sets and rules only. Both must refuse alike and show the same rows and columns.
//!
//! Read [`act`] (what may be done; [`text`]: in SQL), [`model`] (what should come of it), [`generator`] (what is chosen), [`side`] (both run).
//! A history that differs is made smaller before it is told. [`probe`] looks for what shows without being shown.

mod act;
mod generator;
mod model;
mod probe;
mod side;
mod text;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use crate::choice::{case_seed, shrink};
use crate::guarded;
use act::{Act, What};
use generator::Generator;
use model::{Open, World};
use side::Sides;

/// The seed of CI, fixed for the same reason as that of the differential harness.
pub const SEED: u64 = 20_230_525;
pub const STATEMENTS: u64 = 100_000;
/// Random statements of one account; everybody looks at everything now and then between them.
const LENGTH: usize = 250;
const SWEEP: usize = 100;
/// One pair of accounts that differ in hidden data for so many statements of histories.
const PAIRS: u64 = 500;
/// Looks at smaller histories.
const TRIES: usize = 3_000;
/// Differences after which a run says no more.
const ENOUGH: usize = 6;

#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub seed: u64,
    pub statements: u64,
    /// Only this account.
    pub only: Option<u64>,
}

/// How often each kind of statement was answered and refused.
#[derive(Default)]
struct Tally {
    kinds: BTreeMap<String, (u64, u64)>,
    differing: usize,
}

/// Runs histories until there were enough statements; prints what differs and a summary.
///
/// # Errors
/// Empty (everything is printed) when something differs; else why it could not run.
pub fn run(options: Options) -> Result<(), String> {
    guarded::quiet();
    println!("seed {}, {} statements", options.seed, options.statements);
    side::ground()?;
    let begun = Instant::now();
    let next = AtomicU64::new(options.only.unwrap_or(0));
    let done = AtomicU64::new(0);
    let over = AtomicBool::new(false);
    let tally = Mutex::new(Tally::default());
    on_all_cores(|| {
        while !over.load(Ordering::Relaxed) && done.load(Ordering::Relaxed) < options.statements {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if options.only.is_some_and(|only| only != number) {
                return;
            }
            let seed = case_seed(options.seed, number);
            let (count, difference) = history(seed, &tally);
            done.fetch_add(count, Ordering::Relaxed);
            let Some(acts) = difference else { continue };
            println!("DIFFERS  --seed {} --only {number}\n{}", options.seed, smallest(&acts));
            if let Ok(mut tally) = tally.lock() {
                tally.differing += 1;
                over.fetch_or(tally.differing >= ENOUGH, Ordering::Relaxed);
            }
        }
    });
    let tally = tally.into_inner().unwrap_or_default();
    for (kind, (answered, refused)) in &tally.kinds {
        println!("{kind:<22} {answered:>7} answered {refused:>7} refused");
    }
    println!(
        "{} statements in {} accounts, {} differences, {:.1} s",
        done.load(Ordering::Relaxed),
        next.load(Ordering::Relaxed),
        tally.differing,
        begun.elapsed().as_secs_f64()
    );
    let leaks = probes(options)?;
    if tally.differing + leaks == 0 { Ok(()) } else { Err(String::new()) }
}

/// Tries what must not show, in as many pairs of accounts as the statements are worth; how many leak.
fn probes(options: Options) -> Result<usize, String> {
    let begun = Instant::now();
    let pairs = options.only.map_or(0..options.statements / PAIRS, |number| number..number + 1);
    let next = AtomicU64::new(pairs.start);
    let (answered, leaks) = (AtomicU64::new(0), AtomicU64::new(0));
    let broken: Mutex<Option<String>> = Mutex::new(None);
    on_all_cores(|| {
        while leaks.load(Ordering::Relaxed) < ENOUGH as u64 {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= pairs.end {
                return;
            }
            match probe::pair(options.seed, number) {
                Ok((count, leak)) => {
                    answered.fetch_add(count, Ordering::Relaxed);
                    if let Some(told) = leak {
                        leaks.fetch_add(1, Ordering::Relaxed);
                        println!("LEAKS  --seed {} --only {number}\n{told}", options.seed);
                    }
                }
                Err(reason) => {
                    next.store(pairs.end, Ordering::Relaxed);
                    if let Ok(mut broken) = broken.lock() {
                        broken.get_or_insert(reason);
                    }
                }
            }
        }
    });
    if let Some(reason) = broken.into_inner().unwrap_or_default() {
        return Err(reason);
    }
    println!(
        "{} probes of {} pairs of accounts ({} answered), {} leaks, {:.1} s",
        (pairs.end - pairs.start) * probe::TRIES as u64,
        pairs.end - pairs.start,
        answered.load(Ordering::Relaxed),
        leaks.load(Ordering::Relaxed),
        begun.elapsed().as_secs_f64()
    );
    Ok(leaks.load(Ordering::Relaxed) as usize)
}

/// Unoptimised frames are large, so threads have room.
fn on_all_cores(work: impl Fn() + Sync) {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            let spawned = thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, &work);
            if let Err(error) = spawned {
                println!("one thread less: {error}");
            }
        }
    });
}

/// One account's history: how many statements it had, and all up to the one that differs.
fn history(seed: u64, tally: &Mutex<Tally>) -> (u64, Option<Vec<Act>>) {
    let mut generator = Generator::new(seed);
    let mut world = World::new();
    let mut sides = Sides::new();
    let mut acts: Vec<Act> = Vec::new();
    let mut waiting = generator.beginning();
    waiting.reverse();
    let mut left = LENGTH;
    let mut kinds: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let mut found = None;
    loop {
        let act = match waiting.pop() {
            Some(act) => act,
            None if left == 0 => break,
            None => {
                left -= 1;
                if left.is_multiple_of(SWEEP) {
                    waiting = generator.sweep(&world);
                    // Nobody else looks while a transaction is open.
                    let end =
                        |open: &Open| Act { by: open.by, lent: false, what: What::End { commit: true } };
                    waiting.extend(world.open().map(end));
                    continue;
                }
                generator.act(&world)
            }
        };
        if !world.lets(&act) {
            continue;
        }
        acts.push(act.clone());
        let expected = world.take(&act);
        let counts = kinds.entry(kind(&act)).or_default();
        match expected {
            Ok(_) => counts.0 += 1,
            Err(_) => counts.1 += 1,
        }
        if sides.differ(&act, &expected).is_some() {
            found = Some(acts.clone());
            break;
        }
    }
    if let Ok(mut tally) = tally.lock() {
        for (kind, (answered, refused)) in kinds {
            let counts = tally.kinds.entry(kind).or_default();
            counts.0 += answered;
            counts.1 += refused;
        }
    }
    (acts.len() as u64, found)
}

/// The statement's first words.
fn kind(act: &Act) -> String {
    let text = act.what.to_string();
    let mut words = text.split(' ');
    let first = words.next().unwrap_or_default();
    match first {
        "CREATE" | "DROP" | "ALTER" => format!("{first} {}", words.next().unwrap_or_default()),
        "GRANT" | "REVOKE" if text.contains("ROLE ") && !text.contains(" ON ") => format!("{first} ROLE"),
        "SELECT" if text.contains("has_") => "SELECT has_...".to_owned(),
        _ => first.to_owned(),
    }
}

/// Where a history first differs, and how.
fn replayed<'a>(acts: impl Iterator<Item = &'a Act>) -> Option<(Vec<String>, String)> {
    let mut world = World::new();
    let mut sides = Sides::new();
    let mut told = Vec::new();
    for act in acts {
        if !world.lets(act) {
            continue;
        }
        let expected = world.take(act);
        if let Some(difference) = sides.differ(act, &expected) {
            told.push(act.to_string());
            return Some((told, difference));
        }
        let refused = expected.err().map(|refusal| format!("    -- {}", refusal.0[0].state));
        told.push(format!("{act}{}", refused.unwrap_or_default()));
    }
    None
}

/// The shortest history found that ends in the same kind of difference, told.
fn smallest(acts: &[Act]) -> String {
    // Numbers of statements; 0 leaves one out.
    let list: Vec<u32> = (1..=acts.len() as u32).collect();
    let kept = |list: &[u32]| -> Vec<usize> {
        list.iter().filter(|number| **number > 0).map(|number| *number as usize - 1).collect()
    };
    let last = acts.len() - 1;
    let list = shrink(list, TRIES, |list| {
        let kept = kept(list);
        // In their order, and with the statement that differed.
        kept.last() == Some(&last)
            && kept.windows(2).all(|pair| pair[0] < pair[1])
            && replayed(kept.iter().map(|number| &acts[*number])).is_some()
    });
    match replayed(kept(&list).iter().map(|number| &acts[*number])) {
        Some((told, difference)) => {
            let told: String = told.iter().map(|line| format!("  {line}\n")).collect();
            format!("{told}{difference}")
        }
        None => "  it does not differ when tried again\n".to_owned(),
    }
}
