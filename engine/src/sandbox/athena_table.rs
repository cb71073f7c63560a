//! What Athena's queries answer with, and the file that it becomes.

use serde_json::Value;

use crate::sql::outcome::{Batch, Completion};
use crate::warehouse::data_type::DataType;

/// What a query answers with: names and types of its columns, and its rows.
#[derive(Default)]
pub(super) struct Table {
    pub columns: Vec<(String, String)>,
    pub rows: Vec<Vec<Option<String>>>,
}

pub(super) fn table(completion: &Completion, batches: &[Batch]) -> Table {
    let fields = completion.fields.as_deref().unwrap_or(&[]);
    let mut columns: Vec<(String, String)> =
        fields.iter().map(|field| (field.name.clone(), athena_type(field.data_type))).collect();
    let mut rows = Vec::new();
    for batch in batches {
        for row in 0..batch.rows {
            let cells = batch.columns.iter().zip(fields);
            rows.push(
                cells
                    .zip(&mut columns)
                    .map(|((array, field), column)| {
                        let text = completion.printing.display(array, field.data_type, row)?;
                        match field.data_type {
                            DataType::Super => {}
                            DataType::Timestamp => return Some(thousandths(text)),
                            DataType::Double | DataType::Real => return Some(fraction(text)),
                            _ => return Some(text),
                        }
                        // What it is called is known of the first value only; a column of none is a row.
                        let value: Value = serde_json::from_str(&text).ok()?;
                        column.1 = if value.is_array() { "array" } else { "row" }.to_owned();
                        (!value.is_null()).then(|| whole(&value))
                    })
                    .collect(),
            );
        }
    }
    Table { columns, rows }
}

/// A timestamp of tables has three digits of a second.
fn thousandths(mut text: String) -> String {
    let digits = text.split_once('.').map_or(0, |(_, digits)| digits.len());
    match digits {
        0 => text.push_str(".000"),
        1..3 => text.push_str(&"0".repeat(3 - digits)),
        _ => text.truncate(text.len() + 3 - digits),
    }
    text
}

/// As Java writes a number that may have a fraction: `100.0`, `1.0E7`.
fn fraction(text: String) -> String {
    match text.parse::<f64>() {
        Ok(number) if number == 0.0 || (1e-3..1e7).contains(&number.abs()) => format!("{number:?}"),
        Ok(number) if number.is_finite() => {
            let text = format!("{number:E}");
            if text.contains('.') { text } else { text.replacen('E', ".0E", 1) }
        }
        _ => text,
    }
}

/// A row or an array as Trino casts it to text: `{given=John, family=Smith}`, `[1, 2]`.
fn whole(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{name}={}", whole(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(whole).collect::<Vec<_>>().join(", ")),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn athena_type(data_type: DataType) -> String {
    match data_type {
        DataType::SmallInt => "smallint".to_owned(),
        DataType::Integer => "integer".to_owned(),
        DataType::BigInt => "bigint".to_owned(),
        DataType::Decimal { precision, scale } => format!("decimal({precision},{scale})"),
        DataType::Real => "float".to_owned(),
        DataType::Double => "double".to_owned(),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Char(_) => "char".to_owned(),
        DataType::Date => "date".to_owned(),
        DataType::Timestamp => "timestamp".to_owned(),
        DataType::TimestampTz => "timestamp with time zone".to_owned(),
        DataType::Varbyte(_) => "varbinary".to_owned(),
        DataType::Super => "row".to_owned(),
        _ => "varchar".to_owned(),
    }
}

/// Every value in quotes, nothing for NULL; the first line is the header.
pub(super) fn csv(table: &Table) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let header: Vec<String> = table.columns.iter().map(|(name, _)| quoted(name)).collect();
    let mut out = header.join(",") + "\n";
    for row in &table.rows {
        let cells: Vec<String> =
            row.iter().map(|cell| cell.as_deref().map(quoted).unwrap_or_default()).collect();
        out.push_str(&cells.join(","));
        out.push('\n');
    }
    out
}
