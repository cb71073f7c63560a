//! Results stay here; the page asks for the rows it shows.

use sandshift_engine::sorted::SortedMap;
use sandshift_engine::sql::execute::display::Printing;
use sandshift_engine::sql::outcome::Batch;
use sandshift_engine::sql::plan::Field;
use sandshift_engine::warehouse::data_type::DataType;
use sandshift_protocol::{ExportFormat, ResultColumn, ResultRows};

use crate::difference::Row;

/// Results kept at most; the oldest give way, and their rows are then gone for the page too.
const MOST: usize = 24;
/// Rows that go with the answer itself.
const FIRST: u32 = 100;

/// Finished answers, by handle.
#[derive(Default)]
pub(crate) struct Results {
    kept: SortedMap<u32, Kept>,
    last: u32,
}

struct Kept {
    /// Names of the columns, and whether their values stand bare in JSON.
    columns: Vec<(String, bool)>,
    source: Source,
    count: u64,
}

enum Source {
    Answer {
        fields: Vec<Field>,
        batches: Vec<Batch>,
        printing: Printing,
        /// Rows before each batch.
        starts: Vec<u64>,
    },
    /// Cells that are texts already.
    Cells(Vec<Row>),
}

impl Results {
    /// Keeps an answer and tells the page its shape and first rows.
    pub(crate) fn keep(&mut self, fields: Vec<Field>, batches: Vec<Batch>, printing: Printing) -> ResultRows {
        self.last += 1;
        let mut starts = Vec::with_capacity(batches.len());
        let mut count = 0;
        for batch in &batches {
            starts.push(count);
            count += batch.rows as u64;
        }
        let columns = fields.iter().map(column).collect();
        let names = fields.iter().map(|field| (field.name.clone(), bare(field.data_type))).collect();
        let source = Source::Answer { fields, batches, printing, starts };
        self.put(columns, Kept { columns: names, source, count })
    }

    /// Keeps rows that somebody else made.
    pub(crate) fn keep_cells(&mut self, columns: Vec<ResultColumn>, rows: Vec<Row>) -> ResultRows {
        self.last += 1;
        let names = columns.iter().map(|column| (column.name.clone(), column.numeric)).collect();
        let count = rows.len() as u64;
        self.put(columns, Kept { columns: names, source: Source::Cells(rows), count })
    }

    fn put(&mut self, columns: Vec<ResultColumn>, kept: Kept) -> ResultRows {
        let count = kept.count;
        self.kept.insert(self.last, kept);
        while self.kept.len() > MOST {
            self.kept.pop_first();
        }
        let first = self.rows(self.last, 0, FIRST).unwrap_or_default();
        ResultRows { result: self.last, columns, count, first }
    }

    /// Cells of rows `from..from + count`; `None` for a result that is no longer kept.
    pub(crate) fn rows(&self, result: u32, from: u64, count: u32) -> Option<Vec<Row>> {
        let kept = self.kept.get(&result)?;
        let end = kept.count.min(from.saturating_add(u64::from(count)));
        Some((from..end).filter_map(|row| kept.row(row)).collect())
    }

    /// The whole result as text.
    pub(crate) fn export(&self, result: u32, format: ExportFormat) -> Option<String> {
        let kept = self.kept.get(&result)?;
        Some(match format {
            ExportFormat::Csv => kept.csv(),
            ExportFormat::Json => kept.json(),
        })
    }
}

impl Kept {
    fn row(&self, row: u64) -> Option<Row> {
        let (fields, batches, printing, starts) = match &self.source {
            Source::Cells(rows) => return rows.get(row as usize).cloned(),
            Source::Answer { fields, batches, printing, starts } => (fields, batches, printing, starts),
        };
        let at = starts.partition_point(|start| *start <= row).checked_sub(1)?;
        let batch = batches.get(at)?;
        let within = (row - starts[at]) as usize;
        Some(
            batch
                .columns
                .iter()
                .zip(fields)
                .map(|(array, field)| printing.display(array, field.data_type, within))
                .collect(),
        )
    }

    /// RFC 4180; NULL is an empty field, an empty string is `""`.
    fn csv(&self) -> String {
        let mut out = String::new();
        let names: Vec<String> = self.columns.iter().map(|(name, _)| quoted(name)).collect();
        out.push_str(&names.join(","));
        out.push('\n');
        for row in (0..self.count).filter_map(|row| self.row(row)) {
            let cells: Vec<String> =
                row.iter().map(|cell| cell.as_deref().map_or(String::new(), quoted)).collect();
            out.push_str(&cells.join(","));
            out.push('\n');
        }
        out
    }

    /// An array of objects; numbers and booleans as such.
    fn json(&self) -> String {
        let mut rows = Vec::new();
        for row in (0..self.count).filter_map(|row| self.row(row)) {
            let members = self.columns.iter().zip(row).map(|((name, bare), cell)| {
                let value = match cell {
                    None => serde_json::Value::Null,
                    Some(text) if *bare => {
                        serde_json::from_str(&text).unwrap_or(serde_json::Value::String(text))
                    }
                    Some(text) => serde_json::Value::String(text),
                };
                (name.clone(), value)
            });
            rows.push(serde_json::Value::Object(members.collect()));
        }
        serde_json::to_string_pretty(&rows).unwrap_or_default()
    }
}

fn bare(data_type: DataType) -> bool {
    data_type.is_numeric() || matches!(data_type, DataType::Boolean | DataType::Super)
}

fn quoted(text: &str) -> String {
    if text.is_empty() || text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

pub(crate) fn column(field: &Field) -> ResultColumn {
    let data_type = match field.data_type {
        DataType::Varchar(DataType::VARCHAR_MAX) => "varchar".to_owned(),
        DataType::Varchar(length) => format!("varchar({length})"),
        DataType::Char(length) => format!("char({length})"),
        DataType::Varbyte(length) => format!("varbyte({length})"),
        DataType::Timestamp => "timestamp".to_owned(),
        DataType::TimestampTz => "timestamptz".to_owned(),
        DataType::Time => "time".to_owned(),
        DataType::TimeTz => "timetz".to_owned(),
        DataType::Double => "double".to_owned(),
        DataType::Unknown => "varchar".to_owned(),
        other => other.to_string(),
    };
    ResultColumn { name: field.name.clone(), data_type, numeric: field.data_type.is_numeric() }
}
