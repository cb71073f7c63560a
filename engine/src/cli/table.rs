//! `--output table`: boxes in boxes, one for each level of the answer (AWS CLI source, `awscli/table.py`).

use serde_json::{Map, Value};

use super::output::{is_scalar, shown};

/// A box: a title, a heading row and rows.
#[derive(Default)]
struct Section {
    title: String,
    depth: usize,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// In a table that is wider than this, a row that stands alone is turned on its side: a line for each column.
const WIDEST: usize = 120;

/// The answer in boxes; nothing for one that Python takes for false.
///
/// # Errors
/// The CLI's sentence when the rows of a box are of different lengths.
pub fn render(operation: &str, value: &Value) -> Result<String, String> {
    let mut boxes = Boxes::default();
    boxes.build(Some(operation), value, 0)?;
    let mut sections = boxes.sections;
    if sections.iter().map(needed).max().unwrap_or(0) > WIDEST {
        sections.iter_mut().for_each(turn);
    }
    let width = sections.iter().map(needed).max().unwrap_or(0);
    let mut out = if width == 0 { String::new() } else { "-".repeat(width) + "\n" };
    sections.iter().for_each(|section| draw(section, width, &mut out));
    Ok(out)
}

#[derive(Default)]
struct Boxes {
    sections: Vec<Section>,
}

impl Boxes {
    fn begin(&mut self, title: &str, depth: usize) {
        self.sections.push(Section { title: title.to_owned(), depth, ..Section::default() });
    }

    fn row(&mut self, cells: Vec<String>) -> Result<(), String> {
        let Some(section) = self.sections.last_mut() else { return Ok(()) };
        let columns = section.rows.first().map_or(section.header.len(), Vec::len);
        if cells.len() != columns && !(section.rows.is_empty() && section.header.is_empty()) {
            return Err(format!("Row should have {columns} elements, instead it has {}", cells.len()));
        }
        section.rows.push(cells);
        Ok(())
    }

    fn build(&mut self, title: Option<&str>, value: &Value, depth: usize) -> Result<(), String> {
        let nothing = match value {
            Value::Null | Value::Bool(false) => true,
            Value::Bool(true) => false,
            Value::Number(number) => number.as_f64() == Some(0.0),
            Value::String(text) => text.is_empty(),
            Value::Array(list) => list.is_empty(),
            Value::Object(map) => map.is_empty(),
        };
        if nothing {
            return Ok(());
        }
        if let Some(title) = title {
            self.begin(title, depth);
        }
        match value {
            Value::Array(list) if list[0].is_object() => self.list(title.unwrap_or(""), list, depth),
            Value::Array(list) => list.iter().try_for_each(|item| match item {
                Value::Array(cells) if cells.iter().all(is_scalar) => {
                    self.row(cells.iter().map(shown).collect())
                }
                Value::Array(_) | Value::Object(_) => self.build(None, item, 0),
                scalar => self.row(vec![shown(scalar)]),
            }),
            Value::Object(map) => {
                let (header, more) = keys([map].into_iter());
                match &header[..] {
                    [] => {}
                    // One member alone stands beside its name.
                    [one] => self.row(vec![(*one).clone(), shown(&map[*one])])?,
                    _ => self.headed(&header, map)?,
                }
                more.into_iter().try_for_each(|key| self.build(Some(key), &map[key], depth + 1))
            }
            _ => Ok(()),
        }
    }

    /// A row below its heading.
    fn headed(&mut self, header: &[&String], map: &Map<String, Value>) -> Result<(), String> {
        if let Some(section) = self.sections.last_mut() {
            section.header = header.iter().map(|key| (*key).clone()).collect();
        }
        let cell = |key: &&String| map.get(*key).map_or_else(String::new, shown);
        self.row(header.iter().map(cell).collect())
    }

    /// Objects in one box, or in a box each when there is more below them.
    fn list(&mut self, title: &str, list: &[Value], depth: usize) -> Result<(), String> {
        let (header, more) = keys(list.iter().filter_map(Value::as_object));
        for (number, map) in list.iter().filter_map(Value::as_object).enumerate() {
            if number > 0 && !more.is_empty() {
                self.begin(title, depth);
            }
            self.headed(&header, map)?;
            for key in &more {
                self.build(Some(key), map.get(*key).unwrap_or(&Value::Null), depth + 1)?;
            }
        }
        Ok(())
    }
}

/// The keys of objects in order: those that have a scalar somewhere, and those that have more.
fn keys<'a>(maps: impl Iterator<Item = &'a Map<String, Value>>) -> (Vec<&'a String>, Vec<&'a String>) {
    let (mut scalars, mut more) = (Vec::new(), Vec::new());
    for (key, value) in maps.flatten() {
        let list = if is_scalar(value) { &mut scalars } else { &mut more };
        if !list.contains(&key) {
            list.push(key);
        }
    }
    crate::sorted::sort(&mut scalars);
    crate::sorted::sort(&mut more);
    (scalars, more)
}

fn turn(section: &mut Section) {
    if section.rows.len() == 1 && !section.header.is_empty() {
        let cells = section.rows.swap_remove(0);
        section.rows = section.header.drain(..).zip(cells).map(|(name, cell)| vec![name, cell]).collect();
    }
}

/// Columns of a terminal: those of the Far East take two.
fn length(text: &str) -> usize {
    let wide = |c: char| matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff60}');
    text.chars().map(|c| 1 + usize::from(wide(c))).sum()
}

/// How wide each column is of itself.
fn widths(section: &Section) -> Vec<usize> {
    let columns = section.rows.first().map_or(section.header.len(), Vec::len);
    let widest = |column: usize| {
        let rows = section.rows.iter().chain([&section.header]);
        rows.filter_map(|row| row.get(column)).map(|cell| length(cell)).max().unwrap_or(0) + 4
    };
    (0..columns).map(widest).collect()
}

/// Characters of a line, with the bars at its ends.
fn needed(section: &Section) -> usize {
    length(&section.title).max(widths(section).iter().sum()) + 2 + 2 * section.depth
}

/// The columns of a box as wide as all the others, each in its proportion.
fn stretched(section: &Section, width: usize) -> Vec<usize> {
    let mut widths = widths(section);
    let scale = width as f64 / widths.iter().sum::<usize>().max(1) as f64;
    for one in &mut widths {
        *one = (scale * *one as f64).round_ties_even() as usize;
    }
    // What rounding took or gave is made up for from the last column or the first on.
    let count = widths.len();
    let mut at = 0;
    while count > 0 && widths.iter().sum::<usize>() != width {
        let over = widths.iter().sum::<usize>() > width;
        let column = if over { at % count } else { count - 1 - at % count };
        widths[column] = if over { widths[column] - 1 } else { widths[column] + 1 };
        at += 1;
    }
    widths
}

fn draw(section: &Section, width: usize, out: &mut String) {
    let bars = "|".repeat(section.depth);
    let inner = width - 2 * section.depth;
    let widths = stretched(section, inner);
    let mut line = |text: &str| out.push_str(&format!("{bars}{text}{bars}\n"));
    let rule = || {
        let parts: Vec<String> = widths
            .iter()
            .enumerate()
            .map(|(at, width)| "-".repeat(width - 1 - usize::from(at == 0)))
            .collect();
        format!("+{}+", parts.join("+"))
    };
    let row = |cells: &[String], centre: bool| {
        let mut text = "|".to_owned();
        for (at, (cell, width)) in cells.iter().zip(&widths).enumerate() {
            // The first column's width has the bar before it.
            let room = width - 1 - usize::from(at == 0);
            let own = length(cell);
            let lead = match centre {
                true => (width / 2).saturating_sub(own / 2 + 1),
                false => {
                    if room >= own + 2 {
                        2
                    } else {
                        0
                    }
                }
            };
            text.push_str(&format!(
                "{}{cell}{}|",
                " ".repeat(lead),
                " ".repeat(room.saturating_sub(lead + own))
            ));
        }
        text
    };
    if !section.title.is_empty() {
        let own = length(&section.title);
        let lead = (inner / 2).saturating_sub(own / 2 + 1);
        line(&format!(
            "|{}{}{}|",
            " ".repeat(lead),
            section.title,
            " ".repeat(inner.saturating_sub(2 + lead + own))
        ));
        if section.header.is_empty() && section.rows.is_empty() {
            line(&format!("+{}+", "-".repeat(inner - 2)));
        }
    }
    if !section.header.is_empty() {
        line(&rule());
        line(&row(&section.header, true));
    }
    if !section.rows.is_empty() && !widths.is_empty() {
        line(&rule());
        section.rows.iter().for_each(|cells| line(&row(cells, false)));
        line(&rule());
    }
}
