//! Jobs: what is to be read, changed and written (Glue API reference, "Jobs"). Those are run whose nodes were drawn in
//! Glue Studio; a script in Python is kept, and not run.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::job_run::Run;
use super::{bookmark, fault, page};
use crate::aws::document::{Document, pick};
use crate::aws::parameters::Parameters;
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    pub name: String,
    pub region: String,
    /// What it was made with, or last changed to.
    pub input: Document,
    created: Instant,
    modified: Instant,
    /// The oldest first.
    pub runs: Vec<Run>,
    /// What its runs have read, where they keep it.
    pub bookmark: Option<Document>,
}

/// In the order of the service's model.
const MEMBERS: &str = "Description LogUri Role";
const MORE: &str = "ExecutionProperty={\"MaxConcurrentRuns\":1} Command DefaultArguments NonOverridableArguments \
Connections MaxRetries=0";
const LAST: &str = "SecurityConfiguration NotificationProperty GlueVersion CodeGenConfigurationNodes \
ExecutionClass=\"STANDARD\" SourceControlDetails";

impl Job {
    /// How many DPUs a run has.
    pub fn dpus(&self, arguments: Parameters<'_>) -> f64 {
        let given = Parameters::new(&self.input.0);
        let most = |given: Parameters<'_>| given.get("MaxCapacity").and_then(Value::as_f64);
        let workers = |given: Parameters<'_>| given.integer("NumberOfWorkers");
        if let Some(most) = most(arguments) {
            return most;
        }
        let kind = arguments.text("WorkerType").or(given.text("WorkerType")).unwrap_or("");
        let each = match kind {
            "G.025X" => 0.25,
            "G.2X" => 2.0,
            "G.4X" => 4.0,
            "G.8X" => 8.0,
            _ => 1.0,
        };
        match workers(arguments).or(workers(given)) {
            Some(workers) => workers as f64 * each,
            None => most(given).unwrap_or(10.0),
        }
    }

    pub fn timeout(&self, arguments: Parameters<'_>) -> i64 {
        arguments.integer("Timeout").or(Parameters::new(&self.input.0).integer("Timeout")).unwrap_or(2_880)
    }

    fn value(&self) -> Value {
        let mut value = Map::new();
        let input = &self.input.0;
        value.insert("Name".to_owned(), json!(self.name));
        pick(&mut value, input, MEMBERS);
        value.insert("CreatedOn".to_owned(), json!(iso(self.created)));
        value.insert("LastModifiedOn".to_owned(), json!(iso(self.modified)));
        pick(&mut value, input, MORE);
        let none = Value::Null;
        let dpus = self.dpus(Parameters::new(&none));
        value.insert("AllocatedCapacity".to_owned(), json!(dpus as i64));
        value.insert("Timeout".to_owned(), json!(self.timeout(Parameters::new(&none))));
        value.insert("MaxCapacity".to_owned(), json!(dpus));
        pick(&mut value, input, "WorkerType NumberOfWorkers");
        pick(&mut value, input, LAST);
        Value::Object(value)
    }
}

pub(super) fn key(region: &str, name: &str) -> String {
    format!("{region}/{name}")
}

fn missing(name: &str) -> Fault {
    fault::not_found(format!("Job with name: {name} not found."))
}

pub(super) fn find<'a>(account: &'a Account, order: &Order<'_>, member: &str) -> Result<&'a Job, Fault> {
    let name = order.parameters.required(member);
    account.glue.jobs.get(&key(order.region, name)).ok_or_else(|| missing(name))
}

pub(super) fn find_mut<'a>(
    account: &'a mut Account,
    order: &Order<'_>,
    member: &str,
) -> Result<&'a mut Job, Fault> {
    let name = order.parameters.required(member);
    account.glue.jobs.get_mut(&key(order.region, name)).ok_or_else(|| missing(name))
}

/// What a job asks for that the sandbox does not do is refused when it is made.
fn check(input: &Value) -> Result<(), Fault> {
    let given = Parameters::new(input);
    bookmark::check(&input["DefaultArguments"])?;
    if !given.structure("Connections").texts("Connections").is_empty() {
        return Err(fault::not_simulated("a job's Connections"));
    }
    fault::plain(given, "SecurityConfiguration NotificationProperty SourceControlDetails Tags")?;
    Ok(())
}

pub fn create(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("Name");
    let key = key(order.region, name);
    if account.glue.jobs.contains_key(&key) {
        // unconfirmed: the sentence.
        return Err(fault::exists(format!("Job with name: {name} already exists.")));
    }
    let mut input = json!({});
    for member in order.parameters.names().filter(|member| *member != "Name") {
        input[member] = order.parameters.get(member).cloned().unwrap_or_default();
    }
    check(&input)?;
    let job = Job {
        name: name.to_owned(),
        region: order.region.to_owned(),
        input: Document(input),
        created: order.now,
        modified: order.now,
        runs: Vec::new(),
        bookmark: None,
    };
    account.glue.jobs.insert(key, job);
    Ok(json!({"Name": name}))
}

pub fn get(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    Ok(json!({"Job": find(account, order, "JobName")?.value()}))
}

fn here<'a>(account: &'a Account, order: &Order<'_>) -> impl Iterator<Item = &'a Job> {
    account.glue.jobs.values().filter(|job| job.region == order.region)
}

pub fn list(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    page(here(account, order).map(Job::value).collect(), order, "Jobs")
}

pub fn names(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    fault::plain(order.parameters, "Tags")?;
    page(here(account, order).map(|job| json!(job.name)).collect(), order, "JobNames")
}

/// What it was made with is replaced as a whole; what is not given is gone.
pub fn update(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("JobName");
    let input = order.parameters.get("JobUpdate").cloned().unwrap_or_default();
    check(&input)?;
    let job = find_mut(account, order, "JobName")?;
    (job.input, job.modified) = (Document(input), order.now);
    Ok(json!({"JobName": name}))
}

/// One that is not there is deleted all the same.
pub fn delete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("JobName");
    account.glue.jobs.remove(&key(order.region, name));
    Ok(json!({"JobName": name}))
}
