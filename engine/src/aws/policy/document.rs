//! A policy's text to its statements, and why a text is refused.
//!
//! The sentences are IAM's own (recorded from AWS or taken from moto, which copies them), except where a
//! comment says `unconfirmed`.

use serde_json::{Map, Value};

use super::condition::{Condition, Operator};

/// Where a policy is used decides what it may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Attached to a user, group or role: names no principal.
    Identity,
    /// A role's trust policy: names principals and no resource.
    Trust,
    /// A bucket's policy: names both.
    Resource,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The default when none is written; knows no variables.
    V2008,
    V2012,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    pub version: Version,
    pub statements: Vec<Statement>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    pub sid: Option<String>,
    pub effect: Effect,
    pub principal: Option<Principals>,
    pub actions: Selection,
    /// `None` in trust policies.
    pub resources: Option<Selection>,
    pub conditions: Vec<Condition>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Effect {
    Allow,
    Deny,
}

/// A list of patterns, or everything but them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// `NotAction`, `NotResource`.
    pub inverted: bool,
    pub patterns: Vec<String>,
}

/// `Principal` or `NotPrincipal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principals {
    pub inverted: bool,
    pub entries: Vec<PrincipalEntry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrincipalEntry {
    /// `"*"`, or `{"AWS": "*"}`.
    Anyone,
    /// An account id, `...:root`, or the ARN of a user, role or session.
    Aws(String),
    Service(String),
    Federated(String),
    CanonicalUser(String),
}

/// Why a text is no policy: IAM's sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(pub String);

const SYNTAX: &str = "Syntax errors in policy.";

impl Policy {
    /// Reads and checks a document.
    pub fn parse(text: &str, used: Use) -> Result<Policy, Malformed> {
        if used == Use::Identity && !text.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}')) {
            return malformed(
                "The specified value for policyDocument is invalid. It must contain only printable ASCII characters.",
            );
        }
        let value: Value = serde_json::from_str(text)
            .map_err(|_| Malformed("This policy contains invalid Json".to_owned()))?;
        let Value::Object(document) = value else { return malformed(SYNTAX) };
        if document.keys().any(|key| !matches!(key.as_str(), "Version" | "Id" | "Statement")) {
            return malformed(SYNTAX);
        }
        let version = match document.get("Version") {
            None => Version::V2008,
            Some(Value::String(version)) if version == "2012-10-17" => Version::V2012,
            Some(Value::String(version)) if version == "2008-10-17" => Version::V2008,
            Some(Value::String(_)) => {
                return malformed("Policy document must be version 2012-10-17 or greater.");
            }
            Some(_) => return malformed(SYNTAX),
        };
        let entries: Vec<&Value> = match document.get("Statement") {
            Some(Value::Array(entries)) => entries.iter().collect(),
            Some(one @ Value::Object(_)) => vec![one],
            _ => return malformed(SYNTAX),
        };
        if entries.is_empty() {
            return malformed(SYNTAX);
        }
        let mut statements: Vec<Statement> = Vec::with_capacity(entries.len());
        for entry in entries {
            let Value::Object(entry) = entry else { return malformed(SYNTAX) };
            let statement = statement(entry, used)?;
            if statement.sid.is_some() && statements.iter().any(|other| other.sid == statement.sid) {
                return malformed("Statement IDs (SID) in a single policy must be unique.");
            }
            statements.push(statement);
        }
        Ok(Policy { version, statements })
    }
}

fn malformed<T>(sentence: impl Into<String>) -> Result<T, Malformed> {
    Err(Malformed(sentence.into()))
}

fn statement(entry: &Map<String, Value>, used: Use) -> Result<Statement, Malformed> {
    const KEYS: [&str; 9] = [
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    ];
    if entry.keys().any(|key| !KEYS.contains(&key.as_str())) {
        return malformed(SYNTAX);
    }
    let effect = match entry.get("Effect").and_then(Value::as_str) {
        Some("Allow") => Effect::Allow,
        Some("Deny") => Effect::Deny,
        _ => return malformed(SYNTAX),
    };
    let sid = match entry.get("Sid") {
        None => None,
        Some(Value::String(sid)) if sid.is_empty() => None,
        Some(Value::String(sid)) => {
            // S3 takes blanks in a Sid, IAM does not.
            if used != Use::Resource && !sid.chars().all(|c| c.is_ascii_alphanumeric()) {
                return malformed(format!(
                    "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*: {sid}"
                ));
            }
            Some(sid.clone())
        }
        Some(_) => return malformed(SYNTAX),
    };
    let principal = principals(entry, used)?;
    let actions = match selection(entry, "Action", "NotAction")? {
        Some(actions) if !actions.patterns.is_empty() => actions,
        _ => return malformed("Policy statement must contain actions."),
    };
    for action in &actions.patterns {
        check_action(action)?;
        if used == Use::Trust && !action.to_ascii_lowercase().starts_with("sts:") {
            return malformed("AssumeRole policy may only specify STS AssumeRole actions.");
        }
    }
    let resources = selection(entry, "Resource", "NotResource")?;
    match (used, &resources) {
        (Use::Trust, Some(_)) => return malformed("Has prohibited field Resource"),
        (Use::Trust, None) => {}
        (_, Some(resources)) if !resources.patterns.is_empty() => {
            for resource in &resources.patterns {
                check_resource(resource)?;
            }
        }
        _ => return malformed("Policy statement must contain resources."),
    }
    Ok(Statement {
        sid,
        effect,
        principal,
        actions,
        resources,
        conditions: conditions(entry.get("Condition"))?,
    })
}

/// The list under one of two keys that exclude each other.
fn selection(entry: &Map<String, Value>, key: &str, inverse: &str) -> Result<Option<Selection>, Malformed> {
    let (value, inverted) = match (entry.get(key), entry.get(inverse)) {
        (Some(_), Some(_)) => return malformed(SYNTAX),
        (Some(value), None) => (value, false),
        (None, Some(value)) => (value, true),
        (None, None) => return Ok(None),
    };
    Ok(Some(Selection { inverted, patterns: strings(value)? }))
}

/// A string, or a list of strings.
fn strings(value: &Value) -> Result<Vec<String>, Malformed> {
    match value {
        Value::String(one) => Ok(vec![one.clone()]),
        Value::Array(list) => list
            .iter()
            .map(|item| item.as_str().map(str::to_owned).ok_or_else(|| Malformed(SYNTAX.to_owned())))
            .collect(),
        _ => malformed(SYNTAX),
    }
}

fn check_action(action: &str) -> Result<(), Malformed> {
    if action == "*" {
        return Ok(());
    }
    match action.split(':').collect::<Vec<&str>>()[..] {
        [vendor, _]
            if vendor.is_empty()
                || !vendor.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '*') =>
        {
            malformed(format!("Vendor {vendor} is not valid"))
        }
        [_, _] => Ok(()),
        [_] => malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
        _ => malformed("Actions/Condition can contain only one colon."),
    }
}

fn check_resource(resource: &str) -> Result<(), Malformed> {
    if resource == "*" {
        return Ok(());
    }
    let parts: Vec<&str> = resource.splitn(6, ':').collect();
    if parts[0] != "arn" || parts.len() < 2 {
        return malformed(format!("Resource {resource} must be in ARN format or \"*\"."));
    }
    if !matches!(parts[1], "aws" | "aws-cn" | "aws-us-gov" | "*") {
        return malformed(format!("Partition \"{}\" is not valid for resource \"{resource}\".", parts[1]));
    }
    if parts.len() < 6 {
        // `arn:aws:s3:*` and the like.
        return malformed("The policy failed legacy parsing");
    }
    if parts[2].is_empty() || parts[2].contains(['*', '?']) {
        return malformed("Resource vendor must be fully qualified and cannot contain regexes.");
    }
    match parts[2] {
        "iam" if !parts[3].is_empty() => {
            malformed(format!("IAM resource {resource} cannot contain region information."))
        }
        "s3" if !parts[3].is_empty() => {
            malformed(format!("Resource {resource} can not contain region information."))
        }
        _ => Ok(()),
    }
}

fn principals(entry: &Map<String, Value>, used: Use) -> Result<Option<Principals>, Malformed> {
    let (value, inverted) = match (entry.get("Principal"), entry.get("NotPrincipal")) {
        (Some(_), Some(_)) => return malformed(SYNTAX),
        (Some(value), None) => (value, false),
        (None, Some(value)) => (value, true),
        (None, None) => {
            return match used {
                Use::Identity => Ok(None),
                // unconfirmed: the sentence is the counterpart of "Has prohibited field Resource".
                Use::Trust | Use::Resource => malformed("Missing required field Principal"),
            };
        }
    };
    if used == Use::Identity {
        return malformed("Policy document should not specify a principal.");
    }
    let mut entries = Vec::new();
    match value {
        Value::String(any) if any == "*" => entries.push(PrincipalEntry::Anyone),
        Value::Object(kinds) => {
            for (kind, names) in kinds {
                for name in strings(names)? {
                    entries.push(match kind.as_str() {
                        "AWS" if name == "*" => PrincipalEntry::Anyone,
                        "AWS" => PrincipalEntry::Aws(aws_principal(name)?),
                        "Service" => PrincipalEntry::Service(service_principal(name)?),
                        "Federated" => PrincipalEntry::Federated(name),
                        "CanonicalUser" => PrincipalEntry::CanonicalUser(name),
                        _ => return malformed(SYNTAX),
                    });
                }
            }
        }
        // unconfirmed: the sentence for a bare name.
        Value::String(name) => return malformed(format!("Invalid principal in policy: \"{name}\"")),
        _ => return malformed(SYNTAX),
    }
    if entries.is_empty() {
        return malformed(SYNTAX);
    }
    Ok(Some(Principals { inverted, entries }))
}

fn aws_principal(name: String) -> Result<String, Malformed> {
    let account = name.len() == 12 && name.bytes().all(|b| b.is_ascii_digit());
    let arn = name.starts_with("arn:aws:") && name.splitn(6, ':').count() == 6 && !name.contains(['*', '?']);
    if account || arn {
        Ok(name)
    } else {
        malformed(format!("Invalid principal in policy: \"AWS\":\"{name}\""))
    }
}

fn service_principal(name: String) -> Result<String, Malformed> {
    let valid = name.strip_suffix(".amazonaws.com").is_some_and(|service| {
        !service.is_empty()
            && service.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.')
    });
    if valid { Ok(name) } else { malformed(format!("Invalid principal in policy: \"SERVICE\":\"{name}\"")) }
}

fn conditions(value: Option<&Value>) -> Result<Vec<Condition>, Malformed> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let Value::Object(operators) = value else { return malformed(SYNTAX) };
    let mut conditions = Vec::new();
    for (name, keys) in operators {
        let Some(operator) = Operator::parse(name) else {
            // unconfirmed: remembered from reports, not recorded.
            return malformed(format!("Invalid Condition type : {name}"));
        };
        let Value::Object(keys) = keys else { return malformed(SYNTAX) };
        for (key, values) in keys {
            conditions.push(Condition { operator, key: key.clone(), values: condition_values(values)? });
        }
    }
    Ok(conditions)
}

/// Condition values may also be written as booleans or numbers.
fn condition_values(value: &Value) -> Result<Vec<String>, Malformed> {
    match value {
        Value::Array(list) => {
            let mut values = Vec::new();
            for item in list {
                values.extend(condition_values(item)?);
            }
            Ok(values)
        }
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Bool(flag) => Ok(vec![flag.to_string()]),
        Value::Number(number) => Ok(vec![number.to_string()]),
        Value::Null | Value::Object(_) => malformed(SYNTAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str, used: Use) -> String {
        Policy::parse(text, used).unwrap_err().0
    }

    #[test]
    fn texts_of_refusals() {
        let statement = |inner: &str| format!("{{\"Version\":\"2012-10-17\",\"Statement\":{{{inner}}}}}");
        for (text, expected) in [
            ("{".to_owned(), "This policy contains invalid Json"),
            ("{}".to_owned(), SYNTAX),
            (
                "{\"Version\":\"2011-01-01\",\"Statement\":[]}".to_owned(),
                "Policy document must be version 2012-10-17 or greater.",
            ),
            (statement("\"Effect\":\"allow\",\"Action\":\"*\",\"Resource\":\"*\""), SYNTAX),
            (statement("\"Effect\":\"Allow\",\"Resource\":\"*\""), "Policy statement must contain actions."),
            (
                statement("\"Effect\":\"Allow\",\"Action\":\"s3:*\""),
                "Policy statement must contain resources.",
            ),
            (
                statement("\"Effect\":\"Allow\",\"Action\":\"GetObject\",\"Resource\":\"*\""),
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
            ),
            (
                statement("\"Effect\":\"Allow\",\"Action\":\"a:b:c\",\"Resource\":\"*\""),
                "Actions/Condition can contain only one colon.",
            ),
            (
                statement("\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"bucket\""),
                "Resource bucket must be in ARN format or \"*\".",
            ),
            (
                statement(
                    "\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:us-west-2::b\"",
                ),
                "Resource arn:aws:s3:us-west-2::b can not contain region information.",
            ),
            (
                statement("\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\",\"Principal\":\"*\""),
                "Policy document should not specify a principal.",
            ),
        ] {
            assert_eq!(refusal(&text, Use::Identity), expected, "{text}");
        }
        assert_eq!(
            refusal(
                &statement(
                    "\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"redshift\"},\"Action\":\"sts:AssumeRole\""
                ),
                Use::Trust
            ),
            "Invalid principal in policy: \"SERVICE\":\"redshift\""
        );
    }
}
