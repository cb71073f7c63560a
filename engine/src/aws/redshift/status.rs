//! What a cluster is doing, and what it does next (Management Guide, "Cluster status").
//!
//! How long each state lasts is ours: the product takes minutes that differ from one time to the next. All
//! durations are unconfirmed.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    Creating,
    Available,
    Modifying,
    Renaming,
    Rebooting,
    /// An elastic resize: sessions are held.
    ElasticResizing,
    /// A classic resize: the cluster reads only.
    ClassicResizing,
    CancellingResize,
    /// The weekly window, when there is something to do in it.
    Maintained,
    Pausing,
    Paused,
    Resuming,
    FinalSnapshot,
    Deleting,
    /// Before an elastic resize, and after it: SQL works, the cluster itself is not to be touched.
    PreparingResize,
    CleaningUpResize,
}

const MINUTE: i64 = 60_000_000;

impl Status {
    /// `ClusterStatus`.
    pub fn text(self) -> &'static str {
        match self {
            Status::Creating => "creating",
            Status::Available | Status::Maintained => "available",
            Status::Modifying => "modifying",
            Status::Renaming => "renaming",
            Status::Rebooting => "rebooting",
            Status::ElasticResizing | Status::ClassicResizing => "resizing",
            Status::CancellingResize => "cancelling-resize",
            Status::Pausing => "pausing",
            Status::Paused => "paused",
            Status::Resuming => "resuming",
            Status::FinalSnapshot => "final-snapshot",
            Status::Deleting => "deleting",
            Status::PreparingResize => "available, prep-for-resize",
            Status::CleaningUpResize => "available, resize-cleanup",
        }
    }

    /// `ClusterAvailabilityStatus`. The guide lists the values and not which state has which: unconfirmed but for
    /// `creating` and `available`. `Paused` is what consoles show.
    pub fn availability(self) -> &'static str {
        match self {
            Status::Available | Status::PreparingResize | Status::CleaningUpResize => "Available",
            Status::Maintained => "Maintenance",
            Status::Rebooting | Status::Renaming => "Unavailable",
            Status::Paused => "Paused",
            _ => "Modifying",
        }
    }

    /// Whether clients get through.
    pub fn answers(self) -> bool {
        matches!(
            self,
            Status::Available
                | Status::Modifying
                | Status::ElasticResizing
                | Status::ClassicResizing
                | Status::CancellingResize
                | Status::PreparingResize
                | Status::CleaningUpResize
        )
    }

    /// Whether nodes run, and are paid for.
    pub fn computes(self) -> bool {
        !matches!(self, Status::Creating | Status::Paused | Status::Deleting)
    }

    /// Microseconds until it ends by itself; `None` for a state that stays.
    pub fn lasts(self) -> Option<i64> {
        let minutes = match self {
            Status::Available | Status::Paused => return None,
            Status::Modifying => 1,
            Status::PreparingResize => 2,
            Status::Rebooting | Status::Renaming | Status::FinalSnapshot | Status::Deleting => 3,
            Status::CleaningUpResize => 5,
            Status::Creating | Status::Pausing | Status::Resuming | Status::CancellingResize => 5,
            Status::ElasticResizing => 10,
            Status::Maintained => 30,
            Status::ClassicResizing => 120,
        };
        Some(minutes * MINUTE)
    }

    /// What follows by itself; `None` when the cluster is gone then.
    pub fn then(self) -> Option<Status> {
        match self {
            Status::Deleting => None,
            Status::FinalSnapshot => Some(Status::Deleting),
            Status::Pausing | Status::Paused => Some(Status::Paused),
            Status::PreparingResize => Some(Status::ElasticResizing),
            Status::ElasticResizing => Some(Status::CleaningUpResize),
            _ => Some(Status::Available),
        }
    }
}
