//! SimulatePrincipalPolicy and SimulateCustomPolicy: what a decision would be, without asking for it.

use serde_json::Value;

use super::fault::IamFault;
use super::holder::Holder;
use super::{Authenticated, Iam, managed};
use crate::aws::caller::Identity;
use crate::aws::parameters::Parameters;
use crate::aws::policy::Context;
use crate::aws::policy::decision::{
    Principal, Request, Source, SourceKind, Verdict, decide, matched_statements,
};
use crate::aws::policy::document::Use;
use crate::aws::policy::pattern::variables;
use crate::aws::{Account, Order};
use crate::json::json;

/// A policy to weigh and its text, in which statements have places.
type Weighed = (Source, String);

/// The policies handed in under `member`, named as AWS names them: `PolicyInputList.1`.
fn handed(parameters: Parameters<'_>, member: &str, kind: SourceKind) -> Result<Vec<Weighed>, IamFault> {
    let mut found = Vec::new();
    for (number, text) in parameters.texts(member).into_iter().enumerate() {
        let policy = super::policy_document(text, Use::Identity)?;
        let source = Source { name: format!("{member}.{}", number + 1), kind, policy };
        found.push((source, text.to_owned()));
    }
    Ok(found)
}

pub fn simulate(account: &Account, order: &Order<'_>) -> Result<Value, IamFault> {
    let (parameters, iam) = (order.parameters, &account.iam);
    let caller = match parameters.text("CallerArn") {
        Some(arn) => Some(subject(account, arn)?),
        None => None,
    };
    let mut weighed = Vec::new();
    let mut principal = caller.as_ref().map(|caller| caller.principal.clone());
    let mut context = Context::default();
    for entry in parameters.structures("ContextEntries") {
        for value in entry.texts("ContextKeyValues") {
            context.insert(entry.required("ContextKeyName"), value);
        }
    }
    if let Some(arn) = parameters.text("PolicySourceArn") {
        let subject = subject(account, arn)?;
        weighed.extend(subject.sources.into_iter().map(|source| {
            let text = stored_text(iam, arn, &source.name).unwrap_or_default();
            (source, text)
        }));
        principal = principal.or(Some(subject.principal));
        context.complete(&subject.context);
    }
    if let Some(caller) = &caller {
        context.complete(&caller.context);
    }
    weighed.extend(handed(parameters, "PolicyInputList", SourceKind::Identity)?);
    let boundaries = handed(parameters, "PermissionsBoundaryPolicyInputList", SourceKind::Boundary)?;
    if !boundaries.is_empty() {
        weighed.retain(|(source, _)| source.kind != SourceKind::Boundary);
        weighed.extend(boundaries);
    }
    if let Some(text) = parameters.text("ResourcePolicy") {
        // Whom its principals are compared with must be known.
        if principal.is_none() {
            return Err(IamFault::InvalidInput {
                sentence: "CallerArn is required when ResourcePolicy is specified.".to_owned(),
            });
        }
        let policy = super::policy_document(text, Use::Resource)?;
        let source = Source { name: "ResourcePolicy".to_owned(), kind: SourceKind::Resource, policy };
        weighed.push((source, text.to_owned()));
    }
    // What only a real request has (its time, its address) is not made up: whoever wants it, hands it in.
    let nobody =
        Principal::User { arn: format!("arn:aws:iam::{}:root", account.id), account: account.id.clone() };
    let principal = principal.unwrap_or(nobody);
    // `arn:aws:iam::123456789012:root` and the number alone both name the owner.
    let owner = parameters
        .text("ResourceOwner")
        .map(|owner| owner.trim_start_matches("arn:aws:iam::").trim_end_matches(":root").to_owned());
    let sources: Vec<Source> = weighed.iter().map(|(source, _)| source.clone()).collect();
    let missing: Vec<String> = asked(&sources).into_iter().filter(|key| context.get(key).is_none()).collect();
    let resources = match parameters.texts("ResourceArns") {
        resources if resources.is_empty() => vec!["*"],
        resources => resources,
    };
    let bounded = sources.iter().any(|source| source.kind == SourceKind::Boundary);
    let mut results = Vec::new();
    for action in parameters.texts("ActionNames") {
        if !action.contains(':') {
            // unconfirmed: the sentence.
            let sentence = format!("Invalid Action Name: {action}");
            return Err(IamFault::InvalidInput { sentence });
        }
        for resource in &resources {
            let owner = owner.as_deref();
            let request = Request { principal: &principal, action, resource, owner, context: &context };
            let decision = decide(&request, &sources);
            let matched = match decision.verdict {
                Verdict::ImplicitlyDenied => Vec::new(),
                Verdict::Allowed | Verdict::ExplicitlyDenied => matched_statements(&request, &sources),
            };
            let statements: Vec<Value> = matched
                .into_iter()
                .map(|(source, index)| {
                    let text = weighed.iter().find(|(other, _)| other.name == source.name);
                    statement(source, index, text.map_or("", |(_, text)| text))
                })
                .collect();
            let mut result = json!({
                "EvalActionName": action,
                "EvalResourceName": resource,
                "EvalDecision": decision.verdict.word(),
                "MatchedStatements": statements,
                "MissingContextValues": missing,
            });
            if bounded {
                let withheld = decision.kind == SourceKind::Boundary && !decision.allowed();
                result["PermissionsBoundaryDecisionDetail"] =
                    json!({"AllowedByPermissionsBoundary": !withheld});
            }
            results.push(result);
        }
    }
    Ok(json!({"EvaluationResults": results}))
}

/// Who is meant: a user, group or role of this account, or a session of a role.
fn subject(account: &Account, arn: &str) -> Result<Authenticated, IamFault> {
    let session = format!("arn:aws:sts::{}:assumed-role/", account.id);
    let (kind, name, identity) = if let Some((role, name)) =
        arn.strip_prefix(&session).and_then(|rest| rest.split_once('/'))
    {
        (Holder::Role, role, Identity::Session { role: role.to_owned(), session: name.to_owned() })
    } else {
        let rest = arn.strip_prefix(&format!("arn:aws:iam::{}:", account.id)).ok_or(IamFault::InvalidArn)?;
        let (kind, path) = rest.split_once('/').ok_or(IamFault::InvalidArn)?;
        let name = path.rsplit('/').next().unwrap_or(path);
        match kind {
            "user" => (Holder::User, name, Identity::User(name.to_owned())),
            "role" => (
                Holder::Role,
                name,
                Identity::Session { role: name.to_owned(), session: "simulation".to_owned() },
            ),
            "group" => {
                // A group is no principal: its policies are weighed as if a member asked.
                let policies = account.iam.policies(Holder::Group, name)?;
                return Ok(Authenticated {
                    principal: Principal::User { arn: arn.to_owned(), account: account.id.clone() },
                    user_id: String::new(),
                    sources: account.iam.sources(policies, SourceKind::Identity),
                    context: Context::default(),
                    identity: Identity::User(String::new()),
                });
            }
            _ => return Err(IamFault::InvalidArn),
        }
    };
    account
        .iam
        .authenticate(&identity, &account.id)
        .ok_or_else(|| IamFault::NoSuchEntity { kind, name: name.to_owned() })
}

fn statement(source: &Source, index: usize, text: &str) -> Value {
    let kind = match source.kind {
        SourceKind::Resource | SourceKind::Trust => "Resource Policy",
        SourceKind::Boundary => "IAM Permissions Boundary Policy",
        SourceKind::Identity | SourceKind::Session => "IAM Policy",
    };
    let ((start_line, start_column), (end_line, end_column)) = place(text, index);
    json!({
        "SourcePolicyId": source.name,
        "SourcePolicyType": kind,
        "StartPosition": {"Line": start_line, "Column": start_column},
        "EndPosition": {"Line": end_line, "Column": end_column},
    })
}

/// The text of a policy by name, as it hangs on the subject.
fn stored_text(iam: &Iam, arn: &str, name: &str) -> Option<String> {
    if let Some(policy) = managed::ALL.iter().find(|policy| policy.name == name) {
        return Some(policy.document.to_owned());
    }
    if let Some(policy) = iam.customer_policies.values().find(|policy| policy.name == name) {
        return Some(policy.default_document().to_owned());
    }
    let holder = arn.rsplit('/').next()?;
    let own = [Holder::Role, Holder::User, Holder::Group]
        .into_iter()
        .find_map(|kind| iam.policies(kind, holder).ok()?.inline.get(name).cloned());
    // A user has the inline policies of its groups as well.
    own.or_else(|| {
        let mut groups = iam.groups.values().filter(|group| group.members.contains(holder));
        groups.find_map(|group| group.policies.inline.get(name).cloned())
    })
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

/// The condition keys that policies ask for, in conditions and in variables.
fn asked(sources: &[Source]) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    let mut add = |key: &str| {
        if !keys.iter().any(|known| known.eq_ignore_ascii_case(key)) {
            keys.push(key.to_owned());
        }
    };
    for statement in sources.iter().flat_map(|source| &source.policy.statements) {
        for condition in &statement.conditions {
            add(&condition.key);
            condition.values.iter().flat_map(|value| variables(value)).for_each(&mut add);
        }
        let resources = statement.resources.iter().flat_map(|list| &list.patterns);
        resources.flat_map(|pattern| variables(pattern)).for_each(&mut add);
    }
    keys
}

/// GetContextKeysForCustomPolicy and ...ForPrincipalPolicy.
pub fn context_keys(iam: &Iam, parameters: Parameters<'_>, account: &str) -> Result<Value, IamFault> {
    let mut sources: Vec<Source> = handed(parameters, "PolicyInputList", SourceKind::Identity)?
        .into_iter()
        .map(|(source, _)| source)
        .collect();
    if let Some(arn) = parameters.text("PolicySourceArn") {
        let rest = arn.strip_prefix(&format!("arn:aws:iam::{account}:")).ok_or(IamFault::InvalidArn)?;
        let (kind, path) = rest.split_once('/').ok_or(IamFault::InvalidArn)?;
        let name = path.rsplit('/').next().unwrap_or(path);
        let kind = [Holder::User, Holder::Group, Holder::Role].into_iter().find(|one| one.word() == kind);
        let policies = iam.policies(kind.ok_or(IamFault::InvalidArn)?, name)?;
        sources.extend(iam.sources(policies, SourceKind::Identity));
    }
    Ok(json!({"ContextKeyNames": asked(&sources)}))
}
