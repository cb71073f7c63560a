//! A provisioned cluster, as its API shows it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::copy::CopyRule;
use super::fault::RedshiftFault;
use super::maintenance::{Deferral, Window, next_window};
use super::resize::Resized;
use super::status::Status;
use super::tag::{self, Tag};
use crate::aws::ident::Identifiers;
use crate::aws::site::Site;
use crate::aws::timestamp::iso;
use crate::aws::{Account, Beginning, Fault, Order};
use crate::clock::Instant;
use crate::json::json;
use crate::warehouse::manifest::WarehouseId;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    pub identifier: String,
    pub region: String,
    pub warehouse: WarehouseId,
    pub status: Status,
    /// When the present status ends by itself.
    pub until: Option<Instant>,
    /// How often its connections were cut: by a reboot, a pause, a new name.
    pub cuts: u32,
    pub node_type: String,
    pub nodes: u32,
    pub database: String,
    pub admin: String,
    pub created: Instant,
    pub port: u16,
    pub zone: String,
    /// ARNs of the attached roles, in the order they were attached.
    pub iam_roles: Vec<String>,
    pub default_iam_role: Option<String>,
    pub automated_retention: i64,
    pub manual_retention: i64,
    pub window: Window,
    pub deferral: Option<Deferral>,
    pub track: String,
    /// The track it gets in its next window.
    pub pending_track: Option<String>,
    /// Since when it waits for a window undisturbed.
    pub settled: Instant,
    pub parameter_group: String,
    /// Its parameters changed since it was last restarted.
    pub parameters_pending: bool,
    /// The values that differ from the product's own since then.
    pub parameters: Vec<(String, String)>,
    pub subnet_group: String,
    pub version_upgrade: bool,
    pub public: bool,
    pub encrypted: bool,
    pub enhanced_routing: bool,
    pub tags: Vec<Tag>,
    pub copy: Option<CopyRule>,
    pub schedule: Option<String>,
    /// When the next automated snapshot is due; while the cluster does not run, none is taken.
    pub next_snapshot: Instant,
    /// The name that a rename in progress gives it.
    pub pending_name: Option<String>,
    /// Node type and number that a resize in progress gives it.
    pub pending_nodes: Option<(String, u32)>,
    pub resized: Option<Resized>,
    /// Size in megabytes of the snapshot that it was made from.
    pub restored_from: Option<u64>,
    /// The snapshot's name.
    pub restored_snapshot: Option<String>,
    /// The middle of the endpoint's name: twelve lower-case letters and digits.
    pub(super) endpoint: String,
    namespace: String,
}

/// The release, which `version()` ends with.
const REVISION: &str = "50065";

/// Eight hours, the product's measure between automated snapshots.
pub const SNAPSHOT_EVERY: i64 = 8 * 3_600_000_000;

impl Cluster {
    /// The cluster that an account begins with.
    pub fn new(beginning: &Beginning<'_>, identifiers: &mut Identifiers) -> Self {
        let mut cluster = Cluster::named(beginning.cluster, beginning.region, beginning.now, identifiers);
        beginning.database.clone_into(&mut cluster.database);
        beginning.admin.clone_into(&mut cluster.admin);
        cluster.status = Status::Available;
        cluster.until = None;
        cluster
    }

    /// One that is being created, with every setting at its default.
    pub fn named(name: &str, region: &str, now: Instant, identifiers: &mut Identifiers) -> Self {
        // Drawn so and in this order, because what an account draws later is known to lessons.
        let secret = identifiers.secret(32);
        let digits: String =
            secret.bytes().map(|byte| char::from(b"0123456789abcdef"[usize::from(byte % 16)])).collect();
        let namespace =
            [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-");
        let endpoint = identifiers.request_id()[..12].to_ascii_lowercase();
        let status = Status::Creating;
        Cluster {
            identifier: name.to_owned(),
            region: region.to_owned(),
            warehouse: WarehouseId::FIRST,
            status,
            until: status.lasts().map(|span| Instant(now.0 + span)),
            cuts: 0,
            node_type: "dc2.large".to_owned(),
            nodes: 1,
            database: "dev".to_owned(),
            admin: String::new(),
            created: now,
            port: 5_439,
            zone: format!("{region}a"),
            iam_roles: Vec::new(),
            default_iam_role: None,
            automated_retention: 1,
            manual_retention: -1,
            window: Window::of_region(region),
            deferral: None,
            track: "current".to_owned(),
            pending_track: None,
            settled: now,
            parameter_group: "default.redshift-1.0".to_owned(),
            parameters_pending: false,
            parameters: Vec::new(),
            subnet_group: "default".to_owned(),
            version_upgrade: true,
            public: false,
            encrypted: false,
            enhanced_routing: false,
            tags: Vec::new(),
            copy: None,
            schedule: None,
            next_snapshot: Instant(now.0 + SNAPSHOT_EVERY),
            pending_name: None,
            pending_nodes: None,
            resized: None,
            restored_from: None,
            restored_snapshot: None,
            endpoint,
            namespace,
        }
    }

    /// Begins a state; one that ends by itself does so in its time.
    pub fn turn(&mut self, status: Status, now: Instant) {
        self.status = status;
        self.until = status.lasts().map(|span| Instant(now.0 + span));
        if !status.answers() {
            self.cuts += 1;
        }
    }

    pub fn arn(&self, account: &str) -> String {
        format!("arn:aws:redshift:{}:{account}:cluster:{}", self.region, self.identifier)
    }

    pub(super) fn address(&self) -> String {
        format!("{}.{}.{}.redshift.amazonaws.com", self.identifier, self.endpoint, self.region)
    }

    pub fn site(&self) -> Site<'_> {
        Site {
            warehouse: self.warehouse,
            name: &self.identifier,
            serverless: false,
            cluster: self.identifier.clone(),
            address: self.address(),
            port: self.port,
            answers: self.status.answers(),
            status: self.status.text(),
            cuts: self.cuts,
            database: &self.database,
            iam_roles: &self.iam_roles,
            default_iam_role: self.default_iam_role.as_deref(),
            namespace: &self.namespace,
            parameters: &self.parameters,
            reads_only: matches!(self.status, Status::ClassicResizing | Status::CancellingResize),
        }
    }

    /// Members in model order. `adding` are roles whose attachment has just been asked for.
    pub(super) fn value(&self, account: &Account, now: Instant, adding: &[&str]) -> Value {
        let (id, region) = (&account.id, &self.region);
        let roles: Vec<Value> = self
            .iam_roles
            .iter()
            .map(|arn| {
                let status = if adding.contains(&arn.as_str()) { "adding" } else { "in-sync" };
                json!({"IamRoleArn": arn, "ApplyStatus": status})
            })
            .collect();
        let mut value = json!({
            "ClusterIdentifier": self.identifier,
            "NodeType": self.node_type,
            "ClusterStatus": self.status.text(),
            "ClusterAvailabilityStatus": self.status.availability(),
            "MasterUsername": self.admin,
            "DBName": self.database,
        });
        // There is no endpoint before there are nodes.
        if self.status != Status::Creating {
            value["Endpoint"] = json!({"Address": self.address(), "Port": self.port});
        }
        let applied = if self.parameters_pending { "pending-reboot" } else { "in-sync" };
        let rest = json!({
            "ClusterCreateTime": iso(self.created),
            "AutomatedSnapshotRetentionPeriod": self.automated_retention,
            "ManualSnapshotRetentionPeriod": self.manual_retention,
            "ClusterSecurityGroups": [],
            "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-0a1b2c3d", "Status": "active"}],
            "ClusterParameterGroups": [
                {"ParameterGroupName": self.parameter_group, "ParameterApplyStatus": applied},
            ],
            "ClusterSubnetGroupName": self.subnet_group,
            "VpcId": "vpc-0123abcd",
            "AvailabilityZone": self.zone,
            "PreferredMaintenanceWindow": self.window.text(),
            "PendingModifiedValues": self.pending(),
            "ClusterVersion": "1.0",
            "AllowVersionUpgrade": self.version_upgrade,
            "NumberOfNodes": self.nodes,
            "PubliclyAccessible": self.public,
            "Encrypted": self.encrypted,
        });
        put(&mut value, rest);
        if let Some(size) = self.restored_from {
            value["RestoreStatus"] = self.restoring(size, now);
        }
        if let Some(copy) = &self.copy {
            value["ClusterSnapshotCopyStatus"] = copy.value();
        }
        value["ClusterNodes"] = Value::Array(self.node_values());
        value["ClusterRevisionNumber"] = json!(REVISION);
        value["Tags"] = tag::values(&self.tags);
        value["EnhancedVpcRouting"] = json!(self.enhanced_routing);
        value["IamRoles"] = Value::Array(roles);
        value["MaintenanceTrackName"] = json!(self.track);
        value["DeferredMaintenanceWindows"] = match self.deferral.as_ref().filter(|one| one.end > now) {
            Some(deferral) => json!([deferral.value()]),
            None => json!([]),
        };
        if let Some(schedule) = &self.schedule {
            value["SnapshotScheduleIdentifier"] = json!(schedule);
            value["SnapshotScheduleState"] = json!("ACTIVE");
            // Of clusters "with a valid snapshot schedule and backups enabled" (API reference).
            if self.automated_retention > 0 {
                let on_track = self.status == Status::Available;
                value["ExpectedNextSnapshotScheduleTime"] = json!(iso(self.next_snapshot));
                value["ExpectedNextSnapshotScheduleTimeStatus"] =
                    json!(if on_track { "OnTrack" } else { "Pending" });
            }
        }
        value["NextMaintenanceWindowStartTime"] = json!(iso(next_window(self, now)));
        if self.pending_nodes.is_some() {
            let elastic = matches!(self.status, Status::ElasticResizing | Status::PreparingResize);
            let name = if elastic { "ElasticResize" } else { "ClassicResize" };
            let managed = self.pending_nodes.as_ref().is_some_and(|(to, _)| super::node::is_managed(to));
            value["ResizeInfo"] = json!({"ResizeType": name, "AllowCancelResize": !elastic && !managed});
        }
        value["ClusterNamespaceArn"] =
            json!(format!("arn:aws:redshift:{region}:{id}:namespace:{}", self.namespace));
        value["TotalStorageCapacityInMegaBytes"] =
            json!(super::node::storage_of(&self.node_type, self.nodes));
        if let Some(arn) = &self.default_iam_role {
            value["DefaultIamRoleArn"] = json!(arn);
        }
        value
    }

    /// How far the restore is that makes it. Only nodes with disks of their own are told of in numbers (guide).
    fn restoring(&self, size: u64, now: Instant) -> Value {
        let going = self.until.filter(|_| self.status == Status::Creating);
        let passed = (now.0 - self.created.0).max(0);
        let status = match going {
            Some(_) if passed == 0 => "starting",
            Some(_) => "restoring",
            None => "completed",
        };
        if super::node::is_managed(&self.node_type) {
            return json!({"Status": status});
        }
        let (seconds, left) = match going {
            Some(until) => (passed / 1_000_000, (until.0 - now.0).max(0) / 1_000_000),
            None => (Status::Creating.lasts().unwrap_or(0) / 1_000_000, 0),
        };
        let whole = (seconds + left).max(1);
        let rate = if status == "restoring" { size as f64 / whole as f64 } else { 0.0 };
        json!({
            "Status": status,
            "CurrentRestoreRateInMegaBytesPerSecond": (rate * 10_000.0).round() / 10_000.0,
            "SnapshotSizeInMegaBytes": size,
            "ProgressInMegaBytes": size * seconds as u64 / whole as u64,
            "ElapsedTimeInSeconds": seconds,
            "EstimatedTimeToCompletionInSeconds": left,
        })
    }

    /// What was asked for and is not there yet.
    fn pending(&self) -> Value {
        let mut value = json!({});
        if self.status == Status::Creating && self.restored_from.is_none() {
            value["MasterUserPassword"] = json!("****");
        }
        if let Some((node_type, nodes)) = &self.pending_nodes {
            value["NodeType"] = json!(node_type);
            value["NumberOfNodes"] = json!(nodes);
        }
        if let Some(name) = &self.pending_name {
            value["ClusterIdentifier"] = json!(name);
        }
        if let Some(track) = &self.pending_track {
            value["MaintenanceTrackName"] = json!(track);
        }
        value
    }

    fn node_values(&self) -> Vec<Value> {
        let node = |role: String, at: u32| {
            json!({
                "NodeRole": role,
                "PrivateIPAddress": format!("172.31.1.{}", 5 + at),
                "PublicIPAddress": format!("203.0.113.{}", 5 + at),
            })
        };
        match (self.status, self.nodes) {
            (Status::Creating | Status::Paused, _) => Vec::new(),
            (_, 1) => vec![node("SHARED".to_owned(), 0)],
            (_, nodes) => {
                let compute = (0..nodes).map(|number| node(format!("COMPUTE-{number}"), number + 1));
                std::iter::once(node("LEADER".to_owned(), 0)).chain(compute).collect()
            }
        }
    }
}

/// Puts the members of `more` behind those of `value`.
pub(super) fn put(value: &mut Value, more: Value) {
    if let (Value::Object(value), Value::Object(more)) = (value, more) {
        value.extend(more);
    }
}

pub fn describe(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let clusters = account.redshift.clusters.iter().filter(|cluster| cluster.region == order.region);
    let found: Vec<&Cluster> = match parameters.text("ClusterIdentifier") {
        Some(name) => match account.redshift.cluster(order.region, name) {
            Some(cluster) => vec![cluster],
            None => return Err(RedshiftFault::no_cluster(name).into()),
        },
        None => clusters.filter(|cluster| tag::wanted(&cluster.tags, parameters)).collect(),
    };
    let values: Vec<Value> = found.iter().map(|cluster| cluster.value(account, order.now, &[])).collect();
    Ok(json!({"Clusters": values}))
}

/// Attaches and detaches roles. The answer says `adding`; the next look says `in-sync`, because simulated
/// time does not pass by itself.
pub fn modify_iam_roles(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = parameters.required("ClusterIdentifier");
    let (add, remove) = (parameters.texts("AddIamRoles"), parameters.texts("RemoveIamRoles"));
    let default = parameters.text("DefaultIamRoleArn");
    let cluster = account.redshift.idle(order.region, name)?;
    for arn in &remove {
        if !cluster.iam_roles.iter().any(|attached| attached == arn) {
            return Err(not_associated(arn).into());
        }
    }
    let mut roles: Vec<String> =
        cluster.iam_roles.iter().filter(|arn| !remove.contains(&arn.as_str())).cloned().collect();
    for arn in add.iter().filter(|arn| !cluster.iam_roles.iter().any(|attached| attached == *arn)) {
        roles.push((*arn).to_owned());
    }
    check_roles(account, &add, &roles)?;
    if let Some(arn) = default.filter(|arn| !arn.is_empty())
        && !roles.iter().any(|attached| attached == arn)
    {
        return Err(not_associated(arn).into());
    }
    let cluster = account.redshift.cluster_mut(order.region, name)?;
    cluster.iam_roles = roles;
    if let Some(arn) = default {
        cluster.default_iam_role = (!arn.is_empty()).then(|| arn.to_owned());
    }
    if cluster.default_iam_role.as_ref().is_some_and(|arn| !cluster.iam_roles.contains(arn)) {
        cluster.default_iam_role = None;
    }
    let cluster = cluster.clone();
    Ok(json!({"Cluster": cluster.value(account, order.now, &add)}))
}

/// unconfirmed: the three sentences about roles.
fn not_associated(arn: &str) -> RedshiftFault {
    RedshiftFault::value(format!("The IAM role {arn} is not associated with the cluster."))
}

/// New roles exist, and all together are no more than fifty.
pub(super) fn check_roles(account: &Account, add: &[&str], all: &[String]) -> Result<(), RedshiftFault> {
    if let Some(arn) = add.iter().find(|arn| account.iam.role_by_arn(arn, &account.id).is_none()) {
        return Err(RedshiftFault::value(format!("The IAM role {arn} is not valid or does not exist.")));
    }
    if all.len() > 50 {
        return Err(RedshiftFault::value(
            "You have reached the maximum number of IAM roles that can be associated with a cluster.",
        ));
    }
    Ok(())
}
