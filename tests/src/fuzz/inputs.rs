//! What comes in besides SQL, bent: lines of the terminal, policies, labs, files for COPY and Spectrum, stored accounts,
//! messages to the worker. No panic, no input that takes long, none that takes much memory.
//!
//! A case is a door and bytes. Whole examples come from the repository's own tests and from what the engine writes;
//! what was found once lies in `tests/fuzz/inputs`, a folder a door, and is tried first.

use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use std::{fs, process, thread};

use super::bend::bend;
use super::doors::{Door, Ground};
use crate::choice::{Choices, case_seed};
use crate::{files, guarded};

/// Cases of a run in the suite.
pub const CASES: u64 = 6_000;
/// An input that takes longer is a finding. The engine is not optimised here, and the machine not alone.
const LONG: Duration = Duration::from_secs(20);
/// An input that hangs ends the process, because nothing else could end it.
const HANGS: Duration = Duration::from_secs(120);
/// Memory that one input may add, in kilobytes: the largest example is a hundredth of it.
const MUCH: u64 = 1 << 20;

/// What is tried, and since when.
static DOING: Mutex<Option<(String, Instant)>> = Mutex::new(None);

/// Tries what was found before, then `cases` new ones, or new ones for so many seconds.
///
/// # Errors
/// Empty (everything is printed) when something was found; else why it could not run.
pub fn run(seed: u64, cases: u64, seconds: Option<u64>) -> Result<(), String> {
    // Depth is limited by the engine as the page's stack needs it; unoptimised frames are larger.
    let spawned = thread::Builder::new().stack_size(256 << 20).spawn(move || tried(seed, cases, seconds));
    let working = spawned.map_err(|error| error.to_string())?;
    while !working.is_finished() {
        thread::sleep(Duration::from_millis(50));
        if let Ok(doing) = DOING.lock()
            && let Some((what, since)) = &*doing
            && since.elapsed() > HANGS
        {
            println!("FOUND  hangs: {what}, kept as {}", current().display());
            process::exit(1);
        }
    }
    working.join().map_err(|_| "the fuzzer itself panicked".to_owned())?
}

fn tried(seed: u64, cases: u64, seconds: Option<u64>) -> Result<(), String> {
    let begun = Instant::now();
    let grounds = Door::ALL.iter().map(|door| Ground::of(*door)).collect::<Result<Vec<_>, _>>()?;
    let mut found: Vec<String> = Vec::new();
    let mut replayed = 0;
    for ground in &grounds {
        for path in kept(ground.door) {
            let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            replayed += 1;
            if let Some(what) = defect(ground, &bytes) {
                println!("FOUND  {what}\n  again: {}", path.display());
                found.push(what);
            }
        }
    }
    let (mut taken, mut accepted) = (0, 0);
    while found.len() < 12 && seconds.map_or(taken < cases, |most| begun.elapsed().as_secs() < most) {
        let ground = &grounds[taken as usize % grounds.len()];
        let mut choices = Choices::drawn(case_seed(seed, taken));
        let example = &ground.examples[choices.below(ground.examples.len())];
        let bytes = bend(example, &ground.examples, ground.door.is_text(), &mut choices);
        taken += 1;
        let mut fine = false;
        if let Some(what) = defect_or(ground, &bytes, &mut fine)
            && !found.contains(&what)
        {
            let small = smaller(ground, bytes, &what);
            let path = std::env::temp_dir().join(format!("sandshift-fuzz-{:?}-{taken}", ground.door));
            fs::write(&path, &small).map_err(|error| format!("{}: {error}", path.display()))?;
            println!("FOUND  {what}\n  {:?}, {} bytes: {}", ground.door, small.len(), path.display());
            found.push(what);
        }
        accepted += u64::from(fine);
    }
    println!(
        "inputs: {replayed} of the corpus replayed, {taken} new ({accepted} accepted), {} findings, {:.1} s",
        found.len(),
        begun.elapsed().as_secs_f64()
    );
    if found.is_empty() { Ok(()) } else { Err(String::new()) }
}

/// The files of a door's corpus.
fn kept(door: Door) -> Vec<PathBuf> {
    let folder = files::root().join("tests/fuzz/inputs").join(door.folder());
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// Where the current case is written: what ends the process is found there.
fn current() -> PathBuf {
    std::env::temp_dir().join("sandshift-fuzz-input")
}

fn defect(ground: &Ground, bytes: &[u8]) -> Option<String> {
    defect_or(ground, bytes, &mut false)
}

fn defect_or(ground: &Ground, bytes: &[u8], accepted: &mut bool) -> Option<String> {
    // A case that cannot be written down is tried nevertheless.
    let _ = fs::write(current(), bytes);
    let begun = Instant::now();
    if let Ok(mut doing) = DOING.lock() {
        *doing = Some((format!("{:?}", ground.door), begun));
    }
    let before = peak();
    let done = panic::catch_unwind(AssertUnwindSafe(|| ground.take(bytes)));
    if let Ok(mut doing) = DOING.lock() {
        *doing = None;
    }
    let more = peak().saturating_sub(before);
    match done {
        Err(_) => Some(format!("panic: {}", guarded::last_panic())),
        Ok(Err(what)) => Some(what),
        Ok(Ok(_)) if begun.elapsed() > LONG => Some(format!("{:?} takes too long", ground.door)),
        Ok(Ok(_)) if more > MUCH => Some(format!("{:?} takes {more} kB", ground.door)),
        Ok(Ok(fine)) => {
            *accepted = fine;
            None
        }
    }
}

/// The most memory that this process has had, in kilobytes; 0 where the system does not tell.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Fewer bytes with the same defect.
fn smaller(ground: &Ground, bytes: Vec<u8>, what: &str) -> Vec<u8> {
    let begun = Instant::now();
    let mut best = bytes;
    let mut width = (best.len() / 2).max(1);
    loop {
        let mut at = best.len();
        while at > 0 && begun.elapsed() < Duration::from_secs(20) {
            at = at.saturating_sub(width);
            let mut without = best.clone();
            without.drain(at..(at + width).min(best.len()));
            if defect(ground, &without).as_deref() == Some(what) {
                best = without;
            }
        }
        if width == 1 || begun.elapsed() >= Duration::from_secs(20) {
            return best;
        }
        width /= 2;
    }
}
