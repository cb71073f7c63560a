//! What jobs do by themselves, and when: files come and go, a model is ready.

use super::due::{What, settle};
use crate::aws::Account;
use crate::clock::Instant;
use crate::happening::{Happening, HappeningKind};

/// When something is due first.
pub fn next(account: &Account) -> Option<Instant> {
    account.sagemaker.due.iter().map(|due| due.at).min()
}

/// Does what is due, and tells of jobs that have ended.
pub fn carry_out(account: &mut Account, at: Instant) -> Vec<Happening> {
    let ended = account.sagemaker.due.iter().filter_map(|due| match due.what {
        What::End { learned } if due.at <= at => {
            let kind = if learned { HappeningKind::ModelReady } else { HappeningKind::ModelFailed };
            let job = account.sagemaker.jobs.iter().find(|job| job.name == due.job)?;
            Some(Happening::new(due.at, kind, job.model.clone()))
        }
        _ => None,
    });
    let told = ended.collect();
    settle(account, at);
    told
}
