//! Anything to CHAR, VARCHAR and SUPER.
//!
//! Lengths are bytes. An explicit cast cuts at a character boundary; an assignment only lets blanks go.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringBuilder};
use arrow::datatypes::TimestampMicrosecondType;

use super::{CastRules, fault};
use crate::sql::error::SqlResult;
use crate::sql::execute::array::value_at;
use crate::sql::execute::display::{Printing, display};
use crate::sql::expression::CastMode;
use crate::sql::json;
use crate::warehouse::calendar::text::write_timestamp_tz;
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

pub fn cast(array: &ArrayRef, from: DataType, to: DataType, rules: CastRules) -> SqlResult<ArrayRef> {
    if to == DataType::Super {
        return Ok(to_super(array, from));
    }
    let texts: ArrayRef = match from {
        DataType::Char(_) | DataType::Varchar(_) | DataType::Unknown => array.clone(),
        DataType::Varbyte(_) => {
            // A byte string is read as UTF-8; what is none is replaced.
            let mut builder = StringBuilder::new();
            for bytes in array.as_binary::<i32>().iter() {
                builder.append_option(bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()));
            }
            Arc::new(builder.finish())
        }
        DataType::TimestampTz => {
            let moments = array.as_primitive::<TimestampMicrosecondType>();
            let mut builder = StringBuilder::with_capacity(array.len(), array.len() * 24);
            let mut printed = String::new();
            for moment in moments.iter() {
                printed.clear();
                if let Some(utc) = moment {
                    write_timestamp_tz(utc, rules.zone.offset_at(utc), &mut printed);
                }
                builder.append_option(moment.map(|_| printed.as_str()));
            }
            Arc::new(builder.finish())
        }
        _ => {
            let mut builder = StringBuilder::with_capacity(array.len(), array.len() * 8);
            let printing = Printing { intervals: rules.intervals, ..Printing::default() };
            for row in 0..array.len() {
                builder.append_option(printing.display(array, from, row));
            }
            Arc::new(builder.finish())
        }
    };
    fit(texts, matches!(from, DataType::Char(_)), to, rules)
}

/// Cuts, pads or refuses, as the type and the mode want it.
fn fit(array: ArrayRef, blanks_are_padding: bool, to: DataType, rules: CastRules) -> SqlResult<ArrayRef> {
    let (most, pads) = match to {
        DataType::Char(length) => (length as usize, true),
        DataType::Varchar(length) => (length as usize, false),
        _ => return Ok(array),
    };
    let texts = array.as_string::<i32>();
    let changes = |text: &str| {
        text.len() > most
            || (pads && (text.len() < most || !text.is_ascii()))
            || (!pads && blanks_are_padding && text.ends_with(' '))
    };
    if !texts.iter().flatten().any(changes) {
        return Ok(array);
    }
    let mut builder = StringBuilder::with_capacity(texts.len(), texts.values().len());
    for text in texts.iter() {
        let Some(mut text) = text else {
            builder.append_null();
            continue;
        };
        if blanks_are_padding && !pads {
            text = text.trim_end_matches(' ');
        }
        if pads && !text.is_ascii() {
            return Err(fault::multibyte(text));
        }
        if text.len() > most {
            let mut end = most;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            if rules.mode == CastMode::Assignment && text[end..].bytes().any(|byte| byte != b' ') {
                return Err(fault::too_long(to));
            }
            text = &text[..end];
        }
        if pads {
            builder.append_value(format!("{text:<most$}"));
        } else {
            builder.append_value(text);
        }
    }
    Ok(Arc::new(builder.finish()))
}

/// Scalars as JSON: text is quoted, numbers and booleans are bare.
fn to_super(array: &ArrayRef, from: DataType) -> ArrayRef {
    let mut builder = StringBuilder::new();
    for row in 0..array.len() {
        let text = display(array, from, row);
        builder.append_option(text.map(|text| match from {
            DataType::Boolean => text,
            // An exponent marks a double inside a document.
            DataType::Real | DataType::Double => match exactly(array, row) {
                Some(digits) => digits,
                None => quoted(&text),
            },
            _ if from.is_numeric() => text,
            _ => quoted(&text),
        }));
    }
    Arc::new(builder.finish())
}

/// All digits of a float, where there are any.
fn exactly(array: &ArrayRef, row: usize) -> Option<String> {
    match value_at(array, DataType::Unknown, row) {
        Value::Real(real) if real.is_finite() => Some(format!("{real:e}")),
        Value::Double(double) if double.is_finite() => Some(format!("{double:e}")),
        _ => None,
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    json::quote(text, &mut out);
    out
}
