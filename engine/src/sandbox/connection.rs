//! Sessions: opened by a user who proves itself or is trusted, closed without a trace of what was open.

use std::sync::Arc;

use super::fleet::unknown_host;
use super::{DATABASE, Sandbox, history};
use crate::aws::redshift::credentials;
use crate::sorted::SortedMap;
use crate::sql::commands::login;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::functions::LOCAL;
use crate::sql::parameter;
use crate::sql::session::{RandomState, Session, SessionId, Temporary, Timeout, Transaction};
use crate::warehouse::access::UserId;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::{Lent, Manifest};
use crate::warehouse::value::Value;

impl Sandbox {
    /// Opens a session as `user`. With a password it is a login and may be refused; without, it is the
    /// page's "become", which only needs the user to exist.
    ///
    /// # Errors
    /// A cluster that does not answer, a user that does not exist or proves nothing.
    pub fn connect(&mut self, user: &str, password: Option<&str>) -> SqlResult<SessionId> {
        self.keep_up();
        self.must_answer()?;
        let (known, lent) = match password {
            Some(password) => self.log_in(user, password)?,
            None => (login::become_user(&self.warehouse.committed, user)?, None),
        };
        let manifest = self.warehouse.committed.clone();
        if let Some(user) = manifest.principals.user(known) {
            let connected: Vec<UserId> =
                self.sessions.values().map(|session| session.authenticated).collect();
            login::must_have_room(user, &connected)?;
        }
        let id = SessionId(self.next_session);
        let session = self.fresh(id, known, lent);
        let is_superuser = |user: UserId| manifest.principals.user(user).is_some_and(|user| user.superuser);
        if let Some(database) = manifest.catalog.database(&session.database)
            && !is_superuser(known)
        {
            let others = self.sessions.values().filter(|other| other.database == session.database);
            login::must_admit(database, others.filter(|other| !is_superuser(other.authenticated)).count())?;
        }
        self.next_session += 1;
        self.sessions.insert(id, session);
        self.log_connection(id, &["initiating session", "authenticated"]);
        Ok(id)
    }

    /// As [`Sandbox::connect`], to the cluster or workgroup of this name.
    ///
    /// # Errors
    /// As there, and when there is none of this name.
    pub fn connect_to(&mut self, cluster: &str, user: &str, password: Option<&str>) -> SqlResult<SessionId> {
        self.keep_up();
        let found = self.warehouse_called(cluster);
        match found.and_then(|id| self.within(id, |sandbox| sandbox.connect(user, password))) {
            Some(connected) => connected,
            None => Err(unknown_host(cluster)),
        }
    }

    /// Goes to another database, as a client that names one when it connects.
    ///
    /// # Errors
    /// 3D000, and the session is closed.
    pub fn turn_to(&mut self, session: SessionId, database: &str) -> SqlResult<()> {
        let database = Identifier::fold(database);
        if self.warehouse.committed.catalog.database(&database).is_none() {
            self.disconnect(session);
            return Err(SqlError::product("3D000", format!("database \"{database}\" does not exist")));
        }
        if let Some(session) = self.sessions.get_mut(&session) {
            session.database = database;
        }
        Ok(())
    }

    /// A session as it is when it begins.
    fn fresh(&self, id: SessionId, user: UserId, lent: Option<Arc<Lent>>) -> Session {
        let known = self.warehouse.committed.principals.user(user);
        let site = self.account.site(self.warehouse.id);
        let database = site.as_ref().map_or(DATABASE, |site| site.database);
        let mut settings = SortedMap::new();
        for (name, value) in site.iter().flat_map(|site| site.parameters) {
            if parameter::default_of(name).is_some() {
                settings.insert(name.clone(), value.clone());
            }
        }
        for (name, value) in known.iter().flat_map(|user| &user.settings) {
            settings.insert(name.clone(), value.clone());
        }
        let now = self.clock.now();
        // Each session has its own random numbers, all from the account's one seed.
        let mixed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(u64::from(id.0));
        Session {
            id,
            authenticated: user,
            user,
            database: Identifier::fold(database),
            settings,
            transaction: Transaction::None,
            temporary_schema: Identifier::fold(&format!("pg_temp_{}", id.0)),
            temporary: Temporary { lent, ..Temporary::default() },
            random: RandomState::seeded((mixed >> 11) as f64 / (1u64 << 53) as f64),
            started: now,
            last_copy_count: 0,
            last_copy: -1,
            last_unload_count: 0,
            last_unload: -1,
            last_query: -1,
            inside: Default::default(),
            prepared: SortedMap::new(),
            default_iam_role: None,
            namespace: String::new(),
            timeout: known
                .and_then(|user| user.session_timeout)
                .map(|seconds| Timeout { seconds, since: now }),
            locks: Vec::new(),
            wait: None,
            snapshot: None,
        }
    }

    /// SESSION TIMEOUT: one that was idle for longer is gone when its next statement comes. Clients connect again
    /// by themselves, so what follows runs in a session that knows nothing of before.
    ///
    /// # Errors
    /// 57P05, with PostgreSQL 14's text: the product's is unconfirmed.
    pub(super) fn end_idle(&mut self, id: SessionId) -> SqlResult<()> {
        let now = self.clock.now();
        let Some(session) = self.sessions.get_mut(&id) else { return Ok(()) };
        let Some(timeout) = &mut session.timeout else { return Ok(()) };
        let idle = now.0 - std::mem::replace(&mut timeout.since, now).0;
        if idle <= i64::from(timeout.seconds) * 1_000_000 {
            return Ok(());
        }
        let user = session.authenticated;
        self.log_connection(id, &["disconnecting session"]);
        let fresh = self.fresh(id, user, None);
        self.sessions.insert(id, fresh);
        self.log_connection(id, &["initiating session", "authenticated"]);
        Err(SqlError::product("57P05", "terminating connection due to idle-session timeout"))
    }

    /// Who comes in with a password: the user's own, or one that the cluster's API handed out for a while.
    fn log_in(&mut self, name: &str, password: &str) -> SqlResult<(UserId, Option<Arc<Lent>>)> {
        let now = self.clock.now();
        let place =
            self.account.site(self.warehouse.id).map_or_else(String::new, |site| site.name.to_owned());
        let Some(found) = credentials::find(&self.account, &place, name, password, now) else {
            return Ok((login::login(&self.warehouse.committed, name, password, now)?, None));
        };
        let credential = found.clone();
        let own = self.account.site(self.warehouse.id).map_or(DATABASE, |site| site.database).to_owned();
        if credential.database.is_some_and(|database| !database.eq_ignore_ascii_case(&own)) {
            return Err(login::refused(name));
        }
        let groups = credential.groups.iter().map(|group| Identifier::fold(group)).collect::<Vec<_>>();
        let mut manifest = (*self.warehouse.committed).clone();
        let user = Identifier::kept(&credential.user);
        let lent = login::with_credentials(&mut manifest, &user, credential.create, &groups)?;
        if !Arc::ptr_eq(&manifest.principals, &self.warehouse.committed.principals) {
            self.warehouse.next_transaction += 1;
            let number = self.warehouse.next_transaction as i64;
            manifest.version += 1;
            let before = std::mem::replace(&mut self.warehouse.committed, Arc::new(manifest));
            let after = self.warehouse.committed.clone();
            let (before, after) = (&before.principals, &after.principals);
            let place = (now, SessionId(self.next_session), number);
            history::remember_users(&mut self.warehouse.logs, before, after, place);
        }
        Ok((lent.user, (!lent.groups.is_empty()).then(|| Arc::new(lent))))
    }

    /// `stl_connection_log`: who came and went, and how long it stayed.
    fn log_connection(&mut self, id: SessionId, events: &[&str]) {
        let Some(session) = self.sessions.get(&id) else { return };
        let users = &self.warehouse.committed.principals;
        let name = users.user(session.authenticated).map_or("", |user| user.name.as_str());
        let stayed = self.clock.now().0 - session.started.0;
        let logs = Arc::make_mut(&mut self.warehouse.logs);
        for event in events {
            let row = vec![
                Value::string(*event),
                Value::Timestamp(self.clock.now().0),
                Value::string("::ffff:127.0.0.1"),
                Value::string("5439"),
                Value::Integer(id.0 as i32),
                Value::string(session.database.as_str()),
                Value::string(name),
                Value::string("password"),
                Value::BigInt(stayed),
            ];
            history::push(logs, "stl_connection_log", row);
        }
    }

    /// Closes a session: its open transaction is rolled back, its temporary tables are gone.
    pub fn disconnect(&mut self, session: SessionId) {
        self.beside(session, |sandbox| {
            sandbox.remember_undone(session);
            sandbox.log_connection(session, &["disconnecting session"]);
            sandbox.sessions.remove(&session);
            sandbox.inflight.remove(&session);
        });
    }

    /// The session, while it is open.
    pub fn session(&self, session: SessionId) -> Option<&Session> {
        self.sessions.get(&session).or_else(|| self.session_elsewhere(session))
    }

    /// Every open session of the present warehouse, by number.
    pub fn sessions(&self) -> impl Iterator<Item = &Session> {
        self.sessions.values()
    }
}

impl Session {
    /// What functions may ask about the session, by lower-case name: its parameters, and who and where it is.
    pub(crate) fn surroundings(&self, manifest: &Manifest) -> SortedMap<String, String> {
        let name = |id: UserId| {
            manifest.principals.user(id).map_or_else(|| "unknown".to_owned(), |user| user.name.to_string())
        };
        let mut settings = self.settings.clone();
        for (name, value) in parameter::defaults() {
            settings.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
        for (key, value) in [
            ("current_user", name(self.user)),
            ("session_user", name(self.user)),
            ("current_database", self.database.to_string()),
            ("current_aws_account", super::ACCOUNT.to_owned()),
            ("current_namespace", self.namespace.clone()),
            ("pg_backend_pid", self.id.0.to_string()),
            ("default_iam_role", self.default_iam_role.clone().unwrap_or_else(|| "none".to_owned())),
            ("pg_last_copy_count", self.last_copy_count.to_string()),
            ("pg_last_copy_id", self.last_copy.to_string()),
            ("pg_last_unload_count", self.last_unload_count.to_string()),
            ("pg_last_unload_id", self.last_unload.to_string()),
            ("pg_last_query_id", self.last_query.to_string()),
        ] {
            settings.insert(key.to_owned(), value);
        }
        settings
    }

    /// Takes over the parameters that a function (SET_CONFIG) changed in a statement's surroundings.
    pub(crate) fn keep(&mut self, surroundings: &SortedMap<String, String>) {
        for (name, value) in surroundings {
            let first = parameter::default_of(name);
            let now = self.settings.get(name).map(String::as_str).or(first);
            if (first.is_some() || parameter::is_custom(name)) && now != Some(value.as_str()) {
                let local = surroundings.contains_key(&format!("{LOCAL}{name}"));
                self.set(name, Some(value.clone()), local);
            }
        }
    }
}
