//! Jobs that SageMaker was ordered to do by hand, trained in steps beside everything else.
//!
//! The account keeps the order (`aws/sagemaker/bidden`) and knows no learners; here its rows are read again, given to the
//! learning module, and what came of it is written down. Lost half-way (a reload, a copy), a training begins anew.

use std::sync::Arc;

use sandshift_ml::Problem;
use sandshift_ml::task::{Answer, Csv, Manner, Task};

use super::Sandbox;
use crate::aws::sagemaker::bidden;
use crate::aws::sagemaker::job::Job;
use crate::aws::sagemaker::learning::Produced;
use crate::extension::{Extension, Progress, Work};
use crate::sql::commands::create_model::note;
use crate::sql::trainer::TrainingResult;

/// Numbers touched in one step: some milliseconds.
const STEP: u64 = 2_000_000;

pub(super) struct Tuition {
    job: String,
    work: Box<dyn Work>,
}

/// One bounded piece; `false` when there is nothing to do.
pub(super) fn work(current: &mut Option<Tuition>, sandbox: &mut Sandbox) -> bool {
    let Some(mut tuition) = current.take() else {
        let Some(job) = bidden::waiting(&sandbox.account).cloned() else { return false };
        match sandbox.task_of(&job) {
            Ok(task) => {
                let work = sandbox.extensions.begin(Extension::Learning, task);
                *current = Some(Tuition { job: job.name, work });
            }
            Err(reason) => sandbox.end_tuition(&job.name, Err(reason)),
        }
        return true;
    };
    let waits = |job: &Job| job.name == tuition.job && job.bidden.waits && job.stopped.is_none();
    if !sandbox.account.sagemaker.jobs.iter().any(waits) {
        // It was stopped.
        return true;
    }
    let produced = match tuition.work.step(STEP) {
        Progress::Fetching | Progress::Working(_) => {
            *current = Some(tuition);
            return true;
        }
        Progress::Done(answer) => produced(&answer),
        // What SageMaker puts before a container's own words.
        Progress::Failed(reason) | Progress::Lost(reason) => Err(format!("AlgorithmError: {reason}")),
    };
    sandbox.end_tuition(&tuition.job, produced);
    true
}

fn produced(answer: &[u8]) -> Result<Produced, String> {
    let mut result = TrainingResult::default();
    match postcard::from_bytes(answer).map_err(|error| error.to_string())? {
        Answer::Failed(reason) => result.failure = Some(format!("AlgorithmError: {reason}")),
        Answer::Trained(trained) => note(&mut result, &trained),
    }
    Ok(super::learning::produced(result))
}

impl Sandbox {
    fn task_of(&mut self, job: &Job) -> Result<Vec<u8>, String> {
        let now = self.clock.now();
        let bytes = bidden::rows(Arc::make_mut(&mut self.account), job, now)?;
        let asked = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let mut settings = job.hyperparameters.clone();
        // How the built-in containers are told of rows that come in pieces, and to how many threads: ours come whole.
        const OF_PIECES: [&str; 6] =
            ["objective", "mini_batch_size", "feature_dim", "force_dense", "verbosity", "nthread"];
        settings.retain(|(key, _)| !OF_PIECES.contains(&key.as_str()));
        let problems = [Problem::Regression, Problem::Binary, Problem::Multiclass];
        let manner = match job.algorithm.as_str() {
            "xgboost" => Manner::Trees { objective: asked(&job.objective), preprocessors: None, settings },
            "kmeans" => Manner::Clusters { preprocessors: None, settings },
            bidden::LINEAR_LEARNER => Manner::Linear { settings },
            _ => Manner::Search {
                problem: problems.into_iter().find(|problem| problem.name() == job.problem),
                objective: asked(&job.objective),
                only: None,
                preprocessors: None,
            },
        };
        let task = Task {
            job: job.name.clone(),
            columns: Vec::new(),
            csv: Some(Csv { bytes, headed: job.automl }),
            // The built-in containers take the first column for the answer.
            target: match job.algorithm.as_str() {
                "xgboost" | bidden::LINEAR_LEARNER => "x0".to_owned(),
                _ => job.target.clone(),
            },
            manner,
            candidates: if job.bidden.only_definitions { 0 } else { job.bidden.candidates.max(1) },
            seed: 42,
        };
        postcard::to_allocvec(&task).map_err(|error| error.to_string())
    }

    fn end_tuition(&mut self, job: &str, produced: Result<Produced, String>) {
        let now = self.clock.now();
        bidden::finish(Arc::make_mut(&mut self.account), job, produced, now);
    }
}
