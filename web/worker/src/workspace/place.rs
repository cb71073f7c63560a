//! Which of the account's warehouses the page talks to, and the page's sessions there.
//!
//! The page's choice is not the account's present warehouse: that is the one a lab means by `admin`, wherever its
//! learner looks. Whatever the page asks of a warehouse is done in the chosen one, and then the account is as before.

use sandshift_engine::sandbox::Sandbox;
use sandshift_engine::sql::error::SqlError;
use sandshift_engine::sql::session::SessionId;
use sandshift_engine::warehouse::manifest::WarehouseId;
use sandshift_protocol::{AccountState, EventKind, SqlFailure};

use super::Workspace;
use crate::account::account;
use crate::failure::failure;

/// Where the choice is kept, beside what the page keeps.
pub(super) const KEPT: &str = "warehouse";

/// A cluster or workgroup by the name that clients know.
#[derive(Default)]
pub(super) struct Place {
    name: String,
    id: Option<WarehouseId>,
}

impl Workspace {
    /// The warehouse that was chosen last, else the one that the account begins with.
    pub(super) fn settle_down(&mut self) {
        let present = self
            .sandbox
            .account
            .site(self.sandbox.warehouse.id)
            .map(|site| site.name.to_owned())
            .unwrap_or_default();
        let name = self.kept.get(KEPT).cloned().unwrap_or(present);
        self.place = Place { id: self.sandbox.warehouse_called(&name), name };
    }

    pub(super) fn choose_warehouse(&mut self, id: u32, name: String) {
        self.kept.insert(KEPT.to_owned(), name);
        self.settle_down();
        self.changed = true;
        self.tell_account(id);
    }

    /// A warehouse that is renamed stays chosen, and so does a name whose cluster is deleted and restored.
    fn look_around(&mut self) {
        let known =
            self.place.id.and_then(|id| self.sandbox.account.site(id)).map(|site| site.name.to_owned());
        match known {
            Some(name) if name == self.place.name => {}
            Some(name) => {
                self.kept.insert(KEPT.to_owned(), name.clone());
                self.place.name = name;
            }
            None => self.place.id = self.sandbox.warehouse_called(&self.place.name),
        }
    }

    /// Works in the chosen warehouse; in the account's present one when that does not exist.
    pub(super) fn there<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.look_around();
        let before = self.sandbox.warehouse.id;
        let there = self.place.id.unwrap_or(before);
        self.sandbox.select(there);
        let result = work(self);
        // What was done may have been the end of either.
        self.sandbox.select(before);
        result
    }

    /// A copy of the account whose present warehouse is the chosen one.
    pub(super) fn copy_there(&mut self) -> Sandbox {
        self.there(|workspace| workspace.sandbox.clone())
    }

    pub(super) fn tell_account(&mut self, id: u32) {
        let account = self.account();
        self.tell(id, EventKind::Account { account });
    }

    pub(super) fn account(&mut self) -> AccountState {
        self.there(|workspace| {
            let here = workspace.sandbox.warehouse.id;
            let sessions = workspace.sessions.iter().filter(|((at, _), _)| *at == here);
            let sessions = sessions.map(|((_, user), id)| (user.as_str(), *id));
            account(&mut workspace.sandbox, sessions, &workspace.place.name)
        })
    }

    /// A failed statement, with what the chosen warehouse knows of a refusal.
    pub(super) fn failure(&mut self, error: &SqlError, script: &str) -> SqlFailure {
        self.there(|workspace| failure(error, script, &workspace.sandbox))
    }

    /// The page's session of `user`, opened when there is none or the one there was is of a user dropped since.
    pub(super) fn session(&mut self, user: &str) -> Result<SessionId, SqlError> {
        if let Some(id) = self.open_session(user) {
            return Ok(id);
        }
        let id = self.connect(user, None)?;
        self.sit_down(user, id);
        Ok(id)
    }

    pub(super) fn connect(&mut self, user: &str, password: Option<&str>) -> Result<SessionId, SqlError> {
        self.sandbox.connect_to(&self.place.name, user, password)
    }

    /// The session that the page has open as this user, if it still is that user's.
    pub(super) fn open_session(&mut self, user: &str) -> Option<SessionId> {
        self.look_around();
        let key = (self.place.id?, user.to_owned());
        let id = *self.sessions.get(&key)?;
        if self.there(|workspace| workspace.is_of(id, user)) {
            return Some(id);
        }
        self.sandbox.disconnect(id);
        self.sessions.remove(&key);
        None
    }

    /// Takes a session for the page's as this user in the chosen warehouse, in the place of the one there was.
    pub(super) fn sit_down(&mut self, user: &str, id: SessionId) {
        let Some(there) = self.place.id else { return };
        if let Some(before) = self.sessions.insert((there, user.to_owned()), id) {
            self.sandbox.disconnect(before);
        }
    }

    /// Whether a session of the present warehouse is still that of the user of this name.
    fn is_of(&self, id: SessionId, user: &str) -> bool {
        let principals = &self.sandbox.warehouse.committed.principals;
        let session = self.sandbox.session(id);
        session
            .and_then(|session| principals.user(session.authenticated))
            .is_some_and(|known| known.name == user)
    }
}
