//! What a load tells of itself, for the logs.

use crate::load::column::LoadColumn;
use crate::load::error::LineError;
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::data_type::DataType;

/// A row of `stl_load_errors`, as far as the load itself knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadError {
    pub table: ObjectId,
    /// `s3://bucket/key`.
    pub filename: String,
    pub line_number: u64,
    pub column: String,
    /// `int4`, `varchar`, ...
    pub data_type: String,
    pub column_length: String,
    pub position: i32,
    pub raw_line: String,
    pub raw_field_value: String,
    pub code: i32,
    pub reason: String,
    /// The line's fields up to the bad one, for `stl_loaderror_detail`.
    pub fields: Vec<LoadField>,
}

/// A field of a bad line.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadField {
    pub column: String,
    pub value: String,
    pub data_type: String,
    pub column_length: String,
}

/// A row of `stl_replacements`.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadReplacement {
    pub filename: String,
    pub line_number: u64,
    pub column: String,
    pub raw_line: String,
}

/// A row of `stl_load_commits`: a file that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadCommit {
    pub filename: String,
    pub lines_scanned: u64,
    pub errors: u64,
    pub bytes: u64,
}

/// A bad line as the log keeps it.
pub fn logged(table: ObjectId, columns: &[LoadColumn], filename: &str, error: LineError) -> LoadError {
    let column = error.column.and_then(|number| columns.get(number));
    let (data_type, column_length) =
        column.map_or((String::new(), String::new()), |column| logged_type(column.data_type));
    let fields = error.fields.into_iter().enumerate().map(|(number, value)| {
        let (column, data_type) = match columns.get(number) {
            Some(column) => (column.name.clone(), logged_type(column.data_type)),
            None => Default::default(),
        };
        LoadField { column, value, data_type: data_type.0, column_length: data_type.1 }
    });
    LoadError {
        table,
        filename: filename.to_owned(),
        line_number: error.line_number,
        column: column.map_or_else(String::new, |column| column.name.clone()),
        data_type,
        column_length,
        position: error.fault.position(),
        raw_line: error.raw_line,
        raw_field_value: error.raw_field,
        code: error.fault.code(),
        reason: error.fault.reason(),
        fields: fields.collect(),
    }
}

/// `type` and `col_length` of `stl_load_errors`.
fn logged_type(data_type: DataType) -> (String, String) {
    let (name, length) = match data_type.text() {
        DataType::SmallInt => ("int2", "0".to_owned()),
        DataType::Integer => ("int4", "0".to_owned()),
        DataType::BigInt => ("int8", "0".to_owned()),
        DataType::Decimal { precision, scale } => ("numeric", format!("{precision}, {scale}")),
        DataType::Real => ("float4", "0".to_owned()),
        DataType::Double => ("float8", "0".to_owned()),
        DataType::Boolean => ("bool", "0".to_owned()),
        DataType::Char(length) => ("char", length.to_string()),
        DataType::Varchar(length) => ("varchar", length.to_string()),
        DataType::Date => ("date", "0".to_owned()),
        DataType::Time => ("time", "0".to_owned()),
        DataType::TimeTz => ("timetz", "0".to_owned()),
        DataType::Timestamp => ("timestamp", "0".to_owned()),
        DataType::TimestampTz => ("timestamptz", "0".to_owned()),
        DataType::Super => ("super", "0".to_owned()),
        DataType::Interval
        | DataType::IntervalTo(_)
        | DataType::HllSketch
        | DataType::Caseless { .. }
        | DataType::Unknown => ("unknown", "0".to_owned()),
        DataType::Varbyte(length) => ("varbyte", length.to_string()),
    };
    (name.to_owned(), length)
}
