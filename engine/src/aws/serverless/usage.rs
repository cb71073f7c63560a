//! What a namespace's work costs.

use crate::aws::Account;
use crate::aws::meter::Usage;
use crate::aws::meter::standing::Standing;
use crate::clock::Instant;
use crate::warehouse::manifest::WarehouseId;

impl Account {
    /// A statement ran in this warehouse: a workgroup pays for the time, a cluster's nodes are paid for anyway.
    /// Its RPUs and the RPU-microseconds that are paid now are answered.
    pub fn worked(&mut self, warehouse: WarehouseId, from: Instant, to: Instant) -> Option<(u32, u128)> {
        let namespace = self.serverless.namespaces.iter().find(|one| one.warehouse == warehouse)?;
        let workgroup = self.serverless.workgroup_of(namespace)?;
        let rpus = u32::try_from(workgroup.base).unwrap_or(0);
        Some((rpus, self.meter.compute(&workgroup.region, &workgroup.name, rpus, (from, to))))
    }
}

/// Managed storage of every namespace, and snapshots; recovery points are free.
pub fn standing(account: &Account) -> Vec<Standing> {
    let mut all = Vec::new();
    for namespace in &account.serverless.namespaces {
        let (region, resource) = (namespace.region.clone(), namespace.name.clone());
        let rate = account.stored.get(&namespace.warehouse).copied().unwrap_or(0).into();
        all.push(Standing { usage: Usage::ServerlessStorage, region, resource, rate });
    }
    for snapshot in &account.serverless.snapshots {
        let (region, resource) = (snapshot.region.clone(), snapshot.name.clone());
        let rate = snapshot.bytes.into();
        all.push(Standing { usage: Usage::SnapshotStorage, region, resource, rate });
    }
    all
}
