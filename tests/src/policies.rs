//! Runs `.policies` files: the policy language as a table of questions and answers.
//!
//! A line is a command, and says something about all questions below it:
//! - `policy NAME KIND`, with a document on the lines up to the next empty one; KIND is `identity`, `resource`,
//!   `boundary`, `session` or `trust`;
//! - `managed NAME`: a policy of AWS's own, under its name;
//! - `weigh NAME...`: the policies that apply from here on;
//! - `as user NAME`, `as session ROLE/NAME`, `as service NAME`; `@ACCOUNT` behind it for another account;
//! - `owner ACCOUNT` of the resource, `owner -` for the caller's own;
//! - `given KEY VALUE...` puts values into the context, `given KEY` takes the key out, `given -` empties it;
//! - `language 2008-10-17` for the questions that make a policy of their own.
//!
//! Or it is a question and its answer:
//! - `ACTION RESOURCE -> allowed NAME/N`, `explicitDeny NAME/N` (statement N, from 0) or `implicitDeny KIND`, the kind
//!   of policy that should have allowed;
//! - `action PATTERN ACTION -> yes`, `resource PATTERN ARN -> no`: whether a statement with the pattern speaks of it;
//! - `if OPERATOR KEY VALUES -> yes`: whether the condition holds, VALUES in JSON;
//! - `refused KIND DOCUMENT -> SENTENCE`, or `fine` for a document that is taken.

use std::path::Path;

use sandshift_engine::aws::iam::managed;
use sandshift_engine::aws::policy::Context;
use sandshift_engine::aws::policy::decision::{Principal, Request, Source, SourceKind, Verdict, decide};
use sandshift_engine::aws::policy::document::{Policy, Use};
use serde_json::{Value, json};

use crate::files;

const ACCOUNT: &str = "123456789012";

/// What the lines so far have said.
struct Bench {
    known: Vec<Source>,
    weighed: Vec<String>,
    principal: Principal,
    owner: Option<String>,
    given: Vec<(String, Vec<String>)>,
    language: String,
}

/// Runs one file; gives how many questions it asks.
///
/// # Errors
/// Every answer that is another than written, and every line that cannot be read.
pub fn run(path: &Path) -> Result<usize, String> {
    let text = files::read(path)?;
    let mut bench = Bench {
        known: Vec::new(),
        weighed: Vec::new(),
        principal: user("mina", ACCOUNT),
        owner: None,
        given: Vec::new(),
        language: "2012-10-17".to_owned(),
    };
    let (mut asked, mut wrong) = (0, Vec::new());
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let outcome = if let Some(head) = line.strip_prefix("policy ") {
            let document: Vec<&str> =
                lines.by_ref().map(|(_, line)| line).take_while(|line| !line.trim().is_empty()).collect();
            bench.policy(head, &document.join("\n"))
        } else if let Some((question, expected)) = line.rsplit_once(" -> ") {
            asked += 1;
            bench.answer(question.trim()).and_then(|actual| match actual == expected.trim() {
                true => Ok(()),
                false => Err(format!("{question}\n    expected: {expected}\n    actual:   {actual}")),
            })
        } else {
            bench.set(line)
        };
        if let Err(problem) = outcome {
            wrong.push(format!("{}:{}: {problem}", path.display(), number + 1));
        }
    }
    if wrong.is_empty() { Ok(asked) } else { Err(wrong.join("\n")) }
}

fn user(name: &str, account: &str) -> Principal {
    Principal::User { arn: format!("arn:aws:iam::{account}:user/{name}"), account: account.to_owned() }
}

fn kind(word: &str) -> Result<(SourceKind, Use), String> {
    Ok(match word {
        "identity" => (SourceKind::Identity, Use::Identity),
        "resource" => (SourceKind::Resource, Use::Resource),
        "boundary" => (SourceKind::Boundary, Use::Identity),
        "session" => (SourceKind::Session, Use::Identity),
        "trust" => (SourceKind::Trust, Use::Trust),
        other => return Err(format!("no kind of policy: {other}")),
    })
}

fn word(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Identity => "identity",
        SourceKind::Resource => "resource",
        SourceKind::Boundary => "boundary",
        SourceKind::Session => "session",
        SourceKind::Trust => "trust",
    }
}

impl Bench {
    fn policy(&mut self, head: &str, document: &str) -> Result<(), String> {
        let (name, kind_word) = head.split_once(' ').ok_or("policy NAME KIND")?;
        let (kind, used) = kind(kind_word.trim())?;
        let policy = Policy::parse(document, used).map_err(|malformed| malformed.0)?;
        self.known.push(Source { name: name.to_owned(), kind, policy });
        Ok(())
    }

    fn set(&mut self, line: &str) -> Result<(), String> {
        let mut words = line.split_whitespace();
        let verb = words.next().unwrap_or_default();
        let rest: Vec<String> = words.map(str::to_owned).collect();
        match (verb, &rest[..]) {
            ("weigh", names) => {
                if let Some(name) = names.iter().find(|name| !self.known.iter().any(|p| p.name == **name)) {
                    return Err(format!("no policy {name}"));
                }
                self.weighed = names.to_vec();
            }
            ("as", [what, who]) => {
                let (who, account) = who.split_once('@').unwrap_or((who, ACCOUNT));
                self.principal = match (what.as_str(), who.split_once('/')) {
                    ("user", None) => user(who, account),
                    ("service", None) => Principal::Service(vec![who.to_owned()]),
                    ("session", Some((role, _))) => Principal::Session {
                        arn: format!("arn:aws:sts::{account}:assumed-role/{who}"),
                        role: format!("arn:aws:iam::{account}:role/{role}"),
                        account: account.to_owned(),
                    },
                    _ => return Err(format!("cannot read: {line}")),
                };
            }
            ("owner", [owner]) => self.owner = (owner != "-").then(|| owner.clone()),
            ("managed", [name]) => {
                let found = managed::ALL.iter().find(|policy| policy.name == name);
                self.policy(&format!("{name} identity"), found.ok_or("no such managed policy")?.document)?;
            }
            ("language", [version]) => self.language.clone_from(version),
            ("given", [dash]) if dash == "-" => self.given.clear(),
            ("given", [key, values @ ..]) => {
                self.given.retain(|(known, _)| known != key);
                if !values.is_empty() {
                    self.given.push((key.clone(), values.to_vec()));
                }
            }
            _ => return Err(format!("cannot read: {line}")),
        }
        Ok(())
    }

    fn context(&self) -> Context {
        let mut context = Context::default();
        for (key, values) in &self.given {
            for value in values {
                context.insert(key, value.clone());
            }
        }
        context
    }

    fn answer(&self, question: &str) -> Result<String, String> {
        let (first, rest) = question.split_once(' ').ok_or("a question has several words")?;
        match first {
            "action" => {
                let (pattern, action) = pair(rest)?;
                self.alone(&json!({"Action": pattern, "Resource": "*"}), action, "arn:aws:s3:::b/k")
            }
            "resource" => {
                let (pattern, resource) = pair(rest)?;
                self.alone(&json!({"Action": "*", "Resource": pattern}), "s3:GetObject", resource)
            }
            "if" => {
                let (operator, rest) = pair(rest)?;
                let (key, values) = pair(rest)?;
                let values: Value = serde_json::from_str(values).map_err(|error| error.to_string())?;
                let statement =
                    json!({"Action": "*", "Resource": "*", "Condition": {operator: {key: values}}});
                self.alone(&statement, "s3:GetObject", "arn:aws:s3:::b/k")
            }
            "refused" => {
                let (kind_word, document) = pair(rest)?;
                Ok(match Policy::parse(document, kind(kind_word)?.1) {
                    Ok(_) => "fine".to_owned(),
                    Err(malformed) => malformed.0,
                })
            }
            action => {
                let sources: Vec<Source> = self
                    .weighed
                    .iter()
                    .filter_map(|name| self.known.iter().find(|source| source.name == *name))
                    .cloned()
                    .collect();
                Ok(self.decided(action, rest.trim(), &sources))
            }
        }
    }

    /// Whether a policy of this one statement allows.
    fn alone(&self, statement: &Value, action: &str, resource: &str) -> Result<String, String> {
        let mut statement = statement.clone();
        statement["Effect"] = json!("Allow");
        let document = json!({"Version": self.language, "Statement": statement}).to_string();
        let policy = Policy::parse(&document, Use::Identity).map_err(|malformed| malformed.0)?;
        let source = Source { name: "alone".to_owned(), kind: SourceKind::Identity, policy };
        let allowed = self.decided(action, resource, &[source]).starts_with("allowed");
        Ok(if allowed { "yes" } else { "no" }.to_owned())
    }

    fn decided(&self, action: &str, resource: &str, sources: &[Source]) -> String {
        let context = self.context();
        let request = Request {
            principal: &self.principal,
            action,
            resource,
            owner: self.owner.as_deref(),
            context: &context,
        };
        let decision = decide(&request, sources);
        let by = match (decision.verdict, &decision.deciding) {
            (Verdict::ImplicitlyDenied, None) => word(decision.kind).to_owned(),
            (_, Some(deciding)) => format!("{}/{}", deciding.policy, deciding.statement),
            (_, None) => "nothing".to_owned(),
        };
        format!("{} {by}", decision.verdict.word())
    }
}

fn pair(text: &str) -> Result<(&str, &str), String> {
    text.trim().split_once(' ').map(|(a, b)| (a, b.trim())).ok_or_else(|| format!("two words: {text}"))
}
