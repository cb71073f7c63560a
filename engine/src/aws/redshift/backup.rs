//! What backups cost by being kept: the part of them that is not free (fact sheet, sections 1.6 and 2.10).
//!
//! RA3: manual snapshots. Nodes with disks of their own: what goes beyond the storage of the region's clusters that
//! run, each block counted once. Of a paused one that is all that is paid.

use super::node_type::NodeType;
use super::snapshot::{Kind, Snapshot};
use super::status::Status;
use crate::aws::Account;
use crate::aws::meter::Usage;
use crate::aws::meter::standing::Standing;
use crate::sorted::SortedSet;

fn managed(one: &Snapshot) -> bool {
    NodeType::parse(&one.was.node_type).is_some_and(NodeType::managed)
}

/// Snapshots beyond the free part, one line a cluster.
pub fn standing(account: &Account) -> Vec<Standing> {
    let redshift = &account.redshift;
    let clusters: SortedSet<(&str, &str)> =
        redshift.snapshots.iter().map(|one| (one.region.as_str(), one.cluster.as_str())).collect();
    let mut free: Vec<(&str, u64)> = Vec::new();
    for cluster in redshift.clusters.iter().filter(|one| one.status != Status::Paused) {
        if let Some(node) = NodeType::parse(&cluster.node_type).filter(|node| !node.managed()) {
            free.push((&cluster.region, node.storage() * u64::from(cluster.nodes)));
        }
    }
    let mut all = Vec::new();
    for (region, cluster) in clusters.iter().copied() {
        let of = |one: &&Snapshot| one.region == region && one.cluster == cluster;
        let (paid, beyond): (Vec<&Snapshot>, Vec<&Snapshot>) =
            redshift.snapshots.iter().filter(of).partition(|one| managed(one));
        let paid = paid.iter().filter(|one| one.kind == Kind::Manual).map(|one| one.contents);
        let mut bytes = account.vault.bytes_of(&paid.collect::<Vec<_>>());
        let mut rest = account.vault.bytes_of(&beyond.iter().map(|one| one.contents).collect::<Vec<_>>());
        for (_, left) in free.iter_mut().filter(|(of, _)| *of == region) {
            let taken = rest.min(*left);
            *left -= taken;
            rest -= taken;
        }
        bytes += rest;
        if bytes > 0 {
            all.push(Standing {
                usage: Usage::SnapshotStorage,
                region: region.to_owned(),
                resource: cluster.to_owned(),
                rate: bytes.into(),
            });
        }
    }
    all
}
