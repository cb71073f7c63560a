//! Files on threads, reports in order.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Does `work` for every file on all cores and prints each outcome in the files' order as soon as it is its turn;
/// closes with the count.
///
/// # Errors
/// Empty (everything is printed) when a file failed.
pub fn run(
    files: &[PathBuf],
    work: impl Fn(&PathBuf) -> Result<String, String> + Sync,
) -> Result<(), String> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let (send, receive) = mpsc::channel();
    let mut outcomes: Vec<Option<Result<String, String>>> = vec![None; files.len()];
    let (mut shown, mut failed) = (0, 0);
    thread::scope(|scope| {
        for _ in 0..cores.min(files.len()) {
            let (send, next, work) = (send.clone(), &next, &work);
            scope.spawn(move || {
                while let Some((at, file)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    files.get(at).map(|file| (at, file))
                } {
                    // The receiver lives as long as this scope.
                    let _ = send.send((at, work(file)));
                }
            });
        }
        drop(send);
        for (at, outcome) in receive {
            outcomes[at] = Some(outcome);
            while let Some(Some(outcome)) = outcomes.get(shown) {
                match outcome {
                    Ok(what) => println!("ok      {} {what}", files[shown].display()),
                    Err(why) => {
                        failed += 1;
                        println!("FAILED  {}\n{}", files[shown].display(), indented(why));
                    }
                }
                shown += 1;
            }
        }
    });
    // A worker that died took its file with it.
    let lost = files.len() - shown;
    println!("{} passed, {} failed", shown - failed, failed + lost);
    if failed + lost == 0 { Ok(()) } else { Err(String::new()) }
}

fn indented(text: &str) -> String {
    text.trim_end().lines().map(|line| format!("    {line}\n")).collect()
}
