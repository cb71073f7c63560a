//! Runs of jobs: workers start, work, and are paid for by the second. The work itself is done by whoever holds the
//! sandbox (`sandbox/job_run`), as soon as the workers have started.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::job::{Job, find, key};
use super::{bookmark, fault, job_log, page, role, sample};
use crate::aws::document::{Document, pick};
use crate::aws::meter::{Of, Usage};
use crate::aws::parameters::Parameters;
use crate::aws::timestamp::iso;
use crate::aws::{Account, Caller, Fault, Order, call};
use crate::clock::Instant;
use crate::extension::formats::Sample;
use crate::happening::{Happening, HappeningKind};
use crate::json::json;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub id: String,
    /// What it was started with.
    arguments: Document,
    started: Instant,
    /// When its workers were there.
    begun: Option<Instant>,
    /// When it looked at its sources.
    looked: Option<Instant>,
    completed: Option<Instant>,
    modified: Instant,
    state: State,
    /// When its state changes; not known while its work is to be done.
    due: Option<Instant>,
    /// What the state becomes then, where that is not the next in line.
    ends: Option<State>,
    error: Option<String>,
    pub(super) dpus: f64,
    /// Somebody does its work. One that is read back was dropped half-way, and begins anew.
    #[serde(skip)]
    taken: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    Starting,
    Running,
    Stopping,
    Stopped,
    Succeeded,
    Failed,
    Timeout,
}

const SECOND: i64 = 1_000_000;
// unconfirmed: how long workers take to start, a script to get going, and a run to stop.
const START: i64 = 10 * SECOND;
const WORK: i64 = 40 * SECOND;
const STOP: i64 = 3 * SECOND;
/// What a run's session of the job's role is called.
pub(super) const SESSION: &str = "GlueJobRunnerSession";
/// A minute is paid for at least (since version 2.0).
const LEAST: i64 = 60 * SECOND;
/// Runs that are kept of a job.
const KEPT: usize = 100;

fn attempt_of(first: &str, number: i64) -> String {
    if number == 0 { first.to_owned() } else { format!("{first}_attempt_{number}") }
}

impl State {
    fn word(self) -> &'static str {
        match self {
            State::Starting => "STARTING",
            State::Running => "RUNNING",
            State::Stopping => "STOPPING",
            State::Stopped => "STOPPED",
            State::Succeeded => "SUCCEEDED",
            State::Failed => "FAILED",
            State::Timeout => "TIMEOUT",
        }
    }

    fn goes_on(self) -> bool {
        matches!(self, State::Starting | State::Running | State::Stopping)
    }
}

impl Run {
    /// How it ended, and why.
    pub(super) fn end(&self) -> (State, &str) {
        (self.state, self.error.as_deref().unwrap_or(""))
    }

    /// An argument of its own, or of its job.
    pub(super) fn argument<'a>(&'a self, job: &'a Job, name: &str) -> &'a str {
        let given = |value: &'a Value| value.get(name).and_then(Value::as_str);
        let own = given(&self.arguments.0["Arguments"]);
        own.or(given(&job.input.0["DefaultArguments"])).unwrap_or("")
    }

    /// The first run that it is one of the attempts of, and which: it is told by its name.
    pub(super) fn attempt(&self) -> (&str, i64) {
        let parts = self.id.split_once("_attempt_");
        parts.and_then(|(first, number)| Some((first, number.parse().ok()?))).unwrap_or((&self.id, 0))
    }

    /// The next attempt of one that failed, where the job has one left.
    fn again(&self, retries: i64, now: Instant) -> Option<Run> {
        let (first, attempt) = self.attempt();
        (self.state == State::Failed && attempt < retries).then(|| Run {
            id: attempt_of(first, attempt + 1),
            started: now,
            begun: None,
            looked: None,
            completed: None,
            modified: now,
            state: State::Starting,
            due: Some(Instant(now.0 + START)),
            error: None,
            taken: false,
            ..self.clone()
        })
    }

    fn seconds(&self, now: Instant) -> i64 {
        let until = self.completed.unwrap_or(now);
        self.begun.map_or(0, |begun| (until.0 - begun.0) / SECOND)
    }

    fn value(&self, job: &Job, now: Instant) -> Value {
        let mut value = Map::new();
        let mut say = |name: &str, said: Value| value.insert(name.to_owned(), said);
        say("Id", json!(self.id));
        let (first, attempt) = self.attempt();
        say("Attempt", json!(attempt));
        if attempt > 0 {
            say("PreviousRunId", json!(attempt_of(first, attempt - 1)));
        }
        say("JobName", json!(job.name));
        say("StartedOn", json!(iso(self.started)));
        say("LastModifiedOn", json!(iso(self.modified)));
        if let Some(completed) = self.completed {
            say("CompletedOn", json!(iso(completed)));
        }
        say("JobRunState", json!(self.state.word()));
        if let Some(arguments) = self.arguments.0.get("Arguments") {
            say("Arguments", arguments.clone());
        }
        if let Some(error) = self.error.as_ref().filter(|_| !self.state.goes_on()) {
            say("ErrorMessage", json!(error));
        }
        let none: Vec<Value> = Vec::new();
        say("PredecessorRuns", json!(none));
        say("AllocatedCapacity", json!(self.dpus as i64));
        say("ExecutionTime", json!(self.seconds(now)));
        say("Timeout", json!(job.timeout(Parameters::new(&self.arguments.0))));
        say("MaxCapacity", json!(self.dpus));
        for name in ["WorkerType", "NumberOfWorkers"] {
            let given = self.arguments.0.get(name).or(job.input.0.get(name));
            if let Some(given) = given {
                say(name, given.clone());
            }
        }
        say("LogGroupName", json!("/aws-glue/jobs"));
        pick(&mut value, &job.input.0, "SecurityConfiguration GlueVersion ExecutionClass=\"STANDARD\"");
        Value::Object(value)
    }
}

pub fn start(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("JobName");
    let Some(job) = account.glue.jobs.get(&key(order.region, name)) else {
        return Err(fault::not_found("Failed to start job run due to missing metadata"));
    };
    if !job.input.0["CodeGenConfigurationNodes"].is_object() {
        return Err(fault::not_simulated("a job that is a script; draw it as nodes"));
    }
    let most = job.input.0["ExecutionProperty"]["MaxConcurrentRuns"].as_u64().unwrap_or(1);
    if job.runs.iter().filter(|run| run.state.goes_on()).count() as u64 >= most {
        return Err(fault::refused(
            "ConcurrentRunsExceededException",
            format!("Concurrent runs exceeded for {name}"),
        ));
    }
    if let Some(arguments) = order.parameters.get("Arguments") {
        bookmark::check(arguments)?;
    }
    let mut arguments = json!({});
    for member in order.parameters.names().filter(|member| *member != "JobName") {
        arguments[member] = order.parameters.get(member).cloned().unwrap_or_default();
    }
    let dpus = job.dpus(order.parameters);
    let id =
        format!("jr_{}", [account.identifiers.uuid(), account.identifiers.uuid()].concat().replace('-', ""));
    let run = Run {
        id: id.clone(),
        arguments: Document(arguments),
        started: order.now,
        begun: None,
        looked: None,
        completed: None,
        modified: order.now,
        state: State::Starting,
        due: Some(Instant(order.now.0 + START)),
        ends: None,
        error: None,
        dpus,
        taken: false,
    };
    if let Some(job) = account.glue.jobs.get_mut(&key(order.region, name)) {
        job.runs.push(run);
        if job.runs.len() > KEPT {
            job.runs.remove(0);
        }
    }
    Ok(json!({"JobRunId": id}))
}

pub fn get(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let (job, id) = (find(account, order, "JobName")?, order.parameters.required("RunId"));
    let run = job.runs.iter().find(|run| run.id == id);
    // unconfirmed: the sentence.
    let run = run.ok_or_else(|| fault::not_found(format!("Job run {id} not found.")))?;
    Ok(json!({"JobRun": run.value(job, order.now)}))
}

/// The newest first.
pub fn list(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let job = find(account, order, "JobName")?;
    page(job.runs.iter().rev().map(|run| run.value(job, order.now)).collect(), order, "JobRuns")
}

pub fn stop(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("JobName");
    find(account, order, "JobName")?;
    let (mut stopped, mut errors) = (Vec::new(), Vec::new());
    for id in order.parameters.texts("JobRunIds") {
        let job = account.glue.jobs.get_mut(&key(order.region, name));
        let run = job.and_then(|job| job.runs.iter_mut().find(|run| run.id == id));
        match run {
            Some(run) if run.state.goes_on() => {
                (run.state, run.due, run.ends) =
                    (State::Stopping, Some(Instant(order.now.0 + STOP)), Some(State::Stopped));
                stopped.push(json!({"JobName": name, "JobRunId": id}));
            }
            other => {
                // unconfirmed: both sentences.
                let (code, message) = match other {
                    None => ("EntityNotFoundException", format!("Job run {id} not found.")),
                    Some(_) => ("InvalidInputException", format!("Job run {id} is not running.")),
                };
                let detail = json!({"ErrorCode": code, "ErrorMessage": message});
                errors.push(json!({"JobName": name, "JobRunId": id, "ErrorDetail": detail}));
            }
        }
    }
    Ok(json!({"SuccessfulSubmissions": stopped, "Errors": errors}))
}

/// A run whose work is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub job: String,
    pub run: String,
}

fn at<'a>(account: &'a mut Account, place: &Place) -> Option<&'a mut Run> {
    account.glue.jobs.get_mut(&place.job)?.runs.iter_mut().find(|run| run.id == place.run)
}

pub fn waiting(account: &Account) -> Option<Place> {
    account.glue.jobs.iter().find_map(|(key, job)| {
        let waits = |run: &&Run| run.state == State::Running && run.due.is_none() && !run.taken;
        job.runs.iter().find(waits).map(|run| Place { job: key.clone(), run: run.id.clone() })
    })
}

/// Whether the run is still to be worked on.
pub fn goes_on(account: &Account, place: &Place) -> bool {
    let run =
        account.glue.jobs.get(&place.job).and_then(|job| job.runs.iter().find(|run| run.id == place.run));
    run.is_some_and(|run| run.state == State::Running && run.due.is_none())
}

/// Nobody does its work any more.
pub fn leave(account: &mut Account, place: &Place) {
    if let Some(run) = at(account, place) {
        run.taken = false;
    }
}

/// What a run begins with.
pub struct Beginning {
    /// For the module beside the engine.
    pub order: Value,
    pub samples: Vec<Sample>,
    pub caller: Caller,
    pub region: String,
    pub seen: Option<bookmark::Seen>,
}

/// Takes the job's role and looks at its sources.
pub fn begin(account: &mut Account, place: &Place, now: Instant) -> Result<Beginning, String> {
    if let Some(run) = at(account, place) {
        (run.taken, run.looked) = (true, Some(now));
    }
    let gone = || "the job is gone".to_owned();
    let job = account.glue.jobs.get(&place.job).cloned().ok_or_else(gone)?;
    let caller = role::assume(account, job.input.text("Role"), SESSION, &job.region, now)
        .map_err(|_| "Role should be given assume role permissions for Glue Service.".to_owned())?;
    job_log::begun(account, place, &caller, now);
    let nodes = &job.input.0["CodeGenConfigurationNodes"];
    let (mut catalog, mut samples) = (json!({}), Vec::new());
    let run = job.runs.iter().find(|run| run.id == place.run);
    let seen = run.and_then(|run| bookmark::seen(&job, run, now));
    for (id, node) in nodes.as_object().into_iter().flatten() {
        let Some((kind, node)) = node.as_object().and_then(|node| node.iter().next()) else { continue };
        if !kind.ends_with("Source") {
            continue;
        }
        let source = Parameters::new(node);
        if kind.contains("Catalog") {
            let named = json!({"DatabaseName": node["Database"], "Name": node["Table"]});
            let mut answer = call(account, &caller, "glue", "GetTable", named, now)
                .map_err(|error| sample::told(&error))?;
            catalog[id] = answer["Table"].take();
        }
        let first = samples.len();
        for path in source.texts("Paths") {
            sample::take(account, &caller, path, &[], now, &mut samples)?;
        }
        let found = samples.get(first..).unwrap_or_default();
        if let Some((seen, since)) = seen.as_ref().and_then(|seen| Some((seen, seen.since(id)?)))
            && !found.is_empty()
        {
            let old = found.iter().filter(|sample| account.s3.modified(&sample.path) <= Some(since)).count();
            let line = format!(
                "INFO JobBookmark: {}: {old} of {} objects were read by run {} or before, until {}",
                source.text("Name").unwrap_or(id),
                found.len(),
                seen.run,
                iso(since)
            );
            job_log::driver(account, place, &caller, &[line], now);
        }
    }
    // Runs that begin in one millisecond may write to one path: each has a name of its own.
    let millisecond = now.0 / 1_000;
    let together = account.glue.jobs.values().flat_map(|job| &job.runs);
    let together = together.filter(|run| run.looked.is_some_and(|looked| looked.0 / 1_000 == millisecond));
    let stem =
        format!("run-{}-part-r-00", millisecond + together.filter(|run| run.id != place.run).count() as i64);
    let order = json!({"Job": nodes, "Catalog": catalog, "Stem": stem});
    Ok(Beginning { order, samples, caller, region: job.region.clone(), seen })
}

/// Objects that a run has written, for the catalog.
pub fn look(account: &mut Account, caller: &Caller, path: &str, now: Instant) -> Result<Vec<Sample>, String> {
    let mut samples = Vec::new();
    sample::take(account, caller, path, &[], now, &mut samples)?;
    Ok(samples)
}

/// The work is done, or failed.
pub fn end(account: &mut Account, place: &Place, result: Result<(), String>, now: Instant) {
    let Some(job) = account.glue.jobs.get(&place.job).cloned() else { return };
    let Some(run) = at(account, place).filter(|run| run.state == State::Running && run.due.is_none()) else {
        return;
    };
    let begun = run.begun.unwrap_or(now);
    let over = now.0.max(begun.0 + WORK);
    let longest = begun.0 + job.timeout(Parameters::new(&run.arguments.0)).saturating_mul(60 * SECOND);
    run.ends = Some(if result.is_err() { State::Failed } else { State::Succeeded });
    run.error = result.err();
    if over > longest {
        (run.ends, run.error) = (Some(State::Timeout), Some("JobRun timed out".to_owned()));
    }
    run.due = Some(Instant(over.min(longest.max(now.0))));
}

pub fn next(account: &Account) -> Option<Instant> {
    account.glue.jobs.values().flat_map(|job| &job.runs).filter_map(|run| run.due).min()
}

/// Whatever is due.
pub fn carry_out(account: &mut Account, at: Instant) -> Vec<Happening> {
    let mut told = Vec::new();
    let glue = &mut account.glue;
    let mut over = Vec::new();
    for (key, job) in glue.jobs.iter_mut() {
        let retries = Parameters::new(&job.input.0).integer("MaxRetries").unwrap_or(0);
        let (mut again, mut done) = (Vec::new(), None);
        for (number, run) in job.runs.iter_mut().enumerate() {
            if run.due.is_none_or(|due| due > at) {
                continue;
            }
            (run.due, run.modified) = (None, at);
            match run.ends.take() {
                None => (run.state, run.begun) = (State::Running, Some(at)),
                Some(state) => {
                    (run.state, run.completed) = (state, Some(at));
                    again.extend(run.again(retries, at));
                    over.push(Place { job: key.clone(), run: run.id.clone() });
                    told.push(Happening::new(at, HappeningKind::JobRunFinished, job.name.clone()));
                    let Some(begun) = run.begun else { continue };
                    if state == State::Succeeded {
                        done = run.looked.map(|looked| (number, looked));
                    }
                    let took = (at.0 - begun.0).max(LEAST) as f64 * run.dpus;
                    let of = Of { usage: Usage::JobTime, region: &job.region, resource: &job.name };
                    account.meter.add(of, took as u128, at);
                }
            }
        }
        if let Some((number, looked)) = done
            && let Some(kept) = job.runs.get(number).and_then(|run| bookmark::commit(job, run, looked))
        {
            job.bookmark = Some(kept);
        }
        job.runs.append(&mut again);
        let surplus = job.runs.len().saturating_sub(KEPT);
        job.runs.drain(..surplus);
    }
    for place in &over {
        job_log::ended(account, place, at);
    }
    told
}
