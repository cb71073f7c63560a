//! Proves every lab of the course.

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
    labs
}

fn told(problems: &[sandshift_lessons::Problem]) -> String {
    problems.iter().map(|problem| format!("\n{problem}")).collect()
}

#[test]
fn every_lab_says_everything_in_every_language() {
    for (name, lab) in labs() {
        let problems = sandshift_lessons::words::complete(&lab);
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
