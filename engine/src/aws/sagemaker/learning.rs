//! What the warehouse has SageMaker do for CREATE MODEL, under the role that the statement names.
//!
//! The gates stand in the order in which they are met: the role is attached and trusts Redshift, the bucket is there
//! and open to it, it may begin the job, may be handed to SageMaker, and trusts SageMaker. How long a job takes and
//! what it costs is all in [`times`].

use std::sync::Arc;

use super::bidden::Bidden;
use super::due::{Due, What};
use super::job::{DEFINITION, EXPLORATION, Job};
use super::{arn, pass};
use crate::aws::api_error::{ApiError, Denied, DeniedManner};
use crate::aws::event::{Event, Outcome};
use crate::aws::meter::{Of, Usage};
use crate::aws::parameters::Parameters;
use crate::aws::policy::Context;
use crate::aws::policy::decision::Principal;
use crate::aws::sts::session::trust;
use crate::aws::warehouse_access::{self, Reader, WarehouseError};
use crate::aws::{Access, Account, Caller, Fault, call_with_body, decide, request_context};
use crate::clock::Instant;
use crate::json::json;
use crate::pieces::Pieces;
use crate::warehouse::calendar::Moment;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// What the warehouse calls the model.
    pub model: &'a str,
    pub bucket: &'a str,
    /// `None` is AutoML.
    pub algorithm: Option<&'a str>,
    pub target: &'a str,
    pub problem: &'a str,
    pub objective: &'a str,
    pub max_runtime: u64,
    pub keep_artefacts: bool,
    pub kms_key: Option<&'a str>,
    pub tags: &'a [(String, String)],
}

/// What the training came to, before the account's time has got there.
#[derive(Clone, Debug)]
pub struct Produced {
    pub data: Arc<[u8]>,
    pub cells: u64,
    pub artefact: Arc<[u8]>,
    pub problem: String,
    pub objective: String,
    pub metric: String,
    pub candidates: Vec<(String, String, f64)>,
    pub best: usize,
    pub hyperparameters: Vec<(String, String)>,
    pub exploration: String,
    pub definition: String,
    pub failure: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Times {
    /// When the model can be used.
    pub ends: Instant,
    pub explained: Instant,
    pub cost: f64,
    pub out_of_time: bool,
    pub failure: Option<String>,
}

const SECOND: i64 = 1_000_000;

/// Seconds until the first candidate of an AutoML job is there, and for each of its hundred trainings besides what
/// their cells take; all unconfirmed, fitted to reports of 50 to 90 minutes for tables of this size.
const BEFORE_CANDIDATES: u64 = 1_500;
const TRAININGS: u64 = 100;
const TRAINING: u64 = 30;
const CELLS_A_SECOND: u64 = 10_000;
/// Compiling the model for the cluster, explaining it, and one training of AUTO OFF without its cells.
const COMPILING: u64 = 300;
const EXPLAINING: u64 = 480;
const SINGLE: u64 = 240;
/// Dollars an hour that SHOW MODEL's estimate counts: 20.8 for the course's model (unconfirmed), and 0.005 for a
/// model of AUTO OFF as printed.
const AUTOML_RATE: f64 = 14.9;
const SINGLE_RATE: f64 = 0.075;

/// Seconds of the job, whether it ran out of time, and the estimate.
fn times(automl: bool, trainings: u64, max_runtime: u64, cells: u64) -> (u64, bool, f64) {
    let hours = |seconds: u64| seconds as f64 / 3_600.0;
    match automl {
        true => {
            let wanted = BEFORE_CANDIDATES + trainings * (TRAINING + cells / CELLS_A_SECOND);
            let seconds = wanted.min(max_runtime);
            (seconds, wanted > max_runtime, hours(seconds) * AUTOML_RATE)
        }
        false => {
            let seconds = (SINGLE + cells / CELLS_A_SECOND).min(max_runtime);
            (seconds, false, hours(seconds) * SINGLE_RATE)
        }
    }
}

/// Whether the role may do all of it: the name that the job will have, or the first refusal. Nothing is begun.
pub fn may_begin(
    account: &mut Account,
    reader: &Reader<'_>,
    order: &Order<'_>,
) -> Result<String, WarehouseError> {
    let caller = warehouse_access::assumed(account, reader)?;
    let job = free_name(account, reader.now, order.algorithm);
    let region = region(account, &caller);
    if let Err(fault) = account.s3.bucket(order.bucket, &region) {
        let context = format!("S3 bucket={}", order.bucket);
        return Err(s3(account, "PutObject", fault.into(), context));
    }
    let key = format!("arn:aws:s3:::{}/{}", order.bucket, prefix(&job));
    for (action, resource) in [
        ("s3:PutObject", key.clone()),
        ("s3:GetObject", key),
        ("s3:ListBucket", format!("arn:aws:s3:::{}", order.bucket)),
    ] {
        let access = Access { action: action.to_owned(), resource, context: Context::default() };
        if let Some(fault) = refusal(account, &caller, access, DeniedManner::Short, reader.now) {
            let context = format!("S3 key being written : s3://{}/{}", order.bucket, prefix(&job));
            return Err(s3(account, "PutObject", fault, context));
        }
    }
    let (operation, kind) = operation(order);
    let access = Access {
        action: format!("sagemaker:{operation}"),
        resource: arn(account, &region, kind, &job),
        context: Context::default(),
    };
    let role = role_of(account, reader);
    for access in [access, pass(&role)] {
        if let Some(fault) = refusal(account, &caller, access, DeniedManner::Full, reader.now) {
            return Err(service(&fault, &role));
        }
    }
    must_trust(account, &role, reader.now)?;
    Ok(job)
}

/// Stages the rows, begins the job and notes everything that it will do.
pub fn begin(
    account: &mut Account,
    reader: &Reader<'_>,
    order: &Order<'_>,
    job: &str,
    produced: Produced,
) -> Result<Times, WarehouseError> {
    let caller = warehouse_access::assumed(account, reader)?;
    let (now, region, role) = (reader.now, region(account, &caller), role_of(account, reader));
    let automl = order.algorithm.is_none();
    let (seconds, out_of_time, cost) = times(automl, TRAININGS, order.max_runtime, produced.cells);
    let too_short = order.algorithm.is_none() && seconds < BEFORE_CANDIDATES;
    let failure = match &produced.failure {
        // What the data lack is found while they are explored.
        Some(reason) => Some(reason.clone()),
        None => too_short.then(|| "Autopilot candidate has no models".to_owned()),
    };
    let explored = produced.failure.is_some() && order.algorithm.is_none();
    let seconds = if explored { seconds.min(BEFORE_CANDIDATES / 3) } else { seconds } as i64;
    let ends = Instant(now.0 + seconds * SECOND);
    let later = |from: Instant, seconds: u64| Instant(from.0 + seconds as i64 * SECOND);
    let compiled = if failure.is_some() { ends } else { later(ends, COMPILING) };
    let is_trees = match order.algorithm {
        Some(algorithm) => algorithm == "xgboost",
        None => produced.candidates.get(produced.best).is_some_and(|best| best.0 == "xgboost"),
    };
    let explained = if failure.is_none() && is_trees { later(compiled, EXPLAINING) } else { compiled };
    let prefix = prefix(job);
    let made = Job {
        name: job.to_owned(),
        model: order.model.to_owned(),
        automl,
        algorithm: order.algorithm.unwrap_or_default().to_owned(),
        region: region.clone(),
        role,
        bucket: order.bucket.to_owned(),
        input: format!("s3://{}/{prefix}input/", order.bucket),
        output: format!("{prefix}output/"),
        prefix,
        target: order.target.to_owned(),
        problem: produced.problem.clone(),
        objective: produced.objective.clone(),
        guided: !order.problem.is_empty() && !order.objective.is_empty(),
        metric: produced.metric.clone(),
        max_runtime: order.max_runtime,
        cells: produced.cells,
        hyperparameters: produced.hyperparameters.clone(),
        candidates: if failure.is_some() { Vec::new() } else { produced.candidates.clone() },
        best: produced.best,
        created: now,
        ends,
        compiled,
        explained,
        stopped: None,
        out_of_time,
        failure: failure.clone(),
        bidden: Bidden::default(),
    };
    stage(account, &caller, &made, order.kms_key, produced.data.clone())?;
    leave(account, &made, &produced);
    if !order.tags.is_empty() {
        let kind = operation(order).1;
        account.sagemaker.tags.insert(arn(account, &region, kind, job), order.tags.to_vec());
    }
    if !order.keep_artefacts {
        let (job, bucket, prefix) = (made.name.clone(), made.bucket.clone(), made.prefix.clone());
        account.sagemaker.due.push(Due { at: explained, job, bucket, what: What::Remove { prefix } });
    }
    let end = What::End { learned: made.failure.is_none() };
    let (job, bucket) = (made.name.clone(), made.bucket.clone());
    account.sagemaker.due.push(Due { at: compiled, job, bucket, what: end });
    bill(account, order, &made, &region, now);
    note(account, &caller, order, &made);
    account.sagemaker.jobs.push(made);
    super::due::settle(account, now);
    Ok(Times { ends: compiled, explained, cost, out_of_time: out_of_time && failure.is_none(), failure })
}

/// Notes the files that a job will write, each at its time.
pub(super) fn leave(account: &mut Account, job: &Job, produced: &Produced) {
    let mut files: Vec<(Instant, String, Arc<[u8]>)> = Vec::new();
    if job.automl && produced.failure.is_none() {
        let analyzed = job.analyzed();
        for (name, text) in [(EXPLORATION, &produced.exploration), (DEFINITION, &produced.definition)] {
            files.push((analyzed, job.notebook(name), text.as_bytes().into()));
        }
    }
    let unfinished = job.bidden.only_definitions || (job.out_of_time && !job.automl);
    if job.failure.is_none() && !unfinished {
        files.push((job.ends, job.artefact(), produced.artefact.clone()));
    }
    for (at, key, bytes) in files {
        let body = account.body(bytes.into());
        let (job, bucket) = (job.name.clone(), job.bucket.clone());
        account.sagemaker.due.push(Due { at, job, bucket, what: What::Write { key, body } });
    }
}

/// Begins a job that somebody ordered by hand, from what it was given and how many cells it has.
pub(super) fn schedule(account: &mut Account, mut job: Job) {
    let trainings = if job.bidden.capped { u64::from(job.bidden.candidates) } else { TRAININGS };
    let (seconds, mut out_of_time, _) = times(job.automl, trainings, job.max_runtime, job.cells);
    let short = job.failure.is_some() || job.bidden.only_definitions;
    let seconds = if short { seconds.min(BEFORE_CANDIDATES / 3) } else { seconds };
    out_of_time &= !job.bidden.only_definitions;
    if !job.automl {
        // A container that has no time left is stopped, and what it has is no completed model.
        out_of_time = seconds == job.max_runtime;
    }
    job.ends = Instant(job.created.0 + seconds as i64 * SECOND);
    (job.compiled, job.explained, job.out_of_time) = (job.ends, job.ends, out_of_time);
    // Unconfirmed: of AutoML's machines those that train are counted.
    let micros = job.ends.0.abs_diff(job.created.0);
    let of = Of { usage: Usage::TrainingTime(job.instance()), region: &job.region, resource: &job.name };
    account.meter.add(of, u128::from(micros), job.created);
    account.sagemaker.jobs.push(job);
}

/// The rows, written as UNLOAD writes; under a key of one's own where one is named.
fn stage(
    account: &mut Account,
    caller: &Caller,
    job: &Job,
    kms_key: Option<&str>,
    data: Arc<[u8]>,
) -> Result<(), WarehouseError> {
    let key = format!("{}input/data.csv", job.prefix);
    let encryption = if kms_key.is_some() { "aws:kms" } else { "AES256" };
    let parameters = json!({"Bucket": job.bucket, "Key": key, "ServerSideEncryption": encryption});
    let put = call_with_body(account, caller, "s3", "PutObject", parameters, Some(data.into()), job.created);
    let context = format!("S3 key being written : s3://{}/{key}", job.bucket);
    put.map(|_| ()).map_err(|error| warehouse_access::refused(account, &error, context))
}

/// AUTO ON is paid for by its cells, a single training by its time.
fn bill(account: &mut Account, order: &Order<'_>, job: &Job, region: &str, now: Instant) {
    let of = |usage| Of { usage, region, resource: &job.name };
    match order.algorithm {
        None => account.meter.add(of(Usage::ModelCells), u128::from(job.cells), now),
        Some(_) => {
            let micros = job.ends.0.abs_diff(job.created.0);
            account.meter.add(of(Usage::TrainingTime(job.instance())), u128::from(micros), now);
        }
    }
}

fn note(account: &mut Account, caller: &Caller, order: &Order<'_>, job: &Job) {
    let (operation, kind) = operation(order);
    let Some(who) = account.iam.authenticate(&caller.identity, &account.id) else { return };
    account.events.record(Event {
        time: job.created,
        principal: who.principal.arn().to_owned(),
        source: "sagemaker.amazonaws.com".to_owned(),
        name: operation.to_owned(),
        region: job.region.clone(),
        resource: arn(account, &job.region, kind, &job.name),
        outcome: Outcome::Done { by: None },
        request: json!({"roleArn": job.role, "outputDataConfig": {"s3OutputPath": job.place(&job.output)}})
            .to_string(),
        message: String::new(),
    });
}

/// An artefact of a job of this account, or at `s3://bucket/key`.
pub fn artefact(account: &mut Account, reader: &Reader<'_>, from: &str) -> Result<Arc<[u8]>, WarehouseError> {
    let place = match from.strip_prefix("s3://") {
        Some(place) => place.to_owned(),
        None => {
            let done = |job: &&Job| job.name == from && job.status(reader.now).primary == "Completed";
            let found = account.sagemaker.jobs.iter().find(done);
            let job = found.ok_or_else(|| WarehouseError {
                // Unconfirmed.
                message: format!("Could not find a completed training job {from}"),
                code: 8001,
                context: format!("SageMaker job={from}"),
                hint: Some(
                    "List them: aws sagemaker list-auto-ml-jobs; aws sagemaker list-training-jobs".to_owned(),
                ),
            })?;
            format!("{}/{}", job.bucket, job.artefact())
        }
    };
    let (bucket, key) = place.split_once('/').unwrap_or((&place, ""));
    warehouse_access::get(account, reader, bucket, key).map(|bytes| bytes.joined())
}

/// What an endpoint serves, as the role may invoke it.
pub fn served(
    account: &mut Account,
    reader: &Reader<'_>,
    endpoint: &str,
) -> Result<Arc<[u8]>, WarehouseError> {
    let caller = warehouse_access::assumed(account, reader)?;
    let region = region(account, &caller);
    let resource = arn(account, &region, "endpoint", endpoint);
    let action = "sagemaker:InvokeEndpoint".to_owned();
    let access = Access { action, resource: resource.clone(), context: Context::default() };
    let role = role_of(account, reader);
    if let Some(fault) = refusal(account, &caller, access, DeniedManner::Full, reader.now) {
        return Err(service(&fault, &role));
    }
    let missing = |message: String| WarehouseError {
        message,
        code: 8001,
        context: format!("SageMaker endpoint={endpoint}"),
        hint: Some("List them: aws sagemaker list-endpoints".to_owned()),
    };
    answering(account, endpoint, &region, reader.now).map_err(missing)
}

/// The artefact behind an endpoint, or why it does not answer.
pub fn answering(account: &Account, endpoint: &str, region: &str, now: Instant) -> Result<Arc<[u8]>, String> {
    let found = account.sagemaker.endpoints.get(endpoint).filter(|found| found.region == region);
    let resource = arn(account, region, "endpoint", endpoint);
    let found = found.ok_or_else(|| format!("Could not find endpoint \"{resource}\"."))?;
    if found.status(now) != "InService" {
        // Unconfirmed.
        return Err(format!("Endpoint {endpoint} of account {} is not in service.", account.id));
    }
    found.body.data().map(Pieces::joined).ok_or_else(|| format!("The model of endpoint {endpoint} is gone."))
}

/// Whether somebody has stopped the job.
pub fn was_stopped(account: &Account, job: &str) -> bool {
    account.sagemaker.jobs.iter().any(|one| one.name == job && one.stopped.is_some())
}

/// The job of a dropped model stops, and what it staged goes.
pub fn drop_model(account: &mut Account, job: &str, now: Instant) {
    super::stop::stop_job(account, job, now);
    let found = account.sagemaker.jobs.iter().find(|one| one.name == job);
    let Some((bucket, prefix)) = found.map(|job| (job.bucket.clone(), job.prefix.clone())) else { return };
    account.reckon(now);
    if let Some(bucket) = account.s3.buckets.get_mut(&bucket) {
        bucket.objects.retain(|key, _| !key.starts_with(&prefix));
    }
}

fn operation(order: &Order<'_>) -> (&'static str, &'static str) {
    match order.algorithm {
        None => ("CreateAutoMLJob", "automl-job"),
        Some(_) => ("CreateTrainingJob", "training-job"),
    }
}

/// Unconfirmed: the folder's name.
fn prefix(job: &str) -> String {
    format!("redshift-ml/{job}/")
}

fn region(account: &Account, caller: &Caller) -> String {
    caller.region.clone().unwrap_or_else(|| account.region.clone())
}

/// `redshiftml-20230525100000640901`: the moment to the second, and six digits that tell jobs of one second apart.
fn free_name(account: &Account, now: Instant, algorithm: Option<&str>) -> String {
    let Moment { date, hour, minute, second, .. } = Moment::from_micros(now.0);
    let (year, month, day) = (date.year, date.month, date.day);
    let digits = (640_901 + account.sagemaker.jobs.len() * 354_073) % 1_000_000;
    let moment = format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}{digits:06}");
    match algorithm {
        None => format!("redshiftml-{moment}"),
        Some(algorithm) => format!("redshiftml-{moment}-{algorithm}"),
    }
}

/// The last role of the chain.
fn role_of(account: &Account, reader: &Reader<'_>) -> String {
    match reader.credentials {
        warehouse_access::Credentials::Roles(chain) => chain.last().cloned().unwrap_or_default(),
        warehouse_access::Credentials::DefaultRole => {
            let site = account.site_called(reader.cluster);
            site.and_then(|site| site.default_iam_role).unwrap_or_default().to_owned()
        }
        warehouse_access::Credentials::Identity(_) | warehouse_access::Credentials::AccessKey { .. } => {
            String::new()
        }
    }
}

/// Why the caller may not, if so.
fn refusal(
    account: &Account,
    caller: &Caller,
    access: Access,
    manner: DeniedManner,
    now: Instant,
) -> Option<Fault> {
    let Some(who) = account.iam.authenticate(&caller.identity, &account.id) else {
        return Some(Fault::InvalidToken);
    };
    let region = region(account, caller);
    let nothing = serde_json::Value::Null;
    let order = crate::aws::Order {
        parameters: Parameters::new(&nothing),
        body: None,
        caller: &who,
        region: &region,
        now,
    };
    let decision = decide(account, &order, &access);
    if decision.allowed() {
        return None;
    }
    let Access { action, resource, .. } = access;
    let principal = who.principal.arn().to_owned();
    Some(Fault::Denied(Box::new(Denied { principal, action, resource, decision, manner })))
}

/// SageMaker's own sentence, which the warehouse passes on.
fn must_trust(account: &Account, arn: &str, now: Instant) -> Result<(), WarehouseError> {
    let service = Principal::Service(vec!["sagemaker.amazonaws.com".to_owned()]);
    let context = request_context(&account.region, now);
    let role = account.iam.role_by_arn(arn, &account.id);
    if role.is_some_and(|role| trust(role, arn, &service, &[], &context).allowed()) {
        return Ok(());
    }
    Err(WarehouseError {
        message: format!(
            "Could not assume role {arn}. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role."
        ),
        code: 8001,
        context: format!("IAM Role={arn}"),
        hint: Some(
            "The trust policy must name redshift.amazonaws.com and sagemaker.amazonaws.com (aws iam update-assume-role-policy)."
                .to_owned(),
        ),
    })
}

fn service(fault: &Fault, role: &str) -> WarehouseError {
    let hint = match fault {
        Fault::Denied(denied) => Some(format!("The policies of the role must allow {}.", denied.action)),
        _ => None,
    };
    WarehouseError { message: fault.message(), code: 8001, context: format!("IAM Role={role}"), hint }
}

fn s3(account: &mut Account, operation: &str, fault: Fault, context: String) -> WarehouseError {
    warehouse_access::refused(account, &ApiError { operation: operation.to_owned(), fault }, context)
}
