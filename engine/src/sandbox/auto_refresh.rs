//! AUTO REFRESH of materialized views: after the statement that made one stale, and before its answer ends.
//!
//! The product refreshes in the background as soon as it finds time; here is no background, so the statement
//! that changed a base table waits for it. A refresh is stepped like the statement it follows, in a session of its
//! own, and one that fails leaves the view stale without troubling anybody.

use super::statement::Running;
use super::{DATABASE, Sandbox};
use crate::sql::commands::materialized_view::is_stale;
use crate::sql::error::{Span, SqlResult};
use crate::sql::outcome::{Completion, Step};
use crate::sql::session::{SessionId, Transaction};
use crate::sql::statement::{ParsedStatement, Statement};
use crate::warehouse::identifier::{Identifier, QualifiedName};

/// Refreshes that follow a finished statement.
pub(super) struct Trailing {
    completion: Completion,
    session: SessionId,
    left: Vec<QualifiedName>,
    child: Option<Box<Running>>,
}

impl Sandbox {
    /// What is to follow a statement that has just finished: `None` when nothing became stale, or when it is not
    /// committed yet.
    pub(super) fn trailing(&mut self, session: SessionId, completion: &Completion) -> Option<Trailing> {
        let state = self.sessions.get(&session)?;
        if state.inside.depth > 0 || !matches!(state.transaction, Transaction::None) {
            return None;
        }
        let database = self.warehouse.committed.catalog.database(&Identifier::fold(DATABASE))?;
        let waits = |relation: &crate::warehouse::catalog::Relation| {
            relation.materialized().is_some_and(|found| {
                // unconfirmed: what lies outside is read anew when somebody asks for it, and not after each statement.
                found.auto_refresh && !found.outside && is_stale(found, database)
            })
        };
        let left: Vec<QualifiedName> = database
            .relations
            .values()
            .filter(|relation| waits(relation))
            .map(|relation| relation.qualified_name())
            .collect();
        if left.is_empty() {
            return None;
        }
        // The service's own user, whom no login knows and every right belongs to.
        let session = self.connect("rdsdb", None).ok()?;
        Some(Trailing { completion: completion.clone(), session, left, child: None })
    }

    pub(super) fn step_trailing(
        &mut self,
        running: &mut Running,
        mut trailing: Box<Trailing>,
    ) -> SqlResult<Step> {
        let over = match &mut trailing.child {
            Some(child) => !matches!(self.step(child), Ok(Step::Running(_) | Step::Rows(_))),
            None => true,
        };
        if over {
            // One that would have to wait for somebody is left, and the view stays stale.
            if let Some(child) = trailing.child.take() {
                self.cancel(*child);
            }
            let Some(name) = trailing.left.pop() else {
                self.disconnect(trailing.session);
                return Ok(Step::Done(trailing.completion));
            };
            let text = format!("REFRESH MATERIALIZED VIEW {name}");
            let span = Span { start: 0, end: text.len() };
            let statement =
                ParsedStatement { statement: Statement::RefreshMaterializedView { name }, span, text };
            trailing.child = self.start(trailing.session, &statement).ok().map(Box::new);
        }
        running.trailing = Some(trailing);
        Ok(Step::Running(Default::default()))
    }
}
