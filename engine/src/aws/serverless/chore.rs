//! What namespaces and workgroups do by themselves, and when.

use std::sync::Arc;

use super::namespace::{self, Namespace};
use super::recovery_point::{self, EVERY, KEPT};
use super::{table_restore, workgroup};
use crate::aws::Account;
use crate::clock::Instant;
use crate::happening::{Happening, HappeningKind as H};
use crate::warehouse::manifest::{Manifest, WarehouseId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chore {
    TurnNamespace(WarehouseId),
    /// By its place in the list.
    TurnWorkgroup(usize),
    TakePoint(WarehouseId),
    /// The oldest goes.
    ExpirePoint,
    Finish(usize),
    Expire(usize),
    RestoreTable(String),
}

/// What is due first.
pub fn next(account: &Account) -> Option<(Instant, Chore)> {
    let serverless = &account.serverless;
    let mut first: Option<(Instant, Chore)> = None;
    let mut add = |at: Instant, chore: Chore| {
        if first.as_ref().is_none_or(|(earliest, _)| at < *earliest) {
            first = Some((at, chore));
        }
    };
    for one in &serverless.namespaces {
        if let Some(until) = one.until {
            add(until, Chore::TurnNamespace(one.warehouse));
        }
        if one.status == namespace::Status::Available
            && serverless.workgroup_of(one).is_some_and(|group| group.status.answers())
        {
            add(one.next_point, Chore::TakePoint(one.warehouse));
        }
    }
    for (at, one) in serverless.workgroups.iter().enumerate() {
        if let Some(until) = one.until {
            add(until, Chore::TurnWorkgroup(at));
        }
    }
    if let Some(oldest) = serverless.points.first() {
        add(Instant(oldest.created.0 + KEPT), Chore::ExpirePoint);
    }
    for (at, one) in serverless.snapshots.iter().enumerate() {
        if !one.finished {
            add(one.ready, Chore::Finish(at));
        } else if let Some(end) = one.expires() {
            add(end, Chore::Expire(at));
        }
    }
    for request in &serverless.table_restores {
        if request.outcome.is_none() {
            add(request.done, Chore::RestoreTable(request.id.clone()));
        }
    }
    first
}

pub fn carry_out(account: &mut Account, chore: &Chore, at: Instant) -> Vec<Happening> {
    let told = match chore {
        Chore::TurnNamespace(id) => turn_namespace(account, *id),
        Chore::TurnWorkgroup(place) => turn_workgroup(account, *place),
        Chore::TakePoint(id) => {
            let found = account.serverless.namespaces.iter_mut().find(|one| one.warehouse == *id);
            let Some(found) = found else { return Vec::new() };
            found.next_point = Instant(at.0 + EVERY);
            let namespace = found.clone();
            let group = account.serverless.workgroup_of(&namespace).map(|group| group.name.clone());
            recovery_point::take(account, &namespace, group.unwrap_or_default(), at);
            Some((H::RecoveryPointTaken, namespace.name))
        }
        Chore::ExpirePoint => {
            if account.serverless.points.is_empty() {
                return Vec::new();
            }
            let gone = account.serverless.points.remove(0);
            account.sweep_vault();
            Some((H::RecoveryPointExpired, gone.namespace))
        }
        Chore::Finish(place) => {
            let found = account.serverless.snapshots.get_mut(*place);
            found.map(|one| {
                one.finished = true;
                (H::SnapshotTaken, one.name.clone())
            })
        }
        Chore::Expire(place) => {
            if *place >= account.serverless.snapshots.len() {
                return Vec::new();
            }
            let gone = account.serverless.snapshots.remove(*place);
            account.sweep_vault();
            Some((H::SnapshotExpired, gone.name))
        }
        Chore::RestoreTable(id) => table_restore::finish(account, id)
            .map(|(name, came)| (if came { H::TableRestored } else { H::TableNotRestored }, name)),
    };
    told.map(|(kind, subject)| Happening::new(at, kind, subject)).into_iter().collect()
}

fn turn_workgroup(account: &mut Account, place: usize) -> Option<(H, String)> {
    let found = account.serverless.workgroups.get_mut(place)?;
    let name = found.name.clone();
    if found.status == workgroup::Status::Deleting {
        account.serverless.workgroups.remove(place);
        account.usage_limits.retain(|limit| limit.resource != name);
        return Some((H::WorkgroupDeleted, name));
    }
    found.status = workgroup::Status::Available;
    found.until = None;
    Some((H::WorkgroupAvailable, name))
}

fn turn_namespace(account: &mut Account, id: WarehouseId) -> Option<(H, String)> {
    let found = account.serverless.namespaces.iter_mut().find(|one| one.warehouse == id)?;
    let name = found.name.clone();
    if found.status == namespace::Status::Deleting {
        account.serverless.namespaces.retain(|one| one.warehouse != id);
        account.serverless.points.retain(|one| one.warehouse != id);
        account.holdings.remove(&id);
        account.sweep_vault();
        return Some((H::NamespaceDeleted, name));
    }
    found.status = namespace::Status::Available;
    found.until = None;
    if let Some((contents, admin, database)) = found.incoming.take() {
        let kept = account.vault.get(contents).cloned();
        if let (Some(kept), Some(held)) = (kept, account.holdings.get_mut(&id)) {
            *held = Arc::new(replaced(held, &kept));
            put_names(found, admin, database);
        }
        account.sweep_vault();
    }
    Some((H::NamespaceAvailable, name))
}

fn put_names(namespace: &mut Namespace, admin: String, database: String) {
    (namespace.admin, namespace.database) = (admin, database);
}

/// What was kept takes the place of what is there. Numbers of objects go on, and interleaved keys, which serverless
/// does not have, become compound.
fn replaced(there: &Manifest, kept: &Manifest) -> Manifest {
    let mut manifest = kept.clone();
    manifest.version = there.version.max(kept.version) + 1;
    manifest.catalog.continue_from(&there.catalog);
    let names: Vec<_> = manifest.catalog.databases.keys().cloned().collect();
    for name in names {
        let Some(database) = manifest.catalog.database(&name) else { continue };
        let interleaved: Vec<_> = database
            .relations
            .values()
            .filter(|one| one.table().is_some_and(|table| table.interleaved))
            .map(|one| one.id)
            .collect();
        for id in interleaved {
            let relation =
                manifest.catalog.database_mut(&name).and_then(|database| database.relation_mut(id));
            if let Some(table) = relation.and_then(crate::warehouse::catalog::Relation::table_mut) {
                table.interleaved = false;
            }
        }
    }
    manifest
}
