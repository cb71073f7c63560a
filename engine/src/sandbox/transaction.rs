//! A session's transaction: opened, committed, aborted.
//!
//! A session works on its own copy of the manifest from BEGIN on; COMMIT puts what it changed upon what others
//! committed meanwhile. Temporary tables never leave the session.

use std::sync::Arc;

use super::Sandbox;
use crate::clock::Instant;
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::session::{Session, SessionId, Temporary, Transaction};
use crate::sql::statement::Statement;
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::commit;
use crate::warehouse::manifest::Manifest;

impl Sandbox {
    /// COMMIT of an open transaction.
    pub(super) fn commit_open(&mut self, id: SessionId) -> SqlResult<()> {
        let Some(session) = self.sessions.get_mut(&id) else { return Ok(()) };
        match std::mem::replace(&mut session.transaction, Transaction::None) {
            Transaction::Open { base, working, .. } => self.commit_manifest(id, &base, &working),
            Transaction::None | Transaction::Aborted => Ok(()),
        }
    }

    /// Makes a session's copy everybody's, but for its temporary tables.
    pub(super) fn commit_manifest(
        &mut self,
        id: SessionId,
        base: &Manifest,
        working: &Manifest,
    ) -> SqlResult<()> {
        let transaction = self.warehouse.next_transaction;
        let Some(session) = self.sessions.get_mut(&id) else {
            return Err(SqlError::bug("a commit without a session"));
        };
        let (mut base, mut working) = (base.clone(), working.clone());
        Temporary::take_from(&mut base, &session.database, &session.temporary_schema);
        let temporary = Temporary::take_from(&mut working, &session.database, &session.temporary_schema);
        let merged = commit::merge(&base, &working, &self.warehouse.committed)
            .map_err(|conflict| serialization_conflict(conflict.relation, transaction))?;
        session.temporary = temporary;
        self.warehouse.committed = Arc::new(merged);
        Ok(())
    }

    /// A statement failed: an open transaction takes nothing more until it is ended.
    pub(super) fn abort(&mut self, session: SessionId) {
        if let Some(session) = self.sessions.get_mut(&session)
            && matches!(session.transaction, Transaction::Open { .. })
        {
            session.transaction = Transaction::Aborted;
        }
    }
}

/// BEGIN, COMMIT and ROLLBACK; `None` for every other statement. COMMIT's merge is the caller's.
pub(super) fn transaction_statement(
    statement: &Statement,
    session: &mut Session,
    committed: &Arc<Manifest>,
    now: Instant,
) -> SqlResult<Option<Completion>> {
    let done = |tag: &str, notice: Option<&str>| {
        Ok(Some(Completion {
            tag: tag.to_owned(),
            notices: notice.map(str::to_owned).into_iter().collect(),
            ..Completion::default()
        }))
    };
    match (statement, &session.transaction) {
        (Statement::Begin, Transaction::None) => {
            let mut manifest = (**committed).clone();
            session.temporary.put_into(&mut manifest, &session.database);
            let manifest = Arc::new(manifest);
            session.transaction =
                Transaction::Open { base: manifest.clone(), working: manifest, started: now };
            done("BEGIN", None)
        }
        (Statement::Begin, Transaction::Open { .. }) => {
            done("BEGIN", Some("WARNING:  there is already a transaction in progress"))
        }
        (Statement::Commit, Transaction::Open { .. }) => done("COMMIT", None),
        (Statement::Commit | Statement::Rollback, Transaction::Aborted)
        | (Statement::Rollback, Transaction::Open { .. }) => {
            session.transaction = Transaction::None;
            done("ROLLBACK", None)
        }
        (Statement::Commit, Transaction::None) => {
            done("COMMIT", Some("WARNING:  there is no transaction in progress"))
        }
        (Statement::Rollback, Transaction::None) => {
            done("ROLLBACK", Some("WARNING:  there is no transaction in progress"))
        }
        _ => Ok(None),
    }
}

/// The product's text for a write conflict (error 1023).
fn serialization_conflict(relation: Option<ObjectId>, transaction: u64) -> SqlError {
    let table = relation.map_or(0, |id| id.0);
    SqlError::new(SqlErrorKind::Product {
        state: "40001",
        message: "1023".to_owned(),
        detail: Some(format!(
            "Serializable isolation violation on table - {table}, transactions forming the cycle are: {transaction} (pid:0)"
        )),
        hint: Some("Another session changed the same table. Run the transaction again.".to_owned()),
    })
}
