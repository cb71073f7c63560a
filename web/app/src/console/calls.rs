//! What a page reads and what an action does: calls described as data, made one after the other.

use std::rc::Rc;

use sandshift_protocol::{Call, CallFailure, SANDBOX, line};
use serde_json::{Map, Value, json};

use super::book::{is, list, plain};
use super::path::{fill, filled, holds, rows};
use crate::page::Desk;

/// One call, ready to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct Ready {
    pub service: String,
    pub operation: String,
    pub parameters: Value,
    /// Where another region than the account's is meant.
    pub region: Option<String>,
    /// Looked at as the real console may, without a trace.
    pub quiet: bool,
    /// The bytes that were carried ahead of it.
    pub upload: Option<u32>,
    /// The `aws` line that does the same; none for what only the sandbox tells.
    pub line: Option<String>,
}

impl Ready {
    /// A call as it is described: `{"call": "s3api ListObjectsV2", "with": {...}, "region": "..."}`.
    pub fn of(spec: &Value, known: &Value) -> Self {
        let (service, operation) = plain(spec, "call").split_once(' ').unwrap_or_default();
        let parameters = spec.get("with").and_then(|with| fill(with, known)).unwrap_or_else(|| json!({}));
        let region = filled(plain(spec, "region"), known);
        let region = (!region.is_empty() && region != plain(known, "region")).then_some(region);
        let line = (service != SANDBOX).then(|| line::line(service, operation, &parameters));
        let line = match (line, &region) {
            (Some(line), Some(region)) => Some(format!("{line} --region {region}")),
            (line, _) => line,
        };
        Self {
            service: service.to_owned(),
            operation: operation.to_owned(),
            parameters,
            region,
            quiet: is(spec, "quiet"),
            upload: None,
            line,
        }
    }
}

/// Whether its condition holds, if it has one.
fn wanted(spec: &Value, known: &Value) -> bool {
    spec.get("if").is_none() || holds(known, plain(spec, "if"))
}

/// The calls of an action as they would be made now. One described with `each` is made for every row
/// there, or `only` for those of which a condition holds.
pub fn planned(specs: &[Value], known: &Value) -> Vec<Ready> {
    let mut planned = Vec::new();
    for spec in specs.iter().filter(|spec| wanted(spec, known)) {
        match plain(spec, "each") {
            "" => planned.push(Ready::of(spec, known)),
            path => {
                let items = rows(known, path).into_iter().map(|item| with(known, "item", item));
                let meant = |known: &Value| holds(known, plain(spec, "only"));
                let meant = items.filter(|known| plain(spec, "only").is_empty() || meant(known));
                planned.extend(meant.map(|known| Ready::of(spec, &known)));
            }
        }
    }
    planned
}

/// What is known, and one thing more.
pub fn with(known: &Value, name: &str, value: Value) -> Value {
    let mut known = known.as_object().cloned().unwrap_or_default();
    known.insert(name.to_owned(), value);
    Value::Object(known)
}

/// What a page's reads came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    pub known: Rc<Value>,
    pub failures: Rc<Vec<(String, CallFailure)>>,
    pub lines: Rc<Vec<String>>,
    pub over: bool,
}

impl Answers {
    pub fn begin(known: Map<String, Value>) -> Self {
        Self { known: Rc::new(Value::Object(known)), ..Self::default() }
    }

    /// Why what a path begins with is not known.
    pub fn failure(&self, path: &str) -> Option<&CallFailure> {
        let root = path.split(['.', '[']).next().unwrap_or(path);
        self.failures.iter().find(|(name, _)| name == root).map(|(_, failure)| failure)
    }
}

/// Makes the reads in order: a later one may use what an earlier one answered.
pub async fn read(desk: &Desk, specs: &[Value], begun: Value) -> Answers {
    let mut known = begun;
    let (mut failures, mut lines) = (Vec::new(), Vec::new());
    for spec in specs {
        if !wanted(spec, &known) {
            continue;
        }
        let ready = Ready::of(spec, &known);
        let name = plain(spec, "as");
        lines.extend(ready.line.clone());
        match desk.aws(&ready, None).await {
            Ok((value, _)) => known = with(&known, name, value),
            // What is not there is no failure: a bucket without a policy.
            Err(failure) if list(spec, "absent").iter().any(|code| *code == failure.code.as_str()) => {}
            Err(failure) => failures.push((name.to_owned(), failure)),
        }
    }
    Answers { known: Rc::new(known), failures: Rc::new(failures), lines: Rc::new(lines), over: true }
}

impl Ready {
    /// As it is sent.
    pub fn message(&self, principal: &str) -> Call {
        Call {
            principal: principal.to_owned(),
            service: self.service.clone(),
            operation: self.operation.clone(),
            parameters: self.parameters.clone(),
            region: self.region.clone(),
            quiet: self.quiet,
            upload: self.upload,
        }
    }
}
