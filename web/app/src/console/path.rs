//! Reading answers: a path into JSON, and templates that are filled from what is known.
//!
//! Paths are the plain part of JMESPath: `Cluster.Endpoint.Address`, `Clusters[0].DBName`, `IamRoles[].IamRoleArn`;
//! `@` is the whole. In a template `{path}` stands for a value, `{path:word}` for the value or this word, and what is
//! not known falls away.

use serde_json::{Map, Value};

/// The value at a path; `None` when there is none, or only an empty one.
pub fn find(value: &Value, path: &str) -> Option<Value> {
    if path.is_empty() || path == "@" {
        return Some(value.clone());
    }
    let (step, rest) = path.split_once('.').unwrap_or((path, ""));
    let (name, index) = step.strip_suffix(']').and_then(|step| step.split_once('[')).unwrap_or((step, "-"));
    let inner = if name.is_empty() { value } else { value.get(name)? };
    let found = match index {
        "-" => find(inner, rest)?,
        "" => Value::Array(inner.as_array()?.iter().filter_map(|item| find(item, rest)).collect()),
        index => find(inner.as_array()?.get(index.parse::<usize>().ok()?)?, rest)?,
    };
    (!found.is_null()).then_some(found)
}

/// The rows at a path.
pub fn rows(value: &Value, path: &str) -> Vec<Value> {
    match find(value, path) {
        Some(Value::Array(rows)) => rows,
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

/// A value as text: strings as they are, lists with commas, the rest as JSON.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Whether there is something: neither absent, empty, false nor zero.
pub fn is_there(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(Value::Bool(true) | Value::Object(_)) => true,
    }
}

/// A condition: `path`, `!path`, or `path=a,b` for one of these words.
pub fn holds(known: &Value, condition: &str) -> bool {
    if let Some(path) = condition.strip_prefix('!') {
        return !holds(known, path);
    }
    match condition.split_once('=') {
        None => is_there(find(known, condition).as_ref()),
        Some((path, words)) => {
            let found = find(known, path).map(|value| text(&value)).unwrap_or_default();
            words.split(',').any(|word| word == found)
        }
    }
}

/// The template with everything known put in; members that are not known fall away.
pub fn fill(template: &Value, known: &Value) -> Option<Value> {
    match template {
        Value::String(text) => fill_text(text, known),
        Value::Array(items) => {
            let mut filled = Vec::new();
            for item in items {
                match fill(item, known) {
                    Some(Value::Array(more)) => filled.extend(more),
                    Some(one) => filled.push(one),
                    None => {}
                }
            }
            (!filled.is_empty()).then_some(Value::Array(filled))
        }
        Value::Object(members) => {
            let filled: Map<String, Value> = members
                .iter()
                .filter_map(|(name, member)| Some((name.clone(), fill(member, known)?)))
                .collect();
            (!filled.is_empty() || members.is_empty()).then_some(Value::Object(filled))
        }
        other => Some(other.clone()),
    }
}

/// The same for a text; a lone `{path}` keeps the value's kind.
fn fill_text(template: &str, known: &Value) -> Option<Value> {
    let lone = template.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    if let Some(path) = lone.filter(|path| !path.contains('{')) {
        return known_or(known, path);
    }
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((path, after)) = after.split_once('}') else { break };
        filled.push_str(&text(&known_or(known, path)?));
        rest = after;
    }
    filled.push_str(rest);
    Some(Value::String(filled))
}

/// The value at a path, or what stands behind its `:` for when there is none.
fn known_or(known: &Value, path: &str) -> Option<Value> {
    let (path, otherwise) = path.split_once(':').map_or((path, None), |(path, other)| (path, Some(other)));
    let found = find(known, path).filter(|value| *value != Value::String(String::new()));
    found.or_else(|| otherwise.map(Value::from))
}

/// A template of text, empty when something in it is not known.
pub fn filled(template: &str, known: &Value) -> String {
    fill_text(template, known).map(|value| text(&value)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{fill, filled, find, holds};
    use serde_json::json;

    #[test]
    fn paths_reach_into_answers() {
        let answer = json!({"A": [{"B": "x", "C": {"D": 1}}, {"B": "y"}], "E": {}});
        assert_eq!(find(&answer, "A[0].C.D"), Some(json!(1)));
        assert_eq!(find(&answer, "A[].B"), Some(json!(["x", "y"])));
        assert_eq!(find(&answer, "A[5].B"), None);
        assert_eq!(find(&json!("x"), "@"), Some(json!("x")));
    }

    #[test]
    fn templates_drop_what_is_not_known() {
        let known = json!({"name": "b", "region": "", "days": 7, "arns": ["x", "y"], "none": []});
        let template = json!({"Bucket": "{name}", "Place": {"Region": "{region}"}, "Days": "{days}",
            "Add": ["{arns}", "z-{name}"], "Gone": ["{nothing}"], "Kept": "{none}"});
        let wanted = json!({"Bucket": "b", "Days": 7, "Add": ["x", "y", "z-b"], "Kept": []});
        assert_eq!(fill(&template, &known), Some(wanted));
        assert_eq!(filled("bucket/{name}", &known), "bucket/b");
        assert_eq!(filled("bucket/{gone}", &known), "");
        assert_eq!(filled("{gone:us-east-1} {region:}", &known), "us-east-1 ");
        assert_eq!(filled("{name} and {days}", &known), "b and 7");
    }

    #[test]
    fn conditions_are_paths_or_words() {
        let known = json!({"status": "paused", "roles": []});
        assert!(holds(&known, "status=available,paused") && !holds(&known, "status=available"));
        assert!(!holds(&known, "roles") && holds(&known, "!roles") && holds(&known, "status"));
    }
}
