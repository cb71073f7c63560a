//! A row as a line of a file.

use std::fmt::Write;

use super::settings::Shape;
use crate::sql::execute::array::value_at;
use crate::sql::execute::display::display_value;
use crate::sql::json;
use crate::sql::outcome::Batch;
use crate::sql::plan::Field;
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// The cell as it stands in files; `false` is NULL.
fn print(value: &Value, data_type: DataType, out: &mut String) -> bool {
    match value {
        Value::Null => return false,
        Value::String(text) if data_type == DataType::Super => out.push_str(&json::printed(text)),
        Value::String(text) => out.push_str(text),
        Value::Boolean(flag) => out.push(if *flag { 't' } else { 'f' }),
        // All digits that it takes to read the same number again; that the product writes so many is unconfirmed.
        Value::Real(real) => float(f64::from(*real), real, real, out),
        Value::Double(double) => float(*double, double, double, out),
        other => out.push_str(&display_value(other, data_type).unwrap_or_default()),
    }
    true
}

fn float(value: f64, plain: &dyn std::fmt::Display, exponent: &dyn std::fmt::LowerExp, out: &mut String) {
    let _ = match value.abs() {
        size if value.is_nan() || size == 0.0 || (1e-5..1e15).contains(&size) => write!(out, "{plain}"),
        size if size.is_infinite() => out.write_str(if value > 0.0 { "Infinity" } else { "-Infinity" }),
        _ => write!(out, "{exponent:e}"),
    };
}

/// A cell as the name of a folder.
pub fn folder(value: &Value, data_type: DataType) -> String {
    let mut text = String::new();
    if !print(value, data_type, &mut text) {
        return "__HIVE_DEFAULT_PARTITION__".to_owned();
    }
    let mut out = String::new();
    for character in text.chars() {
        match character {
            // Hive's list of what a path cannot hold.
            '"' | '#' | '%' | '\'' | '*' | '/' | ':' | '=' | '?' | '\\' | '{' | '[' | ']' | '^'
            | '\u{7f}' => {
                let _ = write!(out, "%{:02X}", u32::from(character));
            }
            control if control < ' ' => {
                let _ = write!(out, "%{:02X}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out
}

/// Writes rows of one shape.
pub struct Lines<'a> {
    pub shape: &'a Shape,
    pub null_as: &'a str,
    pub fields: &'a [Field],
    /// Numbers of the columns that are written.
    pub columns: &'a [usize],
}

impl Lines<'_> {
    pub fn header(&self, out: &mut Vec<u8>) {
        let names: Vec<&str> = self.columns.iter().map(|number| self.fields[*number].name.as_str()).collect();
        match self.shape {
            Shape::Delimited { delimiter, .. } | Shape::Csv { delimiter } => {
                out.extend_from_slice(names.join(&char::from(*delimiter).to_string()).as_bytes());
            }
            Shape::FixedWidth(_) | Shape::Json | Shape::Parquet => return,
        }
        out.push(b'\n');
    }

    pub fn row(&self, batch: &Batch, row: usize, out: &mut Vec<u8>) {
        let mut text = String::new();
        if let Shape::Json = self.shape {
            out.push(b'{');
        }
        for (place, number) in self.columns.iter().enumerate() {
            let field = &self.fields[*number];
            let value = value_at(&batch.columns[*number], field.data_type, row);
            text.clear();
            let there = print(&value, field.data_type, &mut text);
            match self.shape {
                Shape::Delimited { delimiter, quotes, escape } => {
                    if place > 0 {
                        out.push(*delimiter);
                    }
                    if !there {
                        out.extend_from_slice(self.null_as.as_bytes());
                        continue;
                    }
                    if *quotes {
                        out.push(b'"');
                    }
                    match *escape && matches!(value, Value::String(_)) {
                        false => out.extend_from_slice(text.as_bytes()),
                        true => {
                            for byte in text.bytes() {
                                let quote = *quotes && matches!(byte, b'"' | b'\'');
                                if quote || byte == *delimiter || matches!(byte, b'\\' | b'\n' | b'\r') {
                                    out.push(b'\\');
                                }
                                out.push(byte);
                            }
                        }
                    }
                    if *quotes {
                        out.push(b'"');
                    }
                }
                Shape::Csv { delimiter } => {
                    if place > 0 {
                        out.push(*delimiter);
                    }
                    if !there {
                        out.extend_from_slice(self.null_as.as_bytes());
                        continue;
                    }
                    // Blanks before a quote are no part of a field to who reads it, so neither may be bare. That an
                    // empty string, or one that would be read as NULL, is quoted is unconfirmed.
                    let bare = !text.is_empty()
                        && text != self.null_as
                        && !text.starts_with(' ')
                        && !text
                            .bytes()
                            .any(|byte| byte == *delimiter || matches!(byte, b'"' | b'\n' | b'\r'));
                    match bare {
                        true => out.extend_from_slice(text.as_bytes()),
                        false => {
                            out.push(b'"');
                            out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
                            out.push(b'"');
                        }
                    }
                }
                Shape::FixedWidth(widths) => {
                    let text = if there { &text } else { self.null_as };
                    out.extend_from_slice(text.as_bytes());
                    let width = widths.get(place).copied().unwrap_or(0);
                    let missing = width.saturating_sub(text.chars().count());
                    out.resize(out.len() + missing, b' ');
                }
                Shape::Json => {
                    if place > 0 {
                        out.push(b',');
                    }
                    let mut cell = String::new();
                    json::quote(&field.name, &mut cell);
                    cell.push(':');
                    member(&value, field.data_type, there.then_some(&text), &mut cell);
                    out.extend_from_slice(cell.as_bytes());
                }
                Shape::Parquet => {}
            }
        }
        if let Shape::Json = self.shape {
            out.push(b'}');
        }
        out.push(b'\n');
    }
}

/// A value of a JSON record: numbers and SUPER as they are, all else as a string. The quotes of `t` and `f` are
/// unconfirmed.
fn member(value: &Value, data_type: DataType, text: Option<&String>, out: &mut String) {
    let Some(text) = text else {
        out.push_str("null");
        return;
    };
    let bare = match value {
        Value::SmallInt(_) | Value::Integer(_) | Value::BigInt(_) | Value::Decimal { .. } => true,
        Value::Real(real) => real.is_finite(),
        Value::Double(double) => double.is_finite(),
        Value::String(_) => data_type == DataType::Super,
        _ => false,
    };
    match bare {
        true => out.push_str(text),
        false => json::quote(text, out),
    }
}
