//! `--output json` and `text`.

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

use super::arguments::{Form, Global};
use super::{query, table, yaml};

/// An answer as the CLI prints it; nothing for an operation without output.
pub fn print(value: &Value, global: &Global, operation: &str) -> Result<String, String> {
    let selected;
    let value = match &global.query {
        Some(expression) => {
            selected = query::apply(expression, value)?;
            &selected
        }
        None if is_empty(value) => return Ok(String::new()),
        None => value,
    };
    Ok(match global.output.unwrap_or_default() {
        Form::Yaml => yaml::render(value),
        Form::YamlStream => yaml::render(&Value::Array(vec![value.clone()])),
        Form::Json => json(value) + "\n",
        Form::Text => text(value),
        Form::Table => table::render(operation, value),
    })
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty)
}

/// Four blanks of indent; characters beyond ASCII stay as they are.
pub fn json(value: &Value) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b"    "));
    // Writing a value into memory cannot fail.
    let _ = value.serialize(&mut serializer);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Tab-separated lines: an object's scalars in one line, sorted by name; lists and objects below, each line
/// led by the member's name in capitals.
fn text(value: &Value) -> String {
    let mut out = String::new();
    write_text(value, None, &mut out);
    out
}

fn write_text(value: &Value, name: Option<&str>, out: &mut String) {
    match value {
        Value::Array(list) if list.iter().any(|item| item.is_object() || item.is_array()) => {
            if list.iter().any(Value::is_object) {
                for item in list {
                    write_text(item, name, out);
                }
            } else {
                for item in list {
                    match item {
                        Value::Array(_) => write_text(item, name, out),
                        scalar => line(name, &[shown(scalar)], out),
                    }
                }
            }
        }
        Value::Array(list) => {
            let cells: Vec<String> = list.iter().map(shown).collect();
            if name.is_some() {
                // A list of scalars below an object takes a line each.
                cells.into_iter().for_each(|cell| line(name, &[cell], out));
            } else if !cells.is_empty() {
                line(None, &cells, out);
            }
        }
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            crate::sorted::sort(&mut keys);
            let scalar = |key: &&&String| !map[**key].is_array() && !map[**key].is_object();
            let cells: Vec<String> = keys.iter().filter(scalar).map(|key| shown(&map[*key])).collect();
            if !cells.is_empty() {
                line(name, &cells, out);
            }
            for key in keys.iter().filter(|key| !scalar(key)) {
                write_text(&map[*key], Some(&key.to_uppercase()), out);
            }
        }
        scalar => line(name, &[shown(scalar)], out),
    }
}

fn line(name: Option<&str>, cells: &[String], out: &mut String) {
    if let Some(name) = name {
        out.push_str(name);
        out.push('\t');
    }
    out.push_str(&cells.join("\t"));
    out.push('\n');
}

/// A scalar as Python prints it.
pub fn shown(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
