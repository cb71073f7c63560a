//! SimulatePrincipalPolicy: what a decision would be, without asking for it.

use serde_json::{Value, json};

use super::Authenticated;
use super::fault::IamFault;
use super::holder::Holder;
use super::managed;
use crate::aws::caller::Identity;
use crate::aws::policy::Context;
use crate::aws::policy::decision::{Request, Source, SourceKind, Verdict, decide, matched_statements};
use crate::aws::policy::document::Use;
use crate::aws::{Account, Order, request_context};

pub fn simulate(account: &Account, order: &Order<'_>) -> Result<Value, IamFault> {
    let parameters = order.parameters;
    let arn = parameters.required("PolicySourceArn");
    let subject = subject(account, arn)?;
    let mut sources = subject.sources.clone();
    for (number, document) in parameters.texts("PolicyInputList").into_iter().enumerate() {
        let policy = super::policy_document(document, Use::Identity)?;
        sources.push(Source {
            name: format!("PolicyInputList.{}", number + 1),
            kind: SourceKind::Identity,
            policy,
        });
    }
    for (number, document) in parameters.texts("PermissionsBoundaryPolicyInputList").into_iter().enumerate() {
        sources.retain(|source| source.kind != SourceKind::Boundary);
        let policy = super::policy_document(document, Use::Identity)?;
        let name = format!("PermissionsBoundaryPolicyInputList.{}", number + 1);
        sources.push(Source { name, kind: SourceKind::Boundary, policy });
    }
    if let Some(document) = parameters.text("ResourcePolicy") {
        let policy = super::policy_document(document, Use::Resource)?;
        sources.push(Source { name: "ResourcePolicy".to_owned(), kind: SourceKind::Resource, policy });
    }
    let mut context = Context::default();
    for entry in parameters.structures("ContextEntries") {
        for value in entry.texts("ContextKeyValues") {
            context.insert(entry.required("ContextKeyName"), value);
        }
    }
    let given = context.clone();
    context.complete(&subject.context);
    context.complete(&request_context(order.region, order.now));
    let resources = match parameters.texts("ResourceArns") {
        resources if resources.is_empty() => vec!["*"],
        resources => resources,
    };
    let mut results = Vec::new();
    for action in parameters.texts("ActionNames") {
        for resource in &resources {
            let request = Request { principal: &subject.principal, action, resource, context: &context };
            let decision = decide(&request, &sources);
            let matched = match decision.verdict {
                Verdict::ImplicitlyDenied => Vec::new(),
                Verdict::Allowed | Verdict::ExplicitlyDenied => matched_statements(&request, &sources),
            };
            let statements: Vec<Value> =
                matched.into_iter().map(|(source, index)| statement(account, arn, source, index)).collect();
            results.push(json!({
                "EvalActionName": action,
                "EvalResourceName": resource,
                "EvalDecision": decision.verdict.word(),
                "MatchedStatements": statements,
                "MissingContextValues": missing(&sources, &given),
            }));
        }
    }
    Ok(json!({"EvaluationResults": results}))
}

/// Who is meant: a user, group or role of this account.
fn subject(account: &Account, arn: &str) -> Result<Authenticated, IamFault> {
    let rest = arn.strip_prefix(&format!("arn:aws:iam::{}:", account.id)).ok_or(IamFault::InvalidArn)?;
    let (kind, path) = rest.split_once('/').ok_or(IamFault::InvalidArn)?;
    let name = path.rsplit('/').next().unwrap_or(path);
    let (kind, identity) = match kind {
        "user" => (Holder::User, Identity::User(name.to_owned())),
        "role" => {
            (Holder::Role, Identity::Session { role: name.to_owned(), session: "simulation".to_owned() })
        }
        "group" => {
            // A group is no principal: its policies are weighed as if a member asked.
            let policies = account.iam.policies(Holder::Group, name)?;
            return Ok(Authenticated {
                principal: crate::aws::policy::decision::Principal::User {
                    arn: arn.to_owned(),
                    account: account.id.clone(),
                },
                user_id: String::new(),
                sources: account.iam.sources(policies, SourceKind::Identity),
                context: Context::default(),
                identity: Identity::User(String::new()),
            });
        }
        _ => return Err(IamFault::InvalidArn),
    };
    account
        .iam
        .authenticate(&identity, &account.id)
        .ok_or_else(|| IamFault::NoSuchEntity { kind, name: name.to_owned() })
}

fn statement(account: &Account, arn: &str, source: &Source, index: usize) -> Value {
    let (kind, text) = match managed::ALL.iter().find(|policy| policy.name == source.name) {
        Some(policy) => ("IAM Policy", policy.document.to_owned()),
        None => ("IAM Policy", stored_text(account, arn, &source.name).unwrap_or_default()),
    };
    let ((start_line, start_column), (end_line, end_column)) = place(&text, index);
    json!({
        "SourcePolicyId": source.name,
        "SourcePolicyType": kind,
        "StartPosition": {"Line": start_line, "Column": start_column},
        "EndPosition": {"Line": end_line, "Column": end_column},
    })
}

/// The text of a customer or inline policy by name.
fn stored_text(account: &Account, arn: &str, name: &str) -> Option<String> {
    let iam = &account.iam;
    if let Some(policy) = iam.customer_policies.values().find(|policy| policy.name == name) {
        return Some(policy.default_document().to_owned());
    }
    let holder = arn.rsplit('/').next()?;
    [Holder::Role, Holder::User, Holder::Group]
        .into_iter()
        .find_map(|kind| iam.policies(kind, holder).ok()?.inline.get(name).cloned())
}

/// Lines and columns (from 1) of a statement's braces in a document.
fn place(text: &str, index: usize) -> ((usize, usize), (usize, usize)) {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let (mut line, mut column, mut number) = (1, 0, 0);
    let mut start = (1, 1);
    for c in text.chars() {
        column += 1;
        if c == '\n' {
            (line, column) = (line + 1, 0);
        } else if in_string {
            in_string = escaped || c != '"';
            escaped = c == '\\' && !escaped;
        } else {
            match c {
                '"' => in_string = true,
                '{' => {
                    depth += 1;
                    if depth == 2 && number == index {
                        start = (line, column);
                    }
                }
                '}' => {
                    if depth == 2 {
                        if number == index {
                            return (start, (line, column + 1));
                        }
                        number += 1;
                    }
                    depth = depth.saturating_sub(1);
                }
                _ => {}
            }
        }
    }
    (start, (line, column))
}

/// Condition keys that the policies ask for and the simulation was not given. Keys that every request has
/// are not missed.
fn missing(sources: &[Source], given: &Context) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for policy in sources.iter().map(|source| &source.policy) {
        for condition in policy.statements.iter().flat_map(|statement| &statement.conditions) {
            let known =
                given.get(&condition.key).is_some() || condition.key.to_ascii_lowercase().starts_with("aws:");
            if !known && !keys.contains(&condition.key) {
                keys.push(condition.key.clone());
            }
        }
    }
    keys
}
