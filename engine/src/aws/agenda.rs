//! What lies ahead for the account, and what happens when its moment comes.
//!
//! Each service is asked what it has due next; nothing is written down twice. A service that wants something of the
//! clock gets a variant of [`Chore`], a line in [`next`] and one in [`carry_out`]. What it does must move its own
//! next moment on, or it would be asked for ever.

use super::{Account, glue, redshift, sagemaker, serverless};
use crate::clock::Instant;
use crate::happening::Happening;

/// Something a service does by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chore {
    Redshift(redshift::chore::Chore),
    Serverless(serverless::chore::Chore),
    SageMaker,
    Glue,
}

/// What is due first; it may be overdue.
pub fn next(account: &Account) -> Option<(Instant, Chore)> {
    let redshift = redshift::chore::next(account).map(|(at, chore)| (at, Chore::Redshift(chore)));
    let serverless = serverless::chore::next(account).map(|(at, chore)| (at, Chore::Serverless(chore)));
    let sagemaker = sagemaker::chore::next(account).map(|at| (at, Chore::SageMaker));
    let glue = glue::next(account).map(|at| (at, Chore::Glue));
    [redshift, serverless, sagemaker, glue].into_iter().flatten().min_by_key(|(at, _)| *at)
}

/// Does it, and tells what can be seen of it.
pub fn carry_out(account: &mut Account, chore: &Chore, at: Instant) -> Vec<Happening> {
    match chore {
        Chore::Redshift(chore) => redshift::chore::carry_out(account, chore, at),
        Chore::Serverless(chore) => serverless::chore::carry_out(account, chore, at),
        Chore::SageMaker => sagemaker::chore::carry_out(account, at),
        Chore::Glue => glue::carry_out(account, at),
    }
}
