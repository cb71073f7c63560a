//! Glue's built-in classifier of delimited text (Glue Developer Guide, "Built-in classifiers in AWS Glue").

use super::sample::Class;
use super::shape::Shape;

/// In this order.
const DELIMITERS: [char; 5] = [',', '|', '\t', ';', '\u{1}'];

/// Rows that are looked at.
const MOST: usize = 1_000;

pub struct Seen {
    pub class: Class,
    pub columns: Vec<(String, Shape)>,
    pub records: u64,
    pub bytes: u64,
}

/// What a text is whose rows all have the same number of fields, two at least, in two rows at least. `cut`: there is
/// more of it, so that its last row is none.
pub fn look(text: &str, cut: bool) -> Option<Seen> {
    let (delimiter, rows, bytes) = DELIMITERS
        .iter()
        .filter_map(|delimiter| {
            let (mut rows, bytes) = rows(text, *delimiter);
            if cut && bytes == text.len() {
                rows.pop();
            }
            let width = rows.first()?.len();
            let even = rows.len() > 1 && width > 1 && rows.iter().all(|row| row.len() == width);
            even.then_some((*delimiter, rows, bytes))
        })
        .max_by_key(|(_, rows, _)| rows[0].len())?;
    let (first, rest) = rows.split_first()?;
    let types = |rows: &[Vec<&str>]| -> Vec<Shape> {
        let column = |at: usize| rows.iter().map(move |row| Shape::of_text(unquoted(row[at])));
        (0..first.len()).map(|at| column(at).fold(Shape::Nothing, Shape::with)).collect()
    };
    let data = types(rest);
    let last = first.len() - 1;
    let title = |(at, field): (usize, &&str)| {
        let field = unquoted(field);
        let fits = !field.is_empty() && (at == last || field.chars().count() < 150);
        fits && Shape::of_text(field) == Shape::Text || at == last && field.is_empty()
    };
    // Names above texts look like another row of texts.
    let differs = data.iter().any(|shape| !matches!(shape, Shape::Text | Shape::Nothing));
    let header = differs && first.iter().enumerate().all(title);
    let quoted = rows.iter().flatten().any(|field| field.starts_with('"') && field.ends_with('"'));
    let shapes = if header { data } else { types(&rows) };
    let name = |(at, shape): (usize, Shape)| match unquoted(first[at]).trim() {
        name if header && !name.is_empty() => (name.to_lowercase(), shape),
        _ => (format!("col{at}"), shape),
    };
    Some(Seen {
        class: Class::Delimited { delimiter, quoted, header },
        columns: shapes.into_iter().enumerate().map(name).collect(),
        records: (rows.len() - usize::from(header)) as u64,
        bytes: bytes as u64,
    })
}

/// The names of a text's columns, where somebody has said how it is to be read.
pub fn names(line: &str, delimiter: char, header: bool) -> Vec<String> {
    let (rows, _) = rows(line, delimiter);
    let fields = rows.first().map_or(&[][..], Vec::as_slice).iter().enumerate();
    let name = |(at, field): (usize, &&str)| match unquoted(field.trim_end_matches('\r')) {
        name if header && !name.is_empty() => name.to_lowercase(),
        _ => format!("col{at}"),
    };
    fields.map(name).collect()
}

fn unquoted(field: &str) -> &str {
    field.strip_prefix('"').and_then(|field| field.strip_suffix('"')).unwrap_or(field)
}

/// The first rows as they stand, and how many bytes they have. Empty lines are none.
fn rows(text: &str, delimiter: char) -> (Vec<Vec<&str>>, usize) {
    let (mut rows, mut row) = (Vec::new(), Vec::new());
    let (mut start, mut quoted) = (0, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '\n' => {
                row.push(text[start..at].trim_end_matches('\r'));
                start = at + 1;
                let full = std::mem::take(&mut row);
                if full != [""] {
                    rows.push(full);
                }
                if rows.len() == MOST {
                    return (rows, start);
                }
            }
            _ if letter == delimiter => {
                row.push(&text[start..at]);
                start = at + letter.len_utf8();
            }
            _ => {}
        }
    }
    if start < text.len() || !row.is_empty() {
        row.push(&text[start..]);
        rows.push(row);
    }
    (rows, text.len())
}
