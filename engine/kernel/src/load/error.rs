//! Why a line could not be loaded: the codes and sentences of `stl_load_errors` (Developer Guide, "Load error
//! reference").

use crate::warehouse::data_type::DataType;

/// What is wrong with a line or one of its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    DelimiterNotFound,
    ExtraColumns,
    /// A string longer than its column.
    TooLong(DataType),
    Date {
        short: bool,
    },
    Timestamp {
        format: String,
    },
    Time,
    /// A character that no number has: the character, its place in the field, the type's word.
    Digit {
        character: String,
        position: usize,
        word: &'static str,
    },
    Float,
    Boolean,
    NotNull,
    /// Hex of the first bad byte.
    Utf8 {
        hex: String,
    },
    /// Hex of a character that CHAR cannot hold.
    Multibyte {
        hex: String,
    },
    Overflow {
        word: String,
    },
    EndQuote,
    QuoteFormat,
    NullByte,
}

impl Fault {
    /// `err_code`.
    pub fn code(&self) -> i32 {
        match self {
            Fault::DelimiterNotFound | Fault::EndQuote | Fault::QuoteFormat => 1214,
            Fault::ExtraColumns => 1202,
            Fault::TooLong(_) => 1204,
            Fault::Date { .. } => 1205,
            Fault::Timestamp { .. } | Fault::Time => 1206,
            Fault::Digit { .. } => 1207,
            Fault::Float => 1208,
            Fault::Boolean => 1210,
            Fault::NotNull => 1213,
            Fault::NullByte => 1218,
            Fault::Utf8 { .. } | Fault::Multibyte { .. } => 1220,
            Fault::Overflow { .. } => 1222,
        }
    }

    /// `err_reason`.
    pub fn reason(&self) -> String {
        match self {
            Fault::DelimiterNotFound => "Delimiter not found".to_owned(),
            Fault::ExtraColumns => "Extra column(s) found".to_owned(),
            Fault::TooLong(DataType::Char(_)) => "Char length exceeds DDL length".to_owned(),
            Fault::TooLong(_) => "String length exceeds DDL length".to_owned(),
            Fault::Date { short: true } => "Invalid Date Format - length must be 10 or more".to_owned(),
            Fault::Date { short: false } => "Error in Date value or format".to_owned(),
            Fault::Timestamp { format } => format!("Invalid timestamp format or value [{format}]"),
            // unconfirmed: the sentences of Time, Float, Boolean, Overflow and the two about quotes.
            Fault::Time => "Invalid time format or value".to_owned(),
            Fault::Digit { character, position, word } => {
                format!("Invalid digit, Value '{character}', Pos {position}, Type: {word}")
            }
            Fault::Float => "Invalid Float format or value".to_owned(),
            Fault::Boolean => "Unknown boolean format".to_owned(),
            Fault::NotNull => "Missing data for not-null field".to_owned(),
            Fault::Utf8 { hex } => {
                format!(
                    "String contains invalid or unsupported UTF8 codepoints. Bad UTF8 hex sequence: {hex} (error 3)"
                )
            }
            Fault::Multibyte { hex } => {
                format!(
                    "Multibyte character not supported for CHAR (Hint: try using VARCHAR). Invalid char: {hex}"
                )
            }
            Fault::Overflow { word } => format!("Overflow, ({word})"),
            Fault::EndQuote => "Delimited value missing end quote".to_owned(),
            Fault::QuoteFormat => "Invalid quote formatting for CSV".to_owned(),
            Fault::NullByte => "Invalid null byte - field longer than 1 byte".to_owned(),
        }
    }

    /// Where in the field it shows, for the log's `position`.
    pub fn position(&self) -> i32 {
        match self {
            Fault::Digit { position, .. } => *position as i32,
            _ => 0,
        }
    }
}

/// A line that was not loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineError {
    /// From 1, counting header lines.
    pub line_number: u64,
    /// Number of the column among those being loaded; `None` when the line as a whole is wrong.
    pub column: Option<usize>,
    /// At most 1,024 bytes, characters of several bytes as dots.
    pub raw_line: String,
    pub raw_field: String,
    pub fault: Fault,
}

/// Bytes as the log shows them.
pub fn shown(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(1_024)];
    bytes.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { '.' }).collect()
}
