//! Calls to AWS as the page's console makes them, with the reason of every refusal, and the log of all calls.

use sandshift_engine::aws::event::{Event as Entry, Outcome};
use sandshift_engine::aws::policy::decision::{Deciding, SourceKind};
use sandshift_engine::aws::policy::document::Effect;
use sandshift_engine::aws::{ApiError, Caller, Fault, paging, timestamp};
use sandshift_engine::cli::Files as _;
use sandshift_engine::cli::paging::gather;
use sandshift_engine::sandbox::{Ending, Sandbox};
use sandshift_engine::sorted;
use sandshift_protocol::{
    BILL, Call, CallFailure, Denial, EVENTS, EventKind, FILES, FailureKind, INSPECT, MODELS, PolicyStatement,
    SANDBOX,
};
use serde_json::{Value, json};

use super::Workspace;

/// The newest of the log; more than a person reads, and few enough to draw.
const EVENTS_TOLD: usize = 300;

/// Further pages of a listing that are fetched.
const PAGES: usize = 20;

impl Workspace {
    pub(super) fn call(&mut self, id: u32, mut call: Call) {
        // As the CLI's `--body`: a file of the learner's own machine, by its path.
        let path = call.parameters.as_object_mut().and_then(|parameters| parameters.remove("Body"));
        let file = path.and_then(|path| self.sandbox.disk.read(path.as_str()?));
        let Ok(brought) = self.carried.brought(call.upload) else {
            return self.refuse(id, "the pieces of this upload are gone", Some("Upload the file again."));
        };
        let body = brought.or(file);
        if call.service == SANDBOX {
            let value = match call.operation.as_str() {
                EVENTS => events(&self.sandbox),
                BILL => self.sandbox.bill(),
                FILES => {
                    let files = self.sandbox.disk.paths();
                    json!({ "Files": files.into_iter().map(|path| json!({ "Path": path })).collect::<Vec<_>>() })
                }
                MODELS => self.there(|workspace| workspace.sandbox.models()),
                INSPECT => self.there(|workspace| {
                    let number =
                        |name: &str| call.parameters[name].as_str().and_then(|text| text.parse().ok());
                    let user = call.parameters["User"].as_str().unwrap_or_default();
                    let column = number("Column").map(|column| column as usize);
                    workspace.sandbox.inspect(user, number("Table"), column)
                }),
                _ => Value::Null,
            };
            return self.tell(id, EventKind::Called { value });
        }
        let looks = call.only_looks();
        let caller = Caller::user(&call.principal).in_region(call.region);
        let mut copy = call.quiet.then(|| self.sandbox.clone());
        let sandbox = copy.as_mut().unwrap_or(&mut self.sandbox);
        let parts = (looks && paging::cuts(&call.service)).then(|| call.parameters.clone());
        let mut ask =
            |parameters, body| sandbox.call(&caller, &call.service, &call.operation, parameters, body);
        let mut answer = ask(call.parameters, body);
        // A page of the console shows a listing and not a page of it.
        if let (Ok(reply), Some(parameters)) = (&mut answer, parts) {
            let mut ask = |parameters| ask(parameters, None).map(|reply| reply.value);
            if let Err(error) = gather(&mut reply.value, &parameters, PAGES, &mut ask) {
                answer = Err(error);
            }
        }
        let event = match answer {
            Ok(reply) => {
                if let Some(body) = reply.body {
                    self.carried.leave(id, body);
                }
                EventKind::Called { value: reply.value }
            }
            Err(error) => EventKind::CallFailed { failure: failure(&error) },
        };
        self.tell(id, event);
        // A look is in the log as well, and stored with the next thing done: a console looks all the time.
        if !looks && copy.is_none() {
            self.changed = true;
            self.tell_account(id);
            self.tell_checks(id);
        }
    }
}

fn failure(error: &ApiError) -> CallFailure {
    let denial = match &error.fault {
        Fault::Denied(denied) => Some(Denial {
            principal: denied.principal.clone(),
            action: denied.action.clone(),
            resource: denied.resource.clone(),
            policy_kind: kind(denied.decision.kind).to_owned(),
            by: denied.decision.deciding.as_ref().map(statement),
        }),
        _ => None,
    };
    CallFailure {
        operation: error.operation.clone(),
        code: error.fault.code().to_owned(),
        message: error.fault.message(),
        kind: match &error.fault {
            Fault::Parameters(_) => FailureKind::Parameters,
            Fault::NotSimulated { .. } | Fault::UnknownOperation { .. } => FailureKind::NotSimulated,
            _ => FailureKind::Refused,
        },
        denial,
    }
}

fn statement(deciding: &Deciding) -> PolicyStatement {
    PolicyStatement {
        policy: deciding.policy.clone(),
        policy_kind: kind(deciding.kind).to_owned(),
        number: deciding.statement + 1,
        sid: deciding.sid.clone(),
    }
}

fn kind(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Identity => "Identity",
        SourceKind::Resource => "Resource",
        SourceKind::Boundary => "Boundary",
        SourceKind::Session => "Session",
        SourceKind::Trust => "Trust",
    }
}

/// The log, newest first: calls in the fields of CloudTrail's event history and with what CloudTrail does not say,
/// statements in the same ones.
fn events(sandbox: &Sandbox) -> Value {
    let entries = sandbox.account.events.events();
    let mut events: Vec<(i64, Value)> = sandbox
        .spoken(EVENTS_TOLD)
        .into_iter()
        .map(|spoken| {
            let (outcome, message, by) = match &spoken.ending {
                Ending::Done => ("Allowed", "", None),
                Ending::Failed { message } => ("Failed", message.as_str(), None),
                Ending::Refused { message, missing, grant } => {
                    let by = json!({"Missing": missing, "Grant": grant});
                    ("Denied", message.as_str(), Some(by))
                }
            };
            let event = json!({
                "EventTime": timestamp::iso(spoken.at), "EventName": spoken.kind, "EventSource": "SQL",
                "Username": spoken.user, "Resource": spoken.cluster, "Outcome": outcome,
                "ErrorMessage": message, "DecidedBy": by, "Text": spoken.text, "QueryId": spoken.query,
            });
            (spoken.at.0, event)
        })
        .collect();
    events.extend(calls(entries));
    sorted::sort_by_key(&mut events, |(at, _)| std::cmp::Reverse(*at));
    let events: Vec<Value> = events.into_iter().take(EVENTS_TOLD).map(|(_, event)| event).collect();
    json!({ "Events": events })
}

fn calls(entries: &[Entry]) -> impl Iterator<Item = (i64, Value)> {
    entries.iter().rev().take(EVENTS_TOLD).map(|entry| {
        let (outcome, code, by) = match &entry.outcome {
            Outcome::Done { by } => ("Allowed", None, by.as_ref()),
            Outcome::Failed { code } => ("Failed", Some(code.as_str()), None),
            Outcome::Denied { by } => ("Denied", None, by.as_ref()),
        };
        let by = by.map(|by| {
            let effect = match by.effect {
                Effect::Allow => "Allow",
                Effect::Deny => "Deny",
            };
            json!({
                "Policy": by.policy, "PolicyKind": kind(by.kind), "Statement": by.statement + 1,
                "Sid": by.sid, "Effect": effect,
            })
        });
        let event = json!({
            "EventTime": timestamp::iso(entry.time), "EventName": entry.name, "EventSource": entry.source,
            "Username": entry.principal, "Resource": entry.resource, "AwsRegion": entry.region,
            "Outcome": outcome, "ErrorCode": code, "ErrorMessage": entry.message, "DecidedBy": by,
            "RequestParameters": entry.request,
        });
        (entry.time.0, event)
    })
}
