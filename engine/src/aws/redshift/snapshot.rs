//! A snapshot of a cluster: what its warehouse held at one moment, and how long that is kept.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::cluster::{Cluster, put};
use super::fault::{Code, RedshiftFault};
use super::identifier;
use super::tag::{self, Tag};
use crate::aws::Account;
use crate::aws::timestamp::iso;
use crate::clock::Instant;
use crate::json::json;
use crate::sorted::SortedSet;
use crate::warehouse::manifest::{Manifest, WarehouseId};
use crate::warehouse::storage::Block;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    Automated,
    Manual,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Counts the account's snapshots; never reused.
    pub serial: u64,
    pub identifier: String,
    /// Where it lies.
    pub region: String,
    /// Whose it is: it stays with the cluster under the cluster's later names.
    pub cluster: String,
    pub warehouse: WarehouseId,
    pub kind: Kind,
    pub created: Instant,
    /// When it is written in full.
    pub ready: Instant,
    pub finished: bool,
    /// The final one of a cluster that is being deleted.
    pub last: bool,
    /// The region that it was copied from.
    pub copied: Option<String>,
    /// Under which number the vault keeps what it holds.
    pub contents: u64,
    /// Bytes of all its blocks, and of those that no earlier snapshot of the cluster holds.
    pub bytes: u64,
    pub added: u64,
    /// Days that it is kept; -1 for good. Of an automated one the cluster's own setting decides, of a copied one
    /// that of the copy.
    pub retention: i64,
    pub retention_start: Instant,
    /// The cluster as it was.
    pub was: Cluster,
    /// Other accounts that may restore it.
    pub access: Vec<String>,
    pub tags: Vec<Tag>,
}

pub const DAY: i64 = 86_400_000_000;
/// Megabytes a second: the rate in the guide's example.
const RATE: f64 = 13.0011;

impl Snapshot {
    pub fn arn(&self, account: &str) -> String {
        format!("arn:aws:redshift:{}:{account}:snapshot:{}/{}", self.region, self.cluster, self.identifier)
    }

    /// When it goes by itself: a day count that is over. `None` when it is kept for good.
    pub fn expires(&self) -> Option<Instant> {
        (self.retention >= 0).then(|| Instant(self.retention_start.0 + self.retention * DAY))
    }

    /// Members in model order.
    pub fn value(&self, account: &str, now: Instant) -> Value {
        let was = &self.was;
        let manual = self.kind == Kind::Manual;
        let mut value = json!({
            "SnapshotIdentifier": self.identifier,
            "ClusterIdentifier": self.cluster,
            "SnapshotCreateTime": iso(self.created),
            "Status": match (self.finished, self.last) {
                (true, _) => "available",
                (false, true) => "final snapshot",
                (false, false) => "creating",
            },
            "Port": was.port,
            "AvailabilityZone": was.zone,
            "ClusterCreateTime": iso(was.created),
            "MasterUsername": was.admin,
            "ClusterVersion": "1.0",
            "SnapshotType": if manual { "manual" } else { "automated" },
            "NodeType": was.node_type,
            "NumberOfNodes": was.nodes,
            "DBName": was.database,
            "VpcId": "vpc-0123abcd",
            "Encrypted": was.encrypted,
            "EncryptedWithHSM": false,
        });
        if !self.access.is_empty() {
            let accounts = self.access.iter().map(|account| json!({"AccountId": account}));
            value["AccountsWithRestoreAccess"] = accounts.collect();
        }
        let span = (self.ready.0 - self.created.0).max(1) as f64;
        let elapsed = (now.0.min(self.ready.0) - self.created.0).max(0);
        let done = if self.finished { 1.0 } else { elapsed as f64 / span };
        let left = if self.finished { 0 } else { (self.ready.0 - now.0).max(0) / 1_000_000 };
        let rate = if self.added == 0 || self.finished { 0.0 } else { RATE };
        let rest = json!({
            "OwnerAccount": account,
            "TotalBackupSizeInMegaBytes": megabytes(self.bytes as f64),
            "ActualIncrementalBackupSizeInMegaBytes": megabytes(self.added as f64),
            "BackupProgressInMegaBytes": megabytes(self.added as f64 * done),
            "CurrentBackupRateInMegaBytesPerSecond": rate,
            "EstimatedSecondsToCompletion": left,
            "ElapsedTimeInSeconds": elapsed / 1_000_000,
        });
        put(&mut value, rest);
        if let Some(region) = &self.copied {
            value["SourceRegion"] = json!(region);
        }
        value["Tags"] = tag::values(&self.tags);
        value["RestorableNodeTypes"] = json!([was.node_type]);
        value["EnhancedVpcRouting"] = json!(was.enhanced_routing);
        value["MaintenanceTrackName"] = json!(was.track);
        if manual {
            value["ManualSnapshotRetentionPeriod"] = json!(self.retention);
            if let Some(end) = self.expires() {
                value["ManualSnapshotRemainingDays"] = json!(((end.0 - now.0).max(0) + DAY - 1) / DAY);
            }
        }
        value["SnapshotRetentionStartTime"] = json!(iso(self.retention_start));
        value["SnapshotArn"] = json!(self.arn(account));
        value
    }
}

/// To the tenth of a kilobyte.
pub fn megabytes(bytes: f64) -> f64 {
    (bytes / 1_048_576.0 * 10_000.0).round() / 10_000.0
}

/// The snapshot of this name that lies in `region`, of this cluster if one is named.
pub fn find<'a>(
    account: &'a Account,
    region: &str,
    name: &str,
    cluster: Option<&str>,
) -> Option<&'a Snapshot> {
    account.redshift.snapshots.iter().find(|one| {
        one.region == region
            && one.identifier.eq_ignore_ascii_case(name)
            && cluster.is_none_or(|cluster| one.cluster.eq_ignore_ascii_case(cluster))
    })
}

/// A name that no snapshot of the region has, of an account that may have another one.
pub fn free_name(account: &Account, region: &str, name: &str) -> Result<String, RedshiftFault> {
    let name = identifier::checked("SnapshotIdentifier", name, 255)?;
    if find(account, region, &name, None).is_some() {
        return Err(RedshiftFault::new(
            Code::SnapshotExists,
            format!(
                "Cannot create the snapshot because a snapshot with the identifier {name} already exists"
            ),
        ));
    }
    let manual = |one: &&Snapshot| one.kind == Kind::Manual && one.region == region;
    if account.redshift.snapshots.iter().filter(manual).count() >= 20 {
        // unconfirmed: the sentence.
        return Err(RedshiftFault::new(
            Code::SnapshotQuota,
            "The request would result in the user exceeding the allowed number of cluster snapshots.",
        ));
    }
    Ok(name)
}

/// Bytes of a manifest's blocks, and of those that `before` does not hold.
pub fn sizes(manifest: &Manifest, before: Option<&Manifest>) -> (u64, u64) {
    let known: SortedSet<u64> = before.into_iter().flat_map(Manifest::blocks).map(|block| block.id).collect();
    let mut bytes = (0, 0);
    for block in manifest.blocks() {
        bytes.0 += block.stored_bytes();
        if !known.contains(&block.id) {
            bytes.1 += block.stored_bytes();
        }
    }
    bytes
}

/// Seconds that writing so many bytes takes. The half minute is unconfirmed: small snapshots take about that.
pub fn duration(bytes: u64) -> i64 {
    30_000_000 + (bytes as f64 / 1_048_576.0 / RATE * 1_000_000.0) as i64
}

/// Changes of so many bytes a node bring the next automated snapshot forward, but not nearer to the last.
const CHANGES: u64 = 5 << 30;
const APART: i64 = 15 * 60_000_000;

/// When the next automated snapshot comes, if what has changed since the last is so much that it comes earlier than
/// at its hour. A schedule of one's own knows its moments only.
pub fn hastened(account: &Account, id: WarehouseId, manifest: &Manifest, now: Instant) -> Option<Instant> {
    let cluster = account.redshift.clusters.iter().find(|one| one.warehouse == id)?;
    let most = CHANGES * u64::from(cluster.nodes);
    let saved =
        || manifest.tables().filter(|table| table.backup).flat_map(crate::warehouse::catalog::Table::blocks);
    if cluster.schedule.is_some()
        || cluster.automated_retention == 0
        || saved().map(Block::stored_bytes).sum::<u64>() < most
    {
        return None;
    }
    let mut all = account.redshift.snapshots.iter().rev();
    let own = |one: &&Snapshot| one.warehouse == id && one.kind == Kind::Automated && one.copied.is_none();
    let last = all.find(own);
    let before = last.and_then(|one| account.vault.get(one.contents));
    let known: SortedSet<u64> = before.iter().flat_map(|kept| kept.blocks()).map(|block| block.id).collect();
    let changed: u64 = saved().filter(|block| !known.contains(&block.id)).map(Block::stored_bytes).sum();
    let at = last.map_or(now, |last| Instant(now.0.max(last.created.0 + APART)));
    (changed >= most && at < cluster.next_snapshot).then_some(at)
}

/// Takes one of what the warehouse holds now; its serial number. Without a name it is the automated one.
pub fn take(
    account: &mut Account,
    warehouse: WarehouseId,
    kind: Kind,
    name: Option<&str>,
    now: Instant,
) -> u64 {
    let redshift = &mut account.redshift;
    let Some(cluster) = redshift.clusters.iter().find(|one| one.warehouse == warehouse).cloned() else {
        return 0;
    };
    let Some(manifest) = account.holdings.get(&warehouse) else { return 0 };
    let earlier =
        redshift.snapshots.iter().rev().find(|one| one.warehouse == warehouse && one.copied.is_none());
    let before = earlier.and_then(|one| account.vault.get(one.contents)).cloned();
    let contents = account.vault.keep(warehouse, manifest);
    let Some(kept) = account.vault.get(contents) else { return 0 };
    let (bytes, added) = sizes(kept, before.as_deref());
    redshift.serial += 1;
    let serial = redshift.serial;
    // Two of one second (the clock may stand still between them) have two names all the same.
    let named = |seconds: i64| {
        let moment =
            crate::aws::timestamp::plain(Instant(now.0 + seconds * 1_000_000)).replace([' ', ':'], "-");
        format!("rs:{}-{moment}", cluster.identifier)
    };
    let taken = |name: &String| redshift.snapshots.iter().any(|one| one.identifier == *name);
    let automated = || (0..60).map(named).find(|name| !taken(name)).unwrap_or_default();
    let identifier = name.map_or_else(automated, str::to_owned);
    let retention = match kind {
        Kind::Automated => cluster.automated_retention,
        Kind::Manual => cluster.manual_retention,
    };
    redshift.snapshots.push(Snapshot {
        serial,
        identifier,
        region: cluster.region.clone(),
        cluster: cluster.identifier.clone(),
        warehouse,
        kind,
        created: now,
        ready: Instant(now.0 + duration(added)),
        finished: false,
        last: false,
        copied: None,
        contents,
        bytes,
        added,
        retention,
        retention_start: now,
        tags: Vec::new(),
        access: Vec::new(),
        was: cluster,
    });
    serial
}
