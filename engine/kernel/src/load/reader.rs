//! One file to chunks of columns.

use arrow::array::ArrayRef;

use super::column::{Builder, LoadColumn};
use super::error::{Fault, LineError, Replacement, shown};
use super::options::{Format, Options};
use super::scan::Cursor;
use super::window::Window;
use crate::pieces::Pieces;

/// Reads one file. Several files of one load share the builders, so that a dictionary goes on.
pub struct Reader {
    pub options: Options,
    pub columns: Vec<LoadColumn>,
    pub(super) builders: Vec<Builder>,
    rows: usize,
    /// Lines in which ACCEPTINVCHARS replaced something, until somebody takes them.
    pub replaced: Vec<Replacement>,
}

/// Why a line is not loaded: the column, the field as read, the fault.
pub(super) type Refused = (Option<usize>, String, Fault);

/// Where a reader is in a file.
pub struct File {
    pub(super) window: Window,
    /// Its place is the window's.
    pub(super) cursor: Cursor,
    /// The line the cursor stands on, from 1.
    pub(super) line: u64,
    /// Where in the window it is known to be UTF-8 up to.
    valid_to: usize,
    header: u64,
}

impl File {
    pub fn new(bytes: Pieces, options: &Options) -> Self {
        // A byte order mark is no data.
        let marked = bytes.copied(0..3).is_some_and(|first| first == [0xef, 0xbb, 0xbf]);
        let at = if marked { 3 } else { 0 };
        File {
            window: Window::new(bytes),
            cursor: Cursor { at, ..Cursor::default() },
            line: 1,
            valid_to: at,
            header: options.ignore_header,
        }
    }

    pub fn at_end(&self) -> bool {
        self.position() >= self.size()
    }

    /// Steps into the piece where it is to be read on; whether that is another window.
    #[inline]
    fn settle(&mut self) -> bool {
        let Some(at) = self.window.settle(self.cursor.at) else { return false };
        (self.cursor.at, self.valid_to) = (at, 0);
        true
    }

    /// Goes back to `start`, in a window that reaches further.
    fn widen(&mut self, start: usize) {
        self.window.widen(start);
        (self.cursor.at, self.valid_to) = (0, 0);
    }

    /// Lines read so far, header and bad ones included.
    pub fn lines(&self) -> u64 {
        self.line - 1
    }

    pub fn size(&self) -> u64 {
        self.window.pieces().len() as u64
    }

    pub fn position(&self) -> u64 {
        self.window.position(self.cursor.at) as u64
    }
}

impl Reader {
    /// `None` when a column's type cannot be loaded from text; the number of that column.
    pub fn new(options: Options, columns: Vec<LoadColumn>) -> Result<Self, usize> {
        let mut builders = Vec::with_capacity(columns.len());
        for (number, column) in columns.iter().enumerate() {
            builders.push(Builder::new(column.data_type).ok_or(number)?);
        }
        Ok(Reader { options, columns, builders, rows: 0, replaced: Vec::new() })
    }

    /// Rows read and not yet taken.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Takes the rows read so far. `None` is a bug of ours.
    pub fn take(&mut self) -> Option<(Vec<ArrayRef>, usize)> {
        let rows = std::mem::take(&mut self.rows);
        let columns: Option<Vec<ArrayRef>> = self.builders.iter_mut().map(Builder::take).collect();
        Some((columns?, rows))
    }

    /// Reads on until the file ends, `full` rows wait, `lines` lines were read or `errors` holds `most`.
    pub fn read(
        &mut self,
        file: &mut File,
        full: usize,
        lines: usize,
        errors: &mut Vec<LineError>,
        most: usize,
    ) {
        let mut bytes = file.window.piece();
        for _ in 0..lines {
            if file.settle() {
                bytes = file.window.piece();
            }
            if file.at_end() || self.rows >= full || errors.len() >= most {
                return;
            }
            let (start, line) = (file.cursor.at, file.line);
            let blank = || matches!(bytes[start..], [b'\n', ..] | [b'\r', b'\n', ..]);
            if file.header > 0 || self.options.ignore_blank_lines && blank() {
                file.cursor.skip_line(&bytes);
                if file.window.cuts(file.cursor.at) {
                    file.widen(start);
                    bytes = file.window.piece();
                    continue;
                }
                file.header = file.header.saturating_sub(1);
                file.line += 1;
                continue;
            }
            file.cursor.newlines = 0;
            let read = match self.options.format {
                Format::Json => self.document(file, &bytes),
                Format::FixedWidth => self.fixed(file, &bytes).map(|()| true),
                Format::Delimited { .. } | Format::Csv { .. } => self.line(file, &bytes).map(|()| true),
            };
            let mut cut = false;
            let read = read.map_err(|refused| {
                let from = file.cursor.at.max(start);
                cut = self.options.format == Format::Json && super::document::is_open(&bytes, from);
                let error = self.line_error(file, &bytes, start, refused);
                self.finish_line(file, &bytes, start);
                error
            });
            if file.window.cuts(file.cursor.at) || cut && !file.window.is_last() {
                self.forget();
                file.line = line;
                file.widen(start);
                bytes = file.window.piece();
                continue;
            }
            match read {
                Ok(false) => return,
                Ok(true) => {
                    self.rows += 1;
                    // A record of JSON has counted its lines.
                    if self.options.format != Format::Json {
                        file.line += 1 + file.cursor.newlines;
                    }
                    if self.options.replace_invalid.is_some() {
                        self.note_replacement(&bytes[start..file.cursor.at.min(bytes.len())], file.line);
                    }
                }
                Err(error) => {
                    self.forget();
                    errors.push(error);
                }
            }
        }
    }

    /// Takes back what is there of a row that is none.
    fn forget(&mut self) {
        for builder in &mut self.builders {
            builder.truncate(self.rows);
        }
    }

    /// What the log keeps of a bad line.
    fn line_error(
        &self,
        file: &File,
        bytes: &[u8],
        start: usize,
        (column, raw_field, fault): Refused,
    ) -> LineError {
        let end = bytes[start..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |n| start + n);
        let raw_line = match self.options.format {
            // Its blanks are stepped over.
            Format::Json => super::document::excerpt(bytes, file.cursor.at.max(start)),
            _ => shown(&bytes[start..end]),
        };
        let mut fields = Vec::new();
        if let Format::Delimited { .. } | Format::Csv { .. } = self.options.format {
            let mut cursor = Cursor { at: start, ..Cursor::default() };
            for _ in 0..=column.unwrap_or(self.columns.len()) {
                let Ok(field) = cursor.field(bytes, self.options.format) else { break };
                let source = if field.copied { &cursor.scratch } else { bytes };
                fields.push(shown(&source[field.start..field.end]));
                if field.last {
                    break;
                }
            }
        }
        LineError { line_number: file.line, column, raw_line, raw_field, fault, fields }
    }

    /// Notes the line behind which `line` stands, if its text columns were mended.
    fn note_replacement(&mut self, row: &[u8], line: u64) {
        let Err(bad) = std::str::from_utf8(row) else { return };
        let mut cursor = Cursor::default();
        let mut column = 0;
        while let Ok(field) = cursor.field(row, self.options.format) {
            if field.last || cursor.at > bad.valid_up_to() {
                break;
            }
            column += 1;
        }
        let raw_line = shown(row.strip_suffix(b"\n").unwrap_or(row));
        self.replaced.push(Replacement { line_number: line.saturating_sub(1), column, raw_line });
    }

    /// A field of a format that is not delimited into its column.
    pub(super) fn put(&mut self, number: usize, text: &[u8], null: bool) -> Result<(), Refused> {
        let (Some(builder), Some(column)) = (self.builders.get_mut(number), self.columns.get(number)) else {
            return Ok(());
        };
        if null {
            if !column.nullable && !column.has_default {
                return Err((Some(number), shown(text), Fault::NotNull));
            }
            builder.push_null();
            return Ok(());
        }
        let valid = std::str::from_utf8(text).is_ok();
        builder.push(text, &self.options, valid).map_err(|fault| (Some(number), shown(text), fault))
    }

    /// Steps behind the rest of a bad line.
    fn finish_line(&mut self, file: &mut File, bytes: &[u8], start: usize) {
        if let Format::FixedWidth | Format::Json = self.options.format {
            // A record that was read whole ends where it ends, another with its line.
            if self.options.format == Format::Json {
                let from = file.cursor.at.max(start);
                file.cursor.at = super::document::resume(bytes, from);
                file.line += super::document::newlines(&bytes[from..file.cursor.at]);
            } else {
                file.line += 1;
            }
            return;
        }
        if file.cursor.at == start || bytes.get(file.cursor.at.wrapping_sub(1)) != Some(&b'\n') {
            loop {
                match file.cursor.field(bytes, self.options.format) {
                    Ok(field) if !field.last => {}
                    Ok(_) => break,
                    Err(_) => {
                        file.cursor.skip_line(bytes);
                        break;
                    }
                }
            }
        }
        file.line += 1 + inner_newlines(&bytes[start..file.cursor.at]);
    }

    /// One line into the builders.
    #[inline]
    fn line(&mut self, file: &mut File, bytes: &[u8]) -> Result<(), Refused> {
        let options = &self.options;
        let many = self.columns.len();
        let mut last = false;
        for (number, (builder, column)) in self.builders.iter_mut().zip(&self.columns).enumerate() {
            if last {
                if !options.fill_record {
                    return Err((Some(number), String::new(), Fault::DelimiterNotFound));
                }
                if builder.is_text() && !options.empty_as_null {
                    builder.push(b"", options, true).map_err(|fault| (Some(number), String::new(), fault))?;
                } else {
                    builder.push_null();
                }
                continue;
            }
            let field = match file.cursor.field(bytes, options.format) {
                Ok(field) => field,
                Err(fault) => return Err((Some(number), String::new(), fault)),
            };
            last = field.last;
            let text = if field.copied {
                &file.cursor.scratch[field.start..field.end]
            } else {
                &bytes[field.start..field.end]
            };
            if is_null(text, field.quoted, builder.is_text(), options) {
                if !column.nullable && !column.has_default {
                    return Err((Some(number), shown(text), Fault::NotNull));
                }
                builder.push_null();
                continue;
            }
            // Text is checked a stretch at a time, because the check is far quicker on long stretches.
            let mut valid = false;
            if builder.is_text() {
                if !field.copied && field.end > file.valid_to {
                    file.valid_to = checked_to(bytes, file.valid_to.max(field.start));
                }
                valid =
                    if field.copied { std::str::from_utf8(text).is_ok() } else { field.end <= file.valid_to };
            }
            builder.push(text, options, valid).map_err(|fault| (Some(number), shown(text), fault))?;
        }
        if many > 0 && !last {
            return Err((None, String::new(), Fault::ExtraColumns));
        }
        Ok(())
    }
}

/// Whether a field means NULL.
#[inline]
pub(super) fn is_null(text: &[u8], quoted: bool, is_text: bool, options: &Options) -> bool {
    if text.is_empty() {
        return !is_text || options.empty_as_null || options.null_as.is_empty();
    }
    if text == options.null_as {
        return !quoted;
    }
    // Blanks alone are no number; COPY takes them for a missing one.
    let blank = text[0].is_ascii_whitespace() && text.trim_ascii().is_empty();
    blank && (!is_text || options.blanks_as_null)
}

/// How far from `from` the bytes are UTF-8, looking at most 64 KiB ahead.
pub(super) fn checked_to(bytes: &[u8], from: usize) -> usize {
    let stretch = &bytes[from..bytes.len().min(from + 65_536)];
    match std::str::from_utf8(stretch) {
        Ok(_) => from + stretch.len(),
        Err(error) => from + error.valid_up_to(),
    }
}

/// Line ends inside a row, its own last one not counted.
fn inner_newlines(row: &[u8]) -> u64 {
    let row = row.strip_suffix(b"\n").unwrap_or(row);
    row.iter().filter(|byte| **byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, AsArray};
    use arrow::datatypes::Int32Type;

    use super::*;
    use crate::warehouse::data_type::DataType;

    fn column(name: &str, data_type: DataType) -> LoadColumn {
        LoadColumn { name: name.to_owned(), data_type, nullable: true, has_default: false }
    }

    fn load(
        text: &str,
        options: Options,
        columns: Vec<LoadColumn>,
    ) -> (Vec<ArrayRef>, usize, Vec<LineError>) {
        let mut file = File::new(text.as_bytes().into(), &options);
        let mut reader = Reader::new(options, columns).unwrap();
        let mut errors = Vec::new();
        while !file.at_end() {
            reader.read(&mut file, usize::MAX, 3, &mut errors, 100);
        }
        let (arrays, rows) = reader.take().unwrap();
        (arrays, rows, errors)
    }

    fn csv() -> Options {
        Options {
            format: Format::Csv { delimiter: b',', quote: b'"' },
            ignore_header: 1,
            ..Options::default()
        }
    }

    fn sessions() -> Vec<LoadColumn> {
        vec![
            column("userid", DataType::Integer),
            column("sessionid", DataType::Varchar(32)),
            column("channel", DataType::Varchar(8)),
        ]
    }

    #[test]
    fn a_bad_line_leaves_the_others_alone() {
        let text = "userid,sessionid,channel\n1,a,Naver\nx,b,\"Yout\nube\"\n,c,\n4,d,too-long-for-it\n5,e\n6,f,g,h\n7,g,Naver\n";
        let (arrays, rows, errors) = load(text, csv(), sessions());
        assert_eq!(rows, 3);
        assert_eq!(
            arrays[0].as_primitive::<Int32Type>().iter().collect::<Vec<_>>(),
            [Some(1), None, Some(7)]
        );
        assert_eq!(arrays[2].as_dictionary::<Int32Type>().keys().values().as_ref(), [0, 1, 0]);
        let told: Vec<(u64, Option<usize>, String)> =
            errors.iter().map(|e| (e.line_number, e.column, e.fault.reason())).collect();
        assert_eq!(
            told,
            [
                (3, Some(0), "Invalid digit, Value 'x', Pos 0, Type: Integer".to_owned()),
                (6, Some(2), "String length exceeds DDL length".to_owned()),
                (7, Some(2), "Delimiter not found".to_owned()),
                (8, None, "Extra column(s) found".to_owned()),
            ]
        );
    }

    #[test]
    fn many_different_strings_become_plain() {
        let mut text = String::from("head\n");
        for n in 0..3_000 {
            text.push_str(&format!("{n},{n:032x},{}\n", if n % 2 == 0 { "" } else { "Naver" }));
        }
        let options = Options { empty_as_null: true, ..csv() };
        let (arrays, rows, errors) = load(&text, options, sessions());
        assert_eq!((rows, errors.len()), (3_000, 0));
        assert_eq!(arrays[1].as_string::<i32>().value(2_999), format!("{:032x}", 2_999));
        assert_eq!(arrays[2].null_count(), 1_500);
    }

    #[test]
    fn strings_are_mended_cut_and_trimmed_on_request() {
        let columns = || vec![column("a", DataType::Varchar(4))];
        let text = |array: &ArrayRef| {
            let dictionary = array.as_dictionary::<Int32Type>();
            dictionary.values().as_string::<i32>().value(0).to_owned()
        };
        let (arrays, _, _) =
            load("가나\n", Options { truncate_columns: true, ..Options::default() }, columns());
        assert_eq!(text(&arrays[0]), "가");
        let (arrays, _, _) = load("ab  \n", Options { trim_blanks: true, ..Options::default() }, columns());
        assert_eq!(text(&arrays[0]), "ab");
        let (_, rows, errors) = load("가나\n", Options::default(), vec![column("a", DataType::Char(9))]);
        assert_eq!(rows, 0);
        assert_eq!(errors[0].fault.code(), 1220);
        let mut file = File::new(b"a\xa4b\n".as_slice().into(), &Options::default());
        let mut reader =
            Reader::new(Options { replace_invalid: Some(b'?'), ..Options::default() }, columns()).unwrap();
        let mut errors = Vec::new();
        reader.read(&mut file, 9, 9, &mut errors, 1);
        assert_eq!(text(&reader.take().unwrap().0[0]), "a?b");
    }
}
