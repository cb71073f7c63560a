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

    /// The account it belongs to; a service has none.
    pub fn account(&self) -> Option<&str> {
        match self {
            Principal::User { account, .. } | Principal::Session { account, .. } => Some(account),
            Principal::Service(_) => None,
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
    /// The account that the resource belongs to; the caller's own when `None`.
    pub owner: Option<&'a str>,
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
    /// As a session of its role.
    Role,
    /// Itself: the user, the session, the service, or everybody.
    Itself,
}

/// Decides a request. An explicit deny wins. Within one account the caller's own policies or the resource's must
/// allow, and a role's trust policy always must; from another account both must. What the boundary or the session's
/// policy does not allow is withheld, unless the resource's policy names the user or the session itself.
pub fn decide(request: &Request<'_>, sources: &[Source]) -> Decision {
    let matches = matching(request, sources);
    let denying = matches.iter().find(|(source, index, _)| effect(source, *index) == Effect::Deny);
    if let Some((source, index, _)) = denying {
        return settled(Verdict::ExplicitlyDenied, source, *index);
    }
    let silent = |kind| Decision { verdict: Verdict::ImplicitlyDenied, kind, deciding: None };
    let at_resource = |kind| matches!(kind, SourceKind::Resource | SourceKind::Trust);
    let by_resource = matches.iter().filter(|(source, _, _)| at_resource(source.kind)).max_by(|a, b| {
        // The first of those that name it equally well.
        a.2.cmp(&b.2).then(std::cmp::Ordering::Greater)
    });
    let named = by_resource.map_or(Named::Not, |(_, _, named)| *named);
    let by_identity = matches.iter().find(|(source, _, _)| source.kind == SourceKind::Identity);
    let trusts = sources.iter().any(|source| source.kind == SourceKind::Trust);
    let abroad =
        request.owner.is_some_and(|owner| request.principal.account().is_some_and(|own| own != owner));
    if named == Named::Not && trusts {
        return silent(SourceKind::Trust);
    }
    if by_identity.is_none() && (abroad || named < Named::Role) {
        return silent(SourceKind::Identity);
    }
    if named == Named::Not && abroad {
        return silent(SourceKind::Resource);
    }
    for kind in [SourceKind::Boundary, SourceKind::Session] {
        let present = sources.iter().any(|source| source.kind == kind);
        let withheld = abroad || named < Named::Itself;
        if present && withheld && !matches.iter().any(|(source, _, _)| source.kind == kind) {
            return silent(kind);
        }
    }
    match (by_identity, by_resource) {
        (_, Some((source, index, _))) if trusts => settled(Verdict::Allowed, source, *index),
        (Some((source, index, _)), _) | (None, Some((source, index, _))) => {
            settled(Verdict::Allowed, source, *index)
        }
        (None, None) => silent(SourceKind::Identity),
    }
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
                None => Named::Itself,
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
                // What stands for nothing matches nothing, and does not make an exception either.
                None if resources.inverted => return false,
                None => {}
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
        // To except an account excepts its root user alone, nobody of its users.
        (true, Named::Not | Named::Account) => Named::Itself,
        (true, _) => Named::Not,
    }
}

fn names(entry: &PrincipalEntry, principal: &Principal) -> Named {
    let (arn, role, account) = match (entry, principal) {
        (PrincipalEntry::Service(name), Principal::Service(names)) => {
            return if names.contains(name) { Named::Itself } else { Named::Not };
        }
        (_, Principal::Service(_)) => return Named::Not,
        (_, Principal::User { arn, account }) => (arn, None, account),
        (_, Principal::Session { arn, role, account }) => (arn, Some(role), account),
    };
    match entry {
        // unconfirmed: that everybody counts as the session itself, so that a boundary does not withhold it.
        PrincipalEntry::Anyone => Named::Itself,
        PrincipalEntry::Aws(name) if name == arn => Named::Itself,
        PrincipalEntry::Aws(name) if Some(name) == role => Named::Role,
        PrincipalEntry::Aws(name) if name == account || *name == format!("arn:aws:iam::{account}:root") => {
            Named::Account
        }
        PrincipalEntry::Aws(_)
        | PrincipalEntry::Service(_)
        | PrincipalEntry::Federated(_)
        | PrincipalEntry::CanonicalUser(_) => Named::Not,
    }
}
