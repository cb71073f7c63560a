//! The descriptions beside the page: readable, in both languages, and with no word that nobody knows.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// Members that descriptions may have, whatever they describe.
const MEMBERS: &str = " above absent act also amount args as ask at begin call confirm danger deeds do each else empty example fill first foreseen group head \
    help id if kind label latest loses more name none note of only open options optional pages parts per quiet reads region rows say show start tabs text \
    then title under unit value verb when wide with words ";

fn folder(path: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn descriptions() -> Vec<(String, Value)> {
    let files = folder("../../static/console").into_iter();
    let read = |path: PathBuf| {
        let value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        (path.file_stem().unwrap().to_string_lossy().into_owned(), value)
    };
    files.filter(|path| path.extension().is_some_and(|ending| ending == "json")).map(read).collect()
}

fn texts(of: &Value, found: &mut Vec<String>) {
    match of {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => members.values().for_each(|member| texts(member, found)),
        _ => {}
    }
}

/// Members by name, but not of what is sent (`with`), what a form begins with, nor of words for values.
fn members(of: &Value, found: &mut Vec<String>) {
    match of {
        Value::Array(items) => items.iter().for_each(|item| members(item, found)),
        Value::Object(all) => {
            for (name, member) in all {
                found.push(name.clone());
                if !matches!(name.as_str(), "begin" | "with" | "words") {
                    members(member, found);
                }
            }
        }
        _ => {}
    }
}

#[test]
fn every_text_is_korean_and_english() {
    let korean = |text: &str| text.chars().any(|letter| ('가'..='힣').contains(&letter));
    for (file, description) in descriptions() {
        let mut found = Vec::new();
        texts(&description, &mut found);
        for text in found.iter().filter(|text| korean(text) || text.contains('|')) {
            let halves = text.split_once('|');
            let (ko, en) = halves.unwrap_or_else(|| panic!("{file}: no English for {text}"));
            assert!(!korean(en) && !en.contains('|') && !en.is_empty() && !ko.is_empty(), "{file}: {text}");
        }
    }
}

#[test]
fn every_member_is_known() {
    for (file, description) in descriptions().into_iter().filter(|(file, _)| file != "index") {
        let mut found = Vec::new();
        for (_, sheet) in description["pages"].as_object().unwrap() {
            members(sheet, &mut found);
        }
        for name in found {
            assert!(MEMBERS.contains(&format!(" {name} ")), "{file}: nothing reads {name}");
        }
    }
}

#[test]
fn every_page_of_the_index_is_described() {
    let all = descriptions();
    let described = |file: &str| &all.iter().find(|(name, _)| name == file).unwrap().1;
    for service in described("index")["services"].as_array().unwrap() {
        let file = service["id"].as_str().unwrap();
        let pages = &described(file)["pages"];
        for page in service["pages"].as_array().unwrap() {
            assert!(pages[page["id"].as_str().unwrap()].is_object(), "{file} has no {page}");
        }
        for (below, above) in service["above"].as_object().into_iter().flatten() {
            assert!(
                pages[below].is_object() && pages[above.as_str().unwrap()].is_object(),
                "{file}: {below}"
            );
        }
    }
}

#[test]
fn every_word_of_the_kit_is_there() {
    let all = descriptions();
    let words = &all.iter().find(|(name, _)| name == "index").unwrap().1["words"];
    for file in folder("src/console").into_iter().filter(|file| !file.ends_with("tests.rs")) {
        let source = std::fs::read_to_string(&file).unwrap();
        for marker in [".word(\"", ".say(\""] {
            for after in source.split(marker).skip(1) {
                let word = after.split('"').next().unwrap();
                assert!(words[word].is_string(), "{}: {word}", file.display());
            }
        }
    }
}
