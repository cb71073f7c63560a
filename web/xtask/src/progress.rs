//! One line for each thing that takes time: what, and how many seconds it took.

use std::io::{IsTerminal, Write};
use std::time::Instant;

/// Does `work` under a name. The line is there before the work begins, so that nobody wonders.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    let live = std::io::stderr().is_terminal();
    if live {
        eprintln!("  {name} ...");
    }
    let begun = Instant::now();
    let done = work();
    let seconds = begun.elapsed().as_secs_f64();
    let mark = if done.is_ok() { "ok" } else { "FAILED" };
    eprintln!("  {name}: {mark}, {seconds:.1} s");
    // A terminal that went away is no reason to stop.
    let _ = std::io::stderr().flush();
    done
}
