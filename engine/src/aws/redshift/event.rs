//! DescribeEvents: what happened to clusters, snapshots and parameter groups, in the words of the Management Guide's
//! list of events.
//!
//! An event is noted where something begins (a call that was carried out) and where it ends (a chore). What is noted
//! is a number and the names; the words are the table's.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::{Code, RedshiftFault};
use super::{Operation, status::Status};
use crate::aws::timestamp::{self, iso};
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;

/// Number, source type, category and words; `<...>` is a name, or the time.
type Row = (u16, &'static str, &'static str, &'static str);

const CLUSTER: &str = "cluster";
const SNAPSHOT: &str = "cluster-snapshot";
const GROUP: &str = "cluster-parameter-group";
const MANAGEMENT: &str = "management";
const MONITORING: &str = "monitoring";
const CONFIGURATION: &str = "configuration";

/// Those of the list that happen here. The words of 3620 and 3621 are unconfirmed.
const TABLE: &[Row] = &[
    (
        1001,
        CLUSTER,
        CONFIGURATION,
        "Your Amazon Redshift cluster <cluster name> was modified to use parameter group <parameter group name> at <time>.",
    ),
    (
        2000,
        CLUSTER,
        MANAGEMENT,
        "Amazon Redshift cluster '<cluster name>' has been created at <time> and is ready for use.",
    ),
    (
        2001,
        CLUSTER,
        MANAGEMENT,
        "Your Amazon Redshift cluster <cluster name> was deleted at <time>. A final snapshot <was / was not> saved.",
    ),
    (2003, CLUSTER, MANAGEMENT, "Maintenance started on cluster <cluster name> at <time>."),
    (2004, CLUSTER, MANAGEMENT, "Maintenance on cluster <cluster name> completed at <time>."),
    (
        2006,
        CLUSTER,
        MANAGEMENT,
        "Cluster <cluster name> resize started at <time>. Cluster is in read-only mode.",
    ),
    (
        2008,
        CLUSTER,
        MANAGEMENT,
        "Your restore operation to create a new Amazon Redshift cluster <cluster name> snapshot <snapshot name> was started at <time>. To monitor restore progress, please visit the AWS Management Console.",
    ),
    (3000, CLUSTER, MONITORING, "Your Amazon Redshift cluster <cluster name> was rebooted at <time>."),
    (
        3002,
        CLUSTER,
        MONITORING,
        "The resize for your Amazon Redshift cluster <cluster name> is complete and your cluster is available for reads and writes.",
    ),
    (
        3003,
        CLUSTER,
        MONITORING,
        "Amazon Redshift cluster <cluster name> was successfully created from snapshot <snapshot name> and is available for use.",
    ),
    (3618, CLUSTER, MONITORING, "The cluster <cluster name> pause operation started at <time>."),
    (3619, CLUSTER, MONITORING, "Amazon Redshift cluster <cluster name> was successfully paused at <time>."),
    (3620, CLUSTER, MONITORING, "The cluster <cluster name> resume operation started at <time>."),
    (3621, CLUSTER, MONITORING, "Amazon Redshift cluster <cluster name> was successfully resumed at <time>."),
    (
        4000,
        CLUSTER,
        "security",
        "Your admin credentials for your Amazon Redshift cluster: <cluster name> were updated at <time>.",
    ),
    (1003, GROUP, CONFIGURATION, "Cluster parameter group <group name> was created."),
    (1004, GROUP, CONFIGURATION, "Cluster parameter group <group name> was deleted."),
    (
        1005,
        GROUP,
        CONFIGURATION,
        "Cluster parameter group <name> was updated at <time>. If you changed only dynamic parameters, associated clusters are being modified now. If you changed static parameters, all updates, including dynamic parameters, will be applied when you reboot the associated clusters.",
    ),
    (
        2009,
        SNAPSHOT,
        MANAGEMENT,
        "A user snapshot <snapshot name> for Amazon Redshift Cluster <cluster name> started at <time>. To monitor snapshot progress, please visit the AWS Management Console.",
    ),
    (
        2011,
        SNAPSHOT,
        MANAGEMENT,
        "The user snapshot <snapshot name> for Amazon Redshift cluster <cluster name> was deleted at <time>.",
    ),
    (
        2012,
        SNAPSHOT,
        MANAGEMENT,
        "The final snapshot <snapshot name> for Amazon Redshift cluster <cluster name> was started at <time>.",
    ),
    (
        3004,
        SNAPSHOT,
        MONITORING,
        "The user snapshot <snapshot name> for your Amazon Redshift cluster <cluster name> completed successfully at <time>.",
    ),
    (
        3005,
        SNAPSHOT,
        MONITORING,
        "The final snapshot <snapshot name> for Amazon Redshift cluster <cluster name> completed successfully at <time>.",
    ),
];

/// Microseconds that events are kept: 14 days.
const KEPT: i64 = 14 * 86_400_000_000;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    at: Instant,
    region: String,
    id: u16,
    /// The first is the source.
    names: Vec<String>,
}

impl Event {
    fn row(&self) -> Option<&'static Row> {
        TABLE.iter().find(|row| row.0 == self.id)
    }

    fn message(&self, words: &str) -> String {
        let (mut message, mut rest) = (String::new(), words);
        let mut names = self.names.iter();
        while let Some((before, (name, after))) =
            rest.split_once('<').and_then(|(before, more)| Some((before, more.split_once('>')?)))
        {
            message.push_str(before);
            if name == "time" {
                message.push_str(timestamp::plain(self.at).get(..16).unwrap_or_default());
                message.push_str(" UTC");
            } else {
                message.push_str(names.next().map_or("", String::as_str));
            }
            rest = after;
        }
        message + rest
    }
}

/// Notes that something happened.
pub fn note(account: &mut Account, region: &str, id: u16, names: &[&str], at: Instant) {
    let events = &mut account.redshift.events;
    events.retain(|event| at.0 - event.at.0 < KEPT);
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    events.push(Event { at, region: region.to_owned(), id, names });
}

/// What a call that was carried out has begun.
pub fn note_call(account: &mut Account, operation: Operation, order: &Order<'_>) {
    use Operation as O;
    let text = |member: &str| order.parameters.text(member);
    let named = |member| text(member).unwrap_or_default();
    let (cluster, snapshot, group) =
        (named("ClusterIdentifier"), named("SnapshotIdentifier"), named("ParameterGroupName"));
    let mut note = |id, names: &[&str]| note(account, order.region, id, names, order.now);
    match operation {
        O::CreateClusterSnapshot => note(2009, &[snapshot, cluster]),
        O::RestoreFromClusterSnapshot => {
            note(2008, &[cluster, text("SnapshotIdentifier").unwrap_or(named("SnapshotArn"))]);
        }
        // What an elastic one begins with is unconfirmed, and not told.
        O::ResizeCluster if order.parameters.flag("Classic") => note(2006, &[cluster]),
        O::PauseCluster => note(3618, &[cluster]),
        O::ResumeCluster => note(3620, &[cluster]),
        O::DeleteCluster => {
            if let Some(last) = text("FinalClusterSnapshotIdentifier") {
                note(2012, &[last, cluster]);
            }
        }
        O::ModifyCluster => {
            if text("MasterUserPassword").is_some() {
                note(4000, &[cluster]);
            }
            if let Some(group) = text("ClusterParameterGroupName") {
                note(1001, &[cluster, group]);
            }
        }
        O::CreateClusterParameterGroup => note(1003, &[group]),
        O::DeleteClusterParameterGroup => note(1004, &[group]),
        O::ModifyClusterParameterGroup | O::ResetClusterParameterGroup => note(1005, &[group]),
        _ => {}
    }
}

/// What the end of a cluster's state is told as.
pub fn of_turn(before: Status, restored: bool) -> Option<u16> {
    Some(match before {
        Status::Creating if restored => 3003,
        Status::Creating => 2000,
        Status::Rebooting => 3000,
        Status::ElasticResizing | Status::ClassicResizing => 3002,
        Status::Maintained => 2004,
        Status::Pausing => 3619,
        Status::Resuming => 3621,
        Status::Deleting => 2001,
        _ => return None,
    })
}

/// # Errors
/// unconfirmed: the sentences.
pub fn describe(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let (source, kind) = (parameters.text("SourceIdentifier"), parameters.text("SourceType"));
    checked(kind)?;
    if source.is_some() && kind.is_none() {
        let sentence = "SourceType must be given with SourceIdentifier.";
        return Err(RedshiftFault::new(Code::InvalidParameterCombination, sentence).into());
    }
    let moment = |member: &str| {
        parameters.text(member).and_then(timestamp::parse).map(|seconds| Instant(seconds * 1_000_000))
    };
    let (from, until) = (moment("StartTime"), moment("EndTime"));
    let span = parameters.integer("Duration").unwrap_or(60) * 60_000_000;
    let until = until.unwrap_or(order.now);
    let from = from.unwrap_or(Instant(until.0.saturating_sub(span)));
    let wanted = account.redshift.events.iter().filter(|event| {
        event.region == order.region
            && (from..=until).contains(&event.at)
            && order.now.0 - event.at.0 < KEPT
            && source.is_none_or(|name| event.names.first().is_some_and(|own| own.eq_ignore_ascii_case(name)))
    });
    let values: Vec<Value> = wanted
        .filter_map(|event| Some((event, event.row()?)))
        .filter(|(_, row)| kind.is_none_or(|kind| kind == row.1))
        .map(|(event, row)| {
            json!({
                "SourceIdentifier": event.names.first(),
                "SourceType": row.1,
                "Message": event.message(row.3),
                "EventCategories": [row.2],
                "Severity": "INFO",
                "Date": iso(event.at),
                "EventId": format!("REDSHIFT-EVENT-{}", row.0),
            })
        })
        .collect();
    Ok(json!({"Events": values}))
}

pub fn categories(order: &Order<'_>) -> Result<Value, Fault> {
    let wanted = order.parameters.text("SourceType");
    checked(wanted)?;
    let kinds = [CLUSTER, GROUP, SNAPSHOT].into_iter().filter(|kind| wanted.is_none_or(|one| one == *kind));
    let map: Vec<Value> = kinds
        .map(|kind| {
            let rows = TABLE.iter().filter(|row| row.1 == kind).map(|row| {
                json!({
                    "EventId": format!("REDSHIFT-EVENT-{}", row.0),
                    "EventCategories": [row.2],
                    "EventDescription": row.3,
                    "Severity": "INFO",
                })
            });
            json!({"SourceType": kind, "Events": rows.collect::<Vec<_>>()})
        })
        .collect();
    Ok(json!({"EventCategoriesMapList": map}))
}

/// # Errors
/// unconfirmed: the sentence.
fn checked(kind: Option<&str>) -> Result<(), RedshiftFault> {
    const KINDS: [&str; 5] = [CLUSTER, SNAPSHOT, GROUP, "cluster-security-group", "scheduled-action"];
    match kind {
        Some(kind) if !KINDS.contains(&kind) => {
            Err(RedshiftFault::value(format!("Invalid source type {kind}")))
        }
        _ => Ok(()),
    }
}
