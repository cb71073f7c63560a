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
    /// FIXEDWIDTH: the line ends before the column.
    Missing,
    /// No JSON where a record should be, or inside one.
    Document,
    /// A record of more than 4 MB.
    DocumentLength,
    /// What stands between two records.
    Newline {
        byte: u8,
        location: usize,
    },
    /// A path that asks for an element that is not there.
    JsonPath,
    /// A SUPER's text that is no JSON.
    Super,
    /// A VARBYTE's text that is not hexadecimal.
    Hex,
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
            Fault::Missing => 1203,
            // That a path's mistake has this number is unconfirmed.
            Fault::Document | Fault::DocumentLength | Fault::Newline { .. } | Fault::JsonPath => 1216,
            Fault::Super => 1224,
            Fault::Hex => 1223,
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
            // unconfirmed: the sentences of Missing, Document, DocumentLength, Super and Hex, and Hex's number.
            Fault::Hex => "Invalid hexadecimal digits for VARBYTE".to_owned(),
            Fault::Missing => "Missing column".to_owned(),
            Fault::Document => "Invalid input line".to_owned(),
            Fault::DocumentLength => "Invalid input line: a JSON object is longer than 4 MB".to_owned(),
            Fault::Newline { byte, location } => {
                format!("Missing newline: Unexpected character 0x{byte:02x} found at location {location}")
            }
            Fault::JsonPath => "Invalid JSONPath format: Not an array or index out of range.".to_owned(),
            Fault::Super => "Invalid JSON format".to_owned(),
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
    /// The fields of the line up to the bad one, where there are any.
    pub fields: Vec<String>,
}

/// A line whose bad characters were replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    pub line_number: u64,
    pub column: usize,
    pub raw_line: String,
}

/// Bytes as the log shows them.
pub fn shown(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(1_024)];
    bytes.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { '.' }).collect()
}
