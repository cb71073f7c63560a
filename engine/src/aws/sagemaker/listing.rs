//! Lists: jobs of every kind, models, endpoints.

use serde_json::{Map, Value};

use super::fault::SageMakerFault;
use super::job::{Job, automl_of, candidate};
use super::{Operation, arn};
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;

/// One job that belongs to an order: what a summary of it needs.
pub(super) struct Step {
    pub name: String,
    /// The order that it belongs to.
    pub of: String,
    pub role: String,
    pub began: Instant,
    pub ended: Instant,
    failed: bool,
    stopped: bool,
}

impl Step {
    pub fn status(&self, kind: &str, now: Instant) -> &'static str {
        // Compilation jobs are spelled in capitals, the others not.
        if self.stopped && now >= self.ended {
            return if kind == "Compilation" { "STOPPED" } else { "Stopped" };
        }
        match (kind, now < self.ended, self.failed) {
            ("Compilation", true, _) => "INPROGRESS",
            ("Compilation", false, _) => "COMPLETED",
            (_, true, _) => "InProgress",
            (_, false, true) => "Failed",
            (_, false, false) => "Completed",
        }
    }
}

/// The jobs of one kind that have begun, the newest first.
pub(super) fn steps(account: &Account, kind: &str, order: &Order<'_>) -> Vec<Step> {
    let mut found = Vec::new();
    for job in account.sagemaker.jobs.iter().filter(|job| job.region == order.region) {
        let cut_off = job.out_of_time && !job.automl;
        let mut add = |name: String, began: Instant, ended: Instant, failed: bool| {
            let stopped = job.stopped.is_some_and(|at| at <= began);
            if began <= order.now && !stopped {
                let (role, natural) = (job.role.clone(), ended);
                let ended = job.stopped.map_or(natural, |at| at.min(natural));
                let stopped = ended < natural || cut_off;
                found.push(Step { name, of: job.name.clone(), role, began, ended, failed, stopped });
            }
        };
        add_steps(job, kind, &mut add);
    }
    crate::sorted::sort_by(&mut found, |a, b| (b.began, &b.name).cmp(&(a.began, &a.name)));
    found
}

fn add_steps(job: &Job, kind: &str, add: &mut dyn FnMut(String, Instant, Instant, bool)) {
    let learned = job.failure.is_none();
    match kind {
        "Training" if !job.automl => add(job.name.clone(), job.created, job.ends, !learned),
        "Training" => {
            for at in 0..job.candidates.len() {
                let (began, ended) = job.times(at);
                add(job.candidate_name(at), began, ended, false);
            }
        }
        "Processing" if job.automl => {
            add(format!("{}-pr-1", job.name), job.at(20), job.analyzed(), !learned);
            if learned && job.explained > job.compiled {
                add(format!("{}-clarify", job.name), job.compiled, job.explained, false);
            }
        }
        "Transform" if job.automl && learned => {
            for at in 0..job.candidates.len() {
                let (from, to) = (job.at(230), job.at(super::job::ENGINEERED));
                add(format!("{}-dpp{at}-rpb-1", job.name), from, to, false);
            }
        }
        "HyperParameterTuning" if job.automl && learned && !job.bidden.only_definitions => {
            add(format!("{}-tuning", job.name), job.at(super::job::ENGINEERED), job.at(960), false);
        }
        "Compilation" if learned && job.compiled > job.ends => {
            add(format!("{}-neo", job.name), job.ends, job.compiled, false)
        }
        _ => {}
    }
}

/// What `--name-contains`, `--status-equals` and `--max-results` leave.
fn kept(all: Vec<Value>, name: &str, status: &str, order: &Order<'_>) -> Vec<Value> {
    let parameters = order.parameters;
    let contains = |value: &Value| {
        parameters.text("NameContains").is_none_or(|part| {
            value[name].as_str().unwrap_or_default().to_lowercase().contains(&part.to_lowercase())
        })
    };
    let equals = |value: &Value| {
        parameters.text("StatusEquals").is_none_or(|wanted| value[status].as_str() == Some(wanted))
    };
    let mut kept: Vec<Value> = all.into_iter().filter(|value| contains(value) && equals(value)).collect();
    if parameters.text("SortOrder") == Some("Ascending") {
        kept.reverse();
    }
    kept
}

pub(super) fn of_jobs(operation: Operation, account: &Account, order: &Order<'_>) -> Value {
    let kind = match operation {
        Operation::ListAutoMLJobs => return automl_jobs(account, order),
        Operation::ListTrainingJobs => "Training",
        Operation::ListProcessingJobs => "Processing",
        Operation::ListTransformJobs => "Transform",
        Operation::ListCompilationJobs => "Compilation",
        _ => "HyperParameterTuning",
    };
    let path = match kind {
        "HyperParameterTuning" => "hyper-parameter-tuning-job".to_owned(),
        kind => format!("{}-job", kind.to_lowercase()),
    };
    let (name, status) = (format!("{kind}JobName"), format!("{kind}JobStatus"));
    let row = |step: Step| {
        let mut row = Map::new();
        row.insert(name.clone(), json!(step.name));
        row.insert(format!("{kind}JobArn"), json!(arn(account, order.region, &path, &step.name)));
        row.insert("CreationTime".to_owned(), json!(iso(step.began)));
        if order.now >= step.ended {
            row.insert(format!("{kind}EndTime"), json!(iso(step.ended)));
        }
        row.insert("LastModifiedTime".to_owned(), json!(iso(step.ended.min(order.now))));
        row.insert(status.clone(), json!(step.status(kind, order.now)));
        Value::Object(row)
    };
    let all = steps(account, kind, order).into_iter().map(row).collect();
    json!({ (format!("{kind}JobSummaries")): kept(all, &name, &status, order) })
}

/// The candidates' trainings that a tuning job has begun.
pub(super) fn of_tuning(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("HyperParameterTuningJobName");
    let tunings = steps(account, "HyperParameterTuning", order);
    let tuning = tunings.into_iter().find(|step| step.name == name).ok_or(SageMakerFault::NoJob)?;
    let mut all = of_jobs(Operation::ListTrainingJobs, account, order);
    let own = format!("{}-", tuning.of);
    let rows = all["TrainingJobSummaries"].as_array_mut().map(std::mem::take).unwrap_or_default();
    let rows: Vec<Value> = rows
        .into_iter()
        .filter(|row| row["TrainingJobName"].as_str().is_some_and(|name| name.starts_with(&own)))
        .collect();
    Ok(json!({ "TrainingJobSummaries": rows }))
}

fn automl_jobs(account: &Account, order: &Order<'_>) -> Value {
    let here = account.sagemaker.jobs.iter().rev().filter(|job| job.automl && job.region == order.region);
    let row = |job: &Job| {
        let status = job.status(order.now);
        let mut row = json!({
            "AutoMLJobName": job.name,
            "AutoMLJobArn": arn(account, &job.region, "automl-job", &job.name),
            "AutoMLJobStatus": status.primary,
            "AutoMLJobSecondaryStatus": status.secondary,
            "CreationTime": iso(job.created),
        });
        if status.primary != "InProgress" {
            row["EndTime"] = json!(iso(job.end()));
        }
        row["LastModifiedTime"] = json!(iso(order.now.min(job.end())));
        row
    };
    let all = here.map(row).collect();
    json!({ "AutoMLJobSummaries": kept(all, "AutoMLJobName", "AutoMLJobStatus", order) })
}

pub(super) fn of_candidates(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let job = automl_of(account, order)?;
    let begun = |at: &usize| job.times(*at).0 <= order.now.min(job.end());
    let mut shown: Vec<usize> = (0..job.candidates.len()).filter(begun).collect();
    if order.parameters.text("SortBy") == Some("FinalObjectiveMetricValue") {
        let value = |at: usize| job.candidates[at].2;
        crate::sorted::sort_by(&mut shown, |a, b| value(*b).total_cmp(&value(*a)));
    } else {
        shown.reverse();
    }
    let all = shown.into_iter().map(|at| candidate(account, job, at, order.now)).collect();
    Ok(json!({ "Candidates": kept(all, "CandidateName", "CandidateStatus", order) }))
}

/// Models, endpoint configurations, endpoints; notebooks are none.
pub(super) fn of_standing(operation: Operation, account: &Account, order: &Order<'_>) -> Value {
    let sagemaker = &account.sagemaker;
    let row = |kind: &str, path: &str, name: &str, created: Instant| {
        json!({
            (format!("{kind}Name")): name,
            (format!("{kind}Arn")): arn(account, order.region, path, name),
            "CreationTime": iso(created),
        })
    };
    let (list, kind, mut all): (_, _, Vec<Value>) = match operation {
        Operation::ListModels => {
            let here = sagemaker.models.iter().filter(|(_, model)| model.region == order.region);
            (
                "Models",
                "Model",
                here.map(|(name, model)| row("Model", "model", name, model.created)).collect(),
            )
        }
        Operation::ListEndpointConfigs => {
            let here = sagemaker.configs.iter().filter(|(_, config)| config.region == order.region);
            let row = here.map(|(name, one)| row("EndpointConfig", "endpoint-config", name, one.created));
            ("EndpointConfigs", "EndpointConfig", row.collect())
        }
        Operation::ListEndpoints => {
            let here = sagemaker.endpoints.iter().filter(|(_, endpoint)| endpoint.region == order.region);
            let row = here.map(|(name, endpoint)| {
                let mut row = row("Endpoint", "endpoint", name, endpoint.created);
                row["LastModifiedTime"] = json!(iso(endpoint.ready().min(order.now)));
                row["EndpointStatus"] = json!(endpoint.status(order.now));
                row
            });
            ("Endpoints", "Endpoint", row.collect())
        }
        _ => ("NotebookInstances", "NotebookInstance", Vec::new()),
    };
    let created = |value: &Value| value["CreationTime"].as_str().unwrap_or_default().to_owned();
    crate::sorted::sort_by(&mut all, |a, b| created(b).cmp(&created(a)));
    json!({ list: kept(all, &format!("{kind}Name"), &format!("{kind}Status"), order) })
}
