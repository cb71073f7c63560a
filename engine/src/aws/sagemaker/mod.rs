//! SageMaker, as far as Redshift ML and its clean-up reach: jobs that train, what they leave, models and endpoints
//! (SageMaker API Reference).
//!
//! A job is written down whole when it begins ([`learning`]); how far it is, [`job`] tells from the time. What it
//! writes into S3 and what is taken away again is due at its instants ([`due`]).

pub mod bidden;
pub mod chore;
pub mod due;
pub mod endpoint;
pub mod fault;
pub mod job;
pub mod learning;
mod listing;
mod stop;
mod tags;

use serde::{Deserialize, Serialize};

use super::policy::Context;
use super::s3::object::Body;
use super::shape::operations;
use super::{Access, Account, Fault, Order, Reply};
use crate::sorted::SortedMap;
use due::{Due, What};
use endpoint::{Config, Endpoint, Served};
use job::Job;

operations! {
    AddTags "ResourceArn! Tags!:structures",
    CreateAutoMLJob "AutoMLJobName! InputDataConfig!:structures OutputDataConfig!:structure ProblemType AutoMLJobObjective:structure AutoMLJobConfig:structure RoleArn! GenerateCandidateDefinitionsOnly:bool Tags:structures ModelDeployConfig:structure",
    CreateAutoMLJobV2 "AutoMLJobName! AutoMLJobInputDataConfig!:structures OutputDataConfig!:structure AutoMLProblemTypeConfig!:structure RoleArn! Tags:structures SecurityConfig:structure AutoMLJobObjective:structure ModelDeployConfig:structure DataSplitConfig:structure",
    CreateEndpoint "EndpointName! EndpointConfigName! Tags:structures",
    CreateEndpointConfig "EndpointConfigName! ProductionVariants!:structures Tags:structures KmsKeyId",
    CreateModel "ModelName! PrimaryContainer:structure Containers:structures ExecutionRoleArn! Tags:structures EnableNetworkIsolation:bool",
    CreateTrainingJob "TrainingJobName! HyperParameters:map AlgorithmSpecification!:structure RoleArn! InputDataConfig:structures OutputDataConfig!:structure ResourceConfig!:structure StoppingCondition!:structure Tags:structures",
    DeleteEndpoint "EndpointName!",
    DeleteEndpointConfig "EndpointConfigName!",
    DeleteModel "ModelName!",
    DeleteTags "ResourceArn! TagKeys!:strings",
    DescribeAutoMLJob "AutoMLJobName!",
    DescribeAutoMLJobV2 "AutoMLJobName!",
    DescribeCompilationJob "CompilationJobName!",
    DescribeEndpoint "EndpointName!",
    DescribeEndpointConfig "EndpointConfigName!",
    DescribeHyperParameterTuningJob "HyperParameterTuningJobName!",
    DescribeModel "ModelName!",
    DescribeProcessingJob "ProcessingJobName!",
    DescribeTrainingJob "TrainingJobName!",
    DescribeTransformJob "TransformJobName!",
    ListAutoMLJobs "CreationTimeAfter:time CreationTimeBefore:time LastModifiedTimeAfter:time LastModifiedTimeBefore:time NameContains StatusEquals SortOrder SortBy MaxResults:int NextToken",
    ListCandidatesForAutoMLJob "AutoMLJobName! StatusEquals CandidateNameEquals SortOrder SortBy MaxResults:int NextToken",
    ListCompilationJobs "NextToken MaxResults:int NameContains StatusEquals SortBy SortOrder",
    ListEndpointConfigs "SortBy SortOrder NextToken MaxResults:int NameContains",
    ListEndpoints "SortBy SortOrder NextToken MaxResults:int NameContains StatusEquals",
    ListHyperParameterTuningJobs "NextToken MaxResults:int SortBy SortOrder NameContains StatusEquals",
    ListModels "SortBy SortOrder NextToken MaxResults:int NameContains",
    ListNotebookInstances "NextToken MaxResults:int SortBy SortOrder NameContains StatusEquals",
    ListProcessingJobs "NameContains StatusEquals SortBy SortOrder NextToken MaxResults:int",
    ListTags "ResourceArn! NextToken MaxResults:int",
    ListTrainingJobs "NextToken MaxResults:int NameContains StatusEquals SortBy SortOrder",
    ListTrainingJobsForHyperParameterTuningJob "HyperParameterTuningJobName! NextToken MaxResults:int StatusEquals SortBy SortOrder",
    ListTransformJobs "NameContains StatusEquals SortBy SortOrder NextToken MaxResults:int",
    StopAutoMLJob "AutoMLJobName!",
    StopHyperParameterTuningJob "HyperParameterTuningJobName!",
    StopProcessingJob "ProcessingJobName!",
    StopTrainingJob "TrainingJobName!",
    StopTransformJob "TransformJobName!",
}

/// Operations AWS has and the sandbox does not yet.
pub const NOT_SIMULATED: &str = "Create|Delete|List+:App Create|Delete|Stop:CompilationJob \
Create|Delete|List+:Domain Create|Delete|Describe|Start|Stop:NotebookInstance Create|Delete:ProcessingJob \
UpdateEndpoint CreateHyperParameterTuningJob DeleteTrainingJob CreateTransformJob CreateUserProfile";

/// Everything of one account, in all its regions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SageMaker {
    /// In the order in which they began.
    #[serde(deserialize_with = "crate::apart::list")]
    pub jobs: Vec<Job>,
    pub models: SortedMap<String, Served>,
    pub configs: SortedMap<String, Config>,
    pub endpoints: SortedMap<String, Endpoint>,
    /// What is still to happen, in no order.
    #[serde(deserialize_with = "crate::apart::list")]
    pub due: Vec<Due>,
    /// Of whatever has some, by its ARN.
    pub tags: SortedMap<String, Vec<(String, String)>>,
}

impl SageMaker {
    /// Bodies of files that are still to be written, and what endpoints serve.
    pub fn bodies(&self) -> impl Iterator<Item = &Body> {
        let due = self.due.iter().filter_map(|due| match &due.what {
            What::Write { body, .. } => Some(body),
            What::Remove { .. } | What::End { .. } => None,
        });
        due.chain(self.endpoints.values().map(|endpoint| &endpoint.body))
    }

    pub fn bodies_mut(&mut self) -> impl Iterator<Item = &mut Body> {
        let due = self.due.iter_mut().filter_map(|due| match &mut due.what {
            What::Write { body, .. } => Some(body),
            What::Remove { .. } | What::End { .. } => None,
        });
        due.chain(self.endpoints.values_mut().map(|endpoint| &mut endpoint.body))
    }
}

pub fn arn(account: &Account, region: &str, kind: &str, name: &str) -> String {
    format!("arn:aws:sagemaker:{region}:{}:{kind}/{}", account.id, name.to_lowercase())
}

/// The name that an operation is about, and the kind of its resource.
fn named<'a>(operation: Operation, order: &Order<'a>) -> (&'static str, &'a str) {
    const KINDS: [(&str, &str); 9] = [
        ("AutoMLJobName", "automl-job"),
        ("TrainingJobName", "training-job"),
        ("ProcessingJobName", "processing-job"),
        ("TransformJobName", "transform-job"),
        ("CompilationJobName", "compilation-job"),
        ("HyperParameterTuningJobName", "hyper-parameter-tuning-job"),
        ("ModelName", "model"),
        ("EndpointName", "endpoint"),
        ("EndpointConfigName", "endpoint-config"),
    ];
    let known = KINDS.iter().find(|(member, _)| operation.members().contains(&format!("{member}!")));
    let (member, kind) = known.copied().unwrap_or(("", "*"));
    (kind, order.parameters.text(member).unwrap_or("*"))
}

pub fn access(operation: Operation, account: &Account, order: &Order<'_>) -> Vec<Access> {
    let resource = match named(operation, order) {
        ("*", _) => order.parameters.text("ResourceArn").unwrap_or("*").to_owned(),
        (kind, name) => arn(account, order.region, kind, name),
    };
    let action = format!("sagemaker:{}", operation.name());
    let mut all = vec![Access { action, resource, context: Context::default() }];
    match operation {
        Operation::CreateModel => all.push(pass(order.parameters.required("ExecutionRoleArn"))),
        Operation::CreateAutoMLJob | Operation::CreateAutoMLJobV2 | Operation::CreateTrainingJob => {
            all.push(pass(order.parameters.required("RoleArn")));
        }
        _ => {}
    }
    all
}

/// The right to hand a role to SageMaker.
fn pass(role: &str) -> Access {
    Access {
        action: "iam:PassRole".to_owned(),
        resource: role.to_owned(),
        context: Context::default().with("iam:PassedToService", "sagemaker.amazonaws.com"),
    }
}

pub fn run(operation: Operation, account: &mut Account, order: &Order<'_>) -> Result<Reply, Fault> {
    use Operation::*;
    let value = match operation {
        CreateModel => endpoint::create_model(account, order)?,
        CreateEndpointConfig => endpoint::create_config(account, order)?,
        CreateEndpoint => endpoint::create(account, order)?,
        DescribeModel => endpoint::describe_model(account, order)?,
        DescribeEndpointConfig => endpoint::describe_config(account, order)?,
        DescribeEndpoint => endpoint::describe(account, order)?,
        DeleteModel | DeleteEndpointConfig | DeleteEndpoint => endpoint::delete(operation, account, order)?,
        ListModels | ListEndpointConfigs | ListEndpoints | ListNotebookInstances => {
            listing::of_standing(operation, account, order)
        }
        ListAutoMLJobs
        | ListTrainingJobs
        | ListProcessingJobs
        | ListTransformJobs
        | ListCompilationJobs
        | ListHyperParameterTuningJobs => listing::of_jobs(operation, account, order),
        ListCandidatesForAutoMLJob => listing::of_candidates(account, order)?,
        CreateAutoMLJob | CreateAutoMLJobV2 | CreateTrainingJob => {
            let shown = bidden::create(operation, account, order)?;
            let arn = if operation == CreateTrainingJob { "TrainingJobArn" } else { "AutoMLJobArn" };
            tags::note(account, &shown[arn], order.parameters);
            shown
        }
        AddTags | DeleteTags | ListTags => tags::run(operation, account, order)?,
        DescribeAutoMLJob | DescribeAutoMLJobV2 => job::describe_automl(operation, account, order)?,
        DescribeTrainingJob => job::describe_training(account, order)?,
        DescribeProcessingJob
        | DescribeTransformJob
        | DescribeCompilationJob
        | DescribeHyperParameterTuningJob => job::describe_step(operation, account, order)?,
        StopAutoMLJob
        | StopHyperParameterTuningJob
        | StopProcessingJob
        | StopTrainingJob
        | StopTransformJob => stop::stop(operation, account, order)?,
        ListTrainingJobsForHyperParameterTuningJob => listing::of_tuning(account, order)?,
    };
    Ok(Reply { value, body: None })
}
