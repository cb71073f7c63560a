//! Calls as the page's console makes them: answers, bytes, refusals with their reasons, and the descriptions of its
//! pages against what the engine knows.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::path::Path;

use sandshift_engine::aws::Service;
use sandshift_engine::cli::arguments::Invocation;
use sandshift_engine::cli::{Files as _, usage, words};
use sandshift_engine::sandbox::Disk;
use sandshift_lessons::extensions::linked;
use sandshift_protocol::{Call, CallFailure, EventKind, FailureKind, Message, Request, StorageState, line};
use sandshift_worker::workspace::{Found, Workspace};
use serde_json::{Value, json};

fn open() -> Workspace {
    let mut workspace = Workspace::open(|| 0.0, linked(), None, None, Found::Nothing, &mut |_| None).unwrap();
    workspace.opened(1, StorageState::Kept);
    workspace.events();
    workspace
}

fn ask(workspace: &mut Workspace, principal: &str, call: &str, parameters: Value) -> EventKind {
    let (service, operation) = call.split_once(' ').unwrap();
    let call = Call {
        principal: principal.to_owned(),
        service: service.to_owned(),
        operation: operation.to_owned(),
        parameters,
        region: None,
        quiet: false,
        upload: None,
    };
    workspace.take(Message { id: 7, request: Request::Call { call } });
    workspace.events().swap_remove(0).event
}

fn answer(workspace: &mut Workspace, call: &str, parameters: Value) -> Value {
    match ask(workspace, "learner", call, parameters) {
        EventKind::Called { value } => value,
        other => panic!("{call}: {other:?}"),
    }
}

fn refusal(workspace: &mut Workspace, principal: &str, call: &str, parameters: Value) -> CallFailure {
    match ask(workspace, principal, call, parameters) {
        EventKind::CallFailed { failure } => failure,
        other => panic!("{call}: {other:?}"),
    }
}

fn seoul(bucket: &str) -> Value {
    json!({"Bucket": bucket, "CreateBucketConfiguration": {"LocationConstraint": "ap-northeast-2"}})
}

#[test]
fn an_objects_bytes_travel_beside_the_call() {
    let mut workspace = open();
    answer(&mut workspace, "s3api CreateBucket", seoul("raw-files"));
    workspace.hand_over([0, 255, 10].into());
    answer(&mut workspace, "s3api PutObject", json!({"Bucket": "raw-files", "Key": "a/b.bin"}));
    let got = answer(&mut workspace, "s3api GetObject", json!({"Bucket": "raw-files", "Key": "a/b.bin"}));
    assert_eq!(got["ContentLength"], 3);
    assert_eq!(workspace.bytes_of(7), Some([0, 255, 10].as_slice().into()));
    assert_eq!(workspace.bytes_of(7), None, "once");
}

#[test]
fn a_call_that_only_looks_is_not_stored_by_itself() {
    let mut workspace = open();
    answer(&mut workspace, "s3api ListBuckets", json!({}));
    assert!(workspace.save(&|_| false).unwrap().is_none());
    answer(&mut workspace, "iam CreateUser", json!({"UserName": "mina"}));
    assert!(workspace.save(&|_| false).unwrap().is_some());
}

#[test]
fn a_refusal_says_what_decided_it() {
    let mut workspace = open();
    answer(&mut workspace, "iam CreateUser", json!({"UserName": "mina"}));
    let failure = refusal(&mut workspace, "mina", "s3api ListBuckets", json!({}));
    let denial = failure.denial.unwrap();
    assert_eq!((failure.code.as_str(), denial.action.as_str()), ("AccessDenied", "s3:ListAllMyBuckets"));
    assert_eq!((denial.policy_kind.as_str(), denial.by), ("Identity", None));

    let deny = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"*","Resource":"*"},
        {"Sid":"NoRoles","Effect":"Deny","Action":"iam:*Role*","Resource":"*"}]}"#;
    let policy = json!({"UserName": "mina", "PolicyName": "most", "PolicyDocument": deny});
    answer(&mut workspace, "iam PutUserPolicy", policy);
    let failure = refusal(&mut workspace, "mina", "iam ListRoles", json!({}));
    let by = failure.denial.unwrap().by.unwrap();
    assert_eq!((by.policy.as_str(), by.number, by.sid.as_deref()), ("most", 2, Some("NoRoles")));

    let log = answer(&mut workspace, "sandbox Events", json!({}));
    let events = log["Events"].as_array().unwrap();
    let calls: Vec<&Value> = events.iter().filter(|event| event["EventSource"] != "SQL").collect();
    assert_eq!(calls[0]["EventName"], "ListRoles");
    assert_eq!(calls[0]["Outcome"], "Denied");
    assert_eq!(calls[0]["DecidedBy"]["Sid"], "NoRoles");
    assert_eq!(calls[2]["EventName"], "ListBuckets");
    assert_eq!(calls[2]["DecidedBy"], Value::Null);
}

#[test]
fn what_is_not_simulated_and_what_was_never_sent_are_told_apart() {
    let mut workspace = open();
    let gap = Service::parse("iam").unwrap().not_simulated().next().unwrap();
    let failure = refusal(&mut workspace, "learner", &format!("iam {gap}"), json!({}));
    assert_eq!(failure.kind, FailureKind::NotSimulated);
    let failure = refusal(&mut workspace, "learner", "iam CreateUser", json!({}));
    assert_eq!(failure.kind, FailureKind::Parameters);
}

/// Every description of a page, by the file's name.
fn descriptions() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../static/console");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            (name, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
        })
        .collect()
}

/// Every call that a description makes, wherever it stands.
fn calls(of: &Value, found: &mut Vec<Value>) {
    match of {
        Value::Array(items) => items.iter().for_each(|item| calls(item, found)),
        Value::Object(members) => {
            if members.contains_key("call") {
                found.push(of.clone());
            }
            members.values().for_each(|member| calls(member, found));
        }
        _ => {}
    }
}

/// A template with something in each place of it, as its member wants it.
fn sample(template: &Value) -> Value {
    match template {
        Value::String(text) if text.contains('{') => "it's 7".into(),
        Value::Array(items) => items.iter().map(sample).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), sample(member))).collect()
        }
        other => other.clone(),
    }
}

#[test]
fn every_call_of_a_page_is_an_operation_and_its_line_says_the_same() {
    let mut seen = 0;
    for (file, description) in descriptions() {
        let mut found = Vec::new();
        calls(&description, &mut found);
        for call in found {
            let written = call["call"].as_str().unwrap();
            let (service, operation) = written.split_once(' ').unwrap();
            if service == sandshift_protocol::SANDBOX {
                continue;
            }
            let Some(known) = Service::parse(service) else {
                assert!(usage::SERVICES.contains(&service), "{file}: no service in {written}");
                continue;
            };
            let Some(operation_known) = known.operation(operation) else {
                let gap = known.not_simulated().any(|name| name == operation);
                assert!(gap, "{file}: {written} is not AWS's");
                continue;
            };
            let members = operation_known.members();
            let mut parameters = sample(call.get("with").unwrap_or(&json!({})));
            for (name, value) in parameters.as_object_mut().unwrap() {
                use sandshift_engine::aws::shape::Kind;
                let member = members.iter().find(|member| member.name == name);
                let member = member.unwrap_or_else(|| panic!("{file}: {written} takes no {name}"));
                match member.kind {
                    Kind::Integer => *value = json!(7),
                    Kind::Boolean => *value = json!(true),
                    Kind::Blob => *value = "/data/file".into(),
                    Kind::Map if value.is_string() => *value = json!({ "a": "b c" }),
                    Kind::Strings if value.is_string() => *value = json!(["a b", "c"]),
                    _ => {}
                }
            }
            let line = line::line(service, operation, &parameters);
            let words = words::split(&line).unwrap();
            let mut disk = Disk::seeded(1);
            disk.write("/data/file", b"x"[..].into());
            let read = Invocation::read(&words[3..], operation_known, &disk);
            let read = read.unwrap_or_else(|output| panic!("{file}: {line}\n{}", output.stderr));
            // What a file holds travels beside the parameters.
            let sent = parameters.as_object_mut().unwrap().remove("Body").is_some();
            assert_eq!(read.body.is_some(), sent, "{file}: {line}");
            assert_eq!(read.parameters, parameters, "{file}: {line}");
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen} calls were found");
}

/// A read that counted as a change would make its page read again, and again.
#[test]
fn what_a_page_reads_changes_nothing() {
    fn reads(of: &Value, found: &mut Vec<Value>) {
        match of {
            Value::Array(items) => items.iter().for_each(|item| reads(item, found)),
            Value::Object(members) => {
                calls(members.get("reads").unwrap_or(&Value::Null), found);
                members.values().for_each(|member| reads(member, found));
            }
            _ => {}
        }
    }
    for (file, description) in descriptions() {
        let mut found = Vec::new();
        reads(&description, &mut found);
        for read in found {
            let (service, operation) = read["call"].as_str().unwrap().split_once(' ').unwrap();
            let call = Call {
                principal: String::new(),
                service: service.to_owned(),
                operation: operation.to_owned(),
                parameters: json!({}),
                region: None,
                quiet: false,
                upload: None,
            };
            assert!(call.only_looks() || read["quiet"] == true, "{file}: {service} {operation}");
        }
    }
}
