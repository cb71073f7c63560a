//! `lessons/lab.schema.json` says what the reader takes: the same fields, and every lab of the course is valid by it.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::super::Definition;

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../../lab.schema.json")).unwrap()
}

#[test]
fn schema_and_reader_know_the_same_fields() {
    let schema = schema();
    let head = "format = 1\nid = \"x\"\nminutes = 1\nstart = \"empty\"\nlanguages = [\"en\"]\n";
    for (place, text) in [
        ("", "nothing = 1\n"),
        ("/$defs/step", "[[step]]\nnothing = 1\n"),
        ("/$defs/check", "[[step]]\nid = \"a\"\n[[step.check]]\nnothing = 1\n"),
        ("/$defs/wrong", "[[step]]\nid = \"a\"\n[[step.wrong]]\nnothing = 1\n"),
        (
            "/$defs/when",
            "[[step]]\nid = \"a\"\n[[step.wrong]]\nid = \"w\"\n[[step.wrong.when]]\nnothing = 1\n",
        ),
    ] {
        let told = Definition::parse(&format!("{head}{text}")).unwrap_err().remove(0).message;
        let (_, expected) = told.split_once("expected").unwrap_or_else(|| panic!("{told}"));
        let mut taken: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        let fields = schema.pointer(&format!("{place}/properties")).and_then(Value::as_object).unwrap();
        let mut known: Vec<&str> = fields.keys().map(String::as_str).collect();
        taken.sort_unstable();
        known.sort_unstable();
        assert_eq!(known, taken, "{place}");
    }
}

#[test]
fn every_lab_is_valid_and_a_broken_one_is_not() {
    let schema = schema();
    let labs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../labs");
    let mut count = 0;
    for folder in fs::read_dir(labs).unwrap().flatten() {
        let Ok(text) = fs::read_to_string(folder.path().join("lab.toml")) else { continue };
        let mut lab: Value = serde_json::to_value(toml::from_str::<toml::Table>(&text).unwrap()).unwrap();
        assert_eq!(invalid(&schema, &schema, &lab), None, "{}", folder.path().display());
        lab["minutes"] = "many".into();
        assert!(invalid(&schema, &schema, &lab).is_some());
        lab["minutes"] = 10.into();
        lab["step"][0]["check"][0]["sqll"] = "SELECT 1".into();
        assert!(invalid(&schema, &schema, &lab).is_some_and(|told| told.contains("sqll")));
        count += 1;
    }
    assert!(count > 3);
}

/// As much of JSON Schema as the file uses.
fn invalid(root: &Value, schema: &Value, value: &Value) -> Option<String> {
    if let Some(place) = schema.get("$ref").and_then(Value::as_str) {
        return invalid(root, root.pointer(place.trim_start_matches('#')).unwrap(), value);
    }
    let right = match schema["type"].as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64(),
        "number" => value.is_number(),
        other => panic!("{other}"),
    };
    if !right {
        return Some(format!("{value} is no {}", schema["type"]));
    }
    for (name, inside) in value.as_object().into_iter().flatten() {
        match schema.get("properties").map(|known| known.get(name)) {
            Some(Some(known)) => {
                if let Some(told) = invalid(root, known, inside) {
                    return Some(format!("{name}: {told}"));
                }
            }
            Some(None) => return Some(format!("{name} is not known")),
            None => {}
        }
    }
    let required = schema.get("required").and_then(Value::as_array);
    if let Some(missing) =
        required.into_iter().flatten().find(|name| value.get(name.as_str().unwrap()).is_none())
    {
        return Some(format!("{missing} is missing"));
    }
    let items = schema.get("items").zip(value.as_array());
    items.and_then(|(schema, values)| values.iter().find_map(|value| invalid(root, schema, value)))
}
