//! Files of an external table to columns: a row a line, and no line is bad.
//!
//! Unlike COPY, what does not fit its type is NULL, what is missing is NULL and what is too many is left out
//! (Developer Guide, "CREATE EXTERNAL TABLE"). Only the columns that somebody reads are made.

use std::ops::Range;

use arrow::array::ArrayRef;
use regex_lite::Regex;

use super::column::Builder;
use super::document::{members, unquoted, value_end};
use super::error::Fault;
use super::fields::{csv, split};
use super::nested;
use super::options::{Format, Options, TimeForm};
use super::reader::checked_to;
use super::scan::Cursor;
use super::window::Window;
use crate::pieces::Pieces;
use crate::warehouse::data_type::DataType;
use crate::warehouse::external::{Action, ExternalColumn, ExternalTable, FileForm, Handling};

/// Where a file is read.
pub struct LineFile {
    window: Window,
    cursor: Cursor,
    header: u64,
    valid_to: usize,
}

impl LineFile {
    pub fn new(bytes: Pieces, header: u64) -> Self {
        LineFile { window: Window::new(bytes), cursor: Cursor::default(), header, valid_to: 0 }
    }

    pub fn at_end(&self) -> bool {
        self.window.position(self.cursor.at) >= self.window.pieces().len()
    }
}

/// How a line is taken apart.
enum Form {
    Delimited(Format),
    /// Delimited, with lines that end in another way, or fields that are looked at one by one.
    Split {
        delimiter: u8,
        escape: bool,
        line: u8,
    },
    Csv {
        delimiter: u8,
        quote: u8,
        escape: u8,
    },
    Regex(Regex),
    /// The column for each builder.
    Json {
        columns: Vec<ExternalColumn>,
        strip: bool,
        written: nested::Form,
    },
}

/// Makes the wanted columns of one table.
pub struct LineReader {
    form: Form,
    options: Options,
    handling: Option<Handling>,
    /// For each column of a line up to the last that is wanted: its builder.
    targets: Vec<Option<usize>>,
    builders: Vec<Builder>,
    null: Vec<u8>,
    rows: usize,
    /// Fields of a line that had to be made, and where each builder's lies.
    scratch: Vec<u8>,
    found: Vec<Option<Range<usize>>>,
}

/// A file that cannot be read as its table says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(pub String);

impl LineReader {
    /// `wanted`: numbers of the table's columns, in the order in which [`LineReader::take`] gives them.
    pub fn new(table: &ExternalTable, wanted: &[usize]) -> Result<Self, Unreadable> {
        let mut targets = vec![None; wanted.iter().max().map_or(0, |last| last + 1)];
        let mut builders = Vec::with_capacity(wanted.len());
        for (place, number) in wanted.iter().enumerate() {
            targets[*number] = Some(place);
            let column = &table.columns[*number];
            if column.nested.is_some() && !matches!(table.form, FileForm::Json { .. }) {
                // unconfirmed: the words; the guide names the formats that may have nested data.
                let what =
                    format!("Nested columns are not supported in files of format {}", table.form.name());
                return Err(Unreadable::scan(&what));
            }
            let data_type = column.data_type;
            builders.push(Builder::new(data_type).ok_or_else(|| Unreadable(format!("{data_type} in text")))?);
        }
        let form = match &table.form {
            FileForm::Delimited { delimiter, escape, line: b'\n' } if table.handling.is_none() => {
                Form::Delimited(Format::Delimited {
                    delimiter: *delimiter,
                    escape: *escape,
                    remove_quotes: false,
                })
            }
            FileForm::Delimited { delimiter, escape, line } => {
                Form::Split { delimiter: *delimiter, escape: *escape, line: *line }
            }
            FileForm::Csv { delimiter, quote, escape } => {
                Form::Csv { delimiter: *delimiter, quote: *quote, escape: *escape }
            }
            FileForm::Regex(pattern) => Form::Regex(
                Regex::new(&format!("^(?:{pattern})$"))
                    .map_err(|_| Unreadable(format!("regular expression {pattern}")))?,
            ),
            form @ (FileForm::Json { .. } | FileForm::Avro) => Form::Json {
                columns: wanted.iter().map(|number| table.columns[*number].clone()).collect(),
                strip: matches!(form, FileForm::Json { strip: true }),
                written: nested::Form::Shown { parse: table.parse_strings },
            },
            FileForm::Parquet | FileForm::Orc { .. } => {
                return Err(Unreadable(table.form.name().to_owned()));
            }
            FileForm::Unknown(name) => return Err(Unreadable(name.clone())),
        };
        let handling = table.handling;
        if handling.is_some_and(|handling| matches!(handling.columns, Action::Fail | Action::Drop)) {
            // All of a line is counted, then.
            targets.resize(table.stored, None);
        }
        let options = Options {
            truncate_columns: handling
                .is_none_or(|handling| matches!(handling.surplus, Action::Mend | Action::Disabled)),
            replace_invalid: handling
                .filter(|handling| handling.characters == Action::Mend)
                .map(|handling| handling.replacement),
            accept_any_date: false,
            date: TimeForm::Auto,
            time: TimeForm::Auto,
            round_decimals: true,
            ..Options::default()
        };
        let found = vec![None; builders.len()];
        let null = table.null.clone();
        Ok(LineReader {
            form,
            options,
            handling,
            targets,
            builders,
            null,
            rows: 0,
            scratch: Vec::new(),
            found,
        })
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Takes the rows read so far. `None` is a bug of ours.
    pub fn take(&mut self) -> Option<(Vec<ArrayRef>, usize)> {
        let rows = std::mem::take(&mut self.rows);
        let columns: Option<Vec<ArrayRef>> = self.builders.iter_mut().map(Builder::take).collect();
        Some((columns?, rows))
    }

    /// Reads on until the file ends or `full` rows wait.
    pub fn read(&mut self, file: &mut LineFile, full: usize) -> Result<(), Unreadable> {
        let mut bytes = file.window.piece();
        while !file.at_end() && (self.rows < full || file.header > 0) {
            if let Some(at) = file.window.settle(file.cursor.at) {
                (file.cursor.at, file.valid_to) = (at, 0);
                bytes = file.window.piece();
            }
            let start = file.cursor.at;
            let mut line = None;
            match self.form {
                _ if file.header > 0 => file.cursor.skip_line(&bytes),
                Form::Delimited(format) => {
                    self.delimited(file, &bytes, format);
                    line = Some(0..0);
                }
                _ => line = self.line(file, &bytes)?,
            }
            let cut = file.window.cuts(file.cursor.at);
            if file.header > 0 && !cut {
                file.header -= 1;
                continue;
            }
            let row = match (&self.form, line) {
                _ if cut => false,
                (Form::Delimited(_), _) => true,
                (_, Some(line)) => self.made(&bytes[line])?,
                (_, None) => false,
            };
            if row {
                self.rows += 1;
                continue;
            }
            self.builders.iter_mut().for_each(|builder| builder.truncate(self.rows));
            if cut {
                file.window.widen(start);
                (file.cursor.at, file.valid_to) = (0, 0);
                bytes = file.window.piece();
            }
        }
        Ok(())
    }

    /// Fields that are slices of the file.
    #[inline]
    fn delimited(&mut self, file: &mut LineFile, bytes: &[u8], format: Format) {
        let mut last = false;
        for target in &self.targets {
            if last {
                if let Some(target) = target {
                    self.builders[*target].push_null();
                }
                continue;
            }
            // Without quotes there is nothing that a field could break.
            let Ok(field) = file.cursor.field(bytes, format) else {
                last = true;
                continue;
            };
            last = field.last;
            let Some(target) = target else { continue };
            let builder = &mut self.builders[*target];
            let (text, valid) = if field.copied {
                (&file.cursor.scratch[field.start..field.end], false)
            } else {
                if builder.is_text() && field.end > file.valid_to {
                    file.valid_to = checked_to(bytes, file.valid_to.max(field.start));
                }
                (&bytes[field.start..field.end], field.end <= file.valid_to)
            };
            push(builder, text, valid, &self.null, &self.options);
        }
        if !last {
            file.cursor.skip_line(bytes);
        }
    }

    /// Steps over a line of which fields are made: where it stands, if there is one.
    fn line(&self, file: &mut LineFile, bytes: &[u8]) -> Result<Option<Range<usize>>, Unreadable> {
        let start = file.cursor.at;
        Ok(match &self.form {
            Form::Json { strip: true, .. } => {
                let between = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'[' | b']');
                let at = bytes[start..].iter().position(|byte| !between(byte));
                file.cursor.at = at.map_or(bytes.len(), |at| start + at);
                let (Some(_), at) = (at, file.cursor.at) else { return Ok(None) };
                let end = match value_end(bytes, at) {
                    None if file.window.is_last() => return Err(no_object(&bytes[at..])),
                    // The rest of it may stand behind the window.
                    end => end.unwrap_or(bytes.len()),
                };
                file.cursor.at = end;
                Some(at..end)
            }
            Form::Split { line: end, .. } if *end != b'\n' => {
                let rest = &bytes[start..];
                let length = rest.iter().position(|byte| byte == end);
                file.cursor.at = start + length.map_or(rest.len(), |length| length + 1);
                Some(start..start + length.unwrap_or(rest.len()))
            }
            _ => {
                file.cursor.skip_line(bytes);
                let line = &bytes[start..file.cursor.at];
                let line = line.strip_suffix(b"\n").unwrap_or(line);
                Some(start..start + line.strip_suffix(b"\r").unwrap_or(line).len())
            }
        })
    }

    /// Fields that are made of a line. False: it is no row.
    fn made(&mut self, line: &[u8]) -> Result<bool, Unreadable> {
        self.scratch.clear();
        self.found.fill(None);
        // Whether it has as many fields as the table has columns, where that is asked.
        let mut exact = true;
        match &self.form {
            Form::Delimited(_) => {}
            Form::Split { delimiter, escape, .. } => {
                exact = split(line, *delimiter, *escape, &self.targets, &mut self.scratch, &mut self.found);
            }
            Form::Csv { delimiter, quote, escape } => {
                let marks = [*delimiter, *quote, *escape];
                exact = csv(line, marks, &self.targets, &mut self.scratch, &mut self.found);
            }
            Form::Regex(pattern) => {
                let text = String::from_utf8_lossy(line);
                if let Some(groups) = pattern.captures(&text) {
                    for (number, target) in self.targets.iter().enumerate() {
                        if let (Some(target), Some(group)) = (target, groups.get(number + 1)) {
                            self.found[*target] = Some(written(group.as_str().as_bytes(), &mut self.scratch));
                        }
                    }
                }
            }
            Form::Json { columns, written: shown, .. } => {
                let (scratch, found) = (&mut self.scratch, &mut self.found);
                members(line.trim_ascii(), |key, value| {
                    let key = unquoted(key);
                    let named = |column: &ExternalColumn| key.eq_ignore_ascii_case(column.name.as_str());
                    for (column, place) in columns.iter().zip(found.iter_mut()) {
                        if named(column) && value != b"null" {
                            *place = Some(written(&nested::field(value, column, *shown), scratch));
                        }
                    }
                    true
                })
                .ok_or_else(|| no_object(line))?;
            }
        }
        if let Some(handling) = self.handling.filter(|_| !exact) {
            match handling.columns {
                // unconfirmed: the product's words.
                Action::Fail => {
                    return Err(Unreadable::scan("The number of columns does not match the table"));
                }
                Action::Drop => return Ok(false),
                Action::Disabled | Action::Null | Action::Mend => {}
            }
        }
        for (builder, range) in self.builders.iter_mut().zip(&self.found) {
            let Some(range) = range else {
                builder.push_null();
                continue;
            };
            let text = &self.scratch[range.clone()];
            let is_null = text == self.null || text.is_empty() && !builder.is_text();
            let valid = builder.is_text() && std::str::from_utf8(text).is_ok();
            let action = match (is_null, self.handling) {
                (true, _) => Action::Null,
                (false, handling) => match (builder.push(text, &self.options, valid), handling) {
                    (Ok(()), _) => continue,
                    (Err(_), None) => Action::Null,
                    (Err(fault), Some(handling)) => action(&fault, handling),
                },
            };
            match action {
                Action::Drop => return Ok(false),
                Action::Fail => {
                    // unconfirmed: the product's words.
                    let text = String::from_utf8_lossy(text);
                    return Err(Unreadable::scan(&format!("Value \"{text}\" does not fit its column")));
                }
                Action::Null | Action::Disabled | Action::Mend => builder.push_null(),
            }
        }
        Ok(true)
    }
}

/// What the table's properties say of a value that its column does not take.
fn action(fault: &Fault, handling: Handling) -> Action {
    match fault {
        Fault::TooLong(DataType::Varbyte(_)) => handling.bytes,
        Fault::TooLong(_) => handling.surplus,
        Fault::Utf8 { .. } | Fault::Multibyte { .. } => handling.characters,
        Fault::Overflow { .. } => handling.numbers,
        _ => Action::Null,
    }
}

impl Unreadable {
    /// A value that a table's properties refuse.
    fn scan(text: &str) -> Self {
        Unreadable(format!("Scan: {text}"))
    }
}

/// unconfirmed: the sentence for a line that is no object.
fn no_object(line: &[u8]) -> Unreadable {
    Unreadable(format!("JSON: {}", String::from_utf8_lossy(line)))
}

fn written(text: &[u8], scratch: &mut Vec<u8>) -> Range<usize> {
    let start = scratch.len();
    scratch.extend_from_slice(text);
    start..scratch.len()
}

/// A field into its column; NULL where it does not fit.
#[inline]
fn push(builder: &mut Builder, text: &[u8], valid: bool, null: &[u8], options: &Options) {
    let is_null = text == null || text.is_empty() && !builder.is_text();
    let valid = valid || builder.is_text() && std::str::from_utf8(text).is_ok();
    if is_null || builder.push(text, options, valid).is_err() {
        builder.push_null();
    }
}

#[cfg(test)]
mod tests;
