//! What REFRESH MATERIALIZED VIEW says, and what `svl_mv_refresh_status` keeps of it.

use std::sync::Arc;

use super::history::push;
use crate::clock::Instant;
use crate::sql::commands::materialized_view::is_stale;
use crate::sql::session::Session;
use crate::warehouse::access::UserId;
use crate::warehouse::catalog::Relation;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::{Logs, Manifest};
use crate::warehouse::value::Value;

/// Nothing had changed.
pub(super) const CURRENT: &str = "MV was already updated";

/// Whether there is something to do, and what to say when it is done (the last text is unconfirmed).
pub(super) fn state(relation: &Relation, manifest: &Manifest, database: &Identifier) -> (bool, String) {
    let name = &relation.name;
    let materialized = relation.materialized().zip(manifest.catalog.database(database));
    match materialized {
        Some((materialized, database)) if is_stale(materialized, database) => {
            let how = if materialized.incremental { "incrementally updated" } else { "recomputed" };
            (true, format!("INFO:  Materialized view {name} was {how} successfully."))
        }
        _ => (false, format!("INFO:  Materialized view {name} is already up to date.")),
    }
}

pub(super) fn status(relation: &Relation) -> &'static str {
    match relation.materialized() {
        Some(materialized) if materialized.incremental => "Refresh successfully updated MV incrementally",
        _ => "Refresh successfully recomputed MV from scratch",
    }
}

pub(super) fn remember(
    logs: &mut Arc<Logs>,
    relation: &Relation,
    session: &Session,
    now: Instant,
    status: &str,
) {
    let now = Value::Timestamp(now.0);
    let row = vec![
        Value::Integer(session.user.0 as i32),
        Value::Integer(session.authenticated.0 as i32),
        Value::string(session.database.as_str()),
        Value::string(relation.schema.as_str()),
        Value::string(relation.name.as_str()),
        Value::Null,
        now.clone(),
        now,
        Value::string(status),
        Value::string(if session.user == UserId::RDSDB { "Auto" } else { "Manual" }),
    ];
    push(Arc::make_mut(logs), "svl_mv_refresh_status", row);
}
