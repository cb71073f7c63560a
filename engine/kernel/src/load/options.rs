//! How to read a file: COPY's data format and data conversion parameters, with their defaults.

use super::document::Step;

/// Where fields end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Delimited text. `escape`: a backslash takes the next character as it is. `remove_quotes`: a pair of
    /// quotes round a field is dropped, and a delimiter between them is kept.
    Delimited {
        delimiter: u8,
        escape: bool,
        remove_quotes: bool,
    },
    Csv {
        delimiter: u8,
        quote: u8,
    },
    /// By [`Options::widths`].
    FixedWidth,
    /// By [`Options::document`].
    Json,
}

/// How a JSON record becomes a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// Members go to the columns of their names.
    Auto { ignore_case: bool },
    /// The record is the only column's value.
    NoShred,
    /// A path a column.
    Paths(Vec<Vec<Step>>),
}

/// How a date or time is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeForm {
    /// `YYYY-MM-DD`, `YYYY-MM-DD HH:MI:SS`, with `OF` behind for TIMESTAMPTZ.
    Standard,
    /// Whatever a cast would take.
    Auto,
    EpochSeconds,
    EpochMilliseconds,
    /// A format text, `DD.MM.YYYY HH24:MI`.
    Custom(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub format: Format,
    /// FIXEDWIDTH: characters of each field.
    pub widths: Vec<u32>,
    pub document: Document,
    /// NULL AS; the field's text that means NULL.
    pub null_as: Vec<u8>,
    /// Lines to skip at the head of each file.
    pub ignore_header: u64,
    pub ignore_blank_lines: bool,
    pub blanks_as_null: bool,
    pub empty_as_null: bool,
    pub trim_blanks: bool,
    pub truncate_columns: bool,
    pub fill_record: bool,
    /// ACCEPTINVCHARS: what stands in for each bad byte.
    pub replace_invalid: Option<u8>,
    pub accept_any_date: bool,
    pub date: TimeForm,
    pub time: TimeForm,
    /// ROUNDEC: round decimals instead of cutting.
    pub round_decimals: bool,
}

impl Default for Options {
    /// What COPY does when nothing is said.
    fn default() -> Self {
        Options {
            format: Format::Delimited { delimiter: b'|', escape: false, remove_quotes: false },
            widths: Vec::new(),
            document: Document::Auto { ignore_case: false },
            null_as: b"\\N".to_vec(),
            ignore_header: 0,
            ignore_blank_lines: false,
            blanks_as_null: false,
            empty_as_null: false,
            trim_blanks: false,
            truncate_columns: false,
            fill_record: false,
            replace_invalid: None,
            accept_any_date: false,
            date: TimeForm::Standard,
            time: TimeForm::Standard,
            round_decimals: false,
        }
    }
}
