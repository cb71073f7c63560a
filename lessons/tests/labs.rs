//! Proves every lab of the course.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use sandshift_lessons::{Lab, prove};

/// The seed of a new workspace.
const SEED: u64 = 20_230_525;

fn labs() -> Vec<(String, Lab)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("labs");
    let mut labs: Vec<(String, Lab)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let files: Vec<(String, String)> = fs::read_dir(&path)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.is_file())
                .map(|path| {
                    (
                        path.file_name().unwrap().to_string_lossy().into_owned(),
                        fs::read_to_string(&path).unwrap(),
                    )
                })
                .collect();
            let lab = Lab::from_files(&name, &files)
                .unwrap_or_else(|problems| panic!("{name}: {}", told(&problems)));
            (name, lab)
        })
        .collect();
    labs.sort_by_key(|(_, lab)| lab.definition.order);
    assert!(!labs.is_empty(), "the course has no lab");
    labs
}

fn told(problems: &[sandshift_lessons::Problem]) -> String {
    problems.iter().map(|problem| format!("\n{problem}")).collect()
}

#[test]
fn every_lab_says_everything_in_every_language() {
    for (name, lab) in labs() {
        let problems = sandshift_lessons::words::complete(&lab.digest());
        assert!(problems.is_empty(), "{name}: {}", told(&problems));
    }
}

#[test]
fn every_lab_is_proved() {
    for (name, lab) in labs() {
        let problems = prove(&lab, SEED);
        assert!(problems.is_empty(), "{name}: {}", told(&problems));
    }
}

/// What a learner who follows the solutions sees, whole: `cargo test -p sandshift-lessons --test labs walk --
/// --nocapture` prints it.
#[test]
fn a_walk_through_the_solutions_shows_the_courses_figures_and_refusals() {
    let (_, lab) = labs().swap_remove(0);
    let mut sandbox = lab.start(SEED).unwrap();
    let mut seen = String::new();
    for step in &lab.definition.steps {
        lab.solve(step, &mut sandbox, &mut |answered| {
            for done in &answered.statements {
                seen.push_str(&format!("{}> {}\n", done.user, done.text));
            }
            seen.push_str(&format!("{}\n\n", answered.output));
        })
        .unwrap();
    }
    println!("{seen}");
    for expected in [
        "Youtube | 17091\nGoogle | 16982\nNaver | 16921\nOrganic | 16904\nInstagram | 16831\nFacebook | 16791",
        "ERROR 42501: permission denied for relation user_session_channel",
        "ERROR 42501: permission denied for schema pii",
        "ERROR 42501: permission denied for schema raw_data",
        "ERROR 42501: permission denied for relation user_profile",
    ] {
        assert!(seen.contains(expected), "{expected}");
    }
}
