//! The `aws` line that does the same as a call: what every button of the console shows.

use serde_json::Value;

/// `aws iam create-role --role-name x`: the operation's parameters as flags, in their order.
pub fn line(service: &str, operation: &str, parameters: &Value) -> String {
    let mut line = format!("aws {service} {}", kebab(operation));
    for (name, value) in parameters.as_object().into_iter().flatten() {
        line.push_str(" --");
        if *value == Value::Bool(false) {
            line.push_str("no-");
        }
        line.push_str(&kebab(name));
        match value {
            Value::Bool(_) | Value::Null => {}
            Value::Array(items) if items.iter().all(Value::is_string) => {
                for item in items {
                    line.push(' ');
                    line.push_str(&word(item));
                }
            }
            value => {
                line.push(' ');
                line.push_str(&word(value));
            }
        }
    }
    if service == "s3api" && operation == "GetObject" {
        let key = parameters.get("Key").and_then(Value::as_str).unwrap_or_default();
        line.push(' ');
        line.push_str(&quoted(key.rsplit('/').next().unwrap_or(key)));
    }
    line
}

/// A value as one word of a shell: text as it is, everything else as JSON.
fn word(value: &Value) -> String {
    match value.as_str() {
        Some(text) => quoted(text),
        None => quoted(&value.to_string()),
    }
}

/// Quoted when a shell would take it apart.
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// AWS's names to the CLI's: `ClusterIdentifier` to `cluster-identifier`, `DBName` to `db-name`.
fn kebab(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut text = String::with_capacity(name.len() + 4);
    for (at, letter) in letters.iter().enumerate() {
        let upper = |at: usize| letters.get(at).is_some_and(char::is_ascii_uppercase);
        let lower = |at: usize| letters.get(at).is_some_and(char::is_ascii_lowercase);
        if at > 0 && upper(at) && (!upper(at - 1) || lower(at + 1)) {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::line;
    use serde_json::json;

    #[test]
    fn a_call_is_written_as_its_line() {
        let parameters = json!({"RoleName": "a b", "Path": "/", "Tags": [{"Key": "k"}], "Names": ["x", "y"]});
        assert_eq!(
            line("iam", "CreateRole", &parameters),
            r#"aws iam create-role --role-name 'a b' --path / --tags '[{"Key":"k"}]' --names x y"#
        );
        assert_eq!(
            line("s3api", "ListObjectsV2", &json!({"Bucket": "b", "FetchOwner": false, "MaxKeys": 5})),
            "aws s3api list-objects-v2 --bucket b --no-fetch-owner --max-keys 5"
        );
        assert_eq!(
            line("s3api", "GetObject", &json!({"Bucket": "b", "Key": "a/it's.csv"})),
            r"aws s3api get-object --bucket b --key 'a/it'\''s.csv' 'it'\''s.csv'"
        );
    }
}
