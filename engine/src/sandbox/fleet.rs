//! The account's warehouses: one for each cluster and each serverless namespace.
//!
//! The sandbox works in one at a time, [`Sandbox::warehouse`], with its sessions beside it; the others lie in
//! `elsewhere` and change places with it for the time of one call. So everything a statement touches is where it
//! would be if there were no other, and numbers of blocks go on counting from one to the next.
//!
//! What AWS does to a warehouse (a restore, a new password) and what it reads of one (a snapshot) goes by way of
//! [`Holdings`]: the account is lent all manifests for one call and what it changed is taken over afterwards.

use std::sync::Arc;

use super::{Sandbox, activity, serial, transaction};
use crate::aws::Account;
use crate::clock::Instant;
use crate::sorted::SortedMap;
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::session::{Session, SessionId};
use crate::sql::statement::Statement;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::{Holdings, Manifest, Warehouse, WarehouseId};
use crate::warehouse::password::Password;

/// A warehouse that is not being worked in, with all that belongs to it.
#[derive(Clone)]
pub(super) struct Station {
    pub warehouse: Warehouse,
    pub(super) sessions: SortedMap<SessionId, Session>,
    deeds: serial::Deeds,
    pub(super) inflight: SortedMap<SessionId, activity::Inflight>,
}

impl Station {
    pub(super) fn quiet(warehouse: Warehouse) -> Self {
        let (sessions, inflight) = (SortedMap::new(), SortedMap::new());
        Station { warehouse, sessions, deeds: serial::Deeds::default(), inflight }
    }

    /// Ends every session.
    fn cut(&mut self) {
        *self = Station::quiet(std::mem::replace(&mut self.warehouse, nothing()));
    }
}

/// What stands in the place of a warehouse when there is none.
pub(super) fn nothing() -> Warehouse {
    let nobody = Identifier::fold("nobody");
    let manifest = Manifest::with_admin(super::DATABASE, nobody, Password::Disabled);
    Warehouse::holding(WarehouseId::NONE, "", Arc::new(manifest), Instant(0))
}

impl Sandbox {
    /// The warehouses of the account, the present one first.
    pub(super) fn warehouses(&self) -> impl Iterator<Item = &Warehouse> {
        let present = (self.warehouse.id != WarehouseId::NONE).then_some(&self.warehouse);
        present.into_iter().chain(self.elsewhere.values().map(|station| &station.warehouse))
    }

    /// The number of the warehouse behind a cluster's name, or a workgroup's.
    pub fn warehouse_called(&self, name: &str) -> Option<WarehouseId> {
        self.account.site_called(name).map(|site| site.warehouse)
    }

    /// Makes another warehouse the present one; `false` when there is none of this number.
    pub fn select(&mut self, id: WarehouseId) -> bool {
        if self.warehouse.id == id {
            return true;
        }
        let Some(there) = self.elsewhere.remove(&id) else { return false };
        let next_block = self.warehouse.next_block;
        let here = Station {
            warehouse: std::mem::replace(&mut self.warehouse, there.warehouse),
            sessions: std::mem::replace(&mut self.sessions, there.sessions),
            deeds: std::mem::replace(&mut self.deeds, there.deeds),
            inflight: std::mem::replace(&mut self.inflight, there.inflight),
        };
        self.warehouse.next_block = self.warehouse.next_block.max(next_block);
        if here.warehouse.id != WarehouseId::NONE {
            self.elsewhere.insert(here.warehouse.id, here);
        }
        true
    }

    /// Works in another warehouse and comes back; `None` when there is none of this number.
    pub fn within<T>(&mut self, id: WarehouseId, work: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let before = self.warehouse.id;
        if !self.select(id) {
            return None;
        }
        let result = work(self);
        self.select(before);
        Some(result)
    }

    /// Works in the warehouse that a session is of; in the present one when there is no such session.
    pub(super) fn beside<T>(&mut self, session: SessionId, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.warehouse.id;
        if !self.sessions.contains_key(&session) {
            let found = self.elsewhere.iter().find(|(_, station)| station.sessions.contains_key(&session));
            if let Some(id) = found.map(|(id, _)| *id) {
                self.select(id);
            }
        }
        let result = work(self);
        if self.warehouse.id != before {
            self.select(before);
        }
        result
    }

    pub(super) fn session_elsewhere(&self, session: SessionId) -> Option<&Session> {
        self.elsewhere.values().find_map(|station| station.sessions.get(&session))
    }

    /// Lets the account work with everything that its warehouses hold.
    pub(super) fn with_account<T>(&mut self, work: impl FnOnce(&mut Account, &mut super::Disk) -> T) -> T {
        let holdings: Holdings =
            self.warehouses().map(|warehouse| (warehouse.id, warehouse.committed.clone())).collect();
        let account = Arc::make_mut(&mut self.account);
        account.holdings = holdings;
        let result = work(account, &mut self.disk);
        let holdings = std::mem::take(&mut account.holdings);
        self.follow(holdings);
        result
    }

    /// Takes over what the account made of its warehouses: some are new, some are gone, some hold something else,
    /// some have lost their connections.
    fn follow(&mut self, holdings: Holdings) {
        let now = self.clock.now();
        for (id, manifest) in &holdings {
            let known = if self.warehouse.id == *id {
                Some(&mut self.warehouse)
            } else {
                self.elsewhere.get_mut(id).map(|station| &mut station.warehouse)
            };
            match known {
                Some(known) if Arc::ptr_eq(&known.committed, manifest) => {}
                Some(known) => known.committed = manifest.clone(),
                None => {
                    let warehouse = Warehouse::holding(*id, "", manifest.clone(), now);
                    self.elsewhere.insert(*id, Station::quiet(warehouse));
                }
            }
        }
        self.elsewhere.retain(|id, _| holdings.contains_key(id));
        let account = self.account.clone();
        for station in self.elsewhere.values_mut() {
            if let Some((name, cuts)) = account.connection(station.warehouse.id) {
                if station.warehouse.cuts != cuts {
                    station.cut();
                }
                station.warehouse.cluster = name;
                station.warehouse.cuts = cuts;
            }
        }
        if !holdings.contains_key(&self.warehouse.id) {
            let next_block = self.warehouse.next_block;
            let name = std::mem::take(&mut self.warehouse.cluster);
            self.warehouse = Warehouse { next_block, cluster: name, ..nothing() };
            self.end_all_sessions();
            if let Some(id) = self.elsewhere.keys().next().copied() {
                self.select(id);
            }
        } else if let Some((name, cuts)) = account.connection(self.warehouse.id) {
            if self.warehouse.cuts != cuts {
                self.end_all_sessions();
            }
            self.warehouse.cluster = name;
            self.warehouse.cuts = cuts;
        }
    }

    /// While a classic resize moves its rows, a cluster only reads.
    ///
    /// # Errors
    /// unconfirmed: state and sentence; the guide says that writes fail.
    pub(super) fn must_take_writes(&self, statement: &Statement) -> SqlResult<()> {
        let reads_only = self.account.site(self.warehouse.id).is_some_and(|site| site.reads_only);
        if reads_only && transaction::changes(statement) {
            return Err(SqlError::product("25006", "cluster is read-only while it is being resized"));
        }
        Ok(())
    }

    fn end_all_sessions(&mut self) {
        self.sessions.clear();
        self.inflight.clear();
        self.deeds = serial::Deeds::default();
    }

    /// The database that clients of the present warehouse get into.
    pub fn database(&self) -> Identifier {
        Identifier::fold(self.account.site(self.warehouse.id).map_or(super::DATABASE, |site| site.database))
    }

    /// Whether clients reach the present warehouse.
    ///
    /// # Errors
    /// What libpq says when it does not get through.
    pub(super) fn must_answer(&self) -> SqlResult<()> {
        let Some(site) = self.account.site(self.warehouse.id) else {
            return Err(unknown_host(&self.warehouse.cluster));
        };
        if site.answers {
            return Ok(());
        }
        let (host, port) = (&site.address, site.port);
        Err(unreachable_server(
            format!(
                "could not connect to server: Connection timed out\n\tIs the server running on host \"{host}\" and accepting\n\tTCP/IP connections on port {port}?"
            ),
            "The cluster is not available: aws redshift describe-clusters shows its status.",
        ))
    }
}

/// The name of a cluster that does not exist is one that no server knows.
pub(super) fn unknown_host(cluster: &str) -> SqlError {
    let host = format!("{cluster}.{}.redshift.amazonaws.com", super::REGION);
    unreachable_server(
        format!("could not translate host name \"{host}\" to address: Name or service not known"),
        "There is no such cluster (any more).",
    )
}

/// 08001 is what drivers report for it; libpq itself gives no SQLSTATE, so the code is unconfirmed.
fn unreachable_server(message: String, hint: &str) -> SqlError {
    SqlError::new(SqlErrorKind::Product {
        state: "08001",
        message,
        detail: None,
        hint: Some(hint.to_owned()),
    })
}
