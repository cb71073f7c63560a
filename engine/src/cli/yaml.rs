//! `--output yaml`: as the CLI's YAML writer lays it out, keys in order, lists flush with what they belong to.

use serde_json::Value;

/// A document; an empty object or list is written as such.
pub fn render(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => block(value, 0, false, &mut out),
        Value::Array(list) if !list.is_empty() => block(value, 0, false, &mut out),
        other => {
            out.push_str(&flat(other));
            out.push('\n');
        }
    }
    out
}

fn flat(value: &Value) -> String {
    match value {
        Value::Object(_) => "{}".to_owned(),
        Value::Array(_) => "[]".to_owned(),
        Value::Null => "null".to_owned(),
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

fn is_block(value: &Value) -> bool {
    match value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => false,
    }
}

/// `led`: the first line stands behind a dash that is already there.
fn block(value: &Value, indent: usize, led: bool, out: &mut String) {
    let mut first = led;
    let mut margin = |out: &mut String| {
        if !std::mem::take(&mut first) {
            out.push_str(&" ".repeat(indent));
        }
    };
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            crate::sorted::sort(&mut keys);
            for key in keys {
                margin(out);
                let item = &map[key];
                out.push_str(&format!("{}:", scalar(key)));
                if is_block(item) {
                    out.push('\n');
                    block(item, if item.is_array() { indent } else { indent + 2 }, false, out);
                } else {
                    out.push_str(&format!(" {}\n", flat(item)));
                }
            }
        }
        Value::Array(list) => {
            for item in list {
                margin(out);
                out.push_str("- ");
                if is_block(item) {
                    block(item, indent + 2, true, out);
                } else {
                    out.push_str(&format!("{}\n", flat(item)));
                }
            }
        }
        _ => {}
    }
}

/// A text, in quotes where it would be read as something else.
fn scalar(text: &str) -> String {
    let control = text.chars().any(char::is_control);
    if control {
        return serde_json::Value::from(text).to_string();
    }
    let word = matches!(
        text.to_ascii_lowercase().as_str(),
        "" | "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "~" | "y" | "n" | "=" | "<<"
    );
    let number = text.trim_start_matches(['-', '+']).starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && text.chars().all(|c| c.is_ascii_digit() || "+-._:eETZxabcdfABCDF ".contains(c));
    let special = text.starts_with(|c: char| "!&*-?|>@`'\"#%,[]{}:=".contains(c))
        && !(text.starts_with(['-', '?', ':']) && text.len() > 1 && !text[1..].starts_with(' '));
    let inside = text.contains(": ") || text.contains(" #") || text.ends_with(':');
    if word || number || special || inside || text.trim() != text {
        return format!("'{}'", text.replace('\'', "''"));
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout() {
        let value = serde_json::json!({
            "Users": [{"UserName": "mina", "CreateDate": "2023-05-25T10:00:00+00:00", "Tags": []}],
            "Account": "123456789012", "Flag": true, "Key": "*", "Nested": {"A": null},
        });
        assert_eq!(
            render(&value),
            "Account: '123456789012'\nFlag: true\nKey: '*'\nNested:\n  A: null\nUsers:\n- CreateDate: '2023-05-25T10:00:00+00:00'\n  Tags: []\n  UserName: mina\n"
        );
    }
}
