//! Bookmarks of jobs: what a run has read, so that the next one reads only what came after (Glue Developer Guide,
//! "Tracking processed data using job bookmarks"). Of S3 they tell old objects by the time they were changed.

use serde_json::{Map, Value};

use super::fault;
use super::job::{Job, find, find_mut};
use super::job_run::Run;
use crate::aws::document::{Document, pick};
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;

const OPTION: &str = "--job-bookmark-option";
const MEMBERS: &str = "JobName Version Run Attempt PreviousRunId RunId JobBookmark";

/// What a job's or a run's arguments ask for.
pub(super) fn check(arguments: &Value) -> Result<(), Fault> {
    match arguments[OPTION].as_str() {
        None | Some("job-bookmark-enable" | "job-bookmark-disable") => Ok(()),
        Some("job-bookmark-pause") => Err(fault::not_simulated("job-bookmark-pause")),
        // unconfirmed: the sentence.
        Some(other) => Err(fault::invalid(format!("Invalid job bookmark option: {other}"))),
    }
}

fn is_on(job: &Job, run: &Run) -> bool {
    run.argument(job, OPTION) == "job-bookmark-enable"
}

/// What a run with a bookmark sees of its sources.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Up to when the runs before have read, by node: one without reads everything.
    since: Value,
    /// By which of them.
    pub(super) run: String,
    /// What comes after that is the next run's.
    looked: Instant,
}

impl Seen {
    pub(super) fn since(&self, node: &str) -> Option<Instant> {
        self.since[node].as_i64().map(Instant)
    }

    /// Whether a node reads what was changed then.
    pub fn reads(&self, node: &str, modified: Instant) -> bool {
        modified <= self.looked && self.since(node).is_none_or(|since| modified > since)
    }
}

pub(super) fn seen(job: &Job, run: &Run, looked: Instant) -> Option<Seen> {
    let kept = job.bookmark.as_ref();
    is_on(job, run).then(|| Seen {
        since: kept.map_or(Value::Null, |kept| kept.0["since"].clone()),
        run: kept.map_or("", |kept| kept.text("RunId")).to_owned(),
        looked,
    })
}

/// What is kept when this run has succeeded, which looked at its sources then; it is told in the run's log.
pub(super) fn commit(job: &Job, run: &Run, looked: Instant) -> Option<Document> {
    if !is_on(job, run) {
        return None;
    }
    let none = Document::default();
    let last = job.bookmark.as_ref().unwrap_or(&none);
    let more = |name: &str| last.0[name].as_i64().unwrap_or(0) + 1;
    let (mut read, mut since) = (Map::new(), json!({}));
    for (id, node) in job.input.0["CodeGenConfigurationNodes"].as_object().into_iter().flatten() {
        if node.as_object().is_some_and(|node| node.keys().any(|kind| kind.ends_with("Source"))) {
            // unconfirmed: what else stands in it.
            let times = json!({"RUN": more("Run").to_string(), "CURR_RUN_START_TIME": iso(looked)});
            let state = json!({"jsonClass": "HadoopDataSourceJobBookmarkState", "timestamps": times});
            read.insert(id.clone(), state);
            since[id] = json!(looked.0);
        }
    }
    let mut kept = json!({
        "JobName": job.name, "Version": more("Version"), "Run": more("Run"), "Attempt": run.attempt().1,
        "RunId": run.id, "JobBookmark": Value::Object(read).to_string(), "since": since,
    });
    if let Some(before) = last.0.get("RunId") {
        kept["PreviousRunId"] = before.clone();
    }
    Some(Document(kept))
}

fn entry(kept: &Document) -> Value {
    let mut entry = Map::new();
    pick(&mut entry, &kept.0, MEMBERS);
    json!({"JobBookmarkEntry": entry})
}

pub fn get(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let job = find(account, order, "JobName")?;
    let missing = || fault::not_found(format!("Continuation for job {} not found", job.name));
    job.bookmark.as_ref().map(entry).ok_or_else(missing)
}

/// The next run reads everything.
pub fn reset(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    get(account, order)?;
    if order.parameters.get("RunId").is_some() {
        return Err(fault::not_simulated("a bookmark set back to a certain run"));
    }
    let job = find_mut(account, order, "JobName")?;
    let version = job.bookmark.as_ref().and_then(|kept| kept.0["Version"].as_i64()).unwrap_or(0);
    // unconfirmed: what is left of it.
    let kept = json!({
        "JobName": job.name, "Version": version + 1, "Run": 0, "Attempt": 0, "JobBookmark": "{}",
    });
    Ok(entry(job.bookmark.insert(Document(kept))))
}
