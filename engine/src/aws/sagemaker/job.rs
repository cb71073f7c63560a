//! Training jobs, those of AutoML among them: how far each is at an instant, and how it is described.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bidden::Bidden;
use super::fault::SageMakerFault;
use super::{Operation, arn};
use crate::aws::meter::Instance;
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;

/// One order of CREATE MODEL: an AutoML job or a training job, with the jobs that belong to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Job {
    pub name: String,
    /// What the warehouse calls the model.
    pub model: String,
    pub automl: bool,
    pub algorithm: String,
    pub region: String,
    pub role: String,
    pub bucket: String,
    /// Key under which all of an order of the warehouse lies, with a slash at its end; empty for others.
    pub prefix: String,
    /// `s3://bucket/...` of the rows.
    pub input: String,
    /// Key under which it writes, with a slash at its end.
    pub output: String,
    pub target: String,
    pub problem: String,
    pub objective: String,
    /// Whether problem and objective were asked for; else they are known when the data are.
    pub guided: bool,
    pub metric: String,
    pub max_runtime: u64,
    pub cells: u64,
    pub hyperparameters: Vec<(String, String)>,
    /// Algorithm, recipe and value of each.
    pub candidates: Vec<(String, String, f64)>,
    pub best: usize,
    pub created: Instant,
    /// When training ends by itself.
    pub ends: Instant,
    /// When the model is compiled, and when it is explained; the same where nothing is.
    pub compiled: Instant,
    pub explained: Instant,
    pub stopped: Option<Instant>,
    pub out_of_time: bool,
    pub failure: Option<String>,
    /// Of an order that did not come from the warehouse.
    pub bidden: Bidden,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    pub primary: &'static str,
    pub secondary: &'static str,
}

/// Ends of the stages of an AutoML job, in thousandths of its time.
const ANALYZED: i64 = 200;
/// The same where nothing is trained after it.
const DEFINED_ONLY: i64 = 900;
const DEFINED: i64 = 230;
pub const ENGINEERED: i64 = 400;
const TUNED: i64 = 960;

impl Job {
    pub fn at(&self, thousandths: i64) -> Instant {
        Instant(self.created.0 + (self.ends.0 - self.created.0) / 1_000 * thousandths)
    }

    /// When the data are explored and the notebooks are there.
    pub fn analyzed(&self) -> Instant {
        self.at(if self.bidden.only_definitions { DEFINED_ONLY } else { ANALYZED })
    }

    /// The machine that trains.
    pub fn instance(&self) -> Instance {
        Instance::parse(&self.bidden.instance).unwrap_or(Instance::M5Xlarge)
    }

    /// When it was over, or will be.
    pub fn end(&self) -> Instant {
        self.stopped.unwrap_or(self.ends)
    }

    pub fn status(&self, now: Instant) -> Status {
        let status = |primary, secondary| Status { primary, secondary };
        if let Some(stopped) = self.stopped {
            return match now.0 < stopped.0 + 30_000_000 {
                true => status("Stopping", "Stopping"),
                false => status("Stopped", "Stopped"),
            };
        }
        if now >= self.ends && !self.bidden.waits {
            return match (&self.failure, self.out_of_time, self.automl) {
                (Some(_), ..) => status("Failed", "Failed"),
                (None, true, true) => status("Completed", "MaxAutoMLJobRuntimeReached"),
                (None, true, false) => status("Stopped", "MaxRuntimeExceeded"),
                (None, false, true) if self.bidden.only_definitions => {
                    status("Completed", "CandidateDefinitionsGenerated")
                }
                (None, false, true) if self.bidden.capped => status("Completed", "MaxCandidatesReached"),
                (None, false, _) => status("Completed", "Completed"),
            };
        }
        let stages = self.stages();
        let stage = stages.iter().find(|(until, _)| now < self.at(*until)).or(stages.last());
        status("InProgress", stage.map_or("InProgress", |(_, name)| name))
    }

    /// What it does, and until when in thousandths of its time.
    fn stages(&self) -> &'static [(i64, &'static str)] {
        match self.automl {
            true if self.bidden.only_definitions => {
                &[(40, "Starting"), (DEFINED_ONLY, "AnalyzingData"), (1_000, "CandidateDefinitionsGenerated")]
            }
            true => &[
                (20, "Starting"),
                (ANALYZED, "AnalyzingData"),
                (DEFINED, "CandidateDefinitionsGenerated"),
                (ENGINEERED, "FeatureEngineering"),
                (TUNED, "ModelTuning"),
                (1_000, "GeneratingExplainabilityReport"),
            ],
            false => &[
                (100, "Starting"),
                (350, "LaunchingMLInstances"),
                (450, "PreparingTrainingStack"),
                (500, "Downloading"),
                (550, "DownloadingTrainingImage"),
                (950, "Training"),
                (1_000, "Uploading"),
            ],
        }
    }

    /// The way so far, for a page: when each stage began, what was tried and what it was worth. Nothing of what is
    /// still to come but when it will be over.
    pub fn way(&self, now: Instant) -> Value {
        let status = self.status(now);
        let mut began = self.created;
        let mut stages = Vec::new();
        for (until, name) in self.stages() {
            if began <= now && began <= self.end() {
                stages.push(json!([name, began.0]));
            }
            began = self.at(*until);
        }
        let tried = self.tried(now);
        json!({
            "status": status.primary,
            // The console's page of it.
            "place": if self.automl { "automl" } else { "job" },
            "stages": stages,
            "began": self.created.0,
            "ends": self.end().0,
            "compiled": self.compiled.0,
            "cells": self.cells,
            "count": self.candidates.len(),
            "metric": self.metric,
            "tried": self.candidates.get(..tried).unwrap_or(&[]),
            "best": (tried > self.best).then_some(self.best),
        })
    }

    /// Candidates that are trained by `now`.
    pub fn tried(&self, now: Instant) -> usize {
        let (from, to) = (self.at(ENGINEERED), self.at(TUNED));
        let now = now.min(self.end());
        if now >= to {
            return self.candidates.len();
        }
        let share = (now.0 - from.0).max(0) as f64 / (to.0 - from.0).max(1) as f64;
        (self.candidates.len() as f64 * share) as usize
    }

    /// When a candidate's training begins and ends.
    pub fn times(&self, candidate: usize) -> (Instant, Instant) {
        let count = self.candidates.len().max(1) as i64;
        let part = (TUNED - ENGINEERED) * 1_000 / count;
        let at = |number: i64| {
            let whole = self.ends.0 - self.created.0;
            Instant(self.created.0 + whole / 1_000_000 * (ENGINEERED * 1_000 + part * number))
        };
        (at(candidate as i64), at(candidate as i64 + 1))
    }

    pub fn candidate_name(&self, candidate: usize) -> String {
        format!("{}-{:03}-{:08x}", self.name, candidate + 1, fold(&self.name, candidate))
    }

    /// The address of a key in its bucket.
    pub fn place(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket)
    }

    pub fn notebook(&self, name: &str) -> String {
        let folder = format!("{}-pr-1-{:08x}", self.name, fold(&self.name, 7));
        let (output, job) = (&self.output, &self.name);
        format!("{output}{job}/sagemaker-automl-candidates/{folder}/notebooks/{name}.ipynb")
    }

    pub fn artefact(&self) -> String {
        match self.automl {
            true => {
                let best = self.candidate_name(self.best);
                format!("{}{}/tuning/{best}/output/model.tar.gz", self.output, self.name)
            }
            false => format!("{}{}/output/model.tar.gz", self.output, self.name),
        }
    }
}

/// Eight hex digits for names of what belongs together (FNV-1a); AWS draws them.
fn fold(name: &str, salt: usize) -> u32 {
    let bytes = name.bytes().chain([salt as u8]);
    bytes.fold(0x811C_9DC5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

pub const EXPLORATION: &str = "SageMakerAutopilotDataExplorationNotebook";
pub const DEFINITION: &str = "SageMakerAutopilotCandidateDefinitionNotebook";

pub(super) fn find<'a>(
    account: &'a Account,
    order: &Order<'_>,
    member: &str,
    automl: bool,
) -> Result<&'a Job, Fault> {
    let name = order.parameters.required(member);
    let jobs = &account.sagemaker.jobs;
    let found =
        jobs.iter().find(|job| job.automl == automl && job.name == name && job.region == order.region);
    found.ok_or_else(|| SageMakerFault::NoJob.into())
}

pub(super) fn automl_of<'a>(account: &'a Account, order: &Order<'_>) -> Result<&'a Job, Fault> {
    find(account, order, "AutoMLJobName", true)
}

pub(super) fn candidate(account: &Account, job: &Job, at: usize, now: Instant) -> Value {
    let (algorithm, recipe, value) = &job.candidates[at];
    let (began, ended) = job.times(at);
    let name = job.candidate_name(at);
    let done = at < job.tried(now);
    let status = match (done, job.stopped) {
        (true, _) => "Completed",
        (false, Some(_)) => "Stopped",
        (false, None) => "InProgress",
    };
    let step = |kind: &str, path: &str, name: String| {
        json!({
            "CandidateStepType": format!("AWS::SageMaker::{kind}"),
            "CandidateStepArn": arn(account, &job.region, path, &name),
            "CandidateStepName": name,
        })
    };
    let mut shown = json!({ "CandidateName": name });
    if done {
        shown["FinalAutoMLJobObjectiveMetric"] = json!({ "MetricName": job.metric, "Value": value });
    }
    shown["ObjectiveStatus"] = json!(if done { "Succeeded" } else { "Pending" });
    shown["CandidateSteps"] = json!([
        step("ProcessingJob", "processing-job", format!("{}-pr-1", job.name)),
        step("TransformJob", "transform-job", format!("{}-dpp{at}-rpb-1", job.name)),
        step("TrainingJob", "training-job", name),
    ]);
    shown["CandidateStatus"] = json!(status);
    if done {
        // Autopilot's candidates are pipelines of three containers; our artefact holds the preparation too. The
        // registry's address is unconfirmed.
        let region = &job.region;
        shown["InferenceContainers"] = json!([{
            "Image": format!("366743142698.dkr.ecr.{region}.amazonaws.com/sagemaker-{algorithm}:1"),
            "ModelDataUrl": job.place(&job.artefact()),
            "Environment": { "DATA_TRANSFORMERS": recipe },
        }]);
    }
    shown["CreationTime"] = json!(iso(began));
    if done {
        shown["EndTime"] = json!(iso(ended));
    }
    shown["LastModifiedTime"] = json!(iso(if done { ended } else { began }));
    shown
}

/// As both versions of the operation tell it.
pub(super) fn describe_automl(
    operation: Operation,
    account: &mut Account,
    order: &Order<'_>,
) -> Result<Value, Fault> {
    let (job, now) = (automl_of(account, order)?, order.now);
    let second = operation == Operation::DescribeAutoMLJobV2;
    let status = job.status(now);
    let over = status.primary != "InProgress";
    let mut criteria = json!({ "MaxAutoMLJobRuntimeInSeconds": job.max_runtime });
    if job.bidden.capped {
        criteria["MaxCandidates"] = json!(job.bidden.candidates);
    }
    let source = json!({ "S3DataSource": { "S3DataType": "S3Prefix", "S3Uri": job.input } });
    let mut shown = json!({
        "AutoMLJobName": job.name,
        "AutoMLJobArn": arn(account, &job.region, "automl-job", &job.name),
        "OutputDataConfig": { "S3OutputPath": job.place(&job.output) },
        "RoleArn": job.role,
    });
    if job.guided {
        shown["AutoMLJobObjective"] = json!({ "MetricName": job.objective });
    }
    if second {
        shown["AutoMLJobInputDataConfig"] = json!([{ "ChannelType": "training", "DataSource": source }]);
        shown["AutoMLProblemTypeConfig"] = json!({ "TabularJobConfig": {
            "CompletionCriteria": criteria, "TargetAttributeName": job.target,
        } });
    } else {
        shown["InputDataConfig"] = json!([{ "DataSource": source, "TargetAttributeName": job.target }]);
        shown["AutoMLJobConfig"] = json!({ "CompletionCriteria": criteria });
    }
    if job.guided && second {
        shown["AutoMLProblemTypeConfig"]["TabularJobConfig"]["ProblemType"] = json!(job.problem);
    } else if job.guided {
        shown["ProblemType"] = json!(job.problem);
    }
    shown["CreationTime"] = json!(iso(job.created));
    if over {
        shown["EndTime"] = json!(iso(job.end()));
    }
    shown["LastModifiedTime"] = json!(iso(now.min(job.end())));
    if let Some(reason) = job.failure.as_ref().filter(|_| status.primary == "Failed") {
        shown["FailureReason"] = json!(reason);
    }
    if job.tried(now) > job.best {
        shown["BestCandidate"] = candidate(account, job, job.best, now);
    }
    shown["AutoMLJobStatus"] = json!(status.primary);
    shown["AutoMLJobSecondaryStatus"] = json!(status.secondary);
    if !second {
        shown["GenerateCandidateDefinitionsOnly"] = json!(job.bidden.only_definitions);
    } else if job.bidden.only_definitions {
        shown["AutoMLProblemTypeConfig"]["TabularJobConfig"]["GenerateCandidateDefinitionsOnly"] =
            json!(true);
    }
    if now >= job.analyzed() && job.stopped.is_none_or(|at| at >= job.analyzed()) && !job.problem.is_empty() {
        shown["AutoMLJobArtifacts"] = json!({
            "CandidateDefinitionNotebookLocation": job.place(&job.notebook(DEFINITION)),
            "DataExplorationNotebookLocation": job.place(&job.notebook(EXPLORATION)),
        });
        if second {
            shown["AutoMLJobObjective"] = json!({ "MetricName": job.objective });
            shown["ResolvedAttributes"] = json!({ "AutoMLProblemTypeResolvedAttributes": {
                "TabularResolvedAttributes": { "ProblemType": job.problem },
            } });
        } else {
            shown["ResolvedAttributes"] = json!({
                "AutoMLJobObjective": { "MetricName": job.objective },
                "ProblemType": job.problem,
                "CompletionCriteria": criteria,
            });
        }
    }
    Ok(shown)
}

pub(super) fn describe_training(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let now = order.now;
    let name = order.parameters.required("TrainingJobName");
    let own = |job: &&Job| !job.automl && job.name == name && job.region == order.region;
    if let Some(job) = account.sagemaker.jobs.iter().find(own) {
        let status = job.status(now);
        let or =
            |given: &str, known: &str| if given.is_empty() { known.to_owned() } else { given.to_owned() };
        let (image, instance) = (or(&job.bidden.image, &job.algorithm), job.instance().name());
        let volume = if job.bidden.volume == 0 { 30 } else { job.bidden.volume };
        let options: serde_json::Map<String, Value> =
            job.hyperparameters.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        let mut shown = json!({
            "TrainingJobName": job.name,
            "TrainingJobArn": arn(account, &job.region, "training-job", &job.name),
            "ModelArtifacts": { "S3ModelArtifacts": job.place(&job.artefact()) },
            "TrainingJobStatus": status.primary,
            "SecondaryStatus": status.secondary,
            "HyperParameters": options,
            "AlgorithmSpecification": { "TrainingImage": image, "TrainingInputMode": "File" },
            "RoleArn": job.role,
            "InputDataConfig": [{ "ChannelName": "train", "DataSource": { "S3DataSource": {
                "S3DataType": "S3Prefix", "S3Uri": job.input,
            } } }],
            "OutputDataConfig": { "S3OutputPath": job.place(&job.output) },
            "ResourceConfig": { "InstanceType": instance, "InstanceCount": 1, "VolumeSizeInGB": volume },
            "StoppingCondition": { "MaxRuntimeInSeconds": job.max_runtime },
            "CreationTime": iso(job.created),
        });
        if status.primary != "InProgress" {
            shown["TrainingEndTime"] = json!(iso(job.end()));
        }
        if let Some(reason) = job.failure.as_ref().filter(|_| status.primary == "Failed") {
            shown["FailureReason"] = json!(reason);
        }
        return Ok(shown);
    }
    // A candidate's own job.
    for job in account.sagemaker.jobs.iter().filter(|job| job.automl && job.region == order.region) {
        for at in 0..job.candidates.len() {
            let (began, ended) = job.times(at);
            if job.candidate_name(at) == name && began <= now {
                let (algorithm, _, value) = &job.candidates[at];
                let done = at < job.tried(now);
                let metrics = json!([{ "MetricName": job.metric, "Value": value, "Timestamp": iso(ended) }]);
                let mut shown = json!({
                    "TrainingJobName": name,
                    "TrainingJobArn": arn(account, &job.region, "training-job", name),
                    "AutoMLJobArn": arn(account, &job.region, "automl-job", &job.name),
                    "TrainingJobStatus": if done { "Completed" } else { "InProgress" },
                    "SecondaryStatus": if done { "Completed" } else { "Training" },
                    "AlgorithmSpecification": { "TrainingImage": algorithm, "TrainingInputMode": "File" },
                    "RoleArn": job.role,
                    "CreationTime": iso(began),
                });
                if done {
                    shown["TrainingEndTime"] = json!(iso(ended));
                    shown["FinalMetricDataList"] = metrics;
                }
                return Ok(shown);
            }
        }
    }
    Err(SageMakerFault::NoJob.into())
}

/// A processing, transform or compilation job of an order.
pub(super) fn describe_step(
    operation: Operation,
    account: &mut Account,
    order: &Order<'_>,
) -> Result<Value, Fault> {
    let kind = match operation {
        Operation::DescribeTransformJob => "Transform",
        Operation::DescribeCompilationJob => "Compilation",
        Operation::DescribeHyperParameterTuningJob => "HyperParameterTuning",
        _ => "Processing",
    };
    let name = order.parameters.required(&format!("{kind}JobName"));
    let steps = super::listing::steps(account, kind, order);
    let found = steps.into_iter().find(|step| step.name == name);
    let step = found.ok_or(SageMakerFault::NoJob)?;
    let tuning = kind == "HyperParameterTuning";
    let path = match tuning {
        true => "hyper-parameter-tuning-job".to_owned(),
        false => format!("{}-job", kind.to_lowercase()),
    };
    let mut shown = json!({
        (format!("{kind}JobName")): step.name,
        (format!("{kind}JobArn")): arn(account, order.region, &path, &step.name),
        (format!("{kind}JobStatus")): step.status(kind, order.now),
        "RoleArn": step.role,
        "CreationTime": iso(step.began),
    });
    if order.now >= step.ended {
        shown[format!("{kind}EndTime")] = json!(iso(step.ended));
    }
    if tuning && let Some(job) = account.sagemaker.jobs.iter().find(|job| job.name == step.of) {
        // Autopilot's parents tune one algorithm each; ours is one for all of them, and has no role of its own.
        shown.as_object_mut().map(|shown| shown.remove("RoleArn"));
        let done = job.tried(order.now);
        let runs = usize::from(order.now < step.ended && done < job.candidates.len());
        shown["TrainingJobStatusCounters"] = json!({
            "Completed": done, "InProgress": runs, "RetryableError": 0, "NonRetryableError": 0, "Stopped": 0,
        });
        shown["ObjectiveStatusCounters"] = json!({ "Succeeded": done, "Pending": runs, "Failed": 0 });
        if done > job.best {
            let name = job.candidate_name(job.best);
            shown["BestTrainingJob"] = json!({
                "TrainingJobName": name,
                "TrainingJobArn": arn(account, &job.region, "training-job", &name),
                "TrainingJobStatus": "Completed",
                "FinalHyperParameterTuningJobObjectiveMetric": {
                    "MetricName": job.metric, "Value": job.candidates[job.best].2,
                },
                "ObjectiveStatus": "Succeeded",
            });
        }
    }
    Ok(shown)
}
