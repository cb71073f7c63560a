//! What ends a statement from outside: CANCEL of another session, `statement_timeout`, the end of its session.

use std::sync::Arc;

use super::history::push;
use super::statement::Running;
use super::{Sandbox, priority, step_history};
use crate::sql::error::{Canceled, Canceler, SqlError, SqlErrorKind, SqlResult};
use crate::sql::execute::Signal;
use crate::sql::session::SessionId;
use crate::warehouse::value::Value;

impl Sandbox {
    /// Delivers what a statement that succeeded sent to other sessions.
    pub(super) fn deliver(&mut self, running: &mut Running) {
        for (process, signal) in running.signals() {
            let session = SessionId(process);
            let (now, user) = (self.clock.now().0, running.user().0 as i32);
            let ends = match signal {
                Signal::Terminate => Some("TERMINATE"),
                Signal::Cancel(_) => Some("CANCEL"),
                Signal::Rank(..) => None,
            };
            if let Some(kind) = ends {
                let row = vec![
                    Value::Integer(process as i32),
                    Value::Timestamp(now),
                    Value::Integer(user),
                    Value::string(kind),
                ];
                push(Arc::make_mut(&mut self.warehouse.logs), "svl_terminate", row);
            }
            match signal {
                // A session that runs nothing has nothing to cancel.
                Signal::Cancel(message) => {
                    if let Some(inflight) = self.inflight.get_mut(&session) {
                        inflight.canceled = Some(message.map_or(Canceler::User, Canceler::Message));
                    }
                }
                Signal::Terminate => self.disconnect(session),
                Signal::Rank(whom, rank) => {
                    priority::give(Arc::make_mut(&mut self.warehouse.logs), whom, rank);
                }
            }
        }
    }

    /// # Errors
    /// 57014 for a statement that another session canceled or whose time is over, 57P01 when its session is gone.
    pub(super) fn must_go_on(&self, running: &Running) -> SqlResult<()> {
        if !self.sessions.contains_key(&running.session) {
            return Err(terminated());
        }
        match self.inflight.get(&running.session).and_then(|inflight| inflight.canceled.clone()) {
            Some(by) => Err(SqlError::new(SqlErrorKind::Canceled(Canceled { query: running.query(), by }))),
            None => self.must_be_in_time(running),
        }
    }

    /// Milliseconds that it may take, where its session has set some.
    fn limit_of(&self, running: &Running) -> Option<i64> {
        let setting = self.sessions.get(&running.session)?.settings.get("statement_timeout")?;
        setting.parse::<i64>().ok().filter(|limit| *limit > 0)
    }

    /// Microseconds until the timeout of a statement that waits ends it.
    pub fn time_left(&mut self, running: &Running) -> Option<i64> {
        self.beside(running.session, |sandbox| {
            let passed = sandbox.clock.now().0 - running.started().0;
            Some((sandbox.limit_of(running)?.saturating_mul(1_000) - passed).max(0) + 1)
        })
    }

    /// Time is simulated: what passed on the account's clock, and what the plan's work so far would have taken.
    pub(super) fn must_be_in_time(&self, running: &Running) -> SqlResult<()> {
        let Some(limit) = self.limit_of(running) else { return Ok(()) };
        let worked = self.account_of(running).map_or(0, |account| step_history::elapsed(&account));
        if self.clock.now().0 - running.started().0 + worked <= limit.saturating_mul(1_000) {
            return Ok(());
        }
        let by = Canceler::Timeout(limit);
        Err(SqlError::new(SqlErrorKind::Canceled(Canceled { query: running.query(), by })))
    }
}

/// What a session is told that somebody terminated.
pub(super) fn terminated() -> SqlError {
    SqlError::product("57P01", "terminating connection due to administrator command")
}
