//! Whether two results are the same, as a lab declares it, and if not, the first row in which they differ.

use sandshift_engine::sorted;
use sandshift_prose::definition::{Matching, Table};

/// Rows that are compared; a result with more of them is another one.
pub const ROWS: usize = 5_000;

/// Columns that are tried in every order where neither order nor names count.
const TURNED: usize = 6;

/// How `got` differs from `wanted`, if it does. First a line `columns`, `row N` (of what came) or `rows` (one that did not come),
/// then what was wanted (`- a | b`) and what came (`+ a | c`).
pub fn difference(wanted: &Table, got: &Table, matching: &Matching) -> Option<String> {
    let wide = |table: &Table| table.rows.first().map_or(table.columns.len(), Vec::len);
    let width = if wanted.columns.is_empty() { wide(wanted) } else { wanted.columns.len() };
    // A result without rows still has columns; rows that an author wrote out and that are none have not.
    let known = !wanted.columns.is_empty() || !wanted.rows.is_empty();
    if known && width != got.columns.len() {
        return Some(columns(wanted, got, width));
    }
    let straight: Vec<usize> = (0..got.columns.len()).collect();
    let order = match (matching.same_names, matching.any_column_order) {
        (false, false) => straight,
        (true, any) => {
            let Some(order) = by_name(wanted, got) else { return Some(columns(wanted, got, width)) };
            if !any && order != straight {
                return Some(columns(wanted, got, width));
            }
            order
        }
        (false, true) => {
            let mut first = None;
            let mut order = straight;
            let tried = if order.len() <= TURNED { factorial(order.len()) } else { 1 };
            for _ in 0..tried {
                match in_order(wanted, got, &order, matching) {
                    None => return None,
                    found => first = first.or(found),
                }
                turn(&mut order);
            }
            return first;
        }
    };
    in_order(wanted, got, &order, matching)
}

/// Where each wanted column stands in what came.
fn by_name(wanted: &Table, got: &Table) -> Option<Vec<usize>> {
    let mut order = Vec::new();
    for name in &wanted.columns {
        let at = (0..got.columns.len())
            .find(|at| !order.contains(at) && got.columns[*at].eq_ignore_ascii_case(name))?;
        order.push(at);
    }
    Some(order)
}

fn columns(wanted: &Table, got: &Table, width: usize) -> String {
    let wanted = if wanted.columns.is_empty() { format!("({width})") } else { wanted.columns.join(" | ") };
    format!("columns\n- {wanted}\n+ {}", got.columns.join(" | "))
}

fn in_order(wanted: &Table, got: &Table, order: &[usize], matching: &Matching) -> Option<String> {
    let rows: Vec<Vec<&str>> = got
        .rows
        .iter()
        .map(|row| order.iter().map(|at| row.get(*at).map_or("", String::as_str)).collect())
        .collect();
    let right: Vec<Vec<&str>> =
        wanted.rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let told = |at: Option<usize>, wanted: Option<&Vec<&str>>| {
        let mut text = at.map_or_else(|| "rows".to_owned(), |at| format!("row {}", at + 1));
        for (mark, row) in [('-', wanted), ('+', at.and_then(|at| rows.get(at)))] {
            if let Some(row) = row {
                text.push_str(&format!("\n{mark} {}", row.join(" | ")));
            }
        }
        Some(text)
    };
    let ordered: Vec<usize> = if matching.ordered {
        (0..order.len()).collect()
    } else {
        matching.keys.iter().filter_map(|key| place(key, wanted, got, order)).collect()
    };
    if !ordered.is_empty() {
        for at in 0..rows.len().max(right.len()) {
            let same = match (right.get(at), rows.get(at)) {
                (Some(one), Some(other)) => {
                    ordered.iter().all(|column| same_cell(one, other, *column, matching.tolerance))
                }
                _ => false,
            };
            if !same {
                return told((at < rows.len()).then_some(at), right.get(at));
            }
        }
    }
    if matching.ordered {
        return None;
    }
    let (extra, missing) = unmatched(&right, &rows, matching.tolerance);
    match (extra, missing) {
        (None, None) => None,
        // Where keys agree row by row, the one that is missing belongs here.
        (Some(at), row) => told(Some(at), row.filter(|_| !ordered.is_empty()).and_then(|row| right.get(row))),
        (None, Some(row)) => told(None, right.get(row)),
    }
}

/// The first row that came and is not wanted, and the first that is wanted and did not come.
fn unmatched(
    right: &[Vec<&str>],
    rows: &[Vec<&str>],
    tolerance: Option<f64>,
) -> (Option<usize>, Option<usize>) {
    let mut taken = vec![false; right.len()];
    let mut extra = None;
    if tolerance.is_none() {
        let sorted = |rows: &[Vec<&str>]| {
            let mut places: Vec<(Vec<String>, usize)> = rows
                .iter()
                .enumerate()
                .map(|(at, row)| (row.iter().map(|cell| (*cell).to_owned()).collect(), at))
                .collect();
            sorted::sort(&mut places);
            places
        };
        let (wanted, came) = (sorted(right), sorted(rows));
        let mut next = 0;
        for (row, at) in &came {
            while wanted.get(next).is_some_and(|(one, _)| one < row) {
                next += 1;
            }
            match wanted.get(next) {
                Some((one, place)) if one == row => {
                    taken[*place] = true;
                    next += 1;
                }
                _ => extra = Some(extra.map_or(*at, |first: usize| first.min(*at))),
            }
        }
    } else {
        let mut of: Vec<Option<usize>> = vec![None; right.len()];
        for at in 0..rows.len() {
            // What is wrong already is told by its first row; then nobody needs to give way any more.
            if !takes(right, rows, tolerance, at, extra.is_none(), &mut of) {
                extra = extra.or(Some(at));
            }
        }
        taken = of.iter().map(Option::is_some).collect();
    }
    (extra, taken.iter().position(|taken| !taken))
}

/// Finds a wanted row for the row `at`. `of` says which row each wanted one is taken by. A row that is close to two may give
/// way to one that is close to one of them only, so such chains are followed before anything is called wrong.
fn takes(
    right: &[Vec<&str>],
    rows: &[Vec<&str>],
    tolerance: Option<f64>,
    at: usize,
    gives_way: bool,
    of: &mut [Option<usize>],
) -> bool {
    let near = |place: usize, row: &[&str]| {
        right[place].len() == row.len()
            && (0..row.len()).all(|column| same_cell(&right[place], row, column, tolerance))
    };
    // From which place each place was come to; a place is looked at once.
    let mut from: Vec<Option<Option<usize>>> = vec![None; right.len()];
    let mut waiting = vec![(at, None)];
    while let Some((row, before)) = waiting.pop() {
        // A free one first: hardly ever does anybody have to give way.
        for free in if gives_way { &[true, false][..] } else { &[true] } {
            for place in 0..right.len() {
                if of[place].is_none() != *free || from[place].is_some() || !near(place, &rows[row]) {
                    continue;
                }
                from[place] = Some(before);
                let Some(holder) = of[place] else {
                    // Everybody on the way moves on by one.
                    let mut to = place;
                    while let Some(Some(last)) = from[to] {
                        of[to] = of[last];
                        to = last;
                    }
                    of[to] = Some(at);
                    return true;
                };
                waiting.push((holder, Some(place)));
            }
        }
    }
    false
}

fn same_cell(one: &[&str], other: &[&str], column: usize, tolerance: Option<f64>) -> bool {
    let (Some(one), Some(other)) = (one.get(column), other.get(column)) else { return false };
    if one == other {
        return true;
    }
    let (Some(tolerance), Ok(one), Ok(other)) = (tolerance, one.parse::<f64>(), other.parse::<f64>()) else {
        return false;
    };
    // A distance that is written with a decimal point is not exact; a hair more is meant.
    (one - other).abs() <= tolerance * (1.0 + 1e-9) + one.abs() * 1e-15
}

/// Where a key stands among the wanted columns: a place from 1, or a name of theirs, or else of what came.
fn place(key: &str, wanted: &Table, got: &Table, order: &[usize]) -> Option<usize> {
    if let Ok(at) = key.parse::<usize>() {
        return at.checked_sub(1);
    }
    let named = |columns: &[String]| columns.iter().position(|name| name.eq_ignore_ascii_case(key));
    named(&wanted.columns).or_else(|| {
        let came = named(&got.columns)?;
        order.iter().position(|at| *at == came)
    })
}

fn factorial(number: usize) -> usize {
    (1..=number).product()
}

/// The next arrangement in the order of the alphabet.
fn turn(order: &mut [usize]) {
    let Some(pivot) = (1..order.len()).rev().find(|at| order[at - 1] < order[*at]) else { return };
    let higher = (pivot..order.len()).rev().find(|at| order[*at] > order[pivot - 1]).unwrap_or(pivot);
    order.swap(pivot - 1, higher);
    order[pivot..].reverse();
}

#[cfg(test)]
mod tests;
