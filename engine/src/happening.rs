//! What happens by itself while simulated time passes, as it is told to whoever let it pass.
//!
//! Both the account's services and the sandbox tell of it; neither knows the other's words. The page has a
//! sentence for each kind in its own languages.

use serde::{Deserialize, Serialize};

use crate::clock::Instant;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happening {
    pub at: Instant,
    pub kind: HappeningKind,
    /// What it happened to: a cluster, a snapshot, a table, a model, ...
    pub subject: String,
}

macro_rules! kinds {
    ($($kind:ident $name:literal,)+) => {
        /// What can happen by itself. One who adds a kind gives it a name here and sentences on the page.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum HappeningKind { $($kind),+ }

        impl HappeningKind {
            /// The name under which a transcript and the page's protocol know it.
            pub fn name(self) -> &'static str {
                match self { $(HappeningKind::$kind => $name),+ }
            }
        }
    };
}

kinds! {
    ClusterAvailable "cluster-available",
    ClusterPaused "cluster-paused",
    ClusterDeleted "cluster-deleted",
    ClusterResized "cluster-resized",
    MaintenancePassed "maintenance-passed",
    SnapshotTaken "snapshot-taken",
    SnapshotExpired "snapshot-expired",
    SnapshotCopied "snapshot-copied",
    TableRestored "table-restored",
    TableNotRestored "table-not-restored",
    WorkgroupAvailable "workgroup-available",
    WorkgroupDeleted "workgroup-deleted",
    NamespaceAvailable "namespace-available",
    NamespaceDeleted "namespace-deleted",
    RecoveryPointTaken "recovery-point-taken",
    RecoveryPointExpired "recovery-point-expired",
    ModelReady "model-ready",
    ModelFailed "model-failed",
    TableVacuumed "table-vacuumed",
    TableAnalyzed "table-analyzed",
    BudgetAlarm "budget-alarm",
    CrawlFinished "crawl-finished",
    JobRunFinished "job-run-finished",
}

impl Happening {
    pub fn new(at: Instant, kind: HappeningKind, subject: impl Into<String>) -> Self {
        Happening { at, kind, subject: subject.into() }
    }
}
