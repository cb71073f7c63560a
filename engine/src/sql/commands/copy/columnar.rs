//! COPY from Parquet and ORC: a file's columns to the table's, by their places.

use arrow::array::{Array, ArrayRef};

use super::failure::Failure;
use super::files::File;
use crate::extension::Extensions;
use crate::extension::formats::{Field, Kind};
use crate::load::asked::Trouble;
use crate::load::column::LoadColumn;
use crate::load::parquet::{ParquetFile, Read};
use crate::load::plain::{Misfit, Surplus, fits, into_column};
use crate::sql::error::SqlResult;
use crate::warehouse::data_type::DataType;

/// A file on its way.
pub struct Columnar {
    file: ParquetFile,
    form: &'static str,
    /// As the product names it: `https://s3.amazonaws.com/bucket/key`.
    url: String,
    name: String,
    /// Rows of the last group that are not handed out yet.
    waiting: Option<(Vec<ArrayRef>, usize)>,
    at: usize,
    pub rows: u64,
}

pub enum Piece {
    Pending,
    Rows(Vec<ArrayRef>, usize),
    End,
}

/// How columns are taken.
#[derive(Clone, Copy)]
pub struct Taking<'a> {
    pub columns: &'a [LoadColumn],
    /// SERIALIZETOJSON.
    pub nested: bool,
    /// FILLRECORD.
    pub fill: bool,
    pub failure: Failure,
}

impl Columnar {
    pub fn new(extensions: Extensions, file: &File, orc: bool) -> Columnar {
        let path = file.name.strip_prefix("s3://").unwrap_or(&file.name);
        Columnar {
            file: ParquetFile::new(extensions, file.bytes.clone(), orc),
            form: if orc { "ORC" } else { "Parquet" },
            url: format!("https://s3.amazonaws.com/{path}"),
            name: file.name.clone(),
            waiting: None,
            at: 0,
            rows: 0,
        }
    }

    /// One bounded piece of work; at most `most` rows.
    pub fn step(&mut self, taking: Taking<'_>, most: usize) -> SqlResult<Piece> {
        if let Some((columns, rows)) = &self.waiting {
            let length = most.min(rows - self.at);
            let piece = columns.iter().map(|column| column.slice(self.at, length)).collect();
            self.at += length;
            if self.at >= *rows {
                self.waiting = None;
            }
            self.rows += length as u64;
            return Ok(Piece::Rows(piece, length));
        }
        match self.file.step() {
            Ok(Read::Pending) => Ok(Piece::Pending),
            Ok(Read::Opened) => self.opened(taking).map(|()| Piece::Pending),
            Ok(Read::End) => Ok(Piece::End),
            Ok(Read::Group { columns, rows }) => {
                let mut taken = Vec::with_capacity(taking.columns.len());
                for (number, column) in taking.columns.iter().enumerate() {
                    taken.push(match columns.get(number) {
                        Some(array) => self.column(number, array, column, taking)?,
                        None => super::filler::repeat(
                            &crate::warehouse::value::Value::Null,
                            column.data_type,
                            rows,
                        )?,
                    });
                }
                self.at = 0;
                self.waiting = (rows > 0).then_some((taken, rows));
                Ok(Piece::Pending)
            }
            Err(trouble @ Trouble::Lost(_)) => Err(taking.failure.lost(&trouble)),
            Err(Trouble::Failed(why)) => {
                let context = match why.starts_with("not a") {
                    true => format!("File '{}' has an invalid version number.", self.url),
                    // unconfirmed: what the product says of other damage.
                    false => format!("File '{}' cannot be read: {why}", self.url),
                };
                Err(taking.failure.scan("Spectrum Scan Error", &context))
            }
        }
    }

    /// Looks whether the file's columns are the table's.
    fn opened(&mut self, taking: Taking<'_>) -> SqlResult<()> {
        let Some(footer) = self.file.footer() else { return Ok(()) };
        let (table, data) = (taking.columns.len(), footer.fields.len());
        if data > table || (data < table && !taking.fill) {
            let context = format!(
                "Task failed due to an internal error. Unmatched number of columns between table and file. Table columns: {table}, Data columns: {data}, File name: {}",
                self.url
            );
            return Err(taking.failure.scan("S3 Query Exception (Fetch)", &context));
        }
        for (field, column) in footer.fields.iter().zip(taking.columns) {
            let text = matches!(column.data_type.text(), DataType::Varchar(_) | DataType::Super);
            let nested = field.kind == Kind::Nested && !(taking.nested && text);
            if nested || !fits(field.kind, column.data_type) {
                return Err(self.misfit(field, column, taking.failure));
            }
        }
        let groups = (0..footer.groups.len()).collect();
        self.file.choose((0..data).collect(), groups);
        Ok(())
    }

    fn misfit(&self, field: &Field, column: &LoadColumn, failure: Failure) -> crate::sql::error::SqlError {
        let form = self.form;
        let context = format!(
            "File '{}' has an incompatible {form} schema for column '{}.{}'. Column type: {}, {form} schema: {}",
            self.url,
            self.name,
            field.name,
            type_name(column.data_type),
            field.printed
        );
        failure.scan("Spectrum Scan Error", &context)
    }

    fn column(
        &self,
        number: usize,
        array: &ArrayRef,
        column: &LoadColumn,
        taking: Taking<'_>,
    ) -> SqlResult<ArrayRef> {
        let field = self.file.footer().and_then(|footer| footer.fields.get(number));
        let Some(field) = field else { return Ok(array.clone()) };
        into_column(array, field.kind, column.data_type, Surplus::Refused).map_err(|misfit| match misfit {
            Misfit::Type => self.misfit(field, column, taking.failure),
            Misfit::Length { data } => {
                let most = match column.data_type.text() {
                    DataType::Char(most) | DataType::Varchar(most) => most,
                    _ => 0,
                };
                let context = format!(
                    "The length of the data column {} is longer than the length defined in the table. Table: {most}, Data: {data}, File name: {}",
                    field.name, self.url
                );
                taking.failure.scan("Spectrum Scan Error", &context)
            }
            // unconfirmed: the sentence.
            Misfit::Bytes => {
                let context = format!("Column {} of {} is not UTF-8", field.name, self.url);
                taking.failure.scan("Spectrum Scan Error", &context)
            }
        })
    }
}

/// A type as Spectrum's errors name it.
fn type_name(data_type: DataType) -> String {
    match data_type.text() {
        DataType::SmallInt => "SMALLINT".to_owned(),
        DataType::Integer => "INT".to_owned(),
        DataType::BigInt => "BIGINT".to_owned(),
        DataType::Real => "FLOAT".to_owned(),
        DataType::Double => "DOUBLE".to_owned(),
        DataType::Decimal { precision, scale } => format!("DECIMAL({precision}, {scale})"),
        DataType::Char(_) => "CHAR".to_owned(),
        DataType::Varchar(_) => "VARCHAR".to_owned(),
        other => other.to_string().to_uppercase(),
    }
}
