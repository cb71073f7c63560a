//! A nested value of a file as its table's column has it: members found whatever the case of their names, those
//! that the table does not know left out, and what is of another shape NULL.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, StringArray};

use super::document::{elements, members, unquoted};
use crate::sql::json;
use crate::warehouse::data_type::DataType;
use crate::warehouse::external::ExternalColumn;
use crate::warehouse::nested::Nested;
use crate::warehouse::storage::dictionary::plain;

/// What the value is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// To be walked: a map is an array of pairs.
    Walked,
    /// To be shown, `json_serialization_enable`: as the guide's samples, with blanks. `parse`: strings that are JSON
    /// are written as what they are.
    Shown { parse: bool },
}

impl Form {
    fn after(self, mark: char, out: &mut String) {
        out.push(mark);
        if self != Form::Walked {
            out.push(' ');
        }
    }

    fn named(self, name: &str, out: &mut String) {
        json::quote(name, out);
        self.after(':', out);
    }
}

/// A column of JSON texts, conformed.
pub fn column(array: &ArrayRef, shape: &Nested, form: Form) -> ArrayRef {
    let documents = plain(array);
    let made = documents.as_string::<i32>().iter().map(|text| {
        let mut out = String::new();
        conform(text?.as_bytes(), shape, form, &mut out);
        if form == Form::Walked { json::normalize(&out) } else { Some(out) }
    });
    Arc::new(made.collect::<StringArray>())
}

/// A member's value as the field that its column is made of.
pub fn field<'a>(value: &'a [u8], column: &ExternalColumn, shown: Form) -> Cow<'a, [u8]> {
    let Some(shape) = &column.nested else {
        return match value.first() {
            Some(b'"') => Cow::Owned(unquoted(value).into_owned().into_bytes()),
            _ => Cow::Borrowed(value),
        };
    };
    let walked = column.data_type == DataType::Super;
    let mut out = String::new();
    conform(value, shape, if walked { Form::Walked } else { shown }, &mut out);
    Cow::Owned(out.into_bytes())
}

/// Writes `value`, which is JSON, as `shape` says.
pub fn conform(value: &[u8], shape: &Nested, form: Form, out: &mut String) {
    if written(value, shape, form, out).is_none() {
        out.push_str("null");
    }
}

/// `None`: nothing was written.
fn written(value: &[u8], shape: &Nested, form: Form, out: &mut String) -> Option<()> {
    let start = out.len();
    let found = match shape {
        Nested::Scalar(_) => return scalar(value, form, out),
        Nested::Struct(known) => {
            let mut parts: Vec<Option<&[u8]>> = vec![None; known.len()];
            members(value, |key, part| {
                let key = unquoted(key);
                if let Some(at) = known.iter().position(|(name, _)| key.eq_ignore_ascii_case(name.as_str())) {
                    parts[at].get_or_insert(part);
                }
                true
            })?;
            out.push('{');
            for (number, ((name, of), part)) in known.iter().zip(parts).enumerate() {
                if number > 0 {
                    form.after(',', out);
                }
                form.named(name.as_str(), out);
                conform(part.unwrap_or(b"null"), of, form, out);
            }
            out.push('}');
            Some(())
        }
        Nested::Array(of) => {
            if value.first() != Some(&b'[') {
                return None;
            }
            out.push('[');
            let found = elements(value, |part| {
                if out.len() > start + 1 {
                    form.after(',', out);
                }
                conform(part, of, form, out);
            });
            out.push(']');
            found
        }
        Nested::Map(pair) => {
            let [(_, key_type), (_, value_type)] = &pair[..] else { return None };
            let walked = form == Form::Walked;
            out.push(if walked { '[' } else { '{' });
            let found = members(value, |key, part| {
                if out.len() > start + 1 {
                    form.after(',', out);
                }
                if walked {
                    out.push_str("{\"key\":");
                    conform(key, key_type, form, out);
                    out.push_str(",\"value\":");
                    conform(part, value_type, form, out);
                    out.push('}');
                } else {
                    form.named(&unquoted(key), out);
                    conform(part, value_type, form, out);
                }
                true
            });
            out.push(if walked { ']' } else { '}' });
            found
        }
    };
    if found.is_none() {
        out.truncate(start);
    }
    found
}

fn scalar(value: &[u8], form: Form, out: &mut String) -> Option<()> {
    if matches!(value.first(), Some(b'{' | b'[') | None) {
        return None;
    }
    let text = String::from_utf8_lossy(value);
    let inner = match form {
        Form::Shown { parse: true } if value.first() == Some(&b'"') => json::compact(&unquoted(value)),
        _ => None,
    };
    out.push_str(inner.as_deref().unwrap_or(&text));
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let text = || Nested::Scalar(DataType::Varchar(20));
        let name = Nested::Struct(vec![("given".into(), text()), ("age".into(), text())]);
        let phones =
            Nested::Map(vec![("key".into(), text()), ("value".into(), Nested::Array(Box::new(text())))]);
        let made = |value: &str, shape: &Nested, form| {
            let mut out = String::new();
            conform(value.as_bytes(), shape, form, &mut out);
            out
        };
        let shown = Form::Shown { parse: true };
        let given = r#"{"Other":[1], "GIVEN" : "A\"b" ,"given":"no"}"#;
        assert_eq!(made(given, &name, Form::Walked), r#"{"given":"A\"b","age":null}"#);
        assert_eq!(made(given, &name, shown), r#"{"given": "A\"b", "age": null}"#);
        assert_eq!(made(r#"{"given":"{\"a\": 1}"}"#, &name, shown), r#"{"given": {"a":1}, "age": null}"#);
        let map = r#"{"home": ["1", [2], 3.50], "work": 4}"#;
        assert_eq!(
            made(map, &phones, Form::Walked),
            r#"[{"key":"home","value":["1",null,3.50]},{"key":"work","value":null}]"#
        );
        assert_eq!(
            made(map, &phones, Form::Shown { parse: false }),
            r#"{"home": ["1", null, 3.50], "work": null}"#
        );
        for other in ["1", "[]", "null", "\"x\""] {
            assert_eq!(made(other, &name, Form::Walked), "null", "{other}");
        }
    }
}
