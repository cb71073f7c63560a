//! Stopping jobs: an order, or a part of one.

use serde_json::Value;

use super::fault::SageMakerFault;
use super::job::find;
use super::{Operation, due};
use crate::aws::meter::{Of, Usage};
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;

/// Stops what runs. What it would still have written is not written; garbage is taken away now.
///
/// A part of an AutoML job takes the whole job with it, which cannot go on without (unconfirmed).
pub(super) fn stop(operation: Operation, account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let kind = match operation {
        Operation::StopAutoMLJob => "AutoML",
        Operation::StopTrainingJob => "Training",
        Operation::StopProcessingJob => "Processing",
        Operation::StopTransformJob => "Transform",
        _ => "HyperParameterTuning",
    };
    let member = format!("{kind}JobName");
    let (of, name, status) = match kind {
        "AutoML" => {
            let job = find(account, order, &member, true)?;
            (job.name.clone(), job.name.clone(), job.status(order.now).primary)
        }
        _ => {
            let name = order.parameters.required(&member);
            let step = super::listing::steps(account, kind, order).into_iter().find(|step| step.name == name);
            let step = step.ok_or(SageMakerFault::NoJob)?;
            let status = match account.sagemaker.jobs.iter().find(|job| !job.automl && job.name == name) {
                Some(job) => job.status(order.now).primary,
                None => step.status(kind, order.now),
            };
            (step.of, step.name, status)
        }
    };
    if status != "InProgress" {
        // SageMaker's words for training jobs; unconfirmed for the others.
        let kind = match kind {
            "AutoML" => "AutoML job".to_owned(),
            "HyperParameterTuning" => "hyperparameter tuning job".to_owned(),
            kind => format!("{} job", kind.to_lowercase()),
        };
        let message = format!("The request was rejected because the {kind} is in status {status}.");
        return Err(SageMakerFault::Busy { message }.into());
    }
    let alone = (kind == "Training" && of != name) || name.ends_with("-clarify");
    if alone {
        let message = format!("Stopping {name} by itself is not simulated; StopAutoMLJob stops all of {of}.");
        return Err(SageMakerFault::Invalid { message }.into());
    }
    stop_job(account, &of, order.now);
    Ok(Value::Null)
}

pub(in crate::aws) fn stop_job(account: &mut Account, name: &str, now: Instant) {
    let Account { sagemaker, meter, .. } = account;
    for job in sagemaker.jobs.iter_mut().filter(|job| job.name == name && job.ends > now) {
        let stopped = *job.stopped.get_or_insert(now);
        // A machine is paid for while it trains. CREATE MODEL's cells are paid for as they are handed over.
        let usage = Usage::TrainingTime(job.instance());
        let of = Of { usage, region: &job.region, resource: &job.name };
        meter.cut(of, u128::from(stopped.0.abs_diff(job.created.0)), job.created);
    }
    for due in account.sagemaker.due.iter_mut().filter(|due| due.job == name) {
        due.at = due.at.min(now);
    }
    account.sagemaker.due.retain(|due| due.job != name || matches!(due.what, due::What::Remove { .. }));
    due::settle(account, now);
}
