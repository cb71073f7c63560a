//! What snapshots and recovery points hold: manifests that nothing changes any more.
//!
//! Keeping one is O(1), because a manifest's parts are shared with the warehouse that it is of. Snapshots of a
//! warehouse that has not changed in between share one.

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::Account;
use crate::warehouse::manifest::{Manifest, WarehouseId};

/// Manifests by number.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Vault {
    last: u64,
    #[serde(deserialize_with = "crate::apart::list")]
    kept: Vec<Kept>,
    #[serde(skip)]
    apart: OnceLock<Arc<Apart>>,
}

/// Every block that is kept, once: reckoned when somebody asks, and again when what is kept has changed.
#[derive(Debug)]
pub struct Apart {
    pub bytes: u64,
    /// In order.
    pub blocks: Vec<u64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    number: u64,
    source: WarehouseId,
    version: u64,
    /// Absent only between reading an account and filling it.
    #[serde(skip)]
    manifest: Option<Arc<Manifest>>,
}

impl Vault {
    /// The number under which it is found again. Tables with BACKUP NO and temporary ones are left out.
    pub fn keep(&mut self, source: WarehouseId, manifest: &Arc<Manifest>) -> u64 {
        let same = |kept: &&Kept| kept.source == source && kept.version == manifest.version;
        if let Some(kept) = self.kept.iter().rev().find(same) {
            return kept.number;
        }
        self.last += 1;
        let (number, version) = (self.last, manifest.version);
        let manifest = Some(saved_part(manifest));
        self.kept.push(Kept { number, source, version, manifest });
        self.apart.take();
        number
    }

    pub fn get(&self, number: u64) -> Option<&Arc<Manifest>> {
        self.kept.iter().find(|kept| kept.number == number)?.manifest.as_ref()
    }

    /// Number and content of each.
    pub fn contents(&self) -> impl Iterator<Item = (u64, &Arc<Manifest>)> {
        self.kept.iter().filter_map(|kept| Some((kept.number, kept.manifest.as_ref()?)))
    }

    /// Bytes of all that lies under these numbers, each block once.
    pub fn bytes_of(&self, numbers: &[u64]) -> u64 {
        let kept = self.kept.iter().filter(|kept| numbers.contains(&kept.number));
        let mut blocks: Vec<(u64, u64)> = kept
            .filter_map(|kept| kept.manifest.as_ref())
            .flat_map(|manifest| manifest.blocks())
            .map(|block| (block.id, block.stored_bytes()))
            .collect();
        crate::sorted::sort(&mut blocks);
        blocks.dedup();
        blocks.iter().map(|(_, bytes)| bytes).sum()
    }

    /// Numbers whose content is to be filled in after the account was read back.
    pub fn numbers(&self) -> Vec<u64> {
        self.kept.iter().map(|kept| kept.number).collect()
    }

    pub fn fill(&mut self, number: u64, manifest: Manifest) {
        if let Some(kept) = self.kept.iter_mut().find(|kept| kept.number == number) {
            kept.manifest = Some(Arc::new(manifest));
            self.apart.take();
        }
    }

    /// What all backups together take in memory.
    pub fn apart(&self) -> &Apart {
        self.apart.get_or_init(|| {
            let held = self.contents().flat_map(|(_, manifest)| manifest.blocks());
            let mut blocks: Vec<(u64, u32)> = held.map(|block| (block.id, block.bytes)).collect();
            crate::sorted::sort(&mut blocks);
            blocks.dedup();
            let bytes = blocks.iter().map(|(_, bytes)| u64::from(*bytes)).sum();
            Arc::new(Apart { bytes, blocks: blocks.into_iter().map(|(id, _)| id).collect() })
        })
    }
}

impl Account {
    /// Lets go of what no snapshot and no recovery point holds any more.
    pub(super) fn sweep_vault(&mut self) {
        let snapshots = self.redshift.snapshots.iter().map(|snapshot| snapshot.contents);
        let serverless = &self.serverless;
        let points = serverless.points.iter().map(|point| point.contents);
        let others = serverless.snapshots.iter().map(|snapshot| snapshot.contents);
        let coming = serverless.namespaces.iter().filter_map(|one| one.incoming.as_ref().map(|one| one.0));
        // Tables that are on their way out of something that may be gone before they arrive.
        let tables = self
            .redshift
            .table_restores
            .iter()
            .filter_map(super::redshift::table_restore::TableRestore::waits_for);
        let others = others.chain(tables).chain(serverless.tables_on_their_way());
        let used: Vec<u64> = snapshots.chain(points).chain(others).chain(coming).collect();
        let before = self.vault.kept.len();
        self.vault.kept.retain(|kept| used.contains(&kept.number));
        if self.vault.kept.len() < before {
            self.vault.apart.take();
        }
    }

    /// A new warehouse that holds `manifest`.
    pub(super) fn open_warehouse(&mut self, manifest: Arc<Manifest>) -> WarehouseId {
        self.last_warehouse += 1;
        let id = WarehouseId(self.last_warehouse);
        self.holdings.insert(id, manifest);
        id
    }
}

/// The manifest as backups see it.
fn saved_part(manifest: &Arc<Manifest>) -> Arc<Manifest> {
    let unsaved = |table: &crate::warehouse::catalog::Table| table.temporary || !table.backup;
    let mut saved = manifest.clone();
    for (name, database) in &manifest.catalog.databases {
        let left_out = database.relations.values().filter(|one| one.table().is_some_and(unsaved));
        for relation in left_out {
            if let Some(database) = Arc::make_mut(&mut saved).catalog.database_mut(name) {
                database.remove(relation.id);
            }
        }
    }
    saved
}
