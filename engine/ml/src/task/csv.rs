//! Columns from a file of comma-separated values: numbers where all of a column is numbers, else text.

use super::Csv;
use crate::table::{Column, Kind};

pub(super) fn columns(csv: &Csv) -> Vec<Column> {
    let text = String::from_utf8_lossy(&csv.bytes);
    let mut lines = records(&text).into_iter();
    let mut names: Vec<String> = Vec::new();
    if csv.headed {
        names = lines.next().unwrap_or_default();
    }
    let lines: Vec<Vec<String>> = lines.collect();
    let width = if csv.headed { names.len() } else { lines.first().map_or(0, Vec::len) };
    (0..width)
        .map(|at| {
            let name = names.get(at).map_or_else(|| format!("x{at}"), |name| name.trim().to_owned());
            let cells = || {
                lines.iter().map(|line| line.get(at).map(|cell| cell.trim()).filter(|cell| !cell.is_empty()))
            };
            let number = |cell: Option<&str>| cell.map_or(Some(f64::NAN), |cell| cell.parse().ok());
            match cells().map(number).collect::<Option<Vec<f64>>>() {
                Some(numbers) => Column::numbers(&name, Kind::Number, numbers),
                None => Column::text(&name, cells()),
            }
        })
        .collect()
}

/// Fields may be quoted, a quote in them is two.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut all, mut line, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                field.push('"');
                letters.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => line.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                line.push(std::mem::take(&mut field));
                let whole = std::mem::take(&mut line);
                if whole.len() > 1 || whole.iter().any(|field| !field.trim().is_empty()) {
                    all.push(whole);
                }
            }
            '\r' if !quoted => {}
            other => field.push(other),
        }
    }
    if !line.is_empty() || !field.is_empty() {
        line.push(field);
        all.push(line);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Values;

    #[test]
    fn quotes_gaps_and_kinds_are_read() {
        let bytes = b"a,b,c\r\n1,\"x, \"\"y\"\"\",2\n,z,\n\n3,,q".to_vec();
        let found = columns(&Csv { bytes: bytes.clone(), headed: true });
        let names: Vec<&str> = found.iter().map(|column| &*column.name).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert!(
            matches!(&found[0].values, Values::Numbers(numbers) if numbers.len() == 3 && numbers[1].is_nan())
        );
        assert!(matches!(&found[1].values, Values::Words { words, .. } if words[0] == "x, \"y\""));
        assert!(matches!(&found[2].values, Values::Words { .. }), "one cell is no number");
        assert_eq!(columns(&Csv { bytes, headed: false })[0].len(), 4);
        assert!(columns(&Csv { bytes: Vec::new(), headed: true }).is_empty());
    }
}
