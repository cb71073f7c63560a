//! A cluster's life: created, paused and resumed, rebooted, deleted.

use std::sync::Arc;

use serde_json::Value;

use super::cluster::Cluster;
use super::fault::{Code, RedshiftFault};
use super::snapshot::{self, Kind};
use super::status::Status;
use super::{identifier, node, schedule, subnet_group, tag};
use crate::aws::redshift::maintenance::Window;
use crate::aws::{Account, Fault, Order};
use crate::json::json;
use crate::warehouse::manifest::Manifest;

/// What CreateCluster and RestoreFromClusterSnapshot have in common: the settings of a new cluster.
pub fn settings(account: &Account, order: &Order<'_>, cluster: &mut Cluster) -> Result<(), Fault> {
    let parameters = order.parameters;
    let managed = node::is_managed(&cluster.node_type);
    let asked = parameters.integer("AutomatedSnapshotRetentionPeriod");
    cluster.automated_retention =
        identifier::automated_retention(asked, cluster.automated_retention, managed)?;
    let asked = parameters.integer("ManualSnapshotRetentionPeriod");
    cluster.manual_retention = identifier::manual_retention(asked, cluster.manual_retention)?;
    if let Some(port) = parameters.integer("Port") {
        cluster.port = checked_port(port, managed)?;
    }
    if let Some(zone) = parameters.text("AvailabilityZone") {
        if !zone.starts_with(order.region) || zone.len() != order.region.len() + 1 {
            // unconfirmed: the sentence.
            return Err(RedshiftFault::value(format!("Invalid availability zone {zone}")).into());
        }
        zone.clone_into(&mut cluster.zone);
    }
    if let Some(window) = parameters.text("PreferredMaintenanceWindow") {
        cluster.window = Window::read(window)?;
    }
    if let Some(group) = parameters.text("ClusterParameterGroupName") {
        account.redshift.parameter_group(order.region, group)?;
        group.clone_into(&mut cluster.parameter_group);
    }
    if let Some(group) = parameters.text("ClusterSubnetGroupName") {
        subnet_group::must_exist(account, order.region, group)?;
        group.clone_into(&mut cluster.subnet_group);
    }
    if let Some(track) = parameters.text("MaintenanceTrackName") {
        cluster.track = checked_track(track)?;
    }
    if let Some(name) = parameters.text("SnapshotScheduleIdentifier") {
        cluster.schedule = Some(schedule::named(account, order.region, name)?.identifier.clone());
        cluster.next_snapshot = schedule::next_of(account, cluster, order.now);
    }
    let roles = parameters.texts("IamRoles");
    cluster.iam_roles = roles.iter().map(|role| (*role).to_owned()).collect();
    super::cluster::check_roles(account, &roles, &cluster.iam_roles)?;
    if let Some(default) = parameters.text("DefaultIamRoleArn").filter(|arn| !arn.is_empty()) {
        super::cluster::check_roles(account, &[default], &cluster.iam_roles)?;
        if !roles.contains(&default) {
            cluster.iam_roles.push(default.to_owned());
        }
        cluster.default_iam_role = Some(default.to_owned());
    }
    for (member, setting) in [
        ("AllowVersionUpgrade", &mut cluster.version_upgrade),
        ("PubliclyAccessible", &mut cluster.public),
        ("EnhancedVpcRouting", &mut cluster.enhanced_routing),
        ("Encrypted", &mut cluster.encrypted),
    ] {
        if let Some(given) = parameters.get(member).and_then(Value::as_bool) {
            *setting = given;
        }
    }
    Ok(())
}

/// # Errors
/// unconfirmed: the sentence.
pub fn checked_port(port: i64, managed: bool) -> Result<u16, RedshiftFault> {
    let fits = if managed {
        (5_431..=5_455).contains(&port) || (8_191..=8_215).contains(&port)
    } else {
        (1_150..=65_535).contains(&port)
    };
    match u16::try_from(port) {
        Ok(port) if fits => Ok(port),
        _ => Err(RedshiftFault::value(format!("Invalid port number {port} for this node type."))),
    }
}

/// # Errors
/// unconfirmed: the sentence.
pub fn checked_track(track: &str) -> Result<String, RedshiftFault> {
    match track {
        "current" | "trailing" => Ok(track.to_owned()),
        _ => Err(RedshiftFault::new(
            Code::InvalidClusterTrack,
            format!("The provided cluster track name {track} is not valid."),
        )),
    }
}

/// A free name.
pub fn free_name(
    account: &Account,
    order: &Order<'_>,
    member: &str,
    name: &str,
) -> Result<String, RedshiftFault> {
    let name = identifier::checked(member, name, 63)?;
    let taken = |cluster: &Cluster| cluster.pending_name.as_deref() == Some(&name);
    if account.redshift.cluster(order.region, &name).is_some()
        || account.redshift.clusters.iter().any(|one| one.region == order.region && taken(one))
    {
        return Err(RedshiftFault::new(Code::ClusterAlreadyExists, "Cluster already exists"));
    }
    Ok(name)
}

pub fn create(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let member = "ClusterIdentifier";
    let name = free_name(account, order, member, parameters.required(member))?;
    let node_type = parameters.required("NodeType");
    let (kind, number) = (parameters.text("ClusterType"), parameters.integer("NumberOfNodes"));
    let nodes = node::count(kind, number, node_type, false)?;
    let database = parameters.text("DBName").unwrap_or("dev");
    identifier::database(database)?;
    let admin = parameters.required("MasterUsername");
    identifier::admin(admin)?;
    let password = parameters.required("MasterUserPassword");
    identifier::password(password)?;
    if let Some(version) = parameters.text("ClusterVersion").filter(|version| *version != "1.0") {
        // unconfirmed: the sentence.
        return Err(RedshiftFault::value(format!("Cannot find version {version}")).into());
    }
    let mut identifiers = account.identifiers.clone();
    let mut cluster = Cluster::named(&name, order.region, order.now, &mut identifiers);
    cluster.node_type = node_type.to_owned();
    cluster.nodes = nodes;
    cluster.database = database.to_owned();
    cluster.admin = admin.to_owned();
    cluster.tags = tag::given(parameters);
    settings(account, order, &mut cluster)?;
    let manifest = Manifest::initial(database, admin, password, order.now)
        .map_err(|weak| RedshiftFault::value(weak.to_string()))?;
    account.identifiers = identifiers;
    cluster.warehouse = account.open_warehouse(Arc::new(manifest));
    let value = cluster.value(account, order.now, &[]);
    account.redshift.add(cluster);
    Ok(json!({"Cluster": value}))
}

/// Turns a cluster that is in the right state, and answers with it.
fn turn(account: &mut Account, order: &Order<'_>, to: Status) -> Result<Value, Fault> {
    let name = order.parameters.required("ClusterIdentifier");
    let cluster = account.redshift.cluster_mut(order.region, name)?;
    cluster.turn(to, order.now);
    let cluster = cluster.clone();
    Ok(json!({"Cluster": cluster.value(account, order.now, &[])}))
}

/// Saves the cluster once more and lets its nodes go.
pub fn pause(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("ClusterIdentifier");
    let state = |sentence: &str| RedshiftFault::new(Code::InvalidClusterState, sentence);
    let Some(cluster) = account.redshift.cluster(order.region, name) else {
        return Err(RedshiftFault::no_cluster(name).into());
    };
    if cluster.status != Status::Available || account.redshift.is_being_saved(cluster) {
        return Err(state("You can only pause an ACTIVE Cluster").into());
    }
    if cluster.automated_retention == 0 {
        // unconfirmed: the sentence; the rule is the guide's.
        return Err(state("You can't pause a Cluster that has automated snapshots turned off.").into());
    }
    let warehouse = cluster.warehouse;
    snapshot::take(account, warehouse, Kind::Automated, None, order.now);
    turn(account, order, Status::Pausing)
}

pub fn resume(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let name = order.parameters.required("ClusterIdentifier");
    match account.redshift.cluster(order.region, name).map(|cluster| cluster.status) {
        None => Err(RedshiftFault::no_cluster(name).into()),
        Some(Status::Paused) => turn(account, order, Status::Resuming),
        Some(_) => {
            let sentence = "You can only resume a PAUSED Cluster";
            Err(RedshiftFault::new(Code::InvalidClusterState, sentence).into())
        }
    }
}

/// Changes of parameters that wait for a restart are applied.
pub fn reboot(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    account.redshift.idle(order.region, order.parameters.required("ClusterIdentifier"))?;
    turn(account, order, Status::Rebooting)
}

pub fn delete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = parameters.required("ClusterIdentifier");
    let Some(cluster) = account.redshift.cluster(order.region, name) else {
        return Err(RedshiftFault::no_cluster(name).into());
    };
    let combination = |sentence: &str| RedshiftFault::new(Code::InvalidParameterCombination, sentence);
    let skip = parameters.flag("SkipFinalClusterSnapshot");
    let last = parameters.text("FinalClusterSnapshotIdentifier");
    let warehouse = cluster.warehouse;
    let running = |sentence: &str| RedshiftFault::new(Code::InvalidClusterState, sentence);
    match (cluster.status, skip, last) {
        (_, false, None) => {
            return Err(combination(
                "FinalClusterSnapshotIdentifier is required unless SkipFinalClusterSnapshot is specified.",
            )
            .into());
        }
        // unconfirmed: the sentence.
        (_, true, Some(_)) => {
            return Err(combination(
                "FinalClusterSnapshotIdentifier can not be specified when SkipFinalClusterSnapshot is true.",
            )
            .into());
        }
        // unconfirmed: that a paused cluster can be deleted, and only without a final snapshot.
        (Status::Paused, true, _) => {}
        (Status::Available, ..) if !account.redshift.is_being_saved(cluster) => {}
        (Status::Paused, ..) => {
            return Err(running("The specified cluster is not in the available state.").into());
        }
        _ => {
            return Err(running(
                "There is an operation running on the Cluster. Please try to delete it at a later time.",
            )
            .into());
        }
    }
    let Some(last) = last else { return turn(account, order, Status::Deleting) };
    let asked = parameters.integer("FinalClusterSnapshotRetentionPeriod");
    let retention = identifier::manual_retention(asked, -1)?;
    let last = snapshot::free_name(account, order.region, last)?;
    let value = turn(account, order, Status::FinalSnapshot)?;
    let serial = snapshot::take(account, warehouse, Kind::Manual, Some(&last), order.now);
    let until = account.redshift.cluster(order.region, name).and_then(|cluster| cluster.until);
    if let Some(taken) = account.redshift.snapshots.iter_mut().find(|one| one.serial == serial) {
        taken.retention = retention;
        taken.last = true;
        taken.ready = until.unwrap_or(order.now);
    }
    Ok(value)
}
