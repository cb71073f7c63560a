//! ModifyCluster: what can be changed of a cluster while it runs.

use std::sync::Arc;

use serde_json::Value;

use super::fault::{Code, RedshiftFault};
use super::maintenance::Window;
use super::snapshot::Kind;
use super::status::Status;
use super::{identifier, lifecycle, node, resize, schedule};
use crate::aws::{Account, Fault, Order};
use crate::json::json;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::WarehouseId;
use crate::warehouse::password::Password;

/// Everything is checked before anything is changed.
pub fn modify(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = parameters.required("ClusterIdentifier");
    let before = account.redshift.idle(order.region, name)?;
    let mut cluster = before.clone();
    if parameters.text("NodeType").is_some()
        || parameters.text("ClusterType").is_some()
        || parameters.integer("NumberOfNodes").is_some()
    {
        // ModifyCluster knows only the classic kind (API reference, "ModifyCluster").
        return resize::begin(account, order, true);
    }
    let managed = node::is_managed(&cluster.node_type);
    let mut to = None;
    let new_name = match parameters.text("NewClusterIdentifier") {
        Some(new) => Some(lifecycle::free_name(account, order, "NewClusterIdentifier", new)?),
        None => None,
    };
    let password = parameters.text("MasterUserPassword");
    if let Some(password) = password {
        identifier::password(password)?;
        to = Some(Status::Modifying);
    }
    let asked_automated = parameters.integer("AutomatedSnapshotRetentionPeriod");
    cluster.automated_retention =
        identifier::automated_retention(asked_automated, cluster.automated_retention, managed)?;
    let asked = parameters.integer("ManualSnapshotRetentionPeriod");
    cluster.manual_retention = identifier::manual_retention(asked, cluster.manual_retention)?;
    if let Some(window) = parameters.text("PreferredMaintenanceWindow") {
        cluster.window = Window::read(window)?;
    }
    if let Some(group) = parameters.text("ClusterParameterGroupName") {
        account.redshift.parameter_group(order.region, group)?;
        cluster.parameters_pending |= cluster.parameter_group != group;
        group.clone_into(&mut cluster.parameter_group);
    }
    if let Some(track) = parameters.text("MaintenanceTrackName") {
        let track = lifecycle::checked_track(track)?;
        cluster.pending_track = (track != cluster.track).then_some(track);
        cluster.settled = order.now;
    }
    if let Some(version) = parameters.text("ClusterVersion").filter(|version| *version != "1.0") {
        return Err(RedshiftFault::value(format!("Cannot find version {version}")).into());
    }
    if let Some(port) = parameters.integer("Port") {
        cluster.port = lifecycle::checked_port(port, managed)?;
        to = Some(Status::Rebooting);
    }
    for (member, setting, turns) in [
        ("AllowVersionUpgrade", &mut cluster.version_upgrade, None),
        ("PubliclyAccessible", &mut cluster.public, Some(Status::Modifying)),
        ("Encrypted", &mut cluster.encrypted, Some(Status::Modifying)),
        // The cluster restarts by itself.
        ("EnhancedVpcRouting", &mut cluster.enhanced_routing, Some(Status::Rebooting)),
    ] {
        if let Some(given) = parameters.get(member).and_then(Value::as_bool).filter(|given| given != setting)
        {
            *setting = given;
            to = weightier(to, turns);
        }
    }
    if cluster.automated_retention == 0 && cluster.copy.is_some() {
        // unconfirmed: the rule and its sentence.
        return Err(RedshiftFault::new(
            Code::InvalidParameterCombination,
            "Automated snapshots can not be turned off while snapshot copy is enabled.",
        )
        .into());
    }
    if asked_automated.is_some() {
        for one in &mut account.redshift.snapshots {
            if one.warehouse == cluster.warehouse && one.kind == Kind::Automated && one.copied.is_none() {
                one.retention = cluster.automated_retention;
            }
        }
        cluster.next_snapshot =
            schedule::next_of(account, &cluster, order.now).min(cluster.next_snapshot.max(order.now));
    }
    if let Some(password) = password {
        let admin = cluster.admin.clone();
        set_password(account, cluster.warehouse, &admin, password)?;
    }
    if new_name.is_some() {
        cluster.pending_name = new_name;
        to = Some(Status::Renaming);
    }
    if let Some(to) = to {
        cluster.turn(to, order.now);
    }
    let mut value = cluster.value(account, order.now, &[]);
    if password.is_some() {
        value["PendingModifiedValues"]["MasterUserPassword"] = json!("****");
    }
    *account.redshift.cluster_mut(order.region, name)? = cluster;
    Ok(json!({"Cluster": value}))
}

/// A restart outweighs a change that leaves connections alone.
fn weightier(one: Option<Status>, other: Option<Status>) -> Option<Status> {
    match (one, other) {
        (Some(Status::Rebooting), _) | (_, None) => one,
        (_, other) => other,
    }
}

/// Gives a warehouse's admin another password.
pub fn set_password(
    account: &mut Account,
    warehouse: WarehouseId,
    admin: &str,
    password: &str,
) -> Result<(), RedshiftFault> {
    let Some(held) = account.holdings.get_mut(&warehouse) else { return Ok(()) };
    let manifest = Arc::make_mut(held);
    let admin = Identifier::fold(admin);
    let kept = Password::from_written(password, &admin, password)
        .map_err(|weak| RedshiftFault::value(weak.to_string()))?;
    if let Some(user) = Arc::make_mut(&mut manifest.principals).users.get_mut(&admin) {
        user.password = kept;
        manifest.version += 1;
    }
    Ok(())
}
