//! What clusters and snapshots do by themselves, and when.

use super::cluster::Cluster;
use super::maintenance::next_window;
use super::snapshot::{self, Kind, Snapshot};
use super::snapshot_call::expiry;
use super::status::Status;
use super::{copy, event, resize::Resized, schedule, table_restore};
use crate::aws::Account;
use crate::clock::Instant;
use crate::happening::{Happening, HappeningKind as H};
use crate::warehouse::manifest::WarehouseId;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chore {
    /// A state that ends by itself.
    Turn(WarehouseId),
    TakeSnapshot(WarehouseId),
    Maintain(WarehouseId),
    /// A snapshot is written in full.
    Finish(u64),
    Expire(u64),
    RestoreTable(String),
}

/// What is due first.
pub fn next(account: &Account) -> Option<(Instant, Chore)> {
    let redshift = &account.redshift;
    let mut first: Option<(Instant, Chore)> = None;
    let mut add = |at: Instant, chore: Chore| {
        if first.as_ref().is_none_or(|(earliest, _)| at < *earliest) {
            first = Some((at, chore));
        }
    };
    for cluster in &redshift.clusters {
        if let Some(until) = cluster.until {
            add(until, Chore::Turn(cluster.warehouse));
        }
        if cluster.status == Status::Available && cluster.automated_retention > 0 {
            add(cluster.next_snapshot, Chore::TakeSnapshot(cluster.warehouse));
        }
        if cluster.status == Status::Available && cluster.pending_track.is_some() {
            add(next_window(cluster, cluster.settled), Chore::Maintain(cluster.warehouse));
        }
    }
    for (at, one) in redshift.snapshots.iter().enumerate() {
        if !one.finished {
            add(one.ready, Chore::Finish(one.serial));
        } else if let Some(end) = expiry(
            one,
            is_wanted(account, one) && is_latest(redshift.snapshots.get(at + 1..).unwrap_or_default(), one),
        ) {
            add(end, Chore::Expire(one.serial));
        }
    }
    for request in &redshift.table_restores {
        if request.outcome == table_restore::Outcome::Waiting {
            add(request.done, Chore::RestoreTable(request.id.clone()));
        }
    }
    first
}

/// The latest copy goes as all others do, once nothing is copied there any more.
fn is_wanted(account: &Account, one: &Snapshot) -> bool {
    let goes_there = |cluster: &Cluster| cluster.copy.as_ref().is_some_and(|rule| rule.region == one.region);
    one.copied.is_none() || of(account, one.warehouse).is_some_and(goes_there)
}

/// Whether no later automated snapshot of the same cluster lies in the same region.
fn is_latest(later: &[Snapshot], one: &Snapshot) -> bool {
    !later.iter().any(|other| {
        other.finished
            && other.kind == Kind::Automated
            && other.warehouse == one.warehouse
            && other.region == one.region
    })
}

pub fn carry_out(account: &mut Account, chore: &Chore, at: Instant) -> Vec<Happening> {
    match chore {
        Chore::Turn(id) => turn(account, *id, at),
        Chore::TakeSnapshot(id) => {
            snapshot::take(account, *id, Kind::Automated, None, at);
            let next = of(account, *id).map(|cluster| schedule::next_of(account, cluster, at));
            if let (Some(next), Some(cluster)) = (next, of_mut(account, *id)) {
                cluster.next_snapshot = next;
            }
            Vec::new()
        }
        Chore::Maintain(id) => {
            let Some(cluster) = of_mut(account, *id) else { return Vec::new() };
            if let Some(track) = cluster.pending_track.take() {
                cluster.track = track;
            }
            cluster.turn(Status::Maintained, at);
            let (region, name) = (cluster.region.clone(), cluster.identifier.clone());
            event::note(account, &region, 2003, &[&name], at);
            Vec::new()
        }
        Chore::Finish(serial) => {
            let Some(found) = by_serial(account, *serial) else { return Vec::new() };
            found.finished = true;
            let done = found.clone();
            if done.kind == Kind::Manual && done.copied.is_none() {
                let number = if done.last { 3005 } else { 3004 };
                event::note(account, &done.region, number, &[&done.identifier, &done.cluster], at);
            }
            let kind = if done.copied.is_some() { H::SnapshotCopied } else { H::SnapshotTaken };
            copy::send(account, &done, at);
            vec![Happening::new(at, kind, done.identifier)]
        }
        Chore::Expire(serial) => {
            let Some(found) = by_serial(account, *serial) else { return Vec::new() };
            let name = found.identifier.clone();
            account.redshift.snapshots.retain(|one| one.serial != *serial);
            account.sweep_vault();
            vec![Happening::new(at, H::SnapshotExpired, name)]
        }
        Chore::RestoreTable(id) => {
            table_restore::finish(account, id);
            let request = account.redshift.table_restores.iter().find(|one| one.id == *id);
            let Some(request) = request else { return Vec::new() };
            let kind = match request.outcome {
                table_restore::Outcome::Succeeded => H::TableRestored,
                _ => H::TableNotRestored,
            };
            vec![Happening::new(at, kind, request.table.new_name.clone())]
        }
    }
}

fn of(account: &Account, id: WarehouseId) -> Option<&Cluster> {
    account.redshift.clusters.iter().find(|cluster| cluster.warehouse == id)
}

fn of_mut(account: &mut Account, id: WarehouseId) -> Option<&mut Cluster> {
    account.redshift.clusters.iter_mut().find(|cluster| cluster.warehouse == id)
}

fn by_serial(account: &mut Account, serial: u64) -> Option<&mut Snapshot> {
    account.redshift.snapshots.iter_mut().find(|one| one.serial == serial)
}

/// The end of a state that does not last.
fn turn(account: &mut Account, id: WarehouseId, at: Instant) -> Vec<Happening> {
    let Some(cluster) = of_mut(account, id) else { return Vec::new() };
    let (before, name) = (cluster.status, cluster.identifier.clone());
    let (region, restored) = (cluster.region.clone(), cluster.restored_snapshot.clone());
    if let Some(number) = event::of_turn(before, restored.is_some()) {
        let mut own = account.redshift.snapshots.iter().filter(|one| one.warehouse == id);
        let last = if own.any(|one| one.last) { "was" } else { "was not" };
        let second = if before == Status::Deleting { last } else { restored.as_deref().unwrap_or_default() };
        event::note(account, &region, number, &[&name, second], at);
    }
    let Some(cluster) = of_mut(account, id) else { return Vec::new() };
    let mut told = vec![Happening::new(at, H::ClusterAvailable, name.clone())];
    match before {
        Status::Deleting => {
            delete(account, id);
            return vec![Happening::new(at, H::ClusterDeleted, name)];
        }
        Status::Renaming => {
            if let Some(new) = cluster.pending_name.take() {
                told = vec![Happening::new(at, H::ClusterAvailable, new.clone())];
                cluster.identifier.clone_from(&new);
                let redshift = &mut account.redshift;
                for one in redshift.snapshots.iter_mut().filter(|one| one.warehouse == id) {
                    one.cluster.clone_from(&new);
                }
                for one in redshift.credentials.iter_mut().filter(|one| one.cluster == name) {
                    one.cluster.clone_from(&new);
                }
                for one in account.usage_limits.iter_mut().filter(|one| one.resource == name) {
                    one.resource.clone_from(&new);
                }
            }
        }
        Status::ElasticResizing | Status::ClassicResizing => {
            if let Some((node_type, nodes)) = cluster.pending_nodes.take() {
                let in_place = before == Status::ElasticResizing && node_type == cluster.node_type;
                cluster.resized = Some(Resized { at, in_place });
                // Sessions are held by a resize in place only.
                cluster.cuts += u32::from(!in_place);
                (cluster.node_type, cluster.nodes) = (node_type, nodes);
            }
            told = vec![Happening::new(at, H::ClusterResized, name)];
        }
        Status::CancellingResize => cluster.pending_nodes = None,
        Status::Rebooting => apply_parameters(account, id),
        Status::Maintained => told = vec![Happening::new(at, H::MaintenancePassed, name)],
        Status::Pausing => told = vec![Happening::new(at, H::ClusterPaused, name)],
        Status::FinalSnapshot | Status::PreparingResize => told.clear(),
        _ => {}
    }
    let Some(cluster) = of_mut(account, id) else { return told };
    match before.then() {
        Some(Status::Available) => {
            // What made it unavailable has cut its connections already.
            cluster.status = Status::Available;
            cluster.until = None;
            cluster.settled = at;
        }
        Some(next) => cluster.turn(next, at),
        None => {}
    }
    let retention = cluster.automated_retention;
    if before == Status::Creating {
        apply_parameters(account, id);
    }
    if before == Status::Creating && retention > 0 {
        snapshot::take(account, id, Kind::Automated, None, at);
        let next = of(account, id).map(|cluster| schedule::next_of(account, cluster, at));
        if let (Some(next), Some(cluster)) = (next, of_mut(account, id)) {
            cluster.next_snapshot = next;
        }
    }
    told
}

/// A restart makes the values of the parameter group the cluster's own.
pub(super) fn apply_parameters(account: &mut Account, id: WarehouseId) {
    let values = of(account, id).and_then(|cluster| {
        let group = account.redshift.parameter_group(&cluster.region, &cluster.parameter_group);
        group.ok().map(<[_]>::to_vec)
    });
    if let (Some(values), Some(cluster)) = (values, of_mut(account, id)) {
        cluster.parameters = values;
        cluster.parameters_pending = false;
    }
}

/// A cluster goes with its automated snapshots; manual ones stay.
fn delete(account: &mut Account, id: WarehouseId) {
    let redshift = &mut account.redshift;
    let name = of_name(&redshift.clusters, id);
    redshift.clusters.retain(|cluster| cluster.warehouse != id);
    redshift.snapshots.retain(|one| one.warehouse != id || one.kind == Kind::Manual);
    redshift.credentials.retain(|one| Some(&one.cluster) != name.as_ref());
    account.usage_limits.retain(|one| Some(&one.resource) != name.as_ref());
    account.holdings.remove(&id);
    account.sweep_vault();
}

fn of_name(clusters: &[Cluster], id: WarehouseId) -> Option<String> {
    clusters.iter().find(|cluster| cluster.warehouse == id).map(|cluster| cluster.identifier.clone())
}
