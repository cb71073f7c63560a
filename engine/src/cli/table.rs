//! `--output table`: boxes in boxes, one for each level of the answer.

use serde_json::Value;

use super::output::shown;

/// A box: a title, a heading row and rows.
struct Section {
    title: String,
    depth: usize,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// Wider than this a row of many columns is turned on its side: a line for each column.
const WIDEST: usize = 120;

pub fn render(operation: &str, value: &Value) -> String {
    let mut sections = Vec::new();
    collect(operation, value, 0, &mut sections);
    if sections.is_empty() {
        return String::new();
    }
    for section in &mut sections {
        turn(section);
    }
    let width = sections.iter().map(|section| needed(section) + 2 * section.depth).max().unwrap_or(0);
    let mut out = String::new();
    for (number, section) in sections.iter().enumerate() {
        draw(section, width, number == 0, &mut out);
    }
    out
}

fn collect(title: &str, value: &Value, depth: usize, sections: &mut Vec<Section>) {
    let mut section = Section { title: title.to_owned(), depth, header: Vec::new(), rows: Vec::new() };
    match value {
        Value::Array(list) if list.iter().any(Value::is_object) => {
            for item in list {
                collect(title, item, depth, sections);
            }
            merge(sections)
        }
        Value::Array(list) => {
            section.rows = list
                .iter()
                .map(|item| match item {
                    Value::Array(cells) => cells.iter().map(shown).collect(),
                    scalar => vec![shown(scalar)],
                })
                .collect();
            if !section.rows.is_empty() {
                sections.push(section);
            }
        }
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            crate::sorted::sort(&mut keys);
            let (nested, scalars): (Vec<&String>, Vec<&String>) =
                keys.into_iter().partition(|key| map[*key].is_array() || map[*key].is_object());
            match scalars[..] {
                [one] => section.rows.push(vec![one.clone(), shown(&map[one])]),
                _ => {
                    if !scalars.is_empty() {
                        section.header = scalars.iter().map(|key| (*key).clone()).collect();
                        section.rows.push(scalars.iter().map(|key| shown(&map[*key])).collect());
                    }
                }
            }
            sections.push(section);
            for key in nested {
                collect(key, &map[key], depth + 1, sections);
            }
        }
        scalar => {
            section.rows.push(vec![shown(scalar)]);
            sections.push(section);
        }
    }
}

/// Puts neighbours with the same title and heading into one box.
fn merge(sections: &mut Vec<Section>) {
    let mut merged: Vec<Section> = Vec::new();
    for section in sections.drain(..) {
        match merged.last_mut() {
            Some(last)
                if last.title == section.title
                    && last.depth == section.depth
                    && last.header == section.header
                    && !section.header.is_empty() =>
            {
                last.rows.extend(section.rows);
            }
            _ => merged.push(section),
        }
    }
    *sections = merged;
}

fn turn(section: &mut Section) {
    if section.rows.len() == 1 && !section.header.is_empty() && needed(section) > WIDEST {
        let cells = section.rows.swap_remove(0);
        section.rows = section.header.drain(..).zip(cells).map(|(name, cell)| vec![name, cell]).collect();
    }
}

fn widths(section: &Section) -> Vec<usize> {
    let columns = section.rows.iter().map(Vec::len).chain([section.header.len()]).max().unwrap_or(0);
    (0..columns)
        .map(|column| {
            let cells = section.rows.iter().chain([&section.header]).filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0) + 4
        })
        .collect()
}

/// Characters between the outer bars.
fn needed(section: &Section) -> usize {
    let widths = widths(section);
    let row = widths.iter().sum::<usize>() + widths.len().saturating_sub(1);
    row.max(section.title.chars().count() + 2)
}

fn draw(section: &Section, width: usize, first: bool, out: &mut String) {
    let bars = "|".repeat(section.depth);
    let inner = width - 2 * section.depth;
    let mut widths = widths(section);
    // The last column takes what the widest box has more.
    let used = widths.iter().sum::<usize>() + widths.len().saturating_sub(1);
    if let Some(last) = widths.last_mut() {
        *last += inner.saturating_sub(used);
    }
    let rule = |out: &mut String| {
        let parts: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        let line = if widths.is_empty() { "-".repeat(inner) } else { parts.join("+") };
        out.push_str(&format!("{bars}+{line}+{bars}\n"));
    };
    if first {
        out.push_str(&format!("{}\n", "-".repeat(width + 2)));
    }
    out.push_str(&format!("{bars}|{:^inner$}|{bars}\n", section.title));
    rule(out);
    let row = |cells: &[String], centred: bool, out: &mut String| {
        let parts: Vec<String> = widths
            .iter()
            .enumerate()
            .map(|(column, width)| {
                let cell = cells.get(column).map_or("", String::as_str);
                if centred { format!("{cell:^width$}") } else { format!("  {cell:<rest$}", rest = width - 2) }
            })
            .collect();
        out.push_str(&format!("{bars}|{}|{bars}\n", parts.join("|")));
    };
    if !section.header.is_empty() {
        row(&section.header, true, out);
        rule(out);
    }
    for cells in &section.rows {
        row(cells, false, out);
    }
    if !section.rows.is_empty() {
        rule(out);
    }
}
