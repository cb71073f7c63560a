//! DECLARE and CLOSE, and what FETCH may ask for (Developer Guide, "DECLARE" and "FETCH").

use crate::sql::syntax;

use super::{CommandContext, done};
use crate::sql::authorize::authorize;
use crate::sql::bind;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::session::{Cursor, no_cursor};
use crate::sql::statement::FetchCount;
use crate::warehouse::identifier::Identifier;

/// Rows that a cluster of one node, as the sandbox's is, gives in one FETCH.
const MOST_ROWS: u64 = 1_000;

pub(super) fn declare(
    name: &Identifier,
    query: &syntax::Query,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    let bound = bind::query(query, context.scope())?;
    authorize(&bound.needs, context.manifest, context.session)?;
    let declared = context.now;
    let Some(cursors) = context.session.cursors() else {
        return Err(SqlError::product("25P01", "DECLARE CURSOR may only be used in transaction blocks"));
    };
    if cursors.contains_key(name) {
        return Err(SqlError::product("42P03", format!("cursor \"{name}\" already exists")));
    }
    if let Some(open) = cursors.keys().next() {
        // Text and SQLSTATE unconfirmed; the rule is the guide's.
        let message = format!("only one cursor can be open at a time in a session: \"{open}\" is");
        return Err(SqlError::product("0A000", message));
    }
    let query = Some(Box::new(query.clone()));
    cursors.insert(name.clone(), Cursor { query, rows: None, declared, position: 0 });
    done("DECLARE CURSOR")
}

pub(super) fn close(name: &Identifier, context: &mut CommandContext<'_>) -> SqlResult<Completion> {
    let closed = context.session.cursors().and_then(|cursors| cursors.remove(name));
    closed.ok_or_else(|| no_cursor(name))?;
    done("CLOSE CURSOR")
}

/// # Errors
/// More rows than a single node gives at once. SQLSTATE unconfirmed; for ALL the text is too.
pub fn must_be_fetchable(count: FetchCount) -> SqlResult<()> {
    let message = match count {
        FetchCount::Rows(rows) if rows > MOST_ROWS => format!(
            "Fetch size {rows} exceeds the limit of {MOST_ROWS} for a single node configuration. Reduce the client fetch/cache size or upgrade to a multi node installation."
        ),
        FetchCount::Rows(_) => return Ok(()),
        FetchCount::All => "FETCH ALL is not supported for a single node configuration.".to_owned(),
    };
    Err(SqlError::product("0A000", message))
}
