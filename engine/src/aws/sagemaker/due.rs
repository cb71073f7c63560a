//! What a job does to S3 and when: files that appear as it goes on, and what garbage collection takes away.

use serde::{Deserialize, Serialize};

use crate::aws::Account;
use crate::aws::s3::object::{Body, Object};
use crate::clock::Instant;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Due {
    pub at: Instant,
    pub job: String,
    pub bucket: String,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum What {
    Write {
        key: String,
        body: Body,
    },
    /// Everything below the prefix.
    Remove {
        prefix: String,
    },
    /// The model can be used, or never will.
    End {
        learned: bool,
    },
}

/// Lets everything happen that was due by `now`, in its order. A bucket that is gone takes nothing.
pub fn settle(account: &mut Account, now: Instant) {
    if account.sagemaker.due.iter().all(|due| due.at > now) {
        return;
    }
    let (mut ripe, rest): (Vec<Due>, Vec<Due>) =
        std::mem::take(&mut account.sagemaker.due).into_iter().partition(|due| due.at <= now);
    account.sagemaker.due = rest;
    crate::sorted::sort_by_key(&mut ripe, |due| due.at);
    for due in ripe {
        // What stands changes: the time before is billed as it was.
        account.reckon(due.at);
        let Some(bucket) = account.s3.buckets.get_mut(&due.bucket) else { continue };
        match due.what {
            What::Write { key, body } => {
                let object = object(body, due.at);
                bucket.put(&key, object, &mut account.identifiers);
            }
            What::Remove { prefix } => bucket.objects.retain(|key, _| !key.starts_with(&prefix)),
            What::End { .. } => {}
        }
    }
}

/// An object as a service writes it.
pub fn object(body: Body, modified: Instant) -> Object {
    Object::plain(body, modified)
}
