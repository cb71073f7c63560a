//! The warehouse as one value.
//!
//! Everything a statement can see hangs off a manifest of shared, immutable parts. A transaction works on a
//! copy and swaps it in at COMMIT; a snapshot keeps one; a lab's check runs on one and throws it away. All
//! three are the same cheap clone.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::access::{GroupId, Principals, UserId};
use super::catalog::{Catalog, Table};
use super::storage::Block;
use crate::clock::Instant;
use crate::sorted::{SortedMap, SortedSet};

/// All state of one cluster's warehouse at one moment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    pub catalog: Catalog,
    pub principals: Arc<Principals>,
    /// Counts commits; a transaction remembers the one it began from.
    pub version: u64,
    /// Groups that one session's user is in for as long as the session lasts. Never committed.
    #[serde(skip)]
    pub lent: Option<Arc<Lent>>,
}

/// Memberships that temporary credentials bring along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lent {
    pub user: UserId,
    pub groups: SortedSet<GroupId>,
}

impl Manifest {
    /// Every block of every table.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.tables().flat_map(Table::blocks)
    }

    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        let relations = self.catalog.databases.values().flat_map(|database| database.relations.values());
        relations.filter_map(|relation| relation.table())
    }

    /// Whether `user` is in the group, for good or for this session.
    pub fn is_member(&self, user: UserId, group: GroupId) -> bool {
        let for_good = |found: &super::access::Group| found.id == group && found.members.contains(&user);
        let lent = self.lent.as_deref().filter(|lent| lent.user == user);
        self.principals.groups.values().any(for_good) || lent.is_some_and(|lent| lent.groups.contains(&group))
    }
}

/// The number of a warehouse in its account. It stays when a cluster gets another name, and is never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WarehouseId(pub u32);

impl WarehouseId {
    /// No warehouse: what is left when the last one was deleted.
    pub const NONE: WarehouseId = WarehouseId(0);
    /// The one that an account begins with.
    pub const FIRST: WarehouseId = WarehouseId(1);
}

/// What each warehouse of an account holds.
pub type Holdings = SortedMap<WarehouseId, Arc<Manifest>>;

/// A cluster's warehouse: the committed manifest and what is kept beside it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Warehouse {
    pub id: WarehouseId,
    /// The cluster's present name.
    pub cluster: String,
    /// How often its connections had been cut when those of now were made.
    pub cuts: u32,
    pub committed: Arc<Manifest>,
    pub created: Instant,
    /// The next number for blocks, queries and transactions; never reused.
    pub next_block: u64,
    pub next_query: u64,
    pub next_transaction: u64,
    /// Shared, so that a running query reads the log as it was when the query began.
    pub logs: Arc<Logs>,
}

/// What statements leave behind in the system's logs, by relation name (`stl_load_errors`, `stl_query`, ...):
/// rows in the order they happened, cells in the relation's column order. Not undone by a rollback.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Logs {
    pub rows: SortedMap<String, Vec<Vec<super::value::Value>>>,
}

impl Warehouse {
    /// One that holds `committed` and in which nothing has run.
    pub fn holding(id: WarehouseId, cluster: &str, committed: Arc<Manifest>, created: Instant) -> Self {
        Warehouse {
            id,
            cluster: cluster.to_owned(),
            cuts: 0,
            committed,
            created,
            next_block: 0,
            next_query: 0,
            next_transaction: 1_000,
            logs: Arc::default(),
        }
    }

    /// Goes on counting where `other` stopped, so that numbers stay unique when one takes the other's place:
    /// a store that keeps blocks by number never finds two contents under one.
    pub fn continue_numbers(&mut self, other: &Warehouse) {
        self.next_block = self.next_block.max(other.next_block);
        self.next_query = self.next_query.max(other.next_query);
        self.next_transaction = self.next_transaction.max(other.next_transaction);
    }
}
