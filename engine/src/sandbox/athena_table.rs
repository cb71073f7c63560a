//! What Athena's queries answer with, and the file that it becomes.

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
    let columns = fields.iter().map(|field| (field.name.clone(), athena_type(field.data_type))).collect();
    let mut rows = Vec::new();
    for batch in batches {
        for row in 0..batch.rows {
            let cells = batch.columns.iter().zip(fields);
            rows.push(
                cells
                    .map(|(array, field)| completion.printing.display(array, field.data_type, row))
                    .collect(),
            );
        }
    }
    Table { columns, rows }
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
