//! What the optimizer would complain of: `stl_alert_event_log` (its page of the Developer Guide has the thresholds).

use super::distribution::Move;
use super::segment::{Work, WorkKind};
use super::step::{Step, StepKind};

/// One row of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    pub segment: usize,
    pub step: usize,
    pub event: String,
    pub solution: &'static str,
}

/// A filter that leaves less than this share of what was read.
const SELECTIVE: f64 = 0.05;
/// Rows over the network that are many.
const MANY: u64 = 1_000_000;
/// Tables so small that reading them whole is right are not complained of; the product's bound is unconfirmed.
const FEW: u64 = 1_000;

pub(super) fn alerts(whole: &Step, work: &[Work]) -> Vec<Alert> {
    let mut alerts = Vec::new();
    if work.is_empty() {
        return alerts;
    }
    let mut plain = |kind: WorkKind, event: &str, solution: &'static str| {
        let at = work.iter().find(|work| work.kind == kind);
        let (segment, step) = at.map_or((0, 0), |work| (work.segment, work.step));
        alerts.push(Alert { segment, step, event: event.to_owned(), solution });
    };
    let (mut unknown, mut multiplies, mut serial) = (false, false, false);
    whole.each(&mut |step| match &step.kind {
        StepKind::Scan(scanned) => unknown |= scanned.without_statistics,
        StepKind::NestedLoop(_) => multiplies = true,
        StepKind::HashJoin(Move::AllInner) => serial = true,
        _ => {}
    });
    if unknown {
        plain(WorkKind::Scan, "Missing query planner statistics", "Run the ANALYZE command");
    }
    if multiplies {
        plain(
            WorkKind::NestedLoop,
            "Nested Loop Join in the query plan",
            "Review the join predicates to avoid Cartesian products",
        );
    }
    if serial {
        // The words of the solution are unconfirmed.
        plain(
            WorkKind::HashJoin,
            "DS_DIST_ALL_INNER for Hash Join in the query plan",
            "Review the choice of distribution strategy to distribute the inner table across all nodes",
        );
    }
    for work in work {
        let mut note = |event: String, solution: &'static str| {
            alerts.push(Alert { segment: work.segment, step: work.step, event, solution });
        };
        let (stored, visible) = (work.read.stored, work.read.visible);
        match work.kind {
            WorkKind::Scan => {
                let kept = work.read.kept as f64 / visible.max(1) as f64;
                if work.filtered && visible >= FEW && kept < SELECTIVE {
                    note(
                        format!(
                            "Very selective query filter:ratio=rows({})/rows_pre_user_filter({visible})={kept:.6}",
                            work.read.kept
                        ),
                        "Review the choice of sort key to enable range restricted scanning, or run the VACUUM \
                         command to ensure the table is sorted",
                    );
                }
                // From which share on deleted rows are many is unconfirmed.
                let lives = visible as f64 / stored.max(1) as f64;
                if stored >= FEW && lives < 0.5 {
                    note(
                        format!(
                            "Scanned a large number of deleted rows:ratio=rows_pre_user_filter({visible})/rows_pre_filter({stored})={lives:.6}"
                        ),
                        "Run the VACUUM command to reclaim deleted space",
                    );
                }
            }
            WorkKind::Distribute if work.rows > MANY => note(
                format!(
                    "Distributed a large number of rows across the network:{} rows were distributed in order to \
                     process the hash join",
                    work.rows
                ),
                "Review the choice of distribution key to collocate the join or aggregation",
            ),
            WorkKind::Broadcast if work.rows > MANY => note(
                format!(
                    "Broadcasted a large number of rows across the network:{} rows were broadcasted in order to \
                     process the hash join",
                    work.rows
                ),
                "Review the choice of distribution key to collocate the join and consider using distributed tables",
            ),
            _ => {}
        }
    }
    alerts
}
