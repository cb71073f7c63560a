//! Strings as they come from storage: plain, or codes into a dictionary.

use arrow::array::{Array, ArrayRef, AsArray, Int32Array, StringArray};
use arrow::datatypes::{DataType as ArrowType, Int32Type};

use crate::sql::error::{SqlError, SqlResult};

/// A string column, whichever way it lies. Dictionaries may hold a value twice and never hold NULL.
#[derive(Clone, Copy)]
pub enum Strings<'a> {
    Plain(&'a StringArray),
    Dictionary(&'a Int32Array, &'a StringArray),
}

impl<'a> Strings<'a> {
    pub fn of(array: &'a ArrayRef) -> SqlResult<Self> {
        match array.data_type() {
            ArrowType::Utf8 => Ok(Strings::Plain(array.as_string::<i32>())),
            ArrowType::Dictionary(_, _) => {
                let dictionary = array.as_dictionary::<Int32Type>();
                Ok(Strings::Dictionary(dictionary.keys(), dictionary.values().as_string::<i32>()))
            }
            other => Err(SqlError::bug(format!("a string column lies as {other}"))),
        }
    }

    pub fn rows(self) -> usize {
        match self {
            Strings::Plain(array) => array.len(),
            Strings::Dictionary(keys, _) => keys.len(),
        }
    }

    /// The text of a row, `None` for NULL.
    #[inline(always)]
    pub fn get(self, row: usize) -> Option<&'a str> {
        match self {
            Strings::Plain(array) => array.is_valid(row).then(|| array.value(row)),
            Strings::Dictionary(keys, values) => {
                let code = keys.is_valid(row).then(|| keys.value(row) as usize)?;
                values.is_valid(code).then(|| values.value(code))
            }
        }
    }

    /// The text of a row that is known not to be NULL; a NULL row gives some text or none.
    #[inline(always)]
    pub fn text(self, row: usize) -> &'a str {
        match self {
            Strings::Plain(array) => array.value(row),
            Strings::Dictionary(keys, values) => {
                let code = keys.value(row) as usize;
                if code < values.len() { values.value(code) } else { "" }
            }
        }
    }
}

/// Comparison ignores trailing blanks of CHAR and VARCHAR (Developer Guide, "Significance of trailing
/// blanks").
#[inline(always)]
pub fn trim(text: &str) -> &[u8] {
    let mut bytes = text.as_bytes();
    while let [rest @ .., b' '] = bytes {
        bytes = rest;
    }
    bytes
}
