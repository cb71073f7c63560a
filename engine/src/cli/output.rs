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
        Form::Table => table::render(operation, value)?,
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
/// led by the member's name in capitals (AWS CLI source, `awscli/text.py`).
fn text(value: &Value) -> String {
    let mut out = String::new();
    write_text(value, None, None, &mut out);
    out
}

pub fn is_scalar(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

/// `columns`: the scalars that any object of the list has; one that lacks some leaves their places empty.
fn write_text(value: &Value, name: Option<&str>, columns: Option<&[&String]>, out: &mut String) {
    match value {
        Value::Array(list) => {
            if list.iter().any(Value::is_object) {
                let members = list.iter().filter_map(Value::as_object).flatten();
                let mut columns: Vec<&String> =
                    members.filter(|(_, value)| is_scalar(value)).map(|(key, _)| key).collect();
                crate::sorted::sort(&mut columns);
                columns.dedup();
                list.iter().for_each(|item| write_text(item, name, Some(&columns), out));
                return;
            }
            let (scalars, more): (Vec<&Value>, Vec<&Value>) = list.iter().partition(|item| is_scalar(item));
            let cells: Vec<String> = scalars.into_iter().map(shown).collect();
            if name.is_some() {
                // A list of scalars below an object takes a line each.
                cells.into_iter().for_each(|cell| line(name, &[cell], out));
            } else if !cells.is_empty() {
                line(None, &cells, out);
            }
            more.into_iter().for_each(|item| write_text(item, name, None, out));
        }
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            crate::sorted::sort(&mut keys);
            let in_line =
                |key: &&String| columns.map_or(is_scalar(&map[*key]), |columns| columns.contains(key));
            let (own, more): (Vec<&String>, Vec<&String>) = keys.into_iter().partition(in_line);
            let cell = |key: &&String| map.get(*key).map_or_else(String::new, shown);
            let cells: Vec<String> = columns.unwrap_or(&own).iter().map(cell).collect();
            if !cells.is_empty() {
                line(name, &cells, out);
            }
            for key in more {
                write_text(&map[key], Some(&key.to_uppercase()), None, out);
            }
        }
        scalar => line(None, &[shown(scalar)], out),
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
