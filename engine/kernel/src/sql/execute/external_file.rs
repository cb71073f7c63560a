//! One file of an external table being read: lines, lines in a compressed file, or columns of a Parquet or ORC file, of which
//! only those are taken that somebody reads, of the row groups (stripes) that the filters leave.

use std::sync::Arc;

use arrow::array::ArrayRef;

use super::BATCH_ROWS;
use super::array::nulls;
use super::zone::ZoneTest;
use crate::extension::Extensions;
use crate::extension::formats::{Bound, Chunk, Codec, Footer, Kind};
use crate::gap::Feature;
use crate::load::asked::{Asked, Trouble, expand};
use crate::load::lines::{LineFile, LineReader, Unreadable};
use crate::load::nested::{self, Form};
use crate::load::parquet::{ParquetFile, Read};
use crate::load::plain::{Misfit, Surplus, into_column};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::plan::ExternalFile;
use crate::warehouse::data_type::DataType;
use crate::warehouse::external::{Action, ExternalTable, FileForm};
use crate::warehouse::value::Value;

/// What a step came to.
pub enum Piece {
    Pending,
    /// The wanted columns of at most one batch.
    Rows(Vec<ArrayRef>, usize),
    End,
}

/// Reads the files of one table, one after the other.
pub struct FileReader {
    table: Arc<ExternalTable>,
    /// Numbers of the table's columns, in the order in which rows give them.
    wanted: Vec<usize>,
    /// For forms of lines.
    lines: Option<LineReader>,
    current: Current,
    /// What the file of [`Current`] is called in messages.
    path: String,
    size: u64,
}

enum Current {
    None,
    Lines(LineFile),
    Expanding(Asked<Vec<u8>>),
    Columns(Box<Columns>),
}

/// A Parquet file, its row groups cut into batches.
struct Columns {
    file: ParquetFile,
    /// For each wanted column: where it is among those that are read, and what it is in the file.
    places: Vec<Option<(usize, Kind)>>,
    group: Vec<ArrayRef>,
    rows: usize,
    at: usize,
}

/// More bytes than this are not expanded: a file of the course has no reason to be that long.
const MOST_EXPANDED: u64 = 1 << 30;

impl FileReader {
    pub fn new(table: Arc<ExternalTable>, wanted: Vec<usize>) -> SqlResult<Self> {
        let lines = match table.form {
            FileForm::Parquet | FileForm::Orc { .. } => {
                if let Some(handling) = table.handling
                    && (matches!(handling.characters, Action::Null | Action::Drop | Action::Mend)
                        || handling.surplus == Action::Drop)
                {
                    let what = "data handling that looks at characters or drops rows, in columnar files";
                    return Err(SqlError::not_simulated_because(Feature::ExternalTable, what));
                }
                None
            }
            _ => Some(LineReader::new(&table, &wanted).map_err(unreadable)?),
        };
        Ok(FileReader { table, wanted, lines, current: Current::None, path: String::new(), size: 0 })
    }

    /// Begins a file.
    pub fn open(&mut self, file: &ExternalFile, extensions: Extensions) -> SqlResult<()> {
        self.path.clone_from(&file.path);
        self.size = file.bytes.len() as u64;
        let header = self.table.header;
        self.current = match (&self.lines, self.codec()?) {
            (None, _) => Current::Columns(Box::new(Columns {
                file: ParquetFile::new(extensions, file.bytes.clone(), self.orc()),
                places: Vec::new(),
                group: Vec::new(),
                rows: 0,
                at: 0,
            })),
            (Some(_), None) => Current::Lines(LineFile::new(file.bytes.clone(), header)),
            (Some(_), Some(codec)) => {
                Current::Expanding(expand(extensions, codec, MOST_EXPANDED, &file.bytes))
            }
        };
        Ok(())
    }

    fn orc(&self) -> bool {
        matches!(self.table.form, FileForm::Orc { .. })
    }

    /// How the file is compressed: by `compression_type`, or by its name.
    fn codec(&self) -> SqlResult<Option<Codec>> {
        if self.table.form == FileForm::Avro {
            return Ok(Some(Codec::Avro));
        }
        let named = match &self.table.compression {
            Some(kind) => kind.as_str(),
            None => match self.path.rsplit('.').next() {
                Some(ending @ ("gz" | "bz2" | "snappy" | "deflate")) => ending,
                _ => return Ok(None),
            },
        };
        match named {
            "gz" | "gzip" => Ok(Some(Codec::Gzip)),
            "bz2" | "bzip2" => Ok(Some(Codec::Bzip2)),
            "snappy" => Ok(Some(Codec::Snappy)),
            "deflate" => Ok(Some(Codec::Deflate)),
            other => {
                let what = format!("text compressed by {other}");
                Err(SqlError::not_simulated_because(Feature::ExternalTable, what))
            }
        }
    }

    /// Bytes of the present file that were taken so far: of lines all, of columns those that are wanted.
    pub fn taken(&self) -> u64 {
        match &self.current {
            Current::None => 0,
            Current::Lines(_) | Current::Expanding(_) => self.size,
            Current::Columns(columns) => columns.file.bytes_read,
        }
    }

    /// One bounded piece of work. `tests` speak of wanted columns by their place.
    pub fn step(&mut self, tests: &[(usize, &ZoneTest)]) -> SqlResult<Piece> {
        if let Current::Expanding(asked) = &mut self.current {
            let bytes = asked.step().map_err(|trouble| failed(&self.path, trouble))?;
            if let Some(bytes) = bytes {
                self.current = Current::Lines(LineFile::new(bytes.into(), self.table.header));
            }
            return Ok(Piece::Pending);
        }
        match (&mut self.current, &mut self.lines) {
            (Current::Lines(file), Some(lines)) => {
                if file.at_end() {
                    return Ok(Piece::End);
                }
                lines.read(file, BATCH_ROWS).map_err(unreadable)?;
                let taken = lines.take();
                let (columns, rows) =
                    taken.ok_or_else(|| SqlError::bug("a column of a file that makes no array"))?;
                Ok(Piece::Rows(columns, rows))
            }
            (Current::Columns(columns), _) => {
                if columns.at < columns.rows {
                    let rows = BATCH_ROWS.min(columns.rows - columns.at);
                    let from = columns.at;
                    columns.at += rows;
                    return self.slice(from, rows);
                }
                self.columns(tests)
            }
            _ => Ok(Piece::End),
        }
    }

    /// Goes on in a Parquet file.
    fn columns(&mut self, tests: &[(usize, &ZoneTest)]) -> SqlResult<Piece> {
        let Current::Columns(columns) = &mut self.current else { return Ok(Piece::End) };
        match columns.file.step().map_err(|trouble| failed(&self.path, trouble))? {
            Read::Pending => {}
            Read::End => return Ok(Piece::End),
            Read::Group { columns: group, rows } => {
                (columns.group, columns.rows, columns.at) = (group, rows, 0);
            }
            Read::Opened => {
                let Some(footer) = columns.file.footer() else { return Ok(Piece::Pending) };
                let mut read = Vec::new();
                let mut places = Vec::with_capacity(self.wanted.len());
                let mut fields = Vec::with_capacity(self.wanted.len());
                for number in &self.wanted {
                    let column = &self.table.columns[*number];
                    let is_named = |name: &str| column.name == *name.to_lowercase();
                    let found = match self.table.form {
                        FileForm::Orc { by_name: false } => {
                            Some(*number).filter(|at| *at < footer.fields.len())
                        }
                        _ => footer.fields.iter().position(|field| is_named(&field.name)),
                    };
                    fields.push((found, column.data_type));
                    places.push(found.map(|field| {
                        read.push(field);
                        (read.len() - 1, footer.fields[field].kind)
                    }));
                }
                let groups = (0..footer.groups.len())
                    .filter(|group| may_match(footer, *group, &fields, tests))
                    .collect();
                columns.places = places;
                columns.file.choose(read, groups);
            }
        }
        Ok(Piece::Pending)
    }

    /// Rows of the present row group, in the types of the table.
    fn slice(&self, from: usize, rows: usize) -> SqlResult<Piece> {
        let Current::Columns(columns) = &self.current else { return Ok(Piece::End) };
        let surplus = match self.table.handling.map(|handling| handling.surplus) {
            Some(Action::Mend) => Surplus::Cut,
            Some(Action::Null) => Surplus::Null,
            _ => Surplus::Refused,
        };
        let mut out = Vec::with_capacity(self.wanted.len());
        for (number, place) in self.wanted.iter().zip(&columns.places) {
            let column = &self.table.columns[*number];
            out.push(match place {
                // A file that does not have the column is older than it.
                None => nulls(column.data_type, rows),
                Some((place, kind)) => {
                    let part = columns.group[*place].slice(from, rows);
                    if let Some(shape) = column.nested.as_ref().filter(|_| *kind == Kind::Nested) {
                        let shown = Form::Shown { parse: self.table.parse_strings };
                        let walked = column.data_type == DataType::Super;
                        out.push(nested::column(&part, shape, if walked { Form::Walked } else { shown }));
                        continue;
                    }
                    let made = match &column.nested {
                        None if *kind != Kind::Nested => into_column(&part, *kind, column.data_type, surplus),
                        _ => Err(Misfit::Type),
                    };
                    made.map_err(|misfit| {
                        let footer = columns.file.footer();
                        self.misfit(&misfit, column.name.as_str(), column.data_type, footer)
                    })?
                }
            });
        }
        Ok(Piece::Rows(out, rows))
    }

    /// The texts of the troubleshooting guide; that of a length is COPY's and unconfirmed here.
    fn misfit(&self, misfit: &Misfit, name: &str, data_type: DataType, footer: Option<&Footer>) -> SqlError {
        let message = match misfit {
            Misfit::Type => {
                let field = footer.and_then(|footer| {
                    footer.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
                });
                let schema = field.map_or("", |field| field.printed.as_str());
                let form = if self.orc() { "ORC" } else { "Parquet" };
                let word = data_type.to_string().to_uppercase();
                let word = match data_type.text() {
                    DataType::Varchar(_) => "VARCHAR",
                    DataType::Char(_) => "CHAR",
                    _ => word.as_str(),
                };
                format!(
                    "File '{}' has an incompatible {form} schema for column '{}.{name}'. Column type: {word}, {form} schema:\n{schema}",
                    web_address(&self.path),
                    self.path
                )
            }
            Misfit::Length { data } => {
                let most = match data_type.text() {
                    DataType::Varchar(most) | DataType::Char(most) => most,
                    _ => 0,
                };
                format!(
                    "Spectrum Scan Error: The length of the data column {name} is longer than the length defined in the table. Table: {most}, Data: {data}"
                )
            }
            Misfit::Bytes => format!("Spectrum Scan Error: column {name} holds text that is not UTF-8"),
        };
        SqlError::product("XX000", message)
    }
}

/// False when the bounds of a row group's columns leave no row to the filters.
fn may_match(
    footer: &Footer,
    group: usize,
    fields: &[(Option<usize>, DataType)],
    tests: &[(usize, &ZoneTest)],
) -> bool {
    let Some(group) = footer.groups.get(group) else { return true };
    tests.iter().all(|(place, test)| {
        let Some((Some(field), data_type)) = fields.get(*place) else { return true };
        let Some(chunk) = group.chunks.get(*field) else { return true };
        let Some(zone) = zone(chunk, *data_type) else { return true };
        test.may_match_zone(Some(&zone), chunk.nulls.unwrap_or(group.rows), group.rows)
    })
}

/// `https://s3.amazonaws.com/bucket/key` of `s3://bucket/key`.
fn web_address(path: &str) -> String {
    path.replacen("s3://", "https://s3.amazonaws.com/", 1)
}

fn failed(path: &str, trouble: Trouble) -> SqlError {
    match trouble {
        Trouble::Failed(why) => {
            let mut error = SqlError::product(
                "XX000",
                format!("File '{}' has an invalid version number: {why}", web_address(path)),
            );
            // unconfirmed: the guide's text is for files that are not Parquet at all.
            if path.ends_with(".gz") || path.ends_with(".bz2") {
                error = SqlError::product("XX000", format!("Spectrum Scan Error: {why}"));
            }
            error
        }
        Trouble::Lost(why) => SqlError::product("XX000", format!("Spectrum Scan Error: {why}")),
    }
}

fn unreadable(Unreadable(what): Unreadable) -> SqlError {
    let message = match what.split_once(": ") {
        Some(("JSON", line)) => format!("Spectrum Scan Error: Invalid JSON object: {line}"),
        Some(("Scan", text)) => format!("Spectrum Scan Error: {text}"),
        _ => return SqlError::not_simulated_because(Feature::ExternalTable, what),
    };
    SqlError::product("XX000", message)
}

/// The bounds of a row group's column as values of the table's type.
fn zone(chunk: &Chunk, data_type: DataType) -> Option<(Value, Value)> {
    let value = |bound: &Option<Bound>| match (bound.as_ref()?, data_type.text()) {
        (Bound::Integer(number), DataType::SmallInt) => i16::try_from(*number).ok().map(Value::SmallInt),
        (Bound::Integer(number), DataType::Integer) => i32::try_from(*number).ok().map(Value::Integer),
        (Bound::Integer(number), DataType::BigInt) => Some(Value::BigInt(*number)),
        (Bound::Integer(number), DataType::Date) => i32::try_from(*number).ok().map(Value::Date),
        (Bound::Integer(number), DataType::Timestamp) => Some(Value::Timestamp(*number)),
        (Bound::Number(number), DataType::Double) => Some(Value::Double(*number)),
        (Bound::Number(number), DataType::Real) => Some(Value::Real(*number as f32)),
        (Bound::Text(text), DataType::Varchar(_)) => std::str::from_utf8(text).ok().map(Value::string),
        _ => None,
    };
    Some((value(&chunk.least)?, value(&chunk.greatest)?))
}
