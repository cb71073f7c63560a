//! Whether two answers are the same: as bags of rows, or in order where the query orders them wholly.

use sandshift_engine::sandbox::Answer;
use sandshift_engine::sql::execute::display::display;
use sandshift_engine::warehouse::data_type::DataType;

use super::wire::Rows;

/// Relative difference up to which two approximate numbers are the same.
const CLOSE: f64 = 1e-9;

/// One cell, comparable with the other side's.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
enum Cell {
    Null,
    Approximate(f64),
    Exact(String),
}

/// An answer's rows as text, and which columns are approximate numbers.
pub fn rows(answer: &Answer) -> (Rows, Vec<DataType>) {
    let fields = answer.completion.fields.as_deref().unwrap_or_default();
    let types: Vec<DataType> = fields.iter().map(|field| field.data_type).collect();
    let mut rows = Vec::new();
    for batch in &answer.batches {
        for row in 0..batch.rows {
            let cells = batch.columns.iter().zip(&types);
            rows.push(cells.map(|(column, data_type)| display(column, *data_type, row)).collect());
        }
    }
    (rows, types)
}

/// Whether they are the same; the types are ours.
pub fn same(ours: &Rows, theirs: &Rows, types: &[DataType], ordered: bool) -> bool {
    if ours.len() != theirs.len() || theirs.iter().any(|row| row.len() != types.len()) {
        return false;
    }
    let cells = |rows: &Rows| -> Vec<Vec<Cell>> {
        let mut cells: Vec<Vec<Cell>> = rows
            .iter()
            .map(|row| {
                row.iter().zip(types).map(|(text, data_type)| cell(text.as_deref(), *data_type)).collect()
            })
            .collect();
        if !ordered {
            cells.sort_by(|one, other| one.partial_cmp(other).unwrap_or(std::cmp::Ordering::Equal));
        }
        cells
    };
    cells(ours)
        .iter()
        .zip(&cells(theirs))
        .all(|(one, other)| one.iter().zip(other).all(|(one, other)| alike(one, other)))
}

/// Their DECIMALs cut to the digits that ours have: Redshift's scale comes from a formula, and what lies beyond is
/// cut (`difference::QUOTIENT`).
pub fn cut_as(theirs: &Rows, types: &[DataType]) -> Rows {
    let cut = |text: &String, data_type: &DataType| match (data_type, text.split_once('.')) {
        (DataType::Decimal { scale, .. }, Some((whole, fraction))) => {
            format!("{whole}.{}", fraction.chars().take(usize::from(*scale)).collect::<String>())
        }
        _ => text.clone(),
    };
    let cells = |row: &Vec<Option<String>>| {
        row.iter()
            .zip(types)
            .map(|(cell, data_type)| cell.as_ref().map(|text| cut(text, data_type)))
            .collect()
    };
    theirs.iter().map(cells).collect()
}

fn alike(one: &Cell, other: &Cell) -> bool {
    match (one, other) {
        (Cell::Approximate(one), Cell::Approximate(other)) => {
            one == other
                || (one.is_nan() && other.is_nan())
                || (one - other).abs() <= CLOSE * one.abs().max(other.abs()).max(1e-3)
        }
        (one, other) => one == other,
    }
}

fn cell(text: Option<&str>, data_type: DataType) -> Cell {
    let Some(text) = text else { return Cell::Null };
    match data_type {
        DataType::Real | DataType::Double => {
            text.parse().map_or_else(|_| Cell::Exact(text.to_owned()), Cell::Approximate)
        }
        DataType::Boolean => Cell::Exact(text.chars().take(1).collect()),
        DataType::Decimal { .. } | DataType::SmallInt | DataType::Integer | DataType::BigInt => {
            Cell::Exact(plain_number(text))
        }
        // Shown padded by one side or the other.
        DataType::Char(_) => Cell::Exact(text.trim_end().to_owned()),
        DataType::Timestamp | DataType::TimestampTz | DataType::Time => Cell::Exact(without_zeros(text)),
        _ => Cell::Exact(text.to_owned()),
    }
}

fn plain_number(text: &str) -> String {
    let text = without_zeros(text);
    if text == "-0" { "0".to_owned() } else { text }
}

/// Without zeros after the point that say nothing.
fn without_zeros(text: &str) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(cells: &[&[&str]]) -> Rows {
        cells.iter().map(|row| row.iter().map(|cell| Some((*cell).to_owned())).collect()).collect()
    }

    #[test]
    fn numbers_are_compared_as_numbers_and_bags_as_bags() {
        let types = [DataType::Decimal { precision: 10, scale: 2 }, DataType::Double];
        let ours = table(&[&["1.50", "0.30000000000000004"], &["2.00", "1"]]);
        let theirs = table(&[&["2", "1"], &["1.5", "0.3"]]);
        assert!(same(&ours, &theirs, &types, false));
        assert!(!same(&ours, &theirs, &types, true));
        assert!(!same(&ours, &table(&[&["2", "1"], &["1.5", "0.4"]]), &types, false));
    }

    #[test]
    fn null_is_not_an_empty_string() {
        let types = [DataType::TEXT];
        assert!(!same(&table(&[&[""]]), &vec![vec![None]], &types, false));
    }
}
