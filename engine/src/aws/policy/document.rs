//! A policy's text to its statements, and why a text is refused.
//!
//! The sentences are IAM's own (recorded from AWS or taken from moto, which copies them), except where a
//! comment says `unconfirmed`.

use serde_json::{Map, Value};

use super::condition::{Condition, Operator, Test};
use super::grammar;
use crate::aws::timestamp;

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

impl Policy {
    /// Reads and checks a document: what is no statement at all first, then what a statement may not say, in
    /// IAM's order.
    pub fn parse(text: &str, used: Use) -> Result<Policy, Malformed> {
        if used == Use::Identity && !text.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}')) {
            return malformed(
                "The specified value for policyDocument is invalid. It must contain only printable ASCII characters.",
            );
        }
        let value: Value = serde_json::from_str(text)
            .map_err(|_| Malformed("This policy contains invalid Json".to_owned()))?;
        let Value::Object(document) = value else { return malformed(SYNTAX) };
        // unconfirmed: that a key written twice is no more than a syntax error.
        if document.keys().any(|key| !matches!(key.as_str(), "Version" | "Id" | "Statement"))
            || document.get("Id").is_some_and(|id| !id.is_string())
            || grammar::repeats_a_key(text)
        {
            return malformed(SYNTAX);
        }
        let version = match document.get("Version").map(Value::as_str) {
            None | Some(Some("2008-10-17")) => Version::V2008,
            Some(Some("2012-10-17")) => Version::V2012,
            Some(_) => return malformed(SYNTAX),
        };
        let entries: &[Value] = match document.get("Statement") {
            Some(Value::Array(entries)) => entries,
            Some(one @ Value::Object(_)) => std::slice::from_ref(one),
            None if used == Use::Resource => return malformed("Missing required field Statement"),
            _ => return malformed(SYNTAX),
        };
        if entries.is_empty() {
            return malformed(match used {
                Use::Resource => "Could not parse the policy: Statement is empty!",
                Use::Identity | Use::Trust => SYNTAX,
            });
        }
        let mut statements = Vec::with_capacity(entries.len());
        for entry in entries {
            let Value::Object(entry) = entry else { return malformed(SYNTAX) };
            statements.push(statement(entry, used)?);
        }
        check(&statements, used)?;
        Ok(Policy { version, statements })
    }
}

pub(super) fn malformed<T>(sentence: impl Into<String>) -> Result<T, Malformed> {
    Err(Malformed(sentence.into()))
}

fn statement(entry: &Map<String, Value>, used: Use) -> Result<Statement, Malformed> {
    if entry.keys().any(|key| !KEYS.contains(&key.as_str())) {
        return malformed(SYNTAX);
    }
    let effect = match entry.get("Effect").map(Value::as_str) {
        Some(Some("Allow")) => Effect::Allow,
        Some(Some("Deny")) => Effect::Deny,
        Some(Some(other)) if used == Use::Resource => return malformed(format!("Invalid effect: {other}")),
        None if used == Use::Resource => return malformed("Missing required field Effect"),
        _ => return malformed(SYNTAX),
    };
    let sid = match entry.get("Sid") {
        None => None,
        Some(Value::String(sid)) => (!sid.is_empty()).then(|| sid.clone()),
        Some(_) => return malformed(SYNTAX),
    };
    let principal = principals(entry, used)?;
    let actions = selection(entry, "Action", "NotAction")?;
    let resources = selection(entry, "Resource", "NotResource")?;
    if used == Use::Trust && resources.is_some() {
        return malformed("Has prohibited field Resource");
    }
    Ok(Statement {
        sid,
        effect,
        principal,
        actions: actions.unwrap_or(Selection { inverted: false, patterns: Vec::new() }),
        resources,
        conditions: conditions(entry.get("Condition"), used)?,
    })
}

/// What the statements say, each kind of thing through all of them before the next.
fn check(statements: &[Statement], used: Use) -> Result<(), Malformed> {
    for (at, statement) in statements.iter().enumerate() {
        let Some(sid) = &statement.sid else { continue };
        // S3 takes blanks in a Sid, IAM does not.
        if used != Use::Resource && !sid.chars().all(|c| c.is_ascii_alphanumeric()) {
            return malformed(format!(
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*: {sid}"
            ));
        }
        if statements[..at].iter().any(|other| other.sid == statement.sid) {
            return malformed("Statement IDs (SID) in a single policy must be unique.");
        }
    }
    if statements.iter().any(|statement| statement.actions.patterns.is_empty()) {
        return malformed(match used {
            Use::Resource => "Missing required field Action",
            Use::Identity | Use::Trust => "Policy statement must contain actions.",
        });
    }
    if used != Use::Trust
        && statements.iter().any(|one| one.resources.as_ref().is_none_or(|list| list.patterns.is_empty()))
    {
        return malformed(match used {
            Use::Resource => "Missing required field Resource",
            Use::Identity | Use::Trust => "Policy statement must contain resources.",
        });
    }
    for resource in statements.iter().filter_map(|one| one.resources.as_ref()).flat_map(|list| &list.patterns)
    {
        grammar::check_resource(resource)?;
    }
    // S3 reads keys itself.
    let keys = statements.iter().flat_map(|statement| &statement.conditions).map(|condition| &condition.key);
    if used != Use::Resource && keys.into_iter().any(|key| !key.contains(':')) {
        return malformed(grammar::NO_VENDOR);
    }
    for action in statements.iter().flat_map(|statement| &statement.actions.patterns) {
        grammar::check_action(action)?;
        if used == Use::Trust && !action.to_ascii_lowercase().starts_with("sts:") {
            return malformed("AssumeRole policy may only specify STS AssumeRole actions.");
        }
    }
    Ok(())
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

fn principals(entry: &Map<String, Value>, used: Use) -> Result<Option<Principals>, Malformed> {
    let (value, inverted) = match (entry.get("Principal"), entry.get("NotPrincipal")) {
        (Some(_), Some(_)) => return malformed(SYNTAX),
        (Some(value), None) => (value, false),
        (None, Some(value)) => (value, true),
        (None, None) if used == Use::Identity => return Ok(None),
        (None, None) => return malformed("Missing required field Principal"),
    };
    if used == Use::Identity {
        return malformed("Policy document should not specify a principal.");
    }
    // S3 does not say which.
    let invalid = |what: String| match used {
        Use::Resource => malformed("Invalid principal in policy"),
        Use::Identity | Use::Trust => malformed(format!("Invalid principal in policy: {what}")),
    };
    let mut entries = Vec::new();
    match value {
        Value::String(any) if any == "*" => entries.push(PrincipalEntry::Anyone),
        Value::Object(kinds) => {
            for (kind, names) in kinds {
                for name in strings(names)? {
                    entries.push(match kind.as_str() {
                        "AWS" if name == "*" => PrincipalEntry::Anyone,
                        "AWS" if grammar::is_aws_principal(&name) => PrincipalEntry::Aws(name),
                        "AWS" => return invalid(format!("\"AWS\":\"{name}\"")),
                        "Service" if grammar::is_service_principal(&name) => PrincipalEntry::Service(name),
                        "Service" => return invalid(format!("\"SERVICE\":\"{name}\"")),
                        "Federated" => PrincipalEntry::Federated(name),
                        "CanonicalUser" => PrincipalEntry::CanonicalUser(name),
                        _ => return malformed(SYNTAX),
                    });
                }
            }
        }
        // unconfirmed: the sentence for a bare name.
        Value::String(name) => return invalid(format!("\"{name}\"")),
        _ => return malformed(SYNTAX),
    }
    if entries.is_empty() {
        return malformed(SYNTAX);
    }
    Ok(Some(Principals { inverted, entries }))
}

fn conditions(value: Option<&Value>, used: Use) -> Result<Vec<Condition>, Malformed> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let Value::Object(operators) = value else { return malformed(SYNTAX) };
    let mut conditions = Vec::new();
    for (name, keys) in operators {
        let Some(operator) = Operator::parse(name) else {
            return malformed(match used {
                Use::Resource => format!("Invalid Condition type : {name}"),
                Use::Identity | Use::Trust => SYNTAX.to_owned(),
            });
        };
        let Value::Object(keys) = keys else { return malformed(SYNTAX) };
        for (key, values) in keys {
            let values = condition_values(values)?;
            let dates = matches!(operator.test, Test::Date(_));
            if dates && values.iter().any(|value| timestamp::parse(value).is_none()) {
                return malformed("The policy failed legacy parsing");
            }
            conditions.push(Condition { operator, key: key.clone(), values });
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
