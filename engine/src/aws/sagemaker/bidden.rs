//! Jobs that somebody orders by hand: CreateAutoMLJob, its second version, CreateTrainingJob.
//!
//! Their rows are CSV in S3, read under the role that the order names. Trained they are apart from the call
//! (`sandbox/tuition`), because this room knows no learners; the account's time says how far they are.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::SageMakerFault;
use super::job::Job;
use super::learning::{self, Produced};
use super::{Operation, arn};
use crate::aws::meter::Instance;
use crate::aws::parameters::Parameters;
use crate::aws::policy::decision::Principal;
use crate::aws::sts::session::trust;
use crate::aws::{Account, Caller, Fault, Order, call, call_with_body, request_context};
use crate::clock::Instant;
use crate::json::json;

/// What is still to be trained.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bidden {
    /// Of an AutoML job.
    pub candidates: u32,
    /// Nothing of it has been trained yet.
    pub waits: bool,
    /// Of a training job: container and machine.
    pub image: String,
    pub instance: String,
    /// Gigabytes of its disk.
    pub volume: u32,
    /// There is an end to the candidates that AutoML tries.
    pub capped: bool,
    /// AutoML describes the data and its candidates, and trains none.
    pub only_definitions: bool,
}

/// Seconds that a job may take, where its order does not say.
const AUTOML_SECONDS: i64 = 86_400;
/// Candidates that are really tried at most, as for CREATE MODEL; Autopilot's own default takes time for a hundred.
const MOST_CANDIDATES: i64 = 12;

/// As the container is called; SHOW MODEL spells the learner with an underscore.
pub const LINEAR_LEARNER: &str = "linear-learner";

fn invalid(message: impl Into<String>) -> Fault {
    SageMakerFault::Invalid { message: message.into() }.into()
}

/// `s3://bucket/key` as its two halves.
fn place<'a>(member: &str, text: &'a str) -> Result<(&'a str, &'a str), Fault> {
    let place = text.strip_prefix("s3://").map(|place| place.split_once('/').unwrap_or((place, "")));
    // Unconfirmed.
    place.ok_or_else(|| invalid(format!("The {member} {text} is not a valid S3 URI.")))
}

pub(super) fn create(operation: Operation, account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let automl = operation != Operation::CreateTrainingJob;
    let parameters = order.parameters;
    let (member, kind, longest) = match automl {
        true => ("AutoMLJobName", "automl-job", 32),
        false => ("TrainingJobName", "training-job", 63),
    };
    let name = parameters.required(member);
    super::endpoint::must_be_a_name(member, name, longest)?;
    if account.sagemaker.jobs.iter().any(|job| job.name == name && job.region == order.region) {
        return Err(SageMakerFault::InUse { kind, arn: arn(account, order.region, kind, name) }.into());
    }
    let role = parameters.required("RoleArn").to_owned();
    must_trust(account, &role, order)?;
    let (input, output) = (input(operation, parameters)?, parameters.structure("OutputDataConfig"));
    place("S3Uri", input)?;
    let (bucket, key) = place("S3OutputPath", output.text("S3OutputPath").unwrap_or_default())?;
    let slash = if key.is_empty() || key.ends_with('/') { "" } else { "/" };
    let mut job = Job {
        name: name.to_owned(),
        automl,
        region: order.region.to_owned(),
        role,
        bucket: bucket.to_owned(),
        input: input.to_owned(),
        output: format!("{key}{slash}"),
        created: order.now,
        ..Job::default()
    };
    match operation {
        Operation::CreateTrainingJob => algorithm(&mut job, parameters)?,
        _ => search(&mut job, operation, parameters)?,
    }
    let shown = json!({ (format!("{}Arn", member.trim_end_matches("Name"))): arn(account, order.region, kind, name) });
    begin(account, job, order.now);
    Ok(shown)
}

/// Where the rows are.
fn input<'a>(operation: Operation, parameters: Parameters<'a>) -> Result<&'a str, Fault> {
    let member = if operation == Operation::CreateAutoMLJobV2 {
        "AutoMLJobInputDataConfig"
    } else {
        "InputDataConfig"
    };
    let channels = parameters.structures(member);
    let mut names = channels.iter().filter_map(|channel| channel.text("ChannelName"));
    if let Some(other) = names.find(|name| *name != "train") {
        return Err(invalid(format!("The channel {other} is not simulated; train is.")));
    }
    let train =
        channels.iter().find(|channel| channel.text("ChannelName").is_none_or(|name| name == "train"));
    let text = |member: &str| train.and_then(|channel| channel.text(member)).unwrap_or_default();
    let (content, compression) = (text("ContentType"), text("CompressionType"));
    if !content.is_empty() && !content.starts_with("text/csv") {
        return Err(invalid(format!("The content type {content} is not simulated; text/csv is.")));
    }
    if !matches!(compression, "" | "None") {
        return Err(invalid(format!("The compression type {compression} is not simulated.")));
    }
    let source = train.map(|channel| channel.structure("DataSource").structure("S3DataSource"));
    source.and_then(|source| source.text("S3Uri")).ok_or_else(|| {
        // Unconfirmed.
        invalid(format!("{member} must have a channel with an S3DataSource."))
    })
}

/// What would have an effect that is not ours is refused, by its name.
fn must_be_simulated(of: Parameters<'_>) -> Result<(), Fault> {
    const NOT: [&str; 4] =
        ["ModelDeployConfig", "SecurityConfig", "DataSplitConfig", "CandidateGenerationConfig"];
    match NOT.into_iter().find(|name| !of.structure(name).is_absent()) {
        Some(name) => Err(invalid(format!("{name} is not simulated."))),
        None if of.text("Mode") == Some("ENSEMBLING") => {
            Err(invalid("Mode ENSEMBLING is not simulated; HYPERPARAMETER_TUNING is."))
        }
        None => Ok(()),
    }
}

fn search(job: &mut Job, operation: Operation, parameters: Parameters<'_>) -> Result<(), Fault> {
    must_be_simulated(parameters)?;
    let (given, criteria, target) = if operation == Operation::CreateAutoMLJobV2 {
        let tabular = parameters.structure("AutoMLProblemTypeConfig").structure("TabularJobConfig");
        if tabular.is_absent() {
            return Err(invalid("Only TabularJobConfig of AutoMLProblemTypeConfig is simulated."));
        }
        must_be_simulated(tabular)?;
        (tabular, tabular.structure("CompletionCriteria"), tabular.text("TargetAttributeName"))
    } else {
        must_be_simulated(parameters.structure("AutoMLJobConfig"))?;
        let criteria = parameters.structure("AutoMLJobConfig").structure("CompletionCriteria");
        let channels = parameters.structures("InputDataConfig");
        (parameters, criteria, channels.first().and_then(|channel| channel.text("TargetAttributeName")))
    };
    let only_definitions = given.flag("GenerateCandidateDefinitionsOnly");
    job.target = target.ok_or_else(|| invalid("TargetAttributeName is required."))?.to_owned();
    let objective = parameters.structure("AutoMLJobObjective").text("MetricName");
    job.problem = given.text("ProblemType").unwrap_or_default().to_owned();
    job.objective = objective.unwrap_or_default().to_owned();
    if operation == Operation::CreateAutoMLJob && job.problem.is_empty() != job.objective.is_empty() {
        // Unconfirmed wording; that both come or none is the reference's.
        return Err(invalid("ProblemType and AutoMLJobObjective must be provided together."));
    }
    job.guided = !job.problem.is_empty();
    if criteria.integer("MaxRuntimePerTrainingJobInSeconds").is_some() {
        return Err(invalid("MaxRuntimePerTrainingJobInSeconds is not simulated; MaxCandidates is."));
    }
    let most = criteria.integer("MaxCandidates").map(|most| most.max(1));
    job.max_runtime =
        criteria.integer("MaxAutoMLJobRuntimeInSeconds").unwrap_or(AUTOML_SECONDS).max(1) as u64;
    job.bidden = Bidden {
        candidates: most.unwrap_or(MOST_CANDIDATES).min(MOST_CANDIDATES) as u32,
        waits: true,
        capped: most.is_some(),
        only_definitions,
        ..Bidden::default()
    };
    Ok(())
}

fn algorithm(job: &mut Job, parameters: Parameters<'_>) -> Result<(), Fault> {
    let image = parameters.structure("AlgorithmSpecification").text("TrainingImage").unwrap_or_default();
    let known = ["xgboost", "kmeans", LINEAR_LEARNER].into_iter().find(|name| image.contains(name));
    let Some(algorithm) = known else {
        return Err(invalid(format!(
            "The training image {image} is not simulated; those of xgboost, kmeans and linear-learner are."
        )));
    };
    job.algorithm = algorithm.to_owned();
    let given = parameters.structure("HyperParameters");
    for name in given.names() {
        let value = given.text(name).unwrap_or_default().to_owned();
        if name == "objective" {
            job.objective.clone_from(&value);
        }
        job.hyperparameters.push((name.to_owned(), value));
    }
    let stop = parameters.structure("StoppingCondition").integer("MaxRuntimeInSeconds");
    job.max_runtime = stop.unwrap_or(AUTOML_SECONDS).max(1) as u64;
    let machines = parameters.structure("ResourceConfig");
    if machines.integer("InstanceCount").is_some_and(|count| count > 1) {
        return Err(invalid("Training on more than one instance is not simulated."));
    }
    let instance = machines.text("InstanceType").unwrap_or("ml.m5.xlarge");
    if Instance::parse(instance).is_none() {
        return Err(invalid(format!("The instance type {instance} is not simulated.")));
    }
    (job.bidden.image, job.bidden.instance) = (image.to_owned(), instance.to_owned());
    job.bidden.volume = machines.integer("VolumeSizeInGB").unwrap_or(1).clamp(1, 16_384) as u32;
    job.bidden.waits = true;
    Ok(())
}

/// The sentence is SageMaker's.
fn must_trust(account: &Account, role: &str, order: &Order<'_>) -> Result<(), Fault> {
    let service = Principal::Service(vec!["sagemaker.amazonaws.com".to_owned()]);
    let context = request_context(order.region, order.now);
    let found = account.iam.role_by_arn(role, &account.id);
    if found.is_some_and(|found| trust(found, role, &service, &[], &context).allowed()) {
        return Ok(());
    }
    Err(invalid(format!(
        "Could not assume role {role}. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role."
    )))
}

/// How long it will take is known from its rows, and they are read once now and once when it is trained.
fn begin(account: &mut Account, mut job: Job, now: Instant) {
    match rows(account, &job, now) {
        Ok(data) => {
            let lines = data.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count() as u64;
            let width =
                data.iter().take_while(|byte| **byte != b'\n').filter(|byte| **byte == b',').count() as u64;
            job.cells = lines * (width + 1);
        }
        Err(reason) => {
            job.failure = Some(reason);
            job.bidden.waits = false;
        }
    }
    learning::schedule(account, job);
}

/// The objects below the place, one after the other; a heading only once.
///
/// # Errors
/// Why they cannot be read, as the job's reason to fail.
pub fn rows(account: &mut Account, job: &Job, now: Instant) -> Result<Vec<u8>, String> {
    let role = job.role.rsplit('/').next().unwrap_or_default();
    let caller = Caller::session(role, "SageMaker").in_region(Some(job.region.clone()));
    let (bucket, prefix) = place("S3Uri", &job.input).map_err(|fault| fault.message())?;
    // Unconfirmed wording around S3's own.
    let failed = |said: String| format!("Unable to read {}: {said}", job.input);
    let listed =
        call(account, &caller, "s3", "ListObjectsV2", json!({"Bucket": bucket, "Prefix": prefix}), now);
    let listed = listed.map_err(|error| failed(error.fault.message()))?;
    let keys = listed["Contents"].as_array().into_iter().flatten().filter_map(|one| one["Key"].as_str());
    let mut data: Vec<u8> = Vec::new();
    for key in keys.filter(|key| !key.ends_with('/')) {
        let got = call_with_body(
            account,
            &caller,
            "s3",
            "GetObject",
            json!({"Bucket": bucket, "Key": key}),
            None,
            now,
        );
        let body = got.map_err(|error| failed(error.fault.message()))?.body.unwrap_or_default();
        let body = body.whole();
        let mut more = &body[..];
        if job.automl && !data.is_empty() {
            let end = more.iter().position(|byte| *byte == b'\n').map_or(more.len(), |end| end + 1);
            more = more.get(end..).unwrap_or_default();
        }
        data.extend_from_slice(more);
        if data.last().is_some_and(|last| *last != b'\n') {
            data.push(b'\n');
        }
    }
    if data.is_empty() { Err(failed("No objects were found.".to_owned())) } else { Ok(data) }
}

/// The next order that nobody has trained yet.
pub fn waiting(account: &Account) -> Option<&Job> {
    account.sagemaker.jobs.iter().find(|job| job.bidden.waits && job.stopped.is_none())
}

/// What came of an order; one that was stopped in the meantime stays as it is.
pub fn finish(account: &mut Account, name: &str, produced: Result<Produced, String>, now: Instant) {
    let found = account.sagemaker.jobs.iter().position(|job| job.name == name && job.bidden.waits);
    let Some(at) = found else { return };
    let mut job = account.sagemaker.jobs.remove(at);
    job.bidden.waits = false;
    let failure = match &produced {
        Ok(produced) => produced.failure.clone(),
        Err(reason) => Some(reason.clone()),
    };
    if let (Ok(produced), None) = (&produced, &failure) {
        job.problem.clone_from(&produced.problem);
        job.objective.clone_from(&produced.objective);
        job.metric.clone_from(&produced.metric);
        job.candidates.clone_from(&produced.candidates);
        job.best = produced.best;
        learning::leave(account, &job, produced);
    }
    job.failure = failure;
    account.sagemaker.jobs.insert(at, job);
    super::due::settle(account, now);
}
