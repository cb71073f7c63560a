//! Weighs every policy that applies to a request (IAM User Guide, "Policy evaluation logic").
//!
//! A decision remembers the statement that settled it, so that a refusal can be explained.

use serde::{Deserialize, Serialize};

use super::Context;
use super::document::{Effect, Policy, PrincipalEntry, Principals, Statement};
use super::pattern::Pattern;

/// Who asks, as policies name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    User {
        arn: String,
        account: String,
    },
    /// A role's session: `arn` is the session's, `role` the role's.
    Session {
        arn: String,
        role: String,
        account: String,
    },
    /// An AWS service on its own behalf, `redshift.amazonaws.com`, under all names it goes by.
    Service(Vec<String>),
}

impl Principal {
    pub fn arn(&self) -> &str {
        match self {
            Principal::User { arn, .. } | Principal::Session { arn, .. } => arn,
            Principal::Service(names) => names.first().map_or("", String::as_str),
        }
    }
}

/// What is asked.
pub struct Request<'a> {
    pub principal: &'a Principal,
    /// `s3:GetObject`.
    pub action: &'a str,
    /// An ARN, or `*` where the service gives none.
    pub resource: &'a str,
    pub context: &'a Context,
}

/// A policy that applies, and what it is to the request.
#[derive(Clone, Debug)]
pub struct Source {
    /// The policy's name, as the console shows it.
    pub name: String,
    pub kind: SourceKind,
    pub policy: Policy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SourceKind {
    Identity,
    Resource,
    Boundary,
    Session,
    Trust,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    Allowed,
    ExplicitlyDenied,
    ImplicitlyDenied,
}

impl Verdict {
    /// The word of `SimulatePrincipalPolicy`.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Allowed => "allowed",
            Verdict::ExplicitlyDenied => "explicitDeny",
            Verdict::ImplicitlyDenied => "implicitDeny",
        }
    }
}

/// A verdict with its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub verdict: Verdict,
    /// The kind of policy that denied, or that should have allowed.
    pub kind: SourceKind,
    /// The statement that settled it; `None` when none allowed.
    pub deciding: Option<Deciding>,
}

/// Where the deciding statement stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deciding {
    pub policy: String,
    pub kind: SourceKind,
    /// Number of the statement in its policy, from 0.
    pub statement: usize,
    pub sid: Option<String>,
    pub effect: Effect,
}

impl Decision {
    pub fn allowed(&self) -> bool {
        self.verdict == Verdict::Allowed
    }

    /// The end of the access-denied sentence: `because no ... allows the ... action`, or the explicit form.
    pub fn reason(&self, action: &str) -> String {
        let (article, words) = match self.kind {
            SourceKind::Identity => ("an", "identity-based policy"),
            SourceKind::Resource => ("a", "resource-based policy"),
            SourceKind::Boundary => ("a", "permissions boundary"),
            SourceKind::Session => ("a", "session policy"),
            SourceKind::Trust => ("the", "role trust policy"),
        };
        match self.verdict {
            Verdict::ExplicitlyDenied => format!("with an explicit deny in {article} {words}"),
            Verdict::Allowed | Verdict::ImplicitlyDenied => {
                format!("because no {words} allows the {action} action")
            }
        }
    }
}

/// How a policy that names principals names this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    Not,
    /// Only as one of its account.
    Account,
    /// Itself (the user, role, session, service, or everybody).
    Directly,
}

/// Decides a request within one account: an explicit deny wins, else identity or resource policy must allow,
/// and boundary and session policy must not withhold.
pub fn decide(request: &Request<'_>, sources: &[Source]) -> Decision {
    let matches = matching(request, sources);
    if let Some((source, index, _)) =
        matches.iter().find(|(source, index, _)| effect(source, *index) == Effect::Deny)
    {
        return settled(Verdict::ExplicitlyDenied, source, *index);
    }
    let by_resource = matches
        .iter()
        .find(|(source, _, named)| source.kind == SourceKind::Resource && *named == Named::Directly);
    let by_identity = matches.iter().find(|(source, _, _)| source.kind == SourceKind::Identity);
    let Some((source, index, _)) = by_identity.or(by_resource) else {
        return Decision { verdict: Verdict::ImplicitlyDenied, kind: SourceKind::Identity, deciding: None };
    };
    for kind in [SourceKind::Boundary, SourceKind::Session] {
        let present = sources.iter().any(|source| source.kind == kind);
        if present && by_resource.is_none() && !matches.iter().any(|(source, _, _)| source.kind == kind) {
            return Decision { verdict: Verdict::ImplicitlyDenied, kind, deciding: None };
        }
    }
    settled(Verdict::Allowed, source, *index)
}

/// Decides `sts:AssumeRole` on a role: its trust policy must allow; when that names only the account, the
/// caller's own policies must allow as well. `sources` holds the trust policy and the caller's identity policies.
pub fn decide_trust(request: &Request<'_>, sources: &[Source]) -> Decision {
    let matches = matching(request, sources);
    if let Some((source, index, _)) =
        matches.iter().find(|(source, index, _)| effect(source, *index) == Effect::Deny)
    {
        return settled(Verdict::ExplicitlyDenied, source, *index);
    }
    let trusted =
        matches.iter().filter(|(source, _, _)| source.kind == SourceKind::Trust).max_by_key(|m| m.2);
    let Some((source, index, named)) = trusted else {
        return Decision { verdict: Verdict::ImplicitlyDenied, kind: SourceKind::Trust, deciding: None };
    };
    if *named == Named::Account && !matches.iter().any(|(source, _, _)| source.kind == SourceKind::Identity) {
        return Decision { verdict: Verdict::ImplicitlyDenied, kind: SourceKind::Identity, deciding: None };
    }
    settled(Verdict::Allowed, source, *index)
}

/// Every statement that speaks of this request, as (policy, statement number).
pub fn matched_statements<'a>(request: &Request<'_>, sources: &'a [Source]) -> Vec<(&'a Source, usize)> {
    matching(request, sources).into_iter().map(|(source, index, _)| (source, index)).collect()
}

fn effect(source: &Source, index: usize) -> Effect {
    source.policy.statements[index].effect
}

fn settled(verdict: Verdict, source: &Source, index: usize) -> Decision {
    let statement = &source.policy.statements[index];
    let deciding = Deciding {
        policy: source.name.clone(),
        kind: source.kind,
        statement: index,
        sid: statement.sid.clone(),
        effect: statement.effect,
    };
    Decision { verdict, kind: source.kind, deciding: Some(deciding) }
}

fn matching<'a>(request: &Request<'_>, sources: &'a [Source]) -> Vec<(&'a Source, usize, Named)> {
    let mut found = Vec::new();
    for source in sources {
        for (index, statement) in source.policy.statements.iter().enumerate() {
            let named = match &statement.principal {
                None => Named::Directly,
                Some(principals) => named(principals, request.principal),
            };
            if named != Named::Not && speaks_of(statement, &source.policy, request) {
                found.push((source, index, named));
            }
        }
    }
    found
}

fn speaks_of(statement: &Statement, policy: &Policy, request: &Request<'_>) -> bool {
    let action =
        statement.actions.patterns.iter().any(|p| Pattern::plain(p).matches_ignoring_case(request.action));
    if action == statement.actions.inverted {
        return false;
    }
    if let Some(resources) = &statement.resources {
        let mut any = false;
        for pattern in &resources.patterns {
            match Pattern::resolve(pattern, policy.version, request.context) {
                Some(pattern) => any |= pattern.matches_arn(request.resource),
                None => return false,
            }
        }
        if any == resources.inverted {
            return false;
        }
    }
    statement.conditions.iter().all(|condition| condition.holds(policy.version, request.context))
}

fn named(principals: &Principals, principal: &Principal) -> Named {
    let best = principals.entries.iter().map(|entry| names(entry, principal)).max().unwrap_or(Named::Not);
    match (principals.inverted, best) {
        (false, best) => best,
        (true, Named::Not) => Named::Directly,
        (true, _) => Named::Not,
    }
}

fn names(entry: &PrincipalEntry, principal: &Principal) -> Named {
    let (arn, role, account) = match (entry, principal) {
        (PrincipalEntry::Service(name), Principal::Service(names)) => {
            return if names.contains(name) { Named::Directly } else { Named::Not };
        }
        (_, Principal::Service(_)) => return Named::Not,
        (_, Principal::User { arn, account }) => (arn, None, account),
        (_, Principal::Session { arn, role, account }) => (arn, Some(role), account),
    };
    match entry {
        PrincipalEntry::Anyone => Named::Directly,
        PrincipalEntry::Aws(name) if name == arn || Some(name) == role => Named::Directly,
        PrincipalEntry::Aws(name) if name == account || *name == format!("arn:aws:iam::{account}:root") => {
            Named::Account
        }
        PrincipalEntry::Aws(_)
        | PrincipalEntry::Service(_)
        | PrincipalEntry::Federated(_)
        | PrincipalEntry::CanonicalUser(_) => Named::Not,
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::Use;
    use super::*;

    fn source(kind: SourceKind, text: &str) -> Source {
        let used = match kind {
            SourceKind::Trust => Use::Trust,
            SourceKind::Resource => Use::Resource,
            _ => Use::Identity,
        };
        Source { name: "p".to_owned(), kind, policy: Policy::parse(text, used).unwrap() }
    }

    fn user() -> Principal {
        Principal::User { arn: "arn:aws:iam::123456789012:user/mina".into(), account: "123456789012".into() }
    }

    fn ask(sources: &[Source], action: &str, resource: &str) -> Verdict {
        let context = Context::default();
        decide(&Request { principal: &user(), action, resource, context: &context }, sources).verdict
    }

    #[test]
    fn deny_wins_and_silence_denies() {
        let allow = source(
            SourceKind::Identity,
            r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#,
        );
        let deny = source(
            SourceKind::Identity,
            r#"{"Statement":{"Effect":"Deny","Action":"s3:Put*","Resource":"arn:aws:s3:::raw/*"}}"#,
        );
        let both = [allow, deny];
        assert_eq!(ask(&both, "s3:PutObject", "arn:aws:s3:::raw/x"), Verdict::ExplicitlyDenied);
        assert_eq!(ask(&both, "s3:PutObject", "arn:aws:s3:::other/x"), Verdict::Allowed);
        assert_eq!(ask(&both, "iam:GetRole", "arn:aws:iam::1:role/x"), Verdict::ImplicitlyDenied);
    }

    #[test]
    fn not_action_allows_all_others() {
        let policy = source(
            SourceKind::Identity,
            r#"{"Statement":{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}}"#,
        );
        assert_eq!(ask(std::slice::from_ref(&policy), "s3:GetObject", "arn:aws:s3:::b/k"), Verdict::Allowed);
        assert_eq!(ask(&[policy], "iam:GetRole", "*"), Verdict::ImplicitlyDenied);
    }

    #[test]
    fn a_boundary_withholds() {
        let allow =
            source(SourceKind::Identity, r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#);
        let boundary = source(
            SourceKind::Boundary,
            r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#,
        );
        let both = [allow, boundary];
        assert_eq!(ask(&both, "s3:GetObject", "arn:aws:s3:::b/k"), Verdict::Allowed);
        assert_eq!(ask(&both, "iam:GetRole", "*"), Verdict::ImplicitlyDenied);
    }

    #[test]
    fn trusting_the_account_is_not_enough() {
        let trust = source(
            SourceKind::Trust,
            r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}}"#,
        );
        let context = Context::default();
        let principal = user();
        let request = Request {
            principal: &principal,
            action: "sts:AssumeRole",
            resource: "arn:aws:iam::123456789012:role/r",
            context: &context,
        };
        assert_eq!(decide_trust(&request, std::slice::from_ref(&trust)).kind, SourceKind::Identity);
        let identity = source(
            SourceKind::Identity,
            r#"{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}"#,
        );
        assert!(decide_trust(&request, &[trust, identity]).allowed());
    }
}
