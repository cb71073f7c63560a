//! What must not be in this repository: the absences that the architecture rests on.
//!
//! Each rule is a function from the repository's files to complaints; `tests/tests/tidy.rs` makes each a test.

use std::fs;
use std::path::Path;

use crate::gaps;

/// A tracked text.
pub struct Source {
    /// From the root, with `/`.
    pub path: String,
    pub text: String,
}

/// A rule's name and how it is checked; a complaint names file and line.
pub type Rule = (&'static str, fn(&[Source]) -> Vec<String>);

pub const RULES: [Rule; 10] = [
    ("every_file_says_why_it_exists", module_docs),
    ("files_stay_short", lengths),
    ("sql_and_aws_do_not_know_each_other", directions),
    ("the_engine_has_no_host", host_free),
    ("the_engine_depends_on_no_host", host_free_dependencies),
    ("nothing_gives_up", giving_up),
    ("names_say_something", names),
    ("no_machine_is_named", machines),
    ("locks_name_no_registry", locks),
    ("the_page_of_gaps_is_fresh", gaps_page),
];

/// Past this, look for the second concept.
const LONGEST: usize = 500;
/// Files that are longer, each with the reason why it is one concept all the same.
const LONGER: [(&str, &str); 0] = [];

/// Texts below the root; what is built or installed is left out.
///
/// # Errors
/// A folder that cannot be read.
pub fn sources(root: &Path) -> Result<Vec<Source>, String> {
    let mut found = Vec::new();
    collect(root, root, &mut found)?;
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn collect(folder: &Path, root: &Path, found: &mut Vec<Source>) -> Result<(), String> {
    const LEFT_OUT: [&str; 6] = [".git", "target", "dist", "node_modules", "artefacts", "corpus"];
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?.flatten() {
        let path = entry.path();
        if LEFT_OUT.iter().any(|name| path.ends_with(name)) {
            continue;
        }
        if path.is_dir() {
            collect(&path, root, found)?;
        } else if let (Ok(inside), Ok(text)) = (path.strip_prefix(root), fs::read_to_string(&path)) {
            found.push(Source { path: inside.to_string_lossy().replace('\\', "/"), text });
        }
    }
    Ok(())
}

impl Source {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/") || self.path.starts_with("tests/")
    }

    /// Lines with their numbers, without comments, strings' insides and the tests at the foot.
    fn code(&self) -> Vec<(usize, String)> {
        let mut lines = Vec::new();
        for (at, line) in self.text.lines().enumerate() {
            if line.trim() == "#[cfg(test)]" && !next_is_file(&self.text, at) {
                break;
            }
            let code = without_strings(line);
            lines.push((at + 1, code));
        }
        lines
    }
}

/// Whether `#[cfg(test)]` on this line stands before `mod tests;`, whose text is elsewhere.
fn next_is_file(text: &str, at: usize) -> bool {
    text.lines().nth(at + 1).is_some_and(|line| line.trim_end().ends_with(';'))
}

/// A line without its comment and without what stands in quotes.
fn without_strings(line: &str) -> String {
    let mut code = String::new();
    let mut quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if quoted => {
                letters.next();
            }
            '\'' if !quoted && letters.peek() == Some(&'"') => {
                letters.next();
            }
            '"' => {
                quoted = !quoted;
                code.push('"');
            }
            '/' if !quoted && letters.peek() == Some(&'/') => break,
            _ if quoted => {}
            _ => code.push(letter),
        }
    }
    code
}

fn module_docs(sources: &[Source]) -> Vec<String> {
    let silent = sources.iter().filter(|source| source.is_rust() && !source.text.starts_with("//!"));
    silent.map(|source| format!("{}:1: does not open with `//!`", source.path)).collect()
}

fn lengths(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for source in sources.iter().filter(|source| source.is_rust()) {
        let lines = source.text.lines().count();
        let listed = LONGER.iter().any(|(path, _)| *path == source.path);
        if lines > LONGEST && !listed {
            complaints.push(format!("{}: {lines} lines; look for its second concept", source.path));
        }
        if lines <= LONGEST && listed {
            complaints.push(format!("{}: short again; take it off the list in tidy.rs", source.path));
        }
    }
    complaints
}

fn gaps_page(sources: &[Source]) -> Vec<String> {
    let found = sources.iter().find(|source| source.path == gaps::PATH).map(|source| source.text.as_str());
    if found == Some(gaps::page().as_str()) {
        return Vec::new();
    }
    vec![format!("{}: stale; write it anew with `cargo xtask gaps`", gaps::PATH)]
}

/// Lines of code below `folder` in which one of the words stands.
/// Whether `code` has `word`, and not as the end of a longer name.
fn has_word(code: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| !word.starts_with(part) || !code[..at].ends_with(part))
}

fn mentions(sources: &[Source], folder: &str, words: &[&str]) -> Vec<String> {
    let mut complaints = Vec::new();
    let inside = |source: &&Source| source.is_rust() && source.path.starts_with(folder) && !source.is_test();
    for source in sources.iter().filter(inside) {
        for (line, code) in source.code() {
            if let Some(word) = words.iter().find(|word| has_word(&code, word)) {
                complaints.push(format!("{}:{line}: `{word}`", source.path));
            }
        }
    }
    complaints
}

fn directions(sources: &[Source]) -> Vec<String> {
    let account = ["crate::aws", "crate::cli", "crate::sandbox"];
    let mut complaints = mentions(sources, "engine/src/sql/", &account);
    complaints.extend(mentions(sources, "engine/src/aws/", &["crate::sql", "crate::cli", "crate::sandbox"]));
    // The kernel is below both: it could not name them, but for a dependency that nobody may add.
    complaints.extend(mentions(sources, "engine/kernel/", &["sandshift_engine"]));
    // Learners are tables in, models out; whoever trains them brings SQL and AWS.
    complaints.extend(mentions(sources, "engine/ml/", &["arrow::", "sandshift_kernel", "sandshift_engine"]));
    complaints.extend(mentions(sources, "engine/kernel/src/warehouse/", &["crate::sql", "crate::load"]));
    complaints
}

fn host_free(sources: &[Source]) -> Vec<String> {
    let mut words = vec![
        "println!",
        "print!(",
        "eprintln!",
        "eprint!(",
        "rand::",
        "getrandom",
        "js_sys",
        "web_sys",
        "wasm_bindgen",
        "SystemTime",
        "TcpStream",
        "UdpSocket",
    ];
    let modules = ["time", "thread", "fs", "env", "process"].map(|module| format!("std::{module}"));
    words.extend(modules.iter().map(String::as_str));
    // `std::net` has addresses, which are values; its sockets are the host.
    let mut complaints = mentions(sources, "engine/src/", &words);
    complaints.extend(mentions(sources, "engine/kernel/src/", &words));
    complaints.extend(mentions(sources, "engine/ml/src/", &words));
    complaints.extend(mentions(sources, "engine/formats/src/", &words));
    complaints.extend(mentions(sources, "engine/extension/src/", &words));
    complaints
}

fn host_free_dependencies(sources: &[Source]) -> Vec<String> {
    let of_engine = |source: &&Source| {
        ["engine/Cargo.toml", "engine/kernel/Cargo.toml", "engine/ml/Cargo.toml"].contains(&&*source.path)
    };
    let manifest = sources.iter().filter(of_engine);
    let hosts = ["rand", "getrandom", "js-sys", "web-sys", "wasm-bindgen", "gloo", "chrono-tz", "regex"];
    manifest
        .flat_map(|source| source.text.lines())
        .filter(|line| hosts.iter().any(|host| line.split(['.', ' ', '=']).next() == Some(host)))
        .map(|line| format!("engine: {line}"))
        .collect()
}

fn giving_up(sources: &[Source]) -> Vec<String> {
    // `expect` is also a verb of the parser; clippy (expect_used) knows which is which.
    let words = [".unwrap()", "panic!(", "todo!(", "unimplemented!(", "unreachable!(", "dbg!("];
    // The one place that fails on purpose says so to clippy, too.
    let meant = |source: &Source| source.text.contains("#[allow(clippy::panic)]");
    let meant: Vec<&str> =
        sources.iter().filter(|source| meant(source)).map(|source| source.path.as_str()).collect();
    let found = ["engine/src/", "engine/kernel/src/", "engine/ml/src/", "lessons/", "web/"]
        .iter()
        .flat_map(|folder| mentions(sources, folder, &words));
    found
        .filter(|complaint| {
            !(complaint.ends_with("`panic!(`") && meant.iter().any(|path| complaint.starts_with(path)))
        })
        .collect()
}

fn names(sources: &[Source]) -> Vec<String> {
    let empty = ["utils", "util", "helpers", "helper", "manager", "misc"];
    let named = |source: &&Source| source.path.split(['/', '.']).any(|part| empty.contains(&part));
    let rust = sources.iter().filter(|source| source.is_rust());
    rust.filter(named).map(|source| format!("{}: name it by what it holds", source.path)).collect()
}

fn machines(sources: &[Source]) -> Vec<String> {
    // Written in pieces, or this file would be the first to complain about.
    let words = [concat!("/wo", "rk/"), concat!("/tmp", "/wt"), concat!("/ro", "ot/")];
    let mut complaints = Vec::new();
    for source in sources {
        for (at, line) in source.text.lines().enumerate() {
            if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                complaints.push(format!("{}:{}: `{word}`", source.path, at + 1));
            }
        }
    }
    complaints
}

fn locks(sources: &[Source]) -> Vec<String> {
    const CRATES_IO: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
    let mut complaints = Vec::new();
    for source in sources {
        let bad = |line: &str| match source.path.rsplit('/').next() {
            Some("Cargo.lock") => line.starts_with("source =") && line != CRATES_IO,
            Some("package-lock.json") => line.trim_start().starts_with("\"resolved\""),
            _ => false,
        };
        let lines = source.text.lines().enumerate().filter(|(_, line)| bad(line));
        complaints.extend(lines.map(|(at, line)| format!("{}:{}: {}", source.path, at + 1, line.trim())));
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(rule: fn(&[Source]) -> Vec<String>, path: &str, text: &str) -> usize {
        rule(&[Source { path: path.to_owned(), text: text.to_owned() }]).len()
    }

    #[test]
    fn each_rule_can_fail() {
        assert_eq!(complaints(module_docs, "a.rs", "fn main() {}"), 1);
        assert_eq!(complaints(lengths, "a.rs", &"\n".repeat(501)), 1);
        assert_eq!(complaints(directions, "engine/src/sql/a.rs", "use crate::aws::iam;"), 1);
        assert_eq!(complaints(directions, "engine/src/aws/a.rs", "use crate::sql::bind;"), 1);
        assert_eq!(complaints(host_free, "engine/src/a.rs", "use std::time::Instant;"), 1);
        assert_eq!(complaints(host_free_dependencies, "engine/Cargo.toml", "rand = \"1\""), 1);
        assert_eq!(complaints(giving_up, "engine/src/a.rs", "let a = b.unwrap();"), 1);
        assert_eq!(complaints(names, "engine/src/utils.rs", ""), 1);
        assert_eq!(complaints(machines, "README.md", concat!("see /wo", "rk/main")), 1);
        assert_eq!(complaints(locks, "web/a/package-lock.json", "  \"resolved\": \"https://x\""), 1);
    }

    #[test]
    fn tests_comments_and_texts_may_say_anything() {
        let text = "//! Why.\n// never .unwrap()\nlet a = \"todo!()\";\n#[cfg(test)]\nmod tests { fn a() { b.unwrap() } }";
        assert_eq!(complaints(giving_up, "engine/src/a.rs", text), 0);
        assert_eq!(complaints(giving_up, "engine/src/a/tests.rs", "b.unwrap()"), 0);
    }
}
