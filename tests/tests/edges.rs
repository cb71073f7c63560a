//! Every function of the product that the engine knows has its edges in `tests/sql`: a call with NULL, and one with the
//! empty string, a negative number, the end of a type, letters of several bytes or a leap day.
//!
//! It only counts calls in the texts. Whether their answers are right is what the `.slt` files say.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;

use sandshift_engine::sql::functions;
use sandshift_tests::files;

/// What is bound by itself, because its arguments or its place are.
const BOUND: [&str; 40] = [
    "any_value",
    "avg",
    "bit_and",
    "bit_or",
    "bool_and",
    "bool_or",
    "cast",
    "convert",
    "count",
    "cume_dist",
    "dense_rank",
    "first_value",
    "hll",
    "hll_combine",
    "hll_create_sketch",
    "lag",
    "last_value",
    "lead",
    "listagg",
    "max",
    "median",
    "min",
    "nth_value",
    "ntile",
    "percent_rank",
    "percentile_cont",
    "percentile_disc",
    "rank",
    "ratio_to_report",
    "row_number",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "sum",
    "trim",
    "try_cast",
    "var_pop",
    "var_samp",
    "variance",
    "approximate count",
];

#[test]
fn every_function_has_its_edges() {
    let known: Vec<&str> = functions::names().into_iter().chain(BOUND).collect();
    let root = files::root().join("tests/sql");
    let paths = files::find(&[root.to_string_lossy().into_owned()], "slt").expect("no slt files");
    let mut calls: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in paths {
        let text = files::read(&path).expect("a file that is there").to_lowercase();
        for name in &known {
            let found = calls.entry((*name).to_owned()).or_default();
            found.extend(arguments(&text, name).map(str::to_owned));
        }
    }
    let mut missing = Vec::new();
    for (name, calls) in &calls {
        if calls.is_empty() {
            missing.push(format!("{name}: never called"));
        } else if calls.iter().any(|call| !call.trim().is_empty()) {
            if !calls.iter().any(|call| has_null(call)) {
                missing.push(format!("{name}: no NULL"));
            }
            if !calls.iter().any(|call| has_edge(call)) {
                missing.push(format!("{name}: no edge"));
            }
        }
    }
    assert!(missing.is_empty(), "tests/sql lacks edges of functions:\n  {}", missing.join("\n  "));
}

/// What stands between the parentheses of each call of `name`, and behind names called without any.
fn arguments<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let inside = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '$');
    text.match_indices(name).filter_map(move |(at, _)| {
        let rest = &text[at + name.len()..];
        if text[..at].ends_with(inside) || rest.starts_with(inside) {
            return None;
        }
        match rest.trim_start_matches(' ').strip_prefix('(') {
            Some(inner) => Some(&inner[..closing(inner)?]),
            None => Some(""),
        }
    })
}

/// Where the parenthesis ends that was opened before `text`.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quoted) = (1, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

fn has_null(call: &str) -> bool {
    call.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|word| word == "null")
}

fn has_edge(call: &str) -> bool {
    let rare =
        ["02-29", "02-28", "12-31", "03-10", "array()", "{}", "[]"].iter().any(|text| call.contains(text));
    let end = call
        .split(|letter: char| !letter.is_ascii_digit())
        .any(|digits| digits.parse::<u128>().is_ok_and(|number| number == 0 || number > 255));
    let negative = call.contains('-');
    rare || end || negative || call.contains("''") || !call.is_ascii()
}
